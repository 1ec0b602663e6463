"""What the cells of a column look like."""

from __future__ import annotations

import pytest

from telecmi_leads.columns.cell_values import like_flag


@pytest.mark.parametrize(
    "cell", ["Yes", "NO", "y", "1", "Ja", "nein", "Oui", "non", "Sí", "sim", "não", "NAO", "हाँ", "नहीं"]
)
def test_a_yes_or_no_is_a_flag_however_it_is_written(cell: str) -> None:
    """Case, accents and the signs of other scripts are folded on both sides."""
    assert like_flag(cell)
    assert like_flag(f" {cell}. ")
