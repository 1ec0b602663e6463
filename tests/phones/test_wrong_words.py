"""What is said of a wrong number: beside it, in a column about the phone, and in a status of its person.

The three lists differ where the place tells what a word is about. WRONG in phone_words.py says how; here stand the
differences in English, and those of statuses in all languages. A word added to one list alone fails until it is added
to the others, or stands here.
"""

from __future__ import annotations

import json

from places import PACKAGE

from telecmi_leads.columns.mark_cells import says_doubtful
from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones import told_by_words

_COLUMNS = PACKAGE / "columns"
BESIDE_A_PHONE = json.loads((_COLUMNS / "line_labels.json").read_text(encoding="utf-8"))["no_line"]["en"]
STATUSES = json.loads((_COLUMNS / "marks.json").read_text(encoding="utf-8"))["doubtful"]

# Beside a number these speak of something else, too: "9876543210 changed" is the new one, "bad" is a connection.
NOT_BESIDE_A_NUMBER = (
    "bad, changed, dummy, in valid, isn t valid, no service, not used, unvalid, surrendered, undeliverable, "
    "unallocated, not allocated, nonworking, non working, nonexistent, non existent, not exist, do not exist, "
    "doesn t exist, don t use, not the customer s number, somebody else s, someone else s"
)
# As a status these may be the customer's, or the record's: an account is inactive, an address invalid.
NOT_AS_A_STATUS = (
    "bad, bogus, changed, dummy, in valid, incorrect, invalid, invalid format, isn t valid, isnt valid, "
    "no longer valid, not correct, not right, not valid, unvalid, wrong, wrong nos, wrongly entered, "
    "inactive, not active, deactivated, discontinued, service discontinued, no service, out of order, "
    "not in use, not used, do not use, don t use, dont use, not working, non working, nonworking, "
    "permanently disconnected, temporarily disconnected, surrendered, undeliverable, unallocated, not allocated, "
    "do not exist, doesn t exist, not exist, not existing, non existent, nonexistent, belongs to somebody else, "
    "not his number, not her number, not their number, not the customer s number, somebody else s, someone else s"
)
# Statuses are folded. Beside a number accents stay, and what is rarely written there is not looked for.
STATUSES_ALONE = (
    "number changed, number not exist, "
    "nummer ungultig, numero inexistente, fel nummer, avliden, zly numer, bledny numer, nieprawidlowy numer, zmarl, "
    "zmarla, zmarly, yanlis numara, hatali numara, sai so, da mat, zemrel, zemrela, spatny cislo, spatne cislo, "
    "умер, скончался, скончалась, मृतक, เสียชีวิต, 사망, 去世, 故人, 死亡しました"
)


# Statuses are kept folded, and beside a number words are read as they are written.
FOLDED = {
    "неправильныи номер": "неправильный номер",
    "неверныи номер": "неверный номер",
    "رقم خطا": "رقم خطأ",
    "رقم خاطي": "رقم خاطئ",
}


def _is_wrong_beside_a_number(words: str) -> bool:
    return told_by_words(words) is Reason.SAID_TO_BE_WRONG


def test_what_a_column_about_the_phone_says_is_said_beside_a_number_too() -> None:
    """A word for no line in a column about the phone means the same beside a number, but for those listed."""
    assert {word for word in BESIDE_A_PHONE if not _is_wrong_beside_a_number(word)} == set(
        NOT_BESIDE_A_NUMBER.split(", ")
    )


def test_what_a_column_about_the_phone_says_is_a_status_too() -> None:
    """A word for no line in a column about the phone is told of where it is a status, but for those listed."""
    assert {word for word in BESIDE_A_PHONE if not says_doubtful(word)} == set(NOT_AS_A_STATUS.split(", "))


def test_what_a_status_says_is_said_beside_a_number_too() -> None:
    """A status of a wrong number means the same beside a number, but for those listed."""
    unsaid = {word for word in STATUSES if not _is_wrong_beside_a_number(FOLDED.get(word, word))}
    assert unsaid == set(STATUSES_ALONE.split(", "))
