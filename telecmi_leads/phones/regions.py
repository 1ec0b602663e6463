"""Countries: names, ISO codes and dial codes in, regions (CLDR, two letters) out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import phonenumbers

from telecmi_leads.phones.country_names import ALPHA_3, OTHER_NAMES

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
