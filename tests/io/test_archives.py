"""Archive pages beside the feeds: a walk through them meets every post, and work on them follows change."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import pytest
from lxml import etree

from feedsvc.build import build
from feedsvc.errors import StoreError
from feedsvc.feeds.archive import page_path, parse_page_path
from feedsvc.publish.archive import ArchiveTree, read_page
from feedsvc.publish.disk import Disk
from feedsvc.publish.history import read_history
from feedsvc.publish.moved import read_moved
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.report import BuildReport
from feedsvc.web.app import PageFacts, create_app

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from corpus import make_posts

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
ALL = {"archives": ["atom", "rss", "json"], "by": ["category"], "min_entries": 20}
HOST = "https://example.org"


def read(site: Path, url: str) -> bytes:
    """Return what a reader gets at a URL: a document, or a page of an archive."""
    file = site / "public" / unquote(urlsplit(url).path)[1:]
    return file.read_bytes() if file.exists() else gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes())


def walk(site: Path, url: str) -> Iterator[tuple[str, bytes]]:
    """Follow a feed into its past, as RFC 5005 says."""
    met = set()
    while url:
        assert url not in met
        met.add(url)
        body = read(site, url)
        yield url, body
        url = previous(body)


def previous(body: bytes) -> str:
    if body.startswith(b"{"):
        return str(json.loads(body).get("next_url", ""))
    links = [
        link.get("href") or ""
        for link in etree.fromstring(body).iter(f"{ATOM}link")
        if link.get("rel") == "prev-archive"
    ]
    assert len(links) <= 1
    return links[0] if links else ""


def ids(body: bytes) -> list[str]:
    if body.startswith(b"{"):
        return [item["id"] for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    if root.tag == "rss":
        return [item.findtext("guid", "") for item in root.iterfind("channel/item")]
    return [entry.findtext(f"{ATOM}id", "") for entry in root.iterfind(f"{ATOM}entry")]


def pages(site: Path) -> dict[str, tuple[int, bytes]]:
    """Return inode and bytes of every page there is, by URL path."""
    found = {}
    for file in sorted((site / "public").rglob("*.gz")):
        path = f"/{file.relative_to(site / 'public').as_posix()}".removesuffix(".gz")
        if parse_page_path(path):
            found[path] = (file.stat().st_ino, file.read_bytes())
    return found


def reachable(site: Path, *documents: str) -> set[str]:
    urls = (url for document in documents for url, _ in list(walk(site, HOST + document))[1:])
    return {unquote(urlsplit(url).path) for url in urls}


@pytest.fixture
def long_site(site: Path, write_post: Callable[..., Path]) -> Path:
    """400 posts, a day apart, every fourth of them on IT."""
    for number in range(400):
        day = datetime(2022, 1, 1) + timedelta(days=number)  # noqa: DTZ001
        write_post(f"{day:%Y-%m-%d}-{number}.md", "IT" if number % 4 == 0 else "환경", body=f"<p>{number}</p>")
    return site


DOCUMENTS = ("/atom.xml", "/categories/it/atom.xml", "/categories/환경/atom.xml")


def test_a_walk_through_each_format_of_a_thousand_posts_meets_every_one_of_them(
    site: Path, run_build: Callable[..., BuildReport]
) -> None:
    made = make_posts()
    posts = [post for post, _ in zip(made, range(1010), strict=False) if not post.broken]
    for post in posts:
        (site / "_posts" / post.name).write_bytes(post.text.encode())
    feeds = {"formats": ["atom", "json"], "archives": ["atom", "json"]}
    assert run_build(feeds=feeds, posts={"future": True}).posts == len(posts)
    listed = json.loads((site / "public" / "manifest.json").read_bytes())["representations"]
    by_feed: dict[tuple[str, ...], list[set[str]]] = {}
    for document in listed:
        met = [id_ for _, body in walk(site, HOST + document["path"]) for id_ in ids(body)]
        by_feed.setdefault(tuple(document["feed"]), []).append(set(met))
    assert all(each == of_feed[0] for of_feed in by_feed.values() for each in of_feed)
    assert len(by_feed["site", ""][0]) == len(posts)
    for category in {post.category for post in posts}:
        written = sum(post.category == category for post in posts)
        assert len(by_feed["category", category.lower()][0]) == written
    assert reachable(site, *(document["path"] for document in listed)) == set(pages(site))


def test_a_page_says_what_it_is_and_where_its_feed_is(long_site: Path, run_build: Callable[..., BuildReport]) -> None:
    run_build(feeds=ALL)
    (_, head), *archive = walk(long_site, f"{HOST}/atom.xml")
    feed = etree.fromstring(head)
    assert feed.find(f"{HISTORY}archive") is None
    for url, body in archive:
        page = etree.fromstring(body)
        links = {link.get("rel"): link.get("href") for link in page.iterfind(f"{ATOM}link")}
        assert page.find(f"{HISTORY}archive") is not None
        assert (links["self"], links["current"]) == (url, f"{HOST}/atom.xml")
        assert "next-archive" not in links
        assert page.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")
        updated = [entry.findtext(f"{ATOM}updated") or "" for entry in page.iterfind(f"{ATOM}entry")]
        assert page.findtext(f"{ATOM}updated") == updated[0] == max(updated)
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        assert [entry.id for entry in parsed.entries] == ids(body)
    assert len(archive) >= 3
    assert "prev-archive" not in links
    (_, body), (url, page_body), *_ = walk(long_site, f"{HOST}/feed.json")
    assert json.loads(page_body)["feed_url"] == json.loads(body)["feed_url"] == f"{HOST}/feed.json" != url
    channel = etree.fromstring(read(long_site, previous(read(long_site, f"{HOST}/rss.xml"))))[0]
    assert channel.find(f"{HISTORY}archive") is not None
    rels = {link.get("rel") for link in channel.iterfind(f"{ATOM}link")}
    assert rels == {"self", "current", "prev-archive"}


def test_a_feed_that_shows_all_it_has_leads_nowhere(
    site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    for number in range(20):
        write_post(f"2024-06-{number + 1}-1.md")
    run_build()
    assert (pages(site), b"prev-archive" in read(site, "/atom.xml")) == ({}, False)
    write_post("2024-06-21-1.md")
    run_build()
    assert len(pages(site)) == 2
    assert {id_ for _, body in walk(site, f"{HOST}/atom.xml") for id_ in ids(body)} == set(
        ids(read(site, previous(read(site, "/atom.xml"))))
    )
    (site / "_posts" / "2024-06-21-1.md").unlink()
    run_build()
    assert (pages(site), b"prev-archive" in read(site, "/atom.xml")) == ({}, False)
    assert not list((site / "public").rglob("archive"))


def test_new_posts_leave_all_pages_alone_but_the_open_ones(
    long_site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    run_build()
    before = pages(long_site)
    newest = {document: previous(read(long_site, HOST + document)) for document in DOCUMENTS}
    write_post("2024-07-01-1.md", "환경")
    run_build()
    after = pages(long_site)
    came, gone = after.keys() - before.keys(), before.keys() - after.keys()
    assert came == {
        unquote(urlsplit(previous(read(long_site, HOST + document))).path) for document in (DOCUMENTS[0], DOCUMENTS[2])
    }
    assert gone <= {unquote(urlsplit(newest[document]).path) for document in (DOCUMENTS[0], DOCUMENTS[2])}
    assert all(before[path] == after[path] for path in before.keys() & after.keys())
    assert reachable(long_site, *DOCUMENTS) == set(after)


def test_an_older_link_leads_to_the_page_that_holds_its_newest_entry_now(
    long_site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    run_build()
    links = [unquote(urlsplit(previous(read(long_site, HOST + document))).path) for document in DOCUMENTS]
    newest = [ids(read(long_site, HOST + link))[0] for link in links]
    for day in range(1, 5):
        write_post(f"2024-07-{day}-1.md", "환경")
        run_build()
    (long_site / "_posts" / "2024-07-4-1.md").unlink()
    run_build()
    moved = {document: read_moved(long_site / "var" / "archives", document) for document in DOCUMENTS}
    assert {document: len(names) for document, names in moved.items()} == dict(zip(DOCUMENTS, (4, 0, 4), strict=True))
    for document, link, id_ in zip(DOCUMENTS, links, newest, strict=True):
        _, name = parse_page_path(link) or ("", "")
        now = page_path(document, moved[document].get(name, name))
        assert id_ in ids(read(long_site, HOST + now))
        assert all(page_path(document, target) in pages(long_site) for target in moved[document].values())


@pytest.mark.parametrize("change", ["edit", "remove", "insert", "move"])
def test_a_change_in_the_past_is_shown_and_touches_few_pages(
    change: str, long_site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    run_build()
    before = pages(long_site)
    path = long_site / "_posts" / "2022-03-02-60.md"
    if change == "edit":
        path.write_text(path.read_text().replace("<p>60</p>", "<p>sixty</p>"))
    elif change == "insert":
        write_post("2022-03-02-500.md", "환경")
    else:
        path.unlink()
        if change == "move":
            write_post("2022-03-02-60.md", "환경", body="<p>sixty</p>")
    run_build()
    after = pages(long_site)
    written = {path for path in after if before.get(path) != after[path]}
    # A post is in two feeds, or moves from the second to a third.
    assert 2 <= len(written) <= (3 if change == "move" else 2) + 1
    assert reachable(long_site, *DOCUMENTS) == set(after)
    text = b"".join(gzip.decompress(data) for _, data in after.values())
    assert (b"sixty" in text) == (change in ("edit", "move"))
    assert (b"2022/03/02/60/" in text) == (change != "remove")
    assert (b"2022/03/02/500/" in text) == (change == "insert")


def test_pages_are_the_same_bytes_whatever_came_in_which_order(
    long_site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    posts = sorted((long_site / "_posts").iterdir(), key=lambda path: path.read_bytes()[::-1])
    aside = long_site / "aside"
    aside.mkdir()
    for number in (0, 90, 91, 399):
        posts[number].rename(aside / posts[number].name)
    run_build()
    for path in aside.iterdir():
        path.rename(long_site / "_posts" / path.name)
        run_build()
    grown = {path: data for path, (_, data) in pages(long_site).items()}
    shutil.rmtree(long_site / "public")
    (long_site / "var" / "index.sqlite3").unlink()
    run_build()
    assert {path: data for path, (_, data) in pages(long_site).items()} == grown


def test_a_lost_index_costs_time_and_not_a_file(long_site: Path, run_build: Callable[..., BuildReport]) -> None:
    run_build()
    before = pages(long_site)
    stray = long_site / "public" / "archive" / ("0" * 16) / "atom.xml.gz"
    stray.parent.mkdir()
    stray.write_bytes(b"of a plan that nobody remembers")
    (long_site / "var" / "index.sqlite3").unlink()
    run_build()
    assert pages(long_site) == before
    assert not stray.parent.exists()


def test_a_new_label_or_title_is_in_every_page_that_shows_it(
    long_site: Path, run_build: Callable[..., BuildReport]
) -> None:
    run_build()
    for path in (long_site / "_posts").iterdir():
        path.write_text(path.read_text().replace("- IT\n", "- it\n"))
    run_build()
    bodies = [gzip.decompress(data) for _, data in pages(long_site).values()]
    assert not any(b'term="IT"' in body or "– IT".encode() in body for body in bodies)
    assert any(b'term="it"' in body for body in bodies)
    run_build(site={"title": "새 이름"})
    assert all("새 이름".encode() in gzip.decompress(data) for _, data in pages(long_site).values())


def test_a_label_that_others_no_longer_write_changes_in_pages_whose_posts_did_not(
    long_site: Path, run_build: Callable[..., BuildReport]
) -> None:
    posts = sorted((long_site / "_posts").iterdir())
    for path in posts[1:]:
        path.write_text(path.read_text().replace("- IT\n", "- it\n"))
    run_build()
    assert b'term="IT"' in read(long_site, previous(read(long_site, "/categories/it/atom.xml")))
    posts[0].unlink()
    run_build()
    bodies = [gzip.decompress(data) for _, data in pages(long_site).values()]
    assert not any(b'term="IT"' in body for body in bodies)
    assert sum(b'term="it"' in body for body in bodies) > 2


def test_a_category_that_is_emptied_takes_its_archive_with_it(
    long_site: Path, run_build: Callable[..., BuildReport]
) -> None:
    run_build()
    for path in (long_site / "_posts").iterdir():
        path.write_text(path.read_text().replace("- IT\n", "- 환경\n"))
    run_build()
    assert not (long_site / "public" / "categories" / "it").exists()
    assert reachable(long_site, "/atom.xml", "/categories/환경/atom.xml") == set(pages(long_site))


def test_archives_that_are_switched_off_go(long_site: Path, run_build: Callable[..., BuildReport]) -> None:
    run_build()
    run_build(feeds={"archives": []})
    assert pages(long_site) == {}
    assert not list((long_site / "public").rglob("archive"))
    assert b"prev-archive" not in read(long_site, "/atom.xml")


def test_a_tree_that_was_lost_gets_its_archives_back(long_site: Path, run_build: Callable[..., BuildReport]) -> None:
    run_build()
    before = {path: data for path, (_, data) in pages(long_site).items()}
    shutil.rmtree(long_site / "public")
    run_build()
    assert {path: data for path, (_, data) in pages(long_site).items()} == before


class DiskThatFails(Disk):
    """Fails at the n-th operation of a kind."""

    def __init__(self, operation: str, after: int) -> None:
        self.operation, self.left = operation, after

    def before(self, operation: str, path: Path) -> None:
        if operation == self.operation:
            self.left -= 1
            if self.left < 0:
                raise StoreError(str(path), "the disk is gone")


@pytest.mark.parametrize("operation", ["write", "sync", "replace", "remove"])
@pytest.mark.parametrize("after", [0, 1])
def test_what_a_build_left_unwritten_the_next_one_writes_though_nothing_changed(
    operation: str,
    after: int,
    long_site: Path,
    write_post: Callable[..., Path],
    run_build: Callable[..., BuildReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_build()
    write_post("2024-07-01-1.md", "환경")
    write_post("2022-03-02-500.md", "IT")

    def make(directory: Path, mtime: int, journals: Sequence[Path] = ()) -> ArchiveTree:
        return ArchiveTree(directory, mtime, DiskThatFails(operation, after), journals)

    with monkeypatch.context() as failing:
        failing.setattr("feedsvc.archiving.ArchiveTree", make)
        with pytest.raises(StoreError, match="the disk is gone"):
            run_build()
    report = run_build()
    assert report.written == ()
    assert reachable(long_site, *DOCUMENTS) == set(pages(long_site))
    texts = [gzip.decompress(data) for _, data in pages(long_site).values()]
    assert sum(b"2022/03/02/500/" in text for text in texts) == 2
    assert not (long_site / "public" / ".next-archive").exists()


def test_progress_is_told_page_by_page_and_written_pages_are_not_looked_at_again(
    long_site: Path, settings: Callable[..., Any]
) -> None:
    told: list[tuple[int, int]] = []
    now = datetime.fromisoformat("2100-01-01T12:00:00+00:00")

    def note(what: str, done: int, total: int) -> None:
        if what == "archives":
            told.append((done, total))

    build(settings(), now=now, progress=note)
    assert told == [(number, len(pages(long_site))) for number in range(len(told))]
    assert len(told) == len(pages(long_site))
    told.clear()
    build(settings(), now=now, progress=note)
    assert told == []


def test_a_delta_leads_to_the_newest_page_too(
    long_site: Path, write_post: Callable[..., Path], run_build: Callable[..., BuildReport]
) -> None:
    app = create_app(
        lambda: load_snapshot(long_site / "public"),
        site=PageFacts(title="t", description="", language="ko", server_url=HOST),
        max_age=300,
        find_history=partial(read_history, long_site / "var" / "history"),
        read_page=partial(read_page, long_site / "public"),
    )
    run_build()
    before = app.test_client().get("/atom.xml")
    write_post("2024-07-01-1.md", "환경")
    run_build()
    delta = app.test_client().get("/atom.xml", headers={"A-IM": "feed", "If-None-Match": before.headers["ETag"]})
    assert delta.status_code == 226
    assert ids(delta.data) == ["https://example.org/%ED%99%98%EA%B2%BD/2024/07/01/1/"]
    assert previous(before.data) != previous(delta.data) == previous(read(long_site, "/atom.xml"))
    page = app.test_client().get(urlsplit(previous(delta.data)).path)
    assert ids(page.data)[0] == ids(delta.data)[0]
