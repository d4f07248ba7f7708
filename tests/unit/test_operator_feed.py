from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import feedparser
import pytest
from lxml import etree

from feedsvc.report import Rejected
from feedsvc.status import Run
from feedsvc.web.operator.feed import list_events, render_feed
from feedsvc.web.operator.telling import tell_ago, tell_duration, tell_run
from feedsvc.web.pages import PageFacts
from feedsvc.words import load_words

NOON = datetime(2024, 7, 11, 12, 0, 0, 987_000, tzinfo=UTC)
FAULT = Rejected(path="a.md", line=2, column=8, reason="the text ends", hint="quote it", kept_previous=True)
CHANGED = Run(
    kind="changed",
    at=NOON,
    since=NOON,
    duration_s=0.5,
    posts=4,
    posts_before=3,
    written=("/atom.xml",),
    written_count=1,
    newly_rejected=(FAULT,),
    newly_rejected_count=1,
    mended=("b.md",),
    mended_count=1,
)
FAILED = Run(kind="failed", at=NOON + timedelta(hours=2), since=NOON + timedelta(hours=1), times=13, message="no room")
IDLE = Run(kind="idle", at=NOON + timedelta(hours=3), since=NOON + timedelta(hours=3))
FACTS = PageFacts(title="News", description="", language="en", server_url="https://feeds.example.org")
ATOM = "{http://www.w3.org/2005/Atom}"


def test_builds_and_posts_are_told_newest_first_and_builds_with_nothing_to_do_are_not() -> None:
    events = list(list_events(FACTS, [IDLE, FAILED, CHANGED]))
    assert [(event.kind, event.title) for event in events] == [
        ("failed", "A build failed"),
        ("changed", "Published"),
        ("rejected", "Rejected: a.md"),
        ("mended", "No longer rejected: b.md"),
    ]
    assert events[2].paragraphs == ("a.md:2:8: the text ends", "quote it", "Its last good version stays published.")


def test_a_failure_that_goes_on_stays_the_entry_that_it_is() -> None:
    longer = FAILED._replace(at=NOON + timedelta(days=1), times=200)
    assert list(list_events(FACTS, [FAILED])) == list(list_events(FACTS, [longer]))


def test_every_entry_has_an_id_of_its_own_that_stays() -> None:
    other = CHANGED._replace(at=NOON + timedelta(days=1), since=NOON + timedelta(days=1))
    ids = [event.id for event in list_events(FACTS, [other, FAILED, CHANGED])]
    assert len({*ids}) == len(ids) == 7
    assert all(UUID(each.removeprefix("urn:uuid:")).version == 5 for each in ids)
    assert [event.id for event in list_events(FACTS, [CHANGED])] == ids[-3:]


def test_the_same_history_is_the_same_bytes_and_the_feed_is_as_old_as_its_newest_entry() -> None:
    text = render_feed(FACTS, [FAILED, CHANGED])
    assert text == render_feed(FACTS, [IDLE, FAILED, CHANGED])
    assert "<updated>2024-07-11T13:00:00.987000+00:00</updated>" in text.partition("<entry>")[0]


@pytest.mark.parametrize("runs", [[], [CHANGED], [FAILED, CHANGED]])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_feed_is_what_rfc_4287_asks_for(runs: list[Run], language: str) -> None:
    facts = replace(FACTS, title="소식 <&>", words=load_words(language))
    text = render_feed(facts, runs)
    feed = etree.fromstring(text.encode())
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        updated = element.findtext(f"{ATOM}updated")
        assert updated is not None
        assert datetime.fromisoformat(updated).tzinfo is not None
        assert element.find(f'{ATOM}link[@rel="alternate"]') is not None
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "소식 <&>"
    own = feed.find(f'{ATOM}link[@rel="self"]')
    assert own is not None
    assert own.get("href") == "https://feeds.example.org/-/atom.xml"
    parsed = feedparser.parse(text.encode())
    assert not parsed.bozo
    assert len(parsed.entries) == len(feed.findall(f"{ATOM}entry"))


def test_a_feed_is_no_longer_than_a_hundred_entries() -> None:
    runs = [CHANGED._replace(at=NOON - timedelta(minutes=n), since=NOON - timedelta(minutes=n)) for n in range(200)]
    assert render_feed(FACTS, runs).count("<entry>") == 100


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 seconds ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (47 * 3600, "47 hours ago"),
        (48 * 3600, "2 days ago"),
        (-1, "in 1 second"),
        (-90, "in 1 minute"),
        (-10 * 86400, "in 10 days"),
    ],
)
def test_how_long_ago_is_told_in_a_unit_that_fits(seconds: int, told: str) -> None:
    assert tell_ago(load_words("en"), NOON - timedelta(seconds=seconds), NOON) == told


def test_what_a_build_did_is_told_in_words() -> None:
    english, korean = load_words("en"), load_words("ko")
    assert tell_run(english, CHANGED) == (
        "1 post more, 1 document written, 1 post newly rejected, 1 post no longer rejected"
    )
    assert tell_run(korean, CHANGED) == "글 1편 늘어남, 문서 1개 씀, 글 1편 새로 거부됨, 글 1편 거부 풀림"
    assert tell_run(english, IDLE._replace(times=37)) == "37 builds that found nothing to do"
    assert tell_run(english, FAILED) == "no room"
    assert tell_run(english, IDLE._replace(kind="changed")) == "the list of rejected posts changed"
    assert tell_run(english, IDLE._replace(kind="changed", posts_before=2)) == "2 posts fewer"
    assert [tell_duration(english, seconds) for seconds in (0.123, 12.34)] == ["0.12 s", "12 s"]
