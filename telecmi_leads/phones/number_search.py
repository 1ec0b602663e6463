"""The stretches of digits in a cell, tried as numbers: as a whole, without what may be no part of them, in pieces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.grouping import CALLING_CODES, HOPELESS, Asked, digits_of, is_own
from telecmi_leads.phones.named_countries import How
from telecmi_leads.phones.phone_words import SWITCHBOARD, WEAK_DATE
from telecmi_leads.phones.regions import UNKNOWN
from telecmi_leads.phones.ruling import MOBILE_TYPES, REJECTED, Ruling, trunk_of
from telecmi_leads.phones.splitting import SOFT, WORD, Part, Pieces
from telecmi_leads.phones.wrapping import MASK
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TWO_NUMBERS = 16
"""So many digits may be two numbers with nothing but a space or a hyphen between them."""

FEWEST_DIGITS_OF_ANOTHER = 7
"""Fewer digits beside a number are no second one."""

_CODES = frozenset({How.CODE, How.BEHIND})
_GROUPED = re.compile(r"\s*\+?\d{1,5}(?:\s?,\s?\d{2,8})+\s*")
_COUNTRY_CODE_ALONE = re.compile(r"(?:\+|00)[1-9]\d{0,2}")
_CODE_BEFORE_PLUS = re.compile(r"[1-9]\d{0,2}")
_RUNS = re.compile(r"\+?\d+")
_MOST_RUNS = 16
_LONGEST_NUMBER = 17
_LONGEST_MARK = 3
_WIDEST_STEP = 9
_FEWEST_OF_A_LINE = 3
_RANGE = re.compile(r"(?P<number>[^/]*\d[^/]*?\d)(?P<lines>(?:\s*[/\-]\s*\d{1,2})+)\s*")
_ONE_KEY = re.compile(r"\s*-\s*\d")  # `98765-01231-5`: one key too many, in groups
_LOOSE_STARS = re.compile(r"\*+(?=\s)|(?<=\s)\*+")
_SAMPLE_DIGITS = "05"
_KEYS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999", strict=True))
_FEWEST_WITHOUT_TRUNK = 9  # shorter ones beside another number are no number where people dial a trunk zero


class Candidate(Struct, frozen=True):
    """A stretch of a cell that was tried as a number: its text, digits, the ruling, and what stood before it."""

    text: str
    digits: str
    ruling: Ruling
    before: str

    @property
    def good(self) -> bool:
        """Tell whether the digits are a valid number that is no filler."""
        return self.ruling.reason is None

    @property
    def number(self) -> str:
        """E.164 digits, "" where the digits are no good number."""
        return self.ruling.number(self.digits)


class Search(Struct):
    """The candidates of a cell as they are found.

    `home` are the rules of the row's region, `asked` those for the part that is tried: of the country named beside it.
    """

    home: Asked
    asked: Asked
    tried: list[Candidate] = field(default_factory=list)
    repairs: set[Repair] = field(default_factory=set)
    faults: list[Reason] = field(default_factory=list)

    def turn_to(self, country: str | None) -> None:
        """Take the rules of the country that is named for a part, of the row's region where none is."""
        self.asked = self.home if country is None else self.home.elsewhere(None if country == UNKNOWN else country)

    def attempt(self, text: str, before: str, *, keep: bool = False, named: Reason | None = None) -> bool:
        """Rule on a stretch of text; remember it if it is good, or anyway if `keep` is set."""
        ruling = self.asked.of(text)
        if ruling.reason is Reason.NO_REGION and self.home.region is not None:  # two countries are named for it
            ruling = REJECTED[Reason.UNKNOWN_COUNTRY]
        if ruling.reason is None or keep:
            shown = REJECTED[named] if named and ruling.reason is None else ruling
            self.tried.append(Candidate(text, digits_of(text), shown, before))
        return ruling.reason is None

    def unclear(self, part: Part) -> None:
        """Remember a stretch that can be read in two ways."""
        self.tried.append(Candidate(part.text, digits_of(part.text), REJECTED[Reason.UNCLEAR], part.before))


def search_parts(pieces: Pieces, search: Search, text: str) -> None:
    """Try the parts of a cell from left to right; if none is a number, try a number with commas in it."""
    parts = pieces.parts
    index = 0
    while index < len(parts):
        country = parts[index].country or _country_behind_code(parts, index)
        search.turn_to(country and _dialled_in(country, pieces, index, search.home))
        index += _try_part(parts, index, search)
    search.turn_to(None)
    if len(parts) > 1 and not any(candidate.good for candidate in search.tried) and _GROUPED.fullmatch(text):
        before = search.tried[:]
        search.tried.clear()
        if not search.attempt(text, ""):
            search.tried = before


def _dialled_in(country: str, pieces: Pieces, index: int, home: Asked) -> str | None:
    """Return the country to dial a part in beside which one is named: None for home, UNKNOWN where both may be meant.

    What may be a degree, a post or somebody's name counts as a country only where the number is none at home, and
    nothing but an evident word makes a mobile of the row's own country invalid.
    """
    how = pieces.how.get(country, How.EVIDENT)
    if how is How.EVIDENT or home.region in {None, country}:
        return country
    here, there = _goods(pieces, index, home), _goods(pieces, index, home.elsewhere(country))
    if not here or [each.number for each in here] == [each.number for each in there]:
        return country
    mobile = any(each.ruling.type in MOBILE_TYPES for each in here)
    if not there or (mobile and how in _CODES):
        return None if mobile or how in _CODES else country
    return UNKNOWN if how in {How.BEHIND, How.PERSON} else country


def _goods(pieces: Pieces, index: int, asked: Asked) -> list[Candidate]:
    """Return the good numbers that a part holds by these rules."""
    search = Search(asked, asked)
    _try_part(pieces.parts, index, search)
    return [candidate for candidate in search.tried if candidate.good]


def _country_behind_code(parts: Sequence[Part], index: int) -> str | None:
    """Return the country named for the number behind a code that stands alone: `+44 (UK) 7911 123456`."""
    alone = index + 1 < len(parts) and _COUNTRY_CODE_ALONE.fullmatch(digits_of(parts[index].text))
    return parts[index + 1].country if alone else None


def _try_part(parts: Sequence[Part], index: int, search: Search) -> int:
    """Try the part at `index`; returns how many parts that took."""
    part = parts[index]
    if index + 1 < len(parts) and part.named is None:
        code, after = digits_of(part.text), parts[index + 1]
        signed = after.before == "+"
        mark = code.lstrip("+0")
        repeated = mark and digits_of(after.text).startswith("+" + mark)
        if signed and len(mark) <= _LONGEST_MARK and (repeated or search.asked.of(after.text).reason is None):
            search.repairs.add(Repair.CODE_TWICE if repeated else Repair.LIST_MARK)
            return 1
        if _COUNTRY_CODE_ALONE.fullmatch(code) or (signed and _CODE_BEFORE_PLUS.fullmatch(code)):
            rest = after.text.replace("+", " ")
            if search.attempt(f"{part.text} {rest}", part.before, named=after.named):
                return 2
    if part.stars and _hides_digits(part, search.asked):
        search.faults.append(Reason.MASKED)
    elif part.tail and _is_vanity(part, search.asked):
        search.faults.append(Reason.LETTERS)
    else:
        _try_stretch(part, search)
    return 1


def _hides_digits(part: Part, asked: Asked) -> bool:
    """Tell whether asterisks may stand for digits: with digits in their places it would be a number too."""
    stars = _LOOSE_STARS.sub("", part.stars)
    if MASK not in stars:
        return False
    filled = (asked.of(stars.replace(MASK, digit)) for digit in _SAMPLE_DIGITS)
    return any(ruling.reason is None and Repair.MISSING_PLUS not in ruling.repairs for ruling in filled)


def _is_vanity(part: Part, asked: Asked) -> bool:
    """Tell whether the word at the end of a number may be a part of it, as keys on a telephone."""
    keys = "".join(_KEYS.get(letter, "") for letter in part.tail.upper())
    ruling = asked.of(part.text + keys)
    return ruling.reason is None and Repair.MISSING_PLUS not in ruling.repairs


def _try_stretch(part: Part, search: Search) -> None:
    """Try a stretch as a whole; where that fails, or may be a mistake, with what else may stand in it."""
    asked, text = search.asked, part.text
    whole = asked.of(text)
    if whole.reason in HOPELESS:
        search.attempt(text, part.before, keep=True, named=part.named)
    elif _try_without(part, whole, search) or _try_range(part, whole, search) or _try_switchboard(part, whole, search):
        return
    elif part.named is None and _is_glued(part, whole, asked):
        search.unclear(part)
    elif not (
        search.attempt(text, part.before, named=part.named) or _try_slashed(part, search) or _try_runs(part, search)
    ):
        search.attempt(text, part.before, keep=True, named=part.named)


def _try_without(part: Part, whole: Ruling, search: Search) -> bool:
    """Try a stretch without what may be no part of its number; where both ways make a number, one must be evident."""
    asked, text = search.asked, part.text
    for pattern, repair, is_sure in _LEFT_OUT:
        match = pattern.search(text)
        if match is None or not _may_leave_out(repair, part, match, whole):
            continue
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        ruling = asked.of(rest)
        if ruling.reason is not None:
            continue
        if whole.reason is None and (
            Repair.MISSING_PLUS in ruling.repairs or whole.number(digits_of(text)) == ruling.number(digits_of(rest))
        ):
            continue
        foreign = Repair.MISSING_PLUS in whole.repairs and repair is Repair.LIST_MARK
        if whole.reason in {None, Reason.UNCLEAR} and (foreign or not is_sure(match, text, rest)):
            dotted = "." in match[0]
            if repair is Repair.LIST_MARK and part.before != WORD and not dotted and is_own(whole, asked.region):
                continue
            search.unclear(part)
            return True
        search.repairs.add(repair)
        _try_stretch(Part(rest, part.before, part.after, part.tail, named=part.named), search)
        return True
    return False


def _is_glued(part: Part, whole: Ruling, asked: Asked) -> bool:
    """Tell whether digits that are a number may be another number and a small one before or after it.

    So it is where they are another country's number without its plus, though no group is its calling code (an Indian
    identity number, `9876 5432 1098`, must not be dialled in Iran), and where a number with its trunk zero stands
    behind other digits.
    """
    runs = _RUNS.findall(part.text)
    if whole.reason is not None or len(runs) == 1 or runs[0].startswith("+"):
        return False
    number = whole.number(digits_of(part.text))
    behind = [" ".join(runs[at:]) for at in range(1, len(runs))]
    if Repair.MISSING_PLUS not in whole.repairs or is_own(whole, asked.region):
        small = len(runs[0]) <= _LONGEST_MARK and not runs[0].startswith("0")
        wordy = WORD in {part.before, part.after}
        trunk = wordy and small and behind[0].startswith("0") and trunk_of(asked.region) == "0"
        return trunk and _is_another(asked.of(behind[0]), behind[0], number)
    return runs[0] not in CALLING_CODES


def _is_another(ruling: Ruling, text: str, number: str) -> bool:
    """Tell whether a text is a good number, and another one than this."""
    return ruling.reason is None and ruling.number(digits_of(text)) != number


def _may_leave_out(repair: Repair, part: Part, match: re.Match[str], whole: Ruling) -> bool:
    """Tell whether a small number may be something else: a count needs a word after it, a label's number one before."""
    if repair is Repair.TRAILING_WORDS:
        short = len(match[0].strip()) < max(map(len, _RUNS.findall(part.text)))
        return part.after == WORD and (short or Repair.MISSING_PLUS in whole.repairs)
    if repair is Repair.LIST_MARK and match[0].strip().isdigit():
        return part.before == WORD
    return True


def _try_range(part: Part, whole: Ruling, search: Search) -> bool:
    """Take `022-26543210-11` as 022-26543210: the last digits of further lines are written short."""
    match = _RANGE.fullmatch(part.text)
    if match is None or (whole.reason is Reason.TOO_LONG and _ONE_KEY.fullmatch(match["lines"])):
        return False
    number, lines = match["number"], _RUNS.findall(match["lines"])
    ruling = search.asked.of(number)
    if ruling.reason is not None:
        return False
    ruling = search.asked.of(part.text)
    if ruling.reason is Reason.UNCLEAR:  # all the digits are a number too, in two ways
        search.unclear(part)
        return True
    is_whole = ruling.reason is None and not _is_glued(part, ruling, search.asked)
    runs_on = _runs_on(digits_of(number), lines)
    if is_whole and not (runs_on and "/" in match["lines"] and "/" not in number):
        return False
    if not runs_on and "/" not in match["lines"]:
        return False
    search.repairs.add(Repair.SEVERAL_NUMBERS if "/" in match["lines"] else Repair.EXTENSION)
    return search.attempt(number, part.before, named=part.named)


def _try_switchboard(part: Part, whole: Ruling, search: Search) -> bool:
    """Take `010-62345678-801` as 010-62345678 in China, where that is a fixed line and all the digits are no number."""
    match = SWITCHBOARD.fullmatch(part.text) if search.asked.region == "CN" and whole.reason is not None else None
    if match is None or search.asked.of(match["number"]).type is not PhoneType.FIXED_LINE:
        return False
    search.repairs.add(Repair.EXTENSION)
    return search.attempt(match["number"], part.before, named=part.named)


def _runs_on(digits: str, lines: Sequence[str]) -> bool:
    """Tell whether the short endings count on from the number: 10, 11, 12."""
    last = digits
    for line in lines:
        step = (int(line) - int(last[-len(line) :])) % 10 ** len(line)
        if not 0 < step <= _WIDEST_STEP:
            return False
        last = line
    return True


def _try_slashed(part: Part, search: Search) -> bool:
    """Try `9876543210/9876543211` as two numbers, where it is none as a whole; each piece must be one, or a line."""
    pieces = part.text.split("/")
    pieces[1:] = [piece.replace("+", " ") if digits_of(pieces[0]) == "+" else piece for piece in pieces[1:]]
    found: list[tuple[str, str]] = []
    before, start = part.before, 0
    while start < len(pieces):
        ends = range(len(pieces), start, -1)
        joined = ("/".join(pieces[start:end]) for end in ends)
        at = next((at for at, text in enumerate(joined) if search.asked.of(text).reason is None), None)
        if at is None:
            if not found or (digits_of(pieces[start]) and len(digits_of(pieces[start])) < _FEWEST_OF_A_LINE):
                return False
            start += 1
            continue
        end = len(pieces) - at
        found.append(("/".join(pieces[start:end]), before))
        before, start = "/", end
    if len(pieces) > 1:
        for text, separator in found:
            search.attempt(text, separator, named=part.named)
        search.repairs.add(Repair.SEVERAL_NUMBERS)
    return bool(found) and len(pieces) > 1


def _try_runs(part: Part, search: Search) -> bool:
    """Try to cut a long stretch into good numbers without a rest, at its spaces and hyphens.

    Where it can be cut in two ways that begin with different numbers, none is taken.
    """
    runs = _RUNS.findall(part.text)
    if sum(map(len, runs)) < TWO_NUMBERS or not 1 < len(runs) <= _MOST_RUNS:
        return False
    if part.text.lstrip(SOFT).startswith("+"):
        runs[0] = "+" + runs[0].lstrip("+")
    ways = _cuts(tuple(runs), search.asked, {})
    if not ways:
        return False
    if len(ways) > 1:
        search.unclear(part)
        return True
    for index, text in enumerate(ways[0]):
        search.attempt(text, " " if index else part.before, named=part.named)
    return True


def _cuts(runs: tuple[str, ...], asked: Asked, known: dict[int, list[list[str]]]) -> list[list[str]]:
    """List the ways to cut runs of digits into good numbers, two at most."""
    if not runs:
        return [[]]
    if len(runs) in known:
        return known[len(runs)]
    ways: list[list[str]] = []
    for count in range(len(runs), 0, -1):
        text = " ".join(runs[:count])
        digits = digits_of(text)
        if not FEWEST_DIGITS_OF_ANOTHER <= len(digits.lstrip("+")) <= _LONGEST_NUMBER or "+" in text[1:]:
            continue
        if trunk_of(asked.region) == "0" and len(digits) < _FEWEST_WITHOUT_TRUNK and digits[0] not in "0+":
            continue
        if asked.of(text).reason is None:
            ways += [[text, *way] for way in _cuts(runs[count:], asked, known)]
    known[len(runs)] = ways[:2]
    return ways[:2]


def _is_mark(match: re.Match[str], _text: str, rest: str) -> bool:
    """Tell whether what leads a number is a list mark for sure: behind it begins a number with its prefix."""
    return rest.lstrip().startswith(("+", "0", "(0")) and match[0].strip(" ()[]#.:-") != "0"


def _never(_match: re.Match[str], _text: str, _rest: str) -> bool:
    return False


# What may stand in a stretch of digits and be no part of it, and whether that outweighs a number of all the digits.
_LEFT_OUT: tuple[tuple[re.Pattern[str], Repair, Callable[[re.Match[str], str, str], bool]], ...] = (
    (WEAK_DATE, Repair.DATE_DROPPED, lambda match, _text, _rest: "/" in match[0]),
    (
        re.compile(r"^\s*(?:[(\[][1-9]\d?[)\]]\s+|[1-9]\d?(?:\.-?\s+|\s+-\s+|-\s+|/\s+|\s+))(?=[\d(+])"),
        Repair.LIST_MARK,
        _is_mark,
    ),
    (re.compile(r"(?<=\d)\s*[(\[]\d{1,4}[)\]]\s*$"), Repair.EXTENSION, _never),
    (re.compile(r"^\s*[(\[][1-9]\d?\s?-\s?[1-9]\d?[)\]](?=\s)"), Repair.DATE_DROPPED, _never),
    (re.compile(r"(?<=\d)\s+(?:\d|1\d|2[0-4])\s?-\s?(?:\d|1\d|2[0-4])\s*$"), Repair.DATE_DROPPED, _never),
    (re.compile(r"(?<=\d)\s+\d{1,2}\s*$"), Repair.TRAILING_WORDS, _never),
)
