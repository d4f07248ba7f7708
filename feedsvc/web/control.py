"""Who may ask for a build and for details, and what a status shows to whom.

Pure functions of header values; tokens are bearer tokens (RFC 6750).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

REALM = 'Bearer realm="feedsvc"'

_WITHHELD = frozenset({"rejected", "warnings"})


def has_token(authorization: str | None, token: str) -> bool:
    """Say whether an Authorization header carries ``token``; takes as long for a near miss as for a wild guess."""
    scheme, _, sent = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return False
    # A WSGI server decodes header bytes as Latin-1 (PEP 3333).
    return hmac.compare_digest(sent.strip().encode("latin-1", "replace"), token.encode())


def challenge(authorization: str | None) -> str:
    """Return the WWW-Authenticate of a 401; it names an error only when a token was sent (RFC 6750, 3.1)."""
    return REALM if authorization is None else f'{REALM}, error="invalid_token"'


def withhold(status: object) -> object:
    """Return a status without what names files of the server: lists become counts, messages of errors go."""
    if isinstance(status, Mapping):
        shown: dict[str, object] = {}
        for key, value in status.items():
            if key in _WITHHELD and isinstance(value, Sequence):
                shown[f"{key}_count"] = len(value)
            elif key != "message":
                shown[key] = withhold(value)
        return shown
    return status
