"""The table of options: what each command takes, what files may hold, what printed commands repeat."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from inside import Inside
from program import write_leads

from telecmi_leads.cli.program import command_line, names
from telecmi_leads.cli.session import typed
from telecmi_leads.core.run import Suggested
from telecmi_leads.core.wording import argument
from telecmi_leads.core.wording.command_line import _for_powershell
from telecmi_leads.settings.option_rows import COMMANDS
from telecmi_leads.settings.options import rows, typed_at

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

PROGRAM: Any = typer.main.get_command(command_line(names()))
COMMAND_OF = {
    Suggested.UPLOAD_REJECTS: "upload",
    Suggested.UPLOAD_REFUSED: "upload",
    Suggested.RESOLVE: "resolve",
    Suggested.SETTLE: "resolve",
}
"""The suggested commands that are not called like themselves; AGAIN is whatever was typed."""


def test_a_suggested_command_takes_what_it_repeats() -> None:
    """No row has a printed command repeat an option that this command would refuse."""
    for _, row in rows():
        for suggested in set(row.repeated) - {Suggested.AGAIN}:
            assert COMMAND_OF.get(suggested, suggested.value) in row.commands, (row.name, suggested)


def test_every_row_names_commands_that_are_there() -> None:
    """The commands of the table are those of the program that read settings, and each row has one."""
    assert set(COMMANDS) == set(PROGRAM.commands) - {"sandbox"}
    for _, row in rows():
        assert row.commands, row.name
        assert set(row.commands) <= set(COMMANDS), row.name


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_the_options_of_its_rows(command: str) -> None:
    """--help and the parser know just the table's options beside the command's own, which are in no settings file."""
    taken = {each.name for each in PROGRAM.commands[command].params if each.param_type_name == "option"} - {"help"}
    of_table = {row.name for _, row in typed_at(command)}
    assert of_table <= taken
    assert taken - of_table <= {"save", "accepted", "not_uploaded", "before", "run", "phone", "yes"}


@pytest.mark.parametrize(
    "line",
    [
        "check --rate 5",
        "check --isolate",
        "check --lock-wait 5",
        "check --show-phones",
        "runs --report-dir out",
        "forget --phone 1 --report-dir out",
        "explain 9876500001 --report-dir out",
        "columns leads.csv --report-dir out",
        "columns leads.csv --no-fill",
        "columns leads.csv --fill city=Pune",
        "resume --dry-run",
        "report last --exclude dnc.csv",
    ],
)
def test_an_option_that_would_do_nothing_is_refused(tmp_path: Path, line: str) -> None:
    """A command that does not read an option does not take it: wrong usage, and the option is named."""
    write_leads(tmp_path / "leads.csv", 2)
    words = shlex.split(line)
    ended = Inside(tmp_path).run(*words)
    option = next(word for word in words if word.startswith("--") and word != "--phone")
    assert (ended.code, f"There is no option {option}." in ended.err) == (2, True), ended.err


@pytest.mark.parametrize("option", [("--rate", "5"), ("--exclude", "dnc.csv"), ("--region", "IN"), ("--isolate",)])
def test_resolve_accepted_takes_nothing_about_sending(tmp_path: Path, option: tuple[str, ...]) -> None:
    """--accepted sends nothing: what says how to send beside it is wrong usage, before the run is looked for."""
    ended = Inside(tmp_path).run("resolve", "last", "March-001", "--accepted", *option)
    assert (ended.code, f"{option[0]} has no effect with --accepted" in ended.err) == (2, True), ended.err


SENDING = (
    *("--rate", "50", "--timeout", "20", "--settle", "1", "--max-wait", "4", "--retries", "2"),
    *("--workers", "2", "--isolate", "--isolate-budget", "30", "--lock-wait", "1"),
)


def test_the_printed_resume_repeats_how_to_send(tmp_path: Path, sandbox: Sandbox) -> None:
    """Every option about sending stands in the printed command, which can be typed as it stands and ends the run."""
    write_leads(tmp_path / "leads.csv", 2)
    (tmp_path / "do not call.csv").write_text("Mobile\n9876599999\n")
    program = Inside(tmp_path, sandbox.url, environment={"COLUMNS": "60"})
    sandbox.order("503=900@1")
    lists = ("--exclude", "do not call.csv", "--exclude-max-age", "7d")
    ended = program.run("upload", "leads.csv", "--name", "March", "--region", "IN", *lists, *SENDING)
    assert ended.code == 5
    printed = shlex.split(re.findall("telecmi-leads resume .*", ended.out + ended.err)[-1])
    assert sorted(printed[3:]) == sorted(["--region", "IN", *lists, *SENDING])
    assert program.run(*printed[1:]).code == 0


def test_what_is_typed_now_replaces_what_was() -> None:
    """A resume with another rate prints that rate; what it did not say comes from the upload, in its place."""
    upload = typed({"region": "IN", "rate": "5", "exclude": ["a.csv"], "json": True, "new_only": "ever"})
    now = typed({"rate": "9", "isolate": True})
    assert now.after(upload).of(Suggested.RESUME) == (
        "--region",
        "IN",
        "--exclude",
        "a.csv",
        "--rate",
        "9",
        "--isolate",
    )
    assert upload.of(Suggested.AGAIN) == (
        *("--region", "IN", "--exclude", "a.csv", "--new-only", "ever", "--rate", "5", "--json"),
    )


HOSTILE = (
    "$(touch x)", "`touch x`", "a'b\"c", "two words", "=ls", "~root", "a;b", "!!", "%PATH%", "a\\b", "", "*", "#x",
    "line\nbreak", "\x1b[31mred", "Zoë’s list", "\u202eevil", "९८७", "{a,b}", "x=$HOME", "[a]", "a\\nb\tc'd",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("shell", [("bash", "-c"), ("zsh", "-f", "-c")], ids=["bash", "zsh"])
def test_a_printed_argument_is_one_word_to_the_shell(tmp_path: Path, shell: tuple[str, ...], text: str) -> None:
    """Bash and zsh take what is printed for the text that was meant, on one line, and run nothing of it."""
    printed = argument(text)
    assert "\n" not in printed
    assert "\x1b" not in printed
    try:
        ended = subprocess.run(
            [*shell, f"printf '%s' {printed}"], capture_output=True, cwd=tmp_path, check=True, env={"LANG": "C.UTF-8"}
        )
    except FileNotFoundError:
        pytest.skip(f"{shell[0]} is not installed")
    assert ended.stdout.decode() == text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("leads.csv", "leads.csv"),
        (r"C:\leads\march.csv", r"C:\leads\march.csv"),
        ("two words", '"two words"'),
        ("mobile,fixed_line", '"mobile,fixed_line"'),
        ("@file", '"@file"'),
        ("$(calc)", "'$(calc)'"),
        ("it's $5", "'it''s $5'"),
        ("Zoë’s $5", "'Zoë’’s $5'"),
        ("“a”", "'“a”'"),
        ("a\nb$c", '"a$([char]0xa)b$([char]0x24)c"'),
    ],
)
def test_arguments_for_powershell_in_examples(text: str, printed: str) -> None:
    """On Windows the words are quoted as PowerShell reads them: typographic quotes, commas and @ count there."""
    assert _for_powershell(text) == printed


_QUOTES, _SINGLE = '"\u201c\u201d\u201e', "'\u2018\u2019\u201a\u201b"


def read_by_powershell(word: str) -> str:
    """Return the argument that PowerShell makes of a word, by its about_Quoting_Rules and about_Special_Characters."""
    if word[0] in _SINGLE:
        inner = word[1:-1]
        assert word[-1] in _SINGLE
        assert re.fullmatch(rf"(?:[^{_SINGLE}]|[{_SINGLE}]{{2}})*", inner)
        return re.sub(rf"([{_SINGLE}])[{_SINGLE}]", r"\1", inner)
    if word[0] in _QUOTES:
        assert word[-1] in _QUOTES
        parts = re.split(r"\$\(\[char\]0x([0-9a-f]+)\)", word[1:-1])  # every second one is the code of a character
        assert not set("".join(parts[::2])) & set(f"$`{_QUOTES}")
        return "".join(chr(int(part, 16)) if at % 2 else part for at, part in enumerate(parts))
    assert re.fullmatch(r"[^\s@#<>~$`(){},;|&\[\]*?][^\s$`(){},;|&]*", word)
    assert not set(word) & set(_QUOTES + _SINGLE)
    return word


@given(st.text("ab1 -=.,;:@#$`(){}[]|&<>~%!*?\\\n\t" + _QUOTES + _SINGLE, min_size=1, max_size=8))
def test_arguments_for_powershell(text: str) -> None:
    """Whatever an argument holds, PowerShell reads it as it was: no variable, list, comment or second word of it."""
    assert read_by_powershell(_for_powershell(text)) == text
