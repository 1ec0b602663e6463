"""Which of the candidates feed which field: by their names, else by the layout or by their cells."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS, Head
from telecmi_leads.columns.reading import Rule
from telecmi_leads.columns.sure_names import is_bare_name
from telecmi_leads.core.lead import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from telecmi_leads.columns.column_match import Draft
    from telecmi_leads.columns.reading import Candidate


_DIGITS = re.compile(r"[+(]*\d[\d\s().+/*•#-]*")
_NO_NAME = re.compile(r"[^\s@]*@\S*|\b[xX]+\b|\bhttps?:\S*")
_EDGES = " \t,;:|/()[]<>=\"'`.+&_*~-\N{EN DASH}\N{EM DASH}"
_LINE_WORDS = PHONE_HEADS | {Head.PLACE_PHONE}
_LONGEST = 200
_FEWEST_LETTERS = 2
_FEWEST_NAMES = 3


def name_beside_number(cell: str) -> str:
    """Return the words that stand beside a number in a cell, without those that speak of the line: "Mob", "office"."""
    text = _NO_NAME.sub(" ", _DIGITS.sub(" ", cell[:_LONGEST]))
    tokens = [token for token in text.split() if token.strip(_EDGES)]
    while tokens and _speaks_of_line(tokens[0]):
        del tokens[0]
    while tokens and _speaks_of_line(tokens[-1]):
        del tokens[-1]
    name = " ".join(tokens).strip(_EDGES)
    return name if sum(map(str.isalpha, name)) >= _FEWEST_LETTERS else ""


def hold_names(cells: Sequence[str]) -> bool:
    """Tell whether most cells of a phone column hold a name too."""
    return cell_values.share(cells, _holds_name) >= cell_values.MOST


def _holds_name(cell: str) -> bool:
    return cell_values.like_phone(cell) and cell_values.like_name(name_beside_number(cell))


def _speaks_of_line(token: str) -> bool:
    return read_name(token.strip(_EDGES)).head in _LINE_WORDS


# Columns whose values are never tried: they hold numbers of others, or numbers that only look like phones.
_CLOSED = frozenset(
    {
        *(Rule.OTHER_PERSON, Rule.OTHER_LINE, Rule.OTHER_THING, Rule.OTHER_PLACE, Rule.FLAG, Rule.OWN_LINE),
        *(Rule.EITHER_END, Rule.ONE_VALUE, Rule.WRONG_VALUES, Rule.SERIAL, Rule.UNUSED, Rule.OWN_REPORT, Rule.MAPPED),
    }
)
_CALLBACKS = frozenset({"callback", "call back", "ruckruf", "rappel"})
_NAMES = frozenset({Field.FIRSTNAME, Field.LASTNAME, Field.FULLNAME})
_ADDRESS_HEADS = (Head.ADDRESS, Head.STREET)


def choose_fields(
    draft: Draft,
    found: Sequence[Candidate],
    cells: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> None:
    """Give the columns to the fields. `cells` are each column's cells that hold something."""
    _names(draft, found, cells)
    draft.put(draft.companies, _strong_else_weak(_of(found, Head.COMPANY)), Field.FULLNAME, Rule.COMPANY)
    emails = sorted(_of(found, Head.EMAIL), key=lambda c: c.line_preference)
    draft.give(Field.EMAIL, _strong_else_weak(emails))
    draft.give(Field.DIALCODE, _of(found, Head.DIALCODE))
    draft.give(Field.COMMENT, _strong_else_weak(_of(found, Head.COMMENT)))
    _addresses(draft, found, cells)
    draft.give(Field.CITY, _of(found, Head.CITY) or _of(found, Head.LOCALITY))
    draft.give(Field.COUNTRY, _of(found, Head.COUNTRY))
    draft.give(Field.ORDER_INDEX, _of(found, Head.ORDER))
    phones = [candidate for candidate in found if candidate.head in PHONE_HEADS]
    draft.give(Field.PHONE, _strong_else_weak(sorted(phones, key=lambda c: c.line_preference)))
    by_values(draft, found, cells, phone_score)
    names_beside_numbers(draft, cells)


def names_beside_numbers(draft: Draft, cells: Sequence[Sequence[str]]) -> None:
    """Take the full name from the phone column's cells where no column is a name and they hold one."""
    if draft.phones and not draft.sources.keys() & _NAMES and hold_names(cells[draft.phones[0]]):
        at = draft.phones[0]
        draft.sources[Field.FULLNAME] = [at]
        draft.reasons[at] = (Field.PHONE, Rule.WITH_NAME, "")


def by_values(
    draft: Draft,
    found: Iterable[Candidate],
    cells: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> None:
    """Find phone and email by the cells where no name told them, among columns that are nobody else's.

    A phone column that is wholly empty tells nothing: one that is found by its cells goes behind it. A callback number
    is taken where there is no other.
    """
    callbacks = [
        c
        for c in found
        if c.reading.rule is Rule.OTHER_LINE
        and c.reading.word in _CALLBACKS
        and not cell_values.is_one_value(cells[c.index])
    ]
    found = [candidate for candidate in found if candidate.reading.rule not in _CLOSED and cells[candidate.index]]
    used = draft.used()
    open_ = [candidate for candidate in found if candidate.index not in used]
    if not any(cells[at] for at in draft.phones):
        _phone_by_values(draft, [c for c in open_ if c.reading.rule is not Rule.OTHER_NAME], cells, phone_score)
    comments = draft.sources.get(Field.COMMENT, [])
    if (
        not any(cells[at] for at in draft.phones) and comments
    ):  # "Customer details": the number, and all that there is to say
        _phone_by_values(draft, [c for c in found if c.index in comments], cells, phone_score)
        draft.take(Field.COMMENT, draft.phones)
    if not draft.phones:
        _phone_by_values(draft, [c for c in callbacks if cells[c.index]], cells, phone_score)
    if Field.EMAIL not in draft.sources:
        emails = [c for c in open_ if cell_values.share(cells[c.index], cell_values.like_email) >= cell_values.MOST]
        draft.give(Field.EMAIL, emails[:1], Rule.VALUES)


def _phone_by_values(
    draft: Draft,
    open_: Iterable[Candidate],
    cells: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> None:
    hopeful = [
        c for c in open_ if cell_values.share(cells[c.index], cell_values.like_phone_or_email) >= cell_values.MOST
    ]
    if any(not cell_values.is_one_value(cells[candidate.index]) for candidate in hopeful):
        hopeful = [candidate for candidate in hopeful if not cell_values.is_one_value(cells[candidate.index])]
    scores = [(phone_score(cells[candidate.index]), candidate) for candidate in hopeful]
    best = max(scores, key=lambda scored: scored[0], default=(0.0, None))
    if best[1] is not None and best[0] >= cell_values.MOST:
        draft.give(Field.PHONE, [best[1]], Rule.VALUES)


def number_columns(
    sample: Sequence[Sequence[str]], width: int, phone_score: Callable[[Sequence[str]], float]
) -> tuple[int, ...]:
    """Return the columns in which most cells are good numbers, whatever their names.

    For do-not-call lists: there "DND number" is not a flag, and somebody else's number does no harm.
    """
    cells = cell_values.columns_of(sample, width)
    return tuple(index for index in range(width) if cells[index] and phone_score(cells[index]) >= cell_values.MOST)


def _of(found: Iterable[Candidate], *heads: Head) -> list[Candidate]:
    """Return the candidates of these heads, best first."""
    return sorted((candidate for candidate in found if candidate.head in heads), key=lambda c: c.preference)


def _strong_else_weak(found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Leave out names that are known by their last word alone, where a main one is known whole.

    "Alternate No." stays: beside a phone column it can only be another phone. It is not a main one: "Jio" comes first.
    """
    if not any(_is_main(candidate) for candidate in found):
        return found
    return [candidate for candidate in found if not candidate.weak or candidate.reading.other]


def _is_main(candidate: Candidate) -> bool:
    reading = candidate.reading
    return not candidate.weak and not reading.other and reading.ordinal == reading.group == 1


# --- names --------------------------------------------------------------------------------------


def _names(draft: Draft, found: Sequence[Candidate], cells: Sequence[Sequence[str]]) -> None:
    """Give the name columns: first and last name, or a full name, and which of them "Name" is."""
    firsts, lasts, seconds = _of(found, Head.FIRST), _of(found, Head.LAST), _of(found, Head.SECOND_LAST)
    if seconds and not lasts and Head.LAST not in draft.mapped:
        lasts, seconds = seconds[:1], seconds[1:]
    fulls = [*_of(found, Head.FULL), *_of(found, Head.PERSON)]
    bare = sorted(_of(found, Head.NAME), key=lambda c: not is_bare_name(c))  # "Name" before "Customer"
    lead_names = _of(found, Head.LEAD_NAME)[:1]
    if any(not candidate.weak for candidate in chain(firsts, lasts, fulls, bare, lead_names)):
        firsts, lasts, fulls, bare = (
            [candidate for candidate in group if not candidate.weak] for group in (firsts, lasts, fulls, bare)
        )
    if bare and bool(firsts) != bool(lasts):
        part = (firsts or lasts)[0]
        if not _holds_whole_name(cells[bare[0].index], cells[part.index]):
            (lasts if firsts else firsts).append(bare.pop(0))
    wholes = [*fulls, *bare]
    if not wholes and not firsts and not lasts:
        wholes = lead_names
    wholes += _of(found, Head.DISPLAY)
    if not (wholes or firsts or lasts or draft.mapped & NAME_HEADS or _of(found, Head.COMPANY)):
        draft.give(Field.FULLNAME, _names_by_values(found, cells), Rule.VALUES)
    if (fulls or bare) and bool(firsts) != bool(lasts):
        # One half of a name beside the whole of it: the whole says more, and the half would be taken for all there is.
        firsts, lasts, seconds = [], [], []
    draft.give(Field.FIRSTNAME, firsts)
    draft.give(Field.LASTNAME, lasts)
    draft.give(Field.FULLNAME, wholes)
    draft.put(draft.titles, _of(found, Head.SALUTATION), Field.FIRSTNAME, Rule.TITLE)
    draft.put(draft.middles, _of(found, Head.MIDDLE), Field.FIRSTNAME, Rule.MIDDLE)
    draft.put(draft.particles, _of(found, Head.PARTICLE), Field.LASTNAME, Rule.PARTICLE)
    draft.put(draft.surnames, [*seconds, *_of(found, Head.SUFFIX)], Field.LASTNAME, Rule.SURNAME)


def _names_by_values(found: Sequence[Candidate], cells: Sequence[Sequence[str]]) -> list[Candidate]:
    """Return the one column whose name says nothing and whose cells are names: capitalised words, hardly one twice."""
    named = [
        candidate
        for candidate in found
        if candidate.reading.rule in (Rule.UNKNOWN, Rule.NO_NAME)
        and len(own := cells[candidate.index]) >= _FEWEST_NAMES
        and len(set(own)) >= len(own) * cell_values.NEARLY_ALL
        and cell_values.share(own, cell_values.like_full_name) >= cell_values.NEARLY_ALL
    ]
    return named if len(named) == 1 else []


def _holds_whole_name(wholes: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a column called "Name" repeats the first (or last) names that stand in a column of their own."""
    known = {plain(part) for part in parts}
    repeated = [cell for cell in wholes if len(tokens := words(cell)) > 1 and known & {tokens[0], tokens[-1]}]
    return len(repeated) * 2 > len(wholes)


# --- addresses ----------------------------------------------------------------------------------


def _addresses(draft: Draft, found: Iterable[Candidate], cells: Sequence[Sequence[str]]) -> None:
    """Put address columns together: the lines of one address are its parts, a street wins over a formatted whole."""
    groups: dict[tuple[int, ...], list[Candidate]] = {}
    for candidate in _of(found, *_ADDRESS_HEADS):
        reading = candidate.reading
        groups.setdefault((reading.other, reading.place, reading.group), []).append(candidate)
    addresses = list(chain.from_iterable(map(_parts, groups.values())))
    draft.addresses = [tuple(candidate.index for candidate in address) for address in addresses]
    if not addresses:
        return
    best = max(addresses, key=lambda address: max(len(cells[candidate.index]) for candidate in address))
    draft.give(Field.ADDRESS, best)
    for candidate in chain.from_iterable(address for address in addresses if address is not best):
        draft.reasons[candidate.index] = (Field.ADDRESS, candidate.reading.rule, candidate.reading.word)


def _parts(group: list[Candidate]) -> list[list[Candidate]]:
    """Split the address columns of one place into addresses, each with its parts in order.

    "Street", "Address line 2" are one address; "Street", "Address 1", "Address 2" are two; "Address" twice is two.
    """
    streets = [candidate for candidate in group if candidate.head is Head.STREET]
    others = [candidate for candidate in group if candidate.head is Head.ADDRESS]
    if any(candidate.reading.ordinal == 1 for candidate in others):
        return [address for part in (streets, others) for address in _lines(part)]
    return _lines([*streets, *others])


def _lines(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    lines: dict[int, Candidate] = {}
    wholes: list[list[Candidate]] = []
    for candidate in candidates:
        ordinal = candidate.reading.ordinal
        if ordinal in lines:
            wholes.append([candidate])
        else:
            lines[ordinal] = candidate
    return [*([[lines[ordinal] for ordinal in sorted(lines)]] if lines else []), *wholes]


# --- columns without names ----------------------------------------------------------------------

# The one layout known is the standard order in which the dialler VICIdial loads leads from a text file without a
# header (its manual's "standard format": vendor_lead_code, source_id, list_id, phone_code, phone_number, title, …).
_UNNAMED = re.compile(r"column \d+")

_FEWEST_COLUMNS = 19
_VICIDIAL = {
    Field.PHONE: (4, 19),
    Field.DIALCODE: (3,),
    Field.FIRSTNAME: (6,),
    Field.LASTNAME: (8,),
    Field.ADDRESS: (9, 10, 11),
    Field.CITY: (12,),
    Field.COUNTRY: (16,),
    Field.EMAIL: (20,),
    Field.COMMENT: (22,),
}
_TITLE, _MIDDLE = 5, 7
# What a column holds where it holds anything. The first two must hold something, in nearly every row.
_SHAPES = {
    3: re.compile(r"\+?\d{1,4}"),
    4: re.compile(r"\+?[\d\s()-]{6,20}"),
    2: re.compile(r"\d*"),
    16: re.compile(r"[A-Za-z]{2,3}"),
    17: re.compile(r"[MFUmfu]"),
    18: re.compile(r"\d{4}-\d\d-\d\d"),
    20: re.compile(r"[^\s@]+@[^\s@]+"),
}
_ALWAYS_FILLED = (3, 4)


def is_unnamed(header: Sequence[str]) -> bool:
    """Tell whether all of these column names are the ones that columns without a name are given."""
    return bool(header) and all(_UNNAMED.fullmatch(name) for name in header)


def choose_unnamed(
    draft: Draft,
    found: Sequence[Candidate],
    cells: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> None:
    """Give columns to fields by layout, else by their cells."""
    open_ = [candidate for candidate in found if candidate.reading.rule is Rule.NO_NAME]
    if _is_vicidial(cells):
        _lay_out(draft, {candidate.index: candidate for candidate in open_})
        return
    by_values(draft, open_, cells, phone_score)
    used = draft.used()
    texts = [
        c
        for c in open_
        if c.index not in used and cell_values.share(cells[c.index], cell_values.like_name) >= cell_values.MOST
    ]
    cities = [c for c in texts if cell_values.share(cells[c.index], cell_values.like_city) >= cell_values.MOST]
    draft.give(Field.CITY, cities[:1], Rule.VALUES)
    # A number that --map names stands beside names as one that was found does.
    phones = [*draft.phones, *(candidate.index for candidate in found if candidate.reading.rule is Rule.MAPPED)]
    _told_names(draft, [candidate for candidate in texts if candidate not in cities], cells, phones[:1])
    names_beside_numbers(draft, cells)


def _is_vicidial(cells: Sequence[Sequence[str]]) -> bool:
    rows = max(map(len, cells), default=0)
    if len(cells) < _FEWEST_COLUMNS or any(
        len(cells[index]) < rows * cell_values.NEARLY_ALL for index in _ALWAYS_FILLED
    ):
        return False
    return all(
        not cells[index] or cell_values.share(cells[index], shape.fullmatch) >= cell_values.NEARLY_ALL
        for index, shape in _SHAPES.items()
        if index < len(cells)
    )


def _lay_out(draft: Draft, columns: Mapping[int, Candidate]) -> None:
    for target, indexes in _VICIDIAL.items():
        draft.give(target, [columns[index] for index in indexes if index in columns], Rule.LAYOUT)
    draft.addresses = [tuple(draft.sources.get(Field.ADDRESS, ()))]
    draft.put(draft.titles, [columns[_TITLE]] if _TITLE in columns else [], Field.FIRSTNAME, Rule.TITLE)
    draft.put(draft.middles, [columns[_MIDDLE]] if _MIDDLE in columns else [], Field.FIRSTNAME, Rule.MIDDLE)


def _told_names(
    draft: Draft, texts: Sequence[Candidate], cells: Sequence[Sequence[str]], phones: Sequence[int]
) -> None:
    """Take a column of several words as the full name, else two neighbours before the phone as first and last."""
    if not texts or not phones:
        return
    first = texts[0]
    whole = next(
        (c for c in texts if cell_values.share(cells[c.index], lambda cell: " " in cell.strip()) >= cell_values.MOST),
        None,
    )
    if whole is not None and (whole is first or not _varies(cells[first.index])):
        draft.give(Field.FULLNAME, [whole], Rule.VALUES)
        return
    second = next((candidate for candidate in texts[1:] if candidate.index == first.index + 1), None)
    if second is not None and second.index < phones[0] and _varies(cells[second.index]):
        draft.give(Field.FIRSTNAME, [first], Rule.VALUES)
        draft.give(Field.LASTNAME, [second], Rule.VALUES)
    else:
        draft.give(Field.FULLNAME, [first], Rule.VALUES)


def _varies(cells: Sequence[str]) -> bool:
    """Tell whether a column repeats itself as little as names do: cities, sources and states recur."""
    return len(set(cells)) * 2 > len(cells)
