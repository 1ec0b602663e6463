"""Rulings by length and first digits: tables that fill as numbers come, with nothing in them that is not proved.

A lane holds the numbers of one region and length. Its table goes from their first few characters to a ruling, if that
is the ruling of all numbers that begin so. Where the digits that follow matter, the number's own digits are walked to
their end, and what can't be proved at all is asked of phonenumbers. A lane that walks often looks at one character
more: three national digits settle nearly all numbers of most countries, those of India take five.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones.grouping import CALLING_CODES
from telecmi_leads.phones.metadata import Metadata, may_be_emergency, parse
from telecmi_leads.phones.numbering_plan import root_of
from telecmi_leads.phones.ruling import (
    ANY_DIGIT,
    LONGEST_SHORT_NUMBER,
    MOST_DIGITS,
    REJECTED,
    Library,
    Ruling,
    Source,
    Unsettled,
    is_filler,
    is_twofold,
    may_become_filler,
    readings,
    repairs_made,
    rule,
    why_invalid,
)
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Callable

    from telecmi_leads.core.reasons import Repair
    from telecmi_leads.phones.numbering_plan import Kind, Node

_Further = TypeVar("_Further")

OPEN = Ruling(None)
"""Stands in a table where the characters looked up settle nothing: `Lane.finish` rules on the number at hand."""

DATE_DIGITS = 8
"""A punctuated cell with so many digits may be a date (`2024-03-12`); numbers that begin like a year stay OPEN."""

_DIGITS = "0123456789"
_LONGEST = 31  # longer texts are no numbers
_YEARS = ("19", "20")
_USUAL_DIGITS = 10
_LONGEST_USUAL = 15  # characters of a number with its prefix; longer ones are two numbers mostly, no two of them alike
_LONGEST_CODE = 3
_FIRST_CUT = 2
_DEEPEST_CUT = 4
_FEWEST_WALKS = 50
_LARGEST_TABLE = 20_000
_library, _metadata = Library(), Metadata()
_interned: dict[tuple[PhoneType, str | None, str, int, tuple[Repair, ...]], Ruling] = {}


class _Track:
    """How texts that begin alike are read first: their national digits start at `start`, and are walked from `root`."""

    __slots__ = ("_digits", "_region", "_repairs", "_rulings", "_source", "_text", "prefix", "root", "start")

    def __init__(self, text: str, region: str | None) -> None:
        """Find how a text whose end is not known is read; Unsettled where what is known is too little for that."""
        candidate, repair = next(readings(text, region, _metadata), (text, None))
        code, national, source, fault = parse(candidate, region)
        self.start = len(text) - len(national)
        if fault is not None or ANY_DIGIT in text[: self.start]:
            raise Unsettled
        self.root = root_of(code, len(national))
        self._digits = len(national)
        self.prefix = str(code)
        self._repairs = repairs_made(candidate, source, self.prefix, national, repair)
        self._rulings: dict[Kind, Ruling | None] = {}
        self._source = source
        self._text = text
        self._region = region

    def ruling(self, kind: Kind) -> Ruling | None:
        """Return the ruling on numbers of this kind, None where one may be read in other ways."""
        try:
            return self._rulings[kind]
        except KeyError:
            reason = self._fault(kind)
            if reason is not None:
                ruling = REJECTED[reason] if self._is_final(kind.region) else None
            elif self._is_twofold(kind):
                ruling = None
            else:
                ruling = _intern(Ruling(None, kind.type, kind.region, self.prefix, self.start, self._repairs))
            self._rulings[kind] = ruling
            return ruling

    def _fault(self, kind: Kind) -> Reason | None:
        if kind.type is PhoneType.UNKNOWN:
            return why_invalid(int(self.prefix), self._digits)
        return Reason.TOO_LONG if len(self.prefix) + self._digits > MOST_DIGITS else None

    def _is_twofold(self, kind: Kind) -> bool:
        """Tell whether a valid number of this kind may be meant otherwise."""
        code, source = self.prefix, self._source
        try:
            return is_twofold(self._text, self._region, _metadata, code=code, source=source, kind=kind.type)
        except Unsettled:
            return True

    def _is_final(self, home: str) -> bool:
        """Tell whether an invalid number is tried in no other way, or in one that makes the same number of it."""
        if may_be_emergency(self._digits, home):
            return False
        code_begins = self.start - len(self.prefix)
        if self._source is Source.IDD and code_begins == len("00") and self._text.startswith(f"00{self.prefix}"):
            return True  # the other way is a plus in the place of 00
        try:
            return len(list(readings(self._text, self._region, _metadata))) == 1
        except Unsettled:
            return False


class _Fork(dict[str, _Further]):
    """What comes of texts that begin alike, by the character after that; each is asked for when it is first needed."""

    __slots__ = ("_settle",)

    def __init__(self, settle: Callable[[str], _Further]) -> None:
        super().__init__()
        self._settle = settle

    def __missing__(self, char: str) -> _Further:
        found = self[char] = self._settle(char)
        return found


class Lane(dict[str, "Ruling | dict[str, dict[str, Ruling]]"]):
    """The table of one region and length: `lane[text[lane.head]]` is a text's ruling if its beginning settles it.

    Else `[text[lane.cut]][text[lane.last]]` of what is found there is. `head` is the slice of the text's first `cut`
    characters. The ruling is OPEN where these characters settle nothing. Three steps and not one longer key: many
    beginnings are settled by the first, the others lead to few places, and so the table stays small enough for the
    processor's cache.
    """

    __slots__ = ("_deepest", "_forks", "_length", "_places", "_proofs", "_walks", "cut", "head", "last", "region")
    __hash__ = object.__hash__  # type: ignore[assignment]  # a lane is itself, whatever is in it

    def __init__(self, region: str | None, length: int) -> None:
        super().__init__()
        self.region = region
        prefix = max(length - _USUAL_DIGITS, 0) if length <= _LONGEST_USUAL else 0
        short = length <= LONGEST_SHORT_NUMBER
        self.cut = max(length - 2, 0) if short else _FIRST_CUT + prefix
        self.head = slice(self.cut)
        self.last = min(self.cut + 1, max(length - 1, 0))
        self._deepest = min(_DEEPEST_CUT + prefix, length - 2) if not short and length <= _LONGEST_USUAL else self.cut
        self._length = length
        self._walks = 0
        self._places: dict[str, tuple[_Track, Node] | None] = {}
        self._proofs: dict[str, Ruling] = {}
        self._forks: dict[tuple[_Track, Node], dict[str, dict[str, Ruling]]] = {}

    def __missing__(self, head: str) -> Ruling | dict[str, dict[str, Ruling]]:
        if len(self) >= _LARGEST_TABLE:
            for memory in (self, self._places, self._proofs, self._forks):
                memory.clear()
        found = self[head] = self._ahead(head)
        return found

    def _ahead(self, head: str) -> Ruling | dict[str, dict[str, Ruling]]:
        """Return the ruling on texts that begin so, or those by what follows; beginnings share these by their place."""
        if self._length <= LONGEST_SHORT_NUMBER:
            return _Fork(lambda char: self._next(head + char))
        place = self._place(head)
        ruling = self._settled(head, place)
        if ruling is not OPEN:
            return ruling
        if place is None or place[1].kind is not None or self._is_special(head, place[0]):
            return _Fork(lambda char: self._next(head + char))
        fork = self._forks.get(place)
        if fork is None:
            fork = self._forks[place] = _Fork(partial(_next_on, *place))
        return fork

    def _next(self, head: str) -> dict[str, Ruling]:
        """Return the rulings on texts that begin so, by the character that follows."""
        if len(head) == self._length:  # texts of one character, which is looked at twice
            return _Fork(lambda _: self.settle(head))
        ruling = OPEN if len(head) == self._length - 1 else self._settled(head, self._place(head))
        return _Fork(lambda char: self.settle(head + char)) if ruling is OPEN else _whatever_follows(ruling)

    def _is_special(self, head: str, track: _Track) -> bool:
        """Tell whether more is to be asked about what begins so than how it is read and of what kind it is."""
        national = head[track.start :]
        return may_become_filler(national, track.prefix + national, head.lstrip("+")) or self._may_be_date(head)

    def _may_be_date(self, head: str) -> bool:
        return self._length == DATE_DIGITS and head.startswith(_YEARS)

    def finish(self, text: str) -> Ruling:
        """Rule on a number whose first characters settle nothing."""
        self._walks += 1
        head = text[: self.cut]
        while _is_early(head) and len(head) < self._length:
            head = text[: len(head) + 1]
        place = self._place(head)
        if place is None:
            return self._whole(text)
        track, node = place
        national = text[track.start :]
        if self._is_special(head, track) and any(map(is_filler, (text.lstrip("+"), national, track.prefix + national))):
            return REJECTED[Reason.JUNK]
        kind = node.walk(text[len(head) :]).kind
        ruling = (track.ruling(kind) if kind else None) or self._proved(text[: len(head) + 1])
        return self._whole(text) if ruling is OPEN else ruling

    def adapt(self) -> None:
        """Look at one character more once there were twice as many numbers to walk as the table has entries.

        Not to be called between a look-up's steps.
        """
        if self._walks > max(len(self) * 2, _FEWEST_WALKS) and self.cut < self._deepest:
            self.cut += 1
            self.head = slice(self.cut)
            self.last += 1
            self._walks = 0
            self.clear()
            self._forks.clear()

    def settle(self, head: str) -> Ruling:
        """Rule on all texts that begin so, OPEN where they are not all alike."""
        return _intern(self._whole(head)) if len(head) == self._length else self._settled(head, self._place(head))

    def _settled(self, head: str, place: tuple[_Track, Node] | None) -> Ruling:
        """Rule on all longer texts that begin so, `place` being where that leads."""
        if place is None:
            return OPEN if self._may_be_date(head) else self._proved(head)
        track, node = place
        kind = node.kind
        if kind is None or self._is_special(head, track):
            return OPEN
        return track.ruling(kind) or self._proved(head)

    def _proved(self, head: str) -> Ruling:
        """Prove the whole of the rules for all numbers that begin so, as early as can be, or leave them OPEN."""
        found = self._proofs.get(head)
        if found is None:
            found = self._proved(head[:-1]) if len(head) > 1 else OPEN
            if found is OPEN and not _is_early(head):
                try:
                    found = _intern(rule(self._any(head), self.region, _metadata))
                except Unsettled:
                    found = OPEN
            self._proofs[head] = found
        return found

    def _place(self, head: str) -> tuple[_Track, Node] | None:
        """Find the track of texts that begin so and how far their digits lead on it, None while that is not settled."""
        above = self._places.get(head[:-1])
        if above is None:
            if head in self._places:
                return self._places[head]
            above = self._place(head[:-1]) if len(head) > 1 else None
            if above is None:
                track = self._track(head)
                place = None if track is None else (track, track.root.walk(head[track.start :]))
                self._places[head] = place
                return place
            self._places[head[:-1]] = above
        track, node = above
        return track, node if node.kind is not None else node.after(head[-1])

    def _track(self, head: str) -> _Track | None:
        """Find how texts that begin so are read; None where that takes more characters, or can't be proved."""
        try:
            return None if _is_early(head) else _Track(self._any(head), self.region)
        except Unsettled:
            return None

    def _whole(self, text: str) -> Ruling:
        """Rule on a number of which every digit is known; what its metadata can't tell is for phonenumbers to say."""
        try:
            return rule(text, self.region, _metadata)
        except Unsettled:
            return rule(text, self.region, _library)

    def _any(self, head: str) -> str:
        return head + ANY_DIGIT * (self._length - len(head))


class _LongTexts(Lane):
    """Texts too long to be numbers, which need no table."""

    __slots__ = ()

    def __init__(self, region: str | None) -> None:
        super().__init__(region, _LONGEST + 1)
        self.cut = self.last = self._deepest = 0
        self.head = slice(0)

    def __missing__(self, head: str) -> Ruling:
        return OPEN

    def finish(self, text: str) -> Ruling:
        """Leave the words to phonenumbers."""
        return rule(text, self.region, _library)


class Lanes:
    """The lanes of one region: `by_length` up to the longest numbers, `of` for texts of any length."""

    def __init__(self, region: str | None) -> None:
        self.by_length = [Lane(region, length) for length in range(_LONGEST + 1)]
        self._long = _LongTexts(region)

    def of(self, text: str) -> Lane:
        """Return the lane of a text."""
        return self.by_length[len(text)] if len(text) <= _LONGEST else self._long

    def rule(self, text: str) -> Ruling:
        """Rule on one text of digits."""
        if not text:
            return REJECTED[Reason.NO_PHONE]
        lane = self.of(text)
        found = lane[text[lane.head]]
        ruling = found if type(found) is Ruling else found[text[lane.cut]][text[lane.last]]
        if ruling is OPEN:
            ruling = lane.finish(text)
            lane.adapt()
        return ruling


class LanesByRegion(dict[str | None, Lanes]):
    """The lanes of every region asked for so far."""

    def __missing__(self, region: str | None) -> Lanes:
        lanes = self[region] = Lanes(region)
        return lanes


def _is_early(head: str) -> bool:
    """Tell whether it is too early to ask anything: a country code has begun, and what follows may be a part of it."""
    if not head.startswith(("+", "00")):
        return False
    code = head[1:] if head[0] == "+" else head[2:]
    return len(code) < _LONGEST_CODE and CALLING_CODES.isdisjoint((code[:1], code[:2]))


def _next_on(track: _Track, node: Node, digit: str) -> dict[str, Ruling]:
    """Return the rulings on numbers one digit further on a track, by the digit after that."""
    node = node.after(digit)
    if node.kind is not None:
        return _whatever_follows(track.ruling(node.kind) or OPEN)
    return {further: _ruling_at(track, node.after(further)) for further in _DIGITS}


def _ruling_at(track: _Track, node: Node) -> Ruling:
    return (track.ruling(node.kind) if node.kind is not None else None) or OPEN


@cache
def _whatever_follows(ruling: Ruling) -> dict[str, Ruling]:
    return dict.fromkeys(_DIGITS, ruling)


def _intern(ruling: Ruling) -> Ruling:
    """Return the one ruling that stands for all that are alike, so that they can be counted by identity."""
    if ruling.reason is not None:
        return ruling
    key = (ruling.type, ruling.region, ruling.prefix, ruling.strip, ruling.repairs)
    return _interned.setdefault(key, ruling) if len(ruling.prefix) <= _LONGEST_CODE else ruling
