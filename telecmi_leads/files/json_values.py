"""JSON text → values, in two ways with one meaning: many at once, or one with the reason where it is broken.

msgspec decodes what is plain JSON, many values at a time; what it does not take (NaN, lone surrogates, giant
numbers) and what is broken goes to the standard library's decoder, which tells where an error is. With both,
fractions and exponents stay as they were typed (9876543210.0, 1e400), whole numbers are exact, and no value of
equal keys is lost unseen.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable

_EMPTY = {"NaN": ""}  # what Python programs write for a number that is not there
_KEY = re.compile(r'"[ \t\r\n]*:')
_FRACTION = re.compile(r"-?\d+(?=[.eE])(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ESCAPED_COLON = re.compile(r"\\u003a", re.IGNORECASE)


class BrokenJsonError(ValueError):
    """Text that is not JSON, or loses values. `at` is the place; `cut` tells that more text might complete it."""

    def __init__(self, what: str, at: int, *, cut: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.cut = cut


class _EqualKeysError(ValueError):
    """An object has a key twice, so that one of the values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = sorted(name for name, _ in pairs)
        raise _EqualKeysError(next(name for name, following in pairwise(names) if name == following))
    return made


_ONE = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=str,
    parse_int=str,
    parse_constant=lambda word: _EMPTY.get(word, word),
    strict=False,
)
_NOT_PLAIN = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)
_GIVE_UP = 8  # times that objects had other keys than those learned
_MOST_KEYS = 256


def decode_one(text: str, start: int) -> tuple[Any, int]:
    """Decode the value at `start`; returns it and where it ends. Raises BrokenJsonError."""
    try:
        return _ONE.raw_decode(text, start)
    except json.JSONDecodeError as error:
        unfinished = error.msg.startswith(("Unterminated", "Invalid \\u")) or error.pos > len(text) - 16
        what = f"this is not valid JSON ({error.msg[:1].lower()}{error.msg[1:]})"
        raise BrokenJsonError(what, error.pos, cut=unfinished) from None
    except RecursionError:
        raise BrokenJsonError("lists and objects are nested too deep", start) from None
    except _EqualKeysError as error:
        raise BrokenJsonError(equal_keys(str(error)), start) from None


def equal_keys(key: str) -> str:
    """Return what is wrong with an object that has a key twice."""
    return f'an object has the key "{safe(key)}" twice'


class Rows(Struct, frozen=True):
    """Objects that all have the same keys, as rows in the order of `keys`: of text, or of values that are counted."""

    keys: tuple[str, ...]
    rows: list[list[Any]]

    def __getitem__(self, some: slice) -> Rows:
        return Rows(self.keys, self.rows[some])

    def __len__(self) -> int:
        return len(self.rows)


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


class ManyDecoder:
    """Decodes many values at once, and ever faster: it learns the keys that the objects of a file have.

    Objects with known keys become rows by way of a msgspec struct, in less than half the time that dicts take. Its
    fields are text, or text and whole numbers, where all values were: those need no second look. Keys that some of the
    objects lack are empty cells there.
    With `counting`, values are only counted, and equal keys don't matter.
    """

    def __init__(self, *, counting: bool) -> None:
        self._counting = counting
        self._keys: tuple[str, ...] = ()
        self._kinds: tuple[int, ...] = ()
        self._colons = 0
        self._failures = 0
        self._one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=str)
        self._list: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[Any], float_hook=str)
        self._known_one: msgspec.json.Decoder[Any] | None = None
        self._known_list: msgspec.json.Decoder[list[Any]] | None = None

    def elements(self, text: str) -> list[Any] | Rows | None:
        """Decode the elements of a list, given without its brackets; None where that needs a closer look."""
        whole = f"[{text}]"
        known = self._known_list
        rows = None if known is None else self._rows(lambda: known.decode(whole), text)
        return self._values(lambda: self._list.decode(whole), text) if rows is None else rows

    def lines(self, text: str) -> list[Any] | Rows | None:
        """Decode whole lines, one value a line; None where that needs a closer look, as a blank line does."""
        try:
            lines = BytesIO(text.encode()).readlines()  # the fastest way to part lines, and to know how many there are
        except UnicodeEncodeError:
            return None
        known = self._known_one
        rows = None if known is None else self._rows(lambda: list(map(known.decode, lines)), text)
        return self._values(lambda: list(map(self._one.decode, lines)), text) if rows is None else rows

    def _rows(self, decode: Callable[[], list[Any]], text: str) -> Rows | None:
        """Decode objects that have the known keys; None where some have others, or a key twice, or nested values."""
        try:
            found = decode()
        except _NOT_PLAIN:
            self._failures += 1
            return None
        rows = list(map(list, map(msgspec.structs.astuple, found)))
        if self._counting:
            return Rows(self._keys, rows)
        lacking = _as_text(rows, self._kinds)
        if lacking is None or _is_sparse(len(rows) * len(self._keys), sum(lacking.values())):
            self._failures += 1
            return None
        return None if self._may_hide_equal_keys(text, rows, lacking) else Rows(self._keys, rows)

    def _may_hide_equal_keys(self, text: str, rows: list[list[str]], lacking: dict[int, int]) -> bool:
        """Tell whether text may hold more keys than came out of it: it has more colons than keys and cells have."""
        not_there = sum(count * (1 + self._keys[place].count(":")) for place, count in lacking.items())
        more = text.count(":") - len(rows) * self._colons + not_there
        if not more and self._colons == len(self._keys):
            return False
        # A colon that is written as an escape would make up for one behind a key.
        escaped = "\\" in text and _ESCAPED_COLON.search(text) is not None
        return escaped or more != "".join(chain.from_iterable(rows)).count(":")

    def _values(self, decode: Callable[[], list[Any]], text: str) -> list[Any] | None:
        try:
            values = decode()
        except _NOT_PLAIN:
            return None
        if not self._counting and _may_have_equal_keys(text, values):
            return None
        if self._failures >= _GIVE_UP:
            self._known_one = self._known_list = None
        elif values and isinstance(values[0], dict):
            self._learn([value for value in values if type(value) is dict])
        return values

    def _learn(self, objects: list[dict[str, Any]]) -> None:
        """Make decoders for objects such as these, and those before them if they have much in common."""
        seen = tuple(objects[0] if self._counting else dict.fromkeys(chain.from_iterable(objects)))
        keys = seen if self._counting else tuple(dict.fromkeys((*self._keys, *seen)))
        kinds = self._kinds_of(keys, objects)
        if not kinds:
            keys, kinds = seen, self._kinds_of(seen, objects)
        if not kinds or (keys, kinds) == (self._keys, self._kinds):
            return
        if self._keys and keys[: len(self._keys)] == self._keys:
            self._failures -= 1  # the first null in a column is no other kind of object, nor is one key more
        fields = [
            (f"key{at}", Any, UNSET) if kind == _LACKING else (f"key{at}", _KINDS[kind])
            for at, kind in enumerate(kinds)
        ]
        names = {f"key{at}": key for at, key in enumerate(keys)}
        try:
            known = msgspec.defstruct("Known", fields, rename=names, forbid_unknown_fields=True, gc=False, kw_only=True)
        except ValueError:  # a quote or a control character in a key
            return
        self._keys, self._kinds = keys, kinds
        self._colons = len(keys) + "".join(keys).count(":")
        self._known_one = msgspec.json.Decoder(known, float_hook=str)
        self._known_list = msgspec.json.Decoder(list[known], float_hook=str)  # type: ignore[valid-type]

    def _kinds_of(self, keys: tuple[str, ...], objects: list[dict[str, Any]]) -> tuple[int, ...]:
        """Return what there is under each key in objects and those before; nothing where they have little in common."""
        cells = len(keys) * len(objects)
        if not 0 < len(keys) <= _MOST_KEYS or _is_sparse(cells, cells - sum(map(len, objects))):
            return ()
        if self._counting:
            return (_ANY,) * len(keys)
        before = dict(zip(self._keys, self._kinds, strict=True)) if keys[: len(self._keys)] == self._keys else {}
        new = _LACKING if before else _TEXT
        kinds = tuple(max(_kind(objects, key), before.get(key, new)) for key in keys)
        return kinds if min(kinds) < _LACKING else ()  # else an object without any key would be one of them


_KINDS: tuple[Any, ...] = (str, int | str, Any, Any)
_TEXT, _NUMBERS, _ANY, _LACKING = range(len(_KINDS))


def _is_sparse(cells: int, lacking: int) -> bool:
    """Tell whether rows would have more cells that the objects lack than others: a small file would fill the memory."""
    return 2 * lacking > cells


def _kind(objects: list[dict[str, Any]], key: str) -> int:
    """Return what objects have under a key. Fractions are text in them, and what looks like one may be no text."""
    values = [each.get(key, UNSET) for each in objects]
    found = set(map(type, values))
    if UnsetType in found:
        return _LACKING
    if not found <= {int, str} or any(type(value) is str and _FRACTION.fullmatch(value) for value in values):
        return _ANY
    return _NUMBERS if int in found else _TEXT


def _as_text(rows: list[list[Any]], kinds: tuple[int, ...]) -> dict[int, int] | None:
    """Turn the cells that may not be text into text, in place; None where that can't be done: something is nested.

    Returns how many rows lack a cell, by its place.
    """
    lacking = {}
    for place, kind in enumerate(kinds):
        if kind == _NUMBERS:
            for row in rows:
                row[place] = str(row[place])
        elif kind != _TEXT:
            count = _any_as_text(rows, place)
            if count is None:
                return None
            lacking[place] = count
    return lacking


def _any_as_text(rows: list[list[Any]], place: int) -> int | None:
    lacking = 0
    for row in rows:
        value = row[place]
        if type(value) is int:
            row[place] = str(value)
        elif type(value) is not str:
            if isinstance(value, dict | list):
                return None
            lacking += value is UNSET
            row[place] = "" if value is UNSET else cell(value)
    return lacking


def _may_have_equal_keys(text: str, values: list[Any]) -> bool:
    r"""Tell whether text holds more keys than came out of it; `\\":` within a value counts as one."""
    if set(map(type, values)) == {dict} and text.count(":") == sum(map(len, values)):
        return False  # flat objects without a colon in their values
    return len(_KEY.findall(text)) > _keys(values)


def _keys(values: list[Any]) -> int:
    count = 0
    while values:  # level by level
        objects = [value for value in values if type(value) is dict]
        lists = [value for value in values if type(value) is list]
        count += sum(map(len, objects))
        inner = chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists))
        values = [value for value in inner if type(value) is dict or type(value) is list]
    return count
