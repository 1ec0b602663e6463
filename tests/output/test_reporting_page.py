"""report.html: it loads nothing, runs nothing, masks phones, and says what happened (rows 32 and 37)."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import msgspec
import pytest
from a_run import ACCEPTED, LOST, MORNING, REFUSED, RUN, UNSENT, UNVERIFIED, ARun, left, people, rejected
from compile_page import COMPILED, compiled
from inside import Inside
from snapshot import check_snapshot

from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus, Outcome, OutcomeKind
from telecmi_leads.core.lead import LeftOutKind, TableInfo
from telecmi_leads.core.run import RunStatus
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.reports import page, prepare_folder, summarise, write_reports
from telecmi_leads.output.reports.pictures import stretches
from telecmi_leads.output.reports.templates import compiled_page

if TYPE_CHECKING:
    from pathlib import Path


# --- a page and its elements ----------------------------------------------------------------------


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "\x1b]52;c;x\x07\x9b31m",
    "\u202edrowssap",
    "]]><!--",
    "</title></style>",
    "a\ud800b",
)
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, and whether every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that the innermost element is closed."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember text that is shown."""
        if not self._open or self._open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        """The page's text on one line."""
        return " ".join("".join(self.text).split())


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show times of day as in Greenwich."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


def page_of(run: ARun, folder: Path, *, status: RunStatus = RunStatus.COMPLETE, show_phones: bool = False) -> str:
    """Put a run into a ledger, write its reports and return the page."""
    with Ledger.open(folder / "state") as ledger:
        run.put(ledger)
        record = ledger.run(run.run)
        assert record is not None
        summary = summarise(ledger, run.run, exit_code=0, status=status)
        write_reports(prepare_folder(folder / "r"), summary, record, ledger, show_phones=show_phones)
    return (folder / "r" / "report.html").read_text(encoding="utf-8")


# --- what the page says and never does ------------------------------------------------------------


EVERYTHING = ARun(
    tables=[
        TableInfo("leads.csv", "csv", ("Name", "Mobile", "City"), 1, encoding="UTF-8", delimiter=","),
        TableInfo("b.xlsx", "xlsx", ("Name", "Mobile"), 3, sheet="Pune", notes=("hidden sheet Lists skipped",)),
    ],
    left_out=[
        rejected(3, "not_valid", ("Ravi", "+91 11987 65432", "Pune")),
        rejected(4, "not_valid", ("Ravi", "1198765433", "Pune")),
        rejected(9, "no_name", ("", "9876500001"), column="", table=1),
        left(5, LeftOutKind.DUPLICATE),
        left(6, LeftOutKind.EXCLUDED, code="dnd.csv", phone="919876500002"),
        left(7, LeftOutKind.ALREADY_UPLOADED),
    ],
    campaigns=[people(20), people(20), people(20), people(20), people(11)],
    ends=[ACCEPTED, REFUSED, UNVERIFIED, LOST, UNSENT],
    groups=["Pune", "Pune", "Goa", "Goa", "Goa"],
    blank=2,
    repairs={"punctuation": 80, "name_split": 5},
    skipped={"repeated_header": 1},
    audience={
        "country": {"IN": 90, "AE": 1},
        "type": {"mobile": 91},
        "timezone": {f"Asia/Zone{number}": 20 - number for number in range(14)} | {"": 1},
    },
)


def test_the_whole_page(tmp_path: Path) -> None:
    """The page of a run with every outcome is as it was read and approved."""
    text = page_of(EVERYTHING, tmp_path, status=RunStatus.UNFINISHED)
    text = re.sub(r"<style>.*?</style>", "<style></style>", text, flags=re.DOTALL)
    text = re.sub(r"sha256-[^']+", "sha256-", text).replace(str(tmp_path / "r"), "REPORTS")
    check_snapshot("report.html", re.sub(r"telecmi-leads [0-9.]+\. This", "telecmi-leads. This", text))
    Page(text)


def test_the_policy_allows_the_pages_own_style_and_nothing_else(tmp_path: Path) -> None:
    """The Content-Security-Policy names the style sheet by its hash; nothing is loaded from anywhere."""
    text = page_of(EVERYTHING, tmp_path)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    page = Page(text)
    policy = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert not {"script", "iframe", "object", "embed", "link", "form", "img"} & {tag for tag, _ in page.elements}
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "action"}
    links = [str(attributes["href"]) for tag, attributes in page.elements if tag == "a"]
    assert links == [
        "rejects.csv",
        "rejects.xlsx",
        "refused.csv",
        "left-out.csv",
        "campaigns.csv",
        "summary.json",
    ]


def shape(page: Page) -> list[tuple[str, list[str]]]:
    """Return the elements with their attributes' names, but for the bare spans around a command's options."""
    return [(tag, sorted(attributes)) for tag, attributes in page.elements if attributes or tag != "span"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_from_a_file_or_a_server_breaks_out(tmp_path: Path, hostile: str) -> None:
    """(Row 32) The same elements are there whatever the cells, headers, names and answers hold, and no control byte."""

    def run(text: str) -> ARun:
        end = (
            CampaignStatus.REFUSED,
            Outcome(OutcomeKind.REFUSED, 400, text.replace("\ud800", ""), seconds=1.0),
        )
        name = text.replace("\ud800", "")
        return ARun(
            tables=[TableInfo(name, "xlsx", ("Name", name), 1, sheet=name, notes=(name,))],
            left_out=[
                rejected(3, "masked", ("x", text.replace("\ud800", "")), column=name),
                left(4, LeftOutKind.EXCLUDED, code=name),
            ],
            campaigns=[people(2)],
            ends=[end],
            groups=[name],
            name=name,
            audience={"country": {name: 2}, "timezone": {name: 2}},
        )

    (tmp_path / "plain").mkdir()
    (tmp_path / "hostile").mkdir()
    plain = Page(page_of(run("harmless"), tmp_path / "plain"))
    text = page_of(run(hostile), tmp_path / "hostile")
    page = Page(text)
    assert shape(page) == shape(plain)
    assert "".join(text.split("\n")).isprintable()


def test_phones_are_masked(tmp_path: Path) -> None:
    """No number of the input is in the page whole, except with --show-phones."""
    masked = page_of(EVERYTHING, tmp_path)
    assert "+91 11••• ••432" in masked
    assert not re.search(r"\d{9,}", Page(masked).words.replace(RUN, "").replace("1234567@", ""))
    (tmp_path / "shown").mkdir()
    assert "+91 11987 65432" in page_of(EVERYTHING, tmp_path / "shown", show_phones=True)


def test_a_trial_says_that_nothing_was_sent(tmp_path: Path) -> None:
    """A dry run's page has no account, no timeline and no outcome, and says what it is."""
    run = ARun(name="March", dry_run=True, ends=[UNSENT], left_out=[rejected(3, "masked", ("Ravi", "98X"))])
    words = Page(page_of(run, tmp_path)).words
    assert words.startswith(
        "DRY RUN · March · lead upload report DRY RUN: nothing was sent March Dry run, nothing was sent: 2 of 3 rows"
    )
    assert "When it was sent" not in words
    assert "1234567" not in words


def test_a_run_of_nothing_has_a_page(tmp_path: Path) -> None:
    """Where every row was blank, or none was read, the page says just that."""
    words = Page(page_of(ARun(campaigns=[], ends=[], blank=3), tmp_path)).words
    assert "There is no lead in the file." in words
    (tmp_path / "none").mkdir()
    words = Page(page_of(ARun(campaigns=[], ends=[], tables=[]), tmp_path / "none")).words
    assert "Nothing was read." in words
    assert "Where the rows went" not in words


def test_ten_thousand_campaigns_stay_usable(tmp_path: Path) -> None:
    """A page of 10,000 campaigns is made in seconds, is under 5 MB, and folds them into parts of 200."""
    run = ARun(campaigns=[people(1)] * 10_000, ends=[ACCEPTED] * 2000)
    begun = time.monotonic()
    text = page_of(run, tmp_path)
    assert time.monotonic() - begun < 60
    assert len(text) < 5_000_000
    assert text.count("<details>") == 50
    assert text.count("<rect") < 1000


# --- pictures of requests in time -----------------------------------------------------------------


def sent(number: int, at: float, seconds: float, leads: int = 1000) -> CampaignRecord:
    """Return a campaign that was sent so many seconds after the morning began."""
    return CampaignRecord(
        number,
        number,
        "",
        f"March-{number:03d}",
        leads,
        CampaignStatus.ACCEPTED,
        seconds=seconds,
        started=MORNING + timedelta(seconds=at),
    )


def test_requests_at_the_same_time_lie_in_lanes() -> None:
    """There are as many lanes as requests ran at a time, and none overlap in one."""
    [stretch] = stretches([sent(1, 0, 1), sent(2, 1, 2), sent(3, 1, 1), sent(4, 2, 2)])
    assert stretch.lanes == 2
    assert [(bar.left, bar.width, bar.top) for bar in stretch.bars] == [
        (0.0, 250.0, 0.0),
        (250.0, 500.0, 0.0),
        (250.0, 250.0, 0.5),
        (500.0, 500.0, 0.5),
    ]


def test_a_night_in_between_takes_no_space() -> None:
    """A run that was resumed the next morning is drawn in two stretches."""
    first, second = stretches([sent(1, 0, 5), sent(2, 3, 5), sent(3, 40_000, 5)])
    assert (first.campaigns, first.leads) == (2, 2000)
    assert (second.campaigns, second.begins) == (1, MORNING + timedelta(seconds=40_000))


def test_too_many_bars_become_columns() -> None:
    """Thousands of campaigns are a hundred columns, whose heights are their leads."""
    [stretch] = stretches([sent(number, number * 0.25, 1.0) for number in range(5000)])
    assert stretch.lanes == 0
    assert len(stretch.bars) == 100
    assert max(bar.height for bar in stretch.bars) == 1.0


@pytest.mark.parametrize("requests", [1, 401])
def test_a_stretch_of_split_campaigns_alone(requests: int) -> None:
    """Campaigns that were all split have no leads of their own: there is a stretch, and no column in it."""
    campaigns = [msgspec.structs.replace(sent(number, number, 1), split=True) for number in range(requests)]
    [stretch] = stretches(campaigns)
    assert (stretch.campaigns, stretch.leads) == (requests, 0)
    assert (stretch.lanes, len(stretch.bars)) == ((1, 1) if requests == 1 else (0, 0))


# --- the compiled template ------------------------------------------------------------------------


def test_the_template_is_compiled_as_it_stands() -> None:
    """The code that is kept is the template's: after a change, python tests/compile_page.py writes it again."""
    assert COMPILED.read_text(encoding="utf-8") == compiled()


def test_another_template_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that was made of another template, or by another Jinja, is not used."""
    kept = page._template()  # noqa: SLF001 - which template it is
    page._template.cache_clear()  # noqa: SLF001 - as in another process
    monkeypatch.setattr(compiled_page, "MADE_FROM", "4 of another template")
    monkeypatch.setattr(compiled_page, "root", None)
    anew = page._template()  # noqa: SLF001 - which template it is
    page._template.cache_clear()  # noqa: SLF001 - for the tests that follow
    assert kept.root_render_func is not None
    assert anew.root_render_func not in {None, kept.root_render_func}


def test_the_page_of_a_refused_file(tmp_path: Path) -> None:
    """A refused input has no campaigns and nothing ready to upload; its page shows what the screen shows."""
    program = Inside(tmp_path)
    rows = [f"Asha {at},98765{at:05d}" for at in range(2)] + [f"Bad {at},98{at}" for at in range(3)]
    (tmp_path / "bad.csv").write_text("\n".join(["Name,Mobile", *rows]), encoding="utf-8")
    for command in (("validate", "bad.csv"), ("upload", "bad.csv", "--name", "Bad", "--sandbox")):
        ended = program.run(*command, "--region", "IN", "--report-dir", command[0])
        page = (tmp_path / command[0] / "report.html").read_text(encoding="utf-8")
        assert ended.code == 3
        assert "telecmi-leads columns bad.csv --region IN" in page
        assert "All campaigns" not in page
        assert "ready to upload" not in page
        assert not (tmp_path / command[0] / "campaigns.csv").exists()
