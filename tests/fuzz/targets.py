"""What is fuzzed: functions of any bytes, which raise where a promise is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from invariants import as_xml, check_content
from odd.test_odd import RULES as ODD
from odd.test_odd import check_harmless

from feedsvc.errors import LedgerError, LedgerFileError
from feedsvc.ledger import open_ledger
from feedsvc.ledger.file import LedgerFile
from feedsvc.ledger.transfer import export_ledger, import_ledger
from feedsvc.model import Brief, Post, PostError, Withheld
from feedsvc.posts.content import TooComplex, clean_content, render_content
from feedsvc.posts.files import NO_FILES, Unparsed
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE, publishable
from feedsvc.posts.globs import compile_directories, compile_patterns
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.jekyll.config import read_jekyll_rules
from feedsvc.posts.jekyll.defaults import read_defaults
from feedsvc.posts.kramdown import KramdownOptions
from feedsvc.posts.media.files import MediaSource, look_up
from feedsvc.posts.membership import FeedRule, Selector
from feedsvc.posts.parse import parse_post, parse_posts
from feedsvc.posts.rules import PostRules
from feedsvc.posts.sitefiles import HEAD_BYTES, Head, SiteFiles
from feedsvc.posts.terms import make_term

SITE = Path(__file__).parents[1] / "golden/liquid/site"
BASE = "https://example.org/blog/2024/07/11/a/"
END = datetime.max.replace(tzinfo=UTC)
HOSTS = ("youtube.com",)
FEEDS = (
    FeedRule(term=make_term("feed", "all")),
    FeedRule(
        term=make_term("feed", "some"),
        include=(Selector(terms=(("category", frozenset({"a", "b"})),), languages=("ko",)),),
        exclude=Selector(paths=compile_patterns(("**/x*",), special=True)),
    ),
)
RULES = replace(
    ODD, id_style="tag", frame_hosts=HOSTS, languages=("ko", "en"), feeds=FEEDS, excerpt_separator="<!--more-->"
)
JEKYLL = replace(
    RULES,
    jekyll=read_jekyll_rules(SITE, liquid=True, smart_titles=True, posts_dir=SITE / "_posts"),
    kramdown=KramdownOptions(),
    excerpt_separator="\n\n",
)
GENERATORS = (
    ("hugo", "posts/a/index.ko.md"),
    ("zola", "blog/2024-07-11-a.md"),
    ("hexo", "a.md"),
    ("eleventy", "2024-07-11-a.md"),
)


def fuzz_parse(data: bytes) -> None:
    """Any bytes have an answer; one that was put off is the one that was not, and an address stays in the site."""
    for name in ("2024-07-11-a.md", "2024-07-11-a.html"):
        _read(name, data, RULES)


def fuzz_jekyll(data: bytes) -> None:
    """Likewise with Liquid, defaults, kramdown and the files of a site."""
    for name in ("2024-01-02-case.md", "2024-01-02-case.html"):
        _read(name, data, JEKYLL, SiteFiles(SITE))


def fuzz_others(data: bytes) -> None:
    """Likewise for the front matter of other generators."""
    generator, name = GENERATORS[data[0] % len(GENERATORS)] if data else GENERATORS[0]
    _read(name, data[1:], replace(RULES, generator=generator))


def _read(name: str, data: bytes, rules: PostRules, site: SiteFiles = NO_FILES) -> None:
    outcome = parse_post(name, data, rules, site.fresh())
    assert isinstance(outcome, Post | PostError | Withheld)
    pending = parse_post(name, data, replace(rules, defer=True), site.fresh())
    if isinstance(pending, Post) and pending.pending:
        assert isinstance(outcome, Post)
        assert replace(pending, content=outcome.content, summary=outcome.summary, pending=False) == outcome
    else:
        assert pending == outcome
    (brief,) = parse_posts([Unparsed(name, data, site.fresh())], rules, END)
    if isinstance(brief, Brief):
        assert brief == Brief(*(getattr(outcome, field) for field in Brief._fields))
    else:
        assert brief == outcome
    if isinstance(outcome, Post):
        check_harmless(outcome)
        check_content(outcome.content, outcome.alternate_link, HOSTS)
        assert not re.search(r"[\0-\x1f]", outcome.title)
        assert "\n" not in outcome.summary
        assert {term.slug for term in outcome.terms if term.kind == "feed"} <= {"all", "some"}
    elif isinstance(outcome, PostError):
        assert outcome.reason
        assert (outcome.line == 0) == (outcome.column == 0)


def fuzz_content(data: bytes) -> None:
    """A body is rendered or refused; what is rendered can be published, and cleaned again."""
    for markdown in (False, True):
        _render(data, markdown=markdown)


def fuzz_kramdown(data: bytes) -> None:
    """Likewise for kramdown's Markdown."""
    _render(data, markdown=True, kramdown=KramdownOptions())


def _render(data: bytes, *, markdown: bool, kramdown: KramdownOptions | None = None) -> None:
    body = publishable(data.decode("utf-8", "ignore"))  # as the decoder hands it on
    content = render_content(body, BASE, markdown=markdown, kramdown=kramdown, frame_hosts=HOSTS)
    if isinstance(content, TooComplex):
        return
    check_content(content.html, BASE, HOSTS)
    assert "\n" not in plain_text(content.opening)
    assert len(content.opening) <= 500
    assert UNPUBLISHABLE.search(content.opening) is None


class _OneFile(SiteFiles):
    """A site of one file, under any name."""

    def __init__(self, data: bytes) -> None:
        super().__init__("/nowhere")
        self._head = Head(len(data), data[:HEAD_BYTES])

    def head(self, path: str) -> Head | None:
        return self._head


def fuzz_media(data: bytes) -> None:
    """What any file is has an answer, and no picture is larger than any."""
    for name in ("a.png", "a.mp3", "a.svg", "a"):
        media = look_up(f"/{name}", MediaSource("https://example.org", _OneFile(data)))
        assert media is not None
        assert 0 <= media.width <= 1_000_000
        assert 0 <= media.height <= 1_000_000
        assert (media.width == 0) == (media.height == 0)
        assert media.length >= 0


def fuzz_ledger(data: bytes) -> None:
    """A ledger is taken in or refused; what is taken in goes out and comes in again as the same."""
    first = _import(data)
    if first is not None:
        assert _import(first) == first


def _import(data: bytes) -> bytes | None:
    ledger = open_ledger(Path(":memory:"))
    try:
        import_ledger(ledger, LedgerFile("file", BytesIO(data)), merge=False)
        return "".join(export_ledger(ledger)).encode()
    except (LedgerError, LedgerFileError):
        return None
    finally:
        ledger.close()


def fuzz_rules(data: bytes) -> None:
    """Any pattern of posts or of a Jekyll site's defaults matches or does not, and says so at once."""
    pattern, _, path = data.decode("utf-8", "ignore").partition("\0")
    path = path.replace("\0", "")[:200]
    compile_patterns((pattern,)).fullmatch(path)
    compile_patterns((pattern,), special=True).fullmatch(path)
    compile_directories((pattern,)).fullmatch(path + "/")
    given = [{"scope": {"path": pattern}, "values": {"a": "b"}}]
    read_defaults({"defaults": given, "collections_dir": "c"}).of(path, "posts")  # type: ignore[dict-item]
    as_xml(clean_content(pattern, BASE))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parse": fuzz_parse,
    "content": fuzz_content,
    "jekyll": fuzz_jekyll,
    "kramdown": fuzz_kramdown,
    "others": fuzz_others,
    "media": fuzz_media,
    "ledger": fuzz_ledger,
    "rules": fuzz_rules,
}
