"""Who in JSON objects is a lead and who is another person: by the names of their values, and by those of the others."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.other_people import FAMILY, words_of
from telecmi_leads.core.patterns import cached_if_short
from telecmi_leads.files.json_phones import are_phones_of, folded
from telecmi_leads.files.json_rows import DEEPEST, OF_A_SORT, SHELLS, has_a_name, is_part
from telecmi_leads.files.json_values import cell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

PEOPLE_LOOKED_AT = 50
"""How many of a list's first elements are looked at, to tell what the list holds."""

USUAL_NAMES = frozenset(
    re.findall(
        r"\w+",
        "users leads data contacts customers people persons members subscribers results result records rows items "
        "entries list response submissions value values",
    )
)
"""The names under which lists of leads mostly stand."""

_SURE_PHONE = re.compile(r"phone|mobile|whats.?app|msisdn|(?:^|[\W_])(?:tel|cell)(?:$|[\W_])", re.IGNORECASE)
_PHONE_NAME = re.compile(rf"{_SURE_PHONE.pattern}|(?:^|[\W_])(?:mob|ph|contact|number|no)(?:$|[\W_])", re.IGNORECASE)
_NO_PHONE_NAME = re.compile(r"page|count|total|version|order|support|helpline", re.IGNORECASE)
SIX_DIGITS = re.compile(r"(?:\d[\s().-]{0,3}){6}")
"""What a number has and no name of a column."""

_PHONE_VALUE = re.compile(r"[+(]?\d[\d\s().-]{6,20}")


@cached_if_short(4096)
def names_a_phone(name: str) -> bool:
    """Tell whether a key may name a number of the lead."""
    return _PHONE_NAME.search(name[:200]) is not None and _NO_PHONE_NAME.search(name[:200]) is None


def is_person(element: object) -> bool:
    """Tell whether an object may be a lead: something in it is named as a phone, or looks like one."""
    return isinstance(element, dict) and any(_tells_a_phone(name, value, 0) for name, value in element.items())


def _tells_a_phone(name: str, value: object, depth: int) -> bool:
    if isinstance(value, dict):
        inside: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list):
        inside = ((name, each) for each in value)
    else:
        text = cell(value)
        return bool(text) and (names_a_phone(name) or _looks_like_a_number(text))
    if depth > DEEPEST:
        return False
    return any(_tells_a_phone(name if names_a_phone(name) else key, each, depth + 1) for key, each in inside)


def is_number(value: object) -> bool:
    """Tell whether a value is nothing but a number."""
    return isinstance(value, str | int) and not isinstance(value, bool) and _looks_like_a_number(cell(value))


def _looks_like_a_number(text: str) -> bool:
    return _PHONE_VALUE.fullmatch(text[:30].strip()) is not None


def has_a_phone(element: dict[str, Any]) -> bool:
    """Tell whether an object has a phone of its own, so that the lists in it are parts of one lead."""
    usual = any(
        name.casefold() in USUAL_NAMES and name.casefold() not in SHELLS and value and isinstance(value, dict | list)
        for name, value in element.items()
    )
    return any(
        are_phones_of(name, value, element) or _is_own_phone(name, value, 0 if usual else 1)
        for name, value in element.items()
    )


def _is_own_phone(name: str, value: object, depth: int) -> bool:
    if value in ([], {}):
        return _SURE_PHONE.search(name[:200]) is not None and names_a_phone(name)
    if isinstance(value, list):
        return OF_A_SORT.search(name) is not None and names_a_phone(name) and is_part(name, value)
    if isinstance(value, dict):
        inner = depth > 0 or name.casefold() in SHELLS or names_a_phone(name)
        return inner and depth < DEEPEST and any(_is_own_phone(key, each, depth + 1) for key, each in value.items())
    if not names_a_phone(name):
        return False
    return _SURE_PHONE.search(name[:200]) is not None or SIX_DIGITS.search(str(value)[:200]) is not None


def people_in_lead(lead: object) -> str:
    """Return the name of a list of people within a lead that has a phone of its own, "" where there is none."""
    if not isinstance(lead, dict) or not has_a_phone(lead):
        return ""
    lists = (
        (name, value)
        for name, value in lead.items()
        if isinstance(value, list) and not is_part(name, value) and not are_phones_of(name, value, lead)
    )
    return next((name for name, value in lists if any(has_a_name(each) and is_person(each) for each in value)), "")


_NAME = re.compile(r"name|e-?mail", re.IGNORECASE)
# Whom a lead names beside himself. Lists under other names may hold leads: the contacts of a firm, a class's students.
_OTHERS = re.compile(
    r"agent|nominee|emergency|co[-_ ]?(?:applicant|borrower|owner)|guarantor|relati(?:ve|on)|famil(?:y|ies)|guardian"
    r"|parent|spouse|dependa?[en]nt|reference|referee|assistant|next[-_ ]?of[-_ ]?kin|beneficiar|witness",
    re.IGNORECASE,
)
# A nursery lists children and a referral friends, and what branches off in a tree are its children.
_MAY_BE_LEADS = frozenset(
    {"child", "children", "kid", "kids", "friend", "girl friend", "boy friend", "neighbor", "neighbour"}
)


@cache
def _kin() -> frozenset[str]:
    """Return the keys that name a person's kin, one of them or several, folded."""
    words = set(words_of(*FAMILY, language="en")) - _MAY_BE_LEADS
    return frozenset(folded(f"{word}{several}") for word in words for several in ("", "s"))


def keys_of_leads(objects: Iterable[object]) -> frozenset[str]:
    """Return the keys of those objects that have a phone of their own."""
    return frozenset(key for each in objects if isinstance(each, dict) and has_a_phone(each) for key in each)


def is_lead_among(element: dict[str, Any], keys: AbstractSet[str]) -> bool:
    """Tell whether an object is a lead whoever stands in it: it has a phone, or is one of those that have these keys.

    `keys` are those of the leads beside it. A page that stands among leads has none of them.
    """
    return has_a_phone(element) or not keys.isdisjoint(element)


def are_others(name: str, holder: dict[str, Any]) -> bool:
    """Tell whether the people under a key are others than the person who names them: the family, the nominees."""
    others = _OTHERS.search(name[:200]) is not None or folded(name[:200]) in _kin()
    return others and any(
        value and _NAME.search(key[:200]) and not isinstance(value, dict | list) for key, value in holder.items()
    )


_STAFF = (
    r"(?:sales|call|field|support|real[ _-]?estate)?[ _-]?agent|employee|tele?[ _-]?callers?|operator"
    r"|admin(?:istrator)?|sales[ _-]?(?:rep(?:resentative)?|person|man)|account[ _-]?manager|assignee|recruiter"
    r"|counsell?or|broker|dealer"
    r"|mitarbeiter|vertreter|makler|berater|agente|empleado|vendedor|asesor|employé|vendeur|conseiller|courtier"
    r"|funcionário|corretor|сотрудник|менеджер|агент|оператор"
)
_NO_LEADS = re.compile(
    rf"(?:{_STAFF})(?:e?s|n|en|и|ы)?|staff|sales[ _-]?people|(?:sales[ _-]?)?team(?:[ _-]?members)?"
    r"|(?:recently[ _-]?)?(?:deleted|removed|trashed|archived)(?:[ _-]?\w+)?|trash|recycle[ _-]?bin|deletions",
    re.IGNORECASE,
)
_ROLE = re.compile(_STAFF, re.IGNORECASE)
_ROLES = frozenset({"role", "type", "kind", "persontype", "contacttype", "rolle", "rol", "papel"})


def are_no_leads(name: str) -> bool:
    """Tell whether people in a list of this name, beside one of leads, are staff or were deleted."""
    return _NO_LEADS.fullmatch(name[:80]) is not None


def role_of_staff(person: object) -> str:
    """Return the role of a person where it is one of the staff's, "" elsewhere."""
    if not isinstance(person, dict):
        return ""
    told = (value for key, value in person.items() if folded(key) in _ROLES and isinstance(value, str))
    return next((value for value in told if _ROLE.fullmatch(value[:80].strip())), "")
