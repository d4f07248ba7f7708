"""Jekyll's filters for URLs (``lib/jekyll/filters/url_filters.rb``), and the part of Addressable that they use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlsplit, urlunsplit

from feedsvc.posts.liquid.ruby import to_s
from feedsvc.posts.liquid.scene import Filters, Scene

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SUB_DELIMS = "-._~!$&'()*+,;="
_PATH = _SUB_DELIMS + ":@/%"
_QUERY = _PATH + "?"
_ANY = _QUERY + "#[]"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def relative_url(scene: Scene, value: object) -> str | None:
    """Put the site's ``baseurl`` before a path; what has a scheme stays."""
    if value is None:
        return None
    text = _url_of(value)
    if _ABSOLUTE.match(text):
        return text
    base = to_s(scene.site.config.get("baseurl")).removesuffix("/")
    return normalized("".join(_with_slash(part) for part in (base, text)))


def absolute_url(scene: Scene, value: object) -> str | None:
    """Put the site's ``url`` and ``baseurl`` before a path; what has a scheme stays."""
    if value is None:
        return None
    text = _url_of(value)
    if _ABSOLUTE.match(text):
        return text
    return normalized(to_s(scene.site.config.get("url")) + (relative_url(scene, text) or ""))


def _url_of(value: object) -> str:
    """Return the URL of a post that stands for itself, or the text."""
    return to_s(value.get("url")) if isinstance(value, Mapping) else to_s(value)


def _with_slash(part: str) -> str:
    return part if not part or part.startswith("/") else f"/{part}"


def normalized(url: str) -> str:
    """Return ``url`` as Addressable's ``normalize`` does: escaped once, the host in small letters."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.lower()
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return _escaped(url, _ANY)
    path = _without_dots(_escaped(parts.path, _PATH)) or ("/" if host else "")
    query, fragment = _escaped(parts.query, _QUERY), _escaped(parts.fragment, _QUERY)
    return urlunsplit((parts.scheme.lower(), host, path, query, fragment))


def _without_dots(path: str) -> str:
    """Take ``.`` and ``..`` out of a path (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            del kept[max(len(kept) - 1, 1) :]
        elif part != ".":
            kept.append(part)
    if parts[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _escaped(text: str, safe: str) -> str:
    return quote(_ESCAPE.sub(_unescaped, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe=safe, errors="replace")


def _unescaped(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()


def _strip_index(_: Scene, value: object) -> object:
    text = to_s(value)
    return re.sub(r"/index\.html?$", "/", text, flags=re.MULTILINE) if text else None


FILTERS: Filters = {
    "relative_url": relative_url,
    "absolute_url": absolute_url,
    "strip_index": _strip_index,
    "cgi_escape": lambda _, value: quote_plus(to_s(value), safe="~", errors="replace"),
    "uri_escape": lambda _, value: quote(unquote_to_bytes(to_s(value)), safe=_ANY.replace("%", "")),
}
