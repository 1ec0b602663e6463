"""What a phrase of a column's name can mean: what the column holds, whose or which it is, or that it is not the lead's.

And the sets of heads that belong together.
"""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum


class Head(StrEnum):
    """What a column holds, as its name says it."""

    FIRST = "firstname"
    LAST = "lastname"
    SECOND = "secondname"
    SECOND_LAST = "secondlast"
    SUFFIX = "suffix"
    PARTICLE = "particle"
    MIDDLE = "middlename"
    FULL = "fullname"
    SURNAME_FIRST = "surnamefirst"
    PERSON = "personname"
    NAME = "name"
    DISPLAY = "displayname"
    LEAD_NAME = "leadname"
    SALUTATION = "salutation"
    COMPANY = "company"
    MOBILE = "mobile"
    WHATSAPP = "whatsapp"
    PHONE = "phone"
    LANDLINE = "landline"
    NUMBER = "number"
    CONTACT = "contact"
    CALLER = "caller"
    CALLED = "called"
    PLACE_PHONE = "place_phone"
    DIALCODE = "dialcode"
    EMAIL = "email"
    COMMENT = "comment"
    ADDRESS = "address"
    STREET = "street"
    CITY = "city"
    LOCALITY = "locality"
    COUNTRY = "country"
    STATE = "state"
    ORDER = "order_index"
    SERIAL = "serial"
    TEST = "test"


class Modifier(Enum):
    """Whose or which: words beside the head that leave the column the lead's."""

    PERSON = "person"
    BUYER = "buyer"
    GUEST = "guest"
    YOUR = "your"
    HOME = "home"
    WORK = "work"
    SHIPPING = "shipping"
    ORGANISATION = "organisation"
    OTHER = "other"
    NEW = "new"
    MAIN = "main"
    CHECKED = "checked"
    BAD = "bad"
    NOT = "not"
    CHOICE = "choice"
    FIRST = "first"
    LAST = "last"
    WITH = "with"
    ABOUT = "about"
    AND = "and"
    FILLER = "filler"


class Never(Enum):
    """Words that make a column somebody else's or something else's."""

    OWNER = "owner"
    ROLE = "role"
    PERSON = "person"
    LINE = "line"
    FLAG = "flag"
    NAME = "name"
    THING = "thing"


class Place(IntEnum):
    """Which of several addresses or lines a column belongs to, in order of preference."""

    PLAIN = 0
    HOME = 1
    WORK = 2
    SHIPPING = 3
    ORGANISATION = 4


class Standing(IntEnum):
    """Which of several columns of one kind a name says it is, in order of preference: new, main, plain, other, bad."""

    NEW = 0
    MAIN = 1
    PLAIN = 2
    OTHER = 3
    BAD = 4


Meaning = Head | Modifier | Never


# --- heads that belong together -----------------------------------------------------------------

PHONE_HEADS = frozenset({Head.MOBILE, Head.WHATSAPP, Head.PHONE, Head.LANDLINE})
"""What a number may be called on, whichever line it is."""

CALL_HEADS = frozenset({Head.CALLER, Head.CALLED})
"""The two ends of a call in a log, of which one is the company's."""

LINE_HEADS = PHONE_HEADS | CALL_HEADS
"""What holds a line, be it the company's own."""

NAME_HEADS = frozenset(
    {
        *(Head.FIRST, Head.LAST, Head.SECOND, Head.SECOND_LAST, Head.MIDDLE, Head.FULL, Head.SURNAME_FIRST),
        *(Head.PERSON, Head.NAME, Head.DISPLAY, Head.LEAD_NAME, Head.SALUTATION, Head.PARTICLE),
    }
)
PERSON_HEADS = NAME_HEADS - {Head.SALUTATION, Head.PARTICLE}
"""The heads of names that tell who somebody is, as a salutation or "van der" does not."""

WHOLE_NAME_HEADS = frozenset({Head.FULL, Head.PERSON, Head.NAME})
"""The heads of names that may be a person's whole name."""

PLACE_HEADS = frozenset({Head.ADDRESS, Head.STREET, Head.CITY, Head.LOCALITY, Head.COUNTRY})
