"""columns: how a file is read, and which column feeds which field."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.cli.profile_saving import save_profile
from telecmi_leads.cli.session import begin, typed
from telecmi_leads.columns import pins
from telecmi_leads.columns.matching import no_phone_column
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import Suggested
from telecmi_leads.core.wording import command
from telecmi_leads.files import open_source
from telecmi_leads.leads.prepare import matcher
from telecmi_leads.output.reports import columns_json
from telecmi_leads.output.views import ColumnView, TableView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.core.lead import TableInfo


_SAMPLES = 3


def columns(file: str, given: dict[str, Any], save: str | None = None) -> int:
    """Show how a file is read and which column feeds which field; exit code 3 where none is a phone column.

    `save` names the profile that keeps the choice.
    """
    session = begin(given)
    matching = matcher(session.settings)
    tables: list[TableView] = []
    usable: list[TableView] = []
    with open_source(None if file == "-" else Path(file), matching.reading) as source:
        for table, match in matching.tables(source):
            rows, filled = 0, Counter[int]()
            for block in table.blocks:  # a damaged file says so here
                rows += len(block.rows)
                filled.update(at for row in block.rows for at, cell in enumerate(row) if cell and not cell.isspace())
            view = _table_view(table.info, table.sample, match, rows, filled)
            tables.append(view)
            if match.has_phone:
                usable.append(view)
    matching.check_options()
    if save is None:  # else the command that uses the profile is shown
        tables = [
            replace(each, upload=_upload(given, file, each, usable)) if each in usable else each for each in tables
        ]
    missing = None if usable else no_phone_column(source.file, [view.table for view in tables])
    code = missing.exit_code if missing else ExitCode.OK
    saved = None
    if save is not None and missing is None:
        saved = save_profile(save, file, [[pin for _, pin in view.options] for view in usable], given)
    if session.output.json:
        shown = session.output.show_phones
        session.console.json(columns_json(tables, show_phones=shown, exit_code=code, error=missing))
    else:
        session.console.columns(tables)
    if missing is not None:
        session.console.error(missing)
    if saved is not None:
        session.console.note(saved)
    return code


def _upload(typed_options: Mapping[str, Any], file: str, view: TableView, usable: Sequence[TableView]) -> str:
    """Return the command that uploads a table with exactly these columns; "" for what can't be read again."""
    if file == "-":
        return ""
    given = {**typed_options, "map": None}
    sheet = view.table.sheet
    if len(usable) > 1 and sheet is not None:
        given["sheet"] = [sheet]
    pinned = (part for option in view.options for part in option)
    return command("upload", file, "--name", "NAME", *pinned, *typed(given).of(Suggested.AGAIN))


def _table_view(
    info: TableInfo, sample: Sequence[Sequence[str]], match: ColumnMatch, rows: int, filled: Mapping[int, int]
) -> TableView:
    views = tuple(
        ColumnView(
            name=choice.header,
            field=choice.field.value if choice.field else "",
            rule=choice.says,
            samples=_samples(sample, choice.index),
            filled=filled.get(choice.index, 0),
        )
        for choice in match.choices
    )
    phones = tuple(info.header[index] for index in match.phones)
    return TableView(info, views, tuple(("--map", pin) for pin in pins(match)), rows, phones)


def _samples(rows: Sequence[Sequence[str]], column: int) -> tuple[str, ...]:
    cells = (row[column] for row in rows if column < len(row) and row[column].strip())
    return tuple(islice(dict.fromkeys(cells), _SAMPLES))
