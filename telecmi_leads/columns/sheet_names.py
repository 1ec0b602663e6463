"""Which sheets hold no leads by their names, though people with numbers stand on them: staff, vendors, users."""

from __future__ import annotations

from telecmi_leads.columns.lexicon import lexicon, words

_BESIDE = frozenset(
    {
        *("list", "lists", "contact", "contacts", "details", "directory", "data", "info", "sheet", "number", "numbers"),
        *("phone", "phones", "mobile", "mobiles", "members", "our", "the", "all", "liste", "lista", "kontakte"),
    }
)
_DIGITS_OF_A_YEAR = 4


def may_be_no_leads(sheet: str | None) -> bool:
    """Tell whether a sheet's name says that its people are no leads: "Agents", "Staff contacts", "Rejected".

    "Agent 1" holds the leads of an agent.
    """
    tokens = words(sheet or "")
    own = " ".join(token for token in tokens if token not in _BESIDE and not _is_year(token))
    return own in lexicon().no_leads or " ".join(tokens) in lexicon().no_leads


def _is_year(token: str) -> bool:
    return token.isdecimal() and len(token) == _DIGITS_OF_A_YEAR
