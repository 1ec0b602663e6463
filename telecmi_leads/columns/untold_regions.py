"""Calling codes and countries in columns whose names don't plainly say so: "CC", "Indicatif", "ISO", "Market".

Their cells decide, and the numbers beside them: what a column tells is believed where the numbers are good with it at
least as often as without. Where that can't be decided and the numbers would be read for another country than the
column tells, it is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.column_match import ColumnDoubt
from telecmi_leads.columns.lexicon import is_area_code, is_iso_code, is_key, may_be_country, may_be_dial_code, words
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument
from telecmi_leads.phones import (
    UNKNOWN,
    code_of,
    is_plain_country,
    region_of_dial_code,
    region_of_header,
    region_told,
    region_told_by_code,
    with_plus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telecmi_leads.columns.column_match import ColumnChoice, ColumnMatch
    from telecmi_leads.phones import PhoneBook

# Words stand before a plus only, and those that name a country before "(00": "M-001" is an id.
_WRITTEN_AS_CODE = re.compile(
    r"(?:[^\d+]{0,40}\+|(?:(?P<country>[^\W\d][^\d+]{0,39})[(\[]|[(\[]?)00)[1-9]\d{0,2}(?:-\d{1,4})?[)\]]?(?:\.0)?"
)
_PLAIN_CODE = re.compile(r"'?\(?\+[1-9]\d{0,2}(?:-\d{1,4})?\)?")
_BARE_CODE = re.compile(r"[1-9]\d{0,2}(?:\.0)?")
_FEW = 5  # cells that tell at little cost that most columns are something else altogether
_LETTERS_OF_A_CODE = 2
_NEVER = 2.0  # no share is as large
# Words of names whose columns hold ids, unless their cells are plainly "+44".
_IDS = """
ad adset adgroup batch batches block campaign campaigns campagne campaña campanha kampagne form forms formulaire
formulario formular group groups gruppe groupe grupo id ids identifier invoice key list liste lista lot order plan plans
plot project projects ref reference roll segment serial series set sku source sources quelle origen fonte ticket token
unit version ward
"""
_OF_IDS = frozenset(_IDS.split())
# Two letters that are a country's code, and a state's in the United States, Canada, Australia, India or Brazil too.
_STATES = """
AC AL AM AP AR AS AZ BA BR CA CE CG CH CO CT DE ES GA GO HP HR ID IL IN JH KL KY LA MA MD ME MG MH ML MN MO MP MS MT MZ
NC NE NL NU PA PB PE PI PR PY RN RO RR SA SC SD SE SK SP TN TO TR TS VA WA YT
"""
_STATES_TOO = frozenset(_STATES.split())
# Columns that are somebody else's, or of which something else is known.
_CLOSED = frozenset(
    {
        *(Rule.MAPPED, Rule.TEMPLATE, Rule.OVERRULED, Rule.OTHER_PERSON, Rule.OTHER_LINE, Rule.MARK, Rule.LABEL),
        *(Rule.OWN_REPORT, Rule.NO_COUNTRY),
    }
)


class _Kind(Struct, frozen=True):
    """What a column may tell: the field it would feed, what its cells tell, and when the cells are believed at all.

    `sure` columns are used even where they make no difference to any number. Those that may be `keys`, area codes or
    states must make more numbers good than there are without. `doubtful_from` is the share of good numbers from which
    on one that is not used is told of. Codes with a `plus` in every row count wherever nearly all numbers are good.
    """

    field: Field
    told: Callable[[str], str | None]
    sure: bool
    keys: bool = False
    doubtful_from: float = cell_values.MOST
    says: str = "calling codes"
    plus: bool = False


def with_untold_regions(
    match: ColumnMatch, sample: Sequence[Sequence[str]], book: PhoneBook, region: str | None
) -> ColumnMatch:
    """Return the match with the columns that tell the numbers' countries by their cells, and with doubts of others.

    What --map or --set says of codes and countries is all that there is to say.
    """
    countries, codes = _told(match, Field.COUNTRY), _told(match, Field.DIALCODE)
    said = any(match.choices[at].rule is Rule.MAPPED for at in (*countries, *codes))
    if not match.phones or said or not match.templates.keys().isdisjoint((Field.DIALCODE, Field.COUNTRY)):
        return match
    home = region_of_header(match.header_of(match.phones[0])) or region
    rows = [_read(row, number, countries, home) for row in sample if (number := _first(row, match.phones))]
    found = match
    for each in match.choices:
        if each.rule in _CLOSED or is_key(each.header):
            continue
        cells = [cell for row in rows if (cell := _cell(row.cells, each.index))]
        kind = _code(each, cells) if not codes else None
        kind = kind or (_country(each, cells) if not countries else None)
        believed = _is_believed(kind, rows, each.index, book) if kind else False
        if kind and believed:
            found = found.with_source(kind.field, each.index)
        elif kind and believed is None:
            found = replace(found, doubts=(*found.doubts, _doubt(each.header, kind, region)))
    return found


class _Row(Struct, frozen=True):
    """A row with the number it would be called on, and the region that number is read for so far."""

    cells: Sequence[str]
    number: str
    region: str | None


def _read(row: Sequence[str], number: str, countries: Sequence[int], home: str | None) -> _Row:
    country = _first(row, countries)
    return _Row(row, number, (region_told(country) if country else None) or home)


def _told(match: ColumnMatch, *targets: Field) -> Sequence[int]:
    """Return the columns that tell a row's region so far; those that are called after area codes are not asked."""
    return [
        at
        for target in targets
        for at in match.sources.get(target, ())
        if match.choices[at].rule is Rule.VALUES or not is_area_code(match.header_of(at))
    ]


def _code(choice: ColumnChoice, cells: Sequence[str]) -> _Kind | None:
    """Return what a column of calling codes tells, None where it is none: bare ones must be called codes."""
    if choice.field not in (None, Field.DIALCODE):
        return None
    named = may_be_dial_code(choice.header)
    one_digit = all(sum(map(str.isdecimal, cell.removesuffix(".0").lstrip("+0"))) == 1 for cell in cells)
    of_ids = not named and not _OF_IDS.isdisjoint(words(choice.header))
    if _nearly_all(cells, _is_plain_code if of_ids else _is_written_as_code):
        keys = one_digit and not named  # "+1" may be an offset from UTC
        doubtful_from = 0.0 if named else _NEVER if keys else cell_values.MOST
        plus = not keys and all(map(_is_plain_code, cells))
        told, sure = region_told_by_code, not keys
        return _Kind(Field.DIALCODE, told, sure=sure, keys=keys, doubtful_from=doubtful_from, plus=plus)
    if not named or not _nearly_all(cells, _is_bare_code):
        return None
    area = is_area_code(choice.header)
    doubtful_from = _NEVER if area else cell_values.MOST
    keys = area or one_digit
    return _Kind(Field.DIALCODE, region_told_by_code, sure=not keys, keys=keys, doubtful_from=doubtful_from)


def _country(choice: ColumnChoice, cells: Sequence[str]) -> _Kind | None:
    """Return what a column of countries tells, None where it is none; letters that are states' too prove little."""
    name = choice.header
    flags = all(map(cell_values.like_flag, cells))
    if choice.field not in (None, Field.CITY) or flags or not may_be_country(name):
        return None
    # Most such columns hold cities or parts of a country, and not one that is plainly a country.
    if not any(map(is_plain_country, cells[:_FEW])) or cell_values.share(cells, _is_country) < cell_values.NEARLY_ALL:
        return None
    codes = {code for cell in cells if len(code := cell.upper()) == _LETTERS_OF_A_CODE}
    iso = is_iso_code(name)
    states = len(codes & _STATES_TOO) * 2 > len(codes)
    doubtful = not iso and (states or len(set(map(region_told, cells))) == 1)
    return _Kind(Field.COUNTRY, region_told, sure=iso or not codes, keys=doubtful, says="countries")


def _nearly_all(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    return any(map(test, cells[:_FEW])) and cell_values.share(cells, test) >= cell_values.NEARLY_ALL


def _is_written_as_code(cell: str) -> bool:
    found = _WRITTEN_AS_CODE.fullmatch(cell.strip())
    if found is None or region_of_dial_code(cell) is None:
        return False
    country = found["country"]
    return country is None or is_plain_country(country.strip(" -"))


def _is_plain_code(cell: str) -> bool:
    return _PLAIN_CODE.fullmatch(cell.strip()) is not None and region_of_dial_code(cell) is not None


def _is_bare_code(cell: str) -> bool:
    return _BARE_CODE.fullmatch(cell.strip()) is not None and region_of_dial_code(cell) is not None


def _is_country(cell: str) -> bool:
    return cell_values.has_letters(cell) and region_told(cell) not in (None, UNKNOWN)


def _is_believed(kind: _Kind, rows: Sequence[_Row], column: int, book: PhoneBook) -> bool | None:
    """Tell whether a column is to be believed; None where that is in doubt.

    Only the rows count of which the column makes another number, or none.
    """
    told = [(row, region) for row in rows if (region := kind.told(_cell(row.cells, column))) not in (None, UNKNOWN)]
    numbers = [row.number for row, _ in told]
    whole = with_plus(numbers, [code_of(region).strip("0") for _, region in told])
    with_it = book.column(whole, [region for _, region in told]).numbers
    without = book.column(numbers, [row.region for row, _ in told]).numbers
    others = [(one, other) for one, other in zip(with_it, without, strict=True) if one != other]
    if not others:
        return kind.sure and sum(map(bool, with_it)) >= len(with_it) * cell_values.MOST
    good, at_home = (sum(map(bool, each)) for each in zip(*others, strict=True))
    if kind.plus and good >= len(others) * cell_values.NEARLY_ALL:
        return True
    if good >= len(others) * cell_values.MOST and good >= at_home + kind.keys:
        return True
    return None if at_home and good >= len(others) * kind.doubtful_from else False


def _doubt(name: str, kind: _Kind, region: str | None) -> ColumnDoubt:
    home = f"read for --region {region}" if region else "rejected"
    return ColumnDoubt(
        WarningCode.REGION_NOT_USED,
        f'column "{safe(name, 60)}" may hold the {kind.says} of the numbers, which are not good with all of them',
        f"It is not used: numbers without a country code are {home}.",
        f"If it does: --map {argument(f'{kind.field.value}={name}')}.",
    )


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _first(row: Sequence[str], columns: Sequence[int]) -> str:
    return next((cell for column in columns if (cell := _cell(row, column))), "")
