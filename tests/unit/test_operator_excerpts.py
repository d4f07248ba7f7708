from __future__ import annotations

import pytest

from feedsvc.web.operator.excerpts import Line, cut_excerpt, decode_loosely

TEXT = '---\nlayout: post\ntitle: "바다"가 부른다\ndate: 2024-01-02\n---\n\nText.\n'


def test_the_lines_around_the_place_are_shown_and_its_character_is_marked() -> None:
    assert cut_excerpt(TEXT, 3, 12) == (
        Line(number=1, before="---"),
        Line(number=2, before="layout: post"),
        Line(number=3, before='title: "바다"', marked="가", after=" 부른다"),
        Line(number=4, before="date: 2024-01-02"),
        Line(number=5, before="---"),
    )


def test_at_the_edges_of_a_file_there_are_fewer_lines() -> None:
    assert [line.number for line in cut_excerpt("a\nb", 1, 1)] == [1, 2]
    assert [line.number for line in cut_excerpt("a\nb", 2, 1)] == [1, 2]


@pytest.mark.parametrize("line", [0, -1, 4, 10_000])
def test_of_a_line_that_there_is_not_nothing_is_shown(line: int) -> None:
    assert cut_excerpt("a\nb\nc", line, 1) == ()


@pytest.mark.parametrize("column", [4, 5, 10_000])
def test_a_place_behind_a_line_is_marked_at_its_end(column: int) -> None:
    (line,) = cut_excerpt("abc", 1, column)
    assert (line.before, line.marked, line.after) == ("abc", "↵", "")


def test_a_place_without_a_column_is_the_first_character() -> None:
    assert cut_excerpt("abc", 1, 0)[0].marked == "a"


@pytest.mark.parametrize("character", ["가", "각", "👨‍👩‍👧", "🇰🇷", "é", "👍🏽"])
def test_a_character_is_marked_whole_as_people_see_it(character: str) -> None:
    (line,) = cut_excerpt(f"ab{character}cd", 1, 3)
    assert (line.before, line.marked, line.after) == ("ab", character, "cd")


def test_a_character_that_never_ends_is_marked_in_part() -> None:
    (line,) = cut_excerpt("e" + "\u0301" * 500, 1, 1)
    assert len(line.marked) == 16


def test_of_a_long_line_what_is_around_the_place_is_shown() -> None:
    long = "가" * 5000
    (line,) = cut_excerpt(long, 1, 2500)
    assert (len(line.before), line.marked, len(line.after)) == (61, "가", 141)
    assert line.before[0] == line.after[-1] == "…"
    assert cut_excerpt(f"x\n{long}", 1, 1)[1].before == "가" * 140 + "…"


def test_every_line_end_ends_a_line_and_a_mark_at_the_beginning_counts_for_nothing() -> None:
    lines = cut_excerpt("\ufeffa\r\nb\rc", 1, 1)
    assert [(line.number, line.before + line.marked) for line in lines] == [(1, "a"), (2, "b"), (3, "c")]


def test_what_cannot_be_seen_or_turns_the_text_around_is_written_out() -> None:
    (line,) = cut_excerpt("a\u202eb\0\u200b\x1b", 1, 2)
    assert (line.before, line.marked, line.after) == ("a", "⟨U+202E⟩", "b⟨U+0000⟩⟨U+200B⟩⟨U+001B⟩")


def test_a_tab_stays_a_tab() -> None:
    assert cut_excerpt("\ta", 1, 2)[0].before == "\t"


def test_a_file_is_decoded_by_the_first_encoding_that_takes_it() -> None:
    encodings = ("utf-8-sig", "cp949")
    assert decode_loosely("\ufeff바다".encode(), encodings) == "바다"
    assert decode_loosely("바다".encode("cp949"), encodings) == "바다"
    assert decode_loosely(b"a\xff", encodings) == "a\ufffd"
