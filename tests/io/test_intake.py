from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from feedsvc.errors import RemovalsError
from feedsvc.index import Index, open_index
from feedsvc.intake import Intake, IntakeRules
from feedsvc.ledger import Ledger, open_ledger
from feedsvc.model import SITE, Finding, Post, PostError, Term, Withheld
from feedsvc.posts.crew import read_files
from feedsvc.posts.files import FileReader, Unparsed
from feedsvc.posts.scan import ScanResult, scan_posts
from feedsvc.posts.sitefiles import SiteFiles, look_again

# Later than any time that the file system gives, so that no file looks as if it had just changed.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def parse(path: str, data: bytes) -> Post | PostError | Withheld:
    """Read a post that says its category and how many hours after noon it is dated, or just "broken" or "draft"."""
    text = data.decode()
    if text == "broken":
        return PostError(path=path, reason="broken", line=1, column=1)
    if text == "draft":
        return Withheld(path=path, reason="a draft")
    category, hours = (*text.split(), "-1000000")[:2]
    published = NOON + float(hours) * HOUR
    return Post(
        path=path,
        name_key=path,
        digest=hashlib.sha256(data).hexdigest()[:32],
        body_digest="",
        proposed_id=f"https://example.org/{path}",
        title=path,
        alternate_link=f"https://example.org/{path}",
        published=published,
        updated=published,
        summary="",
        content=text,
        terms=(Term(kind="category", key=category, label=category, slug=category),),
        warnings=(Finding(path=path, reason="odd"),) if "odd" in text else (),
    )


@dataclass
class Desk:
    """A posts directory, and what index and ledger know of it."""

    posts: Path
    index: Index
    ledger: Ledger
    read: list[str] = field(default_factory=list)

    def open_anew(self) -> None:
        """Keep what the ledger knows and open it as the next build does."""
        self.ledger.commit()
        self.ledger.close()
        self.ledger = open_ledger(self.posts.parent / "ledger.sqlite3")

    def write(self, **texts: str) -> None:
        """Write posts: name without its extension -> text."""
        for name, text in texts.items():
            (self.posts / f"{name}.md").write_text(text, encoding="utf-8")

    def remove(self, *names: str) -> None:
        for name in names:
            (self.posts / f"{name}.md").unlink()

    def scan(self) -> ScanResult:
        return scan_posts(self.posts, ("*.md",))

    def take_in(
        self,
        scan: ScanResult | None = None,
        hours: float = 0,
        *,
        future: bool = False,
        allow_removals: bool = False,
        known_elsewhere: frozenset[str] = frozenset(),
        max_bytes: int = 1000,
    ) -> set[str]:
        """Take in what is there now; return the feeds touched, by key, the site's as "the site"."""
        self.read.clear()

        def parse_and_note(posts: Sequence[Unparsed]) -> list[Post | PostError | Withheld]:
            self.read += [each.path for each in posts]
            return [parse_one(each.path, each.data, each.site) for each in posts]

        def parse_one(path: str, data: bytes, site: SiteFiles) -> Post | PostError | Withheld:
            outcome = parse(path, data)
            drawn = site.read("note.txt", 100) if "drawing" in data.decode() else None
            return replace(outcome, content=drawn.decode()) if drawn and isinstance(outcome, Post) else outcome

        rules = IntakeRules(directory=str(self.posts), future=future, allow_removals=allow_removals)
        reader = FileReader(
            directory=self.posts,
            max_bytes=max_bytes,
            parse=parse_and_note,
            parse_whole=parse_and_note,
            site=SiteFiles(self.posts.parent),
        )
        look = partial(look_again, self.posts.parent)
        now = NOON + hours * HOUR
        intake = Intake(rules, partial(read_files, reader), self.index, self.ledger, now, look=look)
        touched = intake.take_in(scan or self.scan(), known_elsewhere)
        self.open_anew()
        return {"the site" if feed == SITE else feed[1] for feed in touched}

    def rejected(self) -> dict[str, bool]:
        """Each rejected path, and whether its last good version is published."""
        return {finding.path: kept for finding, kept in self.index.files.rejected()}

    def live(self) -> str:
        return " ".join(sorted(each.path.removesuffix(".md") for each in self.index.posts.ranking(SITE, 100)))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    posts = tmp_path / "_posts"
    posts.mkdir()
    with closing(open_index(tmp_path / "index.sqlite3")) as index:
        desk = Desk(posts=posts, index=index, ledger=open_ledger(tmp_path / "ledger.sqlite3"))
        yield desk
        desk.ledger.close()


def test_new_posts_touch_the_site_and_their_feeds(desk: Desk) -> None:
    desk.write(a="news", b="it")
    assert desk.take_in() == {"the site", "news", "it"}
    assert desk.live() == "a b"


def test_nothing_changed_touches_and_reads_nothing(desk: Desk) -> None:
    desk.write(a="news")
    desk.take_in()
    assert desk.take_in() == set()
    assert desk.read == []


def test_a_file_that_was_saved_without_a_change_is_not_parsed(desk: Desk) -> None:
    desk.write(a="news")
    desk.take_in()
    os.utime(desk.posts / "a.md", ns=(1, 1))
    assert desk.take_in() == set()
    assert desk.read == []


def test_a_file_that_changed_while_it_was_read_is_parsed_by_the_next_build(desk: Desk) -> None:
    desk.write(a="news")
    now = datetime.now(UTC)
    hours = (now - NOON) / HOUR
    desk.take_in(hours=hours)
    times = (desk.posts / "a.md").stat()
    desk.write(a="nows")  # as many bytes, in the same instant
    os.utime(desk.posts / "a.md", ns=(times.st_mtime_ns, times.st_mtime_ns))
    assert desk.take_in(hours=hours) == {"the site", "news", "nows"}


def test_an_edit_touches_the_feeds_before_and_after(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.write(a="culture")
    assert desk.take_in() == {"the site", "news", "culture"}
    assert desk.read == ["a.md"]


def test_a_removed_post_touches_the_feeds_it_was_in(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.remove("a")
    assert desk.take_in() == {"the site", "news"}
    assert desk.live() == "b"
    assert desk.ledger.entries.live_paths() == {"b.md"}


def test_a_post_that_only_the_ledger_knows_is_removed_too(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.ledger.entries.admit(_post("c"), NOON)
    desk.take_in(known_elsewhere=frozenset({"a.md", "c.md"}))
    assert desk.ledger.entries.live_paths() == {"a.md", "b.md"}


def _post(name: str) -> Post:
    post = parse(f"{name}.md", name.encode())
    assert isinstance(post, Post)
    return post


def test_a_broken_post_keeps_its_last_good_version_in_index_and_ledger(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.write(a="broken")
    desk.take_in()
    assert desk.rejected() == {"a.md": True}
    assert desk.live() == "a b"
    kept = desk.ledger.kept.get("a.md")
    assert kept
    assert kept.content == "news"
    desk.write(a="mended")
    assert desk.take_in() == {"the site", "news", "mended"}
    assert desk.rejected() == {}
    assert desk.ledger.kept.get("a.md") is None


def test_a_broken_post_that_breaks_again_keeps_the_last_good_version(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.write(a="broken")
    desk.take_in()
    os.utime(desk.posts / "a.md", ns=(1, 1))
    (desk.posts / "a.md").write_bytes(b"x" * 2000)
    desk.take_in()
    kept = desk.ledger.kept.get("a.md")
    assert kept
    assert kept.content == "news"
    assert desk.rejected() == {"a.md": True}


def test_a_draft_leaves_the_feeds_and_keeps_no_version(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.write(a="broken")
    desk.take_in()
    desk.write(a="draft")
    assert desk.take_in() == {"the site", "news"}
    assert (desk.live(), desk.rejected()) == ("b", {})
    desk.write(a="broken")
    assert desk.take_in() == set()
    assert (desk.live(), desk.rejected()) == ("b", {"a.md": False})


def test_drafts_are_no_removals(desk: Desk) -> None:
    desk.write(a="news", b="it", c="it")
    desk.take_in()
    desk.write(a="draft", b="draft", c="draft")
    desk.take_in()
    assert desk.live() == ""


def test_a_file_that_is_too_large_is_tried_again_when_more_may_be_read(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in(max_bytes=3)
    assert desk.rejected() == {"a.md": False}
    assert desk.take_in() == {"the site", "news"}
    assert desk.rejected() == {}


def test_what_the_scan_refuses_is_rejected_until_it_is_mended(desk: Desk) -> None:
    (desk.posts / "a.md").symlink_to("/nowhere")
    desk.write(b="it")
    for _ in range(2):
        desk.take_in()
        assert desk.rejected() == {"a.md": False}
    (desk.posts / "a.md").unlink()
    desk.write(a="news")
    assert desk.take_in() == {"the site", "news"}
    assert desk.rejected() == {}
    (desk.posts / "a.md").unlink()
    (desk.posts / "a.md").symlink_to("/nowhere")
    desk.take_in()
    assert desk.rejected() == {"a.md": True}


def test_a_file_that_vanished_since_the_scan_is_gone(desk: Desk) -> None:
    desk.write(a="news", b="it", c="it")
    desk.take_in()
    desk.write(a="newer")
    scan = desk.scan()
    desk.remove("a")
    assert desk.take_in(scan) == {"the site", "news"}
    assert desk.live() == "b c"


def test_a_file_that_was_renamed_since_the_scan_keeps_its_id(desk: Desk) -> None:
    desk.write(a="news", b="it", c="it")
    desk.take_in()
    os.utime(desk.posts / "a.md", ns=(1, 1))
    before = desk.scan()
    (desk.posts / "a.md").rename(desk.posts / "z.md")
    after = desk.scan()
    both = {file.path: file for file in (*before.files, *after.files)}
    desk.take_in(ScanResult(files=tuple(both.values()), errors=()))
    assert desk.live() == "b c z"
    assert desk.index.posts.entry("z.md")[0] == "https://example.org/a.md"


def test_a_rename_keeps_the_id_and_touches_the_feeds_of_the_post(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    (desk.posts / "a.md").rename(desk.posts / "z.md")
    assert desk.take_in() == {"the site", "news"}
    assert desk.live() == "b z"
    assert desk.index.posts.entry("z.md")[0] == "https://example.org/a.md"


def test_renaming_everything_is_no_removal(desk: Desk) -> None:
    desk.write(a="news", b="it", c="culture")
    desk.take_in()
    for name in "abc":
        (desk.posts / f"{name}.md").rename(desk.posts / f"new-{name}.md")
    desk.take_in()
    assert desk.live() == "new-a new-b new-c"


@pytest.mark.parametrize(("removed", "stops"), [("ab", False), ("abc", True), ("abcd", True)])
def test_more_than_half_may_not_vanish(desk: Desk, removed: str, stops: bool) -> None:
    desk.write(a="news", b="it", c="it 2", d="it 3")
    desk.take_in(future=True)
    desk.remove(*removed)
    if stops:
        with pytest.raises(RemovalsError) as caught:
            desk.take_in(future=True)
        assert (caught.value.vanished, caught.value.known) == (len(removed), 4)
        assert desk.ledger.entries.live_paths() == {"a.md", "b.md", "c.md", "d.md"}
        desk.take_in(future=True, allow_removals=True)
    else:
        desk.take_in(future=True)
    assert len(desk.ledger.entries.live_paths()) == 4 - len(removed)


def test_new_posts_do_not_make_up_for_those_that_vanished(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.remove("a", "b")
    desk.write(**{f"new{number}": f"it {number - 100}" for number in range(10)})
    with pytest.raises(RemovalsError):
        desk.take_in()


def test_posts_that_are_not_live_do_not_count_for_the_guard(desk: Desk) -> None:
    desk.write(a="news", b="draft", c="broken", d="it 5", e="it")
    desk.take_in()
    desk.remove("b", "c", "d", "e")
    desk.take_in()
    assert desk.live() == "a"


def test_a_waiting_post_is_let_in_at_its_second_and_not_before(desk: Desk) -> None:
    desk.write(a="news", b="it 2")
    assert desk.take_in() == {"the site", "news"}
    assert desk.take_in(hours=2 - 1e-6) == set()
    assert desk.take_in(hours=2) == {"the site", "it"}
    assert desk.read == []
    assert desk.index.posts.ranking(SITE, 1)[0].live_at == NOON + 2 * HOUR


def test_a_live_post_that_is_dated_anew_leaves_and_comes_back(desk: Desk) -> None:
    desk.write(a="news", b="it")
    desk.take_in()
    desk.write(a="news 2")
    assert desk.take_in() == {"the site", "news"}
    assert desk.live() == "b"
    assert desk.ledger.entries.live_paths() == {"b.md"}
    desk.take_in(hours=3)
    standing = desk.index.posts.ranking(SITE, 1)[0]
    assert (standing.path, standing.live_at) == ("a.md", NOON + 3 * HOUR)


def test_a_waiting_post_that_breaks_still_goes_live(desk: Desk) -> None:
    desk.write(a="news", b="it 2")
    desk.take_in()
    desk.write(b="broken")
    desk.take_in(hours=1)
    assert desk.rejected() == {"b.md": False}
    desk.take_in(hours=2)
    assert desk.rejected() == {"b.md": True}
    assert desk.live() == "a b"


def test_warnings_are_remembered_with_what_the_ledger_has_to_say(desk: Desk) -> None:
    desk.write(a="odd", b="it")
    desk.ledger.entries.admit(_post("x"), NOON)
    desk.ledger.entries.rename("x.md", "gone.md")
    desk.write(x="odd")
    desk.take_in()
    told = [(finding.path, finding.reason.partition(" ")[0]) for finding in desk.index.files.warnings()]
    assert told == [("a.md", "odd"), ("x.md", "odd"), ("x.md", "the")]


@pytest.mark.parametrize("order", ["abc", "cba", "bca"])
def test_the_order_of_the_scan_decides_nothing(desk: Desk, order: str) -> None:
    for name in order:
        desk.write(**{name: "news"})
    scan = desk.scan()
    files = tuple(sorted(scan.files, key=lambda file: order.index(file.path[0])))
    desk.take_in(ScanResult(files=files, errors=()))
    assert [standing.path for standing in desk.index.posts.ranking(SITE, 10)] == ["c.md", "b.md", "a.md"]
    assert desk.read == ["a.md", "b.md", "c.md"]


def test_a_post_is_read_again_when_what_it_draws_on_comes_changes_or_goes(desk: Desk) -> None:
    desk.write(a="News 0 drawing", b="Sport")
    desk.take_in()
    note = desk.posts.parent / "note.txt"
    for text in ("first", "another", None):
        if text is None:
            note.unlink()
        else:
            note.write_text(text, encoding="utf-8")
        assert desk.take_in() == {"the site", "News"}
        assert desk.read == ["a.md"]
        post = desk.index.posts.get("a.md")
        assert post is not None
        assert post.content == (text or "News 0 drawing")
        assert desk.take_in() == set()
        assert desk.read == []


def test_what_a_changed_or_removed_post_drew_on_is_nothing_to_it_any_more(desk: Desk) -> None:
    desk.write(a="News 0 drawing", b="Sport 0 drawing", c="Sport")
    desk.take_in()
    desk.write(a="News")
    desk.remove("b")
    desk.take_in()
    (desk.posts.parent / "note.txt").write_text("there", encoding="utf-8")
    assert desk.take_in() == set()
    assert desk.read == []


def test_among_named_paths_too_a_post_is_read_again_for_what_it_draws_on(desk: Desk) -> None:
    desk.write(a="News 0 drawing", b="Sport")
    desk.take_in()
    (desk.posts.parent / "note.txt").write_text("there", encoding="utf-8")
    assert desk.take_in(scan_posts(desk.posts, ("*.md",), within=["b.md"])) == {"the site", "News"}
    assert desk.read == ["a.md"]
