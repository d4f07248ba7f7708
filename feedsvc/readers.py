"""What reads posts, by the owner's settings; its libraries are imported where there is something to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.posts.files import FileReader, Reading, Unread

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.model import Post
    from feedsvc.posts.parse import PostRules
    from feedsvc.records import MadeContent


def read_posts(settings: Settings, unread: Sequence[Unread]) -> Iterator[Sequence[Reading]]:
    """Read files, some at a time and in their order; on several processors where there are many."""
    if not unread:
        return iter(())
    # Imported here: a build with nothing changed must not pay for processes.
    from feedsvc.posts import crew

    return crew.read_files(make_reader(settings), unread)


def finish_posts(settings: Settings, posts: Sequence[Post]) -> Iterator[Sequence[MadeContent]]:
    """Make the content of pending posts, some at a time. Raises SourceChangedError when a file is not what it was."""
    if not posts:
        return iter(())
    from feedsvc.posts import crew

    return crew.finish_posts(make_reader(settings), posts)


def make_reader(settings: Settings) -> FileReader:
    """Return what reads one post."""
    from feedsvc.posts.parse import finish_post, parse_post

    rules = post_rules(settings)
    return FileReader(
        directory=settings.posts.dir,
        max_bytes=settings.posts.max_bytes,
        parse=partial(parse_post, rules=rules),
        complete=partial(finish_post, rules=rules),
    )


def post_rules(settings: Settings) -> PostRules:
    """Return the rules by which one post is read."""
    from feedsvc.posts.parse import PostRules

    return PostRules(
        site_url=settings.site.url,
        timezone=settings.site.timezone,
        permalink=settings.posts.permalink,
        language=settings.site.language,
        drafts=settings.posts.drafts,
        encodings=settings.posts.encodings,
        id_style=settings.feeds.id_style,
        defer=True,
    )
