"""The likely country of numbers without a country code: tried and named, where something tells it."""

from __future__ import annotations

import pytest

from telecmi_leads.core.run import RegionGuess
from telecmi_leads.leads.refusals import guess_region
from telecmi_leads.settings.options import PhoneOptions

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
