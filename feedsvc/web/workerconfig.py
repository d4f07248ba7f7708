"""What a worker needs, as values that survive pickling: the main process hands them on when it spawns one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.publish.snapshot import DEFAULT_MEMORY
from feedsvc.words import Words, load_words

if TYPE_CHECKING:
    from datetime import date

    from feedsvc.audience.salt import Salt


@cache
def make_secret() -> str:
    """Return 256 random bits in hex, the same ones as long as this process runs: a reload keeps what they sealed."""
    return secrets.token_hex(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceConfig:
    """How a worker counts who reads, and where it looks what all of them counted.

    ``spool`` is the folder it writes to, ``store`` the file that is made of that; ``today`` is in the site's time zone.
    Without a ``salt``, nothing is counted.
    """

    store: Path
    spool: Path
    today: Callable[[], date]
    salt: Salt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaConfig:
    """The store that a worker reads from: its address, where what is here is, and how often it is looked at (s)."""

    address: str
    cache: Path
    poll: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker needs, as values that survive pickling.

    ``public`` is the published tree, ``status`` the file that says how the last build went; ``max_age``,
    ``archive_max_age`` and the two ``stale`` times are in seconds, ``memory`` is the bytes of bodies to hold;
    ``control_pid`` is the process that builds on SIGUSR1. An empty ``token`` lets nobody ask for a build; without
    ``history``, the folder that builds keep it in, there are no deltas. ``unconditional_per_minute`` of 0 limits
    nobody; ``trusted_proxies`` are IP networks. ``metrics`` is the directory of the workers' counts, None for none.
    ``timezone`` is an IANA name; ``words`` are what pages say. With ``browser_page``, browsers get a page for a feed;
    ``frame_hosts`` are those whose frames it shows. ``hubs`` are the URLs of those that feeds name.
    Without ``posts``, their directory, there is no operator's page; ``encodings`` are those of posts, ``trust_local``
    shows it on this machine without the token, and ``secret`` is what the workers share. With ``replica``, bodies and
    pages are read from there, and nobody builds.
    """

    public: Path
    status: Path
    control_pid: int
    title: str
    description: str
    language: str
    server_url: str
    max_age: int
    token: str = ""
    memory: int = DEFAULT_MEMORY
    stale_while_revalidate: int = 0
    stale_if_error: int = 0
    unconditional_per_minute: int = 0
    trusted_proxies: tuple[str, ...] = ()
    history: Path | None = None
    metrics: Path | None = None
    moved: Path | None = None
    archive_max_age: int = 0
    site_url: str = ""
    timezone: str = "UTC"
    readers: tuple[str, ...] = ()
    browser_page: bool = True
    frame_hosts: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    audience: AudienceConfig | None = None
    words: Words = field(default_factory=lambda: load_words("en"))
    posts: Path | None = None
    encodings: tuple[str, ...] = ()
    trust_local: bool = True
    replica: ReplicaConfig | None = None
    secret: str = field(default_factory=make_secret, repr=False)
