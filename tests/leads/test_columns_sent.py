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
