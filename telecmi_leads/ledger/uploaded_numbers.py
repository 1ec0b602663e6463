"""Who was uploaded before: for a million numbers at once (`--new-only`), and for one of them (`explain`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, thaw_leads
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.ledger.packed_rows import as_typed
from telecmi_leads.ledger.phone_hashes import BUCKETS, Hasher, among, bucket_of, campaigns_of, id_bytes, split
from telecmi_leads.ledger.queries import Reading
from telecmi_leads.ledger.records import SETTLED, Fate, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_EVER = -(2**63)
_PENDING_BODIES = """
SELECT b.body FROM runs r JOIN campaigns c ON c.run = r.seq JOIN bodies b ON b.campaign = c.id
WHERE r.account = ? AND r.state = 'planned' AND c.split = 0
    AND c.status NOT IN (?, ?)
"""
_FRESH = """
SELECT f.hashes FROM fresh f JOIN campaigns c ON c.id = f.campaign JOIN runs r ON r.seq = c.run
WHERE r.account = ? AND c.settled >= ?
"""


class Numbers(Reading):
    """The part of the ledger that recognises numbers."""

    def uploaded_among(self, account: str, phones: Sequence[str], since: datetime | None) -> list[bool]:
        """Tell for each number (E.164 digits) whether the account has uploaded it, ever or since a time.

        Numbers in unverified campaigns count, and so do those that wait in an unfinished run, since `resume` will
        send them.
        """
        hashes = Hasher(self._key, account).numbers(phones)
        waiting = self._waiting_hashes(account, since)
        recent = None if since is None else (self._column("ids"), self._campaigns_since(since))
        return among(hashes, self._column("tails"), waiting, recent)

    def fates(self, phone: str) -> list[Fate]:
        """Return what became of a number (E.164 digits) in every run that knows it, newest first."""
        found: list[Fate] = []
        for (account,) in self._rows("SELECT DISTINCT account FROM runs"):
            number = Hasher(self._key, account).numbers([phone])[0]
            found += self._accepted(account, number)
            found += self._left_out(account, number)
            found += self._still_here(account, phone)
        return sorted(found, key=lambda fate: fate.when, reverse=True)

    def fates_as_typed(self, text: str) -> list[Fate]:
        """Return where what is no number was rejected, by what stood in the cell; newest first."""
        wanted = as_typed(text)
        found: list[Fate] = []
        for (account,) in self._rows("SELECT DISTINCT account FROM runs") if wanted else []:
            found += self._left_out(account, Hasher(self._key, account).numbers([wanted])[0])
        return sorted(found, key=lambda fate: fate.when, reverse=True)

    def _column(self, name: str) -> list[bytes]:
        """Return the tails or the ids of all buckets, b"" for an empty one; read once."""
        if name not in self._columns:
            column = [b""] * BUCKETS
            for bucket, *both in self._stream("SELECT bucket, tails, ids FROM uploaded"):
                column[bucket] = both[name == "ids"]
            self._columns[name] = column
        return self._columns[name]

    def _campaigns_since(self, since: datetime) -> frozenset[bytes]:
        if since not in self._since:
            rows = self._stream("SELECT id FROM campaigns WHERE settled >= ?", (to_micros(since),))
            self._since = {since: frozenset(id_bytes(id_) for (id_,) in rows)}
        return self._since[since]

    def _waiting_hashes(self, account: str, since: datetime | None) -> frozenset[bytes]:
        """Return the hashes that the buckets do not hold yet; read once.

        These are the numbers that unfinished runs will still send, or have sent and can't prove; and those of
        campaigns accepted by a run that has not ended, or was killed.
        """
        asked = (account, since)
        if asked not in self._waiting:
            hasher = Hasher(self._key, account)
            waiting: set[bytes] = set()
            for (body,) in self._stream(_PENDING_BODIES, (account, *SETTLED)):
                waiting.update(hasher.numbers([lead.phone for lead in thaw_leads(body)]))
            for (blob,) in self._stream(_FRESH, (account, _EVER if since is None else to_micros(since))):
                waiting.update(split(blob))
            self._waiting[asked] = frozenset(waiting)
        return self._waiting[asked]

    def _accepted(self, account: str, number: bytes) -> list[Fate]:
        rows = self._rows(
            "SELECT r.id, r.name, c.settled, c.name, c.status FROM campaigns c JOIN runs r ON r.seq = c.run"
            " WHERE c.id IN (SELECT value FROM json_each(?))",
            (json.dumps(self._campaigns_holding(number)),),
        )
        return [
            Fate(account, run, run_name, from_micros(settled), name, CampaignStatus(status))
            for run, run_name, settled, name, status in rows
        ]

    def _campaigns_holding(self, number: bytes) -> list[int]:
        found = self._rows("SELECT tails, ids FROM uploaded WHERE bucket = ?", (bucket_of(number),))
        campaigns = [campaign for bucket in found for campaign in campaigns_of(bucket, number)]
        fresh = self._stream("SELECT campaign, hashes FROM fresh")
        return campaigns + [campaign for campaign, hashes in fresh if number in split(hashes)]

    def _left_out(self, account: str, number: bytes) -> list[Fate]:
        rows = self._rows(
            "SELECT r.id, r.name, r.created, l.kind, l.code FROM left_phones l JOIN runs r ON r.seq = l.run"
            " WHERE l.hash = ?",
            (number,),
        )
        return [
            Fate(account, run, run_name, from_micros(created), left_out=LeftOutKind(kind), code=code)
            for run, run_name, created, kind, code in rows
        ]

    def _still_here(self, account: str, phone: str) -> list[Fate]:
        """Look into the requests that the ledger still holds: the phone is a JSON string of digits there."""
        needle = f'"phone":"{phone}"'.encode()
        rows = self._stream(
            "SELECT r.id, r.name, coalesce(c.settled, r.created), c.name,"
            " c.status, b.body"
            " FROM bodies b JOIN campaigns c ON c.id = b.campaign JOIN runs r ON r.seq = c.run"
            " WHERE r.account = ? AND r.state IN ('planned', 'finished') AND c.split = 0",
            (account,),
        )
        return [
            Fate(account, run, run_name, from_micros(when), name, CampaignStatus(status).to_outsiders)
            for run, run_name, when, name, status, body in rows
            if needle in body
        ]
