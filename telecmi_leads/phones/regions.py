"""Countries: names, ISO codes and dial codes in, regions (CLDR, two letters) out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Final

import phonenumbers

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

OTHER_NAMES: Final = {
    "UK": "GB", "Great Britain": "GB", "Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "Northern Ireland": "GB", "United Kingdom of Great Britain and Northern Ireland": "GB",
    "America": "US", "United States of America": "US", "U S A": "US", "U S": "US", "Estados Unidos de América": "US",
    "UAE": "AE", "U A E": "AE", "Emirates": "AE", "Dubai": "AE", "Abu Dhabi": "AE", "Sharjah": "AE",
    "KSA": "SA", "Kingdom of Saudi Arabia": "SA", "Saudi": "SA",
    "Bharat": "IN", "Hindustan": "IN", "Republic of India": "IN", "हिंदुस्तान": "IN", "இந்தியா": "IN", "ভারত": "IN",
    "భారతదేశం": "IN", "ഇന്ത്യ": "IN", "ಭಾರತ": "IN", "ભારત": "IN", "ਭਾਰਤ": "IN", "بھارت": "IN",
    "الهند": "IN", "الإمارات": "AE", "الإمارات العربية المتحدة": "AE", "السعودية": "SA",
    "المملكة العربية السعودية": "SA", "قطر": "QA", "الكويت": "KW", "عمان": "OM", "البحرين": "BH", "مصر": "EG",
    "Holland": "NL", "The Netherlands": "NL", "Czechia": "CZ", "Slovak Republic": "SK", "Türkiye": "TR",
    "Turkiye": "TR", "Republic of Türkiye": "TR", "Russian Federation": "RU", "Republic of Ireland": "IE", "Eire": "IE",
    "Macedonia": "MK", "North Macedonia": "MK", "Moldova, Republic of": "MD", "Republic of Moldova": "MD",
    "Bosnia": "BA", "Kosovo": "XK", "Holy See": "VA", "Vatican City": "VA", "Vatican City State": "VA",
    "Holy See (Vatican City State)": "VA", "Swiss": "CH", "Bundesrepublik Deutschland": "DE",
    "Korea": "KR", "Republic of Korea": "KR", "Korea, Republic of": "KR", "Korea, South": "KR",
    "Korea, North": "KP", "Korea, Democratic People's Republic of": "KP", "DPRK": "KP",
    "Democratic People's Republic of Korea": "KP",
    "PRC": "CN", "P R China": "CN", "People's Republic of China": "CN", "Mainland China": "CN",
    "Hong Kong SAR": "HK", "Hong Kong SAR China": "HK", "Hongkong": "HK", "Macau": "MO", "Macau SAR": "MO",
    "Macao SAR China": "MO", "Taiwan, Province of China": "TW", "Republic of China": "TW",
    "Viet Nam": "VN", "Lao PDR": "LA", "Lao People's Democratic Republic": "LA", "Burma": "MM", "Myanmar (Burma)": "MM",
    "Brunei Darussalam": "BN", "East Timor": "TL", "Timor-Leste": "TL", "Kampuchea": "KH", "Ceylon": "LK",
    "Iran, Islamic Republic of": "IR", "Islamic Republic of Iran": "IR", "Syrian Arab Republic": "SY",
    "Palestinian Territories": "PS", "Palestinian Territory": "PS", "Palestinian Territory, Occupied": "PS",
    "State of Palestine": "PS", "Palestine, State of": "PS",
    "Ivory Coast": "CI", "Cabo Verde": "CV", "Cape Verde": "CV", "Swaziland": "SZ", "Eswatini": "SZ",
    "Congo, Democratic Republic of the": "CD", "Democratic Republic of the Congo": "CD", "DRC": "CD", "DR Congo": "CD",
    "Congo-Kinshasa": "CD", "Congo-Brazzaville": "CG", "Republic of the Congo": "CG",
    "Tanzania, United Republic of": "TZ", "United Republic of Tanzania": "TZ", "The Gambia": "GM", "RSA": "ZA",
    "Republic of South Africa": "ZA", "Libyan Arab Jamahiriya": "LY", "Réunion": "RE", "Reunion": "RE",
    "Bolivia, Plurinational State of": "BO", "Plurinational State of Bolivia": "BO",
    "Venezuela, Bolivarian Republic of": "VE", "Bolivarian Republic of Venezuela": "VE",
    "Micronesia, Federated States of": "FM", "Federated States of Micronesia": "FM", "Micronesia": "FM",
    "St Kitts and Nevis": "KN", "St Lucia": "LC", "St Vincent and the Grenadines": "VC", "St Vincent": "VC",
    "Trinidad": "TT", "Virgin Islands, US": "VI", "US Virgin Islands": "VI", "U.S. Virgin Islands": "VI",
    "Virgin Islands, British": "VG", "British Virgin Islands": "VG", "Saint Helena": "SH", "Curaçao": "CW",
    "Sint Maarten": "SX", "Falkland Islands": "FK", "Brasil": "BR", "Bahamas, The": "BS", "Gambia, The": "GM",
    "Ascension Island": "AC", "Tristan da Cunha": "TA",
}  # fmt: skip
"""Short forms, official names, former names and native names, as CRM systems and forms write them."""


_SEPARATORS = re.compile(r"[^\w]+|_")
_ENDS = re.compile(r"(?i)\b(?:the|of|and)\b")
_FLAG_A = 0x1F1E6
_CODE_DIGITS = re.compile(r"\d[\d\s\-]*")
_LONGEST_NAME = 200  # of a country, with all that people write beside it; longer cells cost time and memory
_LONGEST_DIAL_CODE = 7  # 1 and a Caribbean area code, 44 and that of the Isle of Man


def is_region(code: str) -> bool:
    """Tell whether phonenumbers has numbers for this region (two capital letters)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def region_of_country(text: str) -> str | None:
    """Return the region a country cell names, or None.

    Takes ISO 3166 codes of two and three letters, names in the languages of phonenumbers' own locale data, common
    short forms (UK, USA, UAE), flags, and a dial code in place of or beside the name: `India (+91)`.
    """
    return _region_of_country(text) if len(text) <= _LONGEST_NAME else None


@lru_cache(maxsize=4096)
def _region_of_country(text: str) -> str | None:
    named = _region_named(text)
    if named is None and any(map(str.isdecimal, text)):
        return region_of_dial_code(text)
    return named


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
            return _among(regions, rest, _region_named(text))
    return None


def name_of_region(region: str) -> str:
    """Return a region's English name, or the code itself where there is none."""
    names = _names_by_language().get(region, {})
    name = names.get("en", "")
    return str(names.get(name[1:], "") if name.startswith("*") else name) or region


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


def _region_named(text: str) -> str | None:
    """Find the region whose name or code stands in the text, other things in brackets aside."""
    name = _folded(_flag_as_letters(text))
    found = _names().get(name)
    if found is None:
        letters = " ".join(word for word in name.split() if not any(map(str.isdecimal, word)))
        outside = _folded(re.sub(r"\(.*?\)|\[.*?\]", " ", text))
        for part in (letters, outside, *map(_folded, re.split(r"[(\[/,|:;]|\s-\s", text))):
            found = found or (_names().get(part.rstrip(")] ")) if part else None)
    return found


def _plain_digits(text: str) -> str:
    text = re.sub(r"\.0+\s*$", "", text)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _flag_as_letters(text: str) -> str:
    return "".join(chr(ord(c) - _FLAG_A + ord("a")) if 0 <= ord(c) - _FLAG_A < 26 else c for c in text)  # noqa: PLR2004 - letters


def _folded(text: str) -> str:
    """Fold case, accents, punctuation and the words `the`, `of`, `and`."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(char for char in text if not unicodedata.combining(char)).replace("'", "").replace("\u2019", "")
    text = " ".join(_SEPARATORS.sub(" ", text.replace(".", "")).split())
    return " ".join(_ENDS.sub(" ", text).split()) or text


@cache
def _names_by_language() -> dict[str, dict[str, str]]:
    """Return phonenumbers' locale data: region → language → name.

    Loaded past its package, which would load the geocoder's tables too: most of a second, and 100 MB.
    """
    folders = [str(Path(folder) / "geodata") for folder in phonenumbers.__path__]
    spec = PathFinder.find_spec("phonenumbers.geodata.locale", folders)
    if spec is None or spec.loader is None:
        raise ImportError("phonenumbers.geodata.locale is missing")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    names: dict[str, dict[str, str]] = module.LOCALE_DATA
    return names


@cache
def _names() -> dict[str, str]:
    """Everything a country may be called, folded; English and codes win, a name that two countries share is out."""
    names: dict[str, str] = {}
    for region, by_language in _names_by_language().items():
        if is_region(region):
            names[_folded(region)] = region
            names.setdefault(_folded(by_language["en" if not by_language["en"].startswith("*") else "aa"]), region)
    names.update((code.casefold(), region) for code, region in ALPHA_3.items() if is_region(region))
    names.update((_folded(name), region) for name, region in OTHER_NAMES.items())
    foreign: dict[str, set[str]] = {}
    for region, by_language in _names_by_language().items():
        if is_region(region):
            for name in by_language.values():
                foreign.setdefault(_folded(name), set()).add(region)
    for name, regions in foreign.items():
        if len(regions) == 1 and not name.startswith("*"):
            names.setdefault(name, *regions)
    return names
