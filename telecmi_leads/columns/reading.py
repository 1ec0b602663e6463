"""How a column reads: what its name says, by which rule, and where it ranks among columns of its kind."""

from __future__ import annotations

from enum import Enum, unique
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns.meanings import Head, Place, Standing

if TYPE_CHECKING:
    from telecmi_leads.columns.lexicon import Segment

OTHER_THAN_FIRST = "other"
"""The word by which a column is refused that belongs to the alternate person of a row."""

_PHONE_RANK = {Head.MOBILE: 0, Head.WHATSAPP: 1, Head.PHONE: 2, Head.LANDLINE: 3}
_WORK_FIRST = (Place.PLAIN, Place.WORK, Place.HOME, Place.SHIPPING, Place.ORGANISATION)


@unique
class Rule(Enum):
    """Why a column is used, or is not, in words for a person."""

    MAPPED = "--map says so"
    TEMPLATE = "used by --set"
    EXACT = "it is called so"
    WORDS = "the words of its name say so"
    HEAD_NOUN = "the last word of its name says so"
    VALUES = "its values say so"
    WITH_NAME = "holds the name too"
    LAYOUT = "VICIdial's standard order"
    TITLE = "Dr. and the like, before the name"
    MIDDLE = "goes behind the first name"
    COMPANY = "where there is no person's name"
    LABEL = "says which line the number is"
    NOT_NEEDED = "another column says it better"
    OVERRULED = "--map or --set say otherwise"
    OTHER_PERSON = "somebody else's"
    OTHER_LINE = "no line for calls"
    OTHER_NAME = "no name to call by"
    OTHER_PLACE = "a place that is not the lead's"
    OTHER_THING = "not about the lead"
    OWN_LINE = "the company's end of the call"
    EITHER_END = "which end of the call is the lead's is not told"
    ONE_VALUE = "one value in nearly every row"
    FLAG = "a yes or no"
    MARK = "marks people not to call"
    WRONG_VALUES = "its values don't fit its name"
    NO_COUNTRY = "most of its cells are not countries"
    NO_CODE = "its numbers are not the phones' calling codes"
    SURNAME = "goes behind the last name"
    PARTICLE = "goes before the last name"
    SERIAL = "a serial number, or --map order_index"
    OWN_REPORT = "from an earlier report"
    UNUSED = "the service has no field for it"
    UNKNOWN = "no field goes by this name"
    NO_NAME = "it has no name"

    @property
    def says(self) -> str:
        """The reason in words."""
        return self.value


class Reading(Struct, frozen=True):
    """What a column's name says."""

    head: Head | None
    """What the column holds; None where the name says nothing, or says that the column is not the lead's."""

    rule: Rule
    """How that is known, or why the column feeds nothing."""

    word: str = ""
    """The word that decided."""

    place: Place = Place.PLAIN
    """Which of several addresses or lines it belongs to."""

    ordinal: int = 1
    """2 for "Phone 2"."""

    group: int = 1
    """The same for the whole address or person: "Address 2 - City"."""

    standing: Standing = Standing.PLAIN
    """Whether it is the main one of its kind or an alternate."""

    owner: bool = False
    """Whether it is "Owner name" or the like, which is the lead's only in a list of owners."""

    role: bool = False
    """Whether it is the same of a role: "Doctor mobile"."""

    person: Segment | None = None
    """The word for whose it is ("buyer"), with its meaning."""

    surname_first: bool = False
    """Whether a full name begins with the surname."""

    maybe_id: bool = False
    """Whether it asks for good numbers: "Customer number"."""

    doubtful: bool = False
    """Whether it asks for values that agree."""

    weak: bool = False
    """Whether it gives way to any name that says it better."""

    stranger: str = ""
    """An unknown word that reads as a person: "zookeeper"."""

    beside: frozenset[str] = frozenset()
    """Names of columns of which one must be there."""

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
