"""Coverage-guided fuzzing of what foreign text meets apart from the readers of files: nothing is raised or let through.

    python tests/fuzz/fuzz_foreign.py TARGET [-max_total_time=600] [any option of libFuzzer] [FOLDER WITH SEEDS]

TARGET is one of answer, text, phone, env, toml. Needs atheris, which the project does not install.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["telecmi_leads"]):
    from telecmi_leads.core.block_columns import clean_column
    from telecmi_leads.core.campaign import OutcomeKind
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.formulas import defuse, restore
    from telecmi_leads.core.masking import mask_phone, mask_text
    from telecmi_leads.core.text import clean, safe
    from telecmi_leads.phones import PhoneBook
    from telecmi_leads.sending.answers import LONGEST_RETRY_AFTER, Answer, classify
    from telecmi_leads.settings.accounts import account
    from telecmi_leads.settings.network import proxies
    from telecmi_leads.settings.options import PhoneOptions
    from telecmi_leads.settings.resolving import resolve
    from telecmi_leads.settings.setting_files import Sources

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
BOOK = PhoneBook(PhoneOptions())
FOLDER = Path(tempfile.mkdtemp())
SECRET = "kanarienvogel"  # noqa: S105 - invented
CREDENTIALS = b"TELECMI_APP_ID=1\nTELECMI_SECRET=kanarienvogel\n"
JOINERS = "\u200c\u200d"


def printable(text: str) -> bool:
    """Tell whether a terminal is safe from a text."""
    return all(char.isprintable() or char in JOINERS for char in text)


def answer(data: bytes) -> None:
    """Read an answer: one outcome, harmless words, and accepted only where another JSON reader finds code 200."""
    given = atheris.FuzzedDataProvider(data)
    status = given.ConsumeIntInRange(100, 999) if given.ConsumeBool() else 200
    headers = [given.ConsumeUnicode(40) if given.ConsumeBool() else None for _ in range(3)]
    body = given.ConsumeBytes(4000)
    outcome = classify(Answer(status, body, "", *headers), lambda: NOW, lambda text: text.replace(SECRET, "•••"))
    assert printable(outcome.message), outcome
    assert len(outcome.message) <= 300, outcome
    assert outcome.retry_after is None or 0 <= outcome.retry_after <= LONGEST_RETRY_AFTER, outcome
    assert SECRET not in outcome.message, outcome
    if outcome.kind is OutcomeKind.ACCEPTED:
        content = json.loads(body.decode("utf-8-sig", "surrogateescape"))
        assert 200 <= status < 300, outcome
        assert str(content["code"]).strip().lower().removeprefix("cmi-").lstrip("0") in {"200", "200.0", "2e2"}, outcome


def text(data: bytes) -> None:
    """Show, clean, defuse and mask any text."""
    foreign = atheris.FuzzedDataProvider(data).ConsumeUnicode(len(data))
    assert printable(safe(foreign, 50)), ascii(foreign)
    assert len(safe(foreign, 50)) <= 50, ascii(foreign)
    assert restore(defuse(foreign)) == foreign, ascii(foreign)
    assert defuse(foreign)[:1] not in {*"=+-@\t\r\n＝＋－＠"} - {""}, ascii(foreign)
    assert clean(clean(foreign)) == clean(foreign), ascii(foreign)
    assert list(clean_column(foreign.split(","))) == [clean(cell) for cell in foreign.split(",")], ascii(foreign)
    assert len(mask_text(foreign)) <= len(foreign), ascii(foreign)  # less where a number was written with escapes
    assert mask_text(mask_phone("919876543210") + foreign).startswith("9198•"), ascii(foreign)


def phone(data: bytes) -> None:
    """Read a phone cell alone, among others, and step by step: the same verdict, and digits or nothing."""
    given = atheris.FuzzedDataProvider(data)
    region = given.PickValueInList([None, "IN", "US", "GB", "DE", "AE", "ZZ"])
    cell = given.ConsumeUnicode(300)
    alone = BOOK.column([cell], region)
    among = BOOK.column(["9876543210", cell, "x"], region)
    explained = BOOK.explain(cell, region)
    (number,) = alone.numbers
    assert number == among.numbers[1] == (explained.number if explained.good else ""), ascii(cell)
    assert alone.faults.get(0) == among.faults.get(1) == explained.reason, ascii(cell)
    assert (number == "") == (0 in alone.faults), ascii(cell)
    assert number == "" or (number.isascii() and number.isdecimal() and len(number) <= 17), ascii(cell)


def settings(name: str) -> Callable[[bytes], None]:
    """Return a target that resolves the settings with a file of these bytes: settings, or a refusal in our words."""

    def resolved(data: bytes) -> None:
        (FOLDER / ".env").write_bytes(CREDENTIALS)
        (FOLDER / name).write_bytes(CREDENTIALS + data if name == ".env" and data[:1] < b"\x80" else data)
        try:
            found = resolve({}, Sources({}, FOLDER, profile="p" if b"[profile.p]" in data else None))
            whose = account(found)
            proxies({}, whose.base_url)
        except LeadsError as refused:
            if not all(map(printable, [refused.message, *refused.hint.split("\n")])):  # a hint may have lines
                raise
        else:
            assert printable(whose.secret.reveal()), ascii(data)
            assert whose.base_url.startswith(("https://", "http://")), ascii(data)

    return resolved


TARGETS: dict[str, Callable[[bytes], None]] = {
    "answer": answer,
    "text": text,
    "phone": phone,
    "env": settings(".env"),
    "toml": settings("telecmi-leads.toml"),
}


def main() -> None:
    """Fuzz the target that the command line names."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
