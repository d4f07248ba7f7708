"""The page of a feed, at its own address and in the place of the feed, in Debian's Chromium.

Pictures of entries are the one thing on a page that comes from elsewhere: here from nowhere, since the tests answer.
"""

from __future__ import annotations

import base64
import http.server
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"
WIDTHS, SCHEMES = (360, 1280), ("light", "dark")
ECONOMY = f"/categories/{quote('경제')}/"
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="960" height="540"><defs><linearGradient id="g" x2="1" y2="1">'
    b'<stop stop-color="#8ab8f6"/><stop offset="1" stop-color="#1b6e3c"/></linearGradient></defs>'
    b'<rect width="960" height="540" fill="url(#g)"/></svg>'
)
MARKET = """---
title: 작은 가게들의 봄 — 시장 골목에서 만난 사람들
categories: [경제]
tags: [시장, 사람]
author: [김민지, 박서준]
date: 2024-05-11 09:30:00 +0900
image: /market.jpg
excerpt: 골목의 봄.
---

봄이 오면 시장은 먼저 안다. 좌판마다 봄나물이 오르고, 단골은 값을 묻지 않는다. **강조**는 한글 옆에서도 제대로 보인다.

## 첫째 골목

> “여기서만 서른 해예요. 손님이 곧 이웃이지요.”

| 품목 | 값 | 어제보다 |
|------|---:|---------:|
| 냉이 | 3,000 | -200 |
| 쑥 | 2,500 | +100 |

#### 셈하는 법

```python
total = sum(price * count for price, count in basket)  # 한 줄이 길면 좁은 화면에서는 다음 줄로 넘어간다
```

글 끝에 각주가 있다.[^1] 그림 ![](https://pictures.example/a.png) 하나와 링크 <https://example.org/x>.

<iframe src="https://www.youtube.com/embed/abc" width="560" height="315"></iframe>

[^1]: 시장 상인회의 집계.
"""
EPISODE = """---
title: "이야기 한 편: 들으면서 걷는 길"
categories: [경제]
date: 2024-05-10 07:00:00 +0900
enclosure:
  - { url: "https://media.example/1.mp3", type: audio/mpeg, length: 12345678 }
  - { url: "https://media.example/%EB%85%B8%ED%8A%B8.pdf", type: application/pdf, length: 48000 }
lang: en
---

Half an hour in two lines. <script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">
"""


@dataclass(kw_only=True)
class Reader:
    """Opens pages whose pictures it makes up, and notes what else they ask of others and what they complain of."""

    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def context(self, origin: str, *, width: int = 1280, scheme: str = "light", **options: Any) -> BrowserContext:
        context = self.chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="ko-KR",
            **options,
        )
        self.contexts.append(context)
        context.route(lambda url: not url.startswith(origin), self._answer)
        return context

    def open(self, url: str, **options: Any) -> Page:
        page = self.context("/".join(url.split("/")[:3]) + "/", **options).new_page()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("dialog", lambda dialog: self._note("error", dialog.message))
        page.goto(url)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def _answer(self, route: Route) -> None:
        request = route.request
        self.asked.append((request.resource_type, request.url))
        assert "referer" not in request.headers or request.resource_type == "document"
        body: str | bytes = "<p>film" if request.resource_type == "document" else PICTURE
        route.fulfill(body=body, content_type="text/html" if request.resource_type == "document" else "image/svg+xml")


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    """Open pages; at the end nothing was complained of."""
    reader = Reader(chromium=chromium)
    yield reader
    for context in reader.contexts:
        context.close()
    assert reader.complaints == []


@pytest.fixture(scope="module")
def paper(make_site: Callable[[], Any]) -> Any:
    """A site whose posts have everything in them that a page can show."""
    site = make_site()
    site.write_posts()
    for name, text in (("market", MARKET), ("episode", EPISODE)):
        (site.directory / "_posts" / f"{name}.md").write_text(text, encoding="utf-8")
    site.configure(feeds='by = ["category", "tag"]\nmin_entries = 5\nmax_entries = 7\n')
    site.start()
    return site


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("name", "path"), [("page", ECONOMY), ("place", f"{ECONOMY}rss.xml"), ("latest", "/latest/")])
def test_the_page_is_accessible_and_fits_at_both_addresses(
    paper: Any,
    reader: Reader,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    name: str,
    path: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = reader.open(f"{paper.url}{path}", width=width, scheme=scheme)
    page.locator(".entry img").first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    shoot(page, f"feed-{name}-{width}-{scheme}")
    assert page.locator("h1").inner_text().startswith("푸른 언덕 신문")
    assert page.locator(".entry h3").first.inner_text().startswith("작은 가게들의 봄")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
    assert {kind for kind, _ in reader.asked} == {"image"}


def test_a_page_reads_without_scripts_and_offers_what_needs_one_to_nobody(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}{ECONOMY}", java_script_enabled=False)
    assert page.locator(".addresses code").all_inner_texts() == [
        f"{paper.url}{ECONOMY}{file}" for file in ("atom.xml", "rss.xml", "feed.json")
    ]
    assert not page.locator("button").first.is_visible()
    assert page.locator(".prose table").is_visible()


def test_an_address_is_copied_and_said(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}{ECONOMY}", permissions=["clipboard-read", "clipboard-write"])
    page.locator("button[data-copy]").nth(1).click()
    page.locator("#status", has_text="복사했습니다").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == f"{paper.url}{ECONOMY}rss.xml"


def test_categories_lead_to_their_pages_and_the_formats_to_the_same_page(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}/latest/")
    with page.expect_navigation():
        page.locator(".term", has_text="시장").click()
    assert page.url == f"{paper.url}/tags/{quote('시장')}/"
    with page.expect_navigation():
        page.locator(".addresses a", has_text="Atom").click()
    assert page.url == f"{paper.url}/tags/{quote('시장')}/atom.xml"
    assert page.locator(".entry").count() == 1
    page.go_back()
    assert page.locator(".entry").count() == 1


def test_a_film_is_fetched_when_somebody_opens_it(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}{ECONOMY}")
    summary = page.locator("details.film summary")
    summary.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert {kind for kind, _ in reader.asked} == {"image"}
    assert summary.inner_text() == "youtube.com 동영상 보기"
    summary.click()
    page.frame_locator("details.film iframe").locator("p", has_text="film").wait_for()
    assert reader.asked[-1] == ("document", "https://www.youtube.com/embed/abc")


def test_a_footnote_stays_in_the_page(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}{ECONOMY}")
    page.locator("a", has_text="1").and_(page.locator(".prose sup a")).first.click()
    assert page.url.startswith(f"{paper.url}{ECONOMY}#p")


def test_a_script_gets_the_feed_itself_whatever_was_shown_before(paper: Any, reader: Reader) -> None:
    page = reader.open(f"{paper.url}{ECONOMY}atom.xml")
    page.goto(f"{paper.url}/healthz")  # which has no policy that forbids to fetch
    fetched = """async (path) => {
        const answer = await fetch(path);
        return [answer.headers.get("content-type"), (await answer.text()).slice(0, 5)];
    }"""
    assert page.evaluate(fetched, f"{ECONOMY}atom.xml") == ["application/atom+xml; charset=utf-8", "<?xml"]
    page.goto(f"{paper.url}{ECONOMY}atom.xml")
    assert page.locator(".entry").count() > 0


def test_attacks_run_nothing_and_ask_for_nothing_but_pictures_and_sound(
    make_site: Callable[[], Any], reader: Reader, shoot: Callable[..., None]
) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from odd.markup import ATTACKS

    site = make_site()
    (site.directory / "_posts").mkdir()
    for number, attack in enumerate(ATTACKS):
        text = f"---\ntitle: {number}\ncategories: [odd]\n---\n{attack}\n"
        (site.directory / "_posts" / f"2024-07-11-{number:03}.md").write_text(text, encoding="utf-8")
    site.configure(feeds="min_entries = 50\nmax_entries = 50\n", posts='patterns = ["**/*.md"]\n')
    seen = 0
    for start in range(0, len(ATTACKS), 50):
        for number in range(start):
            (site.directory / "_posts" / f"2024-07-11-{number:03}.md").unlink(missing_ok=True)
        site.start()
        page = reader.open(f"{site.url}/categories/odd/atom.xml")
        for _ in range(20):
            page.mouse.wheel(0, 4000)
        page.wait_for_load_state("networkidle")
        seen += page.locator(".entry").count()
        shoot(page, f"feed-attacks-{start}")
        site.stop()
    assert seen >= len(ATTACKS) * 0.9
    assert {kind for kind, _ in reader.asked} <= {"image", "media"}


SHOWN = """[...document.querySelectorAll("entry > *, item > *")]
    .filter((each) => getComputedStyle(each).display !== "none").map((each) => each.localName)"""


def keep_screen(page: Page, name: str) -> None:
    """Keep what the window shows; Playwright's own screenshot waits for ever for a document that is no HTML."""
    told = page.context.new_cdp_session(page).send("Page.captureScreenshot")
    SCREENSHOTS.mkdir(exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(told["data"]))


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve the published tree as a plain web server does, without headers of ours."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = MappingProxyType({".xml": "application/xml", ".css": "text/css"})  # type: ignore[assignment]

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("file", ["atom.xml", "rss.xml"])
def test_a_browser_that_gets_the_feed_itself_shows_it_by_its_style_sheet(
    paper: Any, reader: Reader, file: str, width: int, scheme: str
) -> None:
    with served(paper.directory / "public") as url:
        page = reader.open(f"{url}/categories/{quote('경제')}/{file}", width=width, scheme=scheme)
        keep_screen(page, f"feed-raw-{file.removesuffix('.xml')}-{width}-{scheme}")
        assert "피드" in page.evaluate("getComputedStyle(document.documentElement, '::before').content")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shown = page.evaluate(SHOWN)
    dated = {"atom.xml": "published", "rss.xml": "pubDate"}[file]
    assert {"title", dated, "link"} <= set(shown) <= {"title", dated, "link", "summary", "description"}
