"""Attribute lists, ``{: .note #id key="value" name}``: ``kramdown/extensions.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.patterns import ID, SPACE
from feedsvc.posts.kramdown.tree import Attributes, merge_values

_CLASS = r"\.(?:[^ \t\r\n\f\v.#]+)"
_ID = r"#(?:[A-Za-z][\w:-]*)"
_ANY = re.compile(
    rf"(?:\A|(?<=[ \t\r\n\f\v]))(?:({ID})=(?:\"((?:\\\}}|\\\"|[^}}\"\\]|\\)*?)\"|'((?:\\\}}|\\'|[^}}'\\]|\\)*?)')"
    rf"|({ID})|((?:{_ID}|{_CLASS})+))(?={SPACE}|\Z)"
)
_ID_OR_CLASS = re.compile(r"#([A-Za-z](?a:[\w:-]*))|\.([^ \t\r\n\f\v.#]+)")
_ESCAPED = re.compile(r"\\([}\"'])")


def read_attribute_list(text: str, into: Attributes) -> None:
    """Add what an attribute list says to ``into``."""
    for key, double, single, ref, id_or_class in _ANY.findall(text):
        if ref:
            into.refs.append(ref)
        elif id_or_class:
            for id_, class_ in _ID_OR_CLASS.findall(id_or_class):
                merge_values(into.values, {"class": class_} if class_ else {"id": id_})
        else:
            into.values[key] = _ESCAPED.sub(r"\1", double or single)
