"""A page in memory: encoded once in every coding, with the headers that every page has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedsvc.model import Variant
from feedsvc.publish.encodings import encode_variants
from feedsvc.publish.manifest import make_etag
from feedsvc.web.answers import Headers, Resource

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in memory: how it is answered, and its bytes by coding."""

    resource: Resource
    bodies: dict[str, bytes]


def content_security_policy(
    *, img: str = "", media: str = "", frame: str = "", connect: bool = False, form: bool = False
) -> tuple[str, str]:
    """Return the header (CSP Level 3) by which a page runs and loads nothing but what is ours.

    ``img``, ``media`` and ``frame`` are the sources that images, sound and film, and frames may come from, none if
    empty; ``connect`` lets its script fetch from here, ``form`` lets it send forms here.
    """
    directives = (
        "default-src 'none'; style-src 'self'; script-src 'self'",
        *(f"{name}-src {sources}" for name, sources in (("img", img), ("media", media), ("frame", frame)) if sources),
        *(("connect-src 'self'",) if connect else ()),
        f"base-uri 'none'; form-action {_SELF if form else _NONE}; frame-ancestors 'none'",
    )
    return ("Content-Security-Policy", "; ".join(directives))


_SELF, _NONE = "'self'", "'none'"


def make_page(
    text: str,
    *,
    content_type: str = HTML,
    cache_control: str,
    policy: tuple[str, str] | None = None,
    last_modified: datetime | None = None,
    always: Headers = (),
    coded: bool = True,
) -> Page:
    """Encode a page once, in every coding; ``policy`` is what :func:`content_security_policy` returns.

    ``always`` are headers of its 304 too. A page that is made for one request is not ``coded``.
    """
    body = text.encode()
    bodies = dict(encode_variants(body)) if coded else {"identity": body}
    variants = tuple(Variant(coding=coding, etag=make_etag(body), size=len(body)) for coding, body in bodies.items())
    resource = Resource(
        content_type=content_type,
        variants=variants,
        cache_control=cache_control,
        last_modified=last_modified,
        always=always,
        described=(policy or content_security_policy(), ("Referrer-Policy", "no-referrer")),
    )
    return Page(resource=resource, bodies=bodies)
