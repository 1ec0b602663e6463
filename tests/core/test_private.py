from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from telecmi_leads.core import private

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_writing_replaces_whole(tmp_path: Path) -> None:
    """A file is replaced at once by a private one, whatever it was, and nothing is left beside it."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    private.write(path, b"new")
    assert (path.read_bytes(), mode(path), list(tmp_path.iterdir())) == (b"new", 0o600, [path])


def test_writing_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    """No symlink is followed."""
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "file").symlink_to(tmp_path / "target")
    private.write(tmp_path / "file", b"ours")
    assert (tmp_path / "target").read_bytes() == b"theirs"
    assert not (tmp_path / "file").is_symlink()


def test_a_failed_write_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails, the old file stays and nothing is left beside it."""
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="the disk"):
        private.write(path, b"new")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_writing_over_a_folder_leaves_nothing_beside(tmp_path: Path) -> None:
    """What can't be replaced is left, and so is nothing else."""
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        private.write(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize("links", [True, False])
def test_writing_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """The first to write a file wins, on file systems without hard links too."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "key"
    assert private.write_once(path, b"first")
    assert not private.write_once(path, b"second")
    assert (path.read_bytes(), mode(path), list(tmp_path.iterdir())) == (b"first", 0o600, [path])


def test_other_troubles_with_links_are_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is no file system without links."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="full"):
        private.write_once(tmp_path / "key", b"first")
    assert list(tmp_path.iterdir()) == []


def test_creating_refuses_what_is_there(tmp_path: Path) -> None:
    """A file or link that is there is not opened."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        private.create(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_making_folders(tmp_path: Path) -> None:
    """Missing parents are made private too; what is there stays as it is."""
    (tmp_path / "old").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        private.make_folder(tmp_path / "old" / "a" / "b")
    finally:
        os.umask(before)
    assert [mode(tmp_path / "old" / each) for each in ("", "a", "a/b")] == [0o755, 0o700, 0o700]


@pytest.mark.parametrize(
    ("make", "folder", "says"),
    [
        (lambda path: path.touch(mode=0o600), False, None),
        (lambda path: path.mkdir(mode=0o700), True, None),
        (lambda path: path.mkdir(), False, "is not a regular file"),
        (lambda path: path.touch(), True, "is not a folder"),
        (lambda path: path.symlink_to("/"), True, "is a symbolic link, which is not followed"),
        (os.mkfifo, False, "is not a regular file"),
        (lambda path: (path.touch(), path.chmod(0o602)), False, "can be written by everyone"),
    ],
)
def test_objections(tmp_path: Path, make: object, folder: bool, says: str | None) -> None:
    """A file or folder is trusted only if it is one, no link, and nobody else can write it."""
    assert callable(make)
    make(tmp_path / "it")
    assert private.objection(tmp_path / "it", folder=folder) == says


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("swap", ["a link", "a longer file", "a shorter file", "gone"])
def test_nothing_is_appended_to_what_was_swapped_meanwhile(tmp_path: Path, swap: str) -> None:
    """What has been put in a settings file's place since it was read is not written to, and no link is followed."""
    path, theirs = tmp_path / "settings", tmp_path / "theirs"
    theirs.write_bytes(b"before\n")
    match swap:
        case "a link":
            path.symlink_to(theirs)
        case "a longer file":
            path.write_bytes(b"before\nmore\n")
        case "a shorter file":
            path.write_bytes(b"bef")
        case _:
            pass
    left = path.read_bytes() if path.exists() else b""
    with pytest.raises(OSError, match=r"symbolic links|has changed meanwhile"):
        private.append(path, b"after\n", b"before\n")
    assert (path.read_bytes(), theirs.read_bytes()) == (left, b"before\n")


def test_what_is_appended_stands_behind_what_was_there(tmp_path: Path) -> None:
    """A file is made where there is none, and more written to its end."""
    path = tmp_path / "settings"
    private.append(path, b"one\n", b"")
    private.append(path, b"two\n", b"one\n")
    assert path.read_bytes() == b"one\ntwo\n"
