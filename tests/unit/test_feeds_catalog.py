from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ConfigError
from feedsvc.feeds.catalog import CatalogRules, SiteFacts, document_paths, list_feeds, unanswered_aliases
from feedsvc.model import FeedSpec, Person, TermInUse

PATHS = {"site": "/{file}", "category": "/categories/{slug}/{file}", "tag": "/tags/{slug}/{file}"}
ECONOMY = TermInUse(kind="category", key="경제", label="경제", slug="경제")
IT = TermInUse(kind="category", key="it", label="IT", slug="it")


def site(**changes: Any) -> SiteFacts:
    facts: dict[str, Any] = {
        "id": "https://example.org",
        "title": "Example",
        "url": "https://example.org",
        "description": "News",
        "language": "ko",
        "authors": (),
        "server_url": "https://feeds.example.org/",
        "ttl": 5,
    }
    return SiteFacts(**(facts | changes))


def rules(**changes: Any) -> CatalogRules:
    facts: dict[str, Any] = {"formats": ("atom", "rss", "json"), "by": ("category",), "paths": PATHS, "aliases": {}}
    return CatalogRules(**(facts | changes))


def paths(specs: tuple[FeedSpec, ...]) -> list[str]:
    return [location.path for spec in specs for location in spec.locations]


def test_the_site_has_a_feed_in_every_format_even_without_terms() -> None:
    (spec,) = list_feeds(site(), (), rules())
    assert (spec.kind, spec.key) == ("site", "")
    assert [(each.format, each.path) for each in spec.locations] == [
        ("atom", "/atom.xml"),
        ("rss", "/rss.xml"),
        ("json", "/feed.json"),
    ]
    assert spec.locations[0].self_link == "https://feeds.example.org/atom.xml"
    assert spec.alternate_link == "https://example.org/"
    assert (spec.title, spec.subtitle, spec.language, spec.ttl) == ("Example", "News", "ko", 5)


def test_a_category_of_another_script_keeps_its_letters_in_the_path_and_percent_encodes_the_link() -> None:
    _, spec = list_feeds(site(), [ECONOMY], rules(formats=("rss",)))
    assert spec.title == "Example – 경제"
    assert spec.locations[0].path == "/categories/경제/rss.xml"
    assert spec.locations[0].self_link == "https://feeds.example.org/categories/%EA%B2%BD%EC%A0%9C/rss.xml"


def test_a_decomposed_slug_is_composed_in_path_and_link() -> None:
    decomposed = TermInUse(kind="category", key="é", label="é", slug="e\u0301")
    _, spec = list_feeds(site(), [decomposed], rules(formats=("atom",)))
    assert spec.locations[0].path == "/categories/\u00e9/atom.xml"
    assert spec.locations[0].self_link.endswith("/categories/%C3%A9/atom.xml")


def test_a_site_below_a_path_keeps_that_path_in_front_of_its_feeds() -> None:
    (spec,) = list_feeds(site(url="https://example.org/blog", server_url="https://example.org/blog"), (), rules())
    assert spec.locations[0].self_link == "https://example.org/blog/atom.xml"
    assert spec.locations[0].path == "/atom.xml"
    assert spec.alternate_link == "https://example.org/blog"


def test_feeds_are_listed_by_kind_as_asked_for_and_then_by_label() -> None:
    tag = TermInUse(kind="tag", key="a", label="A", slug="a")
    author = TermInUse(kind="author", key="x", label="X", slug="x")
    apple = TermInUse(kind="category", key="apple", label="apple", slug="apple")
    specs = list_feeds(site(), [tag, apple, ECONOMY, author, IT], rules(by=("category", "tag")))
    assert [spec.title.removeprefix("Example – ") for spec in specs] == ["Example", "IT", "apple", "경제", "A"]


def test_the_id_of_a_feed_outlives_formats_paths_slugs_and_the_server() -> None:
    first = list_feeds(site(), [ECONOMY], rules())
    moved = TermInUse(kind="category", key="경제", label="경제!", slug="경제-2")
    second = list_feeds(
        site(server_url="https://other.example"),
        [moved],
        rules(formats=("json",), paths={"site": "/all/{file}", "category": "/c/{slug}/{file}"}),
    )
    assert [spec.id for spec in first] == [spec.id for spec in second]
    assert [spec.id for spec in first] == [
        "https://example.org/",
        "https://example.org/#category=%EA%B2%BD%EC%A0%9C",
    ]


def test_a_feed_without_an_author_is_by_the_site() -> None:
    (anonymous,) = list_feeds(site(), (), rules())
    assert anonymous.authors == (Person(name="Example"),)
    person = Person(name="Ann", email="ann@example.org")
    (signed,) = list_feeds(site(authors=(person,)), (), rules())
    assert signed.authors == (person,)


def test_the_feed_of_a_language_is_in_that_language() -> None:
    korean = TermInUse(kind="language", key="ko-kr", label="ko-KR", slug="ko-kr")
    where = {"site": "/{file}", "language": "/languages/{slug}/{file}"}
    _, spec = list_feeds(site(language="en"), [korean], rules(by=("language",), paths=where))
    assert spec.language == "ko-KR"


def test_an_alias_is_found_however_its_path_is_written() -> None:
    aliases = {
        "/old%20feed.xml": "/atom.xml",
        "/feed/경제.xml": "/categories/%EA%B2%BD%EC%A0%9C/atom.xml",
        "/a": "/atom.xml",
    }
    specs = list_feeds(site(), [ECONOMY], rules(aliases=aliases))
    assert specs[0].locations[0].aliases == ("/a", "/old feed.xml")
    assert specs[1].locations[0].aliases == ("/feed/경제.xml",)
    assert document_paths(specs)[:4] == ("/atom.xml", "/a", "/old feed.xml", "/rss.xml")
    assert len(document_paths(specs)) == 9


def test_an_alias_of_a_feed_that_has_no_posts_now_is_told_and_stops_nothing() -> None:
    wanted = rules(aliases={"/feed.xml": "/atom.xml", "/feed/economy.xml": "/categories/경제/atom.xml"})
    specs = list_feeds(site(), [IT], wanted)
    assert "/feed/economy.xml" not in document_paths(specs)
    assert unanswered_aliases(specs, wanted) == ("/feed/economy.xml",)


@pytest.mark.parametrize(
    ("aliases", "reason"),
    [
        ({"/rss.xml": "/atom.xml"}, '"/rss.xml" would be both feed "Example" and alias of "/atom.xml"'),
        ({"/feed.xml": "/atom.xml", "/feed%2Exml": "/rss.xml"}, "would be both alias"),
        ({"feed.xml": "/atom.xml"}, '"feed.xml" is not a path'),
        ({"/categories": "/atom.xml"}, 'would be a folder of "/categories/it/atom.xml"'),
        ({"/atom.xml/old": "/rss.xml"}, '"/atom.xml" (feed "Example") would be a folder of "/atom.xml/old"'),
    ],
)
def test_an_alias_that_cannot_be_served_is_refused(aliases: dict[str, str], reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        list_feeds(site(), [IT], rules(aliases=aliases))
    assert reason in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "template"),
    [
        ("site", "/feed"),
        ("site", "{file}"),
        ("site", "/{file}{file}"),
        ("site", "/{slug}/{file}"),
        ("category", "/{file}"),
        ("category", "/{slug}/{name}/{file}"),
        ("category", "/{slug}/{file"),
    ],
)
def test_a_template_that_cannot_be_right_is_refused_by_its_option(kind: str, template: str) -> None:
    with pytest.raises(ConfigError) as caught:
        list_feeds(site(), (), rules(paths=PATHS | {kind: template}))
    assert caught.value.where == f"feeds.paths.{kind}"
    assert template in caught.value.reason


def test_a_kind_without_a_path_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"feeds\.paths\.author: no path"):
        list_feeds(site(), (), rules(by=("author",)))


def test_two_feeds_at_one_path_are_refused() -> None:
    shared = {"site": "/{file}", "category": "/{slug}/{file}", "tag": "/{slug}/{file}"}
    tag = TermInUse(kind="tag", key="it", label="it", slug="it")
    with pytest.raises(ConfigError, match=r'"/it/atom\.xml" would be both feed "Example – IT" and feed "Example – it"'):
        list_feeds(site(), [IT, tag], rules(by=("category", "tag"), paths=shared))


@given(st.permutations([ECONOMY, IT, TermInUse(kind="category", key="a", label="A", slug="a")]))
def test_the_order_in_which_terms_come_does_not_matter(terms: list[TermInUse]) -> None:
    assert paths(list_feeds(site(), terms, rules())) == paths(list_feeds(site(), sorted(terms, key=str), rules()))


def test_asking_which_feeds_exist_imports_neither_feedgen_nor_lxml() -> None:
    code = (
        "import sys, feedsvc.feeds.catalog, feedsvc.feeds.selection, feedsvc.feeds.render;"
        "sys.exit(bool({'feedgen', 'lxml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
