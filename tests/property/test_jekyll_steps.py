"""Any sequence of edits to a Jekyll site (posts, includes, data, pictures, settings) ends in the bytes of a cold build.

CI tries 15 sequences; ``make steps`` (FEEDSVC_STEPS) as many as you have patience for, other ones each time.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.build import build
from feedsvc.config import Settings, make_settings
from feedsvc.errors import ConfigError

# Later than any time that the file system gives: no file looks as if it had changed while it was read.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
STEPS = os.environ.get("FEEDSVC_STEPS")
RULES = settings(
    deadline=None,
    derandomize=STEPS is None,
    database=None,
    suppress_health_check=list(HealthCheck),
    max_examples=int(STEPS or 15),
)


def picture(width: int) -> bytes:
    """Return the least PNG that is ``width`` pixels wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" + bytes(3 * width))
    header = struct.pack(">IIBBBBB", width, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FRONTS = (
    "",
    "categories: [News]",
    "tags: [a, 환경]\nauthor: kim",
    "author: lee\nimage: /img/a.png",
    "image: /img/b.png\ncategories: 경제",
    "lang: ko",
    "published: false",
    "permalink: /p/",
    "expiryDate: later",
    "date: later",
    "title: '가' 나",
)
BODIES = (
    "plain",
    "{% include box.html text='하나' %}",
    "{% include deep.html %} {{ site.data.ui.read }}",
    "{{ site.data.authors[page.author].name }} {{ site.title }}",
    "{% for post in site.posts %}{{ post.title }}, {% endfor %}",
    "{% post_url 2024-06-12-a %} {% link img/a.png %}",
    "{% include_relative part.txt %} {{ page.previous.title }} {{ page.next.title }}",
    "{% for row in site.data.rows %}{{ row.a }}{% endfor %} {{ site.data | size }}",
    "![](/img/a.png)\n\n[^1] text\n\n[^1]: note",
    "{% unknown %} {% include missing.html %}",
)
POSTS = {
    f"{directory}/{name}": tuple(f"---\n{front}\n---\n{body}\n" for front in FRONTS for body in BODIES)
    for directory in ("_posts", "en/_posts")
    for name in ("2024-06-12-a.md", "2024-06-13-b.md", "2023-01-01-old.html")
}
OTHERS: dict[str, tuple[str | bytes, ...]] = {
    "_includes/box.html": ("<p>{{ include.text }}</p>", "<div>{{ include.text }} {{ site.title }}</div>", "{% nothing"),
    "_includes/deep.html": ("{% include box.html text='둘' %}", "{% include deep.html %}", "<b>deep</b>"),
    "_includes/missing.html": ("no longer missing",),
    "_data/ui.yml": ("read: 읽기\n", "read: 더 읽기\n", "read: [\n"),
    "_data/authors.yml": (
        "kim: {name: 김}\nlee: {name: Lee}\n",
        "kim: {name: Kim, email: k@example.org}\n",
        "kim: [\n",
    ),
    "_data/rows.csv": ("a,b\n1,2\n", "a,b\n1,2\n3,4\n"),
    "_data/new/more.json": ('{"x": 1}',),
    "_posts/part.txt": ("a part", "another {{ page.title }}"),
    "img/a.png": (picture(1), picture(2), b"no picture", b""),
    "img/b.png": (picture(3),),
    "_layouts/post.html": ("{{ content }}", "<hr>{{ content }}"),
    "about.md": ("---\n---\nabout\n", "---\npermalink: /us/\n---\nabout\n"),
    "_config.yml": (
        "title: 뉴스\ntimezone: Asia/Seoul\n",
        "title: News\n",
        "title: News\ndefaults:\n- scope: {path: en}\n  values: {lang: en, tags: [eng]}\n",
        "title: News\nkramdown: {smart_quotes: [apos, apos, quot, quot]}\nfuture: true\n",
        "title: [\n",
    ),
}
FILES = {**POSTS, **OTHERS}
BROKEN = ("title: [\n", "kim: [\n")
FEEDS = {
    "formats": ["atom", "json"],
    "by": ["category", "tag", "author", "language"],
    "min_entries": 2,
    "max_entries": 4,
    "window": "5h",
    "id_style": "jekyll-feed",
}
OWN = [{"name": "quiet", "exclude": {"categories": ["News"]}}, {"name": "english", "include": {"languages": ["en"]}}]

writes = st.sampled_from(sorted((path, text) for path, texts in POSTS.items() for text in texts)) | st.sampled_from(
    [(path, text) for path, texts in OTHERS.items() for text in texts]
)
removals = st.sampled_from([(path, None) for path in FILES if path != "_config.yml"] + [("_includes", None)])
Act = tuple[str, str | bytes | None]
acts: st.SearchStrategy[Act] = st.one_of(writes, writes, writes, removals)
# What is done between two builds, the hours that pass, and whether the build is told which posts changed.
pushes = st.lists(
    st.tuples(st.lists(acts, min_size=1, max_size=4), st.integers(1, 4), st.booleans()), min_size=1, max_size=8
)
Pushes = Sequence[tuple[Sequence[Act], int, bool]]


def take(site: Path, act: Act, hour: int) -> None:
    """Write the file, or remove the file or directory, as ``act`` says."""
    path, content = site / act[0], act[1]
    if content is None:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        later = f"{NOON + timedelta(hours=hour + 2):%Y-%m-%d %H:%M:%S} +0000"
        content = content.replace("later", later).encode()
    path.write_bytes(content)


def make(site: Path) -> Settings:
    tables: dict[str, object] = {
        "site": {"title": "뉴스", "url": "https://example.org", "timezone": "Asia/Seoul"},
        "posts": {"dir": ".", "patterns": ["**/_posts/**/*.md", "**/_posts/**/*.html"], "exclude": ["public/", "var/"]},
        "jekyll": {"dir": ".", "smart_titles": True},
        "feeds": FEEDS,
        "feed": OWN,
    }
    return make_settings(tables, {}, file=site / "feedsvc.toml")


def run(site: Path, hour: int, changed: frozenset[str] | None = None) -> bool:
    """Build; return whether there is an edition of now: not while a file of the site's own cannot be read."""
    settings = make(site)
    with suppress(ConfigError):
        build(settings, now=NOON + timedelta(hours=hour), allow_removals=True, changed=changed)
        return True
    return False


def published(site: Path) -> dict[str, bytes]:
    """Every published file, but the manifest: that says when each was last modified."""
    files = (path for path in (site / "public").rglob("*") if path.is_file())
    found = {path.relative_to(site / "public").as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in found.items() if not path.startswith("manifest.json")}


@given(pushes)
@RULES
def test_a_jekyll_site_edited_step_by_step_ends_where_a_cold_build_ends(history: Pushes) -> None:
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as directory:
        site, hour = Path(directory, "site"), 0
        for path in ("_config.yml", "_data/authors.yml", "_includes/box.html", "img/a.png", "_posts/2024-06-12-a.md"):
            take(site, (path, FILES[path][0]), hour)
        done = True
        for push, hours, told in history:
            hour += hours
            for act in push:
                take(site, act, hour)
            # As `serve` does: it is told of posts, looks at everything where another file was saved, and again after
            # a build that failed. Pictures are looked at now and then.
            paths = frozenset(path for path, _ in push)
            seen = done and told and all(path in POSTS or path.startswith("img/") for path in paths)
            done = run(site, hour, paths & POSTS.keys() if seen else None)
        if run(site, hour):
            steps = published(site)
            shutil.rmtree(site / "public")
            (site / "var" / "index.sqlite3").unlink()
            run(site, hour)
            assert steps == published(site)
