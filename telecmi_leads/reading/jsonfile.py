"""JSON files → sheets: a list of objects wherever it stands in the file, JSON Lines, a single object."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from telecmi_leads.errors import SourceUnreadable
from telecmi_leads.models import RowBlock
from telecmi_leads.options import FileFormat
from telecmi_leads.reading.encoding import Encoding, decide_encoding, open_text
from telecmi_leads.reading.jsonrows import cell, flat, names_values
from telecmi_leads.reading.jsonscan import Scanner
from telecmi_leads.reading.source import BLOCK_ROWS, MAX_COLUMNS, Sheet
from telecmi_leads.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEPTH = 4


@dataclass(slots=True)
class _ListFound:
    """A list of objects in the file: under which keys it stands and how long it is."""

    path: tuple[str, ...]
    count: int

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(slots=True)
class _Survey:
    """What an object at the top of a file holds."""

    lists: list[_ListFound] = field(default_factory=list)
    more_values: bool = False


def read_json(stream: BinaryIO, name: str, wanted: tuple[str, ...]) -> tuple[FileFormat, Iterator[Sheet]]:
    """Read a JSON file; `wanted` names the list to take (--sheet) where there are several."""
    encoding = decide_encoding(stream)
    scanner = Scanner(open_text(stream, encoding, name), name)
    if scanner.peek() == "[":
        return FileFormat.JSON, _sheets(scanner.elements(), FileFormat.JSON, name, encoding, ())
    survey = _survey(scanner)
    if survey.more_values:
        return FileFormat.JSONL, _sheets(_values(stream, encoding, name), FileFormat.JSONL, name, encoding, ())
    chosen = _chosen(survey.lists, name, wanted)
    if chosen is None:
        return FileFormat.JSON, _sheets(_values(stream, encoding, name), FileFormat.JSON, name, encoding, ())
    scanner = Scanner(open_text(stream, encoding, name), name)
    notes = (f"the list {safe(chosen.name)!r}",)
    return FileFormat.JSON, _sheets(_list_at(scanner, chosen.path), FileFormat.JSON, name, encoding, notes)


def _values(stream: BinaryIO, encoding: Encoding, name: str) -> Iterator[Any]:
    scanner = Scanner(open_text(stream, encoding, name), name)
    while scanner.peek():
        yield scanner.value()


def _survey(scanner: Scanner) -> _Survey:
    survey = _Survey()
    _survey_object(scanner, (), survey)
    survey.more_values = scanner.peek() != ""
    return survey


def _survey_object(scanner: Scanner, path: tuple[str, ...], survey: _Survey) -> None:
    for key in _keys(scanner):
        opening = scanner.peek()
        if opening == "[":
            _survey_list(scanner, (*path, key), survey)
        elif opening == "{" and len(path) < _DEPTH - 1:
            _survey_object(scanner, (*path, key), survey)
        else:
            scanner.value()


def _survey_list(scanner: Scanner, path: tuple[str, ...], survey: _Survey) -> None:
    elements = scanner.elements()
    first = list(islice(elements, 100))
    count = len(first) + sum(1 for _ in elements)
    if not first or (isinstance(first[0], dict) and not names_values(first)):
        survey.lists.append(_ListFound(path, count))


def _keys(scanner: Scanner) -> Iterator[str]:
    """Walk the keys of the object at the cursor; the caller steps over each value."""
    scanner.skip("{")
    if scanner.peek() == "}":
        scanner.skip("}")
        return
    while True:
        if scanner.peek() != '"':
            raise scanner.broken("expected a key in quotes")
        key = scanner.value()
        scanner.skip(":")
        yield key
        if scanner.peek() == "}":
            scanner.skip("}")
            return
        scanner.skip(",")


def _chosen(lists: list[_ListFound], name: str, wanted: tuple[str, ...]) -> _ListFound | None:
    if wanted:
        named = [found for found in lists if found.name in wanted]
        if named:
            return named[0]
    full = [found for found in lists if found.count] or lists
    if len(full) < 2:  # noqa: PLR2004 - no choice
        return full[0] if full else None
    names = ", ".join(f"{safe(found.name)} ({found.count:,})" for found in full)
    raise SourceUnreadable(
        f"{name} has several lists: {names}",
        hint=f"Name the one with the leads: --sheet {safe(full[0].name)}.",
    )


def _list_at(scanner: Scanner, path: tuple[str, ...]) -> Iterator[Any]:
    for key in _keys(scanner):
        if key == path[0]:
            if len(path) == 1:
                yield from scanner.elements()
            else:
                yield from _list_at(scanner, path[1:])
            return
        scanner.value()


def _sheets(
    elements: Iterable[Any], format_: FileFormat, name: str, encoding: Encoding, notes: tuple[str, ...]
) -> Iterator[Sheet]:
    """Make a sheet of the elements, and a new one from where columns appear that were not there before."""
    reader = _Rows(iter(elements), name)
    while not reader.ended:
        keys = reader.keys
        yield Sheet(
            file=name,
            format=format_,
            name=None,
            encoding=encoding.label,
            delimiter=None,
            keys=keys,
            notes=notes,
            blocks=reader.blocks(),
        )


class _Rows:
    """The rows of a list of objects, as long as their columns stay the same."""

    def __init__(self, elements: Iterator[Any], name: str) -> None:
        self._elements = elements
        self._name = name
        self._row = 1
        self._pending: list[dict[str, str]] = []
        self._columns: dict[str, None] = {}
        self._load()

    @property
    def ended(self) -> bool:
        return not self._pending

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def _load(self) -> None:
        """Take the next elements and widen the columns by theirs."""
        block = list(islice(self._elements, BLOCK_ROWS))
        self._pending = [self._object(element) for element in block]
        for row in self._pending:
            if not row.keys() <= self._columns.keys():
                self._columns |= dict.fromkeys(row)
        if len(self._columns) > MAX_COLUMNS:
            raise SourceUnreadable(
                f"{self._name}: its objects have more than {MAX_COLUMNS:,} different keys",
                hint="Export a list of objects that all have the same keys.",
            )

    def _object(self, element: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
        if isinstance(element, dict):
            return flat(element)
        if element is None:
            return {}
        if isinstance(element, list):
            return {f"column {index}": cell(value) for index, value in enumerate(element, 1)}
        return {"value": cell(element)}

    def blocks(self) -> Iterator[RowBlock]:
        width = len(self._columns)
        keys = self.keys
        while self._pending and len(self._columns) == width:
            rows = [[row.get(key, "") for key in keys] if row else [] for row in self._pending]
            first, self._row = self._row, self._row + len(rows)
            self._pending = []
            yield RowBlock(first, rows)
            self._load()
