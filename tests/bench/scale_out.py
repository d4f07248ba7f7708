"""Replicas behind nginx: what a request costs, how soon an edit is everywhere, and what millions of subscribers cost.

    python tests/bench/scale_out.py [--posts 2000] [--corpus DIR] [--store s3|file] [--seconds S] [--rounds R]

Sends a site (see sites.py) to a SeaweedFS, starts replicas of one worker each that follow it, and before 1, 2 and 4 of
them nginx with deploy/nginx-replicas.conf. wrk presses through nginx and one replica straight, beside nginx alone with
the same tree. Prints medians of the rounds. Then edits the newest post while ``feedsvc serve`` watches, and prints how
long after the file's rename the new ETag is everywhere; then the paper (costs.py, paper.py). Nothing is pinned: on a
machine with few cores requests/s are what the generator leaves over, and CPU per request is what to compare.
Needs nginx, wrk and openssl (Debian's). Takes about S * R * 17 seconds and three minutes. Judges no time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from building import Site
from costs import Answer, Figures, bill_all
from fleet import Front, follow, open_store, put_before
from measure import describe_machine
from paper import NOTE, describe, dump_figures, parse_assumptions, render
from press import PATH
from pressing import Load, Pressed, make_loads, press, weigh
from reaching import measure_edits
from scaled import Runs, cpu_of, print_edits, print_loads
from servers import Server, nginx, require_tools
from sites import make_site, publish_pushes

LOADS = ("304", "gzip 200", "226", "304, new TLS")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="a Jekyll site of your own instead")
    parser.add_argument("--store", choices=("s3", "file"), default="s3")
    parser.add_argument("--replicas", metavar="N", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=int, default=3, help="how long each load lasts (3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all of them are run (3)")
    parser.add_argument("--loads", metavar="LOAD", choices=LOADS, nargs="+", default=LOADS)
    parser.add_argument("--pushes", type=int, default=6, help="editions after the first one (6)")
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument(
        "--polls", nargs="+", default=["200ms", "1s"], help="how often replicas look while posts are edited"
    )
    parser.add_argument("--save", metavar="FILE", type=Path, help="for paper.py")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="what the paper assumes")
    return parser.parse_args()


def main() -> None:
    """Build, send, start, press, edit, compute, print."""
    options = parse()
    given = parse_assumptions(options.set)
    require_tools()
    with tempfile.TemporaryDirectory() as name, open_store(options.store, Path(name)) as store:
        directory = Path(name)
        print(describe_machine(), flush=True)
        site = make_site(directory / "site", options.posts, options.corpus, store)
        loads = make_loads(*publish_pushes(site, options.pushes))
        figures = press_all(site, store, loads, options)
        for poll in options.polls:
            edit_all(site, store, poll, options)
    if figures is None:
        return
    if options.save:
        options.save.write_text(dump_figures(figures), encoding="utf-8")
    print("\nOn paper, what leaves our machines, and what leaves a CDN before them:")
    print(render(bill_all(figures, given)), describe(given), NOTE, sep="\n")


def press_all(site: Site, store: str, loads: tuple[Load, ...], options: argparse.Namespace) -> Figures | None:
    """Press each number of replicas with each load, and nginx alone; print; return figures if there are all."""
    directory = site.directory.parent
    with ExitStack() as stack:
        replicas = stack.enter_context(follow(store, directory / "replicas", max(options.replicas), "2s"))
        fronts = [
            stack.enter_context(put_before(replicas[:number], directory / f"nginx-{number}"))
            for number in options.replicas
        ]
        alone = stack.enter_context(nginx(site.public, directory / "nginx-alone", cached=False, pinned=False))
        # Each replica has fetched and remembers what is asked for, as it does within seconds of any day.
        wire = {load.name: max(weigh(load, each.port) for each in replicas) for load in loads}
        print(f"{PATH}: " + ", ".join(f"{name} {size:,} bytes" for name, size in wire.items() if "TLS" not in name))
        chosen = [load for load in loads if load.name in options.loads]
        runs: Runs = {}
        for _ in range(options.rounds):
            for key, run in press_once(chosen, fronts, alone, options.seconds):
                runs.setdefault(key, []).append(run)
    print_loads(runs)
    if set(options.loads) != set(LOADS):
        return None
    first = options.replicas[0]
    kept = {name: Answer(cpu_us=cpu_of(runs[name, "nginx", first]), wire=size) for name, size in wire.items()}
    connection_us = max(kept["304, new TLS"].cpu_us - kept["304"].cpu_us, 0)
    return Figures(same=kept["304"], whole=kept["gzip 200"], delta=kept["226"], connection_cpu_us=connection_us)


def press_once(
    loads: Sequence[Load], fronts: Sequence[Front], alone: Server, seconds: int
) -> Iterator[tuple[tuple[str, str, int], Pressed]]:
    """Run one round; yield what was pressed and how it went."""
    for load in loads:
        if load.name in ("304", "gzip 200"):
            own = Load(name=load.name, status=load.status, headers=_with_tag_of(alone, load))
            weigh(own, alone.port)
            yield (load.name, "alone", 0), press(own, alone.port, seconds, (), alone)
        if not load.connects:
            replica = fronts[0].replicas[0]
            yield (load.name, "straight", 1), press(load, replica.port, seconds, (replica,), None)
        for front in fronts:
            port = front.tls_port if load.connects else front.nginx.port
            yield (
                (load.name, "nginx", len(front.replicas)),
                press(load, port, seconds, front.replicas, front.nginx),
            )


def _with_tag_of(server: Server, load: Load) -> tuple[tuple[str, str], ...]:
    """Return the load's headers with the tag that another server gives the same feed."""
    tag = server.get({"Accept-Encoding": "gzip"}).headers["ETag"]
    return tuple((name, tag if name == "If-None-Match" else value) for name, value in load.headers)


def edit_all(site: Site, store: str, poll: str, options: argparse.Namespace) -> None:
    """Edit while most replicas follow; print."""
    directory = site.directory.parent
    number = max(options.replicas)
    with (
        follow(store, directory / f"replicas-{poll}", number, poll) as replicas,
        put_before(replicas, directory / f"nginx-{poll}") as front,
    ):
        print_edits(list(measure_edits(site, store, front, options.edits)), number, poll)


if __name__ == "__main__":
    main()
