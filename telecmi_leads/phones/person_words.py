"""Words for other people beside a number in its cell: what stands beside a wife or a driver is somebody else's."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from telecmi_leads.core.other_people import words_of
from telecmi_leads.core.patterns import any_of

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
# What follows somebody who is spoken of in a remark, and whose number it is not: "wife will decide", "son's admission".
_SPOKEN_OF = (
    r"(?:(?:will|would|shall|has|have|is|are|was)\s+)?(?:to\s+|going\s+to\s+)?"
    r"(?:decid(?:es?|ed|ing)|confirm(?:s|ed)?|discuss|approv(?:es?|ed|al)|join|visit|revert|agree(?:s|d)?|refus(?:es?|ed)"
    r"|(?:not\s+)?interested|unwell|ill|sick|pregnant|hospitali[sz]ed|dm|(?:the\s+)?decision(?:\s+maker)?|permission"
    r"|admission|wedding|marriage|ref(?:erral|erred|erence)?|picked|answered)\b"
    r"|(?:will|would|shall)\s+(?:call|come|see|check|think|buy|pay|let)\b"
)
_NO_PERSON = rf"(?!\s+of\s)(?!\s+(?:tongue|dairy|teresa|concern)\b)(?!(?:'s)?\s+(?:{_SPOKEN_OF})(?!\W*\d))"
_OF = r"(?:'s|s(?=\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp)\b))?"

_BREAKS = r"\d()\[\]{},;:/|\n\x02=+\-"
_EDGE_BEFORE = rf"(?:(?<=^)|(?<=[{_BREAKS}])|(?<=[{_BREAKS}]\s))"
_EDGE_AFTER = rf"(?=\s*(?:$|[{_BREAKS}]))"
_LABEL = r"(?:'s)?(?:\s+(?:ka|ki|ke))?(?:\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp|name)\b\.?)?"


@cache
def somebody() -> re.Pattern[str]:
    """Return what finds another person among the words beside a number; compiled when it is first needed."""
    anywhere = words_of("family", "others")
    unspaced = [word for word in anywhere if _UNSPACED.search(word)]
    spaced = _any(word for word in anywhere if not _UNSPACED.search(word))
    before = rf"(?<!{_LETTER})"
    unless = "".join(rf"(?!{word}{said})" for word, said in _UNLESS.items())
    alone = _any(words_of("family_alone", "others_alone"))
    return re.compile(
        rf"{before}{unless}{spaced}{_OF}(?!{_LETTER}){_NO_PERSON}|{unless}{_any(unspaced)}"
        rf"|{_EDGE_BEFORE}{alone}{_LABEL}{_EDGE_AFTER}"
    )


def _any(words: Iterable[str]) -> str:
    return any_of(words).replace(re.escape(" "), r"[\s-]+")
