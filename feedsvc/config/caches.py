"""Where caches are told what to drop: their addresses, and which of them go with which way of telling.

As in ``values``: what people write in, what the program uses out, or :class:`RefusedError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feedsvc.config.places import PLACEHOLDER, parse_hub
from feedsvc.config.values import RefusedError, parse_text

if TYPE_CHECKING:
    from feedsvc.config.purgeoptions import Purge

_STANDS_FOR = {"{url}": "placeholder--url", "{path}": "placeholder--path"}
_HINTS = {
    "varnish-purge": 'write one like "http://127.0.0.1:6081/"',
    "varnish-ban": 'write one like "http://127.0.0.1:6081/"',
    "fastly": 'write "https://api.fastly.com/"',
    "cloudflare": 'write "https://api.cloudflare.com/client/v4/zones/…/purge_cache", with the id of your zone',
    "url": 'write one like "https://api.example/purge?url={url}" or "http://127.0.0.1/purge{path}"',
}


def parse_cache(value: object) -> str:
    """Return the absolute http(s) URL of a cache, with ``{url}`` or ``{path}`` in its path or query as they stand.

    Raise RefusedError for another placeholder, one in the host, and for what is no such URL.
    """
    text = parse_text(value).strip()
    for name in PLACEHOLDER.findall(text):
        if f"{{{name}}}" not in _STANDS_FOR:
            raise RefusedError(f"it has the unknown placeholder {{{name}}}", "known are {url} and {path}")
    # A message shows nothing of a query, which may hold a key.
    if "{" in text.partition("://")[2].partition("/")[0]:
        raise RefusedError("it has a placeholder in its host", _HINTS["url"])
    for placeholder, word in _STANDS_FOR.items():
        text = text.replace(placeholder, word)
    try:
        text = parse_hub(text)
    except RefusedError as refused:
        if "?" in text:
            raise RefusedError("it is no http or https URL", _HINTS["url"]) from None
        raise RefusedError(refused.reason, _HINTS["varnish-purge"]) from None
    for placeholder, word in _STANDS_FOR.items():
        text = text.replace(word, placeholder)
    return text


def check_purge(purge: Purge) -> Iterator[tuple[str, RefusedError]]:
    """Yield the options of ``[purge]`` that do not go with its form."""
    hint = _HINTS[purge.form]
    for cache in purge.to:
        shown, has_place = name_cache(cache), bool(PLACEHOLDER.search(cache))
        if purge.form == "url" and not has_place:
            yield "to", RefusedError(f"{shown!r} says nowhere what to drop, with {{url}} or {{path}}", hint)
        elif purge.form != "url" and (has_place or "?" in cache):
            yield "to", RefusedError(f"{shown!r} is no address for the form {purge.form!r}", hint)
        elif purge.form == "cloudflare" and not urlsplit(cache).path.endswith("/purge_cache"):
            yield "to", RefusedError(f"{shown!r} is not where Cloudflare is told", hint)
    if purge.to and not purge.token and purge.form in ("fastly", "cloudflare"):
        reason = f"it is empty, and the form {purge.form!r} needs one"
        yield "token", RefusedError(reason, "set FEEDSVC_PURGE__TOKEN in the environment")


def name_cache(address: str) -> str:
    """Return a cache's address as messages may show it: without its query."""
    return address.partition("?")[0]
