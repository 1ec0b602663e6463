"""What the matching of columns comes to: which column feeds which field, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from telecmi_leads.fields import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.columns.templates import Template


class Rule(Enum):
    """Why a column is used, or is not: a stable code, and words for a person."""

    MAPPED = ("mapped", "--map says so")
    TEMPLATE = ("template", "--set uses it")
    EXACT = ("exact", "a known name")
    WORDS = ("words", "every word of the name is known")
    HEAD_NOUN = ("head_noun", "the name ends in a known word")
    VALUES = ("values", "its values show it")
    LAYOUT = ("layout", "VICIdial's standard order of columns")
    TITLE = ("title", "a salutation; Dr. and the like go before the first name")
    MIDDLE = ("middle", "a middle name; goes behind the first name")
    COMPANY = ("company", "a company; the name where there is no person's")
    NOT_NEEDED = ("not_needed", "known, and a better column feeds the field")
    OVERRULED = ("overruled", "known, and --map or --set feeds the field from elsewhere")
    OTHER_PERSON = ("other_person", "somebody else's, not the lead's")
    OTHER_LINE = ("other_line", "a line that reaches nobody by voice, such as a fax")
    OTHER_NAME = ("other_name", "a form of the name that is not used for calling")
    OTHER_PLACE = ("other_place", "the property's place, not the lead's")
    OTHER_THING = ("other_thing", "speaks of something other than the lead")
    FLAG = ("flag", "a flag, not a value")
    WRONG_VALUES = ("wrong_values", "its values are not what its name says")
    SERIAL = ("serial", "a serial number; use --map order_index=… if it is the order to dial in")
    OWN_REPORT = ("own_report", "written by an earlier report of this program")
    UNUSED = ("unused", "known, but the service has no field for it")
    UNKNOWN = ("unknown", "nothing known by this name")
    NO_NAME = ("no_name", "the column has no name")

    def __init__(self, code: str, says: str) -> None:
        self.code = code
        self.says = says


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What became of one column.

    `header` is its name as it stands in the file. `field` is what it feeds, None where it feeds none. `word` is the
    word of the name that decided, "" where there is none.
    """

    index: int
    header: str
    field: Field | None
    rule: Rule
    word: str = ""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Which column (by index, from 0) feeds which field.

    `phones` are the phone columns in order of preference: row by row, the first with a good number wins.
    `sources` are the other fields' columns: the first cell that is not empty wins; the parts of ADDRESS are joined.
    `addresses` are all addresses a row may have, best first, each as its parts; sources[ADDRESS] is the one that is
    filled in most rows. `titles` hold salutations, `middles` middle names, `companies` the name where no person's is.
    A field stands in `templates` (--set) or in `sources`, never in both. `fills` are the values of --fill.
    `choices` has one entry for each column. `ignored` and `own_report` tell the columns of an earlier report.
    """

    phones: tuple[int, ...] = ()
    sources: Mapping[Field, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    addresses: tuple[tuple[int, ...], ...] = ()
    titles: tuple[int, ...] = ()
    middles: tuple[int, ...] = ()
    companies: tuple[int, ...] = ()
    templates: Mapping[Field, Template] = field(default_factory=lambda: MappingProxyType({}))
    fills: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}))
    choices: tuple[ColumnChoice, ...] = ()
    ignored: frozenset[int] = frozenset()
    own_report: bool = False

    @property
    def has_phone(self) -> bool:
        """Tell whether anything feeds the phone number."""
        return bool(self.phones) or Field.PHONE in self.templates
