"""Whether a cell of a consent column gives consent to calls, refuses it, or says neither."""

from __future__ import annotations

import re

from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.mark_words import NOT, find_phrase, is_filler, mark_words

_YES_SIGNS = frozenset("✓✔☑✅🗸")
_NO_SIGNS = frozenset("✗✘❌✖❎🗴🚫⛔☐☓")
_DATE = re.compile(
    r"(?:\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,2}[- ][^\W\d_]{3,9}\.?,?[- ]\d{2,4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4})"
    r"(?:,?[T ]\d{1,2}:\d\d.{0,20})?"
)
_HOUR = re.compile(r"\d{1,2}(?:am|pm|h|hrs|uhr|ish)")
_ONLY = frozenset(
    {"only", "nur", "solo", "solamente", "seulement", "somente", "apenas", "soltanto", "alleen", "только"}
)
_BY_VOICE = frozenset(
    {"call", "calls", "phone", "phones", "telephone", "tel", "voice", "mobile", "telefon", "anruf", "llamadas"}
)
# "No, not for calls", "not given", "no calls": what is refused. Beside others a "no" says something else: "No. 5".
_TIMES = frozenset(
    {
        *("morning", "mornings", "noon", "afternoon", "afternoons", "evening", "evenings", "night", "nights", "midday"),
        *("weekend", "weekends", "weekday", "weekdays", "workdays", "today", "tomorrow", "tonight"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed"),
        *("thu", "thur", "thurs", "fri", "sat", "sun", "mondays", "fridays", "saturdays", "sundays", "lunchtime"),
        *("am", "pm", "hrs", "hours", "oclock", "anytime", "asap", "daytime", "lunch", "dinner"),
        *("morgens", "vormittags", "mittags", "nachmittags", "abends", "wochenende", "werktags", "morgen", "heute"),
        *("vormittag", "nachmittag", "abend", "uhr", "jederzeit", "matin", "midi", "soir", "apres midi", "demain"),
        *("manana", "tarde", "tardes", "noche", "mediodia", "hoy", "manha", "noite", "amanha", "hoje", "pagi", "siang"),
        *("sore", "malam", "besok", "सुबह", "दोपहर", "शाम", "रात", "कल", "subah", "shaam", "sham", "dopahar", "kal"),
    }
)
_ABOUT_TIMES = frozenset(
    {
        *("only", "in", "on", "at", "the", "after", "before", "between", "from", "to", "till", "until"),
        *("and", "or", "a", "any", "time", "day", "days", "office", "working", "work", "business", "around"),
        *("late", "early", "next", "week", "please", "during", "best", "preferably", "ist", "every", "all"),
        *("this", "by", "o", "clock", "p", "m", "nur", "ab", "nach", "vor", "am", "um", "und", "zwischen"),
        *("bis", "solo", "por", "la", "el", "de", "las", "despues", "y", "le", "apres", "avant", "et"),
        *("entre", "seulement", "pela", "depois", "das", "as", "ko", "ke", "baad", "mein", "me", "call"),
        *("को", "में", "के", "बाद", "hanya", "hari", "ini"),
    }
)
_REFUSED = frozenset(
    {
        *("consent", "consented", "permission", "calls", "call", "calling", "contact", "contacted", "allowed", "allow"),
        *("permitted", "agree", "agreed", "given", "granted", "authorised", "authorized", "subscribed", "accepted"),
        *("thanks", "thank", "longer", "more", "way", "please", "telemarketing", "phone", "approved", "callable"),
        *("opted", "opt", "interested", "willing", "consenting", "ok", "okay", "sir", "mam", "madam"),
        *("consentimiento", "acepta", "autoriza", "consent", "einwilligung", "zustimmung", "consentement"),
    }
)
_BEHIND_NO = re.compile(r"\w+\s*[,;:(!\N{EN DASH}\N{EM DASH}-]|\w+\.\s+\D")


# "I can opt out at any time", "consent may be withdrawn": a right that nobody has used yet.
_RIGHTS = re.compile(
    r"\b(?:can|may|could|might|right to|free to|able to)\s+(?:also\s+|always\s+|still\s+)?(?:be\s+)?"
    r"(?:opt(?:ed)?[\s-]*out|unsubscribed?|withdrawn?|revoked?|cancel(?:led|ed)?|retract(?:ed)?|object|stop)\b",
    re.IGNORECASE,
)


def consents(text: str) -> bool | None:
    """Tell whether a cell beside a name such as "Consent" says yes or no to calls; None where it says neither."""
    text = _RIGHTS.sub("", text)
    folded, known = plain(text), mark_words()
    if not _NO_SIGNS.isdisjoint(text):
        return None if not _YES_SIGNS.isdisjoint(text) else False
    if not _YES_SIGNS.isdisjoint(text) or not folded or _DATE.fullmatch(text):
        return True
    if folded in known.no or folded in known.refusals:
        return False
    if folded in known.yes or folded in known.callable or folded in known.agreed:
        return True
    return True if _tells_a_time(words(text)) else _in_words(words(text), text)


def _tells_a_time(tokens: tuple[str, ...]) -> bool:
    """Tell whether a text says when to call and nothing else, as a yes with a wish does: "Weekends only", "10 - 12"."""
    telling = [token for token in tokens if token not in _ABOUT_TIMES]
    numbers = sum(map(str.isdecimal, telling))
    named = [token for token in telling if token in _TIMES or _HOUR.fullmatch(token)]
    return len(named) + numbers == len(telling) and (bool(named) or numbers > 1)


def _in_words(tokens: tuple[str, ...], text: str) -> bool | None:
    known = mark_words()
    first, rest = tokens[0] if tokens else "", tokens[1:]
    if not _ONLY.isdisjoint(tokens) and not known.channels.isdisjoint(tokens):
        return False if _BY_VOICE.isdisjoint(tokens) else None
    if first in known.no or first in NOT:
        return _behind_no(rest, text)
    if _begins_with(tokens, known.refusals):
        return False if _of_calls(tokens) else None
    if not known.refusals.isdisjoint(tokens) or not (NOT | known.no).isdisjoint(rest):
        return _behind_consent(tokens)
    if first in known.yes or _begins_with(tokens, known.agreed) or _begins_with(_without_person(tokens), known.agreed):
        return True
    return None


def _behind_no(rest: tuple[str, ...], text: str) -> bool | None:
    """Tell what a no says of calls by the words behind it: "not withdrawn" is none, nor is "no email"."""
    if _BEHIND_NO.match(text):
        return False if _of_calls(rest) else None
    if " ".join(rest) in mark_words().refusals or find_phrase(rest, mark_words().no_call) == (0, len(rest)):
        return True
    if not _of_calls(rest):
        return None
    return False if rest and rest[0] in _REFUSED else None


def _behind_consent(tokens: tuple[str, ...]) -> bool | None:
    """Tell what "Consent not given", "GDPR consent: withdrawn" say: the words before speak of nothing but consent."""
    at = 0
    while at < len(tokens) and (is_filler(tokens[at]) or (tokens[at],) in mark_words().consent):
        at += 1
    rest = tokens[at:]
    if not at or not rest:
        return None
    if _begins_with(rest, mark_words().refusals) or rest[0] in NOT:
        return None if " ".join(rest[1:]) in mark_words().refusals or not _of_calls(rest) else False
    return None


def _without_person(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who says so: "customer agreed"."""
    return tokens[1:] if tokens and is_filler(tokens[0]) else tokens


def _of_calls(tokens: tuple[str, ...]) -> bool:
    """Tell whether a text speaks of calls, or of no way of contact: "unsubscribed from emails" does not."""
    return mark_words().channels.isdisjoint(tokens) or not _BY_VOICE.isdisjoint(tokens)


def _begins_with(tokens: tuple[str, ...], phrases: frozenset[str]) -> bool:
    return any(" ".join(tokens[:size]) in phrases for size in range(1, min(len(tokens), 5) + 1))
