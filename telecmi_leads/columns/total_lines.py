"""Lines that stand between and below the rows of a list: totals, footers, what a group of rows has in common."""

from __future__ import annotations

import re
from functools import lru_cache

from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import plain
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS, Head
from telecmi_leads.core.empty_words import SAID_TO_BE_EMPTY, WORDS_FOR_NOTHING
from telecmi_leads.core.patterns import pattern

LONGEST_NAME = 120
"""Characters of a cell that are looked at."""

_FEW_CELLS = 3


@lru_cache(maxsize=64)
def _folded_start(start: str) -> str:
    return plain(start)


def folded(text: str) -> str:
    """Fold a cell as names are; a row's first cells are asked for several times."""
    return _folded_start(text[:LONGEST_NAME])


# --- totals, footers, filler --------------------------------------------------------------------

# Folded. Each of these may be a value in some field, and is none in a row that holds nothing else. What is nothing by
# its sign alone is not among them: "#NAME?" is, and "Name" is a word.
_FILLERS = frozenset(
    ("0", *SAID_TO_BE_EMPTY, *(plain(word) for word in WORDS_FOR_NOTHING if not word.startswith(("#", "\\"))))
)
NO_WORDS = frozenset({"", *_FILLERS, *map(plain, WORDS_FOR_NOTHING)})
# Possessive: a long cell of digits and then a letter would take the square of its length otherwise.
_FIGURES = r"(?=[\s.,:;%()+\-/₹$€£]*+\d)[\s\d.,:;%()+\-/₹$€£]++"
NUMBER = pattern(_FIGURES)
# Behind a number of rows, or before it, these are what is counted.
_COUNTED = (
    r"(?:records?|rows?|results?|leads?|entries|contacts?|responses|enquiries|inquiries|customers?|clients?|calls?|orders?"
    r"|members?|users?|parties|prospects?|students?|patients?|invoices?|deals?|opportunities)"
)
_AMOUNT = pattern(
    rf"(?:(?:rs|inr|usd|eur|gbp|aed|sar|brl|mxn|r\$|us\$)\.?\s*+)?{_FIGURES}"
    r"(?:\s*(?:dr|cr|db|inr|usd|eur|gbp|aed|rs|soll|haben)\.?)?",
    re.IGNORECASE,
)
TOTAL = pattern(
    r"(?:(?:grand|sub|over ?all|report|page|net) )?"
    r"(?:sub)?(?:totals?|sum|count|average|avg|summe|gesamt|gesamtsumme|gesamtergebnis|suma|somme|totale|totaal|toplam|razem"
    r"|итого|всего|المجموع|الاجمالي|اجمالي|المجموع الكلي|कुल|योग|कुल योग|总计|合计|總計|合計|합계)"
    r"(?: (?:general|geral))?"
    rf"(?: (?:no|number|of|the|numbers|count|{_COUNTED}))*(?: (?:for|per|fur|pour|para|por)\b.*)?(?: \d+)*"
    rf"|(?:no|number|count|anzahl) of {_COUNTED}(?: \d+)*"
)
FOOTERS = pattern(
    r"(?:end of (?:the )?(?:report|file|list|data|export|document|page|records?)|report ends?|end of line"
    r"|(?:report |file |list |data |this report was )?(?:generated|exported|printed|downloaded|prepared|run|created)"
    r" (?:on|at|by|from|using|with|via)\b.*"
    r"|erstellt (?:am|von)\b.*|exportiert (?:am|von)\b.*|gedruckt am\b.*|genere le\b.*|exporte le\b.*|imprime le\b.*"
    r"|generado (?:el|por)\b.*|exportado (?:el|por|em)\b.*|gerado (?:em|por)\b.*"
    r"|(?:page|seite|pagina|pag) \d+(?: (?:of|von|sur|de|di|van) \d+| \d+)?"
    r"|showing \d+.*|displaying \d+.*"
    rf"|(?:total |number of |no of )?{_COUNTED}(?: count)? \d+"
    r"|\d+ rows? in set\b.*|empty set \d.*|query ok \d.*"
    rf"|\d+ (?:{_COUNTED}|row s|record s)"
    r"(?: (?:found|exported|returned|selected|affected|in total))?"
    r"|copyright\b.*|c \d{4} .*|.*\ball rights reserved\b.*|confidential\b.*|disclaimer\b.*|powered by\b.*"
    r"|computer generated\b.*|this is a (?:computer|system) generated\b.*"
    r"|fin del? (?:informe|archivo|reporte|lista)|fin (?:du|de la) (?:rapport|fichier|liste)|ende(?: des berichts)?"
    r"|end|eof|the end)"
)


def is_filler(text: str) -> bool:
    """Tell whether a cell says nothing: punctuation alone, or a word for nothing."""
    said = folded(text)
    return not said or said in _FILLERS or (said in NO_WORDS and text.lower() in WORDS_FOR_NOTHING)


def is_footer(texts: list[str]) -> bool:
    """Tell whether the cells of a row that hold something are a total, or end a report."""
    first = folded(texts[0])
    if TOTAL.fullmatch(first):
        return all(_is_figure(text) for text in texts[1:])
    return len(texts) <= _FEW_CELLS and FOOTERS.fullmatch(first) is not None


def _is_figure(text: str) -> bool:
    """Tell whether a cell of a total's row is one: an amount, nothing, or what was counted."""
    return bool(_AMOUNT.fullmatch(text) or is_filler(text) or TOTAL.fullmatch(folded(text)))


# --- lines above a group of rows ----------------------------------------------------------------

# What all rows of a group are, as boards and CRMs call it: "Qualified leads", "Neue Kunden".
_GROUPS = pattern(
    r"(?:[^\W\d]+ ){0,3}(?:leads|prospects|enquiries|inquiries|contacts|customers|clients|opportunities|deals"
    r"|kunden|kontakte|interessenten|anfragen|clientes|contactos|contatos|prospectos|oportunidades|prospecti?|clienti"
    r"|contatti|prospect s|лиды|клиенты|контакты|заявки|ग्राहक|लीड्स)"
)
_OF_ONE_LEAD = PHONE_HEADS | NAME_HEADS | {Head.EMAIL, Head.NUMBER, Head.CONTACT, Head.COMMENT, Head.PLACE_PHONE}


def is_group_line(texts: list[str]) -> bool:
    """Tell whether a row's one cell says what the rows below have in common: "City : Mumbai", "Qualified leads".

    A name alone is a lead without a number, and so is whatever is told of a single person.
    """
    if len(texts) != 1 or len(texts[0]) > LONGEST_NAME:
        return False
    label, colon, value = map(str.strip, texts[0].partition(":"))
    if not colon:
        return _GROUPS.fullmatch(folded(texts[0])) is not None
    reading = read_name(label)
    return bool(value) and reading.known and reading.head not in _OF_ONE_LEAD
