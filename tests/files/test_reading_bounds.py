"""Text that would cost a careless expression the square of its length, or an age: read or refused in time (row 27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_files import read_bounded

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = {
    "comments before no page": b"<!---->" * 9000 + b"x",
    "declarations before no page": b"<?x?>" * 9000 + b"x",
    "a long run of letters after an accent": b"\xe9:" + b"a" * 2_000_000 + b"\n",
    "accents alone": b"\xe9" * 2_000_000 + b"\n",
    "accents far apart": (b"a" * 70_000 + b"\xe9") * 30 + b"\n",
    "bytes of many code pages": bytes(range(0x80, 0x100)) * 20_000 + b"\n",
    "a contact that ends in a backslash": b"BEGIN:VCARD\nN:" + b"a" * 900_000 + b"\\\nEND:VCARD\n",
    "a contact of semicolons": b"BEGIN:VCARD\nTEL" + b";" * 900_000 + b":1\nEND:VCARD\n",
    "a contact of quotes": b"BEGIN:VCARD\nTEL;" + b'"' * 900_001 + b":1\nEND:VCARD\n",
    "a contact of soft breaks": b"BEGIN:VCARD\nNOTE" + b";" * 500_000 + b";QUOTED-PRINTABLE:" + b"=\n" * 400_000,
    "quotes and spaces": b'N,P\n"a\nb"' + b" " * 900_000 + b'x,"1\n',
    "quotes in turn": b'N,P\n"a\n' + b'" ' * 400_000 + b"\n",
    "records of many lines": b"N,P\n" + (b'"a' + b"\n" * 1000 + b'"b,1\n') * 300,
    "short rows": b"\n" * 3_000_000,
    "a list in a list": b"[" + b"[1]," * 400_000 + b"[1]]",
    "an object that never ends": b'[{"a":' + b" " * 12_000_000,
    "text that never ends": b'[{"a":"' + b"\\u00e9" * 1_000_000,
    "keys of every kind": b"[" + b",".join(b'{"k%d":1}' % (number % 2000) for number in range(20_000)) + b"]",
    "columns of other places": b"{"
    + b",".join(b'"c%d":{%s}' % (at, b",".join(b'"%d%04d":1' % (at, row) for row in range(250))) for at in range(250))
    + b"}",
    "columns of one long one": b'{"majorDimension":"COLUMNS","values":[%s["a"%s]]}'
    % (b'["b"],' * 9000, b',"x"' * 500_000),
    "pages in pages": b'[{"p":' * 60 + b'[{"phone":"9876500001"}]' + b"}]" * 60,
    "pages of empty pages": b"[" + b'{"data":[{"a":[{"b":[]}]}]},' * 20_000 + b"{}]",
    "objects in objects": b"[" + b",".join([b'{"a":' * 90 + b"1" + b"}" * 90] * 3000) + b"]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_bounds(name: str, tmp_path: Path) -> None:
    """A file of a few megabytes takes seconds, whatever is in it."""
    path = tmp_path / "leads"
    path.write_bytes(HOSTILE[name])
    read = read_bounded(path)
    assert read.output.startswith(("read", "refused"))
    assert (read.seconds < 5, read.megabytes < 512) == (True, True)
