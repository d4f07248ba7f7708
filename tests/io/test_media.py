"""Pictures and sound that lie beside the posts, through whole builds."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feedsvc.report import BuildReport

WritePost = Callable[..., Path]
Build = Callable[..., BuildReport]
Documents = Callable[..., dict[str, bytes]]
HERE = {"posts": {"files": "."}}
MEDIA = "{http://search.yahoo.com/mrss/}"


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (width + 1)) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def assets(site: Path) -> Path:
    directory = site / "assets"
    directory.mkdir()
    return directory


def rss_media(documents: Documents) -> list[dict[str, str]]:
    root: Any = etree.fromstring(documents()["/rss.xml"])
    return [dict(each.attrib) for each in root.iter(f"{MEDIA}content")]


def test_a_picture_is_measured_and_again_when_it_changes(
    assets: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    (assets / "a.jpg").write_bytes(png(4, 3))
    write_post("2024-06-12-1.md", image="/assets/a.jpg")
    write_post("2024-06-12-2.md")
    assert run_build(**HERE).warnings == ()
    told = {"url": "https://example.org/assets/a.jpg", "medium": "image", "type": "image/png"}
    assert rss_media(documents) == [told | {"fileSize": str(len(png(4, 3))), "width": "4", "height": "3"}]
    (assets / "a.jpg").write_bytes(png(40, 30))
    run_build(1, **HERE)
    assert rss_media(documents) == [told | {"fileSize": str(len(png(40, 30))), "width": "40", "height": "30"}]


def test_a_picture_that_is_missing_is_told_with_its_place_until_it_is_there(
    assets: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", image="/assets/a.png")
    (warning,) = run_build(**HERE).warnings
    assert warning.startswith("2024-06-12-1.md:7:8: image: the site has no file assets/a.png, so the picture is left")
    assert rss_media(documents) == []
    assert len(json.loads(documents()["/feed.json"])["items"]) == 1
    (assets / "a.png").write_bytes(png(4, 3))
    assert run_build(1, **HERE).warnings == ()
    assert len(rss_media(documents)) == 1


def test_nothing_outside_the_site_is_measured(
    site: Path, assets: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    (site.parent / "secret.png").write_bytes(png(4, 3))
    (assets / "link.png").symlink_to(site.parent / "secret.png")
    write_post("2024-06-12-1.md", image="/assets/link.png")
    write_post("2024-06-12-2.md", image="/%2e%2e/secret.png")
    assert len(run_build(**HERE).warnings) == 2
    assert rss_media(documents) == []


def test_a_podcast_has_its_true_length_and_type_in_every_format(
    assets: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    data = b"ID3\4\0\0\0\0\0\0" + b"\0" * 100_000
    (assets / "1.audio").write_bytes(data)
    write_post(
        "2024-06-12-1.md", audio="{file: /assets/1.audio, duration: '1:05'}", enclosure="https://a.example/b.mp4"
    )
    run_build(**HERE)
    url, length = "https://example.org/assets/1.audio", str(len(data))
    (item,) = json.loads(documents()["/feed.json"])["items"]
    assert item["attachments"] == [
        {"url": "https://a.example/b.mp4", "mime_type": "video/mp4"},
        {"url": url, "mime_type": "audio/mpeg", "size_in_bytes": len(data), "duration_in_seconds": 65},
    ]
    rss: Any = etree.fromstring(documents()["/rss.xml"])
    assert [dict(each.attrib) for each in rss.iter("enclosure")] == [
        {"url": "https://a.example/b.mp4", "length": "0", "type": "video/mp4"}
    ]
    assert rss_media(documents) == [
        {"url": url, "medium": "audio", "type": "audio/mpeg", "fileSize": length, "duration": "65"}
    ]
    atom: Any = etree.fromstring(documents()["/atom.xml"])
    assert [dict(each.attrib) for each in atom.xpath("//*[@rel='enclosure']")][1] == {
        "rel": "enclosure",
        "href": url,
        "type": "audio/mpeg",
        "length": length,
    }


def test_without_a_directory_of_files_pictures_are_told_by_their_names(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", image="/assets/a.jpg")
    assert run_build().warnings == ()
    assert rss_media(documents) == [
        {"url": "https://example.org/assets/a.jpg", "medium": "image", "type": "image/jpeg"}
    ]


BUNDLE = "https://example.org/%ED%99%98%EA%B2%BD/2024/06/12/trip/"


@pytest.fixture
def bundle(write_post: WritePost) -> Path:
    return write_post("2024-06-12-trip/index.md", image="cover.jpg", audio="sound/a b.mp3").parent


def test_the_media_of_a_bundle_are_measured_and_again_when_they_change(
    bundle: Path, run_build: Build, documents: Documents
) -> None:
    (bundle / "cover.jpg").write_bytes(png(4, 3))
    (bundle / "sound").mkdir()
    (bundle / "sound" / "a b.mp3").write_bytes(b"ID3" + b"\0" * 97)
    assert run_build().warnings == ()
    told = {"url": f"{BUNDLE}cover.jpg", "medium": "image", "type": "image/png"}
    assert rss_media(documents) == [told | {"fileSize": str(len(png(4, 3))), "width": "4", "height": "3"}]
    (item,) = json.loads(documents()["/feed.json"])["items"]
    (sound,) = item["attachments"]
    assert (sound["url"], sound["mime_type"], sound["size_in_bytes"]) == (
        f"{BUNDLE}sound/a%20b.mp3",
        "audio/mpeg",
        100,
    )
    (bundle / "cover.jpg").write_bytes(png(40, 30))
    run_build(1)
    assert rss_media(documents) == [told | {"fileSize": str(len(png(40, 30))), "width": "40", "height": "30"}]


def test_what_a_bundle_lacks_is_the_sites_or_missing(
    bundle: Path, site: Path, run_build: Build, documents: Documents
) -> None:
    (site / "cover.jpg").write_bytes(png(4, 3))
    told = run_build(**HERE).warnings
    assert [media["url"] for media in rss_media(documents)] == ["https://example.org/cover.jpg"]
    assert len(told) == 1
    assert "the site has no file sound/a b.mp3" in told[0]
    (bundle / "cover.jpg").write_bytes(png(40, 30))
    run_build(1, **HERE)
    assert [media["width"] for media in rss_media(documents)] == ["40"]


def test_a_bundle_without_the_files_of_its_site_names_what_it_does_not_have(
    bundle: Path, run_build: Build, documents: Documents
) -> None:
    assert run_build().warnings == ()
    assert rss_media(documents) == [{"url": f"{BUNDLE}cover.jpg", "medium": "image", "type": "image/jpeg"}]
    assert not list(bundle.glob("cover*"))
