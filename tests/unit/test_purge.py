"""What caches are asked, form by form, and which addresses an edition has: pure.

Of Fastly and Cloudflare nothing can be run here: what they are sent is compared with what their documentation shows
(Fastly: reference of the purging API, "Purge a URL"; Cloudflare: API, "Purge Cached Content", and "Purge cache" for its
limits), and nothing but that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.announce.addresses import list_addresses
from feedsvc.announce.backoff import next_pause
from feedsvc.announce.purge import PurgeTerms, fill_template, make_request, split_paths
from feedsvc.config import Settings
from feedsvc.config.load import make_settings
from feedsvc.errors import ConfigError
from feedsvc.model import SITE, Moves, Representation, Variant

SERVER = "https://feeds.example"
PATH, ON_THE_WIRE = "/categories/환경/atom.xml", "/categories/%ED%99%98%EA%B2%BD/atom.xml"
SECRET = "-".join(("s3cret", "of", "the", "cache"))
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def terms(form: str, token: str = "", method: str = "PURGE") -> PurgeTerms:
    return PurgeTerms(form=form, server_url=SERVER, token=token, method=method)


@pytest.mark.parametrize(
    ("cache", "url"),
    [
        ("http://127.0.0.1:6081/", f"http://127.0.0.1:6081{ON_THE_WIRE}"),
        ("http://cache.example/feeds", f"http://cache.example/feeds{ON_THE_WIRE}"),
    ],
)
def test_varnish_gets_a_purge_of_the_path_on_the_wire_under_the_public_host(cache: str, url: str) -> None:
    request = make_request(terms("varnish-purge"), cache, [PATH])
    assert (request.method, request.url, request.body) == ("PURGE", url, b"")
    assert request.headers == {"Host": "feeds.example"}


def test_varnish_gets_one_ban_for_many_paths_whose_dots_are_dots() -> None:
    request = make_request(terms("varnish-ban"), "http://127.0.0.1:6081/", [PATH, "/atom.xml"])
    assert (request.method, request.url) == ("BAN", "http://127.0.0.1:6081/")
    ban = "(?i)^(?:/categories/%ED%99%98%EA%B2%BD/atom[.]xml|/atom[.]xml)$"
    assert request.headers == {"Host": "feeds.example", "X-Ban-Path": ban}


def test_bans_stay_below_what_varnish_takes_of_a_header() -> None:
    paths = [f"/categories/{'환경' * 20}{number}/atom.xml" for number in range(300)]
    parts = list(split_paths(terms("varnish-ban"), paths))
    assert [path for part in parts for path in part] == paths
    sizes = [len(make_request(terms("varnish-ban"), "http://c/", part).headers["X-Ban-Path"]) for part in parts]
    assert len(parts) < 50
    assert max(sizes) < 8000


def test_fastly_gets_a_post_for_the_url_without_its_scheme() -> None:
    # POST /purge/www.example.com/path/to/object-to-purge, Fastly-Key: YOUR_FASTLY_TOKEN, Accept: application/json
    fastly = replace(terms("fastly", "YOUR_FASTLY_TOKEN"), server_url="https://www.example.com")
    request = make_request(fastly, "https://api.fastly.com/", ["/path/to/object-to-purge"])
    assert (request.method, request.url) == (
        "POST",
        "https://api.fastly.com/purge/www.example.com/path/to/object-to-purge",
    )
    assert request.headers == {"Fastly-Key": "YOUR_FASTLY_TOKEN", "Accept": "application/json"}
    assert not request.body


def test_cloudflare_gets_urls_a_hundred_at_a_time() -> None:
    zone = "https://api.cloudflare.com/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache"
    cloudflare = replace(terms("cloudflare", SECRET), server_url="http://www.example.com")
    request = make_request(cloudflare, zone, ["/css/styles.css", "/js/index.js"])
    assert (request.method, request.url) == ("POST", zone)
    assert request.headers == {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    files = ["http://www.example.com/css/styles.css", "http://www.example.com/js/index.js"]
    assert json.loads(request.body) == {"files": files}
    many = [f"/{number}.xml" for number in range(250)]
    assert [len(part) for part in split_paths(cloudflare, many)] == [100, 100, 50]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            b'{"success": true, "errors": [], "messages": [], "result": {"id": "9a7806061c88ada191ed06f989cc3dac"}}',
            True,
        ),
        (b'{"success": false, "errors": [{"code": 1012, "message": "Request must contain ..."}]}', False),
        (b'{"success": true, "result', True),
        (b"[" * 5000, True),
        (b"[]", True),
    ],
)
def test_cloudflare_may_say_in_its_answer_that_it_failed(said: bytes, expected: bool) -> None:
    assert make_request(terms("cloudflare", SECRET), "https://c/purge_cache", ["/a"]).is_success(said) is expected


@pytest.mark.parametrize(
    ("template", "url"),
    [
        (
            "https://api.example/purge?key=1&url={url}",
            "https://api.example/purge?key=1&url=https%3A%2F%2Ffeeds.example%2Fcategories%2F%25ED%2599%2598%25EA%25B2%25BD"
            "%2Fatom.xml",
        ),
        ("http://127.0.0.1/purge{path}", f"http://127.0.0.1/purge{ON_THE_WIRE}"),
        (
            "http://127.0.0.1/p?path={path}",
            "http://127.0.0.1/p?path=%2Fcategories%2F%25ED%2599%2598%25EA%25B2%25BD%2Fatom.xml",
        ),
    ],
)
def test_a_template_is_filled_so_that_a_query_gives_back_the_address(template: str, url: str) -> None:
    assert fill_template(template, SERVER, PATH) == url
    request = make_request(terms("url", SECRET, "POST"), template, [PATH])
    assert (request.method, request.url) == ("POST", url)
    assert request.headers == {"Authorization": f"Bearer {SECRET}"}


@given(
    st.sampled_from(["varnish-purge", "varnish-ban", "fastly", "cloudflare", "url"]),
    st.lists(st.text(min_size=1), unique=True),
)
def test_paths_are_split_into_all_of_them_in_order(form: str, paths: list[str]) -> None:
    paths = [path for path in paths if path.isprintable()]
    assert [path for part in split_paths(terms(form), paths) for path in part] == paths


@pytest.mark.parametrize("form", ["varnish-purge", "varnish-ban", "fastly", "cloudflare", "url"])
def test_no_secret_is_in_what_is_shown_of_a_request_or_of_settings(form: str) -> None:
    told = terms(form, SECRET)
    assert SECRET not in repr(told) + repr(make_request(told, "https://cache.example/{url}", [PATH]))
    assert SECRET not in repr(settings(form="url", to=["https://c/{url}"], token=SECRET).purge)


def representation(
    path: str, etag: str, feed: tuple[str, str] = SITE, *, at: int = 0, alias_of: str = ""
) -> Representation:
    return Representation(
        path=path,
        media_type="application/atom+xml",
        last_modified=NOW + timedelta(seconds=at),
        entry_count=1,
        variants=(Variant(coding="identity", etag=etag, size=1),),
        feed=feed,
        format="atom",
        title="",
        alias_of=alias_of,
    )


ECONOMY = ("category", "경제")
EDITION = (
    representation("/atom.xml", "a"),
    representation("/feed.xml", "a", alias_of="/atom.xml"),
    representation("/opml.xml", "o", ("list", "opml")),
    representation("/categories/환경/atom.xml", "b", ("category", "환경")),
    representation("/categories/경제/atom.xml", "c", ECONOMY),
)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_an_edition_has_the_addresses_of_documents_aliases_lists_pages_and_of_what_is_away() -> None:
    moves = Moves(moved={"/old.xml": "/atom.xml", "/x/*": "/y/*"}, gone=frozenset({"/tags/it/atom.xml"}))
    assert list_addresses(EDITION, moves).keys() == {
        *(each.path for each in EDITION),
        *("/", "/latest/", "/categories/환경/", "/categories/경제/", "/old.xml", "/tags/it/atom.xml"),
    }


def test_a_change_of_a_feed_changes_its_documents_and_the_pages_that_show_it() -> None:
    before = list_addresses(EDITION, Moves())
    after = list_addresses((*EDITION[:-1], representation("/categories/경제/atom.xml", "d", ECONOMY, at=1)), Moves())
    assert changed(before, after) == {"/categories/경제/atom.xml", "/categories/경제/", "/"}
    assert before == list_addresses(EDITION, Moves())


def test_bytes_that_come_back_are_another_version_since_a_cache_may_have_those_in_between() -> None:
    before = list_addresses(EDITION, Moves())
    after = list_addresses((*EDITION[:-1], representation("/categories/경제/atom.xml", "c", ECONOMY, at=9)), Moves())
    assert "/categories/경제/atom.xml" in changed(before, after)


def test_what_goes_or_moves_changes_its_address() -> None:
    before, path = list_addresses(EDITION, Moves()), "/categories/경제/atom.xml"
    gone = list_addresses(EDITION[:-1], Moves(gone=frozenset({path})))
    assert changed(before, gone) == {path, "/categories/경제/", "/"}
    moved = list_addresses(EDITION[:-1], Moves(gone=frozenset({path}), moved={path: "/atom.xml"}))
    assert changed(gone, moved) == {path}


def test_caches_are_tried_again_sooner_than_hubs() -> None:
    assert next_pause(1, 0.5, first=timedelta(seconds=1)) == timedelta(seconds=1)
    assert next_pause(4, 0.5, first=timedelta(seconds=1)) == timedelta(seconds=8)


def settings(publish: Mapping[str, object] | None = None, **purge: Any) -> Settings:
    document = {"site": {"title": "t", "url": SERVER}, "purge": purge, "publish": dict(publish or {})}
    return make_settings(document, {}, file=Path("/site/feedsvc.toml"))


@pytest.mark.parametrize(
    ("purge", "reason"),
    [
        ({"to": ["cache.example"]}, "not an absolute http or https URL"),
        ({"to": ["http://c/", "http://c/"]}, "named twice"),
        ({"to": ["http://c/?a=1"]}, "'http://c/' is no address for the form 'varnish-purge'"),
        ({"to": ["http://c/{path}"], "form": "fastly", "token": "t"}, "no address for the form 'fastly'"),
        ({"to": ["http://c/purge"], "form": "url"}, "says nowhere what to drop"),
        ({"to": ["http://c/{file}"], "form": "url"}, "unknown placeholder {file}"),
        ({"to": ["http://{url}/x"], "form": "url"}, "placeholder in its host"),
        ({"to": ["https://api.cloudflare.com/"], "form": "cloudflare", "token": "t"}, "not where Cloudflare is told"),
        ({"to": ["https://api.fastly.com/"], "form": "fastly"}, "[purge] token: it is empty"),
        ({"form": "nginx"}, "form"),
        ({"token": f"{SECRET} with blanks"}, "[purge] token"),
        ({"to": [f"ftp://c/?key={SECRET}&u={{url}}"], "form": "url"}, "[purge] to: it is no http or https URL"),
    ],
)
def test_what_does_not_go_together_is_refused_without_its_secrets(purge: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(**purge)
    assert reason in str(refused.value)
    assert SECRET not in str(refused.value)


def test_templates_keep_their_braces_and_the_token_comes_from_the_environment() -> None:
    template = "https://api.example/purge?key=1&url={url}"
    document = {"site": {"title": "t", "url": SERVER}, "purge": {"to": [template], "form": "url"}}
    environ = {"FEEDSVC_PURGE__TOKEN": SECRET}
    purge = make_settings(document, environ, file=Path("/site/feedsvc.toml")).purge
    assert (purge.to, purge.token) == ((template,), SECRET)


@pytest.mark.parametrize(
    ("publish", "to", "seconds"),
    [
        ({}, [], 0),
        ({}, ["http://c/"], 1),
        ({"target": "s3://bucket/x"}, [], 3),
        ({"target": "s3://bucket/x", "settle": "0s"}, ["http://c/"], 0),
        ({"settle": "90s"}, [], 90),
    ],
)
def test_an_edition_settles_as_long_as_its_servers_need(publish: dict[str, str], to: list[str], seconds: int) -> None:
    assert settings(publish, to=to).settle == timedelta(seconds=seconds)


def test_nobody_waits_for_days_until_an_edition_has_settled() -> None:
    with pytest.raises(ConfigError, match=r"\[publish\] settle: '2h' is too long"):
        settings({"settle": "2h"})
