"""Make the README's pictures from a real run: examples/leads.csv, uploaded to the stand-in, in a terminal.

    python examples/pictures/make.py [--browser chromium] [--to FOLDER]

terminal.svg is what stands on the terminal in the end; report.png, for which a Chromium is needed, the report page.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import MONOKAI

from telecmi_leads.sandbox import Sandbox

HERE = Path(__file__).parent
COLUMNS = 84
COMMAND = "telecmi-leads upload leads.csv --name March --region IN --size 500"
FAULTS = ("429=1@3",)
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="The terminal">
<style>
{styles}
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
 line-height: {line_height}px; }}
</style>
<defs>{lines}</defs>
<rect fill="#16191d" width="{width}" height="{height}" rx="10"/>
<g transform="translate(18, 18)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Make what can be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", help="a Chromium, for report.png")
    parser.add_argument("--to", type=Path, default=HERE, help="where the pictures go")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copy(HERE.parent / "leads.csv", folder)
        written = run_in_terminal(folder)
        (arguments.to / "terminal.svg").write_text(svg_of(standing(written)), encoding="utf-8")
        if arguments.browser:
            [page] = folder.glob("telecmi-reports/*/report.html")
            photograph(arguments.browser, page, arguments.to / "report.png")


def run_in_terminal(folder: Path) -> str:
    """Run the command in a pseudo-terminal; return all that was written to it."""
    words = [sys.executable, "-m", "telecmi_leads", *COMMAND.split()[1:]]
    with Sandbox(latency=0.4, faults=FAULTS) as sandbox:
        environment = {
            **os.environ,
            "TELECMI_BASE_URL": sandbox.url,
            "TELECMI_APP_ID": "1111112",
            "TELECMI_SECRET": "invented",
            "TELECMI_STATE_DIR": str(folder / "state"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        for name in ("NO_COLOR", "COLUMNS"):
            environment.pop(name, None)
        outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
        with subprocess.Popen(words, cwd=folder, env=environment, stdin=inner, stdout=inner, stderr=inner):
            os.close(inner)
            return read(outer)


def read(terminal: int) -> str:
    """Return what is written to a terminal until nobody has it open any more."""
    found = bytearray()
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        if not piece:
            os.close(terminal)
            return found.decode("utf-8")
        found += piece


def standing(written: str) -> list[str]:
    """Return the lines that stand in the end, colours kept: the live lines were written, gone up to and erased."""
    lines = [""]
    for part in re.split(r"(\x1b\[\d*A|\x1b\[2K|\r\n|\r|\n)", written):
        if part in {"\n", "\r\n"}:
            lines.append("")
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif re.fullmatch(r"\x1b\[\d*A", part):
            del lines[-int(part[2:-1] or 1) :]
        elif part != "\r":
            lines[-1] += part
    return [line.rstrip() for line in lines]


def svg_of(lines: list[str]) -> str:
    """Return the screen as a picture, the command on top."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), markup=False, emoji=False, highlight=False)
    for line in AnsiDecoder().decode("\n".join([f"\x1b[1;36m$\x1b[0m {COMMAND}", "", *lines]).rstrip()):
        console.print(line)
    return console.export_svg(code_format=SVG, theme=MONOKAI, unique_id="t")


def photograph(browser: str, page: Path, picture: Path) -> None:
    """Save the top of a page; its paths are shortened to how they are typed in the folder of the run."""
    folder = page.parents[2]
    page.write_text(page.read_text("utf-8").replace(f"{folder.resolve()}/", "").replace(f"{folder}/", ""), "utf-8")
    switches = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
    switches += [
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        f"--user-data-dir={folder / 'browser'}",
    ]
    switches += ["--no-sandbox"] if os.geteuid() == 0 else []
    shot = [f"--screenshot={picture.resolve()}", "--window-size=1080,1500", page.resolve().as_uri()]
    subprocess.run([browser, *switches, *shot], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
