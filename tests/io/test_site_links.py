"""Posts that name other files of their site, through whole builds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.posts.scan import scan_posts
from feedsvc.report import BuildReport

WritePost = Callable[..., Path]
Build = Callable[..., BuildReport]
Documents = Callable[..., dict[str, bytes]]

HUGO = {"posts": {"generator": "hugo"}}


def test_a_link_follows_the_post_that_it_names(write_post: WritePost, run_build: Build, documents: Documents) -> None:
    write_post("here.md", date="2024-06-12", body='[a]({{< ref "other.md" >}})')
    (told,) = run_build(**HUGO).warnings
    assert "no post other.md" in told
    write_post("other.md", date="2024-06-11", slug="one")
    assert run_build(1, **HUGO).warnings == ()
    assert b'/one/"&gt;a&lt;' in documents()["/atom.xml"]
    write_post("other.md", date="2024-06-11", slug="two")
    run_build(2, **HUGO)
    assert b'/two/"&gt;a&lt;' in documents()["/atom.xml"]


@pytest.mark.parametrize("index", ["index.md", "index.ko.md", "Index.HTML"])
def test_a_directory_with_an_index_is_one_post_to_hugo(tmp_path: Path, index: str) -> None:
    for path in ("a.md", "b/note.md", "b/deep/note.md", f"c/{index}", "c/note.md", "c/deep/index.md", "index.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")

    def found(*within: str, bundles: bool = True) -> list[str]:
        scan = scan_posts(tmp_path, ("**/*",), within or None, bundles=bundles)
        return sorted(file.path for file in scan.files)

    whole = ["a.md", "b/deep/note.md", "b/note.md", f"c/{index}", "index.md"]
    assert found() == whole
    assert found("c/note.md", "c/deep", "c/deep/index.md") == []
    assert found(f"c/{index}") == [f"c/{index}"]
    (tmp_path / "c" / index).unlink()
    # What an index leaves behind is looked at when its going is told.
    assert found(f"c/{index}") == ["c/deep/index.md", "c/note.md"]
    assert "c/note.md" in found(bundles=False)
