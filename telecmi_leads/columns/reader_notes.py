"""What a file says to its reader: whom to call, who made the list, what goes into the columns of a template.

Such a row is no lead, whatever number stands in it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import plain
from telecmi_leads.columns.reading import Rule
from telecmi_leads.columns.total_lines import LONGEST_NAME, NUMBER, folded
from telecmi_leads.core.block_columns import BETWEEN
from telecmi_leads.core.patterns import any_of, pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.core.block_columns import Columns

_LONGEST = 300
"""Characters of a cell that are looked at."""


# --- sentences ----------------------------------------------------------------------------------

_POLITE = (
    *("please", "pls", "plz", "kindly", "if", "bitte", "veuillez", "merci", "пожалуйста", "просим", "कृपया"),
    *("silakan", "mohon", "lütfen", "prosimy", "proszę", "يرجى", "للاستفسار"),
)
"""How a sentence begins that asks for a call, and no name."""

_ABOUT = (
    *("any", "for", "our", "my", "you", "we", "to", "bei", "unsere", "pour", "si", "notre", "por", "para"),
    *("nuestro", "nossa", "nosso", "dúvidas", "dudas", "per", "nostro", "voor", "onze", "по", "наш", "किसी"),
    *("हमारा", "untuk"),
)
"""How it may begin, and a name too: "My Mobile Store"."""

_VERBS = (
    *("call", "contact", "dial", "reach", "ring", "phone", "whatsapp", "sms", "message", "msg", "mail"),
    *("write", "send", "ask", "speak", "talk", "text", "ping", "rufen", "kontaktieren", "appelez", "contactez"),
    *("envoyez", "llame", "llamar", "llámenos", "contacte", "contáctenos", "escriba", "envíe", "ligue"),
    *("chiamate", "chiama", "chiamare", "contattateci", "contattare", "bel", "звоните", "позвоните"),
    *("обращайтесь", "пишите", "hubungi", "اتصل"),
)
_CALLS = (
    *("calls", "number", "mobile", "connect", "telephone", "helpline", "anrufen", "anruf", "melden", "telefon"),
    *("nummer", "appeler", "contacter", "joindre", "numéro", "contactar", "teléfono", "ligar", "contate"),
    *("contatar", "telefone", "bellen", "звонить", "обращаться", "телефону", "номеру", "телефон", "номер"),
    *("смс", "कॉल", "संपर्क", "नंबर", "kirim", "nomor", "arayin", "arayiniz", "ulasin", "dzwonić", "الاتصال"),
    *("التواصل", "رقم"),
)
"""What else is said of calls."""

_OBJECTS = ("us", "me", "him", "her", "them", "uns", "mich", "nous", "moi", "nos", "ons", "нам", "мне", "kami")
_BEFORE_A_NUMBER = (
    *("at", "on", "to", "via", "is", "unter", "au", "sur", "al", "para", "naar", "op", "на", "по", "номеру"),
    *("телефону", "على"),
)
_ALSO_NAMES = frozenset({"ping", "bel", "ring"})
"""Verbs that are names too: with the number in another cell, "Ping To" is a person."""

_OPENINGS = ("请", "請", "如有", "若有", "欢迎", "お問い合わせ", "ご連絡", "문의", "연락")
"""How such a sentence begins where no blanks part words."""

_NUMBER = re.compile(r"[+(]*\d(?:[\s().+/-]*\d){5,}")
_FEWEST_WORDS = 3
_MOST_CELLS = 3


class _Words(NamedTuple):
    """The words of sentences that ask for a call, folded."""

    polite: frozenset[str]
    about: frozenset[str]
    verbs: frozenset[str]
    calls: frozenset[str]
    objects: frozenset[str]
    before: frozenset[str]


@cache
def _words() -> _Words:
    groups = (_POLITE, _ABOUT, _VERBS, (*_VERBS, *_CALLS), _OBJECTS, _BEFORE_A_NUMBER)
    return _Words(*(frozenset(map(plain, group)) for group in groups))


@cache
def _begins() -> re.Pattern[str]:
    """Return what finds such a beginning in a column that is joined, perhaps behind a mark, in lower case."""
    begins = any_of(sorted({*_POLITE, *_ABOUT, *_VERBS, *map(plain, _VERBS)}))
    joint = re.escape(BETWEEN)
    return re.compile(rf"(?:\A|{joint})[^\w{joint}]{{0,4}}(?:{begins}(?!\w)|{any_of(_OPENINGS)})")


def may_ask_to_call(columns: Columns, at: int) -> list[int]:
    """Return the rows in which a column of names may hold a sentence that asks for a call, by a scan of the whole."""
    text, cells = columns.lower(at), columns[at]
    if text.count(BETWEEN) != len(cells) - 1:  # a cell holds what joins them
        return [row for row, cell in enumerate(cells) if _begins().match(cell[:_LONGEST].lower())]
    found: list[int] = []
    row = seen = 0
    for hit in _begins().finditer(text):
        row, seen = row + text.count(BETWEEN, seen, hit.end()), hit.end()
        found.append(row)
    return found


def asks_to_call(texts: Sequence[str]) -> bool:
    """Tell whether the cells of a row that hold something are a sentence that asks for a call: "Call us at 98…".

    A number may stand in it or in another cell, and nothing else besides. What stands behind the number is a remark.
    """
    if (
        not texts
        or len(texts) > _MOST_CELLS
        or not all(map(_NUMBER.fullmatch, (text[:_LONGEST] for text in texts[1:])))
    ):
        return False
    text = texts[0][:_LONGEST]
    found = _NUMBER.search(text)
    before = text[: found.start()] if found else text
    if text.startswith(_OPENINGS):
        return True
    said = plain(before).split()
    if not said:
        return False
    known, (first, *others) = _words(), said
    if first in known.verbs:
        may_be_a_name = first in _ALSO_NAMES and found is None and len(said) < _FEWEST_WORDS
        return (said[-1] in known.before and not may_be_a_name) or not known.objects.isdisjoint(others)
    if first in known.about and (
        len(said) < _FEWEST_WORDS or said[-1] not in known.calls | known.objects | known.before
    ):
        return False
    return first in known.polite | known.about and not known.calls.isdisjoint(others)


# --- instructions and examples ------------------------------------------------------------------

_NEEDED = (
    *("required", "mandatory", "compulsory", "obligatory", "optional", "required field", "optional field"),
    *("pflicht", "pflichtfeld", "erforderlich", "notwendig", "freiwillig", "obligatoire", "requis", "facultatif"),
    *("optionnel", "obligatorio", "obligatoria", "requerido", "requerida", "opcional", "obrigatorio", "obrigatoria"),
    *("obbligatorio", "obbligatoria", "richiesto", "facoltativo", "opzionale", "verplicht", "vereist", "optioneel"),
    *("обязательно", "обязательное", "обязательный", "необязательно", "необязательное", "zorunlu", "opsiyonel"),
    *("istege bagli", "wajib", "wajib diisi", "opsional", "wymagane", "obowiązkowe", "opcjonalne", "obligatorisk"),
    *("påkrævet", "valfri", "povinné", "nepovinné", "bắt buộc", "tùy chọn", "अनिवार्य", "आवश्यक", "वैकल्पिक", "إلزامي"),
    *("مطلوب", "اختياري", "必填", "必填项", "选填", "可选", "必須", "任意", "필수", "필수 입력", "선택"),
)
_EXAMPLES = (
    *("example", "for example", "for instance", "sample", "beispiel", "zum beispiel", "exemple"),
    *("par exemple", "ejemplo", "por ejemplo", "exemplo", "por exemplo", "esempio", "ad esempio", "voorbeeld"),
    *("bijvoorbeeld", "пример", "например", "örnek", "örneğin", "contoh", "misalnya", "przykład"),
    *("na przykład", "exempel", "eksempel", "příklad", "ví dụ", "उदाहरण", "जैसे", "مثال", "مثلا", "例", "例如"),
    *("示例", "예", "예시"),
)
_SPOKEN = pattern(
    r"(?:required|mandatory|optional) (?:field|value|column|text|number|data|if|only|unless|in|and)\b.*"
    r"|(?:for example|for instance|zum beispiel|par exemple|por ejemplo|por exemplo|ad esempio|например|例如)\b.*"
    r"|(?:example|sample)(?: (?:full|first|last|name|number|phone|mobile|lead|row|data|entry|record|contact|customer))+"
    r"|(?:please )?(?:do not|don t|never) (?:change|edit|delete|remove|modify|rename|alter|touch|fill|overwrite)\b.*"
    r"|(?:bitte )?nicht (?:andern|loschen|bearbeiten|verandern)\b.*|ne pas (?:modifier|supprimer|toucher)\b.*"
    r"|no (?:modificar|cambiar|borrar|eliminar|editar)\b.*|nao (?:alterar|modificar|apagar|editar)\b.*"
    r"|non (?:modificare|cancellare|toccare)\b.*|не (?:изменять|удалять|менять)\b.*"
    r"|(?:(?:max|maximum|min|minimum|up to|at most|at least|exactly)(?: length)?(?: of)? )?\d+(?: (?:to )?\d+)?"
    r" (?:characters?|chars?|digits?|letters?|zeichen|stellen|ziffern|caracteres|chiffres|cifre|tekens)\b.*"
    r"|(?:max|maximum|min|minimum) length\b.*|(?:digits|numbers|numeric|text|letters|alphabets?) only\b.*"
    r"|(?:please )?(?:enter|type|fill in|insert|provide|write)(?: (?:the|a|your|lead s?|customer s?|contact s?|full"
    r"|first|last|valid|phone|mobile|person s?|complete))+ (?:name|number|value)\b.*"
    r"|(?:with|without|including|incl|include|no) (?:the )?(?:country code|spaces?|dashes|special characters)\b.*"
)
_IN_A_NUMBERS_CELL = pattern(
    r"(?:required|mandatory|optional|example|sample|format|eg|e g)(?: \d[\d ]{6,}.*)?"
    r"|.*\b\d{1,2} (?:digits?|chiffres|ziffern|stellen|digitos|cifre|cijfers|цифр|haneli|angka)\b.*"
    r"|.*\b(?:digits|numbers) only\b.*|.*\b(?:with|without|including|incl|include|no) (?:the )?country code\b.*"
)
# "E.G. Ravi" has initials.
_SHORT = pattern(
    r"\A\W{0,3}(?:[Ee]g[.:,]|eg\s|[Ee]x ?:|E\.g\.|Z\.B\.|[Bb]sp\.|[Ee]j\.\s)"
    r"|(?:\A|[\s(\[])(?:e\.\s?g\b\.?|z\.\s?B\.|[Pp]\.\s?ej\.|p\.\s?ex\.|p\.\s?es\.|t\.\s?ex\.|[Bb]ijv\.|[Нн]апр\.|[Öö]rn\.)"
)
_PARTS = re.compile(r"[.:;,()\[\]<>|/\n*!\-\u2013\u2014\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b]+")
_IN_BRACKETS = re.compile(r"[(\[\uff08]([^()\[\]\uff08\uff09]{1,40})[)\]\uff09]\W*\Z")
_FEWEST_CELLS = 2


@cache
def _labels() -> frozenset[str]:
    return frozenset(map(plain, (*_NEEDED, *_EXAMPLES)))


def is_instruction(phones: Sequence[str], names: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether a row says what goes into the columns of a template, or gives an example.

    `phones` and `names` are its cells of numbers and names, of which one that says so decides; else half of `texts`,
    all cells that hold something, must.
    """
    if any(_instructs(cell) or _IN_A_NUMBERS_CELL.fullmatch(plain(cell[:_LONGEST])) for cell in phones if cell):
        return True
    if any(map(_instructs, names)):
        return True
    told = sum(map(_instructs, texts))
    return told >= _FEWEST_CELLS and told * 2 >= len(texts)


def _instructs(cell: str) -> bool:
    text = cell[:_LONGEST].strip()
    if not text or text.isdecimal():
        return False
    first = next(filter(None, map(plain, _PARTS.split(text))), "")
    if first in _labels() or _SHORT.search(text) or _SPOKEN.fullmatch(plain(text)):
        return True
    bracket = _IN_BRACKETS.search(text)
    return bracket is not None and plain(bracket[1]) in _labels()


# --- notes of a list's end ----------------------------------------------------------------------

# Whom to call about the list, and who made it, stands below lists with a number of its own. Who made it is among the
# FOOTERS of total_lines too: a row that has no number is a total by them, and one that has is asked for notes alone.
NOTES = pattern(
    r"(?:(?:our|the|24 7|24x7|toll free|customer|company|office) )*"
    r"(?:help ?line|help ?desk|hot ?line|customer (?:care|support|services?)|support|toll free|call cent(?:re|er)"
    r"|enquir(?:y|ies)|inquir(?:y|ies)|reception|control room|(?:head |admin )?office|contact us|emergency"
    r"|kundenservice|kundendienst|servicenummer|atencion al cliente|servicio al cliente|service client|numero vert"
    r"|atendimento ao cliente|assistenza clienti|numero verde|klantenservice|горячая линия|служба поддержки"
    r"|हेल्पलाइन|ग्राहक सेवा|客服|客服电话|客服热线)"
    r"(?: (?:no|nos|nr|number|numbers|line|contact|phone|tel|telephone|is|for|and|help|queries|any))*"
    r"|(?:(?:list|report|sheet|data|file) )?(?:prepared|compiled|checked|verified|approved|submitted|collected"
    r"|maintained|updated|generated|exported|created|issued|signed|printed|shared|provided) by\b.*"
    r"|(?:for|in case of) (?:any |more |further )*(?:complaints?|help|assistance|queries|query|questions?|enquiry"
    r"|enquiries|inquiry|inquiries|support|details|information|info|issues?|problems?|feedback|emergency|emergencies"
    r"|clarifications?|doubts?|concerns?|corrections?|changes)\b.*"
    r"|(?:erstellt|zusammengestellt|gepruft) von\b.*|bei (?:fragen|ruckfragen|problemen)\b.*"
    r"|(?:prepare|etabli|verifie) par\b.*|(?:pour|en cas de) (?:toute question|tout renseignement|probleme)\b.*"
    r"|(?:preparado|elaborado|revisado) por\b.*"
    r"|para (?:cualquier )?(?:consultas?|dudas?|reclamos?|duvidas?|informacoes)\b.*"
    r"|(?:preparato|redatto|compilato) da\b.*|per (?:informazioni|assistenza|domande)\b.*"
    r"|(?:подготовил|подготовила|составил|составила)\b.*|по (?:всем )?вопросам\b.*"
)
# Alone in a row, these speak of whoever is named in the next one.
_SIGNED = pattern(
    r"(?:(?:list|report|sheet|data|file) )?(?:prepared|compiled|checked|verified|approved|submitted|issued|signed) by"
    r"|(?:erstellt|zusammengestellt|gepruft) von|(?:prepare|etabli|verifie) par|(?:preparado|elaborado|revisado) por"
    r"|(?:preparato|redatto|compilato) da|подготовил|подготовила|составил|составила"
)
# What people call a number of a firm, and a footer whom to ask.
_DESKS = pattern(
    r"(?:(?:the|customer|front|main|sales|head|admin|company) )*"
    r"(?:enquir(?:y|ies)|inquir(?:y|ies)|reception|office|support|help ?desk|customer (?:care|support|services?))"
)
_NOTE_SIGNS = (
    *("help", "hotline", "hot line", "support", "toll", "customer", "call cent", "ed by", "complain", "nquir"),
    *("reception", "control room", "office", "contact us", "emergency", "quer", "for any", "for more", "for corr"),
    *("for detail", "in case of", "kunden", "erstellt", "cliente", "frage", " par ", "consulta", "question", "clienti"),
    *("линия", "поддержк", "подготов", "состави", "вопросам", "हेल्पलाइन", "ग्राहक", "客服"),
)
_SENTENCE_WORDS = frozenset(
    {
        *("for", "please", "pls", "kindly", "if", "with", "this", "that", "the", "these", "is", "are", "any", "to"),
        *("us", "your", "our", "or", "and", "help", "visit", "contact", "call", "calls", "dial", "reach", "ring"),
        *("before", "after", "details", "information", "queries", "query", "file", "list", "sheet", "only"),
        *("not", "do"),
    }
)
_FEWEST_SENTENCE_WORDS = 2


def rows_fill(columns: Columns, order: Iterable[int]) -> bool:
    """Tell whether every row fills more cells than a note with its serial number does, so that none is a note.

    The columns are asked in this order, until enough of them are found filled. May say no where they do.
    """
    filled = filter(columns.filled, order)
    return any(number > _MOST_CELLS for number, _ in enumerate(filled))


def may_be_notes(columns: Columns, at: int, *, names: bool) -> list[int]:
    """Return the rows in which a column's cell may be part of a note, mostly none, by a scan of the whole column.

    `names` says that the cells are names: then a colon may stand behind a label ("Agent: Tara Sen").
    """
    text = columns.lower(at)
    if text.isascii() and text == text.upper():  # digits alone, as most columns of phones have
        return []
    signs = [sign for sign in (*_NOTE_SIGNS, *(":" * names)) if sign in text]
    return [row for row, cell in enumerate(columns[at]) if any(sign in cell.lower() for sign in signs)] if signs else []


def is_note(texts: Sequence[str]) -> bool:
    """Tell whether the cells of a row that hold something are a note and no lead, whatever number stands in it."""
    if not texts or len(texts) > _MOST_CELLS:
        return False
    words = [text for text in texts if not NUMBER.fullmatch(text[:_LONGEST])]
    if len(texts) == len(words) == 1 and _is_sentence(words[0]):
        return True
    if not words or words[0] is not texts[0]:
        return False
    return NOTES.fullmatch(folded(words[0])) is not None or _is_labelled(words[0])


def signers(rows: Sequence[Sequence[str]], notes: Iterable[int]) -> Iterator[int]:
    """Yield the rows that name who made the list: the next below a note that says "Prepared by" and no more."""
    for index in notes:
        texts = [cell for cell in rows[index] if cell and not cell.isspace()]
        if len(texts) == 1 and _SIGNED.fullmatch(folded(texts[0].strip())) is not None:
            yield from islice((at for at in range(index + 1, len(rows)) if any(map(str.strip, rows[at]))), 1)


def may_be_a_lead(texts: Sequence[str]) -> bool:
    """Tell whether a note among leads may be one of them: a firm's front desk that has more than a number."""
    return len(texts) == _MOST_CELLS and _DESKS.fullmatch(folded(texts[0])) is not None


def may_be_a_row(texts: Sequence[str]) -> bool:
    """Tell whether a note among leads may be a row of the table: a front desk's, or somebody's with a label."""
    return _DESKS.fullmatch(folded(texts[0])) is not None or _is_labelled(texts[0])


def _is_labelled(text: str) -> bool:
    """Tell whether a text says in front that it is about somebody else, or a line: "Agent: Tara Sen"."""
    label, colon, _ = text[:LONGEST_NAME].partition(":")
    return bool(colon) and read_name(label).rule in (Rule.OTHER_PERSON, Rule.OTHER_LINE)


def _is_sentence(text: str) -> bool:
    """Tell whether a text is a sentence: some words, and several that no name and no line has."""
    words = [word for word in plain(text[:_LONGEST]).split() if not word.isdecimal()]
    return len(words) >= _FEWEST_WORDS and sum(word in _SENTENCE_WORDS for word in words) >= _FEWEST_SENTENCE_WORDS
