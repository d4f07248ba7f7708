"""Hexo's tag plugins (its documentation: Tag Plugins), rendered simply."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from feedsvc.posts.shortcodes import embeds
from feedsvc.posts.shortcodes.expanding import Dialect, Render
from feedsvc.posts.shortcodes.page import Page
from feedsvc.posts.shortcodes.pieces import OUTPUT, Call, Html, Piece
from feedsvc.posts.shortcodes.template_pieces import TemplateReader
from feedsvc.posts.shortcodes.values import write_value

_CODE = frozenset({"codeblock", "code"})
_SIZE = re.compile(r"[0-9]{1,5}%?")


def find_pieces(body: str) -> Iterator[Piece]:
    """Yield what Nunjucks would read, but for code, which Hexo keeps from it."""
    return TemplateReader(body, _CODE, "{%#").pieces()


def _codeblock(call: Call, _: Page) -> Html | None:
    return None if call.inner is None else embeds.code(call.inner, call.arguments.get("lang"))


def _quote(call: Call, _: Page) -> str | None:
    if call.inner is None:
        return None
    source = " ".join(call.arguments.positional) if call.name in {"blockquote", "quote"} else ""
    below = f"<p>{html.escape(source)}</p>" if source else ""
    return f"<blockquote>\n\n{call.inner.strip(chr(10))}\n\n{below}</blockquote>\n"


def _image(call: Call, _: Page) -> Html | None:
    """Take the first word that names a file: classes stand before it, size, title and alternative text behind it."""
    words = list(call.arguments.positional)
    place = next((index for index, word in enumerate(words) if "." in word or "/" in word), -1)
    if place < 0:
        return None
    rest = words[place + 1 :]
    sizes = [rest.pop(0) for _ in range(2) if rest and _SIZE.fullmatch(rest[0])]
    width, height = (*sizes, "", "")[:2]
    title, alternative = _split_titles(rest)
    image = {"src": words[place], "alt": alternative or title, "title": title, "width": width, "height": height}
    return Html(embeds.tag("img", image))


def _split_titles(words: list[str]) -> tuple[str, str]:
    """Return title and alternative text, which may be quoted in one: ``'"title" "alternative text"'``."""
    texts = re.findall(r"\"([^\"]*)\"", words[0]) if len(words) == 1 and words[0].count('"') >= 2 else words
    return (texts[0] if texts else "", texts[1] if len(texts) > 1 else "")


def _asset_link(call: Call, _: Page) -> Html | None:
    name = call.arguments.get("", 0)
    return embeds.link(name, call.arguments.get("", 1) or name)


def _asset_path(call: Call, _: Page) -> str | None:
    return html.escape(call.arguments.get("", 0)) or None


def _link(call: Call, _: Page) -> Html | None:
    """Take the address for what begins as one; the words before it are the text."""
    words = call.arguments.positional
    place = next((index for index, word in enumerate(words) if "://" in word or word.startswith("/")), -1)
    return embeds.link(words[place], " ".join(words[:place])) if place >= 0 else None


def _post_link(call: Call, page: Page) -> Html | None:
    slug, title = call.arguments.get("", 0), call.arguments.get("", 1)
    if not slug:
        return None
    target = page.link_to(slug, call.at)
    return embeds.link(target.url, title or target.title or slug)


def _post_path(call: Call, page: Page) -> str | None:
    slug = call.arguments.get("", 0)
    return html.escape(page.link_to(slug, call.at).url) if slug else None


def _youtube(call: Call, _: Page) -> Html | None:
    return embeds.youtube(call.arguments.get("", 0))


def _vimeo(call: Call, _: Page) -> Html | None:
    return embeds.vimeo(call.arguments.get("", 0))


def _gist(call: Call, _: Page) -> Html | None:
    return embeds.gist(call.arguments.get("", 0), call.arguments.get("", 1))


def _jsfiddle(call: Call, _: Page) -> Html | None:
    name = call.arguments.get("", 0)
    return embeds.link(f"https://jsfiddle.net/{name}/") if name else None


def _iframe(call: Call, _: Page) -> Html | None:
    url = call.arguments.get("", 0)
    return embeds.frame(url, url) if url else None


_RENDERS: dict[str, Render] = {
    **dict.fromkeys(("codeblock", "code"), _codeblock),
    **dict.fromkeys(("blockquote", "quote", "pullquote", "pq"), _quote),
    **dict.fromkeys(("img", "asset_img", "asset_image"), _image),
    "asset_link": _asset_link,
    "asset_path": _asset_path,
    "link": _link,
    "post_link": _post_link,
    "post_path": _post_path,
    "youtube": _youtube,
    "vimeo": _vimeo,
    "gist": _gist,
    "jsfiddle": _jsfiddle,
    "iframe": _iframe,
    OUTPUT: write_value,
}

DIALECT = Dialect(find_pieces, _RENDERS, frozenset({*_CODE, "blockquote", "quote", "pullquote", "pq"}))
"""How Hexo's posts are read."""
