"""What a Jekyll site's ``_config.yml`` says, in feedsvc's words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.feed import Continuation
from feedsvc.posts.jekyll.feedtitles import as_smartified, feed_tables

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class JekyllSite:
    """What was found, in feedsvc's words; ``notes`` say what was left out, and why.

    ``site`` may hold title, url, description, language, timezone and author (a text, or a mapping
    with name, email and uri); ``posts`` dir, patterns, exclude, permalink, future and drafts. Keys not found are
    not there.
    ``feeds`` and ``jekyll`` are what continues the feeds that the site has; ``tables`` are those of single feeds,
    kind -> label -> options.
    """

    site: Mapping[str, object]
    posts: Mapping[str, object]
    notes: tuple[str, ...]
    feeds: Mapping[str, object] = field(default_factory=dict)
    jekyll: Mapping[str, object] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def source_directory(values: Mapping[str, Value]) -> str:
    """Return where the site's files are, relative to its configuration, with ``/``; "." if beside it."""
    return posixpath.normpath(_text(values.get("source")).strip("/") or ".")


def collections_directory(values: Mapping[str, Value]) -> str:
    """Return where Jekyll looks for ``_posts`` and collections, in the same way."""
    return posixpath.normpath(f"{source_directory(values)}/{_text(values.get('collections_dir')).strip('/')}")


def understand_config(values: Mapping[str, Value], places: Mapping[str, object]) -> JekyllSite:
    """Say in feedsvc's words what ``values`` of a Jekyll configuration mean; ``places`` tell where posts are."""
    notes: list[str] = []
    site = {
        "title": _line(values, "title", "name"),
        "url": _url(values, notes),
        "description": _line(values, "description", "tagline"),
        "language": _language(values, notes),
        "timezone": _timezone(values, notes),
        "author": _author(values),
    }
    posts = {
        **places,
        "permalink": _permalink(values),
        "future": _future(values),
        "drafts": _switch(values.get("show_drafts")),
    }
    notes += _left_out(values)
    return JekyllSite(
        site={key: value for key, value in site.items() if value},
        posts={key: value for key, value in posts.items() if value not in (None, "")},
        notes=tuple(notes),
    )


def _left_out(values: Mapping[str, Value]) -> Iterator[str]:
    """Yield a note on each setting that chooses posts and has no place here."""
    if _switch(values.get("unpublished")):
        yield "unpublished is not taken over: posts with `published: false` are in no feed."
    if _text(values.get("limit_posts")) not in {"", "0"}:
        yield "limit_posts is not taken over: all posts are read, and [feeds] says how many a feed holds."


def continued(site: JekyllSite, old: Continuation, values: Mapping[str, Value]) -> JekyllSite:
    """Return the site with what continues the feeds it has, their titles as the plugin writes them included."""
    as_given, kramdown = str(site.site.get("title", "")), values.get("kramdown")
    title = as_smartified(as_given, kramdown)
    return replace(
        site,
        site={**site.site, "title": title} if title else site.site,
        feeds=old.feeds,
        jekyll=old.jekyll,
        tables=feed_tables(as_given, old.continued, kramdown),
        notes=(*site.notes, *old.notes),
    )


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ""


def _line(values: Mapping[str, Value], *keys: str) -> str:
    return next((" ".join(text.split()) for key in keys if (text := _text(values.get(key)))), "")


def _switch(value: Value) -> bool | None:
    word = _text(value).lower()
    return True if word in {"true", "yes", "on"} else False if word in {"false", "no", "off"} else None


def _url(values: Mapping[str, Value], notes: list[str]) -> str:
    url, base = _text(values.get("url")).rstrip("/"), _text(values.get("baseurl")).strip("/")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        absolute = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        absolute = False
    if not absolute or re.search(r"[\s<>\"]", url + base):
        notes.append(f"url {url!r} is not an absolute http or https URL, and was left out.")
        return ""
    return f"{url}/{base}" if base else url


def _language(values: Mapping[str, Value], notes: list[str]) -> str:
    for key in ("lang", "language", "locale"):
        tag = _text(values.get(key)).partition(".")[0].replace("_", "-")
        if _LANGUAGE.fullmatch(tag):
            return tag
        if tag:
            notes.append(f"{key} {tag!r} is not a language tag (BCP 47), and was left out.")
    return ""


def _timezone(values: Mapping[str, Value], notes: list[str]) -> str:
    name = _text(values.get("timezone"))
    if not name:
        notes.append("Jekyll reads dates in the time zone of the machine it runs on: set timezone to yours.")
        return ""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        notes.append(f"timezone {name!r} is not a known IANA time zone, and was left out.")
        return ""
    return name


def _author(values: Mapping[str, Value]) -> str | dict[str, str]:
    author = values.get("author")
    if isinstance(author, str):
        return _line(values, "author")
    if not isinstance(author, dict):
        return ""
    name = _line(author, "name", "display_name")
    email, uri = _text(author.get("email")), _line(author, "uri", "url")
    person = {
        "name": name,
        "email": email if _ADDRESS.fullmatch(email) else "",
        "uri": uri if re.fullmatch(r"https?://\S+", uri) else "",
    }
    return {key: value for key, value in person.items() if value} if name else ""


def _future(values: Mapping[str, Value]) -> bool | None:
    """Return whether posts of the future are published: by the site, or by its posts collection."""
    switches = [_switch(values.get("future")), _switch(_posts_collection(values).get("future"))]
    return True if True in switches else switches[0]


def _posts_collection(values: Mapping[str, Value]) -> Mapping[str, Value]:
    collections = values.get("collections")
    posts = collections.get("posts") if isinstance(collections, dict) else None
    return posts if isinstance(posts, dict) else {}


def _permalink(values: Mapping[str, Value]) -> str:
    """Return the posts' permalink: of their collection, or of the site; those in ``defaults`` are read with each post.

    Jekyll's own default, ``date``, is not feedsvc's, so it is returned by name.
    """
    return _text(_posts_collection(values).get("permalink")) or _text(values.get("permalink")) or "date"
