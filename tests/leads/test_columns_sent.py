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


RECIPIENTS = {
    "Amazon's orders": "order-id,recipient-name,ship-city,ship-phone-number\n1,Asha Rao,Pune,9876543210",
    "who is called so": "Recipient Name,Recipient Mobile\nAsha Rao,9876543210",
    "first and last": "Recipient First Name,Recipient Last Name,Ship Phone\nAsha,Rao,9876543210",
    "beside a plain number": "Consignee Name,Mobile\nAsha Rao,9876543210",
    "without a word for the name": "Recipient,Mobile,Order\nAsha Rao,9876543210,1",
    "in Chinese": "订单号,收货人姓名,联系手机\n1,Asha Rao,9876543210",
    "in German": "Empfänger,Mobil\nAsha Rao,9876543210",
    "beside the seller's name": "Recipient Name,Ship Phone,Seller Name\nAsha Rao,9876543210,Shop",
    "another's name": "Name,Recipient Name,Mobile\nAsha Rao,Binu K,9876543210",
    "the buyer's name": "Buyer Name,Recipient Name,Ship Phone\nAsha Rao,Binu K,9876543210",
    "the sender's name": "Sender Name,Sender Mobile,Recipient Name,Recipient No\nAsha Rao,9876543210,Binu K,98765",
}


@pytest.mark.parametrize("kind", RECIPIENTS)
def test_whose_name_goes_with_an_orders_number(kind: str, tmp_path: Path) -> None:
    """A recipient's name is taken with their number where nobody else has a name; another's name keeps them out."""
    ended, sent = upload(tmp_path, "IN", RECIPIENTS[kind])
    assert (ended.code, sent) == (0, [ASHA])


@pytest.mark.parametrize(
    "text",
    [
        "Customer Mobile,Recipient Name\n9876543210,Asha Rao",
        "Mobile,Receiver Name\n9876543210,Asha Rao",
        "Mobile,Consignee Name,Agent Name\n9876543210,Asha Rao,Binu K",
        "Mobile,Recipient Name\n" + "".join(f"987654321{digit},Gamma Stores\n" for digit in range(5)),
    ],
)
def test_a_recipients_name_is_no_guess(text: str, tmp_path: Path) -> None:
    """Where the number may be another's than the recipient's, the row has no name, and nobody is called by theirs."""
    ended, sent = upload(tmp_path, "IN", text)
    assert (set(ended.json["rejections"]), sent) == ({"no_name"}, [])


def test_a_recipient_is_not_sent_with_the_buyers_email(tmp_path: Path) -> None:
    """The email of whoever ordered does not go with the name and the number of whoever it was sent to."""
    text = "buyer-email,recipient-name,ship-phone-number\nbinu@example.com,Asha Rao,9876543210"
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    ended = Inside(tmp_path).run("columns", "orders.csv", "--region", "IN", "--json")
    assert {column["name"]: column["field"] for column in ended.json["tables"][0]["columns"]} == {
        "buyer-email": None,
        "recipient-name": "fullname",
        "ship-phone-number": "phone",
    }


FOUND = {
    "behind an empty phone column": "Invitee Name,Text Reminder Number,Response 1\nAsha Rao,,9876543210",
    "with an email": "Name,Contact Details\nAsha Rao,98765 43210 asha@example.com",
    "with an email, in two lines": 'Name,Contact Details\nAsha Rao,"+91 98765 43210\nasha@example.com"',
    "with an email, under a name that says nothing": 'Name,Reach\nAsha Rao,"asha@example.com, 9876543210"',
    "a callback number": "Name,Callback Number\nAsha Rao,9876543210",
    "a callback number in German": "Name,Rückrufnummer\nAsha Rao,9876543210",
}


@pytest.mark.parametrize("kind", FOUND)
def test_numbers_where_no_better_column_has_any(kind: str, tmp_path: Path) -> None:
    """Numbers are found beside an address, behind an empty phone column, and as callback numbers at the last."""
    ended, sent = upload(tmp_path, "IN", FOUND[kind])
    assert (ended.code, sent) == (0, [ASHA])


@pytest.mark.parametrize(
    "text",
    [
        "Name,Mobile,Callback Number\nAsha Rao,,9876543210",
        "Name,Callback Number\n" + "".join(f"Asha {letter},9876543210\n" for letter in "ABCDE"),
        "Name,Contact Details\nAsha Rao,asha9876543210@example.com",
    ],
)
def test_numbers_that_are_no_leads(text: str, tmp_path: Path) -> None:
    """A callback number beside a phone column, the company's own one and digits of an address are not dialled."""
    ended, sent = upload(tmp_path, "IN", text)
    assert (ended.code, sent) == (3, [])
