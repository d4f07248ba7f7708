from __future__ import annotations

import pytest

from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.source import SourceText

ENCODINGS = ("utf-8-sig", "cp949")


def read(data: bytes) -> SourceText:
    source = decode("a.md", data, ENCODINGS)
    assert isinstance(source, SourceText)
    return source


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_part_of_the_text(mark: bytes) -> None:
    assert read(mark + b"---\n") == SourceText(path="a.md", text="---\n")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("text", ["---\n---\n본문 é\n", "é\x07---\n---\n본문", "---\r\n---\r\n본문\r\n"])
@pytest.mark.parametrize("offset", [0, 2, 8])
def test_the_rest_of_a_text_is_encoded_as_it_is_read(mark: bytes, text: str, offset: int) -> None:
    source = read(mark + text.encode())
    assert source.encoded_from(offset) == source.text[offset:].encode()


@pytest.mark.parametrize("data", [b"a\nb\n", b"a\r\nb\r\n", b"a\rb\r", b"a\r\nb\r"])
def test_every_line_end_becomes_one_line_feed(data: bytes) -> None:
    assert read(data).text == "a\nb\n"


def test_carriage_returns_alone_are_remembered_where_they_stood() -> None:
    assert read(b"a\r\nb\rc").bare_returns == (3,)
    assert read(b"\x00a\x00\rb\rc").bare_returns == (1, 3)


def test_text_that_is_not_utf_8_is_read_in_the_next_encoding_and_said_so() -> None:
    source = read("제목\n둘째 줄".encode("cp949"))
    assert source.text == "제목\n둘째 줄"
    assert [str(finding) for finding in source.findings] == [
        "a.md:1:1: byte 0 is not UTF-8, so the file was read as cp949; save the file as UTF-8"
    ]


def test_bytes_that_no_encoding_reads_are_refused_where_they_stand() -> None:
    error = decode("a.md", "\ufeff가나\n다\xa0".encode() + b"\xff", ENCODINGS)
    assert isinstance(error, PostError)
    assert str(error) == "a.md:2:3: byte 15 cannot be read as utf-8-sig or cp949; save the file as UTF-8"


def test_utf_16_is_recognised_by_its_mark() -> None:
    error = decode("a.md", "---\n".encode("utf-16"), ENCODINGS)
    assert isinstance(error, PostError)
    assert "UTF-16" in error.hint


def test_without_any_encoding_nothing_can_be_read() -> None:
    assert isinstance(decode("a.md", b"a", ()), PostError)


def test_an_encoding_that_is_none_of_unicode_serves_too() -> None:
    assert decode("a.md", b"\xe9", ("latin-1",)) == SourceText(path="a.md", text="é")
    error = decode("a.md", b"\xe9", ("ascii",))
    assert isinstance(error, PostError)
    assert "ascii" in error.reason


@pytest.mark.parametrize(
    ("character", "name"),
    [("\0", "U+0000"), ("\x0b", "U+000B"), ("\x7f", "U+007F"), ("\x85", "U+0085"), ("\ufffe", "U+FFFE")],
)
def test_what_xml_forbids_is_removed_and_reported_with_its_code_point(character: str, name: str) -> None:
    source = read(f"ab\nc{character}d{character}e".encode())
    assert source.text == "ab\ncde"
    (finding,) = source.findings
    assert (finding.line, finding.column) == (2, 2)
    assert f"{name} may not stand in a feed and was removed (2 times in this file)" in finding.reason


def test_places_after_a_removed_character_are_those_of_the_file() -> None:
    source = read(b"a\x00b\n\x01\x02cd")
    assert source.text == "ab\ncd"
    assert [source.place(offset) for offset in (0, 1, 3, 4)] == [(1, 1), (1, 3), (2, 3), (2, 4)]


@pytest.mark.parametrize("text", ["한글 😀\t\n", "a\u00a0b", "\u200b\u2028", "\U0001fffe"])
def test_what_xml_allows_stays(text: str) -> None:
    assert read(text.encode()) == SourceText(path="a.md", text=text)


def test_utf_16_without_its_mark_is_told_as_such() -> None:
    error = decode("a.md", ("---\ntitle: plain\n---\n" + "text " * 20).encode("utf-16-le"), ("utf-8-sig", "cp949"))
    assert isinstance(error, PostError)
    assert "UTF-16" in error.hint
