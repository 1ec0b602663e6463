"""Numbers that would be another person's, if what stands beside them in the file were lost on the way."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside
from matched_columns import feeds, match_of
from program import phones

from telecmi_leads.columns.mark_cells import marks
from telecmi_leads.columns.mark_words import MarkKind
from telecmi_leads.columns.total_lines import NUMBER
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def dialled(folder: Path, text: str, region: str, *options: str, name: str = "leads.csv") -> list[str]:
    """Upload a file; return the numbers that arrive."""
    (folder / name).write_text(text)
    with Sandbox() as sandbox:
        Inside(folder, sandbox.url).run("upload", name, "--name", "M", "--region", region, *options)
        return phones(sandbox.campaigns())


def test_a_short_form_of_a_country_means_the_same_in_every_block(tmp_path: Path) -> None:
    """SA is Saudi Arabia in a table that says ZA for South Africa, also where no ZA stands near it."""
    home = [f"Asha,ZA,082{number:07}" for number in range(1_000_000, 1_001_100)]
    abroad = [f"Asha,SA,05123{number:05}" for number in range(50)]
    found = dialled(tmp_path, "\n".join(["Name,Country,Phone", *home, *abroad]), "ZA")
    assert sum(number.startswith("966") for number in found) == len(abroad)


def test_a_number_that_goes_before_others_by_its_label_keeps_its_code(tmp_path: Path) -> None:
    """A mobile in the second column of numbers is dialled with the code beside it, not with that of the first one."""
    header = "Name,Phone 1 Country Code,Phone 1 Type,Phone 1,Phone 2 Country Code,Phone 2 Type,Phone 2"
    rows = [f"Asha,+91,Home,022265432{at},+44,Mobile,79111234{at}" for at in range(10, 14)]
    assert dialled(tmp_path, "\n".join([header, *rows]), "IN") == [f"4479111234{at}" for at in range(10, 14)]


@pytest.mark.parametrize(
    "beside",
    [
        {"phones": [{"number": "7911123456", "label": "Mobile", "country_code": "+44"}]},
        {"phone": "07911123456", "addresses": [{"type": "home", "address": "1 High St", "country": "GB"}]},
    ],
)
@pytest.mark.parametrize("count", [1, 6])
def test_the_country_of_a_number_or_address_with_a_kind_is_read(
    tmp_path: Path, beside: dict[str, Any], count: int
) -> None:
    """What an entry of a list says beside its number and kind is not lost."""
    leads = [{"name": f"Asha {'ABCDEF'[at]}", **beside} for at in range(count)]
    assert dialled(tmp_path, json.dumps(leads), "IN", name="leads.json") == ["447911123456"]


def test_the_words_of_a_mark_that_begin_with_a_no_are_no_no() -> None:
    """A do-not-call column may say so in words: these are not the no of "No, you may call"."""
    said = ("No llamar", "No calls please", "Nein, nicht anrufen", "Non, ne pas appeler", "No", "No, he likes calls")
    assert [marks(MarkKind.NO_CALL, text) for text in said] == [True] * 4 + [False] * 2


def test_every_number_of_a_listed_row_is_read_as_its_row_says(tmp_path: Path) -> None:
    """The second number of a cell is of the row's country too."""
    (tmp_path / "dnc.csv").write_text("Name,Country,Phone\n" + "Asha,United Kingdom,07911 123410 / 07911 123510\n" * 3)
    leads = "Name,Phone\nAsha,+447911123510\nBinu,+919876500001"
    assert dialled(tmp_path, leads, "IN", "--exclude", "dnc.csv") == ["919876500001"]


def test_a_second_number_may_be_as_short_as_they_are_in_andorra(tmp_path: Path) -> None:
    """Two numbers of six digits in a cell are both left out, on a list and in a marked row."""
    (tmp_path / "dnc.csv").write_text("Phone\n312345 / 312346\n")
    leads = "Name,Phone,DND\nAsha,+376312346,\nBinu,+376312348,\nUma,312347 / 312348,yes\nOm,+376312349,"
    assert dialled(tmp_path, leads, "AD", "--exclude", "dnc.csv") == ["376312349"]


def test_the_reject_file_of_a_file_without_a_header_can_be_uploaded(tmp_path: Path) -> None:
    """A column that holds names and numbers is called after the numbers there."""
    rows = [f"Asha Rao 98765{number:05}" for number in range(6)]
    dialled(tmp_path, "\n".join([*rows, "Ravi Kumar 98123"]), "IN", "--report-dir", "reports")
    with (tmp_path / "reports" / "rejects.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.reader(file))[0] == "phone"


def test_only_a_direction_tells_a_calls_side() -> None:
    """A customer type "Individual" begins as "incoming" does, and is no direction."""
    sample = [[f"0222654321{at % 3}", f"98765{at:05}", "Individual", f"Asha {chr(65 + at)}"] for at in range(20)]
    match = match_of(["From", "To", "Customer Type", "Customer Name"], *sample)
    assert feeds(match)["phone"] == ["To"]


def test_a_long_cell_of_digits_takes_no_longer_than_it_is() -> None:
    """Whether a cell is a figure is told in linear time."""
    assert NUMBER.fullmatch("1" * 300_000 + "x") is None
    assert NUMBER.fullmatch(" 1,200.50 ") is not None
    assert NUMBER.fullmatch(" , ") is None


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Booked By,Booked By Mobile,Patient Name,Patient Mobile",
            "Booked By,Booked By Mobile,Guest Name,Guest Mobile",
        ),
        *("Booked By,Booked By Phone,Passenger Name,Passenger Phone", "Booked By,Booked By Mobile,Name,Mobile"),
        "Booked By Name,Booked By Mobile,Traveller,Traveller Mobile",
    ],
)
def test_whoever_booked_is_not_the_guest(tmp_path: Path, header: str) -> None:
    """Beside a patient, guest or passenger with a line of their own, who booked is not called."""
    (tmp_path / "leads.csv").write_text(f"{header}\nMohan Das,9811023451,Asha Menon,9876501231\n", encoding="utf-8")
    with Sandbox() as service:
        Inside(tmp_path, service.url).run("upload", "leads.csv", "--name", "M", "--region", "IN")
        (leads,) = service.campaigns().values()
    assert [(lead["phone"], lead["firstname"]) for lead in leads] == [("919876501231", "Asha")]
