"""The audience from the workers' counts to the figures, and what may happen to its files meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedsvc.audience import keeping, spool, store
from feedsvc.audience.agents import Agent
from feedsvc.audience.figures import Day, Reach, read_figures, read_rows
from feedsvc.audience.increments import Increment, Polls
from feedsvc.audience.keeping import Keeper
from feedsvc.audience.salt import Salt
from feedsvc.audience.spool import FOLDER, Spool
from feedsvc.audience.store import FILE, AudienceStore, with_store
from feedsvc.audience.tables import HEADER, dump_csv
from feedsvc.database import DatabaseError

DAY = date(2024, 7, 12)
YEAR = timedelta(days=365)


def counted(
    polls: int = 1,
    *,
    day: date = DAY,
    epoch: str = "e",
    feed: str = "site",
    readers: range = range(0),
    subscribers: int | None = None,
    feed_id: str = "",
) -> Increment:
    increment = Increment(day=day, epoch=epoch)
    increment.add_polls(feed, Polls(polls, polls // 2, 0, 10 * polls, 5 * polls))
    for reader in readers:
        increment.add_reader(feed, "/atom.xml", Agent(), hash((reader, "a reader")))
    if subscribers is not None:
        told = Agent(aggregator="Feedbin", feed_id=feed_id, subscribers=subscribers, direct=False)
        increment.add_reader(feed, "/atom.xml", told, 0)
    return increment


def add(path: Path, *increments: Increment, today: date | None = None) -> None:
    def write(opened: AudienceStore) -> None:
        opened.add(increments)
        if today is not None:
            opened.forget(today, YEAR)
        opened.commit()

    with_store(path, write)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def look(path: Path, feed: str = "", day: date = DAY) -> Day:
    (told,) = read_figures(path, today=day, days=1, feed=feed).days
    return told


def test_what_several_workers_counted_is_one_row_a_feed_and_a_sum_of_all(path: Path) -> None:
    add(path, counted(3, readers=range(5)), counted(4, readers=range(3, 8), feed="category:경제"))
    add(path, counted(2, readers=range(4, 6)))
    assert look(path, "site") == Day(DAY, Polls(5, 2, 0, 50, 25), 6, 0)
    assert look(path, "category:경제") == Day(DAY, Polls(4, 2, 0, 40, 20), 5, 0)
    # A reader of two feeds is one reader.
    assert look(path) == Day(DAY, Polls(9, 4, 0, 90, 45), 8, 0)


def test_a_day_that_was_counted_in_two_epochs_has_the_higher_number_of_readers(path: Path) -> None:
    add(path, counted(readers=range(5), epoch="before"))
    add(path, counted(readers=range(100, 103), epoch="after the restart"))
    assert look(path, "site").readers == 5
    add(path, counted(readers=range(103, 109), epoch="after the restart"))
    assert look(path, "site").readers == 9


def test_subscribers_are_the_highest_recent_figure_of_each_aggregator_and_feed_id(path: Path) -> None:
    for ago, figure in ((8, 900), (7, 800), (6, 70), (1, 50), (0, 60)):
        add(path, counted(day=DAY - timedelta(days=ago), subscribers=figure))
    add(path, counted(subscribers=7, feed_id="other"), counted(subscribers=5, feed="category:it"))
    assert look(path, "site").subscribers == 77
    assert look(path).subscribers == 82
    figures = read_figures(path, today=DAY, days=2)
    assert figures.aggregators == (("Feedbin", 82),)
    assert read_figures(path, today=DAY, days=2, feed="category:it").aggregators == (("Feedbin", 5),)
    assert figures.total.subscribers == 82
    assert [each.subscribers for each in figures.days] == [800, 82]


def test_figures_are_sums_and_readers_of_an_average_day_that_is_over(path: Path) -> None:
    for ago, readers in ((3, 10), (2, 20), (1, 30), (0, 1)):
        add(path, counted(2, day=DAY - timedelta(days=ago), readers=range(readers)))
    figures = read_figures(path, today=DAY, days=3)
    assert figures.feeds == (Reach("site", Polls(6, 3, 0, 60, 30), 25, 0),)
    assert [each.readers for each in figures.days] == [20, 30, 1]
    assert (figures.first, figures.last, figures.counted) == (DAY - timedelta(days=2), DAY, 3)
    assert read_figures(path, today=DAY, days=1).total.readers == 1


def test_before_anything_was_counted_all_is_nothing(path: Path) -> None:
    assert look(path) == Day(DAY, Polls(), 0, 0)
    assert read_rows(path, today=DAY, days=9) == []
    path.touch()
    assert read_figures(path, today=DAY, days=9).feeds == ()
    assert not path.read_bytes()


def test_rows_come_a_feed_and_day_and_are_csv(path: Path) -> None:
    add(path, counted(2, readers=range(1)), counted(4, feed='category:"a",b', subscribers=3))
    assert dump_csv(read_rows(path, today=DAY, days=1)) == (
        f'{",".join(HEADER)}\r\n2024-07-12,"category:""a"",b",4,2,0,40,20,0,3\r\n2024-07-12,site,2,1,0,20,10,1,0\r\n'
    )


def test_what_days_that_are_over_do_not_need_goes_and_old_days_go(path: Path) -> None:
    old = DAY - YEAR - timedelta(days=1)
    add(path, counted(day=old), counted(day=DAY - timedelta(days=7), subscribers=1), counted(readers=range(3)))
    add(path, counted(day=DAY - timedelta(days=1), readers=range(2)), today=DAY)
    with sqlite3.connect(path) as database:
        assert {row[0] for row in database.execute("SELECT day FROM days")} == {
            "2024-07-05",
            "2024-07-11",
            "2024-07-12",
        }
        assert {row[0] for row in database.execute("SELECT day FROM sketches")} == {"2024-07-12"}
        assert database.execute("SELECT count(*) FROM subscriptions").fetchone() == (0,)
    database.close()
    assert look(path, "site", DAY - timedelta(days=1)).readers == 2


def test_a_day_keeps_a_bounded_number_of_feeds_and_figures_apart(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_FEEDS", 2)
    monkeypatch.setattr(store, "MOST_SUBSCRIPTIONS", 3)
    add(path, counted(feed="a", subscribers=1), counted(feed="b", subscribers=1), counted(feed="c", subscribers=1))
    add(path, counted(feed="b", subscribers=2), counted(feed="d", subscribers=9))
    figures = read_figures(path, today=DAY, days=1)
    assert [each.feed for each in figures.feeds] == ["a", "b"]
    assert (figures.total.polls.polls, figures.total.subscribers) == (5, 3)


class Service:
    """The state directory of a service, and its keeper."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.today = DAY
        self.spool = Spool(state / FOLDER)
        self.keeper = Keeper(state, Salt(lambda: self.today), lambda: self.today, YEAR)

    @property
    def waiting(self) -> int:
        return len(self.spool.names())


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def test_the_keeper_takes_what_workers_wrote_once(service: Service, path: Path) -> None:
    service.keeper.take()
    assert not path.exists()
    service.spool.put(counted(2), "1-1")
    service.spool.put(counted(3), "2-1")
    service.keeper.take()
    service.keeper.take()
    assert (look(path).polls.polls, service.waiting) == (5, 0)


def test_a_file_that_was_kept_and_not_removed_is_not_counted_again(
    service: Service, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.spool.put(counted(2), "1-1")
    with monkeypatch.context() as context:
        context.setattr(Spool, "remove", lambda *_: None)  # as if killed between the two
        service.keeper.take()
    assert service.waiting == 1
    service.spool.put(counted(3), "1-2")
    again = Service(service.state)
    again.keeper.take()
    assert (look(path).polls.polls, again.waiting) == (5, 0)


def test_a_file_that_somebody_else_took_meanwhile_is_no_loss(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Spool, "names", lambda self: ("1.json",))
    service.keeper.take()
    assert caplog.text == ""


def test_what_cannot_be_read_is_put_away_with_a_message(
    service: Service, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.spool.put(counted(2), "1-1")
    (service.state / FOLDER / "0.json").write_bytes(b"{")
    (service.state / FOLDER / "half.tmp").write_bytes(b"{")
    service.spool.clear_drafts()
    service.keeper.take()
    assert "0.json: what was counted is lost" in caplog.text
    assert (look(path).polls.polls, list((service.state / FOLDER).iterdir())) == (2, [])


@pytest.mark.parametrize("damage", [b"this is no database" * 1000, None])
def test_a_store_that_is_damaged_is_set_aside_and_begun_anew(
    service: Service, path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    add(path, counted(7))
    if damage is None:
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        path.write_bytes(damage)
    before = path.read_bytes()
    with pytest.raises(DatabaseError):
        look(path)
    service.spool.put(counted(2), "1-1")
    service.keeper.take()
    assert look(path).polls.polls == 2
    assert path.with_name(f"{FILE}.damaged").read_bytes() == before
    assert "counting begins anew" in caplog.text


def test_a_sketch_that_cannot_be_read_is_damage_too(path: Path) -> None:
    add(path, counted(readers=range(3)))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE sketches SET registers = x'010203'")
    database.close()
    add(path, counted(readers=range(2)))
    assert look(path).readers == 2


def test_a_full_disk_costs_nothing_but_time(
    service: Service, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fill(self: AudienceStore) -> None:
        self.database.execute("PRAGMA max_page_count = 1")
        self.database.write("INSERT INTO taken VALUES (?)", [(str(number) * 300,) for number in range(2000)])

    service.spool.put(counted(2), "1-1")
    with monkeypatch.context() as context:
        context.setattr(AudienceStore, "commit", fill)
        service.keeper.take()
        service.keeper.take()
    assert caplog.text.count("cannot be kept for now") == 1
    assert "full" in caplog.text
    assert service.waiting == 1
    service.keeper.take()
    assert (look(path).polls.polls, service.waiting) == (2, 0)


def test_a_folder_that_cannot_be_read_ends_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    (service.state / FOLDER).write_text("a file", encoding="utf-8")
    service.keeper.take()
    assert "cannot be kept for now" in caplog.text


def test_where_nobody_takes_files_they_are_a_bounded_number(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_FILES", 2)
    assert [service.spool.put(counted(), str(number)) for number in range(3)] == [True, True, False]


def test_a_file_is_there_whole_or_not_at_all(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(Path, "write_bytes", fail)
        with pytest.raises(OSError, match="No space"):
            service.spool.put(counted(), "1")
    assert list((service.state / FOLDER).iterdir()) == []


def test_the_keeper_works_by_itself_and_takes_the_last_at_its_end(
    service: Service, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "TAKE_S", 0.01)
    service.keeper.start()
    service.spool.put(counted(2), "1")
    while service.waiting:
        pass
    service.keeper.reconfigure(timedelta(days=1))
    service.spool.put(counted(3), "2")
    service.keeper.stop()
    assert look(path).polls.polls == 5


WRITER = """
import sys
from datetime import date
from pathlib import Path
from feedsvc.audience.increments import Increment, Polls
from feedsvc.audience.store import with_store

def write(store):
    increment = Increment(day=date(2024, 7, 12), epoch="e")
    increment.add_polls("site", Polls(1, 0, 0, 0, 0))
    store.add([increment])
    store.commit()

for number in range(int(sys.argv[2])):
    with_store(Path(sys.argv[1]), write)
    print(number, flush=True)
"""


@pytest.fixture
def start_writer(path: Path) -> Callable[[int], subprocess.Popen[str]]:
    def start(times: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, str(path), str(times)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return start


def test_two_writers_lose_nothing(path: Path, start_writer: Callable[[int], subprocess.Popen[str]]) -> None:
    writers = [start_writer(40), start_writer(40)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert look(path).polls.polls == 80


def test_a_writer_that_is_killed_leaves_what_it_committed(
    path: Path, start_writer: Callable[[int], subprocess.Popen[str]]
) -> None:
    other = start_writer(30)
    writer = start_writer(10_000)
    assert writer.stdout is not None
    for _ in range(10):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    told = 10 + len(writer.communicate()[0].splitlines())
    other.communicate()
    # One more may have been committed and not told.
    assert look(path).polls.polls - 30 in (told, told + 1)
