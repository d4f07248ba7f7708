"""A post whose body has Liquid in it gets the body that Jekyll would hand to Markdown. Imported only for such posts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from feedsvc.model import PostError
from feedsvc.posts.content import markdown_to_html
from feedsvc.posts.draft import Draft
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE, code_point, publishable
from feedsvc.posts.labels import read_title
from feedsvc.posts.liquid import Exceeded, Outline, Site, front_matter, render_liquid
from feedsvc.posts.liquid.ruby import Moment
from feedsvc.posts.liquid.typed import retyped
from feedsvc.posts.terms import read_tags

ReadHalf = Callable[[str, bytes], tuple[Draft, str] | None]
"""Reads another post, and its URL's path, of its path and the beginning of its bytes; None where there is none."""


def fill_in(post: Draft, url_path: str, read: ReadHalf) -> str | PostError:
    """Return the body of ``post`` with its Liquid filled in, having told its author what is wrong with it."""
    rules, start = post.rules, post.front.body_start
    posts_dir = rules.jekyll.posts_dir if rules.jekyll else ""
    prefix = f"{posts_dir}/" if posts_dir else ""

    def read_outline(path: str, data: bytes) -> Outline | None:
        half = read(path[len(prefix) :], data) if path.startswith(prefix) else None
        return _outline(*half, prefix) if half else None

    site = Site(
        post.site,
        _outline(post, url_path, prefix),
        posts_dir=posts_dir,
        zone=rules.timezone,
        read_outline=read_outline,
        markdownify=partial(markdown_to_html, kramdown=rules.kramdown),
        address=rules.site_url,
        rules=rules,
    )
    filled = render_liquid(post.front.body, site)
    if isinstance(filled, Exceeded):
        return post.fields.error_at(start + filled.offset, filled.reason, "take out what repeats or includes itself")
    for problem in filled.problems:
        post.fields.warn_at(start + problem.offset, problem.reason, problem.hint)
    return _publishable(post, filled.text)


def _publishable(post: Draft, text: str) -> str:
    """Return the text without what data and included files may hold, and no document may."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    removed = sorted(set(UNPUBLISHABLE.findall(text)))
    for character in removed:
        reason = f"the Liquid writes {code_point(character)}, which may not stand in a feed and was removed"
        post.fields.warn_at(post.front.body_start, reason, "take it out of the data or the file that is included")
    return publishable(text) if removed else text


def _outline(post: Draft, url_path: str, prefix: str) -> Outline:
    zone, written = post.rules.timezone, post.front.matter.values
    source = decode(post.path, post.data, post.rules.encodings)
    typed = front_matter("" if isinstance(source, PostError) else source.text[: post.front.body_start], zone)
    return Outline(
        path=prefix + post.path,
        url=url_path,
        slug=post.slug,
        title=read_title(post.fields, post.slug, post.name),
        date=Moment(at=post.times.date.astimezone(zone)),
        categories=post.categories,
        tags=read_tags(post.fields),
        values={**{key: retyped(value, zone) for key, value in written.items() if key not in typed}, **typed},
    )
