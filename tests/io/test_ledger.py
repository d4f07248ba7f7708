from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.database import DatabaseError
from feedsvc.errors import LedgerError
from feedsvc.ledger import Ledger, open_ledger
from feedsvc.model import Post
from feedsvc.records import to_microseconds

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
JUNE = datetime(2024, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def post(name: str, **changes: Any) -> Post:
    facts: dict[str, Any] = {
        "path": f"{name}.md",
        "name_key": name,
        "digest": f"bytes of {name}",
        "body_digest": f"text of {name}",
        "proposed_id": f"https://example.org/{name}/",
        "title": name,
        "alternate_link": f"https://example.org/{name}/",
        "published": JUNE,
        "updated": JUNE,
        "summary": "",
        "content": f"<p>{name}</p>",
    }
    return Post(**(facts | changes))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A ledger that is past its first build: it knows the posts a and b, live since June."""
    with closing(open_ledger(path)) as first:
        for name in "ab":
            first.entries.admit(post(name), NOON)
        first.commit()
    with closing(open_ledger(path)) as later:
        yield later


def renames(ledger: Ledger, *posts: Post, present: str = "", vanished: str = "") -> dict[str, str]:
    """Match renames; files are named by their letters, and those of the posts are present too."""
    there = frozenset(f"{name}.md" for name in present) | {each.path for each in posts}
    return dict(ledger.entries.match_renames(posts, there.__contains__, frozenset(f"{name}.md" for name in vanished)))


# Ids


def test_a_post_gets_the_id_it_proposes_and_keeps_it_whatever_it_proposes_later(ledger: Ledger) -> None:
    assert ledger.entries.admit(post("c"), NOON).id == "https://example.org/c/"
    moved = replace(post("c"), digest="other bytes", proposed_id="https://example.com/new/c/")
    assert ledger.entries.admit(moved, NOON + HOUR).id == "https://example.org/c/"


def test_a_second_post_with_the_same_id_gets_one_of_its_own_and_a_finding(ledger: Ledger) -> None:
    second = post("c", proposed_id="https://example.org/a/")
    admission = ledger.entries.admit(second, NOON)
    assert admission.id.startswith("https://example.org/a/#")
    assert len(admission.id.rpartition("#")[2]) == 8
    assert admission.finding is not None
    assert str(admission.finding) == (
        f"c.md: the id https://example.org/a/ already belongs to another post, so this one is published as "
        f"{admission.id}; give it a permalink or an id of its own"
    )
    assert ledger.entries.admit(post("a"), NOON).finding is None


def test_the_finding_stays_until_the_post_proposes_an_id_of_its_own(ledger: Ledger) -> None:
    first = ledger.entries.admit(post("c", proposed_id="https://example.org/a/"), NOON)
    again = ledger.entries.admit(post("c", proposed_id="https://example.org/a/", digest="edited"), NOON)
    mended = ledger.entries.admit(post("c", digest="mended"), NOON)
    assert again.finding == first.finding
    assert mended.finding is None
    assert mended.id == first.id


def test_the_id_of_a_second_post_depends_on_its_path_only(tmp_path: Path) -> None:
    given = []
    for name in ("one", "two"):
        with closing(open_ledger(tmp_path / name)) as ledger:
            ledger.entries.admit(post("a"), NOON)
            given.append(ledger.entries.admit(post("c", proposed_id="https://example.org/a/"), NOON).id)
    assert given[0] == given[1]


def test_an_id_is_never_given_twice_even_when_its_post_is_gone(ledger: Ledger) -> None:
    ledger.entries.withdraw(["a.md"], NOON)
    assert ledger.entries.admit(post("c", proposed_id="https://example.org/a/"), NOON).id != "https://example.org/a/"


def test_a_path_used_again_and_again_gets_a_new_id_each_time(ledger: Ledger) -> None:
    given = set()
    for number in range(4):
        given.add(ledger.entries.admit(post("new", digest=f"bytes {number}", body_digest=f"text {number}"), NOON).id)
        ledger.entries.rename("new.md", f"kept-{number}.md")
    assert len(given) == 4


# Going live


def test_the_first_build_takes_each_post_as_live_since_its_own_date(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        assert ledger.entries.admit(post("a"), NOON).live_at == JUNE
        assert ledger.entries.admit(post("b", published=JUNE - HOUR), NOON).live_at == JUNE - HOUR


def test_a_post_of_a_later_build_is_live_since_that_build_whatever_its_date(ledger: Ledger) -> None:
    assert ledger.entries.admit(post("c", published=JUNE - 1000 * HOUR), NOON).live_at == NOON
    assert ledger.entries.admit(post("c", published=JUNE - 1000 * HOUR), NOON + HOUR).live_at == NOON


def test_a_first_build_that_was_not_committed_is_no_first_build(path: Path) -> None:
    with closing(open_ledger(path)) as cut_off:
        cut_off.entries.admit(post("a"), NOON)
    with closing(open_ledger(path)) as ledger:
        assert ledger.entries.live_paths() == frozenset()
        assert ledger.entries.admit(post("a"), NOON + HOUR).live_at == JUNE


def test_a_post_of_the_first_filling_is_known_after_it(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        with ledger.entries.filling():
            first = ledger.entries.admit(post("a"), NOON)
        assert ledger.entries.admit(post("a", digest="edited"), NOON + HOUR) == first


def test_an_edit_keeps_id_and_go_live_time(ledger: Ledger) -> None:
    edited = post("a", digest="edited", body_digest="edited", published=JUNE + HOUR)
    admission = ledger.entries.admit(edited, NOON)
    assert (admission.id, admission.live_at) == ("https://example.org/a/", JUNE)


def test_a_withdrawn_post_that_returns_keeps_its_id_and_its_go_live_time(ledger: Ledger) -> None:
    ledger.entries.withdraw(["a.md"], NOON)
    assert ledger.entries.live_paths() == {"b.md"}
    admission = ledger.entries.admit(post("a"), NOON + HOUR)
    assert (admission.id, admission.live_at) == ("https://example.org/a/", JUNE)
    assert ledger.entries.live_paths() == {"a.md", "b.md"}


def test_a_withdrawn_post_that_returns_with_a_newer_date_goes_live_anew(ledger: Ledger) -> None:
    ledger.entries.withdraw(["a.md"], NOON)
    admission = ledger.entries.admit(post("a", published=NOON, digest="dated anew"), NOON + HOUR)
    assert (admission.id, admission.live_at) == ("https://example.org/a/", NOON + HOUR)
    assert ledger.entries.admit(post("a", published=NOON, digest="dated anew"), NOON + 2 * HOUR).live_at == NOON + HOUR


@pytest.mark.parametrize(("hours", "anew"), [(47, True), (48, False)])
def test_a_post_that_was_taken_away_before_every_reader_saw_it_goes_live_anew_when_it_returns(
    ledger: Ledger, hours: int, anew: bool
) -> None:
    returned = JUNE + 500 * HOUR
    ledger.entries.withdraw(["a.md"], JUNE + hours * HOUR)
    admission = ledger.entries.admit(post("a"), returned, window=48 * HOUR)
    assert admission.live_at == (returned if anew else JUNE)


def test_withdrawing_counts_each_post_once(ledger: Ledger) -> None:
    ledger.entries.withdraw(["a.md", "a.md", "unknown.md"], NOON)
    assert ledger.entries.live_paths() == {"b.md"}
    assert len(ledger.entries.live_paths()) == 1


# Renames


def test_the_same_bytes_under_a_new_name_are_the_same_post(ledger: Ledger) -> None:
    moved = replace(post("a"), path="z.md", name_key="z", proposed_id="https://example.org/z/")
    assert renames(ledger, moved, present="b", vanished="a") == {"z.md": "a.md"}
    ledger.entries.rename("a.md", "z.md")
    admission = ledger.entries.admit(moved, NOON)
    assert (admission.id, admission.live_at, admission.finding) == ("https://example.org/a/", JUNE, None)
    assert ledger.entries.live_paths() == {"b.md", "z.md"}


def test_the_same_bytes_are_the_same_post_after_a_while_too(ledger: Ledger) -> None:
    ledger.entries.withdraw(["a.md"], NOON)
    ledger.commit()
    moved = replace(post("a"), path="z.md")
    assert renames(ledger, moved, present="b") == {"z.md": "a.md"}
    ledger.entries.rename("a.md", "z.md")
    assert ledger.entries.admit(moved, NOON + HOUR).id == "https://example.org/a/"


def test_the_same_text_below_another_front_matter_is_the_same_post_if_the_old_file_vanished_now(
    ledger: Ledger,
) -> None:
    retitled = post("z", body_digest="text of a")
    assert renames(ledger, retitled, present="b", vanished="a") == {"z.md": "a.md"}
    assert renames(ledger, retitled, present="b") == {}


def test_a_copy_is_another_post(ledger: Ledger) -> None:
    copied = replace(post("a"), path="z.md")
    assert renames(ledger, copied, present="ab") == {}
    assert renames(ledger, replace(copied, digest="edited"), present="ab") == {}


def test_a_known_file_is_never_taken_for_another_one(ledger: Ledger) -> None:
    overwritten = replace(post("b"), digest="bytes of a", body_digest="text of a")
    assert renames(ledger, overwritten, vanished="a") == {}


def test_two_copies_of_a_vanished_post_share_nothing(ledger: Ledger) -> None:
    copies = [replace(post("a"), path=f"{name}.md", name_key=name) for name in "zy"]
    assert renames(ledger, *copies, present="b", vanished="a") == {"y.md": "a.md"}


def test_two_vanished_posts_with_the_same_bytes_are_matched_one_to_one(ledger: Ledger) -> None:
    ledger.entries.admit(replace(post("a"), path="c.md"), NOON)
    moved = [replace(post("a"), path=f"{name}.md", name_key=name) for name in "zy"]
    assert renames(ledger, *moved, present="b", vanished="ac") == {"y.md": "a.md", "z.md": "c.md"}


def test_the_same_bytes_are_a_better_match_than_the_same_text(ledger: Ledger) -> None:
    retitled = post("c", body_digest="text of a")
    moved = replace(post("a"), path="z.md", name_key="z")
    assert renames(ledger, retitled, moved, present="b", vanished="a") == {"z.md": "a.md"}


def test_posts_without_a_text_are_not_told_by_it(ledger: Ledger) -> None:
    ledger.entries.admit(post("c", body_digest=""), NOON)
    assert renames(ledger, post("z", body_digest=""), present="ab", vanished="c") == {}


def test_a_rename_drops_the_version_kept_under_the_old_name(ledger: Ledger) -> None:
    ledger.kept.keep(post("a"))
    ledger.entries.rename("a.md", "z.md")
    assert ledger.kept.get("a.md") is None


# Last good versions


def test_the_last_good_version_is_kept_until_it_is_released(path: Path, ledger: Ledger) -> None:
    ledger.kept.keep(post("a"))
    ledger.commit()
    ledger.close()
    with closing(open_ledger(path)) as later:
        assert later.kept.get("a.md") == post("a")
        assert later.kept.get("b.md") is None
        later.kept.keep(post("a", title="newer"))
        assert later.kept.get("a.md") == post("a", title="newer")
        later.kept.release("a.md")
        assert later.kept.get("a.md") is None


def test_a_withdrawn_post_leaves_no_version_behind(ledger: Ledger) -> None:
    ledger.kept.keep(post("a"))
    ledger.entries.withdraw(["a.md"], NOON)
    assert ledger.kept.get("a.md") is None


def test_a_kept_version_that_cannot_be_read_is_told_as_damage(path: Path, ledger: Ledger) -> None:
    ledger.kept.keep(post("a"))
    ledger.commit()
    ledger.close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE kept SET post=substr(post, 1, 20)")
    connection.close()
    with closing(open_ledger(path)) as damaged, pytest.raises(LedgerError, match=r"ledger\.sqlite3: .*damaged"):
        damaged.kept.get("a.md")


# Terms


def name(ledger: Ledger, key: str, proposed: str, *, kind: str = "category", label: str = "") -> str:
    """Name a term as a build does, and return its slug."""
    return ledger.terms.give(kind, key, proposed, label or key)[0]


def test_a_term_is_unknown_until_it_is_named(ledger: Ledger) -> None:
    assert ledger.terms.get("category", "c++") is None
    assert ledger.terms.give("category", "c++", "c", "C++") == ("c", "C++")
    assert ledger.terms.get("category", "c++") == ("c", "C++")


def test_a_slug_is_its_terms_for_ever_and_who_comes_second_gets_a_suffix(ledger: Ledger) -> None:
    assert name(ledger, "c++", "c") == "c"
    second = name(ledger, "c#", "c")
    assert re.fullmatch(r"c-[0-9a-f]{6}", second)
    assert ledger.terms.give("category", "c++", "other", "C plus plus") == ("c", "C plus plus")
    assert name(ledger, "c#", "c") == second


def test_kinds_of_terms_do_not_share_their_slugs(ledger: Ledger) -> None:
    assert name(ledger, "news", "news") == "news"
    assert name(ledger, "news", "news", kind="tag") == "news"


def test_a_suffix_that_is_taken_too_does_not_stop_the_build(ledger: Ledger) -> None:
    name(ledger, "c++", "c")
    suffixed = name(ledger, "c#", "c")
    with closing(open_ledger(Path(":memory:"))) as other:
        name(other, "somebody else's", suffixed)
        name(other, "c++", "c")
        assert name(other, "c#", "c") not in ("c", suffixed)


# Generations


def test_a_commit_with_a_change_is_a_new_generation_and_one_without_is_not(ledger: Ledger) -> None:
    marks = [ledger.mark()]
    ledger.commit()
    marks.append(ledger.mark())
    ledger.entries.admit(post("c"), NOON)
    marks.append(ledger.mark())
    ledger.commit()
    marks.append(ledger.mark())
    assert marks[0] == marks[1] == marks[2] != marks[3]


@pytest.mark.parametrize(
    "change",
    [
        lambda ledger: ledger.entries.admit(post("c"), NOON),
        lambda ledger: ledger.entries.admit(post("a", digest="edited"), NOON),
        lambda ledger: ledger.entries.withdraw(["a.md"], NOON),
        lambda ledger: ledger.entries.rename("a.md", "z.md"),
        lambda ledger: ledger.kept.keep(post("a")),
        lambda ledger: ledger.terms.give("category", "new", "new", "New"),
        lambda ledger: ledger.deleted.note("c", [("site", "")], NOON),
        lambda ledger: ledger.deleted.forget("b", [("site", "")]),
        lambda ledger: ledger.deleted.expire(("site", ""), to_microseconds(NOON)),
    ],
    ids=["new post", "edit", "withdrawal", "rename", "keep", "term", "deletion", "return", "expiry"],
)
def test_every_change_makes_a_generation(ledger: Ledger, change: Any) -> None:
    ledger.deleted.note("b", [("site", "")], NOON)
    ledger.commit()
    before = ledger.mark()
    change(ledger)
    ledger.commit()
    assert ledger.mark() != before


@pytest.mark.parametrize(
    "look",
    [
        lambda ledger: ledger.entries.admit(post("a"), NOON + HOUR),
        lambda ledger: ledger.entries.withdraw(["unknown.md"], NOON),
        lambda ledger: ledger.kept.release("a.md"),
        lambda ledger: ledger.kept.keep(post("b")),
        lambda ledger: ledger.terms.get("category", "old"),
    ],
    ids=["known post", "unknown path", "nothing kept", "kept already", "known term"],
)
def test_what_is_known_already_makes_none(ledger: Ledger, look: Any) -> None:
    ledger.kept.keep(post("b"))
    ledger.terms.give("category", "old", "old", "Old")
    ledger.commit()
    before = ledger.mark()
    look(ledger)
    ledger.commit()
    assert ledger.mark() == before


def test_a_committed_mark_is_there_after_opening_again(path: Path, ledger: Ledger) -> None:
    ledger.entries.admit(post("c"), NOON)
    ledger.commit()
    mark = ledger.mark()
    ledger.close()
    with closing(open_ledger(path)) as later:
        assert later.mark() == mark


def test_two_ledgers_never_share_a_mark(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "one")) as one, closing(open_ledger(tmp_path / "two")) as two:
        assert one.mark() != two.mark()


# Damage


def test_a_damaged_ledger_stops_with_what_to_do(path: Path) -> None:
    path.write_bytes(b"\0" * 5000)
    with pytest.raises(LedgerError) as caught:
        open_ledger(path)
    assert str(caught.value) == (
        f"{path}: the ledger is damaged (SQLite says: file is not a database); restore it from your backup; "
        "only if there is none, move it away and build again: ids are then made anew"
    )
    assert path.read_bytes() == b"\0" * 5000


def test_damage_deeper_in_says_what_to_do_too(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        ledger.terms.give("category", "news", "news", "News")
        ledger.commit()
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name='terms'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with closing(open_ledger(path)) as ledger, pytest.raises(LedgerError, match="restore it from your backup"):
        ledger.terms.get("category", "news")


def test_a_ledger_of_a_later_feedsvc_is_not_called_damaged(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        ledger.commit()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=2")
    connection.close()
    with pytest.raises(LedgerError, match="has layout 2, this feedsvc reads 1") as caught:
        open_ledger(path)
    assert "move it away" not in str(caught.value)


def test_a_ledger_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open database file"):
        open_ledger(tmp_path / "missing" / "ledger.sqlite3")


def test_the_feeds_keep_the_address_that_the_site_had_first(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        assert ledger.is_new()
        assert ledger.site_id("https://old.example") == "https://old.example"
        ledger.commit()
    with closing(open_ledger(path)) as ledger:
        assert not ledger.is_new()
        assert ledger.site_id("https://new.example") == "https://old.example"
