"""Which names of columns and sheets mark people as do-not-call, and which cells say so."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.columns.mark_cells import marks
from telecmi_leads.columns.mark_words import MarkKind, is_mark_name, mark_kind
from telecmi_leads.columns.marks import TableMarks
from telecmi_leads.core.text import Columns

NO_CALL = """Do Not Call, DNC, DND, NDNC, Do Not Disturb (DND),
Opted out / Unsubscribed, DND Status, Is DNC?, DNC (Y/N), On TPS, do_not_call, DoNotCall, donotcall,
Opted out, Opted Out On, Opt-out, Unsubscribed, Blacklisted?, NDNC Registered, Customer DND, Preferences - Do Not Call,
Don't call, Do not contact, Ne pas appeler, Nicht anrufen, No llamar, Não ligar, Non chiamare, Niet bellen, Ring ikke,
Nie dzwonić, Не звонить, 请勿致电, 架電禁止, कॉल न करें, Jangan hubungi, Do not call again, Opposition au démarchage,
No desea ser contactado, Não incomodar, Werbewiderspruch, Просил не звонить, Aranmak istemiyorum, ممنوع التواصل, 電話NG,
수신 거부, Từ chối cuộc gọi, அழைக்க வேண்டாம், कॉल मत करें"""
CONSENT = """Consent, Opt-in, Opted in, Marketing consent, Consent to call, Can we call you?, Einwilligung, Согласие,
Werbeeinwilligung Telefon, Arama İzni, Согласие на звонки, 電話連絡可否, 마케팅 수신 동의, Aceita receber ligações?,
Accepte d'être appelé, Acepta recibir llamadas, Đồng ý nhận cuộc gọi, 是否同意联系, الموافقة على الاتصال, सहमति,
Bersedia dihubungi, Zgoda na kontakt telefoniczny, Consent to be contacted, May we contact you by phone?"""
STATUS = "Status, Lead Status, Call Disposition, Remarks, Tags, DNC Reason, Bemerkungen, Статус"
MAYBE = "NCPR check, DNC checked, DND activation ID, Do not call ID, DNC scrub"
NOTHING = """Name, Phone, City, Customers, No. of calls, Email Opt Out, HasOptedOutOfEmail, SMS opt-out,
Newsletter consent, Unsubscribed from all email, Not opted out, Do not call before, Photo consent, Country, Number"""


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (NO_CALL, MarkKind.NO_CALL),
        (CONSENT, MarkKind.CONSENT),
        (STATUS, MarkKind.STATUS),
        (MAYBE, MarkKind.MAYBE),
        (NOTHING, None),
    ],
)
def test_names_of_mark_columns(names: str, kind: MarkKind | None) -> None:
    """A column marks by its whole name; what speaks of other messages than calls, or of something more, does not."""
    found = {name: mark_kind(name) for name in " ".join(names.split()).split(", ")}
    assert found == dict.fromkeys(found, kind)


@pytest.mark.parametrize(
    ("kind", "marking", "not_marking", "unclear"),
    [
        (
            MarkKind.NO_CALL,
            "yes|Y|1|1.0|TRUE|✓|x|2024-02-11|12 Feb 2024|DND|Do not call|Yes (asked)|oui|ja|да|हाँ|Registered",
            "no|N|0|0.0|FALSE|-||N/A|NULL|Non DND|Non-DND|not DND|No objection|Not Registered|☐|non|нет|Opted in",
            "Maybe|2|OK|see notes",
        ),
        (
            MarkKind.MAYBE,
            "Registered|DND|Fully blocked|do not call",
            "no|N|Not registered|Clean||-",
            "yes|1|2024-01-02|done",
        ),
        (MarkKind.CONSENT, "no|N|0|False|revoked|Opted out|nein", "yes|||N/A|2024-01-02|given|opted in|maybe", ""),
        (
            MarkKind.STATUS,
            "DNC|dnd|Do Not Call|Lost - DNC|Closed: Do not call|interested, DND|DND: yes|Unsubscribed|opt-out",
            "New|Contacted|Not DND|Non DND|DND: No|do not call before 6|do not call him Sir|DND Motors|",
            "",
        ),
    ],
)
def test_cells_of_mark_columns(kind: MarkKind, marking: str, not_marking: str, unclear: str) -> None:
    """Yes, a tick and a date mark; no to consent marks; a status marks where it, or a part of it, is a mark whole."""
    for cells, says in ((marking, True), (not_marking, False), (unclear, None)):
        found = {cell: marks(kind, cell) for cell in cells.split("|") if cell or says is False}
        assert found == dict.fromkeys(found, says)


WORDS = json.loads(files("telecmi_leads.columns").joinpath("marks.json").read_text(encoding="utf-8"))
PHRASES = [*chain.from_iterable(WORDS["no_call"].values()), *WORDS["doubtful"]]
SPELLED = st.sampled_from(PHRASES).flatmap(
    lambda phrase: st.sampled_from(
        [phrase, phrase.upper(), phrase.title().replace(" ", ""), phrase.replace(" ", " . . - "), f"'{phrase:>240}'"]
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


def test_names_of_sheets() -> None:
    """A sheet is a do-not-call list by its whole name."""
    names = ["DND", "Do Not Call", "DNC list 2024", "Unsubscribed", "Opted out customers", "Leads", "Opt-in", "", None]
    assert [is_mark_name(name) for name in names] == [True] * 5 + [False] * 4
