"""Text becomes metadata, with the place of every key, and a body.

python-frontmatter's handlers, each with its ``detect`` and ``split`` done over: the originals look for
delimiters anywhere, know no ``...``, strip the body (a leading code block is lost), and publish
an unclosed front matter as content. ``Post`` and ``loads`` are not used at all: keys become
keyword arguments there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from feedsvc.model import PostError
from feedsvc.posts.frontmatter.matter import MAX_CHARACTERS, Matter
from feedsvc.posts.frontmatter.plain import load_json, load_toml
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.frontmatter.yamllines import read_lines

_KEY_LINE = re.compile(r"[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$)|[A-Za-z_][\w-]*[ \t]*=", re.MULTILINE)


class FrontMatter(NamedTuple):
    """A file in its two parts. ``body_start`` is the body's offset in the source's text. A tuple, as Matter is."""

    matter: Matter
    body: str
    body_start: int


class _Fenced(BaseHandler):
    """Front matter between two lines; ``split`` raises ValueError when the second is missing.

    ``CLOSING`` begins with the end of the line before: to look for a line's beginning takes ten times as long.
    """

    CLOSING: ClassVar[re.Pattern[str]]

    def split(self, text: str) -> tuple[str, str]:
        assert self.FM_BOUNDARY is not None  # noqa: S101 - the base class has checked it
        opening = self.FM_BOUNDARY.match(text)
        closing = self.CLOSING.search(text, opening.end() - 1) if opening else None
        if opening is None or closing is None:
            raise ValueError("not closed")
        return text[opening.end() : closing.start() + 1], text[closing.end() :]


class _Yaml(_Fenced, YAMLHandler):
    """``---``, closed by ``---`` or ``...``, as Jekyll's ``YAML_FRONT_MATTER_REGEXP`` has it."""

    FM_BOUNDARY = re.compile(r"\A---[ \t]*(?:\n|\Z)")
    CLOSING = re.compile(r"\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)")


class _Toml(_Fenced):
    """``+++``. The library's own handler wants the ``toml`` package; this needs none."""

    FM_BOUNDARY = re.compile(r"\A\+\+\+[ \t]*(?:\n|\Z)")
    START_DELIMITER = END_DELIMITER = "+++"
    CLOSING = re.compile(r"\n\+\+\+[ \t]*(?:\n|\Z)")


class _Json(JSONHandler):
    """An object that begins on the first line; the library's own breaks at a nested ``}``."""

    FM_BOUNDARY = re.compile(r"\A\{\s*[\"}]")

    def split(self, text: str) -> tuple[str, str]:
        _, end = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(text)
        rest = text[end:]
        return text[:end], rest.removeprefix("\n")


def _load_yaml(source: SourceText, start: int, end: int) -> Matter | PostError:
    return read_lines(source, start, end) or load_yaml(source, start, end)


_Loader = Callable[[SourceText, int, int], Matter | PostError]
_FORMATS: tuple[tuple[BaseHandler, _Loader], ...] = ((_Yaml(), _load_yaml), (_Toml(), load_toml), (_Json(), load_json))


def read_front_matter(source: SourceText) -> FrontMatter | PostError:
    """Take ``source`` apart. A file without front matter is all body, as in Jekyll.

    The body keeps every character after the closing line, the indentation of its first line too.
    """
    text = source.text
    if not text or text.isspace():
        return PostError(path=source.path, reason="the file is empty", hint="write the post, or delete the file")
    for handler, load in _FORMATS:
        if handler.detect(text):
            return _split_and_load(source, handler, load)
    if text.lstrip().startswith("---\n") and _KEY_LINE.search(text):
        return _late_beginning(source)
    return FrontMatter(matter=Matter(), body=text, body_start=0)


def _split_and_load(source: SourceText, handler: BaseHandler, load: _Loader) -> FrontMatter | PostError:
    text = source.text
    try:
        front, body = handler.split(text)
    except json.JSONDecodeError as error:
        reason = f"the front matter is not valid JSON: {error.msg}"
        return source.error(error.pos, reason, 'write `"key": "value"`, with a comma between two of them')
    except RecursionError:
        return source.error(0, "the front matter is nested too deeply", "move data out of the front matter")
    except ValueError:
        return _unclosed(source, handler)
    if len(front) > MAX_CHARACTERS:
        reason = f"the front matter is longer than {MAX_CHARACTERS:,} characters"
        return source.error(0, reason, "is the line that closes it missing?")
    start = 0 if isinstance(handler, JSONHandler) else text.find("\n") + 1
    matter = load(source, start, start + len(front))
    if isinstance(matter, PostError):
        return matter
    return FrontMatter(matter=matter, body=body, body_start=len(text) - len(body))


def _unclosed(source: SourceText, handler: BaseHandler) -> FrontMatter | PostError:
    """Tell front matter that nobody closed from a post that begins with a horizontal rule."""
    paragraph = source.text[4:].split("\n\n", 1)[0]
    if source.text[4:].strip() and _KEY_LINE.match(paragraph) is None:
        return FrontMatter(matter=Matter(), body=source.text, body_start=0)
    fence = handler.START_DELIMITER
    return source.error(0, "the front matter is never closed", f"write a line that is only {fence} after its last key")


def _late_beginning(source: SourceText) -> FrontMatter | PostError:
    """Refuse front matter after blank lines: Jekyll would publish it as the post's text."""
    offset = len(source.text) - len(source.text.lstrip())
    paragraph = source.text[offset + 4 :].split("\n\n", 1)[0]
    if _KEY_LINE.match(paragraph) is None:
        return FrontMatter(matter=Matter(), body=source.text, body_start=0)
    return source.error(
        offset, "the front matter begins after blank space, so it is not seen as such", "begin the file with ---"
    )
