"""setup, as a person at a terminal meets it: three questions, a try at the service, a private .env."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import stat
import sys
import time
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import APP_ID, Program, write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
TYPED = "d'oh $x{y}\\#z"  # what a secret may hold, and .env must not change


class Person:
    """Somebody at a terminal of 80 columns in which setup runs."""

    def __init__(self, program: Program, *arguments: str) -> None:
        given = ("TELECMI_APP_ID", "TELECMI_SECRET")
        environment = {name: value for name, value in program.variables().items() if name not in given}
        environment |= {"TERM": "xterm", "COLUMNS": "80", "LANG": "en_IN.UTF-8"}
        self.said = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:  # pragma: no cover - the program's own process
            os.chdir(program.folder)
            line = [sys.executable, "-m", "telecmi_leads", "setup", *arguments]
            os.execve(line[0], line, environment)  # noqa: S606 - the program itself

    def answers(self, question: str, answer: str, end: str = "\n") -> None:
        """Wait for a question, and type an answer."""
        self.reads(question)
        time.sleep(0.2)  # getpass throws away what is typed before it asks
        os.write(self.terminal, f"{answer}{end}".encode())

    def reads(self, text: str = "\0", seconds: float = 60) -> str:
        """Return what has been said since the last question until a text comes, or else to the end."""
        said, end = "", time.monotonic() + seconds
        while text not in said and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    came = os.read(self.terminal, 65536)
                except OSError:
                    break
                if not came:
                    break
                said += came.decode("utf-8", "replace")
        self.said += said
        assert text == "\0" or text in said, self.said
        return said

    def ends(self) -> int:
        """Read to the end and return the exit code."""
        self.reads()
        with contextlib.suppress(OSError):
            os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_setup_keeps_what_the_service_takes(tmp_path: Path) -> None:
    """App id, secret and region are in a private .env, exactly; check finds them good; the secret was never shown."""
    with Sandbox(accounts={int(APP_ID): TYPED}) as sandbox:
        program = Inside(tmp_path, sandbox.url)
        person = Person(program)
        person.answers("App id: ", "100_4242424")
        person.answers("App id: ", "many")
        person.answers("App id: ", APP_ID)
        person.answers("Secret (is not shown): ", TYPED)
        person.answers("(such as IN, empty for none): ", "XX")
        person.answers("(such as IN, empty for none): ", "ae")
        assert person.ends() == 0, person.said
        assert "is an agent's id" in person.said
        assert "'XX' is not a country's two letters" in person.said
        assert TYPED not in person.said
        program.environment = dict.fromkeys(("TELECMI_APP_ID", "TELECMI_SECRET"), "")
        environment = {name: value for name, value in program.variables().items() if value}
        program.variables = lambda: environment  # type: ignore[method-assign]
        assert program.run("check").code == 0
    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines == [f"TELECMI_APP_ID={APP_ID}", r"TELECMI_SECRET='d\'oh $x{y}\\#z'", "TELECMI_REGION=AE"]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    [*_, hint, command] = [line.strip() for line in person.said.splitlines()]
    assert "✓ Saved in .env." in person.said
    assert (hint, command) == (
        "Next, to see whether a file is fit (in place of FILE, its name):",
        "telecmi-leads validate FILE",
    )
    write_leads(tmp_path / "leads.csv", 2)
    pasted = program.run(*command.replace("FILE", "leads.csv").split()[1:])
    assert (pasted.code, "region" in pasted.err) == (3, False), pasted.err  # 98765 is no number of AE, as was typed


def test_a_file_that_is_there_is_changed_only_when_asked_to(tmp_path: Path) -> None:
    """No leaves it as it was; yes replaces the three lines, and every other line stays as it is."""
    before = "# ours\nOTHER='x  y'\nexport TELECMI_APP_ID=5\nTELECMI_REGION=IN\n\nLAST=1"
    (tmp_path / ".env").write_text(before)
    with Sandbox() as sandbox:
        person = Person(Program(tmp_path, sandbox.url))
        person.answers("Type yes to go on.", "no")
        assert person.ends() == 0
        assert (tmp_path / ".env").read_text() == before
        person = Person(Program(tmp_path, sandbox.url))
        person.answers("Type yes to go on.", "yes")
        person.answers("App id: ", APP_ID)
        person.answers("Secret (is not shown): ", "s3cret")
        person.answers("empty for none): ", "")
        assert person.ends() == 0, person.said
    after = f"# ours\nOTHER='x  y'\n\nLAST=1\nTELECMI_APP_ID={APP_ID}\nTELECMI_SECRET=s3cret\n"
    assert (tmp_path / ".env").read_text() == after


def test_what_the_service_refuses_is_not_kept(tmp_path: Path) -> None:
    """Three refusals end it with X6 and no file; Ctrl-C at any question ends it with X130 and no file."""
    with Sandbox(accounts={int(APP_ID): "right"}) as sandbox:
        person = Person(Program(tmp_path, sandbox.url))
        for _ in range(3):
            person.answers("App id: ", APP_ID)
            person.answers("Secret (is not shown): ", "wrong")
            person.answers("empty for none): ", "")
        assert person.ends() == 6, person.said
        assert person.said.count("does not know this App id and secret") == 3
        for questions in (1, 2, 3):
            person = Person(Program(tmp_path, sandbox.url))
            asked = ["App id: ", "Secret (is not shown): ", "empty for none): "][:questions]
            for question, answer in zip(asked[:-1], [APP_ID, "right"], strict=False):
                person.answers(question, answer)
            person.answers(asked[-1], "\x03", end="")
            assert person.ends() == 130, person.said
    assert not (tmp_path / ".env").exists()


def test_an_address_of_the_folder_gets_no_secret_that_is_typed(tmp_path: Path) -> None:
    """(Row 56) A base URL in the folder's file that is not TeleCMI's: refused before the typed secret is sent."""
    (tmp_path / "telecmi-leads.toml").write_text('base_url = "https://collect.example.com"\n')
    person = Person(Program(tmp_path, environment={"TELECMI_BASE_URL": ""}))
    person.answers("App id: ", APP_ID)
    person.answers("Secret (is not shown): ", "s3cret")
    person.answers("empty for none): ", "")
    assert person.ends() == 6, person.said
    assert "would send a secret" in person.said
    assert not (tmp_path / ".env").exists()


def test_without_a_terminal_setup_names_the_variables(tmp_path: Path) -> None:
    """In a script nobody is there to answer: X2, with the names of the variables that serve there."""
    ended = Inside(tmp_path).run("setup")
    assert (ended.code, "TELECMI_APP_ID and TELECMI_SECRET" in ended.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"TELECMI_APP_ID": "your-app-id"}, "TELECMI_APP_ID holds the example's word 'your-app-id'"),
        ({"TELECMI_SECRET": "your-app-secret"}, "TELECMI_SECRET holds the example's word 'your-app-secret'"),
    ],
)
def test_the_words_of_the_example_are_refused(
    tmp_path: Path, sandbox: Sandbox, environment: dict[str, str], says: str
) -> None:
    """Check and upload take .env.example's words for what they are: X6, and nothing is asked of the service."""
    (tmp_path / "leads.csv").write_text("Name,Mobile\nAsha,9876500001\n")
    program = Inside(tmp_path, sandbox.url, environment=environment)
    for line in (("check", "--json"), ("upload", "leads.csv", "--name", "A", "--region", "IN", "--json")):
        ended = program.run(*line)
        assert (ended.code, says in ended.json["error"]["message"]) == (6, True), ended.out
    assert sandbox.requests(None) == ()


@pytest.mark.parametrize(
    ("fault", "ends", "says"),
    [
        ("404@balance", (6, "settings"), "TeleCMI does not know this App id and secret."),
        (
            "answer=404 <html>no</html>@balance",
            (6, "settings"),
            "Somebody else than TeleCMI's service answers",
        ),
        ("302=https://login.example.com@balance", (6, "settings"), "Somebody else than TeleCMI's service answers"),
    ],
)
def test_check_tells_a_wrong_host_from_wrong_credentials(
    tmp_path: Path, sandbox: Sandbox, fault: str, ends: tuple[int, str], says: str
) -> None:
    """A 404 in the service's form is about the credentials, a web page's about the address."""
    sandbox.order(fault)
    ended = Inside(tmp_path, sandbox.url).run("check", "--json")
    assert (ended.code, ended.json["error"]["code"]) == ends
    assert says in ended.json["error"]["message"]


def test_check_knows_a_region_that_is_none(tmp_path: Path, sandbox: Sandbox) -> None:
    """Two letters of no country are found by check, not first by an upload."""
    ended = Inside(tmp_path, sandbox.url, environment={"TELECMI_REGION": "XX"}).run("check", "--json")
    assert ended.code == 6
    assert ended.json["error"]["message"].startswith("There is no country with the letters 'XX'")
