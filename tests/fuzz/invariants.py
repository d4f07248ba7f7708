"""What is true of all content that is published, whatever it was made of."""

from __future__ import annotations

import re

from lxml import etree
from odd.test_odd import Reader

from feedsvc.posts.content import clean_content
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE

_OWN_ID = re.compile(r' id="p[0-9a-f]{8}-[^"]*"')
_DEEP = re.compile(r"(?:<[a-z0-9]+>\s*){12}")
_VOID = re.compile(r"<(br|col|hr|img|source|track|wbr)((?: [a-z-]+=\"[^\"]*\")*)>")


def as_xml(html: str) -> etree._Element:
    """Parse HTML that is whole; raises XMLSyntaxError for other."""
    closed = _VOID.sub(r"<\1\2/>", UNPUBLISHABLE.sub("", html))
    return etree.fromstring(f"<div>{closed}</div>".encode(), etree.XMLParser(huge_tree=True))


def check_content(html: str, base: str, hosts: tuple[str, ...]) -> None:
    """Assert that it can be published, is whole, acts nowhere, leads somewhere and is as clean as can be."""
    assert UNPUBLISHABLE.search(html) is None
    assert Reader(html).complaints == []
    as_xml(html)
    if _DEEP.search(html):
        return  # what is empty is looked for so many levels deep and no deeper
    # An id to which only a link led that was dropped with what held it goes with the second cleaning.
    assert _OWN_ID.sub("", clean_content(html, base, hosts)) == _OWN_ID.sub("", html)
