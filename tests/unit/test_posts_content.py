from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post
from feedsvc.posts.content import Content, TooComplex, may_wait, render_content
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

BASE = "https://example.org/2024/post/"


def render(body: str, *, markdown: bool = True, separator: str = "") -> Content:
    content = render_content(body, BASE, markdown=markdown, separator=separator)
    assert isinstance(content, Content)
    return content


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a *b* ~~c~~", "<p>a <em>b</em> <del>c</del></p>"),
        ("    code\n", "<pre><code>code\n</code></pre>"),
        ("```py3\nx < y\n```", '<pre><code class="language-py3">x &lt; y\n</code></pre>'),
        ("# A {#id .x}", "<h1>A {#id .x}</h1>"),
        ("x {{ page.title }} {% raw %}", "<p>x {{ page.title }} {% raw %}</p>"),
        ("a ]]> b", "<p>a ]]&gt; b</p>"),
        ("<p>a</p>\ntail", "<p>a</p>\ntail"),
        ("<p>a</p></p>\n\n<p>b</p></p>", "<p>a</p><p>b</p>"),
        ("<p>a</p>\n\n<p data-x='1'>&nbsp;</p>\n\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("<p><b> <br></b></p>", ""),
        ("<div>open <i>and", "<div>open <i>and</i></div>"),
        ("a&nbsp;b &amp; c", "<p>a\u00a0b &amp; c</p>"),
    ],
)
def test_markdown_and_the_html_in_it_become_clean_html(body: str, html: str) -> None:
    assert render(body).html == html


def test_html_between_block_tags_is_no_code_however_it_is_indented() -> None:
    body = "<section>\n    <h2>a</h2>\n\n    <p>b</p>\n    c\n\n    <ul>\n\n      <li>d</li>\n    </ul>\n</section>\n"
    assert " ".join(render(body).html.split()) == "<section> <h2>a</h2> <p>b</p> c <ul> <li>d</li> </ul> </section>"


@pytest.mark.parametrize(
    "body",
    [
        "text\n\n    <p>shown</p>\n",
        "<div></div>\n\n    <p>shown</p>\n",
        "<div>\n\n```\n    <p>shown</p>\n```\n\n</div>\n",
        "<div>\n<pre><code>&lt;b>\n    &lt;p>shown&lt;/p>\n</code></pre>\n</div>\n",
    ],
)
def test_code_that_shows_tags_stays_code(body: str) -> None:
    assert "&lt;p&gt;shown&lt;/p&gt;" in render(body).html


def test_a_table_keeps_its_alignment_without_style() -> None:
    html = render("| a | b |\n|:-:|--:|\n| 1 | 2 |").html
    assert '<th align="center">a</th><th align="right">b</th>' in html
    assert "style" not in html


def test_footnotes_lead_to_their_place_in_the_entry() -> None:
    html = render("a[^1]\n\n[^1]: note").html
    target = html.partition(f'<a href="{BASE}#')[2].partition('"')[0]
    assert f'<div id="{target}">' in html
    assert f'<a href="{BASE}#other">' in render("[a](#other)").html


def test_html_is_not_read_as_markdown() -> None:
    assert render("<p>*a*</p>\n\n    b", markdown=False).html == "<p>*a*</p>\n\n    b"


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("<script>x</script><style>y</style>a", "a"),
        ('<p onclick="x" style="y" class="z" id="i" data-a="b">a</p>', "<p>a</p>"),
        ('<span style="color:red">a</span><font>b</font>', "ab"),
        ("<form><input><button>a</button><select><option>b</select></form>", "a"),
        ('<a href="javascript:x">a</a>', "<a>a</a>"),
        ('<a href="x y" target="_blank" rel="dofollow">a</a>', f'<a href="{BASE}x%20y">a</a>'),
        ('<a HREF = /r>a</a><a href="#f">b</a>', f'<a href="https://example.org/r">a</a><a href="{BASE}#f">b</a>'),
        ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'),
        ('a<img src="data:image/png;base64,x" alt="a">', "a"),
        ('<img alt="" src="/i.png" width="1" onerror="x">', '<img alt="" src="https://example.org/i.png" width="1">'),
        (
            '<img src="https://a.example/i.png" srcset="a.png 1x, /b.png 2x, javascript:c 3x">',
            f'<img src="https://a.example/i.png" srcset="{BASE}a.png 1x, https://example.org/b.png 2x">',
        ),
        ('a<img srcset="javascript:x">', "a"),
        ('<video src="v" poster="p" autoplay></video>', f'<video src="{BASE}v" poster="{BASE}p"></video>'),
        ('<blockquote cite="/q">a</blockquote>', '<blockquote cite="https://example.org/q">a</blockquote>'),
        ('<code class="language-c++">a</code><code class="x">', '<code class="language-c++">a</code><code></code>'),
        ("<figure><picture><source srcset='a.webp'></picture><figcaption>a</figcaption></figure>",
         f'<figure><picture><source srcset="{BASE}a.webp"></picture><figcaption>a</figcaption></figure>'),
        ("<details open><summary>a</summary>b</details>", '<details open=""><summary>a</summary>b</details>'),
        ('<table><tr><td colspan="2" rowspan="3">a</td></tr></table>',
         '<table><tbody><tr><td colspan="2" rowspan="3">a</td></tr></tbody></table>'),
        ("<svg><script>x</script></svg><math>y</math>a", "a"),
        ("<img data-src=x><noscript><img src='/i.png'></noscript>", '<img src="https://example.org/i.png">'),
        ("<noframes>x</noframes><xmp><b>y</b></xmp>", "&lt;b&gt;y&lt;/b&gt;"),
        ("<title>x</title><p>a", "<p>a</p>"),
    ],
)  # fmt: skip
def test_html_keeps_what_readers_show_and_nothing_that_acts(markup: str, html: str) -> None:
    assert render(markup, markdown=False).html == html


@pytest.mark.parametrize(
    ("frame", "html"),
    [
        (
            '<IFRAME width="1" src="https://v.example/e?a=1&amp;b=2" title="A &quot;film&quot;"></iframe>',
            '<a href="https://v.example/e?a=1&amp;b=2">A "film"</a>',
        ),
        ("<iframe src='//v.example/e'></iframe>", '<a href="https://v.example/e">https://v.example/e</a>'),
        ("<iframe src=https://v.example/e></iframe>", '<a href="https://v.example/e">https://v.example/e</a>'),
        ("<iframe src='http://v.example/e'></iframe>", ""),
        ("<iframe src='javascript:x'></iframe>", ""),
        ("<iframe data-src='https://v.example/'></iframe>", '<a href="https://v.example/">https://v.example/</a>'),
    ],
)
def test_a_frame_becomes_a_link_to_what_it_would_show(frame: str, html: str) -> None:
    assert render(f"<p>{frame}</p>z", markdown=False).html == (f"<p>{html}</p>z" if html else "z")


@pytest.mark.parametrize(
    "trick", ["<iframe src='https://v.example/' title='<script>x</script>'>", '<img alt="<iframe src=x>">']
)
def test_no_frame_smuggles_markup(trick: str) -> None:
    html = render(trick, markdown=False).html
    assert "<script" not in html
    assert "<iframe" not in html


@pytest.mark.parametrize("markdown", [True, False])
def test_references_to_what_xml_forbids_are_removed(markdown: bool) -> None:
    content = render("a&#1;b&#xFFFE;c", markdown=markdown)
    assert content.html.replace("<p>", "").replace("</p>", "") == "abc"
    assert (content.opening, content.removed) == ("abc", "\x01\ufffe")


@pytest.mark.parametrize(
    ("body", "separator", "opening"),
    [
        ("<!-- x -->\n\n![i](/i.png)\n\nfirst *one*\n\nsecond", "", "first one"),
        ("a\n\nb\n\n<!--More-->\n\nc", "", "a b"),
        ("a [x]\n\n<!-- more -->\n\n[x]: /y", "", "a x"),
        ("a\n\nb\n\n<!-- cut -->\n\nc", "<!-- cut -->", "a b"),
        ("a\n\nb\n\n***\n\nc", "***", "a b"),
        ("a\n\nb", "\n\n", "a"),
        ("<!-- more -->\n\nb", "", "b"),
        ("tail only", "", "tail only"),
        ("# Title\n\n- item", "", "Title item"),
        ("", "", ""),
    ],
)
def test_the_opening_is_what_comes_before_the_separator_or_the_first_paragraph(
    body: str, separator: str, opening: str
) -> None:
    assert render(body, separator=separator).opening == opening


def test_the_opening_of_html_ends_at_its_separator() -> None:
    assert render("<p>a</p><p>b</p>CUT<p>c</p>", markdown=False, separator="CUT").opening == "a b"


def test_an_opening_nobody_asked_for_is_not_made() -> None:
    content = render_content("text", BASE, markdown=True, with_opening=False)
    assert content == Content(html="<p>text</p>")


@pytest.mark.parametrize(
    "body", ["<div>" * 50_000, ">" * 50_000, "&" * 300_000, "<rt>" * 50_000, "<ruby><td><rp>" * 9_000]
)
def test_what_would_take_minutes_is_refused_at_once(body: str) -> None:
    assert isinstance(render_content(body, BASE, markdown=True), TooComplex)


@pytest.mark.parametrize(
    "body",
    ["<p>a" * 5_000, "<ul>" + "<li>a" * 5_000, "<b>a</b>" * 5_000, "<br>" * 5_000, "<ruby>a<rt>b</ruby>" * 5_000],
)
def test_much_markup_that_is_not_deep_is_fine(body: str) -> None:
    assert isinstance(render_content(body, BASE, markdown=False), Content)


@pytest.mark.parametrize("body", ["<script>x</script>Text <a href='/b'>b</a>", "* a\n* b <p>&nbsp;</p>", "&#1; x", ""])
@pytest.mark.parametrize("summary", ["excerpt: e", "a: b"])
def test_content_made_later_is_what_content_made_at_once_is(body: str, summary: str) -> None:
    data = f"---\ntitle: t\n{summary}\n---\n{body}\n".encode()
    rules = PostRules(
        site_url="https://example.org",
        timezone=ZoneInfo("Asia/Seoul"),
        permalink="pretty",
        language="ko",
        drafts=False,
        encodings=("utf-8-sig",),
        id_style="permalink",
    )
    at_once = parse_post("2024-07-11-1.md", data, rules)
    later = parse_post("2024-07-11-1.md", data, replace(rules, defer=True))
    assert isinstance(at_once, Post)
    assert isinstance(later, Post)
    assert not at_once.pending
    assert later.pending is ("&#" not in body)
    assert replace(later, content=at_once.content, summary=at_once.summary, pending=False) == at_once


def test_a_reference_to_what_no_feed_may_carry_leaves_no_empty_element() -> None:
    assert render("a\n\n&#1;\n\nb").html == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    ("srcset", "shown"),
    [
        ("a 1x, b 2x", f"{BASE}a 1x, {BASE}b 2x"),
        ("a.png,b 100w , /c", f"{BASE}a.png%2Cb 100w, https://example.org/c"),
        (" a  1.5x,", f"{BASE}a 1.5x"),
        ("x y 1x", f"{BASE}y 1x"),
        ("a, javascript:b 2x,, c", f"{BASE}a, {BASE}c"),
    ],
)
def test_candidates_of_a_srcset_are_read_as_browsers_do(srcset: str, shown: str) -> None:
    html = render(f'<img src="i" srcset="{srcset}">', markdown=False).html
    assert f'srcset="{shown}"' in html


def test_a_srcset_holds_no_more_candidates_than_anybody_has_screens() -> None:
    html = render(f'<img src="i" srcset="{"a 1x, " * 500}">', markdown=False).html
    assert html.count("/a 1x") == 100


@pytest.mark.parametrize(
    "body", ["<img src=a srcset='" + "x" * 300_000 + " y'>", "<a href=#a id=a>" + "href=" * 60_000]
)
def test_what_looks_for_its_end_in_vain_looks_once(body: str) -> None:
    """Each of these took the square of its length: hours, where it takes a blink now; a test that hangs has failed."""
    assert isinstance(render_content(body, BASE, markdown=False), Content)


def test_three_breaks_are_two() -> None:
    assert render("a<br><br><br>b", markdown=False).html == "a<br><br>b"


def test_a_table_that_would_fill_the_memory_is_refused() -> None:
    table = "|a" * 300 + "\n|" + "-|" * 300 + "\n" + "|x\n" * 300 + "\n"
    assert isinstance(render_content(table, BASE, markdown=True), Content)
    assert isinstance(render_content(table * 10, BASE, markdown=True), TooComplex)
    assert isinstance(render_content(table * 400, BASE, markdown=True), TooComplex)


def test_what_may_wait_is_no_table_that_is_refused() -> None:
    table = "|a" * 300 + "\n|" + "-|" * 300 + "\n" + "x\n" * 40_000
    assert not may_wait(table.encode())
    assert isinstance(render_content(table, BASE, markdown=True), TooComplex)
