"""JSON objects → rows: nested objects as dotted columns, name/value lists as columns of their own."""

from __future__ import annotations

import json
from typing import Any

_NAMES = ("name", "column_name", "column_id", "key", "field", "field_name", "question", "label")
_VALUES = ("value", "values", "string_value", "answer")
_SPREAD_AT_MOST = 4


def cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a JSON scalar as typed; null is empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def flat(element: dict[str, Any]) -> dict[str, str]:
    """Flatten an object: its columns and cells, in order."""
    row: dict[str, str] = {}
    for key, value in element.items():
        if isinstance(value, dict | list):
            _flatten(row, key, value)
        else:
            _put(row, key, cell(value))
    return row


def _put(row: dict[str, str], column: str, text: str) -> None:
    """Set a cell; a second value for a column goes beside the first."""
    if row.get(column):
        row[column] = f"{row[column]}, {text}" if text else row[column]
    else:
        row[column] = text


def _flatten(row: dict[str, str], column: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(row, f"{column}.{key}", inner)
    elif not isinstance(value, list):
        _put(row, column, cell(value))
    elif not any(isinstance(inner, dict | list) for inner in value):
        _put(row, column, ", ".join(filter(None, map(cell, value))))
    elif names_values(value):
        for name, inner in map(_name_value, value):
            _flatten(row, name, inner)
    elif len(value) <= _SPREAD_AT_MOST:
        for index, inner in enumerate(value, 1):
            _flatten(row, column if index == 1 else f"{column}.{index}", inner)
    else:
        _put(row, column, json.dumps(value, ensure_ascii=False))


def names_values(elements: list[Any]) -> bool:
    """Tell whether a list holds names and values, as ad platforms and form builders send answers."""
    return bool(elements) and all(
        isinstance(element, dict)
        and any(isinstance(element.get(name), str) for name in _NAMES)
        and any(key in element for key in _VALUES)
        for element in elements
    )


def _name_value(element: dict[str, Any]) -> tuple[str, Any]:
    name = next(element[name] for name in _NAMES if isinstance(element.get(name), str))
    value = next(element[key] for key in _VALUES if key in element)
    return name, value
