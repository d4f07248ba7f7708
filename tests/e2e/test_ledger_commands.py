"""The ledger by the real program: through pipes, in a locale that knows no Hangul, with names that shells hate."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = (
    *("2024-06-12-한글.md", "2024-06-12-a b'c.md", "2024-06-12-$(touch x).md"),
    *("-2024-06-12-dash.md", "새 폴더/2024-06-12-*.md"),
)
FEEDSVC = shlex.join([sys.executable, "-m", "feedsvc", "--quiet"])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "feedsvc.toml").write_text('[site]\ntitle = "a"\nurl = "https://example.org"\n', encoding="utf-8")
    for name in NAMES:
        path = tmp_path / "_posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\ntitle: {path.stem!r}\ndate: 2024-06-12\n---\n{name}\n", encoding="utf-8")
    return tmp_path


def shell(here: Path, command: str, code: int = 0) -> str:
    """Run a command line of a shell, under a locale that knows ASCII only."""
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("feedsvc", FEEDSVC, 1)],
        cwd=here,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stdout.decode()


def test_what_is_listed_can_be_pasted_into_the_command_that_mends_it(here: Path) -> None:
    shell(here, "feedsvc build")
    lines = shell(here, "feedsvc ids").splitlines()
    assert len(lines) == len(NAMES)
    for number, line in enumerate(lines):
        _, _, *words = shlex.split(line)
        assert words[0] in NAMES
        pasted = line.split("  ")[1]
        assert shell(here, f"feedsvc ids set -- {pasted} tag:example.org,2024:{number}").count("is gone") == 1
    assert not (here / "x").exists()
    assert shell(here, "feedsvc ids --id tag:").count("live ") == len(NAMES)


def test_an_export_goes_through_a_pipe_into_another_site_and_the_feeds_are_the_same_bytes(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shell(here, "feedsvc build")
    other = tmp_path_factory.mktemp("other")
    (here / "_posts").rename(other / "_posts")
    (other / "feedsvc.toml").write_bytes((here / "feedsvc.toml").read_bytes())
    shell(here, "feedsvc export > ../ledger.jsonl && cat ../ledger.jsonl")
    shell(other, f"feedsvc import - < {shlex.quote(str(here.parent / 'ledger.jsonl'))}")
    (other / "_posts" / NAMES[0]).rename(other / "_posts" / "2020-01-01-renamed.md")
    shell(other, "feedsvc build")
    text = (here / "public" / "atom.xml").read_text(encoding="utf-8")
    assert shell(other, "feedsvc ids").count("live ") == len(NAMES)
    for line in shell(other, "feedsvc ids").splitlines():
        assert f"<id>{shlex.split(line)[-1]}</id>" in text.replace("&#x27;", "'")


def test_who_reads_only_the_beginning_of_a_list_sees_no_traceback(here: Path) -> None:
    shell(here, "feedsvc build")
    assert shell(here, "feedsvc export | head -c 20 >/dev/null; true") == ""
