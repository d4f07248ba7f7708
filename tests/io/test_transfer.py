"""The ledger as a file: what goes out comes back, and a file that is not whole changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from feedsvc.errors import FeedsvcError, LedgerError, LedgerFileError
from feedsvc.ledger import open_ledger
from feedsvc.ledger.file import LedgerFile
from feedsvc.ledger.transfer import Import, export_ledger, import_ledger

Build = Callable[..., object]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]

HEADER = '{"format":"feedsvc-ledger","version":1,"site":"https://example.org"}'
ENTRY = {
    "type": "entry",
    "id": "tag:a,2024:1",
    "path": "a.md",
    "live_at": "2024-06-12T00:00:00Z",
    "withdrawn_at": None,
    "digest": "d",
    "body_digest": "b",
}
TERM = {"type": "term", "kind": "tag", "key": "sea", "slug": "sea", "label": "Sea"}


def line(record: Mapping[str, object], **changes: object) -> str:
    return json.dumps({**record, **changes})


def end(count: int) -> str:
    return json.dumps({"type": "end", "records": count})


def export(path: Path) -> str:
    with closing(open_ledger(path)) as ledger:
        return "".join(export_ledger(ledger))


def take_in(path: Path, lines: str | Iterable[str], *, merge: bool = False) -> Import:
    text = lines if isinstance(lines, str) else "".join(f"{each}\n" for each in lines)
    with closing(open_ledger(path)) as ledger:
        outcome = import_ledger(ledger, LedgerFile("l.jsonl", BytesIO(text.encode())), merge=merge)
        ledger.commit()
        return outcome


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def history(
    site: Path, write_post: WritePost, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> Path:
    """A site with a past: a rejected post, a withdrawn one, a renamed one, a category that is gone, slugs that met."""
    for number in range(1, 6):
        write_post(f"2024-06-12-{number}.md", "News" if number < 4 else "news!")
    write_post("2024-06-13-1.md", "떠난 분류")
    run_build()
    (site / "_posts" / "2024-06-12-2.md").rename(site / "_posts" / "2024-06-12-renamed.md")
    (site / "_posts" / "2024-06-13-1.md").unlink()
    break_post("2024-06-12-5.md")
    write_post("2024-06-14-1.md", "News")
    run_build(1, site={"url": "https://new.example"})
    return site


def test_a_ledger_that_was_exported_and_imported_builds_the_same_bytes(
    history: Path, run_build: Build, documents: Documents
) -> None:
    before = documents()
    ledger = history / "var" / "ledger.sqlite3"
    text = export(ledger)
    assert {json.loads(each).get("type") for each in text.splitlines()} == {
        *(None, "entry", "kept", "term", "retired", "deleted", "end")
    }
    for lost in ("var", "public"):
        shutil.rmtree(history / lost)
    ledger.parent.mkdir()
    take_in(ledger, text)
    run_build(2, site={"url": "https://new.example"})
    assert documents() == before
    assert export(ledger) == text


def test_a_ledger_that_was_imported_beside_an_index_has_every_post_read_again(
    history: Path, run_build: Build, documents: Documents
) -> None:
    before = documents()
    ledger = history / "var" / "ledger.sqlite3"
    text = export(ledger)
    ledger.unlink()
    run_build(2)  # ids are made anew, as for who lost the ledger
    assert documents() != before
    ledger.unlink()
    take_in(ledger, text)
    run_build(3, site={"url": "https://new.example"})
    assert documents() == before


def test_exporting_changes_nothing_and_repeats_itself(history: Path) -> None:
    ledger = history / "var" / "ledger.sqlite3"
    before = ledger.read_bytes()
    assert export(ledger) == export(ledger)
    assert ledger.read_bytes() == before


def test_an_empty_ledger_goes_out_and_comes_back(path: Path) -> None:
    text = export(path)
    assert text.splitlines()[1:] == ['{"type":"end","records":0}']
    take_in(path, text)
    assert export(path) == text


def test_a_ledger_that_is_not_empty_takes_nothing_in_without_merge(path: Path) -> None:
    take_in(path, [HEADER, line(ENTRY), end(1)])
    before = export(path)
    with pytest.raises(LedgerError, match="not empty"):
        take_in(path, [HEADER, line(ENTRY, id="tag:a,2024:2", path="b.md"), end(1)])
    assert export(path) == before


def test_merging_adds_what_is_missing_and_leaves_what_is_there(path: Path) -> None:
    take_in(path, [HEADER, line(ENTRY), line(TERM), end(2)])
    other = HEADER.replace("example.org", "other.example")
    outcome = take_in(
        path,
        [
            other,
            line(ENTRY, live_at="2020-01-01T00:00:00Z"),
            line(ENTRY, id="tag:a,2024:2"),
            line(ENTRY, id="tag:a,2024:3", path="c.md"),
            line(TERM, label="SEA"),
            line(TERM, key="sea!", label="Sea!"),
            end(5),
        ],
        merge=True,
    )
    assert (outcome.added, outcome.known, outcome.pathless) == ({"entry": 1, "term": 1}, 2, ("tag:a,2024:2",))
    records = [json.loads(each) for each in export(path).splitlines()]
    assert records[0]["site"] == "https://example.org"
    entries = {each["id"]: (each["path"], each["live_at"]) for each in records if each.get("type") == "entry"}
    assert entries == {
        "tag:a,2024:1": ("a.md", "2024-06-12T00:00:00Z"),
        "tag:a,2024:2": (None, "2024-06-12T00:00:00Z"),
        "tag:a,2024:3": ("c.md", "2024-06-12T00:00:00Z"),
    }
    terms = {each["key"]: each["slug"] for each in records if each.get("type") == "term"}
    assert terms["sea"] == "sea"
    assert terms["sea!"].startswith("sea-")


def test_merging_a_second_time_changes_nothing(history: Path) -> None:
    ledger = history / "var" / "ledger.sqlite3"
    text = export(ledger)
    outcome = take_in(ledger, text, merge=True)
    assert (sum(outcome.added.values()), outcome.pathless) == (0, ())
    assert export(ledger) == text


def test_merging_takes_no_kept_version_of_a_post_that_another_ledger_had_at_that_path(
    history: Path, path: Path
) -> None:
    lines = export(history / "var" / "ledger.sqlite3").split("\n")
    kept = next(each for each in lines if '"type":"kept"' in each)
    own = line(ENTRY, path=json.loads(kept)["path"])
    take_in(path, [HEADER, own, end(1)])
    assert take_in(path, [HEADER, kept, end(1)], merge=True).added == {}
    assert '"type":"kept"' not in export(path)


def test_an_empty_ledger_takes_a_kept_version_whatever_bytes_the_entry_has_by_now(history: Path, path: Path) -> None:
    lines = export(history / "var" / "ledger.sqlite3").split("\n")
    kept = next(each for each in lines if '"type":"kept"' in each)
    own = line(ENTRY, path=json.loads(kept)["path"])
    assert take_in(path, [HEADER, own, kept, end(2)]).added == {"entry": 1, "kept": 1}


DEEP = '{"type":' + "[" * 100_000
DAMAGE = [
    ("nothing", [], "1:1: this is no export of a ledger"),
    ("a post", ["---", "title: a"], "1:1: this is no JSON"),
    ("another header", ['{"format":"other"}'], "1:1: this is no export of a ledger"),
    ("a later format", [HEADER.replace("1", "2", 1)], "1:1: the format is 2, this feedsvc reads 1"),
    ("a site that is none", [HEADER.replace('"https://example.org"', "5")], "1:1: site: is no text"),
    ("a site of half a letter", [HEADER.replace("example", "\\ud800")], "1:1: site: holds half of a surrogate pair"),
    ("cut off after a line", [HEADER, line(ENTRY)], "2:1: the file ends here"),
    ("cut off in a line", [HEADER, line(ENTRY)[:30]], "2:31: this is no JSON"),
    ("a line too few", [HEADER, end(1)], "2:1: the last line counts 1 records, and there are 0"),
    ("two files in one", [HEADER, end(0), HEADER], "3:1: something stands behind the last line"),
    ("an array", [HEADER, "[]", end(0)], "2:1: this is no JSON object"),
    ("an unknown type", [HEADER, '{"type":"entries"}', end(0)], "2:1: 'entries' is no type of record"),
    ("an unknown field", [HEADER, line(ENTRY, more=1), end(1)], "2:1: 'more' is no field"),
    ("a missing field", [HEADER, line({"type": "term", "kind": "tag"}), end(1)], "2:1: key: is missing"),
    ("no id", [HEADER, line(ENTRY, id=""), end(1)], "2:1: id: is empty"),
    ("a number for an id", [HEADER, line(ENTRY, id=5), end(1)], "2:1: id: is no text"),
    ("half a pair", [HEADER, line(ENTRY, id="\ud800"), end(1)], "2:1: id: holds half of a surrogate pair"),
    ("no instant", [HEADER, line(ENTRY, live_at="june"), end(1)], "2:1: live_at: is no instant"),
    ("no zone", [HEADER, line(ENTRY, live_at="2024-06-12T00:00:00"), end(1)], "2:1: live_at: names no time zone"),
    ("one id twice", [HEADER, line(ENTRY), line(ENTRY, path="b.md"), end(2)], "3:1: entry 'tag:a,2024:1' is there"),
    ("one path twice", [HEADER, line(ENTRY), line(ENTRY, id="x:y"), end(2)], "3:1: entry 'x:y' is there twice"),
    ("no post", [HEADER, line({"type": "kept", "path": "a.md", "post": {}}), end(1)], "2:1: post: is no record"),
    ("too deep", [HEADER, DEEP], "2:1: this is no JSON that can be read"),
    ("a huge number", [HEADER, '{"a":' + "9" * 5000 + "}"], "2:1: this is no JSON that can be read"),
]


@pytest.mark.parametrize(("lines", "told"), [case[1:] for case in DAMAGE], ids=[case[0] for case in DAMAGE])
def test_a_file_that_is_not_whole_is_told_by_line_and_column_and_changes_nothing(
    path: Path, lines: list[str], told: str
) -> None:
    before = export(path)
    with pytest.raises(LedgerFileError) as caught:
        take_in(path, lines)
    assert str(caught.value).startswith(f"l.jsonl:{told}")
    assert export(path) == before


@pytest.mark.parametrize(
    "change",
    [
        {"title": 5},
        {"published": 10**30},
        {"image": {"href": "", "media_type": "", "width": 10**30}},
        {"terms": [["tag", 1, "a", "a"]]},
        {"authors": [{"name": None}]},
        {"path": []},
    ],
    ids=str,
)
def test_a_kept_post_whose_fields_are_not_of_their_types_is_refused(
    history: Path, path: Path, change: dict[str, object]
) -> None:
    lines = export(history / "var" / "ledger.sqlite3").splitlines()
    at = next(number for number, text in enumerate(lines) if '"type":"kept"' in text)
    record = json.loads(lines[at])
    lines[at] = json.dumps(record | {"post": record["post"] | change})
    with pytest.raises(LedgerFileError, match=rf"^l\.jsonl:{at + 1}:1: post: is no record of a post"):
        take_in(path, lines)


def test_bytes_that_are_no_text_are_told_by_their_column(path: Path) -> None:
    with closing(open_ledger(path)) as ledger, pytest.raises(FeedsvcError, match=r"l:1:5: this is no UTF-8"):
        import_ledger(ledger, LedgerFile("l", BytesIO(b'{"a":\xff}'.replace(b":", b"", 1))), merge=False)
