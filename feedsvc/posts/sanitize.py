"""Any HTML becomes HTML that every reader shows and none is harmed by. The one home of nh3."""

from __future__ import annotations

import html
import re
from functools import cache

import nh3

from feedsvc.posts.urls import SCHEMES, absolute_url, web_url

_TAGS = set(
    re.findall(
        r"\w+",
        "a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl "
        "dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp "
        "rt ruby s samp section small source strong sub summary sup table tbody td tfoot th thead time tr track tt u "
        "ul var video wbr",
    )
)
"""``span`` and ``font`` say nothing without their style, so they go and their text stays."""

_DROPPED_WITH_CONTENT = set(
    re.findall(r"\w+", "iframe math noembed noframes script select style svg template textarea title")
)

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src", "controls", "preload"},
    "bdo": {"dir"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
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
_IFRAME = re.compile(
    r"<iframe\b(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>(?:[^<]*+</iframe\s*>)?", re.IGNORECASE
)
_ATTRIBUTE = r"(?<![\w-]){}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
_SRC = re.compile(_ATTRIBUTE.format("src"), re.IGNORECASE)
_TITLE = re.compile(_ATTRIBUTE.format("title"), re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript\b[^>]*>", re.IGNORECASE)
_IMAGE_OF_NOTHING = re.compile(r'<img(?: (?!src)[a-z]+="[^"]*")*>')
_CANDIDATE = re.compile(r"\s*(?P<url>[^\s,]\S*?)(?P<size>\s+[0-9.]+[wx])?\s*(?:,\s|,?\s*$)")


def clean_html(markup: str, base: str) -> str:
    """Return ``markup`` well formed, without anything that acts or styles, its URLs absolute.

    Relative references are resolved against ``base``, the post's own URL; a URL with another
    scheme than http, https, mailto or tel goes, and its text stays. A frame becomes a link
    to what it would have shown. No-break spaces are characters, not HTML's entity, which XML does not know.
    """
    lower = markup.encode("utf-8", "replace").lower()  # of bytes, since lowering Hangul takes longer than cleaning it
    if b"<iframe" in lower:
        markup = _IFRAME.sub(lambda match: _iframe_link(match, base), markup)
    if b"<noscript" in lower:  # the parser takes its content for text, yet often it is the image itself
        markup = _NOSCRIPT.sub("", markup)
    # Making a cleaner costs a third of cleaning a post, and nearly no post needs its own.
    cleaner = _cleaner(base) if _may_be_relative(lower) else _cleaner_of_absolute_urls()
    return _IMAGE_OF_NOTHING.sub("", cleaner.clean(markup)).replace("&nbsp;", "\xa0")


def _may_be_relative(lower: bytes) -> bool:
    """Say no only if every URL attribute clearly holds an absolute URL."""
    for name in (b"href", b"src", b"cite", b"poster"):
        at = lower.find(name)
        while at >= 0:
            at += len(name)
            if not lower.startswith((b'="https://', b'="http://'), at):
                return True
            at = lower.find(name, at)
    return False


def _iframe_link(match: re.Match[str], base: str) -> str:
    """Return a plain link to what a frame would have shown; the cleaner still goes over it."""
    src, title = _SRC.search(match["attributes"]), _TITLE.search(match["attributes"])
    url = web_url(_attribute(src), base) if src else None
    if url is None or not url.startswith("https://"):
        return ""
    return f'<a href="{html.escape(url)}">{html.escape(_attribute(title) or url)}</a>'


def _attribute(match: re.Match[str] | None) -> str:
    return html.unescape(next(filter(None, match.groups()), "")) if match else ""


@cache
def _cleaner_of_absolute_urls() -> nh3.Cleaner:
    return _cleaner("")


def _cleaner(base: str) -> nh3.Cleaner:
    def filtered(_tag: str, attribute: str, value: str) -> str | None:
        if attribute in _URL_ATTRIBUTES:
            return absolute_url(value, base)
        if attribute == "srcset":
            return _absolute_srcset(value, base)
        if attribute == "class" and not _LANGUAGE_CLASS.fullmatch(value):
            return None
        return value

    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=filtered,
        url_schemes=set(SCHEMES),
        # No link gets a target, so there is no opener to withhold.
        link_rel=None,
    )


def _absolute_srcset(value: str, base: str) -> str | None:
    candidates = []
    for match in _CANDIDATE.finditer(value):
        url = absolute_url(match["url"], base)
        if url is not None:
            candidates.append(url.replace(",", "%2C") + (match["size"] or "").rstrip())
    return ", ".join(candidates) or None
