"""Hostile and odd posts, each in a table beside this file: what must come out of it, and what must never.

All of them go through the reading of one post, and all but the costly ones through one build: test_odd_build.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Brief, Post, PostError, Withheld
from feedsvc.posts.files import NO_FILES, Unparsed
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE
from feedsvc.posts.parse import parse_post, parse_posts
from feedsvc.posts.rules import PostRules

from . import dates, encodings, extremes, markup, matters, words
from .cases import Case

TABLES = (encodings, matters, dates, words, markup, extremes)
CASES = tuple(case for table in TABLES for case in table.CASES)
RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/:year/:month/:day/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
)
END = datetime.max.replace(tzinfo=UTC)
# What no reader should be made to run, load or submit, whoever parses it.
FORBIDDEN = frozenset(
    re.findall(
        r"\w+",
        "script style link meta base object embed applet form input button select textarea svg math template noscript "
        "frame frameset xmp plaintext title noembed marquee isindex body html head",
    )
)
URLS = frozenset({"href", "src", "poster", "cite", "action", "formaction", "background", "data", "xlink:href", "ping"})
SCHEMES = ("http://", "https://", "mailto:", "tel:")


def read(case: Case) -> Post | PostError | Withheld:
    return parse_post(case.path, case.data, replace(RULES, timezone=ZoneInfo(case.zone)))


OWN_ID = re.compile(r"p[0-9a-f]{8}-")
"""How an id begins that is not to clash with those of other entries, nor with a name that scripts know."""


class Reader(HTMLParser):
    """A parser that knows none of our rules, and notes what a reader would act on."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.complaints: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.complaints.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "name", "target", "ping"):
                self.complaints.append(f"{name}=")
            if name == "id" and not OWN_ID.match(value or ""):
                self.complaints.append(f"id={value!r:.60}")
            if name in URLS and not (value or "").lower().startswith(SCHEMES):
                self.complaints.append(f"{name}={value!r:.60}")
            if name == "srcset":
                urls = [each.split()[0] for each in (value or "").split(", ")]
                self.complaints += [f"srcset {url:.60}" for url in urls if not url.startswith(SCHEMES[:2])]

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"<!--{data:.20}")

    def handle_decl(self, decl: str) -> None:
        self.complaints.append(f"<!{decl:.20}")

    def unknown_decl(self, data: str) -> None:
        self.complaints.append(f"<![{data:.20}")

    def handle_pi(self, data: str) -> None:
        self.complaints.append(f"<?{data:.20}")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def terms(post: Post, kind: str) -> tuple[str, ...]:
    return tuple(term.label for term in post.terms if term.kind == kind)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_comes_of_an_odd_post_is_right_and_harmless(case: Case) -> None:
    outcome = read(case)
    if case.rejected is not None:
        assert isinstance(outcome, PostError), outcome
        place, _, reason = case.rejected.partition(" ")
        assert f"{outcome.line}:{outcome.column}".startswith(place.rstrip(":")) or place == ":"
        assert reason in f"{outcome.reason}; {outcome.hint}"
        assert outcome.hint
    elif case.withheld is not None:
        assert outcome == Withheld(path=case.path, reason=case.withheld)
    elif not (case.either and isinstance(outcome, PostError)):
        assert isinstance(outcome, Post), outcome
        check(case, outcome)
        check_harmless(outcome)


def check(case: Case, post: Post) -> None:
    """Compare a post with what the table says of it."""
    expected = {
        "title": (case.title, post.title),
        "published": (case.published and instant(case.published), post.published),
        "updated": (case.updated and instant(case.updated), post.updated),
        "id": (case.id, post.proposed_id),
        "link": (case.link, post.alternate_link),
        "summary": (case.summary, post.summary),
        "language": (case.language, post.language),
        "categories": (case.categories, terms(post, "category")),
        "tags": (case.tags, terms(post, "tag")),
    }
    told = {name: pair for name, pair in expected.items() if pair[0] is not None}
    assert {name: found for name, (_, found) in told.items()} == {name: right for name, (right, _) in told.items()}
    assert [piece for piece in case.has if piece not in post.content] == [], post.content[:500]
    assert [piece for piece in case.lacks if piece.lower() in post.content.lower()] == [], post.content[:500]
    warnings = "\n".join(map(str, post.warnings))
    assert [piece for piece in case.warns if piece not in warnings] == [], warnings
    assert not (case.silent and warnings), warnings


def check_harmless(post: Post) -> None:
    """Look for what must never come out, whatever went in."""
    assert Reader(post.content).complaints == []
    for text in (post.title, post.summary, post.content, post.proposed_id, post.alternate_link):
        assert UNPUBLISHABLE.search(text) is None
    link = urlsplit(post.alternate_link)
    assert (link.scheme, link.netloc) == ("https", "example.org")
    assert post.alternate_link.isascii()
    assert not {"..", "."} & set(unquote(link.path).replace("\\", "/").split("/"))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", post.proposed_id)
    assert post.title == " ".join(post.title.split()) != ""
    assert post.updated >= post.published


def test_the_tables_hold_what_they_promise() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 300
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_odd_post_in_brief_stands_where_the_whole_one_does(case: Case) -> None:
    whole = read(case)
    rules = replace(RULES, timezone=ZoneInfo(case.zone))
    (brief,) = parse_posts([Unparsed(case.path, case.data, NO_FILES)], rules, END)
    assert brief == (Brief(*(getattr(whole, each) for each in Brief._fields)) if isinstance(brief, Brief) else whole)
