"""What a Jekyll site's own files say about all of its posts, read at each build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsvc.posts.matter import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class JekyllRules:
    """``values`` is all that ``_config.yml`` says, ``authors`` what ``_data/authors`` does, by the author's key."""

    values: Mapping[str, Value] = field(default_factory=dict)
    authors: Mapping[str, Value] = field(default_factory=dict)
    liquid: bool = True
