"""Where things stand: the tests, the project's root and the package."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = ROOT / "telecmi_leads"
