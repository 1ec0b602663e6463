"""validate: a trial run that needs no name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import run_to_end
from telecmi_leads.cli.run_plan import trial_run

if TYPE_CHECKING:
    from collections.abc import Sequence


def validate(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and show what would be left out."""
    return run_to_end(given, partial(trial_run, paths=files), sends=False, files=files)
