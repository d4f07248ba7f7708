"""What a poll of a replica costs beside one of the machine that builds.

    python tests/bench/replica.py [--seconds S] [--rounds N]

The same site is served by its builder, with its audience counted and without, and by a replica of the store that it was
sent to, a directory. Loads and figures are those of ``serve.py``. Needs wrk (Debian's). Takes about 15 * S * N seconds.
Judges no time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from measure import describe_machine
from press import PATH, plain_environ, publish_site
from serve import CONNECTIONS, LOADS, Run, print_runs, run_load
from servers import feedsvc, replica, require_tools


def main(arguments: Sequence[str]) -> None:
    """Build, send, start, load, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=3, help="how long each load lasts (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all of them are run (default: 3)")
    options = parser.parse_args(arguments)
    require_tools()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        public = publish_site(directory)
        store = f"file://{directory}/store"
        environ = {**plain_environ(), "FEEDSVC_PUBLISH__TARGET": store}
        command = [sys.executable, "-m", "feedsvc", "--quiet", "build"]
        subprocess.run(command, cwd=public.parent, env=environ, check=True, capture_output=True)
        uncounted = {"FEEDSVC_AUDIENCE__ENABLED": "false"}
        servers = [
            stack.enter_context(feedsvc(public, directory / "builder", "builder")),
            stack.enter_context(feedsvc(public, directory / "uncounted", "builder, no audience", **uncounted)),
            stack.enter_context(replica(store, directory / "replica")),
        ]
        print(describe_machine())
        print(f"{PATH}: {CONNECTIONS} connections, {options.seconds} s each")
        runs: dict[tuple[str, str], list[Run]] = {(load, server.name): [] for load in LOADS for server in servers}
        for _ in range(options.rounds):
            for load in LOADS:
                for server in servers:
                    runs[load, server.name].append(run_load(server, load, options.seconds))
    print_runs(runs, servers[0].name)


if __name__ == "__main__":
    main(sys.argv[1:])
