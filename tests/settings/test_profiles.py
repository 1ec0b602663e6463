"""Settings from the outside: what wins, where it came from, and a mapping that is kept as a profile."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import SECRET, write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Customer,Contact No. 1,Contact No. 2,Town\nAsha Menon,9876500001,,Kochi\nRavi Rao,,9876500002,Pune\n"


@pytest.fixture
def program(tmp_path: Path) -> Inside:
    """Return the program in a folder with one lead file."""
    (tmp_path / "crm export.csv").write_text(HEADER)
    return Inside(tmp_path)


def test_a_mapping_is_kept_as_a_profile(program: Inside) -> None:
    """--save writes the --map options and what else was typed; upload with the profile then needs neither."""
    ended = program.run("columns", "crm export.csv", "--map", "phone=Contact No. 2", "--region", "IN", "--save")
    assert (ended.code, " ".join(ended.err.split())) == (
        0,
        (
            "[profile.crm-export] is in telecmi-leads.toml now (in place of NAME, the campaigns' name): "
            'telecmi-leads upload "crm export.csv" --profile crm-export --name NAME'
        ),
    )
    text = (program.folder / "telecmi-leads.toml").read_text()
    profile = tomllib.loads(text)["profile"]["crm-export"]
    assert "phone=Contact No. 2" in profile["map"]
    assert profile["region"] == "IN"
    found = program.run("validate", "crm export.csv", "--profile", "crm-export", "--json", "--max-rejects", "100%").json
    assert (found["rows"]["leads"], found["rows"]["rejected"]) == (1, 1)


def test_saving_changes_nothing_else(program: Inside) -> None:
    """Comments and other profiles stay; the same again changes nothing; another mapping under the name is refused."""
    path = program.folder / "telecmi-leads.toml"
    path.write_text('# ours\nregion = "IN"\n\n[profile.nightly]\nname = "CRM"')
    assert program.run("columns", "crm export.csv", "--save", "fair").code == 0
    written = path.read_text()
    assert written.startswith('# ours\nregion = "IN"\n\n[profile.nightly]\nname = "CRM"\n\n[profile.fair]\nmap = [')
    again = program.run("columns", "crm export.csv", "--save", "fair")
    assert (again.code, again.err) == (0, "[profile.fair] stands in telecmi-leads.toml already.\n")
    other = program.run("columns", "crm export.csv", "--save", "fair", "--map", "city=Customer", "--json")
    assert (other.code, other.json["error"]["message"]) == (2, "telecmi-leads.toml has another [profile.fair].")
    nightly = program.run("columns", "crm export.csv", "--save", "nightly")
    assert nightly.code == 2
    assert path.read_text() == written


def test_hostile_names_are_written_as_text(program: Inside) -> None:
    """A column called like TOML stays a text: nothing can be put into the settings by a file's header."""
    header = '"Ph""]\nsecret = ""x\x7f",Mobile\n9876500009,9876500001\n'
    (program.folder / "evil.csv").write_text(header)
    assert program.run("columns", "evil.csv", "--region", "IN", "--map", "phone=column 1", "--save").code == 0
    found = tomllib.loads((program.folder / "telecmi-leads.toml").read_text())
    assert list(found) == ["profile"]
    assert set(found["profile"]["evil"]) == {"map", "region"}


def test_what_wins(program: Inside) -> None:
    """Environment, .env, profile, the file's top level: the earlier one wins, and check tells."""
    (program.folder / "telecmi-leads.toml").write_text(
        'region = "AE"\nsize = 7\n[profile.p]\nregion = "GB"\nsize = 8\n'
    )
    (program.folder / ".env").write_text("TELECMI_REGION=US\n")
    (program.folder / ".env").chmod(0o600)

    def region(*more: str) -> str:
        checks = program.run("check", "--json", *more).json["checks"]
        return str(next(check["detail"] for check in checks if check["what"] == "setting region"))

    assert region() == "US from .env (TELECMI_REGION)".replace(".env", str(program.folder / ".env"))
    program.environment["TELECMI_REGION"] = "SG"
    assert region("--profile", "p") == "SG from environment (TELECMI_REGION)"
    del program.environment["TELECMI_REGION"]
    (program.folder / ".env").unlink()
    assert region("--profile", "p") == f"GB from {program.folder / 'telecmi-leads.toml'} [profile.p]"
    assert region() == f"AE from {program.folder / 'telecmi-leads.toml'}"


def test_check_masks_the_secret(program: Inside) -> None:
    """Check names every setting with its origin; of the secret only that it is there."""
    with Sandbox() as sandbox:
        program.url = sandbox.url
        ended = program.run("check", "--json")
        shown = program.run("check")
    assert ended.code == shown.code == 0, ended.out + shown.out
    found = {check["what"]: (check["passed"], check["detail"]) for check in ended.json["checks"]}
    assert found["setting secret"] == (True, "••• from environment (TELECMI_SECRET)")
    assert found["credentials"] == (True, "App id 1111112 and a secret are set")
    assert found["service"] == (True, "reachable, and it accepts the credentials")
    assert SECRET not in ended.out + ended.err + shown.out + shown.err
    assert not (program.folder / "state").exists()


@pytest.mark.parametrize(
    ("environment", "fault", "ends", "failed"),
    [
        ({"TELECMI_APP_ID": "100_1111112"}, None, (6, "settings"), "credentials"),
        ({"TELECMI_BASE_URL": "http://example.com"}, None, (6, "settings"), "base URL"),
        ({}, "404@balance", (6, "settings"), "service"),
        ({}, "500@balance", (5, "service_not_asked"), "service"),
        ({"TELECMI_STATE_DIR": "/dev/null/state"}, None, (8, "ledger"), "state folder"),
    ],
)
def test_check_says_what_fails(
    program: Inside, environment: dict[str, str], fault: str | None, ends: tuple[int, str], failed: str
) -> None:
    """The first thing that is wrong gives the exit code and the error's code, and each has its hint."""
    with Sandbox() as sandbox:
        if fault:
            sandbox.order(fault)
        program.url = sandbox.url
        program.environment = environment
        ended = program.run("check", "--json")
    assert ended.code == ended.json["exit_code"]
    assert (ended.code, ended.json["error"]["code"]) == ends
    wrong = [check for check in ended.json["checks"] if check["passed"] is False]
    assert wrong[0]["what"] == failed
    assert all(check["hint"] for check in wrong)


def test_every_option_may_stand_in_a_profile(program: Inside) -> None:
    """A profile holds what a long command line would: the run is the same."""
    write_leads(program.folder / "leads.csv", 9)
    (program.folder / "telecmi-leads.toml").write_text(
        '[profile.p]\nname = "P {file}"\nregion = "IN"\nsize = 4\nname-format = "{name}/{number}"\norder = true\n'
        'limit = 8\nquiet = false\nreport_dir = "out"\nworkers = 1\n[profile.p.set]\ncomment = "{Mobile}"\n'
        '[profile.p.fill]\ncity = "Kochi"\n'
    )
    with Sandbox() as sandbox:
        program.url = sandbox.url
        assert program.run("upload", "leads.csv", "--profile", "p").code == 0
        held = sandbox.campaigns()
    assert {name: len(leads) for name, leads in held.items()} == {"P leads/1": 4, "P leads/2": 4}
    assert held["P leads/2"][3] == {
        "firstname": "Asha",
        "lastname": "7",
        "phone": "919876500007",
        "comment": "9876500007",
        "city": "Kochi",
        "order_index": 8,
    }
    assert (program.folder / "out" / "report.html").exists()


def test_values_in_the_notation_of_either_side(program: Inside) -> None:
    """TOML's lists, numbers and booleans are taken where the command line has text; check shows what was understood."""
    (program.folder / "telecmi-leads.toml").write_text(
        'types = ["mobile", "fixed_line"]\nnew-only = true\nmax-rejects = 3\nrate = 2.5\nexclude-max-age = "36h"\n'
        'map = { phone = "Mobile", city = "Town" }\nexclude = ["a.csv", "b.csv"]\nstrict = false\n'
        "[profile.all]\nnew-only = false\n"
    )

    def settings(*more: str) -> dict[str, str]:
        checks = program.run("check", "--json", *more).json["checks"]
        found = {check["what"]: check["detail"] for check in checks if "telecmi-leads.toml" in str(check["detail"])}
        return {what.removeprefix("setting "): detail.partition(" from ")[0] for what, detail in found.items()}

    assert settings() == {
        "types": "fixed_line, mobile",
        "new_only": "ever",
        "max_rejects": "3",
        "rate": "2.5",
        "exclude_max_age": "1.5d",
        "map": "phone=Mobile, city=Town",
        "exclude": "a.csv, b.csv",
        "strict": "no",
    }
    assert settings("--profile", "all")["new_only"] == "no"
