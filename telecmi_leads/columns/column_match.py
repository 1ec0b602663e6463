"""What became of a table's columns: which feeds which field, and why; and the draft on which they are given out."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns.lexicon import is_area_code
from telecmi_leads.columns.phone_companions import Companions
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telecmi_leads.columns.meanings import Head
    from telecmi_leads.columns.reading import Candidate
    from telecmi_leads.columns.templates import Template
    from telecmi_leads.core.errors import ColumnMissing
    from telecmi_leads.core.reasons import WarningCode

_WHOLE_SHARE = 10
"""One cell in so many may lack the code in a column that holds it."""

_NATIONAL_SHARE = 20
"""One cell in so many may begin with the code by chance in a column that lacks it."""


class ColumnChoice(Struct, frozen=True):
    """What became of one column.

    `header` is its name as it stands in the file. `field` is what it feeds, None where it feeds none; titles and middle
    names feed the first name, companies the full name. `word` is the word of the name that decided, "" where none did.
    """

    index: int
    header: str
    field: Field | None
    rule: Rule
    word: str = ""

    @property
    def says(self) -> str:
        """The rule in words, with the deciding word: `somebody else's (dealer)`. The word is the file's text."""
        return f"{self.rule.says} ({self.word})" if self.word else self.rule.says


class ColumnDoubt(Struct, frozen=True):
    """What deserves a look in a table's columns: a sentence's first half, what follows from it, and the way out."""

    code: WarningCode
    says: str
    follows: str
    way_out: str


def _nothing() -> MappingProxyType[Any, Any]:
    return MappingProxyType({})


class CodesSeen(Struct):
    """How many cells of a phone column hold their rows' dial codes, lack them, or may be read either way.

    Cells with a plus or a trunk zero say nothing of those without, and are not counted.
    """

    held: int = 0
    lacking: int = 0
    doubtful: int = 0
    read_whole: bool | None = None
    """How doubtful cells were read so far, None where none was: with their codes in them or without."""

    @property
    def are_held(self) -> bool:
        """Tell whether nearly all cells begin with their codes."""
        return self.lacking * _WHOLE_SHARE <= self.held + self.doubtful

    @property
    def are_lacking(self) -> bool:
        """Tell whether so few cells begin with their codes that it may be chance."""
        return (self.held + self.doubtful) * _NATIONAL_SHARE <= self.lacking


class ColumnMatch(Struct, frozen=True, dict=True):
    """Which column (by index, from 0) feeds which field.

    A column that feeds both the phone and FULLNAME holds names beside its numbers.
    """

    phones: tuple[int, ...] = ()
    """The phone columns in order of preference: row by row, the first with a good number wins."""

    sources: Mapping[Field, tuple[int, ...]] = field(default_factory=_nothing)
    """The other fields' columns: the first cell that is not empty wins; the parts of ADDRESS are joined."""

    addresses: tuple[tuple[int, ...], ...] = ()
    """All addresses that a row may have, best first, each as its parts; sources[ADDRESS] is filled in most rows."""

    titles: tuple[int, ...] = ()
    """Salutations."""

    middles: tuple[int, ...] = ()
    """Middle names."""

    particles: tuple[int, ...] = ()
    """What goes before the last name: "van der"."""

    surnames: tuple[int, ...] = ()
    """What goes behind the last name: a mother's surname, "Jr."."""

    companies: tuple[int, ...] = ()
    """The name where no person's is."""

    company_first: frozenset[int] = frozenset()
    """Full names that begin with the company: "Gamma, Asha Rao"."""

    surname_first: Mapping[int, int] = field(default_factory=_nothing)
    """Full names that begin with the surname, and how many surnames people usually have there."""

    labels: Mapping[int, int] = field(default_factory=_nothing)
    """For a phone column the column that says what kind of line it holds."""

    verdicts: Mapping[int, tuple[int, ...]] = field(default_factory=_nothing)
    """For a phone column those that say whose its numbers are and whether they are right."""

    strangers: Mapping[int, frozenset[int]] = field(default_factory=_nothing)
    """For a phone column the names and emails of another person of the row: who is billed, to whom it is shipped."""

    templates: Mapping[Field, Template] = field(default_factory=_nothing)
    """What --set says. A field stands here or in `sources`, never in both."""

    fills: Mapping[Field, str] = field(default_factory=_nothing)
    """The values of --fill."""

    choices: tuple[ColumnChoice, ...] = ()
    """What became of each column, in their order."""

    stray_countries: tuple[int, ...] = ()
    """Columns called countries of which most cells name none; a cell that names one still tells its row's region."""

    country_cells: frozenset[str] = frozenset()
    """What the countries' columns hold in the first rows: short forms mean the same all through a table."""

    doubts: tuple[ColumnDoubt, ...] = ()
    """What deserves a warning."""

    ignored: frozenset[int] = frozenset()
    """The columns that an earlier report has added."""

    own_report: bool = False
    """Whether the table is an earlier report."""

    of_refused: bool = False
    """Whether it is one of refused leads, whose numbers hold their country codes."""

    served: frozenset[str] = frozenset()
    """The options of --map and --set whose columns the table has."""

    absent: Mapping[str, ColumnMissing] = field(default_factory=_nothing)
    """Why the other such options find nothing here."""

    def header_of(self, column: int) -> str:
        """Return a column's name, "" where it has none."""
        return self.choices[column].header if column < len(self.choices) else ""

    @cached_property
    def area_codes(self) -> tuple[int, ...]:
        """The columns of area codes."""
        return tuple(filter(self._is_of_area_codes, range(len(self.choices))))

    def _is_of_area_codes(self, column: int) -> bool:
        """Tell whether a column holds area codes by its name, and its cells don't say that they are calling codes."""
        by_cells = column < len(self.choices) and self.choices[column].rule is Rule.VALUES
        return is_area_code(self.header_of(column)) and not by_cells

    @cached_property
    def codes_seen(self) -> defaultdict[int | None, CodesSeen]:
        """For each phone column (None: what --set makes) what the rows so far tell of the dial codes in it."""
        return defaultdict(CodesSeen)

    @cached_property
    def _companions(self) -> dict[Field, Companions]:
        return {}

    def going_with(self, phone: int | None, target: Field) -> Sequence[int]:
        """Return the columns that feed a field, those first that go with a phone column, the least fitting last.

        It is asked for each phone column of each block, so that the names are compared once.
        """
        found = self._companions.get(target)
        if found is None:
            columns = [at for at in self.sources.get(target, ()) if not self._is_of_area_codes(at)]
            found = Companions(*({at: self.header_of(at) for at in each} for each in (self.phones, columns)))
            self._companions[target] = found
        return found.of(phone)

    def without(self, columns: Mapping[int, Rule]) -> ColumnMatch:
        """Return the same match without these columns, which feed nothing, for the reason that is given for each."""
        sources = {target: tuple(at for at in indexes if at not in columns) for target, indexes in self.sources.items()}
        return replace(
            self,
            sources=MappingProxyType({target: indexes for target, indexes in sources.items() if indexes}),
            choices=tuple(
                ColumnChoice(choice.index, choice.header, None, columns[choice.index])
                if choice.index in columns
                else choice
                for choice in self.choices
            ),
        )

    def with_source(self, target: Field, column: int) -> ColumnMatch:
        """Return the same match with a column that feeds this field, since its cells say so, and no other."""
        sources = {each: tuple(at for at in indexes if at != column) for each, indexes in self.sources.items()}
        sources[target] = (*sources.get(target, ()), column)
        choice = ColumnChoice(column, self.header_of(column), target, Rule.VALUES)
        return replace(
            self,
            sources=MappingProxyType({each: indexes for each, indexes in sources.items() if indexes}),
            choices=(*self.choices[:column], choice, *self.choices[column + 1 :]),
        )

    @property
    def has_phone(self) -> bool:
        """Tell whether anything feeds the phone number."""
        return bool(self.phones) or Field.PHONE in self.templates

    @property
    def phones_apart(self) -> bool:
        """Tell whether no column holds the full name and the number in one cell."""
        return set(self.phones).isdisjoint(self.sources.get(Field.FULLNAME, ()))


class Draft(Struct):
    """Columns given to fields so far, with the reason for each looked at. `mapped` is what --map's columns hold."""

    mapped: frozenset[Head | None] = frozenset()
    phones: list[int] = field(default_factory=list)
    sources: dict[Field, list[int]] = field(default_factory=dict)
    addresses: list[tuple[int, ...]] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    middles: list[int] = field(default_factory=list)
    particles: list[int] = field(default_factory=list)
    surnames: list[int] = field(default_factory=list)
    companies: list[int] = field(default_factory=list)
    reasons: dict[int, tuple[Field | None, Rule, str]] = field(default_factory=dict)

    def give(self, target: Field, candidates: Iterable[Candidate], rule: Rule | None = None) -> None:
        """Give columns to a field, best first; each reason is its reading's unless `rule` says another."""
        to = self.phones if target is Field.PHONE else self.sources.setdefault(target, [])
        for candidate in candidates:
            to.append(candidate.index)
            self.reasons[candidate.index] = (target, rule or candidate.reading.rule, candidate.reading.word)
        if not to and target is not Field.PHONE:
            del self.sources[target]

    def take(self, target: Field, columns: Sequence[int]) -> None:
        """Take columns away from a field."""
        left = [index for index in self.sources.pop(target, ()) if index not in columns]
        if left:
            self.sources[target] = left

    def put(self, to: list[int], candidates: Iterable[Candidate], target: Field, rule: Rule) -> None:
        """Put columns into `titles`, `middles` or another list whose cells go into the field `target`."""
        for candidate in candidates:
            to.append(candidate.index)
            self.reasons[candidate.index] = (target, rule, "")

    def used(self) -> frozenset[int]:
        """Return the columns that feed something."""
        extra = (*self.titles, *self.middles, *self.particles, *self.surnames, *self.companies)
        sources = (index for indexes in self.sources.values() for index in indexes)
        parts = (index for address in self.addresses for index in address)
        return frozenset((*self.phones, *extra, *sources, *parts))

    def match(self) -> ColumnMatch:
        """Return the column match that these columns make, without what the header and the options add to it."""
        return ColumnMatch(
            phones=tuple(self.phones),
            sources=MappingProxyType({target: tuple(indexes) for target, indexes in self.sources.items()}),
            addresses=tuple(self.addresses),
            titles=tuple(self.titles),
            middles=tuple(self.middles),
            particles=tuple(self.particles),
            surnames=tuple(self.surnames),
            companies=tuple(self.companies),
        )
