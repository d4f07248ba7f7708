"""Where things are: URLs of sites, URL paths of documents, globs and addresses of people.

As in ``values``: what people write in, what the program uses out, or :class:`RefusedError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote, urlsplit

from feedsvc.config.values import RefusedError, parse_text

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
EMAIL = r"[^@\s,<>]+@[^@\s,<>]+"

OWN_PATHS = frozenset({"/", "/healthz", "/readyz", "/metrics", "/opml.xml", "/manifest.json"})
"""URL paths that the service itself answers; no feed may take them."""

CODING_SUFFIXES = (".gz", ".br", ".zst")


def parse_url(value: object) -> str:
    """Return an absolute http(s) URL, ASCII only and without a slash at its end (RFC 3986, IDNA 2003).

    Raise RefusedError where the host is missing, or a query, a fragment or credentials are there.
    """
    text = parse_text(value).strip()
    hint = 'write one like "https://example.com" or "https://example.com/blog"'
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise RefusedError(f"{text!r} is not a URL", hint) from None
    if parts.scheme not in ("http", "https") or not host:
        raise RefusedError(f"{text!r} is not an absolute http or https URL", hint)
    if "@" in parts.netloc:
        raise RefusedError("it has a user name or a password in it", hint)
    if "?" in text or "#" in text:
        raise RefusedError(f"{text!r} has a query or a fragment", hint)
    if re.search(r"[\s\\<>\"\x00-\x1f\x7f]", text):
        raise RefusedError(f"{text!r} has a character in it that no URL has", hint)
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    return f"{parts.scheme}://{place}{path}".rstrip("/")


def parse_hub(value: object) -> str:
    """Return the absolute http(s) URL of a hub; unlike a site's it keeps its slash and may have a query.

    Raise RefusedError where the host is missing, or a fragment or credentials are there.
    """
    text = parse_text(value).strip()
    base, question, query = text.partition("?")
    parsed = parse_url(base)
    if re.search(r"[\s\\<>\"\x00-\x1f\x7f#]", query) or not query.isascii():
        raise RefusedError(f"{text!r} has a character in it that no URL has", "percent-encode it")
    return parsed + ("/" if base.endswith("/") or not urlsplit(parsed).path else "") + question + query


def parse_optional_url(value: object) -> str:
    """Return a URL as ``parse_url`` does, or ``""`` for ``""``."""
    return "" if value == "" else parse_url(value)


def parse_target(value: object) -> str:
    """Return the address of an object store, or ``""`` for ``""``. Raise RefusedError for what cannot be one."""
    from feedsvc.objects.address import address_problem

    text = parse_text(value).strip()
    if text and (problem := address_problem(text)):
        # Not repeated: it may hold a password.
        reason, _, hint = problem.partition("; ")
        raise RefusedError(f"the address {reason}", hint)
    return text


def parse_email(value: object) -> str:
    """Return an e-mail address, or ``""`` for ``""``. Raise RefusedError for what has no user and host."""
    text = parse_text(value).strip()
    if text and re.fullmatch(EMAIL, text) is None:
        raise RefusedError(f"{text!r} is not an e-mail address", 'write one like "editor@example.com"')
    return text


def parse_network(value: object) -> str:
    """Return an IP address or network such as ``10.0.0.0/8`` as written. Raise RefusedError for others."""
    from ipaddress import ip_network

    text = parse_text(value).strip()
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise RefusedError(f"{text!r} is not an IP address or network", 'write one like "10.0.0.0/8"') from None
    return text


def parse_pattern(value: object) -> str:
    """Return a glob relative to the posts directory. Raise RefusedError for one that is empty or leads out of it."""
    text = parse_text(value)
    if not text.strip():
        raise RefusedError("a pattern is empty", 'write one like "**/*.md"')
    if text.startswith("/") or ".." in text.split("/"):
        raise RefusedError(f"{text!r} leads out of the posts directory", 'write one like "**/*.md"')
    return text


def check_url_path(path: str, hint: str) -> str:
    """Return a URL path that begins with ``/`` and stays below it. Raise RefusedError for others."""
    if not path.startswith("/"):
        raise RefusedError(f"{path!r} does not begin with a slash", hint)
    if any(part in (".", "..") for part in path.split("/")) or "//" in path:
        raise RefusedError(f"{path!r} has an empty part, a . or a .. between its slashes", hint)
    if re.search(r"[\\?#\x00-\x1f\x7f]", path):
        raise RefusedError(f"{path!r} has a character in it that no path has", hint)
    return path


def parse_site_path(value: object) -> str:
    """Return the path template of the site's documents, with ``{file}``. Raise RefusedError for others."""
    return _template(value, ("file",), 'write one like "/{file}"')


def parse_term_path(value: object) -> str:
    """Return the path template of a term's documents, with ``{slug}`` and ``{file}``."""
    return _template(value, ("slug", "file"), 'write one like "/categories/{slug}/{file}"')


def _template(value: object, wanted: tuple[str, ...], hint: str) -> str:
    text = parse_text(value)
    names = PLACEHOLDER.findall(text)
    for name in wanted:
        if name not in names:
            raise RefusedError(f"{text!r} lacks {{{name}}}", hint)
    for name in names:
        if name not in wanted:
            raise RefusedError(f"{text!r} has the unknown placeholder {{{name}}}", hint)
    rest = PLACEHOLDER.sub("x", text)
    if "{" in rest or "}" in rest:
        raise RefusedError(f"{text!r} has a brace that is not closed", hint)
    check_url_path(rest, hint)
    if rest.startswith("/-/"):
        raise RefusedError(f"{text!r} is below /-/, which the service keeps for itself", hint)
    return text


def parse_aliases(value: object) -> Mapping[str, str]:
    """Return older URL paths -> the path whose document they serve, percent-decoded and sorted.

    Raise RefusedError where one is no path, is taken, is named twice or leads to another alias.
    """
    hint = 'write a line like "/feed.xml" = "/atom.xml"'
    if not isinstance(value, Mapping):
        raise RefusedError(f"{value!r} is not a table", hint)
    aliases: dict[str, str] = {}
    for old, new in value.items():
        path, target = (check_url_path(unquote(parse_text(each)), hint) for each in (old, new))
        if path.endswith("/"):
            raise RefusedError(f"{path!r} ends with a slash, and a document is a file", "name the file it served")
        if path in OWN_PATHS or path.startswith("/-/") or path.endswith(CODING_SUFFIXES):
            raise RefusedError(f"{path!r} is a path that the service keeps for itself", "choose another")
        if path in aliases or path == target:
            raise RefusedError(f"{path!r} is named twice", "remove one")
        aliases[path] = target
    for path, target in aliases.items():
        if target in aliases:
            raise RefusedError(
                f"{path!r} leads to {target!r}, itself an alias", f'write "{path}" = "{aliases[target]}"'
            )
    return MappingProxyType(dict(sorted(aliases.items())))
