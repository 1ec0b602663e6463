"""The ledger as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.ledger.forgetting import Forgetting
from telecmi_leads.ledger.ledger_files import LEDGER, open_ledger, open_temporary
from telecmi_leads.ledger.staging import Staging
from telecmi_leads.ledger.withdrawals import Withdrawing

if TYPE_CHECKING:
    from pathlib import Path


class Ledger(Staging, Withdrawing, Forgetting):
    """One ledger, open in one thread of one process.

    Each part is a class of its own: Staging takes plans in, Withdrawing changes what is planned, Reading answers,
    Sending writes what the upload does, Numbers recognises numbers, Forgetting removes people. A context manager;
    every method may raise LedgerError.
    """

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """Open the ledger of a state folder, making both where there is none; older versions are migrated.

        Raises LedgerError, with the files left as they are, where the folder or file is not private to this user,
        can't be written, lies on a network, or is empty, damaged, foreign or of a newer version.
        """
        connection, key, path = open_ledger(folder)
        return cls(connection, key=key, path=path)

    @classmethod
    def open_existing(cls, folder: Path) -> Ledger | None:
        """Open the ledger of a state folder as `open` does; None, and nothing made, where there is none."""
        path = folder / LEDGER
        return cls.open(folder) if path.exists() or path.is_symlink() else None

    @classmethod
    def temporary(cls) -> Ledger:
        """Make a ledger that keeps no leads and of which nothing is left when it is closed, for dry runs."""
        return cls(open_temporary(), key=b"", path=None)
