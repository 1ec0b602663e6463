"""Leads that are left out: duplicates, do-not-call lists, numbers uploaded before.

Numbers are kept as integers in compressed bitmaps: ten million of them in about 150 MB, where a set of
strings takes 840.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap64

from telecmi_leads.models import LeftOutKind

UploadedBefore = Callable[[Sequence[str]], Sequence[bool]]


@dataclass(slots=True)
class NumberSet:
    """A set of E.164 numbers (digits without plus), compact at ten million."""

    _seen: BitMap64 = field(default_factory=BitMap64)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, numbers: Sequence[str]) -> None:
        """Put numbers in."""
        self._seen.update(map(int, numbers))

    def hits(self, numbers: Sequence[str]) -> list[int]:
        """Return the positions of numbers that are in the set."""
        seen = self._seen
        return [position for position, value in enumerate(map(int, numbers)) if value in seen]

    def repeats(self, numbers: Sequence[str]) -> list[int]:
        """Return the positions of numbers that were in the set or stand further up, and put all of them in."""
        seen, block, found = self._seen, set[int](), []
        for position, value in enumerate(map(int, numbers)):
            # One by one is faster here than set algebra on bitmaps: the numbers of a block lie far apart.
            if value in seen or value in block:
                found.append(position)
            else:
                block.add(value)
        seen.update(block)
        return found


@dataclass(frozen=True, slots=True)
class ExcludeList:
    """A do-not-call list: its name as shown, and its numbers."""

    name: str
    numbers: NumberSet


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why the lead at a position of its block is left out; `code` names the exclude list."""

    kind: LeftOutKind
    code: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """Screens the leads of a whole run, block by block, in input order."""

    excludes: Sequence[ExcludeList] = ()
    uploaded_before: UploadedBefore | None = None
    seen: NumberSet = field(default_factory=NumberSet)

    def screen(self, numbers: Sequence[str]) -> dict[int, LeftOut]:
        """Return position → why for the leads of a block that are left out.

        `numbers` are E.164 digits. Of equal numbers in the whole input the first one stays.
        """
        left_out = dict.fromkeys(self.seen.repeats(numbers), LeftOut(LeftOutKind.DUPLICATE))
        for listed in self.excludes:
            for position in listed.numbers.hits(numbers):
                left_out.setdefault(position, LeftOut(LeftOutKind.EXCLUDED, listed.name))
        if self.uploaded_before is not None:
            for position, before in enumerate(self.uploaded_before(numbers)):
                if before:
                    left_out.setdefault(position, LeftOut(LeftOutKind.ALREADY_UPLOADED))
        return left_out
