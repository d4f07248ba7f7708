from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.model import Variant
from feedsvc.web.negotiation import choose_variant, evaluate_preconditions, parse_http_date

ETAG = "0123456789abcdef"
CHANGED = datetime(2024, 7, 11, 12, tzinfo=UTC)
THEN, BEFORE, AFTER = (
    "Thu, 11 Jul 2024 12:00:00 GMT",
    "Thu, 11 Jul 2024 11:59:59 GMT",
    "Thu, 11 Jul 2024 12:00:01 GMT",
)


def variants(**sizes: int) -> tuple[Variant, ...]:
    return tuple(Variant(coding=coding, etag=coding, size=size) for coding, size in sizes.items())


ALL = variants(identity=100, gzip=30, br=20, zstd=25)


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        # Without the header any coding would do; who does not ask may not decode.
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip; q=0.5 , zstd ;q=0.8", "zstd"),
        ("gzip;q=0", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0.5, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
        ("*, br;q=0, zstd;q=0", "gzip"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("compress", "identity"),
        # Nothing is acceptable: the field is disregarded.
        ("identity;q=0", "identity"),
        ("*;q=0", "identity"),
        ("gzip;q=0, *;q=0", "identity"),
        # An invalid weight disregards that coding, not the others.
        ("br;q=2, gzip", "gzip"),
        ("br;q=x, gzip", "gzip"),
        ("br;q=-1", "identity"),
        ("br;q=0.5;v=1, gzip", "gzip"),
        # Named twice: the higher weight counts.
        ("gzip;q=0, gzip", "gzip"),
        (",, ;q=1, gzip", "gzip"),
        (';;;\xff==,"', "identity"),
    ],
)
def test_the_coding_follows_accept_encoding(accept_encoding: str | None, chosen: str) -> None:
    assert choose_variant(ALL, accept_encoding).coding == chosen


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"), [("br", "identity"), ("br, gzip", "gzip"), ("*", "gzip"), (None, "identity")]
)
def test_only_a_coding_that_exists_is_chosen(accept_encoding: str | None, chosen: str) -> None:
    assert choose_variant(variants(identity=100, gzip=30), accept_encoding).coding == chosen


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        (f'"{ETAG}"', 304),
        (f'W/"{ETAG}"', 304),
        (f'  "{ETAG}"  ', 304),
        (f'"other", "{ETAG}"', 304),
        (f'"other",W/"{ETAG}","more"', 304),
        (f'"a,b", "{ETAG}"', 304),
        ("*", 304),
        (" * ", 304),
        (f'"{ETAG}-gzip"', 304),
        (f'W/"{ETAG}-gzip"', 304),
        (f'"{ETAG}--gzip"', 304),
        (f'"{ETAG};gzip"', 304),
        (f'"{ETAG}-br"', 304),
        (f'"{ETAG}-zstd"', 304),
        # Some readers lose the quotes.
        (ETAG, 304),
        ('"other"', 200),
        (f'"{ETAG}-deflated"', 200),
        (f'"x{ETAG}"', 200),
        (f'"{ETAG.upper()}"', 200),
        ('""', 200),
        ("", 200),
        (",,,", 200),
        ('"unfinished', 200),
    ],
)
def test_if_none_match_compares_weakly_with_the_selected_representation(if_none_match: str, status: int) -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_none_match=if_none_match) == status


@pytest.mark.parametrize(
    ("if_modified_since", "status"),
    [
        (THEN, 304),
        (AFTER, 304),
        (BEFORE, 200),
        ("Thursday, 11-Jul-24 12:00:00 GMT", 304),
        ("Thu Jul 11 12:00:00 2024", 304),
        ("Mon Jul  1 12:00:00 2024", 200),
        (f" {THEN} ", 304),
        ("yesterday", 200),
        ("", 200),
        ("0", 200),
        ("2025-01-01T00:00:00Z", 200),
        ("Thu, 11 Jul 2024 12:00:00 +0000", 200),
        ("Thu, 11 Jul 2024 12:00:00 +99999999999999", 200),
        ("Thu, 99 Jul 2024 12:00:00 GMT", 200),
        ("Thu, 11 Jxx 2024 12:00:00 GMT", 200),
        (f"{THEN}, {THEN}", 200),
    ],
)
def test_if_modified_since_is_heard_when_it_is_a_date(if_modified_since: str, status: int) -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_modified_since=if_modified_since) == status


@pytest.mark.parametrize(
    ("tag", "date", "status"), [('"other"', AFTER, 200), (f'"{ETAG}"', BEFORE, 304), ("", AFTER, 200)]
)
def test_if_none_match_beats_if_modified_since(tag: str, date: str, status: int) -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_none_match=tag, if_modified_since=date) == status


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(f'"{ETAG}"', 200), (f'"a", "{ETAG}"', 200), ("*", 200), ('"other"', 412), (f'W/"{ETAG}"', 412), ("", 412)],
)
def test_if_match_compares_strongly_and_fails_with_412(if_match: str, status: int) -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_match=if_match) == status


@pytest.mark.parametrize(("date", "status"), [(THEN, 200), (AFTER, 200), (BEFORE, 412), ("yesterday", 200)])
def test_if_unmodified_since_fails_with_412(date: str, status: int) -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_unmodified_since=date) == status


def test_if_match_beats_if_unmodified_since_and_both_come_before_the_others() -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_match="*", if_unmodified_since=BEFORE) == 200
    assert evaluate_preconditions(etag=ETAG, last_modified=CHANGED, if_match='"x"', if_none_match="*") == 412


def test_what_has_no_date_is_never_unmodified() -> None:
    assert evaluate_preconditions(etag=ETAG, last_modified=None, if_modified_since=AFTER) == 200
    assert evaluate_preconditions(etag=ETAG, last_modified=None, if_unmodified_since=BEFORE) == 200


def test_a_date_of_either_old_form_is_in_utc() -> None:
    assert parse_http_date("Thursday, 11-Jul-24 12:00:00 GMT") == CHANGED
    assert parse_http_date("Thu Jul 11 12:00:00 2024") == CHANGED
    assert parse_http_date(THEN) == CHANGED - timedelta(0)
    assert parse_http_date(None) is None
