"""`feedsvc check` with its formats, and with --fix and --diff, in this process, on real files."""

from __future__ import annotations

import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.checking.mending import Mended
from feedsvc.cli import run
from feedsvc.cli.checked import Checked, Checker

Capture = pytest.CaptureFixture[str]
WritePost = Callable[..., Path]
BreakPost = Callable[[str], Path]

CONFIGURATION = '[site]\ntitle = "뉴스"\nurl = "https://example.org"\ntimezone = "Asia/Seoul"\nlanguage = "ko"\n'
BROKEN = "---\ntitle: '장금이' 전국 확대\ncategories: [환경]\n---\n<p>본문</p>\n"
MENDED = BROKEN.replace("'장금이' 전국 확대", "\"'장금이' 전국 확대\"")


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give back the handlers of the log, which the command line takes over."""
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def here(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site with a configuration, and the working directory."""
    (site / "feedsvc.toml").write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.chdir(site)
    return site


def told(capsys: Capture, code: int, expected: int = 0) -> tuple[str, str]:
    out, err = capsys.readouterr()
    assert code == expected, err or out
    return out, err


def test_fix_mends_what_it_can_and_tells_what_is_left(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    mended, left = break_post("2024-06-12-1.md"), break_post("2024-06-12-2.md")
    left.write_text("---\ntitle: 'it's'\n---\n본문\n", encoding="utf-8")
    good = write_post("2024-06-12-3.md")
    before = good.stat()
    out, err = told(capsys, run(["check", "--fix"]), 3)
    assert mended.read_text(encoding="utf-8") == MENDED
    assert left.read_text(encoding="utf-8") == "---\ntitle: 'it's'\n---\n본문\n"
    assert good.stat() == before
    assert out.splitlines()[0].startswith("_posts/2024-06-12-2.md:2:12: title: the quoted text ends")
    assert err == (
        "_posts/2024-06-12-1.md:2:14: mended: the title is in double quotes\n"
        "1 mended; 1 post would be rejected, 0 warnings\n"
    )
    out, err = told(capsys, run(["check", "--fix"]), 3)
    assert err == "1 post would be rejected, 0 warnings\n"


def test_fix_exits_with_0_where_nothing_is_left_and_the_post_is_published_then(
    here: Path, break_post: BreakPost, capsys: Capture
) -> None:
    break_post("2024-06-12-1.md")
    told(capsys, run(["check", "--fix"]))
    told(capsys, run(["build", "--strict"]))
    (item,) = json.loads((here / "public" / "feed.json").read_bytes())["items"]
    assert item["title"] == "'장금이' 전국 확대"


def test_fix_mends_only_the_paths_that_are_named(here: Path, break_post: BreakPost, capsys: Capture) -> None:
    one, other = break_post("2024-06-12-1.md"), break_post("2024-06-12-2.md")
    told(capsys, run(["check", "--fix", "_posts/2024-06-12-1.md"]))
    assert [path.read_text(encoding="utf-8") == MENDED for path in (one, other)] == [True, False]


def test_diff_changes_nothing_and_can_be_applied(here: Path, break_post: BreakPost, capsys: Capture) -> None:
    names = ("2024-06-12-1.md", '2024-06-12-a "b" \\c.md', "2024-06-12-바다.md", "2024-06-12-windows.md")
    paths = [break_post(name) for name in names]
    paths[3].write_bytes(BROKEN.replace("\n", "\r\n").removesuffix("\r\n").encode("cp949"))
    before = [path.read_bytes() for path in paths]
    process = subprocess.run(["feedsvc", "check", "--diff"], capture_output=True, check=False, env=_environment())
    assert process.returncode == 3
    assert process.stderr == b"4 posts would be rejected, 0 warnings\n"
    assert [path.read_bytes() for path in paths] == before
    subprocess.run(["git", "apply", "-"], input=process.stdout, check=True)
    applied = [path.read_bytes() for path in paths]
    for path, data in zip(paths, before, strict=True):
        path.write_bytes(data)
    told(capsys, run(["check", "--fix"]))
    assert [path.read_bytes() for path in paths] == applied
    assert all(now != then for now, then in zip(applied, before, strict=True))


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def test_fix_and_diff_exclude_each_other(here: Path, capsys: Capture) -> None:
    _, err = told(capsys, run(["check", "--fix", "--diff"]), 2)
    assert "name one of them" in err


def test_a_byte_order_mark_is_told_by_check_alone_and_mended(
    here: Path, write_post: WritePost, capsys: Capture
) -> None:
    path = write_post("2024-06-12-1.md")
    data = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + data)
    out, _ = told(capsys, run(["check"]))
    assert out.startswith("_posts/2024-06-12-1.md:1:1: warning: the file begins with a byte order mark (U+FEFF)")
    _, err = told(capsys, run(["build"]))
    assert "byte order" not in err
    told(capsys, run(["check", "--fix", "--strict"]))
    assert path.read_bytes() == data


def test_a_link_to_a_post_is_left_alone_and_the_post_itself_is_mended(
    here: Path, break_post: BreakPost, capsys: Capture
) -> None:
    path = break_post("2024-06-12-1.md")
    (here / "_posts" / "2024-06-11-1.md").symlink_to("2024-06-12-1.md")
    _, err = told(capsys, run(["check", "--fix"]))
    assert path.read_text(encoding="utf-8") == MENDED
    assert (here / "_posts" / "2024-06-11-1.md").is_symlink()
    assert err.startswith("_posts/2024-06-11-1.md: it could be mended, and was left alone: it is a link; mend the file")


def test_nothing_outside_is_written(here: Path, break_post: BreakPost, capsys: Capture) -> None:
    path = break_post("2024-06-12-1.md").rename(here / "outside.md")
    (here / "_posts" / "2024-06-12-1.md").symlink_to(path)
    told(capsys, run(["check", "--fix"]), 3)
    assert path.read_text(encoding="utf-8") == BROKEN


def test_a_post_that_changes_while_it_is_mended_is_left_alone_and_told(
    here: Path, break_post: BreakPost, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, mend = break_post("2024-06-12-1.md"), Checker.mend

    def mend_slowly(self: Checker, checked: Checked) -> Mended:
        mended = mend(self, checked)
        path.write_text(BROKEN + "더\n", encoding="utf-8")
        return mended

    monkeypatch.setattr(Checker, "mend", mend_slowly)
    _, err = told(capsys, run(["check", "--fix"]), 3)
    assert err.startswith("_posts/2024-06-12-1.md: it could be mended, and was left alone: it changed meanwhile\n")
    assert path.read_text(encoding="utf-8") == BROKEN + "더\n"


def test_an_undated_post_is_mended_and_its_date_is_still_asked_for(
    here: Path, break_post: BreakPost, capsys: Capture
) -> None:
    path = break_post("no-date.md")
    out, _ = told(capsys, run(["check", "--fix"]), 3)
    assert path.read_text(encoding="utf-8") == MENDED
    assert out.startswith("_posts/no-date.md:1:1: date: neither")


def test_json_says_which_problems_can_be_mended(here: Path, break_post: BreakPost, capsys: Capture) -> None:
    break_post("2024-06-12-1.md")
    break_post("2024-06-12-2.md").write_text("---\ntitle: 'it's'\n---\n", encoding="utf-8")
    out, _ = told(capsys, run(["check", "--format", "json"]), 3)
    document = json.loads(out)
    assert (document["files"], document["rejected"], document["warnings"]) == (2, 2, 0)
    assert [(each["path"], each["mendable"]) for each in document["problems"]] == [
        ("_posts/2024-06-12-1.md", True),
        ("_posts/2024-06-12-2.md", False),
    ]


def test_text_is_for_people_and_says_what_fix_would_do(here: Path, break_post: BreakPost, capsys: Capture) -> None:
    break_post("2024-06-12-1.md")
    out, err = told(capsys, run(["check", "--format", "text"]), 3)
    assert out.splitlines() == [
        "error: title: the quoted text ends before the line does",
        "  put the whole title in double quotes",
        "    _posts/2024-06-12-1.md:2:14",
        "      title: '장금이' 전국 확대",
        "                      ^",
        "",
    ]
    assert err == "1 post would be rejected, 0 warnings; 1 can be mended by --fix, and --diff shows how\n"


def test_a_terminal_is_shown_text_in_colours_unless_they_are_unwanted(
    here: Path, break_post: BreakPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_post("2024-06-12-1.md")
    assert b"\x1b[31merror:\x1b[0m title" in _on_terminal({})
    assert b"error: title" in _on_terminal({"NO_COLOR": "1"})


def _on_terminal(variables: dict[str, str]) -> bytes:
    """Return what the command shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    environment = _environment() | {"TERM": "xterm"} | variables
    with subprocess.Popen(["feedsvc", "check"], stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        shown = b""
        # A terminal whose other end is closed is an error on Linux.
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:
            pass
        assert process.wait() == 3
    os.close(ours)
    return shown


@pytest.mark.parametrize("form", ["sarif", "github", "json", "lines", "text"])
def test_every_form_tells_every_rejected_post(here: Path, break_post: BreakPost, capsys: Capture, form: str) -> None:
    for number in range(30):
        break_post(f"2024-06-12-{number}.md")
    out, err = told(capsys, run(["check", "--format", form]), 3)
    assert out.count("_posts/2024-06-12-") == 30
    assert "30 posts would be rejected, 0 warnings" in err


def test_only_posts_passes_over_what_is_none(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    (here / "_posts" / "notes.txt").write_text("no post", encoding="utf-8")
    (here / "about.md").write_text("---\ntitle: 'a' b\n---\n", encoding="utf-8")
    break_post("2024-06-12-1.md")
    out, err = told(capsys, run(["check", "--only-posts", "_posts/notes.txt", "about.md", "feedsvc.toml"]))
    assert (out, err) == ("", "0 posts would be rejected, 0 warnings\n")
    out, _ = told(capsys, run(["check", "--only-posts", "about.md", "_posts/2024-06-12-1.md"]), 3)
    assert out.startswith("_posts/2024-06-12-1.md:2:")


def test_autodiscovery_prints_the_links_of_what_is_published(
    here: Path, write_post: WritePost, capsys: Capture
) -> None:
    _, err = told(capsys, run(["autodiscovery"]), 1)
    assert "nothing is published yet; run feedsvc build" in err
    write_post("2024-06-12-1.md", "환경")
    write_post("2024-06-12-2.md", "IT")
    told(capsys, run(["build"]))
    site = [
        '<link rel="alternate" type="application/atom+xml" title="뉴스 (Atom)" href="https://example.org/atom.xml">',
        '<link rel="alternate" type="application/rss+xml" title="뉴스 (RSS)" href="https://example.org/rss.xml">',
        '<link rel="alternate" type="application/feed+json" title="뉴스 (JSON)" href="https://example.org/feed.json">',
    ]
    assert told(capsys, run(["autodiscovery"]))[0].splitlines() == site
    lines = told(capsys, run(["autodiscovery", "--category", "it"]))[0].splitlines()
    assert lines[:3] == site
    assert [line.partition("href=")[2] for line in lines[3:]] == [
        f'"https://example.org/categories/it/{name}">' for name in ("atom.xml", "rss.xml", "feed.json")
    ]
    assert len(told(capsys, run(["autodiscovery", "--all"]))[0].splitlines()) == 9
    _, err = told(capsys, run(["autodiscovery", "--category", "itt"]), 2)
    assert "no feed of a category 'itt' is published; did you mean it?" in err
