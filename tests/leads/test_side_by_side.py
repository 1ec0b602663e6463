"""Tables that stand side by side in one sheet: everybody leaves with his own number, or is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from matched_columns import table_of
from program import balanced

from telecmi_leads.columns.side_by_side import tables_of
from telecmi_leads.core.errors import InputRefused
from telecmi_leads.core.lead import Field
from telecmi_leads.settings.options import FieldOptions

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

PEOPLE = "Asha,9876500001,Ravi,9876500002\nMeena,,Tara,9876500003\nOm,9876500004,,\n"
FOUR = {"Asha": "01", "Ravi": "02", "Tara": "03", "Om": "04"}
SPACED = PEOPLE.replace("1,R", "1,,R").replace(",,T", ",,,T").replace("4,,", "4,,,")
NUMBERED = "1,Asha,9876500001,2,Ravi,9876500002\n3,Meena,,4,Tara,9876500003\n5,Om,9876500004,,,\n"


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Run the program in this process, in a folder of its own."""
    return Inside(tmp_path, sandbox.url)


def upload(program: Inside, text: str, *more: str) -> Ended:
    """Upload a text as a file of leads."""
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    return program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json", *more)


def sent(sandbox: Sandbox) -> dict[str, str]:
    """Return the last digits of each person's number."""
    leads = [lead for leads in sandbox.campaigns().values() for lead in leads]
    assert all(lead["phone"].startswith("9198765000") for lead in leads)
    return {lead["firstname"]: lead["phone"][-2:] for lead in leads}


@pytest.mark.parametrize(
    "text",
    [
        f"Name,Mobile,Name,Mobile\n{PEOPLE}",
        f"Name,Mobile,Name.1,Mobile.1\n{PEOPLE}",
        f"name,mobile,name_1,mobile_1\n{PEOPLE}",
        f"Name,Mobile,Name2,Mobile3\n{PEOPLE}",
        f"Team A,,Team B,\nName,Mobile,Name,Mobile\n{PEOPLE}",
        f"नाम,मोबाइल,नाम,मोबाइल\n{PEOPLE}",
        f"S.No,Name,Mobile,S.No,Name,Mobile\n{NUMBERED}",
        f"S.No,Name,Mobile,S.No.1,Name.1,Mobile.1\n{NUMBERED}",
        f"Name,Mobile,,Name,Mobile\n{SPACED}",
        f"Name,Mobile,,Name.1,Mobile.1\n{SPACED}",
        f"Name,Mobile,,Customer Name,Contact No\n{SPACED}",
        f"Customer Name,Contact No,,Mobile,Name\n{SPACED}".replace("Mobile,Name", "Naam,Handynummer"),
    ],
)
def test_everybody_leaves_with_his_own_number(program: Inside, sandbox: Sandbox, text: str) -> None:
    """A person's number is never the neighbour's: who has none is rejected, and no table is passed over."""
    ended = upload(program, text)
    assert (ended.code, sent(sandbox), ended.json["rejections"]) == (0, FOUR, {"no_phone": 1})
    rows = ended.json["rows"]
    assert (rows["read"], rows["blank"], balanced(ended.json)) == (6, 1, True)
    assert ended.json["warnings"] == []


def test_three_tables_of_which_the_last_is_narrower(program: Inside, sandbox: Sandbox) -> None:
    """Three people a row, the last without a city: each city goes with the person before it."""
    people = "Asha,9876500001,Pune,Ravi,9876500002,Goa,Tara,9876500003\n"
    assert upload(program, f"Name,Mobile,City,Name,Mobile,City,Name,Mobile\n{people}").code == 0
    leads = [lead for leads in sandbox.campaigns().values() for lead in leads]
    assert [(lead["firstname"], lead.get("city")) for lead in leads] == [
        ("Asha", "Pune"),
        ("Ravi", "Goa"),
        ("Tara", None),
    ]


def test_what_stands_before_and_behind_all_people_is_of_each(program: Inside, sandbox: Sandbox) -> None:
    """A city before, and a comment behind, the people of a row are theirs all; no person comes of these alone."""
    rows = "Pune,Asha,9876500001,Ravi,9876500002,new\nGoa,Om,9876500004,,,old\nKochi,,,Tara,9876500003,\nAgra,,,,,\n"
    ended = upload(program, f"City,Name,Mobile,Name,Mobile,Comment\n{rows}")
    assert (ended.json["rows"]["read"], ended.json["rows"]["blank"], ended.json["rejections"]) == (
        8,
        3,
        {"no_phone": 1},
    )
    leads = [lead for leads in sandbox.campaigns().values() for lead in leads]
    assert [(lead["firstname"], lead.get("city"), lead.get("comment")) for lead in leads] == [
        ("Asha", "Pune", "new"),
        ("Om", "Goa", "old"),
        ("Ravi", "Pune", "new"),
        ("Tara", "Kochi", None),
    ]


def test_rejected_rows_hold_the_cells_of_their_table(program: Inside) -> None:
    """A person is corrected in the reject file without the neighbours; a row that is too long is too long for each."""
    text = f"Name,Mobile,Name.1,Mobile.1\n{PEOPLE}Uma,9876500005,Zoya,98765,x\nIla,98765,Isha,9876500006\n"
    upload(program, text, "--report-dir", "out", "--max-rejects", "100%")
    found = [path.read_text("utf-8-sig").splitlines() for path in (program.folder / "out").glob("rejects*.csv")]
    assert sorted([line.split(",the ")[0].split(",there ")[0] for line in lines] for lines in found) == [
        [
            "Name,Mobile,reject_row,reject_code,reject_reason,reject_tip",
            "Meena,,3,no_phone",
            "Uma,9876500005,x,5,too_many_cells",
            "Ila,98765,6,too_short",
        ],
        ["Name.1,Mobile.1,reject_row,reject_code,reject_reason,reject_tip", "Zoya,98765,x,5,too_many_cells"],
    ]


def test_a_workbooks_tables_are_taken_apart(program: Inside, sandbox: Sandbox) -> None:
    """In a workbook, too: an empty column between two tables with headers of their own."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in f"Name,Mobile,,Customer Name,Contact No\n{SPACED}".splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    book.save(program.folder / "leads.xlsx")
    assert program.run("upload", "leads.xlsx", "--name", "M", "--region", "IN").code == 0
    assert sent(sandbox) == FOUR


@pytest.mark.parametrize(
    ("text", "people"),
    [
        # A spacer, and what has no name and phone of its own behind it.
        ("Name,Mobile,,Address,City\nAsha,9876500001,,12 MG Road,Pune\n", {"Asha": "01"}),
        ("Name,City,,Mobile,Email\nAsha,Pune,,9876500001,a@example.com\n", {"Asha": "01"}),
        ("Name,Mobile,,Phone\nAsha,,,9876500001\n", {"Asha": "01"}),
        # Somebody else of the row, or the lead's other number.
        ("Name,Mobile,,Father Name,Father Mobile\nAsha,9876500001,,Hari,9876500002\n", {"Asha": "01"}),
        ("Name,Mobile,,Agent,Agent Phone\nAsha,9876500001,,Hari,9876500002\n", {"Asha": "01"}),
        ("Name,Mobile,,Alternate Name,Alternate Mobile\nAsha,9876500001,,Asha,9876500002\n", {"Asha": "01"}),
        ("Name,Phone,,Shipping Name,Shipping Phone\nAsha,9876500001,,Om,9876500002\n", {"Asha": "01"}),
        # A column that is not empty parts nothing.
        ("Name,Mobile,,Customer,Contact No\nAsha,9876500001,x,Zed,\nAsha,9876500001,,Zed,\n", {"Asha": "01"}),
        # Names that come again without a person of their own.
        ("Name,Mobile,Email,Mobile,Email\nAsha,,,9876500001,a@example.com\n", {"Asha": "01"}),
        ("Name,Mobile,Mobile\nAsha,,9876500001\n", {"Asha": "01"}),
        ("Name,Mobile,Name,City\nAsha,9876500001,Asha,Pune\n", {"Asha": "01"}),
        # The same person again, as in a report that has its columns twice.
        (
            "Name,Mobile,Name,Mobile\nAsha,9876500001,Asha,9876500001\nOm,9876500004,Om,+91 98765 00004\n",
            {"Asha": "01", "Om": "04"},
        ),
    ],
)
def test_one_table_stays_one(program: Inside, sandbox: Sandbox, text: str, people: dict[str, str]) -> None:
    """A spacer within a table, and names that come again for one person, part nothing."""
    ended = upload(program, text)
    assert (ended.code, sent(sandbox)) == (0, people)
    assert ended.json["rows"]["read"] == len(text.splitlines()) - 1


def test_an_agent_beside_many_leads_is_no_table(program: Inside) -> None:
    """Where the same few numbers stand in the second block of all rows, nobody of it is sent."""
    rows = [f"Asha,98765000{at:02},Hari,98765999{at % 2:02}" for at in range(10)]
    ended = upload(program, "\n".join(["Name,Mobile,Name,Mobile", *rows]))
    assert (ended.code, ended.json["rows"]["read"], ended.json["rows"]["leads"]) == (0, 10, 10)


@pytest.mark.parametrize(
    ("maps", "people"),
    [
        (["phone=Mobile", "fullname=Customer Name"], {"Ravi": "01"}),
        (["phone=column 5", "fullname=column 4"], {"Ravi": "02", "Tara": "03"}),
        (["phone=Contact No", "phone=Mobile", "fullname=Customer Name", "fullname=Name"], FOUR),
        (["phone=Contact No", "fullname=Customer Name"], FOUR),
    ],
)
def test_what_the_user_maps_comes_first(
    program: Inside, sandbox: Sandbox, maps: list[str], people: dict[str, str]
) -> None:
    """--map of one table's phone with the other's name, or of places in the sheet, is of one table."""
    options = [option for each in maps for option in ("--map", each)]
    text = f"Name,Mobile,,Customer Name,Contact No\n{SPACED}"
    upload(program, text, *options, "--max-rejects", "100%", "--fill", "firstname=")
    assert {name: number for name, number in sent(sandbox).items() if name in FOUR} == people


@pytest.mark.parametrize(
    ("maps", "code", "people"),
    [
        (["phone=column 5", "fullname=column 4"], 0, {"Ravi": "02", "Tara": "03"}),
        (["phone=column 5", "phone=column 2", "fullname=column 4"], 0, {"Ravi": "02", "Tara": "03"}),
        (["phone=Mobile", "fullname=Name"], 0, FOUR),
        (["phone=column 5"], 3, {}),
    ],
)
def test_places_hold_where_the_same_names_come_again(
    program: Inside, sandbox: Sandbox, maps: list[str], code: int, people: dict[str, str]
) -> None:
    """Phone and name by their places are of one table; a phone alone would go with the first table's names."""
    options = [option for each in maps for option in ("--map", each)]
    ended = upload(program, f"Name,Mobile,,Name,Mobile\n{SPACED}", *options, "--max-rejects", "100%")
    found = {name: number for name, number in sent(sandbox).items() if name in FOUR}
    assert (ended.code, found) == (code, people)


def test_a_template_over_two_tables_keeps_them_apart(program: Inside, sandbox: Sandbox) -> None:
    """--set says nothing of who has which number: it is refused where no table has its columns."""
    text = f"Name,Mobile,,Customer Name,Contact No\n{SPACED}"
    ended = upload(program, text, "--set", "comment={Mobile} {Contact No}")
    assert (ended.code, ended.json["error"]["code"], sent(sandbox)) == (3, "column_missing", {})


def test_tables_that_are_too_long_to_be_held_are_refused() -> None:
    """Each is read to its end before the next, so that all are held: what is too long for that is named."""
    rows = [["Asha", f"98765{at:05}", "Om", f"98764{at:05}"] for at in range(100_000)]
    table = table_of([["Name", "Mobile", "Name", "Mobile"], *rows, rows[0]])
    with pytest.raises(InputRefused) as refused:
        list(tables_of(table, FieldOptions(map=((Field.PHONE, "Mobile"),))))
    assert str(refused.value) == "leads.csv: 2 tables of more than 100,000 rows stand side by side."
