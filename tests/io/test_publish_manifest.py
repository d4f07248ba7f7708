from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import ManifestError
from feedsvc.model import Representation, Variant
from feedsvc.publish.manifest import dump_manifest, make_etag, make_manifest, parse_manifest, path_problem

PLACE = Path("public/manifest.json")


def represent(path: str, *, alias_of: str = "", body: bytes = b"feed") -> Representation:
    return Representation(
        path=path,
        media_type="application/atom+xml",
        last_modified=datetime(2024, 7, 11, 1, 2, 3, tzinfo=UTC),
        entry_count=2,
        variants=(
            Variant(coding="identity", etag=make_etag(body), size=len(body)),
            Variant(coding="gzip", etag=make_etag(body + b"gz"), size=3),
        ),
        feed=("category", "경제"),
        format="atom",
        title="경제 \u2028 “news”",
        alias_of=alias_of,
    )


def dumped() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(dump_manifest(make_manifest([represent("/categories/경제/atom.xml")])))
    return document


def test_a_manifest_reads_back_as_it_was_written() -> None:
    manifest = make_manifest([represent("/b/atom.xml"), represent("/a.xml", alias_of="/b/atom.xml")])
    assert parse_manifest(dump_manifest(manifest), PLACE) == manifest


def test_a_manifest_names_the_next_change_only_where_one_is_known() -> None:
    plain, due = make_manifest([]), make_manifest([], datetime(2024, 7, 11, 1, 2, 3, tzinfo=UTC))
    assert b"next_change" not in dump_manifest(plain)
    assert b'"next_change": "2024-07-11T01:02:03Z"' in dump_manifest(due)
    assert parse_manifest(dump_manifest(due), PLACE) == due
    assert due.snapshot == plain.snapshot
    with pytest.raises(ManifestError, match="whole seconds"):
        parse_manifest(dump_manifest(due).replace(b":03Z", b":03.5Z"), PLACE)


def test_the_order_of_representations_reaches_neither_bytes_nor_id() -> None:
    one, other = represent("/a.xml"), represent("/b.xml")
    assert dump_manifest(make_manifest([one, other])) == dump_manifest(make_manifest([other, one]))


def test_the_id_of_an_edition_follows_what_it_serves_and_nothing_else() -> None:
    first = make_manifest([represent("/a.xml")])
    assert make_manifest([represent("/a.xml", alias_of="/b.xml")]).snapshot == first.snapshot
    assert make_manifest([represent("/a.xml", body=b"other")]).snapshot != first.snapshot
    assert make_manifest([represent("/b.xml")]).snapshot != first.snapshot


def test_a_person_can_read_a_manifest() -> None:
    text = dump_manifest(make_manifest([represent("/categories/경제/atom.xml")])).decode()
    assert '"/categories/경제/atom.xml"' in text
    assert '"last_modified": "2024-07-11T01:02:03Z"' in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"version": 1}', b"[" * 100_000, b'"x"'])
def test_what_is_no_manifest_is_refused_with_its_place_and_what_to_do(data: bytes) -> None:
    with pytest.raises(ManifestError, match=r"^public/manifest\.json: .*; run feedsvc build") as caught:
        parse_manifest(data, PLACE)
    assert caught.value.path == "public/manifest.json"


def test_a_manifest_of_another_version_is_refused_by_name() -> None:
    with pytest.raises(ManifestError, match="is of version 2, not 1"):
        parse_manifest(json.dumps(dumped() | {"version": 2}).encode(), PLACE)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("path", "/../../etc/passwd", "leads out of the tree"),
        ("path", "/a/./b", "leads out of the tree"),
        ("path", "etc/passwd", "begin with one /"),
        ("path", "//a", "empty part"),
        ("path", "/a/", "empty part"),
        ("path", "/", "empty part"),
        ("path", "", "begin with one /"),
        ("path", "/a\0b", "control character"),
        ("path", "/a\\b", "backslash"),
        ("path", "/.next/a", "keeps for itself"),
        ("path", "/manifest.json", "keeps for itself"),
        ("path", "/manifest.json.tmp", "keeps for itself"),
        ("path", "/\ud800", "not Unicode"),
        ("path", 3, "not text"),
        ("title", None, "not text"),
        ("entry_count", -1, "not a count"),
        ("entry_count", True, "not a count"),
        ("last_modified", "yesterday", "yesterday"),
        ("last_modified", "2024-07-11T01:02:03", "UTC"),
        ("last_modified", "2024-07-11T01:02:03+09:00", "UTC"),
        ("last_modified", "2024-07-11T01:02:03.5Z", "whole seconds"),
        ("feed", ["category"], "unpack"),
        ("variants", [], "identity first"),
        ("variants", [{"coding": "gzip", "etag": "a", "size": 1}], "identity first"),
        ("variants", [{"coding": "identity", "etag": "a", "size": 1}] * 2, "each coding once"),
        ("variants", [{"coding": "lzma", "etag": "a", "size": 1}], "not a coding"),
        ("variants", [{"coding": "identity", "etag": 'a"\r\nX: y', "size": 1}], "not an etag"),
        ("variants", [{"coding": "identity", "etag": "", "size": 1}], "not an etag"),
        ("variants", [{"coding": "identity", "etag": "a", "size": 1.5}], "not a count"),
        ("variants", 3, "iterable"),
    ],
    ids=repr,
)
def test_a_manifest_that_says_what_none_says_is_refused(key: str, value: object, message: str) -> None:
    document = dumped()
    document["representations"][0][key] = value
    with pytest.raises(ManifestError, match=message):
        parse_manifest(json.dumps(document).encode(), PLACE)


def test_a_representation_that_lacks_a_part_is_refused_by_its_name() -> None:
    document = dumped()
    del document["representations"][0]["format"]
    with pytest.raises(ManifestError, match="no 'format'"):
        parse_manifest(json.dumps(document).encode(), PLACE)


def test_a_path_listed_twice_is_refused() -> None:
    document = dumped()
    document["representations"] *= 2
    with pytest.raises(ManifestError, match="listed twice"):
        parse_manifest(json.dumps(document).encode(), PLACE)


@pytest.mark.parametrize("path", ["/atom.xml", "/categories/경제/rss.xml", "/.well-known/feed-menu.json", "/a/.next/b"])
def test_the_paths_of_real_feeds_are_fine(path: str) -> None:
    assert path_problem(path) == ""
