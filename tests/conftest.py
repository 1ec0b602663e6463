"""What all tests share: a stand-in for the service, and Hypothesis without deadlines: a busy machine is no failure."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup the programs that tests start would inherit deafness

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox for one test."""
    with Sandbox() as running:
        yield running
