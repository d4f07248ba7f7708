"""The lists of all feeds that are published beside them: OPML and, where the owner wants it, a Feed Menu."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from feedsvc.errors import ConfigError
from feedsvc.feeds import menu, opml
from feedsvc.model import LIST, FeedDocument, FeedLocation, FeedSpec
from feedsvc.words import load_words

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

_KINDS = ("category", "tag", "author", "language", "collection", "feed")

Render = Callable[[str, Sequence[FeedSpec], Mapping[str, str]], bytes]


def list_paths(settings: Settings) -> tuple[str, ...]:
    """Return the URL paths of the lists."""
    return tuple(path for path, *_ in _wanted(settings))


def render_lists(settings: Settings, specs: Sequence[FeedSpec]) -> tuple[FeedDocument, ...]:
    """Return the lists of ``specs``, all feeds in the catalog's order, as documents that are of no feed."""
    headings = _headings(settings)
    return tuple(
        FeedDocument(
            spec=_spec_of(settings, path, format_),
            location=FeedLocation(format=format_, path=path, self_link=settings.feeds_url + path),
            media_type=media_type,
            body=render(settings.site.title, specs, headings),
            entry_count=len(specs),
        )
        for path, format_, media_type, render in _wanted(settings)
    )


def _wanted(settings: Settings) -> tuple[tuple[str, str, str, Render], ...]:
    listed = (opml.PATH, "opml", opml.MEDIA_TYPE, opml.render_opml)
    menus = ((menu.PATH, "menu", menu.MEDIA_TYPE, menu.render_menu),) if settings.web.feed_menu else ()
    return (listed, *menus)


def _headings(settings: Settings) -> dict[str, str]:
    try:
        words = load_words(settings.site.language, settings.web.words)
    except ConfigError as error:
        # A feed must not wait for words.
        _log.warning("%s; lists of feeds have shipped words until that is mended", error)
        words = load_words(settings.site.language)
    return {kind: words(f"kind.{kind}") for kind in _KINDS}


def _spec_of(settings: Settings, path: str, format_: str) -> FeedSpec:
    site = settings.site
    return FeedSpec(
        kind=LIST,
        key=format_,
        id=settings.feeds_url + path,
        title=site.title,
        subtitle=site.description,
        language=site.language,
        authors=site.authors,
        alternate_link=site.url,
        ttl=1,
        locations=(),
    )
