"""Which codes and countries go with which phone: "Mobile code" with "Mobile", "Home country" with "Home phone"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from telecmi_leads.columns.lexicon import is_area_code, is_key, words

if TYPE_CHECKING:
    from telecmi_leads.columns.column_match import ColumnMatch
    from telecmi_leads.core.lead import Field


def going_with(match: ColumnMatch, phone: int | None, target: Field) -> list[int]:
    """Return the columns that feed a field, those first that go with the phone column, the least fitting last.

    What tells them apart are the words that not all of their names have. A name fits by those of them that are in the
    phone column's name, the more the fewer other phone columns have them too, and less by each that is not; the nearer
    column comes first where that is even. Columns of area codes and of ids are none.
    """
    columns = [
        column
        for column in match.sources.get(target, ())
        if not is_area_code(header := match.header_of(column)) and not is_key(header)
    ]
    names = {column: frozenset(words(match.header_of(column))) for column in columns}
    telling = frozenset.union(*names.values()) - frozenset.intersection(*names.values()) if names else frozenset()
    if phone is None or not telling:
        return columns
    of_phones = Counter(word for column in match.phones for word in set(words(match.header_of(column))))
    own = frozenset(words(match.header_of(phone)))

    def misfit(column: int) -> tuple[float, int]:
        fits = [1 / of_phones[word] if word in own else -1.0 for word in names[column] & telling]
        return -sum(fits), abs(column - phone)

    return sorted(columns, key=misfit)
