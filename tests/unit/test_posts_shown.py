from __future__ import annotations

import re

import pytest

from feedsvc.posts.html.sanitize import clean_html
from feedsvc.posts.html.shown import show_in_page

URL = "https://example.org/post/"
HOSTS = ("youtube.com",)


def show(markup: str, url: str = URL) -> str:
    return show_in_page(markup, url, frame_hosts=HOSTS, name_film=lambda host: f"Film <{host}>")


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>글 &amp; &lt;b&gt;</p>", "<p>글 &amp; &lt;b&gt;</p>"),
        # Headings are below the one of the entry, which is of level 2 here, and without gaps.
        ("<h1>a</h1><h3>b</h3><h3>c</h3><h1>d</h1>", "<h3>a</h3><h4>b</h4><h4>c</h4><h3>d</h3>"),
        ("<h4>a</h4><h2>b</h2><h6>c</h6>", "<h3>a</h3><h3>b</h3><h4>c</h4>"),
        ("<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4><h5>e</h5>", "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6>"),
        ('<h2 lang="en" title="&lt;h2&gt;">a</h2>', '<h3 lang="en" title="&lt;h2&gt;">a</h3>'),
        # What would be a landmark of the page is none.
        ('<main><aside dir="rtl">a</aside><p>b</p></main>', '<div><div dir="rtl">a</div><p>b</p></div>'),
        # Who cannot see a picture that nobody described is not read its address.
        (
            '<img src="https://x.example/a.png">',
            '<img src="https://x.example/a.png" alt="" LATE>',
        ),
        ('<img src="https://x.example/a.png" alt="속보">', '<img src="https://x.example/a.png" alt="속보" LATE>'),
        ('<a href="https://x.example/">x</a>', '<a href="https://x.example/" rel="noopener noreferrer">x</a>'),
        ('<pre><code class="language-c++">x</code></pre>', '<pre><code class="language-c++">x</code></pre>'),
        # Ids of ours stay, and the links to them; others might be the page's own.
        (
            f'<a href="{URL}#p01234567-fn">1</a><p id="p01234567-fn">x</p>',
            '<a href="#p01234567-fn" rel="noopener noreferrer">1</a><p id="p01234567-fn">x</p>',
        ),
        ('<p id="content">x</p><p id="p01234567-a b">y</p>', "<p>x</p><p>y</p>"),
        (
            f'<a href="{URL}#p01234567-gone">1</a><a href="{URL}">2</a>',
            f'<a href="{URL}#p01234567-gone" rel="noopener noreferrer">1</a>'
            f'<a href="{URL}" rel="noopener noreferrer">2</a>',
        ),
    ],
)
def test_an_entry_fits_into_the_page(markup: str, shown: str) -> None:
    late = 'loading="lazy" decoding="async" referrerpolicy="no-referrer"'
    assert show(markup) == shown.replace("LATE", late)


def test_footnotes_of_a_post_lead_to_their_place_in_the_page() -> None:
    clean = clean_html('<a href="#각주">1</a><p id="각주">x</p>', URL)
    found = show(clean)
    (target,) = re.findall(r'id="([^"]*)"', found)
    assert target.endswith("-각주")
    assert re.findall(r'href="(#p[0-9a-f]{8}-[^"]*)"', found)


def test_what_plays_waits_to_be_asked() -> None:
    found = show(
        '<video src="https://x.example/a.mp4" preload="auto"></video><audio src="https://x.example/a"></audio>'
    )
    assert found.count('preload="none"') == found.count('controls=""') == 2
    assert "auto" not in found


def test_a_frame_is_behind_a_line_that_opens_it_and_confined() -> None:
    found = show('<iframe src="https://www.youtube.com/embed/x" width="560" height="315" allowfullscreen></iframe>')
    assert found.startswith('<details class="film"><summary>Film &lt;youtube.com&gt;</summary><iframe ')
    assert found.endswith("</iframe></details>")
    for attribute in (
        'src="https://www.youtube.com/embed/x"',
        'title="Film &lt;youtube.com&gt;"',
        'loading="lazy"',
        'sandbox="allow-scripts allow-same-origin allow-popups allow-presentation"',
        'referrerpolicy="strict-origin-when-cross-origin"',
    ):
        assert f" {attribute}" in found


def test_a_frame_of_another_host_is_a_link() -> None:
    assert "<iframe" not in show('<iframe src="https://evil.example/"></iframe>')
    assert 'href="https://evil.example/"' in show('<iframe src="https://evil.example/"></iframe>')


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p style="position:fixed">x</p>',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        "</article></main><form action=x><input>",
        "<base href=x><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
    ],
)
def test_what_was_never_cleaned_is_cleaned_here(attack: str) -> None:
    found = show(attack)
    assert not re.search(r"script|onerror|style|srcdoc|<form|<input|<base|<meta|<link|</main|</article", found)
