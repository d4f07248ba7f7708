"""The tree that kramdown's parsers build and its HTML is written from: ``kramdown/element.rb``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LONGEST_CLASS = 1_000

BLOCKS = frozenset(re.findall(r"\w+", "blank p header blockquote codeblock ul ol li dl dt dd table td hr"))


@dataclass(slots=True)
class Attributes:
    """What an attribute list says: attributes in their order, and names of lists defined elsewhere."""

    values: dict[str, str] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)

    def merge(self, other: Attributes) -> None:
        """Add what ``other`` says; classes add up, anything else is replaced."""
        self.refs.extend(other.refs)
        merge_values(self.values, other.values)


def merge_values(values: dict[str, str], others: dict[str, str]) -> None:
    """Put ``others`` into ``values``; classes add up, to a length that stays reasonable."""
    for name, value in others.items():
        if name == "class" and (own := values.get(name)):
            if len(own) < _LONGEST_CLASS:
                values[name] = f"{own} {value}".lstrip()
        else:
            values[name] = value


class Element:
    """A node; ``type`` and the meaning of ``value`` are kramdown's. What few have, stands on the class until set."""

    ial: Attributes | None = None
    category = ""
    content_model = ""
    level = 0
    raw_text = ""
    is_symbol = False
    transparent = False
    is_closed = False
    first_as_para = False
    alignment: tuple[str, ...] = ()
    note: Element | None = None
    images = 0

    def __init__(self, type_: str, value: str = "", attr: dict[str, str] | None = None, category: str = "") -> None:
        self.type = type_
        self.value = value
        self.attr = {} if attr is None else attr
        self.children: list[Element] = []
        if category:
            self.category = category

    @property
    def is_block(self) -> bool:
        """Say whether the element stands beside paragraphs, not in them."""
        return self.type in BLOCKS or self.category == "block"

    def refers_to(self, name: str) -> bool:
        """Say whether the element's attribute list names ``name``, as ``{:toc}`` does."""
        return self.ial is not None and name in self.ial.refs

    def raw(self) -> str:
        """Return the source of a paragraph or header whose spans are not read yet."""
        return "".join(child.value for child in self.children)


def merged(children: list[Element]) -> list[Element]:
    """Return ``children`` with text beside text made one; kramdown never has two of them."""
    return list(_merge(children))


def _merge(children: list[Element]) -> Iterator[Element]:
    texts: list[str] = []
    for child in children:
        if child.type == "text":
            texts.append(child.value)
            continue
        if texts:
            yield Element("text", "".join(texts))
            texts = []
        yield child
    if texts:
        yield Element("text", "".join(texts))
