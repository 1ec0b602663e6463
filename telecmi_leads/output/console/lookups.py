"""What one looks up on the screen: how a file's columns are read, what a number is, whether all is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.text import mask_text
from telecmi_leads.output.console.progress import show_table
from telecmi_leads.output.console.run_tables import moment
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.output.console.screen import Screen
    from telecmi_leads.output.views import CheckView, ColumnView, Fate, PhoneView, TableView

_WIDE = 100
_SAMPLE = 28


def show_columns(screen: Screen, tables: Sequence[TableView], *, show_phones: bool) -> None:
    """Show how tables were read and which column feeds which field."""
    for index, view in enumerate(tables):
        if index:
            screen.blank()
        show_table(screen, view.table, view.rows)
        screen.blank()
        _show_columns(screen, view.columns, show_phones=show_phones)
        if len(view.phones) > 1:
            screen.blank()
            order = ", ".join(shown(name) for name in view.phones)
            screen.paragraph(f"Each row's number is the first good one of: {order}.", 2)
        if view.options:
            screen.heading("Options that pin this choice")
            screen.line("  " + " ".join(f"{name} {wording.argument(shown(value))}" for name, value in view.options))


def _show_columns(screen: Screen, columns: Sequence[ColumnView], *, show_phones: bool) -> None:
    """Show a line for each column; where it is narrow the reason stands below the examples."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    rows = []
    for column in columns:
        feeds = shown(column.field) if column.field else Text("left over", style="dim")
        why = Text(shown(column.rule), style="dim")
        samples = Text(_samples(column, show_phones=show_phones))
        facts = [samples, why] if screen.width >= _WIDE else [Text("\n").join(part for part in (samples, why) if part)]
        rows.append([shown(column.name) or Text("(no name)", style="dim"), feeds, *facts])
    header = ["column", "feeds", "for example", "why"][: len(rows[0])] if rows else []
    screen.rows(rows, fold=(0, 2, 3), header=header)


def _samples(column: ColumnView, *, show_phones: bool) -> str:
    return "; ".join(
        shown(sample if show_phones else mask_text(sample), _SAMPLE) for sample in column.samples if sample
    )


def show_phone(screen: Screen, phone: PhoneView) -> None:
    """Show what a number is and what became of it. The number is shown whole: the user has just typed it."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    given = shown(phone.given)
    if phone.number:
        screen.paragraph(Text.assemble(f"{given} is a good number: ", (f"+{phone.number}", "bold")))
    else:
        says, tip = wording.reason(phone.reason)
        screen.paragraph(Text.assemble(f"{given} can't be uploaded: ", (shown(says), "bold")))
        screen.dim(tip, 2)
    facts = [
        ("read for", _read_for(phone)),
        ("country", _country(phone.country)),
        ("type", shown(wording.words(phone.type))),
        ("time zone", shown(", ".join(phone.timezones))),
        ("repaired", "; ".join(shown(wording.repair(code)) for code in phone.repairs)),
    ]
    screen.rows([fact for fact in facts if fact[1]], fold=(1,))
    screen.heading("In the ledger")
    if not phone.fates:
        screen.paragraph("never uploaded, and never left out", 2)
    for fate in phone.fates:
        screen.paragraph(_fate(fate), 20, f"  {moment(fate.when)}")


def _read_for(phone: PhoneView) -> str:
    if not phone.region:
        return "no region: only + and a country code count"
    return f"{shown(phone.region)}{f' (from {shown(phone.region_from)})' if phone.region_from else ''}"


def _country(region: str) -> str:
    from telecmi_leads.phones import name_of_region  # noqa: PLC0415 - loads phonenumbers, which only some screens need

    return f"{shown(name_of_region(region))} ({shown(region)})" if region else ""


def _fate(fate: Fate) -> str:
    run = f"run {shown(fate.run)} ({shown(fate.run_name)})"
    if fate.status is not None:
        return f"{wording.STATUS[fate.status]} in {shown(fate.campaign)}, {run}"
    if fate.left_out is LeftOutKind.REJECTED:
        return f"left out: {shown(wording.reason(fate.code)[0])}, {run}"
    why = wording.LEFT_OUT[fate.left_out] if fate.left_out is not None else "left out"
    code = f" ({shown(fate.code)})" if fate.code else ""
    return f"left out: {why}{code}, {run}"


def show_check(screen: Screen, checks: Sequence[CheckView]) -> None:
    """Show what was checked, and what to do about what failed."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    looks = {
        True: (f"{screen.marks.good} ok", "green"),
        False: (f"{screen.marks.bad} failed", "red"),
        None: (f"{screen.marks.none} not checked", "dim"),
    }
    width = max((len(looks[check.passed][0]) for check in checks), default=0)
    for check in checks:
        word, style = looks[check.passed]
        detail = f": {shown(check.detail)}" if check.detail else ""
        screen.paragraph(f"{shown(check.what)}{detail}", width + 2, Text(word, style=style))
        if check.hint and not check.passed:
            screen.paragraph(shown(check.hint), width + 2)
