"""Whatever a ledger holds, what is exported of it is what comes in, and merging it adds nothing."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import LedgerFileError
from feedsvc.ledger import Ledger, open_ledger
from feedsvc.ledger.file import LedgerFile
from feedsvc.ledger.transfer import export_ledger, import_ledger
from feedsvc.model import Enclosure, Finding, Image, Post
from feedsvc.records import dump_post, to_microseconds

RULES = settings(max_examples=60, deadline=None)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = texts.filter(bool)
instants = st.datetimes(timezones=st.just(UTC)).map(to_microseconds)
aware = st.datetimes(timezones=st.just(UTC))
AWARE = {datetime: aware, datetime | None: st.none() | aware}
# What a file can be long, or a picture wide; records hold no more.
numbers = st.integers(-(2**63), 2**63 - 1)
for model in (Enclosure, Finding, Image):
    fields = {name: numbers if kind is int else st.text() for name, kind in get_type_hints(model).items()}
    st.register_type_strategy(model, st.builds(model, **fields))
# Of every field that the model has, by its type.
posts = st.builds(
    Post, **{name: AWARE[kind] if kind in AWARE else st.from_type(kind) for name, kind in get_type_hints(Post).items()}
)
TABLES = {
    "entries": st.tuples(names, st.none() | names, texts, texts, instants, st.none() | instants),
    "kept": st.tuples(names, posts.map(dump_post)),
    "terms": st.tuples(names, names, names, names),
    "retired": st.tuples(names, instants),
    "deleted": st.tuples(names, texts, names, instants),
    "file_dates": st.tuples(names, texts, instants),
}
ledgers = st.fixed_dictionaries({table: st.lists(rows, max_size=4) for table, rows in TABLES.items()})
Tables = dict[str, list[tuple[object, ...]]]


def fill(tables: Tables, site: str | None = None) -> Ledger:
    """Make a ledger as no build would: of every row that its keys allow."""
    ledger = open_ledger(Path(":memory:"))
    if site:
        ledger.site_id(site)
    for table, rows in tables.items():
        for row in rows:
            marks = ",".join("?" * len(row))
            ledger.database.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608 (ours)
    return ledger


def export(ledger: Ledger) -> str:
    return "".join(export_ledger(ledger))


def file(text: str) -> LedgerFile:
    return LedgerFile("l", BytesIO(text.encode()))


@RULES
@given(ledgers, st.none() | names)
def test_export_and_import_are_one_anothers_inverse(tables: Tables, site: str | None) -> None:
    with closing(fill(tables, site)) as ledger, closing(open_ledger(Path(":memory:"))) as copy:
        text = export(ledger)
        import_ledger(copy, file(text), merge=False)
        assert export(copy) == text
        again = import_ledger(copy, file(text), merge=True)
        assert not again.pathless
        assert export(copy) == text


@RULES
@given(ledgers, ledgers)
def test_merging_keeps_everything_that_was_there_and_loses_no_id(mine: Tables, theirs: Tables) -> None:
    with closing(fill(mine, "https://example.org")) as ledger, closing(fill(theirs)) as more:
        before = export(ledger).split("\n")[1:-2]
        import_ledger(ledger, file(export(more)), merge=True)
        after = export(ledger)
        assert set(before) <= set(after.split("\n"))
        assert ids(export(more)) <= ids(after)


def ids(text: str) -> set[str]:
    records = map(json.loads, text.rstrip("\n").split("\n"))
    return {each["id"] for each in records if each.get("type") == "entry"}


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(["{", "}", '"type"', ":", '"entry"', "\n", "[", "1"])).map(
        lambda parts: "".join(parts).encode()
    ),
    st.booleans(),
)
def test_a_file_of_any_bytes_is_refused_by_its_place(data: bytes, headed: bool) -> None:
    header = b'{"format":"feedsvc-ledger","version":1,"site":null}\n' if headed else b""
    with pytest.raises(LedgerFileError, match=r"^l:[1-9]\d*:[1-9]\d*: "):
        list(LedgerFile("l", BytesIO(header + data)).records())
