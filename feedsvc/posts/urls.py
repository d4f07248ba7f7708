"""URLs made absolute and safe to publish (RFC 3986; the WHATWG's forgiving reading of what authors write)."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""The schemes a link in a post may have."""

_DONE = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#](?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*)?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_IGNORED = re.compile(r"[\t\n\r]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "-._~!$&'()*+,;=:@/?%"


def absolute_url(reference: str, base: str) -> str | None:
    """Resolve ``reference`` against ``base`` (RFC 3986, 5.2) into ASCII; None where it is no link to follow.

    Blanks around it and line ends in it are ignored, as browsers do; other characters that
    a URL may not hold are percent-encoded.
    """
    if _DONE.fullmatch(reference):
        return reference
    reference = _IGNORED.sub("", reference).strip("".join(map(chr, range(0x21))))
    scheme = _SCHEME.match(reference)
    if scheme is not None and scheme[1].lower() not in SCHEMES:
        return None
    try:
        return _ascii(urlsplit(urljoin(base, reference)))
    except ValueError:
        return None


def web_url(reference: str, base: str) -> str | None:
    """Resolve ``reference`` as ``absolute_url`` does, if it leads to something on the web."""
    url = absolute_url(reference, base)
    return url if url is not None and url.startswith(("http://", "https://")) else None


def site_url_of(path: str, site_url: str) -> str | None:
    """Resolve a reference in front matter as Jekyll's ``absolute_url`` filter does: below the site's own path."""
    if _SCHEME.match(path) or path.startswith("//"):
        return web_url(path, site_url)
    root = site_url.rstrip("/")
    prefix = urlsplit(root).path
    path = "/" + path.lstrip("/")
    if prefix and (path + "/").startswith(prefix + "/"):
        path = path[len(prefix) :]
    return web_url(root + path, root)


def page_url(path: str, site_url: str) -> str | None:
    """Return the URL of the page that Jekyll puts at ``path``: below the site's own path, be that in ``path`` too."""
    return web_url(site_url.rstrip("/") + path, site_url)


def _ascii(parts: SplitResult) -> str | None:
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        return None
    if scheme in {"http", "https"} and not parts.hostname:
        return None
    return urlunsplit((scheme, _authority(parts), _quoted(parts.path), _quoted(parts.query), _quoted(parts.fragment)))


def _authority(parts: SplitResult) -> str:
    """Return the authority with its host in ASCII (IDNA); user names are left out: they only mislead."""
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if re.fullmatch(r"[a-z0-9._:-]*", host) is None:
        raise ValueError(host)
    if ":" in host:
        host = f"[{host}]"
    return host if parts.port is None else f"{host}:{parts.port}"


def _quoted(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_SAFE, errors="replace")
