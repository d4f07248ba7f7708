"""Markdown of Jekyll sites in entries, and how much work any text may cause; the reader itself is in tests/golden."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.posts.content import Content, TooComplex, may_wait, render_content
from feedsvc.posts.html.complexity import ALWAYS_READ, MAX_PIECES
from feedsvc.posts.kramdown import KramdownOptions, read_document, read_options, render_kramdown
from feedsvc.posts.kramdown.document import Document
from feedsvc.posts.kramdown.spans import Spans

BASE = "https://example.org/2024/post/"
OPTIONS = KramdownOptions()


def render(body: str, base: str = BASE) -> str:
    content = render_content(body, base, markdown=True, kramdown=OPTIONS)
    assert isinstance(content, Content)
    return content.html


def test_footnotes_lead_to_their_place_in_the_entry_and_back() -> None:
    html = render("a[^1]\n\n[^1]: note")
    prefix = html.partition('id="')[2].partition("fnref:1")[0]
    assert f'<sup id="{prefix}fnref:1"><a href="{BASE}#{prefix}fn:1">1</a></sup>' in html
    assert f'<li id="{prefix}fn:1">' in html
    assert f'<a href="{BASE}#{prefix}fnref:1">' in html


def test_footnotes_of_two_posts_have_no_id_in_common() -> None:
    one, other = (render("a[^1]\n\n[^1]: note", f"{BASE}{name}/") for name in ("one", "other"))
    assert one.partition('id="')[2][:10] != other.partition('id="')[2][:10]


def test_a_headers_id_stays_only_if_the_post_links_to_it() -> None:
    html = render("# One\n\n# 둘\n\n[there](#둘) [elsewhere](#three)")
    assert "<h1>One</h1>" in html
    assert 'id="p' in html
    assert '-둘">' in html
    assert f'<a href="{BASE}#three">elsewhere</a>' in html


def test_boxes_of_a_task_list_are_characters() -> None:
    assert render("- [ ] a\n- [x] b") == "<ul>\n  <li>☐ a</li>\n  <li>☑ b</li>\n</ul>"


def test_alignment_of_cells_needs_no_style() -> None:
    html = render("| a |\n|--:|\n| 1 |")
    assert '<td align="right">1</td>' in html
    assert "style" not in html


def test_options_that_are_not_understood_stay_as_jekyll_has_them() -> None:
    values = {"toc_levels": "1..9", "smart_quotes": "a,b", "hard_wrap": "maybe", "footnote_nr": "x", "unknown": "1"}
    assert read_options(values) == OPTIONS
    assert read_options({"hard_wrap": "true", "toc_levels": ["2", "3"]}) == KramdownOptions(
        hard_wrap=True, toc_levels=(2, 3)
    )


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab가\n \t*_`~[](){}:|<>/\"'-.#>!$&;\\^+=1"), max_size=120))
def test_any_text_has_html_that_begins_anew_in_no_other_way(text: str) -> None:
    assert render_kramdown(text, OPTIONS) == render_kramdown(text, OPTIONS)
    assert isinstance(render(text), str)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["text\n", "\n", "{: .a}\n", "> q\n", "- l\n", "{: #b .c k='v'}\n", "# h\n", "*e*{: .d}\n"]),
        max_size=12,
    )
)
def test_no_attribute_list_on_a_line_of_its_own_shows(lines: list[str]) -> None:
    assert "{:" not in render_kramdown("".join(lines), OPTIONS)


HOSTILE = [
    "*a ", "**a ", "_a ", "[a ", "![a ", "![", "[a](", "[a](<", '[a](b "', "[a][", "<b>", "<!-- ", '<a b="',
    "~~a ", "``a ", "$$ ", "{:a ", "{:a\n", "{::comment} ", ">", "- ", "  - a\n", "|a|b\n", "~~~\n\n", "```x\n\n",
    "[^1]: a\n\n", '[a]: b "', "*[a]: b\n", "<div>", '<div markdown="1">\n', "<x\n", "<code>|", "{:.a}",
    "{:a: a}\n", "**[_", "([", "a <b>x</b> *",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_that_was_in_vain_grows_no_faster_than_the_text(piece: str) -> None:
    read_one = Spans._read_one
    for size in (2_000, 8_000):
        text = piece * (size // len(piece))
        calls = 0

        def counted(spans: Spans, character: str, only: str) -> None:
            nonlocal calls
            calls += 1
            read_one(spans, character, only)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Spans, "_read_one", counted)
            document = read_document(text, OPTIONS)
        assert calls <= document.most_steps + 2 * size


@pytest.mark.parametrize("piece", ["`a` ", "|a", "- a\n", "a\n: b\n\n", "&a;*"])
def test_a_long_text_of_nothing_but_signs_is_refused_after_some_work(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.posts.kramdown.document.MAX_PIECES", 10_000)
    content = render_content(piece * 60_000, BASE, markdown=True, kramdown=OPTIONS)
    assert content == TooComplex(reason="more than 10,000 pieces of Markdown")


@pytest.mark.parametrize("piece", ["[", "- a\n", "|a"])
def test_a_text_that_may_wait_is_never_refused(piece: str) -> None:
    body = (piece * ALWAYS_READ)[:ALWAYS_READ]
    assert Document(OPTIONS, len(body) + 1).most_pieces > MAX_PIECES
    assert not may_wait((piece * ALWAYS_READ).encode()[: ALWAYS_READ + 1])


def test_a_long_text_of_words_is_read_whole() -> None:
    assert isinstance(
        render_content("Some *words* of a book.\n\n" * 20_000, BASE, markdown=True, kramdown=OPTIONS), Content
    )


def test_rows_are_made_as_long_as_others_only_so_often() -> None:
    table = "|a" * 300 + "\n|" + "-|" * 300 + "\n" + "|x\n" * 300 + "\n"
    assert len(render_kramdown(table * 20, OPTIONS)) < 100 * len(table * 20)
    assert render_kramdown("|a|b|\n|-|-|\n|x\n", OPTIONS).count("<td") == 2


def test_what_is_nested_is_copied_only_so_often() -> None:
    document = read_document("[^a]: " * 200_000, OPTIONS)
    assert document.copied <= 10 * 1_200_000 + ALWAYS_READ * 60


def test_a_fence_of_a_million_backquotes_is_none() -> None:
    assert render_kramdown("`" * 1_000_000 + "\nx\n", OPTIONS).startswith("<p>`")


def test_a_fence_longer_than_any_is_text() -> None:
    assert "<pre>" in render_kramdown(f"{'~' * 500}\nx\n{'~' * 500}\n", OPTIONS)
    assert "<pre>" not in render_kramdown(f"{'~' * 501}\nx\n{'~' * 501}\n", OPTIONS)
