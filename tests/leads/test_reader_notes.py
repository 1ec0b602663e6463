"""What a file says to its reader, with a number in it, is no lead: sentences, instructions, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.columns.reader_notes import asks_to_call, is_instruction, may_ask_to_call
from telecmi_leads.core.block_columns import Columns

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Inside:
    """Return the program, in a folder of its own."""
    return Inside(tmp_path)


def found(program: Inside, text: str, *options: str) -> tuple[int, int, dict[str, int], dict[str, int]]:
    """Return how many rows of a file are leads and blank, what these are, and why others are rejected."""
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    ended = program.run("validate", "leads.csv", "--region", "IN", "--max-rejects", "99%", "--json", *options)
    return (*map(ended.json["rows"].get, ("leads", "blank")), ended.json["skipped"], ended.json["rejections"])


# --- sentences ------------------------------------------------------------------------------------

SENTENCES = [
    *("Please send SMS to 9811111119", "Call us at 9811111119", "Contact Bob on 9811111119", "*Please call 9811111119"),
    *("Any doubts whatsapp 9811111119", "For help call 9811111119", "Our office number is 9811111119"),
    *("You can call me on 9811111119", "Dial us: 9811111119", "Kindly contact Asha at 9811111119 for details"),
    *("Bitte rufen Sie uns an: 9811111119", "Bei Fragen anrufen 9811111119", "Appelez-nous au 9811111119"),
    *("Pour toute question appelez 9811111119", "Por favor llame al 9811111119", "Llámenos al 9811111119"),
    *("Ligue para 9811111119", "Per informazioni chiamare 9811111119", "Voor vragen bel 9811111119"),
    *("Звоните по номеру 9811111119", "कृपया कॉल करें 9811111119", "请致电 9811111119", "يرجى الاتصال على 9811111119"),
    *("Hubungi kami di 9811111119", "Lütfen arayın 9811111119", "ご連絡は 9811111119"),
]
PEOPLE = [
    *("Asha Rao 9811111119", "Call Asha 9811111119 after 6pm", "Ring Peter 9811111119", "Dial Singh 9811111119"),
    *("Per Andersson 9811111119", "My Mobile Store 9811111119", "For You and Me Salon 9811111119"),
    *("Call Centre Ravi 9811111119", "Contact Lens Shop 9811111119", "To Anh 9811111119", "Ask Asha 9811111119"),
    *("Asha, please call 9811111119", "Ravi not reachable on 9811111119"),
]


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_are_no_leads(program: Inside, text: str) -> None:
    """A sentence that asks for a call is no lead, alone on its sheet, in a list of names or beside its number."""
    listed = "Asha Rao 9876543210\nRavi K 9876543211\n"
    assert found(program, f"{listed}{text}\n") == (2, 1, {"note": 1}, {})
    before, number, behind = text.partition("9811111119")
    if not behind:
        told = found(program, f"Name,Mobile,City\nAsha,9876543210,Pune\n{before},{number},\n")
        assert told == (1, 1, {"note": 1}, {})


def test_a_sheet_of_one_sentence(program: Inside) -> None:
    """A file with nothing but a sentence has no lead."""
    assert found(program, "Please send SMS to 9811111119\n") == (0, 1, {"note": 1}, {})


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_no_sentences(program: Inside, text: str) -> None:
    """Names that begin as sentences do, labels, and remarks behind a number stay leads."""
    assert found(program, f"Asha Rao 9876543210\nRavi K 9876543211\n{text}\n")[:3] == (3, 0, {})


def test_remarks_in_a_table(program: Inside) -> None:
    """What stands in a number's own cell, beside a name or with --fill, is no sentence of the file's."""
    cells = ["9876543210 please call us after 6", "Call Asha on 9876543211", "Please call 9876543212"]
    rows = "".join(f"Asha Rao,{cell}\n" for cell in cells)
    assert found(program, f"Name,Mobile\n{rows}")[:3] == (3, 0, {})
    rows = "".join(f",{cell}\n" for cell in cells)
    assert found(program, f"Name,Mobile\n{rows}", "--fill", "firstname=Friend")[:3] == (3, 0, {})


@pytest.mark.parametrize(("first", "last"), [("Ping", "To"), ("Bel", "Al"), ("Joe", "Sample")])
def test_people_with_telling_names(program: Inside, first: str, last: str) -> None:
    """A surname may be a word that templates use, and a whole name the words of a sentence."""
    apart = f"First name,Last name,Mobile\n{first},{last},9812345678\nAsha,Rao,9876543210\n"
    together = f"Name,Mobile\n{first} {last},9812345678\nAsha Rao,9876543210\n"
    assert [found(program, text)[:3] for text in (apart, together)] == [(2, 0, {})] * 2


def test_what_the_scan_passes_over_is_no_sentence() -> None:
    """The scan of a column finds each cell that begins as a sentence does."""
    cells = [text.partition(" 98")[0] for text in (*SENTENCES, *PEOPLE)]
    asks = {at for at, cell in enumerate(cells) if asks_to_call([cell])}
    assert asks <= {*may_ask_to_call(Columns([cells]), 0)} < {*range(len(cells))}
    assert asks <= {*may_ask_to_call(Columns([[*cells, "x^y"]]), 0)} < {*range(len(cells))}
    assert may_ask_to_call(Columns([["Asha", "Ravi"]]), 0) == []


# --- instructions and examples --------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        *("Required. Full name,Required. Example: 9812345678,Optional", "e.g. Ravi Kumar,9812345678,Delhi"),
        *("Example: Ravi,9812345678,", "Ravi Kumar (example),9812345678,", "Ravi,9812345678 (10 digits),Delhi"),
        *("Ravi,e.g. 9812345678,Delhi", "Ravi,Format: +919812345678,Delhi", "Do not change this row,9812345678,"),
        *("Required,Required,Optional", "Text,10 digits only,Text", "max 50 characters,9812345678,", "Required,,"),
        *("Ravi,9812345678,Optional,Optional", "Enter full name,9812345678,", "Sample name,9812345678,"),
        *("z.B. Max,9812345678,", "Pflichtfeld,9812345678,", "Exemple : Marie,9812345678,", "Ej. Juan,9812345678,"),
        *("Obligatorio,9812345678,Opcional", "Пример: Иван,9812345678,", "必填,9812345678,", "例如：张三,9812345678,"),
        *("अनिवार्य,9812345678,", "Zorunlu,9812345678,", "Contoh: Budi,9812345678,", "مثال: علي,9812345678,"),
    ],
)
def test_instructions_and_examples_are_no_leads(program: Inside, row: str) -> None:
    """The rows of a template that say what goes into its columns, or show it, are no leads, even with a number."""
    text = f"Full name*,Mobile number*,City,Comment\n{row}\nAsha Rao,9876543210,Kochi,required 2BHK\n"
    assert found(program, text) == (1, 1, {"note": 1}, {})


@pytest.mark.parametrize(
    "row",
    [
        *("Ravi,9812345678,Delhi,required 2BHK", "Ravi,9812345678,,Optional", "E.G. Krishnan,9812345678,,"),
        *("Max Mustermann,9812345678,,", "Example Ltd,9812345678,,", "Ravi,9812345678 call if required,,"),
        *("Format Gym,9812345678,,", "Sample Kumar,9812345678,,", "Ex. Subedar Ravi,9812345678,,"),
        *(
            "Ravi,required callback 9812345678,,",
            "Optional Kumar,9812345678,Delhi,e.g. a flat",
            "Es. Khan,9812345678,,",
        ),
    ],
)
def test_people_are_no_instructions(program: Inside, row: str) -> None:
    """A comment that says that something is required, and names that begin as such words do, stay leads."""
    text = f"Full name,Mobile number,City,Comment\n{row}\nAsha Rao,9876543210,Kochi,required 2BHK\n"
    assert found(program, text) == (2, 0, {}, {})


def test_instructions_stand_at_the_top(program: Inside) -> None:
    """Further down, and where no name and no number says so, a row is what it is."""
    rows = "".join(f"Asha {chr(65 + at % 26)},98765000{at:02}\n" for at in range(12))
    assert found(program, f"Name,Mobile\n{rows}Example: Ravi,9812345678\n")[:3] == (13, 0, {})
    assert not is_instruction(["9812345678"], ["Ravi"], ["Ravi", "9812345678", "Optional"])
