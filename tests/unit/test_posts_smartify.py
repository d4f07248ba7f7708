"""Each expected text is what ``Jekyll::Converters::SmartyPants`` makes; `tests/e2e` asks it for many more."""

from __future__ import annotations

import pytest

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.smartify import Typography, smartify, typography_of


@pytest.mark.parametrize(
    ("text", "smart"),
    [
        ("plain", "plain"),
        ("\"한국\"의 '바다'", "“한국”의 ‘바다’"),
        ('He said "don\'t" -- and left...', "He said “don’t” – and left…"),
        ("The '90s: rock 'n' roll, 5' 6\"", "The ’90s: rock ‘n’ roll, 5’ 6”"),
        ("\"'Quoted' words\"", "“‘Quoted’ words”"),
        ("one - two -- three --- four", "one - two – three — four"),
        ("<< a >> <<b>>", "«\xa0a\xa0» «b»"),
        ("\\<< a \\>>", "&lt;&lt; a &gt;&gt;"),
        ('"*loud*" "_soft_"', "“*loud*” “_soft_”"),
        ('<a title="x -- y">"b"</a>', '<a title="x -- y">“b”</a>'),
        ('<!-- "a" --> <code>"b" -- c</code>', '<!-- "a" --> <code>"b" -- c</code>'),
        ("a < b -- c > d", "a < b – c > d"),
        ("&quot;a&quot; &#39;b&#39;", "&quot;a&quot; &#39;b&#39;"),
    ],
)
def test_quotes_and_dashes_become_typographic(text: str, smart: str) -> None:
    assert smartify(text, Typography()) == smart


def test_settings_of_kramdown_choose_other_characters() -> None:
    german = typography_of(
        {"smart_quotes": "sbquo,lsquo,bdquo,8220", "typographic_symbols": {"hellip": "...", "ndash": "<"}}
    )
    assert smartify("\"a\" 'b'... --", german) == "„a“ ‚b‘... &lt;"
    listed = typography_of({"smart_quotes": ["apos", "apos", "quot", "quot"]})
    assert smartify("\"a\" 'b'", listed) == "\"a\" 'b'"


@pytest.mark.parametrize(
    "settings",
    [None, "x", {"smart_quotes": "a,b"}, {"smart_quotes": ["nonsense"] * 4}, {"typographic_symbols": "x"}],
)
def test_settings_that_kramdown_does_not_know_change_nothing(settings: Value) -> None:
    assert typography_of(settings) == Typography()


@pytest.mark.parametrize("text", ["<!--" * 20_000, "<code>" * 20_000, "&a" * 40_000, "<a " * 40_000, "\"'" * 40_000])
def test_hostile_titles_take_no_longer_than_they_are_long(text: str) -> None:
    assert smartify(text, Typography())
