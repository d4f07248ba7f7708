from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ConfigError
from feedsvc.feeds.archive import find_squatter, name_page, page_path, parse_page_path
from feedsvc.feeds.catalog import CatalogRules, SiteFacts, list_feeds
from feedsvc.feeds.render import RenderRules, render_feed, render_page
from feedsvc.model import Entry, FeedSpec, TermInUse

NAME = "0123456789abcdef"
RULES = RenderRules(content="full", max_bytes=1_000_000)
LEAD = {each: f"https://example.org/archive/{NAME}/{each}" for each in ("atom", "rss", "json")}


def test_a_page_is_beside_its_document_and_named_after_an_id() -> None:
    assert page_path("/atom.xml", NAME) == f"/archive/{NAME}/atom.xml"
    assert (
        page_path("https://example.org/c/%EA/feed.json", NAME) == f"https://example.org/c/%EA/archive/{NAME}/feed.json"
    )
    assert name_page("https://example.org/1/") == "36e32ca3c37ef01f" != name_page("https://example.org/2/")


@given(st.text(alphabet="/a.é가\n", min_size=1).map(lambda text: f"/{text}"), st.integers(0, 2**64 - 1))
def test_the_path_of_a_page_is_read_back(document: str, number: int) -> None:
    file = document.rpartition("/")[2]
    expected = (document, f"{number:016x}") if file else None
    assert parse_page_path(page_path(document, f"{number:016x}")) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/atom.xml",
        f"/archive/{NAME}",
        f"/archive/{NAME}/",
        f"archive/{NAME}/atom.xml",
        f"/xarchive/{NAME}/atom.xml",
        f"/archive/{NAME.upper()}/atom.xml",
        f"/archive/{NAME}0/atom.xml",
        "/archive/../atom.xml",
        f"/archive/{NAME}/../atom.xml/x",
        "/archive/０123456789abcdef/atom.xml",
    ],
)
def test_what_is_no_page_is_not_taken_for_one(path: str) -> None:
    assert parse_page_path(path) is None


@pytest.mark.parametrize(
    "path", ["/archive", f"/archive/{NAME}", f"/archive/{NAME}/atom.xml", "/categories/it/archive"]
)
def test_nothing_else_may_be_where_pages_belong(path: str) -> None:
    assert find_squatter(["/x.xml", path], ["/atom.xml", "/categories/it/atom.xml"]) == path


@pytest.mark.parametrize(
    "path", ["/archive/atom.xml", "/archive/x/atom.xml", f"/archive/{NAME}/rss.xml", "/it/archive"]
)
def test_a_category_may_be_called_archive(path: str) -> None:
    assert find_squatter([path], ["/atom.xml", "/categories/it/atom.xml"]) == ""


def test_a_feed_at_the_address_of_a_page_is_refused_where_there_are_archives() -> None:
    facts = SiteFacts(
        id="https://example.org",
        title="Example",
        url="https://example.org",
        description="",
        language="en",
        authors=(),
        server_url="https://example.org",
        ttl=5,
    )
    term = TermInUse(kind="category", key=NAME, label=NAME, slug=NAME)
    rules = CatalogRules(
        formats=("atom",),
        by=("category",),
        paths={"site": "/{file}", "category": "/archive/{slug}/{file}"},
        aliases={},
        archives=("atom",),
    )
    with pytest.raises(ConfigError, match=rf'"/archive/{NAME}/atom\.xml" .* is where pages of an archive belong'):
        list_feeds(facts, [term], rules)
    assert len(list_feeds(facts, [term], replace(rules, archives=()))) == 2
    assert len(list_feeds(facts, [term], replace(rules, archives=("rss",)))) == 2


@pytest.mark.parametrize("has_more", [False, True])
def test_documents_lead_to_the_archive_if_there_is_more_and_are_else_as_without_one(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry], *, has_more: bool
) -> None:
    entries = [make_entry("a"), make_entry("b")]
    with_archive = render_feed(make_feed(), entries, RULES, archive=LEAD, has_more=has_more).documents
    without = render_feed(make_feed(), entries, RULES).documents
    for one, other in zip(with_archive, without, strict=True):
        assert (LEAD[one.location.format].encode() in one.body) == has_more
        assert (one.body == other.body) != has_more
        assert b"purl.org/syndication/history" not in one.body


def test_what_max_bytes_cuts_off_is_led_to_and_the_link_fits_too(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]
) -> None:
    entries = [make_entry(f"post-{number}", content=f"<p>{'x' * (300 + number)}</p>") for number in range(12)]
    whole = max(len(document.body) for document in render_feed(make_feed(), entries, RULES).documents)
    for max_bytes in (*range(whole - 700, whole, 7), whole):
        rules = replace(RULES, max_bytes=max_bytes)
        rendered = render_feed(make_feed(), entries, rules, archive=LEAD)
        assert (rendered.left_out > 0) == (max_bytes < whole)
        for document in rendered.documents:
            assert len(document.body) <= max_bytes
            assert (LEAD[document.location.format].encode() in document.body) == (rendered.left_out > 0)


def test_a_page_holds_all_its_entries_however_large(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]
) -> None:
    feed = make_feed()
    entries = [make_entry(f"post-{number}", content="<p>long</p>" * 100) for number in range(30)]
    for location in feed.locations:
        page = replace(location, path=page_path(location.path, NAME), current=location.self_link)
        document = render_page(feed, page, entries, replace(RULES, max_bytes=1000))
        assert document.entry_count == 30
        assert location.self_link.encode() in document.body
