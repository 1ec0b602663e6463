"""What one looks up on the screen: how a file's columns are read, what a number is, whether all is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import REJECT_COLUMNS, LeftOutKind
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.reasons import Reason
from telecmi_leads.output.console.screen import show_command, show_hint, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import TableOpened
    from telecmi_leads.ledger import Fate
    from telecmi_leads.output.console.screen import Screen
    from telecmi_leads.output.views import CheckView, ColumnView, PhoneView, TableView

_SAMPLE = 28
_PLACES = ("1st", "2nd", "3rd")
_WHY_WIDTH = 44
_UNUSED_SHOWN = 12
_MARKS = "do-not-call marks"
_FIRST = {"fullname": 0, "firstname": 1, "lastname": 2, "phone": 3}
"""Fields in the order in which a person thinks of them; the others follow."""


def show_table(screen: Screen, table: TableInfo, rows: int | None = None) -> None:
    """Show what a table is and how it was read, with its notes; `rows` where they have been counted."""
    how = shown(wording.table(table)) + ("" if rows is None else f", {wording.count(rows, 'row')}")
    if screen.is_log:
        for line in (how, *(f"note: {shown(note)}" for note in table.notes)):
            screen.entry(f"{shown(table.file)}: {line}")
        return
    from rich.text import Text

    screen.paragraph(Text.assemble((shown(table.file), "bold"), f": {how}"))
    for note in table.notes:
        screen.paragraph(shown(note), 8, "  note: ")


def show_use(screen: Screen, event: TableOpened) -> None:
    """Show which columns feed what is sent, and which feed nothing."""
    used = {*event.marks, *(name for names in event.columns.values() for name in names)}
    ordered = sorted(event.columns.items(), key=lambda item: _FIRST.get(item[0], len(_FIRST)))
    rows = [(wording.field_name(shown(field)), _sources(field, names)) for field, names in ordered]
    marks = [shown(name) for name in event.marks if name and not any(name in names for _, names in ordered)]
    looked_for = f"looked for in {_listed(marks)}" if marks else ""
    if screen.is_log:
        says = [f"{field} from {sources}" for field, sources in rows]
        says += [f"{_MARKS} {looked_for}"] if marks else []
        screen.entry(f"{shown(event.table.file)}: {'; '.join(says)}")
        return
    if marks:
        rows.append((_MARKS, looked_for))
    unused = [shown(name) for name in event.table.header if name and name not in used and name not in REJECT_COLUMNS]
    if unused:
        rows.append(("not used", _listed(unused)))
    screen.rows(rows, fold=(1,))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _UNUSED_SHOWN
    return ", ".join(names[:_UNUSED_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _sources(field: str, names: Sequence[str]) -> str:
    if field == "fullname":
        return f"{', '.join(map(shown, names))}, split in two"
    return (", else " if field == "phone" else ", ").join(map(shown, names))


def show_columns(screen: Screen, tables: Sequence[TableView], *, show_phones: bool) -> None:
    """Show how tables were read, which column feeds which field, and the command that keeps to this choice."""
    for index, view in enumerate(tables):
        if index:
            screen.blank()
        show_table(screen, view.table, view.rows)
        _show_used(screen, view, show_phones=show_phones)
        _show_unused(screen, view, show_phones=show_phones)
        if len(view.phones) > 1:
            screen.blank()
            *first, last = map(shown, view.phones)
            names = f"{', '.join(first)} and {last}".removesuffix(".")
            screen.paragraph(f"Each row's number is the first good one of {names}.")
        elif not view.phones and any(each.phones for each in tables):
            screen.blank()
            screen.paragraph("No phone column: its rows are not read. If a column holds them: --map phone=COLUMN")
        if view.upload:
            screen.blank()
            screen.paragraph("To go on with exactly this choice (in place of NAME, the campaigns' name):")
            show_command(screen, view.upload)


def _show_used(screen: Screen, view: TableView, *, show_phones: bool) -> None:
    rows = [
        (_name(column), _goes_to(column, view), _samples(column, show_phones=show_phones), _filled(column, view))
        for column in sorted((each for each in view.columns if _is_used(each)), key=lambda each: _rank(each, view))
    ]
    if rows:
        screen.blank()
        screen.rows(rows, right=(3,), fold=(0, 2), header=("column", "goes to", "for example", "filled"), indent=0)


def _show_unused(screen: Screen, view: TableView, *, show_phones: bool) -> None:
    rows = [
        (_name(column), shown(column.rule, _WHY_WIDTH), _samples(column, show_phones=show_phones))
        for column in view.columns
        if not _is_used(column)
    ]
    if rows:
        screen.heading("Not used")
        screen.rows(rows, fold=(0, 1, 2), indent=0)


def _is_used(column: ColumnView) -> bool:
    return bool(column.field) or column.marks


def _name(column: ColumnView) -> str:
    return shown(column.name) or "(no name)"


def _rank(column: ColumnView, view: TableView) -> tuple[int, int]:
    """Order columns as what is sent: names, phones by their place, then the others; last what only marks people."""
    fields = ("fullname", "firstname", "lastname", "phone")
    place = view.phones.index(column.name) if column.name in view.phones else 0
    if not column.field:
        return (len(fields) + 1, 0)
    return (fields.index(column.field) if column.field in fields else len(fields), place)


def _goes_to(column: ColumnView, view: TableView) -> str:
    if not column.field:
        return shown(column.rule, _WHY_WIDTH)
    name = shown(wording.field_name(column.field))
    alone = view.phones == (column.name,)
    if column.field != "phone" or alone or column.name not in view.phones:
        return name
    place = view.phones.index(column.name)
    return f"{name}, {_PLACES[place] if place < len(_PLACES) else f'{place + 1}th'}"


def _filled(column: ColumnView, view: TableView) -> str:
    return "" if column.filled is None or not view.rows else f"{column.filled * 100 // view.rows}%"


def _samples(column: ColumnView, *, show_phones: bool) -> str:
    return ", ".join(
        shown(sample if show_phones else mask_text(sample), _SAMPLE) for sample in column.samples if sample
    )


def show_phone(screen: Screen, phone: PhoneView) -> None:
    """Show what a number is and what became of it. The number is shown whole: the user has just typed it."""
    from rich.text import Text

    given = shown(phone.given)
    if phone.number and not phone.reason:
        says = f"{given} is a good number. It is sent as {phone.number}."
        screen.paragraph(Text(says, style="bold"), 2, screen.marks.good)
    else:
        says, tip = explained(phone.reason)
        screen.paragraph(Text(f"{given} can't be uploaded: {shown(says)}.", style="bold"), 2, screen.marks.bad)
        if tip:
            screen.dim(shown(tip), 2)
    facts = [
        ("read as", _read_for(phone)),
        ("kind", shown(wording.words(phone.type))),
        ("country", _own_country(phone)),
        ("time zone", shown(", ".join(map(wording.time_zone, phone.timezones)))),
        *(("repaired", _step(*step)) for step in phone.steps),
        *((_fate_label(fate), _fate(fate)) for fate in phone.fates),
    ]
    if not phone.fates:
        facts.append(("uploaded", "never from this computer, and never left out"))
    screen.rows([fact for fact in facts if fact[1]], fold=(1,))


_TIPS = {
    Reason.NO_PHONE: "",
    Reason.NOT_A_NUMBER: "",
    Reason.JUNK: "",
    Reason.EMERGENCY: "",
    Reason.UNCLEAR: "Write the number alone, with + and its country code.",
    Reason.NOT_VALID: "Check the digits; a number of another country needs + and its code.",
    Reason.PREMIUM: "--allow-premium lets it pass, if it is meant to be called.",
}
"""Tips for a number that somebody has typed, where a reject's own speaks of the rows and columns of a file."""


def explained(code: str) -> tuple[str, str]:
    """Return why a number that was typed is not good, and what to do about it, "" where there is nothing."""
    says, tip = wording.reason(code)
    return says, next((text for reason, text in _TIPS.items() if reason.code == code), tip)


def _own_country(phone: PhoneView) -> str:
    """Return the number's country where it is not the region's, or a calling code in the cell told it."""
    if phone.calling_code:
        return f"{_country(phone.country) or 'none'}, from the calling code {shown(phone.calling_code)} in the cell"
    return _country(phone.country) if phone.country != phone.region else ""


def _step(repair: str, before: str, after: str) -> str:
    return f'{shown(wording.repair(repair))}: "{shown(before)}" became "{shown(after)}"'


def _read_for(phone: PhoneView) -> str:
    if not phone.region:
        return "no country is set: only numbers with + and a country code are good"
    return f"{_country(phone.region)}{f', from {shown(phone.region_from)}' if phone.region_from else ''}"


def _country(region: str) -> str:
    from telecmi_leads.phones import name_of_region

    return f"{shown(name_of_region(region))} ({shown(region)})" if region else ""


def _fate_label(fate: Fate) -> str:
    if fate.status is None:
        return "left out"
    return {CampaignStatus.ACCEPTED: "uploaded", CampaignStatus.REFUSED: "refused"}.get(fate.status, "waiting")


def _fate(fate: Fate) -> str:
    when = wording.moment(fate.when)
    if fate.status is not None:
        said = fate.status in {CampaignStatus.ACCEPTED, CampaignStatus.REFUSED}  # by the label before it
        state = "" if said else f", {wording.STATUS[fate.status]}"
        return f"{when}, in {shown(fate.campaign)} (run {shown(fate.run)}){state}"
    if fate.left_out is LeftOutKind.REJECTED:
        why = shown(wording.reason(fate.code)[0])
    else:
        why = shown(wording.why_left_out(fate.left_out, fate.code)) if fate.left_out is not None else ""
    return f"{when}, from {shown(fate.run_name)} (run {shown(fate.run)}): {why}"


def show_check(screen: Screen, checks: Sequence[CheckView]) -> None:
    """Show what was checked, then what failed with what to do about it; the verdict is the last line."""
    from rich.text import Text

    looks = {
        True: (f"{screen.marks.good} ok", "green"),
        False: (f"{screen.marks.bad} failed", "red"),
        None: (f"{screen.marks.none} not checked", "dim"),
    }
    width = max((len(looks[check.passed][0]) for check in checks), default=0)
    # A terminal shows its last lines: what was only told stands first, what failed last.
    told = (True, None, False)
    for check in sorted(checks, key=lambda each: (told.index(each.passed), not each.is_setting)):
        word, style = looks[check.passed]
        detail = f": {shown(check.detail)}" if check.detail else ""
        screen.paragraph(f"{shown(check.what)}{detail}", width + 2, Text(word, style=style))
        if check.hint and not check.passed:
            show_hint(screen, check.hint, width + 2)
    failed = ", ".join(shown(check.what) for check in checks if check.passed is False)
    screen.blank()
    if failed:
        screen.paragraph(f"Not ready: {failed}.", 2, f"{screen.marks.bad} ")
    else:
        screen.paragraph("Ready: an upload finds all that it needs.", 2, f"{screen.marks.good} ")
