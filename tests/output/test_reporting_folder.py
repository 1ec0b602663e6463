"""The report folder: private, never through a link, whole files, nothing of the user's lost (rows 33 and 37)."""

from __future__ import annotations

import os
import shutil
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from a_run import LEADS_CSV, REFUSED, RUN, ARun, left, people, rejected

from telecmi_leads.core.errors import BalanceError, ReportError
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.run import Problem, RunStatus
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.reports import prepare_folder, summarise, write_reports
from telecmi_leads.output.reports.report_folder import ReportFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.core.run import RunSummary

ALL = ARun(
    left_out=[
        rejected(3, "too_short", ("Ravi", "98765", "Pune")),
        left(4, LeftOutKind.DUPLICATE),
    ],
    campaigns=[people(2), people(1, 919876600000)],
    ends=[REFUSED, REFUSED],
)


# --- private, and never through a link ------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as ledger:
        yield ledger


def write(ledger: Ledger, folder: Path, run: str = RUN) -> RunSummary:
    """Write the reports of a run."""
    record = ledger.run(run)
    assert record is not None
    summary = summarise(ledger, run, exit_code=4, status=RunStatus.REFUSED)
    return write_reports(prepare_folder(folder), summary, record, ledger, show_phones=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_every_report_is_private_whatever_the_umask(ledger: Ledger, tmp_path: Path) -> None:
    """(Row 37) With umask 000 files are 0600 and the folders made for them 0700."""
    ALL.put(ledger)
    before = os.umask(0)
    try:
        write(ledger, tmp_path / "reports" / RUN)
    finally:
        os.umask(before)
    modes = {
        str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "reports", *(tmp_path / "reports").rglob("*")]
    }
    assert modes == {
        "reports": 0o700,
        f"reports/{RUN}": 0o700,
        f"reports/{RUN}/report.html": 0o600,
        f"reports/{RUN}/campaigns.csv": 0o600,
        f"reports/{RUN}/rejects.csv": 0o600,
        f"reports/{RUN}/left-out.csv": 0o600,
        f"reports/{RUN}/refused.csv": 0o600,
        f"reports/{RUN}/summary.json": 0o600,
    }


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("above", [False, True], ids=["the folder", "a folder above it"])
def test_a_link_is_not_followed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    above: bool,
) -> None:
    """(Row 37) A symbolic link in place of the report folder, or above it in the working directory, is refused."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    Path("reports").symlink_to("elsewhere")
    with pytest.raises(ReportError) as caught:
        prepare_folder(Path("reports", RUN) if above else Path("reports"))
    assert "leads through a symbolic link, which is not followed." in caught.value.message
    with pytest.raises(ReportError):
        prepare_folder(tmp_path / "reports" / RUN if above else tmp_path / "reports")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """(Row 37) The input given as the report folder is refused and left as it is."""
    leads = tmp_path / "leads.csv"
    leads.write_text("Name,Mobile\n")
    with pytest.raises(ReportError) as caught:
        prepare_folder(leads, [leads])
    assert caught.value.message == f"The report folder {leads} is a file."
    assert caught.value.exit_code == 8
    assert leads.read_text() == "Name,Mobile\n"


def test_a_report_never_overwrites_its_input(tmp_path: Path) -> None:
    """A file that is no report, though it is called rejects.csv, stands in no report folder."""
    leads = tmp_path / "rejects.csv"
    leads.write_text("Name,Mobile\n")
    with pytest.raises(ReportError) as caught:
        prepare_folder(tmp_path, [leads])
    assert caught.value.message == f"{leads} has the name of a report and lies in the report folder."
    assert prepare_folder(tmp_path, [tmp_path / "leads.csv"]) == tmp_path


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """A folder without write permission is a ReportError of its own."""
    tmp_path.chmod(0o500)
    with pytest.raises(ReportError):
        prepare_folder(tmp_path)
    tmp_path.chmod(0o700)


# --- nothing of the user is lost ------------------------------------------------------------------


def test_what_the_system_reports_is_told_in_words(tmp_path: Path) -> None:
    """An error of the system becomes a ReportError that names the path."""
    with pytest.raises(ReportError) as caught:
        prepare_folder(tmp_path / ("x" * 300))
    assert "can't be written: File name too long." in caught.value.message


def test_writing_again_replaces_only_what_nobody_has_touched(ledger: Ledger, tmp_path: Path) -> None:
    """A reject file that was corrected meanwhile stays, and the new one is rejects-2.csv; others are replaced."""
    ALL.put(ledger)
    folder = tmp_path / "reports"
    write(ledger, folder)
    original = (folder / "rejects.csv").read_bytes()
    write(ledger, folder)
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "report.html",
        "campaigns.csv",
        "rejects.csv",
        "left-out.csv",
        "refused.csv",
        "summary.json",
    }
    later = time.time_ns() + 2_000_000_000
    (folder / "rejects.csv").write_text("corrected\n")
    os.utime(folder / "rejects.csv", ns=(later, later))
    told = write(ledger, folder)
    assert (folder / "rejects.csv").read_text() == "corrected\n"
    assert (folder / "rejects-2.csv").read_bytes() == original
    assert {path.name for path in folder.iterdir()} == names | {"rejects-2.csv"}
    assert told.reports["rejects"] == str(folder / "rejects-2.csv")
    says = (
        "rejects.csv in the report folder is an input, was changed or is not a report. It stays as it is, and the new "
        "one is"
    )
    assert told.warnings == (f"{says} rejects-2.csv.",)
    again = write(ledger, folder)
    assert again.reports["rejects"] == str(folder / "rejects-2.csv")
    assert (folder / "rejects.csv").read_text() == "corrected\n"


def test_what_to_do_names_the_report_that_was_written(ledger: Ledger, tmp_path: Path) -> None:
    """Beside a refused.csv that somebody has corrected, the advice of the summary speaks of the new one."""
    ALL.put(ledger)
    folder = prepare_folder(tmp_path / "reports")
    (folder / "refused.csv").write_text("corrected\n")
    record = ledger.run(RUN)
    assert record is not None
    problem = Problem("campaigns_refused", "2 refused.", f"Upload {folder / 'refused.csv'} again.")
    summary = summarise(ledger, RUN, exit_code=4, status=RunStatus.REFUSED, error=problem)
    told = write_reports(folder, summary, record, ledger, show_phones=False)
    assert told.error is not None
    assert told.error.hint == f"Upload {folder / 'refused-2.csv'} again."


def test_a_file_that_was_there_before_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    """A campaigns.csv of the user's own in the chosen folder stays as it is, and so does a campaigns-2.csv."""
    ALL.put(ledger)
    (tmp_path / "campaigns.csv").write_text("mine\n")
    (tmp_path / "campaigns-2.csv").write_text("mine too\n")
    write(ledger, tmp_path)
    assert (tmp_path / "campaigns.csv").read_text() == "mine\n"
    assert (tmp_path / "campaigns-2.csv").read_text() == "mine too\n"
    assert (tmp_path / "campaigns-3.csv").read_text(encoding="utf-8-sig").startswith("number,name,")


# --- folders that another may change --------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    """(Row 60) A folder made before that everybody may write to, or that is another user's, gets no report."""
    theirs = tmp_path / "reports"
    theirs.mkdir()
    theirs.chmod(0o777)
    with pytest.raises(ReportError) as caught:
        prepare_folder(theirs)
    assert caught.value.message == f"Other users can write to the report folder {theirs}."
    theirs.chmod(0o755)
    assert prepare_folder(theirs) == theirs
    if os.geteuid() == 0:
        os.chown(theirs, 12345, 12345)
        with pytest.raises(ReportError):
            prepare_folder(theirs)


@pytest.mark.skipif(os.name == "nt", reason="a folder has no descriptor there")
def test_a_folder_that_is_swapped_meanwhile_gets_nothing(tmp_path: Path) -> None:
    """(Row 60) What takes the folder's path while reports are written gets none: they go where they began."""
    folder, theirs = prepare_folder(tmp_path / "reports"), tmp_path / "theirs"
    theirs.mkdir()
    with ReportFolder(folder) as writing:
        writing.write("campaigns", "campaigns.csv", b"first\n")
        folder.rename(tmp_path / "moved")
        folder.symlink_to(theirs)
        writing.write("refused", "refused.csv", b"second\n")
    assert list(theirs.iterdir()) == []
    assert {path.name for path in (tmp_path / "moved").iterdir()} == {"campaigns.csv", "refused.csv"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_folder_that_was_swapped_before_the_reports_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    """(Row 60) Reports are not written into a folder that others may write to, whatever had its path at the start."""
    ALL.put(ledger)
    folder = prepare_folder(tmp_path / "reports")
    folder.rename(tmp_path / "ours")
    folder.mkdir()
    folder.chmod(0o777)
    record = ledger.run(RUN)
    assert record is not None
    with pytest.raises(ReportError, match="Other users can write to the report folder"):
        write_reports(
            folder, summarise(ledger, RUN, exit_code=4, status=RunStatus.REFUSED), record, ledger, show_phones=False
        )
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_folder_that_another_makes_at_the_same_moment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(Row 60) A folder that comes between the look at its path and its making is looked at again."""
    folder = tmp_path / "reports"
    make = Path.mkdir

    def late(path: Path, mode: int = 0o777) -> None:
        if path == folder:
            make(path)
            path.chmod(0o777)
        make(path, mode)

    monkeypatch.setattr(Path, "mkdir", late)
    with pytest.raises(ReportError, match="Other users can write to the report folder"):
        prepare_folder(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_link_in_place_of_a_folder_just_made_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 60) Where another puts a link in place of the folder just made, what it leads to keeps its mode."""
    theirs = tmp_path / "theirs"
    theirs.mkdir(0o755)
    make = Path.mkdir

    def swapped(path: Path, mode: int = 0o777) -> None:
        make(path, mode)
        path.rmdir()
        path.symlink_to(theirs)

    monkeypatch.setattr(Path, "mkdir", swapped)
    with pytest.raises(ReportError):
        prepare_folder(tmp_path / "reports")
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o755


# --- reports of an earlier state ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["moved over it", "copied with its time", "linked"])
def test_a_file_of_the_users_with_an_old_time_is_kept(ledger: Ledger, tmp_path: Path, how: str) -> None:
    """A file that takes a report's name stays, though its own time is older than the reports'."""
    ALL.put(ledger)
    old = tmp_path / "old.csv"
    old.write_text("Phone\n9876500001\n")
    os.utime(old, (1_500_000_000, 1_500_000_000))
    folder = tmp_path / "reports"
    write(ledger, folder)
    time.sleep(0.02)
    taken = folder / "rejects.csv"
    match how:
        case "moved over it":
            old.replace(taken)
        case "linked":
            taken.unlink()
            taken.hardlink_to(old)
        case _:
            shutil.copy2(old, taken)
    summary = write(ledger, folder)
    assert taken.read_text() == "Phone\n9876500001\n"
    assert summary.reports["rejects"] == str(folder / "rejects-2.csv")


def test_reports_of_an_earlier_state_do_not_stay_behind(ledger: Ledger, tmp_path: Path) -> None:
    """Of a trial in the same folder nothing stays that the next run has no need of (left-out.csv)."""
    replace(ALL, dry_run=True).put(ledger)
    ARun(run="20260303-083000-aaaa", name="April").put(ledger)
    folder = tmp_path / "reports"
    write(ledger, folder)
    assert (folder / "left-out.csv").exists()
    write(ledger, folder, "20260303-083000-aaaa")
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "campaigns.csv",
        "summary.json",
    }


def test_the_reports_of_another_run_are_moved_aside(ledger: Ledger, tmp_path: Path) -> None:
    """A second run in the same folder takes nothing from the first one: its reports go into a folder of its id."""
    folder, other = tmp_path / "reports", "20260303-083000-0a1b"
    ALL.put(ledger)
    write(ledger, folder)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    ARun(name="April", run=other, campaigns=[people(1, 919876700000)]).put(ledger)
    said = write(ledger, folder, other)
    write(ledger, folder, other)
    now = {path.name for path in folder.iterdir() if path.is_file()}
    moved = f"The reports of run {RUN} lay in this report folder. They are in its folder {RUN} now."
    assert (said.beside, said.warnings) == ((moved,), (moved,))
    assert {path.name: path.read_bytes() for path in (folder / RUN).iterdir()} == first
    assert now == {"report.html", "campaigns.csv", "summary.json"}
    write(ledger, folder)
    assert {path.name for path in (folder / other).iterdir()} == now
    assert {path.name for path in (folder / RUN).iterdir()} == set(first)


def test_a_failed_writing_leaves_the_old_reports(ledger: Ledger, tmp_path: Path) -> None:
    """Where the writing ends in an error, everything that was there stays, and nothing half made is left."""
    ALL.put(ledger)
    folder = tmp_path / "reports"
    write(ledger, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(RuntimeError), ReportFolder(folder) as writing:  # noqa: PT012 - the block is what fails
        writing.write("campaigns", "campaigns.csv", b"half")
        raise RuntimeError
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_a_kill_left_is_cleared_an_hour_later(ledger: Ledger, tmp_path: Path) -> None:
    """The working folder of a killed process goes with the next writing, a younger one may be in use."""
    ALL.put(ledger)
    folder = prepare_folder(tmp_path / "reports")
    old, young = folder / ".unfinished-old", folder / ".unfinished-young"
    for remains in (old, young):
        remains.mkdir()
        (remains / "rejects.csv").write_text("people\n")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    write(ledger, folder)
    assert not old.exists()
    assert young.exists()


# --- rows that are missing ------------------------------------------------------------------------


def test_rows_that_the_ledger_does_not_hold_are_a_bug(ledger: Ledger, tmp_path: Path) -> None:
    """(Row 40) A ledger whose rows are not those it counts ends in a BalanceError, not in a report."""

    class Forgetful:
        """A ledger that hands out a row less than it has."""

        def __getattr__(self, name: str) -> object:
            return getattr(ledger, name)

        def left_out(self, run_id: str) -> list[object]:
            return list(ledger.left_out(run_id))[:-1]

    ALL.put(ledger)
    record = ledger.run(RUN)
    assert record is not None
    summary = summarise(ledger, RUN, exit_code=4, status=RunStatus.REFUSED)
    with pytest.raises(BalanceError) as caught:
        write_reports(prepare_folder(tmp_path / "r"), summary, record, Forgetful(), show_phones=False)  # type: ignore[arg-type]
    assert caught.value.message == "1 rows are counted as rejected, and the ledger holds 0."
    assert list((tmp_path / "r").iterdir()) == []
    assert LEADS_CSV in summary.tables
