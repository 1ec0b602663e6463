"""JSON files → sheets: a list of objects wherever it stands in the file, JSON Lines, a single object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.core.text import safe
from telecmi_leads.files.json_rows import HEADS, as_records, cell, is_part, named_cells
from telecmi_leads.files.json_values import Scanner
from telecmi_leads.files.sheets import MAX_COLUMNS, Sheet, record_sheets
from telecmi_leads.settings.options import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.json_values import Rows

_DEPTH = 4  # {"data": {"result": {"leads": {"items": […]}}}} and no deeper
_USUAL_NAMES = frozenset(
    re.findall(
        r"\w+",
        "users leads data contacts customers people persons members subscribers results result records rows items "
        "entries list response submissions value",
    )
)


@dataclass(frozen=True, slots=True)
class _List:
    """A list in the file: the keys under which it stands, how many elements it has, and whether those are lists."""

    path: tuple[str, ...]
    count: int
    grid: bool

    @property
    def name(self) -> str:
        """The keys, as --sheet takes them."""
        return ".".join(self.path)


def read_json(file: TextFile, wanted: tuple[str, ...], *, lines: bool) -> tuple[FileFormat, Iterator[Sheet]]:
    """Read a JSON file: the list of objects in it, JSON Lines, or a single object.

    `wanted` (--sheet) names the list where there are several; `lines` tells that it is JSON Lines (--format).
    Raises SourceUnreadable, with the line, for broken JSON.
    """
    if lines:
        return FileFormat.JSONL, _sheets(Scanner(file).lines(), file, FileFormat.JSONL)
    scanner = Scanner(file, counting=True)
    if scanner.peek() != "{":
        return FileFormat.JSON, _top_list(file)
    lists: list[_List] = []
    _survey(scanner, (), lists)
    following = scanner.peek()
    if following == "{":
        return FileFormat.JSONL, _sheets(_values(file), file, FileFormat.JSONL)
    if following:
        raise scanner.broken("this is not valid JSON (something follows the object)")
    chosen = _chosen(_of_leads(lists), file.name, wanted)
    if chosen is None:
        return FileFormat.JSON, _sheets(iter([as_records(Scanner(file).value())]), file, FileFormat.JSON)
    note = f"the list under {safe(chosen.name)}"
    return FileFormat.JSON, _sheets(_list_at(Scanner(file), chosen.path), file, FileFormat.JSON, note)


def _sheets(batches: Iterator[list[Any] | Rows], file: TextFile, format_: FileFormat, *notes: str) -> Iterator[Sheet]:
    return record_sheets(map(named_cells, batches), file, format_, notes)


def _values(file: TextFile) -> Iterator[list[Any] | Rows]:
    """Walk values that follow one another: by lines where the first stands in one line, else wherever they end."""
    scanner = Scanner(file)
    scanner.value()
    one_line = scanner.at_line_end()
    scanner = Scanner(file)
    if one_line:
        yield from scanner.lines()
    while scanner.peek():
        yield [scanner.value()]


def _top_list(file: TextFile) -> Iterator[Sheet]:
    """Read a file that is a list: of objects, or of rows that are lists themselves."""
    scanner = Scanner(file)
    batches = _lists(scanner)
    first = _first(batches)
    whole = _chained(first, batches)
    if first and isinstance(first[0], list):
        yield Sheet(
            file=file.name,
            format=FileFormat.JSON,
            name=None,
            encoding=file.encoding.label,
            delimiter=None,
            keys=None,
            notes=file.encoding.notes,
            blocks=_grid(whole, file.name),
        )
    else:
        yield from _sheets(whole, file, FileFormat.JSON)


def _lists(scanner: Scanner) -> Iterator[list[Any] | Rows]:
    """Walk the elements of the list at the cursor, and of lists that follow it, as pages do that were put together."""
    yield from scanner.elements()
    while scanner.peek():
        yield from scanner.elements()


def _chained(first: list[Any] | Rows, batches: Iterator[list[Any] | Rows]) -> Iterator[list[Any] | Rows]:
    yield first
    yield from batches


def _first(batches: Iterator[list[Any] | Rows]) -> list[Any]:
    """Take the first batch; only later ones are rows, when the keys are known."""
    first = next(batches, [])
    return first if isinstance(first, list) else []


def _grid(batches: Iterator[list[Any] | Rows], name: str) -> Iterator[RowBlock]:
    row = 1
    for batch in batches:
        for element in batch if isinstance(batch, list) else [None]:
            if not isinstance(element, list) or len(element) > MAX_COLUMNS:
                raise SourceUnreadable(
                    f"{name}, row {row:,}: expected a list of at most {MAX_COLUMNS:,} cells.",
                    hint="Export a list of objects, or a list of rows.",
                )
        yield RowBlock(row, [[cell(value) for value in element] for element in cast("list[list[Any]]", batch)])
        row += len(batch)


# --- which list ------------------------------------------------------------------------------------


def _survey(scanner: Scanner, path: tuple[str, ...], lists: list[_List]) -> None:
    """Step over the object at the cursor and note the lists of objects in it."""
    for key in _keys(scanner):
        opening = scanner.peek()
        if opening == "[":
            _survey_list(scanner, (*path, key), lists)
        elif opening == "{" and len(path) < _DEPTH - 1:
            _survey(scanner, (*path, key), lists)
        else:
            scanner.value()


def _survey_list(scanner: Scanner, path: tuple[str, ...], lists: list[_List]) -> None:
    batches = scanner.elements()
    first = _first(batches)
    count = len(first) + sum(map(len, batches))
    if not first or (isinstance(first[0], dict | list) and not is_part(path[-1], first)):
        lists.append(_List(path, count, grid=bool(first) and isinstance(first[0], list)))


def _keys(scanner: Scanner) -> Iterator[str]:
    """Walk the keys of the object at the cursor; the caller steps over each value."""
    scanner.skip("{")
    if scanner.peek() == "}":
        scanner.skip("}")
        return
    while True:
        if scanner.peek() != '"':
            raise scanner.broken("this is not valid JSON (expected a key in quotes)")
        key = scanner.value()
        scanner.skip(":")
        yield key
        if scanner.peek() == "}":
            scanner.skip("}")
            return
        scanner.skip(",")


def _of_leads(lists: list[_List]) -> list[_List]:
    """Return the lists of objects, without those that only name the columns of a grid beside them."""
    grids = {found.path[:-1] for found in lists if found.grid}
    return [found for found in lists if not found.grid and not (found.path[-1] in HEADS and found.path[:-1] in grids)]


def _chosen(lists: list[_List], name: str, wanted: tuple[str, ...]) -> _List | None:
    named = [found for found in lists if found.name in wanted]
    full = named or [found for found in lists if found.count] or lists
    if len(full) > 1:
        full = [found for found in full if found.path[-1].casefold() in _USUAL_NAMES] or full
    if len(full) > 1:
        names = ", ".join(f"{safe(found.name)} ({found.count:,})" for found in full)
        raise SourceUnreadable(
            f"{name} has several lists: {names}.", hint=f"Name the one with the leads: --sheet {safe(full[0].name)}"
        )
    return full[0] if full else None


def _list_at(scanner: Scanner, path: tuple[str, ...]) -> Iterator[list[Any] | Rows]:
    for key in _keys(scanner):
        if key == path[0] and len(path) == 1:
            yield from scanner.elements()
        elif key == path[0]:
            yield from _list_at(scanner, path[1:])
        else:
            scanner.value()
