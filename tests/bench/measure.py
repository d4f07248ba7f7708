"""What a command costs, and what to know of the machine beside it."""

from __future__ import annotations

import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds by the clock, seconds of CPU (user and system, children too) and the largest resident set in bytes."""

    wall_s: float
    cpu_s: float
    peak: int


def run(command: Sequence[str], directory: Path) -> tuple[Cost, str, str]:
    """Run a command to its end; return its cost, stdout and stderr. Exits if it failed.

    The kernel counts into the peak what this process had resident when it forked: keep it small.
    """
    # Nothing that would configure the command, nor keep Python from storing what it compiled.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("FEEDSVC_", "PYTHON"))}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=directory, env=environ, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        told = err.read()
        if process.returncode:
            sys.exit(f"{shlex.join(command)}: exit {process.returncode}\n{told}")
        return Cost(wall_s=wall_s, cpu_s=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * 1024), out.read(), told


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each measure by itself."""
    return Cost(
        wall_s=statistics.median(cost.wall_s for cost in costs),
        cpu_s=statistics.median(cost.cpu_s for cost in costs),
        peak=int(statistics.median(cost.peak for cost in costs)),
    )


def describe_machine() -> str:
    """Return one line: CPU, cores and how busy they are, system, Python, and where the files are."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = named[0] if named else platform.processor() or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{model}, {cores}; {platform.system()}; {python}; files in {tempfile.gettempdir()}"


def import_times(arguments: Sequence[str], directory: Path) -> list[tuple[str, float]]:
    """Return what importing each package took while ``feedsvc`` ran, in seconds, most first.

    The standard library counts as one. ``-X importtime`` itself adds a little.
    """
    _, _, told = run([sys.executable, "-X", "importtime", "-m", "feedsvc", *arguments], directory)
    spent: Counter[str] = Counter()
    for line in told.splitlines():
        head, _, rest = line.partition("import time:")
        own, _, module = rest.partition("|")
        if head or not own.strip().isdigit():
            continue
        package = module.rpartition("|")[2].strip().partition(".")[0]
        spent["standard library" if package in sys.stdlib_module_names else package] += int(own)
    return [(package, microseconds / 1e6) for package, microseconds in spent.most_common()]
