"""The values that every format writes the same way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from feedsvc.graphemes import shorten_line
from feedsvc.model import Entry, FeedLocation, FeedSpec, Person

GENERATOR = "feedsvc"
"""Without a version: an upgrade must not change the bytes of a feed."""

EMPTY_FEED_UPDATED = datetime(2005, 12, 1, tzinfo=UTC)
"""When a feed without entries last changed: Atom wants an instant (RFC 4287, of this month) and a clock would make
every build differ."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TITLE_LENGTH = 80


def whole_utc(instant: datetime) -> datetime:
    """Return an aware instant in UTC and whole seconds, so that ``isoformat()`` is plain RFC 3339."""
    return instant.astimezone(UTC).replace(microsecond=0)


def format_rfc2822(instant: datetime) -> str:
    """Return an aware instant as RFC 2822 in UTC, English in any locale: ``Wed, 12 Jun 2024 00:00:00 +0000``."""
    utc = instant.astimezone(UTC)
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc.hour:02}:{utc.minute:02}:{utc.second:02} +0000"


def last_updated(entries: Iterable[Entry]) -> datetime | None:
    """Return when the newest of the entries last changed, or None without entries."""
    return max((entry.post.updated for entry in entries), default=None)


def entry_title(entry: Entry) -> str:
    """Return the title, or where it is blank what tells the post best: its summary's beginning, else its address."""
    if entry.post.title.strip():
        return entry.post.title
    summary = " ".join(entry.post.summary.split())
    return shorten_line(summary, _TITLE_LENGTH) or entry.post.alternate_link


def entry_language(spec: FeedSpec, entry: Entry) -> str:
    """Return the entry's language (BCP 47) where it is not the feed's, else an empty string."""
    language = entry.post.language
    return "" if language.lower() == spec.language.lower() else language


def archive_links(location: FeedLocation) -> dict[str, str]:
    """Return relation -> URL of what a document of a feed with an archive leads to (RFC 5005, 4), in order.

    No page leads to the next one: it would change when that one comes.
    """
    links = {"current": location.current, "prev-archive": location.prev_archive}
    return {relation: url for relation, url in links.items() if url}


def mailbox(person: Person) -> str:
    """Return ``address (Name)``, the form RSS wants for a person who has an address."""
    return f"{person.email} ({person.name})" if person.name else person.email
