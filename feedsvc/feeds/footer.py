"""What ends each entry: a note from the owner's template, and a way to the whole post where a feed has summaries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal, NamedTuple
from urllib.parse import quote

from feedsvc.feeds.values import entry_title
from feedsvc.model import Entry, FeedSpec

PLACEHOLDERS = ("title", "url", "site_title", "site_url", "author")
"""What a template may name in braces: of the entry, of the site, and the names of the entry's authors."""

PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")

# What stands for a placeholder while the template is cleaned: a word where it is text, a URL where it may be one,
# since {url} alone would be taken for a relative reference.
_STAND_INS = {
    name: f"https://{name.replace('_', '-')}.feedsvc.invalid/" if name.endswith("url") else f"feedsvc0{name}0invalid"
    for name in PLACEHOLDERS
}
_NAMES = {stand_in: name for name, stand_in in _STAND_INS.items()}
_STAND_IN = re.compile("|".join(map(re.escape, _NAMES)))
_ATTRIBUTE_BEFORE = re.compile(r' ([a-z-]+)="([^"<>]*)\Z')
_URL_ATTRIBUTES = frozenset({"href", "src", "cite", "srcset", "poster"})

Place = Literal["text", "attribute", "url", "part of a url"]


class Slot(NamedTuple):
    """A piece of clean HTML and the placeholder after it: its name, and where in HTML it stands; at the end none."""

    html: str
    name: str = ""
    place: Place = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """A template, clean and cut up, with what it may say of the site."""

    slots: tuple[Slot, ...]
    site_title: str
    site_url: str


def read_template(template: str, clean: Callable[[str], str]) -> tuple[Slot, ...]:
    """Return the slots of HTML with ``{title}`` and the like in it, cleaned once, by ``clean``, for all entries.

    Braces around any other word are text.
    """
    html = clean(PLACEHOLDER.sub(lambda match: _STAND_INS.get(match[1], match[0]), template))
    slots, start = [], 0
    for match in _STAND_IN.finditer(html):
        slots.append(Slot(html[start : match.start()], _NAMES[match[0]], _place(html[: match.start()])))
        start = match.end()
    return (*slots, Slot(html[start:]))


def write_footer(footer: Footer, spec: FeedSpec, entry: Entry) -> str:
    """Return the note that ends ``entry`` in any format: HTML, in which what the entry says is text."""
    values = {
        "title": entry_title(entry),
        "url": entry.post.alternate_link,
        "site_title": footer.site_title,
        "site_url": footer.site_url,
        "author": ", ".join(person.name for person in entry.post.authors or spec.authors),
    }
    return "".join(slot.html + (_written(values[slot.name], slot.place) if slot.name else "") for slot in footer.slots)


def write_summary(summary: str, url: str, label: str) -> str:
    """Return the summary, plain text, as HTML that ends with a link to ``url`` called ``label``, if it has one."""
    link = f'\n<p><a href="{escape(url)}">{escape(label, quote=False)}</a></p>' if label else ""
    return f"<p>{escape(summary, quote=False)}</p>{link}"


def _place(before: str) -> Place:
    attribute = _ATTRIBUTE_BEFORE.search(before)
    if attribute is None:
        return "text"
    if attribute[1] not in _URL_ATTRIBUTES:
        return "attribute"
    return "part of a url" if attribute[2] else "url"


def _written(value: str, place: Place) -> str:
    if place == "part of a url":
        return quote(value, safe="")
    return escape(value, quote=place != "text")
