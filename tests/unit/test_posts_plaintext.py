from __future__ import annotations

import pytest

from feedsvc.posts.plaintext import SUMMARY_LENGTH, plain_text, shorten


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a <b>b</b> <i class='x>y'>c</i>", "a b c"),
        ("<p>a</p><p>b<br>c</p>", "a b c"),
        ("R&D &amp; AT&T &copy; &amp;lt;", "R&D & AT&T © &lt;"),
        ("&#8217;&#x2019;&nbsp;x&#0;&#1;", "’’ x�"),
        ("C++ <vector> 1 < 2 > 0 <3", "C++ <vector> 1 < 2 > 0 <3"),
        ("a<!-- b --> <script>c</script><STYLE>d</STYLE>e", "a e"),
        ("<a href=\"x\" title='>'>link</a", "link</a"),
        (" 가 \n\t나\u00a0다 ", "가 나 다"),
        ("&notanentity; &unknown", "&notanentity; &unknown"),
        ("", ""),
    ],
)
def test_markup_becomes_one_line_of_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_what_is_short_stays_whole() -> None:
    assert shorten("x" * SUMMARY_LENGTH) == "x" * SUMMARY_LENGTH


def test_a_long_text_is_cut_at_a_word() -> None:
    text = shorten("word, " * 200)
    assert text.endswith("word…")
    assert SUMMARY_LENGTH - 10 < len(text) <= SUMMARY_LENGTH + 1


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert shorten("가" * 600) == "가" * SUMMARY_LENGTH + "…"


@pytest.mark.parametrize("pair", ["e\u0301", "👍\U0001f3fd", "👩\u200d🚀", "\u1112\u1161", "❤\ufe0f"])
def test_no_cut_comes_within_a_character_people_see(pair: str) -> None:
    text = shorten(pair * 400, length=len(pair) * 9 + 1)
    assert text == pair * 9 + "…"
