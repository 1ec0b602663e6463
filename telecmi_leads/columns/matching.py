"""A file's tables, each with its column match: what preparing, do-not-call lists and `columns` all begin with."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.candidates import read_columns
from telecmi_leads.columns.column_doubts import column_doubts
from telecmi_leads.columns.column_match import ColumnChoice, ColumnDoubt, ColumnMatch, Draft
from telecmi_leads.columns.field_choice import choose_fields, choose_unnamed, is_unnamed
from telecmi_leads.columns.header_meaning import names_a_shipping, read_name
from telecmi_leads.columns.lexicon import words
from telecmi_leads.columns.line_labels import line_labels
from telecmi_leads.columns.mark_words import mark_kind
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS, Head
from telecmi_leads.columns.overrides import ColumnFinder, read_said
from telecmi_leads.columns.reading import OTHER_THAN_FIRST, Candidate, Reading, Rule
from telecmi_leads.columns.side_by_side import tables_of
from telecmi_leads.columns.table import Table, is_own_report, is_refused_report, open_table
from telecmi_leads.columns.unread_tables import which_have
from telecmi_leads.columns.untold_regions import with_untold_regions
from telecmi_leads.core.errors import ColumnMissing, InputRefused
from telecmi_leads.core.lead import REJECT_COLUMNS, REJECT_SHEET, Field
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count
from telecmi_leads.phones import UNKNOWN, region_told, region_told_by_code, regions_told
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.files import Source
    from telecmi_leads.phones import PhoneBook
    from telecmi_leads.settings.options import FieldOptions, ReadingOptions

_NAMES = frozenset({Field.FIRSTNAME, Field.LASTNAME, Field.FULLNAME})
_NAMELESS = Reading(None, Rule.NO_NAME)
_BY_NAME = (Rule.EXACT, Rule.WORDS)
_TWO_SURNAMES = frozenset({"apellidos", "apelidos", "sobrenomes", "cognoms", "abizenak"})
_FEWEST_NAMES = 3
_FEWEST_OF_NO_COUNTRY = 3
_CALLED = "Write the column's name as it stands there, or its place, such as column 2."


class Matcher(Struct, frozen=True):
    """Matches columns; `region` is what numbers without a country code are read for when values are looked at.

    --map and --set hold for every table that has their columns, and are an error where no table has them: `served` are
    those whose column some table had, `absent` says of the others why, and in which tables, it was not found. `sheets`
    are the names of the sheets seen, None for what has no sheets; `sheet_from` says where those wanted were named.
    """

    reading: ReadingOptions
    fields: FieldOptions
    book: PhoneBook
    region: str | None
    sheet_from: str = "--sheet"
    served: set[str] = field(default_factory=set)
    absent: dict[str, tuple[ColumnMissing, list[TableInfo]]] = field(default_factory=dict)
    sheets: set[str | None] = field(default_factory=set)

    def tables(self, source: Source) -> Iterator[tuple[Table, ColumnMatch]]:
        """Yield each table of a file with its column match; read a table's blocks before the next is asked for."""
        notes = source.notes  # they stand with the file's first table
        for sheet in source.sheets:
            table = open_table(sheet, self.reading, self.share_of_numbers)
            if notes:
                table = replace(table, info=replace(table.info, notes=(*notes, *table.info.notes)))
                notes = ()
            for part in tables_of(table, self.fields):
                match = self.match(part.info, part.sample)
                told = (*_second_people(match.choices, part.sample), *self._not_used(match))
                yield replace(part, info=replace(part.info, notes=(*part.info.notes, *told))), match

    def match(self, info: TableInfo, sample: Sequence[Sequence[str]]) -> ColumnMatch:
        """Match a table's columns by their names and a sample of its rows."""
        # A reject file of text has no sheets, and a profile with --sheet must still take it back.
        self.sheets.add(REJECT_SHEET if is_own_report(info.header) else info.sheet)
        match = match_columns(
            info.header,
            sample,
            self._said_of(info),
            header_found=self._are_names(info),
            phone_score=self.share_of_numbers,
        )
        match = self._without_false_countries(match, sample)
        match = with_untold_regions(match, sample, self.book, self.region)
        countries = match.sources.get(Field.COUNTRY, ())
        cells = frozenset(row[at] for row in sample for at in countries if at < len(row))
        match = replace(match, doubts=(*match.doubts, *column_doubts(match, sample)), country_cells=cells)
        self.served.update(match.served)
        if match.own_report:  # its rows may be another table's than the one that has the column
            return match
        for option, why in match.absent.items():
            self.absent.setdefault(option, (why, []))[1].append(info)
        return match

    def _not_used(self, match: ColumnMatch) -> Iterator[str]:
        """Yield what is to be said of --map and --set that do not hold for a report."""
        if match.of_refused and (self.fields.map or self.fields.set):
            yield "--map and --set are not used: these leads stand here as they were sent"
        elif match.own_report:
            yield from (f"{safe(option, 60)} is not used: this report has no such column" for option in match.absent)

    def finder(self, info: TableInfo) -> ColumnFinder:
        """Return what finds a table's columns by what a user calls them; what a report has added has no place there."""
        return ColumnFinder(info.header, self._are_names(info), added_columns(info.header))

    def _are_names(self, info: TableInfo) -> bool:
        """Tell whether columns are called by names alone: not in the report of a file without any."""
        return has_names(info) and not (self.reading.no_header and is_own_report(info.header))

    def _said_of(self, info: TableInfo) -> FieldOptions:
        """Return what --map and --set say of a table: nothing of refused leads, in which it has been done."""
        return self.fields.replaced(map=(), set=()) if is_refused_report(info.header) else self.fields

    def _without_false_countries(self, match: ColumnMatch, sample: Sequence[Sequence[str]]) -> ColumnMatch:
        """Take away what is called a country and holds none: states, keys of a database, codes of other numbers.

        Rows then go by --region. What --map says is a country stays one, and so does a column of a few cells, which
        prove nothing: its rows are rejected where they are not understood.
        """
        by_name = {choice.index: choice.rule for choice in match.choices}
        countries, codes = (match.sources.get(target, ()) for target in (Field.COUNTRY, Field.DIALCODE))
        false = {
            at: Rule.NO_COUNTRY
            for at in countries
            if by_name.get(at) is not Rule.MAPPED and _no_countries(sample, at, self.region)
        }
        false |= {
            at: Rule.NO_CODE
            for at in codes
            if by_name.get(at) is Rule.VALUES and not self._are_codes(match, sample, at)
        }
        if not false:
            return match
        stray = [at for at, rule in false.items() if rule is Rule.NO_COUNTRY]
        doubts = (self._doubt_of(match.header_of(at), sample, at) for at in stray if by_name.get(at) in _BY_NAME)
        return replace(match.without(false), stray_countries=tuple(stray), doubts=tuple(doubts))

    def _doubt_of(self, name: str, sample: Sequence[Sequence[str]], at: int) -> ColumnDoubt:
        """Return what is to be said of a column that is plainly called a country and holds few."""
        told = [told for row in sample if at < len(row) and (told := region_told(row[at])) is not None]
        column = f'column "{safe(name, 60)}"'
        home = f"read for --region {self.region}" if self.region else "rejected"
        return ColumnDoubt(
            WarningCode.COUNTRY_NOT_USED,
            f"{told.count(UNKNOWN):,} of {count(len(told), 'cell')} of {column} looked at name no country",
            f"It is not used: where it names no country, numbers without a country code are {home}.",
            f"Correct the cells, or reject such rows: --map {argument(f'country={name}')}.",
        )

    def _are_codes(self, match: ColumnMatch, sample: Sequence[Sequence[str]], at: int) -> bool:
        """Tell whether bare integers under `Country` are the calling codes of the rows' numbers.

        They are where the numbers are good with them, and better than without.
        """
        rows = [(row[at].strip(), number) for row in sample if at < len(row) and (number := _first(row, match.phones))]
        rows = [(code, number) for code, number in rows if code]
        if not rows or not all(code.removesuffix(".0").isdecimal() for code, _ in rows):
            return True
        told, numbers = [region_told_by_code(code) for code, _ in rows], [number for _, number in rows]
        good = len(rows) - len(self.book.column(numbers, told).faults)
        home = self.book.column(numbers, self.region)
        at_home = len(rows) - len(home.faults)
        mobiles = sum(ruling.type is PhoneType.MOBILE for ruling in home.rulings)
        # 1 and 7 are calling codes, and the first keys of a database too.
        keys = any(len(code.removesuffix(".0")) == 1 for code, _ in rows) and mobiles * 2 > len(rows)
        return good >= len(rows) * cell_values.MOST and (good > at_home or (good == at_home and not keys))

    def check_options(self) -> None:
        """Raise ColumnMissing for a --map or --set whose columns no table had, once all tables are matched.

        And InputRefused for a --sheet where no file has sheets.
        """
        if self.reading.sheet and self.sheets == {None}:
            wanted = safe(self.reading.sheet[0])
            typed = self.sheet_from == "--sheet"
            way_out = "Remove --sheet." if typed else f"It comes from {safe(self.sheet_from)}: leave it out there."
            raise InputRefused(f"--sheet {wanted}: the input has no sheets.", hint=way_out)
        for option, (why, tables) in self.absent.items():
            if option not in self.served:
                near = why.hint.startswith("Did you mean")
                raise ColumnMissing(f"{why.message} {which_have(tables)}".strip(), hint=why.hint if near else _CALLED)

    def share_of_numbers(self, cells: Sequence[str]) -> float:
        """Return the share, 0 to 1, of the cells that are not blank and hold a good number."""
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            return 0.0
        return 1 - len(self.book.column(filled, self.region).faults) / len(filled)


def _second_people(choices: Sequence[ColumnChoice], sample: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield what is to be said of the numbers of a second person in the same row, who becomes no lead."""
    for each in choices:
        counted = each.rule is Rule.OTHER_PERSON and (each.word.isdecimal() or each.word == OTHER_THAN_FIRST)
        if counted and read_name(each.header).head in PHONE_HEADS and any(_first(row, [each.index]) for row in sample):
            yield f'"{safe(each.header, 60)}" holds numbers of another person in the same row, who is not uploaded'


def unused_names(match: ColumnMatch, sample: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the columns that look like names, of a table in which no name is used."""
    if not _NAMES.isdisjoint(match.sources) or not _NAMES.isdisjoint(match.templates):
        return
    cells = cell_values.columns_of(sample, len(match.choices))
    for each in match.choices:
        asked = each.field is None and each.rule in (Rule.OTHER_PERSON, Rule.OTHER_NAME, Rule.UNKNOWN) and each.header
        if asked and cell_values.share(cells[each.index], cell_values.like_full_name) >= cell_values.MOST:
            yield each.header


def _first(row: Sequence[str], columns: Sequence[int]) -> str:
    """Return the first of a row's cells in these columns that holds something."""
    return next((row[column] for column in columns if column < len(row) and row[column].strip()), "")


def _no_countries(sample: Sequence[Sequence[str]], at: int, home: str | None) -> bool:
    """Tell whether most of a column's cells name no country, or all say yes or no, which is Norway's code too."""
    cells = [row[at] for row in sample if at < len(row)]
    regions = regions_told(set(cells), home)
    told = Counter(region for cell in cells if (region := regions[cell]) is not None)
    filled = [cell for cell in cells if cell.strip()]
    flags = all(map(cell_values.like_flag, filled)) and any(regions[cell] in (None, UNKNOWN) for cell in filled)
    if flags:
        return len(filled) >= _FEWEST_OF_NO_COUNTRY
    return told.total() >= _FEWEST_OF_NO_COUNTRY and told[UNKNOWN] * 2 > told.total()


def added_columns(header: Sequence[str]) -> frozenset[int]:
    """Return the columns of an earlier report that stand in no file of the user's."""
    own = is_own_report(header)
    return frozenset(index for index, name in enumerate(header) if own and name in REJECT_COLUMNS)


def is_ragged(info: TableInfo, sample: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows may be longer than the header for no fault of a delimiter within a value.

    So it is in workbooks, and in text where some rows are shorter too: an export writes as many cells in each.
    """
    return info.delimiter is None or any(0 < len(row) < len(info.header) for row in sample)


def has_names(info: TableInfo) -> bool:
    """Tell whether the columns have names of their own, from a header row or from the format."""
    return not is_unnamed(info.header)


def named_by_use(info: TableInfo, match: ColumnMatch) -> TableInfo:
    """Name the columns of a table without a header by the fields they feed; those that feed none keep "column 3".

    Its reject file then has a header that tells the same when it is read again, with few rows to judge by.
    """
    if has_names(info):
        return info
    header = list(info.header)
    # The phone comes last: a cell that holds a name too is told by the column of numbers it is.
    for target, columns in (*match.sources.items(), (Field.PHONE, match.phones)):
        for number, column in enumerate(columns, start=1):
            header[column] = target.value if number == 1 else f"{target.value} {number}"
    return replace(info, header=tuple(header))


# --- one table ----------------------------------------------------------------------------------


def match_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    options: FieldOptions,
    *,
    header_found: bool,
    phone_score: Callable[[Sequence[str]], float],
) -> ColumnMatch:
    """Find which column feeds which field.

    `header` are the column names, `sample` the first rows below them (cells as text, ragged rows allowed). Where all
    names are "column 1", "column 2", …, layout and cells decide alone. `header_found` False, for files without a header
    row, lets --map and --set name columns by number and letter. `phone_score` takes cells that hold something and
    returns the share, 0 to 1, that are good numbers. A column match without phone columns is not an error here.
    A --map or --set that names a column which isn't there is left out and told in `absent`. Raises ColumnMissing where
    several columns have the name, UsageError for a malformed template.
    """
    ignored = added_columns(header)
    cells = cell_values.columns_of(sample, len(header))
    for index in ignored:
        cells[index] = []
    said = read_said(ColumnFinder(header, header_found, ignored), options)
    named = not is_unnamed([name for index, name in enumerate(header) if index not in ignored])
    found = (
        read_columns(header, cells, phone_score) if named else [Candidate(at, _NAMELESS) for at in range(len(header))]
    )
    # What the user says comes first: the names are chosen among what is left.
    draft = Draft(mapped=frozenset(candidate.head for candidate in found if candidate.index in said.columns))
    found = [_set_aside(candidate, ignored, said.columns) for candidate in found]
    choose = choose_fields if named else choose_unnamed
    choose(draft, found, cells, phone_score)
    said.apply(draft)
    labels, verdicts = line_labels(header, draft.phones, cells)
    for index in (*labels.values(), *chain.from_iterable(verdicts.values())):
        draft.reasons.setdefault(index, (None, Rule.LABEL, ""))
    return replace(
        draft.match(),
        company_first=_company_first(draft, cells),
        surname_first=_surname_first(draft, header, cells),
        labels=MappingProxyType(labels),
        verdicts=MappingProxyType(verdicts),
        strangers=_strangers(draft, header, found),
        templates=said.templates,
        fills=MappingProxyType(dict(options.fill)),
        choices=tuple(_choice(draft, candidate, header[candidate.index]) for candidate in found),
        ignored=ignored,
        own_report=is_own_report(header),
        of_refused=is_refused_report(header),
        served=said.served,
        absent=said.absent,
    )


def _company_first(draft: Draft, cells: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the columns of full names in which one word and a comma stand before nearly every name.

    A surname there would have one first name behind it in many rows: "Gamma, Asha Rao" in all of them is a company.
    """
    found: set[int] = set()
    for index in draft.sources.get(Field.FULLNAME, ()):
        parted = [cell for cell in cells[index] if "," in cell]
        if (
            len(parted) >= _FEWEST_NAMES
            and cell_values.share(parted, cell_values.like_company_first) >= cell_values.NEARLY_ALL
        ):
            found.add(index)
    return frozenset(found)


def _surname_first(draft: Draft, header: Sequence[str], cells: Sequence[Sequence[str]]) -> Mapping[int, int]:
    """Return the columns of full names that put the surname first, since their names or their cells say so.

    Each with the number of surnames: "Apellidos" are two.
    """
    first: dict[int, int] = {}
    for index in draft.sources.get(Field.FULLNAME, ()):
        by_cells = cell_values.share(cells[index], cell_values.like_surname_first) >= cell_values.NEARLY_ALL
        if read_name(header[index]).surname_first or by_cells:
            first[index] = 1 if _TWO_SURNAMES.isdisjoint(words(header[index])) else 2
    return MappingProxyType(first)


def _strangers(draft: Draft, header: Sequence[str], found: Sequence[Candidate]) -> Mapping[int, frozenset[int]]:
    """Return for each phone column the names and emails that are another person's, where a row has two with names.

    A shop's order has who is billed and to whom it is shipped: one's number and the other's name make no lead.
    """
    used = draft.used()
    shipped = {c.index for c in found if c.head is not None and names_a_shipping(header[c.index])}
    names = {c.index for c in found if c.head in NAME_HEADS and c.index in used}
    if not names & shipped or not names - shipped:
        return MappingProxyType({})
    own = names | {c.index for c in found if c.head is Head.EMAIL}
    return MappingProxyType(
        {phone: frozenset(own - shipped if phone in shipped else own & shipped) for phone in draft.phones}
    )


def _set_aside(candidate: Candidate, ignored: AbstractSet[int], mapped: AbstractSet[int]) -> Candidate:
    """Keep the columns of an earlier report, and those the user has mapped, out of the choice."""
    if candidate.index in ignored:
        return candidate.refused(Rule.OWN_REPORT)
    return candidate.refused(Rule.MAPPED) if candidate.index in mapped else candidate


def _choice(draft: Draft, candidate: Candidate, header: str) -> ColumnChoice:
    """Say what became of a column: what it was given to, else why its name was refused, else that it was not needed."""
    reason = draft.reasons.get(candidate.index)
    if reason is not None:
        return ColumnChoice(candidate.index, header, *reason)
    reading = candidate.reading
    kind = mark_kind(header) if reading.rule is not Rule.OWN_REPORT else None
    if kind is not None:
        return ColumnChoice(candidate.index, header, None, Rule.MARK, kind.marks_by)
    if reading.head is Head.TEST:
        return ColumnChoice(candidate.index, header, None, Rule.FLAG)
    if reading.head is not None:
        return ColumnChoice(candidate.index, header, None, Rule.NOT_NEEDED)
    return ColumnChoice(candidate.index, header, None, reading.rule, reading.word)
