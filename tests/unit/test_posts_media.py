"""Pictures, sound and film that front matter names."""

from __future__ import annotations

import struct
import zlib

import pytest

from feedsvc.model import Enclosure, Image
from feedsvc.posts.files import NO_FILES
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.media.bundles import Bundle, find_beside
from feedsvc.posts.media.enclosures import MOST, read_enclosures
from feedsvc.posts.media.files import MediaSource
from feedsvc.posts.media.images import Pictures, read_pictures
from feedsvc.posts.media.types import type_by_content, type_by_name
from feedsvc.posts.sitefiles import HEAD_BYTES, Head, SiteFiles

SITE = "https://example.org/blog"
NOWHERE = MediaSource(site_url=SITE, files=NO_FILES)


class Files(SiteFiles):
    """The files of a site, by path."""

    is_open = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files

    def head(self, path: str) -> Head | None:
        data = self.files.get(path)
        return None if data is None else Head(len(data), data[:HEAD_BYTES])

    def part(self, path: str, offset: int) -> bytes:
        return self.files[path][offset : offset + HEAD_BYTES]


def fields(**values: Value) -> Fields:
    return Fields(SourceText(path="a.md", text=""), Matter(values=values))


def having(**files: bytes) -> MediaSource:
    return MediaSource(site_url=SITE, files=Files({name.replace("__", "."): data for name, data in files.items()}))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PNG = png(4, 3)
MP3 = b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + b"\0" * 2000


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"image": "/assets/a.jpg"}, "/assets/a.jpg"),
        ({"image": "a b.jpg"}, "/a%20b.jpg"),
        ({"image": {"path": "/a.jpg", "alt": "x"}}, "/a.jpg"),
        ({"image": {"feature": "/a.jpg"}}, "/a.jpg"),
        ({"image": None, "feature_image": "c.jpg"}, "/c.jpg"),
        ({"featured_image": "c.jpg", "cover": "x"}, "/c.jpg"),
        ({"images": ["first.jpg", "second.jpg"]}, "/first.jpg"),
        ({"images": [{"src": "first.jpg"}]}, "/first.jpg"),
        ({"cover": {"image": "c.jpg", "relative": "false"}}, "/c.jpg"),
        ({"header": {"overlay_image": "h.jpg"}}, "/h.jpg"),
        ({"header": {"teaser": "t.jpg"}}, "/t.jpg"),
        ({"thumbnail": "t.jpg"}, "/t.jpg"),
        ({"image": "false", "cover": "c.jpg"}, "/c.jpg"),
    ],
)
def test_a_picture_has_the_names_that_themes_give_it(values: dict[str, Value], path: str) -> None:
    asked = fields(**values)
    image = read_pictures(asked, NOWHERE).image
    assert image is not None
    assert image.href == SITE + path
    assert asked.findings == []


@pytest.mark.parametrize(
    "values", [{}, {"image": {"alt": "x"}}, {"images": []}, {"header": "x.jpg"}, {"cover": "true"}]
)
def test_a_post_without_a_picture_has_none(values: dict[str, Value]) -> None:
    assert read_pictures(fields(**values), NOWHERE) == Pictures()


def test_a_smaller_and_a_wider_picture_are_told_beside_the_picture() -> None:
    asked = fields(image="a.png", thumbnail="t.png", cover="c.png")
    assert [each.href.removeprefix(SITE) for each in read_pictures(asked, NOWHERE) if each] == [
        *("/a.png", "/t.png", "/c.png")
    ]


def test_a_picture_that_is_named_twice_is_one() -> None:
    pictures = read_pictures(fields(image="a.png", thumbnail="/a.png", cover="a.png"), having(a__png=PNG))
    assert (pictures.thumbnail, pictures.banner) == (None, None)


def test_a_picture_of_the_site_is_measured_and_told_by_its_content() -> None:
    asked = fields(image="/a.jpg")
    assert read_pictures(asked, having(a__jpg=PNG)).image == Image(
        href=f"{SITE}/a.jpg", media_type="image/png", length=len(PNG), width=4, height=3
    )
    assert asked.findings == []


@pytest.mark.parametrize("reference", [f"{SITE}/a%2epng?v=2#x", "a.png?v=2", "/blog/a.png"])
def test_a_picture_of_the_site_is_found_however_it_is_addressed(reference: str) -> None:
    image = read_pictures(fields(image=reference), having(a__png=PNG)).image
    assert image is not None
    assert (image.width, image.height) == (4, 3)


@pytest.mark.parametrize("reference", ["https://a.example/b.JPG?w=1", "//a.example/b.jpg"])
def test_a_picture_elsewhere_is_told_by_its_extension_and_not_measured(reference: str) -> None:
    image = read_pictures(fields(image=reference), having()).image
    assert image is not None
    assert image.href.startswith("https://a.example/b.")
    assert (image.media_type, image.length, image.width) == ("image/jpeg", 0, 0)


@pytest.mark.parametrize(
    ("reference", "reason", "files"),
    [
        ("assets/none.png", "image: the site has no file assets/none.png, so the picture is left out", {}),
        ("a.png", "image: what is in a.png is no picture, and is left out", {"a__png": b"<!doctype html><p>Not Found"}),
        ("a.mp3", "image: what is in a.mp3 is no picture, and is left out", {"a__mp3": MP3}),
        ("javascript:x", "image: javascript:x is not an address on the web, and is left out", {}),
    ],
)
def test_a_picture_that_would_be_broken_is_told_and_the_next_one_taken(
    reference: str, reason: str, files: dict[str, bytes]
) -> None:
    asked = fields(image=reference, cover="https://a.example/c.png")
    image = read_pictures(asked, having(**files)).image
    assert [finding.reason for finding in asked.findings] == [reason]
    assert image is not None
    assert image.href == "https://a.example/c.png"


def test_a_picture_that_was_not_fetched_from_lfs_has_the_size_it_will_have() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    assert read_pictures(fields(image="a.png"), having(a__png=pointer)).image == Image(
        href=f"{SITE}/a.png", media_type="image/png", length=12345
    )


@pytest.mark.parametrize(
    "data", [PNG[:20], b"\xff\xd8\xff" + b"\xff" * 99, b"GIF89a", b"<svg", png(1, 1)[:16] + b"\xff" * 9]
)
def test_a_picture_nobody_can_measure_has_no_dimensions(data: bytes) -> None:
    image = read_pictures(fields(image="a.png"), having(a__png=data)).image
    assert image is None or (image.width, image.height) == (0, 0)


@pytest.mark.parametrize(
    ("values", "enclosure"),
    [
        ({"audio": "/a.mp3"}, Enclosure(href=f"{SITE}/a.mp3", media_type="audio/mpeg")),
        ({"video": {"src": "a.webm"}}, Enclosure(href=f"{SITE}/a.webm", media_type="video/webm")),
        ({"podcast": {"file": "a.m4a"}}, Enclosure(href=f"{SITE}/a.m4a", media_type="audio/mp4")),
        ({"enclosure": "/a.unknown"}, Enclosure(href=f"{SITE}/a.unknown", media_type="application/octet-stream")),
        (
            {"enclosure": {"url": "https://a.example/v", "type": "Video/MP4", "length": "12", "duration": "1:02:03"}},
            Enclosure(href="https://a.example/v", media_type="video/mp4", length=12, duration=3723),
        ),
        (
            {"enclosure": {"href": "https://a.example/a.ogg?x=.mp3#y", "duration": "61:05"}},
            Enclosure(href="https://a.example/a.ogg?x=.mp3#y", media_type="audio/ogg", duration=3665),
        ),
        (
            {"audio": {"url": "https://a.example/a.mp3", "duration": "90.5"}},
            Enclosure(href="https://a.example/a.mp3", media_type="audio/mpeg", duration=90),
        ),
    ],
)
def test_an_enclosure_has_address_type_length_and_duration(values: dict[str, Value], enclosure: Enclosure) -> None:
    asked = fields(**values)
    assert read_enclosures(asked, NOWHERE) == (enclosure,)
    assert asked.findings == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"enclosure": {"type": "audio/mpeg"}},
        {"video": "https://www.youtube.com/watch?v=x"},
        {"video": "dQw4w9WgXcQ"},
        {"video": {"id": "x", "provider": "vimeo"}},
        {"podcast": "true"},
        {"audio": ["", None]},
    ],
)
def test_what_a_theme_plays_by_itself_is_no_enclosure(values: dict[str, Value]) -> None:
    asked = fields(**values)
    assert read_enclosures(asked, NOWHERE) == ()
    assert asked.findings == []


def test_an_enclosure_of_the_site_has_its_true_length_and_type() -> None:
    asked = fields(audio={"url": "/a.bin", "type": "audio/x-wrong", "length": "1"})
    assert read_enclosures(asked, having(a__bin=MP3)) == (
        Enclosure(href=f"{SITE}/a.bin", media_type="audio/mpeg", length=len(MP3)),
    )


def test_several_enclosures_keep_their_order_and_each_address_counts_once() -> None:
    asked = fields(enclosure=["/b.mp3", {"url": "/a.mp4"}], audio="/b.mp3", video="/c.mp4")
    found = read_enclosures(asked, NOWHERE)
    assert [each.href.removeprefix(SITE) for each in found] == ["/b.mp3", "/a.mp4", "/c.mp4"]


def test_an_enclosure_that_the_site_lacks_is_told_and_stays() -> None:
    asked = fields(audio={"url": "/a.mp3", "length": "7"})
    assert read_enclosures(asked, having()) == (Enclosure(href=f"{SITE}/a.mp3", media_type="audio/mpeg", length=7),)
    assert asked.findings[0].reason == "audio: the site has no file a.mp3, so its size and type are not checked"


def test_only_so_many_files_of_one_post_are_looked_at() -> None:
    asked = fields(enclosure=[f"/{number}.mp3" for number in range(MOST + 9)])
    assert len(read_enclosures(asked, NOWHERE)) == MOST
    assert len(asked.findings) == 1


def test_what_is_wrong_with_an_enclosure_is_guessed_and_said() -> None:
    asked = fields(enclosure={"url": "/a.mp3", "type": "sound", "length": "1 MB", "duration": "an hour"})
    assert read_enclosures(asked, NOWHERE) == (Enclosure(href=f"{SITE}/a.mp3", media_type="audio/mpeg"),)
    assert [finding.reason for finding in asked.findings] == [
        "enclosure: sound is not a media type",
        "enclosure: the length 1 MB is not a number of bytes",
        "enclosure: an hour is not a duration",
    ]
    asked = fields(enclosure="javascript:x")
    assert read_enclosures(asked, NOWHERE) == ()
    assert "enclosure: javascript:x is not an address on the web" in asked.findings[0].reason


@pytest.mark.parametrize(
    ("url", "media_type"),
    [
        ("https://example.org/a.jpg", "image/jpeg"),
        ("https://example.org/a.JPEG", "image/jpeg"),
        ("https://example.org/a.svg#x", "image/svg+xml"),
        ("https://example.org/a.php?f=b.png", ""),
        ("https://example.org/png", ""),
        ("https://example.png", ""),
        ("https://a.example/x.unknown", ""),
    ],
)
def test_the_extension_of_the_path_tells_a_type(url: str, media_type: str) -> None:
    assert type_by_name(url) == media_type


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF87a....", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x1cftypqt  \0\0\0\0", "video/quicktime"),
        (b"\0\0\0\x1cftypisom" + b"\0" * 40 + b"hdlr\0\0\0\0\0\0\0\0vide", "video/mp4"),
        (b"\0\0\0\x1cftypisom" + b"\0" * 40 + b"hdlr\0\0\0\0\0\0\0\0soun", "audio/mp4"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm....V_VP9", "video/webm"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm....A_OPUS", "audio/webm"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x23B\x82\x88matroska", "video/x-matroska"),
        (b"OggS\0\2" + b"\0" * 20 + b"\1\x1eOpusHead", "audio/ogg"),
        (b"OggS\0\2" + b"\0" * 20 + b"\1\x2a\x80theora", "video/ogg"),
        (MP3, "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"FORM\0\0\0\0AIFF", "audio/aiff"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\3\4" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "application/epub+zip"),
        (b"PK\3\4\x14\0", "application/zip"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="">', "image/svg+xml"),
        (b'<?xml version="1.0"?><rss/>', ""),
        (b"<!doctype html><svg>", ""),
        (b"plain text", ""),
        (b"\xff\xff\xff", "audio/mpeg"),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_a_type(head: bytes, media_type: str) -> None:
    assert type_by_content(head, "") == media_type


def test_a_container_that_does_not_say_what_it_holds_is_told_by_its_extension() -> None:
    head = b"\0\0\0\x1cftypisom\0\0\0\0"
    assert (type_by_content(head, "audio/mp4"), type_by_content(head, "")) == ("audio/mp4", "video/mp4")


BUNDLE = Bundle("https://example.org/blog/posts/trip/", "posts/trip")


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("cover.jpg", "posts/trip/cover.jpg"),
        ("./a/../b%20c.jpg?x#y", "posts/trip/b c.jpg"),
        ("https://example.org/blog/posts/trip/a.jpg", "posts/trip/a.jpg"),
        ("/posts/trip/a.jpg", "posts/trip/a.jpg"),
        ("/a.jpg", None),
        ("../a.jpg", None),
        ("%2e%2e/a.jpg", None),
        ("//cdn.example/a.jpg", None),
        ("https://[", None),
        ("true", None),
        (".", "posts/trip/."),
    ],
)
def test_a_file_of_a_bundle_is_below_its_directory(reference: str, path: str | None) -> None:
    beside = find_beside(reference, BUNDLE, SITE)
    assert (beside.path if beside else None) == path


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


FRAME = segment(0xC0, b"\x08" + (30).to_bytes(2) + (40).to_bytes(2) + b"\x01\x01\x11\0")
PROFILE = segment(0xE2, b"ICC_PROFILE\0" + bytes(65_000))
TURNED = segment(
    0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
)  # its EXIF data say: turned by 90 degrees


@pytest.mark.parametrize(
    ("segments", "size"),
    [
        ((FRAME,), (40, 30)),
        ((PROFILE * 3, FRAME), (40, 30)),
        ((TURNED, PROFILE * 20, FRAME), (30, 40)),
        ((PROFILE, b"\xff" * 5, FRAME), (40, 30)),
        ((PROFILE * 70, FRAME), (0, 0)),
        ((PROFILE * 2, segment(0xDA, b"x")), (0, 0)),
        ((PROFILE * 2, b"no marker"), (0, 0)),
        ((segment(0xE1, b"") * 40_000, FRAME), (0, 0)),
        ((PROFILE, FRAME[:3]), (0, 0)),
    ],
)
def test_a_jpeg_is_measured_behind_whatever_is_said_of_it(segments: tuple[bytes, ...], size: tuple[int, int]) -> None:
    image = read_pictures(fields(image="a.jpg"), having(a__jpg=b"\xff\xd8" + b"".join(segments))).image
    assert image
    assert (image.width, image.height) == size


def box(kind: bytes, *inside: bytes, large: bool = False) -> bytes:
    data = b"".join(inside)
    if large:
        return (1).to_bytes(4) + kind + (16 + len(data)).to_bytes(8) + data
    return (8 + len(data)).to_bytes(4) + kind + data


def track(handler: bytes) -> bytes:
    header = box(b"tkhd", bytes(84))
    media = box(
        b"mdia", box(b"mdhd", bytes(24)), box(b"hdlr", bytes(8), handler, bytes(13)), box(b"minf", bytes(70_000))
    )
    return box(b"trak", header, media)


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")
MDAT = box(b"mdat", bytes(200_000))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (FTYP + MDAT + box(b"moov", box(b"mvhd", bytes(100)), track(b"soun"), track(b"vide")), "video/mp4"),
        (FTYP + box(b"mdat", bytes(90_000), large=True) + box(b"moov", track(b"soun")), "audio/mp4"),
        (FTYP + box(b"moov", track(b"soun"), track(b"vide")) + MDAT, "video/mp4"),
        (FTYP + box(b"free", b"vide") + box(b"moov", track(b"soun")), "audio/mp4"),
        (FTYP + MDAT, "video/mp4"),
        (FTYP + b"\0\0\0\4moov" + MDAT, "video/mp4"),
        (FTYP + b"\0\0\0\0moov" + track(b"soun"), "audio/mp4"),
        (FTYP + b"\0\0\0\1moov\xff\xff\xff\xff\xff\xff\xff\xff" + track(b"soun"), "audio/mp4"),
        (FTYP + box(b"skip") * 200 + box(b"moov", track(b"soun")), "audio/mp4"),
    ],
)
def test_an_mp4_is_told_by_its_tracks_wherever_it_tells_them(data: bytes, media_type: str) -> None:
    (enclosure,) = read_enclosures(fields(enclosure="a.mp4"), having(a__mp4=data))
    assert (enclosure.media_type, enclosure.length) == (media_type, len(data))


def test_a_byte_that_begins_a_frame_of_sound_is_none_alone() -> None:
    assert type_by_content(b"\xff\x06", "audio/mpeg") == ""
    assert type_by_content(b"\xff\xfb", "audio/mpeg") == "audio/mpeg"
