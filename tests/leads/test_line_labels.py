"""Numbers with labels: whose they are and whether they are called, in tables and in contacts of phones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from places import PACKAGE

from telecmi_leads.columns import line_rank
from telecmi_leads.core.reasons import Reason
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

GOOGLE = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n"

WIFE = "=E0=A4=AA=E0=A4=A4=E0=A5=8D=E0=A4=A8=E0=A5=80"


def card(name: str, *lines: str) -> str:
    """Return a contact."""
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", f"N:{name};;;", *lines, "END:VCARD", ""])


# what it shows: the file's name and text, the leads' phones and first names, the rejections
CASES: dict[str, tuple[str, str, list[tuple[str, str]], dict[str, int]]] = {
    "another person's number is not the lead's": (
        "contacts.csv",
        GOOGLE + "Asha,Rao,Mobile,98765 00001,,\nBinu,Nair,Assistant,98765 00002,,\nChand,Sen,Ehefrau,98765 00003,,\n"
        "Dev,Roy,Wife's mobile,98765 00004,Home,022 26543210\nEsha,Roy,Emergency,98765 00005,Driver,98765 00006\n",
        [("919876500001", "Asha"), ("912226543210", "Dev")],
        {"somebody_elses": 3},
    ),
    "a wrong number is none, and what is no line has the reason that it had": (
        "contacts.csv",
        GOOGLE + "Asha,Rao,Mobile,98765 00001,,\nBinu,Nair,Wrong,98765 00002,,\nChand,Sen,Do not use,98765 00003,,\n"
        "Dev,Roy,Invalid,98765 00004,Work,022 26543210\nEsha,Roy,Home Fax,022 26543211,,\n"
        "Firo,Roy,Pager,98765 00006,,\nGita,Roy,Wife,-,,\n",
        [("919876500001", "Asha"), ("912226543210", "Dev")],
        {"said_to_be_wrong": 2, "fax": 1, "no_phone": 2},
    ),
    "what a status would say of a wrong number counts as its label too": (
        "contacts.csv",
        GOOGLE + "Asha,Rao,Changed,98765 00001,Mobile,98765 00002\nUma,Das,Dummy,98765 00003,,\n"
        "Om,Sen,Mobile,98765 00004,Not in service,98765 00005\nIra,Sen,Fuera de servicio,98765 00006,,\n",
        [("919876500002", "Asha"), ("919876500004", "Om")],
        {"said_to_be_wrong": 2},
    ),
    "old and other numbers are asked last, and new ones first": (
        "contacts.csv",
        GOOGLE + "Asha,Rao,Old,98765 00001,Home,022 26543210\nBinu,Nair,Old mobile,98765 00002,,\n"
        "Chand,Sen,Other,98765 00003,Work,022 26543211\nDev,Roy,Mobile,98765 00004,New,98765 00005\n",
        [("912226543210", "Asha"), ("919876500002", "Binu"), ("912226543211", "Chand"), ("919876500005", "Dev")],
        {},
    ),
    "labels that speak of the line or of the contact's own firm are the lead's": (
        "contacts.csv",
        GOOGLE + "Asha,Rao,Jio,98765 00001,,\nBinu,Nair,Personal,98765 00002,,\nGupta,Stores,Reception,022 26543210,,\n"
        "Om,Motors,Owner,98765 00004,,\nLata,Sen,Client,98765 00005,,\nUma,Sen,,98765 00006,,\n"
        "Roy,Foods,Sales,022 26543211,Mobile,98765 00007\n",
        [
            *(("919876500001", "Asha"), ("919876500002", "Binu"), ("912226543210", "Gupta"), ("919876500004", "Om")),
            *(("919876500005", "Lata"), ("919876500006", "Uma"), ("919876500007", "Roy")),
        ],
        {},
    ),
    "the type of a phone number stands under names of other exporters, too": (
        "leads.csv",
        (
            "name,phone_number,phone_type\nAsha,9876500001,mobile\nBinu,9876500002,parent\nChand,9876500003,landline\n"
            "Dev,9876500004,invalid\n"
        ),
        [("919876500001", "Asha"), ("919876500003", "Chand")],
        {"somebody_elses": 1, "said_to_be_wrong": 1},
    ),
    "the type of a contact says who the person of the row is, not whose the number is": (
        "leads.csv",
        "Name,Contact,Contact Type\nAsha,9876500001,Agent\nBinu,9876500002,Broker\nChand,9876500003,Parent\n",
        [("919876500001", "Asha"), ("919876500002", "Binu"), ("919876500003", "Chand")],
        {},
    ),
    "contacts of phones have labels of their own": (
        "contacts.vcf",
        card("Rao;Asha", "TEL;TYPE=CELL:98765 00001", "item1.TEL:98765 00011", "item1.X-ABLabel:Husband")
        + card("Nair;Binu", "item1.TEL;TYPE=CELL:98765 00002", "item1.X-ABLabel:Husband")
        + card("Sen;Chand", "item1.TEL:98765 00003", "item1.X-ABLabel:_$!<Assistant>!$_")
        + card("Roy;Dev", "TEL;TYPE=x-assistant:98765 00004")
        + card("Roy;Esha", "TEL;X-ASSISTANT:98765 00005", "TEL;HOME:022 26543210")
        + card("Roy;Firo", f"TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,{WIFE}):98765 00006")
        + card("Roy;Gita", 'TEL;TYPE="Jio,VOICE":98765 00007', "TEL;TYPE=wrong:98765 00017"),
        [("919876500001", "Asha"), ("912226543210", "Esha"), ("919876500007", "Gita")],
        {"somebody_elses": 4},
    ),
}  # fmt: skip


ASHA, UMA = ("919876500001", "Asha"), ("919876500002", "Uma")
SAYS = "Name,{}\nAsha Rao,98765 00001,{}\nUma Das,98765 00002,{}\n"
# what it shows: the columns behind the name, what they say of Asha's number and of Uma's; only Uma's is called
COLUMNS = {
    "somebody_elses": [
        ("Mobile,Number Type", "Spouse", "Mobile"),
        ("Mobile,Whose Number", "Husband", "Self"),
        ("Mobile,Whose mobile is this?", "Brother's", "Uma"),
        ("Mobile,Number Belongs To", "Husband (Ravi)", "Dr. Uma Das"),
        ("Phone,Phone belongs to", "Agent", ""),
        ("Mobile,Mobile No. of", "Wife", "Own"),
        ("Mobile,Phone Owner", "Wife", "Self"),
        ("Mobile,Relation", "Father", "Self"),
        ("Mobile,Relationship", "Babası", "Self"),
        ("Mobile,Number Belongs To", "moeder", "Uma Das"),
        ("Mobile,Belongs to", "Wife", "Uma Das"),
        ("Mobile,Kiska number", "Pati", "Self"),
        ("Mobile,नंबर किसका है", "पति", "स्वयं"),
        ("Telefon,Wessen Nummer", "Ehemann", "Eigene"),
        ("Teléfono,Teléfono de", "esposo", "Uma"),
        ("Téléphone,À qui est le numéro", "mari", "Uma"),
        ("Телефон,Чей номер", "муж", "свой"),
    ],
    "said_to_be_wrong": [
        ("Mobile,Number Type", "Wrong", "Mobile"),
        ("Phone,Phone Status", "Wrong number", "Verified"),
        ("Phone,Phone Status", "Disconnected - 404", "Switched off"),
        ("Mobile,Number Status", "not in service", "active"),
        ("Mobile,mobile_status", "Deceased", "unknown"),
        ("Phone,Phone Valid", "No", "Yes"),
        ("Phone,phoneValid", "false", "true"),
        ("Phone,Is Phone Valid", "0", "1"),
        ("Phone,Phone Validation", "invalid", "valid"),
        ("Mobile,Valid?", "N", "Y"),
        ("Mobile,Wrong Number", "Yes", "No"),
        ("Mobile,Invalid phone", "TRUE", "FALSE"),
        ("Telefon,Telefonstatus", "ungültig", "ok"),
        ("Telefon,Nummer gültig", "nein", "ja"),
        ("Teléfono,Estado del teléfono", "no existe", "activo"),
        ("Téléphone,Numéro valide", "non", "oui"),
        ("Телефон,Статус номера", "не существует", "ок"),
        ("Mobile,नंबर सही है", "नहीं", "हाँ"),
    ],
}  # fmt: skip
CASES |= {
    f"{columns} = {asha!r} says that the number is not the lead's": (
        "leads.csv", SAYS.format(columns, asha, uma), [UMA], {reason: 1}
    )
    for reason, each in COLUMNS.items()
    for columns, asha, uma in each
}  # fmt: skip
# Columns and words that say nothing of the number.
CASES |= {
    f"{columns} = {asha!r} says nothing of the number": (
        "leads.csv", SAYS.format(columns, asha, uma), [ASHA, UMA], {}
    )
    for columns, asha, uma in [
        ("Mobile,Mobile verified", "No", "Yes"),
        ("Mobile,Owner", "Agent 3", "Manager"),
        ("Mobile,Relationship", "Vendor", "Partner"),
        ("Mobile,Active", "No", "Yes"),
        ("Mobile,Type", "Wrong", "Spouse"),
        ("Mobile,Contact Relation", "Vendor", "Partner"),
        ("Mobile,Valid Phone", "98110 99001", "98110 99002"),
        ("Mobile,Number Status", "not disconnected", "no answer"),
        ("Mobile,Mobile Type", "Android", "Smartphone"),
    ]
}  # fmt: skip
ROW = "Name,Phone,Phone Status,Alt Phone,Alt Phone Status\n"
CASES["the next number is called where the first is wrong"] = (
    "leads.csv",
    ROW + "Asha Rao,98765 00001,Wrong,98110 99001,\nUma Das,98765 00002,Disconnected,98110 99002,Invalid\n"
    "Ira Sen,98765 00003,ok,98110 99003,Wrong\nTara Sen,98765 00004,Wrong,98110 990,\n",
    [("919811099001", "Asha"), ("919876500003", "Ira")],
    {"said_to_be_wrong": 1, "too_short": 1},
)
CASES["a status that names no line speaks of the main one"] = (
    "leads.csv",
    "Name,Mobile,Alt Mobile,Number Status\nAsha Rao,98765 00001,98110 99001,Invalid\nUma Das,98765 00002,,valid\n",
    [("919811099001", "Asha"), UMA],
    {},
)


@pytest.mark.parametrize("name", CASES)
def test_whose_number_is_called(name: str, tmp_path: Path) -> None:
    """What a label says of its number decides whether it is the lead's; a row without another one is told why."""
    file, text, leads, rejections = CASES[name]
    (tmp_path / file).write_text(text, encoding="utf-8")
    with Sandbox() as sandbox:
        program = Inside(tmp_path, sandbox.url)
        ended = program.run(
            *("upload", file, "--name", "A", "--region", "IN", "--max-rejects", "100%", "--json", "--quiet")
        )
        sent = [(str(lead["phone"]), lead["firstname"]) for each in sandbox.campaigns().values() for lead in each]
    assert (ended.code, sent, json.loads(ended.out)["rejections"]) == (0, leads, rejections)


def test_a_label_that_asks_not_to_be_called_marks_its_row(tmp_path: Path) -> None:
    """A label such as "Do not call" leaves the row out as the same words beside the number do."""
    text = GOOGLE + "Asha,Rao,Mobile,98765 00001,,\nBinu,Nair,Do not call,98765 00002,Home,022 26543210\n"
    (tmp_path / "contacts.csv").write_text(text, encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "contacts.csv", "--region", "IN", "--json")
    rows = json.loads(ended.out)["rows"]
    assert {key: rows[key] for key in ("read", "leads", "excluded", "rejected")} == {
        "read": 2,
        "leads": 1,
        "excluded": 1,
        "rejected": 0,
    }


def test_a_status_that_the_program_acts_on_is_not_warned_of(tmp_path: Path) -> None:
    """Whatever a status may say of a wrong number takes the number out beside a phone, and is no warning then."""
    doubtful = json.loads((PACKAGE / "columns" / "marks.json").read_text(encoding="utf-8"))["doubtful"]
    rows = [f"Asha Rao,98765{at:05d},{word}" for at, word in enumerate(doubtful)]
    (tmp_path / "leads.csv").write_text("\n".join(["Name,Phone,Phone Status", *rows, ""]), encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json")
    assert (ended.json["rejections"], ended.json["warnings"]) == ({"said_to_be_wrong": len(doubtful)}, [])


def test_a_list_takes_wrong_numbers_too(tmp_path: Path) -> None:
    """On a do-not-call list a number counts, whatever is said of its state."""
    (tmp_path / "leads.csv").write_text("Name,Phone\nAsha Rao,98765 00001\nUma Das,98765 00002\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("Phone,Phone Status\n98765 00001,Wrong\n", encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--exclude", "list.csv", "--region", "IN", "--json")
    assert (ended.json["rows"]["leads"], ended.json["rows"]["excluded"]) == (1, 1)


@pytest.mark.parametrize(
    ("label", "header", "rank"),
    [
        ("", "Mobile Phone", 0),
        ("Personal", "Mobile Phone", 0),
        ("Work", "Mobile Phone", 3),
        ("", "Phone 1 - Value", 2),
        ("Nanny", "Phone 1 - Value", Reason.SOMEBODY_ELSES),
        ("муж", "Phone 1 - Value", Reason.SOMEBODY_ELSES),
        ("неверный", "Phone 1 - Value", Reason.SAID_TO_BE_WRONG),
        ("Don't use", "Phone 1 - Value", Reason.SAID_TO_BE_WRONG),
        ("Wife", "Contact", 2),
        ("Fax", "Contact", Reason.FAX),
    ],
)
def test_rank_of_a_line(label: str, header: str, rank: int | Reason) -> None:
    """A label's words rank its line, or are the reason not to call it; without one the column's name ranks it."""
    assert line_rank(header, label) == rank
