"""Bytes → text: which encoding a file has, decided on the whole of it, and a reader for it.

A byte-order mark decides; else the places of NULs show UTF-16; else a file that is valid UTF-8 all through is
UTF-8; else it is a code page, judged by the lines that have bytes outside ASCII.

Every candidate, a code page for a language, decodes the words with bytes outside ASCII, and is rated by what comes out:
letters of that language count for it; letters it does not use, signs within words, a capital after a small letter and
two scripts in one word count against it. Short lists are the rule, so letters tell more than their frequencies do.
"""

from __future__ import annotations

import codecs
import io
import math
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.bounds import MAX_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed import WriteableBuffer

_CHUNK = 1024 * 1024
_BUFFER = 64 * 1024
_END = 4096  # bytes of a buffer in which its last line end mostly is
_SAMPLE = 32 * 1024

_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32 LE"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)
_OUTSIDE_ASCII = re.compile(rb"[\x80-\xff]")
_LINE_END = re.compile(rb"[\r\n]")
_BLANK = re.compile(rb"[\x00-\x2f]")  # the second byte of no character in any code page
_BEFORE, _LONG = 60, 1000  # bytes of a line before its first character outside ASCII, and from there on
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = bytes(range(0x80, 0x100))
_CONTROLS = bytes([*range(1, 9), *range(14, 26), 28, 29, 127])  # text has none; it may have NUL or ESC
_BINARY = 0.04  # random bytes have a tenth of them, text next to none
_FEW = 20
_ASCII_SHARE = 0.1
_MOSTLY = 0.5
_WHOLE = 0.6  # in text of one byte a character, delimiters rarely have a NUL beside them


class TextFile(Struct, frozen=True):
    """A text file: `name` fit to be shown, `stream` seekable, `encoding` as decided, `size` about its bytes.

    It can be opened often.
    """

    name: str
    stream: BinaryIO
    encoding: Encoding
    size: int

    def open(self, *, by_lines: bool = True, max_line: int = MAX_ROW) -> io.TextIOWrapper:
        """Open the text from its start; line ends are left as they are. Bytes that mean nothing become U+FFFD.

        `by_lines` guards those who read by lines against a line that would fill the memory, one over `max_line`.
        """
        self.stream.seek(0)
        raw = _Bytes(self.stream, self.name, max_line if by_lines else math.inf)
        buffered = _Generous(raw, _BUFFER)
        return io.TextIOWrapper(buffered, self.encoding.codec, errors=self.encoding.errors, newline="")


class Encoding(Struct, frozen=True):
    """How a file's bytes become text.

    `codec` and `errors` are Python's, `label` is the name people know, `nuls` tells that there may be NULs to leave
    out, `notes` what a user should know.
    """

    codec: str
    label: str
    errors: str = "replace"
    nuls: bool = False
    notes: tuple[str, ...] = ()


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read what is not UTF-8, byte by byte, as Windows-1252: rows pasted from another file, mostly."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_MIXED = "telecmi_leads.windows-1252"
codecs.register_error(_MIXED, _as_windows_1252)


def text_file(stream: BinaryIO, name: str, size: int) -> TextFile:
    """Find a text file's encoding; raises SourceUnreadable for a binary file."""
    return TextFile(name, stream, _decide(stream, name), size)


def _decide(stream: BinaryIO, name: str) -> Encoding:
    stream.seek(0)
    head = stream.read(_CHUNK)
    for mark, codec, label in _WIDE_BOMS:
        if head.startswith(mark):
            return Encoding(codec, label, nuls=True)
    wide = _wide(head)
    if wide is not None:
        return wide
    if len(head) - len(head.translate(None, _CONTROLS)) > max(_FEW, _BINARY * len(head)):
        raise SourceUnreadable(
            f"{name} is a binary file of no known kind.", hint="Export the leads as CSV, XLSX or JSON."
        )
    return _narrow(stream, head)


def _wide(head: bytes) -> Encoding | None:
    """Tell UTF-16 without a mark: read so, a tenth of it at least is ASCII, and what parts cells and lines is whole."""
    if 0 not in head:
        return None
    sample = head[: _SAMPLE - _SAMPLE % 2]
    best, best_share = None, _ASCII_SHARE
    for codec, label, low in (("utf-16-le", "UTF-16 LE", sample[0::2]), ("utf-16-be", "UTF-16 BE", sample[1::2])):
        text = sample.decode(codec, "replace")
        share = len(text.encode("ascii", "ignore").translate(None, _CONTROLS + b"\0")) / max(len(text), 1)
        whole = sum(map(text.count, "\n,;"))
        parted = share > _MOSTLY or whole >= _WHOLE * sum(map(low.count, b"\n,;"))
        parted = parted and any(char in text for char in "\n\r,;\t|{[<")
        if share > best_share and parted and text.count("\0") < _ASCII_SHARE * share * len(text):
            best, best_share = Encoding(codec, label, nuls=True), share
    return best


def _narrow(stream: BinaryIO, head: bytes) -> Encoding:
    marked = head.startswith(codecs.BOM_UTF8)
    codec, label = ("utf-8-sig", "UTF-8 with BOM") if marked else ("utf-8", "UTF-8")
    nuls, valid = _looked_through(stream, head)
    notes = ("NUL characters left out",) if nuls else ()
    if valid:
        return Encoding(codec, label, nuls=nuls, notes=notes)
    lines, sequences, others = _outside_ascii(stream)
    # Two files pasted together, or one cell from another program: the larger part decides, and the note says the rest.
    if marked or sequences >= others:
        note = f"{others:,} bytes that are not UTF-8 read as Windows-1252"
        return Encoding(codec, label, errors=_MIXED, nuls=nuls, notes=(note, *notes))
    codec = guess_codepage(lines)
    return Encoding(codec, LABELS[codec], nuls=nuls, notes=notes)


def _looked_through(stream: BinaryIO, head: bytes) -> tuple[bool, bool]:
    """Tell whether a file, of which `head` has been read, has NULs, and whether it is valid UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    nuls, ascii_only, valid, chunk = False, True, True, head
    while chunk:
        nuls = nuls or 0 in chunk
        ascii_only = ascii_only and chunk.isascii()
        # Nearly all files are ASCII to the end: the decoder is only asked from the first byte on that is not.
        if valid and not ascii_only:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        chunk = stream.read(_CHUNK)
    # Bytes that the decoder still holds are a character that was cut: then it is not UTF-8 throughout.
    return nuls, valid and not decoder.getstate()[0]


def _outside_ascii(stream: BinaryIO) -> tuple[list[bytes], int, int]:
    """Collect lines with bytes outside ASCII, and count UTF-8 sequences and the bytes that belong to none."""
    stream.seek(0)
    lines: list[bytes] = []
    room, sequences, others = _SAMPLE, 0, 0
    while chunk := stream.read(_CHUNK):
        if chunk.isascii():
            continue
        valid = _UTF8_SEQUENCE.findall(chunk)
        sequences += len(valid)
        others += len(chunk) - len(chunk.translate(None, _HIGH)) - sum(map(len, valid))
        end = 0
        while room > 0 and (found := _OUTSIDE_ASCII.search(chunk, end)):
            before, start, end = end, found.start(), _piece_end(chunk, found.start())
            lines.append(chunk[max(before, start - _BEFORE) : end])
            room -= len(lines[-1])
    return lines, sequences, others


def _piece_end(chunk: bytes, start: int) -> int:
    """Return where a piece of a line ends that is long enough to judge: at a byte that is not part of a character."""
    ends = _LINE_END.search(chunk, start, start + _LONG) or _BLANK.search(chunk, start + _LONG, start + 2 * _LONG)
    return ends.start() + 1 if ends else min(start + 2 * _LONG, len(chunk))


class _Generous(io.BufferedReader):
    """A buffer that gives a TextIOWrapper more than the 8 KiB it asks for at a time, which it takes as well."""

    def read1(self, size: int = -1, /) -> bytes:
        return super().read1(max(size, _BUFFER))


class _Bytes(io.RawIOBase):
    """A view of a stream that can be closed alone, and that refuses lines of more than `max_line` bytes."""

    def __init__(self, stream: BinaryIO, name: str, max_line: float) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._max_line = max_line
        self._since_line_end = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        read = cast("io.BufferedIOBase", self._stream).readinto(view)  # as all that are opened or unpacked here
        end = bytes(view[max(0, read - _END) : read])
        last = max(end.rfind(b"\n"), end.rfind(b"\r"))
        if last < 0 and read > _END:
            end = bytes(view[:read])
            last = max(end.rfind(b"\n"), end.rfind(b"\r"))
        # Only the end of the buffer is searched: what counts is how far back the last line end is.
        self._since_line_end = len(end) - last if last >= 0 else self._since_line_end + read
        if self._since_line_end > self._max_line:
            raise SourceUnreadable(
                f"{self._name} has a line of more than {int(self._max_line) >> 20} MB.",
                hint="It is damaged, or not the kind of file it looks like: export it again.",
            )
        return read


# --- which code page ---------------------------------------------------------------------------------------

DEFAULT = "cp1252"

LABELS = {
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp874": "Windows-874",
    "cp850": "DOS 850",
    "cp866": "DOS 866",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "iso8859_2": "ISO 8859-2",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp932": "Shift JIS",
    "cp949": "Windows-949",
}

_WORD = re.compile(rb"[A-Za-z'\x80-\xff]+")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_WORDS = 800
# The signs of Windows-1252 where they may stand beside a letter: after one, before one, on both sides, or on neither.
_AFTER_LETTERS = frozenset("…™®©”»›†‡")
_BEFORE_LETTERS = frozenset("“‘„‚«‹¡¿•§©")
_JOINS = frozenset("’–—\xa0\xad·°")
_ALONE = frozenset("€£¥¢±²³¼½¾×µ¹ºª´¨¬¤¦")
_SIGN_OF = {
    byte: sign
    for byte in range(0x80, 0x100)
    if (sign := bytes([byte]).decode(DEFAULT, "replace")) in _AFTER_LETTERS | _BEFORE_LETTERS | _JOINS | _ALONE
}
_MOST_SIGNS = 3  # one after the other; more are letters of another alphabet, unless they are all one sign
_SIGNS = frozenset("’‘“”–—…€«»„‚·´ªº°№\xad®™£§¿¡\xa0")

# Letters outside ASCII of each language, small; capitals are added. A code page stands once for each of its languages.
_WESTERN = ("éèêëàâçîïôùûüÿœæ", "äöüßé", "áéíóúñü", "ãõçáéíóúâêôàü", "àèéìòùí", "åäöéü", "æøåéö", "àçéèíïóòúü·ñ")
_ICELANDIC = "áéíóúýþæöð"
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_CYRILLIC = ("оеаинтсрвлкмдпуя", "ыьгзбчйхжшюцщэфёъіїєґў")  # the common ones, the others
_LATIN = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1254": ("çğıöşüâîûİ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "õäöüšž"),
    "iso8859_2": _CENTRAL,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
}
_OTHER = {
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "cp1253": ("αοιετσνηυρπκμλς", "βγδζθξφχψωάέήίόύώϊϋ"),
    "cp1255": ("יוהלאתרבמשנח", "גדזטכךםןסעפףצץק"),
    "cp1256": ("اليمنوتربعده", "ثجحخذزسشصضطظغفقكىةأإآءئؤپچژگں"),
    "cp874": ("านรกอเงมยลวดทสต่้ัี", "ขคฆจฉชซฌญฎฏฐฑฒณถธนบปผฝพฟภรศษหฬฮฯะาำิึืุูโใไๅๆ็๊๋์แ๐๑๒๓๔๕๖๗๘๙"),
}
# The first bytes of the everyday characters of each East Asian code page, in the character set that orders them.
_EASTERN = {
    "gb18030": ("gb2312", range(0xB0, 0xD8)),
    "big5": ("big5", range(0xA4, 0xC7)),
    "cp932": ("cp932", range(0x88, 0x98)),
    "cp949": ("euc_kr", range(0xB0, 0xC9)),
}
# What tips the scales between pages that rate alike: the commoner one, and hangul before the hanzi of the same bytes.
_TIP = {"cp1252": 0.04, "cp1250": 0.02, "cp949": 0.02, "koi8_r": -0.2, "cp866": -0.05, "mac_roman": -0.1, "cp850": -0.1}
_OF_SEVERAL = 0.93  # a list of people of several Western countries, against one that is all of one language
_RARE = 0.85  # Icelandic, whose own letters stand where Turkish has its
_NO_CAPITALS = 0.15  # names and places have some, in the scripts that have capitals
_TOO_FEW = 2  # words, to miss capitals among them
_TWO_BYTES = 2  # of the double-byte code pages' characters; GB 18030 and EUC-JP have longer ones, which are rare


class _Letters(Struct, frozen=True):
    """What to expect of a decoded text: letters with their worth, and whether they stand beside ASCII letters."""

    worth: dict[str, float]
    latin: bool


def guess_codepage(lines: Iterable[bytes]) -> str:
    """Return the code page that reads lines with bytes outside ASCII best; Windows-1252 where none does."""
    text = b"\n".join(lines)
    found = Counter(word for word in _WORD.findall(text) if not word.isascii())
    words = [(word, count) for word, count in found.most_common(_WORDS) if not _has_signs_only(word)]
    if not words:
        return DEFAULT
    best, best_rate = DEFAULT, 0.0
    for codec, rate in _rates(text, words):
        if rate + _TIP.get(codec, 0.0) > best_rate:
            best, best_rate = codec, rate + _TIP.get(codec, 0.0)
    return best


def _has_signs_only(word: bytes) -> bool:
    """Tell whether all that is outside ASCII in a word are typographic signs where Windows-1252 would have them.

    Such a sign is not evidence of another code page: "£ 900" is not the Polish Ł, a blank that must not break no á.
    """
    for run in _HIGH_RUN.finditer(word):
        signs = [_SIGN_OF.get(byte, "") for byte in run[0]]
        if "" in signs or (len(signs) > _MOST_SIGNS and len(set(signs)) > 1):
            return False
        if word[: run.start()][-1:].isalpha() and signs[0] not in _JOINS | _AFTER_LETTERS:
            return False
        if word[run.end() :][:1].isalpha() and signs[-1] not in _JOINS | _BEFORE_LETTERS:
            return False
    return True


def _rates(text: bytes, words: list[tuple[bytes, int]]) -> Iterable[tuple[str, float]]:
    for codec, languages in _LATIN.items():
        decoded = [(word.decode(codec, "replace"), count) for word, count in words]
        yield codec, max(_rate(decoded, _letters(1.0, language)) for language in languages)
        if languages is _WESTERN:
            yield codec, _OF_SEVERAL * _rate(decoded, _letters(1.0, "".join(languages)))
        if codec == DEFAULT:
            yield codec, _RARE * _rate(decoded, _letters(1.0, _ICELANDIC))
    for codec, (common, others) in _OTHER.items():
        decoded = [(word.decode(codec, "replace"), count) for word, count in words]
        worth = _letters(1.0, common).worth | _letters(0.5, others).worth
        lower_only = len(words) > _TOO_FEW and all(word == word.lower() != word.upper() for word, _ in decoded)
        yield codec, _rate(decoded, _Letters(worth, latin=False)) - (_NO_CAPITALS if lower_only else 0)
    for codec in _EASTERN:
        yield codec, _eastern_rate(text, codec)


def _letters(worth: float, language: str) -> _Letters:
    return _Letters(dict.fromkeys(language + language.upper(), worth), latin=True)


def _rate(words: list[tuple[str, int]], letters: _Letters) -> float:
    """Rate decoded words: about 1 for text of the language, below 0 for nonsense."""
    total, count = 0.0, 0
    for word, times in words:
        before = ""
        for char in word:
            if not char.isascii():
                total += times * _worth(char, before, letters)
                count += times
            elif not letters.latin and before in letters.worth and char.isalpha():
                total -= 2 * times
            if before.islower() and char.isupper():
                total -= 2 * times
            before = char
    return total / max(count, 1)


def _worth(char: str, before: str, letters: _Letters) -> float:
    worth = letters.worth.get(char)
    if worth is not None:
        if letters.latin:
            return worth - 0.3 if before and not before.isascii() and before.isalpha() else worth
        return worth - 2 if before.isascii() and before.isalpha() else worth
    if char in _SIGNS:
        return 0.3
    if char == "\ufffd" or unicodedata.category(char) == "Cc":
        return -8
    if char.isalpha():
        return -1
    return -3 if before.isalpha() or not before else -1.5


def _eastern_rate(text: bytes, codec: str) -> float:
    everyday = _everyday(codec)
    total, count, before = 0.0, 0, ""
    for char in text.decode(codec, "replace"):
        if not char.isascii():
            total += everyday(char) - (2 if before.isascii() and before.isalpha() else 0)
            count += 1
        elif char.isalpha() and not before.isascii():
            total -= 2
        before = char
    return total / max(count, 1)


def _everyday(codec: str) -> Callable[[str], float]:
    base, first_bytes = _EASTERN[codec]

    def worth(char: str) -> float:
        if char == "\ufffd":
            return -8
        if "\u3041" <= char <= "\u30fc":
            return 1 if codec == "cp932" else -1
        if "\u3001" <= char <= "\u3011" or "\uff01" <= char <= "\uff5e":
            return 1
        if "\uff61" <= char <= "\uff9f":
            return 0.1
        try:
            encoded = char.encode(base)
        except UnicodeEncodeError:
            return -1
        return 1 if len(encoded) == _TWO_BYTES and encoded[0] in first_bytes else -1

    return worth
