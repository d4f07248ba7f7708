"""What keeps a file out of the feeds by its author's will: drafts, pages of sections, each generator's own words."""

from __future__ import annotations

from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.generators.dialects import is_word
from feedsvc.posts.names import PostName


def withheld(fields: Fields, name: PostName, generator: str, *, drafts: bool) -> str:
    """Return how the author keeps the post back, in the words of ``generator``; empty if it is to be published.

    ``drafts`` says that drafts are published, too.
    """
    if name.stem == "_index":
        return "the page of a section"
    if fields.first("published") and fields.switch("published") is False:
        return "published: false"
    if fields.first("draft") and fields.switch("draft") is not False and not drafts:
        return "a draft"
    return _withheld_by_generator(fields, generator)


def _withheld_by_generator(fields: Fields, generator: str) -> str:
    if generator == "eleventy" and is_word(fields.value("permalink"), "false"):
        return "permalink: false"
    if generator == "hugo":
        return _hidden_by_hugo(fields)
    exclude = "eleventyExcludeFromCollections"
    return f"{exclude}: true" if is_word(fields.value(exclude), "true") else ""


def _hidden_by_hugo(fields: Fields) -> str:
    if is_word(fields.value("headless"), "true"):
        return "headless: true"
    for table in ("build", "_build"):
        options = fields.value(table)
        for key in ("list", "render"):
            if isinstance(options, dict) and is_word(options.get(key), "never", "false"):
                return f"{table}: {key}: never"
    return ""
