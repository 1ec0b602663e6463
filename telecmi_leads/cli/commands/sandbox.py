"""sandbox: the stand-in for the service as a server of its own, until Ctrl-C."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from telecmi_leads.cli.session import begin
from telecmi_leads.cli.signals import Signals, Stopped
from telecmi_leads.core.errors import ExitCode, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.sandbox import Form, Sandbox, parse_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.output.console import Console
    from telecmi_leads.sandbox import Fault, Received


def serve(*, port: int, latency: float, form: str, faults: Sequence[str]) -> int:
    """Run the stand-in until a signal ends it, with a line for each request."""
    console = begin({}).console
    signals = Signals()
    with signals.caught():
        try:
            with Sandbox(
                port=port,
                latency=latency,
                form=_form(form),
                faults=[_fault(text) for text in faults],
                on_request=lambda received: _log(console, received),
            ) as sandbox:
                console.line(f"The stand-in listens at {sandbox.url} until Ctrl-C. In another terminal:")
                console.line(f"  export TELECMI_BASE_URL={sandbox.url}")
                console.line("  export TELECMI_APP_ID=1111112 TELECMI_SECRET=any-secret")
                threading.Event().wait()
        except Stopped:
            pass
    return ExitCode.OK


def _form(text: str) -> Form:
    try:
        return Form(text)
    except ValueError:
        raise UsageError(f"--form {safe(text)!r} can't be used: give http or body.") from None


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as problem:
        raise UsageError(f"--fault {safe(text)!r} can't be used: {problem}") from None


def _log(console: Console, received: Received) -> None:
    answer = received.status if received.status is not None else "no answer"
    about = f"{received.name}, {received.leads} leads: " if received.name else ""
    console.line(
        f"{received.path} {about}{answer} {received.message}{f' [{received.fault}]' if received.fault else ''}"
    )
