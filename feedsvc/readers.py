"""What reads posts, by the owner's settings; its libraries are imported where there is something to read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from feedsvc.feedrules import archives_everything, list_rules
from feedsvc.posts.files import FileReader, Reading, Unparsed, Unread
from feedsvc.posts.sitefiles import SiteFiles

if TYPE_CHECKING:
    from pathlib import Path

    from feedsvc.config import Settings
    from feedsvc.model import Brief, Post, PostError, SourceFile, Unfinished, Withheld
    from feedsvc.posts.jekyll.rules import JekyllRules
    from feedsvc.posts.kramdown import KramdownOptions
    from feedsvc.posts.rules import PostRules
    from feedsvc.records import Finished
    from feedsvc.undated import FileDater, Remembered


class PostReaders:
    """Reads the posts of one build; what the site says of itself is read once, and only where there is a post."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings, self._now = settings, now

    @cached_property
    def _reader(self) -> FileReader:
        # Every post is finished where it comes into an archive. Else what is to be told of it is to be told now.
        return make_reader(self._settings, self._now if archives_everything(self._settings) else None)

    def read(self, remembered: Remembered, unread: Sequence[Unread]) -> Iterator[Sequence[Reading]]:
        """Read files, some at a time and in their order; on several processors where there are many.

        Those without a date come last; ``remembered`` are the dates that such were given before.
        """
        if not unread:
            return iter(())
        # Imported here: a build with nothing changed must not pay for processes.
        from feedsvc.posts import crew

        return make_dater(self._settings, self._reader, remembered).complete(crew.read_files(self._reader, unread))

    def finish(self, posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
        """Read the whole of posts, some at a time.

        Raises SourceChangedError when a file is not what it was.
        """
        if not posts:
            return iter(())
        from feedsvc.posts import crew

        return crew.finish_posts(self._reader, posts)


def make_dater(settings: Settings, reader: FileReader, remembered: Remembered) -> FileDater:
    """Return what gives a date to the posts that ``reader`` reads and that have none."""
    from feedsvc.posts.parse import parse_posts
    from feedsvc.undated import FileDater

    rules = post_rules(settings)

    def read_dated(file: SourceFile, date: datetime) -> Reading:
        def parse(posts: Sequence[Unparsed]) -> list[Post | Brief | PostError | Withheld]:
            return parse_posts([post._replace(dated=date) for post in posts], rules)

        return replace(reader, parse=parse).read([Unread(file, "")])[0]

    return FileDater(
        directory=settings.posts.dir,
        source=settings.posts.date_from,
        remembered=remembered,
        read_dated=read_dated,
        pages=settings.posts.generator == "zola",
    )


def make_reader(settings: Settings, brief_until: datetime | None = None) -> FileReader:
    """Return what reads posts, in brief those published by ``brief_until`` where nothing speaks against it."""
    from feedsvc.posts.parse import parse_posts

    rules = post_rules(settings)
    return FileReader(
        site=SiteFiles(site_directory(settings), settings.posts.dir),
        directory=settings.posts.dir,
        max_bytes=settings.posts.max_bytes,
        parse=partial(parse_posts, rules=rules, brief_until=brief_until),
        parse_whole=partial(parse_posts, rules=replace(rules, defer=False)),
    )


def post_rules(settings: Settings) -> PostRules:
    """Return the rules by which one post is read."""
    from feedsvc.posts.rules import PostRules

    jekyll = _jekyll_rules(settings)
    return PostRules(
        site_url=settings.site.url,
        timezone=settings.site.timezone,
        permalink=settings.posts.permalink,
        language=settings.site.language,
        drafts=settings.posts.drafts,
        encodings=settings.posts.encodings,
        id_style=settings.feeds.id_style,
        frame_hosts=settings.posts.iframes,
        languages=settings.posts.languages,
        feeds=list_rules(settings),
        defer=True,
        excerpt_separator=jekyll.excerpt_separator if jekyll else "",
        jekyll=jekyll,
        generator=settings.posts.generator,
        kramdown=_kramdown_options(settings, jekyll),
    )


def find_drift(settings: Settings) -> tuple[str, ...]:
    """Return what to tell where the Jekyll site's own configuration says otherwise than the settings."""
    jekyll = _jekyll_rules(settings)
    if jekyll is None:
        return ()
    from feedsvc.posts.jekyll import drift as jekylldrift

    zone, permalink = str(settings.site.timezone), settings.posts.permalink
    return tuple(jekylldrift.find_drift(jekyll.values, timezone=zone, permalink=permalink))


def site_directory(settings: Settings) -> Path | None:
    """Return the directory of the files that posts draw on; None where there is none."""
    return settings.jekyll.dir or settings.posts.files


def mark_of_rules(settings: Settings) -> str:
    """Return what changes when another reading of every post is due, though the settings do not shape a feed's bytes.

    That is what the Jekyll site says of itself, where in it the posts are, and whether there is a directory with files
    to draw on.
    """
    directory = settings.jekyll.dir
    if directory is None:
        return "" if settings.posts.files is None else "files"
    from feedsvc.posts.jekyll.files import mark_of_site

    return f"{mark_of_site(directory)} {os.path.relpath(settings.posts.dir, directory)}"


def _jekyll_rules(settings: Settings) -> JekyllRules | None:
    directory = settings.jekyll.dir
    if directory is None:
        return None
    from feedsvc.posts.jekyll.config import read_jekyll_rules

    says = settings.jekyll
    return read_jekyll_rules(
        directory, liquid=says.liquid, smart_titles=says.smart_titles, posts_dir=settings.posts.dir
    )


def _kramdown_options(settings: Settings, jekyll: JekyllRules | None) -> KramdownOptions | None:
    """Return how Markdown is read where it is kramdown's, which is Jekyll's own unless the site says otherwise."""
    site = jekyll.values if jekyll is not None else {}
    markdown = settings.posts.markdown or (str(site.get("markdown") or "kramdown").lower() if jekyll else "commonmark")
    if markdown != "kramdown":
        return None
    from feedsvc.posts.kramdown.options import read_options

    values = site.get("kramdown")
    return read_options(values if isinstance(values, dict) else {})
