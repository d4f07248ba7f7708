"""The real command over a small site, and Debian's Chromium in front of it.

Every page that a test opens is watched: an error in the console (a breach of the Content-Security-Policy is one), an
exception of a script or a request to another origin fails the test. Screenshots are kept in ``.screenshots``.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"
DEADLINE_SECONDS = 30.0
WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

POSTS = {
    "환경": (
        "태양광 발전이 석탄을 앞질렀다",
        "강을 되살린 사람들",
        "<script>window.hacked = 1</script>도시의 나무 지도",
    ),
    "경제": ("금리가 내린 날", "작은 가게들의 봄"),
    "기술": ("RSS는 왜 아직도 쓰이는가",),
    "IT & <b>Games</b>": ("An arcade in every pocket",),
}


@dataclass(kw_only=True)
class LiveSite:
    """A directory with posts and its configuration, and the server that runs over it."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    def write_posts(self, posts: Mapping[str, tuple[str, ...]] = POSTS) -> None:
        """Write posts, category -> titles, a week apart."""
        (self.directory / "_posts").mkdir(exist_ok=True)
        numbered = enumerate((category, title) for category, titles in posts.items() for title in titles)
        for number, (category, title) in numbered:
            name = f"2024-{number // 4 % 12 + 1:02}-{number % 4 * 7 + 1:02}-{number}.md"
            front = json.dumps({"title": title, "categories": [category]}, ensure_ascii=False)
            text = f"{front}\n\n{title}. <img src='x' onerror='window.hacked = 1'>\n"
            (self.directory / "_posts" / name).write_text(text, encoding="utf-8")

    def configure(self, **tables: str) -> None:
        """Write feedsvc.toml; ``tables`` are lines of TOML by the name of their table, added to what is needed."""
        own = {
            "site": 'title = "푸른 언덕 신문"\ndescription = "작은 도시의 큰 이야기."\nurl = "https://example.org"\n'
            'timezone = "Asia/Seoul"\nlanguage = "ko"\n',
            "schedule": 'every = "1h"\nwatch = false\n',
            "server": f'listen = "127.0.0.1:{self.port}"\nurl = "{self.url}"\ntoken = "s3cret"\nworkers = 1\n',
        }
        for name in tables.keys() - own.keys():
            own[name] = ""
        text = "".join(f"[{name}]\n{lines}{tables.get(name, '')}\n" for name, lines in own.items())
        (self.directory / "feedsvc.toml").write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Start the server and wait until it has an edition."""
        with (self.directory / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "feedsvc", "serve"], cwd=self.directory, stdout=log, stderr=log
            )
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._is_ready():
            assert time.monotonic() < deadline, (self.directory / "serve.log").read_text(encoding="utf-8")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 (ours)
            return bool(answer.status == 200)
        return False

    def stop(self) -> None:
        """End the server, if it runs."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=DEADLINE_SECONDS)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], LiveSite]]:
    """Make sites, each with a directory and a port; stop what was started at the end."""
    made: list[LiveSite] = []

    def make() -> LiveSite:
        made.append(LiveSite(directory=tmp_path_factory.mktemp("site"), port=_free_port()))
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def site(make_site: Callable[[], LiveSite]) -> LiveSite:
    """One site for all tests that do not change it, served."""
    site = make_site()
    site.write_posts()
    site.configure()
    site.start()
    return site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(kw_only=True)
class Visitor:
    """Opens pages of one origin, and notes what they should not do."""

    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str, *, width: int = 1280, scheme: Literal["light", "dark"] = "light", **options: Any) -> Page:
        """Open a page in a browser of its own; ``options`` are Playwright's, as ``java_script_enabled=False``."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale="ko-KR", **options
        )
        self.contexts.append(context)
        origin = "/".join(url.split("/")[:3]) + "/"
        page = context.new_page()
        page.on("console", lambda message: self._note(message.type == "error", f"console: {message.text}"))
        page.on("pageerror", lambda error: self._note(True, f"script: {error}"))
        page.on("request", lambda request: self._note(not request.url.startswith(origin), f"request: {request.url}"))
        page.goto(url)
        return page

    def _note(self, wrong: bool, complaint: str) -> None:
        if wrong:
            self.complaints.append(complaint)


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """Open pages; at the end there was no error in a console and no request to another origin."""
    visitor = Visitor(chromium=chromium)
    yield visitor
    for context in visitor.contexts:
        context.close()
    assert visitor.complaints == []


@pytest.fixture(scope="session")
def find_violations() -> Callable[[Page], list[str]]:
    """Run axe-core over a page, by the rules of WCAG 2.2 A and AA and its own best practices."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    def find(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("async () => (await axe.run(document)).violations")
        return [f"{each['id']}: {node['html']}\n{node['failureSummary']}" for each in found for node in each["nodes"]]

    return find


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a screenshot of the whole page, for people to look at."""

    def keep(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep
