"""A replica follows a store: an edition is taken over whole or not at all, and what was served stays ready."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import BodyUnavailableError, StaleSnapshotError
from feedsvc.model import Snapshot
from feedsvc.publish.manifest import MANIFEST, make_etag
from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.remote.cache import KEPT, cache_folder
from feedsvc.remote.follow import Follower
from feedsvc.remote.head import dump_head
from feedsvc.remote.layout import HEAD, blob_name
from feedsvc.remote.note import NOTE, ReplicaNote, read_note

Bodies = Mapping[tuple[str, str], bytes]


def note_of(world: Any) -> ReplicaNote:
    return read_note(world.cache.directory / NOTE)


def source_of(world: Any, **options: Any) -> SnapshotFollower:
    reader = world.reader(**options)
    return SnapshotFollower(world.cache.directory, interval=0, memory=0, find_body=reader.find_body)


def newest(source: SnapshotFollower) -> Snapshot:
    snapshot = source()
    assert snapshot is not None
    return snapshot


def read_all(source: SnapshotFollower) -> Bodies:
    snapshot = newest(source)
    found = {}
    for path, each in snapshot.representations.items():
        for variant in each.variants:
            found[path, variant.coding] = snapshot.read_body(path, variant.coding)
            assert make_etag(found[path, variant.coding]) == variant.etag
    return found


def test_every_document_of_an_edition_is_read_as_it_was_built(world: Any) -> None:
    world.publish()
    world.follower().look()
    bodies = read_all(source_of(world))
    assert bodies["/atom.xml", "identity"] == (world.directory / "public" / "atom.xml").read_bytes()
    assert bodies["/atom.xml", "br"] == (world.directory / "public" / "atom.xml.br").read_bytes()
    assert read_all(source_of(world)) == bodies


def test_a_document_is_asked_of_the_store_once(world: Any) -> None:
    world.publish()
    world.follower().look()
    read_all(source_of(world))
    world.objects.asked.clear()
    read_all(source_of(world))
    assert world.objects.asked == []


def test_a_look_that_finds_nothing_new_is_one_conditional_request(world: Any) -> None:
    world.publish()
    follower = world.follower()
    follower.look()
    world.objects.asked.clear()
    follower.look()
    assert world.objects.asked == [HEAD]


def test_what_was_served_of_an_edition_is_there_of_the_next_when_the_store_is_gone(world: Any) -> None:
    world.publish()
    follower, source = world.follower(), source_of(world)
    follower.look()
    before = read_all(source)
    world.write_post(9, "새 기사")
    world.publish()
    follower.look()
    world.objects.away = True
    after = read_all(source)
    assert after.keys() == before.keys()
    assert "새 기사".encode() in after["/atom.xml", "identity"]


def test_only_what_somebody_asked_for_is_fetched_ahead(world: Any) -> None:
    world.publish()
    follower, source = world.follower(), source_of(world)
    follower.look()
    newest(source).read_body("/atom.xml", "gzip")
    world.write_post(9, "새 기사")
    head = world.publish()
    world.objects.asked.clear()
    follower.look()
    gzip = next(v.etag for v in newest(source).representations["/atom.xml"].variants if v.coding == "gzip")
    assert world.objects.asked == [HEAD, blob_name(head.manifest), blob_name(gzip)]


def test_the_edition_before_stays_whole_when_the_store_dies_between_two(world: Any) -> None:
    head = world.publish()
    follower, source = world.follower(), source_of(world)
    follower.look()
    before = read_all(source)
    world.write_post(9, "새 기사")
    after = world.publish()

    def die(name: str) -> None:
        world.objects.away = len(world.objects.asked) >= 5 and name != HEAD

    world.objects.asked.clear()
    world.objects.before_get = die
    follower.look()
    assert newest(source).id == head.snapshot
    assert read_all(source) == before
    world.objects.before_get = lambda name: None
    world.objects.away = False
    follower.look()
    assert newest(source).id == after.snapshot


def test_who_asked_while_an_edition_was_taken_over_is_not_left_without_it(world: Any) -> None:
    world.publish()
    follower, source = world.follower(), source_of(world)
    follower.look()
    old = newest(source)
    old.read_body("/atom.xml", "identity")
    world.write_post(9, "새 기사")
    world.publish()
    follower.look()
    old.read_body("/rss.xml", "identity")
    follower.look()
    world.objects.away = True
    assert newest(source).read_body("/rss.xml", "identity") != old.read_body("/rss.xml", "identity")


def test_a_store_that_is_away_is_noted_and_counted_until_it_is_back(world: Any) -> None:
    head = world.publish()
    follower = world.follower()
    follower.look()
    world.objects.away = True
    follower.look()
    world.now += timedelta(seconds=30)
    follower.look()
    note = note_of(world)
    assert (note.away_since, note.failures) == (world.now - timedelta(seconds=30), 2)
    assert note.edition == head.snapshot
    world.objects.away = False
    follower.look()
    assert (note_of(world).away_since, note_of(world).error, note_of(world).failures) == (None, "", 2)


def test_a_store_that_is_away_is_logged_once(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    world.publish()
    follower = world.follower()
    follower.look()
    world.objects.away = True
    for _ in range(3):
        follower.look()
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING] == [
        f"no newer edition: {world.objects.place(HEAD)}: is away for a test"
    ]


def test_a_process_that_starts_without_the_store_has_the_last_edition(world: Any) -> None:
    head = world.publish()
    world.follower().look()
    bodies = read_all(source_of(world))
    world.objects.away = True
    follower = world.follower()
    assert follower.site == replace(follower.site)
    assert (note_of(world).edition, note_of(world).failures) == (head.snapshot, 0)
    follower.look()
    assert read_all(source_of(world)) == bodies


def test_a_process_that_was_cut_off_before_it_noted_the_head_asks_for_it_again(world: Any) -> None:
    world.publish()
    world.follower().look()
    head_file = world.cache.directory / "head.json"
    old_head = head_file.read_bytes()
    world.write_post(9, "새 기사")
    after = world.publish()
    world.follower().look()
    head_file.write_bytes(old_head)
    follower = world.follower()
    assert follower.followed.head.snapshot == after.snapshot
    follower.look()
    assert b"%s" % after.manifest.encode() in head_file.read_bytes()


@pytest.mark.parametrize("name", ["head.json", MANIFEST])
def test_a_damaged_cache_counts_as_none(world: Any, name: str) -> None:
    head = world.publish()
    world.follower().look()
    (world.cache.directory / name).write_bytes(b"{")
    follower = world.follower()
    assert follower.followed is None
    follower.look()
    assert newest(source_of(world)).id == head.snapshot


def test_a_store_without_an_edition_leaves_the_replica_without_one(world: Any) -> None:
    follower = world.follower()
    follower.look()
    assert source_of(world)() is None
    assert "nothing is published yet" in note_of(world).error
    assert note_of(world).away_since is None


def test_a_lease_that_was_taken_before_anything_was_published_is_no_edition(world: Any) -> None:
    head = replace(world.publish(), snapshot="", manifest="", published=None, site={})
    world.objects.says[HEAD] = dump_head(head)
    world.follower().look()
    assert source_of(world)() is None


def test_a_blob_that_is_damaged_is_never_served_and_logged_and_asked_for_again(
    world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish()
    world.follower().look()
    source = source_of(world)
    variant = newest(source).representations["/atom.xml"].variants[0]
    name = blob_name(variant.etag)
    world.objects.says[name] = b"other bytes"
    world.objects.asked.clear()
    for _ in range(2):
        with pytest.raises(BodyUnavailableError):
            newest(source).read_body("/atom.xml", "identity")
    assert world.objects.asked.count(name) == 1, "not with every request"
    assert f"{world.objects.place(name)}: is damaged" in caplog.text
    world.objects.says.clear()
    world.ticks += 2
    assert make_etag(newest(source).read_body("/atom.xml", "identity")) == variant.etag


def test_a_file_of_the_cache_that_is_damaged_is_fetched_again(world: Any) -> None:
    world.publish()
    world.follower().look()
    source = source_of(world)
    before = read_all(source)
    for file in (world.cache.directory / KEPT).rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1])
    assert read_all(source) == before


def test_a_blob_that_the_store_has_no_more_makes_the_worker_look_for_a_newer_edition(world: Any) -> None:
    world.publish()
    world.follower().look()
    source = source_of(world)
    world.objects.delete(blob_name(newest(source).representations["/atom.xml"].variants[0].etag))
    with pytest.raises(StaleSnapshotError):
        newest(source).read_body("/atom.xml", "identity")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (b"[]", "is not the head of a store"),
        (b"{", "is not the head of a store"),
        (b'{"version": 9}', "is of version 9"),
    ],
)
def test_a_head_that_is_none_leaves_the_edition_before(world: Any, says: bytes, reason: str) -> None:
    head = world.publish()
    follower = world.follower()
    follower.look()
    world.objects.says[HEAD] = says
    follower.look()
    assert newest(source_of(world)).id == head.snapshot
    assert reason in note_of(world).error
    assert note_of(world).away_since is None


def test_a_manifest_that_leads_out_of_the_tree_leaves_the_edition_before(world: Any) -> None:
    head = world.publish()
    follower = world.follower()
    follower.look()
    data = (world.directory / "public" / MANIFEST).read_bytes().replace(b'"/atom.xml"', b'"/../../x"')
    world.objects.says[HEAD] = dump_head(replace(head, manifest=make_etag(data)))
    world.objects.put(blob_name(make_etag(data)), data)
    follower.look()
    assert "leads out of the tree" in note_of(world).error
    assert newest(source_of(world)).id == head.snapshot


def test_a_manifest_of_another_edition_than_the_head_says_is_refused(world: Any) -> None:
    world.objects.says[HEAD] = dump_head(replace(world.publish(), snapshot="0123456789abcdef"))
    world.follower().look()
    assert "is of the edition" in note_of(world).error


def test_a_head_of_a_former_builder_is_not_gone_back_to(world: Any) -> None:
    old = world.publish(term=1, published=world.now)
    world.write_post(9, "새 기사")
    newer = world.publish(term=2, published=world.now + timedelta(seconds=5))
    follower = world.follower()
    follower.look()
    world.objects.says[HEAD] = dump_head(old)
    follower.look()
    assert newest(source_of(world)).id == newer.snapshot
    assert "is older than" in note_of(world).error


def test_a_store_that_was_emptied_and_built_anew_is_followed(world: Any) -> None:
    world.publish(term=7, published=world.now)
    follower = world.follower()
    follower.look()
    world.write_post(9, "새 기사")
    head = world.publish(term=1, published=world.now + timedelta(days=1))
    follower.look()
    assert newest(source_of(world)).id == head.snapshot


def test_what_the_site_says_of_itself_is_taken_over_without_a_new_edition(world: Any) -> None:
    head = world.publish()
    follower = world.follower()
    follower.look()
    site = {**head.site, "title": "다른 이름"}
    world.objects.put(HEAD, dump_head(replace(head, site=site)))
    follower.look()
    assert follower.site is not None
    assert follower.site.title == "다른 이름"
    assert Follower(world.objects, world.cache, limit=1000, now=lambda: world.now).site == follower.site


def test_a_full_disk_costs_requests_and_no_answer(world: Any) -> None:
    world.publish()
    world.follower().look()
    (world.cache.directory / KEPT).rename(world.cache.directory / "away")
    (world.cache.directory / KEPT).write_bytes(b"")
    assert read_all(source_of(world))["/atom.xml", "identity"]


def test_each_store_has_a_folder_of_its_own(tmp_path: Path) -> None:
    assert cache_folder(tmp_path, "s3://a/b") == cache_folder(tmp_path, "s3://a/b/")
    assert cache_folder(tmp_path, "s3://a/b") != cache_folder(tmp_path, "s3://a/c")
    assert cache_folder(tmp_path, "s3://a/../../b").parent == tmp_path / "replica"


def test_the_cache_stays_below_its_limit_and_what_is_served_goes_last(world: Any) -> None:
    world.publish()
    follower, source = world.follower(), source_of(world)
    follower.look()
    read_all(source)
    size = sum(file.stat().st_size for file in (world.cache.directory / KEPT).rglob("*") if file.is_file())
    world.limit = size + 100
    follower = world.follower()
    for number in range(9, 12):
        world.write_post(number, "새 기사")
        world.publish()
        follower.look()
        kept = [file for file in (world.cache.directory / KEPT).rglob("*") if file.is_file()]
        assert sum(file.stat().st_size for file in kept) <= world.limit
        assert note_of(world).cached == sum(file.stat().st_size for file in kept)
    world.objects.away = True
    assert read_all(source), "what is served was not what went"


def test_what_was_asked_for_last_is_there_of_a_new_edition_when_room_is_made_for_it(world: Any) -> None:
    world.publish()
    world.follower().look()
    read_all(source_of(world))
    files = {file.name: file for file in (world.cache.directory / KEPT).rglob("*") if file.is_file()}
    for file in files.values():
        os.utime(file, (1000, 1000))
    for variant in newest(source_of(world)).representations["/atom.xml"].variants:
        os.utime(files[variant.etag], (2000, 2000))
    world.write_post(9, "새 기사")
    world.write_post(10, "noch einer")
    world.publish()
    world.limit = sum(file.stat().st_size for file in files.values()) // 2
    world.follower().look()
    kept = {file.name: file.stat().st_mtime for file in (world.cache.directory / KEPT).rglob("*") if file.is_file()}
    documents = newest(source_of(world)).representations
    assert {kept[variant.etag] for variant in documents["/atom.xml"].variants} == {2000}
    assert any(variant.etag not in kept for each in documents.values() for variant in each.variants)


def test_a_cache_of_next_to_nothing_still_serves_everything(world: Any) -> None:
    world.limit = 1000
    world.publish()
    follower, source = world.follower(), source_of(world)
    for _ in range(2):
        follower.look()
        assert read_all(source)
    follower.look()
    assert note_of(world).cached <= 1000
