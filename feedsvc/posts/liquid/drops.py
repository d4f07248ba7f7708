"""What ``page``, and each post of ``site.posts``, says of itself (``lib/jekyll/drops/document_drop.rb``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from feedsvc.posts.liquid.ruby import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A post without its body. ``path`` is relative to the site's directory, ``url`` to its address.

    ``values`` is its front matter, typed; ``date`` is in the site's zone.
    """

    path: str
    url: str
    slug: str
    title: str
    date: Moment
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)

    def __getitem__(self, key: str) -> object:
        """Return what Jekyll's drop says at ``key``. Raises KeyError."""
        if key in _OWN:
            return _OWN[key](self)
        return self.values[key]

    @property
    def id(self) -> str:
        """Jekyll's ``id``: the directory of its URL, and its slug."""
        return f"{self.url.rstrip('/').rpartition('/')[0]}/{self.slug}"


_OWN: dict[str, Callable[[Outline], object]] = {
    "url": lambda outline: outline.url,
    "id": lambda outline: outline.id,
    "path": lambda outline: outline.path,
    "relative_path": lambda outline: outline.path,
    "slug": lambda outline: outline.slug,
    "title": lambda outline: outline.values.get("title") or outline.title,
    "date": lambda outline: outline.date,
    "categories": lambda outline: list(outline.categories),
    "tags": lambda outline: list(outline.tags),
    "collection": lambda _: "posts",
    "draft": lambda _: False,
    "name": lambda outline: outline.path.rpartition("/")[2],
    "ext": lambda outline: "." + outline.path.rpartition(".")[2],
    # A body is not there yet: it is what is being rendered, or another post's.
    "content": lambda _: "",
    "output": lambda _: None,
    "excerpt": lambda outline: outline.values.get("excerpt") or "",
}

Neighbours = Callable[[Outline], tuple["PostDrop | None", "PostDrop | None"]]


class PostDrop(Mapping[str, object]):
    """A post as templates see it; ``neighbours`` gives the one before it and the one after it by date."""

    def __init__(self, outline: Outline, neighbours: Neighbours) -> None:
        self.outline, self._neighbours = outline, neighbours

    def __getitem__(self, key: str) -> object:
        if key == "previous":
            return self._neighbours(self.outline)[0]
        if key == "next":
            return self._neighbours(self.outline)[1]
        return self.outline[key]

    def __iter__(self) -> Iterator[str]:
        """Go over what is the post's own: its neighbours have neighbours, without an end."""
        return iter(dict.fromkeys([*_OWN, *self.outline.values]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PostDrop) and other.outline.path == self.outline.path

    def __hash__(self) -> int:
        return hash(self.outline.path)

    def __str__(self) -> str:
        """Return what Jekyll writes for a post itself: its output, of which there is none yet."""
        return ""

    __repr__ = __str__
