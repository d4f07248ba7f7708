"""Any HTML becomes HTML that every reader shows and none is harmed by. The one home of nh3."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextvars import ContextVar
from functools import cache

import nh3

from feedsvc.posts.html.anchors import NO_ANCHORS, Anchors, anchors_of
from feedsvc.posts.html.frames import FRAME_ATTRIBUTES, settle_frames
from feedsvc.posts.html.lazyimages import FALLBACK, LAZY, show_lazy, show_once
from feedsvc.posts.html.pixels import HIDDEN, is_pixel, is_tracker
from feedsvc.posts.html.rough import is_unusual, readable
from feedsvc.posts.html.tags import ATTRIBUTES, read_attributes
from feedsvc.posts.urls import SCHEMES, absolute_url

ALLOWED_TAGS = set(
    re.findall(
        r"\w+",
        "a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl "
        "dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp "
        "rt ruby s samp section small source strong sub summary sup table tbody td tfoot th thead time tr track tt u "
        "iframe ul var video wbr",
    )
)
"""``span`` and ``font`` say nothing without their style, so they go and their text stays."""

DROPPED_WITH_CONTENT = set(re.findall(r"\w+", "math noembed noframes script select style svg template textarea title"))

ALLOWED_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src", "controls", "preload"},
    "bdo": {"dir"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "iframe": set(FRAME_ATTRIBUTES),
    "img": {"src", "srcset", "sizes", "alt", "width", "height"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"src", "kind", "label", "srclang"},
    "video": {"src", "poster", "controls", "preload", "width", "height"},
}
_URL_ATTRIBUTES = frozenset({"href", "src", "cite", "poster"})
_LANGUAGE_CLASS = re.compile(r"language-[\w+#.-]+")
_IMAGE = re.compile(rf"<img({ATTRIBUTES})>")
_IMAGE_OF_NOTHING = re.compile(r'<img(?: (?!src)[a-z]+="[^"]*")*>')
_FIRST_LINE = re.compile(r"(<pre[^>]*>)\n")
_TIDY_TABLE = re.compile(
    r"<table\b[^<>]*+>(?:\s++|</?(?:thead|tbody|tfoot|tr|colgroup|col)\b[^<>]*+>"
    r"|<(t[hd])\b[^<>]*+>[^<]*+(?:<(?!/?t(?:able|[dhr])\b)[^<]*+)*+</\1>)*+</table>",
    re.IGNORECASE,
)
"""A table with nothing but cells in it; from others the parser moves things out, a link into a link if need be."""
_CANDIDATES_END = re.compile(r",\s")
_SIZE = re.compile(r"[0-9.]+[wx]")
_MOST_CANDIDATES = 100


_at_work: ContextVar[tuple[str, Anchors]] = ContextVar("at work")
"""What the cleaner at work resolves against: making a cleaner takes a third of what cleaning a post does."""


def clean_html(markup: str, base: str, frame_hosts: Collection[str] = ()) -> str:
    """Return ``markup`` well formed, without anything that acts, styles or counts, its URLs absolute.

    Relative references are resolved against ``base``, the post's own URL; a URL with another
    scheme than http, https, mailto or tel goes, and its text stays. A frame of ``frame_hosts``, or of a host below
    one of them, stays; others become links to what they would have shown. What a script would show is shown.
    An id stays if a link in ``markup`` leads to it, and both get a prefix that is the post's own.
    No-break spaces are characters, not HTML's entity, which XML does not know.
    """
    lower = markup.encode("utf-8", "replace").lower()  # of bytes, since lowering Hangul takes longer than cleaning it
    anchors = anchors_of(markup, base) if b"#" in lower and b" id" in lower else NO_ANCHORS
    token = _at_work.set((base, anchors))
    try:
        if is_unusual(markup, lower):
            markup = _made_plain(markup, lower, frame_hosts)
        return _without_pixels(_cleaned(_cleaner(unusual=False), markup))
    finally:
        _at_work.reset(token)


def _made_plain(markup: str, lower: bytes, frame_hosts: Collection[str]) -> str:
    """Return HTML that shows without a script what scripts and frames would have shown."""
    markup = _cleaned(_cleaner(unusual=True), readable(markup, lower))
    if b"<noscript" in lower:
        markup = show_once(markup)
    return _without_pixels(settle_frames(show_lazy(markup), frame_hosts))


def _cleaned(cleaner: nh3.Cleaner, markup: str) -> str:
    html = cleaner.clean(markup).replace("&nbsp;", "\xa0")
    # A parser drops the first line end in pre, so one that is to be seen must be written twice.
    return _FIRST_LINE.sub("\\1\n\n", html) if "<pre" in html else html


def _without_pixels(html: str) -> str:
    if "<img" not in html:
        return html
    if ' width="' in html or ' style="' in html or ' hidden="' in html:
        html = _IMAGE.sub(lambda match: "" if is_pixel(read_attributes(match[1])) else match[0], html)
    return _IMAGE_OF_NOTHING.sub("", html)


@cache
def _cleaner(*, unusual: bool) -> nh3.Cleaner:
    lazy = {*LAZY, "style", "hidden"}
    return nh3.Cleaner(
        tags=ALLOWED_TAGS | {"embed", FALLBACK} if unusual else ALLOWED_TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=_with_lazy(ALLOWED_ATTRIBUTES, lazy) if unusual else ALLOWED_ATTRIBUTES,
        attribute_filter=_filtered_unusual if unusual else _filtered,
        url_schemes=set(SCHEMES),
        # No link gets a target, so there is no opener to withhold.
        link_rel=None,
    )


def _with_lazy(attributes: dict[str, set[str]], lazy: set[str]) -> dict[str, set[str]]:
    named = {tag: attributes[tag] | lazy for tag in ("audio", "iframe", "img", "source", "video")}
    return {**attributes, **named, "embed": {"src", "title", *lazy}}


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    base, anchors = _at_work.get()
    if attribute == "id":
        return anchors.own_id(value)
    if attribute in _URL_ATTRIBUTES:
        url = absolute_url(anchors.own_link(value) if "#" in value else value, base)
        return None if url is not None and tag == "img" and is_tracker(url) else url
    if attribute == "srcset":
        return _absolute_srcset(value, base)
    if attribute == "class" and not _LANGUAGE_CLASS.fullmatch(value):
        return None
    return value


def _filtered_unusual(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return "" if HIDDEN.search(value) else None
    if attribute not in LAZY:
        return _filtered(tag, attribute, value)
    if "/" not in value and "." not in value:
        return None  # data-lazy="true" tells that it is lazy, and not what
    return _filtered(tag, LAZY[attribute], value)


def _absolute_srcset(value: str, base: str) -> str | None:
    candidates = []
    for candidate in _CANDIDATES_END.split(value, _MOST_CANDIDATES)[:_MOST_CANDIDATES]:
        *before, last = candidate.split() or [""]
        reference, size = (before[-1], f" {last}") if before and _SIZE.fullmatch(last.removesuffix(",")) else (last, "")
        url = absolute_url(reference.strip(","), base) if reference.strip(",") else None
        if url is not None:
            candidates.append(url.replace(",", "%2C") + size.removesuffix(","))
    return ", ".join(candidates) or None
