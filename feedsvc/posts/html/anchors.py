"""Links from one place of a post to another, as footnotes have them, that work where many posts are on one page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

# What comes before a "#" is taken with or without one, lest each "href=" of a long text looks for it anew.
_LINK = re.compile(r"href\s*=\s*[\"']?([^\"'\s>#]*+)(?:#([^\"'\s>]+))?", re.IGNORECASE)
_ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The places of the post at ``base`` that it links to itself, by ``names`` that get a ``prefix``."""

    base: str = ""
    prefix: str = ""
    names: frozenset[str] = frozenset()

    def own_id(self, id_: str) -> str | None:
        """Return an id as it stands in a feed; None where no link leads to it."""
        name = id_.removeprefix(self.prefix)
        return self.prefix + name if name in self.names else None

    def own_link(self, reference: str) -> str:
        """Return a link as it stands in a feed: whole, since feeds may hold no relative references."""
        if self.names and reference[:1] == "#" and (name := unquote(reference[1:])) in self.names:
            return f"{self.base}#{self.prefix}{name}"
        return reference


NO_ANCHORS = Anchors()
"""Of a post that does not link to itself."""


def anchors_of(markup: str, base: str) -> Anchors:
    """Return the ids in ``markup``, of the post at ``base``, that a link in it leads to."""
    prefix = f"p{sha256(base.encode()).hexdigest()[:8]}-"
    own = ("", base.partition("#")[0])
    links = ((page, name) for page, name in _LINK.findall(markup) if name)
    linked = {unquote(name).removeprefix(prefix) for page, name in links if html.unescape(page) in own}
    if not linked:
        return NO_ANCHORS
    ids = ("".join(names).removeprefix(prefix) for names in _ID.findall(markup))
    return Anchors(base=own[1], prefix=prefix, names=frozenset(linked.intersection(ids)))
