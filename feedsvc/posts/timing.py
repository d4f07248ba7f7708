"""When a post was published, and when it last changed: front matter first, then the file's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from feedsvc.model import PostError
from feedsvc.posts.dates import NotADate, parse_date
from feedsvc.posts.fields import Fields
from feedsvc.posts.names import PostName

_HINT = "write it like 2024-01-02 10:20:30 +0900"
_YAML_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?")


def read_published(fields: Fields, name: PostName, zone: tzinfo, *, jekyll: bool = False) -> datetime | PostError:
    """Return when the post was published: its ``date``, else the one in its file's name, else what is wrong.

    What names no zone is in ``zone``, or where ``jekyll`` says so in the one that Jekyll takes.
    """
    if fields.first("date"):
        date = parse_date(fields.text("date"), _zone_of(fields, "date", zone, jekyll=jekyll))
        return fields.error("date", date.reason, _HINT) if isinstance(date, NotADate) else date
    if not name.date:
        return fields.error_at(
            0,
            "date: neither the front matter nor the file's name has one",
            "add `date: 2024-01-02 10:20:30 +0900`, or name the file 2024-01-02-title.md",
        )
    date = parse_date(name.date, zone)
    if isinstance(date, NotADate):
        return fields.error_at(0, f"date: in the file's name, {date.reason}", "rename the file, or add a `date: …`")
    return date


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
