"""The fast path by itself: what it answers, what it leaves to Flask, what it holds, and what it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feedsvc.model import Snapshot
from feedsvc.web.fastpath import FastPath
from feedsvc.web.freshness import Freshness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.parametrize("with_fast_path", [True], indirect=True, ids=["fast path"])

PATH = "/atom.xml"


class Rig:
    """A fast path before an application that only notes that it was asked."""

    def __init__(self, world: Any, memory: int = 1_000_000) -> None:
        self.world = world
        self.passed_on = 0
        self.layer = FastPath(
            self.app,
            lambda: self.world.snapshot,
            freshness=Freshness(max_age=300),
            memory=memory,
            clock=lambda: world.now.timestamp(),
        )

    def app(self, _environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.passed_on += 1
        start_response("200 OK", [("X-From", "Flask")])
        return [b"Flask"]

    def ask(self, path: str = PATH, method: str = "GET", **headers: str) -> tuple[str, dict[str, str], bytes]:
        told: list[Any] = []
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "h", "SERVER_PROTOCOL": "HTTP/1.1"}
        environ.update({f"HTTP_{name}": value for name, value in headers.items()})
        body = b"".join(self.layer(environ, lambda *given: told.append(given)))  # type: ignore[arg-type]
        status, listed = told[0]
        # PEP 3333 lets a server do this.
        fields = dict(listed)
        listed.clear()
        return status, fields, body


@pytest.fixture
def rig(world: Any) -> Rig:
    return Rig(world)


def etag(snapshot: Snapshot, coding: str = "identity") -> str:
    return next(each.etag for each in snapshot.representations[PATH].variants if each.coding == coding)


def test_feeds_are_answered_without_flask_again_and_again(rig: Rig) -> None:
    for _ in range(3):
        assert rig.ask()[2] == rig.world.snapshot.read_body(PATH, "identity")
        assert rig.ask(IF_NONE_MATCH=f'"{etag(rig.world.snapshot)}"')[0] == "304 NOT MODIFIED"
        assert rig.ask(IF_NONE_MATCH=f'"{etag(rig.world.snapshot)}"', A_IM="feed")[0] == "304 NOT MODIFIED"
        assert rig.ask("/categories/경제/rss.xml".encode().decode("latin-1"))[0] == "200 OK"
    assert rig.passed_on == 0


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", PATH, {}),
        ("OPTIONS", PATH, {}),
        ("get", PATH, {}),
        ("GET", PATH, {"HOST": ""}),
        ("GET", PATH, {"A_IM": "feed"}),
        ("GET", PATH, {"A_IM": "feed", "IF_NONE_MATCH": '"x"'}),
        ("GET", PATH, {"IF_MATCH": "*"}),
        ("GET", PATH, {"IF_UNMODIFIED_SINCE": "Thu, 11 Jul 2024 12:00:00 GMT"}),
        ("GET", "/", {}),
        ("GET", "", {}),
        ("GET", "/nowhere", {}),
        ("GET", "//atom.xml", {}),
        ("GET", "/categories/경제/rss.xml", {}),
    ],
)
def test_what_is_unusual_goes_on_to_flask(rig: Rig, method: str, path: str, headers: Mapping[str, str]) -> None:
    rig.ask()
    assert rig.ask(path, method, **headers)[2] == b"Flask"
    assert rig.passed_on == 1
    assert sum(rig.layer.served.counts.values()) == 1


def test_before_the_first_edition_flask_answers(rig: Rig) -> None:
    rig.world.snapshot = None
    assert rig.ask()[2] == b"Flask"


def test_answers_are_those_of_the_edition_that_is_current(empty_world: Any) -> None:
    rig = Rig(empty_world)
    for text in ("가", "나", "가"):
        empty_world.snapshot = empty_world.publish(text)
        _, fields, body = rig.ask()
        assert fields["ETag"] == f'"{etag(empty_world.snapshot)}"'
        assert body == empty_world.snapshot.read_body(PATH, "identity")


def test_an_answer_is_forgotten_when_the_clock_passes_what_it_was_decided_by(rig: Rig) -> None:
    changed = rig.world.snapshot.representations[PATH].last_modified
    rig.world.now = changed - timedelta(seconds=1)
    assert "Last-Modified" not in rig.ask()[1]
    rig.world.now = changed
    assert "Last-Modified" in rig.ask()[1]
    rig.world.snapshot = replace(rig.world.snapshot, next_change=changed + timedelta(seconds=301))
    for seconds, left in ((0, 300), (1, 300), (1.5, 299), (300, 1), (301, 1), (361, 1), (361.5, 300)):
        rig.world.now = changed + timedelta(seconds=seconds)
        assert rig.ask()[1]["Cache-Control"] == f"public, max-age={left}"


def test_endless_different_headers_fill_no_memory_and_leave_polls_remembered(rig: Rig) -> None:
    decided = []
    decide = rig.layer._decide
    rig.layer._decide = lambda *given: decided.append(given[1]) or decide(*given)  # type: ignore[method-assign, func-returns-value]
    for number in range(1000):
        rig.ask(IF_NONE_MATCH=f'"{number}"')
        rig.ask(ACCEPT_ENCODING="gzip")
    assert len(rig.layer._memo) <= 2 * 61
    assert len(decided) == 1001
    assert rig.passed_on == 0


def test_a_header_that_is_longer_than_any_readers_is_answered_but_not_remembered(rig: Rig) -> None:
    assert rig.ask(IF_NONE_MATCH='"x", ' * 200)[0] == "200 OK"
    assert len(rig.layer._memo) == 0


def test_answers_are_counted_by_path_status_and_coding_with_bytes_sent_and_saved(rig: Rig) -> None:
    variants = {each.coding: each for each in rig.world.snapshot.representations[PATH].variants}
    known = f'"{variants["gzip"].etag}"'
    for _ in range(2):
        rig.ask()
        rig.ask(method="HEAD")
        rig.ask(ACCEPT_ENCODING="gzip", IF_NONE_MATCH=known)
    rig.ask(method="HEAD", ACCEPT_ENCODING="gzip", IF_NONE_MATCH=known)
    served = rig.layer.served
    assert served.counts == {(PATH, 200, "identity"): 4, (PATH, 304, "gzip"): 3}
    assert served.bytes_sent == 2 * variants["identity"].size
    assert served.bytes_saved == 2 * variants["gzip"].size


def test_a_bug_in_the_fast_path_is_logged_and_costs_no_answer(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.world.snapshot = replace(rig.world.snapshot, read_body=lambda *_: 1 / 0)
    assert rig.ask()[2] == b"Flask"
    assert "the fast path failed" in caplog.text
