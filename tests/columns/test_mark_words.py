"""Which names of columns and sheets mark people as do-not-call, and which cells say so."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.mark_cells import hints_at_no_call, marks
from telecmi_leads.columns.mark_words import (
    TEXTS,
    TOKENS,
    MarkKind,
    is_doubtful_name,
    is_mark_name,
    mark_kind,
    may_hold_marks,
)
from telecmi_leads.columns.marks import TableMarks
from telecmi_leads.core.block_columns import Columns

NO_CALL = """Do Not Call, DNC, DND, NDNC, Do Not Disturb (DND),
Opted out / Unsubscribed, DND Status, Is DNC?, DNC (Y/N), On TPS, do_not_call, DoNotCall, donotcall,
Opted out, Opted Out On, Opt-out, Unsubscribed, Blacklisted?, NDNC Registered, Customer DND, Preferences - Do Not Call,
Don't call, Do not contact, Ne pas appeler, Nicht anrufen, No llamar, Não ligar, Non chiamare, Niet bellen, Ring ikke,
Nie dzwonić, Не звонить, 请勿致电, 架電禁止, कॉल न करें, Jangan hubungi, Do not call again, Opposition au démarchage,
No desea ser contactado, Não incomodar, Werbewiderspruch, Просил не звонить, Aranmak istemiyorum, ممنوع التواصل, 電話NG,
수신 거부, Từ chối cuộc gọi, அழைக்க வேண்டாம், कॉल मत करें, Consent withdrawn, Consent revoked at, Not callable,
IsDeleted, Deleted, archived, deleted_at,
dncmobile, dncphone, dndmobile, mobilednd, isdnd, dndstatus, dncflag, Do not allow Phone Calls, Do Not Allow Calls,
Phone call not allowed, Call Block, Suppress, Exclude, Excluded, Cannot be called, State DNC, DNC Result,
Federal DNC, D.N.D., DnD,
Einwilligung widerrufen, Call mat karna, Do_Not_Call__c, hs_do_not_call, cf_do_not_call, mx_Do_Not_Call, crm_dnc,
properties.hs_do_not_call, cf.do_not_call, x_dnc, UF_DNC, udf_dnc, Account - Do Not Call, Contact: Do Not Call (c),
Call barred, Ex-directory/TPS, UNSUB_TIME"""
CONSENT = """Consent, Opt-in, Allow Phone Calls, Opted in, Marketing consent, Consent to call,
Can we call you?, Einwilligung, Согласие,
Werbeeinwilligung Telefon, Arama İzni, Согласие на звонки, 電話連絡可否, 마케팅 수신 동의, Aceita receber ligações?,
Accepte d'être appelé, Acepta recibir llamadas, Đồng ý nhận cuộc gọi, 是否同意联系, الموافقة على الاتصال, सहमति,
Bersedia dihubungi, Zgoda na kontakt telefoniczny, Consent to be contacted, May we contact you by phone?,
Can be called?, To be called, Can be contacted, May be contacted, Allowed to call, Calling allowed, Call permitted,
Should we call, Wants call, Allow contact, Call (Y/N), canBeCalled, ¿Se puede llamar?, Dürfen wir anrufen?,
Would you like us to call you?, Do you want a call back?, Happy to be called?, Happy for us to call?,
Accept phone calls,
Phone allowed, SMS/Phone opt in, OK2Call, Dialable, Solicitable, Should call, İYS Arama Durumu,
Aranma onayı,
Telefonische Kontaktaufnahme erlaubt, Do you consent to being contacted?, Possiamo chiamarla?, Mogen wij u bellen?,
Czy można dzwonić?, Можно ли вам звонить?, 전화 가능"""
STATUS = """Status, Status (DNC/Active), Lead Status, Call Disposition, Remarks, Tags, Remarks / DND, DNC remarks,
Bemerkungen, Статус"""
MAYBE = """NCPR check, DNC checked, DND activation ID, Do not call ID, DNC scrub, DNC count, DNC Reason, DNC Xyz,
DND override, DND consent, NDNC consent given, Do Not Call consent, DND call consent, Allow DND call, DND call allowed,
DND waiver, DND exempt, DND exemption, DND whitelisted, DNC safe, DND OK, DND compliant, DND inactive, DND removed,
Removed from DND, DND revoked, DND released, DND authorised, DND undertaking, Do not disturb mode, Do not disturb sign,
Do not call exempt, I authorize Acme to call me overriding DND, Call me even if DND, Consent to call despite DND,
I agree to receive calls even if my number is on DND, Near DND, CTPS screened, Can call on DND, Is DND clean, Via DND"""
FLAG = "DNC Litigator, TCPA DNC Litigators, DND listed, DNC plaintiff"
COUNT = "No calls, NoCall, Nocalls, Nocall Flag"
WEAK = """Blocked, Is Blocked, Barred, No Phone, Litigator, Gesperrt, Bloqueado, Заблокирован, Engellendi, hs_blocked,
Customer blocked, Blocked numbers, Phone blocked, Caller blocked, Contact: Blocked, properties.blocked"""
BY_PHONE = """Contact by phone, Marketing calls, Telephone marketing, Telemarketing, GDPR: Phone, gdpr_phone,
Telephone Preference"""
CHANNEL = """By phone, Via phone, Phone contact, Telephone contact, Par téléphone, Por teléfono, Per Telefon,
Telefonisch, Contact OK?"""
OF_THINGS = """Property Blocked, Account Blocked, Company Blocked, Profile Blocked, Deal Blocked, Date Blocked,
Time Blocked, Blocked property, Blocked by, Blocked for, Blocked from, Blocked till, Blocked date, Blocked since,
Barred by, Restricted property, Restricted deal, Restricted account, Restricted company, Restricted date,
Restricted user, Engelli, Contacted by phone, Phone OK"""
PREFERENCE = "Communication preference, Preferred channel, Contact preferences, Canal preferido"
CLEANED = """DND Clean, DNC clean, NDNC clean, TPS clean, Clean - DND, Without DND, After DND, Excl DND, DND OK,
DND Done, Clean list (without DNC), DND cleaned"""
NOT_CLEANED = """DND, DNC list, DND people, DND to be cleaned, Do not call, DND not clean, Opted out"""
WHEN = """When can we call you?, when_can_we_call_you?, When should we contact you?, At what time may we contact you?"""
NOTHING = """Name, Phone, City, Customers, No. of calls, Email Opt Out, HasOptedOutOfEmail, SMS opt-out,
Newsletter consent, Unsubscribed from all email, Not opted out, Do not call before, Photo consent, Country, Number,
To be called by, No. calls, Phone Calls, Dncom, Call, Called, Next call, Exclude from SMS, Description,
Email Blocked, Restricted area, Contact owner, Email marketing preference, Phone SMS opt in, Blocked emails"""


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (NO_CALL, MarkKind.NO_CALL),
        (CONSENT, MarkKind.CONSENT),
        (STATUS, MarkKind.STATUS),
        (MAYBE, MarkKind.MAYBE),
        (WHEN, MarkKind.WHEN),
        (FLAG, MarkKind.FLAG),
        (COUNT, MarkKind.COUNT),
        (WEAK, MarkKind.WEAK),
        (BY_PHONE, MarkKind.BY_PHONE),
        (CHANNEL, MarkKind.CHANNEL),
        (PREFERENCE, MarkKind.PREFERENCE),
        ("Restricted, Call restricted", MarkKind.OPEN),
        (NOTHING, None),
        (OF_THINGS, None),
    ],
)
def test_names_of_mark_columns(names: str, kind: MarkKind | None) -> None:
    """A column marks by its whole name; what speaks of other messages than calls, or of something more, does not."""
    found = {name: mark_kind(name) for name in " ".join(names.split()).split(", ")}
    assert found == dict.fromkeys(found, kind)


YES = "yes|Do Not Allow|Y|1|1.0|TRUE|✓|x|2024-02-11|DND|Do not call|Yes (asked)|oui|ja|да|हाँ|Registered"
REFUSED = """no|Do Not Allow|N|0|False|revoked|Opted out|nein|✗|blocked|not allowed|Never|No, not for calls|
no consent|not consented|
Withdrawn on 12 March|email only|Consent not given|customer refused|☐|No, do not call|Yes but do not call"""
GIVEN = """yes|Allow|||N/A|2024-01-02|given|opted in|Mar 12, 2024 10:22 AM|not opted out|No objection|
Customer agreed|pending|
I agree to be called. I can opt out at any time.|Yes, you may call me. Consent can be withdrawn any time.|
I agree to be contacted and know that I may unsubscribe|I consent. I have the right to withdraw my consent.|
I agree to be contacted by phone|Yes (email)|✓|granted via web form|not asked"""
MARKED = """DNC|dnd|Do Not Call|Lost - DNC|Closed: Do not call|interested, DND|DND: yes|Unsubscribed|opt-out|
CUSTOMER SAID DO NOT CALL|not interested. dont call again please|he said don’t call|told us never to call|
customer does not want calls|D.N.D.|D N D|cx dnc|hard dnc|call mat karna|DNC-Verbal|Perm DNC|Added to DNC|
DNCL|No consent|Consent withdrawn|Will nicht mehr angerufen werden|ne veut pas être appelé|No llamar más|
कॉल नहीं करना|Просил больше не звонить|Interested: no; DND|No, do not call me|wife said do not call|
grandmother told us never to call|Cousin: DNC|no call pls|No more call|dont cal|donot cal|Dnt call|DNT CALL AGAIN|
dont’t call|No call again|plz remove from your list|take my number off|remove no from database|unsub|
delete my number from your data|call nako|call karu naka|call panna vendam|call cheyyaruthu|call cheyyavaddu|
கால் செய்ய வேண்டாம்|mat karna phone|call madabedi|call korben na|call karsho nahi"""
NOT_MARKED = """New|Contacted|Not DND|Non DND|DND: No|do not call before 6|do not call him Sir|DND Motors||will call|
not in DNC|called about DND removal|call not answered|did not pick call|call back|removed from DND|DNC checked|
(Non) DND|do not call at 6|do not call now|asked about DND|do not call wife|Mutter nicht anrufen|
no call yet|call not picked|not interested|call kiya|
DND checked: clean|told that he can opt out|removed duplicate number|call nahi uthaya|no call received|take off"""


@pytest.mark.parametrize(
    ("kind", "marking", "not_marking", "unclear"),
    [
        (
            MarkKind.NO_CALL,
            f"{YES}|No calls|No contact|No phone calls",
            "no|Allow|N|0|0.0|FALSE|-||N/A|NULL|Non DND|Non-DND|not DND|No objection|Not Registered|☐|non|нет|Opted in",
            "Maybe|2|OK|see notes",
        ),
        (
            MarkKind.MAYBE,
            "Registered|DND|Fully blocked|do not call",
            "no|N|Not registered|Clean||-",
            "yes|1|2024-01-02|done",
        ),
        (
            MarkKind.CONSENT,
            REFUSED,
            GIVEN,
            "maybe|web form|Email, Phone|No email|unsubscribed from emails|No. 5",
        ),
        (
            MarkKind.STATUS,
            MARKED,
            NOT_MARKED,
            "",
        ),
    ],
)
def test_cells_of_mark_columns(kind: MarkKind, marking: str, not_marking: str, unclear: str) -> None:
    """Yes, a tick and a date mark; no to consent marks; a status marks where it, or a part of it, is a mark whole."""
    for cells, says in ((marking, True), (not_marking, False), (unclear, None)):
        found = {cell: marks(kind, cell) for cell in _split(cells) if cell or says is False}
        assert found == dict.fromkeys(found, says)


def _split(cells: str) -> list[str]:
    return list(map(str.strip, cells.split("|")))


WORDS = json.loads(files("telecmi_leads.columns").joinpath("marks.json").read_text(encoding="utf-8"))
PHRASES = [*chain.from_iterable(WORDS["no_call"].values()), *WORDS["doubtful"]]
SPELLED = st.sampled_from(PHRASES).flatmap(
    lambda phrase: st.sampled_from(
        [
            phrase,
            phrase.upper(),
            phrase.title().replace(" ", ""),
            phrase.replace(" ", " . . - "),
            f"'{phrase:>240}'",
            f"{'so ' * 90}; {phrase}",
        ]
    )
)


def _marked_and_doubtful(cells: list[str]) -> tuple[dict[int, str], int]:
    found = TableMarks(None, ((0, "Remarks", MarkKind.STATUS),), (), ())
    return found.rows(Columns([cells]), len(cells)), found.doubtful["Remarks"]


@given(st.lists(st.sampled_from(["", "2nd", "6", "six", "é", " - ", ";", "re"]) | SPELLED, max_size=3), st.data())
def test_many_different_remarks_are_read_as_few_are(parts: list[str], data: st.DataObject) -> None:
    """Where a column has many texts, most are passed over at a look; the others say what they say alone."""
    cell = data.draw(st.sampled_from(["", " ", "; "])).join(parts)
    marked, doubtful = _marked_and_doubtful([*(f"call after {number}" for number in range(200)), cell])
    alone, also = _marked_and_doubtful([cell])
    assert (list(marked), doubtful) == ([200] if alone else [], also)


def test_the_words_stand_as_they_are_compared() -> None:
    """Each list of marks.json is folded and holds nothing twice, else a word in it is never found."""
    texts = {*TEXTS, "callable", "blank"}
    for name, listed in WORDS.items():
        lists = listed.values() if isinstance(listed, dict) else [listed]
        found = [] if name == "_about" else list(chain.from_iterable(lists))
        assert found == [plain(text) if name in texts else " ".join(words(text)) for text in found]
        assert len(found) == len({*found}), name
        assert name not in TOKENS or not any(" " in token for token in found)


@pytest.mark.parametrize("name", ["Действие", "действие", "Action", "Verlauf"])
def test_names_under_which_somebody_may_write_a_mark(name: str) -> None:
    """A mark in a column of such a name is meant as one, however the name is spelled."""
    assert may_hold_marks(name)


def test_names_of_sheets() -> None:
    """A sheet is a do-not-call list by its whole name."""
    names = ["DND", "Do Not Call", "DNC list 2024", "Unsubscribed", "Opted out customers", "Leads", "Opt-in", "", None]
    assert [is_mark_name(name) for name in names] == [True] * 5 + [False] * 4


HINTS = """DND Motors|asked about DND|do not call him Sir|customer in DND area|call mat karna abhi|
opted out of insurance"""
NO_HINTS = """do not call before 6|not in DNC|removed from DND|DNC checked|will call|call not answered|
did not call|near DND flyway"""


def test_texts_that_hint_at_a_mark() -> None:
    """A list's name or "do not call" among more words is a hint, unless the words take it back or speak of a time."""
    found = {text: hints_at_no_call(text) for text in (*_split(HINTS), *_split(NO_HINTS))}
    assert found == dict.fromkeys(_split(HINTS), True) | dict.fromkeys(_split(NO_HINTS), False)


def test_names_of_doubtful_sheets() -> None:
    """A sheet called Deleted or Wrong numbers, or by a list's name with more, is in doubt; a scrubbed list is not."""
    doubtful = (
        "Do Not Use, Wrong numbers, Deleted, Removed, DNC_backup, Removed customers, Gelöscht, No usar, Удаленные"
    )
    clear = "Leads, Do not call, Excluded, DNC scrubbed, DND removed, Non DND, Duplicates removed, Email opt out"
    found = {name: is_doubtful_name(name) for name in (*doubtful.split(", "), *clear.split(", "))}
    assert found == dict.fromkeys(doubtful.split(", "), True) | dict.fromkeys(clear.split(", "), False)


@pytest.mark.parametrize(
    ("kind", "cells", "marked"),
    [
        (
            MarkKind.CONSENT,
            "Evening, Weekends only, Tomorrow, after 6pm, 10:00 - 12:00, Abends, शाम को, any time",
            False,
        ),
        (MarkKind.CONSENT, "Never, No, no calls after 8pm, email only, Withdrawn on Monday", True),
        (MarkKind.CONSENT, "Maybe, 12, not now, later, Not in the evening", None),
        (MarkKind.WHEN, "Evening, Weekends only, whenever you like, not now, at work, after my exam", False),
        (MarkKind.WHEN, "Never, No, DND, do not call me, email only", True),
    ],
)
def test_a_time_is_a_yes(kind: MarkKind, cells: str, marked: bool | None) -> None:
    """Whoever says when to call may be called; a question for the time is answered by anything but a refusal."""
    found = {cell: marks(kind, cell) for cell in cells.split(", ")}
    assert found == dict.fromkeys(found, marked)


def test_sheets_from_which_a_list_was_taken_out() -> None:
    """A sheet whose name says that the people of a list are gone from it is like any other; the list itself marks."""
    cleaned = " ".join(CLEANED.split()).split(", ")
    assert [name for name in cleaned if is_mark_name(name) or is_doubtful_name(name)] == []
    lists = NOT_CLEANED.split(", ")
    assert [name for name in lists if not (is_mark_name(name) or is_doubtful_name(name))] == []


@pytest.mark.parametrize("name", ["Removed - DNC", "Removed DNC", "DND or not interested", "DND/Not interested"])
def test_sheets_in_doubt(name: str) -> None:
    """A sheet of those who were moved to a list, or who are on one or are not interested, is in doubt."""
    assert is_doubtful_name(name)
    assert not is_mark_name(name)


@pytest.mark.parametrize("name", ["DND removed", "Not interested", "DNC clean"])
def test_sheets_not_in_doubt(name: str) -> None:
    """A sheet from which a list was removed, and one that speaks of interest alone, is like any other."""
    assert not is_doubtful_name(name)


def test_a_status_of_mails_is_said_and_excludes_nobody() -> None:
    """Pipedrive writes "No consent" for everybody who was not asked for e-mails; elsewhere it is a refusal of calls."""
    cells = Columns([("No consent", "Unsubscribed", "Subscribed", "Do not call")])
    taken = {}
    for name in ("Person - Marketing status", "Status"):
        marks_of = TableMarks(None, ((0, name, MarkKind.STATUS),), (), ())
        taken[name] = sorted(marks_of.rows(cells, 4)), marks_of.hints[name]
    assert taken == {"Person - Marketing status": ([1, 3], 1), "Status": ([0, 1, 3], 0)}
