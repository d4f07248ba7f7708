from __future__ import annotations

import pytest

from feedsvc.posts.html.summary import SUMMARY_LENGTH, shorten


def test_what_is_short_stays_whole() -> None:
    assert shorten("x" * SUMMARY_LENGTH) == "x" * SUMMARY_LENGTH


def test_a_long_text_is_cut_at_a_word() -> None:
    text = shorten("word, " * 200)
    assert text.endswith("word…")
    assert SUMMARY_LENGTH - 10 < len(text) <= SUMMARY_LENGTH


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert shorten("가" * 600) == "가" * (SUMMARY_LENGTH - 1) + "…"


@pytest.mark.parametrize(
    ("text", "length", "summary"),
    [
        ("One is told. Two is told. Three is not told", 30, "One is told. Two is told."),
        ("Is it? It is! And more of the same", 16, "Is it? It is!"),
        ("He said “no.” She said “yes, but not today.”", 20, "He said “no.”"),
        ("한국어 문장이다. 다음 문장은 더 길다. 끝", 14, "한국어 문장이다."),
        ("これは文です。次の文はもっと長い", 10, "これは文です。"),
        ("他说：「好。」然后他就走了很远的路", 10, "他说：「好。」"),
        ("هذا سؤال؟ وهذا جواب طويل جدا", 14, "هذا سؤال؟"),
        ("यह वाक्य है। यह दूसरा वाक्य", 16, "यह वाक्य है।"),
        ("ภาษาไทยไม่มี ช่องว่างระหว่างคำ", 16, "ภาษาไทยไม่มี…"),
        ("これは文ではないのでどこでも切れる", 8, "これは文ではな…"),
    ],
)
def test_a_summary_ends_with_a_sentence_where_one_ends_late_enough(text: str, length: int, summary: str) -> None:
    assert shorten(text, length) == summary


@pytest.mark.parametrize(
    ("text", "length", "summary"),
    [
        ("We have seen Dr. Kim again today", 20, "We have seen Dr.…"),
        ("It is about U.S. law and more", 19, "It is about U.S.…"),
        ("공고일은 2024. 7. 11. 이며 그 뒤", 16, "공고일은 2024. 7.…"),
        ("Bring pens, paper etc. and more of it", 26, "Bring pens, paper etc.…"),
        ("Version 1.2.3 is out and it is good", 14, "Version 1.2.3…"),
        ("Early. Then nothing ends for a long time here", 30, "Early. Then nothing ends for…"),
    ],
)
def test_no_sentence_ends_at_an_abbreviation_a_date_or_too_early(text: str, length: int, summary: str) -> None:
    assert shorten(text, length) == summary


def test_no_white_space_or_comma_stands_before_the_ellipsis() -> None:
    assert shorten("first, second – third", 16) == "first, second…"
