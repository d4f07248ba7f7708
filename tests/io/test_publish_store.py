from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.errors import DocumentError, ManifestError, StoreError
from feedsvc.model import FeedDocument, FeedLocation, FeedSpec
from feedsvc.publish.store import Publication, find_damaged, load_manifest, load_previous, publish_snapshot, recover

NOON = datetime(2024, 7, 11, 12, 0, 0, 987_654, tzinfo=UTC)
ECONOMY = "/categories/경제/atom.xml"
SITE = "/atom.xml"


def document(path: str, text: str, *, aliases: tuple[str, ...] = (), title: str = "Title") -> FeedDocument:
    location = FeedLocation(format="atom", path=path, self_link=f"https://example.org{path}", aliases=aliases)
    spec = FeedSpec(
        kind="category",
        key=path,
        id=path,
        title=title,
        subtitle="",
        language="ko",
        authors=(),
        alternate_link="https://example.org/",
        ttl=5,
        locations=(location,),
    )
    body = f"<feed>{text * 100}</feed>".encode()
    return FeedDocument(spec=spec, location=location, media_type="application/atom+xml", body=body, entry_count=1)


def publish(public: Path, *documents: FeedDocument, carried: tuple[str, ...] = (), now: datetime = NOON) -> Publication:
    paths = [path for each in documents for path in (each.location.path, *each.location.aliases)]
    return publish_snapshot(public, documents, [*paths, *carried], now)


def files(public: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below public with its bytes and inode: a file written again has another inode."""
    found = sorted(path for path in public.rglob("*") if path.is_file())
    return {path.relative_to(public).as_posix(): (path.read_bytes(), path.stat().st_ino) for path in found}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "site" / "public"


def test_the_tree_is_the_urls_with_every_coding_beside_each_document(public: Path) -> None:
    publication = publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    assert publication.written == (SITE, ECONOMY)
    assert sorted(files(public)) == sorted(
        [path[1:] + suffix for path in (SITE, ECONOMY) for suffix in ("", ".gz", ".br", ".zst")] + ["manifest.json"]
    )
    body = (public / "categories" / "경제" / "atom.xml").read_bytes()
    assert gzip.decompress((public / "categories" / "경제" / "atom.xml.gz").read_bytes()) == body
    assert load_manifest(public).snapshot == publication.snapshot


def test_files_are_for_everyone_to_read_as_far_as_the_umask_lets_them(public: Path) -> None:
    before = os.umask(0o027)
    try:
        publish(public, document(SITE, "가"))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in public.iterdir()} == {0o640}


def test_a_plain_web_server_over_the_tree_sends_the_same_last_modified(public: Path) -> None:
    publish(public, document(SITE, "가"))
    assert {path.stat().st_mtime for path in public.glob("atom.xml*")} == {NOON.replace(microsecond=0).timestamp()}


def test_publishing_the_same_again_writes_nothing_at_all(public: Path) -> None:
    first = publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    before = files(public)
    again = publish(public, document(SITE, "가"), document(ECONOMY, "나"), now=NOON + timedelta(days=1))
    assert again == Publication(snapshot=first.snapshot, written=(), removed=(), unchanged=2)
    assert files(public) == before


def test_only_the_document_that_changed_is_written(public: Path) -> None:
    first = publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    before = files(public)
    later = NOON + timedelta(minutes=5)
    second = publish(public, document(ECONOMY, "다"), document(SITE, "가"), now=later)
    assert (second.written, second.unchanged) == ((ECONOMY,), 1)
    assert second.snapshot != first.snapshot
    assert {name for name, file in files(public).items() if file == before[name]} == {
        "atom.xml", "atom.xml.gz", "atom.xml.br", "atom.xml.zst",
    }  # fmt: skip
    manifest = load_manifest(public)
    assert manifest.representations[SITE].last_modified == NOON.replace(microsecond=0)
    assert manifest.representations[ECONOMY].last_modified == later.replace(microsecond=0)


def test_a_path_that_was_not_rendered_is_carried_over(public: Path) -> None:
    publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    before = load_manifest(public).representations[ECONOMY]
    publication = publish(public, document(SITE, "다"), carried=(ECONOMY,))
    assert publication == Publication(snapshot=load_manifest(public).snapshot, written=(SITE,), removed=(), unchanged=1)
    assert load_manifest(public).representations[ECONOMY] == before


def test_an_edition_that_comes_back_has_the_id_it_had(public: Path) -> None:
    first = publish(public, document(SITE, "가"))
    publish(public, document(SITE, "나"))
    assert publish(public, document(SITE, "가")).snapshot == first.snapshot


def test_an_expected_path_that_nobody_rendered_is_a_bug_and_publishes_nothing(public: Path) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)
    with pytest.raises(StoreError, match=r"경제/atom\.xml: was neither rendered nor published before"):
        publish(public, document(SITE, "나"), carried=(ECONOMY,))
    assert files(public) == before


def test_a_document_that_the_edition_does_not_hold_is_a_bug(public: Path) -> None:
    with pytest.raises(StoreError, match="rendered but is not expected"):
        publish_snapshot(public, [document(SITE, "가")], [], NOON)


def test_last_modified_grows_with_each_change_even_when_the_clock_goes_back(public: Path) -> None:
    publish(public, document(SITE, "가"))
    publish(public, document(SITE, "나"), now=NOON - timedelta(days=400))
    expected = NOON.replace(microsecond=0) + timedelta(seconds=1)
    assert load_manifest(public).representations[SITE].last_modified == expected


def test_the_clock_may_be_of_any_zone(public: Path) -> None:
    publish(public, document(SITE, "가"), now=NOON.astimezone(None))
    assert load_manifest(public).representations[SITE].last_modified == NOON.replace(microsecond=0)


def test_what_is_no_longer_expected_is_removed_with_its_codings_and_empty_folders(public: Path) -> None:
    publish(public, document(SITE, "가"), document(ECONOMY, "나"), document("/categories/a/b/rss.xml", "다"))
    (public / "categories" / "경제" / "mine.txt").write_text("not ours")
    publication = publish(public, document(SITE, "가"))
    assert publication.removed == ("/categories/a/b/rss.xml", ECONOMY)
    assert sorted(path for path in files(public) if not path.startswith("atom")) == [
        "categories/경제/mine.txt",
        "manifest.json",
    ]
    assert not (public / "categories" / "a").exists()


def test_a_coding_that_no_longer_helps_leaves_no_stale_file(public: Path) -> None:
    publish(public, document(SITE, "가"))
    publish(public, document(SITE, ""))
    assert sorted(files(public)) == ["atom.xml", "manifest.json"]
    assert [each.coding for each in load_manifest(public).representations[SITE].variants] == ["identity"]


def test_an_alias_is_a_file_of_its_own_with_the_same_bytes_and_validators(public: Path) -> None:
    publication = publish(public, document(SITE, "가", aliases=("/feed.xml", "/old/feed")))
    assert publication.written == (SITE, "/feed.xml", "/old/feed")
    representations = load_manifest(public).representations
    assert representations["/feed.xml"].alias_of == SITE
    assert representations[SITE].alias_of == ""
    assert representations["/feed.xml"].variants == representations[SITE].variants
    assert (public / "old" / "feed.gz").read_bytes() == (public / "atom.xml.gz").read_bytes()


def test_a_new_alias_leaves_the_document_itself_alone(public: Path) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)
    publication = publish(public, document(SITE, "가", aliases=("/feed.xml",)), now=NOON + timedelta(hours=1))
    assert (publication.written, publication.unchanged) == (("/feed.xml",), 1)
    assert files(public)["atom.xml"] == before["atom.xml"]


def test_a_new_title_reaches_the_manifest_though_no_file_changes(public: Path) -> None:
    publish(public, document(SITE, "가"))
    publication = publish(public, document(SITE, "가", title="New"))
    assert publication.written == ()
    assert load_manifest(public).representations[SITE].title == "New"


def test_a_document_becomes_a_folder_and_a_folder_a_document(public: Path) -> None:
    publish(public, document("/feed", "가"))
    publish(public, document("/feed/atom.xml", "나"))
    assert sorted(files(public))[0] == "feed/atom.xml"
    publish(public, document("/feed", "다"))
    assert sorted(files(public)) == ["feed", "feed.br", "feed.gz", "feed.zst", "manifest.json"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("/feed", "/feed/atom.xml"), "is a file of /feed and the folder of /feed/atom.xml"),
        (("/atom.xml", "/atom.xml.gz"), "would be a file of both /atom.xml.gz and /atom.xml"),
        (("/feed.br", "/feed"), "would be a file of both"),
        (("/../up",), "leads out of the tree"),
        (("/feed/",), "empty part"),
    ],
)
def test_paths_that_contradict_one_another_are_refused_before_anything_is_written(
    public: Path, paths: tuple[str, ...], message: str
) -> None:
    with pytest.raises(StoreError, match=message):
        publish(public, *(document(path, "가") for path in paths))
    assert files(public) == {}


def test_two_documents_at_one_address_are_refused(public: Path) -> None:
    with pytest.raises(StoreError, match="is the address of two documents; change feeds"):
        publish(public, document(SITE, "가"), document(ECONOMY, "나", aliases=(SITE,)))
    assert files(public) == {}


def test_a_file_that_was_lost_or_cut_is_found_and_written_again_with_its_old_validators(public: Path) -> None:
    publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    manifest = load_manifest(public)
    assert find_damaged(public, manifest) == frozenset()
    (public / "atom.xml.br").unlink()
    (public / ECONOMY[1:]).write_bytes(b"cut")
    assert find_damaged(public, manifest) == {SITE, ECONOMY}
    publication = publish(public, document(SITE, "가"), document(ECONOMY, "나"), now=NOON + timedelta(days=1))
    assert publication.written == (SITE, ECONOMY)
    assert load_manifest(public) == manifest
    assert find_damaged(public, manifest) == frozenset()


def test_a_link_in_place_of_a_document_is_damage_and_is_replaced_not_followed(public: Path, tmp_path: Path) -> None:
    publish(public, document(SITE, "가"))
    outside = tmp_path / "outside.xml"
    outside.write_bytes((public / "atom.xml").read_bytes())
    (public / "atom.xml").unlink()
    (public / "atom.xml").symlink_to(outside)
    assert find_damaged(public, load_manifest(public)) == {SITE}
    publish(public, document(SITE, "나"))
    assert not (public / "atom.xml").is_symlink()
    assert "나" not in outside.read_text()


def test_a_link_among_the_folders_is_refused_and_nothing_behind_it_is_touched(public: Path, tmp_path: Path) -> None:
    publish(public, document(SITE, "가"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (public / "categories").symlink_to(outside)
    with pytest.raises(StoreError, match="categories: is a file or a link where a folder belongs; move it away"):
        publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    assert list(outside.iterdir()) == []
    assert list(load_manifest(public).representations) == [SITE]
    assert not (public / ".next").exists()


def test_a_link_among_the_folders_of_what_is_removed_is_not_followed(public: Path, tmp_path: Path) -> None:
    publish(public, document(SITE, "가"), document(ECONOMY, "나"))
    (public / "categories").rename(tmp_path / "moved")
    (public / "categories").symlink_to(tmp_path / "moved")
    publish(public, document(SITE, "가"))
    assert (tmp_path / "moved" / "경제" / "atom.xml").exists()


def test_public_itself_may_be_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    publish(link, document(SITE, "가"))
    assert (real / "manifest.json").is_file()
    assert link.is_symlink()


def test_a_staging_folder_that_is_a_link_is_unlinked_not_emptied(public: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    public.mkdir(parents=True)
    (public / ".next").symlink_to(precious)
    publish(public, document(SITE, "가"))
    assert (precious / "file").exists()


def test_a_folder_where_a_document_belongs_is_said_and_costs_no_edition(public: Path) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)
    (public / "rss.xml").mkdir()
    with pytest.raises(StoreError, match=r"rss\.xml: is a folder where a feed belongs; move it away"):
        publish(public, document(SITE, "나"), document("/rss.xml", "다"))
    assert files(public) == before


def test_a_folder_with_what_is_not_ours_is_not_cleared_for_a_document(public: Path) -> None:
    publish(public, document("/feed/a/atom.xml", "가"))
    (public / "feed" / "a" / "mine").touch()
    with pytest.raises(StoreError, match="feed: is a folder where a feed belongs"):
        publish(public, document("/feed", "나"))
    (public / "feed" / "a" / "mine").unlink()
    (public / "feed" / "empty").mkdir()
    with pytest.raises(StoreError, match="feed: is a folder where a feed belongs"):
        publish(public, document("/feed", "나"))
    (public / "feed" / "empty").rmdir()
    assert publish(public, document("/feed", "나")).written == ("/feed",)


def test_public_that_is_a_file_or_a_loop_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, message in (("file", "a file stands where"), ("file/below", "a file stands where"), ("loop", "loop")):
        with pytest.raises(StoreError, match=message):
            publish(tmp_path / name, document(SITE, "가"))


def test_a_document_that_cannot_be_rendered_stops_the_edition_and_passes_through(public: Path) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)

    def failing() -> Iterator[FeedDocument]:
        yield document(SITE, "나")
        raise DocumentError(ECONOMY, "does not parse")

    with pytest.raises(DocumentError):
        publish_snapshot(public, failing(), [SITE, ECONOMY], NOON)
    assert files(public) == before


def test_documents_are_taken_one_at_a_time_and_at_most_four_ahead(public: Path) -> None:
    staged: list[int] = []

    def stream() -> Iterator[FeedDocument]:
        for number in range(8):
            staged.append(len(list((public / ".next").rglob("*.gz"))))
            yield document(f"/{number}.xml", "가")

    publish_snapshot(public, stream(), [f"/{number}.xml" for number in range(8)], NOON)
    assert staged == [0, 0, 0, 0, 0, 1, 2, 3]


def test_a_corrupt_manifest_counts_as_none_and_is_written_anew(public: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish(public, document(SITE, "가"))
    (public / "manifest.json").write_bytes(b"{")
    with pytest.raises(ManifestError):
        load_manifest(public)
    assert load_previous(public).snapshot == ""
    assert publish(public, document(SITE, "가")).written == (SITE,)
    assert "every document will be written again" in caplog.text


def test_a_manifest_that_cannot_be_read_is_said(public: Path) -> None:
    with pytest.raises(ManifestError, match="nothing is published yet; run feedsvc build"):
        load_manifest(public)
    (public / "manifest.json").mkdir(parents=True)
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(public)


def test_a_site_without_feeds_is_an_edition_too(public: Path) -> None:
    publish(public)
    assert load_manifest(public).representations == {}
    assert publish(public).written == ()


def test_recovering_where_nothing_happened_does_nothing(public: Path) -> None:
    assert recover(public) is False
    publish(public, document(SITE, "가"))
    before = files(public)
    assert recover(public) is False
    assert files(public) == before


def test_leftovers_of_a_build_that_never_committed_are_cleared(public: Path) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)
    (public / ".next" / "categories").mkdir(parents=True)
    (public / ".next" / "categories" / "atom.xml").touch()
    assert recover(public) is False
    assert files(public) == before


def test_a_committed_manifest_that_is_damaged_is_thrown_away(public: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish(public, document(SITE, "가"))
    before = files(public)
    (public / ".next").mkdir()
    (public / ".next" / "manifest.json").write_bytes(b"garbage")
    assert list(load_manifest(public).representations) == [SITE]
    assert "damaged and ignored" in caplog.text
    assert recover(public) is False
    assert files(public) == before
