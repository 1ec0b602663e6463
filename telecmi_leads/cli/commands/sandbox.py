"""sandbox: the stand-in for the service as a server of its own, until Ctrl-C."""

from __future__ import annotations

import os
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from telecmi_leads.cli.session import begin
from telecmi_leads.cli.signals import Signals, Stopped
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import ExitCode, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.sandbox import Form, Sandbox, parse_fault
from telecmi_leads.settings import option_values as checks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telecmi_leads.output.console import Console
    from telecmi_leads.sandbox import Fault, Received

_Number = TypeVar("_Number", int, float)


def serve(*, port: str, latency: str, form: str, faults: Sequence[str]) -> int:
    """Run the stand-in until a signal ends it, with a line for each request."""
    console = begin({}).console
    signals = Signals()
    with signals.caught():
        try:
            with Sandbox(
                port=_number("--port", port, checks.whole(0, 65535)),
                latency=_number("--latency", latency, checks.milliseconds),
                form=_form(form),
                faults=[_fault(text) for text in faults],
                on_request=lambda received: _log(console, received),
            ) as sandbox:
                console.line(f"The sandbox listens at {sandbox.url} until Ctrl-C. Its address holds the token of this")
                console.line("start, and whoever does not know it is refused. In another terminal:")
                for name, value in (("BASE_URL", sandbox.url), ("APP_ID", "1111112"), ("SECRET", "any-secret")):
                    console.line(_assigned(f"TELECMI_{name}", value))
                Clock().idle(SimpleQueue(), None)
        except Stopped:
            pass
    return ExitCode.OK


def _assigned(name: str, value: str) -> str:
    return f'  $env:{name} = "{value}"' if os.name == "nt" else f"  export {name}={value}"


def _number(option: str, text: str, check: Callable[[str], _Number]) -> _Number:
    try:
        return check(text)
    except ValueError as problem:
        raise UsageError(f"{option} {safe(text)!r} can't be used: {problem}.") from None


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
