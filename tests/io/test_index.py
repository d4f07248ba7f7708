from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.database import Database, DatabaseError
from feedsvc.index import Index, delete_index, open_index
from feedsvc.index.files import Changes, FileRecord
from feedsvc.model import SITE, Finding, Post, PostError, SourceFile, Term, TermInUse

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND_NS = 1_000_000_000
NOON_NS = int(NOON.timestamp()) * SECOND_NS
OLD_NS = NOON_NS - 3600 * SECOND_NS


def source(path: str = "a.md", **changes: Any) -> SourceFile:
    looks: dict[str, Any] = {"size": 100, "mtime_ns": OLD_NS, "ctime_ns": OLD_NS, "inode": 7}
    return SourceFile(path=path, **(looks | changes))


def term(label: str, kind: str = "category") -> Term:
    return Term(kind=kind, key=label.casefold(), label=label, slug=label.lower())


def post(name: str, *labels: str, **changes: Any) -> Post:
    facts: dict[str, Any] = {
        "path": f"{name}.md",
        "name_key": name,
        "digest": name,
        "body_digest": name,
        "proposed_id": f"https://example.org/{name}/",
        "title": name,
        "alternate_link": f"https://example.org/{name}/",
        "published": NOON,
        "updated": NOON,
        "summary": "",
        "content": f"<p>{name}</p>",
        "terms": tuple(term(label) for label in labels),
    }
    return Post(**(facts | changes))


def put(index: Index, post: Post, live_at: datetime = NOON) -> frozenset[tuple[str, str]]:
    return index.posts.put(post, post.proposed_id, live_at)


def name_term(index: Index, key: str, slug: str = "") -> frozenset[tuple[str, str]]:
    """Give a category the label that its first post wrote, as a build does."""
    first = index.terms.first_spelling("category", key)
    assert first
    label, proposed = first
    return index.terms.put(TermInUse(kind="category", key=key, label=label, slug=slug or proposed), proposed)


def category(*keys: str) -> set[tuple[str, str]]:
    return {("category", key) for key in keys}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite3"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    with closing(open_index(path)) as opened:
        yield opened


# Files


def test_a_post_of_the_very_first_instant_is_live_and_no_waiting_one(index: Index) -> None:
    first = datetime(1970, 1, 1, tzinfo=UTC)
    assert put(index, post("a", "News", published=first), first) == {SITE, ("category", "news")}
    assert [each.live_at for each in index.posts.ranking(("category", "news"), 9)] == [first]
    assert (index.posts.live_count(), index.next_change()) == (1, None)


def test_a_file_that_nobody_has_read_is_to_be_read(index: Index) -> None:
    changes = index.files.compare([source("a.md"), source("b.md")])
    assert changes.to_read == ((source("a.md"), ""), (source("b.md"), ""))
    assert changes.removed == ()


def test_a_file_that_looks_as_it_did_is_not_read_again(index: Index) -> None:
    index.files.record(source(), "digest", NOON_NS)
    assert index.files.compare([source()]).to_read == ()


@pytest.mark.parametrize("change", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_a_file_that_looks_different_in_any_way_is_read_again(index: Index, change: str) -> None:
    index.files.record(source(), "digest", NOON_NS)
    changed = source("a.md", **{change: 1})
    assert index.files.compare([changed]).to_read == ((changed, "digest"),)


@pytest.mark.parametrize("time", ["mtime_ns", "ctime_ns"])
@pytest.mark.parametrize(
    ("age_ns", "again"), [(2 * SECOND_NS, False), (2 * SECOND_NS - 1, True), (0, True), (-1, True)]
)
def test_a_file_changed_within_two_seconds_of_its_reading_is_read_again(
    index: Index, time: str, age_ns: int, again: bool
) -> None:
    racy = source("a.md", **{time: NOON_NS - age_ns})
    index.files.record(racy, "digest", NOON_NS)
    assert bool(index.files.compare([racy]).to_read) is again


def test_a_racy_file_that_was_read_again_later_is_trusted(index: Index) -> None:
    racy = source(mtime_ns=NOON_NS)
    index.files.record(racy, "digest", NOON_NS)
    index.files.look_again([racy], NOON_NS + 2 * SECOND_NS)
    assert index.files.compare([racy]).to_read == ()


def test_a_file_that_was_touched_without_a_change_is_the_same_and_its_new_look_is_kept(index: Index) -> None:
    index.files.record(source(), "digest", NOON_NS, warnings=[Finding(path="a.md", reason="odd")])
    touched = source(mtime_ns=OLD_NS + 1, inode=8)
    index.files.look_again([touched], NOON_NS)
    assert index.files.compare([touched]).to_read == ()
    assert index.files.warnings() == [Finding(path="a.md", reason="odd")]


def test_a_file_that_could_not_be_read_is_tried_again_by_every_build(index: Index) -> None:
    index.files.record(source(), "", NOON_NS, rejected=PostError(path="a.md", reason="may not be read"))
    assert index.files.compare([source()]).to_read == ((source(), ""),)


def test_what_is_gone_is_told_in_order_whoever_knew_it(index: Index) -> None:
    for name in ("c.md", "a.md", "b.md"):
        index.files.record(source(name), "digest", NOON_NS)
    changes = index.files.compare([source("b.md")], frozenset({"d.md", "b.md", "c.md"}))
    assert changes.removed == ("a.md", "c.md", "d.md")


@pytest.mark.parametrize("within", [("b",), ("b/c.md", "b/e.md"), ("b", "x")])
def test_only_what_was_looked_at_can_be_gone(index: Index, within: tuple[str, ...]) -> None:
    for name in ("a.md", "b/c.md", "b/e.md", "b.md", "b-c.md", "c.md"):
        index.files.record(source(name), "digest", NOON_NS)
    assert index.files.compare([source("b/c.md")], within=within).removed == ("b/e.md",)


@pytest.fixture
def listed(index: Index) -> Index:
    """An index that has seen the same listing of one file several times."""
    index.files.record(source(), "digest", NOON_NS)
    for _ in range(3):
        assert index.files.compare([source()]) == Changes(to_read=(), removed=())
    return index


def test_a_file_that_went_and_came_back_as_it_was_is_read_again(listed: Index) -> None:
    listed.files.drop("a.md")
    assert listed.files.compare([source()]).to_read == ((source(), ""),)


def test_a_file_that_looks_as_it_did_before_the_last_time_is_read_again(listed: Index) -> None:
    listed.files.look_again([source(inode=8)], NOON_NS)
    assert listed.files.compare([source()]).to_read == ((source(), "digest"),)
    listed.files.record(source(inode=9), "other", NOON_NS)
    assert listed.files.compare([source()]).to_read == ((source(), "other"),)


def test_a_file_that_changed_among_many_is_all_that_the_table_is_asked_for(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [source(f"{number}.md") for number in range(5000)]
    index.files.record_all([FileRecord(file, "digest") for file in many], NOON_NS)
    index.files.compare(many)
    asked: list[list[str]] = []
    rows = Database.rows

    def note_rows(self: Database, query: str, values: Iterable[str] = ()) -> list[Any]:
        asked.append([*values])
        return rows(self, query, values)

    monkeypatch.setattr(Database, "rows", note_rows)
    many[17] = source("17.md", size=1)
    assert index.files.compare(many).to_read == ((many[17], "digest"),)
    assert [values for values in asked if values] == [["17.md"], ["17.md"]]


def test_a_dropped_file_is_unknown(index: Index) -> None:
    index.files.record(source(), "digest", NOON_NS)
    index.files.drop("a.md")
    assert index.files.compare([]).removed == ()


def test_findings_are_told_by_path_and_replaced_with_the_next_reading(index: Index) -> None:
    index.files.record(source("b.md"), "1", NOON_NS, rejected=PostError(path="b.md", reason="broken", line=2, column=3))
    index.files.record(source("a.md"), "1", NOON_NS, rejected=PostError(path="a.md", reason="broken"))
    odd = [Finding(path="c.md", reason="odd"), Finding(path="c.md", reason="odder")]
    index.files.record(source("c.md"), "1", NOON_NS, warnings=odd)
    assert [finding.path for finding, _ in index.files.rejected()] == ["a.md", "b.md"]
    assert index.files.rejected()[1][0] == Finding(path="b.md", reason="broken", line=2, column=3)
    assert index.files.warnings() == odd
    for name in "abc":
        index.files.record(source(f"{name}.md"), "2", NOON_NS)
    assert index.files.rejected() == []
    assert index.files.warnings() == []


def test_a_rejected_file_says_whether_its_last_good_version_is_published(index: Index) -> None:
    for name in "abc":
        index.files.record(source(f"{name}.md"), "1", NOON_NS, rejected=PostError(path=f"{name}.md", reason="broken"))
    put(index, post("a"))
    index.posts.put(post("b"), None, None)
    assert [(finding.path, kept) for finding, kept in index.files.rejected()] == [
        ("a.md", True),
        ("b.md", False),
        ("c.md", False),
    ]


# Posts


def test_a_post_reads_back_whole(index: Index) -> None:
    whole = post("a", "News", warnings=(Finding(path="a.md", reason="odd"),))
    put(index, whole)
    assert index.posts.get("a.md") == whole
    assert index.posts.entry("a.md") == ("https://example.org/a/", whole)
    assert index.posts.get("b.md") is None


def test_a_new_post_touches_the_site_and_its_terms(index: Index) -> None:
    assert put(index, post("a", "News", "환경")) == {SITE, *category("news", "환경")}


def test_a_move_touches_the_feeds_it_leaves_and_those_it_enters(index: Index) -> None:
    put(index, post("a", "News", "IT"))
    assert put(index, post("a", "IT", "환경")) == {SITE, *category("news", "it", "환경")}
    assert index.posts.ranking(("category", "news"), 10) == ()


def test_a_dropped_post_touches_the_feeds_it_was_in(index: Index) -> None:
    put(index, post("a", "News"))
    assert index.posts.drop("a.md") == {SITE, *category("news")}
    assert index.posts.drop("a.md") == frozenset()
    assert index.posts.live_count() == 0


def test_a_waiting_post_touches_nothing_until_it_goes_live(index: Index) -> None:
    waiting = post("a", "News", published=NOON + HOUR)
    assert index.posts.put(waiting, None, None) == frozenset()
    assert index.posts.live_count() == 0
    assert index.posts.ranking(SITE, 10) == ()
    assert index.posts.drop("a.md") == frozenset()


def test_a_post_that_is_taken_back_touches_what_it_was_in(index: Index) -> None:
    put(index, post("a", "News"))
    assert index.posts.put(post("a", "News", published=NOON + HOUR), None, None) == {SITE, *category("news")}


def test_due_posts_come_in_the_order_of_their_dates_and_not_before_their_second(index: Index) -> None:
    for name, hours in (("late", 3), ("b-equal", 2), ("a-equal", 2), ("soon", 1)):
        index.posts.put(post(name, published=NOON + hours * HOUR), None, None)
    put(index, post("live", published=NOON))
    assert index.posts.next_due() == NOON + HOUR
    assert list(index.posts.due(NOON + HOUR - timedelta(microseconds=1))) == []
    assert [each.path for each in index.posts.due(NOON + 2 * HOUR)] == ["soon.md", "a-equal.md", "b-equal.md"]


def test_nothing_is_due_where_nothing_waits(index: Index) -> None:
    put(index, post("live"))
    assert index.posts.next_due() is None
    assert list(index.posts.due(NOON + HOUR)) == []


def test_the_ranking_is_by_go_live_time_then_date_then_name_all_descending(index: Index) -> None:
    for name, live, published in (("a", 0, 0), ("b", 0, 0), ("c", 0, -1), ("d", 1, -9), ("e", -1, 9)):
        put(index, post(name, "News", published=NOON + published * HOUR), NOON + live * HOUR)
    put(index, post("other", "IT"), NOON + 2 * HOUR)
    ranked = index.posts.ranking(("category", "news"), 10)
    assert "".join(standing.name_key for standing in ranked) == "dbace"
    assert (ranked[0].live_at, ranked[0].published) == (NOON + HOUR, NOON - 9 * HOUR)
    assert [standing.path for standing in index.posts.ranking(SITE, 3)] == ["other.md", "d.md", "b.md"]


def test_the_ranking_is_the_same_in_whatever_order_posts_came(tmp_path: Path) -> None:
    posts = [post(name, "News") for name in ("2", "10", "a", "가", "é")]
    rankings = set()
    for number, order in enumerate((posts, posts[::-1], sorted(posts, key=lambda each: each.path))):
        with closing(open_index(tmp_path / str(number))) as index:
            for each in order:
                put(index, each)
            rankings.add(index.posts.ranking(SITE, 10))
    assert len(rankings) == 1


@pytest.mark.parametrize("feed", [SITE, ("category", "news")])
def test_the_ranking_is_read_from_an_index_and_not_sorted(index: Index, path: Path, feed: tuple[str, str]) -> None:
    put(index, post("a", "News"))
    index.commit()
    statements: list[str] = []
    connection = index.posts._database.connection  # the plan of the very statement that is run
    connection.set_trace_callback(statements.append)
    index.posts.ranking(feed, 10)
    connection.set_trace_callback(None)
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}"))
    assert "INDEX" in plan or "PRIMARY KEY" in plan
    assert "TEMP B-TREE" not in plan


def test_a_term_named_twice_on_a_post_counts_once(index: Index) -> None:
    put(index, post("a", terms=(term("News"), term("NEWS"))))
    assert len(index.posts.ranking(("category", "news"), 10)) == 1


# Terms


def test_a_term_is_labelled_as_its_earliest_post_wrote_it(index: Index) -> None:
    put(index, post("b", "NEWS", published=NOON - HOUR))
    put(index, post("a", "news"))
    put(index, post("c", "News", published=NOON - HOUR))
    assert index.terms.first_spelling("category", "news") == ("NEWS", "news")
    index.posts.drop("b.md")
    assert index.terms.first_spelling("category", "news") == ("News", "news")
    index.posts.drop("c.md")
    index.posts.drop("a.md")
    assert index.terms.first_spelling("category", "news") is None


def test_a_waiting_post_does_not_label_a_term(index: Index) -> None:
    index.posts.put(post("a", "NEWS", published=NOON - HOUR), None, None)
    put(index, post("b", "News"))
    assert index.terms.first_spelling("category", "news") == ("News", "news")


def test_a_spelling_is_in_use_while_a_live_post_writes_it(index: Index) -> None:
    put(index, post("a", "News"))
    index.posts.put(post("b", "NEWS"), None, None)
    assert index.terms.is_spelled("category", "news", "News")
    assert not index.terms.is_spelled("category", "news", "NEWS")
    assert not index.terms.is_spelled("tag", "news", "News")


def test_a_new_label_touches_every_feed_of_every_post_that_shows_it(index: Index) -> None:
    put(index, post("a", "news", "IT"))
    put(index, post("b", "news", "환경"))
    put(index, post("c", "정책"))
    assert name_term(index, "news") == frozenset()
    put(index, post("d", "NEWS", published=NOON - HOUR))
    assert name_term(index, "news") == {SITE, *category("news", "it", "환경")}
    assert name_term(index, "news") == frozenset()


def test_terms_in_use_come_by_kind_and_key_with_label_and_slug(index: Index) -> None:
    put(index, post("a", "News", "IT"))
    name_term(index, "news")
    name_term(index, "it", slug="it-2")
    assert list(index.terms.in_use()) == [
        TermInUse(kind="category", key="it", label="IT", slug="it-2"),
        TermInUse(kind="category", key="news", label="News", slug="news"),
    ]


def test_a_term_that_could_not_have_its_slug_is_reported_until_it_is_dropped(index: Index) -> None:
    put(index, post("a", "C#", "C++"))
    index.terms.put(TermInUse(kind="category", key="c++", label="C++", slug="c"), "c")
    index.terms.put(TermInUse(kind="category", key="c#", label="C#", slug="c-123456"), "c")
    assert index.terms.collisions() == [("category", "C#", "c", "c-123456")]
    index.terms.drop("category", "c#")
    assert index.terms.collisions() == []
    assert [each.key for each in index.terms.in_use()] == ["c++"]


def test_what_a_feed_had_no_room_for_is_remembered_until_it_has(index: Index) -> None:
    index.terms.put_left_out(SITE, 3)
    index.terms.put_left_out(("category", "news"), 0)
    index.terms.put_left_out(("category", "it"), 0, overfull=True)
    assert dict(index.terms.left_out()) == {("category", "it"): (0, True), SITE: (3, False)}
    index.terms.put_left_out(SITE, 0)
    index.terms.drop("category", "it")
    assert dict(index.terms.left_out()) == {}


# As a whole


def test_what_is_committed_is_there_next_time_and_the_rest_is_not(path: Path) -> None:
    with closing(open_index(path)) as index:
        index.put_meta("rules", "1")
        put(index, post("a"))
        index.commit()
        index.put_meta("rules", "2")
        put(index, post("b"))
    with closing(open_index(path)) as index:
        assert index.meta("rules") == "1"
        assert index.meta("unknown") == ""
        assert [standing.path for standing in index.posts.ranking(SITE, 10)] == ["a.md"]


def test_an_index_that_forgets_reads_every_file_again(index: Index) -> None:
    index.put_meta("rules", "1")
    index.files.record(source(), "digest", NOON_NS)
    index.forget()
    assert index.meta("rules") == ""
    assert index.files.compare([source()]).to_read == ((source(), ""),)


@pytest.mark.parametrize(
    "content", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 9000], ids=["text", "pages"]
)
def test_a_damaged_index_is_made_anew_and_told(path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING), closing(open_index(path)) as index:
        assert index.posts.live_count() == 0
    assert f"{path}: SQLite says: " in caplog.text
    assert "it is only a cache, so it is made anew" in caplog.text


def test_an_index_of_another_layout_is_made_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(open_index(path)) as index:
        put(index, post("a"))
        index.commit()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with closing(open_index(path)) as index:
        assert index.posts.live_count() == 0
    assert "has layout 99" in caplog.text


def test_an_index_without_its_tables_is_damaged(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=10")
    connection.close()
    with closing(open_index(path)) as index, pytest.raises(DatabaseError, match="no such table") as caught:
        index.files.compare([])
    assert caught.value.damaged


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE posts SET post=substr(post, 1, 30)",
        "UPDATE posts SET post='{}'",
        "UPDATE posts SET post=CAST(x'fffefd' AS TEXT)",
        "UPDATE files SET rejected='[{'",
        "UPDATE files SET rejected='[]'",
        "UPDATE files SET warnings='[{\"mood\": 1}]'",
    ],
)
def test_damage_inside_a_row_counts_as_damage(path: Path, damage: str) -> None:
    with closing(open_index(path)) as index:
        put(index, post("a"))
        error = PostError(path="a.md", reason="broken")
        index.files.record(source(), "digest", NOON_NS, rejected=error, warnings=[error])
        index.commit()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(damage)
    connection.close()
    with closing(open_index(path)) as index, pytest.raises(DatabaseError) as caught:
        (index.posts.entry("a.md"), index.files.rejected(), index.files.warnings())
    assert caught.value.damaged
    assert caught.value.path == str(path)


def test_deleting_the_index_deletes_all_that_sqlite_left(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm", "-mine"):
        path.with_name(path.name + suffix).touch()
    delete_index(path)
    delete_index(path)
    assert [each.name for each in path.parent.iterdir()] == ["index.sqlite3-mine"]


def test_an_index_that_cannot_be_made_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open database file") as caught:
        open_index(tmp_path / "missing" / "index.sqlite3")
    assert not caught.value.damaged


def test_a_post_keeps_its_place_when_it_is_put_again(index: Index) -> None:
    put(index, post("a", "News"))
    put(index, replace(post("a", "News"), title="edited"))
    assert index.posts.live_count() == 1
    assert len(index.posts.ranking(("category", "news"), 10)) == 1
