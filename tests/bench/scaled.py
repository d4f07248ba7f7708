"""What is printed of replicas: a table for each load, and one of edits."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from pressing import Pressed
from reaching import STAGES, Reached

AIM = """
CPU µs a request, of all processes: of all that serves, of the replicas and nginx among it, and of the generator, which
has the same cores: so requests/s are no maximum. x 1 is beside the fewest replicas, x nginx CPU beside nginx alone."""
Key = tuple[str, str, int]
"""Load; through what; how many replicas, 0 for nginx alone."""
Runs = dict[Key, list[Pressed]]
_TOLD = {
    "builder": "at the builder",
    "committed": "committed in the store",
    "first": "at the first replica",
    "last": "at every replica",
    "nginx": "nothing older through nginx",
    "names": "all of it under a CDN's names",
}
_SIDES = {"alone": "nginx alone, the tree", "straight": "replica, straight", "nginx": "nginx and replicas"}


def cpu_of(runs: Sequence[Pressed]) -> float:
    """Return the median CPU µs a request of all that serves."""
    return _median(runs, "served_us")


def print_loads(runs: Mapping[Key, Sequence[Pressed]]) -> None:
    """Print a table for each load, and what its columns are."""
    for load in dict.fromkeys(load for load, _, _ in runs):
        head = f"{'requests/s':>11}{'x 1':>6}{'p99 ms':>8}{'CPU µs':>8}{'replicas':>10}{'nginx':>7}{'x nginx':>8}"
        print(f"\n{load:<32}{head}{'generator':>11}  shares")
        behind = {number: of for (name, side, number), of in runs.items() if (name, side) == (load, "nginx")}
        one = _median(behind[min(behind)], "per_second")
        alone = runs.get((load, "alone", 0))
        for (name, side, number), of in runs.items():
            if name == load:
                beside = f"{cpu_of(of) / cpu_of(alone):>8.2f}" if alone else " " * 8
                print(_row(side, number, of, one) + beside + f"{_median(of, 'generator_us'):>11.1f}  {_shares(of)}")
    print(AIM)


def _row(side: str, number: int, of: Sequence[Pressed], one: float) -> str:
    label = _SIDES[side].replace("replicas", f"{number} replica{'s' if number > 1 else ''}")
    per_second = _median(of, "per_second")
    return (
        f"{label:<32}{per_second:>11,.0f}{per_second / one:>6.2f}{_median(of, 'p99_ms'):>8.2f}{cpu_of(of):>8.1f}"
        f"{_median(of, 'replicas_us'):>10.1f}{_median(of, 'nginx_us'):>7.1f}"
    )


def _shares(of: Sequence[Pressed]) -> str:
    told = [statistics.median(each) for each in zip(*(run.shares for run in of), strict=True)]
    flaws = sorted({run.flaws for run in of} - {""})
    return " ".join([*(f"{100 * share:.1f}%" for share in told), *flaws])


def _median(of: Sequence[Pressed], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in of))


def print_edits(edits: Sequence[Reached], replicas: int, poll: str) -> None:
    """Print least, median and most of each stage."""
    turn = max(edit.turn for edit in edits)
    print(f"\n{len(edits)} edits, {replicas} replicas that look every {poll}; s after the rename (to {turn:.3f})")
    print(f"{'':<32}{'least':>8}{'median':>8}{'most':>8}")
    for stage in STAGES:
        seconds = [getattr(edit, stage) for edit in edits]
        shown = "".join(f"{value:>8.3f}" for value in (min(seconds), statistics.median(seconds), max(seconds)))
        print(f"{_TOLD[stage]:<32}{shown}", flush=True)
