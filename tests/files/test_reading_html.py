"""Web tables and XML spreadsheets, which portals save as .xls."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_files import read_bounded, read_rows, read_sheets, refusal

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files import open_source
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import ReadingOptions

# --- tables of pages and of XML -------------------------------------------------------------------


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a page."""
    path = tmp_path / "leads.xls"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_page_with_a_table(tmp_path: Path) -> None:
    """Entities are decoded, inline tags dropped, blanks run together, lines kept; scripts and styles are no text."""
    page = (
        "<!DOCTYPE html><html><head><title>Leads</title><style>td { color: red }</style></head><body>Report"
        "<table border=1><thead><tr><th>Name</th><th>Phone &#x20;No.</th></tr></thead>\n<tbody><tr><td>\n  Asha\n"
        " <b>M</b>enon &amp; Co</td><td>98765<br>00056<script>if (a<b) '</td>'</script></td></tr></tbody></table>after"
    )
    assert read_rows(written(tmp_path, page)) == [["Name", "Phone No."], ["Asha Menon & Co", "98765\n00056"]]
    with open_source(tmp_path / "leads.xls", ReadingOptions()) as source:
        assert (source.format, source.notes) == (FileFormat.HTML, ("a web page saved as .xls",))


def test_text_that_is_struck_through(tmp_path: Path) -> None:
    """A number that is struck through is not read, also where its end tag is missing; a note counts such texts."""
    page = (
        "<table><tr><td>A<td><del>9823045671</del> 9823045672</td><tr><td>B</td><td><s>9876501234</s></td></tr>"
        "<tr><td>C</td><td><strike class='x'>9811099001<td>Pune</td></tr><tr><td>Span<td><span>1</span></table>"
    )
    (sheet,) = read_sheets(written(tmp_path, page))
    assert sheet.rows == [["A", "9823045672"], ["B", ""], ["C", "", "Pune"], ["Span", "1"]]
    assert sheet.notes == ("text that is struck through (3) is not read",)


def test_spans_keep_the_columns(tmp_path: Path) -> None:
    """A cell over several columns leaves its neighbours empty; one over several rows holds for each of them."""
    page = (
        "<table><tr><td colspan=3>Report<tr><td rowspan=3>Pune<td>a<td rowspan='2'>b"
        "<tr><td>c<tr><td>d<td>e<tr><td>f<td colspan=x>g</table>"
    )
    assert read_rows(written(tmp_path, page)) == [
        ["Report", "", ""],
        ["Pune", "a", "b"],
        ["Pune", "c", "b"],
        ["Pune", "d", "e"],
        ["f", "g"],
    ]


def test_each_table_is_a_sheet(tmp_path: Path) -> None:
    """Tables come one after the other; one without rows is none; a row that holds a table is layout."""
    page = (
        "<table><tr><td>Menu</table><table></table>"
        "<table><tr><td><table><tr><td>Asha<td>1</table></td></tr><tr><td>end</table>"
    )
    sheets = [(sheet.name, sheet.rows) for sheet in read_sheets(written(tmp_path, page))]
    assert sheets == [("table 1", [["Menu"]]), ("table 4", [["Asha", "1"]]), ("table 3", [["end"]])]


def test_xml_spreadsheet(tmp_path: Path) -> None:
    """Excel 2003's XML counts the blank rows and cells that it leaves out."""
    page = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Leads"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Report</Data></Cell><Cell><Data>x</Data></Cell></Row>'
        '<Row ss:Index="4"><Cell><Data>Asha &amp; Co</Data></Cell>'
        '<Cell ss:Index="3"><Data>9876500001</Data></Cell></Row>'
        "<Row><Cell/><Cell><Data>b</Data><Comment><ss:Data>who?</ss:Data></Comment></Cell></Row></Table></Worksheet></Workbook>"
    )
    path = written(tmp_path, page)
    assert read_rows(path) == [["Report", "", "x"], [], [], ["Asha & Co", "", "9876500001"], ["", "b"]]
    with open_source(path, ReadingOptions()) as source:
        assert source.notes == ("an XML spreadsheet of Excel 2003 saved as .xls",)


def worksheet(name: str, *cells: str, hidden: str = "") -> str:
    """Return a worksheet of one row."""
    row = "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)
    options = f"<WorksheetOptions><Visible>{hidden}</Visible></WorksheetOptions>" if hidden else ""
    return f'<Worksheet ss:Name="{name}"><Table><Row>{row}</Row></Table>{options}</Worksheet>'


def test_sheets_of_an_xml_spreadsheet(tmp_path: Path) -> None:
    """Visible sheets are read under their names, a hidden one only when it is named; an unknown name lists them."""
    book = worksheet("R&amp;D", "Asha") + worksheet("Old", "Ravi", hidden="SheetHidden") + worksheet("Web", "Om")
    path = written(tmp_path, f'<?xml version="1.0"?><Workbook xmlns:ss="x">{book}</Workbook>')
    sheets = [(sheet.name, sheet.rows, sheet.notes) for sheet in read_sheets(path)]
    assert sheets == [("R&D", [["Asha"]], ("hidden sheet Old skipped",)), ("Web", [["Om"]], ())]
    for name in ("Old", "R&D"):
        (sheet,) = read_sheets(path, ReadingOptions(sheet=(name,)))
        assert (sheet.name, sheet.notes) == (name, ())
    with pytest.raises(SourceUnreadable) as caught:
        read_sheets(path, ReadingOptions(sheet=("Wex",)))
    said = (caught.value.message, caught.value.hint)
    assert said == ("leads.xls has no sheet Wex.", "Its sheets are: R&D, Old, Web.")


def test_tables_are_chosen_by_name(tmp_path: Path) -> None:
    """--sheet takes tables of a page by number; one that is not there is refused with those that are."""
    path = written(tmp_path, "<table><tr><td>a</table><table></table><table><tr><td>b</table>")
    for name, cell in (("table 1", "a"), ("table 3", "b")):
        (sheet,) = read_sheets(path, ReadingOptions(sheet=(name,)))
        assert (sheet.name, sheet.rows) == (name, [[cell]])
    with pytest.raises(SourceUnreadable) as caught:
        read_sheets(path, ReadingOptions(sheet=("table 3", "Third")))
    said = (caught.value.message, caught.value.hint)
    assert said == ("leads.xls has no table Third.", "Its tables are: table 1, table 3.")


# --- what is hidden -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">00001</span>',
        '<SPAN STYLE="color:red; DISPLAY : none">1<b>2</b></SPAN>',
        "<span hidden>1</span>",
        '<i style="visibility:hidden">1</i>',
        '<div class="x key">1</div>',
        "<template><b>1</b></template>",
        "<script>document.write('1')</script>",
        "<div hidden><div>1</div><table><tr><td>2</td></tr></table></div>",
        '<span style="display:none">1',
        "<!-- 1 -->",
    ],
)
def test_hidden_text_is_not_read(tmp_path: Path, hidden: str) -> None:
    """What a browser does not show is no part of a cell, wherever it ends."""
    style = "<style>td { color: red } td .a, .key { margin: 0; display: none }</style>"
    page = (
        f"<html>{style}<table><tr><td>{hidden}Asha</td><td>1</td></tr><tr><td>Ravi</td><td>{hidden}</td></tr></table>"
    )
    if not hidden.endswith(">"):  # it ends with its cell
        page = page.replace("Asha", "")
        assert read_rows(written(tmp_path, page)) == [["", "1"], ["Ravi", ""]]
    else:
        assert read_rows(written(tmp_path, page)) == [["Asha", "1"], ["Ravi", ""]]


def test_hidden_rows_cells_and_tables(tmp_path: Path) -> None:
    """Hidden rows are left out and counted, hidden cells are empty, hidden tables are none."""
    page = (
        "<body style='visibility:hidden'><table hidden><tr><td>x</table><table><tbody style='display:none'><tr>"
        "<td>y</td></tr></tbody><tr><td>Name<td hidden>Key<td>Phone<tr style='display:none'><td>{{name}}<td>{{phone}}"
        "<tr><td>Asha<td style='display:none'>7<td>1</table>"
    )
    (sheet,) = read_sheets(written(tmp_path, page))
    assert sheet.rows == [["Name", "", "Phone"], ["Asha", "", "1"]]
    assert sheet.notes == ("1 hidden rows left out",)


# --- pages without leads, or without an end -------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "says", "hint"),
    [
        (
            "<!DOCTYPE html><title>Sign in – CRM</title><h1>Hi</h1><input type=password><p>Call +91 98765 00000",
            "is a web page that says “Sign in – CRM”, and has no table.",
            "Log in on the website, and export the leads again.",
        ),
        (
            "<table><tr><td>Login<tr><td>Password<td><input type='password'><tr><td>Helpline<td>9876500000</table>",
            "is a web page that says “Login Password Helpline 9876•••000”, not a list of leads.",
            "Log in on the website, and export the leads again.",
        ),
        (
            "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502</h1></center></body></html>",
            "is a web page that says “502 Bad Gateway”, and has no table.",
            "Open it in a browser to see what it says, and export the leads again.",
        ),
        (
            "<br />\n<b>Fatal error</b>:  Call to 9876500000 in /x.php",
            "is a web page that says “Fatal error : Call to 9876•••000 in /x.php”, and has no table.",
            "Open it in a browser to see what it says, and export the leads again.",
        ),
    ],
)
def test_pages_without_leads(tmp_path: Path, page: str, says: str, hint: str) -> None:
    """A login or error page that was saved in the place of an export is refused with what it says."""
    with pytest.raises(SourceUnreadable) as caught:
        read_sheets(written(tmp_path, page))
    assert (caught.value.message, caught.value.hint) == (f"leads.xls {says}", hint)


def test_a_list_beside_a_login_is_read(tmp_path: Path) -> None:
    """A page that has a list of leads is read, though it has a field for a password too."""
    rows = "".join(f"<tr><td>Asha<td>987650000{number}" for number in range(3))
    page = f"<html><title>Sign in</title><input type=password><table>{rows}</table>"
    assert len(read_rows(written(tmp_path, page))) == 3


@pytest.mark.parametrize(
    ("declared", "codec", "label"),
    [
        ("windows-1251", "cp1251", "Windows-1251"),
        ("iso-8859-1", "cp1252", "Windows-1252"),
        ("shift_jis", "cp932", "Shift JIS"),
        ("euc-kr", "cp949", "Windows-949"),
        ("big5", "big5hkscs", "Big5"),
        ("gb2312", "gb18030", "GB 18030"),
        ("tis-620", "cp874", "Windows-874"),
        ("iso-8859-9", "cp1254", "Windows-1254"),
        ("utf-8", "cp1252", "Windows-1252"),
        ("no-such-thing", "cp1252", "Windows-1252"),
        ("hex", "cp1252", "Windows-1252"),
    ],
)
def test_declared_charset(tmp_path: Path, declared: str, codec: str, label: str) -> None:
    """The code page that a page names is taken, or the larger one of its family, unless the bytes themselves tell."""
    name = {
        "cp1251": "Имя",
        "cp1252": "Léa",
        "cp932": "髙橋①",
        "cp949": "믜똠방각하",
        "big5hkscs": "陳喆",
        "gb18030": "朱镕基",
        "cp874": "สมชาย…",
        "cp1254": "Ayşe – €5",
    }[codec]
    page = f"<html><head><meta charset='{declared}'></head><table><tr><td>{name}</td></tr></table>"
    (sheet,) = read_sheets(written(tmp_path, page, codec))
    assert (sheet.encoding, sheet.rows) == (label, [[name]])
    assert read_rows(written(tmp_path, page)) == [[name]]


def test_a_page_that_ends_within_a_table(tmp_path: Path) -> None:
    """A page of which the end is missing is read with a note; a workbook of Excel 2003 that has none is refused."""
    page = "<table><tr><td>Asha</td><td>9876500001</td></tr><tr><td>Ravi</td><td>98765"
    (cut,) = read_sheets(written(tmp_path, page))
    assert cut.notes == ("the page ends within a table: it may be cut off",)
    assert read_sheets(written(tmp_path, f"{page}00002</td></tr></table>"))[0].notes == ()
    book = f'<?xml version="1.0"?><Workbook>{worksheet("Leads", "Asha", "9876500001")}</Workbook>'
    assert refusal(written(tmp_path, book[:-12])) == "leads.xls is cut off: the workbook in it does not end."


def test_a_page_cut_off(tmp_path: Path) -> None:
    """What is there of the last row is read, though no tag is closed."""
    assert read_rows(written(tmp_path, "<table><tr><td>a<td>b<tr><td>c<td>d &am")) == [["a", "b"], ["c", "d &am"]]


# --- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<table><tr><td>" + "x" * 1_100_000, "a row has more than 1,048,576 characters."),
        ("<table><tr>" + "<td>" * 20_000, "row 1 has more than 16,384 columns."),
        ("<table><tr>" + "<td colspan=999>" * 20, "row 1 has more than 16,384 columns."),
        ("<table><tr><td " + "a" * 2_000_000, "a tag or script has more than 1 MB."),
        ("<html><table><script>" + "x" * 2_000_000, "a tag or script has more than 1 MB."),
    ],
)
def test_pages_beyond_all_bounds(tmp_path: Path, page: str, message: str) -> None:
    """Cells, rows and tags that would fill the memory are refused."""
    assert refusal(written(tmp_path, page)) == f"leads.xls: {message}"


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "&",
        "<a ",
        "<!",
        "<?",
        "</",
        "<!--",
        "<![CDATA[",
        '<a b="',
        "<table><tr><td>",
        "<td rowspan=9999999>",
        "<script>",
    ],
)
def test_hostile_pages_in_bounds(tmp_path: Path, piece: str) -> None:
    """A megabyte of anything that opens and never closes is read or refused in time."""
    path = written(tmp_path, "<html><table><tr><td>" + piece * (1_000_000 // len(piece)))
    read = read_bounded(path)
    assert read.output.startswith(("read ", f"refused {path.name}"))
    assert (read.seconds < 5, read.megabytes < 512) == (True, True)


def test_large_pages_in_flat_memory(tmp_path: Path) -> None:
    """Rows are handed on while the page is read."""
    path = written(tmp_path, "<table>" + "<tr><td>Asha</td><td>9876500001</td><td>Pune</td></tr>\n" * 60_000)
    read = read_bounded(path)
    assert read.output == "read 60000"
    assert read.megabytes < 80


# --- any page -------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=1, max_size=4),
        min_size=1,
    )
)
def test_tables_round_trip(table: list[list[str]]) -> None:
    """Any table reads back to the same cells, but for blanks, which a page does not keep."""
    escaped = "".join(
        "<tr>" + "".join(f"<td>{cell.replace('&', '&amp;').replace('<', '&lt;')}</td>" for cell in row) + "</tr>"
        for row in table
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.html"
        path.write_text(f"<table>{escaped}</table>", encoding="utf-8")
        rows = read_rows(path)
    expected = [[" ".join(cell.split()) for cell in row] for row in table]
    assert rows == [row if any(row) else [] for row in expected]


@settings(deadline=None)
@given(st.text(st.sampled_from("<>/=&;!-'\" tabletrdh123#x"), max_size=80))
def test_anything_is_read(text: str) -> None:
    """Whatever stands in a page, it is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.html"
        path.write_text(f"<table>{text}")
        read_sheets(path)
