"""What a build costs: a cold one, one with nothing changed, and one after one edit of one post.

    python tests/bench/build.py [POSTS ...] [--corpus DIR] [--repeat N]

Runs the installed ``feedsvc`` on made-up posts (see corpus.py), or on a copy of DIR, a Jekyll site. Prints medians, and
the least CPU beside them for machines that are shared. Judges no time; exits with 1 only if a build fails or tells what
cannot be.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import Cost, describe_machine, import_times, median, run

AIM = "aim at 2,171 posts: cold at most 2 s of CPU, nothing changed at most 0.4 s"
# The index reads a file again that was younger than 2 s when it was read: old files are the usual case.
SETTLE_S = 2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """Builds of one kind, one after the other: what each cost and what ``--json`` told."""

    kind: str
    costs: tuple[Cost, ...]
    reports: tuple[dict[str, Any], ...]


class Site:
    """A site in a directory of its own, and the command that builds it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.command = find_command()
        self._edits = 0

    def init(self) -> None:
        """Configure the site and wait until its files are old enough."""
        run([self.command, "init", "--force", "."], self.directory)
        time.sleep(SETTLE_S)

    def build(self, kind: str, repeat: int, prepare: Callable[[], None]) -> Builds:
        """Build ``repeat`` times, each time after ``prepare``."""
        costs, reports = [], []
        for _ in range(repeat):
            prepare()
            cost, out, _ = run([self.command, "--quiet", "build", "--json"], self.directory)
            costs.append(cost)
            reports.append(json.loads(out))
        return Builds(kind=kind, costs=tuple(costs), reports=tuple(reports))

    def forget(self) -> None:
        """Delete what was built and what is remembered."""
        for name in ("public", "var"):
            shutil.rmtree(self.directory / name, ignore_errors=True)

    def edit(self, rejected: frozenset[str]) -> None:
        """Add a paragraph to a post of the newest date that can be published."""
        folder = self.directory / "_posts"
        self._edits += 1
        with (folder / max({path.name for path in folder.iterdir()} - rejected)).open("a", encoding="utf-8") as post:
            post.write(f"\n\n<p>{self._edits}</p>\n")


def find_command() -> str:
    """Return the ``feedsvc`` beside this Python, else the one on PATH."""
    beside = Path(sys.executable).with_name("feedsvc")
    command = str(beside) if beside.exists() else shutil.which("feedsvc")
    return command or sys.exit("there is no feedsvc command beside this Python nor on PATH; install the project first")


def measure_site(site: Site, repeat: int, posts: int | None) -> tuple[Builds, Builds, Builds]:
    """Measure the three kinds of build; exit if one tells what cannot be. ``posts`` are those expected."""
    site.init()
    cold = site.build("cold", repeat, site.forget)
    first = cold.reports[0]
    for report in cold.reports:
        check(report["written"] and report["posts"] == (posts or first["posts"]), "a cold build missed posts", report)
        check(report["written"] == first["written"], "two cold builds wrote different documents", report)
    unchanged = site.build("nothing changed", repeat, lambda: None)
    for report in unchanged.reports:
        check(not (report["written"] or report["removed"]), "with nothing changed something was written", report)
        check(report["snapshot"] == cold.reports[-1]["snapshot"], "with nothing changed the edition is another", report)
    rejected = frozenset(post["path"] for post in first["rejected"])
    edited = site.build("one edit", repeat, lambda: site.edit(rejected))
    for report in edited.reports:
        check(report["written"] and not report["removed"], "an edit changed nothing, or took something away", report)
        check(set(first["written"]).issuperset(report["written"]), "an edit made a new document", report)
    return cold, unchanged, edited


def check(holds: object, otherwise: str, report: dict[str, Any]) -> None:
    """Exit unless the report is one that can be."""
    if not holds:
        sys.exit(f"impossible: {otherwise}: {json.dumps(report, ensure_ascii=False)[:2000]}")


def print_builds(kinds: tuple[Builds, ...], first: tuple[Builds, ...]) -> None:
    """Print the builds of one corpus; ``first`` are those of the first corpus."""
    cold = median(kinds[0].costs)
    for builds, base in zip(kinds, first, strict=True):
        cost, report = median(builds.costs), builds.reports[-1]
        print(
            f"{report['posts']:>9,}  {builds.kind:<15}  {cost.wall_s:>6.2f}  {cost.cpu_s:>6.2f}",
            f"{min(each.cpu_s for each in builds.costs):>6.2f}",
            f"{cost.peak / 1e6:>7.0f}  {len(report['written']):>9,}  {cost.cpu_s / cold.cpu_s:>7.1%}",
            f"{cost.cpu_s / median(base.costs).cpu_s:>13.2f}",
            sep="  ",
            flush=True,
        )


def print_context(site: Site, repeat: int) -> None:
    """Print what Python and the command cost before any work, and what a build with nothing changed imports."""
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("feedsvc --version", [site.command, "--version"]),
    ):
        cost = median([run(command, site.directory)[0] for _ in range(repeat)])
        print(f"{name:<17} {cost.wall_s * 1e3:>5.0f} ms, {cost.cpu_s * 1e3:>4.0f} ms of CPU")
    # The post edited last was too young to be trusted; this build trusts it.
    time.sleep(SETTLE_S)
    site.build("settled", 1, lambda: None)
    imports = import_times(["--quiet", "build"], site.directory)
    told = ", ".join(f"{package} {seconds * 1e3:.0f}" for package, seconds in imports if seconds >= 0.001)
    print(f"imports of a build with nothing changed, {sum(s for _, s in imports) * 1e3:.0f} ms: {told}")


def make_site(directory: Path, posts: int, corpus: Path | None) -> None:
    """Copy ``corpus``, or make one of ``posts`` posts: in a process of its own, so that this one stays small."""
    if corpus:
        shutil.copytree(corpus, directory, ignore=shutil.ignore_patterns("feedsvc.toml", "public", "var"))
    else:
        run([sys.executable, str(Path(__file__).with_name("corpus.py")), str(directory), str(posts)], Path.cwd())


def warm_up() -> None:
    """Build a small site, so that the first build measured finds compiled modules as all others do."""
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as temporary:
        site = Site(Path(temporary) / "site")
        make_site(site.directory, 1, None)
        site.init()
        site.build("warm", 1, site.forget)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", metavar="POSTS", type=int, nargs="*", default=[2171], help="sizes; 2171 if none")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="measure a copy of this Jekyll site instead")
    parser.add_argument("--repeat", metavar="N", type=int, default=5, help="builds of each kind (5)")
    options = parser.parse_args()
    if options.repeat < 1 or min(options.posts) < 1:
        parser.error("POSTS and N are at least 1")
    if options.corpus and not (options.corpus / "_posts").is_dir():
        parser.error(f"there is no directory {options.corpus / '_posts'}")
    print(f"{describe_machine()}\n{AIM}; medians of {options.repeat}\n")
    print("    posts  build            wall s   CPU s   least  peak MB  documents  of cold  of first size")
    warm_up()
    first: tuple[Builds, ...] = ()
    sizes = [0] if options.corpus else options.posts
    for posts in sizes:
        with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as temporary:
            site = Site(Path(temporary) / "site")
            make_site(site.directory, posts, options.corpus)
            kinds = measure_site(site, options.repeat, posts or None)
            first = first or kinds
            print_builds(kinds, first)
            if posts == sizes[-1]:
                print()
                print_context(site, options.repeat)


if __name__ == "__main__":
    main()
