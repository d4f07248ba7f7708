"""Markdown to HTML as kramdown 2.4 writes it, for Jekyll sites: its parsers in Python, made linear.

``render_kramdown`` is the only door. What a text can ask for that kramdown does with it is done, but for
``html_to_native``, ``transliterated_header_ids``, templates and the highlighting of code, which is left to readers.
"""

from __future__ import annotations

from feedsvc.posts.kramdown.abbreviations import mark_abbreviations
from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.finishing import HeaderIds, break_lines_and_name_headers, read_spans
from feedsvc.posts.kramdown.html import HtmlWriter
from feedsvc.posts.kramdown.options import KramdownOptions, read_options
from feedsvc.posts.kramdown.plain import may_read_plainly

__all__ = ["KramdownOptions", "read_options", "render_kramdown"]


def render_kramdown(text: str, options: KramdownOptions) -> str:
    """Return the HTML of ``text``, whose lines end in line feeds. Any text has one, but for those that are too long.

    Raises TooComplexError.
    """
    document = read_document(text, options)
    return HtmlWriter(document).write()


def read_document(text: str, options: KramdownOptions) -> Document:
    """Return the tree of ``text``, with what it defines."""
    source = text.removesuffix("\n") + "\n"
    document = Document(options, len(source))
    document.is_plain = may_read_plainly(source)
    Blocks(document, Source(source), document.root).parse()
    read_spans(document, document.root)
    mark_abbreviations(document, document.root)
    for note in document.footnotes.values():
        read_spans(document, note)
        mark_abbreviations(document, note)
    if document.options.is_gfm:
        ids = HeaderIds(document.options.auto_id_prefix)
        break_lines_and_name_headers(document, document.root, ids)
    return document
