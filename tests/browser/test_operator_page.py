from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "s3cret"  # noqa: S105 -- the one of the site
FAULT = 'layout: post\ntitle: "바다"가 부르는 노래 <script>window.hacked = 1</script>\ncategories: [환경]'
MENDED = FAULT.replace('"바다"', "“바다”")


@pytest.fixture(scope="module")
def faulty_site(make_site: Callable[[], Any]) -> Any:
    """A site of which one post is rejected, served; a proxy's header makes a visitor one from elsewhere."""
    site = make_site()
    site.write_posts()
    write_post(site, FAULT)
    (site.directory / "_posts" / "2024-05-02-shared.md").write_text('{"image": "/none.png"}\n\nA picture.\n')
    site.configure(web="")
    site.start()
    return site


def write_post(site: Any, front: str) -> None:
    text = f"---\n{front}\ndate: 2024-05-01\n---\n\n본문입니다.\n"
    (site.directory / "_posts" / "2024-05-01-sea.md").write_text(text, encoding="utf-8")


@pytest.fixture
def open_page(faulty_site: Any, visitor: Any) -> Callable[..., Any]:
    """Open the operator's page as somebody from elsewhere, and sign in."""

    def sign_in(**options: Any) -> Any:
        # Through a proxy, so to speak: who comes from here need not sign in.
        page = visitor.open(f"{faulty_site.url}/healthz", extra_http_headers={"X-Real-IP": "192.0.2.1"}, **options)
        answer = page.goto(f"{faulty_site.url}/-/")
        assert answer.status == 401
        visitor.complaints.clear()  # a 401 is written to the console
        page.get_by_label("토큰").fill(TOKEN)
        page.get_by_role("button", name="로그인").click()
        page.wait_for_selector("h1:has-text('운영')")
        return page

    return sign_in


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_shows_what_is_wrong_is_accessible_and_fits(
    open_page: Callable[..., Any],
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = open_page(width=width, scheme=scheme)
    page.locator("summary").first.click()
    shoot(page, f"operator-{width}-{scheme}")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
    fault = page.locator("article.fault")
    assert "2024-05-01-sea.md" in fault.inner_text()
    assert "<script>" in fault.locator(".line.here").inner_text()
    assert fault.locator("mark").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_to_sign_in_is_accessible_and_fits(
    faulty_site: Any,
    visitor: Any,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    width: int,
) -> None:
    page = visitor.open(f"{faulty_site.url}/healthz", width=width, extra_http_headers={"X-Real-IP": "192.0.2.2"})
    page.goto(f"{faulty_site.url}/-/")
    page.get_by_label("토큰").fill("wrong")
    page.get_by_role("button", name="로그인").click()
    page.wait_for_selector("[role=alert]")
    visitor.complaints.clear()  # a 401 is written to the console
    shoot(page, f"operator-sign-in-{width}-light")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "sea.md" not in page.content()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with script", "without script"])
def test_a_post_is_mended_built_from_the_page_and_gone_from_it(
    faulty_site: Any, open_page: Callable[..., Any], java_script_enabled: bool
) -> None:
    write_post(faulty_site, FAULT)
    page = open_page(java_script_enabled=java_script_enabled)
    build(page)
    expect(page.locator("article.fault")).to_have_count(1)
    write_post(faulty_site, MENDED)
    page.reload()
    assert "다시 저장되었습니다" in page.locator("article.fault").inner_text()
    build(page)
    expect(page.locator("article.fault")).to_have_count(0)
    expect(page.locator(".build").first).to_contain_text("글 1편 거부 풀림")


def build(page: Any) -> None:
    """Press the button, and wait until the page says by itself that the build is done."""
    page.get_by_role("button", name="지금 빌드").click()
    page.wait_for_selector(".notice:has-text('빌드가 끝났습니다')", timeout=20_000)


def test_the_address_of_the_feed_opens_the_feed_and_is_copied(open_page: Callable[..., Any], faulty_site: Any) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="주소 복사").click()
    page.wait_for_selector("text=복사했습니다")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(faulty_site.url)}/-/atom\.xml\?key=[\w-]{{43}}", copied)
    stranger = page.context.browser.new_context(extra_http_headers={"X-Real-IP": "192.0.2.9"})
    answer = stranger.request.get(copied)
    assert (answer.status, "2024-05-01-sea.md" in answer.text()) == (200, True)
    assert stranger.request.get(copied.partition("?")[0]).status == 401
    stranger.close()


def test_who_signs_out_is_a_stranger_again(open_page: Callable[..., Any], visitor: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="로그아웃").click()
    page.wait_for_selector("text=로그인하세요")
    visitor.complaints.clear()  # a 401 is written to the console
    assert page.context.cookies() == []


def test_who_is_at_the_machine_sees_the_page_without_signing_in(faulty_site: Any, visitor: Any) -> None:
    write_post(faulty_site, FAULT)
    page = visitor.open(f"{faulty_site.url}/-/")
    assert page.get_by_role("button", name="로그아웃").count() == 0
    build(page)
    expect(page.locator("article.fault")).to_have_count(1)


def test_another_site_cannot_have_a_build_made(faulty_site: Any, chromium: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    form = f'<form method="post" action="{faulty_site.url}/-/build"><button>x</button></form>'
    page.route("https://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("https://evil.example/")
    before = json.loads(context.request.get(f"{faulty_site.url}/-/status").text())["builds"]["count"]
    with page.expect_response("**/-/build") as told:
        page.get_by_role("button").click()
    assert told.value.status == 403
    assert json.loads(context.request.get(f"{faulty_site.url}/-/status").text())["builds"]["count"] == before
    context.close()
