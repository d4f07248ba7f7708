"""What is beside an edition, as a worker reads it: pages of archives, histories, and where pages moved."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from feedsvc.errors import BodyUnavailableError
from feedsvc.model import Variant
from feedsvc.publish.encodings import encode
from feedsvc.publish.history import history_name, read_history
from feedsvc.publish.manifest import make_etag
from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.remote.cache import KEPT
from feedsvc.remote.layout import OWN
from feedsvc.remote.trimming import Trimmer
from feedsvc.web.app import PageFacts, create_app
from feedsvc.web.fastpath import FastPath
from feedsvc.web.freshness import Freshness

NAME = "archive/0123456789abcdef/atom.xml"
PAGE = encode("gzip", b"<feed>a page</feed>" * 50)
OTHER = encode("gzip", b"<feed>another page</feed>" * 50)


@pytest.fixture
def served(world: Any) -> Any:
    """Publish and follow once."""
    world.publish()
    world.follower().look()
    return world


def document_of(world: Any, reader: Any) -> Any:
    source = SnapshotFollower(world.cache.directory, interval=0, find_body=reader.find_body)
    snapshot = source()
    assert snapshot is not None
    return snapshot.representations["/atom.xml"]


def read(world: Any, reader: Any) -> bytes | None:
    page = reader.read_page(f"/{NAME}", document_of(world, reader))
    return b"".join(page.read("identity")) if page else None


@pytest.mark.parametrize("attributes", [{"digest": make_etag(PAGE)}, {}])
def test_a_page_of_an_archive_is_read_from_the_store_once_within_a_poll(
    served: Any, attributes: dict[str, str]
) -> None:
    served.objects.put(NAME, PAGE, attributes)
    reader = served.reader()
    served.objects.asked.clear()
    assert [read(served, reader) for _ in range(3)] == [gzip.decompress(PAGE)] * 3
    assert served.objects.asked == [NAME]


def test_a_page_that_changed_is_seen_after_a_poll(served: Any) -> None:
    served.objects.put(NAME, PAGE)
    reader = served.reader()
    read(served, reader)
    served.objects.put(NAME, OTHER)
    assert read(served, reader) == gzip.decompress(PAGE)
    served.ticks += 2
    assert read(served, reader) == gzip.decompress(OTHER)


def test_a_page_is_served_as_it_was_when_the_store_is_gone(served: Any) -> None:
    served.objects.put(NAME, PAGE)
    read(served, served.reader())
    served.objects.away = True
    assert read(served, served.reader()) == gzip.decompress(PAGE), "by a worker that never read it"


def test_a_page_that_nobody_read_cannot_be_had_when_the_store_is_gone(served: Any) -> None:
    served.objects.put(NAME, PAGE)
    served.objects.away = True
    with pytest.raises(BodyUnavailableError):
        read(served, served.reader())


def test_a_page_that_is_not_there_is_not_asked_for_again_within_a_poll(served: Any) -> None:
    reader = served.reader()
    served.objects.asked.clear()
    assert [read(served, reader) for _ in range(3)] == [None] * 3
    assert served.objects.asked == [NAME]


def test_a_page_that_was_removed_is_gone_after_a_poll(served: Any) -> None:
    served.objects.put(NAME, PAGE)
    reader = served.reader()
    read(served, reader)
    served.objects.delete(NAME)
    served.ticks += 2
    assert read(served, reader) is None
    assert read(served, served.reader()) is None


@pytest.mark.parametrize(
    ("page", "attributes"),
    [
        (PAGE, {"digest": make_etag(OTHER)}),
        (PAGE[:-9], {}),
        (PAGE[:-5] + b"\0" + PAGE[-4:], {}),
        (PAGE + b"more", {}),
        (b"<html>an error of a proxy</html>", {}),
        (b"", {}),
    ],
)
def test_a_page_that_is_damaged_is_not_served(served: Any, page: bytes, attributes: dict[str, str]) -> None:
    served.objects.put(NAME, page, attributes)
    reader = served.reader()
    with pytest.raises(BodyUnavailableError):
        read(served, reader)


def test_a_damaged_page_does_not_take_the_place_of_the_one_that_is_here(served: Any) -> None:
    served.objects.put(NAME, PAGE)
    reader = served.reader()
    read(served, reader)
    served.objects.put(NAME, PAGE[:-9])
    served.ticks += 2
    assert read(served, reader) == gzip.decompress(PAGE)


def test_the_history_of_a_document_is_asked_for_once_in_an_edition_of_it(world: Any) -> None:
    world.publish()
    follower = world.follower()
    follower.look()
    reader = world.reader()
    source = SnapshotFollower(world.cache.directory, interval=0, find_body=reader.find_body)
    world.write_post(9, "새 기사")
    world.publish()
    follower.look()
    world.objects.asked.clear()
    for _ in range(3):
        found = reader.find_history(source, "/atom.xml")
        world.ticks += 60
    assert found == read_history(world.directory / "var" / "history", "/atom.xml")
    assert len(found.editions) == 2
    assert world.objects.asked == [f"{OWN}history/{history_name('/atom.xml')}"]
    world.write_post(10, "noch einer")
    world.publish()
    follower.look()
    assert len(reader.find_history(source, "/atom.xml").editions) == 3


def test_without_a_history_the_answer_is_the_whole_document(served: Any) -> None:
    reader = served.reader()
    source = SnapshotFollower(served.cache.directory, interval=0, find_body=reader.find_body)
    served.objects.away = True
    assert reader.find_history(source, "/atom.xml").editions == ()
    assert reader.find_history(source, "/no.xml").editions == ()


def test_a_hostile_history_is_none(served: Any) -> None:
    reader = served.reader()
    source = SnapshotFollower(served.cache.directory, interval=0, find_body=reader.find_body)
    served.objects.put(f"{OWN}history/{history_name('/atom.xml')}", b"[" * 100_000)
    assert reader.find_history(source, "/atom.xml").editions == ()


def test_where_pages_went_is_read_from_the_store(served: Any) -> None:
    name = f"{OWN}moved/{history_name('/atom.xml')}"
    served.objects.put(name, json.dumps({"path": "/atom.xml", "moved": {"a": "b", "c": 7}}).encode())
    assert served.reader().read_moved("/atom.xml") == {"a": "b"}
    served.objects.put(name, b"[]")
    served.ticks += 9
    assert served.reader().read_moved("/rss.xml") == {}


def test_who_asks_a_worker_that_is_an_edition_behind_gets_the_newest_when_the_store_is_away(served: Any) -> None:
    reader = served.reader()
    # It does not look by itself in this test.
    source = SnapshotFollower(served.cache.directory, interval=1e9, memory=0, find_body=reader.find_body)
    facts = PageFacts(title="t", description="", language="ko", server_url="https://feeds.example.org")
    app = create_app(source, site=facts, max_age=60)
    freshness = Freshness(max_age=60)
    app.wsgi_app = FastPath(app.wsgi_app, source, freshness=freshness, memory=0)  # type: ignore[method-assign]
    before = app.test_client().get("/atom.xml")
    served.write_post(9, "새 기사")
    served.publish()
    # Of both editions there is no room for one, and what is served is more than what was.
    served.limit = sum(file.stat().st_size for file in (served.cache.directory / KEPT).rglob("*") if file.is_file())
    served.follower().look()
    served.objects.away = True
    with pytest.raises(BodyUnavailableError):
        reader.find_body("/atom.xml", Variant(coding="identity", etag=before.headers["ETag"].strip('"'), size=1))
    after = app.test_client().get("/atom.xml")
    assert after.status_code == 200
    assert "새 기사" in after.text
    assert app.test_client().get("/rss.xml").status_code == 503


def test_drafts_that_a_process_left_are_removed_in_time(served: Any) -> None:
    kept = served.cache.directory / "kept"
    draft = kept / "aa" / ".left"
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(b"x")
    now = draft.stat().st_mtime
    Trimmer(kept, 10**6, clock=lambda: now + 60).trim(())
    assert draft.exists()
    Trimmer(kept, 10**6, clock=lambda: now + 7200).trim(())
    assert not draft.exists()
