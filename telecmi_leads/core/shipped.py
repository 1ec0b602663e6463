"""Files that come with the program: word lists, plans and tables."""

from __future__ import annotations

import pkgutil


def shipped_text(package: str, name: str) -> str:
    """Return the text of a UTF-8 file that comes with one of the program's packages.

    By pkgutil, since importlib.resources takes some milliseconds of each start to be imported.
    """
    data = pkgutil.get_data(package, name)
    if data is None:  # pragma: no cover - only loaders that keep no files give None
        raise FileNotFoundError(name)
    return data.decode()
