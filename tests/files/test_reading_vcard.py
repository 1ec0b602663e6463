"""Contacts as phones export them: vCard 2.1, 3.0 and 4.0."""

from __future__ import annotations

from contextlib import suppress
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


def contact(tmp_path: Path, *lines: str, end: str = "\r\n") -> dict[str, str]:
    """Write a contact with these properties; returns its filled cells."""
    path = tmp_path / "leads.vcf"
    path.write_bytes(end.join(["BEGIN:VCARD", *lines, "END:VCARD", ""]).encode())
    header, row = read_rows(path)
    return {name: cell for name, cell in zip(header, row, strict=True) if cell}


def test_version_2_1(tmp_path: Path) -> None:
    """Quoted-printable names with soft line breaks, bare types, labels of Android, pictures."""
    assert contact(
        tmp_path,
        "VERSION:2.1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=A4=B6=E0=A4=B0=E0=A5=8D=E0=A4=AE=E0=A4=BE;=E0=A4=85=",
        "=E0=A4=A8=E0=A5=80=E0=A4=A4=E0=A4=BE;;;",
        "TEL;CELL;PREF:9876500001",
        "TEL;WORK;VOICE:022 2654 3210",
        "TEL;X-Custom(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E0=A4=AE):9876500002",
        "TEL;HOME;FAX:022 2654 3211",
        "NOTE;QUOTED-PRINTABLE:call=20after=206=0D=0Aor never",
        "ORG:Rao & Co;Sales",
        "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD",
        " EhEPERETFhwXExQaFRERGCEYGh0d",
        "",
        "X-UNKNOWN:x",
    ) == {
        "Last Name": "शर्मा",
        "First Name": "अनीता",
        "Mobile Phone": "9876500001",
        "Work Phone": "022 2654 3210",
        "Phone": "9876500002",
        "Phone Label": "म",
        "Fax": "022 2654 3211",
        "Note": "call after 6\r\nor never",
        "Organization": "Rao & Co, Sales",
    }


def test_version_3_0(tmp_path: Path) -> None:
    """Groups with Apple's labels, escapes, folded lines, addresses."""
    assert contact(
        tmp_path,
        "VERSION:3.0",
        "N:Rao;Om;K.;Dr.;Jr.",
        "FN:Dr. Om K. Rao",
        "item1.TEL;type=pref:+91 98765 00039",
        "item1.X-ABLabel:_$!<Mobile>!$_",
        "item2.TEL:1800 123",
        "item2.X-ABLabel:WhatsApp",
        "TEL;TYPE=CELL:9876500040",
        "EMAIL;type=INTERNET;type=HOME:om@example.com",
        "EMAIL;type=WORK:rao@example.com",
        "ADR;TYPE=HOME:;;1 Hill Rd\\, Flat 2;Pune;MH;411001;India",
        "ADR;TYPE=WORK:;;MG Road;Goa;;;",
        "NOTE:line one\\nline two\\; and a lo",
        "  ng one",
        "CATEGORIES:Leads,May",
        "TITLE:Manager",
    ) == {
        "Last Name": "Rao",
        "First Name": "Om",
        "Middle Name": "K.",
        "Name Prefix": "Dr.",
        "Name Suffix": "Jr.",
        "Full Name": "Dr. Om K. Rao",
        "Mobile Phone": "+91 98765 00039, 9876500040",
        "WhatsApp": "1800 123",
        "Email": "om@example.com",
        "Email 2": "rao@example.com",
        "Address": "1 Hill Rd, Flat 2",
        "City": "Pune",
        "State": "MH",
        "Postal Code": "411001",
        "Country": "India",
        "Address 2": "MG Road, Goa",
        "Note": "line one\nline two; and a lo ng one",
        "Category": "Leads,May",
        "Job Title": "Manager",
    }


def test_labels_of_numbers(tmp_path: Path) -> None:
    """A label of the owner's stands beside its numbers; types, and labels that are one, tell the column alone."""
    assert contact(
        tmp_path,
        "TEL;TYPE=VOICE,PREF:1",
        "item1.TEL:2",
        "item1.X-ABLabel:_$!<Main>!$_",
        "item2.TEL:3",
        "item2.X-ABLabel:Husband",
        "item3.TEL:4",
        "item3.X-ABLabel:Husband",
        "TEL;TYPE=CELL:5",
        "item4.TEL;TYPE=CELL:6",
        "item4.X-ABLabel:_$!<Assistant>!$_",
        "TEL;TYPE=X-EVOLUTION-ASSISTANT:7",
        "TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E0=A4=AE):8",
        "TEL;X-MOBILE;QUOTED-PRINTABLE:9",
    ) == {
        "Phone": "1, 2",
        "Phone 2": "3, 4",
        "Phone 2 Label": "Husband",
        "Phone 3": "7",
        "Phone 3 Label": "X-EVOLUTION-ASSISTANT",
        "Phone 4": "8",
        "Phone 4 Label": "म",
        "Mobile Phone": "5, 9",
        "Mobile Phone 2": "6",
        "Mobile Phone 2 Label": "Assistant",
    }


def test_a_word_within_another_is_no_kind_of_number(tmp_path: Path) -> None:
    """Whole words of a type or label tell the column: a cancelled number is no cell phone, nor networking work."""
    told = contact(
        tmp_path,
        *("item1.TEL:1", "item1.X-ABLabel:Cancelled", "item2.TEL:2", "item2.X-ABLabel:Networking"),
        *("TEL;TYPE=HOMEFAX:3", "TEL;TYPE=CELLULAR:4", "item5.TEL:5", "item5.X-ABLabel:Work mobile"),
    )
    assert told == {
        "Phone": "1",
        "Phone Label": "Cancelled",
        "Phone 2": "2",
        "Phone 2 Label": "Networking",
        "Fax": "3",
        "Mobile Phone": "4",
        "Mobile Phone Label": "CELLULAR",
        "Mobile Phone 2": "5",
        "Mobile Phone 2 Label": "Work mobile",
    }


def test_titles_that_the_shown_name_leaves_out(tmp_path: Path) -> None:
    """A title or a degree is part of the name where the name as shown has it; a generation always is."""
    shown = contact(tmp_path, "N:Rao;Om;;Dr.;PhD,MBA", "FN:Om Rao", "TEL:1")
    assert not shown.keys() & {"Name Prefix", "Name Suffix"}
    shown = contact(tmp_path, "N:Rao;Om;;Dr.;III", "FN:Dr. Om Rao", "TEL:1")
    assert (shown["Name Prefix"], shown["Name Suffix"]) == ("Dr.", "III")
    assert contact(tmp_path, "N:Rao;Om;;Dr.;PhD", "TEL:1")["Name Suffix"] == "PhD"


@pytest.mark.parametrize("shown", ["FN:Asha Menon", "NOTE:x"], ids=["shown alike", "not shown"])
def test_a_name_that_was_typed_in_one_piece(tmp_path: Path, shown: str) -> None:
    """A whole name in the place of the first name is a full name; one that is shown otherwise is not."""
    whole = contact(tmp_path, "N:;Asha Menon;;;", shown, "TEL:1")
    assert (whole["Full Name"], whole.get("First Name", "")) == ("Asha Menon", "")
    assert contact(tmp_path, "N:;Asha Rani;;;", "FN:Asha Rani Menon", "TEL:1")["First Name"] == "Asha Rani"
    assert contact(tmp_path, "N:Menon;Asha Rani;;;", "FN:Asha Rani", "TEL:1")["First Name"] == "Asha Rani"


def test_version_4_0(tmp_path: Path) -> None:
    """Numbers as URIs, types in quotes."""
    assert contact(
        tmp_path,
        "VERSION:4.0",
        "FN:Asha Menon",
        'TEL;VALUE=uri;TYPE="voice,cell":tel:+91-98765-00040',
        "TEL;TYPE=home;VALUE=uri:tel:+91-22-2654-3211;ext=5",
        end="\n",
    ) == {
        "Full Name": "Asha Menon",
        "Mobile Phone": "+91-98765-00040",
        "Home Phone": "+91-22-2654-3211;ext=5",
    }


def test_version_2_1_folds_keep_their_blank(tmp_path: Path) -> None:
    """In 2.1 a folded line keeps its blank; later versions add it."""
    assert contact(tmp_path, "VERSION:2.1", "FN:Asha", " Menon") == {"Full Name": "Asha Menon"}
    assert contact(tmp_path, "VERSION:3.0", "FN:Asha", " Menon") == {"Full Name": "AshaMenon"}


def test_many_contacts(tmp_path: Path) -> None:
    """Each contact is a row, with or without an end of its own; one within a contact is none."""
    path = tmp_path / "leads.vcf"
    path.write_text(
        "begin:vcard\nfn:Asha\ntel:1\nend:vcard\n\n"
        "BEGIN:VCARD\nFN:Ravi\nTEL:2\nBEGIN:VCARD\nFN:Om\nAGENT:\nBEGIN:VCARD\nFN:Agent\nEND:VCARD\nTEL:3\nEND:VCARD\n"
    )
    assert read_rows(path) == [["Full Name", "Phone"], ["Asha", "1"], ["Ravi", "2"], ["Om", "3"]]
    with open_source(path, ReadingOptions()) as source:
        assert source.format is FileFormat.VCF


def test_a_file_cut_off(tmp_path: Path) -> None:
    """A contact without an end at the end of the file is damage, with its line."""
    (tmp_path / "leads.vcf").write_text("BEGIN:VCARD\nFN:Asha\nEND:VCARD\nBEGIN:VCARD\nTEL:98765")
    assert refusal(tmp_path / "leads.vcf") == "leads.vcf: the contact that begins in line 4 has no end."


@pytest.mark.parametrize("piece", [" folded\n", ";", "=\n"])
def test_endless_properties(tmp_path: Path, piece: str) -> None:
    """A property that would fill the memory is refused; a picture of any size is not looked at."""
    path = tmp_path / "leads.vcf"
    path.write_text("BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:x" + piece * (8_000_000 // len(piece)))
    read = read_bounded(path)
    assert read.output.startswith("refused leads.vcf, line 2: a property of more than 1,048,576 characters.")
    assert (read.seconds < 5, read.megabytes < 100) == (True, True)
    path.write_text("BEGIN:VCARD\nPHOTO:x" + " aaaa\n" * 1_000_000 + "\nTEL:1\nEND:VCARD")
    assert read_rows(path) == [["Phone"], ["1"]]


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "FN": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
                "NOTE": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12),
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_contacts_round_trip(contacts: list[dict[str, str]]) -> None:
    """Any names and notes that are escaped and folded as 4.0 says read back the same."""
    lines = []
    for names in contacts:
        lines.append("BEGIN:VCARD\r\nVERSION:4.0")
        for name in ("FN", "NOTE"):
            text = names[name]
            for char in ("\\", ",", ";"):
                text = text.replace(char, f"\\{char}")
            line = f"{name}:" + text.replace("\n", "\\n")
            lines.append("\r\n ".join(line[at : at + 10] for at in range(0, len(line), 10)))
        lines.append("END:VCARD")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.vcf"
        path.write_bytes("\r\n".join(lines).encode())
        rows = read_rows(path)
    assert rows == [["Full Name", "Note"], *[[names["FN"], names["NOTE"]] for names in contacts]]


@settings(deadline=None)
@given(st.text(st.sampled_from('\n\r :;=,"\\.\t-ABCDEFGIKLNOPQRTUVYENDBEGIN0123'), max_size=120))
def test_anything_is_read_or_refused(text: str) -> None:
    """Whatever stands in a contacts file, it is read or refused."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.vcf"
        path.write_bytes(f"BEGIN:VCARD\nTEL;QUOTED-PRINTABLE;CHARSET={text}\nEND:VCARD".encode())
        with suppress(SourceUnreadable):
            read_sheets(path)
