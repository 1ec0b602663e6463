"""The words that mark people who must not be called, and the names of columns and sheets that are made of them.

Names are judged as header_meaning judges them: by whole words, never by substring.
"""

from __future__ import annotations

import json
import re
import sys
from enum import Enum
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from telecmi_leads.columns.lexicon import lexicon, plain, words
from telecmi_leads.columns.meanings import Modifier
from telecmi_leads.core.other_people import FAMILY, words_of
from telecmi_leads.core.patterns import cached_if_short, pattern
from telecmi_leads.core.shipped import shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Phrase = tuple[str, ...]

_BESIDE = frozenset(
    {
        *(Modifier.FILLER, Modifier.ABOUT, Modifier.AND, Modifier.NEW, Modifier.MAIN),
        *(Modifier.PERSON, Modifier.BUYER, Modifier.GUEST),
    }
)
"""What may stand beside a mark's phrase and says nothing else."""

NOT = frozenset({"non", "not", "no", "un", "nicht", "kein", "keine", "pas", "never", "off", "remove", "removed"})
# "Do not call before 6" is a wish about the time.
WHEN = frozenset(
    {
        *("before", "after", "until", "till", "on", "at", "in", "during", "between", "from", "for", "by", "when"),
        *("vor", "nach", "avant", "today", "tomorrow", "now", "tonight", "heute", "hoy", "hoje", "сегодня"),
    }
)
_WISHES = frozenset({"by", "before", "after", "until", "till"})  # "To be called by" names somebody, or a date
LISTS = frozenset({"dnd", "dnc", "ndnc", "ndnd", "ncpr", "dncr", "ctps", "dncl", "dncc"})
_FEWEST_OF_A_WHOLE = 3  # words of "do not call"
_SHORTEST_COMPACT = 6
_COUNT = re.compile(r"\W*(?:no\.|nos\b|#|\N{NUMERO SIGN})", re.IGNORECASE)  # "No. calls"
_ALTERNATIVES = re.compile(r"[/|,;&+]|\bor\b", re.IGNORECASE)
# Words for statuses of which one beside a list's name asks whether somebody is on it: "State DNC", "DNC result".
_ASKS = frozenset({"state", "result", "results", "outcome", "response", "category", "tag", "tags", "label", "labels"})
_JOINED = ("ndnc", "dnc", "dnd")  # what databases join with another word: "dncmobile", "isdnd"
_VALUES = frozenset({"active", "inactive", "callable", "open", "ok"})  # "Status (DNC/Active)" lists what its cells hold
# Beside a list's name, what says that its people were taken out, and what says that this is still to be done.
_CLEANED = frozenset({"clean", "cleaned", "cleansed", "cleaning", "clear", "cleared", "ok", "okay", "done"})
_WITHOUT = frozenset({"without", "after", "excl", "excluding", "except", "minus", "wo", "ohne", "sans", "sin", "sem"})
_UNDONE = frozenset({"not", "non", "un", "never", "to", "be", "for", "before", "pending", "yet", "needs", "need"})
_MAY = frozenset({"can", "may", "via"})  # "Can call on DND"
_ASKS_WHEN = frozenset({"when", "wann", "quand", "cuando", "quando", "wanneer", "kiedy", "когда", "kapan", "कब"})
_ASKS_TIME = frozenset({("what", "time"), ("which", "time"), ("what", "times"), ("best", "time"), ("what", "hours")})
_VOICE = frozenset(
    {"call", "calls", "calling", "phone", "phones", "telephone", "telefon", "voice", "telefono", "appel"}
)
_REASONS = frozenset({"reason", "motivo"})
_NO_NAME = frozenset({"unnamed", "untitled", "column", "col", "field", "f", "empty", "blank", "spalte", "colonne"})


class MarkKind(Enum):
    """How a column marks: by a yes, by a no to being called, or by a status that says so among others.

    MAYBE is a name that speaks of a list of that kind and of something more, "NCPR check": a yes there may say that it
    was looked up, so that what does not say more is unclear. WHEN asks for the time of a call: "When can we call you?"
    PREFERENCE asks for the way of contact. The others mark where all cells of the column are a plain yes or no: FLAG
    speaks of a list and of its people, "DNC Litigator"; COUNT, "No calls", may count them, so that a number is told;
    WEAK, "Blocked", and BY_PHONE, "Contact by phone", may speak of something else, and where they do they are no mark
    columns. OPEN, "Restricted", and CHANNEL, "By phone", which may be how a lead came, are told and mark nobody.
    """

    NO_CALL = "yes"
    CONSENT = "no"
    STATUS = "status"
    MAYBE = "perhaps"
    WHEN = "a refusal"
    PREFERENCE = "no calls"
    FLAG = "a plain yes"
    WEAK = "a yes among yes and no"
    BY_PHONE = "a no among yes and no"
    OPEN = "nothing, and warns of a yes"
    COUNT = "a yes in words"
    CHANNEL = "nothing, and warns of a no"

    @property
    def marks_by(self) -> str:
        """What in a cell marks the row's person, for a person."""
        return self.value


BY_VALUES = frozenset(
    {MarkKind.FLAG, MarkKind.COUNT, MarkKind.WEAK, MarkKind.BY_PHONE, MarkKind.OPEN, MarkKind.CHANNEL}
)
_UNSURE = frozenset({None, MarkKind.MAYBE, MarkKind.FLAG})
_FLAGS = frozenset({MarkKind.WEAK, MarkKind.OPEN})

TOKENS = (
    *("exporters", "open_names", "beside", "before", "after", "cleared", "channels", "statuses", "texts"),
    *("flag_words", "flagged_people", "unflagged"),
)
"""The lists of single words, which are looked for among those of a name or a text."""

TEXTS = ("yes", "no", "refusals", "agreed", "doubtful", "no_call_said", "none_said", "hints")
"""The lists of whole texts."""


class MarkWords(Struct, frozen=True):
    """The words of marks.json; what each group means is told there."""

    no_call: frozenset[Phrase]
    no_call_names: frozenset[Phrase]
    no_call_perhaps: frozenset[Phrase]
    consent: frozenset[Phrase]
    doubtful_sheets: frozenset[Phrase]
    compact: frozenset[str]
    beside: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    cleared: frozenset[str]
    channels: frozenset[str]
    statuses: frozenset[str]
    texts: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    callable: frozenset[str]
    refusals: frozenset[str]
    agreed: frozenset[str]
    doubtful: frozenset[str]
    no_call_said: frozenset[str]
    none_said: frozenset[str]
    hints: frozenset[str]
    exporters: frozenset[str]
    open_names: frozenset[str]
    flag_words: frozenset[str]
    flagged_people: frozenset[str]
    unflagged: frozenset[str]
    consent_perhaps: frozenset[Phrase]
    consent_open: frozenset[Phrase]
    preferences: frozenset[Phrase]
    flags: frozenset[Phrase]
    open_flags: frozenset[Phrase]
    title_words: frozenset[Phrase]
    title_people: frozenset[Phrase]
    section_ends: frozenset[Phrase]
    of_one: frozenset[Phrase]
    removed: frozenset[Phrase]
    longest: int
    anywhere: re.Pattern[str]


@cache
def mark_words() -> MarkWords:
    """Return the words of marks.json, loaded once. They stand there folded: to fold them took half of the loading."""
    data: dict[str, Any] = json.loads(shipped_text("telecmi_leads.columns", "marks.json"))
    no_call, consent = (_phrases(chain.from_iterable(data[name].values())) for name in ("no_call", "consent"))
    names = no_call | _phrases(data["no_call_names"])
    spelled = sorted("[\\W_]{0,3}".join(map(re.escape, phrase)) for phrase in no_call)
    doubtful_sheets = _phrases([*data["doubtful_sheets"], *data["doubtful"], *data["no_call_names"]])
    return MarkWords(
        no_call=no_call,
        no_call_names=names,
        no_call_perhaps=_phrases(data["no_call_perhaps"]),
        consent=consent,
        consent_perhaps=_phrases(data["consent_perhaps"]),
        consent_open=_phrases(data["consent_open"]),
        preferences=_phrases(data["preferences"]),
        flags=_phrases(data["flags"]),
        open_flags=_phrases(data["open_flags"]),
        doubtful_sheets=doubtful_sheets,
        compact=frozenset(text for phrase in no_call if len(text := "".join(phrase)) >= _SHORTEST_COMPACT),
        callable=frozenset([*data["callable"], *data["blank"]]),
        longest=max(map(len, names | consent | doubtful_sheets)),
        anywhere=pattern("|".join(spelled)),
        title_words=_phrases([*data["title_words"], *data["title_people"], *data["doubtful"], *data["statuses"]]),
        title_people=_phrases(data["title_people"]),
        section_ends=_phrases(data["section_ends"]),
        of_one=_phrases(data["of_one"]),
        removed=_phrases(data["removed"]),
        **{name: frozenset(data[name]) for name in (*TOKENS, *TEXTS)},
    )


def _phrases(texts: Iterable[str]) -> frozenset[Phrase]:
    return frozenset(tuple(map(sys.intern, text.split())) for text in texts)  # most words stand in many phrases


def may_say_so(token: str) -> bool:
    """Tell whether a word before a mark says who wants it and how: "customer", "told", "wife"."""
    return is_filler(token) or token in mark_words().before or token in _kin()


@cache
def _kin() -> frozenset[str]:
    """Return the English words for a lead's family, which are asked for where a text holds a mark.

    Other languages put whoever is not to be called before the verb: "Mutter nicht anrufen".
    """
    return frozenset(word for (word, *more) in map(words, words_of(*FAMILY, language="en")) if not more)


# --- phrases ------------------------------------------------------------------------------------


def find_phrase(tokens: Phrase, phrases: frozenset[Phrase], begin: int = 0) -> tuple[int, int] | None:
    """Return where the longest phrase that begins first stands, and how many words it has."""
    firsts = _first_words(phrases)
    for start in range(begin, len(tokens)):
        if tokens[start] not in firsts:
            continue
        for size in range(min(mark_words().longest, len(tokens) - start), 0, -1):
            if tokens[start : start + size] in phrases:
                return start, size
    return None


@cache
def _first_words(phrases: frozenset[Phrase]) -> frozenset[str]:
    return frozenset(phrase[0] for phrase in phrases)


def find_phrases(tokens: Phrase) -> Iterator[tuple[int, int]]:
    """Yield where the phrases that say not to call stand, and how many words each has."""
    end = 0
    while (found := find_phrase(tokens, mark_words().no_call, end)) is not None:
        yield found
        end = sum(found)


def is_filler(token: str) -> bool:
    """Tell whether a word beside a mark's phrase says nothing else."""
    meaning = lexicon().phrases.get(token)
    return token.isdecimal() or token in mark_words().beside or meaning in _BESIDE


def _is_phrase_with_fillers(tokens: Phrase, phrases: frozenset[Phrase]) -> bool:
    found = find_phrase(tokens, phrases)
    if found is None:
        return False
    start, size = found
    rest = (*tokens[:start], *tokens[start + size :])
    if start and tokens[start - 1] in NOT:
        return False
    return all(map(is_filler, rest)) or (size < len(tokens) and _is_phrase_with_fillers(rest, phrases))


def without_titles(tokens: tuple[str | None, ...]) -> list[str | None]:
    """Leave out of words what titles say; None stands for a mark among them."""
    known, rest, at = mark_words(), list[str | None](), 0
    while at < len(tokens):
        sizes = range(min(known.longest, len(tokens) - at), 0, -1)
        size = next((size for size in sizes if tokens[at : at + size] in known.title_words), 0)
        if not size:
            rest.append(tokens[at])
        at += size or 1
    return rest


# --- names --------------------------------------------------------------------------------------


@cached_if_short(1024)
def mark_kind(name: str) -> MarkKind | None:
    """Tell how a column of this name marks people, None where it does not.

    What an exporter writes before and behind a name says nothing: "hs_do_not_call", "Do_Not_Call__c".
    """
    tokens = _of_calls_too(name, _name_words(name))
    if not tokens or not mark_words().channels.isdisjoint(tokens):
        return None
    kind = _kind_of(name, tokens)
    own = _without_exporter(tokens)
    if kind not in _UNSURE or own == tokens:
        return kind
    inner = _kind_of(name, own)
    if inner in _FLAGS and not mark_words().unflagged.isdisjoint(tokens):  # "Property Blocked" is held
        return kind
    return inner or kind


def _kind_of(name: str, tokens: Phrase) -> MarkKind | None:
    known = mark_words()
    if not known.statuses.isdisjoint(tokens) and not _VALUES.isdisjoint(tokens):
        return MarkKind.STATUS
    if not (len(tokens) > 1 and tokens[-1] in _WISHES):
        for kind, phrases in ((MarkKind.NO_CALL, known.no_call_names), (MarkKind.CONSENT, known.consent)):
            if _is_name_of(tokens, phrases):
                return _kind_of_whole(kind, tokens)
    weak = _weak_kind(tokens)
    if weak is not None:
        return weak
    if not known.statuses.isdisjoint(tokens):
        return _kind_beside_status(name, tokens)
    if _is_name_of(tokens, known.no_call_perhaps) and not _COUNT.match(name):
        return MarkKind.COUNT
    return _kind_beside_list(tokens) if _speaks_of_a_list(tokens) else None


def _kind_of_whole(kind: MarkKind, tokens: Phrase) -> MarkKind:
    """Tell what becomes of a name that is a phrase with fillers: some leave open what a yes means, "Is DND clean"."""
    if kind is MarkKind.CONSENT:
        return MarkKind.WHEN if _asks_when(tokens) else kind
    return kind if (mark_words().cleared | _MAY).isdisjoint(_beside_marks(tokens)) else MarkKind.MAYBE


def _kind_beside_list(tokens: Phrase) -> MarkKind:
    return MarkKind.FLAG if all(map(_goes_with_a_flag, _beside_marks(tokens))) else MarkKind.MAYBE


def _goes_with_a_flag(token: str) -> bool:
    """Tell whether a word beside a list's name leaves it a mark; who has an unknown one may be called: "override"."""
    known = mark_words()
    return (token in known.flag_words or is_filler(token)) and token not in known.cleared | known.open_names | _MAY


def _beside_marks(tokens: Phrase) -> Phrase:
    """Return the words of a name that belong to no phrase that says not to call."""
    found = list(find_phrases(tokens))
    within = {at for start, size in found for at in range(start, start + size)}
    return tuple(token for at, token in enumerate(tokens) if at not in within) if found else ()


def _weak_kind(tokens: Phrase) -> MarkKind | None:
    """Tell how a name marks that may speak of something else than calls: its values decide."""
    known = mark_words()
    kinds = (
        (MarkKind.BY_PHONE, known.consent_perhaps),
        (MarkKind.CHANNEL, known.consent_open),
        (MarkKind.PREFERENCE, known.preferences),
        (MarkKind.WEAK, known.flags),
        (MarkKind.OPEN, known.open_flags),
    )
    return next((kind for kind, phrases in kinds if _is_weak_name(kind, tokens, phrases)), None)


def _is_weak_name(kind: MarkKind, tokens: Phrase, phrases: frozenset[Phrase]) -> bool:
    if not _is_phrase_with_fillers(tokens, phrases):
        return False
    start, size = find_phrase(tokens, phrases) or (0, 0)
    beside = (*tokens[:start], *tokens[start + size :])
    people = mark_words().flagged_people
    return kind not in _FLAGS or all(
        token in people or token.isdecimal() or (token,) in phrases for token in beside
    )  # "Date blocked" is of something else


def _of_calls_too(name: str, tokens: Phrase) -> Phrase:
    """Leave other ways of contact out of a name that asks for calls too: "SMS/Phone opt in"."""
    both = not _VOICE.isdisjoint(tokens) and (_ALTERNATIVES.search(name) or "and" in tokens)
    return tuple(token for token in tokens if token not in mark_words().channels) if both else tokens


def _without_exporter(tokens: Phrase) -> Phrase:
    known, start, end = mark_words().exporters, 0, len(tokens)
    while start < end - 1 and tokens[start] in known:
        start += 1
    while end - 1 > start and tokens[end - 1] in known:
        end -= 1
    return tokens[start:end]


def _asks_when(tokens: Phrase) -> bool:
    """Tell whether a question is when to call, and not whether: "When can we call you?", "At what time …?"."""
    return not _ASKS_WHEN.isdisjoint(tokens) or any(pair in _ASKS_TIME for pair in pairwise(tokens))


def _name_words(name: str) -> Phrase:
    """Return a name's words; a list's name that is written together with another word stands alone: "dncmobile"."""
    return tuple(chain.from_iterable(map(_parted, words(name))))


def _parted(token: str) -> Phrase:
    known = mark_words()
    for name in _JOINED:
        for rest, parted in (
            (token.removeprefix(name), (name, token.removeprefix(name))),
            (token.removesuffix(name), (token.removesuffix(name), name)),
        ):
            if rest and rest != token and (rest in known.statuses or is_filler(rest)):
                return parted
    return (token,)


def _is_name_of(tokens: Phrase, phrases: frozenset[Phrase]) -> bool:
    """Tell whether a name is one of these phrases with fillers; those that say not to call may lack their blanks."""
    known = mark_words()
    whole = phrases is not known.consent and "".join(tokens) in known.compact
    return whole or _is_phrase_with_fillers(tokens, phrases)


def _kind_beside_status(name: str, tokens: Phrase) -> MarkKind:
    """Tell what a list's name makes of a status: a yes in "State DNC" marks, "DNC reason" says why somebody is on it.

    "Remarks / DND" is a status like any other.
    """
    known = mark_words()
    asked = {token for token in tokens if token in known.statuses and not is_filler(token)}
    rest = tuple(token for token in tokens if token not in asked)
    if _ALTERNATIVES.search(name) or not _speaks_of_a_list(tokens) or not _is_name_of(rest, known.no_call):
        return MarkKind.STATUS
    if asked <= _ASKS:
        return MarkKind.NO_CALL
    return MarkKind.MAYBE if asked <= _REASONS else MarkKind.STATUS


def _speaks_of_a_list(tokens: Phrase) -> bool:
    """Tell whether a name has a list's name in it, or a whole "do not call", that nothing takes back."""
    found = find_phrase(tokens, mark_words().no_call)
    if found is None:
        return False
    start, size = found
    known = size >= _FEWEST_OF_A_WHOLE or tokens[start] in LISTS
    taken_back = (start and tokens[start - 1] in NOT) or not WHEN.isdisjoint(tokens[start + size : start + size + 1])
    return known and not taken_back


def _is_cleaned(tokens: Phrase) -> bool:
    """Tell whether a name says that those on a list are gone from here: "DND Clean", "Without DND", "After DNC"."""
    found = find_phrase(tokens, mark_words().no_call)
    if found is None or found[1] > 1 or tokens[found[0]] not in LISTS | {"tps"}:
        return False
    before, after = tokens[: found[0]], tokens[found[0] + 1 :]
    beside = {*before, *after}
    return bool(_WITHOUT.intersection(before[-1:]) or (_CLEANED & beside and _UNDONE.isdisjoint(beside)))


def is_removed_to_a_list(tokens: Phrase) -> bool:
    """Tell whether words say where somebody went: "Removed - DNC"; "DNC removed" has him no more."""
    return tokens[:1] in mark_words().removed and _is_phrase_with_fillers(tokens[1:], mark_words().no_call)


def is_mark_name(name: str | None) -> bool:
    """Tell whether a sheet of this name holds people who must not be called."""
    tokens = words(name or "")
    if _is_cleaned(tokens):
        return False
    return mark_words().channels.isdisjoint(tokens) and _is_name_of(tokens, mark_words().no_call)


def is_doubtful_name(name: str | None) -> bool:
    """Tell whether a sheet of this name holds people who may not be meant to be called: "Deleted", "DNC_backup"."""
    tokens, known = words(name or ""), mark_words()
    if not known.channels.isdisjoint(tokens) or is_mark_name(name) or _is_cleaned(tokens):
        return False
    if _is_phrase_with_fillers(tokens, known.doubtful_sheets) or is_removed_to_a_list(tokens):
        return True
    undone = not _CLEANED.isdisjoint(tokens) and not _UNDONE.isdisjoint(tokens)
    # "DND or not interested" takes nothing back.
    rest = tokens if undone else without_titles(tokens)
    return (undone or (known.cleared | NOT).isdisjoint(rest)) and _speaks_of_a_list(tokens)


def is_of_mails(name: str, cell: str) -> bool:
    """Tell whether a status is what a CRM writes of e-mails: "No consent" below Pipedrive's "Marketing status".

    Everybody has it there who was never asked. Who has unsubscribed did so.
    """
    return words(name)[-2:] == ("marketing", "status") and plain(cell) == "no consent"


def may_hold_marks(name: str) -> bool:
    """Tell whether a mark in a column of this name is meant as one: "Flag", "Description", no name, "Unnamed: 4"."""
    tokens = words(name)
    nameless = all(token.isdecimal() or token in _NO_NAME for token in tokens)
    return nameless or not mark_words().texts.isdisjoint(tokens)
