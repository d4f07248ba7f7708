"""Cuts, held to the extended grapheme clusters of UAX #29 as the ``regex`` module knows them."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.graphemes import cut_before, shorten_line
from feedsvc.posts.html.summary import shorten

# Assigned when the oldest interpreter's tables were made, as the oracle's are newer.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cn", "Co"])
HANGUL = st.sampled_from(["각", "가", "\u1112", "\u1161", "\u11ab", "\ua960", "\ud7b0", "\ud7cb"])
EMOJI = st.sampled_from(
    ["👍🏽", "👩\u200d🚀", "🇰🇷", "🇰", "❤\ufe0f", "1\ufe0f\u20e3", "🏴\U000e0067\U000e007f", "\u200d"]
)
SCRIPTS = st.sampled_from(
    ["e\u0301", "カ\uff9e", "กำ", "เ", "แ", "\u0915\u094d\u0937", "\u0600", "\u06dd٣", "\u200c", "ि"]
)
SIGNS = st.sampled_from(["\r\n", " ", ". ", "。", "\U000111c2\U00011103"])
TEXT = st.lists(HANGUL | EMOJI | SCRIPTS | SIGNS | CHARACTERS, max_size=12).map("".join)


def boundaries(text: str) -> set[int]:
    return {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}


@settings(max_examples=500, deadline=None)
@given(TEXT)
def test_no_cut_comes_within_a_character_people_see(text: str) -> None:
    assert {cut_before(text, index) for index in range(len(text) + 1)} <= boundaries(text)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.integers(2, 12))
def test_what_is_shortened_never_exceeds_and_is_a_beginning_of_whole_characters(text: str, length: int) -> None:
    text = " ".join(text.split())
    for cut in (shorten(text, length), shorten_line(text, length)):
        assert len(cut) <= length
        beginning = cut if text.startswith(cut) else cut.removesuffix("…")
        assert text.startswith(beginning)
        assert len(beginning) in boundaries(text)


@pytest.mark.parametrize(
    "pair", ["e\u0301", "👍🏽", "👩\u200d🚀", "\u1112\u1161\u11ab", "❤\ufe0f", "🇰🇷", "한", "กำ", "क्ष", "x"]
)
def test_each_character_is_cut_as_a_whole(pair: str) -> None:
    assert shorten_line(pair * 400, len(pair) * 9 + 2) == pair * (9 if len(pair) > 1 else 10) + "…"


def test_letters_of_a_script_without_blanks_are_cut_at_the_last_that_fits() -> None:
    assert cut_before("日本語の文章", 3) == 3
    assert cut_before("ไทย", 1) == 0
