"""The course of a command that prepares or sends leads: whatever happens, one summary and one exit code."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.cli.session import Session, begin
from telecmi_leads.cli.signals import Signals, Stopped
from telecmi_leads.core.errors import ExitCode, InputRefused, LeadsError, unforeseen
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import LeadTotals, Problem, RunStatus, RunSummary, StopCause, Suggested
from telecmi_leads.core.wording import command, next_steps
from telecmi_leads.output.reports import summarise, summary_json
from telecmi_leads.settings.options import HeartbeatOptions, TrialOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from telecmi_leads.cli.run_end import LeftWaiting
    from telecmi_leads.core.reasons import WarningCode
    from telecmi_leads.core.run import LeftOutCount
    from telecmi_leads.leads.prepare import Prepared
    from telecmi_leads.ledger import Ledger

SANDBOX_BANNER = "SANDBOX: a rehearsal. Nothing reaches TeleCMI, nothing is remembered."
_NO_ROWS = RowTotals()


class Course(Struct):
    """How far a command has come: what its summary can tell should it fail."""

    session: Session
    signals: Signals = field(default_factory=Signals)
    name: str | None = None
    pattern: str = ""
    run: str | None = None
    dry_run: bool = False
    prepared: Prepared | None = None
    reports: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOutCount, ...] = ()
    known: RunSummary | None = None
    warnings: list[str] = field(default_factory=list)
    warned: Counter[str] = field(default_factory=Counter)
    left_waiting: LeftWaiting | None = None
    waiting_elsewhere: int | None = None

    @contextmanager
    def accounted(self, ledger: Ledger, run_id: str) -> Iterator[None]:
        """Keep what the ledger knows of a run where the block fails: it can be read when it can't be written."""
        try:
            yield
        except (Exception, Stopped):
            with suppress(LeadsError):
                self.known = summarise(ledger, run_id, exit_code=ExitCode.OK, status=RunStatus.UNFINISHED)
            raise

    def begin_anew(self) -> None:
        """Forget one run before the next, so that each summary tells of its own."""
        self.run = self.name = self.known = self.prepared = self.left_waiting = self.waiting_elsewhere = None
        self.reports, self.warnings, self.warned = {}, [], Counter()

    def warn(self, text: str, code: WarningCode) -> None:
        """Say what deserves a look, at once and in the summary."""
        self.session.console.warning(text)
        self.warnings.append(text)
        self.warned[code.code] += 1

    def with_warnings(self, summary: RunSummary) -> RunSummary:
        """Return a summary with all that was warned of so far."""
        guess = self.prepared.guess if self.prepared else None
        return replace(summary, warnings=tuple(self.warnings), warning_codes=dict(self.warned), guess=guess)

    def nothing_to_do(self, why: str) -> RunSummary:
        """Return the summary of a command that found nothing to do."""
        self.session.console.note(why)
        return self._summary(RunStatus.COMPLETE, ExitCode.OK, None)

    def failed(self, error: LeadsError) -> RunSummary:
        """Return the summary of a command that an error ended."""
        status = RunStatus.REFUSED if isinstance(error, InputRefused) else RunStatus.FAILED
        if self.run is not None:
            # What is in is in, though a report could not be written.
            status = RunStatus.UNFINISHED if self.known is None else self.known.leads.status
        problem = Problem(error.code, error.message, self._hint(error))
        summary = self._summary(status, error.exit_code, problem)
        step = next((step for step in next_steps(summary) if step.commands), None)
        if self.run is None and step is not None:  # the screen shows this command: the JSON tells the same
            problem = replace(problem, hint=f"{step.text} {step.commands[0]}")
        return replace(summary, error=problem)

    def _hint(self, error: LeadsError) -> str:
        """Return what to do about an error, with the command that names the run where one came to be."""
        remedy = error.remedy
        if remedy is None or self.run is None or self._rehearses:
            return error.hint
        options = (*remedy.options, *self.session.typed.of(Suggested(remedy.verb)))
        return f"{remedy.first}, then: {command(remedy.verb, self.run, *options)}"

    @property
    def _rehearses(self) -> bool:
        """Tell whether nothing of the run stays, so that no later command can name it."""
        return self.session.settings[TrialOptions].sandbox

    def stopped(self, cause: StopCause) -> RunSummary:
        """Return the summary of a command that a signal ended while it was not sending, before or afterwards."""
        code = ExitCode.INTERRUPTED if cause is StopCause.INTERRUPTED else ExitCode.TERMINATED
        problem = Problem(cause.value, "Stopped before anything was sent.", "Run the same command again.")
        if self.known is not None and self.run is not None and not self._rehearses:
            says = "Stopped while nothing was under way; what was sent before is in the ledger."
            again = command("resume", self.run, *self.session.typed.of(Suggested.RESUME))
            problem = Problem(cause.value, says, f"Go on with: {again}")
        return self._summary(RunStatus.UNFINISHED, code, problem)

    def _summary(self, status: RunStatus, code: ExitCode, problem: Problem | None) -> RunSummary:
        if self.known is not None:
            told = replace(self.known, status=status, exit_code=code, error=problem, reports=self.reports)
            return self.with_warnings(replace(told, typed=self.session.typed))
        rows = self.prepared.rows if self.prepared else _NO_ROWS
        summary = RunSummary(
            run=self.run,
            name=self.name,
            dry_run=self.dry_run,
            status=status,
            exit_code=code,
            rows=rows,
            # Once a run came to be, only its ledger knows where its leads are, and that could not be read.
            leads=LeadTotals(unsent=rows.leads) if self.run is None else LeadTotals(unknown=rows.leads),
            rejections=self.prepared.rejections if self.prepared else {},
            repairs=self.prepared.repairs if self.prepared else {},
            skipped=self.prepared.skipped if self.prepared else {},
            campaigns=(),
            tables=(),
            reports=self.reports,
            error=problem,
            typed=self.session.typed,
            left_out=self.left_out,
            sandbox=self._rehearses,
        )
        return self.with_warnings(summary)


def run_to_end(
    given: dict[str, Any], body: Callable[[Course], RunSummary], *, sends: bool, files: Sequence[str] = ()
) -> int:
    """Run a command's body; show its summary or why it failed, return the exit code.

    Where it `sends`, and this is not a dry run, the heartbeat hears of its beginning and its end.
    """
    course = Course(begin(given, files))
    session = course.session
    session.console.follow_run(session.clock.now)
    heartbeat = _Heartbeat(session, sends=sends)
    if session.settings[TrialOptions].sandbox:
        session.console.note(SANDBOX_BANNER)
    with course.signals.caught():
        try:
            heartbeat.begun()
            summary = body(course)
        except LeadsError as error:
            summary = course.failed(error)
        except Stopped as stopped:
            summary = course.stopped(stopped.cause)
        except Exception as unexpected:  # noqa: BLE001 - also then there is a summary, and the heartbeat is told
            summary = course.failed(unforeseen(unexpected))
        with suppress(Stopped):  # whoever can't wait cuts short what is said of the end, not the end
            show_end(session, summary)
            heartbeat.ended(complete=summary.exit_code == ExitCode.OK)
    return summary.exit_code


def show_end(session: Session, summary: RunSummary) -> None:
    """Show the summary of a command, or of one of several runs of it, and why it failed."""
    if session.output.json:
        session.console.json(summary_json(summary))
    session.console.summary(summary)


class _Heartbeat:
    """Tells a monitor how the command fares; whether anybody hears it never changes how it ends."""

    def __init__(self, session: Session, *, sends: bool) -> None:
        self._session = session
        self._url = session.settings[HeartbeatOptions].heartbeat if sends else None
        if session.settings[TrialOptions].dry_run:
            self._url = None

    def begun(self) -> None:
        self._tell("START")

    def ended(self, *, complete: bool) -> None:
        self._tell("SUCCESS" if complete else "FAIL")

    def _tell(self, beat: str) -> None:
        if self._url is None:
            return
        from telecmi_leads.sending.client import Beat, ping

        if not ping(self._url, Beat[beat], self._session.environment):
            self._session.console.warning("The heartbeat could not be told.")
