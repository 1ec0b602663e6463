"""Titles of whole tables that say not to call: of one of two side by side, and of a web page's; whole outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import phones

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

BESIDE = """Name,Mobile,,Name,Mobile
Asha Menon,9876500001,,Ravi Kulkarni,9876500003
Meena Joshi,9876500002,,Sue Das,9876500004
"""
CUSTOMERS = BESIDE.replace(",,Name,Mobile", ",,Customer,Phone")
TABLE = "<table><tr><th>Name</th><th>Mobile</th></tr><tr><td>{}</td><td>98765000{}</td></tr></table>"


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder of its own."""
    return Inside(tmp_path, sandbox.url)


def uploaded(program: Inside, sandbox: Sandbox, text: str, name: str = "leads.csv") -> tuple[list[str], dict[str, int]]:
    """Upload a text; return the last digits of the numbers sent, and whom marks exclude."""
    (program.folder / name).write_text(text, encoding="utf-8")
    ended = program.run("upload", name, "--name", "M", "--region", "IN", "--json")
    return [phone.removeprefix("9198765000") for phone in phones(sandbox.campaigns())], ended.json["excluded"]


# --- tables side by side --------------------------------------------------------------------------


@pytest.mark.parametrize("table", [BESIDE, CUSTOMERS, BESIDE.replace(",,", ",")], ids=["again", "others", "close"])
@pytest.mark.parametrize(
    ("titles", "mark"),
    [
        ("HOT LEADS,,,DND,", "DND"),
        ("HOT LEADS,,,DO NOT CALL,", "DO NOT CALL"),
        ("To call,,,Not to be called,", "Not to be called"),
        ("Leads,,,DND,", "DND"),
        (",,,DND,", "DND"),
        ("June\nHOT LEADS,,,DND,", "DND"),
    ],
)
def test_a_title_over_one_of_two_tables(program: Inside, sandbox: Sandbox, table: str, titles: str, mark: str) -> None:
    """Of two tables side by side the people of the one below the title are excluded, and no others."""
    titles = titles if ",,N" in table or ",,C" in table else titles.replace(",,,", ",,")
    assert uploaded(program, sandbox, f"{titles}\n{table}") == (["01", "02"], {mark: 2})


def test_a_title_over_both_tables(program: Inside, sandbox: Sandbox) -> None:
    """A title that stands alone in the first column holds for the whole sheet."""
    assert uploaded(program, sandbox, f"DND,,,,\n{BESIDE}") == ([], {"DND": 4})


# --- web pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "caption"),
    [
        ("", "<caption>Do not call</caption>"),
        ("<h3>Do <b>not</b> call</h3>", ""),
        ("<h3>Do not call</h3><p>as of June</p>", ""),
        ("<h2>Do not call</h2><h3>Kochi</h3>", ""),
        ("<p>Do not call</p>", ""),
        ("Do not call<br>", ""),
    ],
)
def test_a_title_of_a_table_of_a_web_page(program: Inside, sandbox: Sandbox, above: str, caption: str) -> None:
    """A caption, a heading or a line above a table holds for it, and not for the tables before and behind."""
    marked = TABLE.format("Ravi", "02").replace("<table>", f"<table>{caption}")
    page = f"<h1>Leads</h1>{TABLE.format('Asha', '01')}{above}{marked}<h2>More leads</h2>{TABLE.format('Meena', '03')}"
    assert uploaded(program, sandbox, page, "leads.html") == (["01", "03"], {"Do not call": 1})


def test_text_of_a_web_page_that_is_no_title(program: Inside, sandbox: Sandbox) -> None:
    """Text that stands in a cell, below a table, or among other words excludes nobody."""
    page = f"<p>Please do not call before 10</p>{TABLE.format('Asha', '01')}<table><tr><td>Do not call</table>"
    assert uploaded(program, sandbox, f"{page}{TABLE.format('Meena', '02')}<p>DND</p>", "leads.html") == (
        ["01", "02"],
        {},
    )
