"""Pages for people: what they share, and one module for each."""

from __future__ import annotations

from feedsvc.web.pages.index import IndexPages, group_feeds, render_index
from feedsvc.web.pages.layout import Alternate, PageFacts, render_page, root_of
from feedsvc.web.pages.page import Page, content_security_policy, make_page

__all__ = [
    "Alternate",
    "IndexPages",
    "Page",
    "PageFacts",
    "content_security_policy",
    "group_feeds",
    "make_page",
    "render_index",
    "render_page",
    "root_of",
]
