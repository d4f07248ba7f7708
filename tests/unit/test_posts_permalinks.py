"""Permalinks as Jekyll makes them; cases of its own test suite among them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.posts.permalinks import STYLES, UnknownPlaceholder, escape_path, permalink_template, render_permalink
from feedsvc.posts.placeholders import PLACEHOLDERS, PermalinkValues, output_extension

VALUES = PermalinkValues(
    path="sub/2024-03-04-Hello, World.",
    stem="2024-03-04-Hello, World.",
    slug="Hello, World",
    extension=".md",
    date=datetime(2024, 3, 4, 5, 6, 7, tzinfo=ZoneInfo("Asia/Seoul")),
    categories=("News", "경제", "R&D plans", "news"),
)


@pytest.mark.parametrize(
    ("style", "path"),
    [
        ("none", "/news/%EA%B2%BD%EC%A0%9C/r&d%20plans/Hello,-World.html"),
        ("date", "/news/%EA%B2%BD%EC%A0%9C/r&d%20plans/2024/03/04/Hello,-World.html"),
        ("ordinal", "/news/%EA%B2%BD%EC%A0%9C/r&d%20plans/2024/064/Hello,-World.html"),
        ("pretty", "/news/%EA%B2%BD%EC%A0%9C/r&d%20plans/2024/03/04/Hello,-World/"),
        ("weekdate", "/news/%EA%B2%BD%EC%A0%9C/r&d%20plans/2024/W10/Mon/Hello,-World.html"),
    ],
)
def test_each_named_style_is_jekylls(style: str, path: str) -> None:
    assert render_permalink(permalink_template(style), VALUES) == path


def test_another_permalink_is_its_own_template() -> None:
    assert permalink_template("/posts/:title/") == "/posts/:title/"
    assert set(STYLES) == {"none", "date", "ordinal", "pretty", "weekdate"}


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("collection", "posts"),
        ("path", "sub/2024-03-04-Hello,%20World"),
        ("output_ext", ".html"),
        ("name", "2024-03-04-hello-world"),
        ("title", "Hello,-World"),
        ("slug", "hello-world"),
        ("categories", "news/%EA%B2%BD%EC%A0%9C/r&d%20plans"),
        ("slugified_categories", "news/%EA%B2%BD%EC%A0%9C/r-d-plans"),
        ("year", "2024"),
        ("short_year", "24"),
        ("month", "03"),
        ("i_month", "3"),
        ("short_month", "Mar"),
        ("long_month", "March"),
        ("day", "04"),
        ("i_day", "4"),
        ("y_day", "064"),
        ("w_year", "2024"),
        ("week", "10"),
        ("w_day", "1"),
        ("short_day", "Mon"),
        ("long_day", "Monday"),
        ("hour", "05"),
        ("minute", "06"),
        ("second", "07"),
    ],
)
def test_each_placeholder_is_jekylls(placeholder: str, value: str) -> None:
    assert placeholder in PLACEHOLDERS
    assert render_permalink(f"/x:{placeholder}", VALUES) == f"/x{'/' if placeholder == 'path' else ''}{value}"


def test_the_week_year_is_isos() -> None:
    values = VALUES._replace(date=datetime(2021, 1, 3, tzinfo=ZoneInfo("UTC")))
    assert render_permalink("/:w_year/:week/:w_day", values) == "/2020/53/7"


def test_an_underscore_behind_a_placeholder_is_text() -> None:
    assert render_permalink("/:month_:day_", VALUES) == "/03_04_"


@pytest.mark.parametrize("template", ["/:foo/", "/:year_month/", "/a:b/"])
def test_an_unknown_placeholder_is_named(template: str) -> None:
    assert isinstance(render_permalink(template, VALUES), UnknownPlaceholder)


def test_without_categories_no_slash_is_doubled() -> None:
    assert render_permalink(STYLES["pretty"], VALUES._replace(categories=())) == "/2024/03/04/Hello,-World/"


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ("about", "/about"),
        ("/with.dots/permalink.with.slash.tho/", "/with.dots/permalink.with.slash.tho/"),
        ("/../../etc/passwd", "/etc/passwd"),
        ("/%2e%2E/%2e./x/", "/x/"),
        ("/a/./b/.", "/a/b/"),
        ("/.", "/"),
        ("//evil.example/x", "/evil.example/x"),
        ("http://evil.example/", "/http:/evil.example/"),
        ("/\\evil.example/", "/%5Cevil.example/"),
        ("/글/100%/?a=b#c", "/%EA%B8%80/100%25/%3Fa=b%23c"),
        ("/already%20done/", "/already%20done/"),
        ("", "/"),
    ],
)
def test_no_permalink_leaves_the_site(own: str, path: str) -> None:
    assert render_permalink(own, VALUES) == path


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("/a b", "/a%20b"), ("escape-+ #%20[]", "escape-+%20%23%2520%5B%5D"), ("foo bar:foobar", "foo%20bar:foobar")],
)
def test_values_are_escaped_as_jekyll_escapes_them(text: str, escaped: str) -> None:
    assert escape_path(text) == escaped


def test_what_is_no_markdown_keeps_its_extension() -> None:
    assert [output_extension(name) for name in (".MD", ".markdown", ".html", ".txt", "")] == [
        ".html",
        ".html",
        ".html",
        ".txt",
        "",
    ]
