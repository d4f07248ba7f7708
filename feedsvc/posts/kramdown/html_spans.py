"""Spans as HTML: what stands in paragraphs, of ``converter/html.rb``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedsvc.posts.kramdown.escapes import attributes_text, escape_all, escape_text
from feedsvc.posts.kramdown.html_forms import block
from feedsvc.posts.kramdown.tree import Element

if TYPE_CHECKING:
    from feedsvc.posts.kramdown.html import HtmlWriter


def write_span(writer: HtmlWriter, element: Element, indent: int) -> str:
    """Return an element that is written as kramdown calls it."""
    return f"<{element.type}{attributes_text(element.attr)}>{writer.inner(element, indent)}</{element.type}>"


def write_image(_writer: HtmlWriter, element: Element, _indent: int) -> str:
    """Return an image."""
    return f"<img{attributes_text(element.attr)} />"


def write_code_span(_writer: HtmlWriter, element: Element, _indent: int) -> str:
    """Return code in a paragraph."""
    return f"<code{attributes_text(element.attr)}>{escape_all(element.value)}</code>"


def write_symbol(writer: HtmlWriter, element: Element, _indent: int) -> str:
    """Return what stands for a dash, an ellipsis or a guillemet."""
    return escape_text(writer.options.symbol(element.value))


def write_math(writer: HtmlWriter, element: Element, indent: int) -> str:
    """Return a formula as MathJax looks for it."""
    is_block, value = element.category == "block", escape_all(element.value)
    attributes = element.attr
    if not writer.options.math_engine:
        attributes = attributes | {"class": f"{attributes.get('class', '')} kdmath".lstrip()}
        body = f"$$\n{element.value}\n$$" if is_block else f"${element.value}$"
    elif not attributes:
        return f"\\[{value}\\]\n" if is_block else f"\\({value}\\)"
    else:
        body = f"\\[{value}\\]\n" if is_block else f"${element.value}$"
    if is_block:
        return block("div", attributes, body, indent)
    return f"<span{attributes_text(attributes)}>{body}</span>"


def write_abbreviation(writer: HtmlWriter, element: Element, _indent: int) -> str:
    """Return an abbreviation with what it stands for."""
    title, mark = writer.document.abbreviations[element.value]
    attributes = mark.attr | ({"title": title} if title else {})
    return f"<abbr{attributes_text(attributes)}>{element.value}</abbr>"
