"""A line and the pointer below it, as a terminal shows them: in cells, whatever the characters are."""

from __future__ import annotations

import unicodedata

import pytest

from feedsvc.checking.cells import width_of
from feedsvc.checking.excerpt import excerpt
from feedsvc.graphemes import characters_of


def cells(text: str) -> int:
    return sum(map(width_of, characters_of(text)))


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("한국", 4),
        (unicodedata.normalize("NFD", "한국"), 4),
        ("é", 1),
        ("e\u0301", 1),
        ("日本語", 6),
        ("ｶﾞ", 2),
        ("🎉", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("🇰🇷", 2),
        ("🇰🇷🇯🇵", 4),
        ("ไทย", 3),
        ("น้ำ", 2),
        ("เก", 2),
        ("a\u200bb", 2),
        ("「」", 4),
    ],
)
def test_a_text_is_as_wide_as_terminals_show_it(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("line", "column", "shown", "pointer"),
    [
        ("title: 'a' b", 12, "title: 'a' b", "           ^"),
        ("title: 한국 b", 11, "title: 한국 b", "            ^"),
        ("e\u0301e\u0301x", 5, "e\u0301e\u0301x", "  ^"),
        ("e\u0301x", 2, "e\u0301x", "^"),
        ("🎉👩‍👩‍👧x", 7, "🎉👩‍👩‍👧x", "    ^"),
        ("\ttags", 2, "    tags", "    ^"),
        ("ab\tc", 4, "ab  c", "    ^"),
        ("한\tc", 3, "한  c", "    ^"),
        ("abc", 4, "abc", "   ^"),
        ("abc", 99, "abc", "   ^"),
        ("", 1, "", "^"),
        ("abc", 0, "abc", "^"),
    ],
)
def test_the_pointer_is_under_its_column(line: str, column: int, shown: str, pointer: str) -> None:
    assert excerpt(line, column, 60) == (shown, pointer)


@pytest.mark.parametrize("filler", ["x", "한", "e\u0301", "🎉"])
@pytest.mark.parametrize("at", [0, 5, 300, 595, 600])
def test_a_long_line_is_cut_around_the_column(filler: str, at: int) -> None:
    line = filler * at + "#" + filler * (600 - at)
    shown, pointer = excerpt(line, len(filler) * at + 1, 40)
    assert cells(shown) <= 40
    assert cells(shown.partition("#")[0]) == len(pointer) - 1
    assert shown.startswith("…") == (at > 0 and not shown.startswith((filler, "#")))
    assert shown.count("#") == 1
    assert cells(shown) >= 37


def test_a_line_that_fits_is_shown_whole() -> None:
    assert excerpt("x" * 38, 38, 40)[0] == "x" * 38


def test_what_a_terminal_would_obey_is_shown_as_a_picture() -> None:
    shown, pointer = excerpt("a\x1b[31m\x00\x7f\x9b\u202eb", 10, 60)
    assert (shown, pointer) == ("a␛[31m␀␡\ufffd\ufffdb", "         ^")


def test_a_line_of_a_million_characters_costs_what_is_shown_of_it() -> None:
    shown, pointer = excerpt("🇰🇷" * 500_000, 500_001, 40)
    assert (shown[0], shown[-1], len(pointer) < 40) == ("…", "…", True)
