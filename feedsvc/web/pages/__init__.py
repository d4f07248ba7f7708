"""Pages for people: what they share, and one module for each."""

from __future__ import annotations

from feedsvc.web.pages.index import IndexPages, Wish, read_wish
from feedsvc.web.pages.layout import Alternate, PageFacts, render_page, root_of
from feedsvc.web.pages.page import Page, content_security_policy, make_page

__all__ = [
    "Alternate",
    "IndexPages",
    "Page",
    "PageFacts",
    "Wish",
    "content_security_policy",
    "make_page",
    "read_wish",
    "render_page",
    "root_of",
]
