"""Checks that know more than one value: of lists, of names beside the file, and between options."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pydantic import ValidationInfo

from feedsvc.config.caches import check_purge
from feedsvc.config.redirects import find_second_hop
from feedsvc.config.values import RefusedError, parse_line
from feedsvc.feeds.catalog import FILE_NAMES
from feedsvc.posts.places import Places

if TYPE_CHECKING:
    from feedsvc.config.options import Options

Where = tuple[str, ...]
"""The table and the key of an option: ``("feeds", "paths", "site")``."""

PERMALINK_STYLES = ("date", "pretty", "ordinal", "weekdate", "none")
# fmt: off
PERMALINK_WORDS = frozenset((
    "categories", "slugified_categories", "title", "slug", "name", "path", "collection", "output_ext",
    "year", "short_year", "y_day", "month", "i_month", "short_month", "long_month",
    "day", "i_day", "short_day", "long_day", "week", "w_year", "w_day", "hour", "minute", "second",
    "sections", "section", "contentbasename", "slugorcontentbasename", "slugortitle", "page_title",
    "post_title", "category", "language", "directories", "file_slug",
))
# fmt: on
"""The placeholders of Jekyll's URLs (its ``UrlDrop``), and those that other generators' addresses need."""


def parse_permalink(value: object) -> str:
    """Return one of Jekyll's styles or a template of its placeholders. Raise RefusedError for others."""
    text = parse_line(value)
    if text in PERMALINK_STYLES:
        return text
    hint = 'write a style such as "pretty", or a template such as "/:year/:month/:title/"'
    if ":" not in text:
        raise RefusedError(
            f"{text!r} is not a permalink style and has no placeholder, so all posts would share it", hint
        )
    for word in re.findall(r":([a-z_]+)", text):
        # As in Jekyll, ":month_:day" has :month and not :month_.
        if word not in PERMALINK_WORDS and word.removesuffix("_") not in PERMALINK_WORDS:
            raise RefusedError(f"{text!r} has the unknown placeholder :{word}", hint)
    return text


def check_distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the list. Raise RefusedError where an item is there twice."""
    for place, item in enumerate(items):
        if item in items[:place]:
            raise RefusedError(f"{item!r} is named twice", "remove one")
    return items


def listed(value: object) -> object:
    """Return a list of one where a list is wanted and its only item is given."""
    return [value] if isinstance(value, str | Mapping) else value


def check_some(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the list. Raise RefusedError where it is empty or an item is there twice."""
    if not items:
        raise RefusedError("the list is empty", "name at least one")
    return check_distinct(items)


def resolve_directory(value: object, info: ValidationInfo) -> Path:
    """Return a directory relative to the context's ``base``, without looking at the disk."""
    base: Path = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / parse_line(value)))


def resolve_optional_directory(value: object, info: ValidationInfo) -> Path | None:
    """Return a directory as ``resolve_directory`` does; None where there is to be none."""
    return None if value == "" else resolve_directory(value, info)


def find_conflicts(options: Options) -> Iterator[tuple[Where, RefusedError]]:
    """Yield the options, valid each by itself, that cannot go together, in the order of the file."""
    feeds, schedule = options.feeds, options.schedule
    if feeds.max_entries < feeds.min_entries:
        reason = f"{feeds.max_entries} is less than min_entries, {feeds.min_entries}"
        yield ("feeds", "max_entries"), RefusedError(reason, "raise it, or lower min_entries")
    yield from _same_paths(options)
    yield from _same_names(options)
    yield from _wrong_redirects(options)
    if schedule.cron and "every" in schedule.model_fields_set:
        yield ("schedule", "cron"), RefusedError("every is given too", "remove one of the two")
    if options.jekyll.dir and options.posts.files:
        reason = "a Jekyll site serves the files of its own directory, [jekyll] dir"
        yield ("posts", "files"), RefusedError(reason, "remove one of the two")
    yield from ((("purge", name), refused) for name, refused in check_purge(options.purge))
    yield from _mixed_directories(options)


def _same_paths(options: Options) -> Iterator[tuple[Where, RefusedError]]:
    taken: dict[str, str] = {}
    kinds = (*options.feeds.by, *(("feed",) if options.feed else ()))
    for kind in kinds:
        path = getattr(options.feeds.paths, kind)
        if path in taken:
            reason = f"{path!r} is the path of {taken[path]} too"
            yield ("feeds", "paths", kind), RefusedError(reason, "give each kind of feed its own")
        taken[path] = kind


def _same_names(options: Options) -> Iterator[tuple[Where, RefusedError]]:
    if not options.feed:
        return
    from feedsvc.posts.slugs import term_slug

    taken: dict[str, str] = {}
    for place, feed in enumerate(options.feed):
        slug = term_slug(feed.name)
        if slug in taken:
            reason = f"{feed.name!r} and {taken[slug]!r} would have one address, {slug}"
            yield ("feed", str(place), "name"), RefusedError(reason, "give one of them another name")
        taken[slug] = feed.name


def _wrong_redirects(options: Options) -> Iterator[tuple[Where, RefusedError]]:
    feeds, home = options.feeds, options.server.url or options.site.url
    documents = {feeds.paths.site.format(file=FILE_NAMES[each]) for each in feeds.formats}
    for path, target in options.redirects.items():
        if path in documents or path in feeds.aliases:
            yield ("redirects", path), RefusedError("a feed is published there", "remove it here or there")
        # A whole URL of this service is a path of it, too.
        if target.startswith(f"{home}/") and (second := find_second_hop(target[len(home) :], options.redirects)):
            reason = f"leads to {target!r}, which {second!r} redirects again"
            yield ("redirects", path), RefusedError(reason, "lead it to the end")


def _mixed_directories(options: Options) -> Iterator[tuple[Where, RefusedError]]:
    posts, publish, state = options.posts.dir, options.publish.dir, options.state.dir
    if _overlap(posts, publish) and not _is_left_out(publish, options):
        reason = f"{publish} and the posts in {posts} are one directory, or one is inside the other"
        yield ("publish", "dir"), RefusedError(reason, _apart(posts, publish))
    if state.is_relative_to(publish):
        reason = f"{state} is inside {publish}, where everybody can read it"
        yield ("state", "dir"), RefusedError(reason, "choose a directory beside it")
    target = urlsplit(options.publish.target)
    sent_to = Path(os.path.normpath(unquote(target.path)))
    taken = next((each for each in (posts, publish, state) if _overlap(each, sent_to)), None)
    if target.scheme == "file" and taken:
        reason = f"{sent_to} and {taken} are one directory, or one is inside the other"
        yield ("publish", "target"), RefusedError(reason, "choose a directory of its own")


def _is_left_out(directory: Path, options: Options) -> bool:
    """Say whether ``directory`` is inside that of the posts, and no post is looked for there."""
    posts = options.posts
    if directory == posts.dir or not directory.is_relative_to(posts.dir):
        return False
    places, path = Places(posts.patterns, posts.exclude), directory.relative_to(posts.dir).as_posix()
    return not (places.leads_to(path) and places.enters(path))


def _apart(posts: Path, publish: Path) -> str:
    hint = "choose a directory of its own, beside the posts"
    if publish == posts or not publish.is_relative_to(posts):
        return hint
    return f'{hint}, or add "{publish.relative_to(posts).as_posix()}/" to [posts] exclude'


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
