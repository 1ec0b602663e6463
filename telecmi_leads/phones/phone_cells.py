"""One cell, whatever is in it: the number it holds and what was repaired, or why there is none.

Cells come here that the fast path does not take; `read_cell` is also what the fast path is tested against.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.grouping import Asked, digits_of
from telecmi_leads.phones.number_search import FEWEST_DIGITS_OF_ANOTHER, Candidate, Search, search_parts
from telecmi_leads.phones.phone_words import is_empty
from telecmi_leads.phones.ruling import MOBILE_TYPES, Ruling
from telecmi_leads.phones.splitting import SOFT, WORD, Pieces, take_apart
from telecmi_leads.phones.wrapping import Step, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Allowed = Callable[[Ruling], Reason | None]

LONGEST_CELL = 250
"""phonenumbers reads no longer text either."""

_SIGNED = re.compile(r"[\s(]*\+[\d\s().\-]+")
_CUT_SHORT = frozenset({Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NOT_VALID, Reason.NOT_A_NUMBER, Reason.NO_PHONE})
"""Why what is left without dates and marks is no number, though all the digits together may be one."""
SAID_BY_WORDS = frozenset({Reason.FAX, Reason.SAID_TO_BE_WRONG, Reason.NOT_A_NUMBER, Reason.SOMEBODY_ELSES})
_EXTENSION_DIGITS = 5
_EXTENSION_SEPARATORS = frozenset(",; ")
_FEWEST_DIGITS = 4
_FEWEST_LEFT_OVER = 2
_FEWEST_OF_A_POSTCODE = 5


class CellReading(Struct, frozen=True):
    """What a cell holds: a number and the repairs it took, or the reason why it holds none.

    `chosen` is the candidate that `number` comes from or whose refusal by the user's options is the reason;
    `tried` are all candidates in their order. `text` is the cell without its wrappers, `steps` how they came off.
    `foreign` tells that its words name or mention another country than the row's.
    """

    number: str
    reason: Reason | None
    repairs: frozenset[Repair] = frozenset()
    chosen: Candidate | None = None
    tried: tuple[Candidate, ...] = ()
    text: str = ""
    steps: tuple[Step, ...] = ()
    foreign: bool = False


def read_cell(cell: str, asked: Asked, allowed: Allowed) -> CellReading:
    """Find the number in a cell.

    `asked` decides on digits in a row of its region, `allowed` says for a good number why the user's options refuse
    it, or None. Of several good numbers the first mobile is taken, else the first. Where digits are left over that are
    understood as nothing, there is none.
    """
    if is_empty(cell) or len(cell) > LONGEST_CELL:
        return CellReading("", Reason.NO_PHONE if is_empty(cell) else Reason.NOT_A_NUMBER)
    unwrapped = unwrap(cell, lambda text: asked.of(text).reason is None)
    text, steps = unwrapped.text, tuple(unwrapped.steps)
    if steps and is_empty(text):
        return CellReading("", Reason.NO_PHONE, text=text, steps=steps)
    pieces, search = take_apart(text, asked.region), Search(asked, asked)
    search_parts(pieces, search, text)
    if unwrapped.linked and not any(candidate.good for candidate in search.tried):
        pieces = take_apart(text.replace("+", " "), asked.region)
        search_parts(pieces, search, text)
    pieces.faults += search.faults
    foreign = bool(pieces.countries or pieces.mentioned - {asked.region})
    steps += tuple(pieces.steps)
    tried = tuple(search.tried)
    chosen = _choose(tried, allowed)
    if chosen is None:
        reason = _why_none(pieces, tried)
        if pieces.steps and reason in _CUT_SHORT and asked.of(text).reason is None:
            if _SIGNED.fullmatch(text):  # +387 30.21.2045 is no date: what a plus leads is one number
                return _read_whole(text, asked, allowed)
            reason = Reason.UNCLEAR
        return CellReading("", reason, tried=tried, text=text, steps=steps, foreign=foreign)
    refused = Reason.UNCLEAR if _leaves_over(chosen, tried, asked) else allowed(chosen.ruling)
    refused = refused or _by_a_mention(chosen, pieces, asked)
    if refused is not None:
        return CellReading("", refused, chosen=chosen, tried=tried, text=text, steps=steps, foreign=foreign)
    repairs = {step.repair for step in steps}.union(_found_repairs(text, pieces, chosen, search), chosen.ruling.repairs)
    return CellReading(chosen.number, None, frozenset(repairs), chosen, tried, text, steps, foreign)


def _by_a_mention(chosen: Candidate, pieces: Pieces, asked: Asked) -> Reason | None:
    """Say why not to call a number that is another one in a country which a remark beside it mentions.

    `9841234567 call Nepal office` is one of both countries; `9876543210 Canada visa` is none in Canada.
    """
    if pieces.countries:
        return None
    for region in pieces.mentioned:
        abroad = asked.elsewhere(region).of(chosen.text)
        if abroad.reason is None and abroad.number(digits_of(chosen.text)) != chosen.number:
            return Reason.UNKNOWN_COUNTRY
    return None


def _read_whole(text: str, asked: Asked, allowed: Allowed) -> CellReading:
    """Read a text of digits and punctuation that are a good number together."""
    chosen = Candidate(text, digits_of(text), asked.of(text), "")
    refused = allowed(chosen.ruling)
    repairs = frozenset((Repair.PUNCTUATION, *chosen.ruling.repairs) if refused is None else ())
    return CellReading(chosen.number if refused is None else "", refused, repairs, chosen, (chosen,), text)


# --- choosing -------------------------------------------------------------------------------------


def _choose(tried: Sequence[Candidate], allowed: Allowed) -> Candidate | None:
    """Return the first good mobile, else the first good number; those that the options refuse come last."""
    good = [candidate for candidate in tried if candidate.good]
    good = [candidate for candidate in good if allowed(candidate.ruling) is None] or good
    mobile = (candidate for candidate in good if candidate.ruling.type in MOBILE_TYPES)
    return next(mobile, good[0] if good else None)


def _leaves_over(chosen: Candidate, tried: Sequence[Candidate], asked: Asked) -> bool:
    """Tell whether digits beside the number are understood as nothing, or may be a part of it."""
    place = tried.index(chosen)
    for at, other in enumerate(tried):
        if other.good or other.ruling.reason in SAID_BY_WORDS:
            continue
        if other.ruling.reason is Reason.UNCLEAR:
            return True
        digits = other.digits.lstrip("+")
        if len(digits) >= FEWEST_DIGITS_OF_ANOTHER or len(digits) <= _FEWEST_LEFT_OVER:
            continue
        if at == place - 1 and chosen.before != WORD and asked.of(f"{other.text} {chosen.text}").reason is None:
            return True
        if at == place + 1 and other.before != WORD and asked.of(f"{chosen.text} {other.text}").reason is None:
            return other.before in {",", ";", "|", "/"}
        if at == place + 1 and other.before == WORD and len(digits) < _FEWEST_OF_A_POSTCODE:
            return asked.of(f"{chosen.text} {other.text}").reason is None
    return False


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
        return Reason.NOT_A_NUMBER if pieces.words or pieces.faults or pieces.steps else Reason.NO_PHONE
    if pieces.words and len(longest.digits) < _FEWEST_DIGITS:
        return Reason.NOT_A_NUMBER
    return longest.ruling.reason or Reason.NOT_VALID


def _found_repairs(text: str, pieces: Pieces, chosen: Candidate, search: Search) -> set[Repair]:
    """Name what was left aside to get at the chosen number."""
    repairs = {step.repair for step in pieces.steps} | search.repairs
    others = [candidate for candidate in search.tried if candidate is not chosen]
    if pieces.words:
        repairs.add(Repair.TRAILING_WORDS)
    if pieces.extension or pieces.marked_extension:
        repairs.add(Repair.EXTENSION)
    repairs.update(map(_left_aside, others))
    if pieces.faults:
        repairs.add(Repair.SEVERAL_NUMBERS)
    around = chosen.text.strip(SOFT + "/") if repairs else text
    if around != chosen.digits:
        repairs.add(Repair.PUNCTUATION)
    return repairs


def _left_aside(other: Candidate) -> Repair:
    """Name what a stretch is that was not chosen: another number, an extension, or digits in the words around."""
    if not other.good and len(other.digits) < FEWEST_DIGITS_OF_ANOTHER:
        if other.before and set(other.before) <= _EXTENSION_SEPARATORS and len(other.digits) <= _EXTENSION_DIGITS:
            return Repair.EXTENSION
        if other.before == WORD:
            return Repair.TRAILING_WORDS
    return Repair.SEVERAL_NUMBERS
