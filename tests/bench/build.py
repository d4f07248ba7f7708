"""What a build costs: cold, with nothing changed, after one edit (by command line and watched), a removal, a late post.

    python tests/bench/build.py [POSTS ...] [--repeat N] [--keep DIR] [--others NAMES | --alone]

Runs the feedsvc of this Python on made-up posts (corpus.py), or on a copy of DIR, a Jekyll site, and in the same run a
bare script of python-frontmatter and feedgen (bare.py) and, where they are on PATH, Hugo, Jekyll and Pelican. Prints
medians, the least beside them for machines that are shared, and the ratios that the aims are about. Judges no time;
exits with 1 only if a build fails or tells what cannot be. Needs Linux.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import figures
from building import Builds, Site
from corpora import copy_corpus, find_corpus, read_once
from measure import describe_machine, import_times, median, run
from others import KNOWN, is_installed, measure_others
from steps import MOST_REPEATS, WIRE, least_posts, take_last_steps, take_steps
from wire import edit_while_watched

COMPILE = "import compileall, feedsvc; compileall.compile_dir(feedsvc.__path__[0], quiet=2)"
# What listing a directory and looking at each file costs at least, in this language.
SCAN = """
import os, sys, time
started = time.perf_counter()
with os.scandir(sys.argv[1]) as entries:
    looks = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
print(time.perf_counter() - started)
"""


def measure_size(work: Path, corpus: Path, posts: int, options: argparse.Namespace) -> figures.Size:
    """Take all steps with one corpus, and print them as they are done. 0 ``posts``: as many as there are."""
    site = Site(work / "site")
    copy_corpus(corpus, site.directory)
    site.init(like_others=options.like_others)
    # Machines that give memory back soon read 100,000 files from the disk again: 10 s of CPU, whoever comes first.
    read_once(site.posts)
    steps: dict[str, Builds] = {}
    for builds in _all_steps(site, options.repeat, posts or None):
        steps[builds.kind] = builds
        posts = posts or builds.builds[0].report["posts"]
        figures.print_builds(posts, builds)
    if WIRE not in steps:
        figures.print_missing(posts, WIRE, "no watcher: this feedsvc has no option schedule.watch")
    bare = None
    if not options.alone:
        read_once(corpus / "_posts")
        others = measure_others(work / "others", corpus / "_posts", site.rejected, options.others, options.repeat)
        for other in others:
            bare = bare or other
            figures.print_other(posts, other, bare)
    scans = [float(run([sys.executable, "-c", SCAN, str(site.posts)], work)[1]) for _ in range(max(3, options.repeat))]
    return figures.Size(posts=posts, builds=steps, scan_s=sorted(scans)[len(scans) // 2], bare=bare)


def _all_steps(site: Site, repeat: int, posts: int | None) -> Iterator[Builds]:
    yield from take_steps(site, repeat, posts)
    yield from edit_while_watched(site, repeat)
    yield from take_last_steps(site, repeat)


def print_context(work: Path, corpus: Path, repeat: int) -> None:
    """Print what Python and the command cost before any work, and what a build with nothing changed imports."""
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("feedsvc --version", [sys.executable, "-m", "feedsvc", "--version"]),
    ):
        cost = median([run(command, work)[0] for _ in range(repeat)])
        print(f"{name:<17} {cost.wall_s * 1e3:>5.0f} ms, {cost.cpu_s * 1e3:>4.0f} ms of CPU")
    site = Site(work / "context")
    copy_corpus(corpus, site.directory)
    site.init(like_others=False)
    site.build("settled", 2, lambda: None)
    imports = import_times(["--quiet", "build"], site.directory)
    told = ", ".join(f"{package} {seconds * 1e3:.0f}" for package, seconds in imports if seconds >= 0.001)
    print(f"imports of a build with nothing changed, {sum(s for _, s in imports) * 1e3:.0f} ms: {told}\n")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", metavar="POSTS", type=int, nargs="*", help="sizes; 2000 if none")
    parser.add_argument("--repeat", metavar="N", type=int, default=3, help="builds of each kind (3)")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep made posts there, and work there; else in /tmp")
    parser.add_argument(
        "--others", metavar="NAMES", help=f"of {','.join(KNOWN)}; those on PATH if not given, none if empty"
    )
    parser.add_argument(
        "--alone", action="store_true", help="without the bare script, which takes 9 GB at a million posts, and others"
    )
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="measure a copy of this Jekyll site instead")
    parser.add_argument(
        "--like-others", action="store_true", help="RSS and Atom of 50 entries, as the others; not the defaults"
    )
    parser.add_argument("--imports", action="store_true", help="print what importing costs, too")
    options = parser.parse_args()
    options.posts = options.posts or [2000]
    if not 1 <= options.repeat <= MOST_REPEATS or min(options.posts) < least_posts(options.repeat):
        parser.error(f"N is 1 to {MOST_REPEATS}, and POSTS at least {least_posts(options.repeat)} for so many repeats")
    if options.corpus and not (options.corpus / "_posts").is_dir():
        parser.error(f"there is no directory {options.corpus / '_posts'}")
    named = [name for name in KNOWN if is_installed(name)] if options.others is None else options.others.split(",")
    options.others = [] if options.alone else [name for name in KNOWN if name in named]
    refused = {name for name in named if name and not (name in KNOWN and is_installed(name))}
    if refused:
        parser.error(f"--others takes those of {', '.join(KNOWN)} that are on PATH, not {', '.join(sorted(refused))}")
    return options


def main() -> None:
    options = read_options()
    started = time.monotonic()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-", dir=options.keep) as temporary:
        keep = (options.keep or Path(temporary)).resolve()
        print(f"{describe_machine(keep)}; medians of {options.repeat}\nothers: {', '.join(options.others) or 'none'}\n")
        # So that the first build measured finds compiled modules as all others do.
        run([sys.executable, "-c", COMPILE], keep)
        if options.imports:
            print_context(Path(temporary).resolve(), find_corpus(keep, least_posts(1)), options.repeat)
        print(figures.HEAD)
        sizes = []
        for posts in [0] if options.corpus else options.posts:
            corpus = options.corpus.resolve() if options.corpus else find_corpus(keep, posts)
            with tempfile.TemporaryDirectory(dir=temporary) as work:
                sizes.append(measure_size(Path(work).resolve(), corpus, posts, options))
    figures.print_ratios(sizes)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"\n{time.monotonic() - started:.0f} s in all; this process held {own / 1e6:.0f} MB at most")


if __name__ == "__main__":
    main()
