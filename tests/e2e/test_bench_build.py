"""The benchmark of builds in its short form: every step is taken, and what it is beside is measured too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from feedsvc.config.serviceoptions import Schedule

BUILD = Path(__file__).parents[1] / "bench" / "build.py"
STEPS = ("cold", "nothing changed", "one edit", "a removal", "a back-dated post")
WATCHES = "watch" in Schedule.model_fields


def test_the_benchmark_of_builds_takes_every_step_beside_the_bare_script(tmp_path: Path) -> None:
    command = [sys.executable, str(BUILD), "8", "--repeat", "1", "--keep", str(tmp_path), "--others", ""]
    told = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    for step in STEPS:
        assert re.search(rf"^ +{step} +[\d.]+ s = [\d.]+ x bare", told.stdout, re.MULTILINE), told.stdout
    on_the_wire = r"^ +8  one edit, serve +\d" if WATCHES else r"^ +8  one edit, serve +no watcher"
    assert re.search(on_the_wire, told.stdout, re.MULTILINE), told.stdout
    assert re.search(r"^ +8  bare script  ", told.stdout, re.MULTILINE)
