"""Sheets and lists of people who must not be called, in texts: hidden ones, and those that --sheet leaves out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inside import Inside

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in an empty folder."""
    return Inside(tmp_path, sandbox.url)


def _xml_workbook(visible: str) -> str:
    """Return an XML spreadsheet with leads and, on a sheet of that look, somebody who must not be called."""
    rows = {"Leads": (("Asha", "9876500001"), ("Binu", "9876500002")), "Do Not Call": (("Asha", "9876500001"),)}
    sheets = "".join(
        f'<Worksheet ss:Name="{name}"><Table>'
        + "".join(
            "<Row>" + "".join(f"<Cell><Data>{cell}</Data></Cell>" for cell in row) + "</Row>"
            for row in (("Name", "Mobile"), *people)
        )
        + f"</Table><Visible>{visible if name == 'Do Not Call' else 'SheetVisible'}</Visible></Worksheet>"
        for name, people in rows.items()
    )
    return f'<?xml version="1.0"?><Workbook xmlns:ss="x">{sheets}</Workbook>'


@pytest.mark.parametrize("visible", ["SheetVisible", "SheetHidden"])
def test_sheets_of_an_xml_spreadsheet(program: Inside, visible: str) -> None:
    """A hidden do-not-call sheet of an XML spreadsheet counts, and --sheet that leaves it out stops --strict."""
    (program.folder / "leads.xls").write_text(_xml_workbook(visible))
    options = ("validate", "leads.xls", "--region", "IN", "--json")
    assert program.run(*options).json["rows"]["leads"] == 1
    assert program.run(*options, "--sheet", "Leads").json["warnings"][0].startswith('leads.xls, sheet "Do Not Call" is')
    assert program.run(*options, "--sheet", "Leads", "--strict").code == 3


def test_lists_in_json_that_sheet_leaves_out(program: Inside) -> None:
    """A do-not-call list in the file that --sheet leaves out is warned of, and --strict stops for it."""
    people = [{"name": "Asha", "phone": "9876500001"}, {"name": "Binu", "phone": "9876500002"}]
    (program.folder / "leads.json").write_text(json.dumps({"leads": people, "do_not_call": people[:1]}))
    options = ("validate", "leads.json", "--region", "IN", "--json", "--sheet", "leads")
    assert "is a do-not-call list by its name" in program.run(*options).json["warnings"][0]
    assert program.run(*options, "--strict").code == 3
