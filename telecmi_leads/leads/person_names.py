"""A person's name: full names split, placeholders seen through, titles kept or dropped.

Pure functions on cleaned text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.columns.cell_values import PATRONYMICS, WITH_PATRONYMIC, firm_words
from telecmi_leads.core.block_columns import BETWEEN
from telecmi_leads.core.empty_words import SAID_TO_BE_EMPTY, WORDS_FOR_NOTHING
from telecmi_leads.core.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

# What exporters write where there is no name. Real surnames such as "Na" are not among them.
_PLACEHOLDERS = frozenset(
    {
        *("-", "--", "---", ".", "..", "?", "_", "/", "*"),
        *WORDS_FOR_NOTHING,
        *SAID_TO_BE_EMPTY,
        "[object object]",
        *("[not provided]", "(not provided)", "not known"),
        *("no name", "noname", "no last name", "[unknown]", "(unknown)", "(blank)", "[no name]"),
    }
)
# Titles that are part of how a person is addressed on the phone; Mr, Mrs and their kind are not.
_KEPT_TITLES = frozenset({"dr", "prof", "professor", "doctor", "adv", "advocate", "er", "capt", "col", "maj", "rev"})
_SUFFIXES = frozenset({"jr", "sr", "jnr", "snr", "junior", "senior", "ii", "iii", "iv"})
_SUFFIX_ENDS = frozenset(
    (
        *("Jr", "Jr.", "JR", "JR.", "jr", "jr.", "Jnr", "Jnr.", "Sr", "Sr.", "SR", "SR.", "sr", "sr.", "Snr", "Snr."),
        *("II", "III", "IV"),
    )
)
# What stands behind a comma and is not a first name: degrees, certificates, ranks, posts.
_DEGREES = frozenset(
    (
        *("phd", "dphil", "md", "mbbs", "bds", "mds", "dnb", "dm", "mch", "frcs", "mrcp", "frcp", "do"),
        *("dds", "dmd", "rn", "bsn", "msn", "np", "pa", "pt", "ot", "pharmd", "dvm", "bvsc", "bhms"),
        *("bams", "bpt", "mpt", "bnys", "ba", "ma", "bsc", "msc", "bs", "ms", "be", "me", "btech", "mtech"),
        *("bcom", "mcom", "bba", "mba", "emba", "bca", "mca", "pgdm", "pgdba", "bed", "med", "mphil"),
        *("llb", "llm", "jd", "esq", "esquire", "ca", "cs", "cma", "acca", "cpa", "cfa", "cfp", "frm"),
        *("fca", "aca", "icwa", "pmp", "csm", "capm", "prince2", "cissp", "cisa", "cism", "phr", "sphr"),
        *("shrm", "shrmcp", "pe", "ceng", "dipl", "dipling", "diplkfm", "mag", "ing", "ir", "drs", "obe"),
        *("mbe", "cbe", "kc", "qc", "mp", "mla", "mep", "ias", "ips", "irs", "ifs", "retd", "rtd", "ret"),
        *("jp", "dr", "prof", "professor", "doctor", "adv", "advocate", "er", "eng", "engineer", "capt"),
        *("col", "maj", "gen", "lt", "rev", "fr", "mr", "mrs", "miss", "shri", "smt", "sir", "phdc", "edd"),
        *("dba", "mph", "msw", "lcsw", "ceo", "cto", "cfo", "coo", "cmo", "cio", "vp", "svp", "evp", "avp"),
        *("gm", "agm", "dgm", "hr", "founder", "cofounder", "co-founder", "owner", "proprietor", "partner"),
        *("director", "manager", "president", "chairman", "secretary", "treasurer", "consultant"),
        *("architect", "principal", "teacher", "student", "sales", "marketing", "general", "managing", "senior"),
        *("assistant", "associate", "deputy", "chief", "executive", "officer", "accountant", "regional", "operations"),
        *("finance", "vice", "supervisor", "coordinator", "business", "development", "head"),
    )
)
# Degrees that are not surnames: they go at the end of a name without a comma too, as "Meena Joshi MBBS" has it.
_DEGREE_ENDS = frozenset(
    spelled
    for degree in (
        *("MBBS", "MBA", "PhD", "Ph.D", "Ph.D.", "LLB", "LLM", "M.D.", "M.Tech", "B.Tech", "MTech", "BTech", "M.Sc"),
        *("B.Sc", "MSc", "BSc", "B.Com", "M.Com", "BCom", "MCom", "BDS", "MDS", "BAMS", "BHMS", "PMP", "CPA", "CFA"),
        *("FCA", "FRCS", "MRCP", "PGDM", "MCA", "BCA", "M.B.B.S", "M.B.B.S.", "M.B.A", "M.B.A."),
    )
    for spelled in (degree, degree.upper())
)
_CREDENTIAL = pattern(r"[A-Z][A-Z.\-]{1,7}")
_PARTICLES = frozenset(
    (
        *("de", "del", "della", "dello", "dei", "degli", "di", "da", "dal", "dalla", "das", "dos", "do"),
        *("du", "des", "la", "las", "los", "le", "lo", "li", "van", "von", "vom", "zu", "zum", "zur"),
        *("der", "den", "ter", "ten", "te", "'t", "af", "av", "el", "al", "ibn", "bin", "binti", "ben"),
        *("abu", "abd", "san", "santa", "st.", "mac", "mc"),
    )
)
_ENDS = _SUFFIX_ENDS | _DEGREE_ENDS
_BEGIN_NUMBERS = frozenset("(0123456789")
_LONGEST_GIVEN = 2  # letters of a first name that is a title's word too
# What stands for no name where nothing else does; as first names, Dr. and Miss stay what they are.
_BARE_TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mister", "messrs", "m/s", "mr/mrs", "mr/ms", "mr./mrs", "mr./ms", "dr", "prof"),
        *("smt", "shri", "herr", "frau", "mme", "mlle", "madame", "monsieur", "dhr", "mevr", "sr", "sra", "srta"),
    }
)
_LIST_NUMBER = pattern(r"\(?\d{1,4}[.)]\s+(?=[^\W\d_])")
_LIST_NUMBER_ENDS = tuple(f"{digit}. " for digit in range(10))
_IN_BRACKETS = pattern(r"\([^()]{0,60}\)$")
_WORD_END = pattern(r"[.\s]+")


# Words for nothing in any field, as exporters spell them: one look-up a cell, without a copy in lower case. NA in
# capitals is one, "Na" a surname.
NOTHING = frozenset(
    spelled for word in WORDS_FOR_NOTHING for spelled in (word, word.upper(), word.capitalize(), word.title())
) | {"NaN", "NA", "\\N", ".", "-", "--"}
# Of a name that is no name, or whose last word is not the last name, one word at least is among these, in lower case.
_TELLING = frozenset(
    (
        *(name.partition(" ")[0] for name in _PLACEHOLDERS if " " in name),
        *map(str.lower, _ENDS),
        *map(str.lower, NOTHING),
    )
)
_NO_GAP = bytes(code for code in range(256) if chr(code) not in f" {BETWEEN}")
_NEVER_LAST = NOTHING | {"/", "_", "?", "*"}
_NAMES_TOO = frozenset({"Nan", "Nil"})  # beside another name


def is_placeholder(name: str) -> bool:
    """Tell whether an exporter wrote this where it had no name."""
    return name.lower() in _PLACEHOLDERS or name == "NA"


def any_placeholder(names: Sequence[str]) -> bool:
    """Tell whether a column holds any placeholder: one look at the column, where asking each name costs a call."""
    return not _PLACEHOLDERS.isdisjoint(map(str.lower, names)) or "NA" in names


def drop_nothings(firsts: list[str], lasts: list[str]) -> None:
    """Take words for nothing off the split names: "Yash NA" is Yash, "nan nan" nobody."""
    if NOTHING.isdisjoint(lasts) and NOTHING.isdisjoint(firsts):
        return
    for at, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if last in _NEVER_LAST or first in _NEVER_LAST:
            words = f"{first} {last}".split()
            nothing = _NEVER_LAST if _NEVER_LAST.issuperset(words) else _NEVER_LAST - _NAMES_TOO
            words = [word for word in words if word not in nothing]
            firsts[at], lasts[at] = (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (" ".join(words), "")


def without_bare_titles(names: Sequence[str]) -> Sequence[str]:
    """Take away the full names that are a title and nothing more: "Mr.", "Mrs"."""
    return [name if " " in name or name.rstrip(".").lower() not in _BARE_TITLES else "" for name in names]


def without_list_numbers(names: Sequence[str]) -> Sequence[str]:
    """Take the number in a list off names that begin with it: "1. Asha Rao", "2) Ravi"."""
    together = "".join(names)
    if ". " not in together and ") " not in together:
        return names
    if _BEGIN_NUMBERS.isdisjoint({name[:1] for name in names}):
        return names
    return [_LIST_NUMBER.sub("", name, count=1) if name[:1] in _BEGIN_NUMBERS else name for name in names]


def with_particle(particle: str, last: str) -> str:
    """Return a last name with what goes before it: "van der Berg"; alone a particle is no name."""
    written = not particle or not last or last.lower().startswith(f"{particle.lower()} ")
    return last if written else f"{particle} {last}"


def kept_title(title: str) -> str:
    """Return a title that belongs before the first name (Dr., Prof.), "" for a mere salutation."""
    return title if _WORD_END.sub("", title).lower() in _KEPT_TITLES else ""


def without_company(name: str, *, company: str = "", always: bool = False) -> str:
    """Return the person's part of a name that begins with the company's, as Odoo shows contacts: "Gamma, Asha Rao".

    It is one where it is the row's `company`, where it ends as companies do ("Gamma Traders"), and where the column
    `always` has one. What stands behind must be a whole name then, and no post ("Asha, Sales Manager").
    """
    before, comma, behind = map(str.strip, name.partition(","))
    words = before.lower().rstrip(".").split()
    if not comma or not behind or not words:
        return name
    if company and before == company:
        return behind
    whole = " " in behind and "," not in behind and not _is_title(behind, before)
    shown = always if len(words) == 1 else words[-1] in firm_words()
    return behind if whole and shown else name


def with_comma(name: str, surnames: int) -> str:
    """Return a full name that begins with the surname as "Surname, First": capitals and particles tell how long it is.

    `surnames` is how many people usually have: "García López Ana" with two is "García López, Ana". A name whose
    patronymic stands second begins with the first name all the same: "Иван Петрович Орлов".
    """
    parts = name.split()
    patronymic = len(parts) == WITH_PATRONYMIC and parts[1].lower().endswith(PATRONYMICS)
    if "," in name or len(parts) <= 1 or patronymic:
        return name
    # A single capital is an initial and shows nothing.
    size = next((at for at, part in enumerate(parts) if not (part.isupper() and part[1:])), len(parts))
    if not 0 < size < len(parts):
        size = 0
        for _ in range(min(surnames, len(parts) - 1)):
            while size < len(parts) - 2 and parts[size].lower() in _PARTICLES:
                size += 1
            size = min(size + 1, len(parts) - 1)
    return f"{' '.join(parts[:size])}, {' '.join(parts[size:])}"


def split_full_name(name: str) -> tuple[str, str]:
    """Split a full name into first and last name: the last word is the last name, unless a comma says otherwise.

    "Asha Menon" → ("Asha", "Menon"); "Menon, Asha" → ("Asha", "Menon"); "Roshan" → ("Roshan", ""); "Asha Rao (Kochi)" →
    ("Asha", "Rao (Kochi)"). A degree or title behind a comma goes, a suffix stays with the last name: "Ravi K, PMP" →
    ("Ravi", "K"); "Joan Lee III" → ("Joan", "Lee III").
    """
    suffix = ""
    if "," in name:
        whole, *behind = [part for part in map(str.strip, name.split(",")) if part] or [""]
        while behind and _is_title(behind[-1], whole):
            title = behind.pop()
            suffix = title if _WORD_END.sub("", title).lower() in _SUFFIXES else suffix
        if behind:
            return " ".join(behind), f"{whole} {suffix}".rstrip()
        name = whole
    first, _, last = name.rpartition(" ")
    while first and last in _DEGREE_ENDS:
        first, _, last = first.rstrip(" -\N{EN DASH}\N{EM DASH}").rpartition(" ")
    if last in _SUFFIX_ENDS and first:
        suffix = suffix or last
        first, _, last = first.rpartition(" ")
    aside = _IN_BRACKETS.search(name) if last.endswith(")") else None
    if aside and (before := name[: aside.start()].rstrip()):
        # What stands in brackets is not a last name: it goes with the one before it.
        first, _, last = before.rpartition(" ")
        last = f"{last} {aside[0]}"
    if not first:
        return f"{last} {suffix}".rstrip(), ""
    return first.rstrip(), f"{last} {suffix}".rstrip()


def _is_title(text: str, name: str) -> bool:
    """Tell whether what follows a comma is a title, a degree or a suffix: known, or capitals behind a whole name."""
    known = _SUFFIXES | _DEGREES
    text = _IN_BRACKETS.sub("", text).rstrip() or text
    plain = [_WORD_END.sub("", word).lower() for word in text.split()]
    if all(word in known for word in plain) or _WORD_END.sub("", text).lower() in known:
        return " " in name or "." in text or len(text) > _LONGEST_GIVEN  # "Nguyen, Do" is a person's two names
    return " " in name and not name.isupper() and all(_CREDENTIAL.fullmatch(word) for word in text.split())


def split_full_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a column of full names as `split_full_name` does each; returns first and last names."""
    firsts, lasts = split_plain_names(names)
    together = "".join(names)
    # One look at the whole column: a plain one, which nearly all are, needs no call for each name.
    unusual = not all(firsts) or "," in together or ")" in together or not _ENDS.isdisjoint(lasts)
    for position, name in enumerate(names) if unusual else ():
        if not firsts[position] or "," in name or lasts[position] in _ENDS or name.endswith(")"):
            firsts[position], lasts[position] = split_full_name(name)
    return firsts, lasts


def are_plain_names(lower: str) -> bool:
    """Tell of clean full names, `joined` and in lower case, whether each one's last word alone is the last name.

    May say no where it is so.
    """
    gaps = lower.encode().translate(None, _NO_GAP)
    if gaps[:1] != b" " or gaps[-1:] != b" " or BETWEEN.encode() * 2 in gaps:  # a name of one word, or of none
        return False
    if ". " in lower and any(end in lower for end in _LIST_NUMBER_ENDS):
        return False
    return not ("," in lower or ")" in lower) and _TELLING.isdisjoint(lower.replace(BETWEEN, " ").split(" "))


def split_plain_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split full names before their last words."""
    parts = [name.rpartition(" ") for name in names]
    return [part[0] for part in parts], [part[2] for part in parts]
