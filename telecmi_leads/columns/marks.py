"""Marks of people who must not be called: a column, a status, a cell, a sheet's name, a title above some rows.

Names are judged as header_meaning judges them: by whole words, never by substring. What a cell says is decided once
for each text that a column holds, so that a million rows with two values cost two decisions a block.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from enum import Enum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.columns.lexicon import Modifier, lexicon, plain, words
from telecmi_leads.core.lead import Field
from telecmi_leads.core.text import any_of, cached_if_short, pattern, shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.columns.column_match import ColumnMatch
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.text import Columns

Phrase = tuple[str, ...]

_BESIDE = frozenset(
    {
        *(Modifier.FILLER, Modifier.ABOUT, Modifier.AND, Modifier.NEW, Modifier.MAIN),
        *(Modifier.PERSON, Modifier.BUYER, Modifier.GUEST),
    }
)
"""What may stand beside a mark's phrase and says nothing else."""

_LONGEST = 200
"""Characters of a cell that are looked at; a longer one is prose and no mark."""

_TICKS = frozenset("✓✔☑✅🗸☒")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:[T ]\d{1,2}:\d\d\S*)?|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}")
_PARTS = re.compile(r"\s[-\N{EN DASH}\N{EM DASH}]+\s|[:;,|/()\[\]\n]+")
_NOT = frozenset({"non", "not", "no", "un", "nicht", "kein", "keine", "pas", "never", "off", "remove", "removed"})
# "Do not call before 6" is a wish about the time.
_WHEN = frozenset(
    {"before", "after", "until", "till", "on", "at", "in", "during", "between", "from", "for", "vor", "nach", "avant"}
)
_LISTS = frozenset({"dnd", "dnc", "ndnc", "ndnd", "ncpr", "dncr", "ctps"})
_ON_A_LIST = frozenset({"registered", "listed", "blocked", "fully blocked", "active", "on list"})
_FEWEST_OF_A_WHOLE = 3  # words of "do not call"
_SHORTEST_COMPACT = 6
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_MANY = 100  # different texts in a block: `_mark_letters` takes some milliseconds to make
_LETTER = re.compile(r"[^\W\d_]")
_MOST_CELLS = 3  # with something in them, of a row that is looked at for a title
_MOST_DIGITS = 4  # of a title: "DND 2026"; more may be a number
_TITLE_WORDS = frozenset(
    {
        *("section", "group", "part", "block", "table", "category", "list", "below", "following", "the", "these"),
        *("this", "are", "is", "have", "has", "who", "those", "them", "leads", "lead", "clients", "client"),
    }
)
_SURNAMES = frozenset({"nix"})  # that are words of a mark too
_NAMES = (Field.FULLNAME, Field.FIRSTNAME, Field.LASTNAME)
_IN_NAMES = ("dnd", "dnc", "not call", "n't call", "opted out", "unsubscribed")


class MarkKind(Enum):
    """How a column marks: by a yes, by a no to being called, or by a status that says so among others.

    MAYBE is a name that speaks of a list of that kind and of something more, "NCPR check": a yes there may say that it
    was looked up, so that what does not say more is unclear.
    """

    NO_CALL = "yes"
    CONSENT = "no"
    STATUS = "status"
    MAYBE = "perhaps"

    @property
    def marks_by(self) -> str:
        """What in a cell marks the row's person, for a person."""
        return self.value


class _MarkWords(Struct, frozen=True):
    no_call: frozenset[Phrase]
    consent: frozenset[Phrase]
    compact: frozenset[str]
    beside: frozenset[str]
    channels: frozenset[str]
    statuses: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    callable: frozenset[str]
    refusals: frozenset[str]
    doubtful: frozenset[str]
    longest: int
    anywhere: re.Pattern[str]


@cache
def _mark_words() -> _MarkWords:
    """Return the words of marks.json, folded, loaded once."""
    data = json.loads(shipped_text("telecmi_leads.columns", "marks.json"))
    no_call = frozenset(map(words, chain.from_iterable(data["no_call"].values())))
    consent = frozenset(map(words, chain.from_iterable(data["consent"].values())))
    spelled = sorted("[\\W_]{0,3}".join(map(re.escape, phrase)) for phrase in no_call)
    return _MarkWords(
        no_call=no_call,
        consent=consent,
        compact=frozenset(text for phrase in no_call if len(text := "".join(phrase)) >= _SHORTEST_COMPACT),
        beside=frozenset(data["beside"]),
        channels=frozenset(data["channels"]),
        statuses=frozenset(chain.from_iterable(map(words, data["statuses"]))),
        yes=frozenset(map(plain, data["yes"])),
        no=frozenset(map(plain, data["no"])),
        callable=frozenset(map(plain, (*data["callable"], *data["blank"]))),
        refusals=frozenset(map(plain, data["refusals"])),
        doubtful=frozenset(map(plain, data["doubtful"])),
        longest=max(map(len, no_call | consent)),
        anywhere=pattern("|".join(spelled)),
    )


@cache
def _mark_letters() -> re.Pattern[str]:
    """Return what finds the letters of a mark or a doubtful word; made only for columns with many texts."""
    phrases = (*map("".join, _mark_words().no_call), *_mark_words().doubtful)
    return re.compile(any_of(map(_letters, filter(str.isascii, phrases))))


def _letters(text: str) -> str:
    """Return the letters of an ASCII text, in lower case and without anything between them."""
    return text.lower().encode().translate(None, _NO_LETTERS).decode()


# --- names --------------------------------------------------------------------------------------


@cached_if_short(1024)
def mark_kind(name: str) -> MarkKind | None:
    """Tell how a column of this name marks people, None where it does not."""
    tokens, known = words(name), _mark_words()
    if not tokens or not known.channels.isdisjoint(tokens):
        return None
    for kind, phrases in ((MarkKind.NO_CALL, known.no_call), (MarkKind.CONSENT, known.consent)):
        if _is_phrase_with_fillers(tokens, phrases):
            return kind
    if not known.statuses.isdisjoint(tokens):
        return MarkKind.STATUS
    return MarkKind.MAYBE if _speaks_of_a_list(tokens) else None


def _speaks_of_a_list(tokens: Phrase) -> bool:
    """Tell whether a name has a list's name in it, or a whole "do not call", that nothing takes back."""
    found = _find_phrase(tokens, _mark_words().no_call)
    if found is None:
        return False
    start, size = found
    known = size >= _FEWEST_OF_A_WHOLE or tokens[start] in _LISTS
    taken_back = (start and tokens[start - 1] in _NOT) or not _WHEN.isdisjoint(tokens[start + size : start + size + 1])
    return known and not taken_back


def is_mark_name(name: str | None) -> bool:
    """Tell whether a sheet of this name holds people who must not be called."""
    return name is not None and mark_kind(name) is MarkKind.NO_CALL


def _is_phrase_with_fillers(tokens: Phrase, phrases: frozenset[Phrase]) -> bool:
    known = _mark_words()
    if phrases is known.no_call and "".join(tokens) in known.compact:
        return True
    found = _find_phrase(tokens, phrases)
    if found is None:
        return False
    start, size = found
    rest = (*tokens[:start], *tokens[start + size :])
    if start and tokens[start - 1] in _NOT:
        return False
    return all(map(_is_filler, rest)) or (size < len(tokens) and _is_phrase_with_fillers(rest, phrases))


def _find_phrase(tokens: Phrase, phrases: frozenset[Phrase]) -> tuple[int, int] | None:
    """Return where the longest phrase that begins first stands, and how many words it has."""
    for start in range(len(tokens)):
        for size in range(min(_mark_words().longest, len(tokens) - start), 0, -1):
            if tokens[start : start + size] in phrases:
                return start, size
    return None


def _is_filler(token: str) -> bool:
    meaning = lexicon().phrases.get(token)
    return token.isdecimal() or token in _mark_words().beside or meaning in _BESIDE


# --- cells --------------------------------------------------------------------------------------


@cached_if_short(8192)
def marks(kind: MarkKind, cell: str) -> bool | None:
    """Tell whether a cell of a column of this kind marks its row; None where it says neither yes nor no."""
    text = _bare(cell)
    if not text or len(text) > _LONGEST:
        return False
    if kind is MarkKind.STATUS:
        return says_no_call(text)
    if kind is MarkKind.MAYBE:
        if plain(text) in _ON_A_LIST or says_no_call(text):
            return True
        said = _says_yes(text)
        return None if said else said
    if kind is MarkKind.CONSENT:
        return plain(text) in _mark_words().no | _mark_words().refusals or says_no_call(text)
    return _says_yes(text)


def _says_yes(text: str) -> bool | None:
    folded, known = plain(text), _mark_words()
    first = folded.partition(" ")[0]
    if not _TICKS.isdisjoint(text) or _DATE.fullmatch(text) or folded in known.yes:
        return True
    if not folded or folded in known.callable or folded in known.no or first in known.no:
        return False
    if first in known.yes or says_no_call(text):
        return True
    return False if _speaks_against(words(text)) else None


def _speaks_against(tokens: Phrase) -> bool:
    """Tell whether a mark is taken back: "Non DND"."""
    found = _find_phrase(tokens, _mark_words().no_call)
    return found is not None and found[0] > 0 and tokens[found[0] - 1] in _NOT


def says_no_call(text: str) -> bool:
    """Tell whether a text, or a part of it between separators, is a mark and nothing else: "Lost - DNC"."""
    parts = [words(part) for part in _PARTS.split(text[:_LONGEST])]
    known = _mark_words()
    for at, part in enumerate(parts):
        if part and _is_phrase_with_fillers(part, known.no_call):
            before = parts[at - 1] if at else ()
            after = " ".join(parts[at + 1]) if at + 1 < len(parts) else ""
            if not (before and before[-1] in _NOT) and after not in known.no:
                return True
    return False


def _bare(cell: str) -> str:
    return cell.strip().strip("'\"")


def _telling(cells: set[str]) -> set[str]:
    """Return those of a status column's texts that are to be read: a comment that has no mark's letters is none."""
    if len(cells) < _MANY:
        return cells
    search = _mark_letters().search
    return {cell for cell in cells if not cell.isascii() or search(_letters(_looked_at(cell)))}


def _looked_at(cell: str) -> str:
    """Return the part of a cell in which a mark or a doubtful word can stand."""
    return cell if len(cell) <= _LONGEST or len(_bare(cell)) <= _LONGEST else cell[:_LONGEST]


@cached_if_short(8192)
def _says_doubtful(cell: str) -> bool:
    """Tell whether a status, or a part of it between separators, says that the number is wrong or the person dead."""
    return any(plain(part) in _mark_words().doubtful for part in _PARTS.split(cell[:_LONGEST]))


@cached_if_short(1024)
def _beside_number(cell: str) -> bool:
    """Tell whether words that stand beside a number mark it: "98… DND", "(do not call) 98…"."""
    tokens = tuple(token for token in words(cell[:_LONGEST]) if not token.isdecimal())
    found = _find_phrase(tokens, _mark_words().no_call)
    if found is None:
        return False
    start, size = found
    after = tokens[start + size] if start + size < len(tokens) else ""
    return not (start and tokens[start - 1] in _NOT) and after not in _WHEN and after not in _mark_words().no


def _may_be_in_name(lower: str) -> bool:
    return any(sign in lower for sign in _IN_NAMES)


def _in_name(cell: str) -> bool:
    """Tell whether words beside a name mark it: "Asha Rao DND", "Do not call - Asha". Short marks may be names: Nix."""
    return _may_be_in_name(cell.lower()) and _beside_number(cell)


# --- sections -----------------------------------------------------------------------------------


def is_section_title(text: str) -> bool:
    """Tell whether a text that stands alone in its row says that the people below it must not be called."""
    if len(text) > _LONGEST or sum(map(str.isdecimal, text)) > _MOST_DIGITS or plain(text) in _SURNAMES:
        return False
    return is_mark_name(text) or is_mark_name(" ".join(word for word in words(text) if word not in _TITLE_WORDS))


def title_above(rows: Iterable[Sequence[str]]) -> str:
    """Return the title among the rows above a header that says that the people below must not be called, else "".

    A date or a branch below it does not end its section there: the whole table is what such rows speak of.
    """
    title = ""
    for _, text in filter(None, map(_alone, rows)):
        if is_section_title(text):
            title = text
        elif title and _says_callable(text):
            title = ""
    return title


def _says_callable(text: str) -> bool:
    return mark_kind(text) is MarkKind.CONSENT or plain(text) in _mark_words().callable or _speaks_against(words(text))


def _alone(row: Sequence[str]) -> tuple[int, str] | None:
    """Return the text that alone stands in a row, with its column; "" of a blank row, None where there are several."""
    if len(row) - row.count("") > _MOST_CELLS:  # soon seen, as in most rows
        return None
    texts = {text: at for at in reversed(range(len(row))) if (text := row[at].strip())}
    return None if len(texts) > 1 else next(((at, text) for text, at in texts.items()), (0, ""))


class Sections(Struct):
    """The do-not-call sections of one table, whose rows come block by block.

    `values` are the columns that hold marks and `people` those that hold names and numbers. `title` are the words
    under which the rows to come stand, "" where these mark nobody. `group` is the title's column where that is one of
    `values`: a report that names a group once leaves it blank in the rows below.
    """

    values: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    title: str = ""
    group: int | None = None
    below_blank: bool = False

    def rows(self, rows: Sequence[Sequence[str]], without_number: Iterable[int]) -> tuple[dict[int, str], list[int]]:
        """Return the rows of a block that stand in a section, index → the title, and the indexes of the titles.

        `without_number` are the rows that may be titles, from the top.
        """
        found: dict[int, str] = {}
        titles: list[int] = []
        start, blank = 0, -1 if self.below_blank else None
        for at in without_number:
            column, text = _alone(rows[at]) or (0, None)
            if text == "":
                blank = at
            elif text is not None and self._is_edge(column, text, below_blank=blank == at - 1):
                self._take(found, rows, range(start, at))
                self.title, start = text if is_section_title(text) else "", at + 1
                self.group = column if column in self.values else None
                titles += [at] * bool(self.title)
        self._take(found, rows, range(start, len(rows)))
        self.below_blank = blank == len(rows) - 1
        return found, titles

    def _is_edge(self, column: int, text: str, *, below_blank: bool) -> bool:
        """Tell whether a text alone in its row is the title of a section, or of what follows one.

        A name without a number looks like another title. It is one below a blank row, or where no names stand.
        """
        if is_section_title(text):
            return column == 0 or column not in self.values | self.people
        if not self.title or not _LETTER.search(text) or sum(map(str.isdecimal, text)) > _MOST_DIGITS:
            return False
        return below_blank or column not in self.people or _says_callable(text)

    def _take(self, found: dict[int, str], rows: Sequence[Sequence[str]], which: range) -> None:
        for at in which if self.title else ():
            if self.group is not None and rows[at][self.group].strip():
                self.title = ""
                return
            found[at] = self.title


# --- a table's marks ----------------------------------------------------------------------------


class TableMarks(Struct):
    """The marks of one table: the whole sheet, its sections, mark columns, what stands beside numbers and names.

    `columns`, `phones` and `names` are columns by index with the name under which their marks are counted; `phones`
    are those with the numbers and those that label them. `unclear` counts the cells of mark columns that say neither
    yes nor no, by column name; `doubtful` those of status columns that say of a row which is not marked that its number
    is wrong or its person dead.
    """

    sheet: str | None
    columns: tuple[tuple[int, str, MarkKind], ...]
    phones: tuple[tuple[int, str], ...]
    names: tuple[tuple[int, str], ...]
    sections: Sections = field(default_factory=Sections)
    unclear: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)

    def rows(self, columns: Columns, count: int) -> dict[int, str]:
        """Return the marked rows of a block: index → the name of the column or sheet that says so."""
        if self.sheet is not None:
            return dict.fromkeys(range(count), self.sheet)
        found, doubtful = self._by_columns(columns)
        for at, name in self.phones:
            if _may_mark(columns, at):
                found = {index: name for index, cell in enumerate(columns[at]) if _beside_number(cell)} | found
        for at, name in self.names:
            if _may_be_in_name(columns.lower(at)):
                found = {index: name for index, cell in enumerate(columns[at]) if _in_name(cell)} | found
        for name, index in doubtful:
            self.doubtful[name] += index not in found
        return found

    def _by_columns(self, columns: Columns) -> tuple[dict[int, str], list[tuple[str, int]]]:
        """Return the rows that mark columns mark, and whose status is doubtful: the columns' names and the rows."""
        found: dict[int, str] = {}
        doubtful: list[tuple[str, int]] = []
        for at, name, kind in self.columns:
            cells = columns[at]
            texts = _telling(set(cells)) if kind is MarkKind.STATUS else set(cells)
            said = {cell: marks(kind, cell) for cell in texts}
            if any(said.values()):
                found = {index: name for index, cell in enumerate(cells) if said.get(cell)} | found
            if kind in (MarkKind.NO_CALL, MarkKind.MAYBE) and None in said.values():
                self.unclear[name] += sum(1 for cell in cells if said[cell] is None)
            if kind is MarkKind.STATUS and (sayers := set(filter(_says_doubtful, said))):
                doubtful += [(name, index) for index, cell in enumerate(cells) if cell in sayers]
        return found, doubtful


def table_marks(info: TableInfo, match: ColumnMatch, above: TableMarks | None = None) -> TableMarks:
    """Return what marks the rows of a table: "DND number" is a phone column where it feeds the phone, and no mark.

    `above` are the marks of the rows above a header in the middle of a table: their section goes on below it.
    """
    named = {at: name.strip() or f"column {at + 1}" for at, name in enumerate(info.header)}
    kinds = {at: mark_kind(name) for at, name in enumerate(info.header) if at not in match.ignored}
    names = dict.fromkeys(chain.from_iterable(match.sources.get(target, ()) for target in _NAMES))
    columns = tuple((at, named[at], kind) for at, kind in kinds.items() if kind and at not in match.phones)
    sections = Sections(frozenset(at for at, _, _ in columns), frozenset((*match.phones, *names)), info.title)
    if above is not None:
        sections.title, sections.below_blank = above.sections.title, above.sections.below_blank
    return TableMarks(
        sheet=info.sheet if is_mark_name(info.sheet) else None,
        columns=columns,
        phones=tuple((at, named[at]) for at in (*match.phones, *match.labels.values())),
        names=tuple((at, named[at]) for at in names if at not in match.phones),
        sections=sections,
    )


def _may_mark(columns: Columns, at: int) -> bool:
    """Tell at little cost whether any cell of a column can hold a mark: most hold digits alone, or no such word."""
    lower, upper = columns.lower(at), columns.joined(at).upper()
    if lower.isascii():
        return lower != upper and _mark_words().anywhere.search(lower) is not None
    if lower == upper and not _LETTER.search(lower):  # digits of another script, or blanks that are not ASCII
        return False
    folded = "\n".join(map(plain, set(columns[at])))
    return _mark_words().anywhere.search(folded) is not None
