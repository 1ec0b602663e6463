"""Whom the rows of the files mark as do-not-call: a mark holds for every row of its person, above it and below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.leads.screening import NumberSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class MarkedPeople(Struct):
    """The numbers of marked people, by the name of their mark.

    `seen` are the numbers of the rows that have been screened so far. `late` counts the marked ones among them when
    their mark came: these people have become leads, unless they were left out for another reason.
    """

    seen: NumberSet
    by_mark: dict[str, NumberSet] = field(default_factory=dict)
    late: int = 0

    def note(self, marked: Iterable[tuple[str, str]]) -> None:
        """Note people, each by the name of the mark and the number, "" where there is none."""
        phones: dict[str, list[str]] = {}
        for name, phone in marked:
            phones.setdefault(name, []).extend(filter(None, [phone]))
        for name, numbers in phones.items():
            self.by_mark.setdefault(name, NumberSet()).add(numbers)
            self.late += len(self.seen.hits(numbers))

    def among(self, numbers: Sequence[str]) -> dict[int, str]:
        """Return the positions of marked people among these numbers, each with the name of the first mark."""
        found: dict[int, str] = {}
        for name, known in self.by_mark.items():
            found = dict.fromkeys(known.hits(numbers), name) | found
        return found
