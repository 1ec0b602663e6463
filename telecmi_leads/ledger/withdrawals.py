"""Taking people out of a plan that is not sent yet: those who asked not to be called after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, encode_leads, leads_digest, refreeze, thaw_leads
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow
from telecmi_leads.ledger.attempts import Sending
from telecmi_leads.ledger.packed_rows import pack
from telecmi_leads.ledger.phone_hashes import Hasher
from telecmi_leads.ledger.records import DOUBTFUL
from telecmi_leads.ledger.staging import put_body

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    Hits = Callable[[Sequence[str]], Sequence[int]]

_OPEN = """
SELECT id FROM campaigns WHERE run = (SELECT seq FROM runs WHERE id = ?) AND split = 0 AND status IN ({}) ORDER BY id
"""


class Withdrawing(Sending):
    """The part of the ledger that changes what is planned. To be used under the account's lock."""

    def withdraw(self, run_id: str, hits: Hits, code: str) -> int:
        """Take numbers out of the run's campaigns that provably were never carried out; return how many.

        `hits` returns the positions of the numbers to take out among those given. Their rows count as excluded by the
        list `code` from now on; which row of the input a lead came from is not known any more, and told as row 0. A
        campaign of unknown outcome stays as it is: only the same bytes under the same name can settle it.
        """
        taken = 0
        for (campaign,) in self._in_state(run_id, CampaignStatus.UNSENT):
            body = self.body(campaign)
            leads = thaw_leads(body)
            out = set(hits([lead.phone for lead in leads]))
            if not out:
                continue
            kept = [lead for at, lead in enumerate(leads) if at not in out]
            with self._writing() as connection:
                if kept:
                    name = self.campaign(campaign).name
                    connection.execute(
                        "UPDATE campaigns SET leads = ?, digest = ? WHERE id = ?",
                        (len(kept), leads_digest(encode_leads(kept)), campaign),
                    )
                    put_body(connection, campaign, refreeze(body, name, kept))
                else:
                    connection.execute("DELETE FROM campaigns WHERE id = ?", (campaign,))
                self._exclude(connection, run_id, [leads[at].phone for at in sorted(out)], code)
            taken += len(out)
        self._forget_known()
        return taken

    def waiting_among(self, run_id: str, hits: Hits) -> int:
        """Return how many of the numbers that `hits` finds are in the run's campaigns of unknown outcome."""
        campaigns = self._in_state(run_id, *DOUBTFUL)
        return sum(len(hits([lead.phone for lead in thaw_leads(self.body(id_))])) for (id_,) in campaigns)

    def _in_state(self, run_id: str, *states: CampaignStatus) -> list[tuple[int]]:
        return self._rows(_OPEN.format(", ".join("?" * len(states))), (run_id, *states))

    def _exclude(self, connection: sqlite3.Connection, run_id: str, phones: Sequence[str], code: str) -> None:
        seq, account = connection.execute("SELECT seq, account FROM runs WHERE id = ?", (run_id,)).fetchone()
        rows = [LeftOutRow(0, 0, LeftOutKind.EXCLUDED, code, phone=phone) for phone in phones]
        connection.executemany(
            "INSERT INTO left_out (run, kind, count, content) VALUES (?, ?, ?, ?)",
            [(seq, kind, count, content) for kind, (count, content) in pack(rows).items()],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO left_phones VALUES (?, ?, ?, ?)",
            [(number, seq, LeftOutKind.EXCLUDED, code) for number in Hasher(self._key, account).numbers(phones)],
        )
