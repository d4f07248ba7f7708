from __future__ import annotations

import pytest

from feedsvc.posts.urls import absolute_url, site_url_of, web_url

BASE = "https://example.org/blog/2024/post/"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("https://a.example/x?y=1&z#f", "https://a.example/x?y=1&z#f"),
        ("HTTP://A.Example/x", "http://a.example/x"),
        ("/assets/a.jpg", "https://example.org/assets/a.jpg"),
        ("a b.jpg", "https://example.org/blog/2024/post/a%20b.jpg"),
        ("../other/", "https://example.org/blog/2024/other/"),
        ("#part", "https://example.org/blog/2024/post/#part"),
        ("?q=한", "https://example.org/blog/2024/post/?q=%ED%95%9C"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("", BASE),
        (" \n/x\ty ", "https://example.org/xy"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+82-2-000", "tel:+82-2-000"),
        ("https://등대.example/", "https://xn--vk1bv0b.example/"),
        ("https://user:pass@a.example:8080/", "https://a.example:8080/"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
        ("https://a.example/100%/%41", "https://a.example/100%25/%41"),
        ("/\\evil.example/", "https://example.org/%5Cevil.example/"),
    ],
)
def test_a_reference_becomes_absolute_and_ascii(reference: str, url: str) -> None:
    assert absolute_url(reference, BASE) == url


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "https://a b.example/",
        "https://a.example:port/",
        "https://" + "가" * 70 + ".example/",
        "http:///x",
    ],
)
def test_what_leads_nowhere_safe_is_no_link(reference: str) -> None:
    assert absolute_url(reference, BASE) is None


def test_without_a_base_a_relative_reference_is_no_link() -> None:
    assert absolute_url("/x", "") is None


def test_only_the_web_is_the_web() -> None:
    assert web_url("mailto:a@b.example", BASE) is None
    assert web_url("/x", BASE) == "https://example.org/x"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/assets/a.jpg", "https://example.org/blog/assets/a.jpg"),
        ("assets/a.jpg", "https://example.org/blog/assets/a.jpg"),
        ("/blog/assets/a.jpg", "https://example.org/blog/assets/a.jpg"),
        ("/blogs/a.jpg", "https://example.org/blog/blogs/a.jpg"),
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("https://a.example/한.jpg", "https://a.example/%ED%95%9C.jpg"),
        ("javascript:x", None),
    ],
)
def test_front_matter_refers_to_the_site_with_its_path(reference: str, url: str | None) -> None:
    assert site_url_of(reference, "https://example.org/blog/") == url
