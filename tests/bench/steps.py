"""The steps: what each changes, and what its build cannot but tell if it worked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from building import Build, Builds, Site

COLD, UNCHANGED, EDIT = "cold", "nothing changed", "one edit"
WIRE, REMOVAL, BACKDATED = "one edit, serve", "a removal", "a back-dated post"
MOST_REPEATS = 60


def least_posts(repeat: int) -> int:
    """Return how many posts the steps need: each removal takes another, and a build refuses to lose half of them."""
    return 2 * repeat + 2


def take_steps(site: Site, repeat: int, posts: int | None) -> Iterator[Builds]:
    """Build cold, with nothing changed and after an edit; ``posts`` are those expected."""
    cold = site.build(COLD, repeat, site.forget)
    first = cold.builds[0].report
    for report in (build.report for build in cold.builds):
        check(report["written"] and report["posts"] == (posts or first["posts"]), "a cold build missed posts", report)
        check(report["written"] == first["written"], "two cold builds wrote different documents", report)
    yield cold
    unchanged = site.build(UNCHANGED, repeat, lambda: None)
    for report in (build.report for build in unchanged.builds):
        check(not (report["written"] or report["removed"]), "with nothing changed something was written", report)
        check(report["snapshot"] == first["snapshot"], "with nothing changed the edition is another", report)
    yield unchanged
    yield _one_by_one(site, EDIT, repeat, _edit)


def take_last_steps(site: Site, repeat: int) -> Iterator[Builds]:
    """Build after a removal, and after a post that is dated years ago.

    They come last: such a post is the only one of its day to a feed, whose window then leaves out the first build's.
    """
    yield _one_by_one(site, REMOVAL, repeat, _remove)
    yield _one_by_one(site, BACKDATED, repeat, _backdate)


def _one_by_one(site: Site, kind: str, repeat: int, step: Callable[[Site, int], Build]) -> Builds:
    return Builds(kind=kind, builds=tuple(step(site, number) for number in range(repeat)))


def _edit(site: Site, _: int) -> Build:
    before, word = site.ids(), site.edit()
    build = site.build(EDIT, 1, lambda: None).builds[0]
    check(build.report["written"] and site.holds(word), "an edit is not in the site's feed", build.report)
    check(site.ids() == before and not build.report["removed"], "an edit added or took away an entry", build.report)
    return build


def _remove(site: Site, number: int) -> Build:
    before = site.ids()
    # The newest post stays: it is what edits change, and what the feed's window is measured from.
    site.newest(number + 1).unlink()
    build = site.build(REMOVAL, 1, lambda: None).builds[0]
    left = before - site.ids()
    check(len(left) == 1, f"a removal left its entry, or took others with it: {sorted(left)}", build.report)
    return build


def _backdate(site: Site, _: int) -> Build:
    before, word = site.ids(), site.backdate()
    build = site.build(BACKDATED, 1, lambda: None).builds[0]
    check(len(site.ids() - before) == 1 and site.holds(word), "a back-dated post is not in the feed", build.report)
    return build


def check(holds: object, otherwise: str, report: dict[str, Any]) -> None:
    """Exit unless the report is one that can be."""
    if not holds:
        sys.exit(f"impossible: {otherwise}: {json.dumps(report, ensure_ascii=False)[:2000]}")
