"""What is uncertain about the columns that were chosen, and is told although they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.columns.column_match import ColumnDoubt
from telecmi_leads.columns.header_meaning import names_a_line, read_name
from telecmi_leads.columns.lexicon import words
from telecmi_leads.columns.line_labels import is_wrong
from telecmi_leads.columns.meanings import PERSON_HEADS
from telecmi_leads.columns.persons import is_a_subject, noun
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.columns.column_match import ColumnChoice, ColumnMatch
    from telecmi_leads.columns.reading import Reading

_VARIED = 0.75
_NAMES = (Field.FULLNAME, Field.FIRSTNAME, Field.LASTNAME)


def column_doubts(match: ColumnMatch, sample: Sequence[Sequence[str]]) -> Iterator[ColumnDoubt]:
    """Yield what deserves a warning in a table's column match; `sample` are its first rows of data."""
    if match.phones and not _is_mapped(match, match.phones[0]) and all(map(is_wrong, _phone_names(match))):
        yield _wrong_phones(_phone_names(match)[0])
    used = next((match.sources[target][0] for target in _NAMES if target in match.sources), None)
    if match.phones and used is not None and not _is_mapped(match, used):
        yield from _whose_number(match, match.choices[used], sample)


def _phone_names(match: ColumnMatch) -> list[str]:
    return list(map(match.header_of, match.phones))


def _is_mapped(match: ColumnMatch, column: int) -> bool:
    return any(choice.rule is Rule.MAPPED for choice in match.choices[column : column + 1])


def _wrong_phones(name: str) -> ColumnDoubt:
    """Return what is to be said where no phone column is better than one called "Wrong Number"."""
    return ColumnDoubt(
        WarningCode.WRONG_NUMBERS,
        f'the numbers of the only phone column, "{safe(name, 60)}", are wrong by its name',
        "They are sent all the same.",
        "Name the right column: --map phone=COLUMN.",
    )


def _whose_number(match: ColumnMatch, used: ColumnChoice, sample: Sequence[Sequence[str]]) -> Iterator[ColumnDoubt]:
    """Yield what is to be said where owner and tenant are named, and a number's column does not say whose it is."""
    name = read_name(used.header)
    number = next((header for header in _phone_names(match) if _is_nobodys(read_name(header))), None)
    if number is None or not _may_be_the_lead(name):
        return
    lined = {word for each in match.choices if names_a_line(each.header) for word in map(noun, words(each.header))}
    for other in match.choices:
        reading = read_name(other.header)
        owners = any(each.owner and not each.role for each in (name, reading))
        rival = owners and not reading.role and _may_be_the_lead(reading)
        if rival and _whose(reading) not in {_whose(name), *lined} and _name_two(used.index, other.index, sample):
            mine, theirs, phone = (safe(each, 60) for each in (used.header, other.header, number))
            yield ColumnDoubt(
                WarningCode.WHOSE_NUMBER,
                f'"{mine}" and "{theirs}" name different people, and "{phone}" does not say whose number it is',
                f'It is taken for that of "{mine}".',
                f"If it is the other's: --map {argument(f'fullname={other.header}')}.",
            )
            return


def _is_nobodys(phone: Reading) -> bool:
    """Tell whether a phone column's name does not say whose it is."""
    return phone.person is None and not phone.owner


def _may_be_the_lead(reading: Reading) -> bool:
    """Tell whether a column names somebody who may be the lead, and is not surely the one whom a table is about."""
    person = reading.person
    return reading.head in PERSON_HEADS and (reading.owner or (person is not None and not is_a_subject(person)))


def _whose(reading: Reading) -> str:
    return noun(reading.person.text if reading.person is not None else reading.word)


def _name_two(used: int, other: int, sample: Sequence[Sequence[str]]) -> bool:
    """Tell whether most rows that name somebody in one column name somebody else in the other, who varies as much."""
    wide = [row for row in sample if used < len(row) and row[used].strip()]
    two = [(row[used].strip(), row[other].strip()) for row in wide if other < len(row)]
    two = [(mine, theirs) for mine, theirs in two if theirs not in ("", mine)]
    if len(two) * 2 <= len(wide):
        return False
    # One landlord or a few drivers beside many people are no leads.
    mine, theirs = (len({name.casefold() for name in names}) for names in zip(*two, strict=True))
    return theirs >= mine * _VARIED
