from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from feedsvc.config import places, values
from feedsvc.config.checks import PERMALINK_STYLES, PERMALINK_WORDS, parse_permalink
from feedsvc.config.values import RefusedError
from feedsvc.posts.permalinks import STYLES
from feedsvc.posts.placeholders import PLACEHOLDERS

GOOD: list[tuple[Callable[[object], object], object, object]] = [
    (values.parse_duration, "48h", timedelta(hours=48)),
    (values.parse_duration, "250ms", timedelta(milliseconds=250)),
    (values.parse_duration, "1h 30m", timedelta(minutes=90)),
    (values.parse_duration, "1.5d", timedelta(hours=36)),
    (values.parse_duration, "2w", timedelta(days=14)),
    (values.parse_duration, "0s", timedelta(0)),
    (values.parse_period, "1s", timedelta(seconds=1)),
    (values.parse_size, "2MB", 2_000_000),
    (values.parse_size, "64kB", 64_000),
    (values.parse_size, "1MiB", 1_048_576),
    (values.parse_size, " 1.5 gib ", 1_610_612_736),
    (values.parse_size, 4096, 4096),
    (values.parse_line, "  two\n words ", "two words"),
    (values.parse_text, "", ""),
    *[(values.parse_language, tag, tag) for tag in ("ko", "ko-KR", "zh-Hant-TW", "sl-rozaj-biske", "de-CH-1901")],
    *[(values.parse_language, tag, tag) for tag in ("en-u-ca-buddhist", "x-harbour", "es-419")],
    (values.parse_encoding, "cp949", "cp949"),
    (values.parse_encoding, "utf-16", "utf-16"),
    (values.parse_token, "", ""),
    (values.parse_token, "aZ09-._~+/==", "aZ09-._~+/=="),
    *[(values.parse_listen, text, text) for text in ("127.0.0.1:8000", "[::1]:8000", "localhost:80", "a-b.example:1")],
    (places.parse_url, "https://Example.COM/", "https://example.com"),
    (places.parse_url, "http://example.com:8080/blog//", "http://example.com:8080/blog"),
    (places.parse_url, "http://[2001:db8::1]:80/", "http://[2001:db8::1]:80"),
    (
        places.parse_url,
        "https://등대.example/새글/%ED%95%9C",
        "https://xn--vk1bv0b.example/%EC%83%88%EA%B8%80/%ED%95%9C",
    ),
    (places.parse_optional_url, "", ""),
    (places.parse_optional_url, "http://a.example", "http://a.example"),
    (places.parse_email, "", ""),
    (places.parse_email, " editor@example.com ", "editor@example.com"),
    (places.parse_pattern, "**/*.md", "**/*.md"),
    (places.parse_site_path, "/feeds/{file}", "/feeds/{file}"),
    (places.parse_term_path, "/c/{slug}/{file}", "/c/{slug}/{file}"),
    (parse_permalink, "pretty", "pretty"),
    (parse_permalink, "/posts/:title/", "/posts/:title/"),
    (parse_permalink, "/:year/:month_:day/:title:output_ext", "/:year/:month_:day/:title:output_ext"),
]

BAD: list[tuple[Callable[[object], object], object, str]] = [
    (values.parse_duration, 48, "not a duration"),
    (values.parse_duration, "48", "not a duration"),
    (values.parse_duration, "", "not a duration"),
    (values.parse_duration, "-5m", "not a duration"),
    (values.parse_duration, "5 minutes", "not a duration"),
    (values.parse_duration, "99999999w", "more than a hundred years"),
    (values.parse_duration, "9" * 400 + "s", "more than a hundred years"),
    (values.parse_period, "250ms", "too short"),
    (values.parse_size, "2", "is a unit missing"),
    (values.parse_size, True, "not a size"),
    (values.parse_size, 2.5, "not a size"),
    (values.parse_size, "2 MB or so", "not a size"),
    (values.parse_size, "9" * 400 + "GB", "not a size"),
    (values.parse_text, 3, "not text"),
    (values.parse_text, "a\0b", "NUL"),
    (values.parse_line, "  ", "empty"),
    (values.parse_language, 3, "not a language tag"),
    (values.parse_language, "", "not a language tag"),
    (values.parse_language, "ko_KR.UTF-8", 'write "ko-KR"'),
    (values.parse_language, "korean-", "not a language tag"),
    (values.parse_timezone, "Asia/Seul", 'did you mean "Asia/Seoul"'),
    (values.parse_timezone, "KST", 'write one like "Asia/Seoul"'),
    (values.parse_timezone, "Europe", "not a time zone"),
    (values.parse_timezone, "../etc/passwd", "not a time zone"),
    (values.parse_timezone, 9, "not a time zone"),
    (values.parse_encoding, "cp9499", "not a text encoding"),
    (values.parse_encoding, "hex", "not a text encoding"),
    (values.parse_token, "two words", "no bearer token"),
    (values.parse_token, 7, "no bearer token"),
    (values.parse_listen, "8000", "not a host"),
    (values.parse_listen, ":8000", "not a host"),
    (values.parse_listen, "::1:8000", "not a host"),
    (values.parse_listen, "localhost", "no port"),
    (values.parse_listen, "localhost:0", "no port"),
    (values.parse_listen, "localhost:65536", "no port"),
    (values.parse_listen, "localhost:８０", "no port"),
    (values.parse_listen, "localhost:" + "9" * 5000, "no port"),
    (values.parse_listen, "[::g]:80", "not an IPv6 address"),
    (values.parse_listen, "[::1:80", "not an IPv6 address"),
    (places.parse_url, "example.com", "not an absolute"),
    (places.parse_url, "ftp://example.com", "not an absolute"),
    (places.parse_url, "https:///posts", "not an absolute"),
    (places.parse_url, "https://user:pass@example.com", "user name"),
    (places.parse_url, "https://example.com/?a=b", "a query"),
    (places.parse_url, "https://example.com/#", "a fragment"),
    (places.parse_url, "https://example.com:port/", "not a URL"),
    (places.parse_url, "https://[::1/", "not a URL"),
    (places.parse_url, "https://a..example/", "not a URL"),
    (places.parse_url, "https://exa mple.com/", "no URL has"),
    (places.parse_url, "https://example.com/<b>", "no URL has"),
    (places.parse_email, "editor", "not an e-mail"),
    (places.parse_pattern, " ", "empty"),
    (places.parse_pattern, "/etc/*", "leads out"),
    (places.parse_pattern, "../*.md", "leads out"),
    (places.parse_site_path, "/atom.xml", "lacks {file}"),
    (places.parse_site_path, "/{slug}/{file}", "unknown placeholder {slug}"),
    (places.parse_term_path, "/c/{file}", "lacks {slug}"),
    (places.parse_term_path, "/c/{slug}/{file}/{", "not closed"),
    (places.parse_term_path, "c/{slug}/{file}", "begin with a slash"),
    (places.parse_term_path, "/../{slug}/{file}", ".. between"),
    (places.parse_term_path, "//{slug}/{file}", "empty part"),
    (places.parse_term_path, "/a?{slug}/{file}", "no path has"),
    (places.parse_term_path, "/-/{slug}/{file}", "keeps for itself"),
    (places.parse_aliases, [], "not a table"),
    (places.parse_aliases, {"feed.xml": "/atom.xml"}, "begin with a slash"),
    (places.parse_aliases, {"/feed.xml": 3}, "not text"),
    (places.parse_aliases, {"/healthz": "/atom.xml"}, "keeps for itself"),
    (places.parse_aliases, {"/-/x": "/atom.xml"}, "keeps for itself"),
    (places.parse_aliases, {"/feed.xml.gz": "/atom.xml"}, "keeps for itself"),
    (places.parse_aliases, {"/a.xml": "/a.xml"}, "named twice"),
    (places.parse_aliases, {"/a b.xml": "/atom.xml", "/a%20b.xml": "/atom.xml"}, "named twice"),
    (places.parse_aliases, {"/a.xml": "/b.xml", "/b.xml": "/atom.xml"}, 'write "/a.xml" = "/atom.xml"'),
    (parse_permalink, "", "empty"),
    (parse_permalink, "fancy", "no placeholder"),
    (parse_permalink, "/:yaer/:title/", "unknown placeholder :yaer"),
]


def _names(rows: Iterable[tuple[Callable[[object], object], object, object]]) -> list[str]:
    return [f"{parse.__name__} {written!a:.60}" for parse, written, _ in rows]


@pytest.mark.parametrize(("parse", "written", "expected"), GOOD, ids=_names(GOOD))
def test_a_value_means_what_it_says(parse: Callable[[object], object], written: object, expected: object) -> None:
    assert parse(written) == expected


@pytest.mark.parametrize(("parse", "written", "reason"), BAD, ids=_names(BAD))
def test_a_wrong_value_is_refused_with_its_reason(
    parse: Callable[[object], object], written: object, reason: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(written)
    assert reason in str(caught.value)


def test_a_time_zone_is_one_that_dates_can_use() -> None:
    assert values.parse_timezone("Asia/Seoul").key == "Asia/Seoul"


def test_a_refused_token_is_not_repeated() -> None:
    with pytest.raises(RefusedError) as caught:
        values.parse_token("my secret")
    assert "secret" not in str(caught.value)


def test_aliases_are_decoded_and_sorted_and_cannot_be_changed() -> None:
    aliases = places.parse_aliases({"/rss": "/rss.xml", "/%EA%B2%BD%EC%A0%9C.xml": "/categories/경제/atom.xml"})
    assert list(aliases.items()) == [("/rss", "/rss.xml"), ("/경제.xml", "/categories/경제/atom.xml")]
    with pytest.raises(TypeError):
        aliases["/x"] = "/y"  # type: ignore[index]


def test_a_permalink_may_hold_what_posts_know_to_fill_in() -> None:
    assert frozenset(PLACEHOLDERS) == PERMALINK_WORDS
    assert sorted(STYLES) == sorted(PERMALINK_STYLES)


def test_an_alias_that_ends_with_a_slash_is_refused() -> None:
    with pytest.raises(RefusedError, match="ends with a slash"):
        places.parse_aliases({"/old/": "/rss.xml"})


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.0/99", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="is not an IP address or network"):
        places.parse_network(text)
