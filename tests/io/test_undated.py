"""Posts without a date: what git says of their files, or the file system, is remembered for ever."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.ledger import open_ledger
from feedsvc.posts import gitdates
from feedsvc.posts.gitdates import GitTrouble, first_commits
from feedsvc.report import BuildReport

Build = Callable[..., BuildReport]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]
Git = Callable[..., str]

GIT = {"posts": {"date_from": "git"}}
MTIME = {"posts": {"date_from": "mtime"}}


@pytest.fixture
def git(site: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Run git in the site, a repository, by a configuration of its own; ``at`` is the date of what is done."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(site.parent / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def run(*arguments: str, at: str = "2020-01-02T03:04:05+09:00") -> str:
        dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": "2099-01-01T00:00:00+00:00"}
        command = ["git", "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments]
        return subprocess.run(
            command, cwd=site, env={**os.environ, **dates}, check=True, capture_output=True, text=True
        ).stdout

    run("init", "-q", "-b", "main", ".")
    return run


def commit(git: Git, at: str = "2020-01-02T03:04:05+09:00") -> None:
    git("add", "_posts", at=at)
    git("commit", "-q", "-m", "posts", at=at)


def dates(documents: Documents) -> dict[str, str]:
    return {item["title"]: item["date_published"] for item in json.loads(documents()["/feed.json"])["items"]}


def test_a_post_without_a_date_is_dated_by_its_first_commit(
    git: Git, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("글 하나.md", title="하나")
    commit(git)
    write_post("글 하나.md", title="하나", body="<p>고친 본문</p>")
    write_post("sub/둘.md", title="둘")
    write_post("2024-06-12-3.md", title="셋")
    commit(git, at="2021-01-01T00:00:00Z")
    assert run_build(**GIT).rejected == ()
    assert dates(documents) == {
        "하나": "2020-01-01T18:04:05+00:00",
        "둘": "2021-01-01T00:00:00+00:00",
        "셋": "2024-06-11T15:00:00+00:00",
    }


def test_a_date_that_was_given_stays_whatever_becomes_of_the_repository(
    git: Git, site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("a.md", title="하나")
    commit(git)
    run_build(**GIT)
    before = documents()
    git("commit", "-q", "--amend", "--reset-author", "-m", "again", at="2022-02-02T00:00:00Z")
    (site / "var" / "index.sqlite3").unlink()
    run_build(1, **GIT)
    assert documents() == before
    shutil.rmtree(site / ".git")
    write_post("a.md", title="하나", body="<p>고친 본문</p>")
    assert run_build(2, **GIT).rejected == ()
    assert dates(documents) == {"하나": "2020-01-01T18:04:05+00:00"}


@pytest.mark.parametrize("source", [GIT, MTIME])
def test_a_renamed_file_keeps_the_date_and_the_id(
    source: dict[str, dict[str, str]],
    git: Git,
    site: Path,
    write_post: WritePost,
    run_build: Build,
    documents: Documents,
) -> None:
    write_post("a.md", title="하나")
    commit(git)
    run_build(**source)
    before = json.loads(documents()["/feed.json"])["items"][0]
    (site / "_posts" / "a.md").rename(site / "_posts" / "b.md")
    os.utime(site / "_posts" / "b.md", (10**9, 10**9))
    commit(git, at="2022-02-02T00:00:00Z")
    run_build(1, **source)
    after = json.loads(documents()["/feed.json"])["items"][0]
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])


def test_a_file_that_was_never_committed_waits_for_its_commit(
    git: Git, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("a.md", title="하나")
    commit(git)
    write_post("b.md", title="둘")
    (rejected,) = run_build(**GIT).rejected
    assert rejected.path == "b.md"
    assert rejected.reason.endswith("and the file was never committed")
    assert rejected.hint.startswith("commit it, or add `date:")
    commit(git, at="2021-01-01T00:00:00Z")
    assert run_build(1, **GIT).rejected == ()
    assert dates(documents) == {"하나": "2020-01-01T18:04:05+00:00", "둘": "2021-01-01T00:00:00+00:00"}


def test_the_file_systems_date_is_taken_once(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    path = write_post("a.md", title="하나")
    os.utime(path, ns=(0, 1_577_901_845_999_999_999))
    run_build(**MTIME)
    assert dates(documents) == {"하나": "2020-01-01T18:04:05+00:00"}
    write_post("a.md", title="하나", body="<p>고친 본문</p>")
    (site / "var" / "index.sqlite3").unlink()
    run_build(1, **MTIME)
    assert dates(documents) == {"하나": "2020-01-01T18:04:05+00:00"}


def test_without_the_option_such_a_post_is_rejected(write_post: WritePost, run_build: Build) -> None:
    write_post("a.md", title="하나")
    (rejected,) = run_build().rejected
    assert rejected.reason == "date: neither the front matter nor the file's name has one"


def test_of_a_zola_site_what_has_no_date_is_a_page_and_no_post(write_post: WritePost, run_build: Build) -> None:
    write_post("a.md", title="하나")
    write_post("b.md", title="둘", date="2024-01-02")
    report = run_build(posts={"generator": "zola"})
    assert (report.posts, report.rejected) == (1, ())


def test_one_log_is_read_for_all_files(
    git: Git, write_post: WritePost, run_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(150):
        write_post(f"a{number}.md")
    commit(git)
    runs: list[Path] = []
    run_log = gitdates._run_log

    def run_and_note(directory: Path) -> bytes | GitTrouble:
        runs.append(directory)
        return run_log(directory)

    monkeypatch.setattr(gitdates, "_run_log", run_and_note)
    assert run_build(**GIT).posts == 150
    assert len(runs) == 1


def test_the_earliest_of_several_beginnings_counts(git: Git, site: Path, write_post: WritePost) -> None:
    write_post("a.md")
    commit(git, at="2020-01-01T00:00:00Z")
    (site / "_posts" / "a.md").unlink()
    commit(git, at="2020-06-01T00:00:00Z")
    write_post("a.md", title="다시")
    commit(git, at="2019-01-01T00:00:00Z")
    write_post("b.md")
    commit(git, at="2020-01-01T00:00:00Z")
    (site / "_posts" / "b.md").unlink()
    commit(git, at="2020-06-01T00:00:00Z")
    write_post("b.md", title="다시")
    commit(git, at="2021-01-01T00:00:00Z")
    assert first_commits(site / "_posts", ["a.md", "b.md", "none.md"]) == {
        "a.md": datetime(2019, 1, 1, tzinfo=UTC),
        "b.md": datetime(2020, 1, 1, tzinfo=UTC),
    }


def test_in_a_hook_the_repository_of_the_posts_is_asked(
    git: Git, site: Path, write_post: WritePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("a.md")
    commit(git)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    assert first_commits(site / "_posts", ["a.md"]) == {"a.md": datetime(2020, 1, 1, 18, 4, 5, tzinfo=UTC)}


def test_no_program_that_a_repository_names_is_run(git: Git, site: Path, write_post: WritePost) -> None:
    write_post("a.md")
    (site / "_posts" / ".gitattributes").write_text("*.md diff=evil\n")
    commit(git)
    trap, ran = site / "trap.sh", site / "ran"
    trap.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\n')
    trap.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.pager", "pager.log", "diff.external", "diff.evil.command", "diff.evil.textconv"),
        *("gpg.program", "gpg.ssh.program", "core.sshCommand", "core.editor", "core.askPass", "credential.helper"),
    ):
        git("config", key, str(trap))
    git("config", "core.hooksPath", str(site))
    git("config", "log.showSignature", "true")
    git("config", "alias.log", f"!{trap}")
    git("config", "protocol.allow", "always")
    git("config", "i18n.logOutputEncoding", "UTF-16")
    signed = git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    written = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=site, input=signed, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    git("update-ref", "refs/heads/main", written)
    subprocess.run(["git", "log", "--stat", "-p"], cwd=site, check=False, capture_output=True)
    assert ran.exists(), "the traps are live"
    ran.unlink()
    assert first_commits(site / "_posts", ["a.md"]) == {"a.md": datetime(2020, 1, 1, 18, 4, 5, tzinfo=UTC)}
    assert not ran.exists()


def test_a_shallow_clone_does_not_know(git: Git, site: Path, write_post: WritePost, run_build: Build) -> None:
    write_post("a.md")
    commit(git)
    write_post("b.md")
    commit(git)
    clone = site.parent / "clone"
    git("clone", "-q", "--depth", "1", f"file://{site}", str(clone))
    told = first_commits(clone / "_posts", ["a.md"])
    assert isinstance(told, GitTrouble)
    assert "shallow" in told.reason
    assert "--unshallow" in told.hint


def test_each_post_is_told_why_git_does_not_help(
    git: Git, site: Path, write_post: WritePost, run_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("a.md")
    commit(git)
    shutil.rmtree(site / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(site.parent))
    (rejected,) = run_build(**GIT).rejected
    assert rejected.reason.endswith("and the posts directory is in no git repository")
    monkeypatch.setenv("PATH", str(site))
    (rejected,) = run_build(1, **GIT).rejected
    assert rejected.reason.endswith("and git is not installed")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_repository_of_another_user_is_told(git: Git, site: Path, write_post: WritePost) -> None:
    write_post("a.md")
    commit(git)
    for path in (site, *site.rglob("*")):
        os.chown(path, 4321, 4321)
    told = first_commits(site / "_posts", ["a.md"])
    assert isinstance(told, GitTrouble)
    assert "safe.directory" in told.hint


def test_a_log_that_is_too_long_is_not_read_to_its_end(
    git: Git, site: Path, write_post: WritePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        write_post(f"a{number}.md")
    commit(git)
    monkeypatch.setattr(gitdates, "_MOST_BYTES", 100)
    told = first_commits(site / "_posts", ["a1.md"])
    assert isinstance(told, GitTrouble)
    assert told.reason == "the log of git is longer than 100 bytes"


def test_a_git_that_hangs_is_ended(
    git: Git, site: Path, write_post: WritePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("a.md")
    commit(git)
    fake = site / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\ncase "$*" in *rev-parse*) echo false;; *) exec sleep 60;; esac\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(gitdates, "_SECONDS", 0.2)
    told = first_commits(site / "_posts", ["a.md"])
    assert isinstance(told, GitTrouble)
    assert "took more than" in told.reason


def test_of_two_files_with_the_same_bytes_a_third_takes_the_earlier_date(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "ledger.sqlite3")) as ledger:
        for day in (2, 1, 3):
            ledger.file_dates.remember(f"{day}.md", "same", datetime(2024, 1, day, tzinfo=UTC))
        assert ledger.file_dates.date_of("new.md", "same") == datetime(2024, 1, 1, tzinfo=UTC)
