"""The report folder: private, held by its descriptor, every file whole or not there, nothing of the user's overwritten.

A file is written in a folder of its own and moved to its place. What has its name goes only if this program has left
it there as it is, of the same run: the reports of another run are moved into a folder of that run's id. A reject file
that somebody has corrected, or any other file of that name, stays as it is, and the new one gets a name of its own.
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import msgspec

from telecmi_leads.core import private
from telecmi_leads.core.errors import FULL, Remedy, ReportError
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

SUMMARY = "summary.json"
_OURS = re.compile(
    r"report(-\d+)?\.html|(campaigns|refused|left-out)(-\d+)?\.csv|summary(-\d+)?\.json|rejects(-\d+)?\.(csv|xlsx)"
)
_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-z]{4}")
_ANOTHER = "telecmi-reports-2"
_UNFINISHED = ".unfinished-"
_REMAINS_AGE = 3600.0
_MOST_SUMMARY_BYTES = 64 * 2**20
_MOST_NAMES = 1000


def prepare_folder(path: Path, inputs: Sequence[Path] = ()) -> Path:
    """Make the report folder, private to the user, and see that files can be written there; return it.

    Raises ReportError for a link, a file, a folder that others may write to, one where a report has the name of an
    input or list, or a disk that refuses.
    """
    with disk_errors(path):
        _refuse_links(path)
        _refuse_inputs(path, inputs)
        private.make_folder(path)
        # A look at the mode is not enough: a full disk, a quota or a read-only mount shows only when something is
        # written.
        probe = f"{_UNFINISHED}{secrets.token_hex(4)}"
        with private.OpenFolder.at(path) as folder:
            _refuse_shared(path, folder)
            folder.create(probe)
            folder.remove(probe)
    return path


def _refuse_shared(path: Path, folder: private.OpenFolder) -> None:
    """Refuse a folder that others may write to, by what is open: what has its path may be another's meanwhile."""
    if folder.writable_by_others():
        raise ReportError(
            f"Other users can write to the report folder {safe(str(path))}.",
            hint="Give a folder of your own with --report-dir FOLDER, or take that right from the others.",
        )


def _refuse_links(path: Path) -> None:
    """Refuse a link in place of the folder, and above it within the working directory, where it may be a trap."""
    whole, here = path.absolute(), Path.cwd()
    within = [part for part in (whole, *whole.parents) if part != here and part.is_relative_to(here)]
    for part in within or [whole]:
        if part.is_symlink():
            raise ReportError(
                f"The report folder {safe(str(path))} leads through a symbolic link, which is not followed.",
                hint="Give the folder itself with --report-dir FOLDER.",
            )
    if path.exists() and not path.is_dir():
        raise ReportError(
            f"The report folder {safe(str(path))} is a file.", hint="Give a folder with --report-dir FOLDER."
        )


def _refuse_inputs(path: Path, inputs: Sequence[Path]) -> None:
    for given in inputs:
        if lies_among_reports(path, given):
            raise ReportError(
                f"{safe(str(given))} has the name of a report and lies in the report folder.",
                hint="Give another folder with --report-dir FOLDER.",
            )


def lies_among_reports(folder: Path, given: Path) -> bool:
    """Tell whether a file has the name of a report and lies in the report folder."""
    return _OURS.fullmatch(given.name) is not None and given.resolve().parent == folder.resolve()


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the system reports of a path into a ReportError."""
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"The report {safe(str(path))} can't be written: {error.strerror or 'input/output error'}.",
            remedy=_way_out(error),
        ) from error


def _way_out(error: OSError) -> Remedy:
    """Return what helps: space on a disk that is full, and else another folder, under a name that can be typed."""
    other = "choose another folder with --report-dir"
    if error.errno in FULL:
        return Remedy(f"Free some space, or {other}", "report")
    return Remedy(other.capitalize(), "report", ("--report-dir", _ANOTHER))


class ReportFolder:
    """A folder in the course of being written; leaving it without an error puts the files into their places.

    `files` says what was written: key → path as the user gave it, in the order of writing. `beside` names the files
    of the user's that stayed, each with the report that got another name for it. `others` is the id of another run
    than `run`, whose reports lie here and go into a folder of that name; empty where there is none. The `inputs` that
    lie here, reports that are uploaded again, stay in their place whether somebody has changed them or not.
    """

    def __init__(self, path: Path, run: str = "", inputs: Sequence[Path] = ()) -> None:
        self.path = path
        self.others = ""
        self._inputs = {given.name for given in inputs if lies_among_reports(path, given)}
        self._run = run
        self.files: dict[str, str] = {}
        self.beside: dict[str, str] = {}
        self._names: list[str] = []
        self._before: dict[str, bool] = {}
        self._open = ExitStack()
        self._work_name = f"{_UNFINISHED}{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        with ExitStack() as opened, disk_errors(self.path):
            self._folder = opened.enter_context(private.OpenFolder.at(self.path))
            _refuse_shared(self.path, self._folder)
            self._work = opened.enter_context(self._folder.make(self._work_name))
            self._clear_remains()
            earlier, before = _previous_files(self._folder)
            self._before = {name: untouched and name not in self._inputs for name, untouched in before.items()}
            self.others = earlier if earlier != self._run else ""
            self._open = opened.pop_all()
        return self

    def _clear_remains(self) -> None:
        """Remove what a killed process has left; not what another may be writing at this moment."""
        for name in self._folder.names():
            remains = name.startswith(_UNFINISHED) and name != self._work_name  # a clock may have jumped meanwhile
            left = self._folder.found(name) if remains else None
            if left is not None and time.time() - left.st_mtime > _REMAINS_AGE:
                self._folder.remove(name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            try:
                if kind is None:
                    with disk_errors(self.path):
                        self._place()
            finally:
                with suppress(OSError):
                    self._folder.remove(self._work_name)

    def begin(self, key: str, name: str) -> Path:
        """Register a report and create its file, empty; return the path that it will have."""
        free = self._free_name(name)
        if free != name:
            self.beside[name] = free
        with disk_errors(self.path / free):
            self._work.create(free)
        self.files[key] = str(self.path / free)
        self._names.append(free)
        return self.path / free

    def _free_name(self, name: str) -> str:
        """Return the name, or the next one like it that is not taken by a file of the user's."""
        plain = Path(name)
        for number in range(1, _MOST_NAMES):
            free = name if number == 1 else f"{plain.stem}-{number}{plain.suffix}"
            taken = not self._before.get(free, False) and self._folder.found(free) is not None
            if free not in self._names and not taken:
                return free
        raise ReportError(
            f"{safe(str(self.path))} holds too many files named like {name}.",
            hint="Give another folder with --report-dir FOLDER.",
        )

    def write(self, key: str, name: str, content: bytes) -> None:
        """Write a report that is ready."""
        with self.open(self.begin(key, name)) as file:
            file.write(content)

    @contextmanager
    def open(self, path: Path) -> Iterator[IO[bytes]]:
        """Open a file from `begin` for writing more to it."""
        with disk_errors(path), self._work.open(path.name, "ab") as file:
            yield file

    def stream(self, path: Path) -> IO[bytes]:
        """Return a file from `begin` open for writing anywhere in it; whoever takes it closes it."""
        with disk_errors(path):
            return self._work.open(path.name, "rb+")

    def _place(self) -> None:
        """Put the files into their places, the summary last: it tells what this program has left here, and when."""
        summary = Path(self.files.get("summary", "")).name
        # The summary is the newest file of a folder that is whole. A report that is newer has been changed by somebody.
        self._names.sort(key=lambda name: name == summary)
        if self.others:
            self._move_others()
        for name in self._names:
            self._folder.place(name, self._work)
        for name, untouched in self._before.items():
            if untouched and name not in self._names:  # a report of an earlier state, which would mislead
                self._folder.remove(name)
        self._folder.sync()

    def _move_others(self) -> None:
        """Move another run's reports aside, its summary last: it says what there is to move, after a kill too."""
        names = [name for name, untouched in self._before.items() if untouched and name != SUMMARY]
        with self._folder.make(self.others, may_be_there=True) as aside:
            for name in (*names, SUMMARY):
                aside.place(name, self._folder)
                del self._before[name]
            aside.sync()


class _Summary(msgspec.Struct):
    schema: int
    reports: dict[str, str]
    run: str | None = None
    dry_run: bool = False


def _previous_files(folder: private.OpenFolder) -> tuple[str, dict[str, bool]]:
    """Return the run whose reports lie here ("" for a trial), and these: name → whether nobody has changed them."""
    written = folder.found(SUMMARY)
    if written is None or written.st_size > _MOST_SUMMARY_BYTES:
        return "", {}
    try:
        with folder.open(SUMMARY) as file:
            known = msgspec.json.decode(file.read(), type=_Summary)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return "", {}
    found = {SUMMARY: True}
    for path in known.reports.values():
        name = Path(path).name
        left = folder.found(name) if _OURS.fullmatch(name) else None
        if left is not None:
            # By both times: a file moved or copied here may bring an old time of its own, and the system's is then new.
            found[name] = left.st_mtime_ns <= written.st_mtime_ns and left.st_ctime_ns <= written.st_ctime_ns
    is_run = known.run is not None and not known.dry_run and _RUN_ID.fullmatch(known.run) is not None
    return known.run if is_run and known.run else "", found
