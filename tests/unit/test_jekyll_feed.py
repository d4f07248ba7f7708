from __future__ import annotations

import pytest

from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.jekyll.feed import OldFeed, continue_feeds, old_feeds, uses_jekyll_feed, wants_tags
from feedsvc.posts.jekyll.feedtitles import feed_tables


def read(text: str) -> dict[str, Value]:
    matter = load_yaml(SourceText(path="_config.yml", text=text), 0, len(text))
    assert isinstance(matter, Matter), matter
    return dict(matter.values)


SITE = ("/feed.xml", "site", "")
CATEGORY_A = ("/feed/A.xml", "category", "A")
GROUP = "source 'x'\ngroup :jekyll_plugins do\n  gem 'a'\n  if x\n    gem 'b'\n  end\n  {}\nend\n"


@pytest.mark.parametrize(
    ("config", "gemfile", "uses"),
    [
        ("plugins: [a, jekyll-feed]", "", True),
        ("plugins: jekyll-feed", "", True),
        ("gems:\n- jekyll-feed", "", True),
        ("theme: minima", "", True),
        ("theme: other", "", False),
        ("plugins: [jekyll-feeder]", "", False),
        ("title: x", "", False),
        ("title: x", GROUP.format('gem "jekyll-feed", "~> 0.12"'), True),
        ("title: x", GROUP.format('# gem "jekyll-feed"'), False),
        ("title: x", GROUP.format("gem 'c'") + "gem 'jekyll-feed'\n", False),
        ("title: x", "gem 'jekyll-feed', group: :jekyll_plugins\n", True),
        ("title: x", "gem('jekyll-feed', :group => [:jekyll_plugins])\n", True),
        ("title: x", "gem 'jekyll-feed' # group: :jekyll_plugins\n", False),
        ("title: x", "group :test do\n  gem 'jekyll-feed'\nend\n", False),
    ],
)
def test_a_site_uses_the_plugin_where_jekyll_loads_it(config: str, gemfile: str, uses: bool) -> None:
    assert uses_jekyll_feed(read(config), gemfile) is uses


@pytest.mark.parametrize(
    ("feed", "feeds"),
    [
        ("x: y", [SITE]),
        ("path: blog/feed.atom", [("/blog/feed.atom", "site", "")]),
        ("collections: {posts: {path: /p.xml, categories: [A]}}", [("/p.xml", "site", ""), CATEGORY_A]),
        (
            "categories: [News, 경제, News]",
            [SITE, ("/feed/News.xml", "category", "News"), ("/feed/경제.xml", "category", "경제")],
        ),
        ("tags: true", [SITE, ("/feed/by_tag/a.xml", "tag", "a"), ("/feed/by_tag/b_1.xml", "tag", "b_1")]),
        ("tags: false", [SITE]),
        ("tags: {except: [a]}", [SITE, ("/feed/by_tag/b_1.xml", "tag", "b_1")]),
        ("tags: {only: [z, a], except: [a], path: t/}", [SITE, ("/t/z.xml", "tag", "z")]),
    ],
)  # fmt: skip
def test_the_plugins_feeds_are_where_its_settings_say(feed: str, feeds: list[tuple[str, str, str]]) -> None:
    found = old_feeds(read(f"feed:\n  {feed}"), ["b_1", "two words", "a", "태그"])
    assert found == tuple(OldFeed(path=path, kind=kind, label=label) for path, kind, label in feeds)


@pytest.mark.parametrize(
    ("feed", "wanted"),
    [
        ("tags: true", True),
        ("tags: {only: [a]}", False),
        ("tags: {except: [a]}", True),
        ("tags: false", False),
        ("a: b", False),
    ],
)
def test_tags_of_posts_are_asked_for_only_where_feeds_hang_on_them(feed: str, wanted: bool) -> None:
    assert wants_tags(read(f"feed: {{{feed}}}")) is wanted


def test_old_addresses_become_aliases_of_feeds_with_the_same_entries() -> None:
    found = continue_feeds(
        read("feed: {categories: [Deep Sea], tags: {only: [Sea]}, posts_limit: 1500, excerpt_only: true}")
    )
    assert found.feeds == {
        "id_style": "jekyll-feed",
        "min_entries": 1500,
        "max_entries": 1500,
        "content": "summary",
        "by": ["category", "tag"],
        "aliases": {
            "/feed.xml": "/atom.xml",
            "/feed/Deep Sea.xml": "/categories/deep-sea/atom.xml",
            "/feed/by_tag/Sea.xml": "/tags/sea/atom.xml",
        },
    }
    assert found.jekyll == {"smart_titles": True}


def test_without_settings_a_feed_goes_on_with_ten_entries_and_what_is_new() -> None:
    found = continue_feeds({})
    assert found.feeds == {"id_style": "jekyll-feed", "min_entries": 10, "aliases": {"/feed.xml": "/atom.xml"}}
    assert found.notes == ()


@pytest.mark.parametrize(
    ("feed", "own", "note"),
    [
        ("a: b", "/feed.xml", "/feed.xml is a file of the site's own"),
        ("path: rss.xml", "", "/rss.xml is an address of feedsvc's own now"),
        ("icon: /i.png", "", "feed: icon is not taken over"),
        ("logo: /i.png", "", "feed: logo is not taken over"),
        ("tags: true", "", "Tags that are new from now on"),
        ("collections: [recipes]", "", "The feed /feed/recipes.xml is not continued: there is no collection 'recipes'"),
        ("collections: {recipes: {path: r.atom}}", "", "The feed /r.atom is not continued"),
    ],
)
def test_what_is_not_continued_is_noted(feed: str, own: str, note: str) -> None:
    (told,) = continue_feeds(read(f"feed:\n  {feed}"), (), {own}).notes
    assert told.startswith(note)


def test_beside_collections_the_feed_of_posts_holds_no_more_than_it_did() -> None:
    feed = "collections: {recipes: {categories: [Fish]}}, tags: {only: [a]}"
    found = continue_feeds(read(f"feed: {{{feed}}}"), collections=["recipes", "notes"])
    assert found.feeds["by"] == ["category", "tag", "collection"]
    assert found.feeds["aliases"] == {
        "/feed.xml": "/collections/posts/atom.xml",
        "/feed/by_tag/a.xml": "/tags/a/atom.xml",
        "/feed/recipes.xml": "/collections/recipes/atom.xml",
    }
    assert found.collections == ("recipes",)
    assert "Feeds of single categories of the collection 'recipes' are not continued." in found.notes


def test_a_feed_that_is_where_feedsvcs_own_is_needs_no_alias() -> None:
    found = continue_feeds(read("feed: {path: /atom.xml}"))
    assert "aliases" not in found.feeds
    assert found.notes == ()


def test_feeds_keep_the_titles_that_the_plugin_gave_them() -> None:
    feeds = old_feeds(read("feed: {categories: [IT, it, Deep Sea], collections: [my_recipes], tags: {only: [Sea]}}"))
    assert feed_tables('The "Harbour"', feeds) == {
        "category": {"IT": {"title": "The “Harbour” | It"}, "Deep Sea": {"title": "The “Harbour” | Deep sea"}},
        "tag": {"Sea": {"title": "The “Harbour”"}},
        "collection": {"my_recipes": {"title": "The “Harbour” | My_recipes"}, "posts": {"title": "The “Harbour”"}},
    }


def test_feeds_of_a_site_without_a_title_have_no_tables() -> None:
    assert feed_tables("", old_feeds(read("feed: {categories: [News]}"))) == {}


def test_only_documents_of_the_plugin_are_continued() -> None:
    found = continue_feeds(read("feed: {categories: [News, Sea]}"), own_files={"/feed/Sea.xml"})
    assert [each.label for each in found.continued] == ["", "News"]
