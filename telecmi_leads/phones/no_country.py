"""What people and forms write into a country cell where no country is known: it names none, and is no wrong name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from telecmi_leads.core.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

# What a drop-down list shows until somebody chooses: "-- Please select your country --".
_CHOOSE = pattern(
    r"(?:please )?(?:select|choose|pick)(?: (?:your|a|an|the|one|an?y|option|value|country|nation|region|name|code|of"
    r"|residence|here|from|list|below))*"
    r"|(?:bitte )?(?:(?:ein |ihr )?land )?(?:auswahlen|wahlen)"
    r"|(?:choisir|choisissez|selectionner|selectionnez)(?: (?:un|une|le|votre|pays|option))*"
    r"|(?:selecciona|seleccione|seleccionar|elija|elige|elegir|escoja)(?: (?:un|una|el|su|tu|pais|opcion))*"
    r"|(?:selecione|selecionar|escolha)(?: (?:um|uma|o|seu|pais|opcao))*"
    r"|(?:seleziona|selezionare|scegli|scegliere)(?: (?:un|il|tuo|paese|opzione))*"
    r"|(?:selecteer|kies)(?: (?:een|uw|je|land|optie))*"
    r"|wybierz(?: kraj)?|vyberte(?: zemi)?|valj(?: land)?|velg(?: land)?"
    r"|(?:ulke )?(?:secin|seciniz)|pilih(?: negara)?|chon(?: quoc gia)?|выберите(?: страну)?"
)
_WORDS: Final = (
    *("unknown", "unknown country", "country unknown", "not known", "unk", "dont know", "don t know", "not sure"),
    *("none", "nil", "null", "undefined", "missing", "blank", "empty", "default"),
    *("country", "no country", "no data", "no info", "no information"),
    *("no answer", "no response", "no value", "no selection", "none selected", "not selected", "not chosen"),
    *("not available", "not applicable", "not set", "not given", "not stated", "not specified", "not provided"),
    *("not mentioned", "not entered", "not filled", "not found", "not captured", "not recorded", "not shared"),
    *("not disclosed", "not updated", "not defined", "not assigned", "not asked", "not yet", "not listed"),
    *("country not specified", "country not provided", "country not set", "country not selected"),
    *("unspecified", "undisclosed", "unassigned", "undetermined", "unidentified", "prefer not to say", "n a", "n k"),
    *("tbd", "tba", "tbc", "to be confirmed", "to be decided", "to be updated", "to be checked"),
    *("unbekannt", "nicht bekannt", "nicht angegeben", "keine angabe", "keine angaben", "ohne angabe", "k a", "o a"),
    *("kein land", "leer", "nicht gesetzt", "nicht zugeordnet"),
    *("inconnu", "inconnue", "pays inconnu", "non renseigne", "non precise", "non specifie", "non communique"),
    *("non defini", "non indique", "aucun", "vide", "pays"),
    *("desconocido", "desconocida", "pais desconocido", "no especificado", "no indicado", "no disponible"),
    *("no definido", "no informado", "sin especificar", "sin datos", "sin pais", "sin informacion", "ninguno"),
    *("desconhecido", "nao informado", "nao especificado", "nao definido", "nao disponivel", "nao indicado"),
    *("sem informacao", "sem pais", "nenhum", "sconosciuto", "non specificato", "non disponibile", "non indicato"),
    *("non definito", "nessuno", "onbekend", "niet bekend", "niet opgegeven", "niet ingevuld", "geen"),
    *("nieznany", "nieznane", "nie podano", "nieokreslony", "brak", "brak danych", "neznamy", "nezname", "neuvedeno"),
    *("okand", "ej angivet", "ukjent", "ikke oppgitt", "ukendt", "tuntematon", "ismeretlen", "necunoscut"),
    *("bilinmiyor", "belirtilmemis", "tidak diketahui", "tidak ada", "tidak disebutkan", "belum diisi"),
    *("khong ro", "chua ro", "khong co", "неизвестно", "неизвестна", "не указано", "не указана", "не указан"),
    *("не выбрано", "не выбрана", "нет данных", "невідомо", "не вказано", "अज्ञात", "उपलब्ध नहीं", "पता नहीं"),
    *("देश चुनें", "चुनें", "اختر", "اختر الدولة", "اختر البلد"),
    *("غير معروف", "غير محدد", "غير متوفر", "未知", "不详", "未填写", "未提供", "未選択"),
    *("不明", "请选择", "請選擇", "選択してください", "알 수 없음", "미지정", "없음"),
)


def says_no_country(text: str, fold: Callable[[str], str]) -> bool:
    """Tell whether a country cell says that no country is known, or nothing but signs and zeros.

    `fold` leaves out case, accents and punctuation.
    """
    folded = fold(text)
    if not folded:
        return text.isascii()  # a sign of another script may be a flag
    return not folded.strip("0 ") or folded in _words(fold) or _CHOOSE.fullmatch(folded) is not None


@cache
def _words(fold: Callable[[str], str]) -> frozenset[str]:
    return frozenset(map(fold, _WORDS))
