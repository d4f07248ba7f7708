"""The benchmark of builds stops at results that cannot be, instead of printing what they took."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

WORD = b"a word of the edit"


@dataclass
class FakeSite:
    """A site whose feed is told before and after each build, and whose files are not there."""

    modules: dict[str, ModuleType]
    feeds: list[frozenset[bytes]]
    words: frozenset[bytes] = frozenset()
    reports: list[dict[str, Any]] = field(default_factory=list)

    def edit(self) -> bytes:
        return WORD

    backdate = edit

    def holds(self, word: bytes) -> bool:
        return word in self.words

    def ids(self) -> frozenset[bytes]:
        return self.feeds.pop(0)

    def newest(self, place: int) -> FakeSite:
        return self

    def unlink(self) -> None:
        """Take no file away: there is none."""

    def forget(self) -> None:
        """Forget nothing: nothing is built."""

    def build(self, kind: str, repeat: int, prepare: object) -> Any:
        building, measure = self.modules["building"], self.modules["measure"]
        cost = measure.Cost(wall_s=1.0, cpu_s=1.0, peak=1, largest=1)
        report = self.reports.pop(0) if self.reports else {"written": ["/atom.xml"], "removed": []}
        return building.Builds(kind=kind, builds=(building.Build(cost=cost, report=report, files=1),))


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """Load the scripts from where they lie, as they load one another."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "bench")
    names = ("family", "measure", "corpora", "building", "steps")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return {name: importlib.import_module(name) for name in names}


ONE, TWO, THREE = frozenset({b"1"}), frozenset({b"1", b"2"}), frozenset({b"1", b"2", b"3"})


@pytest.mark.parametrize(
    ("feeds", "words", "told"),
    [
        pytest.param([TWO, TWO], frozenset(), "a removal left its entry", id="the removed entry is still there"),
        pytest.param([THREE, ONE], frozenset(), "or took others with it", id="two entries went"),
        pytest.param([TWO, ONE, ONE, ONE], {WORD}, "a back-dated post is not in the feed", id="no entry came"),
        pytest.param([TWO, ONE, ONE, TWO], frozenset(), "a back-dated post is not in the feed", id="another one came"),
    ],
)
def test_last_steps_stop_where_a_feed_is_not_as_it_must_be(
    modules: dict[str, ModuleType], feeds: list[frozenset[bytes]], words: frozenset[bytes], told: str
) -> None:
    site = FakeSite(modules=modules, feeds=feeds, words=words)
    with pytest.raises(SystemExit, match=told):
        list(modules["steps"].take_last_steps(site, 1))


def test_last_steps_go_on_where_one_entry_left_and_one_came(modules: dict[str, ModuleType]) -> None:
    site = FakeSite(modules=modules, feeds=[TWO, ONE, ONE, TWO], words=frozenset({WORD}))
    kinds = [builds.kind for builds in modules["steps"].take_last_steps(site, 1)]
    assert kinds == ["a removal", "a back-dated post"]


def _report(**changes: Any) -> dict[str, Any]:
    return {"posts": 30, "written": ["/atom.xml"], "removed": [], "snapshot": "s", **changes}


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        pytest.param([_report(posts=29)], "a cold build missed posts", id="a post was missed"),
        pytest.param([_report(written=[])], "a cold build missed posts", id="nothing was written"),
        pytest.param([_report(), _report()], "with nothing changed something was written", id="work for nothing"),
        pytest.param(
            [_report(), _report(written=[], snapshot="t")], "the edition is another", id="another edition for nothing"
        ),
        pytest.param(
            [_report(), _report(written=[]), _report(written=[])], "an edit is not in the site", id="an edit unseen"
        ),
    ],
)
def test_first_steps_stop_where_a_report_cannot_be(
    modules: dict[str, ModuleType], reports: list[dict[str, Any]], told: str
) -> None:
    site = FakeSite(modules=modules, feeds=[ONE, ONE], words=frozenset({WORD}), reports=reports)
    with pytest.raises(SystemExit, match=told):
        list(modules["steps"].take_steps(site, 1, 30))
