"""The words that people write beside numbers: labels, extensions, fax, times, dates; in many languages, folded.

A word that is not here is a word like any other. These matter where it changes what the digits beside them mean.
Sources: the extension marks of phonenumbers' own matcher, ITU-T E.123, CLDR's month names, and printed letterheads.
"""

# ruff: noqa: E501, RUF001 - alternatives of many scripts, which do not get clearer in short lines

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from telecmi_leads.core.empty_words import SAID_TO_BE_EMPTY, WORDS_FOR_NOTHING
from telecmi_leads.core.patterns import any_of, pattern
from telecmi_leads.core.reasons import Reason
from telecmi_leads.core.shipped import shipped_text

LETTERS: Final = r"[^\W\d_]"

_FILLER_EDGES = " \t\r\n\x0b\x0c-.,;:#!?()[]<>\"'`=\\/_{}\xa0\ufeff\u200b\u2013\u2014"
# What stands where there is no number: in lower case, without punctuation at the ends.
_FILLERS = frozenset(
    (
        *("", "0", "0.0", "n a", "no", "false", "true", "private", "no phone", "no mobile", "no number"),
        *SAID_TO_BE_EMPTY,
        *(word.strip(_FILLER_EDGES) for word in WORDS_FOR_NOTHING),
    )
)


def is_empty(cell: str) -> bool:
    """Tell whether the cell is empty or holds what stands for nothing: `-`, `0`, `N/A`, `null`, `#ERROR!`."""
    return not cell or cell.strip(_FILLER_EDGES).casefold() in _FILLERS


# What may touch a number without a space; any other Latin letter that does may be a misread digit.
LABELS: Final = frozenset(
    (
        "call", "cel", "cell", "cellphone", "contact", "gsm", "handy", "home", "mob", "mobil", "mobile", "mobileno",
        "mobno", "movil", "móvil", "no", "num", "number", "off", "office", "ph", "phn", "phno", "phone", "phoneno",
        "res", "resi", "sms", "tel", "tele", "telefon", "telefono", "telephone", "tlf", "wa", "whatsapp", "work",
        "telp", "puh", "tfno", "tél", "telef", "fon", "fone", "mobiel", "telefoon", "privat", "viber", "телефон",
        "тел", "моб", "fax", "факс", "τηλ", "κιν",
    )
)  # fmt: skip
JOINERS: Final = frozenset(
    (
        "and", "or", "und", "oder", "et", "ou", "y", "o", "e", "u", "aur", "या", "और", "и", "или", "і", "або", "of",
        "en", "lub", "albo", "i", "ve", "veya", "أو", "و", "atau", "dan", "hoặc", "och", "eller", "og", "tai", "ja",
        "nebo", "alebo", "vagy", "sau", "ή", "και", "או",
    )
)  # fmt: skip

_EXTENSIONS = (
    r"e?xt(?:ensi(?:on|ón|o\u0301n|e)|ensão|en)?n?|exten|extention|anexo|ramal|int(?:erno?a?|\.?\s?n[ro])?|interne|poste|"
    r"доб(?:авочный)?|вн(?:утр(?:енний)?)?|дод(?:атковий)?|вътр(?:ешен)?|лок(?:ал)?|"
    r"durchwahl|dw|nst|nebenstelle|klappe|kl|apparat|app|toestel|tst|doorkiesnummer|dahili|"
    r"wewn?(?:ętrzny)?|linka|klapka|mell(?:é|e\u0301)k|εσωτ(?:ερικ(?:ό|ο\u0301))?|ankn(?:ytning)?|anknyt|lokalnummer|"
    r"lokal|local|loc|pesawat|pes|sambungan|samb|alanumero|alanro|máy\s+lẻ|may\s+le|nội\s+bộ|số\s+máy\s+lẻ|"
    r"שלוחה|تحويلة|تحويله|داخلي|داخلی|एक्सटेंशन|विस्तार|এক্সটেনশন|ต่อ|"
    r"内線|內線|内线|分机|分機|转|轉|내선|교환"
)
EXTENSION: Final = pattern(
    # RFC 3966 parameters, and words; a mark this explicit needs no proof.
    rf"""(?<=[\d)\].]) [\s,;.\-/(\[]*
    (?: ;\s*(?:ext|isub)\s*=\s*
      | (?<!{LETTERS}) (?:{_EXTENSIONS}) (?!{LETTERS}) [\s.:#\-№]* (?:n[or]?\.?[\s:]*|號|号)? )
    \d{{1,7}} (?!\d) (?!\s?[\-.]\d{{3}}) \s?(?:[)\]]|\#)?""",
    re.IGNORECASE | re.VERBOSE,
)

SWITCHBOARD: Final = pattern(r"\s*(?P<number>\(?0\d{2,3}\)?\s?-?\s?\d{7,8})\s?-\s?\d{3,4}\s*")
"""How China writes an extension, without a word for it: `010-62345678-801`."""

_FAX = (
    r"(?:tele|e-?)?fax(?:no|nr|e|ar|um|ning|nummer|number)?|fx|t[eé]l[eé]copi(?:e|eur)|факс|телефакс|φαξ|传真|傳真|"
    r"ファックス|ファクス|ファッ?クス|팩스|فاكس|فکس|فاکس|פקס|फैक्स|ফ্যাক্স|แฟกซ์|โทรสาร|faks|faksi|faxi|fakss|faksas|facs|fac-?simile"
)
FAX: Final = pattern(
    rf"(?<!{LETTERS})(?:{_FAX})(?!{LETTERS})|(?<![^\W_])f\s?[.:](?!\w)|[(\[]\s?f\s?[)\]]", re.IGNORECASE
)

# "Wrong email", "fake address" and nothing more, a call that broke off, and where a firm does not go.
_NOT_OF_NUMBERS = (
    r"(?!\s+(?:e-?mail|mail|gmail|address|pin|pincode|pin\s+code|zip|postcode|city|state|timing|date|dob|spelling"
    r"|budget|website)"
    r"(?:\s+(?:id|address|code|given|entered))?\s*(?:$|[)\].;]))"
)
_NO_CALL = r"(?<!call )(?<!calls )(?<!call got )(?<!call was )(?<!call is )(?<!call gets )(?<!call auto )"
_WRONG = (
    rf"(?:wrong(?:ly)?|incorrect|invalid|fake|bogus){_NOT_OF_NUMBERS}|{_NO_CALL}disconnected|deceased|dead|died|passed\s+away|(?:do\s+not|don['’]?t|never)\s+use|(?:not|no\s+longer|out\s+of|isn'?t)\s+(?:in\s+)?(?:service(?!\s+(?:area|zone|region)(?!{LETTERS}))|use|valid|existing|working|active|correct|right|order)|"
    r"not\s+(?:a|the|my|our)\s+(?:(?:right|correct|valid|working)\s+)?(?:number|no|phone|mobile)|deactivated|discontinued|(?:deleted|removed|inactive)(?!\s+(?:from|customer|client|user|lead|account|policy|member))|"
    r"(?:number|no|mobile|phone|sim|line|connection)\s+(?:(?:is|was|has\s+been)\s+)?(?:cancell?ed|expired|closed|surrendered)|[(\[]\s*(?:cancell?ed|expired)\s*[)\]]|"
    r"(?:does\s+not|doesn'?t)\s+exist|not\s+(?:his|her|their)\s+number|belongs\s+to\s+(?:someone|somebody)\s+else|"
    r"galat|guzar\s+ga(?:ya|ye|yi)|mar\s+ga(?:ya|ye|yi)|(?:number|no)\s+band\s+(?:hai|he|h|ho\s+ga(?:ya|yi))|nahi\s+(?:chalta|lagta)|बंद|"
    r"nicht\s+(?:mehr\s+)?(?:benutzen|nutzen|verwenden|gültig|aktuell|vergeben|aktiv)|gelöscht|abgemeldet|gestorben|"
    r"(?:ne\s+)?(?:pas|plus|jamais)\s+utiliser|n'est\s+(?:pas|plus)\s+(?:le\s+bon|bon|valable|valide|attribué|en\s+service)|pas\s+le\s+bon|supprimée?|désactivée?|résiliée?|non\s+attribué|"
    r"no\s+(?:usar|utilizar|funciona|es\s+(?:el|su)\s+número)|ya\s+no\s+(?:funciona|existe|se\s+usa|es|sirve)|eliminado|borrado|dado\s+de\s+baja|murió|muert[oa]|"
    r"n[ãa]o\s+(?:usar|use|funciona|pertence|é\s+(?:o|dele|dela))|desativado|apagado|excluído|morreu|non\s+(?:usare|utilizzare|funziona|attivo|è\s+(?:il|suo))|disattivato|cancellato|"
    r"niet\s+(?:meer\s+)?(?:gebruiken|in\s+gebruik|actief|geldig)|verwijderd|afgesloten|nie\s+(?:używać|działa|istnieje)|usunięty|nieaktywny|nieaktualny|kullanmayın|kullanılmıyor|geçersiz|silindi|"
    r"не\s+(?:использовать|работает|обслуживается|его|её|ее)|удал[её]н|отключ[её]н|неактуал(?:ьный|ен)|لا\s+يعمل|غير\s+صحيح|محذوف|tidak\s+aktif|nonaktif|meninggal|dihapus|không\s+đúng|đã\s+mất|"
    r"falsch(?:e[rns]?)?|ungültig|verstorben|existiert\s+nicht|(?:faux|mauvais)\s+num[ée]ro|num[ée]ro\s+(?:erron[ée]|invalide)|d[ée]c[ée]d[ée]e?|"
    r"equivocado|incorrecto|inv[áa]lid[oa]|no\s+existe|n[ãa]o\s+existe|fallecid[oa]|falecid[oa]|errad[oa]|sbagliato|errato|non\s+esiste|decedut[oa]|"
    r"verkeerd|ongeldig|overleden|błędny|zły\s+numer|nieprawidłowy|zmarł[ya]?|yanlış|vefat|hatalı|salah|sai\s+số|"
    r"неверный|неправильный|не\s+тот\s+номер|не\s+существует|недействителен|умерла?|помер(?:ла)?|невірний|"
    r"خطأ|خاطئ|غلط|متوفى|متوفي|मृत|गलत|ভুল|தவறான|死亡|없는\s*번호|잘못된"
)
WRONG: Final = pattern(
    rf"(?<!{LETTERS})(?:{_WRONG})(?!{LETTERS})|空号|空號|错号|錯號|错误|錯誤|已故|停机|停機|停用|注销|註銷|作废|已删除|已刪除|番号違い|間違い|使われて|解約|결번|해지|틀린",
)
"""What says of the number beside it that it is wrong, or nobody's any more.

Two more lists know such words, and differ on purpose. `no_line` of columns/line_labels.json has the most: its columns
speak of the phone alone, so "Changed" or "Dummy" can mean nothing else there. `doubtful` of columns/marks.json has the
fewest: a status is the customer's, who may be "Inactive", so its words name the number or a death. Beside a number are
words of either kind, and those that mean something else in a remark are left out.
"""


def in_lower_case(text: str) -> str:
    """Return a text in lower case, each letter in its place: so WRONG and the words that follow it are written.

    To look for them whatever the case takes three times as long.
    """
    lower = text.lower()
    return (
        lower if len(lower) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in text)
    )


def told_by_words(words: str) -> Reason | None:
    """Return why a number should not be called by the words that label it: it is a fax, or wrong; else None."""
    if FAX.search(words):
        return Reason.FAX
    return Reason.SAID_TO_BE_WRONG if WRONG.search(in_lower_case(words)) else None


_OLD = (
    r"old|former(?:ly)?|previous(?:ly)?|earlier|erstwhile|alte[rnms]?|fr[üu]here?|bisherige[rns]?|ehemalige?[rns]?|vormals|ancien(?:ne)?|antigu[oa]|viejo|anterior|antig[oa]|velho|vecchi[oa]|precedente|"
    r"oud(?:e)?|star[yae]|eski|cũ|lama|purana|стар(?:ый|ая)|прежний|бывший|पुराना|القديم|قديم|قدیم|古い|예전"
)
OLD: Final = pattern(rf"(?<!{LETTERS})(?:{_OLD})(?!{LETTERS})|[旧舊]")

_AHEAD = r"[\s:=.\-]*(?=[+(]{0,2}\d)"
NOT: Final = pattern(
    rf"(?<!{LETTERS})(?:not|nicht|pas(?:\s+l[ea])?|non|não|nao|niet|nie|bukan|не|ليس|instead\s+of|rather\s+than|replaces|(?:an)?statt|anstelle\s+von|"
    r"au\s+lieu\s+d[eu]|en\s+(?:vez|lugar)\s+del?|em\s+vez\s+d[eo]|invece\s+d[ei]l?|in\s+plaats\s+van|вместо|zamiast|"
    rf"no(?=[^a-z]+(?:,\s*)?sino(?!{LETTERS})))(?!{LETTERS}){_AHEAD}|不是{_AHEAD}",
)
"""What says of the number right behind it that it is not the one: `not A, use B`."""

WAS: Final = pattern(
    rf"(?<!{LETTERS})(?:was|war|era|était|etait|był|был|była|была|avant|antes|prima|vorher|bisher|zuvor|ehemals|ex|pehle|पहले|eskiden|dulu(?:nya)?|"
    rf"раньше|ранее|прежде|wcześniej|voorheen|vroeger|used\s+to\s+be|(?:do\s+not|don'?t|never)\s+(?:call|dial|ring)|alt(?=.*(?<!{LETTERS})neue?[rns]?(?!{LETTERS})))(?!{LETTERS}){_AHEAD}"
    rf"|(?:原|以前|이전){_AHEAD}",
)
"""What says of the number right behind it, where there is another, that it is the old one: `was A now B`."""

NOT_LEFT: Final = pattern(r"(?<=\d)[\s)\]]*(?:(?:değil|nahin?|nhi|नहीं)(?![^\W\d_])|ではなく|じゃなくて|아니고|말고)")
"""What says of the number right before it, where there is another, that it is not the one: `A nahi, B`."""

_OFF = (
    r"switch(?:ed)?[\s\-]*off|(?:not|un)\s*reachable|out\s+of\s+(?:coverage|network|reach)|powered\s+off|"
    r"ausgeschaltet|nicht\s+erreichbar|éteint|injoignable|ne\s+répond\s+plus|apagado|fuera\s+de\s+cobertura|desligado|"
    r"spento|irraggiungibile|uitgeschakeld|onbereikbaar|wyłączony|nieosiągalny|kapalı|ulaşılamıyor|выключен|недоступен|"
    r"مغلق|स्विच\s+ऑफ|关机|關機"
)
OFF: Final = pattern(rf"(?<!{LETTERS})(?:{_OFF})(?!{LETTERS})")
"""What says of the number beside it that another one in the cell is to be called first: `A switched off, B`."""

_NOUNS = r"(?:\s+(?:to|this|the|my|his|her|one|is|no|nr|num|number|nummer|mob|mobile|phone|cell|contact|whatsapp|using|on|numéro|número|numero|nomor|номер|ist|die|der|le|el|o|il|ye|yeh|wala|naya|new)(?![^\W\d_])\.?)*"
NEW: Final = pattern(
    rf"(?<!{LETTERS})(?:new(?:est)?|latest|current(?:ly)?|present(?:ly)?|now|updated?|correct(?:ed)?|right|use|becomes?|became|"
    r"(?:replaced|changed|switched|moved|ported|superseded)\s+(?:by|with|to|into)|"
    r"neue?[rns]?|jetzt|nun|aktuell(?:e[rns]?)?|richtige?[rns]?|sondern|(?:geändert|gewechselt)\s+(?:in|auf|zu)|ersetzt\s+durch|"
    r"nouveau|nouvelle|maintenant|désormais|actuel(?:lement)?|utiliser|(?:remplacée?|changée?)\s+(?:par|en|pour)|"
    r"nuev[oa]|ahora|actual|correct[oa]|sino|usar|(?:cambi(?:ado|ó|o)|reemplazado|sustituido)\s+(?:a|por)|"
    r"nov[oa]|agora|atual|corret[oa]|mudou\s+para|(?:trocado|substituído|alterado)\s+(?:por|para)|"
    r"nuov[oa]|ora|adesso|attuale|corrett[oa]|(?:cambiato|sostituito)\s+(?:in|con|da)|nieuwe?|nu|huidige?|(?:vervangen|gewijzigd)\s+(?:door|in|naar)|"
    r"now[ya]|teraz|obecnie|aktualny|zmieniony\s+na|zastąpiony\s+przez|yeni|şimdi|artık|güncel|doğru|"
    r"нов(?:ый|ая|ой)|теперь|сейчас|актуальный|верный|правильный|(?:замен[её]н|сменил(?:ся|а)?|изменился)\s+на|"
    r"ab|sahi|nay[ai]|badal\s+(?:kar|ke)|नया|नई|अब|सही|الجديد|جديد|الآن|baru|sekarang|ganti(?:\s+ke)?|diganti\s+(?:dengan|ke|menjadi)|mới|đổi\s+thành)"
    rf"(?!{LETTERS}){_NOUNS}{_AHEAD}|(?:新(?:しい)?(?:号码|號碼|电话|番号)?|现(?:在)?|現在|改为|改成|换成|换为|变更为|変更後|현재|변경|새\s?번호){_AHEAD}"
    r"|(?<=\d)[\s)\]]*(?:[-=]*>+|[→⇒➔➜➝➞⟶►▶])[\s\x02]*(?=[+(]{0,2}\d)",
)
"""What says of the number right behind it that it has taken the place of those before it: `A changed to B`, `A -> B`."""

NEW_BEHIND: Final = pattern(
    r"(?<=\d)\s*[(\[]\s*(?:new|latest|current|correct|right|neu|aktuell|richtig|nouveau|nuevo|novo|nuovo|nieuw|nowy|yeni|новый|naya|नया|baru|mới|新)\s*[)\]]",
)
"""The same of the number right before it: `A / B (new)`."""

_OTHERS = (
    r"a/c|acc(?:t|ount)?|kto|konto|cuenta|conta|compte|iban|blz|sort\s?code|aadh?aa?r|uidai|ssn|vat|gst(?:in)?|siren|siret|"
    r"cpf|cnpj|dni|curp|order|invoice|policy|loan|passport|licen[cs]e|tracking|awb|pnr|qq|身份证|身份證|发票|訂單|订单"
)
OTHER_NUMBER: Final = pattern(
    rf"(?<!{LETTERS})(?:{_OTHERS})(?!{LETTERS})(?:\s?(?:card|no|nr|num|number|nummer|#)(?!{LETTERS}))?[\s.:#\-]{{0,4}}(?=\d)"
    rf"|(?:[$€£¥₹₽₩₺₦]|(?<!{LETTERS})(?:rs\.?|inr|usd|eur|gbp|aed))\s?(?=\d)",
    re.IGNORECASE,
)
"""What says of the digits right behind it that they are the number of something else than a line, or an amount."""

# --- dates and times ---

_YEAR = r"(?:19|20)\d\d"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NAMES = (
    r"jan(?:uary|uar|vier|uari|eiro)?|feb(?:ruary|ruar|ruari|rero|braio)?|fev(?:ereiro)?|f[ée]vr(?:ier)?|"
    r"m(?:ar|är|rz)(?:ch|z|s|zo|ço|t)?|märz|maart|apr(?:il|ile|\u00edl)?|avr(?:il)?|abr(?:il)?|ma[yijg](?:o|gio|us)?|"
    r"jun(?:e|i|io|ho)?|juin|giu(?:gno)?|jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?|aug(?:ust|ustus)?|ao[uû]t|ago(?:sto)?|"
    r"sep(?:t|tember|tiembre|tembre)?|set(?:embro|tembre)?|o[ck]t(?:ober|obre|ubre)?|out(?:ubro)?|ott(?:obre)?|"
    r"nov(?:ember|embre|iembre|embro)?|de[czs](?:ember|embro|embre)?|dic(?:iembre|embre)?|d[ée]c(?:embre)?|"
    r"янв(?:аря)?|фев(?:раля)?|мар(?:та)?|апр(?:еля)?|мая|июн[яь]?|июл[яь]?|авг(?:уста)?|сен(?:тября)?|окт(?:ября)?|ноя(?:бря)?|дек(?:абря)?"
)
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º)?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?(?:[ap]\.?m\b\.?|uhr|uur|h(?:rs)?\b|z\b))?(?:[+\-]\d\d:?\d\d)?"
_HOURS = r"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?|z|[a-z]{3,4})?(?:\s?[+\-]\d\d:?\d\d)?"
_NEXT_YEAR = r"\.?\s+(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
_RIGHT = r"(?![\d/:]|[.\-]\d)"
STRONG_DATE: Final = pattern(
    rf"""(?:(?<=^)|(?<=[\s(\[{{,;|]))
    (?: {_YEAR}([\-./]){_MONTH}\1{_DAY}
      | {_YEAR}{_MONTH.replace("0?", "0")}{_DAY.replace("0?", "0")}(?=[T\s]+\d\d?:\d\d)
      | {_DAY}([\-./]){_DAY}\2{_YEAR} | {_DAY}/{_DAY}/\d\d | {_DAY}/{_MONTH}/25\d\d | 1[34]\d\d/{_MONTH}/{_DAY}
      | (?:(?:{_YEAR}|25\d\d)\s?[年년]\s?)?\d\d?\s?[月월]\s?\d\d?[日일] )
    {_RIGHT} (?:[T\s,]+{_CLOCK})? [T\s:]*(?=$|[\s)\]}},;:|(+\d]|-\s)
    | (?:(?<=^)|(?<=[\s(\[,;|\-])) {_DAY}{_ORDINAL}[\s\-]+(?:of\s+|de\s+)?(?:{_MONTH_NAMES})\b(?!{_NEXT_YEAR})\.?(?:,?[\s\-]+(?:de\s+)?(?:{_YEAR}|\d\d(?!\d)(?=\s*(?:$|[)\],;]))))?
    | (?<!{LETTERS})(?:{_MONTH_NAMES})\.?\s+{_DAY}(?:st|nd|rd|th)?(?!\d)(?:,?\s+{_YEAR})?
    | (?:(?<=^)|(?<=[\s(\[,;|\-]))(?:ngày\s+)?{_DAY}\s+(?:tháng|thg)\s+{_MONTH}(?!\d)(?:(?:\s+năm|,)?\s+{_YEAR})?
    | (?<![\d.\-/+]){_CLOCK}(?!\d)(?:\s?[\-–]\s?{_CLOCK})?
    """,
    re.IGNORECASE | re.VERBOSE,
)


@cache
def month_dates() -> re.Pattern[str]:
    """Return what a day and a month make in the languages whose months `STRONG_DATE` does not know (from CLDR)."""
    text = shipped_text("telecmi_leads.phones", "month_names.txt")
    names = {form for name in text.split() for form in (name, unicodedata.normalize("NFD", name))}
    firsts = re.escape("".join(sorted({name[0] for name in names})))
    months = rf"(?=[{firsts}]){any_of(names)}(?![^\W\d_])\.?"
    return re.compile(
        rf"(?:(?<=^)|(?<=[\s(\[,;|\-])){_DAY}\.?[\s\-]+{months}(?:,?[\s\-]+{_YEAR})?(?!\d)"
        rf"|(?<![^\W\d_]){months}\s+{_DAY}(?!\d)(?:,?\s+{_YEAR}(?!\d))?",
        re.IGNORECASE,
    )


WEAK_DATE: Final = pattern(
    rf"(?:(?<=^)|(?<=[\s(\[]))(?:{_DAY}/{_DAY}|{_DAY}([\-.]){_DAY}\1\d\d|(?:[01]?\d|2[0-3])[.h][0-5]\d)(?=$|[\s)\]])"
)
WHOLE_DATE: Final = pattern(
    rf"\s*(?:{_YEAR}[\-.](?:0[1-9]|1[0-2])[\-.](?:0[1-9]|[12]\d|3[01])|{_YEAR}/{_MONTH}/{_DAY}|{_DAY}/{_DAY}/{_YEAR}"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=[T\s]+\d\d?:\d\d))(?!\d)(?:[T\s]+{_HOURS})?\s*"
    rf"|\s*{_DAY}([\-.]){_DAY}\1(?:19|20)?\d\d\s+{_HOURS}\s*"
    r"|\s*(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\s*",
    re.IGNORECASE,
)

_UNITS = (
    r"[ap]\.?m\b\.?|o'?clock|uhr|uur|h(?:\d\d)?|hrs?|hours?|horas?|heures?|ore|std|lines|line(?!\s*\d)|lignes?|l[íi]neas?|linhas?|linee|"
    r"leitung(?:en)?|lijnen|linii|linie|linje[nr]?|sims?|floors?|days?|tage?|times|x(?!\s*\d)|min(?:s|utes?)?|nd|rd|th|st|"
    r"час(?:а|ов)?|ч|годин[иа]?|saat(?!\s*\d)|y(?:ea)?rs?|bhk|nos|cr(?:ore)?s?|la(?:kh|c)s?|l(?=\s+(?:budget|loan|salary|income|property|home\s+loan))|sq\.?\s?ft|pax|pcs|โมง|นาฬิกา|น|बजे|वाजता|টা|மணி|घंटे|لائن|خطوط|lines"
)
SMALL_WITH_UNIT: Final = pattern(
    rf"""(?:(?<=^)|(?<=[^\d.\-/+(]) |(?<=[(\[]))
    (?: \d{{1,3}}(?:\.\d{{1,2}})?(?:\s?%|k(?!{LETTERS}|\d))
      | (?:[01]?\d|2[0-4])\.[0-5]\d\s?[\-–]\s?(?:[01]?\d|2[0-4])\.[0-5]\d(?![\d.\-])
      | \d{{1,2}}\s?[x×/]\s?7(?!\d)(?:\s?x\s?365)?
      | (?:\d{{1,2}}(?:[.:]\d\d)?\s?(?:[ap]m)?\s?(?:-|–|to|bis|à|a|до|at?é)\s?)? \d{{1,2}}(?:[.:]\d\d)?\s?(?:(?:{_UNITS})(?!{LETTERS}|\d)|[点點時时시분])
      | \d{{1,2}}\s?-\s?\d{{1,2}}\s+only
      | \d{{1,2}}(?:[.:]\d\d)?\s+(?:to|till|until|bis)\s+\d{{1,2}}(?:[.:]\d\d)?(?![\d.\-/]) )
    | [(\[] (?:[01]?\d|2[0-4])(?:[.:]\d\d)?\s?[\-–]\s?(?:[01]?\d|2[0-4])(?:[.:]\d\d)? [)\]](?![\s\-]*\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_PREPOSITIONS = (
    r"after|before|from|till|until|by|since|between|around|past|nach|ab|vor|bis|um|gegen|apr[eè]s|avant|d[eè]s|vers|"
    r"despu[eé]s(?:\s+de(?:\s+las?)?)?|antes(?:\s+d[ea]s?(?:\s+las?)?)?|ap[oó]s(?:\s+as?)?|depois\s+das|dopo(?:\s+le)?|"
    r"prima\s+delle|na|voor|efter|saat|po|przed|od|после|до|с|після|sonra|sau|trước|setelah|selepas|بعد(?:\s+الساعة)?|قبل"
)
SMALL_AFTER_WORD: Final = pattern(
    rf"(?<!{LETTERS})(?:{_PREPOSITIONS})\s+\d{{1,2}}(?:[.:]\d\d)?(?![\d.\-/])(?=\s|$|[)\],;|])", re.IGNORECASE
)

_THINGS = (
    r"pin(?:\s?code)?|zip(?:\s?code)?|postcode|plz|otp|room|flat|sector|plot|gate|floor|ref|id|order|invoice|emp|age|"
    r"batch|class|roll|desk|cap|cep|индекс"
)
THING_NUMBER: Final = pattern(
    rf"(?<!{LETTERS})(?:{_THINGS})(?:\s?(?:no|nr|number))?\.?\s?[:#\-]?\s?\d{{1,7}}(?!\d|[ ().\-/]*\d)", re.IGNORECASE
)

# --- list marks ---

_MARK_AHEAD = r"(?=\s*[+(\[\d])"
STRONG_MARK: Final = pattern(
    rf"""(?:(?<=^)|(?<=[,;|/\n\x02])) \s*
    (?: \d{{1,2}}\.\) | \#?\d{{1,2}}\)(?<!\(\d\))(?<!\(\d\d\)) | \[\#?\d{{1,2}}\] | \#\d{{1,2}}(?=[\s.:)]) [.:)]? | \d{{1,3}}:(?!\d\d(?!\d)) | \d{{1,2}}[.](?=\s*\+)
      | \((?:\d{{1,2}})\)(?=\s*\+) | \d{{1,2}}(?:st|nd|rd|th)\b\s*[:.)\-]? | \d{{1,2}}\s-\s(?=\+) )
    {_MARK_AHEAD}""",
    re.IGNORECASE | re.VERBOSE,
)
LABEL_MARK: Final = pattern(rf"({LETTERS}{{1,20}}\.?)[\s#]?\d{{1,2}}\s?(?:[:)]|[.\-](?=\s)){_MARK_AHEAD}")
ENUMERATION: Final = pattern(r"(?:(?<=^)|(?<=[\s,;|/]))([(\[#]?)([1-9]\d?)[)\].:]+\s+(?=[+(\[\d])")
