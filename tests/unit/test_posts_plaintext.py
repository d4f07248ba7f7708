from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.posts.html.plaintext import plain_text


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


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("<b>굵은</b> &amp; <code>C++</code>", "굵은 & C++"),
        ("&amp;amp; &amp;lt;b&amp;gt;", "&amp; &lt;b&gt;"),
        ("**굵게** `code` _so_ [a](b) * 2 * 3", "**굵게** `code` _so_ [a](b) * 2 * 3"),
        (
            "👩\u200d👩\u200d👧 🇰🇷 \U0001f469\U0001f3fd \U00020000",
            "👩\u200d👩\u200d👧 🇰🇷 \U0001f469\U0001f3fd \U00020000",
        ),
        ("\ufeff제목\u200b", "제목"),
        ("a\u200bb", "a\u200bb"),
        ("&#x200b; &nbsp;", ""),
        ("<script>x</script> <!-- y --> z <script>w", "z w"),
        ("a --> b <!-- c", "a --> b <!-- c"),
    ],
)
def test_a_title_is_what_a_browser_would_show_of_it(title: str, text: str) -> None:
    assert plain_text(title) == text


@pytest.mark.parametrize("trick", ["<!--", "<script>", "<script", "<script>x</script", "</style ", "-->", "<a '", "&"])
def test_a_text_of_open_ends_is_read_at_all(trick: str) -> None:
    assert plain_text(trick * 100_000 + "end").endswith("end")


WORDS = st.text(st.characters(exclude_characters="<&\u200b\u2060\ufeff", exclude_categories=["Cs"]))
TAGS = st.sampled_from(
    ["<b>", "</b>", "<p class='a>b'>", "</p>", "<br/>", "<img alt='<b>'>", "<!-- <b> -->", "<A HREF=x>"]
)


@given(st.lists(st.tuples(WORDS, TAGS)))
def test_plain_text_has_the_words_and_no_markup(pieces: list[tuple[str, str]]) -> None:
    text = plain_text("".join(word + tag for word, tag in pieces))
    assert "".join(text.split()) == "".join("".join(word.split()) for word, _ in pieces)
