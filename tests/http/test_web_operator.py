"""The addresses for those who run the service: asking for a build, and the status."""

from __future__ import annotations

from typing import Any

import pytest

REJECTED = [{"path": "a.md", "line": 2, "reason": "the quoted text ends before the line does"}]


def test_the_right_token_asks_for_a_build(world: Any) -> None:
    world.token = "s3cret"  # noqa: S105 -- a token of this test
    response = world.client().post("/-/build", headers={"Authorization": "Bearer s3cret"})
    assert response.status_code == 202
    assert response.json == {"status": "accepted"}
    assert response.headers["Cache-Control"] == "no-store"
    assert world.builds == ["asked"]


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Basic s3cret", "Bearer"])
def test_a_wrong_or_missing_token_is_challenged_and_builds_nothing(world: Any, sent: str | None) -> None:
    world.token = "s3cret"  # noqa: S105 -- a token of this test
    response = world.client().post("/-/build", headers={"Authorization": sent} if sent else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="feedsvc"')
    assert ("invalid_token" in response.headers["WWW-Authenticate"]) is bool(sent)
    assert response.headers["Cache-Control"] == "no-store"
    assert world.builds == []


def test_without_a_token_in_the_configuration_nobody_may_ask(world: Any) -> None:
    response = world.client().post("/-/build", headers={"Authorization": "Bearer "})
    assert response.status_code == 403
    assert "set server.token" in response.text
    assert world.builds == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_build_is_asked_for_by_post_only(world: Any, method: str) -> None:
    response = world.client().open("/-/build", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST, OPTIONS"


def test_no_other_site_may_ask_for_a_build_through_a_browser(world: Any) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = world.client().options("/-/build", headers=preflight)
    assert response.status_code == 204
    assert not [name for name in response.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_where_nobody_builds_the_address_is_not_there(world: Any) -> None:
    world.with_builder = False
    assert world.client().post("/-/build").status_code == 404


def test_without_a_token_in_the_configuration_nobody_is_told_details(world: Any) -> None:
    world.status = {"last_build": {"posts": 3, "rejected": REJECTED}}
    told = world.client().get("/-/status").json
    withheld = {"posts": 3, "rejected_count": 1}
    assert told == {"last_build": withheld, "snapshot": world.snapshot.id, "documents": 11}


def test_with_a_token_details_are_for_those_who_have_it(world: Any) -> None:
    world.token = "s3cret"  # noqa: S105 -- a token of this test
    world.status = {"last_build": {"posts": 3, "rejected": REJECTED}}
    client = world.client()
    told = client.get("/-/status").json
    assert told["last_build"] == {"posts": 3, "rejected_count": 1}
    assert client.get("/-/status", headers={"Authorization": "Bearer wrong"}).json == told
    full = client.get("/-/status", headers={"Authorization": "Bearer s3cret"})
    assert full.json["last_build"] == world.status["last_build"]
    assert full.headers["Cache-Control"] == "no-store"


def test_a_status_that_nobody_tells_is_only_what_is_published(world: Any) -> None:
    world.with_status = False
    assert world.client().get("/-/status").json == {"snapshot": world.snapshot.id, "documents": 11}
