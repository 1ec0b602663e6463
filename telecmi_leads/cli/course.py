"""The course of a command that prepares or sends leads: whatever happens, one summary and one exit code."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.cli.heartbeat import Heartbeat
from telecmi_leads.cli.session import Session, begin
from telecmi_leads.cli.signals import Signals, Stopped
from telecmi_leads.core import wording
from telecmi_leads.core.errors import ExitCode, InputRefused, LeadsError, NoPhoneColumn, unforeseen
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import LeadTotals, Problem, RunStatus, RunSummary, StopCause, Suggested
from telecmi_leads.output.reports import summarise, summary_json
from telecmi_leads.settings.options import TrialOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from telecmi_leads.core.run import LeftOutCount, RunStopping
    from telecmi_leads.core.wording.endings import LeftWaiting
    from telecmi_leads.leads.prepare import Prepared
    from telecmi_leads.leads.screening import ExcludeList
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
    warnings: list[tuple[WarningCode, str]] = field(default_factory=list)
    left_waiting: LeftWaiting | None = None
    waiting_elsewhere: int | None = None
    lists: Sequence[ExcludeList] = ()

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
        self.signals.spare_no_more()
        self.run = self.name = self.known = self.prepared = self.left_waiting = self.waiting_elsewhere = None
        self.reports, self.warnings, self.lists = {}, [], ()

    def warn(self, text: str, code: WarningCode) -> None:
        """Say what deserves a look, at once and in the summary."""
        self.session.console.warning(text)
        self.warnings.append((code, text))

    def with_warnings(self, summary: RunSummary) -> RunSummary:
        """Return a summary with all that was warned of so far."""
        guess = self.prepared.guess if self.prepared else None
        return replace(warned_of(summary, self.warnings), guess=guess)

    def nothing_to_do(self) -> RunSummary:
        """Return the summary of a `resume` that found nothing to do."""
        return self._summary(RunStatus.COMPLETE, ExitCode.OK, None)

    def failed(self, error: LeadsError) -> RunSummary:
        """Return the summary of a command that an error ended."""
        status = RunStatus.REFUSED if isinstance(error, InputRefused) else RunStatus.FAILED
        if self.run is not None:
            # What is in is in, though a report could not be written.
            status = RunStatus.UNFINISHED if self.known is None else self.known.leads.status
        problem = Problem(error.code, error.message, self._hint(error))
        return wording.with_next_command(self._summary(status, error.exit_code, problem))

    def _hint(self, error: LeadsError) -> str:
        """Return what to do about an error, with the command that names the run where one came to be."""
        if isinstance(error, NoPhoneColumn) and error.path is not None:
            options = self.session.typed.of(Suggested.COLUMNS)
            look = wording.command("columns", wording.operand(error.path), *options)
            again = wording.again("upload" if self.name else "validate", self.session.typed, *error.maps)
            if error.maps and again:
                return f"If its people are to be called: {again}"
            return f"{error.hint} To see how the file was read: {look}"
        remedy = error.remedy
        if remedy is None or self.run is None or self._rehearses:
            return error.hint
        if self.known is not None and self.known.leads.status is RunStatus.UNFINISHED:  # writes the reports as well
            return f"{remedy.first}, then: {self._going_on(self.known, self.run, *remedy.options)}"
        options = (*remedy.options, *self.session.typed.of(Suggested(remedy.verb)))
        return f"{remedy.first}, then: {wording.command(remedy.verb, self.run, *options)}"

    def _going_on(self, known: RunSummary, run: str, *options: str) -> str:
        """Return the command that goes on with the run, which settles what was refused in doubt."""
        in_doubt = any(each.isolate_settles for each in known.campaigns)
        return wording.go_on(run, self.session.typed, in_doubt=in_doubt, more=options)

    @property
    def _rehearses(self) -> bool:
        """Tell whether nothing of the run stays, so that no later command can name it."""
        return self.session.settings[TrialOptions].sandbox

    def stopped(self, cause: StopCause) -> RunSummary:
        """Return the summary of a command that a signal ended while it was not sending, before or afterwards."""
        code = _CODES[cause]
        if self.known is not None and self.known.leads.status is RunStatus.COMPLETE and self.left_waiting is None:
            self.session.console.note("Stopped when all was in; the reports may not be whole.")
            return self._summary(RunStatus.COMPLETE, ExitCode.OK, None)
        problem = Problem(cause.value, "Stopped before anything was sent.", "Run the same command again.")
        if self.known is not None and self.run is not None and not self._rehearses:
            says = "Stopped while nothing was under way; what was sent before is in the ledger."
            problem = Problem(cause.value, says, f"Go on with: {self._going_on(self.known, self.run)}")
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


_NOT_TOLD = ("The heartbeat could not be told.", WarningCode.HEARTBEAT_NOT_TOLD)


def warned_of(summary: RunSummary, warnings: Sequence[tuple[WarningCode, str]]) -> RunSummary:
    """Return a summary with these warnings: their sentences, and how many there are of each code."""
    codes = Counter(code.code for code, _ in warnings)
    return replace(summary, warnings=tuple(text for _, text in warnings), warning_codes=dict(codes))


def _warned_besides(summary: RunSummary, text: str, code: WarningCode) -> RunSummary:
    """Return a summary with one warning more."""
    codes = Counter(summary.warning_codes)
    codes[code.code] += 1
    return replace(summary, warnings=(*summary.warnings, text), warning_codes=dict(codes))


def run_to_end(
    given: dict[str, Any], body: Callable[[Course], RunSummary], *, sends: bool, files: Sequence[str] = ()
) -> int:
    """Run a command's body; show its summary or why it failed, return the exit code.

    Where it `sends`, and this is not a dry run, the heartbeat hears of its beginning and its end.
    """
    course = Course(begin(given, files))
    session = course.session
    session.console.follow_run(session.clock.now)
    heartbeat = Heartbeat(session, sends=sends)
    if session.settings[TrialOptions].sandbox:
        session.console.note(SANDBOX_BANNER)
    with course.signals.caught():
        try:
            if not heartbeat.begun():
                course.warn(*_NOT_TOLD)
            summary = body(course)
        except LeadsError as error:
            summary = course.failed(error)
        except Stopped as stopped:
            summary = course.stopped(stopped.cause)
        except Exception as unexpected:  # noqa: BLE001 - also then there is a summary, and the heartbeat hears of it
            summary = course.failed(unforeseen(unexpected))
        with suppress(Stopped):  # whoever can't wait cuts short what is said of the end, not the end
            # Before the end is shown: nothing may come behind the verdict and the next command.
            if not heartbeat.ended(complete=summary.exit_code == ExitCode.OK):
                session.console.warning(_NOT_TOLD[0])
                summary = _warned_besides(summary, *_NOT_TOLD)
        with suppress(Stopped):
            show_end(session, summary)
    return summary.exit_code


def show_end(session: Session, summary: RunSummary) -> None:
    """Show the summary of a command, or of one of several runs of it, and why it failed."""
    if session.output.json:
        session.console.json(summary_json(summary))
    session.console.summary(summary)


# --- exit codes -----------------------------------------------------------------------------------

_CODES = {
    StopCause.INTERRUPTED: ExitCode.INTERRUPTED,
    StopCause.TERMINATED: ExitCode.TERMINATED,
    StopCause.ACCOUNT_REFUSED: ExitCode.SETTINGS,
    StopCause.MISDIRECTED: ExitCode.SETTINGS,
}


_WORST_FIRST = (
    *(ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.BUG, ExitCode.LEDGER, ExitCode.USAGE),
    *(ExitCode.SETTINGS, ExitCode.LOCKED, ExitCode.INPUT, ExitCode.UNFINISHED, ExitCode.REFUSED, ExitCode.OK),
)


def worst(codes: Iterable[int]) -> ExitCode:
    """Return the exit code of several runs: the first of these that one of them has."""
    found = set(codes)
    return next(code for code in _WORST_FIRST if code in found)


def stop_code(cause: StopCause) -> ExitCode:
    """Return the exit code of what did not begin, or did not end, since somebody asked to stop."""
    return _CODES[cause]


def end_code(leads: LeadTotals, stopping: RunStopping | None) -> ExitCode:
    """Return a run's exit code. What is all in is complete, whoever asked it to stop meanwhile."""
    if leads.status is RunStatus.UNFINISHED:
        return _CODES.get(stopping.cause, ExitCode.UNFINISHED) if stopping else ExitCode.UNFINISHED
    return ExitCode.REFUSED if leads.refused else ExitCode.OK
