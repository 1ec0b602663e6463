"""columns: how a file is read, and which column feeds which field."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.cli.own_inputs import fitting_reports
from telecmi_leads.cli.session import begin, typed
from telecmi_leads.columns import Rule, pins
from telecmi_leads.columns.mark_words import is_mark_name
from telecmi_leads.columns.unread_tables import no_phone_column, passed_over
from telecmi_leads.core.errors import ExitCode, InputRefused
from telecmi_leads.core.run import Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import command, operand
from telecmi_leads.files import open_source
from telecmi_leads.leads.prepare import matcher
from telecmi_leads.output.reports import columns_json
from telecmi_leads.output.views import ColumnView, TableView
from telecmi_leads.settings.options import rows as option_rows
from telecmi_leads.settings.profile_saving import check_name, name_after, save_profile
from telecmi_leads.settings.setting_files import CONFIG_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.columns.unread_tables import PassedOver
    from telecmi_leads.core.lead import TableInfo

_SAMPLES = 3
_FROM_FILE = "from file"
"""The value of a --save that stands alone: the profile is called like the lead file."""


def columns(file: str, given: dict[str, Any], save: str | None = None) -> int:
    """Show how a file is read and which column feeds which field; exit code 3 where none is a phone column.

    `save` names the profile that keeps the choice.
    """
    session = begin(given)
    matching = matcher(fitting_reports(session.settings, [file]))
    tables: list[TableView] = []
    usable: list[TableView] = []
    passed: list[PassedOver | None] = []
    with open_source(None if file == "-" else Path(file), matching.reading, is_mark_name) as source:
        for table, match in matching.tables(source):
            rows, filled = 0, Counter[int]()
            for block in table.blocks:  # a damaged file says so here
                rows += len(block.rows)
                filled.update(at for row in block.rows for at, cell in enumerate(row) if cell and not cell.isspace())
            view = _table_view(table.info, table.sample, match, rows, filled)
            tables.append(view)
            if match.has_phone:
                usable.append(view)
            else:
                passed.append(passed_over(match, table.sample, matching.share_of_numbers))
    matching.check_options()
    if save is None:  # else the command that uses the profile is shown
        tables = [_with_upload(given, file, each, usable) for each in tables]
    missing = None if usable else no_phone_column(source.file, [view.table for view in tables], passed)
    code = missing.exit_code if missing else ExitCode.OK
    saved = None
    if save is not None and missing is None:
        saved = _save(save, file, [[pin for _, pin in view.options] for view in usable], given)
    if session.output.json:
        shown = session.output.show_phones
        session.console.json(columns_json(tables, show_phones=shown, exit_code=code, error=missing))
    else:
        session.console.columns(tables)
    if missing is not None:
        session.console.failure(missing, session.clock.now)
    if saved is not None:
        session.console.note(saved)
    return code


def _with_upload(
    typed_options: Mapping[str, Any], file: str, view: TableView, usable: Sequence[TableView]
) -> TableView:
    """Add the command that uploads exactly these columns, to the last of the tables with the same choice."""
    alike = [each for each in usable if each.options == view.options]
    if file == "-" or not alike or view is not alike[-1]:  # standard input can't be read again
        return view
    given = {**typed_options, "map": None}
    sheets = [each.table.sheet for each in alike if each.table.sheet is not None]
    if sheets and len(usable) > 1:
        given["sheet"] = sheets
    pinned = (part for option in view.options for part in option)
    line = command("upload", operand(file), "--name", "NAME", *pinned, *typed(given).of(Suggested.AGAIN))
    return replace(view, upload=line)


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
            marks=choice.rule is Rule.MARK,
        )
        for choice in match.choices
    )
    phones = tuple(info.header[index] for index in match.phones)
    return TableView(info, views, tuple(("--map", pin) for pin in pins(match)), rows, phones)


def _samples(rows: Sequence[Sequence[str]], column: int) -> tuple[str, ...]:
    cells = (row[column] for row in rows if column < len(row) and row[column].strip())
    return tuple(islice(dict.fromkeys(cells), _SAMPLES))


# --- --save: a mapping that proved right becomes a profile in the settings file ----------------------


def _save(wanted: str, file: str, pins: Sequence[Sequence[str]], given: Mapping[str, Any]) -> str:
    """Save the --map values of the tables with a phone column, and what else was typed; return what was done, in words.

    Raises UsageError for a profile that is there with other content, InputRefused where the tables need different
    values, SettingsError where the settings file can't be read or written.
    """
    name = name_after(file) if wanted == _FROM_FILE else wanted
    check_name(name)
    if not pins or any(each != pins[0] for each in pins):
        raise InputRefused(
            f"{safe(file)}: its tables have different columns, or none that can be saved.",
            hint="Choose one of them with --sheet.",
        )
    path = Path(given.get("config") or CONFIG_NAME)
    if not save_profile(path, name, {"map": list(pins[0]), **_kept(given)}):
        return f"[profile.{name}] stands in {safe(str(path))} already."
    upload = command("upload", operand(file), "--profile", name, "--name", "NAME")
    return f"[profile.{name}] is in {safe(str(path))} now (in place of NAME, the campaigns' name): {upload}"


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else was typed that decides how the file is read, by the keys of the settings file."""
    kept = [each for _, each in option_rows() if Suggested.COLUMNS in each.repeated and each.profile]
    names = [each.name for each in kept]
    return {name.replace("_", "-"): given[name] for name in names if given.get(name) and name != "map"}
