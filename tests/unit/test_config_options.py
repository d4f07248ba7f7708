from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.config import Settings, fingerprint, make_settings
from feedsvc.config.declared import list_options
from feedsvc.errors import ConfigError
from feedsvc.model import Person

FILE = Path("/srv/site/feedsvc.toml")
SITE = '[site]\ntitle = "Harbour"\nurl = "https://harbour.example"\n'


def load(text: str = "", **environ: str) -> Settings:
    """Read ``text`` behind a [site] that is whole; environment variables without their prefix."""
    document = SITE + text
    variables = {f"FEEDSVC_{name}": value for name, value in environ.items()}
    return make_settings(tomllib.loads(document), variables, file=FILE, text=document)


def refusal(text: str = "", **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, **environ)
    return str(caught.value).splitlines()


def test_a_title_and_a_url_are_enough() -> None:
    settings = load()
    assert settings.base == Path("/srv/site")
    assert settings.site.timezone == ZoneInfo("UTC")
    assert settings.site.authors == ()
    assert settings.posts.dir == Path("/srv/site/_posts")
    assert settings.posts.patterns == ("**/*.md", "**/*.markdown", "**/*.html")
    assert settings.feeds.formats == ("atom", "rss", "json")
    assert settings.feeds.window == timedelta(hours=48)
    assert settings.feeds.max_bytes == 2_000_000
    assert settings.feeds.paths.tag == "/tags/{slug}/{file}"
    assert dict(settings.feeds.aliases) == {}
    assert settings.schedule.every == timedelta(minutes=5)
    assert settings.server.listen == "127.0.0.1:8000"
    assert settings.feeds_url == "https://harbour.example"


def test_settings_cannot_be_changed() -> None:
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.site.title = "Other"
    with pytest.raises(AttributeError):
        settings.base = Path()  # type: ignore[misc]


def test_the_token_is_not_in_the_repr() -> None:
    word = "hush-hush"
    settings = load(SERVER__TOKEN=word)
    assert settings.server.token == word
    assert word not in repr(settings)


def test_an_author_is_a_name_or_a_table() -> None:
    assert load('author = "Ann"').site.authors == (Person(name="Ann"),)
    both = load('author = { name = "Ann", email = "ann@harbour.example", uri = "https://ann.example/" }')
    assert both.site.authors == (Person(name="Ann", email="ann@harbour.example", uri="https://ann.example"),)
    (line,) = refusal('author = { email = "ann@harbour.example" }')
    assert line.startswith("feedsvc.toml:4: [site] author: an author needs a name")


def test_feeds_may_be_served_from_another_address() -> None:
    assert load('[server]\nurl = "https://feeds.example/"\n').feeds_url == "https://feeds.example"


def test_directories_are_relative_to_the_file() -> None:
    settings = load('[posts]\ndir = "../blog/./_posts"\n[publish]\ndir = "/var/www/feeds"\n')
    assert settings.posts.dir == Path("/srv/blog/_posts")
    assert settings.publish.dir == Path("/var/www/feeds")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('titel = "x"', "feedsvc.toml:4: [site] titel: no option has this name; did you mean title?"),
        ('window = "48h"', "feedsvc.toml:4: [site] window: no option has this name; it belongs in [feeds]"),
        ('windows = "48h"', "feedsvc.toml:4: [site] windows: no option has this name; did you mean window in [feeds]?"),
        (
            "[server]\nzzz = 1",
            "feedsvc.toml:5: [server] zzz: no option has this name; the options here are url, listen",
        ),
        ("[feed]\nby = []", "feedsvc.toml:4: feed: it is one table, and not a list of them; write [[feed]] above each"),
        ("[fed]\nby = []", "feedsvc.toml:4: fed: no option has this name; did you mean [feed"),
        ('[category]\ntitle = "x"', "feedsvc.toml:5: [category] title: 'x' is not a table; write its options below"),
        ('[category."경제"]\ntitel = ""', 'feedsvc.toml:5: [category."경제"] titel: no option has this name; did you'),
        ("[tag.a]\nwindow = 3", "feedsvc.toml:5: [tag.a] window: 3 is not a duration"),
        ("[tag.a]\nzzz = 3", "feedsvc.toml:5: [tag.a] zzz: no option has this name; the options here are formats"),
        ('[category."IT"]\n[category."it"]', "feedsvc.toml:4: category: 'it' is named twice, in two spellings"),
        ("[tag.a]\nmin_entries = 9\nmax_entries = 3", "feedsvc.toml:4: [tag] a: max_entries, 3, is less than min_"),
        ("[server]\nurl = ''\n[[feed]]\ntitle = 'x'", "feedsvc.toml:6: [[feed]] name: it is required and not given"),
        ("[[feed]]\nname = 'x'\n[[feed]]\nname = 'X'", "feedsvc.toml:7: [[feed]] name: 'X' and 'x' would have one"),
        (
            "[[feed]]\nname = 'x'\n[[feed]]\nname = 'y'\nmax_entries = 0",
            "feedsvc.toml:8: [[feed]] max_entries: 0 is too",
        ),
        ("[[feed]]\nname = 'x'\n[feed.include]\ntag = 'a'", "feedsvc.toml:7: [[feed]] include.tag: no option has this"),
        ("[[feed]]\nname = 'x'\ninclude = [{tags = [3]}]", "feedsvc.toml:6: [[feed]] include.tags: 3 is not text"),
        (
            "[[feed]]\nname = 'x'\n[feeds]\npaths.feed = '/x/{file}'",
            "feedsvc.toml:7: [feeds.paths] feed: '/x/{file}' lacks",
        ),
        ("[zzz]\nby = []", "feedsvc.toml:4: zzz: no option has this name; the tables are [site], [posts]"),
        ("[feeds.path]\nx = 1", "feedsvc.toml:4: [feeds] path: no option has this name; did you mean [feeds.paths]?"),
        ("[feeds]\nhistory = []", "feedsvc.toml:5: [feeds] history: no option has this name"),
        ("[schedule]\nnightly = true", "feedsvc.toml:5: [schedule] nightly: no option has this name"),
        ("[feeds]\nwindow = 48", "feedsvc.toml:5: [feeds] window: 48 is not a duration; write a number and a unit"),
        ("[feeds]\npaths.site = '/x'", "feedsvc.toml:5: [feeds.paths] site: '/x' lacks {file}"),
        ("[posts]\ndrafts = 'yes'", "feedsvc.toml:5: [posts] drafts: 'yes' is not a switch; write true or false"),
        ("[server]\nworkers = '2'", "feedsvc.toml:5: [server] workers: '2' is not a whole number"),
        ("[server]\nworkers = true", "feedsvc.toml:5: [server] workers: True is not a whole number"),
        ("[server]\nworkers = 0", "feedsvc.toml:5: [server] workers: 0 is too small; write 1 or more"),
        ("[server]\nworkers = 1000001", "feedsvc.toml:5: [server] workers: 1000001 is too large; write 1000000 or"),
        ("[feeds]\nby = 'tag'", "feedsvc.toml:5: [feeds] by: 'tag' is not a list; write it in brackets"),
        ("[feeds]\nby = ['tag', 'tags']", "feedsvc.toml:5: [feeds] by: 'tags' is not one of the choices; write 'cat"),
        ("[feeds]\nby = ['tag', 'tag']", "feedsvc.toml:5: [feeds] by: 'tag' is named twice"),
        ("[feeds]\nformats = []", "feedsvc.toml:5: [feeds] formats: the list is empty"),
        ("[feeds]\ncontent = 'all'", "feedsvc.toml:5: [feeds] content: 'all' is not one of the choices; write 'full'"),
        ("[feeds]\nmin_entries = 2000", "feedsvc.toml:4: [feeds] max_entries: 1000 is less than min_entries, 2000"),
        ("[schedule]\nevery = '5m'\ncron = '* * * * *'", "feedsvc.toml:6: [schedule] cron: every is given too"),
        ("[publish]\ndir = '_posts'", "feedsvc.toml:5: [publish] dir: /srv/site/_posts and the posts in"),
        ("[publish]\ndir = '_posts/public'", "feedsvc.toml:5: [publish] dir: /srv/site/_posts/public and the posts in"),
        ("[publish]\ndir = '.'\n[state]\ndir = '../v'", "feedsvc.toml:5: [publish] dir: /srv/site and the posts in"),
        ("[state]\ndir = 'public/var'", "feedsvc.toml:5: [state] dir: /srv/site/public/var is inside /srv/site/public"),
    ],
)
def test_a_wrong_option_is_reported_with_its_line(text: str, line: str) -> None:
    assert [each[: len(line)] for each in refusal(text)] == [line]


def test_a_table_that_is_none_is_reported() -> None:
    with pytest.raises(
        ConfigError, match=r"^feedsvc\.toml: feeds: 3 is not a table; write its options below a \[header"
    ):
        make_settings({"site": {"title": "a", "url": "http://a.example"}, "feeds": 3}, {}, file=FILE)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"category": 3}, "category: 3 is not a table; write its options below a [header"),
        ({"category": {"a": 3}}, "[category] a: 3 is not a table"),
        ({"feed": 3}, "feed: 3 is not a list"),
        ({"feed": [3]}, "[[feed]]: 3 is not a table"),
    ],
)
def test_what_is_no_table_of_a_single_feed_is_reported(table: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_settings({"site": {"title": "a", "url": "http://a.example"}} | table, {}, file=FILE)
    assert str(caught.value).startswith(f"feedsvc.toml: {reason}")


def test_two_kinds_of_feed_cannot_share_a_path() -> None:
    text = "[feeds]\nby = ['tag', 'author']\n[feeds.paths]\ntag = '/x/{slug}/{file}'\nauthor = '/x/{slug}/{file}'\n"
    (line,) = refusal(text)
    assert line.startswith("feedsvc.toml:8: [feeds.paths] author: '/x/{slug}/{file}' is the path of tag too")
    assert load(text.replace("'tag', ", "")).feeds.by == ("author",)


def test_everything_that_is_wrong_is_reported_a_line_each() -> None:
    lines = refusal('titel = "x"\n[feeds]\nwindow = 48\n', FEEDS__BY="[", SITE__TITEL="x")
    assert [line.split(":")[0] for line in lines] == ["FEEDSVC_FEEDS__BY", "FEEDSVC_SITE__TITEL", *["feedsvc.toml"] * 2]


def test_what_is_required_is_asked_for() -> None:
    with pytest.raises(ConfigError) as caught:
        make_settings({}, {}, file=FILE, shown="config/feedsvc.toml")
    first, second = str(caught.value).splitlines()
    assert first.startswith("config/feedsvc.toml: [site] title: it is required and not given; add it")
    assert second.startswith("config/feedsvc.toml: [site] url: it is required")


def test_a_line_inside_a_long_string_is_not_taken_for_an_option() -> None:
    text = 'description = """\n[feeds]\nwindow = 1\nit\'s\n"""\n[feeds]\n"window" = 2\n'
    assert refusal(text)[0].startswith("feedsvc.toml:10: [feeds] window: 2 is not a duration")


def test_every_option_can_be_set_in_the_environment() -> None:
    values = {
        "str": "x",
        "SITE__TITLE": "Other",
        "SITE__URL": "https://other.example",
        "SITE__AUTHOR": "Ann",
        "FEEDS__PATHS": '{ site = "/a/{file}" }',
    }
    for option in list_options():
        name = option.variable.removeprefix("FEEDSVC_")
        default = "" if option.default is None else option.default
        text = ",".join(default) if isinstance(default, tuple) else str(default).replace("{}", "")
        assert load(**{name: values.get(name, text)})


def test_the_environment_wins_and_is_read_by_each_option_s_own_type() -> None:
    settings = load(
        '[posts]\ndrafts = false\npatterns = ["*.txt"]\n[server]\nworkers = 2\n',
        SITE__AUTHOR='{ name = "Ann", email = "ann@harbour.example" }',
        POSTS__DRAFTS="On",
        POSTS__PATTERNS='["**/*.{md,html}", "*.md"]',
        POSTS__MAX_BYTES="3000",
        FEEDS__BY=" tag , author ,",
        FEEDS__WINDOW="3d",
        FEEDS__PATHS__TAG="/t/{slug}/{file}",
        FEEDS__PATHS="author=/by/{slug}/{file}",
        FEEDS__ALIASES="/feed.xml = /atom.xml, /rss = /rss.xml",
        SERVER__WORKERS="4",
    )
    assert settings.site.authors == (Person(name="Ann", email="ann@harbour.example"),)
    assert settings.posts.drafts is True
    assert settings.posts.patterns == ("**/*.{md,html}", "*.md")
    assert settings.posts.max_bytes == 3000
    assert settings.feeds.by == ("tag", "author")
    assert settings.feeds.window == timedelta(days=3)
    assert settings.feeds.paths.tag == "/t/{slug}/{file}"
    assert settings.feeds.paths.author == "/by/{slug}/{file}"
    assert dict(settings.feeds.aliases) == {"/feed.xml": "/atom.xml", "/rss": "/rss.xml"}
    assert settings.server.workers == 4


def test_tables_of_single_feeds_can_be_set_in_the_environment() -> None:
    settings = load(
        CATEGORY='{ "경제" = { title = "돈" } }',
        FEED='[{ name = "Top", include = { tags = "a" } }]',
        TAG="",
        LANGUAGE="{}",
    )
    assert settings.category["경제"].title == "돈"
    assert settings.feed[0].include[0].tags == ("a",)
    assert (settings.tag, settings.language) == ({}, {})


def test_a_table_is_found_by_any_spelling_of_its_term() -> None:
    assert list(load('[category."  IT\u0301 x"]\n[category."b"]\n').category) == ["b", "i\u0074\u0301 x"]


def test_the_path_of_rule_made_feeds_counts_only_where_there_are_some() -> None:
    text = "[feeds.paths]\nfeed = '/categories/{slug}/{file}'\n"
    assert load(text)
    (line,) = refusal(text + "[[feed]]\nname = 'x'\n")
    assert line.startswith(
        "feedsvc.toml:5: [feeds.paths] feed: '/categories/{slug}/{file}' is the path of category too"
    )


def test_an_author_s_name_can_be_set_by_itself() -> None:
    assert load('author = "Ann"\n', SITE__AUTHOR__NAME="Bob").site.authors == (Person(name="Bob"),)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("FEEDS__WINDOW", "48", "FEEDSVC_FEEDS__WINDOW: '48' is not a duration"),
        ("FEEDS__BY", "[tag", "FEEDSVC_FEEDS__BY: '[tag' is not written as TOML"),
        ("FEEDS__ALIASES", "/feed.xml", "FEEDSVC_FEEDS__ALIASES: '/feed.xml' is not a pair"),
        ("FEEDS__PATHS__SITE", "/x", "FEEDSVC_FEEDS__PATHS__SITE: '/x' lacks {file}"),
        ("FEEDS__PATHS", "site=/x", "FEEDSVC_FEEDS__PATHS: '/x' lacks {file}"),
        ("POSTS__DRAFTS", "maybe", "FEEDSVC_POSTS__DRAFTS: 'maybe' is not a switch"),
        ("SERVER__WORKERS", "two", "FEEDSVC_SERVER__WORKERS: 'two' is not a whole number"),
        ("SERVER__WORKERS", "9" * 5000, "FEEDSVC_SERVER__WORKERS: '999"),
        ("SITE__TITEL", "x", "FEEDSVC_SITE__TITEL: no option has this name; did you mean FEEDSVC_SITE__TITLE?"),
        ("SITE_URL", "x", "FEEDSVC_SITE_URL: no option has this name; did you mean FEEDSVC_SITE__URL?"),
        ("Q__Q", "x", "FEEDSVC_Q__Q: no option has this name"),
        ("FAR__WINDOWS", "x", "FEEDSVC_FAR__WINDOWS: no option has this name; did you mean FEEDSVC_FEEDS__WINDOW?"),
    ],
    ids=lambda text: text[:40],
)
def test_a_wrong_variable_is_reported_by_its_name(name: str, value: str, line: str) -> None:
    (reported,) = refusal(**{name: value})
    assert reported.startswith(line)


def test_variables_that_are_meant_for_others_are_left_alone() -> None:
    # Kubernetes sets these for a service that is called feedsvc.
    names = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8000_TCP", "PORT_8000_TCP_ADDR")
    assert load(CONFIG="x", DEBUG="1", CORPUS="x", KILLS="9", **dict.fromkeys(names, "1")) == load()


def test_a_cron_in_the_environment_replaces_the_file_s_interval() -> None:
    assert load('[schedule]\nevery = "5m"\n', SCHEDULE__CRON="0 * * * *").schedule.cron == "0 * * * *"
    settings = load('[schedule]\ncron = "0 * * * *"\n', SCHEDULE__EVERY="9m")
    assert (settings.schedule.cron, settings.schedule.every) == ("", timedelta(minutes=9))
    (line,) = refusal(SCHEDULE__CRON="0 * * * *", SCHEDULE__EVERY="9m")
    assert line.startswith("FEEDSVC_SCHEDULE__CRON: every is given too")


def test_the_document_itself_is_not_changed() -> None:
    document = {"site": {"title": "a", "url": "http://a.example"}, "schedule": {"every": "5m"}, "feeds": {"paths": {}}}
    environ = {"FEEDSVC_SCHEDULE__CRON": "0 * * * *", "FEEDSVC_FEEDS__PATHS__SITE": "/x/{file}"}
    make_settings(document, environ, file=FILE)
    assert document["schedule"] == {"every": "5m"}
    assert document["feeds"] == {"paths": {}}


@pytest.mark.parametrize(
    "text",
    [
        'language = "ko"',
        'author = "Ann"',
        "[posts]\nfuture = true",
        '[feeds]\nwindow = "47h"',
        '[feeds.aliases]\n"/feed.xml" = "/atom.xml"',
        '[feeds.paths]\nsite = "/x/{file}"',
        '[server]\nmax_age = "6m"',
        '[category."경제"]\ntitle = "x"',
        '[category."경제"]\ncontent = "full"',
        '[[feed]]\nname = "x"',
        '[posts]\nlanguages = ["ko"]',
    ],
)
def test_the_fingerprint_changes_with_what_shapes_a_feed(text: str) -> None:
    assert fingerprint(load(text)) != fingerprint(load())


def test_the_fingerprint_stays_where_no_byte_depends_on_the_option() -> None:
    text = """
[posts]
dir = "elsewhere"
[schedule]
every = "1h"
[server]
listen = "0.0.0.0:80"
workers = 9
stale_while_revalidate = "0s"
stale_if_error = "7d"
memory = "1GB"
token = "hush"
[publish]
dir = "out"
[state]
dir = "state"
"""
    assert fingerprint(load(text)) == fingerprint(load())
    assert len(fingerprint(load())) == 32


def test_the_fingerprint_is_of_values_and_not_of_how_they_are_written() -> None:
    one = load('[feeds]\nwindow = "48h"\naliases = { "/a" = "/atom.xml", "/b" = "/rss.xml" }')
    other = load('[feeds]\nwindow = "2d"\naliases = { "/b" = "/rss.xml", "/a" = "/atom.xml" }')
    assert fingerprint(one) == fingerprint(other)
    one = load('[tag.a]\nwindow = "48h"\n[tag.b]\n[[feed]]\nname = "x"\ninclude = { tags = "a" }')
    other = load('[tag.b]\n[tag.A]\nwindow = "2d"\n[[feed]]\ninclude = [{ tags = ["a"] }]\nname = " x "')
    assert fingerprint(one) == fingerprint(other)
