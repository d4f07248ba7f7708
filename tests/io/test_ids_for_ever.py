"""Whatever an author or an owner changes, an entry keeps its id: real builds, read back as subscribers read them.

For each change: every document names the ids it named before, none of them is told as deleted, and who holds the
former edition is sent no more than what the change touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from werkzeug.test import Client

from feedsvc.publish.history import read_history
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.web.app import PageFacts, create_app

if TYPE_CHECKING:
    from feedsvc.report import BuildReport

Build = Callable[..., "BuildReport"]
Documents = Callable[..., dict[str, bytes]]

SITE = ("/atom.xml", "/rss.xml", "/feed.json")
ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
FIRST, SECOND, THIRD = "2024-06-12-one.md", "2024-06-12-two.md", "sea/2024-06-13-three.md"


def read_ids(body: bytes) -> list[str]:
    """The ids of a document's entries, in their order."""
    if body.startswith(b"{"):
        return [item["id"] for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    found = [*root.iterfind(f"{ATOM}entry/{ATOM}id"), *root.iterfind("channel/item/guid")]
    return [each.text or "" for each in found]


def read_deleted(body: bytes) -> list[str]:
    return [] if body.startswith(b"{") else [str(each.get("ref")) for each in etree.fromstring(body).iterfind(DELETED)]


@dataclass
class Posts:
    """The posts directory in the hands of its author; ``tables`` are the options that the owner changed."""

    directory: Path
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, name: str, encoding: str = "utf-8", body: str = "본문", **front: str) -> None:
        lines = {"title": f"기사 {Path(name).stem}", "categories": "바다", **front}
        matter = "".join(f"{key}: {value}\n" for key, value in lines.items())
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"---\n{matter}---\n\n<p>{Path(name).stem} {body}</p>\n".encode(encoding))

    def move(self, old: str, new: str) -> None:
        (self.directory / new).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / old).rename(self.directory / new)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.directory / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def set(self, table: str, **options: Any) -> None:
        self.tables.setdefault(table, {}).update(options)


def new_title(posts: Posts) -> None:
    posts.edit(FIRST, "기사 2024-06-12-one", "전혀 다른 제목")


def new_slug(posts: Posts) -> None:
    posts.edit(FIRST, "title:", "slug: other\ntitle:")


def new_permalink(posts: Posts) -> None:
    posts.edit(FIRST, "title:", "permalink: /somewhere/else/\ntitle:")


def new_date(posts: Posts) -> None:
    posts.edit(FIRST, "title:", "date: 2024-06-11 10:00:00 +0900\ntitle:")


def new_category(posts: Posts) -> None:
    posts.edit(FIRST, "categories: 바다", "categories: [바다, 산]")


def new_bytes_of_the_same_text(posts: Posts) -> None:
    path = posts.directory / FIRST
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp949"))


def new_line_ends(posts: Posts) -> None:
    path = posts.directory / FIRST
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def new_file_name(posts: Posts) -> None:
    posts.move(FIRST, "2024-06-12-uno.md")


def new_date_in_the_file_name(posts: Posts) -> None:
    posts.move(FIRST, "2024-06-10-one.md")


def new_extension(posts: Posts) -> None:
    posts.move(FIRST, "2024-06-12-one.markdown")


def new_file_name_and_title(posts: Posts) -> None:
    posts.move(FIRST, "2024-06-12-uno.md")
    posts.edit("2024-06-12-uno.md", "기사 2024-06-12-one", "다른 제목")


def new_file_name_and_encoding(posts: Posts) -> None:
    new_line_ends(posts)
    posts.move(FIRST, "2024-06-12-uno.md")


def new_directory(posts: Posts) -> None:
    posts.move(FIRST, "mountain/2024-06-12-one.md")


def new_name_of_a_directory(posts: Posts) -> None:
    (posts.directory / "sea").rename(posts.directory / "ocean")


def new_names_of_everything(posts: Posts) -> None:
    for name in (FIRST, SECOND, THIRD):
        posts.move(name, f"archive/{Path(name).stem}-old.md")


def another_post_takes_the_name(posts: Posts) -> None:
    posts.move(FIRST, "2024-06-12-uno.md")
    posts.write(FIRST, title="새 기사", body="새 본문")


def new_permalink_style(posts: Posts) -> None:
    posts.set("posts", permalink="none")


def new_domain(posts: Posts) -> None:
    posts.set("site", url="https://new.example")


def new_scheme(posts: Posts) -> None:
    posts.set("site", url="http://example.org")


def new_base_path(posts: Posts) -> None:
    posts.set("site", url="https://example.org/blog")


def tag_ids(posts: Posts) -> None:
    posts.set("feeds", id_style="tag")


def jekyll_ids(posts: Posts) -> None:
    posts.set("feeds", id_style="jekyll-feed")


def new_time_zone(posts: Posts) -> None:
    posts.set("site", timezone="America/New_York")


def new_encodings(posts: Posts) -> None:
    posts.set("posts", encodings=["cp949", "utf-8"])


def everything_at_once(posts: Posts) -> None:
    for change in (new_file_name_and_title, new_name_of_a_directory, new_permalink_style, new_domain, tag_ids):
        change(posts)


CHANGES = (
    *(new_title, new_slug, new_permalink, new_date, new_category, new_bytes_of_the_same_text, new_line_ends),
    *(new_file_name, new_date_in_the_file_name, new_extension, new_file_name_and_title, new_file_name_and_encoding),
    *(new_directory, new_name_of_a_directory, new_names_of_everything),
    *(new_permalink_style, new_domain, new_scheme, new_base_path, tag_ids, jekyll_ids, new_time_zone, new_encodings),
    everything_at_once,
)


@dataclass
class Subscribers:
    """One client for each format, who polls by ``A-IM: feed`` with the tag of the edition it has."""

    public: Path
    tags: dict[str, str] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    sent: dict[str, list[str]] = field(default_factory=dict)

    def poll(self) -> None:
        snapshot = load_snapshot(self.public)
        facts = PageFacts(title="", description="", language="ko", server_url="https://example.org")
        history = partial(read_history, self.public.parent / "var" / "history")
        client = Client(create_app(lambda: snapshot, site=facts, max_age=300, find_history=history))
        for path in SITE:
            headers = {"A-IM": "feed", "If-None-Match": self.tags.get(path, '"none"')}
            answer = client.get(path, headers=headers)
            assert answer.status_code in (200, 226, 304)
            if answer.status_code != 304:
                ids = read_ids(answer.data)
                kept = self.held.get(path, set()) if answer.status_code == 226 else set()
                self.held[path] = (kept | set(ids)) - set(read_deleted(answer.data))
                self.sent[path] = ids
                self.tags[path] = answer.headers["ETag"]
            else:
                self.sent[path] = []


@pytest.fixture
def posts(site: Path) -> Posts:
    posts = Posts(site / "_posts")
    for name in (FIRST, SECOND, THIRD):
        posts.write(name)
    return posts


def ids_of_the_site(documents: Documents) -> dict[str, set[str]]:
    found = documents()
    return {path: set(read_ids(found[path])) for path in SITE}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_ids_of_entries_survive(
    change: Callable[[Posts], None], site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    clients = Subscribers(site / "public")
    clients.poll()
    before = ids_of_the_site(documents)
    assert all(len(ids) == 3 for ids in before.values())
    change(posts)
    run_build(1, **posts.tables)
    clients.poll()
    assert ids_of_the_site(documents) == before
    assert clients.held == before
    assert not [path for path, body in documents().items() if path == "/atom.xml" and read_deleted(body)]


@pytest.mark.parametrize("change", [new_title, new_file_name_and_title], ids=lambda each: each.__name__)
def test_a_change_of_one_post_is_sent_to_subscribers_alone(
    change: Callable[[Posts], None], site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    clients = Subscribers(site / "public")
    clients.poll()
    change(posts)
    run_build(1)
    clients.poll()
    assert clients.sent == {path: ["https://example.org/%EB%B0%94%EB%8B%A4/2024/06/12/one/"] for path in SITE}


@pytest.mark.parametrize("change", [new_directory, new_name_of_a_directory], ids=lambda each: each.__name__)
def test_a_move_that_readers_cannot_see_is_sent_to_nobody(
    change: Callable[[Posts], None], site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    clients = Subscribers(site / "public")
    clients.poll()
    change(posts)
    run_build(1)
    clients.poll()
    assert clients.sent == {path: [] for path in SITE}


def test_a_category_directory_that_is_renamed_moves_entries_between_categories_and_keeps_their_ids(
    site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    before = ids_of_the_site(documents)
    new_name_of_a_directory(posts)
    posts.edit("ocean/2024-06-13-three.md", "categories: 바다", "categories: 대양")
    run_build(1)
    moved = next(id_ for id_ in before["/atom.xml"] if "three" in id_)
    found = documents()
    assert ids_of_the_site(documents) == before
    assert read_deleted(found["/atom.xml"]) == []
    assert read_ids(found["/categories/대양/atom.xml"]) == [moved]
    assert read_deleted(found["/categories/바다/atom.xml"]) == [moved]


def test_a_renamed_post_and_the_new_one_under_its_old_name_have_an_id_each(
    site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    """A known path is a known post, so the new text has the id of the name; nothing is said to be deleted."""
    run_build()
    clients = Subscribers(site / "public")
    clients.poll()
    before = ids_of_the_site(documents)
    another_post_takes_the_name(posts)
    run_build(1)
    clients.poll()
    after = ids_of_the_site(documents)
    assert all(before[path] < after[path] and len(after[path]) == 4 for path in SITE)
    assert clients.held == after
    assert read_deleted(documents()["/atom.xml"]) == []


@pytest.mark.parametrize(
    "change", [new_file_name_and_title, new_names_of_everything, new_domain, tag_ids], ids=lambda each: each.__name__
)
def test_ids_survive_where_the_index_is_lost_in_the_same_hour(
    change: Callable[[Posts], None], site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    before = ids_of_the_site(documents)
    change(posts)
    (site / "var" / "index.sqlite3").unlink()
    run_build(1, **posts.tables)
    assert ids_of_the_site(documents) == before
    assert read_deleted(documents()["/atom.xml"]) == []


def test_a_post_that_was_away_and_returns_under_another_name_keeps_its_id(
    site: Path, posts: Posts, run_build: Build, documents: Documents
) -> None:
    run_build()
    before = ids_of_the_site(documents)
    away = site / "away.md"
    os.rename(posts.directory / FIRST, away)  # noqa: PTH104 (out of the posts directory)
    run_build(1)
    assert read_deleted(documents()["/atom.xml"])
    away.rename(posts.directory / "2024-06-12-back.md")
    run_build(timedelta(days=3) / timedelta(hours=1))
    assert ids_of_the_site(documents) == before
    assert read_deleted(documents()["/atom.xml"]) == []
