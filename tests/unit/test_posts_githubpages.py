from __future__ import annotations

import pytest

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.githubpages import with_pages_address


@pytest.mark.parametrize(
    ("said", "cname", "address"),
    [
        ({"repository": "Ann/proj"}, "", ("https://ann.github.io", "/proj")),
        ({"repository": "ann/Ann.github.io"}, "", ("https://ann.github.io", "")),
        ({"repository": "ann/proj", "baseurl": "/docs"}, "", ("https://ann.github.io", "/docs")),
        ({"repository": "ann/proj"}, "ann.example\n", ("https://ann.example", "")),
        ({"url": "", "baseurl": ""}, "www.ann.example", ("https://www.ann.example", "")),
        ({"url": "https://own.example", "repository": "ann/proj"}, "ann.example", ("https://own.example", None)),
        ({"repository": "proj"}, "", (None, None)),
        ({"repository": ["ann/proj"]}, "<html>", (None, None)),
        ({}, "a b\nc", (None, None)),
    ],
)
def test_a_site_without_a_url_is_where_github_pages_serves_it(
    said: dict[str, Value], cname: str, address: tuple[str | None, str | None]
) -> None:
    found = with_pages_address(said, cname)
    assert (found.get("url") or None, found.get("baseurl")) == address
    assert found.keys() - {"url", "baseurl"} == said.keys() - {"url", "baseurl"}
