"""PhoneBook: whole columns of cells in, numbers and reasons out, under the user's options."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache, partial
from itertools import compress, repeat
from operator import is_, ne
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.grouping import CALLING_CODES, Asked, digits_of, may_be_foreign, may_be_rewritten, unsigned
from telecmi_leads.phones.lanes import DATE_DIGITS, OPEN, LanesByRegion
from telecmi_leads.phones.number_search import TWO_NUMBERS
from telecmi_leads.phones.odd_cells import OddCells
from telecmi_leads.phones.phone_cells import LONGEST_CELL, read_cell
from telecmi_leads.phones.phone_words import SWITCHBOARD
from telecmi_leads.phones.profiles import Profiles, explain
from telecmi_leads.phones.regions import is_region
from telecmi_leads.phones.row_regions import RowRegions
from telecmi_leads.phones.ruling import Library, Ruling, code_of, rule
from telecmi_leads.phones.wrapping import simply_wrapped, unwrap
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telecmi_leads.phones.lanes import Lane
    from telecmi_leads.phones.profiles import NumberProfile, PhoneExplanation
    from telecmi_leads.settings.options import PhoneOptions


ODD = Ruling(Reason.NO_PHONE)
"""The ruling of a cell that has to be read by itself."""

_DOUBTFUL = frozenset(
    {
        Reason.NOT_VALID, Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NO_REGION, Reason.UNKNOWN_COUNTRY_CODE,
        Reason.UNCLEAR,
    }
)  # fmt: skip
"""Why a cell's digits may be no number though its groups, or an old habit, make one of them."""

_STRETCH = re.compile(r"\+?\d[\d ().\-]*\d")
_LONGEST_CODE = 3
_DATED = re.compile(r"(?<![\d.\-])(?:(?:19|20)\d\d([.\-])\d\d?\1\d\d?|\d\d?([.\-])\d\d?\2(?:19|20)\d\d)(?![\d.\-])")
_DIGITS_OF_A_DATE, _FEWEST_WITH_DATE = 8, 11  # a date alone in its cell, and one beside a number
# A list mark before the number, a short ending of a further line behind it, a date among its groups.
_WORTH_A_LOOK = re.compile(
    r"^\W*\d{1,2}(?:[.)\]]|\s*-\s)|(?<!\d)\d\d?\.\d\d\s*$|-\s*\d{1,2}\s*$|(?<!\d)\d{1,2}([.\-])\d{1,2}\1\d\d(?!\d)"
)
_GROUP = re.compile(r"\d+")
_MAYBE_MARK = re.compile(r"\W*\d{1,2}(?:[).\-]\W|\s+-\s)")
_SEPARATOR = "\x1f"
_STRANGE = "x"
_STRANGE_CELL = b"\x1fx"
_NOTHING = "-"  # a text without digits; it has a character so that it can be looked up
_KEPT = b"+0123456789\x1f"
_CLEAN = bytes(code if code in _KEPT else ord(_STRANGE) for code in range(256))
_PUNCTUATION = b" -()."
# A trailing `.0` is no digit of the number, and dots in a row hide some.
_STRANGE_DOTS = re.compile(rb"\.{3,}|\.0+[ ().\-]*(?=\x1f|\Z)")
_NEGATIVE = re.compile(rb"\x1f-(?=\d+(?:\.\d*)?(?:\x1f|\Z))")  # what a formula such as =91-9876543210 leaves
# `1) `, and `1. ` or `(1) ` or `1 - ` before a trunk zero: such marks count entries.
_LISTED = re.compile(rb"\x1f[ .\-]*(?:\d{1,2}\.?\)|\d{1,2}\.-|\d{1,2}\. |\(?\d{1,2}(?:[.)\-]+ +| +- +)\(?0)")
# A count, hours or an extension in brackets behind the number; hours before it, and without brackets.
_COUNTED = re.compile(rb"\(\d{1,4}(?: ?- ?\d{1,2})?\) *(?=\x1f|\Z)")
_HOURS_FIRST = re.compile(rb"\x1f\(\d\d? ?- ?\d\d?\)")
_OPEN_HOURS = re.compile(rb" (?:\d|1\d|2[0-4]) ?- ?(?:\d|1\d|2[0-4]) *(?=\x1f|\Z)")
_DOTTED_HOUR = re.compile(rb"(?<=[\x1f (])(?:[01]?\d|2[0-3])\.[0-5]\d(?=[ \x1f)]|\Z)")
_INNER_PLUS = re.compile(rb"(?<=[^\x1f])\+")


class Ruled(NamedTuple):
    """A column looked up: each cell's digits (after a plus if there is one) and the ruling on them, ODD or not.

    `punctuated` tells for each cell whether it lost punctuation; it is () where none did.
    """

    digits: list[str]
    rulings: list[Ruling]
    punctuated: Sequence[bool]


def look_up(cells: Sequence[str], regions: RowRegions, lanes: LanesByRegion) -> Ruled:
    """Look up a column of cells in rows of these regions."""
    digits, strange = _digits(cells)
    rulings = _rulings(digits, regions, lanes)
    punctuated: Sequence[bool] = list(map(ne, cells, digits))
    if True not in punctuated:
        punctuated = ()
    elif max(map(len, compress(cells, punctuated))) > LONGEST_CELL:
        strange += [index for index, cell in enumerate(cells) if len(cell) > LONGEST_CELL]
    _finish(digits, rulings, regions, lanes, punctuated)
    for index in strange:
        rulings[index] = ODD
    found = Ruled(digits, rulings, punctuated)
    if punctuated:
        _weigh_groups(cells, found, regions, lanes)
    return found


def _weigh_groups(cells: Sequence[str], found: Ruled, regions: RowRegions, lanes: LanesByRegion) -> None:
    """Rule again on punctuated cells whose groups may say more than their digits: `44 20 8765 4321`, `9876543210-11`.

    Those that begin with a calling code as a group are ruled on as if a plus stood before it; others that are numbers
    of another country, and those that hold a date, are left to be read by themselves.
    """
    digits, rulings, punctuated = found
    each = zip(range(len(digits)), digits, rulings, regions.by_row(len(digits)), strict=True)
    for index, text, ruling, region in compress(each, punctuated):
        if text[0] == "+":
            continue
        dated = not _DIGITS_OF_A_DATE < len(text) < _FEWEST_WITH_DATE and _may_hold_year(text)
        if dated and _DATED.search(cells[index]):
            rulings[index] = ODD
            continue
        doubt = _doubt(ruling, region)
        if doubt is not None and text.startswith(doubt.beginning):
            cell, heads = cells[index], doubt.heads
            if not (cell.startswith(heads) and cell[len(heads[0])].isdigit()):  # its first group is no calling code
                rulings[index] = _weighed(cell, text, ruling, region, lanes)


def _may_hold_year(digits: str) -> bool:
    return "20" in digits or "19" in digits


class _Doubt(NamedTuple):
    """When a cell's groups may overrule a ruling: if its digits begin with `beginning`, and it with none of `heads`.

    A cell that begins with one of `heads` has the calling code of a foreign number without a plus as its first group.
    """

    beginning: str
    heads: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 14)
def _doubt(ruling: Ruling, region: str | None) -> _Doubt | None:
    """Return when the groups of a cell in a row of `region` may overrule this ruling, None for never."""
    if ruling.reason is not None:
        return _Doubt("") if ruling.reason in _DOUBTFUL else None
    if Repair.MISSING_PLUS in ruling.repairs:
        known = len(ruling.prefix) <= _LONGEST_CODE
        return _Doubt("", (f"{ruling.prefix} ", f"{ruling.prefix}-") if known else ())
    if may_be_foreign(ruling, _NOTHING, region):
        return _Doubt("")
    own = code_of(region)
    return _Doubt(own) if may_be_foreign(ruling, own, region) else None


def _weighed(cell: str, digits: str, ruling: Ruling, region: str | None, lanes: LanesByRegion) -> Ruling:
    """Rule again on one punctuated cell; ODD where it has to be read by itself."""
    good = ruling.reason is None
    group = _first_group(cell)
    if good and Repair.MISSING_PLUS not in ruling.repairs:
        return ODD if may_be_foreign(ruling, digits, region) and group in CALLING_CODES else ruling
    if good and code_of(ruling.region) == code_of(region):
        return ruling
    if group not in CALLING_CODES or len(group) == len(digits):
        return ODD if good else ruling
    rule_here = lanes[region].rule
    abroad = rule_here("+" + digits)
    if abroad.reason is not None:
        return ruling
    marked = _MAYBE_MARK.match(cell) and Asked(region, rule_here).of(digits[len(group) :]).reason is None
    return ODD if marked else unsigned(abroad, 1, Repair.MISSING_PLUS)


def _first_group(cell: str) -> str:
    match = _GROUP.search(cell)
    return match[0] if match is not None else ""


def _digits(cells: Sequence[str]) -> tuple[list[str], list[int]]:
    """Take the punctuation out of all cells; returns the digits, and where the cells are that hold anything else."""
    text = _SEPARATOR.join(cells)
    if text.count(_SEPARATOR) >= max(len(cells), 1):
        text = _SEPARATOR.join([_STRANGE if _SEPARATOR in cell else cell for cell in cells])
    # A separator before the first cell, too: expressions that begin with it find the cells' beginnings fastest.
    raw = _marked((_SEPARATOR + text).encode("utf-8", "surrogatepass"))
    raw = raw.translate(_CLEAN, _PUNCTUATION)
    if b"+" in raw and raw.count(b"+") > raw.count(b"\x1f+"):
        raw = _INNER_PLUS.sub(_STRANGE.encode(), raw)
    cleaned = raw[1:].decode("ascii")
    digits = cleaned.split(_SEPARATOR)
    strange = _cells_with(_STRANGE, cleaned) if _STRANGE in cleaned else []
    for index in strange:
        digits[index] = ""
    if "" in digits:
        digits = [text or _NOTHING for text in digits]
    return digits, strange


def _marked(raw: bytes) -> bytes:
    """Put a strange character where punctuation says that digits beside it may be no part of the number."""
    strange = _STRANGE.encode()
    dots, hyphens, blanks, brackets = b"." in raw, b"-" in raw, b" " in raw, b")" in raw
    if dots:
        raw = _STRANGE_DOTS.sub(strange, raw)
    if hyphens and b"\x1f-" in raw:
        raw = _NEGATIVE.sub(_STRANGE_CELL, raw)
    if brackets or (dots and b". " in raw) or (hyphens and b"- " in raw):
        raw = _LISTED.sub(_STRANGE_CELL, raw)
    if blanks and hyphens:
        raw = _OPEN_HOURS.sub(strange, raw)
    if blanks and dots:
        raw = _DOTTED_HOUR.sub(strange, raw)
    if brackets and b"\x1f(" in raw:
        raw = _HOURS_FIRST.sub(_STRANGE_CELL, raw)
    if brackets and (b")\x1f" in raw or b") \x1f" in raw or raw.rstrip().endswith(b")")):
        raw = _COUNTED.sub(strange, raw)
    return raw


def _cells_with(char: str, joined: str) -> list[int]:
    """Return the indices of the cells of a joined string that hold the character."""
    found = []
    index = begin = 0
    at = joined.find(char)
    while at >= 0:
        index += joined.count(_SEPARATOR, begin, at)
        found.append(index)
        begin = joined.find(_SEPARATOR, at)
        at = joined.find(char, begin) if begin >= 0 else -1
    return found


def _rulings(digits: Sequence[str], regions: RowRegions, lanes: LanesByRegion) -> list[Ruling]:
    """Look up all rulings, as `Lanes.rule` does one: the lane by length, in it the first characters."""
    try:
        if regions.each is None:
            own = lanes[regions.single].by_length
            return [
                found if type(found := lane[text[lane.head]]) is Ruling else found[text[lane.cut]][text[lane.last]]
                for text in digits
                for lane in (own[len(text)],)
            ]
        known = {region: lanes[region].by_length for region in set(regions.each)}
        return [
            found if type(found := lane[text[lane.head]]) is Ruling else found[text[lane.cut]][text[lane.last]]
            for text, region in zip(digits, regions.each, strict=True)
            for lane in (known[region][len(text)],)
        ]
    except IndexError:  # texts beyond the longest lane, which hardly any column has
        return [
            found if type(found := lane[text[lane.head]]) is Ruling else found[text[lane.cut]][text[lane.last]]
            for text, region in zip(digits, regions.by_row(len(digits)), strict=True)
            for lane in (lanes[region].of(text),)
        ]


def _finish(
    digits: Sequence[str],
    rulings: list[Ruling],
    regions: RowRegions,
    lanes: LanesByRegion,
    punctuated: Sequence[bool],
) -> None:
    """Rule on the cells that the tables leave open."""
    walked: set[Lane] = set()
    left = list(compress(range(len(rulings)), map(is_, rulings, repeat(OPEN))))
    for index in left:
        text = digits[index]
        if len(text) == DATE_DIGITS and punctuated and punctuated[index]:
            rulings[index] = ODD
            continue
        lane = lanes[regions.at(index)].of(text)
        rulings[index] = lane.finish(text)
        walked.add(lane)
    for lane in walked:
        lane.adapt()


# Which of --types a number of each type satisfies: phonenumbers can't tell mobiles from fixed lines everywhere.
_SERVES = {kind: frozenset({kind}) for kind in PhoneType} | {
    PhoneType.FIXED_LINE_OR_MOBILE: frozenset({PhoneType.FIXED_LINE_OR_MOBILE, PhoneType.FIXED_LINE, PhoneType.MOBILE})
}


class NumberColumn(Struct, frozen=True):
    """A column read: `numbers` has E.164 digits without the plus for each cell, "" where there is no good number.

    `rulings` are those on the good numbers, for `PhoneBook.profiles`; `faults` says why, by index, for each "";
    `repairs` in how many cells with a good number each repair was made.
    """

    numbers: list[str]
    rulings: list[Ruling]
    faults: dict[int, Reason]
    repairs: dict[Repair, int]


class PhoneBook:
    """Reads phone cells under one set of options. Keeps what it learns, so make one for a run and use it throughout."""

    def __init__(self, options: PhoneOptions) -> None:
        self._types = options.types
        self._allow_premium = options.allow_premium
        self._lanes = LanesByRegion()
        self._profiles = Profiles()
        self._odd = OddCells(self._lanes, self.refusal)

    def column(self, cells: Sequence[str], regions: RowRegions | Sequence[str | None] | str | None) -> NumberColumn:
        """Read a column of cells, some thousand at once: they are looked at as a whole.

        `regions` are those of their rows, as `RowRegions.told` takes them. A region that phonenumbers does not have
        counts as not known.
        """
        if not cells:
            return NumberColumn([], [], {}, {})
        block = self._block(cells, RowRegions.told(regions).known())
        repairs = {repair: count for repair, count in block.repairs.items() if count}
        return NumberColumn(block.numbers, block.rulings, block.faults, repairs)

    def profiles(self, numbers: Sequence[str], rulings: Sequence[Ruling]) -> list[NumberProfile]:
        """Tell of good numbers that this book has read, with the rulings on them, what each is."""
        return self._profiles.of(numbers, rulings)

    def profiles_counted(self, numbers: Sequence[str], rulings: Sequence[Ruling]) -> Counter[NumberProfile]:
        """Count such numbers by what they are, in order of the first of each kind."""
        return self._profiles.counted(numbers, rulings)

    def explain(self, cell: str, region: str | None) -> PhoneExplanation:
        """Read one cell and tell every step of it, what the number is and where it is from."""
        known = region if region is not None and is_region(region) else None
        return explain(read_cell(cell, Asked(known, partial(rule, region=known, reader=Library())), self.refusal))

    def every_number(self, cell: str, region: str | None) -> list[str]:
        """Return each number that digits of the cell may be, for lists on which one too many does no harm."""
        known = region if region is not None and is_region(region) else None
        asked = Asked(known, self._lanes[known].rule)
        stretches = _STRETCH.findall(unwrap(cell[:LONGEST_CELL], lambda text: asked.of(text).reason is None).text)
        texts = dict.fromkeys(text for stretch in stretches for text in (stretch, *stretch.split()))
        rulings = ((text, asked.of(text)) for text in texts)
        return [ruling.number(digits_of(text)) for text, ruling in rulings if ruling.reason is None]

    def _block(self, cells: Sequence[str], regions: RowRegions) -> NumberColumn:
        """Read a block of cells: all of them by table, and what the tables can't read after that."""
        digits, rulings, punctuated = look_up(cells, regions, self._lanes)
        numbers = [ruling.prefix + text[ruling.strip :] for text, ruling in zip(digits, rulings, strict=True)]
        repairs: Counter[Repair] = Counter()
        if punctuated:
            repairs[Repair.PUNCTUATION] = sum(punctuated)
        refusals: dict[Ruling, Reason] = {}
        for ruling, count in Counter(rulings).items():
            reason = self.refusal(ruling)
            if reason is not None:
                refusals[ruling] = reason
            for repair in dict.fromkeys(ruling.repairs if reason is None else ()):
                repairs[repair] += count
        block = NumberColumn(numbers, rulings, {}, repairs)
        if refusals:
            self._read_refused(cells, regions, refusals, Ruled(digits, rulings, punctuated), block)
        return block

    def _read_refused(
        self,
        cells: Sequence[str],
        regions: RowRegions,
        refusals: Mapping[Ruling, Reason],
        found: Ruled,
        block: NumberColumn,
    ) -> None:
        """Reject the cells under these rulings, but for those that a longer look may find a number in."""
        digits, rulings, punctuated = found
        odd: list[int] = []
        changes = 0
        for index in list(compress(range(len(rulings)), map(refusals.__contains__, rulings))):
            ruling, changed = rulings[index], bool(punctuated) and punctuated[index]
            changes += changed
            if ruling is ODD or (changed and len(digits[index]) >= TWO_NUMBERS):
                odd.append(index)
                continue
            if self._may_be_rescued(cells[index], digits[index], regions.at(index), ruling, punctuated=changed):
                odd.append(index)
            else:
                _put(block, index, "", ruling, refusals[ruling])
        block.repairs[Repair.PUNCTUATION] = block.repairs.get(Repair.PUNCTUATION, 0) - changes
        if odd:
            self._read_odd(cells, regions, odd, block)

    def _read_odd(self, cells: Sequence[str], regions: RowRegions, odd: list[int], block: NumberColumn) -> None:
        """Read cells that are more than digits and punctuation: in a common wrapper by table, else each kind once."""
        wrapped: list[tuple[int, str, Iterable[Repair]]] = []
        for index in odd:
            simple = simply_wrapped(cells[index])
            if simple is not None:
                wrapped.append((index, *simple))
                continue
            odd_cell = self._odd.read(cells[index], regions.at(index))
            _put(block, index, odd_cell.number, odd_cell.ruling, odd_cell.reason)
            _count(block, dict.fromkeys(odd_cell.repairs, 1))
        if not wrapped:
            return
        inside = self._block([text for _, text, _ in wrapped], regions.only([index for index, _, _ in wrapped]))
        _count(block, inside.repairs)
        for place, (index, _, repairs) in enumerate(wrapped):
            _put(block, index, inside.numbers[place], inside.rulings[place], inside.faults.get(place))
            if inside.numbers[place]:
                _count(block, dict.fromkeys(repairs, 1))

    def _may_be_rescued(self, cell: str, digits: str, region: str | None, ruling: Ruling, *, punctuated: bool) -> bool:
        """Tell whether a rejected cell is worth a longer look: its groups, or an old habit, may make a number of it."""
        if ruling.reason not in _DOUBTFUL or not (punctuated or may_be_rewritten(digits, region)):
            return False
        if punctuated and (_WORTH_A_LOOK.search(cell) or _DATED.search(cell) or SWITCHBOARD.fullmatch(cell)):
            return True
        return Asked(region, self._lanes[region].rule).weighed(cell, digits, ruling).reason is None

    def refusal(self, ruling: Ruling) -> Reason | None:
        """Say why there is no good number here, by the ruling or by the user's options; None where there is one."""
        if ruling.reason is not None:
            return ruling.reason
        if ruling.type is PhoneType.PREMIUM_RATE and not self._allow_premium:
            return Reason.PREMIUM
        return Reason.WRONG_TYPE if self._types and not self._types & _SERVES[ruling.type] else None


def _put(block: NumberColumn, index: int, number: str, ruling: Ruling, reason: Reason | None) -> None:
    block.numbers[index] = number
    block.rulings[index] = ruling
    if reason is not None:
        block.faults[index] = reason


def _count(block: NumberColumn, repairs: Mapping[Repair, int]) -> None:
    for repair, count in repairs.items():
        block.repairs[repair] = block.repairs.get(repair, 0) + count
