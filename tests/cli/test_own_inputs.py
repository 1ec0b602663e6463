"""Reports uploaded again with the command that is printed, whatever a settings file says of the file they came from."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import phones

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

BAD, RIGHT = "919876543210", "919876543212"
ROWS = "Full Name,Contact No. 2,Branch\nAsha K,98765 43210,Pune\nRavi L,98765 43211,Goa\n"


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program in an empty folder."""
    return Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})


def pasted(program: Inside, ended: Ended) -> Ended:
    """Run the command on the last line."""
    line = (ended.err + ended.out).splitlines()[-1]
    assert "telecmi-leads upload" in line, ended.err
    return program.run(*shlex.split(line.partition("telecmi-leads ")[2]))


# --- refused.csv ----------------------------------------------------------------------------------


SETTINGS = {
    "map": 'map = ["phone=Contact No. 2"]',
    "map of a name that it has too": 'map = ["comment=Branch", "address=Comment"]',
    "set": 'set = ["comment={Branch}!"]',
    "set of a field that it has too": 'set = ["comment=VIP {Comment}"]',
    "split-by": 'split-by = "Branch"',
    "split-by, in the format": 'split-by = "Branch"\nname-format = "{name}-{group}-{number:02d}"',
    "no-header": 'no-header = true\nmap = ["phone=column 2", "fullname=A"]',
    "format": 'format = "csv"',
}


@pytest.mark.parametrize("said", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("where", ["", "[profile.march]\n"], ids=["top", "profile"])
def test_refused_leads_go_again(program: Inside, sandbox: Sandbox, said: str, where: str) -> None:
    """What a settings file says of the file does not hold for refused.csv: its leads go as they were."""
    header = ROWS.replace("Branch", "Branch,Comment").replace("Pune", "Pune,hello").replace("Goa", "Goa,hello")
    text = header.partition("\n")[2] if "no-header" in said else header
    (program.folder / "leads.csv").write_text(text)
    (program.folder / "telecmi-leads.toml").write_text(f"{where}{said}\n")
    sandbox.order(f"422={BAD}")
    profile = ("--profile", "march") if where else ()
    first = program.run("upload", "leads.csv", "--name", "March", "--isolate", *profile)
    assert first.code == 4, first.err
    refused = next(program.folder.glob("telecmi-reports/*/refused.csv"))
    refused.write_bytes(refused.read_bytes().replace(BAD.encode(), RIGHT.encode()))
    again = pasted(program, first)
    assert again.code == 0, again.err
    held = {lead["phone"]: lead for leads in sandbox.campaigns().values() for lead in leads}
    assert sorted(held) == ["919876543211", RIGHT]
    comment = held["919876543211"].get("comment")
    expected = comment.replace("Goa", "Pune") if comment else None
    assert (held[RIGHT]["firstname"], held[RIGHT].get("comment")) == ("Asha", expected)


def test_what_is_not_used_is_told(program: Inside) -> None:
    """A --map that is typed for refused.csv is told to have no effect, and one that rejects.csv can't serve."""
    added = "reject_row,reject_code,reject_reason,reject_tip"
    head = f"campaign,firstname,lastname,phone,email,comment,address,city,country,order_index,dial_code,{added}"
    (program.folder / "refused.csv").write_text(f"{head}\nM-001,Asha,Rao,'+{BAD},,,,,,,91,,,,\n")
    (program.folder / "rejects.csv").write_text(f"Name,Mobile,{added}\nAsha,98765 43210,2,too_short,,\n")
    refused = program.run("validate", "refused.csv", "--map", "comment=City")
    rejects = program.run("validate", "rejects.csv", "--map", "phone=Nr")
    assert (refused.code, rejects.code) == (0, 0)
    assert "--map and --set are not used: these leads stand here as they were sent" in refused.err
    assert "--map phone=Nr is not used: this report has no such column" in rejects.err


@pytest.mark.parametrize(("option", "index"), [((), 3), (("--order",), 1)], ids=["settings", "typed"])
def test_numbers_of_the_order_stay(program: Inside, sandbox: Sandbox, option: tuple[str, ...], index: int) -> None:
    """A refused lead keeps its order_index where a settings file says `order`, as others have the numbers before it."""
    rows = "".join(f"Asha K,987654321{at}\n" for at in (1, 2, 0, 3))
    (program.folder / "leads.csv").write_text(f"Name,Phone\n{rows}")
    (program.folder / "telecmi-leads.toml").write_text("order = true\n")
    sandbox.order(f"422={BAD}")
    assert program.run("upload", "leads.csv", "--name", "March", "--isolate").code == 4
    refused = next(program.folder.glob("telecmi-reports/*/refused.csv"))
    refused.write_bytes(refused.read_bytes().replace(BAD.encode(), b"919876543215"))
    ended = program.run("upload", str(refused), "--name", "April", *option)
    assert ended.code == 0, ended.err
    held = {lead["phone"]: lead for leads in sandbox.campaigns().values() for lead in leads}
    assert held["919876543215"]["order_index"] == index


# --- rejects.csv and rejects.xlsx -----------------------------------------------------------------


@pytest.mark.parametrize("option", [("--map", "phone=Nr"), ("--set", "comment={Town}")])
def test_rejects_of_another_table_than_an_options(program: Inside, sandbox: Sandbox, option: tuple[str, str]) -> None:
    """An option that holds for the other file's column does not keep this file's rejects from being uploaded."""
    (program.folder / "a.csv").write_text("Name,Nr,Town\nA K,9876543210,Pune\n")
    (program.folder / "b.csv").write_text("Name,Mobile\nB L,9876543211\nC L,98765\n")
    first = program.run("upload", "a.csv", "b.csv", "--name", "March", *option)
    rejects = next(program.folder.glob("telecmi-reports/*/rejects.csv"))
    rejects.write_bytes(rejects.read_bytes().replace(b",98765,", b",9876543219,"))
    assert pasted(program, first).code == 0
    assert len(phones(sandbox.campaigns())) == 3


def test_a_workbooks_columns_keep_their_places(program: Inside, sandbox: Sandbox) -> None:
    """Columns named by place or letter, of a workbook without a header, are the same ones in its rejects.xlsx."""
    book = openpyxl.Workbook()
    for row in (["A K", "9876543210", "9876500001", "Pune"], ["B L", "9876543211", "98765", "Goa"]):
        book.worksheets[0].append(row)
    book.save(program.folder / "leads.xlsx")
    options = ("--map", "phone=column 3", "--set", "comment={D}", "--no-header", "--max-rejects", "50%")
    (program.folder / "telecmi-leads.toml").write_text("no-header = true\n")
    first = program.run("upload", "leads.xlsx", "--name", "March", *options)
    assert first.code == 0, first.err
    path = next(program.folder.glob("telecmi-reports/*/rejects.xlsx"))
    book = openpyxl.load_workbook(path)
    for cells in book.worksheets[0].iter_rows():
        for cell in cells:
            cell.value = "9876500002" if cell.value == "98765" else cell.value
    book.save(path)
    assert pasted(program, first).code == 0
    held = [(lead["phone"], lead["comment"]) for leads in sandbox.campaigns().values() for lead in leads]
    assert sorted(held) == [("919876500001", "Pune"), ("919876500002", "Goa")]


# --- the report folder ----------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [True, False], ids=["corrected", "as it is"])
def test_a_report_stays_where_it_is_uploaded_from(program: Inside, sandbox: Sandbox, *, changed: bool) -> None:
    """With the report folder in the settings file a reject file is uploaded from it, and stays there as it is."""
    (program.folder / "telecmi-leads.toml").write_text('report-dir = "out"\n')
    (program.folder / "leads.csv").write_text("Name,Phone\nA K,9876543210\nB L,98765\nC M,98766\n")
    first = program.run("upload", "leads.csv", "--name", "March", "--max-rejects", "90%")
    rejects = program.folder / "out" / "rejects.csv"
    if changed:
        rejects.write_bytes(rejects.read_bytes().replace(b",98765,", b",9876543219,"))
    before = rejects.read_bytes()
    second = pasted(program, first)
    assert (second.code, rejects.read_bytes()) == (0 if changed else 3, before), second.err
    assert (program.folder / "out" / "rejects-2.csv").exists()
    assert len(phones(sandbox.campaigns())) == (2 if changed else 1)


def test_no_other_file_is_taken_for_a_report(program: Inside, sandbox: Sandbox) -> None:
    """A file of the user's that is only called like a report is refused in the report folder, and nothing is sent."""
    (program.folder / "rejects.csv").write_text(ROWS)
    ended = program.run("upload", "rejects.csv", "--name", "March", "--report-dir", ".")
    assert (ended.code, sandbox.requests()) == (8, ())
