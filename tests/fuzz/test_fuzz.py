"""A few seconds of fuzzing, so that the harnesses work when somebody runs them for hours: ``make fuzz SECONDS=600``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("fuzz_posts.py")


@pytest.mark.parametrize("target", ["parse", "content", "jekyll", "kramdown", "others", "media", "ledger", "rules"])
def test_some_seconds_of_invented_posts_meet_nothing_but_answers(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="there is no wheel of atheris for this Python")
    done = subprocess.run(
        [sys.executable, HARNESS, target, "corpus", "-max_total_time=3", "-seed=1"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    assert b"DONE" in done.stderr
    assert len(list((tmp_path / "corpus").iterdir())) >= 2
