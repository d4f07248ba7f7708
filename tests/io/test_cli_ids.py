"""The commands that show, mend and carry the ledger, and what the next build makes of it."""

from __future__ import annotations

import json
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.cli import run
from feedsvc.cli.shell import shell_word
from feedsvc.ledger import open_ledger
from feedsvc.lock import build_lock

Capture = pytest.CaptureFixture[str]
Documents = Callable[..., dict[str, bytes]]

CONFIGURATION = '[site]\ntitle = "뉴스"\nurl = "https://example.org"\n[feeds]\nformats = ["atom", "rss"]\n'
ATOM = "{http://www.w3.org/2005/Atom}"
ONE, TWO = "2024-06-12-one.md", "2024-06-12-two.md"
ID_ONE, ID_TWO = "https://example.org/2024/06/12/one/", "https://example.org/2024/06/12/two/"
OWN = "tag:example.org,2024:1"


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def write(here: Path, name: str, title: str = "", body: str = "") -> None:
    path = here / "_posts" / name
    path.write_text(f"---\ntitle: {title or name}\n---\n<p>{body or name}</p>\n", encoding="utf-8")


@pytest.fixture
def here(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of two posts that was built, and the working directory."""
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    (site / "feedsvc.toml").write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.chdir(site)
    write(site, ONE)
    write(site, TWO)
    assert run(["--quiet", "build"]) == 0
    return site


@pytest.fixture
def do(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[str, str]]:
    """Run a command; return what it said to stdout and to stderr, after a look at its exit code."""

    def call(*arguments: str, code: int = 0) -> tuple[str, str]:
        capfdbinary.readouterr()
        actual = run(["--quiet", *arguments])
        sys.stdout.flush()
        out, err = (each.decode() for each in capfdbinary.readouterr())
        assert actual == code, err or out
        assert "Traceback" not in err
        return out, err

    return call


Do = Callable[..., tuple[str, str]]


def entries(body: bytes) -> list[str]:
    return [str(each.text) for each in etree.fromstring(body).iterfind(f"{ATOM}entry/{ATOM}id")]


def deleted(body: bytes) -> list[str]:
    return [str(each.get("ref")) for each in etree.fromstring(body).iter("{*}deleted-entry")]


def test_ids_are_listed_by_path_with_those_that_are_gone_behind(here: Path, do: Do) -> None:
    (here / "_posts" / TWO).unlink()
    do("build")
    do("ids", "set", ONE, OWN)
    out, _ = do("ids")
    lines = [line.split() for line in out.splitlines()]
    assert [(state, path, id_) for state, _, path, id_ in lines] == [
        ("live", ONE, OWN),
        ("gone", TWO, ID_TWO),
        ("gone", "-", ID_ONE),
    ]
    assert lines[0][1] == "2024-06-12T00:00Z"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [ONE, TWO]),
        (["--path", "two"], [TWO]),
        (["--id", "/one/"], [ONE]),
        (["--path", "two", "--id", "one"], []),
        (["--path", "*"], []),
    ],
)
def test_ids_are_filtered_by_what_path_and_id_hold(here: Path, do: Do, options: list[str], found: list[str]) -> None:
    out, _ = do("ids", *options)
    assert [line.split()[2] for line in out.splitlines()] == found
    rows = json.loads(do("ids", "--json", *options)[0])
    assert [row["path"] for row in rows] == found
    assert all(row.keys() == {"path", "id", "live_at", "withdrawn_at"} for row in rows)


def test_a_path_is_found_in_either_normal_form_of_its_letters(here: Path, do: Do) -> None:
    write(here, "2024-06-13-\u1112\u1161\u11ab.md")
    do("build")
    assert "2024-06-13" in do("ids", "--path", "한")[0]


def test_a_mended_id_is_in_every_feed_after_the_next_build_and_the_former_one_is_told_as_gone(
    here: Path, do: Do, documents: Documents
) -> None:
    out, _ = do("ids", "set", ONE, OWN)
    assert out == (
        f"{ONE}: is {OWN} from the next build on\n"
        f"1 feed will show it by this id, and tell that {ID_ONE} is gone\n"
        "readers who have seen it by that one see it once more\n"
    )
    do("build")
    mended = documents()
    assert entries(mended["/atom.xml"]) == [ID_TWO, OWN]
    assert deleted(mended["/atom.xml"]) == [ID_ONE]
    assert OWN.encode() in mended["/rss.xml"]
    assert ID_ONE.encode() + b"</guid>" not in mended["/rss.xml"]
    (here / "var" / "index.sqlite3").unlink()
    do("build")
    assert documents() == mended


def test_an_id_is_mended_without_an_index_and_the_site_tells_that_the_former_one_is_gone(
    here: Path, do: Do, documents: Documents
) -> None:
    (here / "var" / "index.sqlite3").unlink()
    assert "1 feed will show it" in do("ids", "set", ONE, OWN)[0]
    assert not (here / "var" / "index.sqlite3").exists()
    do("build")
    assert deleted(documents()["/atom.xml"]) == [ID_ONE]


def test_setting_the_id_that_a_post_has_changes_nothing(here: Path, do: Do) -> None:
    before = do("export")
    out, _ = do("ids", "set", ONE, ID_ONE)
    assert out == f"{ONE}: is {ID_ONE} already; nothing was changed\n"
    assert do("export") == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((ONE, ID_TWO), f"{ID_TWO}: this is the id of {TWO}; no two posts can share one"),
        ((ONE, "one"), "one: this is no absolute IRI, so it can be no id"),
        ((ONE, ""), "this is no absolute IRI"),
        ((ONE, "tag:example.org,2024:a b"), "this is no absolute IRI"),
        ((ONE, "tag:example.org,2024:\x1b"), "this is no absolute IRI"),
        ((ONE, "javascript"), "this is no absolute IRI"),
        (("2024-06-21-one.md", OWN), f"no post is known by this path; the nearest known one is {ONE}"),
        (("x", OWN), "no post is known by this path; `feedsvc ids` lists those that are known"),
        (("../../etc/passwd", OWN), "no post is known by this path"),
    ],
)
def test_an_id_that_cannot_be_is_refused_and_nothing_changes(
    here: Path, do: Do, arguments: tuple[str, str], told: str
) -> None:
    before = do("export")
    out, err = do("ids", "set", *arguments, code=2)
    assert out == ""
    assert err.startswith("feedsvc: ")
    assert told in err
    assert "\x1b" not in err
    assert do("export") == before


def test_a_post_that_was_renamed_and_rewritten_continues_its_entry_by_a_move(
    here: Path, do: Do, documents: Documents
) -> None:
    (here / "_posts" / ONE).unlink()
    write(here, "2024-06-12-uno.md", body="전혀 다른 글")
    do("build")
    assert deleted(documents()["/atom.xml"]) == [ID_ONE]
    do("ids", "move", f"_posts/{ONE}", "_posts/2024-06-12-uno.md")
    do("build")
    found = documents()["/atom.xml"]
    assert sorted(entries(found)) == [ID_ONE, ID_TWO]
    assert deleted(found) == ["https://example.org/2024/06/12/uno/"]


@pytest.mark.parametrize("when", ["before the file is there", "before it is built"])
def test_a_move_before_the_build_makes_no_reader_see_a_change_of_ids(
    here: Path, do: Do, documents: Documents, when: str
) -> None:
    (here / "_posts" / ONE).unlink()
    if when == "before the file is there":
        _, err = do("ids", "move", ONE, "2024-06-12-uno.md", code=2)
        assert "2024-06-12-uno.md: no post is known by this path; the nearest known one is" in err
    write(here, "2024-06-12-uno.md", body="전혀 다른 글")
    out, _ = do("ids", "move", ONE, "2024-06-12-uno.md")
    assert out == f"2024-06-12-uno.md: is {ID_ONE} from the next build on\n"
    do("build")
    assert sorted(entries(documents()["/atom.xml"])) == [ID_ONE, ID_TWO]
    assert deleted(documents()["/atom.xml"]) == []


def test_a_post_whose_file_is_still_there_keeps_its_id(here: Path, do: Do) -> None:
    before = do("export")
    _, err = do("ids", "move", ONE, TWO, code=2)
    assert f"{ONE}: this file is still there, and keeps its id" in err
    assert do("export") == before


def test_the_id_of_a_withdrawn_post_can_be_given_on_and_is_live_since_it_was(here: Path, do: Do) -> None:
    (here / "_posts" / TWO).unlink()
    do("build")
    write(here, "2024-06-14-new.md")
    do("build")
    do("ids", "set", "2024-06-14-new.md", ID_TWO)
    rows = {row["id"]: row for row in json.loads(do("ids", "--json")[0])}
    assert (rows[ID_TWO]["path"], rows[ID_TWO]["withdrawn_at"]) == ("2024-06-14-new.md", None)
    assert rows[ID_TWO]["live_at"] == "2024-06-12T00:00:00Z"
    assert rows["https://example.org/2024/06/14/new/"]["withdrawn_at"]


def test_a_mended_id_of_a_withdrawn_post_makes_every_index_out_of_date_too(here: Path, do: Do) -> None:
    (here / "_posts" / TWO).unlink()
    do("build")
    marks = set()
    for id_ in (OWN, "tag:example.org,2024:2"):
        out, _ = do("ids", "set", TWO, id_)
        assert out == f"{TWO}: is {id_} from the next build on\n"
        with closing(open_ledger(here / "var" / "ledger.sqlite3")) as ledger:
            marks.add(ledger.mark())
    assert len(marks) == 2


def test_an_id_that_a_mended_post_had_is_given_to_no_other_post(here: Path, do: Do, documents: Documents) -> None:
    do("ids", "set", ONE, OWN)
    (here / "_posts" / "again").mkdir()
    write(here, f"again/{ONE}", body="anders")
    do("build")
    assert ID_ONE not in entries(documents()["/atom.xml"])
    assert len(entries(documents()["/atom.xml"])) == 3


@pytest.mark.parametrize(
    "arguments", [["ids"], ["ids", "set", ONE, OWN], ["ids", "move", ONE, TWO], ["export"], ["import", "feedsvc.toml"]]
)
def test_every_command_on_the_ledger_waits_for_no_build_and_says_so(here: Path, do: Do, arguments: list[str]) -> None:
    with build_lock(here / "var" / "build.lock"):
        out, err = do(*arguments, code=75)
    assert out == ""
    assert "another build holds the lock" in err


@pytest.mark.parametrize("arguments", [["ids"], ["ids", "set", ONE, OWN], ["export"]])
def test_a_site_that_was_never_built_has_no_ids_and_gets_no_ledger(
    site: Path, monkeypatch: pytest.MonkeyPatch, do: Do, arguments: list[str]
) -> None:
    (site / "feedsvc.toml").write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.chdir(site)
    _, err = do(*arguments, code=1)
    assert "there is no ledger; run `feedsvc build` first" in err
    assert not (site / "var").exists()


def test_an_export_is_taken_in_from_a_file_and_from_standard_input(
    here: Path, do: Do, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, (text, _) = documents(), do("export")
    Path("ledger.jsonl").write_text(text, encoding="utf-8")
    _, err = do("import", "ledger.jsonl", code=1)
    assert "the ledger is not empty, and nothing was imported; move it away" in err
    out, _ = do("import", "--merge", "ledger.jsonl")
    assert out == "imported 0 ids and 0 other records; 2 records known before; the next build reads every post again\n"
    Path("var/ledger.sqlite3").unlink()
    out, _ = do("import", "ledger.jsonl")
    assert out.startswith("imported 2 ids and 0 other records; 0 records known before")
    do("build")
    assert documents() == before
    assert do("export")[0] == text


def test_an_import_that_fails_says_where_and_leaves_an_empty_ledger(here: Path, do: Do) -> None:
    text, _ = do("export")
    Path("cut.jsonl").write_text(text[: len(text) // 2], encoding="utf-8")
    Path("var/ledger.sqlite3").unlink()
    _, err = do("import", "cut.jsonl", code=1)
    assert err.startswith("feedsvc: cut.jsonl:2:")
    _, err = do("import", "no-such-file", code=2)
    assert "No such file" in err
    do("import", "feedsvc.toml", code=1)
    assert do("ids")[0] == ""
    assert json.loads(do("ids", "--json")[0]) == []


NAMES = ("plain.md", "a b.md", "it's.md", "$(id).md", "-n.md", "한글.md", "a'\nb.md", "\x1b[31m.md", "\udcff.md", "\\'")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_characters_is_one_word_of_a_shell_and_one_line_of_a_terminal(name: str) -> None:
    word = shell_word(name)
    assert word.isprintable()
    done = subprocess.run(["bash", "-c", f"printf '%s' {word}"], check=True, capture_output=True)
    assert done.stdout == name.encode("utf-8", "surrogateescape")
    if name.isprintable():
        assert shlex.split(word) == [name]
