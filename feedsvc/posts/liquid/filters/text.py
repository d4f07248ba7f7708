"""Filters that make a text of a text: Liquid's own."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote_plus, unquote_plus

from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import to_integer, to_s
from feedsvc.posts.liquid.scene import Filters, Scene

WHITE = " \t\n\v\f\r\0"
"""What Ruby's ``strip`` takes off."""

_ESCAPES = {"&": "&amp;", ">": "&gt;", "<": "&lt;", '"': "&quot;", "'": "&#39;"}
_TO_ESCAPE = re.compile(r"[&><\"']")
_TO_ESCAPE_ONCE = re.compile(r"[\"><']|&(?!(?:[a-zA-Z]{1,40}|#\d{1,10});)")
_URL_SAFE = str.maketrans("-_", "+/")
_NEWLINE = re.compile(r"\r?\n")


def _append(scene: Scene, value: object, tail: object) -> str:
    head, end = to_s(value), to_s(tail)
    scene.bounds.allow(len(head) + len(end))
    return head + end


def _prepend(scene: Scene, value: object, head: object) -> str:
    return _append(scene, head, value)


def _escape(_: Scene, value: object) -> str | None:
    return None if value is None else escape_html(to_s(value))


def escape_html(text: str) -> str:
    """Escape as Ruby's ``CGI.escapeHTML`` does."""
    return _TO_ESCAPE.sub(lambda match: _ESCAPES[match[0]], text)


def _escape_once(_: Scene, value: object) -> str:
    return _TO_ESCAPE_ONCE.sub(lambda match: _ESCAPES[match[0]], to_s(value))


def _url_decode(_: Scene, value: object) -> str | None:
    if value is None:
        return None
    try:
        return unquote_plus(to_s(value), errors="strict")
    except UnicodeDecodeError as error:
        raise TagError("url_decode: this is no UTF-8") from error


def _base64_decode(_: Scene, value: object) -> str:
    try:
        return base64.b64decode(to_s(value), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise TagError("base64_decode: this is no base64 of a text") from error


def _replace(scene: Scene, value: object, old: object, new: object = "") -> str:
    text, old, new = to_s(value), to_s(old), to_s(new)
    times = text.count(old)
    scene.bounds.allow(len(text) + times * max(len(new) - len(old), 0))
    return text.replace(old, new)


def _replace_first(_: Scene, value: object, old: object, new: object = "") -> str:
    return to_s(value).replace(to_s(old), to_s(new), 1)


def _replace_last(_: Scene, value: object, old: object, new: object = "") -> str:
    head, found, tail = to_s(value).rpartition(to_s(old)) if to_s(old) else (to_s(value), "", "")
    return f"{head}{to_s(new)}{tail}" if found or not to_s(old) else tail


def _slice(_: Scene, value: object, offset: object, length: object = None) -> object:
    start = to_integer(offset)
    count = 1 if length is None else to_integer(length)
    whole = value if isinstance(value, list) else to_s(value)
    nothing = whole[:0]
    if start < 0:
        start += len(whole)
    return nothing if start < 0 or count < 0 else whole[start : start + count]


def _truncate(_: Scene, value: object, length: object = 50, end: object = "...") -> str | None:
    if value is None:
        return None
    text, most, end = to_s(value), to_integer(length), to_s(end)
    return text[: max(most - len(end), 0)] + end if len(text) > most else text


def _truncatewords(_: Scene, value: object, count: object = 15, end: object = "...") -> str | None:
    if value is None:
        return None
    text, most = to_s(value), max(to_integer(count), 1)
    words = text.split(None, most)
    return text if len(words) <= most else " ".join(words[:most]) + to_s(end)


def _strip_html(_: Scene, value: object) -> str:
    text = to_s(value)
    for opening, closing in (("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>")):
        text = _without(text, opening, closing)
    return _without(text, "<", ">")


def _without(text: str, opening: str, closing: str) -> str:
    """Leave out everything from an opening to the next closing; an expression would try every opening anew."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + len(closing)
    return "".join([*kept, text[at:]])


def _squish(_: Scene, value: object) -> str:
    return " ".join(to_s(value).split())


def capitalize(_: Scene, value: object) -> str:
    """Make the first letter great and the others small, as Ruby's ``capitalize`` does."""
    text = to_s(value)
    return text[:1].upper() + text[1:].lower()


FILTERS: Filters = {
    "append": _append,
    "prepend": _prepend,
    "escape": _escape,
    "h": _escape,
    "escape_once": _escape_once,
    "url_encode": lambda _, value: None if value is None else quote_plus(to_s(value), safe="~", errors="replace"),
    "url_decode": _url_decode,
    "base64_encode": lambda _, value: base64.b64encode(to_s(value).encode("utf-8", "replace")).decode(),
    "base64_decode": _base64_decode,
    "base64_url_safe_encode": lambda _, value: base64.urlsafe_b64encode(
        to_s(value).encode("utf-8", "replace")
    ).decode(),
    "base64_url_safe_decode": lambda scene, value: _base64_decode(scene, to_s(value).translate(_URL_SAFE)),
    "downcase": lambda _, value: to_s(value).lower(),
    "upcase": lambda _, value: to_s(value).upper(),
    "capitalize": capitalize,
    "strip": lambda _, value: to_s(value).strip(WHITE),
    "lstrip": lambda _, value: to_s(value).lstrip(WHITE),
    "rstrip": lambda _, value: to_s(value).rstrip(WHITE),
    "squish": _squish,
    "strip_newlines": lambda _, value: _NEWLINE.sub("", to_s(value)),
    "newline_to_br": lambda _, value: _NEWLINE.sub("<br />\n", to_s(value)),
    "strip_html": _strip_html,
    "replace": _replace,
    "replace_first": _replace_first,
    "replace_last": _replace_last,
    "remove": lambda scene, value, old: _replace(scene, value, old),
    "remove_first": lambda scene, value, old: _replace_first(scene, value, old),
    "remove_last": lambda scene, value, old: _replace_last(scene, value, old),
    "slice": _slice,
    "truncate": _truncate,
    "truncatewords": _truncatewords,
}
