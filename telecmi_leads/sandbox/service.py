"""What the service would do with a request, apart from sockets: judge it, store it, log it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.sandbox import service_rules
from telecmi_leads.sandbox.faults import FaultBook
from telecmi_leads.sandbox.service_state import Accounts, Campaigns, Log, Received

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UPLOAD_PATH = "/v3/leads/add"
BALANCE_PATH = "/v2/balance"


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a request: the verdict, and how many leads it put in."""

    verdict: service_rules.Verdict
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

    def judge(self, body: bytes, content_type: str) -> tuple[service_rules.Verdict, service_rules.Upload | None]:
        """Check a request up to the point where its name counts: shape, phones, credentials, duplicates."""
        try:
            upload = service_rules.read_upload(body, content_type)
        except service_rules.Refused as refused:
            return refused.verdict, None
        if not self.accounts.admit(upload.app_id, upload.secret):
            return service_rules.NO_ACCOUNT, upload
        return (service_rules.DUPLICATES if upload.duplicates else service_rules.ADDED), upload

    def store(
        self, verdict: service_rules.Verdict, upload: service_rules.Upload | None, *, half: bool = False
    ) -> Stored:
        """Store what `judge` let pass; the name decides here, under the lock."""
        if upload is None or verdict != service_rules.ADDED:
            return Stored(verdict, 0)
        users, count = upload.users, len(upload.phones)
        if half:
            first = msgspec.json.decode(users, type=list[msgspec.Raw])[: max(count // 2, 1)]
            users, count = msgspec.json.encode(first), len(first)
        if self.campaigns.add(upload.app_id, upload.name, users):
            return Stored(verdict, count)
        return Stored(service_rules.NAME_EXISTS, 0)

    def balance(self, body: bytes, content_type: str) -> tuple[service_rules.Verdict, dict[str, object]]:
        """Answer v2/balance: the verdict and the JSON object."""
        try:
            app_id, secret = service_rules.read_balance_query(body, content_type)
        except service_rules.Refused as refused:
            verdict = refused.verdict
        else:
            if self.accounts.admit(app_id, secret):
                return service_rules.ADDED, {"code": 200, "expire": "2099-12-31", "sms": 0, "balance": 1000}
            verdict = service_rules.NO_ACCOUNT
        return verdict, {"code": verdict.status, "msg": verdict.message}
