"""Jekyll's ``link`` and ``post_url`` (``lib/jekyll/tags/link.rb``, ``post_url.rb``): the address of another file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import Node
from liquid.exceptions import LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from feedsvc.posts.liquid.drops import Outline
from feedsvc.posts.liquid.filters.urls import normalized, relative_url
from feedsvc.posts.liquid.problems import TagError, shown
from feedsvc.posts.liquid.ruby import output, plain, to_s
from feedsvc.posts.liquid.scene import Scene
from feedsvc.posts.liquid.site import beginning_of
from feedsvc.posts.liquid.typed import front_matter
from feedsvc.posts.permalinks import escape_path
from feedsvc.posts.placeholders import MARKDOWN_EXTENSIONS

_POST_NAME = re.compile(r"/?((?:.+/)?)(\d+-\d+-\d+)-(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EXTENSIONS = (".md", ".markdown", ".html", ".mkd", ".mkdn", ".mkdown", ".htm", ".textile")


class _LinkNode(Node):
    def __init__(self, token: Token, markup: str) -> None:
        super().__init__(token)
        self.blank = False
        self._markup = markup

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
        path = _VARIABLE.sub(lambda match: value_of(match[1], context), self._markup).strip()
        return _write(_address(context, path), context, buffer)


class _PostUrlNode(_LinkNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
        outline = _post_named(context, self._markup)
        if outline is None:
            hint = "name it by its file, without the extension: 2024-01-02-title, or sub/2024-01-02-title"
            raise TagError(f"post_url: there is no post {shown(self._markup)!r}", hint)
        return _write(outline.url, context, buffer)


class _Link(Tag):
    name = "link"
    block = False
    node_class: type[_LinkNode] = _LinkNode

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return self.node_class(token, stream.expect(TOKEN_EXPRESSION).value.strip())


class _PostUrl(_Link):
    name = "post_url"
    node_class = _PostUrlNode

    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        if _POST_NAME.fullmatch(stream.current.value.strip()) is None:
            raise LiquidSyntaxError("it names no date and title", token=None)
        return node


TAGS = (_Link, _PostUrl)


def _write(address: str, scene: Scene, buffer: TextIO) -> int:
    """Write an address below the site's ``baseurl``.

    Jekyll 3, and with it GitHub Pages, leaves that to the author, ``{{ site.baseurl }}{% link … %}``: it is there once.
    """
    base = to_s(scene.site.config.get("baseurl")).removesuffix("/")
    return buffer.write(
        normalized(address) if base and _ends_with(buffer, base) else relative_url(scene, address) or ""
    )


def _ends_with(buffer: TextIO, text: str) -> bool:
    buffer.seek(max(buffer.tell() - len(text), 0))
    return buffer.read() == text


def value_of(markup: str, scene: Scene) -> str:
    """Return what an expression in a tag stands for, as text."""
    from feedsvc.posts.liquid.expressions import read_expression

    return output(plain(read_expression(markup.strip()).evaluate(scene)))


def _outline(scene: Scene, path: str) -> Outline | None:
    head = scene.site.files.head(path)
    return None if head is None else scene.site.read_outline(path, beginning_of(head))


def _candidates(scene: Scene, directory: str, stem: str) -> Iterator[str]:
    root = scene.site.posts_dir
    places = [f"{root}/{directory}" if root else f"_posts/{directory}"]
    if directory:
        places.append(f"{directory}_posts/")
    for place in places:
        for extension in _EXTENSIONS:
            yield f"{place}{stem}{extension}"


def _post_named(scene: Scene, name: str) -> Outline | None:
    match = _POST_NAME.fullmatch(name)
    if match is None:
        return None
    directory, date, slug = match.groups()
    for path in _candidates(scene, directory, f"{date}-{slug}"):
        outline = _outline(scene, path)
        if outline is not None:
            return outline
    # As Jekyll does with a warning: the day and the slug, wherever the post is.
    year, month, day = (int(part[:6]) for part in date.split("-"))
    for outline in scene.site.outlines:
        at = outline.date.at
        if outline.slug == slug and (at.year, at.month, at.day) == (year, month, day):
            return outline
    return None


def _address(scene: Scene, path: str) -> str:
    """Return the address of the page, post or file at ``path``. Raises TagError."""
    path = path.removeprefix("/")
    head = scene.site.files.head(path)
    if head is None:
        raise TagError(f"link: there is no file {shown(path)!r}", "name it from the site's directory on: _posts/….md")
    if "_posts" in path.split("/"):
        outline = scene.site.read_outline(path, beginning_of(head))
        if outline is None:
            raise TagError(f"link: {shown(path)} is not published")
        return outline.url
    text = scene.site.text_of(beginning_of(head))
    return _page_address(scene, path, text) if text.startswith("---") else f"/{escape_path(path)}"


def _page_address(scene: Scene, path: str, text: str) -> str:
    """Return the address of a page or of a collection's document (``Page#template``, ``Document#url``)."""
    config = scene.site.config
    own = to_s(front_matter(text, scene.site.zone).get("permalink"))
    if own:
        return own if own.startswith("/") else f"/{own}"
    stem, dot, extension = path.rpartition(".")
    suffix = ".html" if dot + extension in MARKDOWN_EXTENSIONS else dot + extension
    style = to_s(config.get("permalink"))
    pretty = style == "pretty" or (style.endswith("/") and style.startswith("/"))
    label, _, below = stem.partition("/")
    collections = config.get("collections")
    if label.startswith("_") and isinstance(collections, dict) and label[1:] in collections:
        stem = f"{label[1:]}/{below}"
    elif pretty and stem.rpartition("/")[2] == "index" and suffix == ".html":
        return f"/{escape_path(stem[: -len('index')])}"
    return f"/{escape_path(stem)}" + ("/" if pretty and suffix == ".html" else suffix)
