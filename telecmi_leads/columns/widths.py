"""How wide a table is whose rows are wider than its header: columns without a name, or values cut at a delimiter."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns.cell_values import columns_of, like_email, like_phone, share
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.meanings import PHONE_HEADS, Head
from telecmi_leads.columns.row_kinds import RowKind, row_kind
from telecmi_leads.columns.sampling import SAMPLE_ROWS
from telecmi_leads.core.lead import REJECT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Test = Callable[[str], bool]
    Rows = Sequence[Sequence[str]]

_HALF = 0.5
_IN_TEXT = ",;"  # delimiters that people write in values, with a space behind


class FittedHeader(Struct, frozen=True):
    """A header as wide as most rows; the last `surplus` columns, without a name, may be second halves of values."""

    names: tuple[str, ...]
    surplus: int = 0


def width_of(row: Sequence[str]) -> int:
    """Return the number of cells up to the last that holds something."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


def fitted(names: Sequence[str], below: Rows, delimiter: str | None) -> FittedHeader:
    """Add columns without a name where most rows are wider than a header; leave out those at its end without cells.

    `delimiter` is None for what is no text: cells of a grid stay in their places. In a text a delimiter within a value
    moves the cells behind it. Where rows show that, the header stays as it is, so that they are longer than it.
    """
    header = tuple(names[: width_of(names)])
    rows = list(islice(filter(width_of, below), SAMPLE_ROWS))
    wide = [row for row in rows if width_of(row) > len(header)]
    if not wide or len(wide) < len(rows) * _HALF:
        return FittedHeader(header)
    surplus = Counter(map(width_of, wide)).most_common(1)[0][0] - len(header)
    wider = header + ("",) * surplus
    if delimiter is None or max(map(len, wide)) <= len(names) or not header:
        return FittedHeader(wider)
    told = _told(header)
    in_place = _holds(told, wide, len(header) - 1) is True
    moved = _are_moved(told, wide, surplus)
    cut = (delimiter in _IN_TEXT and _are_cut(wide)) or not _are_regular(rows, len(header))
    # What this program has rejected for its width stays rejected until it is corrected.
    if set(REJECT_COLUMNS) <= set(header) or (
        (moved or (cut and not in_place))
        # Another table may stand below, whose header is to be found in its whole width.
        and not any(row_kind(row, header) is RowKind.NEW_HEADER for row in wide)
    ):
        return FittedHeader(header)
    return FittedHeader(wider, 0 if in_place else surplus)


def _are_regular(rows: Rows, width: int) -> bool:
    """Tell whether all rows have as many cells, or an export leaves out those that are empty at a row's end."""
    widths = set(map(len, rows))
    return len(widths) == 1 or min(widths) < width


def _are_moved(told: Mapping[int, Test], wide: Rows, surplus: int) -> bool:
    """Tell whether phones or emails stand in a column behind the one that has their name."""
    behind = {test: _columns_with(wide, test) for test in set(told.values())}
    for at, test in told.items():
        next_one = bisect(behind[test], at)
        moved = next_one < len(behind[test]) and behind[test][next_one] <= at + surplus
        if moved and _holds(told, wide, at) is False:
            return True
    return False


def _columns_with(wide: Rows, test: Test) -> list[int]:
    """Return the columns of which at least half the cells that hold something pass; each is looked at once."""
    columns = columns_of(wide, max(map(len, wide)))
    return [at for at, cells in enumerate(columns) if share(cells, test) >= _HALF]


def _holds(told: Mapping[int, Test], wide: Rows, at: int) -> bool | None:
    """Tell whether a column of phones or emails holds these; None where it has another name, or no cells."""
    test = told.get(at)
    filled = [row[at] for row in wide if row[at].strip()] if test is not None else []
    return share(filled, test) >= _HALF if test is not None and filled else None


def _told(header: Sequence[str]) -> dict[int, Test]:
    """Return the columns whose cells show whether they have the right name, and how."""
    heads = ((at, read_name(name).head) for at, name in enumerate(header))
    return {
        at: like_email if head is Head.EMAIL else like_phone
        for at, head in heads
        if head in PHONE_HEADS or head is Head.EMAIL
    }


def _are_cut(wide: Rows) -> bool:
    """Tell whether in most rows a space follows one delimiter and not all: there it is a sign within a value."""
    cut = 0
    for row in wide:
        spaced = [cell.startswith(" ") for cell in row[1:] if cell.strip()]
        cut += any(spaced) and not all(spaced)
    return cut >= len(wide) * _HALF
