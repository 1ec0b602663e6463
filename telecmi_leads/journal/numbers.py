"""Who was uploaded before: for a million numbers at once (`--new-only`), and for one of them (`explain`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from telecmi_leads.journal.hashing import Hasher
from telecmi_leads.journal.reading import Reading
from telecmi_leads.journal.values import Fate, from_micros, to_micros
from telecmi_leads.models import CampaignStatus, LeftOutKind
from telecmi_leads.requests_format import thaw_leads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_EVER = -(2**63)
_PENDING_BODIES = """
SELECT b.body FROM runs r JOIN campaigns c ON c.run = r.seq JOIN bodies b ON b.campaign = c.id
WHERE r.account = ? AND r.state = 'planned' AND c.split = 0
    AND c.status IN ('unsent', 'sending', 'unknown', 'unverified')
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
        known = {*waiting.intersection(hashes), *self._uploaded_hashes(hashes.tolist(), since)}
        return [number in known for number in hashes]

    def fates(self, phone: str) -> list[Fate]:
        """Return what became of a number (E.164 digits) in every run that knows it, newest first."""
        found: list[Fate] = []
        for (account,) in self._rows("SELECT DISTINCT account FROM runs"):
            number = Hasher(self._key, account).numbers([phone])[0]
            found += self._accepted(account, number)
            found += self._left_out(account, number)
            found += self._still_here(account, phone)
        return sorted(found, key=lambda fate: fate.when, reverse=True)

    def _uploaded_hashes(self, hashes: list[int], since: datetime | None) -> set[int]:
        wanted = json.dumps(sorted(hashes))
        if since is None:
            sql = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM uploaded WHERE hash = value)"
            return {number for (number,) in self._rows(sql, (wanted,))}
        sql = (
            "SELECT value FROM json_each(?) WHERE EXISTS"
            " (SELECT 1 FROM uploaded u JOIN campaigns c ON c.id = u.campaign WHERE u.hash = value AND c.settled >= ?)"
        )
        return {number for (number,) in self._rows(sql, (wanted, to_micros(since)))}

    def _waiting_hashes(self, account: str, since: datetime | None) -> frozenset[int]:
        """Return the hashes that the tree of uploaded numbers does not hold yet; read once.

        These are the numbers that unfinished runs will still send, or have sent and can't prove; and those of
        campaigns accepted by a run that has not ended, or was killed.
        """
        asked = (account, since)
        if asked not in self._waiting:
            hasher = Hasher(self._key, account)
            waiting: set[int] = set()
            for (body,) in self._stream(_PENDING_BODIES, (account,)):
                waiting.update(hasher.numbers([lead.phone for lead in thaw_leads(body)]))
            for (blob,) in self._stream(_FRESH, (account, _EVER if since is None else to_micros(since))):
                waiting.update(memoryview(blob).cast("q"))
            self._waiting[asked] = frozenset(waiting)
        return self._waiting[asked]

    def _accepted(self, account: str, number: int) -> list[Fate]:
        rows = self._rows(
            "SELECT r.id, r.name, c.settled, c.name, c.status FROM campaigns c JOIN runs r ON r.seq = c.run"
            " WHERE c.id IN (SELECT campaign FROM uploaded WHERE hash = ? UNION SELECT value FROM json_each(?))",
            (number, json.dumps(self._fresh_holding(number))),
        )
        return [
            Fate(account, run, run_name, from_micros(settled), name, CampaignStatus(status))
            for run, run_name, settled, name, status in rows
        ]

    def _fresh_holding(self, number: int) -> list[int]:
        rows = self._stream("SELECT campaign, hashes FROM fresh")
        return [campaign for campaign, blob in rows if number in memoryview(blob).cast("q").tolist()]

    def _left_out(self, account: str, number: int) -> list[Fate]:
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
            " replace(c.status, 'sending', 'unknown'), b.body"
            " FROM bodies b JOIN campaigns c ON c.id = b.campaign JOIN runs r ON r.seq = c.run"
            " WHERE r.account = ? AND r.state IN ('planned', 'finished') AND c.split = 0",
            (account,),
        )
        return [
            Fate(account, run, run_name, from_micros(when), name, CampaignStatus(status))
            for run, run_name, when, name, status, body in rows
            if needle in body
        ]
