r"""The metadata's regular expressions as automata, to prove what holds for every continuation of a prefix.

A pattern is read into positions (Glushkov's construction): each stands for one digit, a state is the set of positions
that the digits so far may have ended in, kept as the bits of an int. Only what phone metadata uses is understood:
digits, `\d`, classes, groups, alternatives, `?`, `*`, `+` and counts. Anything else is `Unsupported`, not guessed at.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, reduce
from operator import or_

from msgspec import Struct

_ALL_DIGITS = (1 << 10) - 1
_COUNTED = frozenset("?*+{")


class Unsupported(ValueError):
    """The pattern uses more than this module understands."""


class Outlook(Enum):
    """Whether a text is in a language, as far as it is known: in every case, in none, or depending on the rest."""

    ALWAYS = "always"
    NEVER = "never"
    DEPENDS = "depends"


@cache
def _listed(digits: int) -> tuple[int, ...]:
    return tuple(digit for digit in range(10) if digits >> digit & 1)


class _Piece(Struct, frozen=True):
    """A piece of a pattern: whether it matches nothing at all, and the positions that begin and end it."""

    empty: bool
    first: int
    last: int


_NOTHING = _Piece(empty=True, first=0, last=0)


class Automaton:
    """Recognises what a pattern matches as a whole; states are opaque ints, `DEAD` when nothing can match any more."""

    DEAD = 0

    def __init__(self, pattern: str) -> None:
        self._follow: list[int] = []  # for each position, those that may come after it
        self._by_digit = [0] * 10  # for each digit, the positions that stand for it
        self._pattern = pattern
        self._at = 0
        whole = self._alternatives()
        if self._at < len(pattern):
            raise Unsupported(pattern)
        # The start is a position of its own, so that a state with nothing read is no special case.
        self.start = self._position(0).first
        self._follow[-1] = whole.first
        self._last = whole.last | (self.start if whole.empty else 0)
        self._successors: dict[int, tuple[int, ...]] = {}
        self._outlooks: dict[tuple[int, int], Outlook] = {}
        self._ends: dict[tuple[int, int], bool] = {}

    def step(self, state: int, digit: str) -> int:
        """Return the state after one more ASCII digit."""
        return self.following(state)[ord(digit) - 48]

    def accepts(self, state: int) -> bool:
        """Tell whether what has been read is a match."""
        return bool(state & self._last)

    def outlook(self, known: str, rest: int) -> Outlook:
        """Tell whether `known` with `rest` more digits, whichever they are, is a match."""
        state = self.start
        for digit in known:
            state = self.step(state, digit)
            if state == self.DEAD:
                return Outlook.NEVER
        return self.outlook_from(state, rest)

    def outlook_from(self, state: int, rest: int) -> Outlook:
        """Tell the same for a state that digits have led to."""
        if rest == 0:
            return Outlook.ALWAYS if self.accepts(state) else Outlook.NEVER
        if state == self.DEAD:
            return Outlook.NEVER
        found = self._outlooks.get((state, rest))
        if found is None:
            found = self._outlooks[state, rest] = self._common_outlook(set(self.following(state)), rest - 1)
        return found

    def may_end(self, state: int, within: int) -> bool:
        """Tell whether a match can end one to `within` digits after a state."""
        if within == 0 or state == self.DEAD:
            return False
        found = self._ends.get((state, within))
        if found is None:
            reached = reduce(or_, self.following(state))
            found = self._ends[state, within] = self.accepts(reached) or self.may_end(reached, within - 1)
        return found

    def _common_outlook(self, states: set[int], rest: int) -> Outlook:
        """Return the outlook that all the states share, DEPENDS at the first that differs."""
        common = None
        for state in states:
            outlook = self.outlook_from(state, rest)
            if outlook is Outlook.DEPENDS or outlook is not (common or outlook):
                return Outlook.DEPENDS
            common = outlook
        return common or Outlook.NEVER

    def following(self, state: int) -> tuple[int, ...]:
        """Return the states after one more digit, by digit."""
        found = self._successors.get(state)
        if found is None:
            reach = 0
            left = state
            while left:
                lowest = left & -left
                reach |= self._follow[lowest.bit_length() - 1]
                left ^= lowest
            found = tuple([reach & digit for digit in self._by_digit])
            self._successors[state] = found
        return found

    # --- reading the pattern ---

    def _alternatives(self) -> _Piece:
        piece = self._sequence()
        while self._take("|"):
            other = self._sequence()
            piece = _Piece(piece.empty or other.empty, piece.first | other.first, piece.last | other.last)
        return piece

    def _sequence(self) -> _Piece:
        piece = _NOTHING
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            piece = self._joined(piece, self._counted())
        return piece

    def _joined(self, one: _Piece, other: _Piece) -> _Piece:
        self._connect(one.last, other.first)
        return _Piece(
            one.empty and other.empty,
            one.first | (other.first if one.empty else 0),
            other.last | (one.last if other.empty else 0),
        )

    def _connect(self, ends: int, begins: int) -> None:
        while ends:
            lowest = ends & -ends
            self._follow[lowest.bit_length() - 1] |= begins
            ends ^= lowest

    def _counted(self) -> _Piece:
        """Read one item with its count; a repeated item is read again for each repetition."""
        begin = self._at
        piece = self._item()
        end = self._at
        if end == len(self._pattern) or self._pattern[end] not in _COUNTED:
            return piece
        least, most = self._count()
        after = self._at
        if self._pattern[after : after + 1] in ("?", "+"):  # lazy or possessive: other ends, so not for us
            raise Unsupported(self._pattern)
        if most is None:
            self._connect(piece.last, piece.first)
        whole = piece if least else _Piece(True, piece.first, piece.last)
        for repetition in range(1, max(least, most or 1)):
            self._at = begin
            again = self._item()
            whole = self._joined(whole, again if repetition < least else _Piece(True, again.first, again.last))
        self._at = after
        return whole

    def _count(self) -> tuple[int, int | None]:
        char = self._pattern[self._at]
        self._at += 1
        if char != "{":
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        inside, brace, _ = self._pattern[self._at :].partition("}")
        low, comma, high = inside.partition(",")
        if not brace or not low.isdecimal() or (comma and not high.isdecimal()) or int(high or low) == 0:
            raise Unsupported(self._pattern)
        self._at += len(inside) + 1
        return int(low), int(high) if comma else int(low)

    def _item(self) -> _Piece:
        if self._take("("):
            if self._take("?") and not self._take(":"):
                raise Unsupported(self._pattern)
            piece = self._alternatives()
            if not self._take(")"):
                raise Unsupported(self._pattern)
            return piece
        return self._position(self._class() if self._take("[") else self._single())

    def _single(self) -> int:
        char = self._pattern[self._at : self._at + 1]
        if self._pattern.startswith("\\d", self._at):
            self._at += 2
            return _ALL_DIGITS
        if not ("0" <= char <= "9"):
            raise Unsupported(self._pattern)
        self._at += 1
        return 1 << int(char)

    def _class(self) -> int:
        digits = 0
        while not self._take("]"):
            one = self._single()
            if self._take("-"):
                other = self._single()
                one = (other << 1) - one  # all bits from the one to the other
            if one <= 0:  # a range that runs backwards
                raise Unsupported(self._pattern)
            digits |= one
        return digits

    def _position(self, digits: int) -> _Piece:
        bit = 1 << len(self._follow)
        self._follow.append(0)
        for digit in _listed(digits):
            self._by_digit[digit] |= bit
        return _Piece(empty=False, first=bit, last=bit)

    def _take(self, char: str) -> bool:
        taken = self._pattern.startswith(char, self._at)
        if taken:
            self._at += 1
        return taken
