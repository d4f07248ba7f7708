"""Ids of headers and terms as kramdown itself makes them: ``converter/base.rb``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_LEADING = re.compile(r"^[^a-zA-Z]+", re.MULTILINE)
_OTHERS = re.compile(r"[^a-zA-Z0-9 -]+")
_AUTO = re.compile(r"auto_ids(?:-(?a:([\w-]+)))?")


class UsedIds:
    """Makes ids of texts; each is used once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.used: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Return the id of a header with this text."""
        name = basic_id(text) or "section"
        if name in self.used:
            self.used[name] += 1
            name = f"{name}-{self.used[name]}"
        else:
            self.used[name] = 0
        return self.prefix + name

    def name_term(self, attributes: dict[str, str], text: str, refs: Sequence[str]) -> None:
        """Give a term an id if its list asks for it by ``{:auto_ids}``."""
        for ref in refs:
            if match := _AUTO.match(ref):
                attributes["id"] = f"{match[1] or ''}{basic_id(text)}".lstrip()
                return


def basic_id(text: str) -> str:
    """Return the ASCII letters, digits and hyphens of ``text``, from its first letter on."""
    return _OTHERS.sub("", _LEADING.sub("", text)).replace(" ", "-").lower()
