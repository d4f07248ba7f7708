"""What a command costs, and what to know of the machine beside it."""

from __future__ import annotations

import os
import platform
import select
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

from family import Account

SAMPLE_MS = 10
Look = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds by the clock, seconds of CPU (user and system, of all processes), and bytes resident.

    ``peak`` is the greatest sum over all processes that was seen, every 10 ms; ``largest`` is the greatest set of one
    process, as the kernel tells it at the end. ``live_s`` and ``live_cpu_s`` are what had passed when the landmark
    was first seen changed (to 10 ms); None where it never was.
    """

    wall_s: float
    cpu_s: float
    peak: int
    largest: int
    live_s: float | None = None
    live_cpu_s: float | None = None


class _Sampler:
    """Looks at a running command: how much it holds, and whether a file has become another one yet."""

    def __init__(self, pid: int, landmark: Path | None, before: Look | None) -> None:
        self.peak, self.cpu_s = 0, 0.0
        self.live: tuple[float, float] | None = None
        self._account, self._landmark, self._before = Account(pid), landmark, before

    def sample(self, passed_s: float) -> None:
        """Look once."""
        seen = self._account.look()
        self.peak, self.cpu_s = max(self.peak, seen.resident), seen.cpu_s
        if self.live is None and self._landmark and look_of(self._landmark) not in (None, self._before):
            self.live = (passed_s, seen.cpu_s)


def look_of(path: Path | None) -> Look | None:
    """Return what changes when a file is replaced or written; None where there is none."""
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size) if status else None


def plain_environ(**more: str) -> dict[str, str]:
    """Return the environment without what would configure the command, or keep Python from storing what it compiled."""
    spared = ("FEEDSVC_", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONDEVMODE", "PYTHONWARNINGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(spared)} | more


def run(command: Sequence[str], directory: Path, landmark: Path | None = None) -> tuple[Cost, str, str]:
    """Run a command to its end; return its cost, stdout and stderr. Exits if it failed.

    The kernel counts into ``largest`` what this process had resident when it forked: keep it small.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        before = look_of(landmark)
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=directory, env=plain_environ(), stdout=out, stderr=err)
        sampler = _Sampler(process.pid, landmark, before)
        ended = select.poll()
        descriptor = os.pidfd_open(process.pid)
        ended.register(descriptor, select.POLLIN)
        while not ended.poll(SAMPLE_MS):
            sampler.sample(time.perf_counter() - started)
        wall_s = time.perf_counter() - started
        sampler.sample(wall_s)
        _, status, used = os.wait4(process.pid, 0)
        os.close(descriptor)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        told = err.read()
        if process.returncode:
            sys.exit(f"{shlex.join(command)}: exit {process.returncode}\n{told[-2000:]}")
        live_s, live_cpu_s = sampler.live or (None, None)
        cost = Cost(
            wall_s=wall_s,
            cpu_s=max(used.ru_utime + used.ru_stime, sampler.cpu_s),
            peak=max(sampler.peak, used.ru_maxrss * 1024),
            largest=used.ru_maxrss * 1024,
            live_s=live_s,
            live_cpu_s=live_cpu_s,
        )
        return cost, out.read(), told


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each measure by itself."""
    lives = [cost.live_s for cost in costs if cost.live_s is not None]
    live_cpus = [cost.live_cpu_s for cost in costs if cost.live_cpu_s is not None]
    return Cost(
        wall_s=statistics.median(cost.wall_s for cost in costs),
        cpu_s=statistics.median(cost.cpu_s for cost in costs),
        peak=int(statistics.median(cost.peak for cost in costs)),
        largest=int(statistics.median(cost.largest for cost in costs)),
        live_s=statistics.median(lives) if lives else None,
        live_cpu_s=statistics.median(live_cpus) if live_cpus else None,
    )


def describe_machine(directory: Path | None = None) -> str:
    """Return one line: CPU, cores and how busy they are, system, Python, and where the files are."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = named[0] if named else platform.processor() or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{model}, {cores}; {platform.system()}; {python}; files in {directory or tempfile.gettempdir()}"


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
