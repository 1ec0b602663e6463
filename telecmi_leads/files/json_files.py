"""JSON files → sheets: lists of objects wherever they stand, pages of them, grids, JSON Lines, a single object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import MAX_COLUMNS, MAX_LISTS, MAX_VALUE, beyond, in_blocks
from telecmi_leads.files.json_leads import (
    ERROR_NAMES,
    HEADS,
    TABS,
    as_records,
    is_grid,
    keyed_within,
    leads_in,
    named_cells,
    speaks_of_error,
    tabs_of,
)
from telecmi_leads.files.json_people import (
    PEOPLE_LOOKED_AT,
    USUAL_NAMES,
    are_no_leads,
    is_person,
    keys_of_leads,
    people_in_lead,
    role_of_staff,
)
from telecmi_leads.files.json_rows import as_objects
from telecmi_leads.files.json_scanner import Scanner
from telecmi_leads.files.json_survey import ListFound, survey
from telecmi_leads.files.json_values import cell
from telecmi_leads.files.sheets import Sheet, SheetsTold, missing_sheets, record_sheets
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.json_survey import Found
    from telecmi_leads.files.json_values import Rows

_SHOWN_LISTS = 12


def read_json(
    file: TextFile, wanted: tuple[str, ...], marked: Callable[[str], bool], told: SheetsTold, *, lines: bool
) -> tuple[FileFormat, Iterator[Sheet]]:
    """Read a JSON file: the lists of objects in it, JSON Lines, or a single object.

    `wanted` (--sheet) names lists where there are several; `lines` tells that it is JSON Lines (--format). `marked`
    tells by its name which list is one of people not to be called: it is read though it holds bare numbers.
    Raises SourceUnreadable, with the line, for broken JSON, and for an error message in the place of leads.
    """
    if lines:
        return FileFormat.JSONL, _sheets(Scanner(file).lines(), file, FileFormat.JSONL)
    scanner = Scanner(file, counting=True)
    if scanner.peek() != "{":
        return FileFormat.JSON, _top_list(file, wanted, told)
    found = survey(scanner, ())
    following = scanner.peek()
    if following in {"{", "n"}:  # another object, or null in the place of one
        return FileFormat.JSONL, _sheets(_values(file), file, FileFormat.JSONL)
    if following:
        raise scanner.broken("this is not valid JSON (something follows the object)")
    return FileFormat.JSON, _from_object(file, found, wanted, marked, told)


def _from_object(
    file: TextFile, found: Found, wanted: tuple[str, ...], marked: Callable[[str], bool], told: SheetsTold
) -> Iterator[Sheet]:
    """Read a file that is one object: the lists in it that hold leads, or the object itself."""
    _refuse_errors(file, found.lists)
    held = _held_by_keys(file, found)
    by_key = [ListFound(path, len(leads), grid=False, people=True) for path, leads in held.items()]
    lists, tabs = _with_tabs(file, found.lists)
    unread = found.keyed_paths()[1] if file.size >= MAX_VALUE else []
    all_lists = [_named_by_mark(each, marked) for each in lists + by_key + _marked(found, marked)]
    if any(each.people for each in all_lists):
        unread += [each.path for each in found.numbers if each.path not in {read.path for read in all_lists}]
    yield from _from_lists(file, all_lists, held | tabs, wanted, told=told, unread_objects=unread)


def _marked(found: Found, marked: Callable[[str], bool]) -> list[ListFound]:
    return [each for each in found.numbers if any(map(marked, (each.name, *each.path)))]


def _named_by_mark(found: ListFound, marked: Callable[[str], bool]) -> ListFound:
    """Name a list by that of its keys which says that the people in it must not be called, if all of them don't."""
    if found.title or (marked(found.name) and not are_no_leads(found.path[-1])):
        return found
    key = next(filter(marked, (found.name, *reversed(found.path))), "")
    return replace(found, title=key) if key else found


def _held_by_keys(file: TextFile, found: Found) -> dict[tuple[str, ...], list[Any]]:
    """Return the leads that stand under a key each, by the keys that lead to them all, where others stand beside them.

    Raises SourceUnreadable for more of them than memory should hold, rather than to leave them out.
    """
    if not found.keyed:
        return {}
    if file.size < MAX_VALUE:
        by_key = dict(keyed_within(_objects_within(Scanner(file)), ()))
        several = len(by_key) > 1 and not found.own_phone
        return by_key if several or any(each.people for each in found.lists) else {}
    held: dict[tuple[str, ...], list[Any]] = {}
    room = MAX_VALUE
    for path in found.keyed_paths()[0]:
        members, left = _members_at(Scanner(file), path, room)
        by_key = dict(keyed_within({path[-1] if path else "": members}, path[:-1]))
        if by_key and left < 0:
            where = f"the leads under {safe('.'.join(path))}" if path else "the leads"
            raise SourceUnreadable(
                f"{file.name}: {where} stand under a key each, and are more than the {MAX_VALUE >> 20} MB that can be "
                "read so.",
                hint="Export them as a list, or as CSV.",
            )
        if by_key and path:  # without a path it is the whole object, which is read as such
            held, room = held | by_key, left
    return held


def _members_at(scanner: Scanner, path: tuple[str, ...], room: int) -> tuple[dict[str, Any], int]:
    """Decode the members of the object under these keys, while there is room; returns how much is left, or lacks."""
    for step in path:
        for key in scanner.walk_keys():
            if key == step:
                break
            scanner.step_over()
    members: dict[str, Any] = {}
    for key in scanner.walk_keys():
        begun = scanner.position
        members[key] = scanner.value()
        room -= scanner.position - begun
        if room < 0:
            break
    return members, room


def _objects_within(scanner: Scanner) -> dict[str, Any]:
    """Decode the objects that the object at the cursor holds, by their keys; step over its lists, which may be long."""
    found: dict[str, Any] = {}
    for key in scanner.walk_keys():
        opening = scanner.peek()
        if opening == "{":
            found[key] = scanner.value()
        else:
            scanner.step_over()
    return found


def _with_tabs(file: TextFile, lists: Sequence[ListFound]) -> tuple[list[ListFound], dict[tuple[str, ...], list[Any]]]:
    """Put the sheets of a workbook in the place of the list of them; returns the rows of each too, by its keys."""
    made, held = list[ListFound](), dict[tuple[str, ...], list[Any]]()
    for found in lists:
        tabs = {}
        if file.size < MAX_VALUE and found.path[-1].casefold() in TABS:
            elements = _list_at(Scanner(file), found.path)
            tabs = tabs_of([element for batch in elements for element in as_objects(batch)])
        made += _tabs(found.path, tabs) if tabs else [found]
        held |= {(*found.path, title): rows for title, rows in tabs.items()}
    return made, held


def _tabs(path: tuple[str, ...], tabs: dict[str, list[Any]]) -> list[ListFound]:
    return [
        ListFound((*path, title), len(rows), is_grid(rows), people=True, title=title) for title, rows in tabs.items()
    ]


def _from_lists(  # noqa: PLR0913 - what is in the file, what is wanted, and whom to tell of the rest
    file: TextFile,
    lists: list[ListFound],
    held: dict[tuple[str, ...], list[Any]],
    wanted: tuple[str, ...],
    *,
    told: SheetsTold,
    unread_objects: Sequence[tuple[str, ...]] = (),
) -> Iterator[Sheet]:
    """Read the lists that hold leads: those `held` in memory by their keys, the others from the file.

    The first sheet notes what is not read: the other lists, and `unread_objects` by their keys.
    """
    chosen = _chosen(lists, wanted, file.name)
    if not any(found.people for found in chosen) and not wanted and (not chosen or file.size < MAX_VALUE):
        records = as_records(Scanner(file).members())
        if not chosen or any(map(is_person, records)):
            yield from _sheets(iter([records]), file, FileFormat.JSON)
            return
    if len(chosen) > MAX_LISTS:
        raise beyond(file.name, f"it has more than {MAX_LISTS:,} lists of leads")
    unread = [found for found in lists if found not in chosen and found.count > found.grid]
    told.unread += (found.name for found in unread)
    notes = [f"the list under {safe(found.name)} ({found.count:,}) is not read" for found in unread[:_SHOWN_LISTS]]
    notes += [f"what stands under {safe('.'.join(path))} is not read" for path in unread_objects[:_SHOWN_LISTS]]
    for found in chosen:
        leads = held.get(found.path)
        elements = _list_at(Scanner(file), found.path) if leads is None else iter([leads])
        named = len(chosen) > 1 or bool(wanted or found.title)
        name, note = (found.name, ()) if named else (None, (f"the list under {safe(found.name)}",))
        if found.grid:
            yield _grid_sheet(elements, file, name, *note, *notes)
        else:
            yield from _sheets(elements, file, FileFormat.JSON, *note, *notes, name=name)
        notes = []


def _sheets(
    batches: Iterator[list[Any] | Rows], file: TextFile, format_: FileFormat, *notes: str, name: str | None = None
) -> Iterator[Sheet]:
    """Make sheets of elements that are leads, or pages of them."""
    first = _first_telling(batches)
    if 0 < len(first) < _FEW:
        _refuse_error(file, first)
    keys = keys_of_leads(first)
    if any(leads_in(each, keys) not in ([each], []) for each in first[:PEOPLE_LOOKED_AT]):
        notes = (*notes, "the leads of several lists are read as one table")
    if within := next(filter(None, map(people_in_lead, first[:PEOPLE_LOOKED_AT])), ""):
        notes = (*notes, f"the people under {safe(within, 80)} are parts of the leads that name them")
    people = (lead for each in first[:PEOPLE_LOOKED_AT] for lead in leads_in(each, keys))
    if role := next(filter(None, map(role_of_staff, people)), ""):
        notes = (
            *notes,
            f"some of these people are {safe(role, 40)} by what stands beside their names: they are read too",
        )
    if _is_row(next(filter(None, first), None)):  # lines that are rows
        yield _grid_sheet(_chained(first, batches), file, name, *notes)
        return
    yield from record_sheets(named_cells(_chained(first, batches), file.name), file, format_, notes, name)


_FEW = 4
_MANY_HELD = 500  # leads in the first pages, of which each may be long


def _is_row(element: object) -> bool:
    return isinstance(element, list) and bool(element) and not isinstance(element[0], dict | list)


_ERROR_SIZE = 1024 * 1024  # of bytes; no error message is longer


def _refuse_errors(file: TextFile, lists: Sequence[ListFound]) -> None:
    """Refuse an object that speaks of an error in the place of leads."""
    if file.size < _ERROR_SIZE and not any(
        found.people and found.path[-1].casefold() not in ERROR_NAMES for found in lists
    ):
        _refuse_error(file, [Scanner(file).value()])


def _refuse_error(file: TextFile, elements: list[Any]) -> None:
    """Refuse elements that all speak of an error."""
    said = [speaks_of_error(each) if isinstance(each, dict) else "" for each in elements]
    if all(said):
        raise SourceUnreadable(
            f"{file.name} holds an error message, not leads: “{safe(said[0], 80)}”.",
            hint="Export the leads again; the program that wrote the file says why it could not.",
        )


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


def _top_list(file: TextFile, wanted: tuple[str, ...], told: SheetsTold) -> Iterator[Sheet]:
    """Read a file that is a list: of objects, of pages that are lists of objects, of rows, or of sheets of rows."""
    batches = _lists(Scanner(file))
    first: list[Any] = []
    while not any(first) and len(first) < PEOPLE_LOOKED_AT and (batch := next(batches, None)) is not None:
        first += as_objects(batch)
    whole = _chained(first, batches)
    kinds = [each for each in first if each]
    if "vcard" in kinds[:1] or any(isinstance(each, list) and each[0] == "vcard" for each in kinds[:1]):
        raise SourceUnreadable(
            f"{file.name} is a jCard file (contacts as JSON), which can't be read.",
            hint="Export the contacts as vCard or CSV.",
        )
    if file.size < MAX_VALUE and kinds and all(map(is_grid, tabs_of(kinds).values() or [[]])):
        tabs = tabs_of(kinds + [each for batch in batches for each in as_objects(batch) if each])
        held: dict[tuple[str, ...], list[Any]] = {(title,): rows for title, rows in tabs.items()}
        yield from _from_lists(file, _tabs((), tabs), held, wanted, told=told)
        return
    if kinds and not isinstance(kinds[0], dict | list) and _has_several_lists(file):
        yield _grid_sheet(_values(file), file, None)
        return
    if not kinds or not all(isinstance(each, list) for each in kinds) or isinstance(kinds[0][0], dict):
        yield from _sheets(whole, file, FileFormat.JSON)
    elif not isinstance(kinds[0][0], list):
        yield _grid_sheet(whole, file, None)
    elif kinds[0][0] and isinstance(kinds[0][0][0], dict | list):  # lists in lists in lists
        yield from _sheets(whole, file, FileFormat.JSON)
    else:
        yield _grid_sheet(([row for page in as_objects(batch) for row in page] for batch in whole), file, None)


def _has_several_lists(file: TextFile) -> bool:
    scanner = Scanner(file, counting=True)
    for _ in scanner.elements():
        pass
    return scanner.peek() == "["


def _grid_sheet(batches: Iterator[list[Any] | Rows], file: TextFile, name: str | None, *notes: str) -> Sheet:
    return Sheet(
        file=file.name,
        format=FileFormat.JSON,
        name=name,
        encoding=file.encoding.label,
        delimiter=None,
        keys=None,
        notes=(*file.encoding.notes, *notes),
        blocks=in_blocks(_grid(batches, file.name)),
    )


def _lists(scanner: Scanner) -> Iterator[list[Any] | Rows]:
    """Walk the elements of the list at the cursor, and of lists that follow it, as pages do that were put together."""
    yield from scanner.elements()
    while scanner.peek():
        yield from scanner.elements()


def _chained(first: list[Any] | Rows, batches: Iterator[list[Any] | Rows]) -> Iterator[list[Any] | Rows]:
    yield first
    yield from batches


def _first_telling(batches: Iterator[list[Any] | Rows]) -> list[Any]:
    """Take the first batch, and more where it may be pages: whether they are is told by what stands beside them.

    Pages that hold many leads are told by themselves.
    """
    first, held = list[Any](), 0
    for batch in batches:
        some = as_objects(batch)
        first += some
        if len(first) >= PEOPLE_LOOKED_AT or keys_of_leads(some):
            break
        held += sum(len(leads) for each in some if (leads := leads_in(each)) != [each])
        if not held or held > _MANY_HELD:
            break
    return first


def _grid(batches: Iterator[list[Any] | Rows], name: str) -> Iterator[list[str]]:
    row = 0
    for batch in batches:
        for element in as_objects(batch):
            row += 1
            if element is None:
                yield []
                continue
            if not isinstance(element, list) or len(element) > MAX_COLUMNS:
                raise SourceUnreadable(
                    f"{name}, row {row:,}: expected a list of at most {MAX_COLUMNS:,} cells.",
                    hint="Export a list of objects, or a list of rows.",
                )
            yield list(map(cell, element))


# --- which list ------------------------------------------------------------------------------------


def _chosen(lists: list[ListFound], wanted: tuple[str, ...], name: str) -> list[ListFound]:
    """Return the lists to be read: those wanted, else those that may hold leads."""
    if wanted and any(found.count for found in lists):
        missing_sheets(name, "list", wanted, (found.name for found in lists))
        return [found for found in lists if found.name in wanted]
    # The columns of a grid may have a list of their own; then the object is read as a whole.
    lists = [found for found in lists if not _is_beside_data(found, lists)]
    if any(found.people and found.path[-1].casefold() in USUAL_NAMES for found in lists):
        lists = [found for found in lists if found.title or not are_no_leads(found.path[-1])]
    heads = {found.path[:-1] for found in lists if found.path[-1] in HEADS}
    heads |= {path[:-1] for path in heads if path and path[-1] == "schema"}
    objects = [
        found
        for found in lists
        if (found.title or not found.grid) and not (found.path[-1] in HEADS and found.path[:-1] in heads)
    ]
    grids = [found for found in lists if found.grid and found.count > 1 and found.path[:-1] not in heads]
    full = [found for found in objects if found.people] or [found for found in objects if found.count]
    full = full if any(found.people for found in full) else _usual(full) or grids or full
    return full or _usual(objects) or objects[:1]


def _is_beside_data(found: ListFound, lists: list[ListFound]) -> bool:
    """Tell the owners and other objects that JSON:API sends beside its data, because these speak of them."""
    return found.path[-1] == "included" and any(
        other.path == (*found.path[:-1], "data") and other.people for other in lists
    )


def _usual(lists: list[ListFound]) -> list[ListFound]:
    return [found for found in lists if found.path[-1].casefold() in USUAL_NAMES]


def _list_at(scanner: Scanner, path: tuple[str, ...]) -> Iterator[list[Any] | Rows]:
    for key in scanner.walk_keys():
        if key == path[0] and len(path) == 1:
            yield from scanner.elements()
        elif key == path[0]:
            yield from _list_at(scanner, path[1:])
        else:
            scanner.step_over()
