"""Files joined byte by byte of a part in UTF-16 and one in another encoding, and what only looks like them."""

from __future__ import annotations

import codecs
import random
from typing import TYPE_CHECKING

import pytest
from reading_files import read_rows, read_sheets, refusal

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Name,Phone,City\r\n"
PEOPLE = {
    "English": ("Asha Rao", "Pune"),
    "French": ("Léa Noël", "Nîmes"),
    "Hindi": ("अनीता", "इंदौर"),
    "Chinese": ("李娜", "上海"),
    "Japanese": ("さとうはなこ", "おおさか"),
    "Korean": ("최민수", "ㄱㄴㄷㄹ"),
}
UTF16 = [
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-16-le", b""),
]


def rows(language: str, count: int, first: int = 0) -> str:
    """Return rows of people, each with a number of its own."""
    name, city = PEOPLE[language]
    return "".join(f"{name},{9_876_500_000 + 37 * at},{city}\r\n" for at in range(first, first + count))


@pytest.mark.parametrize("header", ["", HEADER])
@pytest.mark.parametrize(("codec", "mark"), UTF16)
@pytest.mark.parametrize("language", PEOPLE)
def test_utf8_after_utf16_is_refused(tmp_path: Path, language: str, codec: str, mark: bytes, header: str) -> None:
    """Hundreds of people would be one cell that means nothing, and the file would be read as right all the same."""
    first = mark + (HEADER + rows(language, 2)).encode(codec)
    (tmp_path / "leads.csv").write_bytes(first + (header + rows(language, 500, 2)).encode())
    said = refusal(tmp_path / "leads.csv")
    assert said.startswith("leads.csv is two files in one, from about line ")
    assert said.endswith(" on in another encoding: one part is UTF-16, one is not.")


@pytest.mark.parametrize("own", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(("codec", "mark"), UTF16)
@pytest.mark.parametrize("sizes", [(6, 500), (500, 6), (1, 1), (0, 9), (40_000, 3)])
def test_utf16_after_another_encoding_is_refused(
    tmp_path: Path, own: str, codec: str, mark: bytes, sizes: tuple[int, int]
) -> None:
    """Whichever part is the larger, and wherever it begins, the other part's people are not passed over."""
    before, after = sizes
    text = (HEADER + rows("French", before)).encode(own)
    (tmp_path / "leads.csv").write_bytes(text + mark + rows("French", after, before).encode(codec))
    assert refusal(tmp_path / "leads.csv").startswith("leads.csv is two files in one, from about line ")


def test_the_line_is_told(tmp_path: Path) -> None:
    """The line that the error names is that of the other part's first number, in either order."""
    first, second = HEADER + rows("English", 20), HEADER + rows("English", 5, 20)
    (tmp_path / "one.csv").write_bytes(first.encode("utf-16") + second.encode())
    (tmp_path / "two.csv").write_bytes(first.encode() + second.encode("utf-16"))
    assert refusal(tmp_path / "one.csv").startswith("one.csv is two files in one, from about line 23 on ")
    # The second part is the smaller here: the file is read as UTF-8.
    (tmp_path / "two.csv").write_bytes((first + rows("English", 5000, 20)).encode() + second.encode("utf-16"))
    assert refusal(tmp_path / "two.csv").startswith("two.csv is two files in one, from about line 5,023 on ")


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("between", [codecs.BOM_UTF16_BE, b"\n" + codecs.BOM_UTF16_LE])
def test_utf16_of_the_other_order_or_moved_by_a_byte_is_refused(tmp_path: Path, language: str, between: bytes) -> None:
    """Two exports with a single-byte line end between them, or of two programs, are no text of one order."""
    codec = "utf-16-be" if between == codecs.BOM_UTF16_BE else "utf-16-le"
    second = between + (HEADER + rows(language, 5, 9)).encode(codec)
    (tmp_path / "leads.csv").write_bytes((HEADER + rows(language, 9)).encode("utf-16") + second)
    assert refusal(tmp_path / "leads.csv").startswith("leads.csv is two files in one, from about line ")


@pytest.mark.parametrize(("codec", "mark"), [("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)])
def test_parts_of_one_encoding_are_read(tmp_path: Path, codec: str, mark: bytes) -> None:
    """A mark in the middle of a file whose parts have one encoding loses nobody."""
    first, second = rows("Hindi", 3), rows("Hindi", 3, 3)
    (tmp_path / "leads.csv").write_bytes(mark + (HEADER + first).encode(codec) + mark + second.encode(codec))
    found = [row[1] for row in read_rows(tmp_path / "leads.csv")]
    assert found == [row.split(",")[1] for row in (HEADER + first + second).splitlines()]


CHARACTERS = (
    "".join(map(chr, [*range(0x4E00, 0x9FA0), *range(0x3400, 0x4DB5, 7)])),  # Chinese
    "".join(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x3000, 0x3001, 0x3002, 0x3231, 0x3232])),
    "".join(map(chr, [*range(0x3131, 0x3164), *range(0xAC00, 0xD7A4, 11), 0x203B, 0x2026, 0x2020])),  # Korean
    "".join(map(chr, [*range(0x0900, 0x0980), *range(0x0A01, 0x0A7F), *range(0x0D00, 0x0D80), 0x0E01, 0x2028])),
    "\u3000一二三ㄱㄴㄷㄹㅁㅂ〇※†…─│㈱①🙂王",
)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("script", range(len(CHARACTERS)))
@pytest.mark.parametrize("marked", [True, False])
def test_text_of_any_script_is_no_other_part(tmp_path: Path, codec: str, script: int, *, marked: bool) -> None:
    """The bytes of many letters are ASCII, digits even: a hundred thousand of them in UTF-16 are read as they are."""
    chosen = random.Random(script)
    cells = ["".join(chosen.choices(CHARACTERS[script], k=chosen.randint(1, 40))) for _ in range(5000)]
    cells += [letter * 20 for letter in CHARACTERS[script]]
    text = "Name,Phone\n" + "".join(f"{cell},{9_876_500_000 + 37 * at}\n" for at, cell in enumerate(cells))
    (tmp_path / "leads.csv").write_bytes(("\ufeff" if marked else "").encode(codec) + text.encode(codec))
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert [row[0] for row in sheet.rows[1:]] == cells
    assert sheet.notes == ()


@pytest.mark.parametrize("last", ["", ",Pune"])
def test_a_column_in_utf16_is_no_part(tmp_path: Path, last: str) -> None:
    """A database that writes one column with NULs, and all that parts cells and lines without, is read as before."""
    wide = "9876500001".encode("utf-16-le").decode("latin-1")
    (tmp_path / "leads.csv").write_text(f"Name,Phone{last}\n" + f"Asha,{wide}{last}\n" * 9, encoding="latin-1")
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert sheet.notes == ("NUL characters left out",)
    assert sheet.rows[1:] == [f"Asha,9876500001{last}".split(",")] * 9
