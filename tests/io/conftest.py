"""A small site in a directory of its own, in the shapes of a real one, and builds of it at hours of our choosing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.build import build
from feedsvc.config import Settings, make_settings
from feedsvc.report import BuildReport

# Later than any time that the file system gives: no file of a test looks as if it had changed while it was read.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The directory of a site that has no posts yet."""
    directory = tmp_path / "site"
    (directory / "_posts").mkdir(parents=True)
    return directory


@pytest.fixture
def settings(site: Path) -> Callable[..., Settings]:
    """Make the site's settings; keywords are tables of the configuration, or another directory of the site."""

    def make(*, directory: Path = site, **tables: dict[str, Any]) -> Settings:
        own = {"title": "뉴스", "url": "https://example.org", "timezone": "Asia/Seoul", "language": "ko"}
        return make_settings({**tables, "site": own | tables.get("site", {})}, {}, file=directory / "feedsvc.toml")

    return make


@pytest.fixture
def write_post(site: Path) -> Callable[..., Path]:
    """Write a post as the site's authors do; keywords are further lines of its front matter."""

    def write(name: str, category: str = "환경", *, title: str = "", body: str = "", **front: str) -> Path:
        title = title or f"기사 {Path(name).stem}"
        lines = {"title": title, "categories": f"\n  - {category}", "excerpt": f">\n  {title} 요약", **front}
        matter = "".join(f"{key}: {value}\n" for key, value in lines.items() if value)
        body = body or f'<p style="color: red">{title}의 본문입니다.</p>\n<p>&nbsp;</p></p>'
        path = site / "_posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{matter}---\n\n{body}\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def break_post(site: Path) -> Callable[[str], Path]:
    """Give a post the title that the site's authors break most often: one that begins with a quotation."""

    def write(name: str) -> Path:
        path = site / "_posts" / name
        path.write_text("---\ntitle: '장금이' 전국 확대\ncategories: [환경]\n---\n<p>본문</p>\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def run_build(settings: Callable[..., Settings]) -> Callable[..., BuildReport]:
    """Build the site so many hours after noon; keywords are as of ``settings``."""

    def run(hours: float = 0.0, *, allow_removals: bool = False, **changes: Any) -> BuildReport:
        return build(settings(**changes), now=NOON + timedelta(hours=hours), allow_removals=allow_removals)

    return run


@pytest.fixture
def documents(site: Path) -> Callable[..., dict[str, bytes]]:
    """Read what is published: URL path -> identity bytes, without the manifest."""

    def read(directory: Path = site) -> dict[str, bytes]:
        public = directory / "public"
        files = (path for path in sorted(public.rglob("*")) if path.suffix in (".xml", ".json"))
        found = {f"/{path.relative_to(public).as_posix()}": path.read_bytes() for path in files}
        found.pop("/manifest.json", None)
        return found

    return read
