"""Foreign text: cleaned before it is sent, made safe before it is shown, defused before it is written.

Text from files and servers is hostile until it has passed here. `clean*` make it fit for the request,
`safe` for a terminal or a log line, `defuse` and `restore` for cells of a spreadsheet. What must not be seen in it, the
secret and phone numbers, is hidden by `masking`.
"""

from __future__ import annotations

import pkgutil
import re
import unicodedata
from functools import cache, lru_cache, wraps
from itertools import chain, groupby
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")

NormalForm = Literal["NFC", "NFKC"]
AnyForm = Literal["NFC", "NFD", "NFKC", "NFKD"]

_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # part of how Hindi, Persian and emoji are written: kept inside text
BETWEEN = "^"
"""Joins cells: printable, never part of what normalises, and hardly ever beside a space."""

# Control characters become NUL, and BETWEEN a space: one look for NUL, and one for two spaces in a row, tell all.
_TRIED = bytes(
    0 if code < ord(" ") or code == ord("\x7f") else ord(" ") if code == ord(BETWEEN) else code for code in range(256)
)
_LONGEST_KEPT = 500
_SHOWN_LIMIT = 200
_MARKS_LIMIT = 8

# What a spreadsheet runs as a formula when a cell starts with it (OWASP, "CSV injection"), full-width forms included.
_SIGNS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b")
# A cell may be opened with another delimiter than it was written with; then a cell begins behind each of these.
_ENDS_CELL = re.compile(r"[,;|\t\r\n]")
# What a spreadsheet passes over before such a sign: quotes, blanks, control and invisible characters; and cells' ends.
_INVISIBLE = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_PASSED = rf"[\s,;|'\"\x00-\x1f\x7f-\x9f{_INVISIBLE}]"
_PASSED_OVER = re.compile(f"{_PASSED}+")
_ANY_SIGN = re.compile(rf"[{re.escape(''.join(_SIGNS))}\t\r\n]")  # most cells have none, which is soon seen
_ANY_UNSAFE = re.compile(rf"(?:\A|{_PASSED})[{re.escape(''.join(_SIGNS))}]|\A'*[\t\r\n]")
_UNSAFE_START = re.compile(r"'*[\t\r\n]")


def shipped_text(package: str, name: str) -> str:
    """Return the text of a UTF-8 file that comes with one of the program's packages.

    By pkgutil, since importlib.resources takes some milliseconds of each start to be imported.
    """
    data = pkgutil.get_data(package, name)
    if data is None:  # pragma: no cover - only loaders that keep no files give None
        raise FileNotFoundError(name)
    return data.decode()


def pattern(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Return a regular expression that is compiled when it is first used.

    Compiling the long ones takes 15 ms of a start, and a file of plain numbers and names uses few of them.
    """
    return cast("re.Pattern[str]", _Uncompiled(expression, flags))


def cached_if_short(maxsize: int) -> Callable[[Callable[_Asked, _Answer]], Callable[_Asked, _Answer]]:
    """Return a decorator like lru_cache for functions of a foreign text, their last argument: no long text is kept.

    A cell may have a megabyte, and a cache of some thousands of these would take the memory of the machine.
    """

    def decorate(function: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
        cached = cast("Callable[_Asked, _Answer]", lru_cache(maxsize=maxsize)(function))

        @wraps(function)
        def ask(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
            answer = cached if len(cast("str", args[-1])) <= _LONGEST_KEPT else function
            return answer(*args, **kwargs)

        return ask

    return decorate


def any_of(words: Iterable[str]) -> str:
    """Return an expression that finds any of many words, the longest first; letter by letter, it is a fast one."""
    after: dict[str, list[str]] = {}
    for word in words:
        after.setdefault(word[:1], []).append(word[1:])
    ends = after.pop("", None) is not None
    rest = "|".join(re.escape(first) + any_of(others) for first, others in sorted(after.items()))
    return f"(?:{rest}){'?' * ends}" if rest else ""


class _Uncompiled:
    """Stands for a pattern. Each of its methods is looked up once, and is the compiled pattern's own from then on."""

    def __init__(self, expression: str, flags: int) -> None:
        self._made_of = expression, flags

    def __getattr__(self, name: str) -> object:
        found = getattr(re.compile(*self._made_of), name)
        setattr(self, name, found)
        return found


# What a long run of marks behind one letter consists of: the halfwidth sound marks are letters, and become marks.
_RUN_OF_MARKS = pattern(r"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){64}")
_LONGEST_RUN = 64


def normalized(text: str, form: AnyForm) -> str:
    """Return a text in a Unicode form, as unicodedata does it, in a time that grows with its length alone.

    Python brings the marks behind a letter into their order one by one: a cell of a million, out of order, takes hours.
    """
    if len(text) < _LONGEST_RUN or text.isascii() or unicodedata.is_normalized(form, text):
        return unicodedata.normalize(form, text)
    if _RUN_OF_MARKS.search(text) is not None:
        text = _in_order(text, "NFKD" if "K" in form else "NFD")
    return unicodedata.normalize(form, text)


def _in_order(text: str, form: AnyForm) -> str:
    """Decompose a text and sort its marks (Unicode, 3.11, D109)."""
    parts = {char: unicodedata.normalize(form, char) for char in set(text)}
    ordered: list[str] = []
    decomposed = chain.from_iterable(map(parts.__getitem__, text))
    for _, run in groupby(decomposed, lambda char: unicodedata.combining(char) > 0):
        ordered += sorted(run, key=unicodedata.combining)  # letters have class 0, and stay as they stand
    return "".join(ordered)


def clean(text: str, *, form: NormalForm = "NFC") -> str:
    """Return text fit for the request: Unicode-normalised, without control or invisible characters, trimmed.

    Line breaks and tabs become spaces, and runs of spaces one space. Lone surrogates stay, for the caller to refuse.
    """
    if not text.isprintable():
        text = "".join(map(_cleaned_character, text))
    text = normalized(text, form)  # afterwards: what stood between a letter and its accent may be gone
    return " ".join(text.split())


def fold_name(text: str) -> str:
    """Return what names are compared by, as a service might: without regard to case, blanks and Unicode form."""
    # Twice: folding case can undo the normal form, and the form can bring letters with a case (Unicode, section 3.13).
    folded = normalized(normalized(text, "NFKC").casefold(), "NFKC")
    return " ".join(folded.split())


def _cleaned_character(char: str) -> str:
    if char.isprintable() or char in _ZERO_WIDTH_JOINERS:
        return char
    category = unicodedata.category(char)
    # Invisible ones go without a trace (a soft hyphen stands within a word); control characters leave a space, since a
    # tab or a line break stood between words. Surrogates and private use stay: the caller says what is wrong with them.
    if category in {"Cf", "Cn"}:
        return ""
    return char if category in {"Cs", "Co"} else " "


def joined(cells: Sequence[str]) -> str:
    """Join a column, for questions to the whole of it: one scan costs far less than a look at each cell."""
    return BETWEEN.join(cells)


def _is_clean_and_filled(together: str, form: NormalForm) -> tuple[bool, bool]:
    """Tell whether `clean` would leave every cell of a `joined` column as it is, and whether none is empty besides.

    May say no to both where it is so.
    """
    ends = together[:1] + together[-1:]
    if together.isascii():
        raw = together.encode().translate(_TRIED)  # a third of the time that isprintable takes
        if b"\0" in raw:
            return False, False
        if b"  " not in raw:  # two in a row may be no more than an empty cell
            return " " not in ends, bool(ends) and " " not in ends and BETWEEN not in ends
    elif not together.isprintable() or not unicodedata.is_normalized(form, together):
        return False, False
    clean_ = " " not in together or not (
        "  " in together or f" {BETWEEN}" in together or f"{BETWEEN} " in together or " " in ends
    )
    return clean_, clean_ and bool(ends) and BETWEEN not in ends and BETWEEN * 2 not in together


class Columns(list["Sequence[str]"]):
    """The columns of a block of rows, which stay as they are: what is asked of a whole one is found out once."""

    def __init__(self, columns: Iterable[Sequence[str]]) -> None:
        super().__init__(columns)
        self._joined: dict[int, str] = {}
        self._lower: dict[int, str] = {}
        self._looks: dict[tuple[int, NormalForm], tuple[bool, bool]] = {}

    def joined(self, at: int) -> str:
        """Return a column `joined`."""
        if at not in self._joined:
            self._joined[at] = joined(self[at])
        return self._joined[at]

    def lower(self, at: int) -> str:
        """Return a column joined, in lower case."""
        if at not in self._lower:
            self._lower[at] = self.joined(at).lower()
        return self._lower[at]

    def clean(self, at: int, form: NormalForm) -> bool:
        """Tell whether `clean` would leave every cell of a column as it is; may say no where it would."""
        return self._look(at, form)[0]

    def filled(self, at: int) -> bool:
        """Tell whether no cell of a column is blank; may say no where it is so."""
        return self._look(at, "NFC")[1]

    def _look(self, at: int, form: NormalForm) -> tuple[bool, bool]:
        text = self.joined(at)
        key = (at, "NFC" if text.isascii() else form)
        if key not in self._looks:
            self._looks[key] = _is_clean_and_filled(text, form)
        return self._looks[key]


def clean_column(cells: Sequence[str], *, form: NormalForm = "NFC") -> Sequence[str]:
    """Clean a column of cells; returns the very sequence where there was nothing to clean, as mostly."""
    if _is_clean_and_filled(joined(cells), form)[0]:
        return cells
    # Most cells of any column are clean, which costs a tenth of cleaning them.
    return [
        cell
        if cell.isascii() and cell.isprintable() and "  " not in cell and cell.strip(" ") == cell
        else clean(cell, form=form)
        for cell in cells
    ]


def safe(text: str, limit: int = _SHOWN_LIMIT) -> str:
    r"""Return foreign text as one harmless line of at most `limit` characters.

    Control, escape, bidi and other invisible characters are shown as `\x1b` or `\u202e`; combining marks
    that pile up are cut. What the reader sees is what is there.
    """
    shown = text[: limit + 1]  # escapes only lengthen: what is beyond can't be shown anyway
    if not shown.isascii():
        shown = _bounded_marks(shown)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c in _ZERO_WIDTH_JOINERS else _escaped(c) for c in shown)
    if len(shown) > limit or len(text) > limit:
        return f"{shown[: limit - 1].removesuffix('…')}…"
    return shown


def _bounded_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if marks <= _MARKS_LIMIT:
            kept.append(char)
        elif marks == _MARKS_LIMIT + 1:
            kept.append("…")
    return "".join(kept)


def _escaped(char: str) -> str:
    code = ord(char)
    if char <= "\xff":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\xa0": " "}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if char <= "\uffff" else f"\\U{code:08x}"


def defuse(cell: str) -> str:
    """Return the cell such that no spreadsheet runs it, whatever delimiter it takes: comma, semicolon, tab or pipe.

    An apostrophe goes before what would start a formula, at the cell's beginning and behind each delimiter in it.
    """
    if not (_ANY_SIGN.search(cell) and _ANY_UNSAFE.search(cell)):
        return cell
    if cell[0] in _SIGNS and not _ANY_UNSAFE.search(cell, 1):  # +91 98765 43210, as most unsafe cells are
        return _prefixed(cell)
    return _with_apostrophes(cell, put_in=True)


@cache
def _kinds() -> bytes:
    """Return a table of ASCII: signs to one sign, what is passed over to a blank, what ends lines to a tab."""
    return bytes(
        ord("\t" if char in "\t\r\n" else " " if re.match(_PASSED, char) else "=" if char in _SIGNS else "x")
        for char in map(chr, range(256))
    )


def may_run(cells: Sequence[str]) -> bool:
    """Tell whether `defuse` may change a cell of a column, by a scan of the whole; may say yes where it would not."""
    text = "\x1f" + "\x1f".join(cells)  # passed over, as what ends a cell is
    if text.isascii():
        kinds = text.encode().translate(_kinds())
        return b" =" in kinds or b"\t" in kinds
    return _ANY_SIGN.search(text) is not None and (
        _ANY_UNSAFE.search(text) is not None or any(char in text for char in "\t\r\n")
    )


def restore(cell: str) -> str:
    """Undo `defuse`, for reading back a file that this program wrote."""
    return _with_apostrophes(cell, put_in=False) if "'" in cell else cell


def _with_apostrophes(cell: str, *, put_in: bool) -> str:
    """Put an apostrophe where a cell would begin with a sign, or take one away there. Linear in the cell's length."""
    change = _prefixed if put_in else _unprefixed
    parts: list[str] = []
    at = 0
    for gap in _PASSED_OVER.finditer(cell):
        parts.append(cell[at : gap.start()])
        at = gap.end()
        followed = at < len(cell) and cell[at] in _SIGNS
        begins = gap.start() == 0 and (followed or _UNSAFE_START.match(gap[0]) is not None)
        if not followed:
            parts.append(change(gap[0]) if begins else gap[0])
            continue
        pieces = _ENDS_CELL.split(gap[0])
        ends = _ENDS_CELL.findall(gap[0])
        parts.append(change(pieces[0]) if begins else pieces[0])
        parts += [end + change(piece) for end, piece in zip(ends, pieces[1:], strict=True)]
    parts.append(cell[at:])
    whole = "".join(parts)
    return f"'{whole}" if put_in and cell[:1] in _SIGNS else whole


def _prefixed(text: str) -> str:
    return f"'{text}"


def _unprefixed(text: str) -> str:
    return text.removeprefix("'")
