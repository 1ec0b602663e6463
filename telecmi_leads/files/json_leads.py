"""What of a JSON file are leads: objects in a list, in pages of lists, under keys of their own, or rows of a grid.

An object with a phone of its own is a lead, whatever lists it holds. One without is a page where it holds leads, but
not among objects that have one: there it is a lead without a phone, and the people in it are not put in its place.
"""

from __future__ import annotations

import re
from itertools import chain, starmap, zip_longest
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.text import safe
from telecmi_leads.files.json_alike import groups_of, rows_of
from telecmi_leads.files.json_people import (
    PEOPLE_LOOKED_AT,
    SIX_DIGITS,
    USUAL_NAMES,
    are_others,
    has_a_phone,
    is_lead_among,
    is_person,
    keys_of_leads,
    names_a_phone,
)
from telecmi_leads.files.json_rows import as_objects, flat, is_part
from telecmi_leads.files.json_values import Rows, cell
from telecmi_leads.files.sheets import Batch, batches_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from telecmi_leads.files.json_alike import Alike


def named_cells(batches: Iterator[list[Any] | Rows], place: str) -> Iterator[Batch]:
    """Return the leads in elements as records. Objects that are alike, as nearly always, go column by column.

    Raises SourceUnreadable for an error message among pages of leads: a page is missing there. And where it shows late
    that what was read as pages were leads without a phone.
    """
    paged, said = False, ""
    keys_of_pages, keys = set[str](), set[str]()
    for batch in batches:
        if isinstance(batch, Rows):
            keys.update(batch.keys if any(map(names_a_phone, batch.keys)) else ())
            _check_pages(keys_of_pages & keys, place)
            yield Batch(batch.keys, batch.rows)
            continue
        elements = as_objects(batch)
        groups = groups_of(elements)
        keys.update(*(group.objects[0] for group in groups if _have_phones(group)))
        _check_pages(keys_of_pages & keys, place)
        unsure = sorted(place for group in groups if not _are_surely_leads(group) for place in group.places)
        held = {at: leads_in(elements[at], keys) for at in unsure}
        pages = [elements[at] for at, leads in held.items() if leads != [elements[at]]]
        keys_of_pages.update(*(page for page in pages if isinstance(page, dict)))
        paged = paged or bool(pages)
        said = said or next(filter(None, (_said_by(elements[at], leads) for at, leads in held.items())), "")
        if paged and said:
            raise SourceUnreadable(
                f"{place} holds an error message among its pages of leads: “{safe(said, 80)}”.",
                hint="Export the leads again: a page of them is missing.",
            )
        rows = None if pages else rows_of(groups)
        if rows is not None:
            yield rows
        else:
            leads = chain.from_iterable(held.get(at, [element]) for at, element in enumerate(elements))
            yield from batches_of(map(flat, leads), place)


def _check_pages(shared: AbstractSet[str], place: str) -> None:
    """Raise SourceUnreadable where leads with a phone have keys that objects had which were read as pages."""
    if shared:
        raise SourceUnreadable(
            f"{place}: the first objects hold people and have no phone, and later ones like them have one: "
            "it can't be told who the leads are.",
            hint="Export the leads as CSV, or write a phone, if an empty one, into each of them.",
        )


def _have_phones(group: Alike) -> bool:
    """Tell whether some of a group of objects have a phone of their own."""
    known = group.pattern is not None and has_a_phone(group.pattern)
    return known or any(isinstance(each, dict) and has_a_phone(each) for each in group.objects[:PEOPLE_LOOKED_AT])


def _are_surely_leads(group: Alike) -> bool:
    """Tell whether each of a group of objects is one lead, and no error message, whatever its values are."""
    pattern = group.pattern
    return (
        pattern is not None
        and (has_a_phone(pattern) or all(starmap(_surely_holds_none, pattern.items())))
        and not _has_an_empty_list(pattern)
        and not _may_speak_of_error(pattern)
        and not any(map(_is_preamble, group.objects))
    )


def _surely_holds_none(name: str, value: object) -> bool:
    """Tell whether a value in a pattern stands for such that hold no leads."""
    if isinstance(value, list):
        return not any(isinstance(each, dict | list) for each in value) or (name != "" and is_part(name, value))
    if isinstance(value, dict):
        keyed = all(isinstance(each, dict) for each in value.values())
        return not keyed and all(starmap(_surely_holds_none, value.items()))
    return True


def _said_by(element: object, leads: list[Any]) -> str:
    """Return what an element that holds no lead says of an error."""
    if not isinstance(element, dict) or len(leads) != 1 or leads[0] is not element or is_person(element):
        return ""
    return speaks_of_error(element)


ERROR_NAMES = frozenset(
    re.findall(
        r"\w+",
        "error errors exception fault error_code errorcode error_message errormessage error_description error_msg "
        "stacktrace stack_trace faultstring",
    )
)
_STATES = frozenset({"status", "success", "ok", "code", "statuscode", "status_code", "result", "state"})
_FAILED = frozenset({"error", "fail", "failed", "failure", "false", "nok", "ko", "unauthorized", "forbidden"})
_WORDS = frozenset({"message", "msg", "detail", "details", "reason", "description", "title", "error"})
_BESIDE_WORDS = frozenset({"type", "timestamp", "path", "instance", "request_id", "requestid", "trace_id", "url"})
_SENTENCE = re.compile(r"[^\W\d]{2,}[^\w\n]+\w")
_HTTP_ERROR = re.compile(r"[45]\d\d")


def leads_in(element: object, keys: AbstractSet[str] = frozenset(), depth: int = 0) -> list[Any]:
    """Return the leads that an element holds: itself, those of the page or the list it is, or none of an empty page.

    `keys` are those of the leads beside it, as `keys_of_leads` tells them.
    """
    if isinstance(element, list):
        return _of_list("", element, depth) or element
    if not isinstance(element, dict):
        return [element]
    if _is_preamble(element) and not is_person(element):
        return []
    if all(not isinstance(value, dict | list) for value in element.values()) or is_lead_among(element, keys):
        return [element]
    held = [] if depth > _DEEPEST_PAGE else _held(element, depth)
    if held:
        return held
    return [] if _has_an_empty_list(element) and not is_person(element) else [element]


def _has_an_empty_list(element: dict[str, Any]) -> bool:
    """Tell whether there is a list without anything in it where leads may stand."""
    return any(value == [] for name, value in element.items() if name.casefold() in USUAL_NAMES)


_DEEPEST_PAGE = 8
_PREAMBLE = frozenset({"header", "database"})


def _is_preamble(element: dict[str, Any]) -> bool:
    """Tell what stands before the leads in an export of phpMyAdmin's."""
    kind = element.get("type")
    return isinstance(kind, str) and kind in _PREAMBLE and "data" not in element


def _held(holder: dict[str, Any], depth: int) -> list[Any]:
    """Return the leads in the lists and in the keyed objects within an object that is not a lead itself."""
    found = _rows_of(holder)
    if found or depth > _DEEPEST_PAGE:
        return found
    for name, value in holder.items():
        if are_others(name, holder):
            continue
        if isinstance(value, list):
            found += _of_list(name, value, depth + 1)
        elif isinstance(value, dict):
            keyed = _keyed(name, value)
            inner = keyed or _held(value, depth + 1)
            found += inner if keyed or (inner and not has_a_phone(value)) else []
    return found


def _of_list(name: str, elements: list[Any], depth: int) -> list[Any]:
    """Return the leads in a list under some name; none where it holds no people, or parts of one lead."""
    if depth > _DEEPEST_PAGE or not elements or (name and is_part(name, elements)):
        return []
    if all(isinstance(each, list) for each in elements):
        rows = _headed(elements) if depth else []
        return rows or [lead for each in elements for lead in _of_list("", each, depth + 1)]
    if not any(isinstance(each, dict | list) for each in elements):
        return []
    keys = keys_of_leads(elements)
    found = [leads_in(each, keys, depth + 1) for each in elements]
    paged = any(leads and leads[0] is not each for each, leads in zip(elements, found, strict=True))
    return [lead for leads in found for lead in leads] if paged or any(map(is_person, elements)) else []


def _headed(grid: list[Any]) -> list[Any]:
    """Return the rows of a grid as objects; the first names the columns, if that is what it does."""
    head, *body = grid
    if not body or not head or not all(isinstance(name, str) and not SIX_DIGITS.search(name) for name in head):
        return []
    if any(isinstance(each, dict | list) for row in grid for each in row):
        return []
    return _as_objects_of(head, body)


def _as_objects_of(head: list[Any], body: list[Any]) -> list[Any]:
    names = [_column_name(name, number) for number, name in enumerate(head, 1)]
    names += [f"column {number}" for number in range(len(names) + 1, max(map(len, body)) + 1)]
    return [dict(zip(names, row, strict=False)) for row in body]


def _column_name(name: object, number: int) -> str:
    if isinstance(name, dict):
        name = next((name[key] for key in ("display_name", "label", "title", "name", "id") if name.get(key)), "")
    return cell(name) or f"column {number}"


def _keyed(name: str, value: dict[str, Any]) -> list[Any]:
    """Return the leads of an object that holds one under each of its keys, in the place of a list.

    Keys that are words, such as `applicant` and `guarantor`, are parts of one lead, unless there are many alike.
    """
    records = list(value.values())
    if not records or not all(isinstance(record, dict) for record in records) or is_part(name, records):
        return []
    if all(map(_ID.match, value)):
        return records if any(map(is_person, records)) else []
    if len(records) < (2 if name.casefold() in USUAL_NAMES else 3):
        return []
    alike = len(set.intersection(*map(set, records))) * 2 >= max(map(len, records))
    return records if alike and all(map(is_person, records)) else []


def keyed_within(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Walk the objects within an object that hold a lead under each of their keys, with the keys that lead there."""
    for name, inner in value.items():
        if isinstance(inner, dict) and len(path) < _DEEPEST_PAGE:
            leads = _keyed(name, inner)
            if leads:
                yield (*path, name), leads
            elif not any(
                names_a_phone(key) for key, each in inner.items() if each and not isinstance(each, dict | list)
            ):
                yield from keyed_within(inner, (*path, name))


def tabs_of(elements: list[Any]) -> dict[str, list[Any]]:
    """Return the sheets of a workbook that was written as a list, by their names; none where it is another list.

    Each is a grid of rows, or a list of leads. Google's Sheets API sends them as `valueRanges`, or as `sheets` with
    their `rowData`.
    """
    if not all(isinstance(tab, dict) and _title(tab) for tab in elements):
        return {}
    found = {_title(tab): _rows_of_tab(tab) for tab in elements}
    return {title: rows for title, rows in found.items() if rows} if len(found) == len(elements) else {}


TABS = frozenset({"sheets", "worksheets", "tabs", "valueranges"})
"""The names under which the sheets of a workbook stand."""

_TITLES = ("range", "title", "name", "sheet", "sheetname", "sheet_name", "tab")
_RANGE = re.compile(r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))![A-Z]+\d*(?::[A-Z]+\d*)?")


def _title(tab: dict[str, Any]) -> str:
    about = tab.get("properties")
    names = {key.casefold(): text for key, text in ((about if isinstance(about, dict) else {}) | tab).items()}
    title = next((names[key] for key in _TITLES if isinstance(names.get(key), str)), "")
    place = _RANGE.fullmatch(title[:_LONGEST_RANGE])
    return title if place is None else place["plain"] or place["quoted"].replace("''", "'")


_LONGEST_RANGE = 500


def _rows_of_tab(tab: dict[str, Any]) -> list[Any]:
    grid: list[Any] = next((tab[key] for key in _BODIES if isinstance(tab.get(key), list)), [])
    parts = [part["rowData"] for part in grid if isinstance(part, dict) and isinstance(part.get("rowData"), list)]
    if parts:
        return [_shown_cells(row) for part in parts for row in part]
    if is_grid(grid) and str(tab.get("majorDimension")).upper() != "COLUMNS":
        return grid
    leads = leads_in(tab)
    return [] if leads == [tab] else leads


def is_grid(rows: list[Any]) -> bool:
    """Tell whether a sheet is one of rows, not of leads."""
    return bool(rows) and all(isinstance(row, list) for row in rows)


def _is_grid_of_columns(value: object) -> bool:
    """Tell whether a value is a grid with several columns; a column whose cells are lists of one is none."""
    return isinstance(value, list) and is_grid(value) and any(len(row) > 1 for row in value)


def _shown_cells(row: object) -> list[Any]:
    """Return the cells of a row of Google's as they are shown."""
    cells = row.get("values") if isinstance(row, dict) else None
    return [each.get("formattedValue") if isinstance(each, dict) else each for each in cells or ()]


_ID = re.compile(r"[^\d]*\d|-[\w-]{8,}$|[\w-]{15,}$")


def speaks_of_error(value: dict[str, Any]) -> str:
    """Return what an object says of an error, "" where it speaks of none."""
    if not _may_speak_of_error(value):
        return ""
    names = {name.casefold(): each for name, each in value.items()}
    if _is_message(names.keys()) and _SENTENCE.search(_words_of(value)):
        return _words_of(value)
    told = next((names[name] for name in names if name in ERROR_NAMES and names[name]), None)
    if told is None and not any(_is_failure(name, names[name]) for name in names if name in _STATES):
        return ""
    if told is None and (not _WORDS & names.keys() or any(map(names_a_phone, names))):
        return ""
    return _words_of(value) or _words_of(told) or cell(told)


def _may_speak_of_error(names: Iterable[str]) -> bool:
    """Tell whether the names of an object's values are such that it may speak of an error."""
    names = set(map(str.casefold, names))
    if not ERROR_NAMES.isdisjoint(names) or _is_message(names):
        return True
    return bool(_WORDS & names and _STATES & names) and not any(map(names_a_phone, names))


def _is_message(names: AbstractSet[str]) -> bool:
    """Tell whether an object holds words, and nothing but what goes with them."""
    return bool(_WORDS & names) and names <= _WORDS | _STATES | _BESIDE_WORDS


def _is_failure(name: str, value: object) -> bool:
    text = cell(value).casefold()
    if name in {"success", "ok"}:
        return text in {"false", "0", "no"}
    return text in _FAILED or _HTTP_ERROR.fullmatch(text) is not None


def _words_of(value: object) -> str:
    while isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    words = (each for name, each in value.items() if name.casefold() in _WORDS and isinstance(each, str))
    return max(words, key=len, default="")


HEADS = ("columns", "headers", "header", "fields", "cols")
_BODIES = ("data", "rows", "values", "records")


def as_records(value: dict[str, Any]) -> list[Any]:
    """Return the records that an object holds: itself, if it is one. Sheets of rows under keys are none."""
    if len(value) > 1 and all(map(_is_grid_of_columns, value.values())):
        return []
    return _rows_of(value) or _by_columns(value) or _keyed("", value) or _by_rows_within(value) or leads_in(value)


def _by_columns(value: dict[str, Any]) -> list[Any]:
    columns = list(value.values())
    if len(columns) <= 1:  # a table has several
        return []
    if all(isinstance(column, dict) and column and all(map(str.isdigit, column)) for column in columns):
        places = dict.fromkeys(place for column in columns for place in column)
        if _is_full_of_holes(len(places), columns):
            return []
        return [{name: column.get(place) for name, column in value.items()} for place in places]
    if all(isinstance(column, list) for column in columns):
        lengths = set(map(len, columns))
        if len(lengths) == 1 and lengths.pop() > 1:
            return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return []


def _rows_of(value: dict[str, Any]) -> list[Any]:
    """Return the rows of an object that has its columns in one list and its rows in another, as objects.

    Google's Sheets API gives a grid alone, by rows or by columns; BigQuery and Google's charts wrap each cell.
    """
    if str(value.get("majorDimension")).upper() == "COLUMNS" and isinstance(value.get("values"), list):
        return _turned(value["values"])
    schema = value.get("schema")
    holder = schema if isinstance(schema, dict) else value
    head: list[Any] = next((holder[key] for key in HEADS if isinstance(holder.get(key), list)), [])
    body: list[Any] = next((value[key] for key in _BODIES if isinstance(value.get(key), list)), [])
    body = [_bare(row) for row in body] if holder is not value or "cols" in value else body
    return _as_objects_of(head, body) if head and body and all(isinstance(row, list) for row in body) else []


def _turned(columns: list[Any]) -> list[Any]:
    """Return the rows of a grid that is given by columns, whose first cells are their names."""
    if not columns or not all(isinstance(column, list) and column for column in columns):
        return []
    if _is_full_of_holes(max(map(len, columns)), columns):
        return []
    return [dict(zip([column[0] for column in columns], row, strict=True)) for row in _rows_from(columns)]


def _is_full_of_holes(rows: int, columns: list[Any]) -> bool:
    """Tell whether columns are no table: few values that would make a table of very many empty cells."""
    return rows * len(columns) > _FEW_CELLS + 4 * sum(map(len, columns))


_FEW_CELLS = 10_000


def _rows_from(columns: list[Any]) -> Iterator[tuple[Any, ...]]:
    return zip_longest(*(column[1:] for column in columns), fillvalue="")


WRAPPED_ROW = ("f", "c", "cells")
_WRAPPED = 2  # keys of such a row: its cells and its number


def is_wrapped(row: object) -> bool:
    """Tell whether a row is an object that holds nothing but its cells."""
    return isinstance(row, dict) and any(isinstance(row.get(key), list) for key in WRAPPED_ROW) and len(row) <= _WRAPPED


def _bare(row: object) -> object:
    """Return the cells of a row such as `{"f": [{"v": "…"}]}`."""
    cells = (
        next((row[key] for key in WRAPPED_ROW if isinstance(row.get(key), list)), row)
        if isinstance(row, dict) and is_wrapped(row)
        else row
    )
    if not isinstance(cells, list):
        return cells
    return [each.get("v", each) if isinstance(each, dict) else each for each in cells]


def _by_rows_within(value: dict[str, Any]) -> list[Any]:
    inner = (part for part in value.values() if isinstance(part, dict))
    return next(filter(None, (_rows_of(part) or _by_rows_within(part) for part in inner)), [])
