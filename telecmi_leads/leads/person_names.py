"""A person's name: full names split, placeholders seen through, titles kept or dropped.

Pure functions on cleaned text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What exporters write where there is no name. Real surnames such as "Na" are not among them.
_PLACEHOLDERS = frozenset(
    {
        *("-", "--", "---", ".", "..", "?", "_", "/", "*"),
        *("n/a", "n.a.", "n.a", "#n/a", "#ref!", "#name?", "#value!"),
        *("null", "<null>", "(null)", "none", "<none>", "nan", "<na>", "nil", "undefined", "[object object]", "\\n"),
        *("not provided", "[not provided]", "(not provided)", "not available", "not given", "not known"),
        *("no name", "noname", "no last name", "unknown", "[unknown]", "(unknown)", "blank", "(blank)", "[no name]"),
    }
)
# Titles that are part of how a person is addressed on the phone; Mr, Mrs and their kind are not.
_KEPT_TITLES = frozenset({"dr", "prof", "professor", "doctor", "adv", "advocate", "er", "capt", "col", "maj", "rev"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd", "mba", "esq"})
_WORD_END = re.compile(r"[.\s]+")


# Words for nothing in any field, as exporters spell them: one look-up a cell, without a copy in lower case. NA in
# capitals is one, "Na" a surname.
_WORDS_FOR_NOTHING = ("nan", "null", "none", "undefined", "n/a", "<na>", "<null>", "(null)", "#n/a", "nil", "<none>")
NOTHING = frozenset(
    spelled for word in _WORDS_FOR_NOTHING for spelled in (word, word.upper(), word.capitalize(), word.title())
) | {"NaN", "NA", "\\N", ".", "-", "--"}
_NEVER_LAST = NOTHING | {"/", "_", "?", "*"}
_NAMES_TOO = frozenset({"Nan", "Nil"})  # beside another name


def is_placeholder(name: str) -> bool:
    """Tell whether an exporter wrote this where it had no name."""
    return name.lower() in _PLACEHOLDERS or name == "NA"


def any_placeholder(names: Sequence[str]) -> bool:
    """Tell whether a column holds any placeholder: one look at the column, where asking each name costs a call."""
    return not _PLACEHOLDERS.isdisjoint(map(str.lower, names)) or "NA" in names


def drop_nothings(firsts: list[str], lasts: list[str]) -> None:
    """Take words for nothing off the split names: "Yash NA" is Yash, "nan nan" nobody."""
    if NOTHING.isdisjoint(lasts) and NOTHING.isdisjoint(firsts):
        return
    for at, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if last in _NEVER_LAST or first in _NEVER_LAST:
            words = f"{first} {last}".split()
            nothing = _NEVER_LAST if _NEVER_LAST.issuperset(words) else _NEVER_LAST - _NAMES_TOO
            words = [word for word in words if word not in nothing]
            firsts[at], lasts[at] = (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (" ".join(words), "")


def kept_title(title: str) -> str:
    """Return a title that belongs before the first name (Dr., Prof.), "" for a mere salutation."""
    return title if _WORD_END.sub("", title).lower() in _KEPT_TITLES else ""


def without_company(name: str, company: str) -> str:
    """Return the person's part of a name that begins with the company's, as Odoo shows contacts: "Gamma, Asha Rao"."""
    return name[len(company) + 1 :].strip() or name if company and name.startswith(f"{company},") else name


def split_full_name(name: str) -> tuple[str, str]:
    """Split a full name into first and last name: the last word is the last name, unless a comma says otherwise.

    "Asha Menon" → ("Asha", "Menon"); "Menon, Asha" → ("Asha", "Menon"); "Roshan" → ("Roshan", "").
    """
    if "," in name:
        last, _, first = (part.strip() for part in name.partition(","))
        if first and last and "," not in first and _WORD_END.sub("", first).lower() not in _SUFFIXES:
            return first, last
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (name, "")


def split_full_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a column of full names as `split_full_name` does each; returns first and last names."""
    parts = [name.rpartition(" ") for name in names]
    firsts, lasts = [part[0] for part in parts], [part[2] for part in parts]
    unusual = not all(firsts) or "," in "".join(names)
    for position, name in enumerate(names) if unusual else ():
        if not firsts[position] or "," in name:
            firsts[position], lasts[position] = split_full_name(name)
    return firsts, lasts
