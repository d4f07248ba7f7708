"""The links in a page's head that lead to feeds."""

from __future__ import annotations

from datetime import UTC, datetime

from feedsvc.feeds.autodiscovery import list_links
from feedsvc.model import Representation, Variant

TYPES = {"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml", "json": "application/feed+json"}


def document(path: str, form: str, title: str, kind: str = "site", key: str = "", alias_of: str = "") -> Representation:
    return Representation(
        path=path,
        media_type=TYPES[form],
        last_modified=datetime(2024, 1, 1, tzinfo=UTC),
        entry_count=1,
        variants=(Variant(coding="identity", etag="e", size=1),),
        feed=(kind, key),
        format=form,
        title=title,
        alias_of=alias_of,
    )


def test_the_sites_feed_comes_first_and_the_main_format_of_each() -> None:
    documents = [
        document("/c/바다/rss.xml", "rss", "뉴스 – 바다", "category", "바다"),
        document("/c/바다/atom.xml", "atom", "뉴스 – 바다", "category", "바다"),
        document("/tags/a/rss.xml", "rss", "뉴스 – a", "tag", "a"),
        document("/c/강/rss.xml", "rss", "뉴스 – 강", "category", "강"),
        document("/rss.xml", "rss", "뉴스"),
        document("/atom.xml", "atom", "뉴스"),
        document("/feed.xml", "atom", "뉴스", alias_of="/atom.xml"),
    ]
    assert list(list_links(documents, "https://example.org/", ("rss", "atom"))) == [
        '<link rel="alternate" type="application/rss+xml" title="뉴스 (RSS)" href="https://example.org/rss.xml">',
        '<link rel="alternate" type="application/atom+xml" title="뉴스 (Atom)" href="https://example.org/atom.xml">',
        '<link rel="alternate" type="application/rss+xml" title="뉴스 – 강" href="https://example.org/c/%EA%B0%95/rss.xml">',
        '<link rel="alternate" type="application/rss+xml" title="뉴스 – 바다 (RSS)"'
        ' href="https://example.org/c/%EB%B0%94%EB%8B%A4/rss.xml">',
        '<link rel="alternate" type="application/atom+xml" title="뉴스 – 바다 (Atom)"'
        ' href="https://example.org/c/%EB%B0%94%EB%8B%A4/atom.xml">',
        '<link rel="alternate" type="application/rss+xml" title="뉴스 – a" href="https://example.org/tags/a/rss.xml">',
    ]


def test_what_html_would_read_is_escaped() -> None:
    (line,) = list_links([document("/a&b.xml", "atom", '"Tom" & <Co>')], "https://example.org/x?a=1&b", ("atom",))
    assert 'title="&quot;Tom&quot; &amp; &lt;Co&gt;"' in line
    assert 'href="https://example.org/x?a=1&amp;b/a%26b.xml"' in line
