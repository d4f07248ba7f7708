"""What tests of several folders share: the golden files, and makers of posts, entries and feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from loading import load_module

from feedsvc.model import SITE, Category, Entry, FeedLocation, FeedSpec, Person, Post


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="take what the code writes now as the golden files")


@pytest.fixture
def assert_golden(request: pytest.FixtureRequest) -> Callable[[Path, bytes], None]:
    """Compare bytes with a golden file, or rewrite that file where the command line asks for it."""

    def compare(path: Path, actual: bytes) -> None:
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert actual.decode() == path.read_bytes().decode(), f"{path} differs; see --rewrite-golden"

    return compare


@pytest.fixture(scope="session")
def kramdown() -> Iterator[Callable[..., str | None]]:
    """Run the real kramdown, as Jekyll does: the HTML of a text, by the options that keywords give."""
    with load_module(Path(__file__).with_name("kramdown_program.py")).Kramdown() as process:
        yield process.html


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    """Make an entry of a post called by its first argument; keywords change the post, or the entry's own fields."""

    def make(name: str = "first", *, id: str = "", categories: tuple[str, ...] = (), **changes: Any) -> Entry:  # noqa: A002
        link = f"https://example.org/posts/{name}/"
        facts: dict[str, Any] = {
            "path": f"2024-06-12-{name}.md",
            "name_key": f"2024-06-12-{name}",
            "digest": name,
            "body_digest": name,
            "proposed_id": link,
            "title": f"Title of {name}",
            "alternate_link": link,
            "published": datetime(2024, 6, 12, tzinfo=UTC),
            "updated": datetime(2024, 6, 12, tzinfo=UTC),
            "summary": f"Summary of {name}",
            "content": f"<p>Content of {name}</p>",
        }
        post = Post(**(facts | changes))
        return Entry(
            id=id or link, post=post, categories=tuple(Category(term=label, label=label) for label in categories)
        )

    return make


@pytest.fixture
def make_feed() -> Callable[..., FeedSpec]:
    """Make the feed of a site at example.org in the formats named; keywords change it."""
    files = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}

    def make(*formats: str, **changes: Any) -> FeedSpec:
        facts: dict[str, Any] = {
            "kind": SITE[0],
            "key": SITE[1],
            "id": "https://example.org/",
            "title": "Example",
            "subtitle": "News of an example",
            "language": "en",
            "authors": (Person(name="Example"),),
            "alternate_link": "https://example.org/",
            "ttl": 5,
            "locations": tuple(
                FeedLocation(format=name, path=f"/{files[name]}", self_link=f"https://example.org/{files[name]}")
                for name in formats or ("atom", "rss", "json")
            ),
        }
        return FeedSpec(**(facts | changes))

    return make
