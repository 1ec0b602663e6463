"""The fields of good rows: their text cleaned, names completed, emails and order checked, a column at a time."""

from __future__ import annotations

import re
from collections import Counter
from itertools import repeat
from operator import ne
from typing import TYPE_CHECKING

from telecmi_leads.columns import name_beside_number
from telecmi_leads.core.block_columns import BETWEEN, clean_column, joined
from telecmi_leads.core.errors import SettingsError, UsageError
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.core.text import clean, safe
from telecmi_leads.leads.person_names import (
    NOTHING,
    any_placeholder,
    are_plain_names,
    drop_nothings,
    is_placeholder,
    kept_title,
    split_full_names,
    split_plain_names,
    with_comma,
    with_particle,
    without_bare_titles,
    without_company,
    without_list_numbers,
)
from telecmi_leads.settings.options import FieldOptions
from telecmi_leads.settings.resolving import COMMAND_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.core.text import NormalForm
    from telecmi_leads.leads.row_numbers import Grid
    from telecmi_leads.settings.resolving import Settings


# The form that browsers accept for <input type=email> (WHATWG HTML), with a dot in the domain: what the
# service calls a valid address is not documented, and an address without a dot reaches nobody.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*+"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
_ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")
# A joined column of the commonest addresses and of nothing: few labels, none too long, the domain's first one not of a
# single letter as in addresses of WhatsApp's own, the last beginning with a letter, no sign but + _ - and dots.
_USUAL_ADDRESS = (
    r"[A-Za-z0-9_+-]{1,30}+(?:\.[A-Za-z0-9_+-]{1,30}+){0,2}+"
    r"@[A-Za-z0-9]{2,30}+(?:-[A-Za-z0-9]{1,30}+)?+(?:\.[A-Za-z][A-Za-z0-9]{1,30}+){1,2}+"
)
_USUAL_OR_NOTHING = re.compile(f"(?:{_USUAL_ADDRESS})?+")
_USUAL = re.compile(f"(?:(?:{_USUAL_ADDRESS})?+{re.escape(BETWEEN)})*+")
_COLUMN = re.compile(f"(?:(?:{_LOCAL}@{_DOMAIN})?+\n)*+")
_FILL_HINTS = {
    Field.EMAIL: "Give a whole address, such as --fill email=nobody@example.com, or leave the option out.",
    Field.ORDER_INDEX: "Give a whole number, or leave the option out.",
}
_LONGEST = 254  # RFC 5321, 4.5.3.1.3 with erratum 1690
_SEVERAL = re.compile(r"[,;|/\n]+|:::")
_MARKS = " \t.'`\"[]{}:*"
_LABELS = ("mailto:", "email:", "e-mail:", "mail:")
# Addresses of WhatsApp's own (its "JID"): a number, and no mailbox.
_NO_MAILBOX = re.compile(r"@(?:s\.whatsapp\.net|c\.us|g\.us|lid|broadcast)\Z", re.IGNORECASE)
_CHAT_SIGNS = ("whatsapp.net", "@c.us", "@g.us")


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None and _NO_MAILBOX.search(text) is None


def first_address(cell: str) -> str:
    """Return the first of a cell's addresses, "" where there is none.

    An address is never made of a part: what stands beside it must be another one, a name before `<…>`, or a label.
    """
    if _is_address(cell):
        return cell
    name, bracket, rest = cell[: 4 * _LONGEST].partition("<")
    if bracket and "@" not in name:
        inside, closed, after = rest.partition(">")
        return inside.strip() if closed and not after.strip(_MARKS + ",;") and _is_address(inside.strip()) else ""
    parts = [part for part in map(_bare, _SEVERAL.split(cell[: 4 * _LONGEST])) if part]
    # "asha @example.com" could be made an address, and a mail could then go to somebody else.
    if any("@" not in part for part in parts):
        return ""
    for part in parts:
        words = part.split()
        if all(map(_is_address, words)):
            return words[0]
    return ""


def _bare(part: str) -> str:
    """Return a part of a cell without marks around it and without the word that says what it is."""
    text = part.strip(_MARKS)
    label = next((label for label in _LABELS if text.lower().startswith(label)), "")
    return text[len(label) :].strip(_MARKS + "()<>")


def first_addresses(cells: Sequence[str]) -> Sequence[str]:
    """Return `first_address` of each cell; the very sequence where each cell is one address or empty.

    One match over the whole column settles most blocks, at a fraction of a call for each cell.
    """
    together = "\n".join(cells) + "\n"
    if (
        together.count("\n") == len(cells)
        and max(map(len, cells), default=0) <= _LONGEST
        and _COLUMN.fullmatch(together)
        and not any(sign in together for sign in _CHAT_SIGNS)
    ):
        return cells
    usual = _USUAL_OR_NOTHING.fullmatch
    return [cell if usual(cell) else first_address(cell) for cell in cells]


def _are_usual(together: str, cells: int) -> bool:
    """Tell at half the cost, of a `joined` column, whether `first_addresses` leaves it as it is; may say no then."""
    return together.count(BETWEEN) < cells and _USUAL.fullmatch(together + BETWEEN) is not None


FILLER = "-"
"""Sent as last name where there is none: the API requires one and many people have one name."""

_TAG = re.compile(r"<\s*+(?:/\s*+)?(?:br|p|div|span|b|i|u|strong|em|ul|ol|li|font|a)\b[^<>]{0,200}>", re.IGNORECASE)
_FORMULA = re.compile(r'\s*="((?:[^"]|"")*+)"\s*')  # written so that Excel leaves a text as it is
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.0+)?")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Excel's mark that a cell is text. In "'t Hooft" and "'s-Gravenhage" it is part of the name.
_TEXT_MARK = re.compile(r"\s*'(?![a-z][ -])(?=[^'\s])")


class Fields:
    """The fields of rows that have a number.

    `faults` (row's index → reason) and `repairs` fill up as the fields are asked for.
    """

    def __init__(self, match: ColumnMatch, grid: Grid, *, no_fill: bool) -> None:
        self._match = match
        self._no_fill = no_fill
        self._rows = grid.rows
        self._columns = grid.columns
        self._counted: set[int] = set()
        self.faults: dict[int, Reason] = {}
        self.repairs: Counter[str] = Counter()
        self._filled: set[int] = set()
        self._known: dict[tuple[int, NormalForm], Sequence[str]] = {}

    def text(self, target: Field) -> Sequence[str] | repeat[str]:
        """Return a field's cleaned text: from its template, else its columns, else its fill."""
        found = self._found(target, "NFC")
        fill = self._match.fills.get(target)
        if found is None:
            return repeat(fill or "", len(self._rows))
        if not NOTHING.isdisjoint(found):
            kept = "NA" if target is Field.COUNTRY else ""  # Namibia
            found = ["" if cell in NOTHING and cell != kept else cell for cell in found]
        return [cell or fill for cell in found] if fill else found

    def check(self) -> None:
        """Find the faults and repairs of all fields, for a trial: their texts are made only where that tells."""
        if self._plain_names() is None:
            self._other_names()
        self.emails()
        self.orders()
        for target in (Field.COMMENT, Field.ADDRESS, Field.CITY, Field.COUNTRY):
            self._found(target, "NFC")

    def _found(self, target: Field, form: NormalForm) -> Sequence[str] | None:
        template = self._match.templates.get(target)
        if template is not None:
            return self._cleaned([template.render(row) for row in self._rows], form)
        if target is Field.ADDRESS and self._match.addresses:
            return _first_filled([self._address(parts) for parts in self._match.addresses])
        sources = self._match.sources.get(target, ())
        return self._first_of(sources, form) if sources else None

    def _first_of(self, indexes: Sequence[int], form: NormalForm) -> Sequence[str]:
        return _first_filled([self._column(index, form) for index in indexes])

    def _address(self, parts: Sequence[int]) -> Sequence[str]:
        columns = [self._column(index, "NFC") for index in parts]
        if len(columns) == 1:
            return columns[0]
        return [", ".join(filter(None, cells)) for cells in zip(*columns, strict=True)]

    def _column(self, index: int, form: NormalForm) -> Sequence[str]:
        """Return a column cleaned; one that has two roles is counted once."""
        known = self._known.get((index, form))
        if known is None:
            column, columns = self._columns[index], self._columns
            resolved = _resolved(column, columns.joined(index))
            if resolved is column and columns.clean(index, form):
                known = column
            else:
                known = self._noted(column, clean_column(resolved, form=form), count=index not in self._counted)
            self._known[index, form] = known
            self._counted.add(index)
        return known

    def _only_column(self, target: Field) -> int | None:
        """Return the one column that a field comes from as it is, None where there is none or there are several."""
        sources = self._match.sources.get(target, ())
        return sources[0] if len(sources) == 1 and target not in self._match.templates else None

    def _cleaned(self, column: Sequence[str], form: NormalForm) -> Sequence[str]:
        return self._noted(column, clean_column(_resolved(column, joined(column)), form=form), count=True)

    def _noted(self, column: Sequence[str], cleaned: Sequence[str], *, count: bool) -> Sequence[str]:
        """Note what cleaning a column has changed, and what can't be sent all the same; return the cleaned column."""
        if cleaned is not column:
            self.repairs[Repair.TEXT_CLEANED] += sum(map(ne, column, cleaned)) if count else 0
            if not _encodable("".join(cleaned)):
                self.faults |= {at: Reason.UNREADABLE_TEXT for at, cell in enumerate(cleaned) if not _encodable(cell)}
        return cleaned

    # --- names ---

    def names(self) -> tuple[list[str], list[str]]:
        """Return first and last names; a row without any name becomes a fault."""
        names = self._plain_names()
        return self._other_names() if names is None else split_plain_names(names)

    def _plain_names(self) -> Sequence[str] | None:
        """Return the full names, counted as split, where they alone are names and all are as plain as most are."""
        match, source = self._match, self._only_column(Field.FULLNAME)
        split = {Field.FIRSTNAME, Field.LASTNAME}.isdisjoint((*match.sources, *match.templates))
        alone = (
            split and match.phones_apart and not (match.middles or match.particles or match.surnames or match.titles)
        )
        if source is None or not alone or match.surname_first:
            return None
        names = self._column(source, "NFKC")
        if names is not self._columns[source] or not are_plain_names(self._columns.lower(source)):
            return None
        self.repairs[Repair.NAME_SPLIT] += len(names)
        return names

    def _other_names(self) -> tuple[list[str], list[str]]:
        firsts, lasts = self._name_column(Field.FIRSTNAME), self._name_column(Field.LASTNAME)
        if self._match.middles:
            middles = self._first_of(self._match.middles, "NFKC")
            firsts = [" ".join(filter(None, pair)) if pair[0] else "" for pair in zip(firsts, middles, strict=True)]
        if self._match.particles:
            lasts = list(map(with_particle, self._first_of(self._match.particles, "NFKC"), lasts))
        if self._match.surnames:
            behind = [self._cleaned(self._columns[index], "NFKC") for index in self._match.surnames]
            lasts = [" ".join(filter(None, parts)) if parts[0] else "" for parts in zip(lasts, *behind, strict=True)]
        if not any(firsts) and not any(lasts):
            firsts, lasts = split_full_names(self._name_column(Field.FULLNAME))
            drop_nothings(firsts, lasts)
            self.repairs[Repair.NAME_SPLIT] += sum(map(bool, lasts))
        elif not all(firsts) or not all(lasts):
            self._take_full_names(firsts, lasts)
        if not all(firsts) or not all(lasts):
            self._complete(firsts, lasts)
        if self._match.titles:
            self._add_titles(firsts)
        return firsts, lasts

    def _name_column(self, target: Field) -> list[str]:
        found = self._found(target, "NFKC")
        if found is None:
            return [""] * len(self._rows)
        if any_placeholder(found) and len(sources := self._match.sources.get(target, ())) > 1:
            # A column in which an exporter wrote that there is no name is empty there, and the next one tells it.
            found = _first_filled([_without_placeholders(self._column(index, "NFKC")) for index in sources])
        if target is Field.FULLNAME and not self._match.phones_apart:
            found = list(map(name_beside_number, found))
        elif target is Field.FULLNAME and self._match.surname_first:
            found = self._surname_first()
        if target is Field.FULLNAME and "," in "".join(found) and not self._match.surname_first:
            found = self._without_companies(found)
        if target is Field.FULLNAME:
            found = without_bare_titles(without_list_numbers(found))
        return _without_placeholders(found)

    def _without_companies(self, names: Sequence[str]) -> Sequence[str]:
        """Take off the companies that full names begin with."""
        always = not self._match.company_first.isdisjoint(self._match.sources.get(Field.FULLNAME, ()))
        companies = self._first_of(self._match.companies, "NFKC") if self._match.companies else repeat("", len(names))
        return [
            without_company(name, company=company, always=always) if "," in name else name
            for name, company in zip(names, companies, strict=True)
        ]

    def _surname_first(self) -> Sequence[str]:
        """Return the full names with a comma behind the surname where a column puts it first."""
        columns: list[Sequence[str]] = []
        for index in self._match.sources.get(Field.FULLNAME, ()):
            names = self._cleaned(self._columns[index], "NFKC")
            surnames = self._match.surname_first.get(index, 0)
            columns.append([with_comma(name, surnames) for name in names] if surnames else names)
        return _first_filled(columns)

    def _take_full_names(self, firsts: list[str], lasts: list[str]) -> None:
        """Put full names into rows that lack a first name, or a last name that the full name tells."""
        names = self._name_column(Field.FULLNAME)
        whole_firsts, whole_lasts = split_full_names(names)
        drop_nothings(whole_firsts, whole_lasts)
        for at, (first, last) in enumerate(zip(whole_firsts, whole_lasts, strict=True)):
            if not first or (firsts[at] and lasts[at]):
                continue
            if not firsts[at] and not lasts[at]:
                firsts[at], lasts[at] = first, last
            elif not firsts[at]:
                # Beside a last name from elsewhere (--set), a full name with another one is all first name.
                same = last.casefold() == lasts[at].casefold()
                firsts[at] = first if same else names[at] if names[at].casefold() != lasts[at].casefold() else ""
            elif first.casefold() == firsts[at].casefold():
                lasts[at] = last
            else:
                continue
            self.repairs[Repair.NAME_SPLIT] += bool(last)

    def _complete(self, firsts: list[str], lasts: list[str]) -> None:
        """Fill what is missing of a name: by the company's, by --fill, and a last name by the filler."""
        fills = self._match.fills
        fill_first = fills.get(Field.FIRSTNAME, "")
        fill_last = fills.get(Field.LASTNAME, "" if self._no_fill else FILLER)
        companies = _without_placeholders(self._first_of(self._match.companies, "NFC")) if self._match.companies else []
        for at in [at for at, (first, last) in enumerate(zip(firsts, lasts, strict=True)) if not (first and last)]:
            first, last = firsts[at], lasts[at]
            if not first and not last and companies:
                first = companies[at]
            elif last and not fill_first:
                # One name, whichever column it stands in, is the name to call the person by.
                first, last = last, ""
            if first or fill_first:
                if not first or not last:
                    self._filled.add(at)
                firsts[at], lasts[at] = first or fill_first, last or fill_last
                if not lasts[at]:
                    self.faults.setdefault(at, Reason.NO_LAST_NAME)
            else:
                self.faults.setdefault(at, Reason.NO_NAME)

    def _add_titles(self, firsts: list[str]) -> None:
        for at, title in enumerate(self._first_of(self._match.titles, "NFC")):
            kept = kept_title(title) if title else ""
            if kept and firsts[at] and not firsts[at].startswith(kept):
                firsts[at] = f"{kept} {firsts[at]}"

    def settle(self) -> None:
        """Count the names filled in, once it is known which rows stay."""
        # Rejected rows are not repaired ones: counted only when all reasons to reject are known.
        self.repairs[Repair.NAME_FILLED] += len(self._filled - self.faults.keys())

    # --- email and order ---

    def emails(self) -> Iterable[str]:
        """Return the first well-formed address of each row; a cell without one is dropped and counted."""
        source = None if self._match.fills.get(Field.EMAIL) else self._only_column(Field.EMAIL)
        if source is not None and _are_usual(self._columns.joined(source), len(self._rows)):
            return self._columns[source]
        cells = self.text(Field.EMAIL)
        if isinstance(cells, repeat):
            return cells
        addresses = first_addresses(cells)
        if addresses is not cells:
            dropped = (cell for cell, address in zip(cells, addresses, strict=True) if cell and not address)
            self.repairs[Repair.EMAIL_DROPPED] += sum(1 for cell in dropped if not is_placeholder(cell))
        return addresses

    def orders(self) -> Iterable[int | None]:
        """Return order_index where there is one; what is not a whole number is dropped and counted."""
        cells = self.text(Field.ORDER_INDEX)
        if isinstance(cells, repeat):
            return repeat(_order(next(cells, "")), len(self._rows))
        orders = [_order(cell) for cell in cells]
        self.repairs[Repair.ORDER_DROPPED] += sum(
            1 for cell, order in zip(cells, orders, strict=True) if cell and order is None
        )
        return orders


def usable_fills(settings: Settings) -> FieldOptions:
    """Return the options with --fill cleaned as cells are.

    Raises UsageError or SettingsError for a value its field can't have: in a cell it would be dropped.
    """
    options = settings[FieldOptions]
    fills: list[tuple[Field, str]] = []
    for target, value in options.fill:
        usable = _usable_fill(target, value)
        if usable is None:
            wrong = UsageError if settings.origins["fill"] == COMMAND_LINE else SettingsError
            raise wrong(
                f"--fill {target}={safe(value)} would put a value there that the service refuses.",
                hint=_FILL_HINTS[target],
            )
        fills.append((target, usable))
    return options.replaced(fill=tuple(fills))


def _usable_fill(target: Field, value: str) -> str | None:
    cleaned = clean(value)
    if target is Field.EMAIL and cleaned and first_addresses([cleaned]) != [cleaned]:
        return None
    return None if target is Field.ORDER_INDEX and cleaned and _order(cleaned) is None else cleaned


def _resolved(column: Sequence[str], together: str) -> Sequence[str]:
    """Return a column with formulas, tags, entities and Excel's text marks resolved; the very sequence without any."""
    if "=" in together and '="' in together:  # one character is found many times faster than two
        column = [_formula_text(cell) if '="' in cell else cell for cell in column]
    if "<" in together:
        column = [_TAG.sub(" ", cell) if "<" in cell else cell for cell in column]
    if "&" in together and ";" in together:
        column = [_without_entities(cell) if "&" in cell else cell for cell in column]
    if "'" in together:
        column = [_without_mark(cell) if _TEXT_MARK.match(cell) else cell for cell in column]
    return column


def _without_mark(cell: str) -> str:
    text = _TEXT_MARK.sub("", cell, count=1)
    return text.rstrip()[:-1] if text.rstrip().endswith("'") else text


def _without_entities(cell: str) -> str:
    """Resolve HTML entities, and the tags that were written with them: `&lt;b&gt;urgent&lt;/b&gt;`."""
    from html import unescape

    resolved = _ENTITY.sub(lambda found: unescape(found[0]), cell)
    return _TAG.sub(" ", resolved) if resolved != cell and "<" in resolved else resolved


def _formula_text(cell: str) -> str:
    formula = _FORMULA.fullmatch(cell)
    return cell if formula is None else formula[1].replace('""', '"')


def _order(cell: str) -> int | None:
    return int(cell.partition(".")[0]) if cell and _WHOLE_NUMBER.fullmatch(cell) else None


def _without_placeholders(names: Sequence[str]) -> list[str]:
    if not any_placeholder(names):
        return list(names)
    return ["" if is_placeholder(name) else name for name in names]


def _first_filled(columns: list[Sequence[str]]) -> Sequence[str]:
    if len(columns) == 1:
        return columns[0]
    return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
