from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

QUERIES = ("경제", "ㄱㅈ", "경ㅈ", "겨", "games IT", "GAMES", "<b>", "없는 것", "  ", "환ㄱ", "ㅎㄱ")


def names(page: Page) -> list[str]:
    return [each.inner_text() for each in page.locator(".feed:visible h3").all()]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index_is_accessible_and_fits(
    site: Any,
    visitor: Any,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = visitor.open(f"{site.url}/", width=width, scheme=scheme)
    page.locator("summary").nth(1).click()
    shoot(page, f"index-{width}-{scheme}")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None


def test_a_search_shows_what_it_means_while_it_is_typed_as_the_server_does(site: Any, visitor: Any) -> None:
    page = visitor.open(f"{site.url}/")
    plain = visitor.open(f"{site.url}/", java_script_enabled=False)
    everything = names(page)
    assert len(everything) == 5
    for query in QUERIES:
        page.fill("#q", query)
        plain.fill("#q", query)
        with plain.expect_navigation():
            plain.click("form button")
        assert names(page) == names(plain), query
        assert page.locator("#nothing").is_visible() == (not names(page))
    assert page.url == f"{site.url}/"
    page.fill("#q", "ㄱㅈ")
    assert names(page) == ["경제"]
    page.press("#q", "Enter")
    assert names(page) == ["경제"]
    page.fill("#q", "")
    assert names(page) == everything


def test_an_address_is_copied_and_the_button_says_so(site: Any, visitor: Any) -> None:
    page = visitor.open(f"{site.url}/", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy]").nth(2)
    button.click()
    expect(page.locator("#status")).to_have_text("복사했습니다")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}/categories/%EA%B2%BD%EC%A0%9C/atom.xml"
    expect(button).to_have_text("주소 복사")


def test_without_a_script_everything_is_there_but_what_needs_one(
    site: Any, visitor: Any, shoot: Callable[..., None]
) -> None:
    page = visitor.open(f"{site.url}/", width=360, java_script_enabled=False)
    shoot(page, "index-360-no-script")
    assert page.locator("[data-copy]:visible").count() == 0
    page.locator("summary").first.click()
    assert page.locator("code").first.inner_text() == f"{site.url}/atom.xml"
    assert page.locator(".readers").first.locator("a").count() == 7
    page.fill("#q", "games")
    with page.expect_navigation():
        page.press("#q", "Enter")
    assert names(page) == ["IT & <b>Games</b>"]
    assert page.locator("[role=status]").first.inner_text().startswith("피드 1개를 찾았습니다")


def test_a_page_in_a_language_from_right_to_left_is_turned_and_accessible(
    make_site: Callable[..., Any],
    visitor: Any,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
) -> None:
    site = make_site()
    site.write_posts({"أخبار": ("خبر أول", "خبر ثان")})
    words = '[index]\nsearch = "ابحث"\nfind = "بحث"\nopen = "افتح في قارئ"\n[kind]\ncategory = "تصنيفات"\n'
    (site.directory / "ar.toml").write_text(words, encoding="utf-8")
    site.configure(web='words = "ar.toml"\nreaders = ["local"]\n')
    text = (site.directory / "feedsvc.toml").read_text(encoding="utf-8")
    (site.directory / "feedsvc.toml").write_text(text.replace('"ko"', '"ar"'), encoding="utf-8")
    site.start()
    page = visitor.open(f"{site.url}/")
    shoot(page, "index-1280-rtl")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert find_violations(page) == []
    card = page.locator(".feed").first
    assert card.locator("h3").bounding_box()["x"] > card.locator("svg").bounding_box()["x"]


def test_many_feeds_are_searched_by_the_server(
    make_site: Callable[..., Any], visitor: Any, shoot: Callable[..., None]
) -> None:
    site = make_site()
    site.write_posts({f"분야 {number:03}": (f"글 {number}",) for number in range(510)})
    site.configure()
    site.start()
    page = visitor.open(f"{site.url}/")
    assert page.locator(".feed").count() == 500
    with page.expect_navigation():
        page.locator("nav a").last.click()
    assert page.locator(".feed").count() == 11
    shoot(page, "index-1280-second-page")
    page.fill("#q", "ㅂㅇ 509")
    with page.expect_navigation():
        page.press("#q", "Enter")
    assert names(page) == ["분야 509"]
