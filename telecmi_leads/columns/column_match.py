"""A column on its way to a field: what its name says, what it is given to, and why; and what all of them come to."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns.lexicon import Head, Place, Standing, is_area_code
from telecmi_leads.columns.phone_companions import Companions
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.lead import Field
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from telecmi_leads.columns.lexicon import Segment
    from telecmi_leads.core.errors import ColumnMissing
    from telecmi_leads.core.reasons import WarningCode


PHONE_HEADS = frozenset({Head.MOBILE, Head.WHATSAPP, Head.PHONE, Head.LANDLINE})
OTHER_THAN_FIRST = "other"
"""The word by which a column is refused that belongs to the alternate person of a row."""
NAME_HEADS = frozenset(
    {
        *(Head.FIRST, Head.LAST, Head.SECOND, Head.SECOND_LAST, Head.MIDDLE, Head.FULL, Head.SURNAME_FIRST),
        *(Head.PERSON, Head.NAME, Head.DISPLAY, Head.LEAD_NAME, Head.SALUTATION),
    }
)
CALLED_HEADS = NAME_HEADS - {Head.SALUTATION}
"""The heads of names that tell who somebody is, as a salutation does not."""
_PHONE_RANK = {Head.MOBILE: 0, Head.WHATSAPP: 1, Head.PHONE: 2, Head.LANDLINE: 3}
_WORK_FIRST = (Place.PLAIN, Place.WORK, Place.HOME, Place.SHIPPING, Place.ORGANISATION)


# --- a column and its name ---------------------------------------------------------------------


class Rule(Enum):
    """Why a column is used, or is not: a stable code, and words for a person."""

    MAPPED = ("mapped", "--map says so")
    TEMPLATE = ("template", "used by --set")
    EXACT = ("exact", "it is called so")
    WORDS = ("words", "the words of its name say so")
    HEAD_NOUN = ("head_noun", "the last word of its name says so")
    VALUES = ("values", "its values say so")
    WITH_NAME = ("with_name", "holds the name too")
    LAYOUT = ("layout", "VICIdial's standard order")
    TITLE = ("title", "Dr. and the like, before the name")
    MIDDLE = ("middle", "goes behind the first name")
    COMPANY = ("company", "where there is no person's name")
    LABEL = ("label", "says which line the number is")
    NOT_NEEDED = ("not_needed", "another column says it better")
    OVERRULED = ("overruled", "--map or --set say otherwise")
    OTHER_PERSON = ("other_person", "somebody else's")
    OTHER_LINE = ("other_line", "no line for calls")
    OTHER_NAME = ("other_name", "no name to call by")
    OTHER_PLACE = ("other_place", "a place that is not the lead's")
    OTHER_THING = ("other_thing", "not about the lead")
    OWN_LINE = ("own_line", "the company's end of the call")
    EITHER_END = ("either_end", "which end of the call is the lead's is not told")
    ONE_VALUE = ("one_value", "one value in nearly every row")
    FLAG = ("flag", "a yes or no")
    MARK = ("mark", "marks people not to call")
    WRONG_VALUES = ("wrong_values", "its values don't fit its name")
    NO_COUNTRY = ("no_country", "most of its cells are not countries")
    NO_CODE = ("no_code", "its numbers are not the phones' calling codes")
    SURNAME = ("surname", "goes behind the last name")
    SERIAL = ("serial", "a serial number, or --map order_index")
    OWN_REPORT = ("own_report", "from an earlier report")
    UNUSED = ("unused", "the service has no field for it")
    UNKNOWN = ("unknown", "no field goes by this name")
    NO_NAME = ("no_name", "it has no name")

    def __init__(self, code: str, says: str) -> None:
        self.code = code
        self.says = says


class Reading(Struct, frozen=True):
    """What a column's name says.

    `head` is None where the name says nothing, or says that the column is not the lead's: `rule` tells which.
    `word` is the word that decided. `ordinal` is 2 for "Phone 2", `group` the same for the whole address or person
    ("Address 2 - City"). `standing` tells the main one from alternates. `owner` marks "Owner name", which is the lead's
    only in an owner list, `role` the same of "Doctor mobile". `person` is the word for whose it is ("buyer"), with its
    meaning. `surname_first` is the order of a full name. `doubtful` asks for values that agree, `maybe_id` for good
    numbers ("Customer number"); `weak` gives way to any name that says it better. `stranger` is an unknown word that
    reads as a person ("zookeeper"). `beside` names columns of which one must be there.
    """

    head: Head | None
    rule: Rule
    word: str = ""
    place: Place = Place.PLAIN
    ordinal: int = 1
    group: int = 1
    standing: Standing = Standing.PLAIN
    owner: bool = False
    role: bool = False
    person: Segment | None = None
    surname_first: bool = False
    maybe_id: bool = False
    doubtful: bool = False
    weak: bool = False
    stranger: str = ""
    beside: frozenset[str] = frozenset()

    @property
    def other(self) -> bool:
        """Tell whether the name says that this is not the main one."""
        return self.standing >= Standing.OTHER

    @property
    def somebody_elses(self) -> bool:
        """Tell whether the name speaks of somebody else."""
        return self.rule is Rule.OTHER_PERSON

    @property
    def known(self) -> bool:
        """Tell whether the name is one that columns have: "Home" and "Work" are as often what stands in cells."""
        return self.rule not in (Rule.UNKNOWN, Rule.NO_NAME, Rule.HEAD_NOUN) and self.head is not Head.PLACE_PHONE


class Candidate(Struct, frozen=True):
    """A column and the reading of its name."""

    index: int
    reading: Reading

    @property
    def head(self) -> Head | None:
        """What the column holds."""
        return self.reading.head

    @property
    def weak(self) -> bool:
        """Tell whether the column gives way to any other that says it better."""
        return self.reading.weak

    @property
    def preference(self) -> tuple[int, ...]:
        """Sort key among columns of one kind: the plain and first one first."""
        reading = self.reading
        return (reading.other, reading.place, reading.group, reading.ordinal, self.index)

    @property
    def line_preference(self) -> tuple[int, ...]:
        """Sort key among phone columns, and among emails: what ranks last is still a fallback.

        Mobile before WhatsApp before phone before work before home; a new one before all, an alternate after all that
        are none, then the old or wrong one, and the company's last.
        """
        reading = self.reading
        rank = _PHONE_RANK.get(self.head, 0) if self.head else 0
        company = reading.place is Place.ORGANISATION
        shipping = reading.place is Place.SHIPPING
        standing = reading.standing
        return (
            *(company, max(standing, Standing.PLAIN), standing != Standing.NEW, shipping, reading.group, rank),
            *(_WORK_FIRST.index(reading.place), standing),
            *(self.head is Head.EMAIL and reading.rule is not Rule.EXACT, reading.ordinal, self.index),
        )

    def refused(self, rule: Rule, word: str = "") -> Candidate:
        """Return the column as one that feeds nothing, for a reason."""
        return Candidate(self.index, Reading(None, rule, word))


# --- what is given to which field ---------------------------------------------------------------


class Template(Struct, frozen=True):
    """A parsed template: literal text and column indexes, in order."""

    parts: tuple[str | int, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that the template reads, each once."""
        return tuple(dict.fromkeys(part for part in self.parts if isinstance(part, int)))

    def render(self, cells: Sequence[str]) -> str:
        """Return the text for a row; "" where it reads columns and all of them are empty in this row."""
        found = [
            part if isinstance(part, str) else (cells[part].strip() if part < len(cells) else "") for part in self.parts
        ]
        columns = self.columns
        if columns and not any(part < len(cells) and cells[part].strip() for part in columns):
            return ""
        return "".join(found)


def parse_template(target: Field, text: str, find: Callable[[str], int]) -> Template:
    """Read a template; `{{` and `}}` stand for braces.

    `find` returns a column's index by its name. Raises UsageError where a brace is not closed, and what `find` raises
    where a column is missing.
    """
    parts: list[str | int] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith(("{{", "}}"), at):
            literal.append(text[at])
            at += 2
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0:
                raise UsageError(
                    f"--set {target}: a brace is opened and not closed in {safe(text)!r}.",
                    hint="Write {Column name}, and {{ for a brace that is meant as one.",
                )
            parts += ["".join(literal), find(text[at + 1 : end])]
            literal.clear()
            at = end + 1
        else:
            literal.append(text[at])
            at += 1
    parts.append("".join(literal))
    return Template(tuple(part for part in parts if part != ""))


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


class ColumnMatch(Struct, frozen=True, dict=True):
    """Which column (by index, from 0) feeds which field.

    `phones` are the phone columns in order of preference: row by row, the first with a good number wins.
    `sources` are the other fields' columns: the first cell that is not empty wins; the parts of ADDRESS are joined.
    `addresses` are all addresses a row may have, best first, each as its parts; sources[ADDRESS] is the one that is
    filled in most rows. `titles` hold salutations, `middles` middle names, `surnames` what goes behind the last name (a
    mother's surname, "Jr."), `companies` the name where no person's is. `company_first` are full names that begin with
    the company ("Gamma, Asha Rao"). `surname_first` are the full names that begin
    with the surname, and how many surnames people usually have there.
    A field stands in `templates` (--set) or in `sources`, never in both. `fills` are the values of --fill.
    A column that feeds both the phone and FULLNAME holds names beside its numbers. `labels` are the columns that say
    what kind of line a phone column holds (its index → the label's), `verdicts` those that say whose its numbers are
    and whether they are right. `strangers` are for each phone column the names and emails of another person of the row:
    who is billed, and to whom it is shipped. `choices` has one entry for each column, in their order.
    `stray_countries` are called countries and hold few: what is a country's name there tells the row's region.
    `doubts` are what deserves a warning. `ignored` and `own_report` tell the columns of an earlier report. `served` are
    the options of --map and --set whose columns the table has, `absent` says why the others find nothing here.
    """

    phones: tuple[int, ...] = ()
    sources: Mapping[Field, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    addresses: tuple[tuple[int, ...], ...] = ()
    titles: tuple[int, ...] = ()
    middles: tuple[int, ...] = ()
    surnames: tuple[int, ...] = ()
    companies: tuple[int, ...] = ()
    company_first: frozenset[int] = frozenset()
    surname_first: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    labels: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    verdicts: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    strangers: Mapping[int, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    templates: Mapping[Field, Template] = field(default_factory=lambda: MappingProxyType({}))
    fills: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}))
    choices: tuple[ColumnChoice, ...] = ()
    stray_countries: tuple[int, ...] = ()
    doubts: tuple[ColumnDoubt, ...] = ()
    ignored: frozenset[int] = frozenset()
    own_report: bool = False
    served: frozenset[str] = frozenset()
    absent: Mapping[str, ColumnMissing] = field(default_factory=lambda: MappingProxyType({}))

    def header_of(self, column: int) -> str:
        """Return a column's name, "" where it has none."""
        return self.choices[column].header if column < len(self.choices) else ""

    @cached_property
    def area_codes(self) -> tuple[int, ...]:
        """The columns of area codes."""
        return tuple(choice.index for choice in self.choices if is_area_code(choice.header))

    @cached_property
    def _companions(self) -> dict[Field, Companions]:
        return {}

    def going_with(self, phone: int | None, target: Field) -> Sequence[int]:
        """Return the columns that feed a field, those first that go with a phone column, the least fitting last.

        It is asked for each phone column of each block, so that the names are compared once.
        """
        found = self._companions.get(target)
        if found is None:
            columns = self.sources.get(target, ())
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
        """Put columns into `titles`, `middles`, `surnames` or `companies`, which go into the field `target`."""
        for candidate in candidates:
            to.append(candidate.index)
            self.reasons[candidate.index] = (target, rule, "")

    def used(self) -> frozenset[int]:
        """Return the columns that feed something."""
        extra = (*self.titles, *self.middles, *self.surnames, *self.companies)
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
            surnames=tuple(self.surnames),
            companies=tuple(self.companies),
        )
