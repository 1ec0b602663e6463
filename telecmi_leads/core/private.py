"""Files and folders that only their user can read, from the moment they exist and whatever the umask.

No symlink is followed at the last step of a path. Every function raises OSError as it comes, for the caller to say what
could not be done.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

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
            made = each.lstat().st_mode
            # The umask may have taken even our own bits. A link that another has put in its place would be followed.
            if stat.S_ISDIR(made) and made & 0o777 != FOLDER_MODE:
                each.chmod(FOLDER_MODE)
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
        return f"is not a {word}"
    if not hasattr(os, "geteuid"):
        return None
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be written by everyone" if found.st_mode & stat.S_IWOTH else None


def _writable_by_others(found: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):
        return False
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_own_group(found.st_gid)


def _is_own_group(group: int) -> bool:
    import grp
    import pwd

    try:
        user, known = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    # A group of the user's own name, with nobody else in it, is what useradd makes on most systems.
    return user.pw_gid == group and known.gr_name == user.pw_name and set(known.gr_mem) <= {user.pw_name}


class OpenFolder:
    """A folder held by its descriptor: files are made and placed in it even if another gets its path meanwhile.

    On Windows, where a folder has no descriptor, by its path. A context manager that closes it.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the folder at a path, which may not be a link."""
        if os.open not in os.supports_dir_fd:
            return cls(path, None)
        return cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def writable_by_others(self) -> bool:
        """Tell whether it belongs to another user, or another user may make and swap files in it.

        A group that is the user's own, as many systems make one for each user, is nobody else.
        """
        return _writable_by_others(self._path.stat() if self._descriptor is None else os.fstat(self._descriptor))

    def _named(self, name: str) -> str:
        return name if self._descriptor is not None else str(self._path / name)

    def create(self, name: str) -> None:
        """Create an empty file that must not exist yet, private."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY
        descriptor = os.open(self._named(name), flags, FILE_MODE, dir_fd=self._descriptor)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, FILE_MODE)  # the umask may have taken even our own bits
        os.close(descriptor)

    def open(self, name: str, mode: Literal["rb", "ab", "rb+"] = "rb") -> IO[bytes]:
        """Open a file that is there: to be read, to write more at its end, or to write anywhere in it."""
        how = {"rb": os.O_RDONLY, "ab": os.O_WRONLY | os.O_APPEND, "rb+": os.O_RDWR}[mode]
        return os.fdopen(os.open(self._named(name), how | _NO_FOLLOW | _BINARY, dir_fd=self._descriptor), mode)

    def make(self, name: str, *, may_be_there: bool = False) -> OpenFolder:
        """Make a private folder in it, and open that; one that is there already only where that may be."""
        try:
            os.mkdir(self._named(name), FOLDER_MODE, dir_fd=self._descriptor)
        except FileExistsError:
            if not may_be_there:
                raise
        path = self._path / name
        if self._descriptor is None:
            return OpenFolder(path, None)
        flags = os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW
        made = os.open(name, flags, dir_fd=self._descriptor)
        os.fchmod(made, FOLDER_MODE)
        return OpenFolder(path, made)

    def names(self) -> list[str]:
        """Return what lies in it."""
        with os.scandir(self._path if self._descriptor is None else self._descriptor) as entries:
            return [entry.name for entry in entries]

    def found(self, name: str) -> os.stat_result | None:
        """Return what is known of an entry, itself and not where it leads; None where there is none."""
        try:
            return os.stat(self._named(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def place(self, name: str, source: OpenFolder) -> None:
        """Move a finished file here from another folder of this file system, flushed, over what has its name."""
        # Flushed before the rename: some file systems write the new name first, and a power cut leaves an empty file.
        with source.open(name, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(source._named(name), self._named(name), src_dir_fd=source._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing where there is none."""
        found = self.found(name)
        if found is None:
            return
        if stat.S_ISDIR(found.st_mode):
            shutil.rmtree(self._named(name), ignore_errors=True, dir_fd=self._descriptor)
        else:
            os.unlink(self._named(name), dir_fd=self._descriptor)

    def sync(self) -> None:
        """Flush the folder's entries, so that a file made in it is still there after a power cut."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)


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


def append(path: Path, content: bytes, expected: bytes) -> None:
    """Write more to the end of a settings file, all or nothing; one that is made here has the umask's mode.

    Raises OSError where the file holds anything else than expected, or is a link, hard or symbolic, or no file.
    """
    how = os.O_RDWR | os.O_APPEND | os.O_CREAT | _NO_FOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, how, 0o666), "rb+", buffering=0) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or file.read(len(expected) + 1) != expected:
            raise OSError(errno.EBUSY, "it is a link, or has changed meanwhile")
        written = 0
        try:
            while written < len(content):  # a disk that fills takes a part first, and then says so
                written += file.write(content[written:])
            os.fsync(file.fileno())
        except OSError:
            file.truncate(len(expected))
            raise


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
        # link fails where the name is taken, in one step. A look and then a rename could replace what another has just
        # made.
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
    # In the same folder: a rename between file systems is a copy, and not whole or not at all.
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
    # fsync of a file makes its content lasting; its name lies in the folder.
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
