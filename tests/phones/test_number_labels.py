"""What the words beside a number say of it: not the one, somebody else's, of another country; the right one or none."""

from __future__ import annotations

import json
import random
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import phones

from telecmi_leads.core.reasons import Reason
from telecmi_leads.core.shipped import shipped_text
from telecmi_leads.phones import PhoneBook, odd_cells
from telecmi_leads.phones.grouping import Asked
from telecmi_leads.phones.phone_cells import read_cell
from telecmi_leads.phones.ruling import Library, rule
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

BOOK = PhoneBook(PhoneOptions())
WRONG, ELSES = Reason.SAID_TO_BE_WRONG, Reason.SOMEBODY_ELSES
A, B = "9811099001", "9876501234"

# Region, cell with A and B for numbers, and the one of them that is called or why none is.
REPLACED = (
    ("A switched off, B working", "B"), ("A (switched off) B", "B"), ("not reachable A, call B", "B"),
    ("A working, B switched off", "A"), ("A switched off", "A"), ("A switched off / B switched off", "A"),
    ("not A, use B", "B"), ("was A now B", "B"), ("A changed to B", "B"), ("A -> B", "B"), ("A → B", "B"),
    ("A replaced by B", "B"), ("previously A; currently B", "B"), ("A [deleted] B", "B"), ("old: A new: B", "B"),
    ("B not A", "B"), ("B, was A", "B"), ("instead of A use B", "B"), ("B instead of A", "B"), ("A / new B", "B"),
    ("A / B (new)", "B"), ("A wrong, correct: B", "B"), ("A nahi, B", "B"), ("no A, sino B", "B"),
    ("wrong A / B", "B"), ("Asha A (wrong) B", "B"), ("A no longer working, B", "B"), ("A ersetzt durch B", "B"),
    ("nicht A, sondern B", "B"), ("war A jetzt B", "B"), ("alt: A, neu: B", "B"), ("ahora B, antes A", "B"),
    ("не A, новый B", "B"), ("pas le A, utiliser B", "B"), ("n'est plus valable A, B", "B"), ("A 改为 B", "B"),
    ("this is not the number: A", WRONG), ("never use A", WRONG), ("A passed away", WRONG), ("not A", WRONG),
    ("A gelöscht", WRONG), ("A न / गलत", WRONG), ("deceased A", WRONG), ("A (cancelled)", WRONG),
    ("was A", "A"), ("new number A", "A"), ("Alt: A", "A"), ("A New Delhi 110001", "A"), ("A order cancelled", "A"),
    ("A (new customer)", "A"), ("call A now", "A"), ("Mob no A", "A"), ("A / B", "A"), ("A alt B", "A"),
)  # fmt: skip
PERSONS = (
    ("Wife: A", ELSES), ("A (husband)", ELSES), ("A - driver", ELSES), ("agent A", ELSES), ("Mummy A", ELSES),
    ("bhai ka number A", ELSES), ("A पत्नी", ELSES), ("Ehefrau A", ELSES), ("esposa: A", ELSES), ("жена A", ELSES),
    ("A (mère)", ELSES), ("filho A", ELSES), ("（妻）A", ELSES), ("emergency contact A", ELSES), ("A wife's no", ELSES),
    ("husband A / self B", "B"), ("agent A, own B", "B"), ("A (wife) B", "B"), ("Asha A (wife) B", "B"),
    ("self A, husband B", "A"), ("A / B (driver)", "A"),
    ("self A", "A"), ("own A", "A"), ("home A", "A"), ("A office", "A"), ("personal A", "A"), ("customer A", "A"),
    ("contact person Asha A", "A"), ("Ramesh bhai A", "A"), ("A no brokers", "A"), ("A mother tongue Hindi", "A"),
    ("Gupta Brothers A", "A"), ("A Rahul s/o Ramesh", "A"), ("Sita wife of Ram A", "A"), ("A emergency only", "A"),
    ("Asha A", "A"), ("A Ravi", "A"), ("A (Mumbai)", "A"), ("A call after 6", "A"), ("A manager", "A"),
)  # fmt: skip
# Remarks that speak of somebody, or of what is wrong, and not of the number.
REMARKS = (
    *(
        (f"A {remark}", "A")
        for remark in (
            "wife will decide", "father picked", "husband will call", "brother is DM", "daughter admission",
            "son's admission", "colleague ref", "needs wife approval", "wrong email", "invalid mail id",
            "wrong address", "(wrong pincode)", "not in service area", "call disconnected", "50L budget",
        )
    ),
    *((f"A {remark}", ELSES) for remark in ("wife will pick", "wife uses this", "belongs to brother", "call wife")),
    *((f"A {remark}", WRONG) for remark in ("wrong email and number", "disconnected", "not in service", "wrong name")),
    ("wife is A", ELSES), ("husband will decide A", ELSES),
)  # fmt: skip

# Region, cell, E.164 digits or why there are none.
COUNTRIES = (
    ("IN", "USA 2025550123", "12025550123"),
    ("IN", "2025550123 USA", "12025550123"),
    ("IN", "UK 07911123456", "447911123456"),
    ("IN", "uk: 07911123456", "447911123456"),
    ("IN", "9841234567 (Nepal)", "9779841234567"),
    ("IN", "Nepal number 9841234567", "9779841234567"),
    ("IN", "Kathmandu, Nepal - 9841234567", "9779841234567"),
    ("IN", "(US) 202-555-0125", "12025550125"),
    ("IN", "🇺🇸 2025550123", "12025550123"),
    ("IN", "USA: 2025550123 / 2025550124", "12025550123"),
    ("IN", "DE 030 12345678", "493012345678"),
    ("US", "UK 2079460123", "442079460123"),
    ("US", "(Germany) 3012345678", "493012345678"),
    ("FR", "Allemagne : 030 12345678", "493012345678"),
    ("JP", "中国13121326109", "8613121326109"),
    ("UA", "Японія 090-1234-5678", "819012345678"),
    (None, "Nepal 9841234567", "9779841234567"),
    # A plus or a country code says more than a word, as against a row's country
    ("IN", "USA +919876501234", "919876501234"),
    ("IN", "+44 (UK) 7911 123456", "447911123456"),
    ("IN", "44 +7911 123456 (UK)", "447911123456"),
    # Valid at home alone: never dialled there
    ("IN", "UK 9876501234", Reason.NOT_VALID),
    ("IN", "UK 98765 01234", Reason.NOT_VALID),
    # What may be a degree, a post, initials or a person's name, beside a mobile of the row's own country
    ("IN", "9856720403 CA", "919856720403"),
    ("IN", "9123456789 (BM)", "919123456789"),
    ("IN", "9856720403 / 9856720404 CA", "919856720403"),
    ("IN", "CA 98567 20403", "919856720403"),
    *(("IN", f"9856720403 {code}", "919856720403") for code in ("DM", "AG", "MEX", "PAK", "SI", "JE", "CI")),
    ("IN", "Jordan 9856720403", "919856720403"),
    ("IN", "9876501234 (Israel)", "919876501234"),
    ("IN", "9876501234 Oman", "919876501234"),
    ("US", "Jordan 415-555-2671", "14155552671"),
    ("IN", "9856720403 Dominica", Reason.UNKNOWN_COUNTRY),
    ("IN", "AE 050 123 4567", "971501234567"),
    ("IN", "2045550123 CA", Reason.UNKNOWN_COUNTRY),
    ("IN", "CA 2045550123", "12045550123"),
    ("IN", "022 26543210 JE", "912226543210"),
    ("IN", "India/USA 2025550123", Reason.UNKNOWN_COUNTRY),
    # A remark that mentions a country
    ("IN", "Ravi Nepal 9841234567", Reason.UNKNOWN_COUNTRY),
    ("IN", "9876501234 Canada visa", "919876501234"),
    ("IN", "Bank of America 9876501234", "919876501234"),
    ("US", "Michael Jordan 415-555-2671", "14155552671"),
    # No countries: words, states, cities, the row's own
    ("IN", "IN 9876501234", "919876501234"),
    ("IN", "9876501234 India", "919876501234"),
    ("IN", "MOB NO 9876501234", "919876501234"),
    ("IN", "no 9876501234", "919876501234"),
    ("IN", "NO: 9876501234", "919876501234"),
    ("IN", "me 9876501234", "919876501234"),
    ("IN", "call at 9876501234", "919876501234"),
    ("IN", "CALL US 9876501234", "919876501234"),
    ("IN", "9876501234 TN", "919876501234"),
    ("IN", "Dubai 9876501234", "919876501234"),
    ("US", "404 555 2671 CA", "14045552671"),
    ("US", "Georgia 404-555-2671", "14045552671"),
    ("US", "New Mexico 505 555 2671", "15055552671"),
    ("VN", "Đức 0912345678", "84912345678"),
)  # fmt: skip


def filled(cell: str) -> str:
    """Put numbers where a cell has A and B for them."""
    return re.sub(r"\b[AB]\b", lambda found: {"A": A, "B": B}[found[0]], cell)


@pytest.mark.parametrize(("cell", "wanted"), [*REPLACED, *PERSONS, *REMARKS])
def test_the_right_one_of_a_cell_or_none(cell: str, wanted: str | Reason) -> None:
    """A number that words call replaced, wrong or somebody else's is not called; the cell's other number is."""
    column = BOOK.column([filled(cell)], "IN")
    number = {"A": f"91{A}", "B": f"91{B}"}.get(str(wanted), "")
    assert (column.numbers, column.faults) == ([number], {} if number else {0: wanted})


@pytest.mark.parametrize(("region", "cell", "wanted"), COUNTRIES)
def test_a_country_beside_a_number_is_its_region(region: str | None, cell: str, wanted: str | Reason) -> None:
    """The number is dialled in the country that is named beside it, or nowhere; a word that may be none names none."""
    column = BOOK.column([cell], region)
    number = "" if isinstance(wanted, Reason) else wanted
    assert (column.numbers, column.faults) == ([number], {0: wanted} if isinstance(wanted, Reason) else {})


def test_columns_in_such_words_are_read_as_each_cell_is(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whatever was read before in the same words, a cell gives what phonenumbers and reading it alone give."""
    monkeypatch.setattr(odd_cells, "_READ_AT_ONCE", 0)
    rnd, book = random.Random(seed), PhoneBook(PhoneOptions())
    forms = (
        "USA {}",
        "{} (Nepal)",
        "UK {}",
        "{} / {} (USA)",
        "wife {} own {}",
        "{} trip to Nepal",
        "India {} USA {}",
        "Jordan {}",
    )
    for _ in range(400):
        form, region = rnd.choice(forms), rnd.choice(["IN", "US", "GB", None])
        cell = form.format(
            *(f"{rnd.choice(['98', '0', '202', '+91', '1'])}{rnd.randrange(10**8):08d}" for _ in range(2))
        )
        column = book.column([cell], region)
        alone = read_cell(cell, Asked(region, partial(rule, region=region, reader=Library())), book.refusal)
        assert (column.numbers, column.faults.get(0)) == ([alone.number], alone.reason), (seed, cell, region)


def test_alike_words_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column of another country's numbers, and one of somebody else's, take a few looks and not one for each cell."""
    monkeypatch.setattr(odd_cells, "_READ_AT_ONCE", 0)
    read: list[str] = []

    def counted(cell: str, *others: object) -> object:
        read.append(cell)
        return partial(read_cell, cell)(*others)  # type: ignore[arg-type]

    monkeypatch.setattr(odd_cells, "read_cell", counted)
    cells = [f"USA 202555{at:04d}" for at in range(100, 200)] + [f"{9876500000 + at} (wife)" for at in range(100)]
    column = PhoneBook(PhoneOptions()).column(cells, "IN")
    assert (len(set(column.numbers)), len(column.faults), len(read)) == (101, 100, 3)


def test_each_word_for_a_person_is_found_as_it_is_written() -> None:
    """Each word of other_people.json stands there once, in lower case; the number beside it is somebody else's."""
    languages = json.loads(shipped_text("telecmi_leads.core", "other_people.json"))
    del languages["_about"]
    groups = [(group, word) for groups in languages.values() for group, words in groups.items() for word in words]
    words = [word for _, word in groups]
    assert sorted(words) == sorted({word.lower() for word in words})
    beside = [word for group, word in groups if group != "family_asked"]
    column = BOOK.column([f"{word}: {A}" for word in beside], "IN")
    assert {beside[at]: reason for at, reason in column.faults.items()} == dict.fromkeys(beside, ELSES)


def test_a_list_holds_whatever_number_its_cells_name(tmp_path: Path, sandbox: Sandbox) -> None:
    """On a do-not-call list the number of a wife, a wrong one and each of several count."""
    program = Inside(tmp_path, sandbox.url)
    (tmp_path / "stop.csv").write_text(
        f"Phone\nWife: {A}\nnot {B}\n9876500001 (driver) / 9876500002\n", encoding="utf-8"
    )
    rows = "".join(f"P{at},{number}\n" for at, number in enumerate([A, B, "9876500001", "9876500002", "9876500003"]))
    (tmp_path / "leads.csv").write_text(f"Name,Mobile\n{rows}", encoding="utf-8")
    ended = program.run("upload", "leads.csv", "--name", "L", "--region", "IN", "--json", "--exclude", "stop.csv")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500003"])
