"""What in a JSON file that is one object may be tables of leads: found by stepping over it once, in flat memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from telecmi_leads.files.bounds import MAX_LISTS
from telecmi_leads.files.json_leads import is_wrapped, leads_in
from telecmi_leads.files.json_people import PEOPLE_LOOKED_AT, is_number, is_person, names_a_phone
from telecmi_leads.files.json_phones import PERSON_NAMES, folded, names_phones
from telecmi_leads.files.json_rows import as_objects, is_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.files.json_scanner import Scanner

_LONGEST_LEAD = 1024 * 1024  # characters; what is longer holds leads
_PHONES_OF_ONE = 4  # entries of a list of numbers that are one person's, though they have names
_DEPTH = 8  # {"data": {"result": {"leads": {"items": […]}}}} and some deeper


class ListFound(Struct, frozen=True):
    """A list in the file: the keys under which it stands, how many elements it has, and what those are.

    `grid` tells that they are lists themselves, `people` that they may be leads. `title` is the name of a sheet.
    """

    path: tuple[str, ...]
    count: int
    grid: bool
    people: bool
    title: str = ""

    @property
    def name(self) -> str:
        """The sheet's name or the keys, as --sheet takes them."""
        return self.title or ".".join(self.path)


class KeyedFound(Struct, frozen=True):
    """An object that may hold a lead under each of its keys; `longest` is how many characters the longest one has."""

    path: tuple[str, ...]
    longest: int


class Found(Struct, frozen=True):
    """What an object holds that may be tables. It may be a lead itself if it `tells_phone`, a number anywhere in it.

    `numbers` are lists of nothing but numbers: parts of a lead, or a do-not-call list.
    """

    lists: Sequence[ListFound]
    keyed: Sequence[KeyedFound]
    own_phone: bool
    tells_phone: bool
    numbers: Sequence[ListFound] = ()

    def keyed_paths(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        """Return where leads may stand under a key each, outermost, and where they may but are not to be looked for.

        That is where there are more such objects than there may be lists, and where one is too long to be a lead
        though nothing within it is a table.
        """
        outer = _outermost(keyed.path for keyed in self.keyed if keyed.longest <= _LONGEST_LEAD)
        tables = [*(found.path for found in self.lists), *(keyed.path for keyed in self.keyed)]
        holders = {path[:length] for path in tables for length in range(len(path))}
        long = [keyed.path for keyed in self.keyed if keyed.longest > _LONGEST_LEAD and keyed.path not in holders]
        return outer[:MAX_LISTS], outer[MAX_LISTS:] + long


def survey(scanner: Scanner, path: tuple[str, ...]) -> Found:
    """Step over the object at the cursor and tell what in it may be tables.

    The lists of an object within the file that has a phone number of its own are parts of that lead.
    """
    lists, keyed, numbers = list[ListFound](), list[KeyedFound](), list[ListFound]()
    own_phone = tells_phone = named = False
    members = objects = longest = 0
    for key in scanner.walk_keys():
        opening, begun = scanner.peek(), scanner.position
        if opening == "[":
            tells_phone = _survey_list(scanner, (*path, key), lists, numbers) or tells_phone
        elif opening == "{" and len(path) < _DEPTH - 1:
            inner = survey(scanner, (*path, key))
            lists += inner.lists
            numbers += inner.numbers
            keyed += inner.keyed
            tells_phone = tells_phone or inner.tells_phone
        else:
            value = scanner.value()
            named = named or (bool(value) and folded(key) in PERSON_NAMES)
            own_phone = (bool(value) and names_a_phone(key)) or own_phone
            tells_phone = tells_phone or is_person({key: value})
        members += 1
        objects += opening == "{"
        longest = max(longest, scanner.position - begun)
    if tells_phone and members == objects:
        keyed.append(KeyedFound(path, longest))
    lists = [found for found in lists if not (named and _are_phones(found, path))]
    of_a_lead = own_phone and bool(path)
    if of_a_lead:
        return Found((), (), own_phone, tells_phone)
    return Found(lists, keyed, own_phone, tells_phone, () if own_phone else numbers)


def _are_phones(found: ListFound, holder: tuple[str, ...]) -> bool:
    """Tell whether a list holds the phones of a person at these keys, and no people."""
    return found.path[:-1] == holder and found.count <= _PHONES_OF_ONE and names_phones(found.path[-1])


def _survey_list(scanner: Scanner, path: tuple[str, ...], lists: list[ListFound], numbers: list[ListFound]) -> bool:
    """Step over the list at the cursor and note it if it may be a table; tell whether it speaks of a phone."""
    first: list[Any] = []
    count = 0
    people = False
    for batch in scanner.elements():
        count += len(batch)
        some = as_objects(batch[:PEOPLE_LOOKED_AT])
        if len(first) < PEOPLE_LOOKED_AT:  # a batch may be one element
            first += some
        people = people or any(is_person(lead) for each in some for lead in leads_in(each))
    filled = next((each for each in first if each is not None), None)
    if not first or (isinstance(filled, dict | list) and not is_part(path[-1], first)):
        grid = bool(first) and (_is_grid_row(filled) or all(map(is_wrapped, first)))
        lists.append(ListFound(path, count, grid, people and not grid))
    elif filled is not None and all(map(is_number, filter(None, first[:PEOPLE_LOOKED_AT]))):
        numbers.append(ListFound(path, count, grid=False, people=True))
    return is_person({path[-1]: first[:PEOPLE_LOOKED_AT]})


def _is_grid_row(element: object) -> bool:
    return isinstance(element, list) and not any(isinstance(each, dict) for each in element)


def _outermost(paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return those paths that lead to nothing within what another one leads to."""
    outer: list[tuple[str, ...]] = []
    for path in sorted(paths):  # what lies within comes right behind what holds it
        if not outer or path[: len(outer[-1])] != outer[-1]:
            outer.append(path)
    return outer
