"""Hugo's embedded shortcodes (its documentation: Shortcodes), rendered simply."""

from __future__ import annotations

import html

from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.shortcodes import embeds
from feedsvc.posts.shortcodes.expanding import Dialect, Render
from feedsvc.posts.shortcodes.hugo_pieces import find_pieces
from feedsvc.posts.shortcodes.page import Page
from feedsvc.posts.shortcodes.pieces import Call, Html


def _figure(call: Call, _: Page) -> Html | None:
    given = call.arguments.get
    caption = embeds.inline_markdown(given("caption"))
    credit = embeds.inline_markdown(given("attr"))
    if credit and given("attrlink"):
        credit = f"{embeds.tag('a', {'href': given('attrlink')})}{credit}</a>"
    image = {
        "src": given("src", 0),
        "alt": given("alt") or plain_text(caption),
        "width": given("width"),
        "height": given("height"),
    }
    whole = " ".join(each for each in (caption, credit) if each)
    return embeds.figure(image, link_to=given("link"), title=given("title"), caption=whole)


def _youtube(call: Call, _: Page) -> Html | None:
    return embeds.youtube(call.arguments.get("id", 0), call.arguments.get("title"))


def _vimeo(call: Call, _: Page) -> Html | None:
    return embeds.vimeo(call.arguments.get("id", 0), call.arguments.get("title"))


def _gist(call: Call, _: Page) -> Html | None:
    given = call.arguments.get
    user, identifier = given("user", 0), given("id", 1)
    return embeds.gist(f"{user}/{identifier}", given("file", 2)) if user and identifier else None


def _post_on_x(call: Call, _: Page) -> Html | None:
    # Once it was the number alone.
    user, identifier = call.arguments.get("user") or "i", call.arguments.get("id", 0)
    return embeds.link(f"https://x.com/{user}/status/{identifier}") if identifier else None


def _instagram(call: Call, _: Page) -> Html | None:
    identifier = call.arguments.get("id", 0)
    return embeds.link(f"https://www.instagram.com/p/{identifier}/") if identifier else None


def _highlight(call: Call, _: Page) -> Html | None:
    language = call.arguments.get("lang", 0) or call.arguments.get("type")
    return None if call.inner is None else embeds.code(call.inner, language)


def _details(call: Call, _: Page) -> str | None:
    if call.inner is None:
        return None
    summary = embeds.inline_markdown(call.arguments.get("summary", 0) or "Details")
    return f"<details><summary>{summary}</summary>\n\n{call.inner.strip(chr(10))}\n\n</details>\n"


def _link(call: Call, page: Page) -> str | None:
    reference, language = call.arguments.get("path", 0), call.arguments.get("lang")
    return page.link_to(reference, call.at, language).url if reference else None


def _param(call: Call, page: Page) -> str | None:
    value = page.value(call.arguments.get("name", 0))
    return html.escape(value) if isinstance(value, str) else None


def _qr(call: Call, _: Page) -> str | None:
    text = call.arguments.get("text", 0) or (call.inner or "").strip()
    return html.escape(text) if text else None


def _comment(_: Call, __: Page) -> str:
    return ""


_RENDERS: dict[str, Render] = {
    "figure": _figure,
    "youtube": _youtube,
    "vimeo": _vimeo,
    "vimeo_simple": _vimeo,
    "gist": _gist,
    "x": _post_on_x,
    "x_simple": _post_on_x,
    "tweet": _post_on_x,
    "twitter": _post_on_x,
    "twitter_simple": _post_on_x,
    "instagram": _instagram,
    "highlight": _highlight,
    "details": _details,
    "ref": _link,
    "relref": _link,
    "param": _param,
    "qr": _qr,
    "comment": _comment,
}

DIALECT = Dialect(find_pieces, _RENDERS, frozenset({"highlight", "details", "comment", "qr"}))
"""How Hugo's posts are read."""
