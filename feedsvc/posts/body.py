"""A post's body: its Liquid or its shortcodes filled in, and rendered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from feedsvc.model import PostError
from feedsvc.posts.content import Content, TooComplex, render_content
from feedsvc.posts.draft import Draft, read_draft, url_path_of
from feedsvc.posts.files import NO_FILES
from feedsvc.posts.frontmatter.source import code_point
from feedsvc.posts.rules import PostRules
from feedsvc.posts.urls import site_url_of

_EPOCH = datetime.fromtimestamp(0, UTC)
# What a body must hold to have shortcodes, tags or links to files, by generator.
_MARKS = {
    "hugo": ("{{<", "{{%"),
    "zola": ("{{", "{%", "@/"),
    "hexo": ("{{", "{%", "{#"),
    "eleventy": ("{{", "{%"),
}


def needs_filling(draft: Draft) -> bool:
    """Say whether the post has Liquid or shortcodes, which are to be filled in."""
    body, jekyll = draft.front.body, draft.rules.jekyll
    if jekyll is None:
        return any(mark in body for mark in _MARKS.get(draft.rules.generator, ()))
    # To look for one character first takes a twentieth of the time.
    if not jekyll.liquid or not ("{" in body and ("{{" in body or "{%" in body)):
        return False
    return draft.fields.switch("render_with_liquid") is not False


def fill_body(draft: Draft, url_path: str) -> Draft | PostError:
    """Return a post that has Liquid or shortcodes with them filled in."""
    if draft.rules.jekyll is None:
        return _expanded(draft, url_path)
    # Imported here: it brings python-liquid, and most posts have no Liquid.
    from feedsvc.posts.filling import fill_in

    filled = fill_in(draft, url_path, partial(read_half, rules=draft.rules))
    return filled if isinstance(filled, PostError) else draft._replace(front=draft.front._replace(body=filled))


def _expanded(draft: Draft, url_path: str) -> Draft:
    # Imported here: few posts have shortcodes, and no post of a Jekyll site.
    from feedsvc.posts.shortcodes import expand_shortcodes

    url = site_url_of(url_path, draft.rules.site_url) or draft.rules.site_url
    expanded = expand_shortcodes(draft, url, partial(read_half, rules=draft.rules, dated=_EPOCH))
    front = draft.front._replace(body=expanded.body)
    return draft._replace(front=front, stands_in=expanded.stands_in, links=expanded.links)


def read_half(path: str, data: bytes, rules: PostRules, dated: datetime | None = None) -> tuple[Draft, str] | None:
    """Return a post but for its content, and its URL's path, of the beginning of its file; None if it is not out.

    ``dated`` is the date of a page that has none.
    """
    draft = read_draft(path, data, rules, NO_FILES, dated)
    url_path = url_path_of(draft) if isinstance(draft, Draft) else None
    return (draft, url_path) if isinstance(draft, Draft) and isinstance(url_path, str) else None


def make_content(draft: Draft, alternate_link: str, *, with_opening: bool) -> Content | PostError:
    """Render the body of a post that stands at ``alternate_link``; its author is told what had to be removed.

    ``with_opening`` makes a summary of it, too.
    """
    fields, front = draft.fields, draft.front
    separator = fields.value("excerpt_separator")
    content = render_content(
        front.body,
        alternate_link,
        markdown=draft.is_markdown,
        separator=separator if isinstance(separator, str) else draft.rules.excerpt_separator,
        with_opening=with_opening,
        frame_hosts=draft.rules.frame_hosts,
        kramdown=draft.rules.kramdown,
        stands_in=draft.stands_in,
    )
    if isinstance(content, TooComplex):
        reason = f"the body has {content.reason}"
        return fields.error_at(front.body_start, reason, "close what is open, or split the post")
    if draft.links:
        from feedsvc.posts.shortcodes.results import link_pages

        content = replace(content, html=link_pages(content.html, draft.links, alternate_link))
    for character in content.removed:
        reason = f"the character {code_point(character)} may not stand in a feed and was removed"
        at = front.body_start + max(front.body.find("&#"), 0)
        fields.warn_at(at, reason, "delete the reference to it, a code like &#1;")
    return content
