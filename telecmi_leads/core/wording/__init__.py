"""Numbers and codes → words: the sentences that the terminal and the report page share.

Pure functions from models to text. Nothing here masks or makes safe what came from a file or a server:
whoever shows it does.
"""

from __future__ import annotations

from telecmi_leads.core.wording.advice import NextStep, argument, command, next_steps, open_steps, resolve, resume
from telecmi_leads.core.wording.code_words import (
    LEFT_OUT,
    REASONS,
    REPAIRS,
    STATUS,
    about,
    answer,
    count,
    duration,
    outcome,
    reason,
    repair,
    run_state,
    share,
    skipped,
    table,
    warning_tip,
    words,
)
from telecmi_leads.core.wording.totals import Group, Heap, groups, headline, heaps, lead_balance, left_out, row_balance

__all__ = [
    "LEFT_OUT",
    "REASONS",
    "REPAIRS",
    "STATUS",
    "Group",
    "Heap",
    "NextStep",
    "about",
    "answer",
    "argument",
    "command",
    "count",
    "duration",
    "groups",
    "headline",
    "heaps",
    "lead_balance",
    "left_out",
    "next_steps",
    "open_steps",
    "outcome",
    "reason",
    "repair",
    "resolve",
    "resume",
    "row_balance",
    "run_state",
    "share",
    "skipped",
    "table",
    "warning_tip",
    "words",
]
