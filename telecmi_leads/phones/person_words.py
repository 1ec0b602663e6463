"""Words for other people: a wife, a driver, an agent. A number that stands beside one is somebody else's.

The words stand in persons.json, by language.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from telecmi_leads.core.patterns import any_of
from telecmi_leads.core.shipped import shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0610-\u065f\u0900-\u0963\u0970-\u0dff])"  # and the signs of Indian scripts
# Chinese, Japanese and Korean have no blanks between a word and its neighbours.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")

# "Assistant manager" is a rank, "emergency only" says when to call, and "mother tongue" what somebody speaks.
_UNLESS = {
    "assistant": r"\s+(?:manager|director|professor|engineer|general|vice|commissioner)",
    "emergency": r"\s+only",
    "朋友": "圈",
}
_NO_PERSON = r"(?!\s+of\s)(?!\s+(?:tongue|dairy|teresa|concern)\b)"
_OF = r"(?:'s|s(?=\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp)\b))?"

_BREAKS = r"\d()\[\]{},;:/|\n\x02=+\-"
_EDGE_BEFORE = rf"(?:(?<=^)|(?<=[{_BREAKS}])|(?<=[{_BREAKS}]\s))"
_EDGE_AFTER = rf"(?=\s*(?:$|[{_BREAKS}]))"
_LABEL = r"(?:'s)?(?:\s+(?:ka|ki|ke))?(?:\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp|name)\b\.?)?"


@cache
def _words(*groups: str) -> tuple[str, ...]:
    """Return the words of some groups of persons.json, of all languages."""
    languages = json.loads(shipped_text("telecmi_leads.phones", "persons.json"))
    of_all = (words for name, words in languages.items() if name != "_about")
    return tuple(word for words in of_all for group in groups for word in words.get(group, ()))


def family() -> tuple[str, ...]:
    """Return the words that say what somebody is to a lead where that is asked: "wife", "father in law"."""
    return _words("family", "family_alone", "family_asked")


@cache
def somebody() -> re.Pattern[str]:
    """Return what finds another person among the words beside a number; compiled when it is first needed."""
    anywhere = _words("family", "others")
    unspaced = [word for word in anywhere if _UNSPACED.search(word)]
    spaced = _any(word for word in anywhere if not _UNSPACED.search(word))
    before = rf"(?<!{_LETTER})"
    unless = "".join(rf"(?!{word}{said})" for word, said in _UNLESS.items())
    alone = _any(_words("family_alone", "others_alone"))
    return re.compile(
        rf"{before}{unless}{spaced}{_OF}(?!{_LETTER}){_NO_PERSON}|{unless}{_any(unspaced)}"
        rf"|{_EDGE_BEFORE}{alone}{_LABEL}{_EDGE_AFTER}"
    )


def _any(words: Iterable[str]) -> str:
    return any_of(words).replace(re.escape(" "), r"[\s-]+")
