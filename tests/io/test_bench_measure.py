"""What the benchmarks measure with: all processes of a command count, and a file that it replaces is seen at once."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

MB = 1_000_000
HOLD = "import time; held = b'x' * 60_000_000; sum(range(3_000_000)); print('held', flush=True); time.sleep(0.5)"
# Two children that hold 60 MB and work a little; then a file is replaced, and half a second later the parent ends.
COMMAND = f"""
import os, subprocess, sys, time
children = [subprocess.Popen([sys.executable, "-c", {HOLD!r}], stdout=subprocess.PIPE) for _ in range(2)]
for child in children:
    child.stdout.readline()
with open("aside", "w") as aside:
    aside.write("new")
os.replace("aside", "landmark")
for child in children:
    child.wait()
print("done")
"""


# A child that works and is left alone: nobody waits for it.
ORPHAN = """
import os, sys, time
reader, writer = os.pipe()
if os.fork() == 0:
    while time.process_time() < 0.5:
        pass
    os.write(writer, b"done")
    time.sleep(0.3)
    os._exit(0)
os.read(reader, 4)
time.sleep(0.2)
"""


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script from where it lies, as the benchmarks do."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "bench")
    for name in ("family", "measure"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("measure")


def test_memory_and_cpu_are_those_of_all_processes_together(measure: ModuleType, tmp_path: Path) -> None:
    cost, out, _ = measure.run([sys.executable, "-c", COMMAND], tmp_path)
    assert out == "done\n"
    # The largest is at least that of one of them; the kernel counts what pytest had resident at the fork, too.
    assert cost.peak > 120 * MB
    assert cost.largest > 60 * MB
    alone, _, _ = measure.run([sys.executable, "-c", HOLD], tmp_path)
    assert cost.cpu_s > 1.2 * alone.cpu_s
    assert cost.live_s is None


def test_the_cpu_of_a_child_that_nobody_waits_for_counts(measure: ModuleType, tmp_path: Path) -> None:
    cost, _, _ = measure.run([sys.executable, "-c", ORPHAN], tmp_path)
    assert cost.cpu_s > 0.45


def test_the_moment_at_which_a_file_is_replaced_is_told(measure: ModuleType, tmp_path: Path) -> None:
    landmark = tmp_path / "landmark"
    landmark.write_text("old", encoding="utf-8")
    cost, _, _ = measure.run([sys.executable, "-c", COMMAND], tmp_path, landmark)
    assert landmark.read_text(encoding="utf-8") == "new"
    assert 0 < cost.live_s < cost.wall_s
    assert 0 < cost.live_cpu_s <= cost.cpu_s + 0.02


def test_a_file_that_stays_as_it_was_is_not_taken_for_a_new_one(measure: ModuleType, tmp_path: Path) -> None:
    landmark = tmp_path / "landmark"
    landmark.write_text("old", encoding="utf-8")
    cost, _, _ = measure.run([sys.executable, "-c", "pass"], tmp_path, landmark)
    assert cost.live_s is None


def test_a_command_that_fails_ends_the_benchmark_with_what_it_said(measure: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such luck"):
        measure.run([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path)
