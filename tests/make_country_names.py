"""Makes telecmi_leads/phones/country_names.txt anew: what countries are called, from CLDR (Babel) and ISO (pycountry).

Run it after an update of either: `python tests/make_country_names.py`. One line for each region: its code, then its
names, the English ones first. Names that CLDR gives in brackets or for sorting are left as they are written.
"""

from __future__ import annotations

import phonenumbers
import pycountry
from babel import Locale, UnknownLocaleError
from places import PACKAGE

FILE = PACKAGE / "phones" / "country_names.txt"
# The languages that CLDR covers well (its "modern" level), and the scripts and regions that name countries otherwise.
LANGUAGES = (
    "en en_GB af am ar ar_SA as az az_Cyrl be bg bn bs bs_Cyrl ca cs cy da de de_AT de_CH el es es_419 es_MX et eu fa "
    "fa_AF fi fil fr fr_CA fr_CH ga gd gl gu ha he hi hr hsb hu hy id ig is it ja jv ka kk km kn ko kok ky lb lo lt lv "
    "mi mk ml mn mr ms mt my ne nl nb nn or pa pa_Arab pl ps pt pt_PT qu rm ro ru sd si sk sl so sq sr sr_Latn sv sw "
    "ta te tg th ti tk to tr ug uk ur uz uz_Cyrl vi xh yo yue zh zh_Hant zh_Hant_HK zu"
)


def names_of(region: str) -> list[str]:
    """Return every name of a region, English and official ones first, each once."""
    names: dict[str, None] = {}
    country = pycountry.countries.get(alpha_2=region)
    for kind in ("name", "official_name", "common_name"):
        if country is not None and hasattr(country, kind):
            names[getattr(country, kind)] = None
    for language in LANGUAGES.split():
        try:
            territories = Locale.parse(language).territories
        except UnknownLocaleError:
            continue
        for key in (region, f"{region}_short", f"{region}_alt_short", f"{region}_alt_variant"):
            if key in territories:
                names[territories[key]] = None
    return [name for name in names if "\t" not in name and not name.isdecimal()]


def text() -> str:
    """Return the whole file."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    return "".join("\t".join((region, *names_of(region))) + "\n" for region in regions)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
