"""What watching decides without looking at a disk: which file systems tell, which events matter, what is due."""

from __future__ import annotations

import pytest

from feedsvc.posts.places import Places
from feedsvc.watch.changes import Changes
from feedsvc.watch.mounts import find_silent
from feedsvc.watch.relevance import Relevance, Relevant

PATTERNS = ("**/*.md", "**/*.html")


def mountinfo(**mounts: str) -> str:
    """Write the lines of mountinfo: types by mount point, ``_`` for a slash."""
    points = {name.replace("_", "/"): kind for name, kind in mounts.items()}
    return "".join(
        f"{number} 1 0:{number} / {point} rw,relatime shared:1 - {kind} dev rw\n"
        for number, (point, kind) in enumerate(points.items(), 20)
    )


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone", "fuse", "afs", "ceph", "glusterfs"]
)
def test_a_file_system_of_another_machine_does_not_tell(kind: str) -> None:
    assert find_silent(mountinfo(_="ext4", _srv=kind), "/srv/_posts") == ("/srv", kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "fuseblk", "fuse.ntfs-3g", "f2fs"])
def test_a_file_system_of_this_machine_tells(kind: str) -> None:
    assert find_silent(mountinfo(_="ext4", _srv=kind), "/srv/_posts") is None


def test_the_mount_that_the_directory_is_on_counts_and_not_one_beside_or_above_it() -> None:
    mounts = mountinfo(_="nfs4", _srv="ext4", _srv2="nfs", _srv_other="cifs")
    assert find_silent(mounts, "/srv/_posts") is None
    assert find_silent(mounts, "/srv2") == ("/srv2", "nfs")
    assert find_silent(mounts, "/home") == ("/", "nfs4")


def test_a_mount_below_the_directory_counts_too() -> None:
    assert find_silent(mountinfo(_="ext4", _srv_posts_shared="cifs"), "/srv/posts") == ("/srv/posts/shared", "cifs")


def test_of_two_mounts_at_one_point_the_later_one_is_seen() -> None:
    assert find_silent(mountinfo(_srv="nfs") + mountinfo(_srv="ext4"), "/srv") is None
    assert find_silent(mountinfo(_srv="ext4") + mountinfo(_srv="nfs"), "/srv") == ("/srv", "nfs")


def test_a_mount_point_with_a_space_is_read_and_a_broken_line_is_passed_over() -> None:
    text = "no such line\n1 2\n\n" + mountinfo(_="ext4") + "9 1 0:9 / /my\\040site rw - nfs4 host:/x rw\n"
    assert find_silent(text, "/my site/_posts") == ("/my site", "nfs4")
    assert find_silent("", "/srv") is None


def sift(*paths: str, watched: tuple[str, ...] = (), there: tuple[str, ...] = ()) -> Relevant:
    return Relevance("/srv/_posts", Places(PATTERNS), frozenset(there).__contains__).sift(paths, watched)


@pytest.mark.parametrize(
    "name",
    [".2024-07-11-1.md.swp", "4913", "2024-07-11-1.md~", "#2024-07-11-1.md#", ".git/index.lock", "a/.tmp.md", "x.png"],
)
def test_what_editors_and_git_leave_beside_the_posts_starts_no_build(name: str) -> None:
    assert sift(f"/srv/_posts/{name}") == Relevant(posts=frozenset(), directories=frozenset(), everything=False)


def test_files_that_a_pattern_names_are_told_by_their_relative_paths() -> None:
    found = sift("/srv/_posts/2024-07-11-1.md", "/srv/_posts/바다/2.html")
    assert found.posts == {"2024-07-11-1.md", "바다/2.html"}


def test_a_directory_is_told_whether_it_came_or_went() -> None:
    found = sift("/srv/_posts/new", "/srv/_posts/old", "/srv/_posts/a.md", watched=("old",), there=("/srv/_posts/new",))
    assert found.directories == {"new", "old"}
    assert found.posts == {"a.md"}


def test_a_directory_named_as_a_post_is_a_directory() -> None:
    assert sift("/srv/_posts/2024.md", there=("/srv/_posts/2024.md",)).directories == {"2024.md"}


def test_an_event_of_the_posts_directory_itself_may_mean_everything_and_one_beside_it_nothing() -> None:
    assert sift("/srv/_posts").everything
    assert not sift("/srv", "/srv/_posts2/a.md", "/srv/other.md").everything
    assert not sift("/srv/_posts2/a.md").posts


def test_at_first_everything_may_have_changed_and_then_what_was_noted() -> None:
    changes = Changes()
    assert changes.take() is None
    assert changes.take() == frozenset()
    changes.note(frozenset(("a.md",)))
    changes.note(frozenset(("b.md",)))
    assert changes.take() == frozenset(("a.md", "b.md"))
    assert changes.take() == frozenset()


def test_paths_that_are_noted_after_everything_add_nothing_to_it() -> None:
    changes = Changes()
    changes.note(None)
    changes.note(frozenset(("a.md",)))
    assert changes.take() is None
    assert changes.take() == frozenset()


def test_very_many_paths_are_everything() -> None:
    changes = Changes()
    changes.take()
    for number in range(3000):
        changes.note(frozenset((f"{number}.md",)))
    assert changes.take() is None


def test_what_is_no_place_of_posts_starts_no_build() -> None:
    relevance = Relevance(
        "/srv", Places(("**/_posts/**/*.md",), ("public/",)), {"/srv/assets", "/srv/_site"}.__contains__
    )
    changed = (
        "_posts/1.md",
        "news/_posts/2.md",
        "public/_posts/3.md",
        "_site/_posts/4.md",
        "about.md",
        "_site",
        "assets",
    )
    found = relevance.sift([f"/srv/{path}" for path in changed], frozenset(("public", "gone")))
    assert found == Relevant(
        posts=frozenset(("_posts/1.md", "news/_posts/2.md")), directories=frozenset(("assets",)), everything=False
    )
