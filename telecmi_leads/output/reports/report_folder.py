"""The report folder: private, held by its descriptor, every file whole or not there, nothing of the user's overwritten.

A file is written in a folder of its own and moved to its place. What has its name goes only if this program has left
it there as it is. A reject file that somebody has corrected, or any other file of that name, stays as it is, and the
new one gets a name of its own.
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
from telecmi_leads.core.errors import Remedy, ReportError
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

SUMMARY = "summary.json"
_OURS = re.compile(
    r"report(-\d+)?\.html|(campaigns|refused|left-out)(-\d+)?\.csv|summary(-\d+)?\.json|rejects(-\d+)?\.(csv|xlsx)"
)
_ELSEWHERE = Remedy(
    "Free some space, or choose another folder with --report-dir FOLDER", "report", ("--report-dir", "FOLDER")
)
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
    folder = path.resolve()
    for given in inputs:
        if given.resolve().parent == folder and _OURS.fullmatch(given.name):
            raise ReportError(
                f"{safe(str(given))} has the name of a report and lies in the report folder.",
                hint="Give another folder with --report-dir FOLDER.",
            )


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the system reports of a path into a ReportError."""
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"The report {safe(str(path))} can't be written: {error.strerror or 'input/output error'}.",
            remedy=_ELSEWHERE,
        ) from error


class ReportFolder:
    """A folder in the course of being written; leaving it without an error puts the files into their places.

    `files` says what was written: key → path as the user gave it, in the order of writing. `beside` names the files
    of the user's that stayed, each with the report that got another name for it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
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
            self._before = _previous_files(self._folder)
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
        for name in self._names:
            self._folder.place(name, self._work)
        for name, untouched in self._before.items():
            if untouched and name not in self._names:  # a report of an earlier state, which would mislead
                self._folder.remove(name)
        self._folder.sync()


class _Summary(msgspec.Struct):
    schema: int
    reports: dict[str, str]


def _previous_files(folder: private.OpenFolder) -> dict[str, bool]:
    """Return the reports that an earlier run has left here: name → whether nobody has changed them since."""
    written = folder.found(SUMMARY)
    if written is None or written.st_size > _MOST_SUMMARY_BYTES:
        return {}
    try:
        with folder.open(SUMMARY) as file:
            known = msgspec.json.decode(file.read(), type=_Summary)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    found = {SUMMARY: True}
    for path in known.reports.values():
        name = Path(path).name
        left = folder.found(name) if _OURS.fullmatch(name) else None
        if left is not None:
            # By both times: a file moved or copied here may bring an old time of its own, and the system's is then new.
            found[name] = left.st_mtime_ns <= written.st_mtime_ns and left.st_ctime_ns <= written.st_ctime_ns
    return found
