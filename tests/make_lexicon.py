"""Makes telecmi_leads/columns/lexicon.txt anew from lexicon.json, so that a start reads it in a few milliseconds.

Run it after every change of lexicon.json: `python tests/make_lexicon.py`. The first line holds as JSON what stands
beside the phrases. Every other line begins with the first two characters of its phrases, blanks left out, and lists
each as `|phrase=section:meaning|`.
"""

from __future__ import annotations

import json
from collections import defaultdict

from places import PACKAGE

from telecmi_leads.columns.lexicon import bucket_of

SOURCE, FILE = (PACKAGE / "columns" / f"lexicon.{ending}" for ending in ("json", "txt"))
PHRASES = ("modifiers", "never", "heads")
BESIDE = ("exact", "beside", "codes", "strangers", "numbered", "recipients")


def text() -> str:
    """Return the whole file."""
    data = json.loads(SOURCE.read_text(encoding="utf-8"))
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for section in PHRASES:
        for group, languages in data[section].items():
            for phrase in dict.fromkeys(phrase for phrases in languages.values() for phrase in phrases):
                lines[bucket_of(phrase)].append(f"{phrase}={section[0]}:{group}")
    beside = json.dumps(
        {part: data[part] for part in ("exact", "beside", "codes", "strangers", "numbered", "recipients")},
        ensure_ascii=False,
    )
    return "\n".join([beside, *(f"{bucket}|{'|'.join(lines[bucket])}|" for bucket in sorted(lines))]) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
