"""The fuzzers of the readers, for a while each; FUZZ_SECONDS says how long."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from places import TESTS

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = TESTS / "fuzz" / "fuzz_reading.py"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", ["text", "json", "lines", "html", "vcard", "gzip", "shell", "workbook"])
def test_fuzz(target: str, tmp_path: Path) -> None:
    """A coverage-guided fuzzer finds no input that is neither read nor refused."""
    pytest.importorskip("atheris", reason="atheris is installed by hand where fuzzing is wanted")
    seconds = os.environ.get("FUZZ_SECONDS", "60")
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=20000"]
    command = [sys.executable, str(SCRIPT), target, *options, f"-artifact_prefix={tmp_path}/", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stderr[-4000:]
