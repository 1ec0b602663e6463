"""What a refusal tells: the likely country of numbers without a country code, and a column of unused names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.core.run import RegionGuess
from telecmi_leads.leads.refusals import guess_region
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from pathlib import Path

INDIAN = [f"{6 + number % 4}{number * 7_654_321 % 10**9:09d}" for number in range(200)]
AUSTRIAN = [f"0664 {number}" for number in range(1_000_000, 1_000_090)]
AMBIGUOUS = [f"0501234{number:03d}" for number in range(100)]


@pytest.mark.parametrize(
    ("cells", "countries", "language", "expected"),
    [
        (INDIAN, {}, "", RegionGuess("IN", "India", 200, 200)),
        ([*INDIAN[:190], *["12"] * 10], {}, "", RegionGuess("IN", "India", 190, 200)),
        (INDIAN, {"AT": 3, "": 9}, "AT", RegionGuess("IN", "India", 200, 200)),
        (AUSTRIAN, {}, "AT", RegionGuess("AT", "Austria", 90, 90)),
        (AUSTRIAN, {"AT": 2, "US": 1}, "US", RegionGuess("AT", "Austria", 90, 90)),
        (AMBIGUOUS, {}, "", None),
        (["12", "x"], {"IN": 5}, "IN", None),
        ([], {"IN": 5}, "IN", None),
    ],
)
def test_the_country_that_the_numbers_tell(
    cells: list[str], countries: dict[str, int], language: str, expected: RegionGuess | None
) -> None:
    """Numbers with a code and the language setting are asked first, then the common countries; two that fit say no."""
    assert guess_region(cells, countries, language, PhoneOptions()) == expected


@pytest.mark.parametrize("options", [(), ("--max-rejects", "100%")])
def test_where_names_lack_a_column_of_names_is_told(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Where rows lack a name and a column that looks like names is used for none, the option that takes it is told."""
    (tmp_path / "a.csv").write_text("Father's Name,Mobile\nAsha Menon,9876500001\nRavi Rao,9876500002\n")
    program = Inside(tmp_path, "http://127.0.0.1:9")
    refused = program.run("validate", "a.csv", "--region", "IN", "--json", *options)
    assert refused.code == 3
    assert """add --map "fullname=Father's Name".""" in refused.json["error"]["message"]
    mapped = program.run("validate", "a.csv", "--region", "IN", "--json", "--map", "fullname=Father's Name")
    assert mapped.json["rows"]["leads"] == 2
