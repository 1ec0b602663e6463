"""What the shell offers on Tab: columns, sheets, runs, profiles and fixed words. It never fails and says nothing.

What stands in a file may be anybody's, and shells evaluate what they are offered: zsh its whole answer, bash what is
inserted once Enter is pressed. So only values of harmless characters are offered (letters and digits of any script,
blanks, and a few marks), and these are quoted for the shell that asks.
"""

from __future__ import annotations

import io
import re
import unicodedata
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import Signalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from telecmi_leads.ledger import Ledger
    from telecmi_leads.settings.option_rows import Offer

_MARKS = frozenset(" _.,@+/-")
_TABLES = 8
_WORKBOOKS = {"xlsx", "xls", "xlsb", "ods"}
"""Formats of which a whole sheet is in memory anyway, so that the next can be looked at."""


def offers(offer: Offer, given: Mapping[str, Any], files: Sequence[str], typed: str) -> list[str]:
    """Return what may stand for an option's value; `given` is what else was typed, `files` the files named so far."""
    from telecmi_leads.settings.option_rows import Offer
    from telecmi_leads.settings.option_values import FileFormat, PhoneType

    found: Iterable[str] = ()
    with suppress(Exception):  # on Tab nothing may be said, whatever the file is like
        match offer:
            case Offer.FORMATS:
                found = list(FileFormat)
            case Offer.TYPES:
                chosen = typed.rpartition(",")[0]
                found = [f"{chosen},{each}" if chosen else each.value for each in PhoneType]
            case Offer.PROFILES:
                found = _profiles(given.get("config"))
            case Offer.SHEETS:
                found = _sheets(given, _readable(files))
            case Offer.COLUMNS:
                from telecmi_leads.leads.planning import VIRTUAL_COLUMNS

                found = [*VIRTUAL_COLUMNS, *_columns(given, _readable(files))]
            case Offer.FIELDS | Offer.MAPS | Offer.SETS:
                return [each for each in _assignments(offer, given, files, typed) if each.startswith(typed)]
    return _harmless(found, typed)


def _assignments(offer: Offer, given: Mapping[str, Any], files: Sequence[str], typed: str) -> list[str]:
    from telecmi_leads.core.lead import Field
    from telecmi_leads.settings.option_rows import Offer

    field, equals, _ = typed.partition("=")
    if not equals:
        return [f"{each.value}=" for each in Field]
    if offer is Offer.FIELDS:
        return []
    names = filter(_is_harmless, _columns(given, _readable(files)))
    return [f"{field}={{{name}}}" if offer is Offer.SETS else f"{field}={name}" for name in names]


def _readable(files: Sequence[str]) -> Sequence[str]:
    """Return the files if the first is one: on Tab a pipe would be waited on, and what it says be lost."""
    return files if files and Path(files[0]).is_file() else ()


def _columns(given: Mapping[str, Any], files: Sequence[str]) -> list[str]:
    """Return the columns of the first file; of a workbook those of its first sheets."""
    if not files:
        return []
    from telecmi_leads.files import open_source
    from telecmi_leads.leads.prepare import matcher
    from telecmi_leads.settings.resolving import resolve_here

    # Only what changes how a file is read: another option that is half typed must not spoil the offer.
    reading = {name: given.get(name) for name in ("sheet", "format", "no_header", "config", "profile", "env_file")}
    matching = matcher(resolve_here(reading))
    found: dict[str, None] = {}
    with open_source(Path(files[0]), matching.reading) as source:
        several = _TABLES if source.format in _WORKBOOKS else 1
        for table, _ in islice(matching.tables(source), several):
            found |= dict.fromkeys(name for name in table.info.header if name.strip())
            if several > 1:
                # A sheet must be read to its end before the next is asked for.
                for _ in table.blocks:
                    pass
    return list(found)


def _sheets(given: Mapping[str, Any], files: Sequence[str]) -> list[str]:
    if not files:
        return []
    from telecmi_leads.files import sheet_names
    from telecmi_leads.settings.option_values import file_format
    from telecmi_leads.settings.options import ReadingOptions

    said = given.get("format")
    return list(sheet_names(Path(files[0]), ReadingOptions(format=file_format(said) if said else None)))


def run_ids(typed: str) -> list[str]:
    """Return the ledger's runs that begin so, newest first."""
    return _harmless(_of_ledger(lambda ledger: (run.id for run in ledger.runs())), typed)


def open_campaigns(run: str | None, typed: str) -> list[str]:
    """Return the names of a run's campaigns that a person has to settle."""

    def names(ledger: Ledger) -> Iterator[str]:
        found = ledger.run(run) if run else None
        return (each.name for each in ledger.campaigns(found.id) if each.status.resolvable) if found else iter(())

    return _harmless(_of_ledger(names), typed)


def _of_ledger(look: Callable[[Ledger], Iterable[str]]) -> list[str]:
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.settings.resolving import resolve_here, state_folder

    with suppress(Exception):
        ledger = Ledger.open_existing(state_folder(resolve_here({})))
        if ledger is not None:
            with closing(ledger):
                return list(look(ledger))
    return []


def _profiles(config: str | None) -> list[str]:
    from telecmi_leads.settings.setting_files import Sources, profile_names

    return profile_names(Sources({}, Path.cwd(), config=Path(config) if config else None))


def _harmless(found: Iterable[str], typed: str) -> list[str]:
    return [each for each in found if each.startswith(typed) and _is_harmless(each)]


def _is_harmless(text: str) -> bool:
    """Tell whether a value is the same to every shell, quoted or not; one that begins with - is taken for an option."""
    plain = all(each.isalnum() or each in _MARKS or unicodedata.category(each).startswith("M") for each in text)
    return plain and not text.startswith(("-", " ", "@")) and not text.endswith(" ") and "  " not in text


# --- the shells -------------------------------------------------------------------------------------


def answer(asked: str, word: str, run: Callable[[], object]) -> tuple[int, str]:
    """Run Typer's completion, which ends the process by itself, and return its exit code and what to print.

    `asked` is the variable by which the shell asks, such as complete_bash, `word` the word at the cursor as the shell
    has it, quotes included.
    """
    said = io.StringIO()
    code = 0
    with redirect_stdout(said), redirect_stderr(io.StringIO()):
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        except (Exception, KeyboardInterrupt, Signalled):  # noqa: BLE001 - on Tab nothing may be said
            return 1, ""
    lines = said.getvalue().splitlines()
    if asked == "complete_bash":
        lines = [_for_bash(line, word) for line in lines]
    elif asked in {"complete_powershell", "complete_pwsh"}:
        lines = [_for_powershell(line) for line in lines]
    return code, "".join(f"{line}\n" for line in lines)


def _for_bash(value: str, word: str) -> str:
    """Return what replaces the word at the cursor: bash takes = for the end of a word, and inserts text as it is."""
    if word.startswith(("'", '"')):
        return value
    # Bash replaces only what stands behind the =, so that only that may be offered.
    begun = word.rpartition("=")[0]
    rest = value[len(begun) + 1 :] if "=" in word else value
    return re.sub(r"([ {}])", r"\\\1", rest)


def _for_powershell(line: str) -> str:
    value, separator, help_ = line.partition(":::")
    quoted = value if re.fullmatch(r"[\w./=+-]+", value) else f"'{value}'"
    return f"{quoted}{separator}{help_}"
