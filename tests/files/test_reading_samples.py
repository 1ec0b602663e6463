"""Every shared sample file, read as it is."""

from __future__ import annotations

import pytest
from places import TESTS

from telecmi_leads.files import open_source
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import ReadingOptions

SAMPLES = TESTS / "leadfiles" / "samples"

# file: format, encoding, delimiter, rows of each sheet (or list)
DECIDED = {
    "bitrix24.csv": (FileFormat.CSV, "UTF-8 with BOM", ";", [2]),
    "brevo.csv": (FileFormat.CSV, "UTF-8", ";", [2]),
    "excel_sci.csv": (FileFormat.CSV, "UTF-8", ",", [11]),
    "fake_xls_html.xls": (FileFormat.HTML, "UTF-8", None, [2]),
    "fr_semicolon_latin1.csv": (FileFormat.CSV, "Windows-1252", ";", [2]),
    "google_ads_form.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "google_contacts_new.csv": (FileFormat.CSV, "UTF-8 with BOM", ",", [4]),
    "google_forms_hi.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "hubspot.csv": (FileFormat.CSV, "UTF-8 with BOM", ",", [3]),
    "indiamart_api.json": (FileFormat.JSON, "UTF-8", None, [1]),
    "justdial.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "meta_graph_leads.json": (FileFormat.JSON, "UTF-8", None, [1]),
    "meta_utf16le.csv": (FileFormat.CSV, "UTF-16 LE", "\t", [5]),
    "naukri_multi.xlsx": (FileFormat.XLSX, None, None, [4, 3]),
    "outlook_cp1252.csv": (FileFormat.CSV, "Windows-1252", ",", [2]),
    "owner_list_messy.csv": (FileFormat.CSV, "UTF-8", ",", [4]),
    "pipedrive_people.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "portal_99acres.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "salesforce_dataloader.csv": (FileFormat.CSV, "UTF-8", ",", [2]),
    "shopify_customers.csv": (FileFormat.CSV, "UTF-8", ",", [3]),
    "vicidial_noheader.txt": (FileFormat.CSV, "UTF-8", "|", [1]),
}


def test_every_sample_is_listed() -> None:
    """No sample is left out of the table above."""
    assert sorted(DECIDED) == sorted(path.name for path in SAMPLES.iterdir())


@pytest.mark.parametrize("name", sorted(DECIDED))
def test_what_was_decided(name: str) -> None:
    """Format, encoding, delimiter and the number of rows come out right with no option."""
    with open_source(SAMPLES / name, ReadingOptions()) as source:
        sheets = [
            (sheet.encoding, sheet.delimiter, sum(len(block.rows) for block in sheet.blocks)) for sheet in source.sheets
        ]
    format_, encoding, delimiter, rows = DECIDED[name]
    assert source.format is format_
    assert sheets == [(encoding, delimiter, count) for count in rows]
