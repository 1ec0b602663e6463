"""What the user says: --map, --set and --fill; and the --map options that would pin what was found."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.reading import Rule
from telecmi_leads.columns.templates import Template, parse_template
from telecmi_leads.core.errors import ColumnMissing
from telecmi_leads.core.lead import Field
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from telecmi_leads.columns.column_match import ColumnMatch, Draft
    from telecmi_leads.settings.options import FieldOptions

_POSITION = re.compile(r"(?:column\s*)(\d{1,6})", re.IGNORECASE)
_BARE_POSITION = re.compile(r"\d{1,6}")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_NAMES = frozenset({Field.FIRSTNAME, Field.LASTNAME, Field.FULLNAME})


class NoSuchColumn(ColumnMissing):
    """The table has no column of this name; another table of the input may have it."""


class ColumnFinder(Struct, frozen=True):
    """Finds columns by what a user calls them.

    A column's exact name comes first, then its name with case, accents and punctuation folded, then "column 3".
    Where the file has no header row, "3" and the letter "C" do as well. The columns `added` have no place.
    """

    header: Sequence[str]
    header_found: bool
    added: AbstractSet[int] = frozenset()

    def find(self, name: str, option: str) -> int:
        """Return the column's index, from 0. Raises ColumnMissing, naming `option`, where there is none or several."""
        for same in (
            [index for index, column in enumerate(self.header) if column == name],
            [index for index, column in enumerate(self.header) if plain(column) == plain(name) != ""],
            [index for index, column in enumerate(self.header) if words(column) == words(name) != ()],
        ):
            if len(same) == 1:
                return same[0]
            if same:
                shown = ", ".join(f"column {place_of(index, self.added)}" for index in same)
                raise ColumnMissing(
                    f"{option}: {len(same)} columns are called {safe(name)!r}.",
                    hint=f"Say which one: {shown}.",
                )
        position = self._position(name.strip())
        places = [at for at in range(len(self.header)) if at not in self.added]
        if position is not None and 0 <= position < len(places):
            return places[position]
        raise NoSuchColumn(f"{option}: there is no column {safe(name)!r}.", hint=self._nearest(name))

    def _position(self, name: str) -> int | None:
        match = _POSITION.fullmatch(name)
        if match:
            return int(match[1]) - 1
        if self.header_found:
            return None
        if _BARE_POSITION.fullmatch(name):
            return int(name) - 1
        if _LETTERS.fullmatch(name):
            position = 0
            for letter in name.upper():
                position = position * 26 + ord(letter) - ord("A") + 1
            return position - 1
        return None

    def _nearest(self, name: str) -> str:
        columns: dict[str, str] = {}
        for column in self.header:
            columns.setdefault(plain(column), column)
        near = get_close_matches(plain(name), [key for key in columns if key], n=3, cutoff=0.5)
        if near:
            return f"Did you mean {' or '.join(repr(safe(columns[key])) for key in near)}?"
        listed = ", ".join(safe(column, 30) for column in columns.values() if column.strip())
        if listed:
            return f"The columns are: {safe(listed, 400)}."
        return "The columns have no names: say column 1, column 2, …"


def maps_a_position(options: FieldOptions) -> bool:
    """Tell whether a --map names its column by the place among all columns of a sheet: "column 3"."""
    return any(_POSITION.fullmatch(name.strip()) for _, name in options.map)


class Said(Struct, frozen=True):
    """What the user says: the columns of mapped fields, in the order given, and the templates of set ones.

    `served` are the options whose columns the table has, `absent` says why the others find nothing here.
    """

    mapped: Mapping[Field, Sequence[int]]
    templates: Mapping[Field, Template]
    served: frozenset[str] = frozenset()
    absent: Mapping[str, ColumnMissing] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def fields(self) -> frozenset[Field]:
        """The fields that take nothing from elsewhere.

        Where the full name is mapped or set, first and last name are not looked for, nor is it where both of them are;
        beside one of them it tells the other.
        """
        said = self.mapped.keys() | self.templates.keys()
        if Field.FULLNAME in said and not said & {Field.FIRSTNAME, Field.LASTNAME}:
            return frozenset(said | _NAMES)
        return frozenset(said | {Field.FULLNAME}) if said >= {Field.FIRSTNAME, Field.LASTNAME} else frozenset(said)

    @property
    def columns(self) -> frozenset[int]:
        """The columns that feed nothing but what they are mapped to."""
        return frozenset(index for indexes in self.mapped.values() for index in indexes)

    def apply(self, draft: Draft) -> None:
        """Put the mapped columns in place of what was found for their fields."""
        self._release(draft)
        for target, indexes in self.mapped.items():
            if target is Field.PHONE:
                draft.phones = list(indexes)
            else:
                draft.sources[target] = list(indexes)
            if target is Field.ADDRESS:
                draft.addresses = [tuple(indexes)]
            for index in indexes:
                draft.reasons[index] = (target, Rule.MAPPED, "")
        lasts = (draft.particles, draft.surnames)
        for part, beside in ((Field.FIRSTNAME, draft.middles), *((Field.LASTNAME, each) for each in lasts)):
            if part not in draft.sources:  # nothing to go with
                draft.reasons |= dict.fromkeys(beside, (None, Rule.NOT_NEEDED, ""))
                beside.clear()
        for target, template in self.templates.items():
            for index in template.columns:
                if draft.reasons.get(index, (None,))[0] is None:
                    draft.reasons[index] = (target, Rule.TEMPLATE, "")

    def _release(self, draft: Draft) -> None:
        fields = self.fields
        phone = self.templates.get(Field.PHONE)
        if phone is not None and set(phone.columns) & set(draft.sources.get(Field.DIALCODE, ())):
            fields |= {Field.DIALCODE}  # "{Code}{Number}": the code is in there already
        if Field.PHONE in fields:
            draft.phones = []
        if Field.ADDRESS in fields:
            draft.addresses = []
        draft.sources = {target: indexes for target, indexes in draft.sources.items() if target not in fields}
        for index in draft.reasons.keys() - draft.used():
            draft.reasons[index] = (None, Rule.OVERRULED, "")


def read_said(finder: ColumnFinder, options: FieldOptions) -> Said:
    """Find the columns that --map and --set name in this table; an option whose columns it lacks is left out.

    Raises ColumnMissing where several columns have the name, and UsageError for a malformed template.
    """
    templates: dict[Field, Template] = {}
    mapped: defaultdict[Field, list[int]] = defaultdict(list)
    served: set[str] = set()
    absent: dict[str, ColumnMissing] = {}
    for target, text in options.set:
        try:
            templates[target] = parse_template(target, text, partial(finder.find, option=f"--set {target}"))
            served.add(f"--set {target}={text}")
        except NoSuchColumn as missing:
            absent[f"--set {target}={text}"] = missing
    for target, name in options.map:
        try:
            index = finder.find(name, f"--map {target}")
            served.add(f"--map {target}={name}")
        except NoSuchColumn as missing:
            absent[f"--map {target}={name}"] = missing
            continue
        if target not in templates and index not in mapped[target]:
            mapped[target].append(index)
    return Said(MappingProxyType(dict(mapped)), MappingProxyType(templates), frozenset(served), absent)


# --- pinning ------------------------------------------------------------------------------------


def pins(match: ColumnMatch) -> tuple[str, ...]:
    """Return the values of --map that would pin what a column match says: ("phone=Mobile No.", "city=column 7")."""
    header = [choice.header for choice in match.choices]
    chosen: list[tuple[Field, int]] = [(Field.PHONE, index) for index in match.phones]
    for target in Field:
        chosen += [(target, index) for index in match.sources.get(target, ())]
    return tuple(f"{target}={called(header, index, match.ignored)}" for target, index in chosen)


def called(header: Sequence[str], index: int, added: AbstractSet[int] = frozenset()) -> str:
    """Return a name that finds this column and is fit to be shown: its own, else its position."""
    name = header[index]
    if name.strip() and header.count(name) == 1 and safe(name, len(name) + 1) == name:
        return name
    return f"column {place_of(index, added)}"


def place_of(index: int, added: AbstractSet[int]) -> int:
    """Return the place of a column, from 1, among those that a report has not added."""
    return index + 1 - sum(each < index for each in added)
