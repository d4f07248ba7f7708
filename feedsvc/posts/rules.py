"""What a site decides about all of its posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.membership import FeedRule

if TYPE_CHECKING:
    from feedsvc.posts.kramdown import KramdownOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRules:
    """What the site decides about all of its posts.

    ``permalink`` is a template or one of Jekyll's styles; ``language`` is for posts that name none;
    ``encodings`` are tried in order; ``id_style`` is permalink, tag or jekyll-feed;
    frames of ``frame_hosts`` stay in posts. ``defer`` leaves posts pending
    where nothing but their content hangs on it: most are in no document, and content is what costs most.
    ``generator`` is whose front matter the posts have; ``languages`` are those that a directory may be named after, or
    a file's name may end with. ``feeds`` are those that posts are put into by rules.
    ``jekyll`` is what the site's own configuration says, None where this is no Jekyll site; ``kramdown`` is how
    Markdown is read, None where it is CommonMark.
    """

    site_url: str
    timezone: ZoneInfo
    permalink: str
    language: str
    drafts: bool
    encodings: tuple[str, ...]
    id_style: str
    excerpt_separator: str = ""
    frame_hosts: tuple[str, ...] = ()
    defer: bool = False
    jekyll: JekyllRules | None = None
    generator: str = "jekyll"
    languages: tuple[str, ...] = ()
    feeds: tuple[FeedRule, ...] = ()
    kramdown: KramdownOptions | None = None
