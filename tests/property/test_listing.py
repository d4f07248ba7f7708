"""What a scan finds is the same whether it is compared with the listing or with every row of the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.database import Database
from feedsvc.index import Index, files, listing, open_index
from feedsvc.index.files import Changes, FileRecord
from feedsvc.model import SourceFile

SECOND_NS = 1_000_000_000

names = st.sampled_from(["a.md", "a/b.md", "가.md"])
steps = st.lists(
    st.one_of(
        # What becomes of files, by name: as they were long ago or else, touched now, or gone.
        st.tuples(st.just("change"), st.dictionaries(names, st.sampled_from(["old", "older", "now", "gone"]))),
        st.tuples(st.just("build"), st.permutations(range(3))),
        st.tuples(st.just("build of"), st.sets(names, max_size=3)),
        st.tuples(st.just("build that fails"), st.permutations(range(3))),
        st.tuples(st.just("build that reads nothing"), st.permutations(range(3))),
        st.tuples(st.just("read"), st.sets(names, max_size=2)),
        st.tuples(st.just("fail to read"), st.sets(names, max_size=2)),
        st.just(("forget", ())),
    ),
    max_size=12,
)


class Site:
    """Files and an index of them, at a time that passes by a second each step, so that some are read too soon."""

    def __init__(self, index: Index) -> None:
        self.index, self.now, self.files = index, 10 * SECOND_NS, dict[str, SourceFile]()

    def change(self, changes: dict[str, str]) -> None:
        for name, change in changes.items():
            if change == "gone":
                self.files.pop(name, None)
            else:
                at = {"old": 1, "older": 0, "now": self.now}[change]
                self.files[name] = SourceFile(name, 1, at, at, at)

    def build(self, order: list[int]) -> None:
        self.settle(self.build_that_reads_nothing(order))

    def build_that_reads_nothing(self, order: list[int]) -> Changes:
        listed = list(self.files.values())
        return self.compare([listed[each] for each in order if each < len(listed)])

    def build_of(self, within: set[str]) -> None:
        listed = [file for name, file in self.files.items() if name in within]
        self.settle(self.index.files.compare(listed, within=sorted(within)))

    def build_that_fails(self, order: list[int]) -> None:
        self.index.commit()
        self.build(order)
        self.index._database.execute("ROLLBACK")
        self.index._database.execute("BEGIN IMMEDIATE")

    def read(self, names: set[str], digest: str = "digest") -> None:
        """Read files that look as they did, since they draw on others."""
        looks = self.index.files.last_looks(sorted(names))
        self.index.files.record_all((FileRecord(file, digest) for file in looks), self.now)

    def fail_to_read(self, names: set[str]) -> None:
        self.read(names, "")

    def forget(self, _: object) -> None:
        self.index.files.forget()

    def compare(self, listed: list[SourceFile]) -> Changes:
        with without_listing():
            plain = self.index.files.compare(listed)
        found = self.index.files.compare(listed)
        assert found == plain
        return found

    def settle(self, changes: Changes) -> None:
        """Read all that is to be read: one has the bytes that it had, whatever it looks like."""
        same = [file for file, digest in changes.to_read if digest and file.path == "a.md"]
        others = [file for file, digest in changes.to_read if not digest or file.path != "a.md"]
        self.index.files.look_again(same, self.now)
        self.index.files.record_all((FileRecord(file, "digest") for file in others), self.now)
        for path in changes.removed:
            self.index.files.drop(path)


@contextmanager
def without_listing() -> Iterator[None]:
    """Compare with every row, and leave the listing alone."""
    names = ("compare", "keep", "forget")
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch.object(listing.Listing, name, lambda *_: None))
        yield


@given(st.integers(1, 6), steps)
@settings(deadline=None)
def test_the_listing_tells_of_every_file_that_changed(few: int, taken: list[tuple[str, object]]) -> None:
    with (
        patch.multiple(listing, _PIECE=20, _LONGEST=40),
        patch.multiple(files, _FEW=few),
        closing(open_index(Path(":memory:"))) as index,
    ):
        site = Site(index)
        for step, argument in taken:
            site.now += SECOND_NS
            getattr(site, step.replace(" ", "_"))(argument)


@given(st.lists(st.text("ab", min_size=1), unique=True), st.lists(st.text("ab", min_size=1), unique=True))
def test_a_listing_suspects_what_came_or_went_and_becomes_the_other(before: list[str], after: list[str]) -> None:
    old, new = ("".join(f"{path}\t1\n" for path in paths) for paths in (before, after))
    with (
        patch.multiple(listing, _PIECE=10, _LONGEST=20),
        closing(Database(Path(":memory:"), schema=listing.SCHEMA, version=1, durable=False)) as database,
    ):
        tables = listing.Listing(database)
        tables.keep(old, None, ())
        gap = tables.compare(new)
        if gap is None:
            assert not before
            return
        assert gap.paths == frozenset(before) ^ frozenset(after)
        tables.keep(new, gap, ())
        pieces = database.rows("SELECT looks FROM listing ORDER BY number")
        assert "".join(looks for (looks,) in pieces) == new
