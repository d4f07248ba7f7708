"""Footnotes, in the order in which they are referred to, with links back: ``footnote_content``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedsvc.posts.kramdown.escapes import escape_text
from feedsvc.posts.kramdown.tree import Element

if TYPE_CHECKING:
    from feedsvc.posts.kramdown.html import HtmlWriter

_BACK = '{}<a href="#fnref:{}" class="reversefootnote" role="doc-backlink">{}</a>'
_MOST_REPEATS = 100


class _Note:
    def __init__(self, name: str, content: Element, number: int) -> None:
        self.name = name
        self.content = content
        self.number = number
        self.repeats = 0


class Notes:
    """The notes that were referred to; ``place`` stands where they are to be, if not at the end."""

    place = "\0notes\0"

    def __init__(self, writer: HtmlWriter) -> None:
        self.writer = writer
        self.is_placed = False
        self.notes: dict[str, _Note] = {}
        self.waiting: list[_Note] = []

    def put(self) -> str:
        """Return what stands for the notes until all are known."""
        self.is_placed = True
        return self.place

    def mark(self, element: Element) -> str:
        """Return the number in the text that leads to the note."""
        name = self.writer.options.footnote_prefix + element.value
        note = self.notes.get(name)
        repeat = ""
        if note is None:
            content = element.note or Element("footnote_def")
            note = _Note(name, content, self.writer.options.footnote_nr + len(self.notes))
            self.notes[name] = note
            self.waiting.append(note)
        else:
            note.repeats += 1
            repeat = f":{note.repeats}"
        return (
            f'<sup id="fnref:{name}{repeat}" role="doc-noteref">'
            f'<a href="#fn:{name}" class="footnote" rel="footnote">{note.number}</a></sup>'
        )

    def write(self) -> str:
        """Return the list of notes, or nothing; notes may refer to further notes."""
        items: list[str] = []
        while len(items) < len(self.waiting):
            items.append(self._item(self.waiting[len(items)]))
        if not items:
            return ""
        first = self.writer.options.footnote_nr
        start = f' start="{first}"' if first != 1 else ""
        return f'<div class="footnotes" role="doc-endnotes">\n  <ol{start}>\n{"".join(items)}  </ol>\n</div>\n'

    def _item(self, note: _Note) -> str:
        item = Element("li", attr={"id": f"fn:{note.name}", "role": "doc-endnote"})
        item.children = list(note.content.children)
        paragraph, has_text = self._last_paragraph(item)
        self._link_back(note, paragraph, "\xa0" if has_text else "")
        return self.writer.convert(item, 4)

    def _last_paragraph(self, item: Element) -> tuple[Element, bool]:
        """Return the paragraph that the links back are to end, which is none of the note's own, and if it has text."""
        inline = self.writer.options.footnote_backlink_inline
        if (item.children and item.children[-1].type == "p") or inline:
            parent = item
            while parent.children and parent.children[-1].type not in ("p", "header"):
                parent.children[-1] = _copied(parent.children[-1])
                parent = parent.children[-1]
            if parent.children:
                parent.children[-1] = _copied(parent.children[-1])
                return parent.children[-1], True
        item.children.append(Element("p"))
        return item.children[-1], False

    def _link_back(self, note: _Note, paragraph: Element, blank: str) -> None:
        sign = self.writer.options.footnote_backlink
        if not sign:
            return
        sign = escape_text(sign)
        links = [_BACK.format(blank, note.name, sign)]
        links += [
            _BACK.format("\xa0", f"{note.name}:{index}", f"{sign}<sup>{index + 1}</sup>")
            for index in range(1, min(note.repeats, _MOST_REPEATS) + 1)
        ]
        paragraph.children.append(Element("verbatim", "".join(links)))


def _copied(element: Element) -> Element:
    copy = Element(element.type, element.value, element.attr, element.category)
    copy.__dict__.update(element.__dict__)
    copy.children = list(element.children)
    return copy
