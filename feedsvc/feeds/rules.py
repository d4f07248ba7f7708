"""What the owner decides about every document, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from feedsvc.feeds.footer import Footer


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRules:
    """How much of each post a document carries, how large it may grow, how entries end and who dresses it.

    ``max_bytes`` is of one document before any content coding. ``stylesheet`` is the URL of an XSLT or CSS
    stylesheet named before the root of Atom and RSS, or empty for none. ``footer`` ends what an entry carries;
    ``read_more`` names the link to the post that ends a summary which stands for the content. ``hubs`` are the URLs of
    those that subscribers may ask to be told of changes (WebSub, 4); pages of archives, which are no topics, name none.
    """

    content: Literal["full", "summary"]
    max_bytes: int
    stylesheet: str = ""
    footer: Footer | None = None
    read_more: str = ""
    hubs: tuple[str, ...] = ()
