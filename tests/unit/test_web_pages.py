from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from feedsvc.model import WEEKS, FeedFacts, Representation, Snapshot, Variant
from feedsvc.web.pages import IndexPages, PageFacts, Wish, read_wish, root_of
from feedsvc.web.pages.assets import asset_path, find_asset, read_asset
from feedsvc.web.pages.chart import HEIGHT, draw_bars, weekly_counts
from feedsvc.web.pages.index import MOST, make_catalog
from feedsvc.web.pages.index import render_index as render_catalog
from feedsvc.web.pages.listing import Group, list_feeds
from feedsvc.web.pages.listing import group_feeds as group_listed
from feedsvc.web.pages.readers import reader_links
from feedsvc.web.pages.search import haystack, matches
from feedsvc.words import load_words

FACTS = PageFacts(
    title="소식 <&>", description='"뉴스"', language="ko", server_url="https://example.org", words=load_words("ko")
)


def represent(
    path: str, *, feed: tuple[str, str] = ("site", ""), format_: str = "atom", title: str = "소식", alias_of: str = ""
) -> Representation:
    return Representation(
        path=path,
        media_type=f"application/{format_}+xml",
        last_modified=datetime(2024, 7, 11, tzinfo=UTC),
        entry_count=1,
        variants=(Variant(coding="identity", etag="a", size=1),),
        feed=feed,
        format=format_,
        title=title,
        alias_of=alias_of,
    )


SITE = [represent("/rss.xml", format_="rss"), represent("/atom.xml"), represent("/feed.xml", alias_of="/atom.xml")]
ECONOMY = represent("/categories/경제 a?/atom.xml", feed=("category", "경제"), title="경제 </title>")
TAG = represent("/tags/x/atom.xml", feed=("tag", "x"), title="x")
IT = represent("/categories/it/atom.xml", feed=("category", "it"), title="IT")
OWN = represent("/feeds/top/atom.xml", feed=("feed", "top"), title="top")
OTHER = represent("/others/x/atom.xml", feed=("zone", "x"), title="x")


LIST = represent("/opml.xml", feed=("list", "opml"), format_="opml")
FACTS_OF = {
    ("site", ""): FeedFacts("뉴스", "둘", "https://example.org/2/", datetime(2024, 7, 11, tzinfo=UTC), 2844, (2, 0, 1)),
    ("category", "it"): FeedFacts(
        "뉴스", "<i>", "https://example.org/1/", datetime(2024, 6, 1, tzinfo=UTC), 2842, (1,)
    ),
    ("category", "경제"): FeedFacts("돈 이야기"),
}


def show(representations: Iterable[Representation]) -> Snapshot:
    return Snapshot(
        id="1",
        representations={each.path: each for each in representations},
        read_body=lambda path, coding: b"",
        feeds=FACTS_OF,
    )


def render_index(
    facts: PageFacts, representations: Iterable[Representation], wish: Wish | None = None, readers: tuple[str, ...] = ()
) -> str:
    return render_catalog(facts, make_catalog(show(representations), facts.title), wish or Wish(), readers)


def group_feeds(representations: Iterable[Representation]) -> tuple[Group, ...]:
    return group_listed(list_feeds(representations, FACTS_OF, "소식 <&>"))


class Outline(HTMLParser):
    """Every start tag with its attributes, and that every element is closed in order."""

    VOID = frozenset({"meta", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_site_comes_first_then_kinds_and_titles_and_aliases_are_left_out() -> None:
    groups = group_feeds([OTHER, OWN, TAG, ECONOMY, IT, *SITE])
    assert [(group.kind, [feed.title for feed in group.feeds]) for group in groups] == [
        ("site", ["소식"]),
        ("category", ["IT", "경제 </title>"]),
        ("tag", ["x"]),
        ("feed", ["top"]),
        ("zone", ["x"]),
    ]
    assert [document.href for document in groups[0].feeds[0].documents] == ["atom.xml", "rss.xml"]


def test_the_order_of_the_manifest_does_not_reach_the_page() -> None:
    everything = [OTHER, TAG, ECONOMY, IT, *SITE]
    assert render_index(FACTS, everything) == render_index(FACTS, reversed(everything))


def test_the_page_is_well_formed_and_nothing_authored_is_markup() -> None:
    outline = Outline(render_index(FACTS, [ECONOMY, *SITE]))
    assert outline.open == []
    tags = [tag for tag, _ in outline.tags]
    assert not {"style", "em"} & set(tags)
    assert [attributes for tag, attributes in outline.tags if tag == "script"] == [
        {"src": f".{asset_path('js')}", "defer": None}
    ]
    assert all(not name.startswith(("on", "style")) for _, attributes in outline.tags for name in attributes)
    assert outline.tags[0] == ("html", {"lang": "ko", "dir": "ltr"})
    assert tags[: tags.index("body")].count("title") == 1
    assert tags.count("h1") == 1


def test_every_document_can_be_discovered_and_clicked_the_sites_first() -> None:
    outline = Outline(render_index(FACTS, [ECONOMY, *SITE]))
    discovered = [attributes for tag, attributes in outline.tags if tag == "link" and attributes["rel"] == "alternate"]
    hrefs = ["atom.xml", "rss.xml", "categories/%EA%B2%BD%EC%A0%9C%20a%3F/atom.xml"]
    assert [each["href"] for each in discovered] == hrefs
    assert discovered[0] == {
        "rel": "alternate", "type": "application/atom+xml", "title": "소식 (Atom)", "href": "atom.xml",
    }  # fmt: skip
    assert [each["href"] for tag, each in outline.tags if tag == "a" and "type" in each] == hrefs


def test_a_format_of_the_future_is_shown_by_its_name() -> None:
    assert ">owl</a>" in render_index(FACTS, [represent("/x.owl", format_="owl")])


def test_a_site_without_feeds_says_so() -> None:
    assert "아직 피드가 없습니다." in render_index(FACTS, [])


def test_a_site_without_a_description_has_no_empty_one() -> None:
    facts = PageFacts(title="t", description="", language="en", server_url="https://example.org")
    assert "description" not in render_index(facts, SITE)


def test_the_index_is_made_once_for_each_edition() -> None:
    pages = IndexPages(FACTS, max_age=5)
    one = Snapshot(id="1", representations={each.path: each for each in SITE}, read_body=lambda path, coding: b"")
    other = Snapshot(id="2", representations={}, read_body=lambda path, coding: b"")
    page = pages.get(one)
    assert pages.get(one) is page
    assert pages.get(other).resource.variants != page.resource.variants


def test_the_style_sheet_knows_dark_and_light_and_loads_nothing() -> None:
    text = read_asset("css")
    assert "prefers-color-scheme: dark" in text
    assert "url(" not in text
    assert "@import" not in text


def test_an_asset_is_kept_for_ever_at_the_address_of_its_bytes_only() -> None:
    for extension in ("css", "js"):
        today = find_asset(asset_path(extension), max_age=5)
        assert today.resource.cache_control == "public, max-age=31536000, immutable"
        for path in (f"/-/x.0123456789ab.{extension}", f"/-/x.{extension}"):
            other = find_asset(path, max_age=5)
            assert other.bodies == today.bodies
            assert other.resource.cache_control == "public, max-age=5"


def test_the_root_is_told_relatively_from_each_page() -> None:
    assert [root_of(path) for path in ("/", "/x", "/-/", "/categories/경제/", "/categories/경제/atom.xml")] == [
        "./", "./", "../", "../../", "../../",
    ]  # fmt: skip


def test_what_authors_wrote_is_marked_where_the_words_around_it_are_in_another_language() -> None:
    facts = PageFacts(
        title="أخبار", description="", language="ar", server_url="https://example.org", words=load_words("ar")
    )
    outline = Outline(render_index(facts, SITE))
    assert outline.tags[0] == ("html", {"lang": "en", "dir": "ltr"})
    assert ("h1", {"lang": "ar", "dir": "rtl"}) in outline.tags
    facts = PageFacts(
        title="x", description="", language="fr", server_url="https://example.org", words=load_words("fr")
    )
    assert ("h1", {"lang": "fr"}) in Outline(render_index(facts, SITE)).tags


def test_lists_of_feeds_are_no_feeds_but_one_can_be_had() -> None:
    assert 'href="./opml.xml"' in render_index(FACTS, [*SITE, LIST])
    assert "opml" not in render_index(FACTS, SITE)
    assert group_feeds([LIST, *SITE]) == group_feeds(SITE)


def test_a_feed_is_called_by_what_is_its_own() -> None:
    titled = represent("/tags/y/atom.xml", feed=("tag", "y"), title="소식 <&> – y")
    (group,) = group_feeds([titled])
    assert (group.feeds[0].title, group.feeds[0].name) == ("소식 <&> – y", "y")


def test_a_description_is_shown_where_it_is_not_the_sites() -> None:
    text = render_index(FACTS, [ECONOMY, IT, *SITE])
    assert text.count('class="feed-text"') == 1
    assert "돈 이야기" in text


def test_the_last_entry_is_told_with_its_day_in_the_zone_of_the_site() -> None:
    late = PageFacts(
        title="x", description="", language="ko", server_url="https://example.org", timezone="America/New_York"
    )
    text = render_index(late, [IT, *SITE])
    assert "Last: 10 July 2024" in text
    assert '<a href="https://example.org/1/" lang="ko">&lt;i&gt;</a>' in text


def test_weeks_are_counted_back_from_the_newest_of_any_feed_without_a_clock() -> None:
    counts = weekly_counts(FACTS_OF["site", ""], 2844)
    assert (len(counts), counts[-3:], sum(counts)) == (WEEKS, (1, 0, 2), 3)
    assert weekly_counts(FACTS_OF["category", "it"], 2844)[-3:] == (1, 0, 0)
    assert sum(weekly_counts(FACTS_OF["category", "it"], 2842 + WEEKS)) == 0
    assert sum(weekly_counts(FACTS_OF["category", "경제"], 2844)) == 0


def test_bars_are_as_high_as_there_are_entries_and_a_week_without_is_a_line() -> None:
    assert draw_bars((0, 6, 3)) == f"M0 24v-1h3v1zM4 24v-{HEIGHT}h3v{HEIGHT}zM8 24v-12h3v12z"
    assert draw_bars((1,)) == "M0 24v-8h3v8z"


def test_an_edition_of_a_version_that_knew_no_facts_is_shown_without_them() -> None:
    text = render_index(FACTS, [TAG])
    assert "<svg" not in text
    assert "<time" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("경제", True),
        ("\u1100\u1167\u11bc", True),
        ("ㄱㅈ", True),
        ("경ㅈ", True),
        ("겨", True),
        ("ㄴㅅ 경제", True),
        ("CAFE", True),
        ("café", True),
        ("경제 x", False),
        ("ㅈㄱ", False),
        ("겅", False),
    ],
)
def test_a_search_means_what_is_typed_in_any_case_and_in_hangul_what_is_begun(query: str, found: bool) -> None:
    assert matches(query, haystack("경제 뉴스", "Café")) is found


def test_a_search_shows_the_feeds_it_means_and_says_how_many() -> None:
    text = render_index(FACTS, [ECONOMY, IT, *SITE], Wish(query="ㄱㅈ"))
    assert text.count("<h3") == 1
    assert "피드 1개를 찾았습니다" in text
    assert 'value="ㄱㅈ"' in text
    assert "noindex" in text
    assert "data-find-in-place" not in text
    assert "그런 이름의 피드가 없습니다" in render_index(FACTS, SITE, Wish(query='"><script>'))


def test_more_feeds_than_a_page_holds_are_on_several_and_searched_by_the_server() -> None:
    many = [represent(f"/tags/{n}/atom.xml", feed=("tag", f"{n:04}"), title=f"{n:04}") for n in range(2 * MOST)]
    pages = [render_index(FACTS, [*many, *SITE], Wish(page=number)) for number in (1, 2, 3, 99)]
    assert [page.count("<h3") for page in pages] == [MOST, MOST, 1, 1]
    assert pages[2] == pages[3]
    assert 'href="./?page=2"' in pages[0]
    assert 'rel="alternate"' in pages[0]
    assert pages[0].count('rel="alternate"') == 2
    assert "data-find-in-place" not in pages[0]
    assert 'href="./?q=0&amp;page=2"' in render_index(FACTS, [*many, *SITE], Wish(query="0"))


@pytest.mark.parametrize(
    ("query", "page", "wish"),
    [
        ("", "", Wish()),
        (" a  b ", "2", Wish(query="a b", page=2)),
        ("x" * 1000, "x", Wish(query="x" * 100)),
        ("", "0", Wish()),
        ("", "-1", Wish()),
        ("", "9" * 5000, Wish()),
        ("", "²", Wish()),
    ],
)
def test_whatever_a_query_string_says_is_bounded(query: str, page: str, wish: Wish) -> None:
    assert read_wish(query, page) == wish


def test_readers_are_linked_with_the_address_encoded_and_the_one_here_by_its_scheme() -> None:
    url = "https://example.org/categories/%EA%B2%BD/atom.xml"
    links = reader_links(url, ("feedly", "feedbin", "local"))
    assert [link.href for link in links] == [
        "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fexample.org%2Fcategories%2F%25EA%25B2%25BD%2Fatom.xml",
        "https://feedbin.com/?subscribe=https%3A%2F%2Fexample.org%2Fcategories%2F%25EA%25B2%25BD%2Fatom.xml",
        f"feed:{url}",
    ]
    assert "이 기기의 구독기" in render_index(FACTS, SITE, readers=("local",))


def test_what_somebody_searched_for_is_neither_kept_here_nor_in_a_cache() -> None:
    pages, snapshot = IndexPages(FACTS, max_age=5), show(SITE)
    first = pages.get(snapshot)
    found = pages.get(snapshot, Wish(query="x"))
    assert found.resource.cache_control == "no-store"
    assert [each.coding for each in found.resource.variants] == ["identity"]
    assert pages.get(snapshot, Wish()) is first


def test_a_feed_leads_to_its_own_page_where_it_has_one() -> None:
    pages = IndexPages(FACTS, max_age=5, pages_of=lambda _: {("category", "경제"): "/categories/경제/"})
    text = pages.get(show([ECONOMY, IT])).bodies["identity"].decode()
    assert text.count('<a href="./categories/%EA%B2%BD%EC%A0%9C/">') == 1
