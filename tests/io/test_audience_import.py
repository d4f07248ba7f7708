"""Access logs into the audience: each line once, whatever is done with the files."""

from __future__ import annotations

import gzip
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.audience import importing
from feedsvc.audience.figures import Figures, read_figures
from feedsvc.audience.importing import LogError, LogImport
from feedsvc.audience.increments import Polls
from feedsvc.audience.logs import LONGEST_LINE
from feedsvc.audience.logtally import Document, Outcome
from feedsvc.audience.store import FILE
from feedsvc.cli import run

DAY = date(2024, 7, 12)
DOCUMENTS = {
    "/atom.xml": Document("site", 1000),
    "/feed.xml": Document("site", 1000),
    "/경.xml": Document("tag:경", 50),
}
READER = "newsboat/2.21.0"


def line(
    path: str = "/atom.xml",
    status: int = 200,
    size: int = 900,
    *,
    client: str = "192.0.2.1",
    agent: str = READER,
    at: str = "12/Jul/2024:06:02:39 +0900",
    method: str = "GET",
) -> str:
    return f'{client} - - [{at}] "{method} {path} HTTP/1.1" {status} {size} "-" "{agent}"\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Outcome]:
    def read(*files: Path, today: date = DAY) -> Outcome:
        started = LogImport(
            tmp_path / FILE, DOCUMENTS, zone=ZoneInfo("Asia/Seoul"), today=today, keep=timedelta(days=400)
        )
        outcomes = [started.read(file) for file in files]
        started.finish()
        return outcomes[-1]

    return read


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Figures]:
    return lambda feed="", days=1: read_figures(tmp_path / FILE, today=DAY, days=days, feed=feed)


def test_lines_become_polls_of_feeds_with_their_readers_and_subscribers(
    log: Path, take: Callable[..., Outcome], told: Callable[..., Figures]
) -> None:
    log.write_text(
        line()
        + line("/feed.xml?x", 304, 0)
        + line(status=226, size=100, client="192.0.2.2")
        + line(status=206, size=10, client="192.0.2.3", agent="Feedbin feed-id:1 - 9 subscribers")
        + line("/%EA%B2%BD.xml", method="HEAD", size=0, client="192.0.2.2")
        + line("/%EA%B2%BD.xml", 304, method="HEAD", size=0)
        + line("/nowhere.xml", 404)
        + line(status=500)
        + line(method="POST")
        + line(at="13/Jul/2023:00:00:00 +0000")
        + line(at="01/Jan/2023:00:00:00 +0000")
        + line(at="15/Jul/2024:00:00:00 +0000")
        + "\x16\x03\n\n",
        encoding="utf-8",
    )
    assert take(log) == Outcome(polls=7, others=3, too_old=1, unreadable=3)
    figures = told()
    assert {each.feed: each.polls for each in figures.feeds} == {
        "site": Polls(4, 1, 1, 1010, 1900),
        "tag:경": Polls(2, 1, 0, 0, 0),
    }
    assert (figures.total.readers, figures.total.subscribers) == (2, 9)
    assert told("site").days[0].readers == 2


def test_days_are_those_of_the_site(log: Path, take: Callable[..., Outcome], told: Callable[..., Figures]) -> None:
    log.write_text(line(at="11/Jul/2024:14:59:59 +0000") + line(at="11/Jul/2024:15:00:00 +0000"), encoding="utf-8")
    take(log)
    assert [each.polls.polls for each in told(days=2).days] == [1, 1]


def test_the_same_lines_are_counted_once_also_when_the_log_has_grown_or_was_rotated(
    log: Path, tmp_path: Path, take: Callable[..., Outcome], told: Callable[..., Figures]
) -> None:
    log.write_text(line() * 3, encoding="utf-8")
    assert take(log).polls == 3
    assert take(log) == Outcome(known=3 * len(line()))
    with log.open("a", encoding="utf-8") as more:
        more.write(line(status=304, size=0) * 2)
    assert take(log).polls == 2
    rotated = tmp_path / "access.log.2.gz"
    rotated.write_bytes(gzip.compress(log.read_bytes()))
    assert take(rotated).polls == 0
    log.write_text(line(client="192.0.2.9"), encoding="utf-8")
    assert take(log, rotated) == Outcome(known=rotated_size(rotated))
    assert told().total.polls.polls == 6


def rotated_size(file: Path) -> int:
    return len(gzip.decompress(file.read_bytes()))


def test_a_log_that_begins_alike_and_goes_on_otherwise_is_another_one(
    log: Path, take: Callable[..., Outcome], told: Callable[..., Figures]
) -> None:
    log.write_text(line() + line(client="192.0.2.2"), encoding="utf-8")
    take(log)
    log.write_text(line() + line(client="192.0.2.3") * 2, encoding="utf-8")
    assert take(log) == Outcome(polls=3)
    assert told().total.polls.polls == 5


def test_a_line_that_is_being_written_waits_for_its_end(log: Path, take: Callable[..., Outcome]) -> None:
    log.write_text(line() + line()[:-20], encoding="utf-8")
    assert take(log) == Outcome(polls=1)
    log.write_text(line() * 2, encoding="utf-8")
    assert take(log) == Outcome(polls=1, known=len(line()))
    log.write_text("", encoding="utf-8")
    assert take(log) == Outcome()


def test_a_line_of_a_megabyte_is_one_unreadable_line(log: Path, take: Callable[..., Outcome]) -> None:
    log.write_bytes(b"x" * 1_000_000 + b"\n" + line().encode() + b"\xff" * 200_000)
    assert take(log) == Outcome(polls=1, unreadable=1)
    log.write_bytes(log.read_bytes() + b"\n" + line().encode())
    assert take(log) == Outcome(polls=1, unreadable=1, known=1_000_001 + len(line()))


def test_the_end_of_a_line_that_is_too_long_is_no_line(log: Path, take: Callable[..., Outcome]) -> None:
    log.write_text("x" * (LONGEST_LINE + 1) + line(), encoding="utf-8")
    assert take(log) == Outcome(unreadable=1)


def test_an_import_that_is_broken_off_goes_on_where_it_was(
    log: Path, take: Callable[..., Outcome], told: Callable[..., Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LINES_AT_ONCE", 2)
    log.write_text(line() * 5, encoding="utf-8")
    kept = LogImport._keep
    calls = iter((True, True, False))

    def keep(self: LogImport, *what: object) -> None:
        if not next(calls):
            raise OSError(28, "No space left on device")
        kept(self, *what)  # type: ignore[arg-type]

    with monkeypatch.context() as context:
        context.setattr(LogImport, "_keep", keep)
        with pytest.raises(LogError, match="No space"):
            take(log)
    assert told().total.polls.polls == 4
    assert take(log).polls == 1
    assert told().total.polls.polls == 5


def test_two_imports_of_one_log_at_a_time_count_it_once(
    log: Path, take: Callable[..., Outcome], told: Callable[..., Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_text(line() * 5, encoding="utf-8")
    find = importing._find_end

    def meanwhile(*arguments: object) -> object:
        monkeypatch.setattr(importing, "_find_end", find)
        take(log)
        return find(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_find_end", meanwhile)
    take(log)
    assert told().total.polls.polls == 5


@pytest.mark.parametrize("broken", [b"\x1f\x8b nonsense", gzip.compress(line().encode() * 99)[:-20]])
def test_a_log_that_cannot_be_read_is_named_and_counted_the_next_time(
    log: Path, take: Callable[..., Outcome], told: Callable[..., Figures], broken: bytes
) -> None:
    log.write_bytes(broken)
    with pytest.raises(LogError, match=r"access\.log: cannot be read"):
        take(log)
    log.write_bytes(gzip.compress(line().encode() * 99))
    assert take(log).polls == 99
    assert told().total.polls.polls == 99


def test_what_was_read_of_a_log_that_ends_too_early_is_not_counted_with_the_next_one(
    log: Path, tmp_path: Path, told: Callable[..., Figures]
) -> None:
    started = LogImport(tmp_path / FILE, DOCUMENTS, zone=ZoneInfo("Asia/Seoul"), today=DAY, keep=timedelta(days=400))
    log.write_bytes(gzip.compress(line().encode() * 9999)[:-20])
    with pytest.raises(LogError):
        started.read(log)
    log.write_text(line(client="192.0.2.2"), encoding="utf-8")
    started.read(log)
    assert told().total.polls.polls == 1


def test_a_reader_in_two_logs_of_one_run_is_one_reader(
    log: Path, tmp_path: Path, take: Callable[..., Outcome], told: Callable[..., Figures]
) -> None:
    other = tmp_path / "other.log"
    log.write_text(line(), encoding="utf-8")
    other.write_text(line() + line(client="192.0.2.2"), encoding="utf-8")
    take(log, other)
    assert told().total.readers == 2
    # In another run nobody is known again: the higher number stands.
    log.write_text(line(client="192.0.2.3") + line() + line(client="192.0.2.4"), encoding="utf-8")
    take(log)
    assert told().total.readers == 3


# On the command line.


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Give back the handlers of the log, which the command line takes over."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def here(site: Path, write_post: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that is built, and the working directory; the time is noon of the day."""
    (site / "feedsvc.toml").write_text(
        '[site]\ntitle = "뉴스"\nurl = "https://example.org"\ntimezone = "Asia/Seoul"\n'
        '[feeds.aliases]\n"/feed.xml" = "/atom.xml"\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(site)
    monkeypatch.setattr(sys.modules["feedsvc.cli.audience"], "now", lambda: datetime(2024, 7, 12, 3, tzinfo=UTC))
    write_post("2024-07-11-a.md", "경제")
    assert run(["build"]) == 0
    return site


def test_the_command_imports_and_tells(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audience"]) == 0
    assert "nothing was counted in these days" in capsys.readouterr().out
    log = here / "access.log"
    log.write_text(
        line("/feed.xml", 304, 0) + line("/categories/%EA%B2%BD%EC%A0%9C/rss.xml") + line("/x") + line(status=500),
        encoding="utf-8",
    )
    with log.open("a", encoding="utf-8") as more:
        more.write(line(agent="Feedbin feed-id:1 - 1234 subscribers") + line(at="12/Jul/2020:06:02:39 +0900") + "x\n")
    assert run(["audience", "import", "access.log"]) == 0
    assert (
        capsys.readouterr().out == "access.log: 3 polls counted, 2 of other requests,"
        " 1 older than [audience] keep, 1 unreadable\n"
    )
    assert run(["audience", "import", "access.log"]) == 0
    assert "0 polls counted, " in capsys.readouterr().out
    assert run(["audience", "--days", "7"]) == 0
    assert capsys.readouterr().out == (
        "2024-07-06 to 2024-07-12\n"
        "feed         polls   304  226   sent  saved  readers a day  subscribers\n"
        f"all              3  33 %  0 %  1,800    {saved(here)}              1        1,234\n"
        "category:경제      1   0 %  0 %    900      0              1            0\n"
        f"site             2  50 %  0 %    900    {saved(here)}              1        1,234\n"
        "  Feedbin: 1,234 subscribers\n"
    )
    assert run(["audience", "--format", "json", "--days", "1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["total"] == {
        "polls": 3,
        "not_modified": 1,
        "im_used": 0,
        "bytes_sent": 1800,
        "bytes_saved": saved(here),
        "readers_a_day": 1,
        "subscribers": 1234,
    }
    assert [(each["feed"], each["title"]) for each in document["feeds"]] == [
        ("category:경제", "뉴스 – 경제"),
        ("site", "뉴스"),
    ]
    assert document["days"][0]["day"] == "2024-07-12"
    assert document["aggregators"] == [{"name": "Feedbin", "subscribers": 1234}]
    assert run(["audience", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "2024-07-12,category:경제,1,0,0,900,0,1,0"


def saved(site: Path) -> int:
    manifest = json.loads((site / "public" / "manifest.json").read_bytes())
    (gzipped,) = (
        variant["size"]
        for each in manifest["representations"]
        if each["path"] == "/feed.xml"
        for variant in each["variants"]
        if variant["coding"] == "gzip"
    )
    return int(gzipped)


def test_before_a_build_there_are_no_feeds_to_map_to(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "access.log").write_text(line(), encoding="utf-8")
    (here / "public" / "manifest.json").unlink()
    assert run(["audience", "--format", "json"]) == 0
    assert run(["audience", "import", "access.log"]) == 1
    assert "run feedsvc build" in capsys.readouterr().err
