"""An email cell → one well-formed address, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The form that browsers accept for <input type=email> (WHATWG HTML), with a dot in the domain: what the
# service calls a valid address is not documented, and an address without a dot reaches nobody.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_LONGEST = 254  # RFC 5321, 4.5.3.1.3 with erratum 1690
_SEVERAL = re.compile(r"[,;|\s<>()\"]+|:::|mailto:", re.IGNORECASE)


def first_address(cell: str) -> str:
    """Return the first well-formed address in a cell, "" where there is none."""
    if len(cell) <= _LONGEST and _ADDRESS.fullmatch(cell):
        return cell
    for part in _SEVERAL.split(cell):
        address = part.strip(".'`[]{}:")
        if len(address) <= _LONGEST and _ADDRESS.fullmatch(address):
            return address
    return ""


def first_addresses(cells: Iterable[str]) -> list[str]:
    """Return `first_address` of each cell; most cells are one address, which costs them no call."""
    return [
        cell if not cell or (matched and len(cell) <= _LONGEST) else first_address(cell)
        for cell, matched in ((cell, _ADDRESS.fullmatch(cell)) for cell in cells)
    ]
