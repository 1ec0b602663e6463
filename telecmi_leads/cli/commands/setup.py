"""setup: App id, secret and region asked of a person, tried on the service, and kept in `.env`."""

from __future__ import annotations

import getpass
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.cli import readiness
from telecmi_leads.cli.session import Session, begin
from telecmi_leads.core import private
from telecmi_leads.core.errors import ExitCode, Interrupted, LeadsError, ServiceNotAsked, SettingsError, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.output.console import Console
from telecmi_leads.phones import is_region
from telecmi_leads.settings import option_values as checks
from telecmi_leads.settings.accounts import app_id_of, secret_of
from telecmi_leads.settings.options import OutputOptions
from telecmi_leads.settings.setting_files import ENV_NAME, env_text, env_with
from telecmi_leads.settings.surroundings import language_region, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRIES = 3
_VARIABLES = {"app_id": "TELECMI_APP_ID", "secret": "TELECMI_SECRET", "region": "TELECMI_REGION"}


def setup(given: dict[str, Any]) -> int:
    """Ask for App id, secret and region, keep them in `.env` once the service takes them, and look at the folders.

    Raises UsageError where nobody is there to answer, SettingsError where the service refuses three times.
    """
    path = Path(given.get("env_file") or ENV_NAME)
    session = _session(path, {})
    if not session.console.is_answered:
        raise UsageError(
            "setup asks a person, and nobody is here to answer.",
            hint="In scripts set TELECMI_APP_ID and TELECMI_SECRET in the environment, and TELECMI_REGION if needed.",
        )
    before = env_text(path)
    say = session.console.note
    say("App id and secret are in the TeleCMI dashboard (CHUB), under Developer settings.")
    place = " in this folder" if path.parent == Path() else ""
    say(f"They are kept in {safe(str(path))}{place}; only you can read that file.")
    if before is not None and not _may_change(session, path):
        say(f"{safe(str(path))} is as it was.")
        return ExitCode.OK
    answers, trouble = _accepted(session, path)
    _save(path, env_with(before or "", {_VARIABLES[name]: text for name, text in answers.items()}, path))
    say(f"✓ Saved in {safe(str(path))}.")
    return _ended(_session(path, answers), answers, trouble, path)


def _may_change(session: Session, path: Path) -> bool:
    asked = f"{safe(str(path))} is there already. Replace App id, secret and region in it? Its other lines stay."
    return session.console.confirm(asked)


def _accepted(session: Session, path: Path) -> tuple[dict[str, str], ServiceNotAsked | None]:
    """Return the answers that the service takes, or those that it could not be asked about, with the reason."""
    answers: dict[str, str] = {}
    for tries_left in reversed(range(_TRIES)):
        answers = _asked(session, answers.get("region", ""))
        trial = _session(path, answers)
        trial.announce()
        try:
            readiness.service(trial)
        except ServiceNotAsked as problem:
            return answers, problem
        except SettingsError as problem:
            if not tries_left or trial.settings.refusal:
                raise
            session.console.error(problem)
        else:
            return answers, None
    raise AssertionError("the last try returns or raises")


def _session(path: Path, answers: Mapping[str, str]) -> Session:
    """Return a session in which the answers hold as if they had been typed as options; it is never quiet."""
    named = {"env_file": str(path)} if path != Path(ENV_NAME) and path.exists() else {}
    session = begin({**named, **{name: text for name, text in answers.items() if text}})
    return replace(session, console=Console(OutputOptions(), terminal(session.environment)))


def _asked(session: Session, region: str) -> dict[str, str]:
    """Ask for all three; `region` is what was answered before, which an empty answer keeps."""
    console = session.console
    likely = language_region(session.environment)
    such_as = likely if is_region(likely) else "IN"
    choice = f"empty for {region}" if region else f"such as {such_as}, empty for none"
    question = f"Country of numbers without a country code ({choice}): "
    return {
        "app_id": _answer(session, lambda: console.ask("App id: "), _app_id),
        "secret": _answer(session, _secret, _secret_as_typed),
        "region": _answer(session, lambda: console.ask(question), lambda text: _region(text) or region),
    }


def _app_id(text: str) -> str:
    """Return an App id as it is stored. Raises SettingsError in words for a person who has no variable in mind."""
    try:
        return str(app_id_of(text))
    except SettingsError:
        agent = f"{safe(text)!r} is an agent's id. " if re.fullmatch("[0-9]+_[0-9]+", text.strip()) else ""
        raise SettingsError(f"{agent}The App id is a whole number, such as 4242424.") from None


def _secret_as_typed(text: str) -> str:
    try:
        return secret_of(text)
    except SettingsError as problem:
        raise SettingsError(problem.message.replace(_VARIABLES["secret"], "The secret"), hint=problem.hint) from None


def _answer(session: Session, ask: Callable[[], str], check: Callable[[str], str]) -> str:
    """Return an answer that has the right form; one that has not is asked for again at once."""
    while True:
        try:
            return check(ask())
        except EOFError:
            raise Interrupted from None
        except LeadsError as problem:
            session.console.note(f"{problem.message} {problem.hint}".strip())


def _secret() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown while it is typed
        try:
            return getpass.getpass("Secret (is not shown): ")
        except getpass.GetPassWarning:
            raise UsageError(
                "This terminal can't hide what is typed.", hint="Put TELECMI_SECRET into .env with an editor."
            ) from None


def _region(text: str) -> str:
    if not text.strip():
        return ""
    try:
        region = checks.region(text)
    except ValueError:
        region = ""
    if not is_region(region):
        raise UsageError(f"{safe(text.strip())!r} is not a country's two letters, such as IN, GB or AE.")
    return region


def _save(path: Path, text: str) -> None:
    try:
        private.write(path, text.encode())
    except OSError as problem:
        raise SettingsError(
            f"{safe(str(path))} can't be written: {problem.strerror or 'input/output error'}.",
            hint="Choose a folder of yours, or another file with --env-file.",
        ) from None


def _ended(session: Session, answers: Mapping[str, str], trouble: ServiceNotAsked | None, path: Path) -> int:
    """Say what came of it, look at the folders, and show the next command."""
    say = session.console.note
    folder = readiness.report_folder_usable(session)
    readiness.state_folder_usable(session)
    for name, variable in _VARIABLES.items():
        if session.environment.get(variable, answers[name]) != answers[name]:
            session.console.warning(f"{variable} in the environment is used before {safe(str(path))}.")
    if trouble is not None:
        session.console.error(trouble)
        return trouble.exit_code
    say(f"✓ TeleCMI accepts them. Reports go to {folder}.")
    say("Next, to see whether a file is fit (in place of FILE, its name):")
    say("  telecmi-leads validate FILE")
    return ExitCode.OK
