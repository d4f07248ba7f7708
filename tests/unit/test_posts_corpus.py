"""The real posts of a Korean news site, where they are present (FEEDSVC_CORPUS, or beside the project)."""

from __future__ import annotations

import os
import tarfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Image, Post, PostError, Withheld
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

CORPUS = Path(
    os.environ.get("FEEDSVC_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus" / "frowth.tar.xz")
)
pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus is not part of the project")

RULES = PostRules(
    site_url="https://frowth-official.github.io",
    timezone=ZoneInfo("Europe/London"),
    permalink="pretty",
    language="ko-KR",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
)
TOO_SHORT = "title: the quoted text ends before the line does; put the whole title in double quotes"
REJECTED = {
    "2024-06-12-105.md": (2, 16, TOO_SHORT),
    "2024-06-12-11.md": (2, 14, TOO_SHORT),
    "2024-07-12-110.md": (2, 14, TOO_SHORT),
    "2024-07-12-111.md": (3, 1, "title: this line is neither `key: value` nor indented"),
    "2024-07-12-57.md": (2, 13, TOO_SHORT),
    "2024-07-12-60.md": (2, 18, TOO_SHORT),
    "2024-07-14-1.md": (2, 13, TOO_SHORT),
    "2024-07-14-143.md": (2, 18, TOO_SHORT),
    "2024-07-14-267.md": (2, 14, TOO_SHORT),
    "2024-07-14-274.md": (2, 14, TOO_SHORT),
    "2024-07-14-276.md": (2, 14, TOO_SHORT),
    "2024-07-14-279.md": (2, 17, TOO_SHORT),
    "2024-07-14-288.md": (2, 18, TOO_SHORT),
    "2024-07-14-33.md": (2, 13, TOO_SHORT),
    "2024-07-14-35.md": (2, 21, TOO_SHORT),
    "2024-07-14-65.md": (2, 14, TOO_SHORT),
    "2024-07-14-66.md": (2, 13, TOO_SHORT),
    "2024-07-14-68.md": (2, 14, TOO_SHORT),
    "2024-07-14-7.md": (2, 13, TOO_SHORT),
    "2024-07-14-71.md": (2, 13, TOO_SHORT),
    "2024-07-21-511.md": (2, 16, "title: text that begins with [ is a list, and it ends before the line does"),
    "2024-08-07-107.md": (8, 2, "excerpt: a stray carriage return (CR) ends the line before this one"),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Post | PostError | Withheld]:
    found = {}
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            stream = archive.extractfile(member) if "/_posts/" in f"/{member.name}" else None
            if stream is not None:
                path = member.name.rpartition("_posts/")[2]
                found[path] = parse_post(path, stream.read(), RULES)
    return found


@pytest.fixture(scope="module")
def posts(answers: dict[str, Post | PostError | Withheld]) -> list[Post]:
    return [answer for answer in answers.values() if isinstance(answer, Post)]


def test_each_broken_post_says_where_and_why_and_how_to_mend_it(
    answers: dict[str, Post | PostError | Withheld],
) -> None:
    errors = {path: answer for path, answer in answers.items() if isinstance(answer, PostError)}
    assert {path: (error.line, error.column) for path, error in errors.items()} == {
        path: (line, column) for path, (line, column, _) in REJECTED.items()
    }
    for path, error in errors.items():
        assert str(error).startswith(f"{path}:{error.line}:{error.column}: {REJECTED[path][2]}")
        assert error.hint


def test_all_others_are_published(answers: dict[str, Post | PostError | Withheld], posts: list[Post]) -> None:
    assert (len(answers), len(posts)) == (2193, 2171)
    assert [post.path for post in posts if post.warnings] == []
    assert len({post.proposed_id for post in posts}) == 2171


def test_they_are_filed_under_their_categories(posts: list[Post]) -> None:
    found = Counter(term.label for post in posts for term in post.terms if term.kind == "category")
    assert len(found) == 44
    assert {"News", "IT", "환경"} <= set(found)
    assert {(term.key, term.slug) for post in posts for term in post.terms if term.label == "환경"} == {
        ("환경", "환경")
    }


def test_nothing_acts_nothing_styles_and_nothing_is_relative(posts: list[Post]) -> None:
    for post in posts:
        assert "<script" not in post.content
        assert "style=" not in post.content
        assert 'href="#' not in post.content
        assert 'href="/' not in post.content
        assert "<p>\u00a0</p>" not in post.content
        assert post.content
        assert post.summary
        assert post.title == " ".join(post.title.split())


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("000_983ddc5fdb421210.txt", "https://site.example/assets/img/newsdao_breakingnews.jpg"),
        ("001_dbc17e42f9ad5dec.txt", "https://www.behealthy4u.com/wp-content/uploads/2024/06/news.jpg"),
    ],
)
def test_the_posts_this_project_started_from_publish_as_they_stand(name: str, image: str) -> None:
    data = (CORPUS.parent / "seeds" / name).read_bytes()
    rules = PostRules(
        site_url="https://site.example",
        timezone=ZoneInfo("Asia/Seoul"),
        permalink="/posts/:title/",
        language="ko",
        drafts=False,
        encodings=("utf-8-sig", "cp949"),
        id_style="permalink",
    )
    post = parse_post("2024-07-11-1335.md", data, rules)
    assert isinstance(post, Post)
    assert post.alternate_link == "https://site.example/posts/1335/"
    assert post.image == Image(href=image, media_type="image/jpeg")
    assert f'<img src="{image}" alt="' in post.content
    assert post.content.endswith("</a>")
    assert post.warnings == ()
