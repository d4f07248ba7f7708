"""What a replica says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedsvc.remote.note import ReplicaNote, describe_absence, describe_note, describe_readiness

NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
NOTE = ReplicaNote(edition="e1", published=NOW - timedelta(seconds=90), failures=3, cached=7)


def test_readiness_says_which_edition_is_served_and_how_old_it_is() -> None:
    assert describe_readiness("e1", describe_note(NOTE, NOW)) == "ready: edition e1, published 90 s ago"


def test_readiness_says_since_when_the_store_was_not_reached() -> None:
    note = ReplicaNote(edition="e1", published=NOW, away_since=NOW - timedelta(minutes=2))
    told = describe_note(note, NOW)
    assert describe_readiness("e1", told).endswith("; the store was not reached since 2026-11-26T11:58:00+00:00")
    assert told["store_away_s"] == 120


def test_without_an_edition_it_is_said_whether_the_store_was_reached() -> None:
    empty = ReplicaNote(error="s3://a/b: is not there: nothing is published yet")
    away = ReplicaNote(error="s3://a/b: is out of reach", away_since=NOW)
    assert describe_absence(describe_note(ReplicaNote(), NOW)) == "not ready: the first look at the store is not over"
    assert describe_absence(describe_note(empty, NOW)).endswith(
        "the store was reached, and holds no edition to serve: s3://a/b: is not there: nothing is published yet"
    )
    assert "not reached since 2026-11-26T12:00:00+00:00" in describe_absence(describe_note(away, NOW))


def test_the_age_of_another_edition_is_not_told_while_a_worker_takes_the_new_one_up() -> None:
    assert describe_readiness("e0", describe_note(NOTE, NOW)) == "ready: edition e0"


def test_an_edition_of_a_clock_ahead_of_ours_has_no_negative_age() -> None:
    assert describe_note(NOTE, NOW - timedelta(hours=1))["age_s"] == 0
