from __future__ import annotations

import pytest

from feedsvc.posts.names import PostName, name_key, parse_name, titleize


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("2024-01-02-a-b.md", ("", "2024-01-02-a-b", "2024-01-02", "a-b", ".md")),
        ("sub/dir/2024-1-2-a.b.html", ("sub/dir", "2024-1-2-a.b", "2024-1-2", "a.b", ".html")),
        ("24-01-02-a.md", ("", "24-01-02-a", "2024-01-02", "a", ".md")),
        ("99-01-02-a.md", ("", "99-01-02-a", "1999-01-02", "a", ".md")),
        ("2018-10-12-dots...markdown", ("", "2018-10-12-dots..", "2018-10-12", "dots", ".markdown")),
        ("3940394-21-9393050-test.md", ("", "3940394-21-9393050-test", "", "3940394-21-9393050-test", ".md")),
        ("about.md", ("", "about", "", "about", ".md")),
        ("README", ("", "README", "", "README", "")),
        (".md", ("", ".md", "", ".md", "")),
        ("2024-01-02-.md", ("", "2024-01-02-", "2024-01-02", "", ".md")),
    ],
)
def test_a_name_comes_apart_as_jekyll_takes_it(path: str, name: tuple[str, str, str, str, str]) -> None:
    directory, stem, date, slug, extension = name
    assert parse_name(path) == PostName(directory=directory, stem=stem, date=date, slug=slug, extension=extension)


def test_names_sort_as_people_count() -> None:
    names = ["2024-01-02-100.md", "a.md", "2024-01-02-10.md", "2024-01-10-1.md", "2024-01-02.md", "2024-01-02-2.md"]
    assert sorted(names, key=name_key) == [
        "2024-01-02-2.md",
        "2024-01-02-10.md",
        "2024-01-02-100.md",
        "2024-01-02.md",
        "2024-01-10-1.md",
        "a.md",
    ]


def test_a_number_counts_wherever_it_stands_in_a_name() -> None:
    names = ["0123456789123.md", "0123456789-7.md", "volume-no-12.md", "volume-no-3.md", "volume-no-.md"]
    assert sorted(names, key=name_key) == [
        "0123456789-7.md",
        "0123456789123.md",
        "volume-no-.md",
        "volume-no-3.md",
        "volume-no-12.md",
    ]


def test_no_two_paths_share_a_key() -> None:
    paths = ["1.md", "01.md", "001.md", "a/1.md", "a-1.md", "0.md", "00.md", ".md"]
    assert len({name_key(path) for path in paths}) == len(paths)


@pytest.mark.parametrize(
    ("slug", "title"),
    [("this-is-a-Long-title", "This Is A Long Title"), ("한글-제목", "한글 제목"), ("", ""), ("-", "")],
)
def test_a_slug_becomes_a_title(slug: str, title: str) -> None:
    assert titleize(slug) == title
