"""What exporters and spreadsheets write where there is nothing: empty in every field, and no row of data by itself."""

from __future__ import annotations

from typing import Final

WORDS_FOR_NOTHING: Final = frozenset(
    (
        *("n/a", "n.a", "n.a.", "<na>", "null", "<null>", "(null)", "none", "<none>", "nan", "nil", "undefined", "\\n"),
        *("#n/a", "#ref!", "#name?", "#value!", "#null!", "#num!", "#div/0!", "#spill!", "#calc!", "#error!"),
    )
)
"""In lower case, as they stand in a cell. Each reader of cells adds what is nothing in its own field alone."""

SAID_TO_BE_EMPTY: Final = frozenset(
    (
        *("empty", "blank", "missing", "unknown"),
        *("not provided", "not available", "not given", "not applicable", "not set"),
    )
)
"""What people and forms write where there is nothing, in lower case. Some of these are a value in some field: an
unknown country was asked for. So it is for each reader of cells to say whether they are nothing in its own."""
