"""What is printed: a table for each size, and the ratios that the aims are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from building import Builds
from measure import Cost, median
from others import Other
from steps import BACKDATED, COLD, EDIT, REMOVAL, UNCHANGED, WIRE

AIMS = """\
aims at 100,000 posts, on the machine whose bare script takes 9.4 s of CPU and 11.2 s of wall time; elsewhere as ratios:
  cold          live in 12 s (1.07 x bare) and 14 s of CPU (1.49 x bare), archives 90 s later (8 x bare); 400 MB
  unchanged     1 s (0.09 x bare)
  one edit      1 s (0.09 x bare), and at most 1.2 x the time at 2,000 posts and the directory scan
  on the wire   0.2 s (0.018 x bare), and less than 1.5 x the time at 2,000 posts"""
ORDER = (COLD, UNCHANGED, EDIT, WIRE, REMOVAL, BACKDATED)
HEAD = (
    "    posts  build                       wall s   least  live s   CPU s   least  live CPU  peak MB  largest"
    "    files  documents  x bare wall, CPU"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """All that was measured of one size. ``scan_s`` is what listing the posts took, without feedsvc."""

    posts: int
    builds: Mapping[str, Builds]
    scan_s: float
    bare: Other | None


def print_builds(posts: int, builds: Builds, bare: Other | None = None) -> None:
    """Print one kind of build at one size."""
    last = builds.builds[-1]
    _print_row(posts, builds.kind, builds.costs, last.files, len(last.report.get("written", ())), bare)


def print_missing(posts: int, kind: str, reason: str) -> None:
    """Print why a step was not taken."""
    print(f"{posts:>9,}  {kind:<25}  {reason}", flush=True)


def print_other(posts: int, other: Other, bare: Other) -> None:
    """Print what another program took."""
    _print_row(posts, other.name, other.costs, other.files, 0, bare)
    if other.edit:
        _print_row(posts, "  and after one edit", [other.edit], 0, 0, bare)


def _print_row(posts: int, name: str, costs: Sequence[Cost], files: int, documents: int, bare: Other | None) -> None:
    cost = median(costs)
    beside = f"{cost.wall_s / bare.cold.wall_s:.3f}, {cost.cpu_s / bare.cold.cpu_s:.3f}" if bare else ""
    print(
        f"{posts:>9,}  {name:<25}",
        f"{cost.wall_s:>7.3f}",
        f"{min(each.wall_s for each in costs):>6.3f}",
        _seconds(cost.live_s),
        f"{cost.cpu_s:>6.2f}",
        f"{min(each.cpu_s for each in costs):>6.2f}",
        f"{_seconds(cost.live_cpu_s):>8}",
        f"{cost.peak / 1e6:>7.0f}",
        f"{cost.largest / 1e6:>7.0f}",
        f"{files or '':>7}",
        f"{documents or '':>9}",
        beside,
        sep="  ",
        flush=True,
    )


def _seconds(value: float | None) -> str:
    return f"{value:>6.2f}" if value is not None else " " * 6


def print_ratios(sizes: Sequence[Size]) -> None:
    """Print what the aims are about: each size beside its bare script, and beside the first size."""
    print(f"\n{AIMS}\n")
    for size in sizes:
        bare = size.bare.cold if size.bare else None
        beside = f"; bare script {bare.wall_s:.2f} s, {bare.cpu_s:.2f} s of CPU" if bare else ""
        print(f"{size.posts:,} posts{beside}")
        for kind in ORDER:
            builds = size.builds.get(kind)
            if builds:
                print(f"  {kind:<18}{_beside_bare(builds, bare)}{_beside_first(kind, size, sizes[0])}")


def _beside_bare(builds: Builds, bare: Cost | None) -> str:
    cost = median(builds.costs)
    live_s = cost.wall_s if cost.live_s is None else cost.live_s
    live_cpu_s = cost.cpu_s if cost.live_cpu_s is None else cost.live_cpu_s
    told = f"{live_s:>7.3f} s, CPU {live_cpu_s:.2f} s"
    if bare:
        told = f"{live_s:>7.3f} s = {live_s / bare.wall_s:.3f} x bare; CPU {live_cpu_s / bare.cpu_s:.2f} x"
    if builds.kind == COLD:
        told += f"; {cost.wall_s - live_s:.2f} s more to the end; {cost.peak / 1e6:.0f} MB"
    return told


def _beside_first(kind: str, size: Size, first: Size) -> str:
    then = first.builds.get(kind)
    now = size.builds.get(kind)
    if size is first or then is None or now is None:
        return ""
    now_s, then_s = median(now.costs).wall_s, median(then.costs).wall_s
    told = f"; {now_s / then_s:.2f} x the time at {first.posts:,}"
    if kind == EDIT:
        bound = 1.2 * then_s + size.scan_s
        told += f", bound 1.2 x and scan of {size.scan_s:.2f} s: {bound:.2f} s, so {now_s / bound:.2f} of it"
    return told
