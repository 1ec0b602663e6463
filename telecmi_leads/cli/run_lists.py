"""The do-not-call lists of a run: those that a command names, and those that the run was planned with."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import ExcludeListFailed, Remedy
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import ListsRead
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.settings.options import ExcludeOptions, PhoneOptions
from telecmi_leads.settings.surroundings import read_once

if TYPE_CHECKING:
    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.leads.screening import ExcludeList


def lists_given(course: Course) -> ListsRead:
    """Return the do-not-call lists that this command names, by --exclude or a configuration."""
    settings = course.session.settings
    options = settings[ExcludeOptions]
    if Path() in options.exclude:  # what an empty word becomes: its absolute path would be the working folder's
        raise ExcludeListFailed(
            "The name of a do-not-call list is empty: perhaps a variable of the shell is not set. Nothing was sent.",
            hint="Give the path of a file with --exclude.",
        )
    once = next((path for path in options.exclude if read_once(str(path))), None)
    if once is not None:
        raise ExcludeListFailed(
            f"The do-not-call list {safe(str(once))} is a pipe or a device, and lists are read again whenever the run "
            "goes on. Nothing was sent.",
            hint="Save the list as a file, and give that with --exclude.",
        )
    age = options.exclude_max_age
    return ListsRead(
        tuple(str(path.absolute()) for path in options.exclude),
        None if age is None else age.total_seconds(),
        settings[PhoneOptions].region,
    )


def usable_lists(course: Course, *lists: ListsRead) -> list[ExcludeList]:
    """Read do-not-call lists, each once; the summary tells of rows that hold no number. Raises ExcludeListFailed."""
    if not any(each.files for each in lists):
        return []  # reading lists takes the whole of phones and columns, which a resume has no other use for
    from telecmi_leads.leads.exclude_lists import load_lists

    read = load_lists(lists, course.session.clock.now())
    for listed in read:
        if listed.unreadable:
            course.warn(
                f"{count(listed.unreadable, 'row')} of the do-not-call list {listed.name} can't be read as a number, "
                f"{count(len(listed.numbers), 'number')} can. Whoever those rows mean is not left out.",
                WarningCode.LIST_ROWS_UNREADABLE,
            )
        for sheet in listed.hidden:
            course.warn(
                f'The do-not-call list {listed.name} has numbers on a hidden sheet, "{safe(sheet, 60)}". They are left '
                "out too.",
                WarningCode.LIST_HIDDEN_SHEET,
            )
    return read


def lists_of(course: Course, run: RunRecord) -> list[ExcludeList]:
    """Read the lists that the run was planned with, and those that this command names. Raises ExcludeListFailed."""
    own = run.lists
    if not own.files:  # a ledger of an earlier version holds them as they were typed
        typed = [argument for each in run.typed.options if each.name == "exclude" for argument in each.arguments]
        named = [value for option, value in pairwise(typed) if option == "--exclude"]
        own = ListsRead(tuple(str(Path(name).absolute()) for name in named))
    given = lists_given(course)
    gone = next((file for file in own.files if file not in given.files and _is_gone(file)), None)
    if gone is not None:
        raise ExcludeListFailed(
            f"The do-not-call list {safe(Path(gone).name)} can't be used: run {run.id} was planned with it, and there "
            "is no such file any more. Nothing was sent.",
            remedy=Remedy(f"Put that list, or the one that has replaced it, at {safe(gone)}"),
        )
    return usable_lists(course, given, own)


def _is_gone(file: str) -> bool:
    try:
        Path(file).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
