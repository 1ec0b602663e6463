"""What the parts of a refused campaign are called: March-004b to March-004z, then March-004aa."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from telecmi_leads.core.text import fold_name

if TYPE_CHECKING:
    from telecmi_leads.ledger import Ledger

_FIRST = 2
"""The number of the letter b: a campaign's first part goes under its own name."""


class PartNames:
    """The names of an account that are free for parts, to be used under its lock.

    The names in use are read once: the ledger holds those of every campaign that the account was ever sent.
    """

    def __init__(self, ledger: Ledger, account: str) -> None:
        self._ledger = ledger
        self._account = account
        self._next: dict[str, int] = {}

    @cached_property
    def _taken(self) -> set[str]:
        return set(self._ledger.folded_names(self._account))

    def free(self, campaign: str) -> str:
        """Return the next name for a part of this campaign; it stays free until it is given."""
        number = self._next.get(campaign, _FIRST)
        while fold_name(name := campaign + _letters(number)) in self._taken:
            number += 1
        self._next[campaign] = number
        return name

    def give(self, name: str) -> None:
        """Take note that a part is called so."""
        self._taken.add(fold_name(name))


def _letters(number: int) -> str:
    # As a spreadsheet counts columns: there is no zero, so that aa follows z.
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
