"""Readers that send `A-IM: feed` by default, over the real service: deltas leave them where whole answers would."""

from __future__ import annotations

import importlib
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import LiveSite

Change = Callable[["LiveSite"], None]


def _add(site: LiveSite) -> None:
    site.write_post("2024-07-12-1.md", "새 소식")


def _edit(site: LiveSite) -> None:
    site.write_post("2024-07-11-4.md", "고친 기사", "IT")


def _add_two_and_edit(site: LiveSite) -> None:
    site.write_post("2024-07-13-1.md", "둘째 소식")
    site.write_post("2024-07-13-2.md", "셋째 소식")
    site.write_post("2024-07-12-1.md", "고친 소식")


def _withdraw(site: LiveSite) -> None:
    (site.posts / "2024-07-11-7.md").unlink()


CHANGES: tuple[tuple[Change, int], ...] = ((_add, 226), (_edit, 226), (_add_two_and_edit, 226), (_withdraw, 200))
"""What authors do, and what answers who asks for a delta; in Atom a delta says what was withdrawn (RFC 6721)."""


def _status(status: int, path: str) -> int:
    return 226 if path == "/atom.xml" else status


def _build(site: LiveSite) -> None:
    """Build, and wait until every worker serves the edition: each follows on its own."""
    old = site.get("/rss.xml").headers["etag"]
    built = site.run("build")
    assert built.returncode == 0, built.stderr
    site.wait_until(lambda: all(site.get("/rss.xml").headers["etag"] != old for _ in range(20)), "the edition", 5)


@pytest.fixture
def quiet_site(live_site: LiveSite) -> LiveSite:
    """The site, served; its next build of its own is an hour away."""
    live_site.start()
    return live_site


@pytest.mark.parametrize("path", ["/rss.xml", "/atom.xml"])
def test_feedparser_is_sent_what_changed_and_ends_with_the_entries_of_the_feed(quiet_site: LiveSite, path: str) -> None:
    seen = feedparser.parse(f"{quiet_site.url}{path}")
    titles = {entry.id: entry.title for entry in seen.entries}
    for change, status in ((change, _status(status, path)) for change, status in CHANGES):
        change(quiet_site)
        _build(quiet_site)
        seen = feedparser.parse(f"{quiet_site.url}{path}", etag=seen.etag, modified=seen.get("modified"))
        found = {entry.id: entry.title for entry in seen.entries}
        titles = found if status == 200 else {**titles, **found}
        body = quiet_site.get(path).body
        whole = feedparser.parse(body)
        # feedparser itself does not tell of them.
        told = re.findall(rb'<at:deleted-entry ref="(.*?)"', body)
        titles = {id_: title for id_, title in titles.items() if id_.encode() not in told}
        assert (seen.status, seen.bozo) == (status, False)
        assert len(seen.entries) < 4 or status == 200
        assert titles == {entry.id: entry.title for entry in whole.entries}
        assert feedparser.parse(f"{quiet_site.url}{path}", etag=seen.etag).status == 304


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Make a reader that follows one feed and notes the status of every answer."""
    # reader 3.26 imports sgmllib without requiring it; feedparser's own fork of it is the same module.
    monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    with ExitStack() as made:

        def make(url: str, statuses: list[int], *, with_deltas: bool) -> Any:
            reader = made.enter_context(make_reader(":memory:"))
            http: Any = reader._parser.get_retriever(url)  # where its documentation has plugins put their hooks
            http.response_hooks.append(lambda _, response, *__, **___: statuses.append(response.status_code))
            if not with_deltas:
                http.request_hooks.append(lambda _, request, **__: request.headers.pop("A-IM") and None)
            reader.add_feed(url)
            reader.update_feed(url)
            return reader

        yield make


def _entries(reader: Any) -> dict[str, tuple[str, str]]:
    return {entry.id: (entry.title, str(entry.get_content())) for entry in reader.get_entries()}


@pytest.mark.parametrize("path", ["/rss.xml", "/atom.xml", "/feed.json"])
def test_reader_ends_with_the_same_entries_from_deltas_and_from_whole_answers(
    quiet_site: LiveSite, follow: Callable[..., Any], path: str
) -> None:
    url = f"{quiet_site.url}{path}"
    answers: tuple[list[int], list[int]] = ([], [])
    with_deltas = follow(url, answers[0], with_deltas=True)
    without = follow(url, answers[1], with_deltas=False)
    for change, _ in CHANGES:
        change(quiet_site)
        _build(quiet_site)
        for reader in (with_deltas, without):
            reader.update_feed(url)
        assert _entries(with_deltas) == _entries(without)
    assert answers == ([200, *(_status(status, path) for _, status in CHANGES)], [200] * 5)


def test_a_delta_is_still_made_after_a_restart_and_a_kill(quiet_site: LiveSite) -> None:
    etag = quiet_site.get("/feed.json").headers["etag"]
    _add(quiet_site)
    _build(quiet_site)
    assert quiet_site.process is not None
    quiet_site.process.send_signal(signal.SIGKILL)
    quiet_site.process.wait()
    quiet_site.wait_until(lambda: quiet_site.try_get("/healthz") == 0, "the workers end")
    quiet_site.start()
    _edit(quiet_site)
    _build(quiet_site)
    answer = quiet_site.get("/feed.json", {"A-IM": "feed", "If-None-Match": etag})
    assert answer.status == 226
    assert [item["title"] for item in json.loads(answer.body)["items"]] == ["새 소식", "고친 기사"]
