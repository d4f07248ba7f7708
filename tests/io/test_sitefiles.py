from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from feedsvc.model import Use
from feedsvc.posts.sitefiles import HEAD_BYTES, SiteFiles, look_again


@pytest.fixture
def root(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "_includes" / "deep").mkdir(parents=True)
    (site / "_includes" / "note.html").write_bytes(b"a note")
    (site / "_includes" / "deep" / "b.html").write_bytes(b"b")
    (site / ".git").mkdir()
    (site / ".git" / "config").write_bytes(b"secret")
    (tmp_path / "outside.txt").write_bytes(b"secret")
    return site


def test_a_file_is_read_and_noted(root: Path) -> None:
    site = SiteFiles(root)
    assert site.read("_includes/note.html", 6) == b"a note"
    (use,) = site.uses
    assert use[:2] == ("file", "_includes/note.html")
    assert look_again(root, *use[:2]) == use.look
    (root / "_includes" / "note.html").write_bytes(b"a longer note")
    assert look_again(root, *use[:2]) != use.look


def test_what_is_missing_or_too_large_is_noted_as_well(root: Path) -> None:
    site = SiteFiles(root)
    assert site.read("_includes/none.html", 100) is None
    assert site.read("_includes/note.html", 5) is None
    looks = {use.name: use.look for use in site.uses}
    assert looks["_includes/none.html"] == ""
    assert looks["_includes/note.html"] == look_again(root, "file", "_includes/note.html") != ""


@pytest.mark.parametrize(
    "path",
    ["../outside.txt", "_includes/../../outside.txt", "/etc/passwd", "", "a\0b", ".git/config", "./x", "_includes"],
)
def test_nothing_outside_nor_hidden_is_read(root: Path, path: str) -> None:
    site = SiteFiles(root)
    assert site.read(path, 100) is None
    assert site.head(path) is None


def test_a_link_is_followed_only_inside(root: Path) -> None:
    (root / "in.html").symlink_to("_includes/note.html")
    (root / "out.txt").symlink_to("../outside.txt")
    (root / "up").symlink_to("..")
    site = SiteFiles(root)
    assert site.read("in.html", 100) == b"a note"
    assert site.read("out.txt", 100) is None
    assert site.read("up/outside.txt", 100) is None


def test_a_head_tells_the_size_of_a_large_file(root: Path) -> None:
    (root / "film.mp4").write_bytes(b"x" * (HEAD_BYTES + 1))
    head = SiteFiles(root).head("film.mp4")
    assert head is not None
    assert (head.size, len(head.data)) == (HEAD_BYTES + 1, HEAD_BYTES)


def test_a_tree_is_listed_sorted_without_what_is_hidden(root: Path) -> None:
    site = SiteFiles(root)
    assert site.list("") == ("_includes/deep/b.html", "_includes/note.html")
    assert site.list("_includes/deep") == ("_includes/deep/b.html",)
    assert site.list("..") == site.list("none") == ()


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_tree_looks_otherwise_when_a_file_in_it_does(root: Path, change: str) -> None:
    site = SiteFiles(root)
    site.list("_includes")
    (use,) = site.uses
    assert look_again(root, use.kind, use.name) == use.look
    if change == "edit":
        (root / "_includes" / "deep" / "b.html").write_bytes(b"bb")
    elif change == "add":
        (root / "_includes" / "c.html").write_bytes(b"")
    else:
        (root / "_includes" / "note.html").unlink()
    assert look_again(root, use.kind, use.name) != use.look


def test_without_a_directory_there_are_no_files_and_nothing_to_note() -> None:
    site = SiteFiles()
    assert site.read("a", 1) is None
    assert site.head("a") is None
    assert site.list("") == ()
    assert site.uses == ()
    assert look_again(None, "file", "a") == ""


def test_notes_are_of_one_post_and_stay_in_its_process(root: Path) -> None:
    site = SiteFiles(root)
    site.head("a.png")
    assert site.uses == (Use("head", "a.png", ""),)
    sent = pickle.loads(pickle.dumps(site))  # noqa: S301 (as it goes to a worker)
    assert site.fresh().uses == sent.uses == ()
    assert sent.read("_includes/note.html", 100) == b"a note"


def test_files_beside_the_post_are_of_another_root_and_noted_with_the_others(root: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "a.md").write_bytes(b"a post")
    (posts / "out.txt").symlink_to("../outside.txt")
    site = pickle.loads(pickle.dumps(SiteFiles(root, posts))).fresh()  # noqa: S301 (our own)
    assert site.beside.read("a.md", 100) == b"a post"
    assert site.beside.head("_includes/note.html") is None
    assert site.beside.read("out.txt", 100) is None
    assert site.read("a.md", 100) is None
    looks = {use[:2]: use.look for use in site.uses}
    assert {kind for kind, _ in looks} == {"beside file", "beside head", "file"}
    assert looks["beside file", "a.md"] == look_again(root, "beside file", "a.md", posts) != ""
    (posts / "a.md").write_bytes(b"another post")
    assert look_again(root, "beside file", "a.md", posts) != looks["beside file", "a.md"]


def test_without_a_posts_directory_there_is_nothing_beside(root: Path) -> None:
    assert SiteFiles(root).beside.read("_includes/note.html", 100) is None
    assert look_again(root, "beside file", "_includes/note.html") == ""


def test_a_part_of_a_file_is_read_from_inside_only(root: Path) -> None:
    (root / "film.mp4").write_bytes(b"x" * HEAD_BYTES + b"y" * HEAD_BYTES + b"z")
    (root / "out.txt").symlink_to("../outside.txt")
    site = SiteFiles(root)
    assert site.part("film.mp4", HEAD_BYTES - 1) == b"x" + b"y" * (HEAD_BYTES - 1)
    assert site.part("film.mp4", 2 * HEAD_BYTES) == b"z"
    for path, offset in (("film.mp4", -1), ("film.mp4", 1 << 70), ("film.mp4", 1 << 40), ("out.txt", 0), ("none", 0)):
        assert site.part(path, offset) == b""
    for path in ("../outside.txt", "_includes", ".git/config"):
        assert site.part(path, 0) == b""
    assert SiteFiles().part("film.mp4", 0) == b""


def test_what_leads_out_looks_as_it_did_when_it_was_asked_for(root: Path) -> None:
    (root / "out.txt").symlink_to("../outside.txt")
    site = SiteFiles(root)
    assert site.read("out.txt", 100) is None
    assert [look_again(root, use.kind, use.name) == use.look for use in site.uses] == [True]


@pytest.mark.parametrize("path", ["\ud800", "a/\udfff.html"])
def test_a_name_that_no_file_can_have_is_missing(root: Path, path: str) -> None:
    site = SiteFiles(root)
    assert site.read(path, 100) is None
    assert site.uses == ()


def test_nothing_but_a_file_is_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.png")
    (root / "zero.png").symlink_to("/dev/zero")
    site = SiteFiles(root)
    assert site.head("pipe.png") is None
    assert site.read("zero.png", 100) is None
    assert site.list("") == ("_includes/deep/b.html", "_includes/note.html")


def test_a_head_that_many_posts_ask_for_is_looked_at_once_and_noted_by_each_as_it_was(root: Path) -> None:
    site = SiteFiles(root)
    first, second = site.fresh(), site.fresh()
    assert first.head("_includes/note.html") == (6, b"a note")
    (root / "_includes" / "note.html").write_bytes(b"a longer note")
    assert second.head("_includes/note.html") == (6, b"a note")
    assert second.uses == first.uses
    # So the next build finds that it looks otherwise.
    (use,) = second.uses
    assert look_again(root, *use[:2]) != use.look
    assert SiteFiles(root).head("_includes/note.html") == (13, b"a longer note")


def test_heads_of_no_more_than_some_files_are_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.posts.sitefiles._MOST_HEADS", 1)
    site = SiteFiles(root)
    site.head("_includes/note.html")
    site.head("_includes/deep/b.html")
    (root / "_includes" / "note.html").write_bytes(b"a longer note")
    assert site.fresh().head("_includes/note.html") == (13, b"a longer note")
