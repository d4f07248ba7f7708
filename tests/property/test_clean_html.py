"""Whatever HTML an author writes, what is published is whole, leads somewhere and stays as it is."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.posts.content import clean_content
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE

BASE = "https://example.org/blog/2024/post/"
HOSTS = ("youtube.com",)
VOID = re.compile(r"<(br|col|hr|img|source|track|wbr)((?: [a-z-]+=\"[^\"]*\")*)>")
URL_ATTRIBUTES = {"href", "src", "cite", "poster"}
NEVER = {"script", "style", "form", "object", "embed", "noscript", "x-noscript", "textarea", "select", "button", "svg"}

INLINES = "a b br button code em font i img math noscript script select span style svg textarea x-noscript"
BLOCKS = "article blockquote center div figure form h2 hr li object ol p pre section table tbody td template th tr ul"
MEDIA = "embed iframe img picture source video"
NAMES = st.sampled_from(f"{INLINES} {BLOCKS} {MEDIA}".split())
LINKS = st.sampled_from([' href="x"', " href='/y z'", ' href="#f"', ' href="javascript:x"', ' cite="?q"'])
SOURCES = st.sampled_from(
    [' src="i.png"', " src=//h.example/i.png", ' src="data:x"', ' poster="p"', ' srcset="a.png 1x, data:x 2x"']
)
LAZY = st.sampled_from(
    [' data-src="l.png"', ' data-srcset="a 1x, /b 2x"', ' data-lazy="true"', ' data-poster="../p.png"']
)
PIXELS = st.sampled_from(
    [' style="display:none"', " hidden", ' width="1" height="1"', ' src="https://www.youtube.com/embed/x"']
)
OTHERS = st.sampled_from(["", ' title="<b>&quot;"', ' onclick="x"', " id=i", ' class="c"'])
ATTRIBUTES = LINKS | SOURCES | LAZY | PIXELS | OTHERS
OPEN = st.builds(lambda name, attributes: f"<{name}{attributes}>", NAMES, ATTRIBUTES)
CLOSE = st.builds("</{}>".format, NAMES)
TEXT = st.sampled_from(
    ["a", " ", "\n", "&nbsp;", "&amp;lt;", "<", ">", '"', "\u200b", "한", "&lt;b>", "\n\n  x", "<!-- c -->"]
)
MARKUP = st.lists(OPEN | CLOSE | TEXT | st.text(max_size=3), max_size=14).map("".join)


def as_xml(html: str) -> etree._Element:
    closed = VOID.sub(r"<\1\2/>", UNPUBLISHABLE.sub("", html))
    return etree.fromstring(f"<div>{closed}</div>".encode())


@settings(max_examples=600, deadline=None)
@given(MARKUP)
@example("<pre>\n\ncode</pre>")
@example("<p>a<object><p>b</p></object></p>")
@example("<nscript>\ufeff \ufeffx")
def test_what_is_clean_is_whole_and_stays_as_it_is(markup: str) -> None:
    html = clean_content(markup, BASE, HOSTS)
    as_xml(html)
    assert clean_content(html, BASE, HOSTS) == html


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_no_attribute_holds_a_relative_url_and_nothing_acts_or_hides(markup: str) -> None:
    html = clean_content(markup, BASE, HOSTS)
    for element in as_xml(html).iter():
        assert element.tag not in NEVER
        for name, value in element.attrib.items():
            assert name not in {"style", "hidden", "id", "onclick"}
            assert not str(name).startswith("data-")
            assert name not in URL_ATTRIBUTES or str(value).startswith(("https://", "http://"))
        for candidate in re.findall(r"\S+", element.get("srcset", ""))[::2]:
            assert candidate.startswith("https://")
