"""How long an edit takes to reach readers under ``serve``: from the rename of the saved file to the new ETag.

    python tests/bench/edit.py [POSTS ...] [--repeat N]

Starts ``feedsvc serve`` over made-up posts (see corpus.py), saves the newest one again and again as editors do, and
asks for the site's Atom feed until its ETag is another one. Prints least, median and most; judges no time.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import corpus
from measure import describe_machine

FEED = "/atom.xml"
ASK_EVERY_S = 0.002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", nargs="*", type=int, default=[2000])
    parser.add_argument("--repeat", type=int, default=10)
    options = parser.parse_args()
    print(describe_machine())
    for posts in options.posts:
        with tempfile.TemporaryDirectory() as directory:
            took = measure(Path(directory), posts, options.repeat)
        shown = f"{min(took):.3f} {statistics.median(took):.3f} {max(took):.3f}"
        print(f"{posts} posts, {len(took)} edits: rename to new ETag, s, least median most: {shown}")


def measure(site: Path, posts: int, repeat: int) -> list[float]:
    """Return the seconds that each edit took."""
    corpus.write_corpus(site, posts)
    port = free_port()
    command = [sys.executable, "-m", "feedsvc"]
    subprocess.run([*command, "init", "--force", "."], cwd=site, check=True, capture_output=True)
    own = {"FEEDSVC_SERVER__LISTEN": f"127.0.0.1:{port}", "FEEDSVC_SCHEDULE__EVERY": "1h"}
    with (site / "serve.log").open("wb") as log:
        server = subprocess.Popen([*command, "serve"], cwd=site, stdout=log, stderr=log, env=os.environ | own)
    try:
        wait_for_log(site / "serve.log", " build: ")
        newest = max((site / "_posts").iterdir(), key=lambda path: path.name)
        took = [edit(site, newest, port, number) for number in range(repeat)]
        builds = re.findall(r" build: .*; ([0-9.]+) s", (site / "serve.log").read_text(encoding="utf-8"))
        print("of that the builds took, s:", *builds[1:])
        return took
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def edit(site: Path, post: Path, port: int, number: int) -> float:
    """Save a post with another title and return how long the feed took to change."""
    time.sleep(1.0)
    draft = site / "_posts" / ".draft"
    lines = post.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = f"title: 고친 제목 {number}\n"
    draft.write_text("".join(lines), encoding="utf-8")
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        etag, _ = ask(connection, "")
        draft.replace(post)
        started = time.monotonic()
        while ask(connection, etag)[1] == 304:
            time.sleep(ASK_EVERY_S)
        return time.monotonic() - started


def ask(connection: http.client.HTTPConnection, etag: str) -> tuple[str, int]:
    """Poll the feed; return its ETag and the status."""
    connection.request("GET", FEED, headers={"Accept-Encoding": "gzip", "If-None-Match": etag})
    response = connection.getresponse()
    response.read()
    return response.headers.get("ETag", ""), response.status


def wait_for_log(log: Path, what: str) -> None:
    while what not in log.read_text(encoding="utf-8"):
        time.sleep(0.1)
    time.sleep(1.0)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
