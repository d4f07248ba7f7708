"""The options of the service: when it builds, how it serves, and where it writes."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, PlainValidator, Strict

from feedsvc.config import places, values
from feedsvc.config.cron import parse_cron
from feedsvc.config.tables import (
    Count,
    Directory,
    Duration,
    OptionalUrl,
    Size,
    Switch,
    Table,
    option,
)


class Schedule(Table):
    """When `feedsvc serve` looks for changes: as they are made, and at an interval or by the clock."""

    every: Annotated[timedelta, PlainValidator(values.parse_period)] = option(
        "5m", "How often to look.", shapes_output=False
    )
    cron: Annotated[str, PlainValidator(parse_cron)] = option(
        "", 'Instead of `every`: the five fields of a crontab line, such as "*/5 * * * *".', shapes_output=False
    )
    watch: Switch = option(
        default=True,
        doc="Build as soon as a post is saved, too, where the file system tells of it (not on network file systems).",
        shapes_output=False,
    )


class Server(Table):
    """How the feeds are served."""

    url: OptionalUrl = option("", "Where the feeds themselves are served from; the site's URL if empty.")
    listen: Annotated[str, PlainValidator(values.parse_listen)] = option(
        "127.0.0.1:8000", "The address and port to listen on.", shapes_output=False
    )
    workers: Count = option(2, "How many processes answer requests.", shapes_output=False)
    max_age: Duration = option("5m", "How long readers may keep a feed before they ask again; its ttl too.")
    stale_while_revalidate: Duration = option(
        "1m", "How much longer a cache may hand out a feed while it asks for the new one; 0s: not.", shapes_output=False
    )
    stale_if_error: Duration = option(
        "1d", "How much longer a cache may hand out a feed while this server fails; 0s: not.", shapes_output=False
    )
    archive_max_age: Duration = option(
        "7d",
        "How long readers may keep a page of an archive; what is edited or withdrawn there may be seen as long.",
        shapes_output=False,
    )
    memory: Size = option(
        "64MB",
        "How much of the feeds each process keeps in memory; the rest is read when asked for.",
        shapes_output=False,
    )
    token: Annotated[str, PlainValidator(values.parse_token)] = option(
        "",
        "The secret that POST /-/build asks for; empty switches it off. Better set in the environment.",
        shapes_output=False,
        secret=True,
    )


class Limits(Table):
    """Whom to refuse for a while; nobody by default."""

    unconditional_per_minute: Annotated[int, Strict(), Field(ge=0, le=1_000_000)] = option(
        0,
        "How often one client may fetch one feed whole, without If-None-Match or If-Modified-Since, from each worker; "
        "more gets 429. 0 for no limit.",
        shapes_output=False,
    )
    trusted_proxies: tuple[Annotated[str, PlainValidator(places.parse_network)], ...] = option(
        ("127.0.0.1", "::1"),
        "Addresses or networks whose X-Forwarded-For tells the client; others are clients themselves.",
        shapes_output=False,
    )


class Publish(Table):
    """Where the feeds are written to."""

    dir: Directory = option("public", "A directory of its own, relative to this file.", shapes_output=False)
    target: Annotated[str, PlainValidator(places.parse_target)] = option(
        "",
        "An object store that the feeds are sent to as well: s3://bucket/prefix, gs://…, az://… or file:///directory; "
        "none if empty. Credentials and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …).",
        shapes_output=False,
    )
    grace: Duration = option(
        "1h",
        "How long the store keeps what no edition needs any more, for those who are still reading it.",
        shapes_output=False,
    )
    lease: Annotated[timedelta, PlainValidator(values.parse_lease)] = option(
        "15s",
        "Where several machines build for the target: how long one that died keeps the others from building.",
        shapes_output=False,
    )
    settle: Annotated[timedelta | None, PlainValidator(values.parse_settle)] = option(
        "",
        "How long after an edition is out caches ([purge]) and hubs ([websub]) are told: by then all that answer must "
        "have it, as replicas do after their [replica] poll. Empty: 3s with a target, 1s with caches, else 0s.",
        shapes_output=False,
    )


class State(Table):
    """What feedsvc remembers between two builds."""

    dir: Directory = option(
        "var", "A directory of its own, relative to this file; back up its ledger.sqlite3.", shapes_output=False
    )
