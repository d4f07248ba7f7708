"""The secret with which readers are hashed: another one every day, known to the processes of one service only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from zoneinfo import ZoneInfo

_BYTES = 32


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the present in a time zone; a value that survives pickling, if its ``clock`` does."""

    timezone: ZoneInfo
    clock: Callable[[], datetime] = _utc_now

    def __call__(self) -> date:
        """Return the day."""
        return self.clock().astimezone(self.timezone).date()


def _group(client: str) -> str:
    """Return what an address is counted by: an IPv6 one by its first 64 bits, which are one customer's."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address.packed[:8].hex())
    return client


class Salt:
    """A secret of today. That of tomorrow is made of it, that of yesterday cannot be.

    It is handed to workers as they are spawned, through a pipe, and is in no file. Processes that were given the same
    one have the same one on every day. ``epoch`` names it, and tells nothing of it: readers that were hashed in another
    epoch cannot be told to be the same.
    """

    def __init__(self, today: Callable[[], date], *, make: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._today = today
        # One value, so that threads which advance at once come to the same.
        self._secret = (today(), make(_BYTES))
        self.epoch = make(8).hex()

    def hash_reader(self, day: date, client: str, agent: str) -> int:
        """Return 64 bits that stand for a client's address and its User-Agent on a day, today or later."""
        self.advance(day)
        text = f"{_group(client)}\0{agent}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._secret[1]).digest(), "little")

    def advance(self, day: date) -> None:
        """Forget the secrets of the days before ``day``."""
        known, secret = self._secret
        while known < day:
            secret = hashlib.blake2b(b"tomorrow", digest_size=_BYTES, key=secret).digest()
            known += timedelta(days=1)
        self._secret = (known, secret)

    def __getstate__(self) -> dict[str, object]:
        """Hand over the secret of today, however long ago it was made."""
        self.advance(self._today())
        return self.__dict__.copy()

    def __repr__(self) -> str:
        """Show that there is one."""
        return f"Salt(epoch={self.epoch!r})"
