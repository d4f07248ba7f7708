"""What must be true of every answer that clients were given by replicas, whatever happened to the store meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

# Workers look at the edition four times a second, each on its own.
_APART_S = 2.0
# A client that a store kept waiting for another document may find that its own made room meanwhile.
_A_MOMENT_S = 2.0


def assert_sound(watch: Any, editions: Sequence[Any]) -> Counter[str]:
    """Check every answer against the editions that were published, and count what was seen."""
    numbers = {each.snapshot: place for place, each in enumerate(editions)}
    places: dict[tuple[str, str, str], list[int]] = {}
    for place, edition in enumerate(editions):
        for (path, coding), etag in edition.etags.items():
            places.setdefault((path, coding, etag), []).append(place)
    seen: Counter[str] = Counter()
    for client in watch.clients:
        assert not client.troubles, (client.name, client.troubles[:3])
        given = float("-inf")
        for visit in list(client.visits):
            seen["visits"] += 1
            seen["visits during which the edition changed"] += visit.before != visit.after
            _assert_visit(visit, numbers, places, editions)
            for answer in visit.answers:
                seen[f"{client.name}: {answer.status}"] += 1
                _assert_kept(watch, client, answer, answer.began - given)
                given = answer.ended if answer.path == client.hot and answer.status == 200 else given
    for name in {each.name for each in watch.clients}:
        _assert_never_back(name, watch, places)
    return seen


def _assert_visit(
    visit: Any, numbers: Mapping[str, int], places: Mapping[tuple[str, str, str], list[int]], editions: Sequence[Any]
) -> None:
    reached = numbers[visit.before]
    last = numbers[visit.after]
    for answer in visit.answers:
        if answer.status == 503:
            assert answer.retry, answer
            continue
        assert answer.status in (200, 304), answer
        assert answer.sound, f"other bytes than the ETag says: {answer}"
        where = places.get((answer.path, answer.coding, answer.etag), [])
        assert where, f"of no edition: {answer}"
        fitting = [place for place in where if reached <= place <= last]
        assert fitting, f"of {where}, at {reached} and before {last}: {answer}"
        reached = fitting[0]
        assert answer.numbers <= {editions[place].number for place in where}, f"two editions in one feed: {answer}"


def _assert_kept(watch: Any, client: Any, answer: Any, since: float) -> None:
    """A replica with room has all that was asked for; one without at least what is asked for again and again."""
    if answer.status != 503:
        return
    assert client.name != "roomy", f"refused what it has: {answer}"
    assert answer.path != client.hot or since > _A_MOMENT_S, (
        f"refused what it has, and was asked for a moment ago: {answer}"
    )
    assert watch.was_troubled(answer), f"refused while the store was there: {answer}"


def _assert_never_back(name: str, watch: Any, places: Mapping[tuple[str, str, str], list[int]]) -> None:
    """Whoever asks after a newer edition was answered gets no older one, from whichever worker."""
    answers = sorted(
        (answer.ended, answer.began, places[answer.path, answer.coding, answer.etag])
        for client in watch.clients
        if client.name == name
        for visit in list(client.visits)
        for answer in visit.answers
        if answer.status != 503
    )
    newest: list[tuple[float, int]] = []
    for ended, began, where in answers:
        before = max((place for at, place in newest if at < began - _APART_S), default=0)
        assert max(where) >= before, f"{name} went back from edition {before} to {where}"
        if not newest or min(where) > newest[-1][1]:
            newest.append((ended, min(where)))
    assert all(one[1] < other[1] for one, other in pairwise(newest))
