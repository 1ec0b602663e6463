"""Which sheets hold no leads by their names, though people with numbers stand on them: staff, vendors, users."""

from __future__ import annotations

from telecmi_leads.columns.lexicon import lexicon, words

_BESIDE = frozenset(
    {
        *("list", "lists", "contact", "contacts", "details", "directory", "data", "info", "sheet", "number", "numbers"),
        *("phone", "phones", "mobile", "mobiles", "members", "our", "the", "all", "liste", "lista", "kontakte"),
    }
)


def may_be_no_leads(sheet: str | None) -> bool:
    """Tell whether a sheet's name says that its people are no leads: "Agents", "Staff contacts", "Rejected"."""
    tokens = words(sheet or "")
    own = " ".join(token for token in tokens if token not in _BESIDE and not token.isdecimal())
    return own in lexicon().no_leads or " ".join(tokens) in lexicon().no_leads
