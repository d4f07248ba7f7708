"""From a saved post to a subscriber: `feedsvc serve` with a real hub and a real subscriber (Flask-WebSub) on loopback.

    python tests/bench/websub.py [--posts 200] [--edits 10]

prints the seconds from the rename of each post into the posts directory to its delivery, signed, by the hub.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

_PEERS = Path(__file__).parents[1] / "e2e/websub_peers.py"
_PATIENCE_S = 30.0
POST = "---\ntitle: Post {number}\ncategories: [c{category}]\n---\nWords of {number}.\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--edits", type=int, default=10)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        took = measure(Path(folder), wanted.posts, wanted.edits)
    least, middle, most = min(took), median(took), max(took)
    print(f"{len(took)} posts saved; s to delivery: {least:.3f} least, {middle:.3f} median, {most:.3f} most")


def measure(site: Path, posts: int, edits: int) -> list[float]:
    """Return how many seconds each delivery took."""
    (site / "_posts").mkdir()
    peers = site / "peers"
    peers.mkdir()
    for number in range(posts):
        name = f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}-p{number}.md"
        (site / "_posts" / name).write_text(POST.format(number=number, category=number % 9), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with (
        (site / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(_PEERS), str(peers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as program,
    ):
        assert program.stdin is not None
        assert program.stdout is not None
        hub = program.stdout.readline().strip()
        (site / "feedsvc.toml").write_text(
            f'[site]\ntitle = "t"\nurl = "https://example.org"\n[server]\nlisten = "{url[7:]}"\nurl = "{url}"\n'
            f'[websub]\nhubs = ["{hub}"]\n',
            encoding="utf-8",
        )
        served = subprocess.Popen([sys.executable, "-m", "feedsvc", "serve"], cwd=site, stdout=log, stderr=log)
        try:
            # The site and nine categories, in three formats.
            wait_until(lambda: (site / "log").read_bytes().count(b"told http") >= 30)
            print(f"{url}/atom.xml", file=program.stdin, flush=True)
            program.stdout.readline()
            return [save(site, peers, number) for number in range(edits)]
        finally:
            served.terminate()
            served.wait()
            program.kill()


def save(site: Path, peers: Path, number: int) -> float:
    """Save a post by a rename, and return how many seconds later it was delivered."""
    before = len(list(peers.glob("*.delivered")))
    draft = site / "draft"
    draft.write_text(POST.format(number=f"new {number}", category=1), encoding="utf-8")
    started = time.monotonic()
    draft.rename(site / "_posts" / f"2025-01-{number % 28 + 1:02d}-n{number}.md")
    wait_until(lambda: len(list(peers.glob("*.delivered"))) > before)
    took = time.monotonic() - started
    time.sleep(1)
    return took


def wait_until(true: Callable[[], bool]) -> None:
    """Wait; a delivery that does not come ends the run."""
    until = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > until:
            raise SystemExit("nothing was delivered in time")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
