"""What a long build shows on a terminal: a real pseudo-terminal, the real command."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

# A build of so few posts takes no second; the first argument says how long it must take to be shown.
RUN = """
import sys
from feedsvc.cli import progress, run
progress._PATIENCE_S = float(sys.argv[1])
code = run(sys.argv[2:])
sys.stdout.write("rich was imported\\n" if "rich" in sys.modules else "")
sys.exit(code)
"""
REFUSE = """
from feedsvc import assembly
from feedsvc.errors import DocumentError
def refuse(*_, **__):
    raise DocumentError("/atom.xml", "it does not parse")
assembly.render_feed = refuse
"""
TWICE = """
from feedsvc.cli import progress
progress._PATIENCE_S = 0
def build(name, *, progress):
    print(name, file=sys.stderr)
    progress("feeds", 1, 2)
import sys
run = progress.show_first(build, quiet=False)
run("first build")
run("second build")
"""
CONFIG = '[site]\ntitle = "뉴스"\nurl = "https://example.org"\n'


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command wrote to a pipe as stdout and to a terminal as stderr."""

    code: int
    out: str
    shown: str


def run_on_terminal(directory: Path, patience: float, *arguments: str, term: str = "xterm", code: str = RUN) -> Ran:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", code, str(patience), *arguments]
    with subprocess.Popen(
        command, cwd=directory, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": term}
    ) as process:
        os.close(theirs)
        shown = read_all(ours)
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(ours)
    return Ran(code=process.returncode, out=out.decode(), shown=shown.decode())


def read_all(terminal: int) -> bytes:
    shown = b""
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # EIO: the last process that had the terminal is gone
            return shown
        if not read:
            return shown
        shown += read


@pytest.fixture
def news(site: Path, write_post: Callable[..., Path], break_post: Callable[[str], Path]) -> Path:
    """Make a site with some categories, and one post that is rejected."""
    for number in range(30):
        write_post(f"2024-07-11-{number}.md", f"분류 {number % 10}")
    break_post("2024-07-12-1.md")
    (site / "feedsvc.toml").write_text(CONFIG, encoding="utf-8")
    return site


def test_a_build_that_takes_long_shows_how_far_it_is_and_leaves_the_summary_alone(news: Path) -> None:
    ran = run_on_terminal(news, 0, "build")
    assert ran.code == 0
    uncoloured = re.sub("\x1b\\[[0-9;]*m", "", ran.shown)
    assert "/31 posts read" in uncoloured
    assert "/11 feeds written" in uncoloured
    assert " left" in ran.shown
    assert ran.out.startswith("30 posts in 11 feeds, 34 documents written")
    assert "\x1b" not in ran.out
    # It is wiped away (erase line), and the cursor is there when it ends.
    last_drawn = ran.shown.rindex("feeds written")
    assert "\x1b[2K" in ran.shown[last_drawn:]
    assert ran.shown.rfind("\x1b[?25h") > ran.shown.rfind("\x1b[?25l")
    assert "2024-07-12-1.md:2:" in ran.shown[last_drawn:]


def test_a_build_that_takes_less_than_a_second_shows_nothing_and_never_loads_rich(news: Path) -> None:
    ran = run_on_terminal(news, 60, "build")
    assert "feeds written" not in ran.shown
    assert "\x1b" not in ran.shown
    assert "rich was imported" not in ran.out


@pytest.mark.parametrize(("arguments", "term"), [(("--quiet", "build"), "xterm"), (("build",), "dumb")])
def test_nothing_is_shown_to_who_wants_quiet_or_has_a_terminal_that_cannot(
    news: Path, arguments: tuple[str, ...], term: str
) -> None:
    ran = run_on_terminal(news, 0, *arguments, term=term)
    assert ran.code == 0
    assert "feeds written" not in ran.shown
    assert "rich was imported" not in ran.out


def test_nothing_is_shown_where_stderr_is_no_terminal(news: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "0", "build", "--json"], cwd=news, capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
    assert "rich was imported" not in ran.stdout


def test_what_is_logged_meanwhile_stands_on_lines_of_its_own(news: Path) -> None:
    assert run_on_terminal(news, 0, "build").code == 0
    for path in (news / "_posts").glob("2024-07-11-*0.md"):
        path.unlink()  # the feed of a category goes, and that is logged while feeds are written
    ran = run_on_terminal(news, 0, "build")
    logged = [
        line for line in ran.shown.replace("\r", "\n").split("\n") if "no feed is published there any more" in line
    ]
    assert len(logged) == 3
    assert not [line for line in logged if "feeds written" in line]


def test_a_build_that_fails_wipes_its_progress_away_and_says_why(news: Path) -> None:
    assert run_on_terminal(news, 0, "build").code == 0
    (news / "_posts" / "2024-07-11-1.md").write_text("---\ntitle: 새 제목\n---\nx\n", encoding="utf-8")
    ran = run_on_terminal(news, 0, "build", code=REFUSE + RUN)
    assert ran.code == 1
    assert "it does not parse" in ran.shown[ran.shown.rindex("feeds written") :]
    assert ran.shown.rfind("\x1b[?25h") > ran.shown.rfind("\x1b[?25l")


def test_of_a_service_only_the_first_build_is_shown(tmp_path: Path) -> None:
    shown = run_on_terminal(tmp_path, 0, code=TWICE).shown
    first, second = shown.split("second build")
    assert "feeds written" in first
    assert "feeds written" not in second
