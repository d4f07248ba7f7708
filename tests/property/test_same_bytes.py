"""Same input, same bytes: whatever the order of files, the history of edits and the state of the cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.build import build
from feedsvc.config import make_settings
from feedsvc.report import BuildReport

# Later than any time that the file system gives: no file looks as if it had changed while it was read.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
# Names that sort otherwise by code point than naturally, one of them decomposed, one in a folder.
NAMES = (
    "2024-06-12-2.md",
    "2024-06-12-10.md",
    "2024-06-12-가.md",
    "2024-06-11-e\u0301.html",
    "sub/2024-06-12-2.md",
    "2024-06-13.md",
)
# Spellings of one category, a category that wants another one's slug, and two that are nobody's.
CATEGORIES = ("News", "NEWS", "news!", "환경", "IT")
# A feed holds so few that selection matters.
FEEDS = {"formats": ["atom", "json"], "min_entries": 2, "window": "3h", "archives": ["atom", "json"]}
FEW = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=25)


@dataclass(frozen=True)
class Step:
    """One thing an author does, and what is done after it."""

    do: str
    name: str
    other: str
    category: str
    text: str
    hours: int
    builds: bool
    loses: str
    by: tuple[str, ...]


steps = st.builds(
    Step,
    do=st.sampled_from(("write", "write", "write", "remove", "rename", "wait")),
    name=st.sampled_from(NAMES),
    other=st.sampled_from(NAMES),
    category=st.sampled_from(CATEGORIES),
    text=st.sampled_from(("하나", "둘 & <둘>", "😀 ]]> 셋")),
    hours=st.integers(0, 3),
    builds=st.booleans(),
    loses=st.sampled_from(("", "", "index.sqlite3", "ledger.sqlite3")),
    by=st.sampled_from((("category", "tag"), ("category", "tag"), ("category", "language"))),
)


@contextmanager
def a_site() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as directory:
        site = Path(directory, "site")
        (site / "_posts").mkdir(parents=True)
        yield site


def write(site: Path, name: str, category: str, text: str, date: datetime | None = None, tags: str = "[태그]") -> None:
    path = site / "_posts" / name
    path.parent.mkdir(exist_ok=True)
    dated = f"date: {date:%Y-%m-%d %H:%M:%S} +0000\n" if date else ""
    matter = f"title: {text!r}\ncategories: [{category!r}]\ntags: {tags}\n{dated}"
    path.write_text(f"---\n{matter}---\n<p>{text} 본문</p>\n", encoding="utf-8")


def run(site: Path, hour: int, by: tuple[str, ...] = ("category",)) -> BuildReport:
    own = {"title": "뉴스", "url": "https://example.org", "timezone": "Asia/Seoul"}
    made = make_settings({"site": own, "feeds": FEEDS | {"by": list(by)}}, {}, file=site / "feedsvc.toml")
    return build(made, now=NOON + timedelta(hours=hour), allow_removals=True)


def lose(site: Path, name: str) -> None:
    (site / "var" / name).unlink(missing_ok=True)


def published(site: Path) -> dict[str, bytes]:
    # With the pages of archives, which are there as gzip only.
    everything = (site / "public").rglob("*")
    files = (path for path in everything if path.suffix in (".xml", ".json") or "archive" in path.parts)
    found = {path.relative_to(site / "public").as_posix(): path.read_bytes() for path in files if path.is_file()}
    found.pop("manifest.json")
    return found


def take(site: Path, step: Step, hour: int) -> None:
    path, other = site / "_posts" / step.name, site / "_posts" / step.other
    if step.do in ("write", "wait"):
        date = NOON + timedelta(hours=hour + 2) if step.do == "wait" else None
        write(site, step.name, step.category, step.text, date)
    elif step.do == "remove":
        path.unlink(missing_ok=True)
    elif path.exists() and not other.exists():
        other.parent.mkdir(exist_ok=True)
        path.rename(other)
    if step.loses:
        lose(site, step.loses)


def cold(site: Path, hour: int, by: tuple[str, ...], order: Sequence[str]) -> dict[str, bytes]:
    """Build the same posts from nothing but a copy of the ledger, the files having come in another order."""
    fresh = site.parent / "fresh"
    (fresh / "var").mkdir(parents=True)
    shutil.copy(site / "var" / "ledger.sqlite3", fresh / "var")
    for name in order:
        if (site / "_posts" / name).exists():
            (fresh / "_posts" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(site / "_posts" / name, fresh / "_posts" / name)
    (fresh / "_posts").mkdir(exist_ok=True)
    run(fresh, hour, by)
    return published(fresh)


@given(st.lists(steps, min_size=1, max_size=7), st.permutations(NAMES))
@FEW
def test_a_site_that_grew_is_byte_for_byte_one_that_was_built_at_once(history: list[Step], order: list[str]) -> None:
    with a_site() as site:
        hour, by = 0, history[-1].by
        for step in history:
            take(site, step, hour)
            if step.builds:
                run(site, hour, step.by)
            hour += step.hours
        report = run(site, hour, by)
        assert published(site) == cold(site, hour, by, order)
        again = run(site, hour, by)
        assert (again.written, again.removed) == ((), ())
        assert (again.warnings, again.feed_warnings) == (report.warnings, report.feed_warnings)
        lose(site, "index.sqlite3")
        anew = run(site, hour, by)
        assert (anew.written, anew.removed) == ((), ())
        assert (anew.posts, anew.feeds, anew.snapshot) == (report.posts, report.feeds, report.snapshot)
        assert (anew.warnings, anew.feed_warnings) == (report.warnings, report.feed_warnings)


@given(
    st.permutations(NAMES),
    st.permutations(NAMES),
    st.lists(st.sampled_from(CATEGORIES), min_size=len(NAMES), max_size=len(NAMES)),
)
@settings(FEW, max_examples=10)
def test_the_order_in_which_files_came_to_the_disk_changes_nothing(
    one: list[str], other: list[str], categories: list[str]
) -> None:
    found = []
    for order in (one, other):
        with a_site() as site:
            for name in order:
                write(site, name, categories[NAMES.index(name)], name)
            run(site, 0)
            found.append(published(site))
    assert found[0] == found[1]


@given(st.lists(steps, min_size=1, max_size=4))
@settings(FEW, max_examples=12)
def test_whatever_happens_in_other_categories_one_category_keeps_its_bytes(history: list[Step]) -> None:
    with a_site() as site:
        for number in range(3):
            write(site, f"2024-06-12-own-{number}.md", "경제", f"경제 {number}")
        run(site, 0)
        own = {path: data for path, data in published(site).items() if path.startswith("categories/경제/")}
        assert len(own) == 2
        for hour, step in enumerate(history, start=1):
            take(site, step, hour)
            run(site, hour)
        assert own.items() <= published(site).items()
