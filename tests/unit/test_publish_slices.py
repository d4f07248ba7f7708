from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import compress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.model import DeletedEntry, Enclosure, Entry, FeedDocument, FeedSpec
from feedsvc.publish.slices import cut_document, hash_id, join_slices, list_bounds

RULES = RenderRules(content="full", max_bytes=10_000_000)
NOON = datetime(2024, 6, 12, 12, tzinfo=UTC)
FORMATS = ("atom", "rss", "json")
TRAPS = '<item><guid>x</guid></item></entry><id>y</id><entry>\n]}\n{"id": "z"},\n ]]> &lt;item&gt; </channel>'


def ids(body: bytes, format_: str) -> list[str]:
    if format_ == "json":
        return [item["id"] for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    if format_ == "rss":
        return [guid.text or "" for guid in root.iterfind("channel/item/guid")]
    return [
        id_.text or "" for id_ in root.iterfind("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}id")
    ]


@pytest.fixture
def render(make_feed: Callable[..., FeedSpec]) -> Callable[..., FeedDocument]:
    def make(format_: str, *entries: Entry, deleted: tuple[DeletedEntry, ...] = ()) -> FeedDocument:
        return render_feed(make_feed(format_), entries, RULES, deleted).documents[0]

    return make


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.text(st.sampled_from('a<&>"\\\n]},한')), st.booleans()), min_size=1, max_size=6),
    st.sampled_from(FORMATS),
    st.lists(st.text(st.sampled_from("a<&>\"'/ 한")), max_size=3),
)
def test_any_choice_of_entries_is_a_document_with_just_these(
    make_entry: Callable[..., Entry],
    render: Callable[..., FeedDocument],
    drawn: list[tuple[str, bool]],
    format_: str,
    gone: list[str],
) -> None:
    deleted = tuple(DeletedEntry(ref=f"{n}{TRAPS}{text}", when=NOON) for n, text in enumerate(gone))
    entries = [
        make_entry(str(n), title=TRAPS + text, content=TRAPS + text, id=f'tag:example.org,2024:{n}&<"\\{text[:3]!a}')
        for n, (text, _) in enumerate(drawn)
    ]
    body = render(format_, *entries, deleted=deleted).body
    slices = cut_document(body, format_)
    bounds = list_bounds(slices)
    assert len(slices) == len(entries)
    assert {each.id for each in slices} == {hash_id(entry.id, format_) for entry in entries}
    assert join_slices(body, bounds, range(len(slices))) == body
    wanted = [chosen for _, chosen in drawn]
    part = join_slices(body, bounds, compress(range(len(slices)), wanted))
    assert ids(part, format_) == list(compress(ids(body, format_), wanted))
    if format_ == "atom":
        # Whoever is sent a part is told of all that is gone.
        assert etree.fromstring(part).xpath("count(*[local-name() = 'deleted-entry'])") == len(gone)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_change_shows_in_one_digest_and_in_no_id(
    make_entry: Callable[..., Entry], render: Callable[..., FeedDocument], format_: str
) -> None:
    same = [
        make_entry("c"),
        make_entry("a", enclosures=(Enclosure(href="https://example.org/a", media_type="audio/mpeg"),)),
    ]
    before = cut_document(render(format_, make_entry("b"), *same).body, format_)
    after = cut_document(render(format_, make_entry("b", content="new"), *same).body, format_)
    assert [each.id for each in before] == [each.id for each in after]
    assert [each.digest for each in before][::2] == [each.digest for each in after][::2]
    assert before[1].digest != after[1].digest


@pytest.mark.parametrize("format_", FORMATS)
def test_a_document_without_entries_has_no_slices(render: Callable[..., FeedDocument], format_: str) -> None:
    gone = DeletedEntry(ref="https://example.org/gone/", when=NOON)
    assert cut_document(render(format_).body, format_) == ()
    assert cut_document(render(format_, deleted=(gone,)).body, format_) == ()


def test_entries_that_cannot_be_told_apart_are_not_cut() -> None:
    assert cut_document(b"<rss><channel><item><title>x</title></item></channel></rss>", "rss") == ()
