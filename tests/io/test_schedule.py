from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.build import build
from feedsvc.config import Settings
from feedsvc.errors import ScanError
from feedsvc.report import BuildReport
from feedsvc.schedule import BuildSchedule
from feedsvc.status import Service, read_service, read_status, write_status
from feedsvc.watch import Watcher

REPORT = BuildReport(
    posts=3, rejected=(), feeds=2, written=(), removed=(), unchanged=6, duration_s=0.5, snapshot="0123456789abcdef"
)
DEADLINE_SECONDS = 20.0


def present() -> datetime:
    return datetime.now(UTC)


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@dataclass
class FakeBuild:
    """A build that is over when it is let go, and ends as it is told to; counts its runs and how many are at work."""

    outcomes: list[BuildReport | Exception] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    calls: list[dict[str, Any]] = field(default_factory=list)
    finished: int = 0
    at_work: int = 0
    most_at_work: int = 0

    def __post_init__(self) -> None:
        self.gate.set()
        self._lock = threading.Lock()

    def __call__(self, settings: Settings, **options: Any) -> BuildReport:
        with self._lock:
            self.calls.append(options | {"settings": settings, "started": present()})
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
            outcome = self.outcomes.pop(0) if self.outcomes else REPORT
        assert self.gate.wait(DEADLINE_SECONDS)
        with self._lock:
            self.at_work -= 1
            self.finished += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def wait_for(self, runs: int) -> None:
        wait_until(lambda: self.finished >= runs)


def stop(schedule: BuildSchedule) -> None:
    """Stop in a thread of its own: a stop that waits for ever fails the test instead of holding it."""
    stopping = threading.Thread(target=schedule.stop, daemon=True)
    stopping.start()
    stopping.join(DEADLINE_SECONDS)
    assert not stopping.is_alive(), "the schedule never stopped"


Schedule = Callable[..., BuildSchedule]


@pytest.fixture
def fake() -> FakeBuild:
    return FakeBuild()


@pytest.fixture
def schedule(fake: FakeBuild, settings: Callable[..., Settings]) -> Iterator[Schedule]:
    """Start a schedule of the fake build; keywords are options of [schedule]. It is stopped after the test."""
    started = []

    def start(
        clock: Callable[[], datetime] = present, run_build: Callable[..., BuildReport] = fake, **options: Any
    ) -> BuildSchedule:
        made = BuildSchedule(settings(schedule=options or {"every": "1h"}), clock, run_build)
        made.start()
        started.append(made)
        return made

    yield start
    fake.gate.set()
    for each in started:
        stop(each)


@pytest.fixture
def status(site: Path) -> Callable[[], dict[str, Any]]:
    return lambda: read_status(site / "var" / "status.json")


def test_the_first_build_starts_at_once(
    schedule: Schedule, fake: FakeBuild, status: Callable[[], dict[str, Any]]
) -> None:
    schedule()
    fake.wait_for(1)
    wait_until(lambda: bool(status().get("next_run")))
    assert status()["last_build"]["snapshot"] == "0123456789abcdef"
    assert len(fake.calls) == 1


def test_a_build_is_told_the_time_of_the_clock_and_waits_for_another_one(schedule: Schedule, fake: FakeBuild) -> None:
    noon = datetime(2024, 7, 11, 12, tzinfo=UTC)
    schedule(clock=lambda: noon)
    fake.wait_for(1)
    assert fake.calls[0]["now"] == noon
    assert fake.calls[0]["wait"] == 60


def test_it_builds_at_every_tick(schedule: Schedule, fake: FakeBuild) -> None:
    schedule(every="1s")
    fake.wait_for(3)
    gaps = [
        (later["started"] - earlier["started"]).total_seconds()
        for earlier, later in zip(fake.calls[:2], fake.calls[1:3], strict=True)
    ]
    assert all(0.5 < gap < 3 for gap in gaps)


def test_a_failing_run_is_logged_and_tried_again_at_the_next_tick(
    schedule: Schedule, fake: FakeBuild, status: Callable[[], dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    fake.outcomes = [REPORT, ScanError("/srv/_posts", "there is no such directory")]
    caplog.set_level(logging.INFO)
    schedule(every="1s")
    wait_until(lambda: bool(status().get("error")))
    assert status()["error"]["message"] == "/srv/_posts: there is no such directory"
    assert status()["last_build"]["posts"] == 3
    fake.wait_for(3)
    wait_until(lambda: status()["error"] is None)
    assert "build failed: /srv/_posts: there is no such directory" in caplog.messages
    assert f"build: {REPORT.summary()}" in caplog.messages


def test_a_bug_is_logged_whole_and_ends_neither_the_schedule_nor_the_server(
    schedule: Schedule, fake: FakeBuild, caplog: pytest.LogCaptureFixture
) -> None:
    fake.outcomes = [ZeroDivisionError("a bug")]
    made = schedule()
    fake.wait_for(1)
    wait_until(lambda: "a bug in feedsvc" in caplog.text)
    assert "ZeroDivisionError: a bug" in caplog.text
    made.ask()
    fake.wait_for(2)


def test_a_bug_is_told_in_the_status_too(
    schedule: Schedule, fake: FakeBuild, status: Callable[[], dict[str, Any]]
) -> None:
    fake.outcomes = [ZeroDivisionError("a bug")]
    schedule()
    wait_until(lambda: bool(status().get("error")))
    assert "ZeroDivisionError" in status()["error"]["message"]


def test_asking_builds_at_once(schedule: Schedule, fake: FakeBuild) -> None:
    made = schedule()
    fake.wait_for(1)
    made.ask()
    fake.wait_for(2)


def test_asking_while_a_build_runs_builds_once_more_after_it(schedule: Schedule, fake: FakeBuild) -> None:
    fake.gate.clear()
    made = schedule()
    wait_until(lambda: fake.at_work == 1)
    made.ask()
    time.sleep(0.1)
    assert len(fake.calls) == 1
    fake.gate.set()
    fake.wait_for(2)
    time.sleep(0.1)
    assert len(fake.calls) == 2
    assert fake.most_at_work == 1


def test_asking_many_times_builds_after_the_last_time_and_drops_nothing(
    schedule: Schedule, fake: FakeBuild, caplog: pytest.LogCaptureFixture
) -> None:
    fake.gate.clear()
    made = schedule()
    wait_until(lambda: fake.at_work == 1)
    for _ in range(5):
        made.ask()
        time.sleep(0.02)
    asked = present()
    fake.gate.set()
    wait_until(lambda: fake.calls[-1]["started"] > asked and fake.at_work == 0)
    time.sleep(0.1)
    assert len(fake.calls) <= 3
    assert fake.most_at_work == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_run_that_lasts_longer_than_the_interval_never_overlaps_and_is_followed_by_another(
    schedule: Schedule, fake: FakeBuild, caplog: pytest.LogCaptureFixture
) -> None:
    fake.gate.clear()
    schedule(every="1s")
    wait_until(lambda: fake.at_work == 1)
    time.sleep(3.2)
    assert len(fake.calls) == 1
    late = present()
    fake.gate.set()
    wait_until(lambda: fake.finished >= 2)
    assert fake.calls[1]["started"] - late < timedelta(seconds=0.9)
    assert fake.most_at_work == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_waiting_post_is_built_at_its_second(schedule: Schedule, fake: FakeBuild) -> None:
    due = present() + timedelta(seconds=1.5)
    fake.outcomes = [replace(REPORT, next_change=due)]
    schedule()
    fake.wait_for(2)
    assert timedelta(0) <= fake.calls[1]["now"] - due < timedelta(seconds=1)


def test_a_waiting_post_that_is_due_already_is_not_forgotten(schedule: Schedule, fake: FakeBuild) -> None:
    fake.outcomes = [replace(REPORT, next_change=present() - timedelta(hours=2))]
    schedule()
    fake.wait_for(2)


def test_a_build_for_a_waiting_post_that_fails_is_tried_again_at_the_next_tick_and_not_at_once(
    schedule: Schedule, fake: FakeBuild
) -> None:
    due = present() + timedelta(seconds=0.3)
    failures: list[BuildReport | Exception] = [ScanError("/srv/_posts", "there is no such directory")] * 50
    fake.outcomes = [replace(REPORT, next_change=due), *failures]
    schedule()
    fake.wait_for(2)
    time.sleep(0.5)
    assert len(fake.calls) == 2


def test_an_earlier_post_takes_the_place_of_a_later_one(schedule: Schedule, fake: FakeBuild) -> None:
    soon = present() + timedelta(seconds=1.5)
    fake.outcomes = [replace(REPORT, next_change=soon + timedelta(hours=1)), replace(REPORT, next_change=soon)]
    made = schedule()
    fake.wait_for(1)
    made.ask()
    fake.wait_for(3)
    assert fake.calls[2]["now"] >= soon


@pytest.mark.parametrize("last", [datetime.max.replace(tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)])
def test_a_post_of_the_last_day_of_the_calendar_harms_nobody(
    schedule: Schedule,
    fake: FakeBuild,
    status: Callable[[], dict[str, Any]],
    last: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake.outcomes = [replace(REPORT, next_change=last)]
    schedule()
    fake.wait_for(1)
    wait_until(lambda: bool(status().get("next_run")) or "bug" in caplog.text)
    assert "bug" not in caplog.text


@pytest.mark.parametrize(
    ("options", "is_right"),
    [
        ({"every": "5m"}, lambda at, now: timedelta(minutes=4) < at - now <= timedelta(minutes=5, seconds=1)),
        ({"cron": "*/5 * * * *"}, lambda at, now: at.minute % 5 == 0 and at - now <= timedelta(minutes=5, seconds=1)),
        ({"cron": "30 6 * * 0"}, lambda at, now: (at.strftime("%a %H:%M")) == "Sun 06:30"),
        ({"cron": "30 6 * * 1-5"}, lambda at, now: at.strftime("%a") not in ("Sat", "Sun") and at.hour == 6),
    ],
    ids=["every", "cron", "cron on Sundays", "cron on working days"],
)
def test_the_next_run_is_told_and_is_in_the_zone_of_the_site(
    schedule: Schedule,
    fake: FakeBuild,
    status: Callable[[], dict[str, Any]],
    options: dict[str, str],
    is_right: Callable[[datetime, datetime], bool],
) -> None:
    now = present()
    schedule(**options)
    wait_until(lambda: bool(status().get("next_run")))
    next_run = datetime.fromisoformat(status()["next_run"])
    assert next_run.utcoffset() == timedelta(hours=9)
    assert is_right(next_run, now)


def test_the_next_run_is_the_one_for_a_waiting_post_where_that_comes_first(
    schedule: Schedule, fake: FakeBuild, status: Callable[[], dict[str, Any]]
) -> None:
    due = (present() + timedelta(minutes=10)).replace(microsecond=0)
    fake.outcomes = [replace(REPORT, next_change=due)]
    schedule()
    wait_until(lambda: bool(status().get("next_run")))
    assert datetime.fromisoformat(status()["next_run"]) == due


@pytest.mark.parametrize("urge", [BuildSchedule.ask, lambda made: made.note(frozenset({"a.md"}))])
def test_archives_make_way_for_a_saved_post_and_for_who_asks(
    schedule: Schedule, fake: FakeBuild, urge: Callable[[BuildSchedule], None]
) -> None:
    fake.gate.clear()
    made = schedule()
    wait_until(lambda: fake.at_work == 1)
    interrupted = fake.calls[0]["interrupted"]
    assert not interrupted()
    urge(made)
    assert interrupted()
    fake.gate.set()
    fake.wait_for(2)
    assert not interrupted()


def test_archives_make_way_for_the_end(fake: FakeBuild, settings: Callable[..., Settings]) -> None:
    fake.gate.clear()
    made = BuildSchedule(settings(schedule={"every": "1h"}), present, fake)
    made.start()
    wait_until(lambda: fake.at_work == 1)
    ending = threading.Thread(target=made.stop, daemon=True)
    ending.start()
    wait_until(fake.calls[0]["interrupted"])
    fake.gate.set()
    ending.join(DEADLINE_SECONDS)
    assert not ending.is_alive()


def test_stopping_ends_the_build_that_runs_and_plans_no_other(
    schedule: Schedule, fake: FakeBuild, status: Callable[[], dict[str, Any]], settings: Callable[..., Settings]
) -> None:
    fake.gate.clear()
    made = BuildSchedule(settings(schedule={"every": "1s"}), present, fake)
    made.start()
    wait_until(lambda: fake.at_work == 1)
    threading.Timer(0.2, fake.gate.set).start()
    stop(made)
    assert fake.at_work == 0
    assert status()["next_run"] is None
    runs = len(fake.calls)
    made.run()  # as one that was queued before the stop
    time.sleep(1.1)
    assert len(fake.calls) == runs


def test_two_schedules_of_one_site_take_turns(site: Path, settings: Callable[..., Settings], write_post: Any) -> None:
    write_post("2024-06-12-1.md")
    done: list[BuildReport] = []

    def build_and_note(*given: Any, **named: Any) -> BuildReport:
        report = build(*given, **named)
        done.append(report)
        return report

    both = [BuildSchedule(settings(schedule={"every": "1h"}), present, build_and_note) for _ in range(2)]
    for each in both:
        each.start()
    # A schedule that is stopped before its first run runs none.
    wait_until(lambda: len(done) == 2)
    for each in both:
        stop(each)
    assert sorted(len(report.written) for report in done)[0] == 0
    assert read_status(site / "var" / "status.json")["error"] is None
    assert len(json.loads((site / "public" / "feed.json").read_bytes())["items"]) == 1


def test_a_waiting_post_that_another_build_found_is_not_forgotten(
    schedule: Schedule, fake: FakeBuild, site: Path
) -> None:
    schedule()
    fake.wait_for(1)
    wait_until(lambda: read_status(site / "var" / "status.json").get("built_at") is not None)
    time.sleep(0.1)  # the next run is noted last
    due = present() + timedelta(seconds=2.5)
    write_status(site / "var" / "status.json", present(), replace(REPORT, next_change=due))
    fake.wait_for(2)
    assert timedelta(0) <= fake.calls[1]["now"] - due < timedelta(seconds=1)


def test_the_first_build_and_those_that_are_asked_for_look_at_everything(schedule: Schedule, fake: FakeBuild) -> None:
    made = schedule()
    fake.wait_for(1)
    made.ask()
    fake.wait_for(2)
    assert [call["changed"] for call in fake.calls] == [None, None]


def test_a_build_after_a_save_looks_at_what_was_saved(schedule: Schedule, fake: FakeBuild, site: Path) -> None:
    schedule()
    fake.wait_for(1)
    (site / "_posts" / "2024-07-11-1.md").write_text("x", encoding="utf-8")
    fake.wait_for(2)
    assert fake.calls[1]["changed"] == {"2024-07-11-1.md"}


def test_what_is_saved_while_a_build_runs_is_built_once_after_it(schedule: Schedule, fake: FakeBuild) -> None:
    made = schedule()
    fake.wait_for(1)
    fake.gate.clear()
    made.note(frozenset(("a.md",)))
    wait_until(lambda: fake.at_work == 1)
    for name in ("b.md", "c.md", "d.md"):
        made.note(frozenset((name,)))
        time.sleep(0.02)
    fake.gate.set()
    fake.wait_for(3)
    time.sleep(0.2)
    assert [call["changed"] for call in fake.calls[1:]] == [{"a.md"}, {"b.md", "c.md", "d.md"}]
    assert fake.most_at_work == 1


@pytest.mark.parametrize(
    "failure", [ScanError("/srv/_posts", "there is no such directory"), ZeroDivisionError("a bug")]
)
def test_after_a_build_that_failed_the_next_looks_at_everything(
    schedule: Schedule, fake: FakeBuild, failure: Exception
) -> None:
    fake.outcomes = [REPORT, failure]
    made = schedule()
    fake.wait_for(1)
    for runs, name in enumerate(("a.md", "b.md", "c.md"), 2):
        made.note(frozenset((name,)))
        fake.wait_for(runs)
        time.sleep(0.1)  # what follows a build is over, too
    assert [call["changed"] for call in fake.calls] == [None, {"a.md"}, None, {"c.md"}]


def test_for_a_post_that_waited_nothing_else_is_looked_at_while_changes_are_told(
    schedule: Schedule, fake: FakeBuild
) -> None:
    fake.outcomes = [replace(REPORT, next_change=present() + timedelta(seconds=0.5))]
    schedule()
    fake.wait_for(2)
    assert fake.calls[1]["changed"] == frozenset()


def test_for_a_post_that_waited_everything_is_looked_at_where_nobody_tells_of_changes(
    schedule: Schedule, fake: FakeBuild, settings: Callable[..., Settings]
) -> None:
    fake.outcomes = [replace(REPORT, next_change=present() + timedelta(seconds=0.5))]
    made = BuildSchedule(settings(schedule={"every": "1h", "watch": False}), present, fake)
    made.start()
    fake.wait_for(2)
    stop(made)
    assert fake.calls[1]["changed"] is None


def test_other_settings_take_another_directory_under_watch(
    schedule: Schedule, fake: FakeBuild, settings: Callable[..., Settings], site: Path
) -> None:
    made = schedule()
    fake.wait_for(1)
    (site / "other").mkdir()
    made.reconfigure(settings(schedule={"every": "1h"}, posts={"dir": "other"}))
    fake.wait_for(2)
    (site / "_posts" / "unwatched.md").write_text("x", encoding="utf-8")
    (site / "other" / "a.md").write_text("x", encoding="utf-8")
    fake.wait_for(3)
    made.reconfigure(settings(schedule={"every": "1h", "watch": False}))
    fake.wait_for(4)
    (site / "_posts" / "unwatched.md").write_text("y", encoding="utf-8")
    time.sleep(0.3)
    assert [call["changed"] for call in fake.calls] == [None, None, {"a.md"}, None]


@pytest.mark.parametrize("path", ["_includes/deep/note.html", "_data/people.yml", "_config.yml"])
def test_what_the_posts_of_a_jekyll_site_draw_on_is_watched_too(
    schedule: Schedule, fake: FakeBuild, settings: Callable[..., Settings], site: Path, path: str
) -> None:
    made = schedule()
    fake.wait_for(1)
    for name in ("_includes/deep", "_data", "_layouts"):
        (site / name).mkdir(parents=True)
    made.reconfigure(settings(schedule={"every": "1h"}, jekyll={"dir": "."}))
    fake.wait_for(2)
    time.sleep(0.2)
    (site / "_layouts" / "post.html").write_text("x", encoding="utf-8")
    (site / path).write_text("x", encoding="utf-8")
    fake.wait_for(3)
    time.sleep(0.2)
    assert [call["changed"] for call in fake.calls] == [None, None, None]


@pytest.fixture
def service(site: Path) -> Callable[[], Service | None]:
    return lambda: read_service(site / "var" / "service.json", os.getpid())


def test_a_build_that_runs_is_told_and_so_is_its_end(
    schedule: Schedule, fake: FakeBuild, service: Callable[[], Service | None]
) -> None:
    noon = datetime(2024, 7, 11, 12, tzinfo=UTC)
    fake.gate.clear()
    schedule(clock=lambda: noon, every="1h", watch=False)
    wait_until(lambda: service() == Service(pid=os.getpid(), building_since=noon, watching="off"))
    fake.gate.set()
    wait_until(lambda: service() == Service(pid=os.getpid(), watching="off"))


def test_that_posts_are_watched_is_told(schedule: Schedule, service: Callable[[], Service | None]) -> None:
    schedule()
    wait_until(lambda: service() == Service(pid=os.getpid(), watching="on"))


def test_why_watching_ended_is_told_though_no_build_follows(
    schedule: Schedule, service: Callable[[], Service | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule()
    wait_until(lambda: service() == Service(pid=os.getpid(), watching="on"))
    monkeypatch.setattr(Watcher, "trouble", lambda _: "/srv: no more inotify watches")
    wait_until(lambda: service() == Service(pid=os.getpid(), watching="failed", reason="/srv: no more inotify watches"))
