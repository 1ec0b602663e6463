"""The phones of one lead in JSON, each an object that says more of its number: whose it is, whether it is good.

What an entry says of its number becomes its label, as contacts on phones have one: `phones.number`, `phones.label`.
Labels are understood where columns are. The main entry comes first, and one that is said to be bad last.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from telecmi_leads.core.patterns import cached_if_short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PHONES = re.compile(
    r"(?:phones?|mobiles?|cells?|cellulari|tel|teleph?ones?|tel[eé]fonos?|telefoner?|telefoni|telefony|handys?"
    r"|whats.?apps?|numbers?|nummern?|num[eé]ros?|n[uú]meros?|телефоны|номера)(?:[_-]?list)?",
    re.IGNORECASE,
)
_NUMBERS = frozenset({"value", "number", "phone", "phonenumber", "mobile", "mobilenumber", "tel", "telephone", "e164"})
_KINDS = frozenset({"type", "kind", "label"})
_MAIN = frozenset(f"{be}{word}" for be in ("", "is") for word in ("primary", "preferred", "default", "main"))
# What a flag says of the number, by whether it is set.
_SET = {
    **dict.fromkeys(("wrong", "wrongnumber", "invalid", "bad", "disconnected", "bounced", "fake"), "wrong"),
    **dict.fromkeys(("deleted", "removed", "archived", "donotuse"), "do not use"),
    **dict.fromkeys(("inactive", "old", "former", "expired", "obsolete"), "old"),
    **dict.fromkeys(("donotcall", "dnd", "dnc", "optedout", "unsubscribed", "blacklisted"), "do not call"),
}
_NOT_SET = {
    **dict.fromkeys(("valid", "inservice", "exists"), "wrong"),
    **dict.fromkeys(("active", "current", "enabled", "working", "inuse"), "old"),
    **dict.fromkeys(("callable", "cancall", "optedin", "consent"), "do not call"),
}
_TEXTS = frozenset(
    re.findall(
        r"\w+",
        "status state validity condition owner ownername ownertype belongsto belongs relation relationship "
        "relationtolead whose person holder user usedby contactname contactperson contact name fullname displayname "
        "description",
    )
)
_YES, _NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
_ENTRIES = 12
"""Entries of a lead that get columns of their own."""

PERSON_NAMES = frozenset(
    re.findall(r"\w+", "name fullname firstname lastname fname lname surname givenname familyname nombre nome nom naam")
)
"""The keys of a person's own name, folded."""


class PhoneEntry(Struct, frozen=True):
    """An entry: `cells` with its number and what else goes into columns, and the texts that label the number.

    `plain` is what it holds but for flags.
    """

    plain: dict[str, Any]
    cells: dict[str, Any]
    labels: list[Any]
    main: bool
    bad: bool


@cached_if_short(4096)
def folded(key: str) -> str:
    """Return a key without case and what parts its words."""
    return re.sub(r"[\W_]", "", key).casefold()


def names_phones(name: str) -> bool:
    """Tell whether what stands under a key are numbers: `phones`, `contact_numbers`."""
    *_, last = re.split(r"(?<=[a-z])(?=[A-Z])|[\s._-]+(?!list)", name[-80:])
    return _PHONES.fullmatch(last) is not None


def are_phones_of(name: str, elements: object, holder: Iterable[str]) -> bool:
    """Tell whether a list holds the phones of whoever has a name under these keys, and no people of their own."""
    return (
        isinstance(elements, list)
        and names_phones(name)
        and any(folded(key) in PERSON_NAMES for key in holder)
        and 0 < len(elements) <= _ENTRIES
        and all(isinstance(each, dict) and _number_key(each) for each in elements)
    )


def flags_among(keys: Iterable[str]) -> Iterator[str]:
    """Yield those keys whose values tell which entry comes first, or what is said of its number."""
    return (key for key in keys if _flag(key) in _MAIN or _flag(key) in _SET or _flag(key) in _NOT_SET)


def phone_entries(name: str, elements: Sequence[Any]) -> list[PhoneEntry]:
    """Return the entries of a list of phones, the main one first; none where it is another list."""
    if not elements or len(elements) > _ENTRIES or not names_phones(name):
        return []
    if not all(isinstance(each, dict) and _number_key(each) for each in elements):
        return []
    return sorted(map(_entry, elements), key=lambda entry: (entry.bad, not entry.main))


def main_first(elements: Sequence[Any]) -> list[Any]:
    """Return phones or emails with the main one first."""
    return sorted(elements, key=lambda each: not (isinstance(each, dict) and _is_main(each)))


def labelled(name: str, entries: Sequence[PhoneEntry]) -> list[tuple[str, Any]]:
    """Return the names and values of entries that say more of their numbers than a kind."""
    found: list[tuple[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        base = name if number == 1 else f"{name}.{number}"
        found += [(base, entry.cells), *((f"{base}.label", label) for label in entry.labels)]
    return found


def say_more(entries: Iterable[PhoneEntry], elements: Iterable[dict[str, Any]]) -> bool:
    """Tell whether an entry says more of its number than its kind."""
    return any(entry.bad for entry in entries) or any(folded(key) in _TEXTS for each in elements for key in each)


def _entry(element: dict[str, Any]) -> PhoneEntry:
    number, flags = _number_key(element), frozenset(flags_among(element))
    plain = {key: value for key, value in element.items() if key not in flags and folded(key) != "metadata"}
    told = dict.fromkeys(filter(None, (_said(key, element[key]) for key in flags)))
    kinds, texts = (
        [value for key, value in plain.items() if folded(key) in words and not isinstance(value, dict | list)]
        for words in (_KINDS, _TEXTS)
    )
    others = {key: value for key, value in plain.items() if key != number and folded(key) not in _KINDS | _TEXTS}
    cells = {"number": element[number]} | others
    return PhoneEntry(plain, cells, [*kinds, *texts, *told], _is_main(element), bad=bool(told))


def _number_key(element: Mapping[str, Any]) -> str:
    """Return the key of an entry's number, "" where it has none."""
    return next((key for key in element if folded(key) in _NUMBERS and not isinstance(element[key], dict | list)), "")


def _is_main(element: Mapping[str, Any]) -> bool:
    about = element.get("metadata")  # of Google's People
    pairs = chain(element.items(), about.items() if isinstance(about, dict) else ())
    return any(_flag(key) in _MAIN and _is_set(value) is True for key, value in pairs)


def _said(key: str, value: object) -> str:
    flag, is_set = _flag(key), _is_set(value)
    if is_set is None:
        return ""
    return _SET.get(flag, "") if is_set else _NOT_SET.get(flag, "")


@cached_if_short(4096)
def _flag(key: str) -> str:
    word = folded(key)
    short = word.removeprefix("is")
    return short if short in _SET or short in _NOT_SET else word


def _is_set(value: object) -> bool | None:
    """Tell whether a flag is set, None where it says neither."""
    if type(value) is bool:
        return value
    text = value.strip().casefold() if type(value) is str else str(value) if type(value) is int else ""
    return True if text in _YES else False if text in _NO else None
