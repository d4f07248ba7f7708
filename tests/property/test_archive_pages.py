"""Archive pages cut again after each change are those that are cut at once, and a change moves few of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.feeds.archive import Page, PageSizes, Position, cut_pages, recut_pages

SMALL = PageSizes(least=2, chance=3, greatest=6)

Feed = dict[Position, str]


def entries(feed: Feed, after: Position | None = None) -> list[tuple[Position, str]]:
    return [(position, feed[position]) for position in sorted(feed) if after is None or position > after]


def recut(pages: Sequence[Page], feed: Feed, dirty: Iterable[Position], sizes: PageSizes) -> tuple[list[Page], int]:
    """Return the pages after a change, and how many entries were looked at to find them."""
    looked = 0

    def start_of(position: Position) -> Position | None:
        before = [page.last for page in pages if page.closed and page.last < position]
        return max(before, default=None)

    def entries_after(after: Position | None) -> Iterable[tuple[Position, str]]:
        nonlocal looked
        for entry in entries(feed, after):
            looked += 1
            yield entry

    closed = {(page.last, page.name) for page in pages if page.closed}
    now = list(pages)
    for stretch in recut_pages(
        dirty,
        start_of=start_of,
        is_end=lambda page: (page.last, page.name) in closed,
        entries_after=entries_after,
        sizes=sizes,
    ):
        now = [
            page
            for page in now
            if (stretch.after is not None and page.last <= stretch.after)
            or (stretch.until is not None and page.last > stretch.until)
        ]
        now = sorted([*now, *stretch.pages], key=lambda page: page.last)
    return now, looked


positions = st.tuples(st.integers(0, 12), st.sampled_from(["", "a", "b"]))
changes = st.dictionaries(positions, st.none() | st.sampled_from([f"id{n}" for n in range(40)]), max_size=8)


@given(st.lists(changes, max_size=6))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_whatever_came_went_or_changed_the_pages_are_those_of_cutting_anew(history: list[Feed]) -> None:
    feed: Feed = {}
    pages: list[Page] = []
    for change in history:
        dirty = [position for position, id_ in change.items() if feed.get(position) != id_]
        feed = {position: id_ for position, id_ in {**feed, **change}.items() if id_ is not None}
        pages, _ = recut(pages, feed, dirty, SMALL)
        assert pages == list(cut_pages(entries(feed), SMALL))


def test_one_entry_more_or_less_in_the_past_changes_its_page_and_seldom_a_neighbour() -> None:
    whole: Feed = {(number, ""): f"https://example.org/{number}/" for number in range(3000)}
    before = list(cut_pages(entries(whole)))
    counts = []
    for place in range(0, 3000, 31):
        for feed, dirty in (
            (whole | {(place, "later"): f"https://example.org/late/{place}/"}, (place, "later")),
            ({position: id_ for position, id_ in whole.items() if position != (place, "")}, (place, "")),
        ):
            after, looked = recut(before, feed, [dirty], PageSizes())
            assert after == list(cut_pages(entries(feed)))
            assert looked <= 5 * 200
            counts.append(len(set(after) - set(before)))
    assert sum(count == 1 for count in counts) > 0.9 * len(counts)
    assert max(counts) <= 4


def test_pages_are_as_long_as_they_should_be() -> None:
    feed: Feed = {(number, ""): f"https://example.org/{number}/" for number in range(20_000)}
    pages = list(cut_pages(entries(feed)))
    assert sum(page.count for page in pages) == len(feed)
    assert all(50 <= page.count <= 200 for page in pages[:-1])
    assert 90 < len(feed) / len(pages) < 125
    assert [page.closed for page in pages[:-1]] == [True] * (len(pages) - 1)
