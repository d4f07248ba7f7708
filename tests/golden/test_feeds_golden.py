"""The feeds of a few awkward posts, byte for byte, beside this file.

After a change that is meant to change them: ``pytest tests/golden --rewrite-golden``, and read the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.feeds.catalog import CatalogRules, FeedWords, SiteFacts, list_feeds
from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.feeds.stylesheet import stylesheet_href
from feedsvc.model import Category, Enclosure, Entry, FeedSpec, Image, Person, Post, TermInUse

HERE = Path(__file__).parent / "feeds"
SITE = "https://news.example.kr"
MIDNIGHT = datetime(2024, 7, 10, 15, tzinfo=UTC)  # of 11 July in Seoul
MINJI = Person(name="김민지", email="minji@news.example.kr")
PARK = Person(name="박 & 이", uri=f"{SITE}/about/")

POSTS = (
    Post(
        path="2024-07-11-2.md",
        name_key="2024-07-11-000002",
        digest="2",
        body_digest="2",
        proposed_id=f"{SITE}/posts/2/",
        title="「'장금이' \"전국\" 확대」… 지역 식당 30곳 & 시장 1&1 행사",
        alternate_link=f"{SITE}/posts/2/",
        published=MIDNIGHT,
        updated=MIDNIGHT,
        summary='시장은 "먹거리 < 사람"이라며 R&D 예산을 늘린다고 밝혔다. 🍲',
        content=(
            f'<p><img src="{SITE}/assets/img/breaking.jpg" alt="속보"></p>\n'
            "<h2>장터 & 식당</h2>\n<p>&nbsp;</p>\n<ul>\n<li>첫째 &lt;둘째&gt;</li>\n</ul>\n"
            f'실시간 소식은, <a href="{SITE}/">{SITE}</a>'
        ),
        image=Image(
            href=f"{SITE}/assets/img/breaking.jpg", media_type="image/jpeg", length=48213, width=1200, height=630
        ),
        thumbnail=Image(
            href=f"{SITE}/assets/img/small.webp", media_type="image/webp", length=2113, width=160, height=84
        ),
        banner=Image(href="https://images.example/wide.jpg", media_type="image/jpeg"),
    ),
    Post(
        path="2024-07-11-10.md",
        name_key="2024-07-11-000010",
        digest="10",
        body_digest="10",
        proposed_id=f"{SITE}/posts/10/",
        title="<b> 태그와 ]]> 를 제목에 쓰는 법 🚀",
        alternate_link=f"{SITE}/posts/10/",
        published=MIDNIGHT,
        updated=MIDNIGHT + timedelta(days=2, hours=3, microseconds=7),
        summary="",
        content="<p>본문의 ]]&gt; 와 &lt;item&gt;, &lt;entry&gt;, &amp;lt; 는 글자일 뿐이다.</p>",
        authors=(MINJI,),
        image=Image(href="https://images.example/cover"),
    ),
    Post(
        path="2024-07-09-podcast.md",
        name_key="2024-07-09-podcast",
        digest="p",
        body_digest="p",
        proposed_id="tag:news.example.kr,2024:podcast-1",
        title='Episode 1: what\'s "new"?',
        alternate_link=f"{SITE}/posts/podcast/",
        published=datetime(2024, 7, 9, 1, 2, 3, tzinfo=UTC),
        updated=datetime(2024, 7, 9, 1, 2, 3, tzinfo=UTC),
        summary="Half an hour\nin two lines.",
        content="<p>Shownotes.</p>",
        authors=(MINJI, PARK),
        language="en",
        enclosures=(
            Enclosure(href=f"{SITE}/audio/1.mp3", media_type="audio/mpeg", length=123456, duration=1805),
            Enclosure(href=f"{SITE}/video/1.mp4", media_type="video/mp4", length=9876543, duration=1806),
            Enclosure(href=f"{SITE}/files/notes.pdf", media_type="application/pdf"),
        ),
    ),
    Post(
        path="2024-01-05-short.md",
        name_key="2024-01-05-short",
        digest="s",
        body_digest="s",
        proposed_id=f"{SITE}/posts/short/",
        title="짧은 알림",
        alternate_link=f"{SITE}/posts/short/",
        published=datetime(2024, 1, 4, 15, tzinfo=UTC),
        updated=datetime(2024, 1, 4, 15, tzinfo=UTC),
        summary="본문 없는 글.",
        content="",
        authors=(PARK,),
        enclosures=(Enclosure(href=f"{SITE}/files/notice.pdf", media_type="application/pdf"),),
    ),
)
LABELS = {"2024-07-11-2.md": ("경제", "R&D"), "2024-07-11-10.md": ("경제",), "2024-07-09-podcast.md": ("IT",)}


@pytest.fixture
def specs() -> tuple[FeedSpec, ...]:
    site = SiteFacts(
        id=SITE,
        title="예시 뉴스",
        url=SITE,
        description="빠르고 & 바른 소식",
        language="ko-KR",
        authors=(MINJI,),
        server_url=SITE,
        ttl=5,
    )
    rules = CatalogRules(
        formats=("atom", "rss", "json"),
        by=("category", "feed"),
        paths={"site": "/{file}", "category": "/categories/{slug}/{file}", "feed": "/feeds/{slug}/{file}"},
        aliases={},
        words={("feed", "IT"): FeedWords(title="IT & 방송", subtitle="<듣는> 소식", formats=("atom", "rss"))},
    )
    terms = [
        TermInUse(kind="category", key="경제", label="경제", slug="경제"),
        TermInUse(kind="feed", key="IT", label="IT", slug="it"),
    ]
    return list_feeds(site, terms, rules)


@pytest.mark.parametrize(("content", "folder"), [("full", ""), ("summary", "summary")])
def test_the_documents_are_these_bytes(
    specs: tuple[FeedSpec, ...], assert_golden: Callable[[Path, bytes], None], content: str, folder: str
) -> None:
    entries = [
        Entry(
            id=post.proposed_id,
            post=post,
            categories=tuple(Category(term=label, label=label) for label in LABELS.get(post.path, ())),
        )
        for post in POSTS
    ]
    rules = RenderRules(
        content="full" if content == "full" else "summary", max_bytes=10**6, stylesheet=stylesheet_href(SITE)
    )
    for spec in specs:
        chosen = [entry for entry in entries if not spec.key or spec.key in LABELS.get(entry.post.path, ())]
        for document in render_feed(spec, chosen, rules).documents:
            assert_golden(HERE / folder / document.location.path.lstrip("/"), document.body)
