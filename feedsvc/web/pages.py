"""Pages for people: the index of every feed, made once for each edition and kept in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedsvc.model import Representation, Snapshot, Variant
from feedsvc.publish.encodings import encode_variants
from feedsvc.publish.manifest import make_etag
from feedsvc.web.answers import Resource

_POLICY = (
    "Content-Security-Policy",
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
_FORMATS = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
_KINDS = {
    "site": "Everything",
    "category": "Categories",
    "tag": "Tags",
    "author": "Authors",
    "language": "Languages",
    "collection": "Collections",
    "feed": "Collections",
}
STYLE_PATH = "/-/style.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """What the index says of the site; ``server_url`` is where it and the feeds are served, absolute."""

    title: str
    description: str
    language: str
    server_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One format of a feed as the index links to it; ``href`` is relative to the index."""

    format: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as the index shows it."""

    title: str
    entry_count: int
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The feeds of one kind, under a heading."""

    heading: str
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in memory: how it is answered, and its bytes by coding."""

    resource: Resource
    bodies: dict[str, bytes]


def group_feeds(representations: Iterable[Representation]) -> tuple[Group, ...]:
    """Gather documents into feeds and feeds into kinds: the site first, then by kind and title; aliases left out."""
    kinds, formats = list(_KINDS), list(_FORMATS)

    def rank(names: list[str], name: str) -> tuple[int, str]:
        return (names.index(name) if name in names else len(names), name)

    def order(each: Representation) -> tuple[object, ...]:
        kind, key = each.feed
        return (rank(kinds, kind), each.title.casefold(), key, rank(formats, each.format), each.path)

    documents = sorted((each for each in representations if not each.alias_of), key=order)
    groups = []
    for kind, of_kind in groupby(documents, key=lambda each: each.feed[0]):
        feeds = tuple(_make_feed(list(of_feed)) for _, of_feed in groupby(of_kind, key=lambda each: each.feed))
        groups.append(Group(heading=_KINDS.get(kind, kind), feeds=feeds))
    return tuple(groups)


def _make_feed(documents: list[Representation]) -> Feed:
    return Feed(
        title=documents[0].title,
        entry_count=documents[0].entry_count,
        documents=tuple(
            Document(
                format=_FORMATS.get(each.format, each.format), href=quote(each.path[1:]), media_type=each.media_type
            )
            for each in documents
        ),
    )


def render_index(facts: IndexFacts, representations: Iterable[Representation]) -> str:
    """Render the index as HTML: a heading, every feed with its formats, and a link to each for autodiscovery."""
    groups = group_feeds(representations)
    style = STYLE_PATH[1:]
    return _environment().get_template("index.html").render(facts=facts, groups=groups, style=style)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("feedsvc.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def make_page(text: str, *, content_type: str, max_age: int) -> Page:
    """Encode a page once, in every coding; ``max_age`` in seconds."""
    bodies = dict(encode_variants(text.encode()))
    variants = tuple(Variant(coding=coding, etag=make_etag(body), size=len(body)) for coding, body in bodies.items())
    resource = Resource(
        content_type=content_type,
        variants=variants,
        cache_control=f"public, max-age={max_age}",
        described=(_POLICY, ("Referrer-Policy", "no-referrer")),
    )
    return Page(resource=resource, bodies=bodies)


def make_style(*, max_age: int) -> Page:
    """Return the style sheet of all pages."""
    text = files("feedsvc.web").joinpath("static", "style.css").read_text(encoding="utf-8")
    return make_page(text, content_type="text/css; charset=utf-8", max_age=max_age)


class IndexPages:
    """The index of the newest edition, rendered when it is first asked for after that edition came."""

    def __init__(self, facts: IndexFacts, *, max_age: int) -> None:
        self._facts = facts
        self._max_age = max_age
        self._latest: tuple[Snapshot, Page] | None = None

    def get(self, snapshot: Snapshot) -> Page:
        """Return the index of ``snapshot``. Threads that come at once may render it twice, to the same bytes."""
        latest = self._latest
        if latest is None or latest[0] is not snapshot:
            text = render_index(self._facts, snapshot.representations.values())
            latest = (snapshot, make_page(text, content_type="text/html; charset=utf-8", max_age=self._max_age))
            self._latest = latest
        return latest[1]
