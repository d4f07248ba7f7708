"""`feedsvc serve` with the watcher: what is saved is served, long before the schedule's next look in an hour."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import LiveSite

HEADER = "---\ntitle: {title}\ncategories: [환경]\n---\n"


def titles(site: LiveSite) -> set[str]:
    return {item["title"] for item in json.loads(site.get("/feed.json").body)["items"]}


def log(site: LiveSite) -> str:
    return (site.directory / "serve.log").read_text(encoding="utf-8")


def posts(site: LiveSite) -> object:
    status = json.loads((site.directory / "var" / "status.json").read_bytes())
    return status["last_build"]["posts"]


def save(site: LiveSite, name: str, title: str) -> None:
    draft = site.posts / f".{name}.tmp"
    draft.write_text(HEADER.format(title=title) + "<p>본문</p>\n", encoding="utf-8")
    draft.replace(site.posts / name)


def configure(site: LiveSite, old: str, new: str) -> None:
    file = site.directory / "feedsvc.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def site(live_site: LiveSite) -> LiveSite:
    """Return the live site with the watcher on."""
    configure(live_site, "watch = false", "watch = true")
    return live_site


def test_a_save_by_rename_is_served_and_only_the_feeds_it_is_in_change(site: LiveSite) -> None:
    site.start()
    before = {path: site.get(path).headers["etag"] for path in ("/atom.xml", "/categories/it/atom.xml")}
    save(site, "2024-07-11-1.md", "고친 기사")
    site.wait_until(lambda: "고친 기사" in titles(site), "the edit")
    assert site.get("/atom.xml").headers["etag"] != before["/atom.xml"]
    assert site.get("/categories/it/atom.xml").headers["etag"] == before["/categories/it/atom.xml"]


def test_a_post_that_is_being_written_in_place_is_neither_published_half_nor_rejected(site: LiveSite) -> None:
    site.start()
    with (site.posts / "2024-07-11-1.md").open("w", encoding="utf-8") as post:
        post.write("---\ntitle: 반쪽\n")
        post.flush()
        save(site, "2024-07-12-1.md", "다른 기사")
        site.wait_until(lambda: log(site).count(" build: ") >= 2, "the build of a post that was saved meanwhile")
        site.wait_until(lambda: "다른 기사" in titles(site), "the post that was saved meanwhile")
        assert "기사 1" in titles(site)
        post.write("categories: [환경]\n---\n<p>본문</p>\n")
    site.wait_until(lambda: log(site).count(" build: ") >= 3, "the build of the whole post")
    site.wait_until(lambda: "반쪽" in titles(site), "the whole post")
    assert "rejected" not in log(site)


def test_a_checkout_of_5000_posts_is_served_even_if_the_kernel_drops_events(site: LiveSite) -> None:
    def git(*arguments: str) -> None:
        own = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.fsync=none")
        subprocess.run(["git", *own, *arguments], cwd=site.posts, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "few")
    git("checkout", "-qb", "many")
    for number in range(5000):
        text = HEADER.format(title=f"많은 기사 {number}") + "<p>본문</p>\n"
        (site.posts / f"2024-07-13-{number}.md").write_text(text, encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "many")
    git("checkout", "-q", "main")
    site.start()
    assert site.process is not None
    # Stopped, nobody takes events off the kernel's queue of 16,384, and a file that is written makes four or five.
    site.process.send_signal(signal.SIGSTOP)
    git("checkout", "-q", "many")
    site.process.send_signal(signal.SIGCONT)
    site.wait_until(lambda: posts(site) == 5012, "all posts", seconds=90)
    assert log(site).count(" build: ") <= 4


def test_a_directory_that_is_renamed_keeps_its_posts_and_is_watched_on(site: LiveSite) -> None:
    (site.posts / "old").mkdir()
    save(site, "2024-07-12-1.md", "항구")
    (site.posts / "2024-07-12-1.md").rename(site.posts / "old" / "2024-07-12-1.md")
    site.start()
    (site.posts / "old").rename(site.posts / "new")
    site.wait_until(lambda: "2 warnings" in log(site) or log(site).count(" build: ") >= 2, "the rename")
    assert "항구" in titles(site)
    save(site, "draft.md", "바다")
    (site.posts / "draft.md").rename(site.posts / "new" / "2024-07-12-1.md")
    site.wait_until(lambda: {"바다", "항구"} & titles(site) == {"바다"}, "an edit in the renamed directory")
    shutil.rmtree(site.posts / "new")
    site.wait_until(lambda: "바다" not in titles(site), "the directory is gone")


def test_a_posts_directory_that_is_taken_away_and_put_back_is_watched_again(site: LiveSite) -> None:
    site.start()
    away = site.directory / "away"
    site.posts.rename(away)
    time.sleep(0.5)
    assert "기사 1" in titles(site)
    away.rename(site.posts)
    site.wait_until(lambda: log(site).count("INFO watching ") >= 2, "it is watched again")
    save(site, "2024-07-12-1.md", "새 소식")
    site.wait_until(lambda: "새 소식" in titles(site), "an edit after that")


def test_sighup_takes_another_posts_directory_and_switches_watching_off(site: LiveSite) -> None:
    site.start()
    assert site.process is not None
    other = site.directory / "other"
    shutil.copytree(site.posts, other)
    configure(site, "[schedule]", '[posts]\ndir = "other"\n[schedule]')
    site.process.send_signal(signal.SIGHUP)
    site.wait_until(lambda: f"INFO watching {other}" in log(site), "the other directory is watched")
    (other / "2024-07-11-1.md").write_text(HEADER.format(title="다른 곳") + "x\n", encoding="utf-8")
    site.wait_until(lambda: "다른 곳" in titles(site), "an edit in the other directory")
    site.wait_until(lambda: log(site).count(" build: ") == 3, "the first build, one for the signal, one for the edit")
    configure(site, "watch = true", "watch = false")
    site.process.send_signal(signal.SIGHUP)
    site.wait_until(lambda: log(site).count(" build: ") == 4, "the build of the new configuration")
    (other / "2024-07-11-1.md").write_text(HEADER.format(title="unwatched") + "x\n", encoding="utf-8")
    time.sleep(1.0)
    assert "unwatched" not in titles(site)


def test_what_editors_leave_beside_posts_starts_no_build(site: LiveSite) -> None:
    site.start()
    for name in (".2024-07-11-1.md.swp", "2024-07-11-1.md~", "4913", "picture.png"):
        (site.posts / name).write_text("x", encoding="utf-8")
    save(site, "2024-07-12-1.md", "새 소식")
    site.wait_until(lambda: "새 소식" in titles(site), "the post")
    site.wait_until(lambda: log(site).count(" build: ") >= 2, "the second build is told")
    assert log(site).count(" build: ") == 2


def test_stopping_ends_it_in_order_while_it_watches(site: LiveSite) -> None:
    site.start()
    assert site.stop() == 0
    assert "Traceback" not in log(site)


@pytest.mark.parametrize(
    ("limit", "names"), [("max_inotify_watches", "max_user_watches"), ("max_inotify_instances", "max_user_instances")]
)
def test_where_inotify_has_no_room_the_schedule_goes_on_and_what_to_do_is_said_once(
    site: LiveSite, limit: str, names: str, in_own_limits: Callable[[LiveSite, str], None]
) -> None:
    in_own_limits(site, limit)
    assert log(site).count("it is not watched") == 1
    assert f"sysctl fs.inotify.{names}=" in log(site)
    save(site, "2024-07-12-1.md", "새 소식")
    assert site.get("/-/build", {"Authorization": "Bearer s3cret"}, method="POST").status == 202
    site.wait_until(lambda: "새 소식" in titles(site), "a build that was asked for")


@pytest.fixture
def in_own_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[LiveSite, str], None]:
    """Start the server in a user namespace of its own, where one limit of inotify is 0."""
    probe = ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_watches"]
    if shutil.which("unshare") is None or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("this machine gives no user namespaces")

    def start(site: LiveSite, limit: str) -> None:
        wrapper = tmp_path / "python"
        wrapper.write_text(
            "#!/bin/sh\nexec unshare --user --map-root-user sh -c '"
            f'echo 0 > /proc/sys/user/{limit}; exec "$0" "$@"\' {sys.executable} "$@"\n',
            encoding="utf-8",
        )
        wrapper.chmod(0o755)
        monkeypatch.setattr("sys.executable", str(wrapper))
        site.start()

    return start
