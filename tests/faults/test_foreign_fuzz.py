"""The fuzzers of answers, texts, phone cells and settings, for a while each; FUZZ_SECONDS says how long."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from places import TESTS

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = TESTS / "fuzz" / "fuzz_foreign.py"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", ["answer", "text", "phone", "env", "toml"])
def test_fuzz(target: str, tmp_path: Path) -> None:
    """A coverage-guided fuzzer finds no input that raises, gets past `safe`, or is read in two ways."""
    pytest.importorskip("atheris", reason="atheris is installed by hand where fuzzing is wanted")
    seconds = os.environ.get("FUZZ_SECONDS", "60")
    options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]
    command = [sys.executable, str(SCRIPT), target, *options, f"-artifact_prefix={tmp_path}/", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stderr[-4000:]
