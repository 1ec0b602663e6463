"""Files and folders that only their user can read, from the moment they exist and whatever the umask.

No symlink is followed at the last step of a path. Every function raises OSError as it comes, for the caller to say what
could not be done.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has neither it nor symlinks that anyone may make
_BINARY = getattr(os, "O_BINARY", 0)


def make_folder(folder: Path) -> None:
    """Make the folder and its missing parents, private; one that is there is left as it is."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was faster
            each.mkdir(FOLDER_MODE)
            each.chmod(FOLDER_MODE)  # the umask may have taken even our own bits
        sync_folder(each.parent)


def objection(path: Path, *, folder: bool) -> str | None:
    """Return why this file or folder is not to be trusted with private data, in words, or None.

    It must be there, be what it is expected to be and no link, belong to this user, and not be writable by all.
    """
    found = path.lstat()
    expected, word = (stat.S_ISDIR, "folder") if folder else (stat.S_ISREG, "regular file")
    if stat.S_ISLNK(found.st_mode):
        return "is a symbolic link, which is not followed"
    if not expected(found.st_mode):
        return f"is no {word}"
    if not hasattr(os, "geteuid"):
        return None
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be written by everyone" if found.st_mode & stat.S_IWOTH else None


def create(path: Path) -> int:
    """Create a file that must not exist yet; return its descriptor, open for reading and writing."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY, FILE_MODE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, FILE_MODE)  # the umask may have taken even our own bits
    return descriptor


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it, flushed, then renamed over it."""
    beside = _filled_beside(path, content)
    try:
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_once(path: Path, content: bytes) -> bool:
    """Write a file whole unless it is there already; tell whether it was written."""
    beside = _filled_beside(path, content)
    try:
        return place(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def place(made: Path, path: Path) -> bool:
    """Give a finished file its name in the same folder, unless something has that name; tell whether it was given."""
    try:
        os.link(made, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except (NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LINKS:
            raise
        if path.exists():
            return False
        made.rename(path)
    made.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


# What file systems without hard links answer (FAT, some network and phone storage).
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})


def _filled_beside(path: Path, content: bytes) -> Path:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = create(beside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a file made in it is still there after a power cut."""
    if os.name == "nt":
        return  # a folder can't be opened there, and NTFS journals its entries
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
