"""Contacts as phones export them (vCard 2.1, 3.0 and 4.0) → sheets, one row a contact.

Rules: RFC 6350 (4.0), RFC 2426 (3.0) and the versit consortium's specification of 2.1, read as leniently as what
phones really write needs. vobject was tried and left out: of 2.1 it loses the rest of a quoted-printable name after
a soft line break, the kinds of numbers, and numbers with a label of their own, and it takes ten times as long.
"""

from __future__ import annotations

import codecs
import quopri
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.bounds import MAX_CELL, MAX_VALUE
from telecmi_leads.files.codepages import larger
from telecmi_leads.files.sheets import batches_of, record_sheets
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.sheets import Sheet

_PROPERTY = re.compile(
    r"(?:(?P<group>[\w-]+)\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:\"[^\"]*\"|[^\":])*)?):(?P<value>.*)", re.DOTALL
)
_NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)[;:]")
_QUOTED_PRINTABLE = re.compile(r"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]", re.IGNORECASE)
_PARAMETER = re.compile(r";((?:\"[^\"]*\"|[^\";])*)")
_PART = re.compile(r"((?:\\.?|[^\\;])*)(?:;|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_GENERATION = re.compile(r"(?:jr|sr|jun|sen|junior|senior|i{1,3}|iv|vi?|2nd|3rd)\.?")
_NAME_PARTS = ("Last Name", "First Name", "Middle Name", "Name Prefix", "Name Suffix")
_ADDRESS_PARTS = ("City", "State", "Postal Code", "Country")  # after post-office box, extension and street
_TEXTS = {
    "FN": "Full Name",
    "NICKNAME": "Nickname",
    "TITLE": "Job Title",
    "ROLE": "Role",
    "NOTE": "Note",
    "URL": "Website",
    "BDAY": "Birthday",
    "CATEGORIES": "Category",
}
_WANTED = frozenset({*_TEXTS, "N", "TEL", "EMAIL", "ADR", "ORG", "X-ABLABEL", "AGENT", "BEGIN", "END", "VERSION"})
# The kinds of a number in order of preference, and its column.
_PHONES = {
    "FAX": "Fax",
    "PAGER": "Pager",
    "CELL": "Mobile Phone",
    "IPHONE": "Mobile Phone",
    "MOBILE": "Mobile Phone",
    "WHATSAPP": "WhatsApp",
    "WORK": "Work Phone",
    "HOME": "Home Phone",
}
# Whole words of a type or label, "HOMEFAX" and "Cellular" too: "Cancelled" is no cell phone.
_KINDS = [
    (re.compile(rf"{'' if word == 'FAX' else '(?<![A-Z])'}{word}(?:ULAR|PHONE)?(?![A-Z])"), column)
    for word, column in _PHONES.items()
]


# The types of numbers that say nothing more than the columns do; any other is a label.
_TYPES = frozenset(
    {
        *(*_PHONES, "HOMEFAX", "WORKFAX", "OTHERFAX", "MAIN", "OTHER", "PREF", "VOICE", "TEXT", "TEXTPHONE", "VIDEO"),
        *("MSG", "CAR", "ISDN", "MODEM", "BBS", "PCS", "DOM", "INTL", "INTERNET", "PHONE", "TEL", ""),
        *("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"),
    }
)
_APPLES_LABEL = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)
_ANDROIDS_LABEL = re.compile(r"X-CUSTOM\((?:.*,)?(?P<text>[^,]*)\)", re.IGNORECASE | re.DOTALL)


class _Property(Struct, frozen=True):
    """One property of a contact; `kinds` are its types in capitals, `rank` is 1 where it is preferred to others.

    `label` is what the owner of the phone calls it, where that is no type: "Husband".
    """

    group: str
    name: str
    kinds: frozenset[str]
    value: str
    rank: int = 101  # RFC 6350, 5.3: 1 to 100, and what has none comes after them
    label: str = ""


def read_vcard(file: TextFile) -> Iterator[Sheet]:
    """Read a contacts file. Raises SourceUnreadable, with the line, where it ends in the middle of a contact."""
    return record_sheets(batches_of(_contacts(file), file.name), file, FileFormat.VCF, ())


def _contacts(file: TextFile) -> Iterator[dict[str, str]]:
    properties: list[_Property] = []
    depth, opened = 0, 0
    for line, text in _logical_lines(file):
        found = _parsed(text)
        if found.name == "BEGIN":
            if depth and properties and properties[-1].name == "AGENT":  # a contact within a contact (2.1)
                depth += 1
                continue
            if depth:  # the one before was not ended
                yield _contact(properties)
            depth, opened, properties = 1, line, []
        elif found.name == "END" and depth:
            depth -= 1
            if depth == 0:
                yield _contact(properties)
        elif depth == 1:
            properties.append(found)
    if depth:
        raise SourceUnreadable(
            f"{file.name}: the contact that begins in line {opened:,} has no end.",
            hint="The file is cut off: export it again.",
        )


def _logical_lines(file: TextFile) -> Iterator[tuple[int, str]]:
    """Join folded lines and soft line breaks; yields wanted properties with the number of their first line."""
    parts: list[str] = []  # of the property that is being read, none while it is not wanted
    first, size, quoted, soft, keep_blank = 0, 0, False, False, False
    for number, raw in enumerate(file.open(max_line=MAX_VALUE), 1):
        line = raw.rstrip("\r\n").replace("\0", "")
        if soft and parts:
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif line[:1] in {" ", "\t"}:
            if parts:
                parts.append(line if keep_blank else line[1:])
        else:
            if parts:
                yield first, "".join(parts)
            named = _NAME.match(line)
            # A photo of a megabyte in BASE64 is passed over line by line, and never in memory.
            parts = [line] if named and named[1].upper() in _WANTED else []
            first, size, quoted = number, 0, _QUOTED_PRINTABLE.match(line) is not None
            # vCard 2.1 folds at a blank of the text itself; 3.0 and 4.0 put one before the rest (RFC 6350, 3.2).
            if line.upper().startswith("VERSION:"):
                keep_blank = line[8:].strip() == "2.1"
        soft = quoted and bool(parts) and line.endswith("=")
        size += len(line)
        if parts and size > MAX_CELL:
            raise SourceUnreadable(
                f"{file.name}, line {first:,}: a property of more than {MAX_CELL:,} characters.",
                hint="The file is damaged, or not what it looks like: export it again.",
            )
    if parts:
        yield first, "".join(parts)


def _parsed(line: str) -> _Property:
    found = _PROPERTY.fullmatch(line)
    if found is None:  # a quote that is not closed among the parameters
        name, _, value = line.partition(":")
        return _Property("", name.partition(";")[0].upper(), frozenset(), value)
    kinds: set[str] = set()
    charset, rank = "utf-8", 101
    labels: list[str] = []
    for parameter in _PARAMETER.findall(found["parameters"] or ""):
        if own := _ANDROIDS_LABEL.fullmatch(parameter):
            labels.append(_decoded(quopri.decodestring(own["text"].encode()), "utf-8"))
            continue
        key, _, values = parameter.upper().rpartition("=")
        if key == "CHARSET":
            charset = values
        elif key == "PREF" and values.strip('"').isdecimal():
            rank = min(int(values.strip('"')[:3]), rank)
        elif key in {"", "TYPE"}:
            types = [kind.strip() for kind in parameter[len(parameter) - len(values) :].strip('"').split(",")]
            kinds.update(map(str.upper, types))
            labels += filter(_says_more, types)
    value = found["value"]
    if _QUOTED_PRINTABLE.match(line):
        value = _decoded(quopri.decodestring(value.encode()), charset)
    # vCard 3.0 says TYPE=PREF, 4.0 PREF=1: the same thing.
    rank = 1 if "PREF" in kinds else rank
    label = " ".join(labels)
    return _Property(found["group"] or "", found["name"].upper(), frozenset(kinds), value, rank, label)


def _says_more(kind: str) -> bool:
    """Tell whether a type of a number is a label of its own."""
    return kind.upper().removeprefix("X-") not in _TYPES


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(larger(codecs.lookup(charset).name), "replace")
    except (LookupError, UnicodeError):  # a charset nobody knows
        return data.decode("utf-8", "replace")


def _contact(properties: list[_Property]) -> dict[str, str]:
    labels = {found.group: _label(found.value) for found in properties if found.name == "X-ABLABEL" and found.group}
    contact = _Contact()
    for found in sorted(properties, key=lambda found: found.rank):
        if found.name == "N":
            contact.cells |= dict(zip(_NAME_PARTS, [*_name_parts(found.value), *[""] * 5], strict=False))
        elif found.name == "TEL":
            number = found.value.strip()
            number = number[4:] if number[:4].lower() == "tel:" else number
            label = labels.get(found.group, "")
            column = _phone_column(found.kinds | {label.upper()})
            contact.add_number(column, number, label if _says_more(label) else found.label)
        elif found.name == "EMAIL":
            contact.add("Email", _plain(found.value).strip())
        elif found.name == "ADR":
            contact.add_address(_parts(found.value))
        elif found.name == "ORG":
            contact.add("Organization", ", ".join(filter(None, _parts(found.value))))
        elif found.name in _TEXTS:
            contact.add(_TEXTS[found.name], _plain(found.value))
    return contact.record()


class _Contact:
    """The cells of a contact, by column."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._numbers: dict[str, dict[str, list[str]]] = {}

    def add(self, column: str, text: str) -> None:
        """Set a cell; a second text of a kind goes into a column of its own."""
        if self.cells.get(column):
            number = self._counts[column] = self._counts.get(column, 1) + 1
            column = f"{column} {number}"
        self.cells[column] = text

    def add_number(self, column: str, number: str, label: str) -> None:
        """Add a number; those of one kind and one label stand in one cell, the preferred one first."""
        self._numbers.setdefault(column, {}).setdefault(label, []).append(number)

    def add_address(self, parts: list[str]) -> None:
        """Set the address; a second one goes whole into a column of its own."""
        if self.cells.get("Address") or self.cells.get("City"):
            self.add("Address", ", ".join(filter(None, parts)))
            return
        self.cells["Address"] = ", ".join(filter(None, parts[:3]))
        self.cells |= dict(zip(_ADDRESS_PARTS, [*parts[3:], *[""] * 4], strict=False))

    def record(self) -> dict[str, str]:
        """Return the cells. A title or a degree that the name as shown (FN) leaves out is not part of the name.

        Phones write a name that was typed in one piece as the first name: it is a full name, in need of being split.
        """
        first = self.cells.get("First Name", "")
        if " " in first and not self.cells["Last Name"] and self.cells.get("Full Name", first).split() == first.split():
            self.cells |= {"Full Name": first, "First Name": ""}
        shown = self.cells.get("Full Name", "").casefold()
        for column in ("Name Prefix", "Name Suffix"):
            text = self.cells.get(column, "").casefold()
            if shown and text not in shown and not _GENERATION.fullmatch(text):
                self.cells[column] = ""
        return self.cells | self._cells_of_numbers()

    def _cells_of_numbers(self) -> dict[str, str]:
        """Return the cells of the numbers, and beside each that has a label the label's: "Phone", "Phone Label"."""
        cells: dict[str, str] = {}
        for kind, labelled in self._numbers.items():
            for place, (label, numbers) in enumerate(labelled.items(), 1):
                column = kind if place == 1 else f"{kind} {place}"
                cells[column] = ", ".join(numbers)
                if label:
                    cells[f"{column} Label"] = label
        return cells


def _phone_column(kinds: frozenset[str]) -> str:
    return next((column for word, column in _KINDS if any(map(word.search, kinds))), "Phone")


def _label(value: str) -> str:
    """Return a label as it is shown: Apple writes those of its own as `_$!<Assistant>!$_`."""
    text = _plain(value).strip()
    own = _APPLES_LABEL.fullmatch(text)
    return own[1] if own else text


def _parts(value: str) -> list[str]:
    return [_plain(part).strip() for part in _PART.findall(value)]


def _name_parts(value: str) -> list[str]:
    r"""Return the parts of a name. Some programs escape the signs between them too: `N:Rao\;Asha\;;;`."""
    parts = _parts(value)
    whole, *rest = parts or [""]
    return [part.strip() for part in whole.split(";")] if ";" in whole and not any(rest) else parts


def _plain(value: str) -> str:
    """Undo the escapes of a text."""
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] in "nN" else escape[1], value)
