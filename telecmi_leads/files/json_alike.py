"""Objects that are alike → rows, column by column: what is decided for one of them is so for all.

The objects of a file mostly have the same keys, and the same kinds of values under them. Where its cells go is then
found once, for a pattern that stands for all of them, by the very rules that hold for a single object (json_rows). A
pattern has a column in the place of each value, but for the few that tell what others are, such as the kind of a phone:
objects in which those differ are not alike.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from telecmi_leads.files.bounds import BLOCK_CELLS, MAX_KEYS
from telecmi_leads.files.json_rows import (
    DEEPEST,
    NESTED,
    flag_keys,
    flat,
    inner_place,
    is_document,
    joined,
    named_values,
    telling_keys,
)
from telecmi_leads.files.json_values import cell
from telecmi_leads.files.sheets import Batch

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

_OF_A_TEXT, _OF_A_FLAG = (str,), (str, bool, int)
_FEW = 4  # objects, for which finding a pattern would take longer


class Alike(Struct, frozen=True):
    """Objects that are alike, with their `places` among all, and the `pattern` of them; None for one that is alone."""

    places: Sequence[int]
    objects: list[Any]
    pattern: dict[str, Any] | None


class Column:
    """What stands in one place of all objects. Where a pattern is asked for a text, it has none."""

    __slots__ = ("_values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def __str__(self) -> str:
        return ""

    def texts(self) -> Sequence[str]:
        """Return the cells: each value as text, a list as the texts of its elements."""
        kinds = set(map(type, self._values))
        if kinds == {str}:
            return self._values
        if kinds == {list}:
            return [joined(map(cell, each)) for each in self._values]
        return list(map(str if kinds == {int} else cell, self._values))


def groups_of(elements: list[Any]) -> list[Alike]:
    """Part the elements of a list into groups that are alike, in the order of their first ones."""
    groups: list[Alike] = []
    waiting: list[tuple[Sequence[int], list[Any]]] = [(range(len(elements)), elements)]
    while waiting:
        places, some = waiting.pop()
        marks: list[Sequence[Hashable]] = []
        pattern = _pattern(some, marks) if len(some) >= _FEW else None
        if marks:
            waiting += _parted(places, some, marks)
        elif isinstance(pattern, dict) and not any(map(is_document, some)):
            groups.append(Alike(places, some, pattern))
        else:
            groups += [Alike((place,), [each], None) for place, each in zip(places, some, strict=True)]
    return sorted(groups, key=lambda group: group.places[0])


def _parted(
    places: Sequence[int], elements: list[Any], marks: list[Sequence[Hashable]]
) -> Iterable[tuple[Sequence[int], list[Any]]]:
    parts: dict[Hashable, tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
    for mark, place, element in zip(zip(*marks, strict=True), places, elements, strict=True):
        part = parts[mark]
        part[0].append(place)
        part[1].append(element)
    return parts.values()


# --- the pattern of values -------------------------------------------------------------------------------


def _pattern(
    values: Sequence[Any], marks: list[Sequence[Hashable]], depth: int = 0, within: str | None = None
) -> Column | dict[str, Any] | list[Any] | None:
    """Return the pattern of values that stand in the same place of several objects; `within` is telling_keys'.

    If they are not alike, it appends to `marks` a list with one mark for each value: values with equal marks may still
    be alike.
    """
    kinds = set(map(type, values))
    if kinds.isdisjoint(NESTED):
        return Column(values)
    if len(kinds) > 1:
        marks.append([kind if kind in NESTED else None for kind in map(type, values)])
    elif depth > DEEPEST:
        marks.append(range(len(values)))  # no two are alike
    elif dict in kinds:
        return _pattern_of_objects(values, marks, depth, within)
    else:
        return _pattern_of_lists(values, marks, depth)
    return None


def _pattern_of_objects(
    objects: Sequence[dict[str, Any]], marks: list[Sequence[Hashable]], depth: int, within: str | None
) -> dict[str, Any]:
    keys = list(map(tuple, objects))
    if _differ(keys, marks):
        return {}
    columns = dict(zip(keys[0], zip(*map(dict.values, objects), strict=True), strict=True))
    telling = telling_keys(columns, within)
    if telling is None:
        marks.append(range(len(objects)))
        return {}
    pattern: dict[str, Any] = {}
    flags = flag_keys(columns, within)
    for key, values in columns.items():
        kinds = _OF_A_FLAG if key in flags else _OF_A_TEXT if key in telling else ()
        texts = [value if type(value) in kinds else None for value in values] if kinds else [None]
        # True and 1 are equal and are no such cells.
        if not _differ(texts, marks) and not (key in flags and _differ(list(map(type, texts)), marks)):
            pattern[key] = texts[0]
        if pattern.get(key) is None:
            pattern[key] = _pattern(values, marks, depth + 1, inner_place(keys[0], key, within))
    return pattern


def _pattern_of_lists(lists: Sequence[list[Any]], marks: list[Sequence[Hashable]], depth: int) -> list[Any]:
    if NESTED.isdisjoint(map(type, chain.from_iterable(lists))):
        if _differ(list(map(bool, lists)), marks):
            return []
        return [Column(lists)] if lists[0] else []
    if _differ(list(map(len, lists)), marks):
        return []
    return [_pattern(values, marks, depth + 1, "") for values in zip(*lists, strict=True)]


def _differ(each: list[Any], marks: list[Sequence[Hashable]]) -> bool:
    """Tell whether some are not equal to the first; then they are marks."""
    differ = each.count(each[0]) < len(each)
    if differ:
        marks.append(each)
    return differ


# --- the rows of groups ----------------------------------------------------------------------------------


def rows_of(groups: list[Alike]) -> Batch | None:
    """Return the rows of all groups in order; None where they don't go by columns, or there are too many for that."""
    made: list[dict[str, Sequence[str]]] = []
    names: dict[str, None] = {}
    count = sum(len(group.places) for group in groups)
    if 2 * len(groups) >= count:  # one by one is faster
        return None
    for group in groups:
        columns = _columns(group)
        if columns is None:
            return None
        made.append(columns)
        names |= dict.fromkeys(columns)
    if len(names) > MAX_KEYS or len(names) * count > BLOCK_CELLS:
        return None
    rows: list[list[str]] = [[] for _ in range(count)]
    for group, columns in zip(groups, made, strict=True):
        blank = [""] * len(group.places)
        cells = zip(*(columns.get(name, blank) for name in names), strict=True) if columns else ()
        for place, row in zip(group.places, cells, strict=False):
            rows[place] = list(row)
    return Batch(tuple(names), rows)


def _columns(group: Alike) -> dict[str, Sequence[str]] | None:
    """Return the cells of a group by their names; None where some are nested values as a whole."""
    if group.pattern is None:
        return {name: [text] for name, text in flat(group.objects[0]).items()}
    columns: dict[str, Sequence[str]] = {}
    for name, values in named_values(group.pattern).items():
        if any(isinstance(value, dict | list) for value in values):
            return None
        columns[name] = _joined(values, len(group.places))
    return columns


def _joined(values: list[Any], count: int) -> Sequence[str]:
    """Return the cells that the columns, and the texts that are the same for all, are together."""
    columns = [value.texts() if isinstance(value, Column) else [cell(value)] * count for value in values]
    if len(columns) == 1:
        return columns[0]
    return list(map(joined, zip(*columns, strict=True))) if columns else [""] * count
