"""Every option, declared once: its type, its default as a user would write it, its check and its words.

The sample file, the environment variables, the error messages and the
fingerprint are all derived from these declarations.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, Strict, model_validator

from feedsvc.config import checks, closings, places, values
from feedsvc.config.cron import parse_cron
from feedsvc.config.feedoptions import Feeds, NamedFeeds, TermTables
from feedsvc.config.redirects import parse_redirects
from feedsvc.config.tables import (
    Count,
    Directory,
    Duration,
    Language,
    Line,
    OptionalDirectory,
    OptionalUrl,
    Size,
    Switch,
    Table,
    Text,
    Url,
    option,
)
from feedsvc.model import Person


class Author(Table):
    """Who writes, where a post does not say it (an Atom person construct, RFC 4287, 3.2)."""

    name: Text = option("", "The author's name.")
    email: Annotated[str, PlainValidator(places.parse_email)] = option("", "The author's e-mail address.")
    uri: OptionalUrl = option("", "The author's own page.")

    @model_validator(mode="before")
    @classmethod
    def _read_bare_name(cls, data: object) -> object:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if not self.name and (self.email or self.uri):
            raise values.RefusedError("an author needs a name", 'write { name = "…", email = "…" }')
        return self


class Site(Table):
    """The site that the posts belong to."""

    title: Line = option(..., "The title of the site and of its feed.")
    url: Url = option(..., "Where the site lives: an absolute http or https URL.")
    description: Text = option("", "A sentence on what the site is about; the feed's subtitle.")
    language: Language = option(
        "en", 'The language of the posts that do not name theirs, as a BCP 47 tag such as "ko" or "ko-KR".'
    )
    timezone: Annotated[ZoneInfo, PlainValidator(values.parse_timezone)] = option(
        "UTC", 'The IANA time zone of dates without one, such as "Asia/Seoul".'
    )
    author: Author = option(
        "", 'Who writes where a post does not say it: a name, or { name = "", email = "", uri = "" }.'
    )

    @property
    def authors(self) -> tuple[Person, ...]:
        """The site's author as the stages know one; empty where none is named."""
        author = self.author
        return (Person(name=author.name, email=author.email, uri=author.uri),) if author.name else ()


class Posts(Table):
    """Where the posts are and how they are read."""

    dir: Directory = option("_posts", "The directory of the posts, relative to this file.", shapes_output=False)
    patterns: Annotated[
        tuple[Annotated[str, PlainValidator(places.parse_pattern)], ...], AfterValidator(checks.check_some)
    ] = option(
        ("**/*.md", "**/*.markdown", "**/*.html"),
        "Which files below it are posts, as globs. No wildcard matches a name that begins with _, so _posts is named.",
    )
    exclude: tuple[Annotated[str, PlainValidator(places.parse_pattern)], ...] = option(
        (),
        "What is left out of them, as in Jekyll: paths that begin so, or globs. Besides node_modules, packages in "
        "vendor, and names with a dot.",
    )
    permalink: Annotated[str, PlainValidator(checks.parse_permalink)] = option(
        "/:categories/:year/:month/:day/:title/",
        'The address of a post in Jekyll\'s words: a template, or "date", "pretty", "ordinal" or "none".',
    )
    generator: Literal["jekyll", "hugo", "zola", "hexo", "eleventy"] = option(
        "jekyll", "Whose front matter the posts have, where generators mean different things by one word."
    )
    languages: Annotated[tuple[Language, ...], AfterValidator(checks.check_distinct)] = option(
        (),
        'The languages whose posts are in directories named after them, ["ko", "en"] for ko/_posts and posts/en, or in '
        "files whose names end with them, post.ko.md.",
    )
    date_from: Literal["reject", "git", "mtime"] = option(
        "reject",
        "What becomes of a post without a date in its front matter or its name: it is rejected, or takes the date of "
        'its first commit ("git") or of its file ("mtime", which a clone or a copy sets anew), and keeps it.',
    )
    drafts: Switch = option(default=False, doc="Publish drafts too.")
    future: Switch = option(default=False, doc="Publish posts dated in the future at once; else each at its date.")
    encodings: Annotated[
        tuple[Annotated[str, PlainValidator(values.parse_encoding)], ...], AfterValidator(checks.check_some)
    ] = option(("utf-8-sig", "cp949"), "The text encodings of the files, tried in this order.")
    iframes: Annotated[
        tuple[Annotated[str, PlainValidator(closings.parse_frame_host)], ...], AfterValidator(checks.check_distinct)
    ] = option(
        (
            *("youtube.com", "youtube-nocookie.com", "player.vimeo.com", "dailymotion.com"),
            *("tv.naver.com", "tv.kakao.com", "play-tv.kakao.com", "w.soundcloud.com", "open.spotify.com"),
        ),
        "The hosts, with those below them, whose frames stay in posts; other frames become links.",
    )
    markdown: Literal["", "kramdown", "commonmark"] = option(
        "", 'How Markdown is read: as "kramdown" does or as "commonmark"; empty: as the Jekyll site does.'
    )
    max_bytes: Size = option("2MB", "A larger file is rejected.")
    files: OptionalDirectory = option(
        "",
        "The directory whose files the site serves below its url, images and audio among them, relative to this file; "
        "of a Jekyll site its own.",
        shapes_output=False,
    )


class Jekyll(Table):
    """The Jekyll site that the posts belong to, if they belong to one."""

    dir: OptionalDirectory = option(
        "",
        "The site's directory, with its _config.yml, relative to this file; empty where this is no Jekyll site.",
        shapes_output=False,
    )
    liquid: Switch = option(default=True, doc="Fill in Liquid's {{ … }} and {% … %}, as Jekyll does.")
    smart_titles: Switch = option(
        default=False,
        doc='Write titles with “typographic” quotes and dashes, as the plugin "jekyll-feed" does.',
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


class State(Table):
    """What feedsvc remembers between two builds."""

    dir: Directory = option(
        "var", "A directory of its own, relative to this file; back up its ledger.sqlite3.", shapes_output=False
    )


class Options(Table):
    """The whole file. A table that is not given has its defaults."""

    model_config = ConfigDict(defer_build=False)

    site: Site = option({}, "")
    posts: Posts = option({}, "")
    jekyll: Jekyll = option({}, "")
    feeds: Feeds = option({}, "")
    category: TermTables = option(
        {}, "What the feed of one category is called and holds, where it is not as [feeds] says."
    )
    tag: TermTables = option({}, "Likewise the feed of one tag.")
    author: TermTables = option({}, "Likewise the feed of one author.")
    language: TermTables = option({}, "Likewise the feed of one language.")
    collection: TermTables = option({}, "Likewise the feed of one collection of a Jekyll site.")
    feed: NamedFeeds = option(
        (), "A feed of posts that are chosen by what they are filed under, who wrote them, or where they are."
    )
    redirects: Annotated[Mapping[str, str], PlainValidator(parse_redirects)] = option(
        {},
        'Older addresses that moved, answered with 301: "/old.xml" = "/atom.xml", a whole folder as '
        '"/categories/old/*" = "/categories/new/*", or to another host as "/x.xml" = "https://example.com/x.xml".',
        shapes_output=False,
    )
    schedule: Schedule = option({}, "")
    server: Server = option({}, "")
    limits: Limits = option({}, "")
    publish: Publish = option({}, "")
    state: State = option({}, "")
