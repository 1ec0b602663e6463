"""The README tells what the program does: its generated parts are fresh, its commands exist."""

from __future__ import annotations

import re

from readme_reference import README, filled

from telecmi_leads.errors import ExitCode


def test_the_generated_parts_are_fresh() -> None:
    """Every command, option, reason and repair stands in the README as --help and the code have it.

    When this fails: python tests/readme_reference.py
    """
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text


def test_every_exit_code_is_explained() -> None:
    """The table of exit codes holds each code of the program."""
    text = README.read_text(encoding="utf-8")
    table = text[text.index("## Exit codes") : text.index("## What is promised")]
    codes = {int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")}
    assert codes == {int(code) for code in ExitCode}
