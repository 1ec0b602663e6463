"""The report folder: private, never through a link, every file whole or not there, nothing of the user's overwritten.

A file is written beside its place and renamed into it. What stands in its place goes only if this program has left
it there as it is; a reject file that somebody has corrected, or any other file of that name, is kept beside.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import msgspec

from telecmi_leads.core import private
from telecmi_leads.core.errors import ReportError
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

SUMMARY = "summary.json"
_OURS = re.compile(r"report\.html|campaigns\.csv|refused\.csv|left-out\.csv|summary\.json|rejects(-\d+)?\.(csv|xlsx)")
_UNFINISHED = ".unfinished-"
_REMAINS_AGE = 3600.0
_MOST_SUMMARY_BYTES = 64 * 2**20


def prepare_folder(path: Path, inputs: Sequence[Path] = ()) -> Path:
    """Make the report folder, private to the user, and see that files can be written there; return it.

    Raises ReportError for a link, a file, a folder where a report would overwrite an input, or a disk that refuses.
    """
    with disk_errors(path):
        _refuse_links(path)
        _refuse_inputs(path, inputs)
        private.make_folder(path)
        probe = path / f"{_UNFINISHED}{secrets.token_hex(4)}"
        os.close(private.create(probe))
        probe.unlink()
    return path


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
                f"The report would overwrite the input {safe(str(given))}.",
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
            hint="Free some space, or give another folder: `telecmi-leads report RUN --report-dir FOLDER`.",
        ) from error


class ReportFolder:
    """A folder in the course of being written; leaving it without an error puts the files into their places.

    `files` says what was written: key → path as the user gave it, in the order of writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, str] = {}
        self._waiting: list[tuple[Path, str]] = []
        self._work: Path | None = None

    def __enter__(self) -> Self:
        with disk_errors(self.path):
            self._work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.path))
            self._clear_remains(self._work.stat().st_mtime)
        return self

    def _clear_remains(self, now: float) -> None:
        """Remove what a killed process has left; not what another may be writing at this moment."""
        for left in self.path.glob(f"{_UNFINISHED}*"):
            if now - left.lstat().st_mtime > _REMAINS_AGE:
                shutil.rmtree(left, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with disk_errors(self.path):
                    self._place()
        finally:
            if self._work is not None:
                shutil.rmtree(self._work, ignore_errors=True)

    @property
    def work(self) -> Path:
        """A private folder for temporary files, gone at the end."""
        if self._work is None:
            raise AssertionError("the folder is entered first")
        return self._work

    def begin(self, key: str, name: str) -> Path:
        """Register a report and create its file, empty; return where its content goes."""
        path = self.work / name
        with disk_errors(self.path / name):
            os.close(private.create(path))
        self.files[key] = str(self.path / name)
        self._waiting.append((path, name))
        return path

    def write(self, key: str, name: str, content: bytes) -> None:
        """Write a report that is ready."""
        with self.open(self.begin(key, name)) as file:
            file.write(content)

    @contextmanager
    def open(self, path: Path) -> Iterator[IO[bytes]]:
        """Open a file from `begin` for writing more to it."""
        with disk_errors(self.path / path.name), path.open("ab") as file:
            yield file

    def _place(self) -> None:
        """Put the files into their places, the summary last: it tells what this program has left here, and when."""
        before = _previous_files(self.path)
        self._waiting.sort(key=lambda waiting: waiting[1] == SUMMARY)
        names = {name for _, name in self._waiting}
        for made, name in self._waiting:
            place = self.path / name
            with made.open("rb+") as file:
                os.fsync(file.fileno())
            if before.get(name) is False or (name not in before and os.path.lexists(place)):
                place.rename(_free_name(place))
            made.replace(place)
        for name, untouched in before.items():
            if untouched and name not in names:  # a report of an earlier state, which would mislead
                (self.path / name).unlink(missing_ok=True)
        private.sync_folder(self.path)


class _Summary(msgspec.Struct):
    schema: int
    reports: dict[str, str]


def _previous_files(folder: Path) -> dict[str, bool]:
    """Return the reports that an earlier run has left here: name → whether nobody has changed them since."""
    place = folder / SUMMARY
    try:
        written = place.lstat()
        if written.st_size > _MOST_SUMMARY_BYTES or place.is_symlink():
            return {}
        known = msgspec.json.decode(place.read_bytes(), type=_Summary)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    found = {SUMMARY: True}
    for path in known.reports.values():
        name = Path(path).name
        with suppress(OSError):
            if _OURS.fullmatch(name):
                found[name] = (folder / name).lstat().st_mtime_ns <= written.st_mtime_ns
    return found


def _free_name(place: Path) -> Path:
    for number in range(1, 1000):
        kept = place.with_name(f"{place.stem}.kept{f'-{number}' if number > 1 else ''}{place.suffix}")
        if not os.path.lexists(kept):
            return kept
    raise OSError(None, "too many kept files are in the way")
