"""Values that only who has the token can have made: sessions, tokens of forms, and the key in the feed's address.

Nothing is kept on the server: every worker makes and checks the same ones, and another token ends them all.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

SESSION = timedelta(days=7)
FORM = timedelta(hours=12)


class Seals:
    """Makes and checks values by a ``secret``: HMAC-SHA-256 under a key that is derived from it for this only."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"feedsvc: seals of the operator's page, 1", "sha256")

    def mark(self, purpose: str) -> str:
        """Return the value for a purpose, 43 characters that are safe in a URL."""
        digest = hmac.digest(self._key, purpose.encode("utf-8", "replace"), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    def is_mark(self, purpose: str, sent: str) -> bool:
        """Say whether ``sent`` is the value for a purpose; takes as long for a near miss as for a wild guess."""
        return hmac.compare_digest(sent.encode("utf-8", "replace"), self.mark(purpose).encode())

    def issue(self, purpose: str, ends: datetime) -> str:
        """Return a value that is good for a purpose until an instant (aware)."""
        seconds = int(ends.timestamp())
        return f"{seconds}.{self.mark(f'{purpose} until {seconds}')}"

    def is_good(self, purpose: str, sent: str, now: datetime) -> bool:
        """Say whether ``sent`` is good for a purpose at ``now`` (aware)."""
        seconds, _, mark = sent.partition(".")
        # What has the right mark is a number, since we made it.
        return self.is_mark(f"{purpose} until {seconds}", mark) and now.timestamp() < int(seconds)
