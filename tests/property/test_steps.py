"""Any sequence of additions, edits, renames and removals, built step by step, ends in the bytes of one cold build.

CI tries 25 sequences; ``make steps`` (FEEDSVC_STEPS) as many as you have patience for, other ones each time.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.build import build
from feedsvc.config import Settings, make_settings
from feedsvc.index import open_index
from feedsvc.index.posts import FeedKey
from feedsvc.model import SITE
from feedsvc.publish.store import load_manifest

# Later than any time that the file system gives: no file looks as if it had changed while it was read.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
NAMES = ("2024-06-12-a.md", "2024-06-12-b.md", "2023-01-01-old.md", "sub/2024-06-12-a.md", "2024-06-13-가.html")
# Two spellings of one category, one that wants another one's slug, two at once, and none.
CATEGORIES = ("News", "NEWS", "news!", "환경", "[환경, News]", "")
FRONTS = ("", "", "", "id: one", "id: https://example.org/one", "draft: true", "date: 2001-02-03", "permalink: /p/")
BODIES = ("<p>하나</p>", "둘 & <b>둘</b>", "")
# Read by nobody, or dated two hours after it is written.
BROKEN, WAITING = "title: '가' 나", "date: later"
TOLD = re.compile(rb'<at:deleted-entry ref="(.*?)"')
FEEDS = {"formats": ["atom", "rss"], "by": ["category"], "min_entries": 2, "max_entries": 4, "window": "5h"}
STEPS = os.environ.get("FEEDSVC_STEPS")
RULES = settings(
    deadline=None,
    derandomize=STEPS is None,
    database=None,
    suppress_health_check=list(HealthCheck),
    max_examples=int(STEPS or 25),
)


@dataclass(frozen=True)
class Act:
    """One thing that an author does to one file; ``other`` is the name that a rename gives it."""

    do: str
    name: str
    other: str = NAMES[1]
    category: str = "News"
    front: str = ""
    body: str = BODIES[0]


acts = st.builds(
    Act,
    do=st.sampled_from(("write", "write", "write", "remove", "rename", "move over", "swap")),
    name=st.sampled_from(NAMES),
    other=st.sampled_from(NAMES),
    category=st.sampled_from(CATEGORIES),
    front=st.sampled_from((*FRONTS, BROKEN, WAITING)),
    body=st.sampled_from(BODIES),
)
# What is done between two builds, and the hours that pass.
pushes = st.lists(st.tuples(st.lists(acts, min_size=1, max_size=3), st.integers(1, 4)), min_size=1, max_size=8)
Pushes = Sequence[tuple[Sequence[Act], int]]


@contextmanager
def sites(*names: str) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as directory:
        for name in names:
            (Path(directory, name) / "_posts").mkdir(parents=True)
        yield [Path(directory, name) for name in names]


def take(site: Path, act: Act, hour: int) -> frozenset[str]:
    """Do it; return the paths that may not be as they were."""
    one, other = site / "_posts" / act.name, site / "_posts" / act.other
    one.parent.mkdir(exist_ok=True)
    other.parent.mkdir(exist_ok=True)
    if act.do == "write":
        due = f"date: {NOON + timedelta(hours=hour + 2):%Y-%m-%d %H:%M:%S} +0000"
        front = due if act.front == WAITING else act.front
        category = f"categories: {act.category}\n" if act.category else ""
        one.write_text(f"---\ntitle: {act.body!r}\n{category}{front}\n---\n{act.body}\n", encoding="utf-8")
        return frozenset({act.name})
    if act.do == "remove":
        one.unlink(missing_ok=True)
    elif one.exists() and act.do == "swap" and other.exists() and one != other:
        third = one.with_suffix(".swap")
        one.rename(third)
        other.rename(one)
        third.rename(other)
    elif one.exists() and (act.do == "move over" or not other.exists()):
        one.rename(other)
    return frozenset({act.name, act.other})


def make(site: Path) -> Settings:
    own = {"title": "뉴스", "url": "https://example.org", "timezone": "Asia/Seoul"}
    return make_settings({"site": own, "feeds": FEEDS}, {}, file=site / "feedsvc.toml")


def run(site: Path, hour: int, changed: frozenset[str] | None = None) -> None:
    build(make(site), now=NOON + timedelta(hours=hour), allow_removals=True, changed=changed)


def published(site: Path) -> dict[str, bytes]:
    """Every published file, but the manifest: that says when each was last modified."""
    files = (path for path in (site / "public").rglob("*") if path.is_file())
    found = {path.relative_to(site / "public").as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in found.items() if not path.startswith("manifest.json")}


def rebuild_cold(site: Path, hour: int) -> dict[str, bytes]:
    """Build once more from the posts and the ledger alone."""
    cold = shutil.copytree(site, site.with_name(f"{site.name}-cold"))
    shutil.rmtree(cold / "public")
    (cold / "var" / "index.sqlite3").unlink()
    run(cold, hour)
    return published(cold)


def live(site: Path) -> dict[FeedKey, set[str]]:
    """The ids that are in each feed, shown or too old to be."""
    with closing(open_index(site / "var" / "index.sqlite3")) as index:
        feeds = [SITE, *((term.kind, term.key) for term in index.terms.in_use() if term.kind == "category")]
        ranked = {feed: index.posts.ranking(feed, 1000) for feed in feeds}
        return {feed: {index.posts.entry(each.path)[0] for each in ranked[feed]} for feed in feeds}


def deleted(site: Path) -> dict[FeedKey, set[str]]:
    """What each feed's Atom document says is deleted."""
    feeds = load_manifest(site / "public").representations.values()
    bodies = {each.feed: (site / "public" / each.path[1:]).read_bytes() for each in feeds if each.format == "atom"}
    return {feed: {unescape(ref.decode()) for ref in TOLD.findall(body)} for feed, body in bodies.items()}


@given(pushes)
@RULES
def test_what_leaves_a_feed_is_told_by_it_and_what_is_in_it_is_not(history: Pushes) -> None:
    with sites("site") as (site,):
        hour, before = 0, dict[FeedKey, set[str]]()
        for push, hours in history:
            hour += hours
            for act in push:
                take(site, act, hour)
            run(site, hour)
            after, told = live(site), deleted(site)
            assert after.keys() == told.keys()
            for feed, ids in after.items():
                assert not ids & told[feed]
                assert before.get(feed, set()) - ids <= told[feed]
            before = after


@given(pushes)
@RULES
def test_steps_end_where_one_cold_build_ends(history: Pushes) -> None:
    with sites("site") as (site,):
        hour = 0
        for push, hours in history:
            hour += hours
            for act in push:
                take(site, act, hour)
            run(site, hour)
        assert published(site) == rebuild_cold(site, hour)


@given(pushes)
@RULES
def test_who_looks_only_at_what_changed_publishes_what_who_looks_at_everything_does(history: Pushes) -> None:
    with sites("told", "scanned") as (told, scanned):
        hour = 0
        for push, hours in history:
            hour += hours
            touched = [take(told, act, hour) for act in push]
            for act in push:
                take(scanned, act, hour)
            run(told, hour, frozenset().union(*touched))
            run(scanned, hour)
            assert published(told) == published(scanned)
