"""The options of the site: what it is called, where its posts are, and how they are read."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainValidator, model_validator

from feedsvc.config import checks, closings, places, values
from feedsvc.config.tables import (
    Directory,
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
