"""Which codes and countries go with which phone: "Mobile code" with "Mobile", "Home country" with "Home phone"."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from typing import TYPE_CHECKING

from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import is_key, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEAREST = 20
"""Columns on either side of a phone that are looked at: nobody has more of one kind, and time grows with each."""


class Companions:
    """The columns of one kind, such as countries, in the order in which they go with each phone column.

    Words that all of their names share are left out. Each other word of a name counts for the column if the phone
    column's name has it too, and more the fewer other phone columns have it. Of columns that fit equally a main or
    billing one comes before an alternate or shipping one, then one with fewer words that the phone column's name does
    not have, then the nearer one. Columns of ids are left out.
    """

    __slots__ = ("_columns", "_known", "_of_phones", "_phones", "_ranks", "_telling")

    def __init__(self, phones: Mapping[int, str], columns: Mapping[int, str]) -> None:
        """Take the names of the phone columns, and of the columns of this kind, by index and best first."""
        own = {at: name for at, name in columns.items() if not is_key(name)}
        names = {at: frozenset(words(name)) for at, name in own.items()}
        telling = frozenset.union(*names.values()) - frozenset.intersection(*names.values()) if names else frozenset()
        self._columns = tuple(own)
        self._phones = {at: frozenset(words(name)) for at, name in phones.items()}
        self._of_phones = Counter(word for each in self._phones.values() for word in each)
        self._telling = {at: names[at] & telling for at in sorted(names)} if telling else {}
        self._ranks = {at: _rank(own[at]) for at in self._telling}
        self._known: dict[int, Sequence[int]] = {}

    def of(self, phone: int | None) -> Sequence[int]:
        """Return the columns, those first that go with this phone column, the least fitting last."""
        if phone is None or not self._telling:
            return self._columns
        if phone not in self._known:
            self._known[phone] = self._sorted(phone)
        return self._known[phone]

    def _sorted(self, phone: int) -> Sequence[int]:
        own, columns = self._phones.get(phone, frozenset()), self._columns
        if len(columns) > _NEAREST:
            in_order = list(self._telling)
            here = bisect(in_order, phone)
            near = set(in_order[max(0, here - _NEAREST) : here + _NEAREST])
            columns = tuple(filter(near.__contains__, columns))

        def misfit(column: int) -> tuple[float, tuple[bool, int], int, int]:
            telling = self._telling[column]
            fit = sum(1 / self._of_phones[word] for word in telling & own)
            return -fit, self._ranks[column], len(telling - own), abs(column - phone)

        return sorted(columns, key=misfit)


def _rank(name: str) -> tuple[bool, int]:
    """Return the rank of a column by its name alone: main before alternate, home before work before shipping."""
    reading = read_name(name)
    return reading.other, reading.place
