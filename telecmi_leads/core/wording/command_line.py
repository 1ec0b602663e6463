"""A command of this program as a line to paste: quoted for the shells of this system, and on one line."""

from __future__ import annotations

import os
import re
import shlex

STANDARD_INPUT = "-"


def command(*arguments: str) -> str:
    """Return a command of this program that can be pasted into this system's shell."""
    return " ".join(("telecmi-leads", *map(argument, arguments)))


def operand(path: str) -> str:
    """Return a file, or - for standard input, as a word that is not taken for an option."""
    return f"./{path}" if path.startswith("-") and path != STANDARD_INPUT else path


def argument(text: str) -> str:
    """Return a command-line argument, quoted where it must be for the shells of this system, on one line.

    Double quotes serve every shell, cmd.exe included; single ones where something inside would be expanded. What can't
    be shown as it is, a line break or an escape character, is written by its code.
    """
    return _for_powershell(text) if os.name == "nt" else _for_posix(text)


def _for_posix(text: str) -> str:
    """Quote for bash and zsh; zsh takes a word that begins with = for the path of a program."""
    if any(map(_is_unseen, text)):
        return f"$'{''.join(map(_as_code, text))}'"
    if _PLAIN_POSIX.fullmatch(text):
        return text
    return shlex.quote(text) if re.search(r'["$`\\!%]', text) else f'"{text}"'


def _as_code(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    if not _is_unseen(character):
        return character
    number = ord(character)
    if number in _RAW_BYTES:
        return f"\\x{number - _RAW_BYTES.start + 0x80:02x}"
    if character.isascii():
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= _FOUR_DIGITS else f"\\U{number:08x}"


def _for_powershell(text: str) -> str:
    """Quote for PowerShell, which takes typographic quotes for quotes, a comma for a list and @ for a variable."""
    if any(map(_is_unseen, text)):
        coded = (f"$([char]0x{ord(each):x})" if _is_unseen(each) or each in _SPECIAL else each for each in text)
        return f'"{"".join(coded)}"'
    if _PLAIN_POWERSHELL.fullmatch(text):
        return text
    if re.search(r'["$`%!\u201c\u201d\u201e]', text) or text.endswith("\\"):
        return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
    return f'"{text}"'


_PLAIN_POSIX = re.compile(r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*")
_PLAIN_POWERSHELL = re.compile(r"[A-Za-z0-9_./:\\+-][A-Za-z0-9_./:\\+=-]*")
_SPECIAL = '$`"%!\u201c\u201d\u201e'
"""What is written by its code between PowerShell's double quotes."""
_RAW_BYTES = range(0xDC80, 0xDD00)
"""How Python holds the bytes 0x80 to 0xFF of a file name that is not UTF-8 (PEP 383)."""
_FOUR_DIGITS = 0xFFFF
_JOINERS = "\u200c\u200d"


def _is_unseen(character: str) -> bool:
    """Tell whether a character is none that a person sees: it is shown as an escape, so that it needs its code."""
    return not character.isprintable() and character not in _JOINERS
