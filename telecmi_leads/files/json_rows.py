"""A JSON value → named cells: nested objects as dotted names, lists of names and values as cells of their own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from telecmi_leads.files.json_values import Rows
from telecmi_leads.files.sheets import Batch, batches_of

if TYPE_CHECKING:
    from collections.abc import Iterator


_NAMES = ("name", "column_name", "column_id", "key", "field", "field_name", "question", "label", "title")
_VALUES = ("value", "values", "string_value", "answer", "answers")
_KINDS = ("label", "type", "kind")  # of several values of one sort: [{"label": "work", "value": "…"}] under "phone"
_SHELLS = frozenset({"properties", "fields", "attributes", "values", "node", "data", "_source"})
_OF_A_SORT = re.compile(r"phone|mobile|tel|mail|address|url|website|social", re.IGNORECASE)
_SPREAD = 4  # elements of a list of objects that get cells of their own
_DEEPEST = 16

# The names under which ad platforms and form builders send answers as names and values.
_ANSWERS = frozenset(
    re.findall(
        r"\w+",
        "field_data user_column_data fields answers values properties attributes questions custom_fields customfields "
        "form_fields formfields form_data responses columns",
    )
)


def cell(value: object) -> str:
    """Return a value as typed; null is empty, what is nested stays JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def named_cells(elements: list[Any] | Rows, place: str) -> Iterator[Batch]:
    """Return elements as records. Objects that are flat and all alike, as nearly always, are taken column by column."""
    if isinstance(elements, Rows):
        if _as_text(elements.rows):
            yield Batch(elements.keys, elements.rows)
            return
        elements = as_objects(elements)
    yield from batches_of(map(flat, elements), place)


def as_objects(elements: list[Any] | Rows) -> list[Any]:
    """Return elements as they stood in the file."""
    if isinstance(elements, Rows):
        return [dict(zip(elements.keys, row, strict=True)) for row in elements.rows]
    return elements


def _as_text(rows: list[list[Any]]) -> bool:
    """Turn the cells of equally long rows into text, in place; tell whether that could be done."""
    mixed = [place for place, column in enumerate(zip(*rows, strict=True)) if not _is_text(column)]
    for row in rows:
        for place in mixed:
            value = row[place]
            if type(value) is int:
                row[place] = str(value)
            elif isinstance(value, dict | list):
                return False
            else:
                row[place] = cell(value)
    return True


def _is_text(column: tuple[Any, ...]) -> bool:
    try:
        "".join(column)  # faster than asking each value for its type
    except TypeError:
        return False
    return True


def flat(element: object) -> dict[str, str]:
    """Return an element's named cells, in order; null has none, and what has no names gets a plain one."""
    if isinstance(element, dict):
        row: dict[str, str] = {}
        for name, value in element.items():
            _spread(row, name, value, 1)
        return row
    if isinstance(element, list):
        return {f"column {number}": cell(value) for number, value in enumerate(element, 1)}
    return {} if element is None else {"value": cell(element)}


def _spread(row: dict[str, str], name: str, value: object, depth: int) -> None:
    if not isinstance(value, dict | list) or depth > _DEEPEST:
        _put(row, name, cell(value))
    elif isinstance(value, dict) and not all(map(str.isdigit, value)):
        for key, inner in value.items():
            _spread(row, _inner_name(row, name, key), inner, depth + 1)
    elif isinstance(value, dict):  # a list in disguise, or nothing
        _spread(row, name, list(value.values()), depth + 1)
    elif not any(isinstance(inner, dict | list) for inner in value):
        _put(row, name, ", ".join(filter(None, map(cell, value))))
    else:
        for inner_name, inner in _named(name, value):
            _spread(row, inner_name, inner, depth + 1)


def _inner_name(row: dict[str, str], name: str, key: str) -> str:
    """Name a value of an object within the lead: dotted, but for the shells that CRMs put around what they send."""
    if key == "value":
        return name
    if name.rpartition(".")[2].casefold() in _SHELLS and key not in row:
        return key
    return f"{name}.{key}"


def _named(name: str, elements: list[Any]) -> Iterator[tuple[str, Any]]:
    """Give names to the elements of a list that are objects or lists."""
    if not _OF_A_SORT.search(name) and _are_answers(name, elements):
        yield from map(_name_and_value, elements)
    elif _are_of_a_sort(elements):
        for element in elements:
            kind = next(element[key] for key in _KINDS if isinstance(element.get(key), str))
            yield f"{name}.{kind}" if kind else name, element["value"]
    elif len(elements) <= _SPREAD:
        for number, element in enumerate(elements, 1):
            yield name if number == 1 else f"{name}.{number}", element
    else:
        yield name, cell(elements)


def _put(row: dict[str, str], name: str, text: str) -> None:
    """Set a cell; a second text for it goes beside the first."""
    if row.get(name) and text:
        row[name] = f"{row[name]}, {text}"
    elif text or name not in row:
        row[name] = text


def is_part(name: str, elements: list[Any]) -> bool:
    """Tell whether a list of objects is part of one lead: its answers, or its phones or emails, each with its kind."""
    return _are_answers(name, elements) or (bool(_OF_A_SORT.search(name)) and _are_of_a_sort(elements))


def _are_answers(name: str, elements: list[Any]) -> bool:
    """Tell whether a list holds names and values: under a usual name, or with a name of which every form has one."""
    if not elements or not all(isinstance(element, dict) and _is_answer(element) for element in elements):
        return False
    if name.rpartition(".")[2].casefold() in _ANSWERS:
        return True
    names = " ".join(_name_and_value(element)[0].casefold() for element in elements)
    return any(word in names for word in ("phone", "mobile", "email", "e-mail", "name"))


def _is_answer(element: dict[str, Any]) -> bool:
    return any(isinstance(element.get(key), str) for key in _NAMES) and any(key in element for key in _VALUES)


def _name_and_value(element: dict[str, Any]) -> tuple[str, Any]:
    name = next(element[key] for key in _NAMES if isinstance(element.get(key), str))
    return name, next(element[key] for key in _VALUES if key in element)


def _are_of_a_sort(elements: list[Any]) -> bool:
    """Tell whether a list holds several values of one sort, each with its kind, as CRMs send phones and emails."""
    return all(
        isinstance(element, dict) and "value" in element and any(isinstance(element.get(key), str) for key in _KINDS)
        for element in elements
    )


# --- what holds leads, and what is one --------------------------------------------------------------------

USUAL_NAMES = frozenset(
    re.findall(
        r"\w+",
        "users leads data contacts customers people persons members subscribers results result records rows items "
        "entries list response submissions value values",
    )
)
"""The names under which lists of leads mostly stand."""

_PHONE_NAME = re.compile(
    r"phone|mobile|whats.?app|msisdn|(?:^|[\W_])(?:tel|cell|mob|ph|contact|number|no)(?:$|[\W_])", re.IGNORECASE
)
_NO_PHONE_NAME = re.compile(r"page|count|total|version|order|support|helpline", re.IGNORECASE)
_PHONE_VALUE = re.compile(r"[+(]?\d[\d\s().-]{6,20}")
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
_HTTP_ERRORS = range(400, 600)


def names_a_phone(name: str) -> bool:
    """Tell whether a key may name a number of the lead."""
    return _PHONE_NAME.search(name[:200]) is not None and _NO_PHONE_NAME.search(name[:200]) is None


def is_person(element: object) -> bool:
    """Tell whether an object may be a lead: something in it is named as a phone, or looks like one."""
    if not isinstance(element, dict):
        return False
    for name, value in flat(element).items():
        if value and (names_a_phone(name) or _PHONE_VALUE.fullmatch(value[:30].strip())):
            return True
    return False


def is_page(element: object) -> bool:
    """Tell whether an object is no lead, but holds a list of leads: one page of several."""
    if not isinstance(element, dict) or any(names_a_phone(key) for key, value in element.items() if _is_plain(value)):
        return False
    return any(_holds_people(name, value) for name, value in element.items())


def of_page(element: object) -> list[Any]:
    """Return the leads of a page; what is no page is a lead itself, or nothing."""
    if isinstance(element, list):
        return element
    if not isinstance(element, dict):
        return [element]
    lists = [value for name, value in element.items() if _holds_people(name, value)]
    if lists:
        return [each for value in lists for each in (value.values() if isinstance(value, dict) else value)]
    empty = any(value == [] for name, value in element.items() if name.casefold() in USUAL_NAMES)
    return [] if empty else [element]


def _is_plain(value: object) -> bool:
    return value is not None and not isinstance(value, dict | list)


def _holds_people(name: str, value: object) -> bool:
    if isinstance(value, dict):
        value = list(value.values()) if value and all(map(_HAS_DIGIT.match, value)) else []
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return False
    return not is_part(name, value) and is_person(value[0])


def speaks_of_error(value: dict[str, Any]) -> str:
    """Return what an object says of an error, "" where it speaks of none."""
    names = {name.casefold(): each for name, each in value.items()}
    told = next((names[name] for name in names if name in ERROR_NAMES and names[name]), None)
    if told is None and not any(_is_failure(name, names[name]) for name in names if name in _STATES):
        return ""
    if told is None and (not _WORDS & names.keys() or any(map(names_a_phone, names))):
        return ""
    return _words_of(value) or _words_of(told) or cell(told)


def _is_failure(name: str, value: object) -> bool:
    text = cell(value).casefold()
    if name in {"success", "ok"}:
        return text in {"false", "0", "no"}
    return text in _FAILED or (text.isdecimal() and len(text) == 3 and int(text) in _HTTP_ERRORS)  # noqa: PLR2004


def _words_of(value: object) -> str:
    while isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    words = (each for name, each in value.items() if name.casefold() in _WORDS and isinstance(each, str))
    return max(words, key=len, default="")


_HAS_DIGIT = re.compile(r"[^\d]*\d")
HEADS = ("columns", "headers", "header", "fields", "cols")
_BODIES = ("data", "rows", "values", "records")


def as_records(value: dict[str, Any]) -> list[Any]:
    """Return the records that an object holds: itself, if it is one."""
    return _by_rows(value) or _by_columns(value) or _by_keys(value) or _keyed_within(value) or [value]


def _keyed_within(value: dict[str, Any]) -> list[Any]:
    """Return the records under keys of their own in one of an object's values, beside its status and the like."""
    if any(names_a_phone(key) for key, inner in value.items() if _is_plain(inner)):
        return []
    found = (_by_keys(inner) for inner in value.values() if isinstance(inner, dict) and len(inner) > 1)
    return next((records for records in found if any(map(is_person, records))), []) or next(
        ([*inner.values()] for inner in value.values() if isinstance(inner, dict) and _holds_people("", inner)), []
    )


def _by_columns(value: dict[str, Any]) -> list[Any]:
    columns = list(value.values())
    if len(columns) < 2:  # noqa: PLR2004 - a table has several
        return []
    if all(isinstance(column, dict) and column and all(map(str.isdigit, column)) for column in columns):
        places = dict.fromkeys(place for column in columns for place in column)
        return [{name: column.get(place) for name, column in value.items()} for place in places]
    if all(isinstance(column, list) for column in columns):
        lengths = set(map(len, columns))
        if len(lengths) == 1 and lengths.pop() > 1:
            return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return []


def _by_rows(value: dict[str, Any]) -> list[Any]:
    head: list[Any] = next((value[key] for key in HEADS if isinstance(value.get(key), list)), [])
    body: list[Any] = next((value[key] for key in _BODIES if isinstance(value.get(key), list)), [])
    if not head or not body or not all(isinstance(row, list) for row in body):
        inner = [_by_rows(part) for part in value.values() if isinstance(part, dict)]
        return next(filter(None, inner), [])
    names = [str(name.get("name", name)) if isinstance(name, dict) else str(name) for name in head]
    names += [f"column {number}" for number in range(len(names) + 1, max(map(len, body)) + 1)]
    return [dict(zip(names, row, strict=False)) for row in body]


def _by_keys(value: dict[str, Any]) -> list[Any]:
    if len(value) == 1:
        (inner,) = value.values()
        return _by_keys(inner) if isinstance(inner, dict) else []
    records = list(value.values())
    if not records or not all(isinstance(record, dict) for record in records):
        return []
    if not all(map(_HAS_DIGIT.match, value)):
        return []
    return records if set.intersection(*map(set, records)) else []
