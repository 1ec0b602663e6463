"""Delimited text: dialects, line ends, quotes in and out of order (row 27 of the fault list)."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from reading_files import read_bounded, read_rows, read_sheets, refusal

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.delimiters import decide_dialect

# --- delimiters and line ends ---------------------------------------------------------------------


def written(tmp_path: Path, text: str) -> Path:
    """Write a file without changing its line ends."""
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name,Phone\nAsha,1\n", ","),
        ("Name;Phone;Note\nAsha;1;3,50\nRavi;2;4,50\n", ";"),
        ("Name\tPhone\tAddress\nAsha\t1\tMG Road, Pune\nRavi\t2\tHill Road, Goa\n", "\t"),
        ("Name|Phone\nAsha|1\n", "|"),
        ("Name,Phones\nAsha,1;2;3\nRavi,4;5;6\n", ","),
        ("Report of May\n\nName;Phone;City\nAsha;1;Pune\nRavi;2;Goa\n", ";"),
        ('A;B;C\nx;1;2\n"y";3;4\n\nMy report\nAll rights reserved.\nConfidential\nMade by Asha, 1 May\n', ";"),
        ("Gamma Ltd\n12 MG Road, Pune\nPhone: 1\nLedger\n\nName,Mobile,City\nAsha,1,Pune\n", ","),
        ('Made\n"Jan 1, 2026"\nWhat,Id\nx,1\nWhen,Long\ny,2\nWho\nName,Email,Phone,City\nA,a,1,b\n', ","),
        ("1\n2\n3\n4,5,6\n7,8,9\n10\n11\n12\n", None),
        ("Name,Tags,Note\nAsha,a|b|c,x\nRavi,a|b|c,y\n", ","),
        ('"Menon, Asha";"1"\n"Rao, Ravi";"2"\n', ";"),
        ("Name\nMenon, Asha\nRao, Ravi\nRoy, Anil\n", None),
        ("Name\nAsha\nRavi\nAnil\n", None),
        ("9876500001\n9876500002\n", None),
        ("9876500001, 9876500002\n9876500003\n9876500004\n9876500005\n", None),
        ("Address\nHauptstr. 3; Hof\nAm Markt\nWeg 4; Keller\n", None),
    ],
)
def test_delimiters(tmp_path: Path, text: str, delimiter: str | None) -> None:
    """The delimiter is what parts the rows alike; a file of one column is one column."""
    (sheet,) = read_sheets(written(tmp_path, text))
    assert sheet.delimiter == delimiter
    if delimiter is None:
        assert sheet.rows == [[line] for line in text.splitlines()]


def test_sep_line(tmp_path: Path) -> None:
    """Excel's sep= line says the delimiter and is no row, as in Excel."""
    for text in ("sep=|\r\nName|Phone\r\nA|1", '"sep=|"\nName|Phone\nA|1', "SEP=|\rName|Phone\rA|1"):
        (sheet,) = read_sheets(written(tmp_path, text))
        assert (sheet.delimiter, sheet.rows, sheet.first_row) == ("|", [["Name", "Phone"], ["A", "1"]], 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    """LF, CRLF and the lone CR of old Macs end a line; within quotes they are text."""
    text = end.join(["Name,Note", f'Asha,"one{end}two"', "", "Ravi,three", ""])
    assert read_rows(written(tmp_path, text)) == [["Name", "Note"], ["Asha", f"one{end}two"], [], ["Ravi", "three"]]


def test_mixed_line_ends(tmp_path: Path) -> None:
    """Line ends may change in a file that was put together from several."""
    rows = read_rows(written(tmp_path, "N,P\r\nA,1\nB,2\rC,3"))
    assert rows == [["N", "P"], ["A", "1"], ["B", "2"], ["C", "3"]]


def test_ragged_rows_stay_ragged(tmp_path: Path) -> None:
    """Missing and additional cells are left for others to judge; none is dropped or made up."""
    rows = read_rows(written(tmp_path, "a,b,c\n1,2\n1,2,3,4\n\n,,\n1,2,3\n"))
    assert rows == [["a", "b", "c"], ["1", "2"], ["1", "2", "3", "4"], [], ["", "", ""], ["1", "2", "3"]]


# --- quotes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('N,P\nA,1\nB,"2\nC,3\nD,4\n', 3),
        ('N,P\nA,1\nB,"2', 3),
        ('N,P\nA,"1\nB,2\n"C",3\n', 2),
        ('N,P\n"one\ntwo","three\nfour"x,1\n', 3),
        ('N,P\n"one\ntwo",1\nB,"2\n\n', 4),
        ('sep=,\nN,P\nA,"1\nB,2\n', 3),
        ("N,P\n" + "A,1\n" * 5000 + 'B,"2\n' + "C,3\n" * 5000, 5002),
    ],
)
def test_unclosed_quotes(tmp_path: Path, text: str, line: int) -> None:
    """(Row 27) A quote that swallows line ends would lose rows: refused, with the line where it opens."""
    message = refusal(written(tmp_path, text))
    assert message == f"leads.csv, line {line}: a quote opens a cell there and does not close where the cell ends."


def test_rows_between_two_stray_quotes(tmp_path: Path) -> None:
    """A quote that opens and one that closes far below would hide the rows between: refused, whatever comes before."""
    hidden = 'A,"1,x,p\nB,2,x,p\nC,3,x,p\nD,4,x,p\nE,5,x,6"\n'
    for before, line in (("", 2), ("A,0,x,p\n" * 3000, 3002), ('A,"one\ntwo",x,p\n', 4), ('"A" B,0,x,p\n', 3)):
        message = refusal(written(tmp_path, f"N,P,C,D\n{before}{hidden}F,6,x,p\n"))
        assert message.startswith(f"leads.csv, line {line}: a quote opens a cell there")


def test_notes_of_several_lines_are_cells(tmp_path: Path) -> None:
    """Lines of a note are no rows, though some have as many commas."""
    note = "Dear Asha,\nyes, of course, we, can\nmeet, on Monday\nbest, Om"
    rows = read_rows(written(tmp_path, f'N,P,C,D\nA,1,"{note}",p\nB,2,x,p\n'))
    assert rows[1] == ["A", "1", note, "p"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('Name,Mobile,Note\nA,9876501234,"later\nB,9823045671,x\nC,9823045672,paid"\nD,9823045673,z\n', 2),
        ('Name\tMobile\tNote\nD\t9823045673\tz\nA\t9876501234\t"x\r\nB\t+91 98230 45671\ty"\n', 3),
        ('Name;Note;Mobile\nA;"later;9876501234\nB;x";9823045671\n', 2),
        ('Name,Mobile,City\n"A,9876501234,Pune\nB",9823045671,Goa\n', 2),
        ('Mobile,Name\n"9876501234,A\n9823045671",B\n', 2),
        ('N, Mobile, "C"\nD, 9823045673, z\nA, 9876501234, "x\nB, 9823045671, y"\n', 3),
        ('N,Mobile,C,D,E\nD,9823045673,z,,\nA,9876501234,"x,,\nB,9823045671,y,\nC,9823045672,z",,\n', 3),
        ("Name,Mobile,Note\n" + "D,9823045673,z\n" * 3000 + 'A,9876501234,"x\nB,9823045671,y"\n', 3002),
        ('Name,Mobile,Note\n"D" X,9823045673,z\nA,9876501234,"x\nB,9823045671,y"\n', 3),
    ],
)
def test_few_rows_between_two_stray_quotes(tmp_path: Path, text: str, line: int) -> None:
    """(Row 27) A single row between two stray quotes is seen by its number and its width, and the file is refused."""
    message = refusal(written(tmp_path, text))
    assert message == f"leads.csv, line {line}: a quote opens a cell there and does not close where the cell ends."


@pytest.mark.parametrize(
    ("header", "record"),
    [
        ("Name,Mobile,Note", ["Asha", "9876501234", "Call me on 9811099001,\nPune, MH"]),
        ("Name,Mobile,Note", ["Asha", "9876501234", "Two more\nRavi, 9811099001, a friend\nUma, 9811099002, too"]),
        ("Name,Mobile,Note", ["Asha", "9876501234", "Lives in\nPune,411001,MH"]),
        ("Name,Address,Mobile", ["Asha", "12 MG Road\nPune,MH", "9876501234"]),
        ("Name,Address,City,Mobile", ["Asha", "12,MG Road\nNear Park,Pune", "Pune", "9876501234"]),
        ("Name,Mobile,Id,Note", ["Asha", "9876501234", "7", "Order\n12345678,x,2,y"]),
    ],
)
def test_numbers_in_cells_of_several_lines(tmp_path: Path, header: str, record: list[str]) -> None:
    """A comment or an address of several lines stays, though one of them has commas and a number."""
    path = tmp_path / "leads.csv"
    others = [[cell.partition("\n")[0].replace(",", "") for cell in record]] * 3
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), record, *others])
    assert read_rows(path) == [header.split(","), record, *others]


def test_swallowing_quote_in_a_large_file(tmp_path: Path) -> None:
    """A quote that opens early in a file of many megabytes is found without reading it all into one cell."""
    path = written(tmp_path, 'N,P\nA,"1\n' + "B,2\n" * 3_000_000)
    read = read_bounded(path)
    assert read.output.startswith("refused leads.csv, line 2: a quote opens")
    assert (read.seconds < 5, read.megabytes < 100) == (True, True)


def test_stray_quotes_within_a_line_are_text(tmp_path: Path) -> None:
    """Quotes out of order that stay in their line are read as spreadsheets read them, before and after other rows."""
    text = "N,P,C\n" + "A,1,x\n" * 3000 + '5" pipe,2,y\n"Asha" Menon,3,z\n"one\ntwo",4,""\n' + "B,5,x\n" * 3000
    rows = read_rows(written(tmp_path, text))
    assert len(rows) == 6004
    assert rows[3001:3004] == [['5" pipe', "2", "y"], ["Asha Menon", "3", "z"], ["one\ntwo", "4", ""]]


def test_escaped_quotes(tmp_path: Path) -> None:
    r"""Files whose quotes are written \" are told by their beginning; others keep their backslashes."""
    text = 'N,C,P\n"A","say \\"hi, you\\"",9\n"B","x",10\n'
    assert read_rows(written(tmp_path, text))[1] == ["A", 'say "hi, you"', "9"]
    assert read_rows(written(tmp_path, 'N,C\n"A","C:\\new\\"\n'))[1] == ["A", "C:\\new\\"]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("N,P,C\nA,1,Pune\\, MH\nB,2,Goa\nC,3,\\N\n", ["A", "1", "Pune, MH"]),
        ("N,P,C\nA,\\N,C:\\\\new\\\\\nB,2,Goa\n", ["A", "", "C:\\new\\"]),
        ("N\tP\tC\nA\t\\N\tone\\ntwo\\tx\nB\t2\tGoa\n", ["A", "", "one\ntwo\tx"]),
        ("N,P,C\nA,\\N,one\\\ntwo\nB,2,Goa\n", ["A", "", "one\ntwo"]),
        ('"N";"P";"C"\n"A";\\N;"say \\"hi\\"; x"\n', ["A", "", 'say "hi"; x']),
        ("sep=;\nN;P\nA\\;B;\\N\nC;1\n", ["A;B", ""]),
        ("'N','P','C'\n'A','1','Pune, MH'\n'B','2',''\n", ["A", "1", "Pune, MH"]),
        ("N,P,C\n'O''Hara',1,'x'\n'B',2,'y'\n'C',3,NULL\n", ["O'Hara", "1", "x"]),
        ("'N';'P'\n'O\\'Hara; A';'1'\n", ["O'Hara; A", "1"]),
        ("N,P\nA,'9876500001\nB,'9876500002\n", ["A", "'9876500001"]),
        ('"N,P,C"\n"A,1,Pune"\n"B,2,Goa"\n', ["A", "1", "Pune"]),
        ('"N,P,C"\r\n"A,1,""Pune, MH"""\r\n"B,2,Goa"\r\n', ["A", "1", "Pune, MH"]),
        ('"N;P"\n"A;1"\n\n"B;2"', ["A", "1"]),
        ("N^P^C\nA^1^Pune, MH\n", ["A", "1", "Pune, MH"]),
        ("N~P~C\nA~1~Pune\nB~2~Goa, x\n", ["A", "1", "Pune"]),
        ("N\x01P\nA\x011\nB\x012\n", ["A", "1"]),
        ("N\x1fP\nA\x1f1\nB\x1f2\n", ["A", "1"]),
        ("N:P:C\nA:1:Pune\nB:2:Goa\n", ["A", "1", "Pune"]),
    ],
)
def test_dialects_of_databases_and_exporters(tmp_path: Path, text: str, second: list[str]) -> None:
    r"""Backslashes, `\N`, single quotes, lines quoted as a whole and rare delimiters are read as they are meant."""
    assert read_rows(written(tmp_path, text))[1] == second


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from("ab,\\\n\t ;"), max_size=6), min_size=3, max_size=3), max_size=6))
def test_what_a_database_writes_reads_back(rows: list[list[str]]) -> None:
    """Any table in the dialect of MySQL's and PostgreSQL's text files reads back to the same cells."""
    names = {"\\": "\\\\", "\t": "\\t", "\n": "\\n"}
    table = [["column 0", "column 1", "column 2"], ["a", "b", ""], *rows]
    lines = ["\t".join("".join(names.get(char, char) for char in cell) or "\\N" for cell in row) for row in table]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.txt"
        path.write_bytes("\n".join(lines).encode())
        assert read_rows(path) == table


def test_spaces_beside_quotes(tmp_path: Path) -> None:
    """A quoted cell may come after a space, and a space after it, as people type."""
    rows = read_rows(written(tmp_path, 'N, "C", P\nA, "Pune, MH", 9\n'))
    assert rows == [["N", "C", "P"], ["A", "Pune, MH", "9"]]
    rows = read_rows(written(tmp_path, 'N,C,P\nA,"Pune,\nMH" ,9\nB,x,"10\n" \nC,y,11\n'))
    assert rows == [["N", "C", "P"], ["A", "Pune,\nMH ", "9"], ["B", "x", "10\n "], ["C", "y", "11"]]


# --- sizes ----------------------------------------------------------------------------------------


def test_cells_of_any_bearable_size(tmp_path: Path) -> None:
    """(Row 27) A cell of 200 KB is read, one beyond a million characters refused with its line."""
    assert read_rows(written(tmp_path, f"N,P\n{'x' * 200_000},1\n"))[1] == ["x" * 200_000, "1"]
    message = refusal(written(tmp_path, f"N,P\nA,1\n{'x' * 1_100_000},1\n"))
    assert message == "leads.csv, line 3: a cell of more than 1,048,576 characters."


def test_too_many_columns(tmp_path: Path) -> None:
    """A row of more columns than any spreadsheet has is damage."""
    message = refusal(written(tmp_path, "N,P\nA,1\n" + "," * 20_000 + "\n"))
    assert message == "leads.csv, row 3: more than 16,384 columns."


@pytest.mark.parametrize("text", ["\n", "\r\n\r\n", ",", '""', " ", "\ufeff", "sep=;", 'sep=;\n"', "\x1e\n\x1e"])
def test_nearly_nothing(tmp_path: Path, text: str) -> None:
    """Files without any lead are read for what they are, or refused; they don't crash."""
    path = written(tmp_path, text)
    if text.endswith('\n"'):
        assert "line 2: a quote opens" in refusal(path)
    else:
        assert sum(len(sheet.rows) for sheet in read_sheets(path)) <= 2


def test_large_files_in_flat_memory(tmp_path: Path) -> None:
    """Memory does not grow with the file."""
    path = tmp_path / "leads.csv"
    with path.open("w") as file:
        for _ in range(60):
            file.write("Asha,Menon,9876500001,asha@example.com,Kochi,India,a comment of some length\n" * 10_000)
    read = read_bounded(path)
    assert read.output == "read 600000"
    assert read.megabytes < 80


# --- any table reads back to the same cells -------------------------------------------------------

CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\v\f\x1e\x85", max_codepoint=0x3000),
    max_size=8,
)
# A cell that ends in a single quote may close one that single quotes began, as in `'',''`: two empty cells.
PLAIN = st.text(st.sampled_from("abcé ÄZ09+-.@_/'मः\x85\u2028"), max_size=8).filter(
    lambda cell: not cell.rstrip(" ").endswith("'")
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def tables(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """Tables of two to five columns under a header of plain names."""

    def of_width(width: int) -> st.SearchStrategy[list[list[str]]]:
        header = st.just([f"column {number}" for number in range(width)])
        row = st.lists(cell, min_size=width, max_size=width)
        return st.builds(lambda first, rows: [first, *rows], header, st.lists(row, min_size=1, max_size=6))

    return st.integers(2, 5).flatmap(of_width)


def round_trip(table: list[list[str]], encoding: str, **dialect: object) -> None:
    """Write a table and compare what is read."""
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(table)  # type: ignore[arg-type]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        assert read_rows(path) == table


@settings(deadline=None)
@given(tables(CELL), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(ENCODINGS))
@example([["column 0", "column 1"], ["a,b", "c,d"], ["e,f", "g,h"]], ";", "\n", "utf-8")
def test_quoted_tables_round_trip(table: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    """Any table whose cells are all in quotes reads back to the same cells, whatever is in them."""
    round_trip(table, encoding, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)


@settings(deadline=None)
@given(tables(PLAIN), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(ENCODINGS))
def test_plain_tables_round_trip(table: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    """Any table without other delimiters in its cells reads back to the same cells, with the fewest quotes."""
    round_trip(table, encoding, delimiter=delimiter, lineterminator=end)


@settings(deadline=None)
@given(st.lists(PLAIN.filter(str.strip), min_size=1, max_size=8))
def test_one_column_round_trips(cells: list[str]) -> None:
    """Any list of plain values is one column."""
    round_trip([[cell] for cell in cells], "utf-8")


@settings(deadline=None)
@given(st.text(st.sampled_from("ab,;\t|\"\n\r \\'"), max_size=60))
def test_no_rows_are_lost(text: str) -> None:
    """Whatever the quotes, a file is refused or gives as many rows as it has lines outside its quoted cells."""
    assume(text.strip('"') != "")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(text.encode())
        try:
            rows = read_rows(path)
        except SourceUnreadable:
            return
    within = sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for row in rows for cell in row)
    lines = len(list(io.StringIO(text, newline="")))
    assert len(rows) + within == lines


@given(st.text(st.sampled_from('ab,;\t|"\n\\ ='), max_size=80))
def test_any_beginning_has_a_dialect(text: str) -> None:
    """Whatever a file begins with, there is a dialect for it."""
    assert len(decide_dialect(text, whole=True).delimiter) == 1
