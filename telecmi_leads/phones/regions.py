"""Countries: names, ISO codes and dial codes in, regions (CLDR, two letters) out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import phonenumbers

from telecmi_leads.core.empty_words import WORDS_FOR_NOTHING
from telecmi_leads.core.shipped import shipped_text
from telecmi_leads.core.text import normalized
from telecmi_leads.phones.no_country import says_no_country

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALPHA_3 = """
AFG AF ALA AX ALB AL DZA DZ ASM AS AND AD AGO AO AIA AI ATG AG ARG AR ARM AM ABW AW AUS AU AUT AT AZE AZ BHS BS BHR BH
BGD BD BRB BB BLR BY BEL BE BLZ BZ BEN BJ BMU BM BTN BT BOL BO BES BQ BIH BA BWA BW BRA BR IOT IO BRN BN BGR BG BFA BF
BDI BI CPV CV KHM KH CMR CM CAN CA CYM KY CAF CF TCD TD CHL CL CHN CN CXR CX CCK CC COL CO COM KM COG CG COD CD COK CK
CRI CR CIV CI HRV HR CUB CU CUW CW CYP CY CZE CZ DNK DK DJI DJ DMA DM DOM DO ECU EC EGY EG SLV SV GNQ GQ ERI ER EST EE
SWZ SZ ETH ET FLK FK FRO FO FJI FJ FIN FI FRA FR GUF GF PYF PF GAB GA GMB GM GEO GE DEU DE GHA GH GIB GI GRC GR GRL GL
GRD GD GLP GP GUM GU GTM GT GGY GG GIN GN GNB GW GUY GY HTI HT VAT VA HND HN HKG HK HUN HU ISL IS IND IN IDN ID IRN IR
IRQ IQ IRL IE IMN IM ISR IL ITA IT JAM JM JPN JP JEY JE JOR JO KAZ KZ KEN KE KIR KI PRK KP KOR KR KWT KW KGZ KG LAO LA
LVA LV LBN LB LSO LS LBR LR LBY LY LIE LI LTU LT LUX LU MAC MO MDG MG MWI MW MYS MY MDV MV MLI ML MLT MT MHL MH MTQ MQ
MRT MR MUS MU MYT YT MEX MX FSM FM MDA MD MCO MC MNG MN MNE ME MSR MS MAR MA MOZ MZ MMR MM NAM NA NRU NR NPL NP NLD NL
NCL NC NZL NZ NIC NI NER NE NGA NG NIU NU NFK NF MKD MK MNP MP NOR NO OMN OM PAK PK PLW PW PSE PS PAN PA PNG PG PRY PY
PER PE PHL PH POL PL PRT PT PRI PR QAT QA REU RE ROU RO RUS RU RWA RW BLM BL SHN SH KNA KN LCA LC MAF MF SPM PM VCT VC
WSM WS SMR SM STP ST SAU SA SEN SN SRB RS SYC SC SLE SL SGP SG SXM SX SVK SK SVN SI SLB SB SOM SO ZAF ZA SSD SS ESP ES
LKA LK SDN SD SUR SR SJM SJ SWE SE CHE CH SYR SY TWN TW TJK TJ TZA TZ THA TH TLS TL TGO TG TKL TK TON TO TTO TT TUN TN
TUR TR TKM TM TCA TC TUV TV UGA UG UKR UA ARE AE GBR GB USA US URY UY UZB UZ VUT VU VEN VE VNM VN VGB VG VIR VI WLF WF
ESH EH YEM YE ZMB ZM ZWE ZW XKX XK ROM RO
"""

ALPHA_3: Final = dict(zip(_ALPHA_3.split()[::2], _ALPHA_3.split()[1::2], strict=True))
"""ISO 3166-1 alpha-3 to alpha-2, with XKX (Kosovo) and ROM (Romania until 2002), which files still hold."""

UNKNOWN: Final = "?"
"""Stands for the region of a row whose country is named and not understood; it is no region of any number."""

_EDGES = " \t\r\n-.,;:?_\xa0\ufeff\u200b\u200e\u200f"
# "na" is Namibia's code too: `may_be_no_country` tells of it.
_EMPTY = frozenset({"", "missing", "not available", "not set", *(word.strip(_EDGES) for word in WORDS_FOR_NOTHING)})
_SEPARATORS = re.compile(r"[^\w]+|_")
_ARTICLES = re.compile(r"\b(?:the|of|and|de|del|la|le|du|da|do|der|van)\b")
_APART = re.compile(r"[()\[\],:|;\n]|\s[-\u2013]\s")
_ALTERNATIVES = re.compile(r"[/&+;|\n]|(?<!\w)(?:or|and|und|oder|et|ou|y|e|или|и)(?!\w)", re.IGNORECASE)
_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_TITLES = re.compile(
    r"(?:(?:federal|federative|democratic|peoples|people s|islamic|socialist|plurinational|bolivarian|oriental|"
    r"cooperative|co operative|independent|grand|hashemite|united|arab) )*"
    r"(?:republic|kingdom|state|sultanate|principality|commonwealth|federation|union|emirate|duchy|nation|"
    r"republica|republique|republik|repubblica|reino|royaume|regno|konigreich|koninkrijk|stato|estado|etat) "
)
_ABBREVIATIONS = {
    "n": "north", "s": "south", "e": "east", "w": "west", "rep": "republic", "dem": "democratic", "st": "saint",
    "is": "islands", "isl": "islands", "isls": "islands", "fed": "federated", "afr": "african", "utd": "united",
    "brit": "british", "eq": "equatorial",
}  # fmt: skip
# Territories that stand beside the country they belong to: "Hong Kong, China", "Puerto Rico (USA)".
_BELONG = {"CN": frozenset({"HK", "MO", "TW"}), "US": frozenset({"PR", "GU", "VI", "AS", "MP"})}
# Vietnamese names that are other countries' codes where their accents are left out, and those that no other has.
_VIETNAMESE = {"nga": "RU", "ao": "AT", "bi": "BE", "my": "US"}
_VIETNAMESE_ONLY = frozenset(
    (
        "duc", "phap", "nhat ban", "nhat", "han quoc", "trung quoc", "hoa ky", "thai lan", "ha lan", "ba lan",
        "phan lan", "tay ban nha", "bo dao nha", "thuy si", "thuy dien", "thuy sy", "dan mach", "na uy", "an do",
        "dai loan", "vuong quoc anh", "uc", "campuchia", "ai cap", "tho nhi ky", "hy lap", "nam phi",
    )
)  # fmt: skip
# The letters on cars, by which Europeans write countries before postcodes.
_ON_CARS = dict(
    zip(
        ["A", "B", "D", "E", "F", "H", "I", "L", "N", "P", "S", "FL", "SLO"],
        ["AT", "BE", "DE", "ES", "FR", "HU", "IT", "LU", "NO", "PT", "SE", "LI", "SI"],
        strict=True,
    )
)
# Short forms that people of one region write, and that are other countries' codes or nothing elsewhere.
_USUAL_AT = {
    **dict.fromkeys((*_ON_CARS.values(), "CH", "NL", "DK", "CZ", "PL", "SK", "HR"), _ON_CARS),
    "ZA": {"SA": "ZA"}, "GB": {"NI": "GB"}, "SG": {"SIN": "SG"}, "ID": {"RI": "ID"},
}  # fmt: skip
_FLAG_A = 0x1F1E6
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
"""A country's flag, which Unicode writes as two letters of its own."""

_CODE_DIGITS = re.compile(r"\d[\d\s\-]*")
_LONGEST_NAME = 200  # of a country, with all that people write beside it; longer cells cost time and memory
_LONGEST_DIAL_CODE = 7  # 1 and a Caribbean area code, 44 and that of the Isle of Man
_LONGEST_LETTER_CODE = 3
_FEWEST_HEADER_WORDS = 2
_SHORTEST_NAME = 4
_SHORTEST_JOINED = 6
_HEADER_CODE = re.compile(r"\+\d{1,4}")
_HEADER_WORDS = re.compile(r"[^\W\d_]+")
_HEADER_SHORT_FORMS = frozenset({"USA", "UAE", "KSA", "UK"})
_NO_CODES = frozenset(
    (
        "NO", "ID", "PH", "PR", "CO", "TO", "ST", "NA", "CC", "MS", "SMS", "TEL", "MOB", "GSM", "COM",
        "MR", "PA", "HR", "IT",
    )
)  # fmt: skip
"""What stands in capitals in a header and is no country there."""
_ENGLISH = 2


def is_region(code: str) -> bool:
    """Tell whether phonenumbers has numbers for this region (two capital letters)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def region_told(text: str) -> str | None:
    """Return the region that a country cell tells: None where it names none, UNKNOWN where it is not understood.

    What a form or a person writes where there is no answer names none: "Unknown", "-- Select Country --", "0".
    """
    if text.strip(_EDGES).casefold() in _EMPTY:
        return None
    return region_of_country(text) or (None if _is_placeholder(text) else UNKNOWN)


def _is_placeholder(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and says_no_country(text, _folded)


def may_be_no_country(text: str) -> bool:
    """Tell whether a country cell is Namibia's code, which is far oftener "not available"."""
    return text.strip(_EDGES).casefold() == "na"


def regions_told(texts: Iterable[str], home: str | None = None) -> dict[str, str | None]:
    """Return what each of a column's country cells tells, as `region_told` does.

    `home` is the region of rows without a country, whose people have short forms of their own: "D" in Germany.
    Where another cell is a country's name in Vietnamese only, `Nga`, `Ao`, `Bi` and `My` are names too, and no codes.
    """
    told = {text: region_told(text) if text else None for text in texts}
    folded = {text: _folded(text).replace("\u0111", "d") for text in told if len(text) <= _LONGEST_NAME}
    if not _VIETNAMESE_ONLY.isdisjoint(folded.values()):
        told |= {text: _VIETNAMESE[name] for text, name in folded.items() if name in _VIETNAMESE}
    usual = _USUAL_AT.get(home or "", {})
    if usual and home not in told:  # a column that says "ZA" for South Africa says "SA" for Saudi Arabia
        told |= {text: usual[short] for text in told if (short := text.strip(_EDGES).upper()) in usual}
    return told


def region_told_by_code(text: str) -> str | None:
    """Return the region that a dial-code cell tells; a country's name there is understood too."""
    if text.strip(_EDGES).casefold() in _EMPTY or not text.strip("0 "):
        return None
    region = region_of_dial_code(text) or region_of_country(text)
    return region or (None if _is_placeholder(text) else UNKNOWN)


def region_of_header(name: str) -> str | None:
    """Return the region that a phone column's name tells: `US Phone`, `Mobile (+44)`, `UAE Mobile`; None for most.

    A name of one word tells none, and letters that are a country's code count only where the others are not capitals.
    """
    code = _HEADER_CODE.search(name[:_LONGEST_NAME])
    if code is not None:
        return region_of_dial_code(code[0])
    words = _HEADER_WORDS.findall(name[:_LONGEST_NAME])
    if len(words) < _FEWEST_HEADER_WORDS:
        return None
    texts = {" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, at + 4)}
    found = {_few_names().get(_folded(text)) for text in texts if len(text) > _LONGEST_LETTER_CODE}
    codes = {word for word in words if _is_letter_code(word) and word.isupper()}
    found |= {_region_coded(code) for code in (codes & _HEADER_SHORT_FORMS if name.isupper() else codes - _NO_CODES)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def is_plain_country(text: str) -> bool:
    """Tell whether a text is a code as ISO has it, or a country's English or usual name.

    At little cost: to know the names of all languages takes as long as some ten thousand numbers.
    """
    name = text.strip()
    if _is_letter_code(name):
        return name.upper() in ALPHA_3 or is_region(name.upper())
    return len(name) <= _LONGEST_NAME and (_cased(name) in _few_names() or _folded(name) in _few_names())


def region_of_country(text: str) -> str | None:
    """Return the region a country cell names, or None.

    Takes ISO 3166 codes of two and three letters and of subdivisions (GB-ENG), names in many languages (CLDR) and as
    ISO has them, short forms and usual spellings, flags, and a dial code in place of or beside the name: `India (+91)`.
    A cell that names two countries names none, and so does one whose letters are a code and a word of a language.
    """
    return _region_of_country(text) if len(text) <= _LONGEST_NAME else None


@lru_cache(maxsize=4096)
def _region_of_country(text: str) -> str | None:
    if any(map(str.isdecimal, text)):
        named = _region_named(_without_digits(text))
        if named is None:
            return None if any(map(str.isalpha, text)) and "+" not in text else _region_of_dial_code(text)
        told = _region_of_dial_code(text)
        return named if told is None or _shares_code(named, told) else None
    return _region_named(text)


def _shares_code(one: str, other: str) -> bool:
    return phonenumbers.country_code_for_region(one) == phonenumbers.country_code_for_region(other)


def _without_digits(text: str) -> str:
    return re.sub(r"[(\[]?\+?[\d\-]*\d[)\]]?", " ", text)


def region_of_dial_code(text: str) -> str | None:
    """Return the region of a dial code: `91`, `+91`, `0091`, `India (+91)`; the main one where several share it.

    A country named beside the code decides among those that share it: `Canada (+1)`.
    """
    return _region_of_dial_code(text) if len(text) <= _LONGEST_NAME else None


@lru_cache(maxsize=4096)
def _region_of_dial_code(text: str) -> str | None:
    found = _CODE_DIGITS.search(_plain_digits(text))
    if found is None:
        return None
    digits = re.sub(r"\D", "", found[0])
    digits = digits[2:] if digits.startswith("00") else digits.removeprefix("011") or digits
    if not 0 < len(digits) <= _LONGEST_DIAL_CODE:
        return None
    for length in (1, 2, 3):
        code, rest = digits[:length], digits[length:]
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
        if regions is not None:
            return _among(regions, rest, _region_named(_without_digits(text)))
    return None


@cache
def names_in_words() -> dict[str, str]:
    """Return what countries are called in words beside something else, folded: names of four letters and more.

    Shorter ones of other languages are words and people's names too. What two countries are called is in it for none.
    """
    claimed: dict[str, set[str]] = {}
    for file in ("country_names.txt", "country_spellings.txt"):
        for region, called in _names_by_region(file).items():
            for name in called:
                claimed.setdefault(folded_name(name), set()).add(region)
    own = _few_names()
    return {
        name: own.get(name) or min(regions)
        for name, regions in claimed.items()
        if (len(regions) == 1 or name in own) and not (name.isascii() and len(name.replace(" ", "")) < _SHORTEST_NAME)
    }


def folded_name(name: str) -> str:
    """Return a name without case, accents and punctuation, as `names_in_words` has it."""
    return _folded(name)


def name_of_region(region: str) -> str:
    """Return a region's English name, or the code itself where there is none."""
    names = _names_by_region("country_names.txt").get(region)
    return names[0] if names else region


def _among(regions: tuple[str, ...], rest: str, named: str | None) -> str | None:
    """Choose among the regions that share a calling code, by what is dialled after it or by the country named."""
    if rest:
        for region in regions:
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
            if metadata is not None and metadata.leading_digits and re.fullmatch(metadata.leading_digits, rest):
                return region
        return None
    if named in regions:
        return named
    return regions[0] if is_region(regions[0]) else None


@lru_cache(maxsize=4096)  # addresses that differ in their digits alone are one text here
def _region_named(text: str) -> str | None:
    """Find the region whose name or code a text is, or that stands in it with its city or in brackets."""
    text = _flag_as_letters(text).strip()
    whole = _region_called(text)
    if whole is not None:
        return whole
    alternatives = [part for part in _ALTERNATIVES.split(text) if part.strip()]
    if len(alternatives) > 1:
        return _only({_region_called(part.strip(" ()[],")) for part in alternatives})
    found = {_region_called(part.strip()) for part in _APART.split(text) if part.strip()} - {None}
    if not found:
        words = text.split()
        found = {_region_called(" ".join(words[:at])) for at in (1, len(words) - 1)} if len(words) > 1 else set()
        found |= {_region_called(words[-1])} if len(words) > 1 else set()
        return _only(found) if len(words) == 2 else None  # noqa: PLR2004 - a city and its country, as in Dubai UAE
    return _only(found)


def _only(found: set[str | None]) -> str | None:
    """Return the one region of several parts, None where a part is not understood or they differ."""
    for country, territories in _BELONG.items():
        if country in found and found & territories:
            found = found - {country}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _region_called(text: str) -> str | None:
    """Find the region that a text is a name or code of, as a whole: most without the names of all languages."""
    if not text:  # a calling code has no name beside it, and needs no look-up among all
        return None
    if _is_letter_code(text):
        return _region_coded(text)
    subdivision = _SUBDIVISION.fullmatch(text)
    if subdivision is not None and is_region(subdivision[1]):
        return subdivision[1]
    return _looked_up(text, _few_names()) or _looked_up(text, _names())


def _region_coded(text: str) -> str | None:
    """Find the region of two or three letters: a code or a word; None where they are both and written as neither."""
    region = ALPHA_3.get(text.upper()) or (text.upper() if is_region(text.upper()) else None)
    if region is not None and (text.isupper() or text.islower()):
        return region
    word = _names().get(_folded(text))
    return region or word if region is None or word in {None, region} else None


def _looked_up(text: str, names: dict[str, str]) -> str | None:
    exact = names.get(_cased(text))
    if exact is not None:
        return exact
    folded = _folded(text)
    if not folded or _is_letter_code(folded):
        return names.get(folded) or (_region_of_initials(folded) if "." in text else None)
    expanded = " ".join(_ABBREVIATIONS.get(word, word) for word in folded.split())
    for name in (folded, _without_articles(folded), expanded):
        for key in (name, _sorted(name), _TITLES.sub("", name, count=1), name.replace(" ", "")):
            found = names.get(key) if len(key) >= _SHORTEST_JOINED or key == name else None
            if found is not None:
                return found
    return None


def _region_of_initials(letters: str) -> str | None:
    """Find the one country whose English name has these initials: U.S. is one, S.A. South Africa or Saudi Arabia."""
    found = {
        region
        for region, called in _names_by_region("country_names.txt").items()
        for name in called[:_ENGLISH]
        if "".join(word[0] for word in _without_articles(_folded(name)).split()) == letters
    }
    return found.pop() if len(found) == 1 else None


def _is_letter_code(text: str) -> bool:
    return 2 <= len(text) <= _LONGEST_LETTER_CODE and text.isascii() and text.isalpha()  # noqa: PLR2004 - alpha-2


def _without_articles(name: str) -> str:
    return " ".join(_ARTICLES.sub(" ", name).split())


def _sorted(name: str) -> str:
    """Return a name's words in a fixed order: `Korea, Republic of` and `Republic of Korea` are one."""
    return "=" + " ".join(sorted(_without_articles(name).split()))


def _plain_digits(text: str) -> str:
    text = re.sub(r"\.0+\s*$", "", text)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _flag_as_letters(text: str) -> str:
    """Write flags as their two letters, apart from what stands beside them."""
    return FLAG.sub(lambda flag: f" ; {letters_of_flag(flag[0])} ; ", text).strip(" ;")


def letters_of_flag(flag: str) -> str:
    """Return the two letters that a flag is written with."""
    return "".join(chr(ord(char) - _FLAG_A + ord("A")) for char in flag)


def _cased(text: str) -> str:
    """Fold case, width and punctuation, and keep accents, which tell names of two letters apart."""
    text = normalized(normalized(text, "NFKC").casefold(), "NFC")
    return "'" + " ".join(_SEPARATORS.sub(" ", text.replace(".", "").replace("\u200d", "")).split())


def _folded(text: str) -> str:
    """Fold case, accents and punctuation."""
    text = text.casefold()
    if not text.isascii():
        text = normalized(text, "NFKD").replace("\u00f8", "o").replace("\u0142", "l")
        text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub("['\u2019\u02bb\u02bc.\u200d]", "", text)
    return " ".join(_SEPARATORS.sub(" ", text).split())


@cache
def _names_by_region(file: str) -> dict[str, list[str]]:
    """Return a file of names: a region in each line, its names behind it."""
    text = shipped_text("telecmi_leads.phones", file)
    return {region: names for region, *names in (line.split("\t") for line in text.splitlines())}


@cache
def _few_names() -> dict[str, str]:
    """Our own spellings and the English names, folded."""
    names: dict[str, str] = {}
    for region, spellings in _names_by_region("country_spellings.txt").items():
        for name in spellings:
            names.update(dict.fromkeys((_cased(name), _folded(name), _sorted(_folded(name))), region))
    by_region = _names_by_region("country_names.txt")
    for region, called in by_region.items():
        for name in called[:_ENGLISH]:
            names.setdefault(_cased(name), region)
            names.setdefault(_folded(name), region)
    names.pop("", None)
    return names


@cache
def _names() -> dict[str, str]:
    """Everything a country may be called, folded: what a few languages share for two countries names none."""
    names = dict(_few_names())
    by_region = _names_by_region("country_names.txt")
    for key in (_cased, _folded, lambda name: _sorted(_folded(name)), lambda name: _folded(name).replace(" ", "")):
        claimed: dict[str, set[str]] = {}
        for region, called in by_region.items():
            for name in called:
                claimed.setdefault(key(name), set()).add(region)
        for name, regions in claimed.items():
            if len(regions) == 1:
                names.setdefault(name, *regions)
    names.pop("", None)
    return names
