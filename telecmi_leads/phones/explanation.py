"""What is known about one cell: how it was read, the verdict, the number's type, region and time zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import PhoneNumberFormat

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.profiles import profile_of
from telecmi_leads.phones.wrapping import Step
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from telecmi_leads.phones.phone_cells import Candidate, CellReading

_FOUND_AFTER = (Repair.TRAILING_WORDS, Repair.EXTENSION, Repair.SEVERAL_NUMBERS)


@dataclass(frozen=True, slots=True)
class ExplainedCandidate:
    """A stretch of the cell that was tried: its text, its digits, and E.164 digits or the reason against it."""

    text: str
    digits: str
    number: str
    reason: Reason | None
    type: PhoneType


@dataclass(frozen=True, slots=True)
class PhoneExplanation:
    """Everything about one cell.

    `number` is E.164 digits without the plus, also where only the user's options refuse it (`reason` says so); ""
    where there is no valid number. `number_region` is where the number belongs, which need not be the row's `region`;
    `international` is the number as people write it.
    """

    raw: str
    region: str | None
    steps: tuple[Step, ...]
    candidates: tuple[ExplainedCandidate, ...]
    good: bool
    reason: Reason | None
    number: str
    international: str
    type: PhoneType
    number_region: str | None
    timezones: tuple[str, ...]


def explain(cell: str, region: str | None, reading: CellReading) -> PhoneExplanation:
    """Put a reading of a cell into words and look up what phonenumbers knows about its number."""
    chosen = reading.chosen
    number = chosen.number if chosen else ""
    parsed = phonenumbers.parse("+" + number) if number else None
    profile = profile_of(number) if number else None
    return PhoneExplanation(
        raw=cell,
        region=region,
        steps=(*reading.steps, *_last_steps(reading)),
        candidates=tuple(map(_explained, reading.tried)),
        good=reading.reason is None,
        reason=reading.reason,
        number=number,
        international=phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL) if parsed else "",
        type=chosen.ruling.type if chosen else PhoneType.UNKNOWN,
        number_region=profile.region if profile else None,
        timezones=profile.timezones if profile else (),
    )


def _explained(candidate: Candidate) -> ExplainedCandidate:
    ruling = candidate.ruling
    return ExplainedCandidate(candidate.text, candidate.digits, candidate.number, ruling.reason, ruling.type)


def _last_steps(reading: CellReading) -> list[Step]:
    """List the repairs that came after the wrappers: what was left aside, punctuation, prefixes."""
    chosen = reading.chosen
    if chosen is None:
        return []
    steps: list[Step] = []
    text, stretch = reading.text, chosen.text.strip()
    for repair in _FOUND_AFTER:
        if repair in reading.repairs:
            steps.append(Step(repair, text, stretch))
            text = stretch
    if text != chosen.digits:
        steps.append(Step(Repair.PUNCTUATION, text, chosen.digits))
    steps.extend(Step(repair, chosen.digits, "+" + chosen.number) for repair in chosen.ruling.repairs)
    return steps
