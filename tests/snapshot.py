"""Whole screens and pages as files: what is shown is compared with tests/snapshots/NAME.

After a wanted change run the tests once with UPDATE_SNAPSHOTS=1 and read the difference before committing it.
"""

from __future__ import annotations

import os

from places import TESTS

FOLDER = TESTS / "snapshots"


def check_snapshot(name: str, found: str) -> None:
    """Compare a text with its snapshot, or write it where UPDATE_SNAPSHOTS is set."""
    path = FOLDER / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(found, encoding="utf-8", newline="\n")
    assert found == path.read_text(encoding="utf-8"), f"{path} differs; see tests/snapshot.py"
