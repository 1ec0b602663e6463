"""Encodings: what a text file is in, decided on the whole of it (row 27 of the fault list)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import read_rows, read_sheets, refusal

from telecmi_leads.files.codepages import guess_codepage

if TYPE_CHECKING:
    from pathlib import Path

# Short lists as people have them, by language, with the code pages they come in.
LISTS = {
    "French": (
        "cp1252 mac_roman cp850",
        "Prénom;Nom;Ville;Note\nLéa;Martin;Orléans;à rappeler\nZoé;Noël;Nîmes;déjà vue",
    ),
    "German": ("cp1252 mac_roman cp850", "Vorname;Name;Straße\nJürgen;Müller;Hauptstraße 3\nKäthe;Größ;Schloßallee"),
    "Spanish": ("cp1252 mac_roman cp850", "Nombre;Teléfono\nJosé Núñez;5551234\nMaría Peña;5551235"),
    "Portuguese": ("cp1252", "Nome;Endereço\nJoão;São Paulo\nConceição;Brasília"),
    "Swedish": ("cp1252 mac_roman", "Förnamn;Ort\nÅsa Öberg;Malmö\nHåkan Sjöström;Västerås"),
    "Danish": ("cp1252", "Navn;By\nSøren Kjær;Århus\nJørgen Møller;Nørrebro"),
    "Icelandic": ("cp1252", "Nafn;Staður\nGuðmundur Þór;Reykjavík\nÞorvaldur Ægisson;Kópavogur"),
    "Polish": ("cp1250 iso8859_2", "Imię;Miasto\nŁukasz Wiśniewski;Łódź\nMałgorzata Dąbrowska;Kraków"),
    "Czech": ("cp1250", "Jméno;Město\nJiří Dvořák;Plzeň\nVěra Růžičková;Žďár"),
    "Hungarian": ("cp1250", "Név;Város\nGergő;Győr\nSzűcs Ágnes;Székesfehérvár"),
    "Romanian": ("cp1250", "Nume;Oraş\nŞtefan Ioniţă;Iaşi\nMădălina;Bucureşti"),
    "Turkish": ("cp1254", "Adı;Şehir\nAyşe Yılmaz;İstanbul\nGökhan Çağlar;Muğla"),
    "Lithuanian": ("cp1257", "Vardas;Pavardė\nŽivilė;Petrauskienė\nJūratė;Kazlauskaitė"),
    "Latvian": ("cp1257", "Vārds;Pilsēta\nJānis Bērziņš;Rīga\nLīga Kalniņa;Jēkabpils"),
    "Russian": ("cp1251 koi8_r cp866", "Имя;Город\nИван Петров;Москва\nОльга Сидорова;Казань"),
    "Ukrainian": ("cp1251", "Ім'я;Місто\nОлексій Шевченко;Київ\nНаталія;Львів"),
    "Greek": ("cp1253", "Όνομα;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΕλένη;Θεσσαλονίκη"),
    "Hebrew": ("cp1255", "שם;טלפון;עיר\nיוסי כהן;0501234567;תל אביב\nרחל לוי;0521234567;חיפה"),
    "Arabic": ("cp1256", "الاسم;المدينة\nمحمد علي;الرياض\nفاطمة الزهراء;جدة"),
    "Thai": ("cp874", "ชื่อ;จังหวัด\nสมชาย ใจดี;กรุงเทพ\nมาลี ศรีสุข;เชียงใหม่"),
    "Chinese": ("gb18030", "姓名;城市\n张伟;北京\n李娜;上海\n王芳;广州"),
    "Chinese in Taiwan": ("big5", "姓名;城市\n陳怡君;台北\n林志明;高雄"),
    "Japanese": ("cp932", "氏名;住所\n山田太郎;東京都\n佐藤ハナコ;大阪府"),
    "Korean": ("cp949", "이름;도시\n김철수;서울\n이영희;부산"),
}
CASES = [(language, codec) for language, (codecs, _) in LISTS.items() for codec in codecs.split()]

MARKED = [
    ("utf-8", b"", "UTF-8"),
    ("utf-8", b"\xef\xbb\xbf", "UTF-8 with BOM"),
    ("utf-16-le", b"\xff\xfe", "UTF-16 LE"),
    ("utf-16-be", b"\xfe\xff", "UTF-16 BE"),
    ("utf-16-le", b"", "UTF-16 LE"),
    ("utf-16-be", b"", "UTF-16 BE"),
    ("utf-32-le", b"\xff\xfe\x00\x00", "UTF-32 LE"),
]


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_code_pages_by_their_letters(tmp_path: Path, language: str, codec: str) -> None:
    """Lists of two or three people are enough to tell the code page."""
    text = LISTS[language][1]
    (tmp_path / "leads.csv").write_bytes(text.encode(codec))
    assert read_rows(tmp_path / "leads.csv") == [line.split(";") for line in text.split("\n")]


@pytest.mark.parametrize(
    "cell",
    [
        "call 10 – 12", "said “maybe”", "it’s ‘so’", "£ 900", "€5", "20 °C", "98765\xa000001", "and so on…", "• first",
        "Brand™", "«ja»", "Asha\xa0Rao", "mañana £ 5", "Zoë – new", "¿qué?", "½ day", "10—12", "5\xa0\xa0\xa06",
    ],
)  # fmt: skip
def test_a_typographic_sign_is_windows_1252(tmp_path: Path, cell: str) -> None:
    """Typographic signs, alone or beside Western letters, are no evidence of another code page."""
    (tmp_path / "leads.csv").write_bytes(
        f"Name,Phone,Note\nAsha,9876500001,{cell}\nRavi,9876500002,\n".encode("cp1252")
    )
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert (sheet.encoding, sheet.rows[1][2]) == ("Windows-1252", cell)


@pytest.mark.parametrize(("codec", "mark", "label"), MARKED)
def test_unicode_with_and_without_mark(tmp_path: Path, codec: str, mark: bytes, label: str) -> None:
    """Every Unicode encoding is told, whatever the script, and named as people know it."""
    text = "Name,Phone,City\nअनीता,९८७६५०००४१,इंदौर\nLéa,+33 6 12 34 56 78,Orléans\n"
    (tmp_path / "leads.csv").write_bytes(mark + text.encode(codec))
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert sheet.encoding == label
    assert sheet.rows == [line.split(",") for line in text.splitlines()]


def test_the_whole_file_decides(tmp_path: Path) -> None:
    """One accent after a megabyte of ASCII is enough to leave UTF-8."""
    (tmp_path / "leads.csv").write_bytes(b"Name,City\n" + b"Asha,Pune\n" * 150_000 + b"Jos\xe9,Orl\xe9ans\n")
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert (sheet.encoding, sheet.rows[-1]) == ("Windows-1252", ["José", "Orléans"])


def test_a_list_in_big5_may_have_the_signs_of_hong_kong(tmp_path: Path) -> None:
    """What Windows and browsers call Big5 has more letters than the standard, in names above all."""
    text = "姓名,城市\n" + "陳怡君,台北\n林志明,高雄\n" * 20 + "陳喆,碁園\n"
    (tmp_path / "leads.csv").write_bytes(text.encode("big5hkscs"))
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert (sheet.encoding, sheet.notes) == ("Big5", ())
    assert sheet.rows == [line.split(",") for line in text.splitlines()]


def test_utf8_with_rows_of_another_file(tmp_path: Path) -> None:
    """A few foreign bytes in UTF-8 are read as Windows-1252, and counted in a note; the rest stays right."""
    data = "Name,City\nअनीता,इंदौर\nZoé,Nîmes\n".encode() + b"Jos\xe9,Orl\xe9ans\n"
    (tmp_path / "leads.csv").write_bytes(data)
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert sheet.encoding == "UTF-8"
    assert sheet.notes == ("2 bytes that are not UTF-8 read as Windows-1252",)
    assert sheet.rows == [["Name", "City"], ["अनीता", "इंदौर"], ["Zoé", "Nîmes"], ["José", "Orléans"]]


def test_undefined_bytes_are_told(tmp_path: Path) -> None:
    """A byte that no code page defines becomes U+FFFD, which is sent: a note says how many, and where they begin."""
    (tmp_path / "leads.csv").write_bytes(b"Name,City\nJos\xe9 \x81\x8d,Orl\xe9ans\n")
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert sheet.rows[1] == ["José \ufffd\ufffd", "Orléans"]
    assert sheet.notes == ("2 characters, the first in line 2, can't be read and are sent as U+FFFD",)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ("Name,City\nनीता,Pune\n".encode() + b"Jos\x81,Pune\n", "is sent as U+FFFD"),
        ("Name,City\nनीता,Pune\nX\ud83d,Pune\n".encode("utf-16", "surrogatepass"), "is sent as U+FFFD"),
        ('[\n{"Name":"नीता"},{"Name":"'.encode() + b'Jos\x81"}]', "is sent as U+FFFD"),
        (b"BEGIN:VCARD\nVERSION:3.0\nFN:Jos\xe9 \x81\nTEL:9876500001\nEND:VCARD\n", "is sent as U+FFFD"),
        (b"<table><tr><td>Name</td>\n<td>Jos\xe9 \x81</td></tr></table>", "is sent as U+FFFD"),
    ],
)
def test_what_can_not_be_read_is_told_in_every_text_format(tmp_path: Path, data: bytes, note: str) -> None:
    """Half a character, or a byte that no encoding has, is not sent in silence."""
    (tmp_path / "leads").write_bytes(data)
    (sheet,) = read_sheets(tmp_path / "leads")
    assert any(each.startswith("a character in line ") and each.endswith(note) for each in sheet.notes)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "gb18030"])
def test_a_replacement_character_of_the_files_own_needs_no_note(tmp_path: Path, codec: str) -> None:
    """What a program before has lost is text like any other."""
    (tmp_path / "leads.csv").write_bytes("姓名,城市\n李\ufffd,北京\n王芳,上海\n张伟,广州\n".encode(codec))
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert (sheet.rows[1], sheet.notes) == (["李\ufffd", "北京"], ())


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "cp1252"])
def test_nuls_are_left_out(tmp_path: Path, codec: str) -> None:
    """(Row 27) NUL characters are no part of a name or number, and are left out."""
    text = "Name,Phone\nA\0sha\0,98765\0 00001\nLéa,9876500002\n" + "Ravi,9876500003\n" * 50
    (tmp_path / "leads.csv").write_bytes(text.encode(codec))
    (sheet,) = read_sheets(tmp_path / "leads.csv")
    assert sheet.rows[1:3] == [["Asha", "98765 00001"], ["Léa", "9876500002"]]
    assert sheet.notes == (("NUL characters left out",) if codec != "utf-16-le" else ())


def test_a_cut_character_at_the_end(tmp_path: Path) -> None:
    """A file cut in the middle of a character is read; what is left of the character is no letter."""
    (tmp_path / "leads.csv").write_bytes("Name,City\nZoé,Nîmes\nअनीता,इं".encode()[:-1])
    rows = read_rows(tmp_path / "leads.csv")
    assert rows[:2] == [["Name", "City"], ["Zoé", "Nîmes"]]
    assert rows[2][0] == "अनीता"


def test_endless_line_is_refused(tmp_path: Path) -> None:
    """A line that would fill the memory is refused."""
    (tmp_path / "leads.csv").write_bytes(b"a," * 9_000_000)
    assert refusal(tmp_path / "leads.csv") == "leads.csv has a line of more than 2 MB."


@given(st.binary(max_size=400))
def test_any_bytes_have_a_code_page(data: bytes) -> None:
    """Whatever the bytes, a code page comes out that decodes them, and leaves plain letters as they are."""
    header = "Name,Mobile\n"
    page = guess_codepage([header.encode(), data])
    assert (header.encode() + data).decode(page, "replace").startswith(header)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("char", ["\ufdef", "\uffff", "\ufffd", "\ue000", "\U0001fffe"])
def test_an_odd_character_that_stands_in_the_file_is_not_lost(tmp_path: Path, codec: str, char: str) -> None:
    """Noncharacters are valid in every Unicode encoding: nothing is said of them."""
    path = tmp_path / "leads.csv"
    path.write_bytes(f"Name,Phone\nAsha{char} Jürgen,9876500001\n".encode(codec))
    (sheet,) = read_sheets(path)
    assert not [note for note in sheet.notes if "can't be read" in note]
