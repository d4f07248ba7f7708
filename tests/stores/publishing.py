"""A site of which every edition changes every feed, built and sent by the real command, and what it published."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from feedsvc.publish.manifest import MANIFEST, make_etag, parse_manifest

CATEGORIES = 6
_FILLING = "Feeds have to be as long as they are in life, so that it takes a while to send them. " * 20
_PATIENCE_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What one build made live on its own disk: ``etags`` by path and coding; ``number`` is what its feeds tell."""

    number: int
    snapshot: str
    manifest: str
    etags: Mapping[tuple[str, str], str] = field(repr=False)


def read_edition(public: Path, number: int) -> Edition:
    data = (public / MANIFEST).read_bytes()
    manifest = parse_manifest(data, public / MANIFEST)
    etags = {(path, v.coding): v.etag for path, each in manifest.representations.items() for v in each.variants}
    return Edition(number=number, snapshot=manifest.snapshot, manifest=make_etag(data), etags=etags)


@dataclass(kw_only=True)
class Site:
    """A site in ``directory`` that is sent to ``target``; ``editions`` are all that were ever live here, in order."""

    directory: Path
    target: str
    environ: Mapping[str, str]
    lease: str = "2s"
    number: int = 0
    editions: list[Edition] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.directory / "_posts").mkdir(parents=True)
        (self.directory / "feedsvc.toml").write_text(
            f'[site]\ntitle = "News"\nurl = "https://example.org"\n'
            f"[feeds]\nmin_entries = 2\nmax_entries = 3\n"
            f'window = "1h"\n[publish]\ntarget = "{self.target}"\nlease = "{self.lease}"\n'
        )

    @property
    def public(self) -> Path:
        return self.directory / "public"

    def change(self) -> None:
        """Save posts that make the next edition another one in every feed; each names the edition in its title."""
        self.number += 1
        for category in range(CATEGORIES):
            text = f"---\ntitle: Edition {self.number}\ncategories: [c{category}]\n---\n\n{_FILLING}\n"
            (self.directory / "_posts" / f"2024-01-{1 + category:02}-news.md").write_text(text)

    def start(self, **options: str) -> Build:
        """Start to build."""
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsvc", "build"],
            cwd=self.directory,
            env={**os.environ, **self.environ, **options},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return Build(site=self, process=process, before=self._stamp())

    def publish(self, **options: str) -> Build:
        """Change all feeds, build, and have it all in the store."""
        self.change()
        return self.end(self.start(**options))

    def end(self, build: Build) -> Build:
        """Wait for a build that has no reason to fail."""
        assert build.end() == 0, build.said
        return build

    def live_here(self) -> str:
        """Return the edition that lies here, whether its build is over or not."""
        return read_edition(self.public, self.number).snapshot

    def note(self) -> None:
        """Remember the edition that is live here now, if it is a new one."""
        found = read_edition(self.public, self.number)
        if not self.editions or self.editions[-1].snapshot != found.snapshot:
            self.editions.append(found)

    def _stamp(self) -> int:
        # The time of the last change of its bytes is in whole seconds, as HTTP tells it.
        place = self.public / MANIFEST
        return place.stat().st_ctime_ns if place.exists() else 0


@dataclass(kw_only=True)
class Build:
    """One run of the command."""

    site: Site
    process: subprocess.Popen[str]
    before: int
    said: str = ""

    def wait_until_sending(self) -> float:
        """Wait until the edition is live here, which is when sending begins, and return that moment."""
        until = time.monotonic() + _PATIENCE_S
        while self.site._stamp() == self.before:
            assert self.process.poll() is None, f"it ended before it sent anything: {self.process.communicate()[0]}"
            assert time.monotonic() < until, "it does not come to send"
            time.sleep(0.002)
        return time.monotonic()

    def end(self) -> int:
        """Wait for its end and return the exit code."""
        if not self.said:
            self.said = self.process.communicate(timeout=_PATIENCE_S)[0]
            self.site.note()
        return self.process.returncode

    def end_in_order(self) -> int:
        """Wait for its end: it sent all there is, or says in a line of its own why not, and in its exit code."""
        code = self.end()
        assert code in (0, 1, 75), self.said
        assert code == 0 or self.said.splitlines()[-1].startswith("feedsvc: "), self.said
        assert "Traceback" not in self.said
        return code

    def cut(self) -> bool:
        """Kill it and all it started, and tell whether it was still at work."""
        os.killpg(self.process.pid, signal.SIGKILL)
        return self.end() == -signal.SIGKILL
