"""The command line: what can be typed, and which command it calls.

Options are rows of the table in settings/options.py; those that a command reads become the signature that Typer reads,
so that a command's body only parses, calls and renders. The options of a command that was not typed are not made, and
what a command needs is imported when it is called: each start pays for its own command alone.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from telecmi_leads.cli.help import EXAMPLES, GroupedCommand, GroupedProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from telecmi_leads.settings.option_rows import Offer, OptionGroup, Row


def _completion(offer: Offer | None) -> Callable[..., list[str]] | None:
    """Return what Typer asks for the values of an option."""
    if offer is None:
        return None

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        from telecmi_leads.cli import completion

        named = [
            *(ctx.params.get("files") or ()),
            ctx.params.get("file"),
            *ctx.args,
        ]  # where it is depends on the order
        return completion.offers(offer, ctx.params, [file for file in named if file], incomplete)

    return complete


def _complete_run(incomplete: str) -> list[str]:
    from telecmi_leads.cli import completion

    return completion.run_ids(incomplete)


def _complete_campaign(ctx: typer.Context, incomplete: str) -> list[str]:
    from telecmi_leads.cli import completion

    return completion.open_campaigns(ctx.params.get("run"), incomplete)


Given = dict[str, Any]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Lead files; - is standard input.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.", autocompletion=_complete_run)]
Campaign = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign's name.", autocompletion=_complete_campaign)
]
Newest = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="A run's id; all unfinished ones.", autocompletion=_complete_run)
]
Shown = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="Show this run's campaigns.", autocompletion=_complete_run)
]


_BODIES: dict[str, Callable[..., int]] = {}
"""The commands by name, in the order of this file."""


def command_line(typed: Collection[str] = ()) -> typer.Typer:
    """Make the program. The commands that were `typed` take their options, the others are there to be listed."""
    made = typer.Typer(
        name="telecmi-leads",
        cls=GroupedProgram,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # a traceback with locals would print the secret
        rich_markup_mode=None,  # see help.py
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    made.callback()(_program)
    for name, body in _BODIES.items():
        made.command(name, cls=GroupedCommand)(_callback(name, body) if name in typed else _listed(body))
    return made


def names() -> frozenset[str]:
    """Return what the commands are called."""
    return frozenset(_BODIES)


def _command(*examples: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Register a command; its body gets its own parameters, and what was typed of the table's options as one dict."""

    def register(body: Callable[..., int]) -> Callable[..., int]:
        EXAMPLES[body.__name__] = examples
        _BODIES[body.__name__] = body
        return body

    return register


def _listed(body: Callable[..., int]) -> Callable[[], None]:
    """Return what stands for a command whose options nobody asked for."""

    def listed() -> None:
        raise AssertionError(body.__name__)

    listed.__doc__ = body.__doc__
    return listed


def _callback(name: str, body: Callable[..., int]) -> Callable[..., int]:
    """Return what Typer calls: the command with the options that the table gives it."""
    from telecmi_leads.settings.options import typed_at

    parameters = inspect.signature(body, eval_str=True).parameters
    own = [known for known in parameters.values() if known.name != "given"]
    offered = [_parameter(group, row) for group, row in typed_at(name)]

    def call(**values: object) -> int:
        mine = {parameter.name: values.pop(parameter.name) for parameter in own}
        return body(**mine, given=values) if "given" in parameters else body(**mine)

    call.__signature__ = inspect.Signature([*own, *offered])  # type: ignore[attr-defined]  # inspect looks here
    call.__doc__ = body.__doc__
    return call


def _parameter(group: type[OptionGroup], row: Row) -> inspect.Parameter:
    # Text, whatever the option is: the check of its row reads it, with words of its own for what is wrong.
    kind: Any = bool if row.flag else list[str] | None if row.repeat else str | None
    option = typer.Option(
        f"--{row.dashed}",
        help=_with_default(row),
        metavar=row.metavar,
        autocompletion=_completion(row.offer),
        rich_help_panel=group.PANEL,
        show_default=False,
    )
    return inspect.Parameter(
        row.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if row.flag else None,
        annotation=Annotated[kind, option],
    )


def _with_default(row: Row) -> str:
    """Return an option's help with its default, unless there is none or the text says it."""
    if row.flag or not row.default or "default" in row.help:
        return row.help
    shown = f"{row.default:g}" if isinstance(row.default, float) else str(row.default)
    return f"{row.help.removesuffix('.')} (default: {shown})."


def _program(
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Upload lead files to TeleCMI's dialler: nothing lost, nothing twice."""


@_command(
    "telecmi-leads upload leads.xlsx --name March --region IN",
    "telecmi-leads upload leads.xlsx --name March --region IN --dry-run",
    'telecmi-leads upload export.csv --name "CRM {date}" --new-only --exclude dnc.csv',
)
def upload(files: Files, given: Given) -> int:
    """Clean, split into campaigns of at most 1000, and upload.

    The same command again goes on where a stopped run was left, and sends nothing once all of it is in.
    """
    from telecmi_leads.cli.commands import upload as command

    return command.upload(files, given)


@_command(
    "telecmi-leads validate leads.xlsx --region IN",
    "telecmi-leads validate north.csv south.csv --region IN --types mobile",
)
def validate(files: Files, given: Given) -> int:
    """Tell whether a file is fit to upload, and what is left out and why."""
    from telecmi_leads.cli.commands import validate as command

    return command.validate(files, given)


@_command(
    "telecmi-leads resume",
    "telecmi-leads resume 20261123-191500-3fa9 --exclude dnc.csv",
)
def resume(
    given: Given,
    run: Newest = None,
) -> int:
    """Go on with every unfinished run.

    Each goes on from its own stored copy: the input file is not needed.
    People who were added to a do-not-call list since the run was planned are not sent.
    """
    from telecmi_leads.cli.commands import resume as command

    return command.resume(run, given)


@_command(
    "telecmi-leads columns leads.xlsx",
    'telecmi-leads columns leads.xlsx --map "phone=Contact No. 2" --save march',
)
def columns(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A lead file.")],
    given: Given,
    *,
    save: Annotated[
        str | None,
        typer.Option(
            metavar="[PROFILE]",
            help="Keep the choice as a profile in telecmi-leads.toml; without a name it is called like the file.",
        ),
    ] = None,
) -> int:
    """Which column feeds which field."""
    from telecmi_leads.cli.commands import columns as command

    return command.columns(file, given, save)


@_command(
    "telecmi-leads explain 098765-43210 --region IN",
    'telecmi-leads explain "+91 98765 43210"',
)
def explain(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="A number, as it stands in a file.")], given: Given
) -> int:
    """How a number is read, and where it was uploaded."""
    from telecmi_leads.cli.commands import explain as command

    return command.explain(phone, given)


@_command(
    "telecmi-leads check",
    "telecmi-leads check --env-file delhi.env",
)
def check(given: Given) -> int:
    """Tell whether credentials, service and folders are in order."""
    from telecmi_leads.cli.commands import check as command

    return command.check(given)


@_command("telecmi-leads setup", "telecmi-leads setup --env-file delhi.env")
def setup(given: Given) -> int:
    """Store App id, secret and region in .env, and check them."""
    from telecmi_leads.cli.commands import setup as command

    return command.setup(given)


@_command(
    "telecmi-leads runs",
    "telecmi-leads runs 20261123-191500-3fa9",
)
def runs(given: Given, run: Shown = None) -> int:
    """Every run and its state."""
    from telecmi_leads.cli.commands import runs as command

    return command.runs(run, given)


@_command("telecmi-leads report 20261123-191500-3fa9 --report-dir march-report")
def report(run: Run, given: Given) -> int:
    """Write a run's report files again."""
    from telecmi_leads.cli.commands import report as command

    return command.report(run, given)


@_command(
    "telecmi-leads resolve 20261123-191500-3fa9 March-004 --accepted",
    "telecmi-leads resolve 20261123-191500-3fa9 March-004 --not-uploaded",
)
def resolve(
    run: Run,
    campaign: Campaign,
    given: Given,
    *,
    accepted: Annotated[bool, typer.Option("--accepted", help="The dashboard shows it, with all its leads.")] = False,
    not_uploaded: Annotated[
        bool, typer.Option("--not-uploaded", help="It is not there: send it again under the same name.")
    ] = False,
) -> int:
    """Settle a campaign that was looked up in the dashboard.

    With --not-uploaded it is sent again at once, under the same name, with whatever else of the run waits.
    """
    from telecmi_leads.cli.commands import resolve as command

    return command.resolve(run, campaign, given, accepted=accepted, not_uploaded=not_uploaded)


@_command(
    "telecmi-leads forget --before 2026-01-01",
    'telecmi-leads forget --phone "+91 98765 43210" --yes',
)
def forget(
    given: Given,
    *,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="Runs made before this day.")] = None,
    run: Annotated[str | None, typer.Option(metavar="RUN", help="One run.", autocompletion=_complete_run)] = None,
    phone: Annotated[str | None, typer.Option(metavar="PHONE", help="One number, wherever it stands.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Delete personal data from the ledger."""
    from telecmi_leads.cli.commands import forget as command

    return command.forget(given, before=before, run=run, phone=phone, yes=yes)


@_command(
    "telecmi-leads sandbox --port 8090 --latency 200",
    "telecmi-leads sandbox --fault 429=5@1-3 --fault 500-after@7",
)
def sandbox(
    *,
    port: Annotated[str, typer.Option(metavar="N", help="The port; 0 takes a free one.")] = "8090",
    latency: Annotated[str, typer.Option(metavar="MS", help="Milliseconds each answer takes.")] = "0",
    form: Annotated[
        str, typer.Option(metavar="http|body", help="How errors arrive: as HTTP status, or in the body of a 200.")
    ] = "http",
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND@N", help="Fail to order (repeatable): 500-after@2, 429=5@1-3, drop-before@*."),
    ] = None,
) -> int:
    """Run a local stand-in for the service."""
    from telecmi_leads.cli.commands import sandbox as command

    return command.serve(port=port, latency=latency, form=form, faults=fault or ())
