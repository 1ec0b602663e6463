"""What the matching of columns comes to: which column feeds which field, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from telecmi_leads.core.lead_fields import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.columns.templates import Template


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
    OTHER_PLACE = ("other_place", "the property's place")
    OTHER_THING = ("other_thing", "not about the lead")
    FLAG = ("flag", "a yes or no")
    WRONG_VALUES = ("wrong_values", "its values don't fit its name")
    SERIAL = ("serial", "a serial number, or --map order_index")
    OWN_REPORT = ("own_report", "from an earlier report")
    UNUSED = ("unused", "the service has no field for it")
    UNKNOWN = ("unknown", "no field goes by this name")
    NO_NAME = ("no_name", "it has no name")

    def __init__(self, code: str, says: str) -> None:
        self.code = code
        self.says = says


@dataclass(frozen=True, slots=True)
class ColumnChoice:
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


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Which column (by index, from 0) feeds which field.

    `phones` are the phone columns in order of preference: row by row, the first with a good number wins.
    `sources` are the other fields' columns: the first cell that is not empty wins; the parts of ADDRESS are joined.
    `addresses` are all addresses a row may have, best first, each as its parts; sources[ADDRESS] is the one that is
    filled in most rows. `titles` hold salutations, `middles` middle names, `companies` the name where no person's is.
    A field stands in `templates` (--set) or in `sources`, never in both. `fills` are the values of --fill.
    A column that feeds both the phone and FULLNAME holds names beside its numbers. `labels` are the columns that say
    what kind of line a phone column holds (its index → the label's). `choices` has one entry for each column.
    `ignored` and `own_report` tell the columns of an earlier report.
    """

    phones: tuple[int, ...] = ()
    sources: Mapping[Field, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    addresses: tuple[tuple[int, ...], ...] = ()
    titles: tuple[int, ...] = ()
    middles: tuple[int, ...] = ()
    companies: tuple[int, ...] = ()
    labels: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    templates: Mapping[Field, Template] = field(default_factory=lambda: MappingProxyType({}))
    fills: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}))
    choices: tuple[ColumnChoice, ...] = ()
    ignored: frozenset[int] = frozenset()
    own_report: bool = False

    @property
    def has_phone(self) -> bool:
        """Tell whether anything feeds the phone number."""
        return bool(self.phones) or Field.PHONE in self.templates

    @property
    def phones_apart(self) -> bool:
        """Tell whether no column holds the full name and the number in one cell."""
        return set(self.phones).isdisjoint(self.sources.get(Field.FULLNAME, ()))
