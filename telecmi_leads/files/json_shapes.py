"""A single JSON object that holds many records other than in a list of objects → the records.

By columns ({"name": ["Asha", "Ravi"], "phone": [...]}, or with {"0": "Asha", "1": "Ravi"}, as pandas writes),
by names and rows ({"columns": [...], "data": [[...], ...]}), by keys with numbers ({"-N4f1": {...}, "-N4f2": {...}},
as Firebase exports). Read as one record, all leads but one would be lost.
"""

from __future__ import annotations

import re
from typing import Any

_HAS_DIGIT = re.compile(r"[^\d]*\d")
HEADS = ("columns", "headers", "header", "fields", "cols")
_BODIES = ("data", "rows", "values", "records")


def as_records(value: dict[str, Any]) -> list[Any]:
    """Return the records that an object holds: itself, if it is one."""
    return _by_rows(value) or _by_columns(value) or _by_keys(value) or [value]


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
