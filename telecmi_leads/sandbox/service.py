"""What the service would do with a request, apart from sockets: judge it, store it, log it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.sandbox import rules
from telecmi_leads.sandbox.faults import FaultBook
from telecmi_leads.sandbox.state import Accounts, Campaigns, Log, Received

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UPLOAD_PATH = "/v3/leads/add"
BALANCE_PATH = "/v2/balance"


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a request: the verdict, and how many leads it put in."""

    verdict: rules.Verdict
    leads: int


class Service:
    """The stand-in's memory and judgement. `latency` is in seconds; `in_body` chooses the form of business errors."""

    def __init__(
        self,
        *,
        latency: float,
        in_body: bool,
        accounts: Mapping[int, str] | None,
        on_request: Callable[[Received], None] | None,
    ) -> None:
        self.latency = latency
        self.in_body = in_body
        self.accounts = Accounts(accounts)
        self.campaigns = Campaigns()
        self.faults = FaultBook()
        self.log = Log(on_request)

    def judge(self, body: bytes, content_type: str) -> tuple[rules.Verdict, rules.Upload | None]:
        """Check a request up to the point where its name counts: shape, phones, credentials, duplicates."""
        try:
            upload = rules.read_upload(body, content_type)
        except rules.Refused as refused:
            return refused.verdict, None
        if not self.accounts.admit(upload.app_id, upload.secret):
            return rules.NO_ACCOUNT, upload
        return (rules.DUPLICATES if upload.duplicates else rules.ADDED), upload

    def store(self, verdict: rules.Verdict, upload: rules.Upload | None, *, half: bool = False) -> Stored:
        """Store what `judge` let pass; the name decides here, under the lock."""
        if upload is None or verdict != rules.ADDED:
            return Stored(verdict, 0)
        users, count = upload.users, len(upload.phones)
        if half:
            first = msgspec.json.decode(users, type=list[msgspec.Raw])[: max(count // 2, 1)]
            users, count = msgspec.json.encode(first), len(first)
        if self.campaigns.add(upload.app_id, upload.name, users):
            return Stored(verdict, count)
        return Stored(rules.NAME_EXISTS, 0)

    def balance(self, body: bytes, content_type: str) -> tuple[rules.Verdict, dict[str, object]]:
        """Answer v2/balance: the verdict and the JSON object."""
        try:
            app_id, secret = rules.read_balance_query(body, content_type)
        except rules.Refused as refused:
            verdict = refused.verdict
        else:
            if self.accounts.admit(app_id, secret):
                return rules.ADDED, {"code": 200, "expire": "2099-12-31", "sms": 0, "balance": 1000}
            verdict = rules.NO_ACCOUNT
        return verdict, {"code": verdict.status, "msg": verdict.message}
