"""What a post's HTML becomes for readers: lazy images, frames, counters, holes and code."""

from __future__ import annotations

import pytest

from feedsvc.posts.content import clean_content

BASE = "https://example.org/blog/2024/post/"
HOSTS = ("youtube.com", "tv.naver.com")
A = f"{BASE}a.jpg"


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ('<img class="lazy" data-src="a.jpg" src="data:image/gif;base64,R0lGOD" loading="lazy">', f'<img src="{A}">'),
        ('<img src="/tiny.jpg" data-lazy-src="a.jpg" alt="x">', f'<img src="{A}" alt="x">'),
        ('<img data-original="a.jpg" width="4" height="3">', f'<img src="{A}" width="4" height="3">'),
        ('<img data-lazy="true" src="a.jpg">', f'<img src="{A}">'),
        (
            '<img data-srcset="a.jpg 1x, //cdn.example/b.jpg 2x" data-src="a.jpg" sizes="auto">',
            f'<img src="{A}" srcset="{A} 1x, https://cdn.example/b.jpg 2x">',
        ),
        (
            '<picture><source data-srcset="a.jpg"><img data-src="a.jpg"></picture>',
            f'<picture><source srcset="{A}"><img src="{A}"></picture>',
        ),
        (
            '<video data-poster="a.jpg"><source data-src="v.mp4"></video>',
            f'<video poster="{A}"><source src="{BASE}v.mp4"></video>',
        ),
        ('<audio controls><source src="s.mp3"></audio>', f'<audio controls=""><source src="{BASE}s.mp3"></audio>'),
        ('<img data-src="javascript:x/y">', ""),
        ('<img data-src="a.jpg"><noscript><img src="a.jpg"></noscript>', f'<img src="{A}">'),
        ('<img data-src="a.jpg"> <noscript><img src="/full/a.jpg"></noscript>', f'<img src="{A}"> '),
        ('<img src="data:x"><noscript><img src="a.jpg"></noscript>', f'<img src="{A}">'),
        ('<p>x</p><noscript><p>y <img src="a.jpg"></p></noscript>', f'<p>x</p><p>y <img src="{A}"></p>'),
        ("a<noscript>b <i>c</i></noscript>", "ab <i>c</i>"),
    ],
)
def test_an_image_that_a_script_would_load_is_shown_once(markup: str, html: str) -> None:
    assert clean_content(markup, BASE) == html.strip()


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://c.example/x.gif" width="1" height="1">',
        "<img src=//c.example/x.gif height=0 width=1px>",
        '<img src="https://c.example/x.gif" style="width:9px; DISPLAY : none">',
        '<img src="https://c.example/x.gif" style="visibility:hidden">',
        '<img src="https://c.example/x.gif" hidden>',
        '<noscript><img src="https://www.facebook.com/tr?id=1&ev=PageView&noscript=1"></noscript>',
        '<img src="https://stats.g.doubleclick.net/x">',
        '<img src="http://feeds.feedburner.com/~r/site/~4/x">',
        '<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-1"></iframe></noscript>',
        '<iframe src="https://v.example/" width="0" height="0"></iframe>',
        '<iframe src="https://v.example/" style="display:none"></iframe>',
    ],
)
def test_what_only_counts_readers_is_left_out(pixel: str) -> None:
    assert clean_content(f"<p>a{pixel}b</p><p>{pixel}</p>", BASE, HOSTS) == "<p>ab</p>"


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://www.facebook.com/trip.jpg">',
        '<img src="https://example.org/doubleclick.net/x.png">',
        '<img src="https://example.org/line.png" width="600" height="1">',
        '<img src="https://notquantserve.com/x.png">',
    ],
)
def test_an_image_that_is_seen_stays(image: str) -> None:
    assert clean_content(image, BASE) == image


@pytest.mark.parametrize(
    ("frame", "html"),
    [
        (
            '<iframe width="560" height="50%" src="//www.youtube.com/embed/x?a=1&amp;b=2" title="t" name="n" '
            'style="border:0" onload="x" allow="autoplay" allowfullscreen>no frames</iframe>',
            '<iframe width="560" height="50%" src="https://www.youtube.com/embed/x?a=1&amp;b=2" title="t" '
            'allowfullscreen=""></iframe>',
        ),
        (
            '<iframe src="http://tv.naver.com/embed/1" width="calc(1)"></iframe>',
            '<iframe src="https://tv.naver.com/embed/1"></iframe>',
        ),
        ('<iframe data-src="https://youtube.com/e">', '<iframe src="https://youtube.com/e"></iframe>'),
        ('<iframe src="https://notyoutube.com/"></iframe>', '<a href="https://notyoutube.com/">https://notyoutube.com/</a>'),
        (
            '<iframe src="https://youtube.com.evil.example/" title="&lt;b&gt;"></iframe>',
            '<a href="https://youtube.com.evil.example/">&lt;b&gt;</a>',
        ),
        ('<iframe src="https://youtube.com@evil.example/"></iframe>', '<a href="https://evil.example/">https://evil.example/</a>'),
        ('<embed src="https://v.example/x.swf">', '<a href="https://v.example/x.swf">https://v.example/x.swf</a>'),
        ('<a href="x">y<iframe src="https://v.example/" title="z"></iframe></a>', f'<a href="{BASE}x">y</a><a href="https://v.example/">z</a>'),
    ],
)  # fmt: skip
def test_only_frames_of_trusted_hosts_stay_and_say_little(frame: str, html: str) -> None:
    assert clean_content(frame, BASE, HOSTS) == html


@pytest.mark.parametrize(
    "hole",
    [
        "<p>&nbsp;</p>",
        "<p><br></p>",
        "<p><b></b></p>",
        '<p data-ke-size="size16"><span style="x">&nbsp;<br/></span></p>',
        "<div>&nbsp;</div>",
        "<div><div><p> </p><p><i><b>&#8203;</b></i></p></div></div>",
        "<h2>&nbsp;</h2>",
        "<ul></ul>",
        '<figure><img src="data:x"><figcaption></figcaption></figure>',
        '<p><a href="/x"><svg><path d="x"/></svg></a></p>',
        "<p>\ufeff\u2060</p>",
        "<br><br/>",
    ],
)
def test_what_shows_nothing_leaves_no_hole(hole: str) -> None:
    assert clean_content(f"<p>a</p>{hole}<p>b</p>{hole}\n{hole}", BASE) == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("a<b> </b>b<i></i>c", "a bc"),
        ("a<p></p>b", "a\nb"),
        ("<p>a<br><br> <br>\n<br>b</p>", "<p>a<br><br>b</p>"),
        ("<p><br>a<br></p>", "<p>a</p>"),
        ("<table><tr><td></td><td>&nbsp;</td></tr></table>",
         "<table><tbody><tr><td></td><td>\xa0</td></tr></tbody></table>"),
        ("<ul><li></li><li>a</li></ul>", "<ul><li></li><li>a</li></ul>"),
        ("<div><hr></div>", "<div><hr></div>"),
        ("<p>a</p><p>\u200d</p>", "<p>a</p><p>\u200d</p>"),
    ],
)  # fmt: skip
def test_what_says_something_stays(markup: str, html: str) -> None:
    assert clean_content(markup, BASE) == html


@pytest.mark.parametrize(
    ("code", "html"),
    [
        ("<pre>\n\n  a\n\n\n    b <br><br><br></pre>", "<pre>\n\n  a\n\n\n    b <br><br><br></pre>"),
        ("<pre><code>\n  a\n</code></pre>", "<pre><code>\n  a\n</code></pre>"),
        ("<pre><b> </b>  <p></p></pre>", "<pre><b> </b>  <p></p></pre>"),
        ("<p><code> </code></p>", "<p><code> </code></p>"),
        ("<textarea rows=3>\n<b>x</b> &amp;\n    y</textarea>", "<pre>&lt;b&gt;x&lt;/b&gt; &amp;\n    y</pre>"),
        ("<textarea>open <b>", "<pre>open &lt;b&gt;</pre>"),
        ("</textarea>a", "a"),
    ],
)
def test_code_keeps_its_white_space(code: str, html: str) -> None:
    assert clean_content(code, BASE) == html
    assert clean_content(html, BASE) == html


def test_no_paragraph_stands_in_a_paragraph_when_what_held_it_is_gone() -> None:
    assert clean_content("<p>a<object data=x><p>b</p></object></p>", BASE) == "<p>a</p><p>b</p>"


def test_no_link_stands_in_a_link() -> None:
    markup = '<a href="x">a<table><a href="y">b</a></table></a>'
    html = clean_content(markup, BASE)
    assert f'<a href="{BASE}y">b</a>' in html
    assert clean_content(html, BASE) == html
