"""Makes telecmi_leads/columns/lexicon.txt anew from lexicon.json, so that a start reads it in a few milliseconds.

The words for other people in core/other_people.json come with it: a word that stands for somebody else beside a number
does so in a column's name too. Run it after every change of the two: `python tests/make_lexicon.py`. The first line
holds as JSON what stands beside the phrases. Every other line begins with the first two characters of its phrases,
blanks left out, and lists each as `|phrase=section:meaning|`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from places import PACKAGE

from telecmi_leads.columns.lexicon import bucket_of, words
from telecmi_leads.columns.meanings import Never
from telecmi_leads.core.other_people import FAMILY, OTHERS, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE, FILE = (PACKAGE / "columns" / f"lexicon.{ending}" for ending in ("json", "txt"))
PHRASES = ("modifiers", "never", "heads")
BESIDE = ("exact", "beside", "codes", "strangers", "numbered", "recipients", "sides", "no_leads")

# Names and other things too: "Frau Müller", "Tia Rao" and "Lata Pati" are leads, and a beta is a test. Where such a
# word stands beside one for a line, lexicon.json has both as a phrase.
NOT_ALONE = frozenset({"frau", "mann", "didi", "tia", "pati", "beta"})
_SOMEBODY = {f"never:{never.value}" for never in (Never.PERSON, Never.ROLE, Never.OWNER)}


def text() -> str:
    """Return the whole file."""
    data = json.loads(SOURCE.read_text(encoding="utf-8"))
    meanings = {
        phrase: f"{section}:{group}"
        for section in PHRASES
        for group, languages in data[section].items()
        for phrases in languages.values()
        for phrase in phrases
    }
    meanings |= dict.fromkeys(_other_people(meanings), f"never:{Never.PERSON.value}")
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for phrase, meaning in meanings.items():
        section, _, group = meaning.partition(":")
        lines[bucket_of(phrase)].append(f"{phrase}={section[0]}:{group}")
    beside = json.dumps({part: data[part] for part in BESIDE}, ensure_ascii=False)
    return "\n".join([beside, *(f"{bucket}|{'|'.join(lines[bucket])}|" for bucket in sorted(lines))]) + "\n"


def _other_people(meanings: Mapping[str, str]) -> Iterator[str]:
    """Yield the words for other people that lexicon.json does not have, folded.

    What it has means there what it says: a friend is a role, since a list may be about the friends of others.
    """
    for word in words_of(*FAMILY, *OTHERS):
        phrase = " ".join(words(word))
        known = phrase in meanings or any(meanings.get(token) in _SOMEBODY for token in phrase.split())
        if not known and phrase not in NOT_ALONE:
            yield phrase


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
