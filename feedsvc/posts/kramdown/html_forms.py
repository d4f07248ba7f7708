"""How kramdown sets blocks on lines of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedsvc.posts.kramdown.escapes import attributes_text, escape_all
from feedsvc.posts.kramdown.tree import Element

if TYPE_CHECKING:
    from feedsvc.posts.kramdown.html import HtmlWriter

_LANGUAGE = re.compile(r"\blanguage-([^ \t\r\n\f\v]+)")


def block(name: str, attributes: dict[str, str], body: str, indent: int) -> str:
    """Return a block on a line of its own."""
    return f"{' ' * indent}<{name}{attributes_text(attributes)}>{body}</{name}>\n"


def indented_block(name: str, attributes: dict[str, str], body: str, indent: int) -> str:
    """Return a block whose tags stand on lines of their own."""
    blanks = " " * indent
    return f"{blanks}<{name}{attributes_text(attributes)}>\n{body}{blanks}</{name}>\n"


def standalone_image(element: Element, indent: int) -> str:
    """Return a paragraph that is one image, as ``{:standalone}`` asks for it."""
    figure, image = dict(element.attr), dict(element.children[0].attr)
    for name in ("class", "id"):
        if name in image and name not in figure:
            figure[name] = image.pop(name)
    blanks = " " * (indent + 2)
    body = f"{blanks}<img{attributes_text(image)} />\n{blanks}<figcaption>{image.get('alt', '')}</figcaption>\n"
    return indented_block("figure", figure, body, indent)


def code_block(_writer: HtmlWriter, element: Element, indent: int) -> str:
    """Return code; its language is a class."""
    attributes = dict(element.attr)
    language = _LANGUAGE.search(attributes.get("class", ""))
    if language:
        attributes["class"] = _LANGUAGE.sub("", attributes["class"], count=1).strip()
        if not attributes["class"]:
            del attributes["class"]
    class_ = attributes_text({"class": f"language-{language[1]}"}) if language else ""
    code = escape_all(element.value).removesuffix("\n")
    return f"{' ' * indent}<pre{attributes_text(attributes)}><code{class_}>{code}\n</code></pre>\n"
