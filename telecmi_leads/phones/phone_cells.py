"""One cell, whatever is in it: the number it holds and what was repaired, or why there is none.

Cells come here that the fast path does not take; `read_cell` is also what the fast path is tested against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.library import code_of
from telecmi_leads.phones.ruling import MOBILE_TYPES, Ruling
from telecmi_leads.phones.splitting import SOFT, WORD, Part, Pieces, take_apart
from telecmi_leads.phones.wrapping import Step, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Rule = Callable[[str], Ruling]
    Allowed = Callable[[Ruling], Reason | None]

LONGEST_CELL = 250
"""phonenumbers reads no longer text either."""

TWO_NUMBERS = 16
"""So many digits may be two numbers with nothing but a space or a hyphen between them."""

# What forms, exports and spreadsheets write where there is nothing: in lower case, without punctuation at the ends.
_FILLERS = frozenset(
    (
        "", "0", "0.0", "na", "n/a", "n.a", "n a", "nan", "nil", "null", "none", "no", "n", "false", "true", "unknown",
        "undefined", "empty", "blank", "missing", "private", "not available", "not applicable", "not provided",
        "not given", "not set", "no phone", "no mobile", "no number", "error", "value", "ref", "name", "num", "div/0",
        "spill", "calc",
    )
)  # fmt: skip
_FILLER_EDGES = " \t\r\n\x0b\x0c-.,;:#!?()[]<>\"'`=\\/_{}\xa0\ufeff\u200b\u2013\u2014"
_GROUPED = re.compile(r"\s*\+?\d{1,5}(?:\s?,\s?\d{2,8})+\s*")
_COUNTRY_CODE_ALONE = re.compile(r"(?:\+|00)[1-9]\d{0,2}")
_CODE_BEFORE_PLUS = re.compile(r"[1-9]\d{0,2}")
_RUNS = re.compile(r"\+?\d+")
_MOST_RUNS = 16
_LONGEST_NUMBER = 17
_EXTENSION_DIGITS = 5
_EXTENSION_SEPARATORS = frozenset(",; ")
_FEWEST_DIGITS = 4
_FEWEST_DIGITS_OF_ANOTHER = 7


@dataclass(frozen=True, slots=True)
class Candidate:
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


@dataclass(frozen=True, slots=True)
class CellReading:
    """What a cell holds: a number and the repairs it took, or the reason why it holds none.

    `chosen` is the candidate that `number` comes from or whose refusal by the user's options is the reason;
    `tried` are all candidates in their order. `text` is the cell without its wrappers, `steps` how they came off.
    """

    number: str
    reason: Reason | None
    repairs: frozenset[Repair] = frozenset()
    chosen: Candidate | None = None
    tried: tuple[Candidate, ...] = ()
    text: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class _Search:
    """The candidates of a cell as they are found."""

    rule: Rule
    tried: list[Candidate] = field(default_factory=list)

    def attempt(self, text: str, before: str, digits: str = "", *, keep: bool = False) -> bool:
        """Rule on a stretch of text; remember it if it is good, or anyway if `keep` is set."""
        digits = digits or digits_of(text)
        ruling = self.rule(digits)
        if ruling.reason is None or keep:
            self.tried.append(Candidate(text, digits, ruling, before))
        return ruling.reason is None


def read_cell(cell: str, rule: Rule, allowed: Allowed) -> CellReading:
    """Find the number in a cell.

    `rule` decides on digits (verdict.rule with the row's region), `allowed` says for a good number why the user's
    options refuse it, or None. Of several good numbers the first mobile is taken, else the first.
    """
    if is_empty(cell):
        return CellReading("", Reason.NO_PHONE)
    if len(cell) > LONGEST_CELL:
        return CellReading("", Reason.NOT_A_NUMBER)
    unwrapped = unwrap(cell)
    text, steps = unwrapped.text, tuple(unwrapped.steps)
    if steps and is_empty(text):
        return CellReading("", Reason.NO_PHONE, text=text, steps=steps)
    pieces = take_apart(text)
    search = _Search(rule)
    _search(pieces, search, text)
    if unwrapped.linked and not any(candidate.good for candidate in search.tried):
        pieces = take_apart(text.replace("+", " "))
        _search(pieces, search, text)
    tried = tuple(search.tried)
    chosen = _choose(tried, allowed)
    if chosen is None:
        return CellReading("", _why_none(pieces, tried), tried=tried, text=text, steps=steps)
    refused = allowed(chosen.ruling)
    if refused is not None:
        return CellReading("", refused, chosen=chosen, tried=tried, text=text, steps=steps)
    repairs = {step.repair for step in steps}.union(_found_repairs(text, pieces, chosen, tried), chosen.ruling.repairs)
    return CellReading(chosen.number, None, frozenset(repairs), chosen, tried, text, steps)


def is_empty(cell: str) -> bool:
    """Tell whether the cell is empty or holds what stands for nothing: `-`, `0`, `N/A`, `null`, `#ERROR!`."""
    return not cell or cell.strip(_FILLER_EDGES).casefold() in _FILLERS


def digits_of(text: str) -> str:
    """Return a stretch's digits, after a plus where one leads them."""
    digits = "".join(filter(str.isdigit, text))
    return "+" + digits if "+" in text else digits


# --- finding --------------------------------------------------------------------------------------


def _search(pieces: Pieces, search: _Search, text: str) -> None:
    """Try the parts of a cell from left to right; if none is a number, try a number with commas in it."""
    parts = pieces.parts
    index = 0
    while index < len(parts):
        index += _try_part(parts, index, search)
    if len(parts) > 1 and not any(candidate.good for candidate in search.tried) and _GROUPED.fullmatch(text):
        before = search.tried[:]
        search.tried.clear()
        if not search.attempt(text, ""):
            search.tried = before


def _try_part(parts: Sequence[Part], index: int, search: _Search) -> int:
    """Try the part at `index`; returns how many parts that took."""
    part = parts[index]
    if index + 1 < len(parts):
        code, after = digits_of(part.text), parts[index + 1]
        if _COUNTRY_CODE_ALONE.fullmatch(code) or (after.before == "+" and _CODE_BEFORE_PLUS.fullmatch(code)):
            rest = after.text.replace("+", " ")
            if search.attempt(f"{part.text} {rest}", part.before):
                return 2
    if "/" in part.text:
        _try_slashed(part, search)
    elif not (_try_with_rest(part, search) or search.attempt(part.text, part.before) or _try_runs(part, search)):
        search.attempt(part.text, part.before, keep=True)
    return 1


def _try_with_rest(part: Part, search: _Search) -> bool:
    """Take `9876543210-11` as a number and an extension where the whole would be another country's without its plus."""
    whole = search.rule(digits_of(part.text))
    if whole.reason is not None or Repair.MISSING_PLUS not in whole.repairs:
        return False
    runs = _RUNS.findall(part.text)
    for count in range(1, len(runs)):
        number, rest = " ".join(runs[:count]), " ".join(runs[count:])
        ruling = search.rule(digits_of(number))
        abroad = ruling.reason is None and code_of(ruling.region) != code_of(whole.region)
        if abroad and len(digits_of(rest)) <= _EXTENSION_DIGITS:
            search.attempt(number, part.before)
            search.attempt(rest, " ", keep=True)
            return True
    return False


def _try_slashed(part: Part, search: _Search) -> None:
    """Try `022-26543210/11` and `9876543210/9876543211` as two numbers, `030/901820` as one: the first decides."""
    pieces = part.text.split("/")
    pieces[1:] = [piece.replace("+", " ") if digits_of(pieces[0]) == "+" else piece for piece in pieces[1:]]
    before, start = part.before, 0
    while start < len(pieces):
        ends = range(start + 1, len(pieces) + 1)
        end = next((end for end in ends if search.attempt("/".join(pieces[start:end]), before)), None)
        if end is None and digits_of(pieces[start]):
            search.attempt(pieces[start], before, keep=True)
        before, start = "/", end or start + 1


def _try_runs(part: Part, search: _Search) -> bool:
    """Try to cut a long stretch into good numbers without a rest, at its spaces and hyphens."""
    runs = _RUNS.findall(part.text)
    if sum(map(len, runs)) < TWO_NUMBERS or not 1 < len(runs) <= _MOST_RUNS:
        return False
    if part.text.lstrip(SOFT).startswith("+"):
        runs[0] = "+" + runs[0].lstrip("+")
    found: list[str] = []
    while runs:
        for count in range(len(runs), 0, -1):
            digits = "".join(runs[:count])
            whole = "+" not in digits[1:] and len(digits) <= _LONGEST_NUMBER  # a plus begins a number and joins none
            if whole and search.rule(digits).reason is None:
                break
        else:
            return False
        found.append(" ".join(runs[:count]))
        del runs[:count]
    for index, text in enumerate(found):
        search.attempt(text, " " if index else part.before)
    return True


# --- choosing -------------------------------------------------------------------------------------


def _choose(tried: Sequence[Candidate], allowed: Allowed) -> Candidate | None:
    """Return the first good mobile, else the first good number; those that the options refuse come last."""
    good = [candidate for candidate in tried if candidate.good]
    good = [candidate for candidate in good if allowed(candidate.ruling) is None] or good
    mobile = (candidate for candidate in good if candidate.ruling.type in MOBILE_TYPES)
    return next(mobile, good[0] if good else None)


def _why_none(pieces: Pieces, tried: Sequence[Candidate]) -> Reason:
    """Say why there is no number in a cell that is not empty."""
    for reason in (Reason.DIGITS_LOST, Reason.MASKED, Reason.LETTERS):
        if reason in pieces.faults:
            return reason
    if pieces.marked_extension:
        return Reason.MASKED
    if pieces.vanity:
        return Reason.LETTERS
    longest = max(tried, key=lambda candidate: len(candidate.digits), default=None)
    if longest is None:
        return Reason.NOT_A_NUMBER if pieces.words or pieces.faults else Reason.NO_PHONE
    if pieces.words and len(longest.digits) < _FEWEST_DIGITS:
        return Reason.NOT_A_NUMBER
    return longest.ruling.reason or Reason.NOT_VALID


def _found_repairs(text: str, pieces: Pieces, chosen: Candidate, tried: Sequence[Candidate]) -> set[Repair]:
    """Name what was left aside to get at the chosen number."""
    repairs: set[Repair] = set()
    others = [candidate for candidate in tried if candidate is not chosen]
    if pieces.words:
        repairs.add(Repair.TRAILING_WORDS)
    if pieces.extension or pieces.marked_extension:
        repairs.add(Repair.EXTENSION)
    repairs.update(map(_left_aside, others))
    if pieces.faults:
        repairs.add(Repair.SEVERAL_NUMBERS)
    around = chosen.text.strip(SOFT) if repairs else text
    if around != chosen.digits:
        repairs.add(Repair.PUNCTUATION)
    return repairs


def _left_aside(other: Candidate) -> Repair:
    """Name what a stretch is that was not chosen: another number, an extension, or digits in the words around."""
    if not other.good and len(other.digits) < _FEWEST_DIGITS_OF_ANOTHER:
        if other.before and set(other.before) <= _EXTENSION_SEPARATORS and len(other.digits) <= _EXTENSION_DIGITS:
            return Repair.EXTENSION
        if other.before == WORD:
            return Repair.TRAILING_WORDS
    return Repair.SEVERAL_NUMBERS
