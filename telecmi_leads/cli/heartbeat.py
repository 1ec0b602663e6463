"""The heartbeat: a monitor of scheduled jobs hears that a command begins and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.settings.options import HeartbeatOptions, TrialOptions

if TYPE_CHECKING:
    from telecmi_leads.cli.session import Session


class Heartbeat:
    """Tells a monitor how the command fares; whether anybody hears it never changes how it ends."""

    def __init__(self, session: Session, *, sends: bool) -> None:
        self._session = session
        self._url = session.settings[HeartbeatOptions].heartbeat if sends else None
        if session.settings[TrialOptions].dry_run:
            self._url = None

    def begun(self) -> bool:
        """Tell that the command begins; return whether that was heard, or nobody listens."""
        return self._tell("START")

    def ended(self, *, complete: bool) -> bool:
        """Tell how it ended; return whether that was heard, or nobody listens."""
        return self._tell("SUCCESS" if complete else "FAIL")

    def _tell(self, beat: str) -> bool:
        if self._url is None:
            return True
        # Imported here: a command without a heartbeat may send nothing, and needs nothing of what sends.
        from telecmi_leads.sending.client import Beat, ping

        return ping(self._url, Beat[beat], self._session.environment)
