"""When a post was published, when it last changed, and when it leaves: front matter first, then the file's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from feedsvc.model import PostError, UndatedError
from feedsvc.posts.dates import NotADate, parse_date
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.names import PostName

_HINT = "write it like 2024-01-02 10:20:30 +0900"
_YAML_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?")


class Times(NamedTuple):
    """The post's ``date``, which its address may hold, when it was ``published``, and from when on it is away."""

    date: datetime
    published: datetime
    expires: datetime | None


def read_times(
    fields: Fields, name: PostName, zone: tzinfo, dated: datetime | None = None, *, jekyll: bool = False
) -> Times | PostError:
    """Return the post's times in UTC, or what is wrong with one of them.

    What names no zone is in ``zone``, or where ``jekyll`` says so in the one that Jekyll takes; ``dated`` is when a
    post was published that says nothing about it.
    """
    date = _read_date(fields, name, zone, dated, jekyll=jekyll)
    if isinstance(date, PostError):
        return date
    # Hugo's publishDate, before which nobody sees the post, and its expiryDate.
    published = _read(fields, "publishdate", zone, jekyll=jekyll) if fields.first("publishdate") else date
    if isinstance(published, PostError):
        return published
    expires = _read(fields, "expirydate", zone, jekyll=jekyll) if fields.first("expirydate") else None
    return expires if isinstance(expires, PostError) else Times(date, published, expires)


def _read_date(
    fields: Fields, name: PostName, zone: tzinfo, dated: datetime | None, *, jekyll: bool
) -> datetime | PostError:
    """Return the post's date: its ``date``, else the one in its file's name, else ``dated``, else what is wrong."""
    if fields.first("date"):
        return _read(fields, "date", zone, jekyll=jekyll)
    if not name.date:
        return dated or _undated(fields)
    date = parse_date(name.date, zone)
    if isinstance(date, NotADate):
        return fields.error_at(0, f"date: in the file's name, {date.reason}", "rename the file, or add a `date: …`")
    return date


def _undated(fields: Fields) -> PostError:
    error = fields.error_at(
        0,
        "date: neither the front matter nor the file's name has one",
        "add `date: 2024-01-02 10:20:30 +0900`, or name the file 2024-01-02-title.md",
    )
    return UndatedError(path=error.path, reason=error.reason, hint=error.hint, line=error.line, column=error.column)


def _read(fields: Fields, key: str, zone: tzinfo, *, jekyll: bool) -> datetime | PostError:
    date = parse_date(fields.text(key), _zone_of(fields, key, zone, jekyll=jekyll))
    return fields.error(key, date.reason, _HINT) if isinstance(date, NotADate) else date


def read_updated(fields: Fields, published: datetime, zone: tzinfo, *, jekyll: bool = False) -> datetime:
    """Return when the post last changed by its own account, never before it was published."""
    key = fields.first("last_modified_at", "updated", "last_modified")
    if not key:
        return published
    date = parse_date(fields.text(key), _zone_of(fields, key, zone, jekyll=jekyll))
    if isinstance(date, NotADate):
        fields.warn(key, f"{date.reason}, and is not used", _HINT)
        return published
    return max(published, date)


def _zone_of(fields: Fields, key: str, zone: tzinfo, *, jekyll: bool) -> tzinfo:
    """Return UTC for a time that Jekyll has from YAML: with seconds, in no quotes (YAML 1.1's timestamp, Psych's).

    One without seconds, or in quotes, is a text to YAML, and Ruby reads it in the site's zone.
    """
    is_yaml = jekyll and fields.is_plain(key) and _YAML_TIME.fullmatch(fields.text(key).strip()) is not None
    return UTC if is_yaml else zone
