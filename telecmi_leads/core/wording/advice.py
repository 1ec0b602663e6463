"""What to do next, with the commands to paste."""

from __future__ import annotations

from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.campaign import ISOLATE_BUDGET, CampaignStatus, OutcomeKind
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.reasons import Reason, WarningCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, Suggested
from telecmi_leads.core.wording.code_words import count
from telecmi_leads.core.wording.command_line import STANDARD_INPUT, argument, command, operand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import LeadTotals, RegionGuess, RunRecord, RunSummary, Typed

_RESOLVES_SHOWN = 3
_CAMPAIGNS_SHOWN = 5
_MANY = 20
"""A country is missing from the command where one row in so many lacks it; fewer are for a person to correct."""
_BAD_FILE = frozenset({"too_many_rejects", "no_leads"})
_IN_THE_WAY = frozenset({"exclude_list_failed", "report"})
"""Errors that the command to go on with would meet again: their own hint comes first."""
_TRIALS = frozenset({"dry_run", "sandbox"})
_OF_TRIALS = _TRIALS | frozenset({"json", "quiet", "show_phones", "report_dir"})
"""Options of a trial's command that the same command in earnest need not have."""


class Choice(Struct, frozen=True):
    """A command, and the case in which it is the right one; `case` is "" where there is no choice."""

    command: str
    case: str = ""


class NextStep(Struct, frozen=True):
    """Something to do: in words, and the commands to paste, if any.

    `after` is what holds where none of the commands fits. A step that `waits` is told in the report alone where
    another one comes first.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    after: str = ""
    waits: bool = False

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands alone."""
        return tuple(choice.command for choice in self.choices)


def next_steps(summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what is left for the user to do, most urgent first; () where there is nothing.

    The commands repeat what they need of the command line that ended.
    """
    if summary.runs:
        return tuple(_runs_steps(summary))
    # One cause explains all of it: any other advice would send the user to correct rows that are right.
    if _lacks_region(summary) and summary.run is None:
        return (_region_step(summary),)
    if summary.error is not None and summary.error.code in _BAD_FILE and summary.rows.rejected:
        return tuple(_bad_file_steps(summary))
    if summary.error is not None and summary.error.code in _IN_THE_WAY and summary.run is not None:
        return ()
    if summary.dry_run or summary.sandbox:
        return (*_trial_steps(summary), *_reject_steps(summary))
    correct: Sequence[NextStep] = ()
    if summary.run is not None and summary.name is not None and "refused" in summary.reports:
        correct = _correct_steps(
            summary.run, summary.name, summary.campaigns, summary.typed, summary.reports["refused"]
        )
    return (*_sending_steps(summary), *correct, *_reject_steps(summary))


def with_next_command(summary: RunSummary) -> RunSummary:
    """Return the summary of what failed before a run came to be, its error's hint with the command that is shown."""
    step = next((step for step in next_steps(summary) if step.commands), None)
    if summary.error is None or summary.run is not None or step is None:
        return summary
    return replace(summary, error=replace(summary.error, hint=f"{step.text} {step.commands[0]}"))


def open_steps(
    run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed, refused_file: str
) -> tuple[NextStep, ...]:
    """Return what is left to do for a run of the ledger, most urgent first.

    `refused_file` is where its refused.csv lies; "" where it has to be written first.
    """
    steps = _open_steps(_Open(run.id, run.account, run.leads, campaigns, typed))
    return (*steps, *_correct_steps(run.id, run.name, campaigns, typed, refused_file))


class _Open(Struct, frozen=True):
    """A run as far as its open campaigns go."""

    run: str
    account: str
    leads: LeadTotals
    campaigns: Sequence[CampaignRecord]
    typed: Typed

    def in_state(self, status: CampaignStatus) -> list[CampaignRecord]:
        return [each for each in self.campaigns if each.status is status and not each.split]


def _runs_steps(summary: RunSummary) -> list[NextStep]:
    """Return what shows the way on where a command ended that went on with several runs."""
    still_open = [each.run for each in summary.runs if each.exit_code != ExitCode.OK]
    if not still_open:
        return []
    which = still_open if len(still_open) == 1 else []
    return [_step("To see what is left, and what to do:", command("runs", *which, *summary.typed.of(Suggested.RUNS)))]


def _sending_steps(summary: RunSummary) -> list[NextStep]:
    steps: list[NextStep] = []
    if summary.settling:
        text = "To settle the campaigns of other runs, for which people of this input were left out:"
        steps.append(NextStep(text, tuple(map(Choice, summary.settling))))
    if summary.run is None:
        return steps
    if summary.exit_code == ExitCode.SETTINGS:
        check = command("check", *summary.typed.of(Suggested.CHECK))
        steps.append(_step("See which credentials are used, and whether they work:", check))
    return steps + _open_steps(_Open(summary.run, summary.account, summary.leads, summary.campaigns, summary.typed))


def _trial_steps(summary: RunSummary) -> list[NextStep]:
    """Return how the same is done in earnest, or what must be said first."""
    if not summary.leads.total or summary.error is not None:
        return []
    if summary.sandbox and not summary.dry_run:
        text = "Next, for TeleCMI itself (`telecmi-leads setup` stores App id and secret):"
        return [_step(text, _same("upload", summary), "The same command without --sandbox uploads to TeleCMI.")]
    leads = "this lead" if summary.leads.total == 1 else f"these {summary.leads.total:,} leads"
    new: tuple[str, ...] = ()
    if summary.warning_codes.get(WarningCode.RUN_EXISTS.code):  # it sends nothing, or goes on: a warning says which
        return [_step("The same without --dry-run:", _same("upload", summary))]
    if _goes_twice(summary):
        leads, new = "those of these leads who are new", ("--new-only",)
    if summary.name:
        otherwise = f"The same command without --dry-run{' and with --new-only' if new else ''} uploads {leads}."
        return [_step(f"To upload {leads}:", _same("upload", summary, *new), otherwise)]
    named = _same("upload", summary, "--name", "NAME", *new)
    text = f"To upload {leads} (in place of NAME, what the campaigns are called):"
    otherwise = f"The command upload in place of validate, with a --name{' and --new-only' if new else ''}, uploads"
    return [_step(text, named, f"{otherwise} {leads}.")]


def _goes_twice(summary: RunSummary) -> bool:
    """Tell whether a trial found people who were uploaded before, or wait in another run, and would go all the same."""
    if any(option.name == "new_only" for option in summary.typed.options):
        return False
    return summary.uploaded_before + summary.waiting_elsewhere > summary.rows.already_uploaded


def _as_guessed(guess: RegionGuess | None) -> str:
    if guess is None:
        return " (in place of COUNTRY, two letters such as IN, GB or AE)"
    return f" (as numbers of {guess.country}, {guess.valid:,} of {guess.tried:,} would be valid)"


def _bad_file_steps(summary: RunSummary) -> list[NextStep]:
    """Return what to look at where too many rows are bad: nothing of the file is uploaded before that."""
    paths = [path for key, path in summary.reports.items() if key.startswith("rejects")]
    files = summary.typed.files
    if not paths or not files or STANDARD_INPUT in files:
        return []
    text = f"In {PurePath(paths[0]).name} each has its reason. If the column is wrong, see the others:"
    return [_step(text, command("columns", operand(files[0]), *summary.typed.of(Suggested.COLUMNS)))]


def _region_step(summary: RunSummary) -> NextStep:
    """Return the command that ended, with the likely country where there is one: tried, and never taken."""
    verb, guess = "upload" if summary.name else "validate", summary.guess
    text = "Their country is missing from the command; the rows are likely fine."
    if guess is None:
        text = f"{text} In place of COUNTRY, two letters such as IN, GB or AE:"
        return _step(text, _same(verb, summary, "--region", "COUNTRY", trial=True), text)
    text = (
        f"{text} They look like numbers of {guess.country} ({guess.region}): {guess.valid:,} of {guess.tried:,} would "
        "be valid there. If they are:"
    )
    return _step(text, _same(verb, summary, "--region", guess.region, trial=True), f"{text} --region {guess.region}")


def _lacks_region(summary: RunSummary) -> bool:
    lacking = summary.rejections.get(Reason.NO_REGION.code, 0)
    if summary.error is None and lacking * _MANY < summary.rows.read:
        return False
    return lacking * 2 > sum(summary.rejections.values())


def _same(verb: str, summary: RunSummary, *more: str, trial: bool = False) -> str:
    """Return the command that ended, without what made it a trial; "" where it can't be typed again.

    With `trial` it stays one.
    """
    return again(verb, summary.typed.without(*(_OF_TRIALS - _TRIALS if trial else _OF_TRIALS)), *more)


def again(verb: str, typed: Typed, *more: str) -> str:
    """Return a command line with further options; "" where it can't be typed again."""
    # What came by a pipe can't be named in a command to paste.
    if not typed.files or STANDARD_INPUT in typed.files:
        return ""
    return command(
        verb, *map(operand, typed.files), *more, *chain.from_iterable(each.arguments for each in typed.options)
    )


def _step(text: str, line: str, otherwise: str = "") -> NextStep:
    """Return a step with its command, or what is said where that can't be typed."""
    return NextStep(text, (Choice(line),)) if line else NextStep(otherwise)


def _open_steps(run: _Open) -> list[NextStep]:
    unverified = run.in_state(CampaignStatus.UNVERIFIED)
    steps = [settled_by_hand(run.run, campaign, run.typed) for campaign in unverified[:_RESOLVES_SHOWN]]
    further = len(unverified) - _RESOLVES_SHOWN
    if further > 0:
        text = f"Do the same for {count(further, 'further campaign')}; this lists them:"
        steps.append(_step(text, command("runs", run.run, *run.typed.of(Suggested.RUNS))))
    refused = run.in_state(CampaignStatus.REFUSED)
    taken = [each for each in refused if each.taken]
    if taken:
        not_refused = [each for each in refused if each.parent is None and not (each.last and each.last.refuses)]
        steps.append(_taken_step(taken[0], not_refused, run.leads))
    doubtful = [each for each in run.campaigns if each.refused_in_doubt]
    if doubtful:
        steps.append(_doubtful_step(run, next((each for each in doubtful if each.isolate_settles), doubtful[0])))
    if any(each.isolate_settles for each in doubtful):  # --isolate takes up whatever waits
        return steps
    waiting = run.leads.to_send(sum(each.leads for each in doubtful))
    # A taken name has ended the run: `resume` would send nothing.
    if waiting and not taken:
        text = f"To send the {_leads(waiting)} that {'is' if waiting == 1 else 'are'} left (nothing goes out twice):"
        steps.append(_step(text, _resume(run.run, run.account, run.typed)))
    elif refused and not taken:
        isolate = _isolate_step(run, refused)
        steps += [] if isolate is None else [isolate]
    return steps


def _leads(number: int) -> str:
    return "lead" if number == 1 else f"{number:,} leads"


def settled_by_hand(run: str, campaign: CampaignRecord, typed: Typed, it: str = "it") -> NextStep:
    """Return how a person settles a campaign of which only the dashboard shows whether it is in.

    `it` is what the campaign is called behind the first sentence.
    """
    accepted, not_uploaded = resolve(run, campaign.name, typed)
    return NextStep(
        f"Look up {campaign.name} in the TeleCMI dashboard.",
        (
            Choice(accepted, f"If {it} holds {count(campaign.leads, 'lead')}:"),
            Choice(not_uploaded, f"If {it} is not there (this sends it again):"),
        ),
        f"If {it} holds fewer: delete it there, then the last command. If it can't be deleted, ask TeleCMI first.",
    )


def in_lines(step: NextStep) -> str:
    """Return a step as plain text: what it says, and a line for each of its commands."""
    choices = (f"{choice.case} {choice.command}".strip() for choice in step.choices)
    return "\n".join(filter(None, (step.text, *choices, step.after)))


def _taken_step(taken: CampaignRecord, unsent: Sequence[CampaignRecord], leads: LeadTotals) -> NextStep:
    """Return what a taken name means. No command: whether these people are in already, only a person can see.

    `unsent` are all campaigns that may be there by another hand: another computer may have stopped half-way.
    """
    says = (
        f"TeleCMI already has a campaign named {taken.name}. Was this file uploaded before, from another computer or "
        f"with another ledger? Look up {_expected(unsent)} in the TeleCMI dashboard."
    )
    others = leads.accepted + leads.unverified + leads.unknown
    new = "another --name, with --new-only" if others else "another --name"
    if len(unsent) == 1:
        return NextStep(
            f"{says} If it holds these leads, there is nothing to do. Only if it does not, upload the file under {new}."
        )
    return NextStep(
        f"{says} If all are there with these leads, there is nothing to do. If some are, take their leads out of "
        f"refused.csv (its column campaign says whose they are) and upload that file under {new}. Only if none of them "
        f"holds these leads, upload the file under {new}."
    )


def _expected(campaigns: Sequence[CampaignRecord]) -> str:
    """Return campaigns with the leads to expect in each: `March-001 (10 leads) and March-002 (5 leads)`."""
    named = [f"{each.name} ({count(each.leads, 'lead')})" for each in campaigns]
    if len(named) > _CAMPAIGNS_SHOWN:
        more = f"{len(named) - _CAMPAIGNS_SHOWN + 1:,} more up to {named[-1]}"
        named = [*named[: _CAMPAIGNS_SHOWN - 1], more]
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))


def _isolate_step(run: _Open, refused: Sequence[CampaignRecord]) -> NextStep | None:
    """Return the command that finds the wrong leads; None where --isolate would find no more than it has."""
    uncut = [each for each in refused if each.uncut]
    if not uncut:
        return None
    text = "TeleCMI refuses a campaign whole for one wrong lead. To find the wrong leads and upload the others:"
    if any(each.parent is None for each in uncut):
        return _step(text, _isolate(run.run, run.account, run.typed))
    spent = max(_requests_for_parts(run, each) for each in uncut)
    text = "--isolate-budget is spent, and wrong leads are still among others. To go on looking for them:"
    return _step(text, _isolate(run.run, run.account, run.typed, budget=spent + ISOLATE_BUDGET))


def _requests_for_parts(run: _Open, part: CampaignRecord) -> int:
    """Return how many requests --isolate has spent on the campaign that a part was cut from."""
    return sum(each.attempts for each in run.campaigns if each.root == part.root and each.parent is not None)


def _doubtful_step(run: _Open, campaign: CampaignRecord) -> NextStep:
    """Return what settles a refusal that proves nothing: never the same `resume` once more."""
    by_hand = settled_by_hand(run.run, campaign, run.typed)
    if campaign.only_by_hand:
        parts = "" if campaign.leads == 1 else " and its parts"
        text = f"TeleCMI refused {campaign.name}{parts}, but an earlier request may be in."
        return replace(by_hand, text=f"{text} Look the campaign up in the TeleCMI dashboard.")
    why = (
        f"{campaign.name} was refused in words that TeleCMI does not document, so that it may be in all the same."
        if campaign.last is OutcomeKind.REFUSED_OTHERWISE
        else f"TeleCMI refused {campaign.name}, but an earlier request may be in."
    )
    return replace(
        by_hand,
        text=f"{why} The first command finds out, and nothing goes out twice. If it does not, look the campaign up in "
        "the TeleCMI dashboard.",
        choices=(Choice(_isolate(run.run, run.account, run.typed)), *by_hand.choices),
    )


def _correct_steps(run: str, name: str, campaigns: Sequence[CampaignRecord], typed: Typed, path: str) -> list[NextStep]:
    """Return what to do about leads that TeleCMI refuses, once --isolate can't tell more of them."""
    refused = [each for each in campaigns if each.status is CampaignStatus.REFUSED and not each.split]
    if not refused or any(each.uncut or each.taken or (not each.attempts and not each.parent) for each in refused):
        return []
    number = sum(each.leads for each in refused)
    leads, them = ("this lead", "it") if number == 1 else (f"these {number:,} leads", "them")
    says = f"TeleCMI refuses {leads}, and no other."
    if not all(each.alone for each in refused):
        says = f"TeleCMI refuses {leads} however they are divided, so that something is wrong with each, or with all."
    if not path:
        text = f"{says} To have {them} in refused.csv, to be corrected:"
        return [_step(text, command("report", run, *typed.of(Suggested.REPORT)))]
    # refused.csv has the API's columns: it can't be split by one of the input's
    split = typed.has("split_by", Suggested.UPLOAD_REFUSED)
    again = ("--name", _name(name, campaigns, "{group}" if split else "refused"), "--append")
    line = command("upload", operand(path), *again, *typed.of(Suggested.UPLOAD_REFUSED))
    return [_step(f"{says} To upload {them}, correct {them} in refused.csv, then:", line)]


def _reject_steps(summary: RunSummary) -> list[NextStep]:
    paths = [path for key, path in summary.reports.items() if key.startswith("rejects")]
    if not summary.rows.rejected or not paths:
        return []
    rows, them = count(summary.rows.rejected, "rejected row"), "them" if summary.rows.rejected > 1 else "it"
    if summary.name is None or summary.run is None or summary.dry_run or summary.sandbox:
        names = " and ".join(argument(path) for path in paths)
        return [NextStep(f"The {rows}, with what is wrong and how to correct {them}: {names}", waits=True)]
    text = f"To upload the {rows} too, correct {them} in the reject file, then:"
    region: tuple[str, ...] = ()
    if _lacks_region(summary):
        region = ("--region", summary.guess.region if summary.guess else "COUNTRY")
        text = f"To upload the {rows} too, whose country is missing from the command{_as_guessed(summary.guess)}:"
    name = _name(summary.name, summary.campaigns)
    again = _upload(summary, Suggested.UPLOAD_REJECTS, paths, "--name", name, "--append", *region)
    return [NextStep(text, (Choice(again),), waits=True)]


def _name(name: str, campaigns: Sequence[CampaignRecord], group: str = "{group}") -> str:
    """Return a run's name as --name takes it: its own braces, of the file's name, are doubled.

    {group} is a placeholder where the run has groups; `group` stands in its place.
    """
    grouped = not campaigns or any(each.group for each in campaigns)
    parts = name.split("{group}") if grouped else [name]
    return group.join(part.replace("{", "{{").replace("}", "}}") for part in parts)


def _upload(summary: RunSummary, what: Suggested, paths: Sequence[str], *naming: str) -> str:
    return command("upload", *map(operand, paths), *naming, *summary.typed.of(what))


def _to(account: str) -> tuple[str, ...]:
    return ("--sandbox",) if account == SANDBOX_ACCOUNT else ()


def resume(run: RunRecord, typed: Typed) -> str:
    """Return the command that goes on with a run: the one that settles it, where a refusal is in doubt."""
    return _isolate(run.id, run.account, typed) if run.in_doubt else _resume(run.id, run.account, typed)


def go_on(run: str, typed: Typed, *, in_doubt: bool, more: Sequence[str] = ()) -> str:
    """Return the command that goes on with a run of a real account, known by its id and whether a refusal is in doubt.

    Such a campaign would be refused again by another try: --isolate settles it. `more` are further options.
    """
    settling = ("--isolate",) if in_doubt else ()
    repeated = typed.without("isolate") if in_doubt else typed
    return command("resume", run, *settling, *more, *repeated.of(Suggested.RESUME))


def _resume(run: str, account: str, typed: Typed) -> str:
    return command("resume", run, *typed.of(Suggested.RESUME), *_to(account))


def _isolate(run: str, account: str, typed: Typed, *, budget: int | None = None) -> str:
    more = () if budget is None else ("--isolate-budget", str(budget))
    repeated = typed.without("isolate", *(("isolate_budget",) if more else ()))
    return command("resume", run, "--isolate", *more, *repeated.of(Suggested.RESUME), *_to(account))


def resolve(run: str, campaign: str, typed: Typed) -> tuple[str, str]:
    """Return the two commands that settle a campaign: where the dashboard shows it, and where it does not."""
    accepted, not_uploaded = (
        ("--accepted", *typed.of(Suggested.SETTLE)),
        ("--not-uploaded", *typed.of(Suggested.RESOLVE)),
    )
    if campaign.startswith("-"):  # it would be taken for an option
        return command("resolve", *accepted, "--", run, campaign), command(
            "resolve", *not_uploaded, "--", run, campaign
        )
    return command("resolve", run, campaign, *accepted), command("resolve", run, campaign, *not_uploaded)
