from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import feedsvc.web.server
from feedsvc.cli import run
from feedsvc.errors import ServeError
from feedsvc.lock import build_lock
from feedsvc.report import count
from feedsvc.status import read_status, write_next_run
from feedsvc.web.server import WorkerConfig

Capture = pytest.CaptureFixture[str]
WritePost = Callable[..., Path]
BreakPost = Callable[[str], Path]

CONFIGURATION = """\
[site]
title = "뉴스"
url = "https://example.org"
timezone = "Asia/Seoul"
language = "ko"
"""
JSON_KEYS = {"posts", "rejected", "feeds", "written", "removed", "unchanged", "duration_s", "snapshot"}
REJECTED_KEYS = {"path", "line", "column", "reason", "hint", "kept_previous"}


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Give back the handlers of the log, which the command line takes over."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def here(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site with a configuration, and the working directory."""
    (site / "feedsvc.toml").write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.chdir(site)
    return site


def told(capsys: Capture, code: int, expected: int = 0) -> tuple[str, str]:
    """Return what went to stdout and to stderr, after a look at the exit code; a traceback is never told."""
    out, err = capsys.readouterr()
    assert code == expected, err or out
    assert "Traceback" not in err
    return out, err


# build


def test_build_publishes_and_says_so_in_a_line(here: Path, write_post: WritePost, capsys: Capture) -> None:
    write_post("2024-06-12-1.md")
    out, err = told(capsys, run(["build"]))
    assert re.fullmatch(r"1 post in 2 feeds, 7 documents written, 0 unchanged; \d+\.\d\d s\n", out)
    assert err == ""
    out, _ = told(capsys, run(["build"]))
    assert re.fullmatch(r"1 post in 2 feeds, nothing to write, 7 unchanged; \d+\.\d\d s\n", out)


def test_build_json_is_the_object_that_is_promised_and_nothing_else(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    write_post("2024-06-12-1.md")
    break_post("2024-06-12-105.md")
    out, err = told(capsys, run(["build", "--json"]))
    outcome = json.loads(out)
    assert out.count("\n") == 1
    assert err == ""
    assert set(outcome) == JSON_KEYS
    assert (outcome["posts"], outcome["feeds"], outcome["unchanged"], outcome["removed"]) == (1, 2, 0, [])
    assert outcome["written"] == sorted(outcome["written"])
    assert "/categories/환경/atom.xml" in outcome["written"]
    assert isinstance(outcome["duration_s"], float)
    assert outcome["snapshot"] == json.loads((here / "public" / "manifest.json").read_bytes())["snapshot"]
    (rejected,) = outcome["rejected"]
    assert set(rejected) == REJECTED_KEYS
    assert (rejected["path"], rejected["line"], rejected["kept_previous"]) == ("2024-06-12-105.md", 2, False)
    assert rejected["column"] > 0


def test_build_tells_where_a_rejected_post_is_wrong_and_goes_on(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    write_post("2024-06-12-1.md")
    break_post("2024-06-12-105.md")
    out, err = told(capsys, run(["build"]))
    assert "1 post rejected" in out
    assert re.fullmatch(r"_posts/2024-06-12-105\.md:2:\d+: title: [^\n]+; put the whole title in double quotes\n", err)


def test_build_tells_of_warnings(here: Path, write_post: WritePost, capsys: Capture) -> None:
    write_post("2024-06-12-1.md", id="https://example.org/same")
    write_post("2024-06-12-2.md", id="https://example.org/same")
    out, err = told(capsys, run(["build"]))
    assert "1 warning" in out
    assert err.startswith("_posts/2024-06-12-2.md: the id https://example.org/same already belongs to another post")


def test_build_tells_of_feeds_too(here: Path, capsys: Capture) -> None:
    with (here / "feedsvc.toml").open("a", encoding="utf-8") as file:
        file.write('[feeds.aliases]\n"/old.xml" = "/categories/it/atom.xml"\n')
    out, err = told(capsys, run(["build"]))
    assert "2 warnings" in out
    assert [line.partition(": ")[0] for line in err.splitlines()] == ["[posts] dir", "[feeds.aliases] /old.xml"]


def test_strict_publishes_the_others_and_exits_with_3(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    write_post("2024-06-12-1.md")
    told(capsys, run(["build", "--strict"]))
    break_post("2024-06-12-105.md")
    write_post("2024-06-12-2.md")
    out, _ = told(capsys, run(["build", "--strict"]), 3)
    assert out.startswith("2 posts in 2 feeds")


def test_build_exits_with_1_when_more_than_half_of_the_posts_are_gone(
    here: Path, write_post: WritePost, capsys: Capture
) -> None:
    for number in range(3):
        write_post(f"2024-06-12-{number}.md")
    told(capsys, run(["build"]))
    for number in range(2):
        (here / "_posts" / f"2024-06-12-{number}.md").unlink()
    out, err = told(capsys, run(["build", "--json"]), 1)
    assert out == ""
    assert err.startswith(f"feedsvc: {here}/_posts: 2 of 3 posts vanished since the last build")
    assert "--allow-removals" in err
    out, _ = told(capsys, run(["build", "--allow-removals"]))
    assert out.startswith("1 post in 2 feeds")


def test_build_exits_with_1_when_there_is_no_posts_directory(here: Path, capsys: Capture) -> None:
    (here / "_posts").rmdir()
    _, err = told(capsys, run(["build"]), 1)
    assert err == (
        f"feedsvc: {here}/_posts: there is no such directory; set [posts] dir, or check that its disk is mounted\n"
    )


def test_build_exits_with_1_and_says_what_to_do_when_the_ledger_is_damaged(here: Path, capsys: Capture) -> None:
    told(capsys, run(["build"]))
    (here / "var" / "ledger.sqlite3").write_bytes(b"\xff" * 4096)
    _, err = told(capsys, run(["build"]), 1)
    assert "restore it from your backup" in err


def test_build_exits_with_1_when_it_can_keep_no_state(here: Path, capsys: Capture) -> None:
    with (here / "feedsvc.toml").open("a", encoding="utf-8") as file:
        file.write('[state]\ndir = "feedsvc.toml/var"\n')
    _, err = told(capsys, run(["build"]), 1)
    assert err.startswith(
        f"feedsvc: {here}/feedsvc.toml/var/build.lock: the lock file cannot be opened: Not a directory"
    )
    assert not (here / "public").exists()


def test_build_exits_with_1_when_the_index_cannot_be_opened(here: Path, capsys: Capture) -> None:
    (here / "var" / "index.sqlite3").mkdir(parents=True)
    _, err = told(capsys, run(["build"]), 1)
    assert err.startswith(f"feedsvc: {here}/var/index.sqlite3: SQLite says: unable to open database file")


def test_build_exits_with_75_when_another_build_runs(here: Path, capsys: Capture) -> None:
    with build_lock(here / "var" / "build.lock"):
        for options in ([], ["--wait", "0.1"]):
            out, err = told(capsys, run(["build", *options]), 75)
            assert out == ""
            assert "another build holds the lock" in err
    told(capsys, run(["build", "--wait", "5"]))


def test_quiet_logs_warnings_only(here: Path, capsys: Capture) -> None:
    told(capsys, run(["build"]))
    (here / "var" / "index.sqlite3").write_bytes(b"\xff" * 4096)
    out, err = told(capsys, run(["--quiet", "build"]))
    assert out.startswith("0 posts in 1 feed")
    assert "WARNING" in err
    assert "INFO" not in err


# check


def test_check_reads_everything_and_publishes_nothing(here: Path, write_post: WritePost, capsys: Capture) -> None:
    write_post("2024-06-12-1.md")
    out, err = told(capsys, run(["check"]))
    assert out == ""
    assert err == "0 posts would be rejected, 0 warnings\n"
    assert sorted(path.name for path in here.iterdir()) == ["_posts", "feedsvc.toml"]


def test_check_exits_with_3_and_tells_each_place_and_how_to_mend_it(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    write_post("2024-06-12-1.md", image="[not, text]", date="2024-06-12 10:00", updated="never")
    break_post("2024-06-12-105.md")
    (here / "_posts" / "out.md").symlink_to("/etc/hostname")
    out, err = told(capsys, run(["check"]), 3)
    lines = out.splitlines()
    broken = r"_posts/2024-06-12-105\.md:2:\d+: title: .+; put the whole title in double quotes"
    assert [line for line in lines if re.fullmatch(broken, line)]
    assert any(line.startswith("_posts/out.md: this link leads outside the posts directory; ") for line in lines)
    warnings = [line for line in lines if ": warning: " in line]
    assert warnings
    assert all(re.match(r"_posts/2024-06-12-1\.md:\d+:\d+: warning: ", line) for line in warnings)
    assert err == f"2 posts would be rejected, {count(len(warnings), 'warning')}\n"


def test_check_strict_exits_with_3_for_a_warning(here: Path, write_post: WritePost, capsys: Capture) -> None:
    write_post("2024-06-12-1.md", updated="never")
    told(capsys, run(["check"]))
    told(capsys, run(["check", "--strict"]), 3)


def test_check_dates_posts_without_a_date_as_a_build_does(
    here: Path, write_post: WritePost, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    write_post("a.md", updated="never")
    out, _ = told(capsys, run(["check"]), 3)
    assert out.startswith("_posts/a.md:1:1: date: neither the front matter nor the file's name has one; add `date:")
    monkeypatch.setenv("FEEDSVC_POSTS__DATE_FROM", "mtime")
    out, _ = told(capsys, run(["check"]))
    assert "warning: updated: 'never' is not a date" in out


def test_check_reads_the_paths_that_are_named(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("sub/2024-06-12-1.md")
    break_post("2024-06-12-105.md")
    break_post("sub/2024-06-12-9.md")
    for paths, rejected in (
        (["_posts/2024-06-12-105.md"], 1),
        (["_posts/sub/2024-06-12-1.md"], 0),
        (["_posts/sub"], 1),
        (["_posts"], 2),
        ([str(here / "_posts" / "sub"), "_posts/2024-06-12-105.md"], 2),
    ):
        out, _ = told(capsys, run(["check", *paths]), 3 if rejected else 0)
        assert len(out.splitlines()) == rejected, paths
    monkeypatch.chdir(here / "_posts" / "sub")
    out, _ = told(capsys, run(["--config", "../../feedsvc.toml", "check", "2024-06-12-9.md"]), 3)
    assert out.startswith(("../2024-06-12-9.md:2:", "../sub/2024-06-12-9.md:2:"))


def test_a_mistake_that_many_posts_share_is_told_a_few_times_unless_paths_are_named(
    here: Path, write_post: WritePost, capsys: Capture
) -> None:
    for number in range(9):
        write_post(f"2024-06-12-{number}.md", permalink="/p/?a")
    out, err = told(capsys, run(["check"]))
    assert (out.count("_posts/2024-06-12-"), out.splitlines()[3][:14]) == (3, "6 more places:")
    assert err == "0 posts would be rejected, 9 warnings; `feedsvc check _posts` tells each\n"
    out, err = told(capsys, run(["check", "_posts"]))
    assert (out.count("_posts/2024-06-12-"), "tells each" in err) == (9, False)


def test_places_begin_with_no_dot_where_the_posts_directory_is_the_working_directory(
    here: Path, break_post: BreakPost, capsys: Capture
) -> None:
    break_post("2024-06-12-105.md")
    own = '[posts]\ndir = "."\npatterns = ["_posts/*.md"]\nexclude = ["public/", "var/"]\n'
    (here / "feedsvc.toml").write_text(CONFIGURATION + own, encoding="utf-8")
    out, _ = told(capsys, run(["check"]), 3)
    _, err = told(capsys, run(["build"]))
    status, _ = told(capsys, run(["status"]))
    assert out.startswith("_posts/2024-06-12-105.md:2:")
    assert err == out
    assert f"  {out}" in status


@pytest.mark.parametrize("path", ["feedsvc.toml", "..", "_posts/missing.md"])
def test_check_refuses_paths_that_are_not_below_the_posts_directory(here: Path, capsys: Capture, path: str) -> None:
    out, err = told(capsys, run(["check", path]), 2)
    assert out == ""
    assert path in err


def test_check_passes_over_a_file_that_vanishes(
    here: Path, write_post: WritePost, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("2024-06-12-1.md")
    monkeypatch.setattr("feedsvc.posts.scan.read_source", lambda *_: None)
    _, err = told(capsys, run(["check"]))
    assert err == "0 posts would be rejected, 0 warnings\n"


def test_check_says_so_where_a_path_is_no_post(here: Path, capsys: Capture) -> None:
    (here / "_posts" / "notes.txt").write_text("no post", encoding="utf-8")
    _, err = told(capsys, run(["check", "_posts/notes.txt"]), 2)
    assert "notes.txt" in err


# status


def test_status_before_the_first_build_says_so(here: Path, capsys: Capture) -> None:
    out, err = told(capsys, run(["status"]))
    assert out.startswith("edition    none yet; run `feedsvc build`\nlast build none\n")
    assert "next run   not scheduled (feedsvc serve is not running)" in out
    assert err == ""


def test_status_tells_what_is_published_and_what_was_rejected(
    here: Path, write_post: WritePost, break_post: BreakPost, capsys: Capture
) -> None:
    write_post("2024-06-12-1.md", "환경")
    break_post("2024-06-12-105.md")
    (here / "_posts" / "out.md").symlink_to("/etc/hostname")
    told(capsys, run(["build"]))
    out, _ = told(capsys, run(["status"]))
    snapshot = json.loads((here / "public" / "manifest.json").read_bytes())["snapshot"]
    assert f"edition    {snapshot}\n" in out
    assert "posts      1 live, 2 rejected\n" in out
    assert re.search(r"^  _posts/2024-06-12-105\.md:2:\d+: title: ", out, re.MULTILINE)
    assert re.search(r"^  _posts/out\.md: this link leads outside", out, re.MULTILINE)
    assert re.search(r"^  /categories/환경/atom\.xml +1 entries  뉴스 – 환경$", out, re.MULTILINE)
    assert "documents  6\n" in out


def test_status_tells_of_a_first_build_that_failed(here: Path, capsys: Capture) -> None:
    (here / "var").mkdir()
    (here / "_posts").rmdir()
    told(capsys, run(["build"]), 1)
    out, _ = told(capsys, run(["status"]))
    assert "edition    none yet" in out
    assert re.search(r"^failed     \S+: .*_posts: there is no such directory", out, re.MULTILINE)


def test_status_tells_of_a_failure_beside_the_edition_that_stands(here: Path, capsys: Capture) -> None:
    told(capsys, run(["build"]))
    before, _ = told(capsys, run(["status"]))
    (here / "_posts").rmdir()
    told(capsys, run(["build"]), 1)
    out, _ = told(capsys, run(["status"]))
    assert [line for line in out.splitlines() if not line.startswith("failed ")] == before.splitlines()
    assert "\nfailed     " in out


def test_status_json_is_one_object(here: Path, write_post: WritePost, capsys: Capture) -> None:
    write_post("2024-06-12-1.md")
    told(capsys, run(["build"]))
    out, _ = told(capsys, run(["status", "--json"]))
    status = json.loads(out)
    assert len(status["documents"]) == 6
    assert {"path": "/atom.xml", "title": "뉴스", "entries": 1} in status["documents"]
    assert status["last_build"]["posts"] == 1
    assert status["error"] is None


def test_aliases_are_no_documents_of_their_own(here: Path, capsys: Capture) -> None:
    with (here / "feedsvc.toml").open("a", encoding="utf-8") as file:
        file.write('[feeds.aliases]\n"/feed.xml" = "/atom.xml"\n')
    told(capsys, run(["build"]))
    out, _ = told(capsys, run(["status"]))
    assert "documents  3\n" in out


@pytest.mark.parametrize(
    "content", ['{"last_build": 3}', '{"last_build": {"rejected": [{"mood": 1}]}}', '{"error": "x"}', "{"]
)
def test_a_status_file_of_another_version_harms_nobody(here: Path, capsys: Capture, content: str) -> None:
    told(capsys, run(["build"]))
    (here / "var" / "status.json").write_text(content, encoding="utf-8")
    out, _ = told(capsys, run(["status"]))
    assert "documents  3\n" in out


def test_a_damaged_manifest_is_told(here: Path, capsys: Capture) -> None:
    told(capsys, run(["build"]))
    (here / "public" / "manifest.json").write_bytes(b"{")
    code = run(["status"])
    _, err = capsys.readouterr()
    assert code in (0, 1)
    assert "manifest.json" in err
    assert "Traceback" not in err


# init


JEKYLL = """\
title: 환경 뉴스
description: 매일의 환경
url: https://news.example.org
lang: ko
timezone: Asia/Seoul
future: true
defaults:
  - scope: {type: posts}
    values: {permalink: "/posts/:title/"}
"""


def test_init_reads_a_jekyll_site_and_build_works_with_no_edit(
    site: Path, write_post: WritePost, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "_config.yml").write_text(JEKYLL, encoding="utf-8")
    write_post("2024-06-12-1.md")
    monkeypatch.chdir(site)
    out, _ = told(capsys, run(["init"]))
    assert out == "wrote feedsvc.toml; read it through, then run `feedsvc build`\n"
    written = tomllib.loads((site / "feedsvc.toml").read_text(encoding="utf-8"))
    assert written["site"] == {
        "title": "환경 뉴스",
        "url": "https://news.example.org",
        "description": "매일의 환경",
        "language": "ko",
        "timezone": "Asia/Seoul",
    }
    assert written["posts"]["permalink"] == "date"
    assert written["posts"]["future"] is True
    told(capsys, run(["build"]))
    assert "https://news.example.org/posts/1/" in (site / "public" / "atom.xml").read_text(encoding="utf-8")


def test_init_takes_a_plain_folder_and_build_works_with_no_edit(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blog" / "posts").mkdir(parents=True)
    (tmp_path / "blog" / "posts" / "2024-06-12-1.md").write_text("# 하나\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    out, _ = told(capsys, run(["init", "blog"]))
    wrote, url = out.splitlines()
    assert wrote == "wrote blog/feedsvc.toml; read it through, then run `feedsvc --config blog/feedsvc.toml build`"
    assert url.startswith("[site] url is a placeholder that works on this machine only")
    out, _ = told(capsys, run(["--config", "blog/feedsvc.toml", "build"]))
    assert out.startswith("1 post in 1 feed")
    assert (tmp_path / "blog" / "public" / "atom.xml").is_file()


def test_init_takes_a_folder_that_holds_the_posts_themselves(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "2024-06-12-1.md").write_text("# 하나\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    told(capsys, run(["init"]))
    out, _ = told(capsys, run(["build"]))
    assert out.startswith("1 post in 1 feed")
    out, _ = told(capsys, run(["build"]))
    assert "nothing to write" in out


def test_init_never_overwrites_without_force(here: Path, capsys: Capture) -> None:
    out, err = told(capsys, run(["init"]), 2)
    assert out == ""
    assert err == "feedsvc: feedsvc.toml: is there already; edit it, or replace it with --force\n"
    assert (here / "feedsvc.toml").read_text(encoding="utf-8") == CONFIGURATION
    told(capsys, run(["init", "--force"]))
    assert (here / "feedsvc.toml").read_text(encoding="utf-8") != CONFIGURATION
    assert sorted(path.name for path in here.iterdir()) == ["_posts", "feedsvc.toml"]


def test_init_says_so_where_the_file_cannot_be_written(site: Path, capsys: Capture) -> None:
    (site / "feedsvc.toml").mkdir()
    _, err = told(capsys, run(["init", str(site), "--force"]), 2)
    assert err.startswith(f"feedsvc: {site}/feedsvc.toml: cannot be written: ")
    assert [path.name for path in site.iterdir() if path.name.startswith(".")] == []


def test_init_in_a_directory_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    _, err = told(capsys, run(["init", str(tmp_path / "missing")]), 2)
    assert "missing" in err


# Configuration and usage


@pytest.mark.parametrize("command", ["build", "check", "status", "serve"])
def test_without_a_configuration_every_command_says_how_to_get_one(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    out, err = told(capsys, run([command]), 2)
    assert out == ""
    assert err.startswith("feedsvc: feedsvc.toml: there is no configuration in ")
    assert "feedsvc init" in err


def test_an_unknown_key_names_the_nearest_known_one(here: Path, capsys: Capture) -> None:
    (here / "feedsvc.toml").write_text(CONFIGURATION + '[feeds]\nformat = ["atom"]\n', encoding="utf-8")
    _, err = told(capsys, run(["build"]), 2)
    assert "feedsvc.toml:7" in err
    assert "formats" in err


def test_the_configuration_is_named_by_an_option_or_the_environment(
    here: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told(capsys, run(["--config", "site/feedsvc.toml", "build"]))
    assert (here / "public" / "atom.xml").is_file()
    monkeypatch.setenv("FEEDSVC_CONFIG", "site/feedsvc.toml")
    out, _ = told(capsys, run(["status"]))
    assert "documents  3" in out
    _, err = told(capsys, run(["--config", "nowhere.toml", "status"]), 2)
    assert "nowhere.toml" in err


def test_the_environment_overrides_the_file(here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_SITE__TITLE", "다른 이름")
    told(capsys, run(["build"]))
    assert json.loads((here / "public" / "feed.json").read_bytes())["title"] == "다른 이름"


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["build", "--nonsense"], ["nonsense"], ["build", "--wait", "-1"], ["build", "extra"]]
)
def test_wrong_usage_exits_with_2(here: Path, capsys: Capture, arguments: list[str]) -> None:
    out, err = told(capsys, run(arguments), 2)
    assert out == ""
    assert "Usage: feedsvc" in err
    assert "Error: " in err


def test_help_keeps_the_lines_of_the_exit_codes(capsys: Capture) -> None:
    out, _ = told(capsys, run(["--help"]))
    assert "\n  2 usage or configuration; 3 something was rejected (build --strict, check);\n" in out
    for command in ("init", "build", "serve", "check", "status"):
        assert re.search(rf"^  {command} ", out, re.MULTILINE)


def test_the_version_is_that_of_the_package(capsys: Capture) -> None:
    out, _ = told(capsys, run(["--version"]))
    assert re.fullmatch(r"feedsvc, version \d+\.\d+\.\d+\S*\n", out)


def test_a_bug_is_a_message_and_a_traceback_only_on_demand(
    here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("feedsvc.build.build", build)
    _, err = told(capsys, run(["build"]), 1)
    assert err.startswith("feedsvc: internal error: ZeroDivisionError: a bug; the last edition stands; ")
    monkeypatch.setenv("FEEDSVC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["build"])


def test_an_interrupted_build_exits_without_a_traceback(
    here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("feedsvc.build.build", build)
    told(capsys, run(["build"]), 1)


# serve


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[WorkerConfig, dict[str, Any]]]]:
    """Take the place of the web server: note what it is told, start, and be over at once."""
    calls: list[tuple[WorkerConfig, dict[str, Any]]] = []
    before = signal.getsignal(signal.SIGUSR1)

    def serve_wsgi(
        worker: WorkerConfig, *, on_startup: Callable[[], None], on_reload: Callable[[], object], **options: Any
    ) -> None:
        calls.append((worker, options))
        on_startup()
        assert on_reload() == worker

    monkeypatch.setattr(feedsvc.web.server, "serve_wsgi", serve_wsgi)
    yield calls
    signal.signal(signal.SIGUSR1, before)


def test_serve_builds_serves_and_says_where(
    here: Path, write_post: WritePost, served: list[tuple[WorkerConfig, dict[str, Any]]], capsys: Capture
) -> None:
    write_post("2024-06-12-1.md")
    (here / "feedsvc.toml").write_text(
        f'{CONFIGURATION}[server]\nlisten = "127.0.0.1:8123"\nworkers = 3\nmax_age = "10m"\ntoken = "s3cret-s3cret"\n',
        encoding="utf-8",
    )
    out, _ = told(capsys, run(["serve"]))
    assert "http://127.0.0.1:8123/" in out
    ((worker, options),) = served
    assert options == {"listen": "127.0.0.1:8123", "workers": 3}
    assert (worker.public, worker.max_age, worker.token) == (here / "public", 600, "s3cret-s3cret")
    assert (worker.stale_while_revalidate, worker.stale_if_error, worker.memory) == (60, 86400, 64_000_000)
    assert worker.control_pid == os.getpid()
    assert read_status(here / "var" / "status.json")["next_run"] is None


def test_serve_that_cannot_listen_exits_with_1_and_stops_its_schedule(
    here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, served: object
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ServeError("127.0.0.1:8000", "address already in use", "stop the other server, or set [server] listen")

    monkeypatch.setattr(feedsvc.web.server, "serve_wsgi", refuse)
    out, err = told(capsys, run(["serve"]), 1)
    assert out == ""
    assert "feedsvc: 127.0.0.1:8000: address already in use; stop the other server" in err
    assert read_status(here / "var" / "status.json")["next_run"] is None


# The process


def test_the_module_runs_as_a_program_and_exits_with_the_code(here: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "feedsvc", "nonsense"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "No such command 'nonsense'" in ran.stderr


def test_a_terminal_without_the_letters_costs_no_failure(here: Path, write_post: WritePost) -> None:
    write_post("2024-06-12-1.md", "환경")
    for command in ("build", "status"):
        ran = subprocess.run(
            [sys.executable, "-m", "feedsvc", command],
            env={**os.environ, "PYTHONIOENCODING": "latin-1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
    assert "/categories/" in ran.stdout


def test_a_reader_that_goes_away_costs_no_traceback(here: Path, write_post: WritePost) -> None:
    for number in range(20):
        write_post(f"2024-06-12-{number}.md", f"범주 {number}")
    told_by = f"{sys.executable} -m feedsvc build >/dev/null && {sys.executable} -m feedsvc status | true"
    ran = subprocess.run(["bash", "-c", told_by], capture_output=True, text=True, check=False)
    assert ran.stderr == ""


@pytest.mark.parametrize(("hours", "is_past"), [(-1, True), (1, False)])
def test_status_tells_a_next_run_that_never_came(
    here: Path, write_post: WritePost, capsys: Capture, hours: int, *, is_past: bool
) -> None:
    write_post("2024-06-12-1.md")
    told(capsys, run(["build"]))
    write_next_run(here / "var" / "status.json", datetime.now(UTC) + timedelta(hours=hours))
    out, _ = told(capsys, run(["status"]))
    assert ("is past (feedsvc serve is busy, or it was killed)" in out) is is_past
    assert "not scheduled" not in out
