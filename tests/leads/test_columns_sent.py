"""Which columns give a lead its number and its name: whole files of usual exporters, and the people who arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

ASHA, BINU = "919876543210 Asha Rao", "919876543211 Binu K"


def upload(folder: Path, region: str, text: str, *options: str) -> tuple[Ended, list[str]]:
    """Upload a CSV file; return how it ended, and number and name of each lead that arrived."""
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    with Sandbox() as sandbox:
        program = Inside(folder, sandbox.url)
        ended = program.run(
            *("upload", "leads.csv", "--name", "A", "--region", region, "--max-rejects", "100%", "--json", "--quiet"),
            *options,
        )
        sent = [lead for campaign in sandbox.campaigns().values() for lead in campaign]
    return ended, [f"{lead['phone']} {lead['firstname']} {lead['lastname']}" for lead in sent]


NAMES = {
    "WhatsApp's members": "Phone Number,Saved Name,Public Display Name\n9876543210,,Asha Rao\n9876543211,Binu K,bin",
    "the shown name first": "Push Name,Saved Name,Mobile\nAsha Rao,,9876543210\nbin,Binu K,9876543211",
    "a word for nothing": "Name,Profile Name,Mobile\nnan,Asha Rao,9876543210\nBinu K,bin,9876543211",
    "in German": "Mobil,Name,Öffentlicher Anzeigename\n9876543210,,Asha Rao\n9876543211,Binu K,bin",
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_shown_name_serves_the_rows_without_another(kind: str, tmp_path: Path) -> None:
    """A name that people show of themselves is a fallback row by row, behind the one they are known by."""
    ended, sent = upload(tmp_path, "IN", NAMES[kind])
    assert (ended.code, sent) == (0, [ASHA, BINU])


TURKISH = "905321234567 Ayşe Kaya"
CEP = {
    "beside a landline": "Müşteri,Cep,Tel\nAyşe Kaya,0532 123 45 67,0212 345 67 89",
    "alone": "Müşteri,Cep\nAyşe Kaya,5321234567",
    "numbered": "Ad,Soyad,Ev Tel,Cep 1,Cep 2\nAyşe,Kaya,0212 345 67 89,0532 123 45 67,0533 123 45 67",
}


@pytest.mark.parametrize("kind", CEP)
def test_the_turkish_word_for_a_mobile(kind: str, tmp_path: Path) -> None:
    """A column called Cep with valid numbers in it is a mobile, and comes before a landline."""
    ended, sent = upload(tmp_path, "TR", CEP[kind])
    assert (ended.code, sent) == (0, [TURKISH])


@pytest.mark.parametrize("code", ["01310-100", "01310100", "4003-1234", "30140071"])
def test_a_brazilian_postal_code_is_no_number(code: str, tmp_path: Path) -> None:
    """A column called CEP with eight digits in it is none, even where these happen to be a valid number."""
    _, sent = upload(tmp_path, "BR", f"Nome,CEP,Fone\nAsha Rao,{code},\nBinu K,{code},(11) 98765-4321")
    assert sent == ["5511987654321 Binu K"]


AREAS = {
    "Jotform": ("US", "Phone Number - Area Code,Phone Number - Phone Number", "201,545-6059", "12015456059"),
    "Jotform's JSON": ("US", "phoneNumber.area,phoneNumber.phone", "201,545-6059", "12015456059"),
    "a mobile's": ("US", "Mobile Number - Area Code,Mobile Number - Number", "201,545-6059", "12015456059"),
    "a contact's": ("US", "Contact Number - Area Code,Contact Number - Phone Number", "201,545-6059", "12015456059"),
    "two lines": (
        "US",
        "Home Phone - Area Code,Home Phone - Number,Work Phone - Area Code,Work Phone - Number",
        "212,,201,545-6059",
        "12015456059",
    ),
    "a landline in India": ("IN", "Landline STD Code,Landline Number", "22,25456059", "912225456059"),
    "German": ("DE", "Telefonnummer - Vorwahl,Telefonnummer - Telefonnummer", "030,23125456", "493023125456"),
    "Spanish": ("MX", "Teléfono - Código de área,Teléfono - Número de teléfono", "55,5345 6789", "525553456789"),
    "Portuguese": ("BR", "DDD Celular,Celular", "11,98765-4321", "5511987654321"),
    "nobody's code": ("IN", "Fax Area Code,Mobile", "22,9876543210", "919876543210"),
    "a name that asks for the code": ("IN", "Landline with STD Code,Area", "022 25456059,22", "912225456059"),
}


@pytest.mark.parametrize("kind", AREAS)
def test_an_area_code_that_is_called_after_its_line(kind: str, tmp_path: Path) -> None:
    """An area code whose column says whose it is goes before the number, as a plain one does."""
    region, header, row, number = AREAS[kind]
    ended, sent = upload(tmp_path, region, f"Name,{header}\nAsha Rao,{row}")
    assert (ended.code, sent) == (0, [f"{number} Asha Rao"])
