from __future__ import annotations

import pytest

from feedsvc.web.control import challenge, has_token, withhold


@pytest.mark.parametrize(
    ("authorization", "granted"),
    [
        ("Bearer s3cret", True),
        ("bearer s3cret", True),
        ("Bearer  s3cret ", True),
        ("Bearer s3cre", False),
        ("Bearer s3cret2", False),
        ("Bearer", False),
        ("Bearer ", False),
        ("Basic s3cret", False),
        ("s3cret", False),
        ("", False),
        (None, False),
        ("Bearer \u20ac", False),
    ],
)
def test_only_the_very_token_is_let_in(authorization: str | None, granted: bool) -> None:
    assert has_token(authorization, "s3cret") is granted


def test_where_no_token_is_set_none_is_right() -> None:
    assert has_token("Bearer ", "") is False
    assert has_token("Bearer x", "") is False


def test_a_token_of_other_letters_arrives_as_latin_1() -> None:
    assert has_token("Bearer " + "비밀".encode().decode("latin-1"), "비밀")


def test_a_challenge_names_an_error_only_when_a_token_was_sent() -> None:
    assert challenge(None) == 'Bearer realm="feedsvc"'
    assert challenge("Bearer x") == 'Bearer realm="feedsvc", error="invalid_token"'


def test_what_names_files_of_the_server_is_withheld_at_any_depth() -> None:
    status = {
        "last_build": {"posts": 2, "rejected": [{"path": "a.md"}, {"path": "b.md"}], "warnings": ("a.md:1",)},
        "error": {"message": "/srv/posts: is not there", "at": "2024-07-11"},
        "next_run": None,
    }
    assert withhold(status) == {
        "last_build": {"posts": 2, "rejected_count": 2, "warnings_count": 1},
        "error": {"at": "2024-07-11"},
        "next_run": None,
    }
