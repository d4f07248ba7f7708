from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

from feedsvc.model import Representation, Snapshot, Variant
from feedsvc.web.pages import IndexPages, PageFacts, group_feeds, render_index, root_of
from feedsvc.web.pages.assets import asset_path, find_asset, read_asset
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


class Outline(HTMLParser):
    """Every start tag with its attributes, and that every element is closed in order."""

    VOID = frozenset({"meta", "link"})

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
    assert tags.count("title") == 1
    assert tags.count("h1") == 1


def test_every_document_can_be_discovered_and_clicked_the_sites_first() -> None:
    outline = Outline(render_index(FACTS, [ECONOMY, *SITE]))
    discovered = [attributes for tag, attributes in outline.tags if tag == "link" and attributes["rel"] == "alternate"]
    hrefs = ["atom.xml", "rss.xml", "categories/%EA%B2%BD%EC%A0%9C%20a%3F/atom.xml"]
    assert [each["href"] for each in discovered] == hrefs
    assert discovered[0] == {
        "rel": "alternate", "type": "application/atom+xml", "title": "소식 (Atom)", "href": "atom.xml",
    }  # fmt: skip
    assert [attributes["href"] for tag, attributes in outline.tags if tag == "a" and "type" in attributes] == hrefs


def test_a_format_of_the_future_is_shown_by_its_name() -> None:
    assert ">opml</a>" in render_index(FACTS, [represent("/opml.xml", format_="opml")])


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
