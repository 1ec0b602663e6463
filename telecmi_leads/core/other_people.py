"""The words for other people than the lead: a wife, a driver, an agent.

They stand in other_people.json, by language, and in groups that say where each counts.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import chain

from telecmi_leads.core.shipped import shipped_text

FAMILY = ("family", "family_alone", "family_asked")
"""The groups of words that say what somebody is to a lead."""

OTHERS = ("others", "others_alone")
"""The groups of words for people who are no kin: those who work for a lead, or deal with one."""


def words_of(*groups: str, language: str = "") -> tuple[str, ...]:
    """Return the words of some groups as they are written, of one language or of all."""
    languages = [_languages()[language]] if language else _languages().values()
    return tuple(chain.from_iterable(words.get(group, ()) for words in languages for group in groups))


@cache
def _languages() -> dict[str, dict[str, list[str]]]:
    """Return the words by language and group. Loaded when first asked for, which few files need."""
    data: dict[str, dict[str, list[str]]] = json.loads(shipped_text("telecmi_leads.core", "other_people.json"))
    return {language: groups for language, groups in data.items() if language != "_about"}
