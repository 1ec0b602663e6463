"""What is uncertain about the columns that were chosen is said, in the words of the column match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

if TYPE_CHECKING:
    from pathlib import Path

OWNERS_AND_TENANTS = """Flat,Owner Name,Tenant Name,Mobile
1,Asha Rao,Ira Sen,9876500001
2,Uma Das,Raj Roy,9876500002
3,Om Sen,Lata Nair,9876500003
"""
OWNERS_WITH_LINES = """Flat,Owner Name,Owner Mobile,Tenant Name,Mobile
1,Asha Rao,9876500004,Ira Sen,9876500001
2,Uma Das,9876500005,Raj Roy,9876500002
3,Om Sen,9876500006,Lata Nair,9876500003
"""
FEW = """A,B,Phone
Ravi Kumar,Asha Rao,9876500001
Om Sen,Lata Nair,9876500002
Ira Sen,Asha Rao,9876500003
Raj Roy,Lata Nair,9876500004
"""
VARIED = """A,B,Phone
Ravi Kumar,Asha Rao,9876500001
Om Sen,Lata Nair,9876500002
Ira Sen,Uma Das,9876500003
"""


@pytest.mark.parametrize(
    ("text", "code", "warnings"),
    [
        (
            "Name,Mobile,Country\nAsha Rao,9876500001,Mumbai\nUma Das,9876500002,New York\nOm Sen,9876500003,Pune\n",
            "country_not_used",
            (
                'leads.csv: 3 of 3 cells of column "Country" looked at name no country. It is not used: where it '
                "names no country, numbers without a country code are read for --region IN. Correct the cells, or "
                "reject such rows: --map country=Country."
            ),
        ),
        (
            "Name,Wrong Number\nAsha Rao,9876500001\nUma Das,9876500002\nOm Sen,9876500003\n",
            "wrong_numbers",
            (
                'leads.csv: the numbers of the only phone column, "Wrong Number", are wrong by its name. They are sent '
                "all the same. Name the right column: --map phone=COLUMN."
            ),
        ),
        (
            OWNERS_AND_TENANTS,
            "whose_number",
            (
                'leads.csv: "Tenant Name" and "Owner Name" name different people, and "Mobile" does not say whose '
                'number it is. It is taken for that of "Tenant Name". If it is the other\'s: '
                '--map "fullname=Owner Name".'
            ),
        ),
        (
            OWNERS_WITH_LINES,
            "whose_number",
            (
                'leads.csv: "Owner Name" and "Tenant Name" name different people, and "Mobile" does not say whose '
                'number it is. It is taken for that of "Owner Name". If it is the other\'s: '
                '--map "fullname=Tenant Name".'
            ),
        ),
    ],
)
def test_a_doubtful_column_is_told(tmp_path: Path, text: str, code: str, warnings: str) -> None:
    """Countries that are none, wrong numbers and numbers of one of two people are warned of, and stop --strict."""
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    command = ("validate", "leads.csv", "--region", "IN", "--json")
    ended, strict = Inside(tmp_path).run(*command), Inside(tmp_path).run(*command, "--strict")
    assert (ended.code, ended.json["rows"]["leads"], strict.code) == (0, 3, 3)
    assert (ended.json["warnings"], ended.json["warning_codes"]) == ([warnings], {code: 1})


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("Owner Name,Tenant Name,Mobile\nAsha Rao,Ira Sen,9876500001\n", ("--map", "fullname=Owner Name")),
        ("Owner Name,Tenant Name,Mobile\nAsha Rao,,9876500001\nUma Das,,9876500002\n", ()),
        ("Owner Name,Tenant Name,Mobile\nAsha Rao,Asha Rao,9876500001\n", ()),
        ("Owner Name,Tenant Name,Tenant Mobile\nAsha Rao,Ira Sen,9876500001\n", ()),
        ("Customer Name,Owner Name,Mobile\nAsha Rao,Ira Sen,9876500001\n", ()),
        ("Name,Owner Name,Mobile\nAsha Rao,Ira Sen,9876500001\n", ()),
        (FEW.replace("A,B", "Driver,Owner"), ()),
        (FEW.replace("A,B", "Tenant,Landlord"), ()),
        (VARIED.replace("A,B", "Owner,Driver"), ()),
        ("Owner First Name,Owner Last Name,Mobile\nAsha,Rao,9876500001\n", ()),
        ("Owner Name,Father Name,Mobile\nAsha Rao,Om Rao,9876500001\n", ()),
    ],
)
def test_a_number_whose_person_is_told_is_no_doubt(tmp_path: Path, text: str, options: tuple[str, ...]) -> None:
    """One person alone, a name that --map gives, a line of one's own and a customer leave no doubt about a number."""
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--strict", "--json", *options)
    assert (ended.code, ended.json["warnings"]) == (0, [])
