"""``site``: what templates see of the site that a post stands in (``lib/jekyll/drops/site_drop.rb``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from functools import cached_property, lru_cache
from urllib.parse import urlsplit, urlunsplit

from feedsvc.posts.liquid.data import read_data
from feedsvc.posts.liquid.drops import Outline, PostDrop
from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import Moment, to_s
from feedsvc.posts.liquid.typed import RefusedError, load_toml, load_yaml
from feedsvc.posts.sitefiles import Head, SiteFiles

MAX_POSTS = 20_000
"""The most posts that ``site.posts`` lists."""

_CONFIGS = ("_config.yml", "_config.yaml", "_config.toml")
_MAX_CONFIG = 1_000_000
_DEFAULTS: dict[str, object] = {"permalink": "date", "markdown": "kramdown", "highlighter": "rouge"}

ReadOutline = Callable[[str, bytes], Outline | None]
"""Reads the front matter of the post at a path of the site, of its file's beginning; None where it is not published."""


class Site:
    """The site of one post, read where it is asked for. ``page`` is that post, ``address`` the site's URL.

    ``rules`` stands for what other posts are read by: while it is the same object, their outlines are.
    """

    def __init__(
        self,
        files: SiteFiles,
        page: Outline,
        *,
        posts_dir: str,
        zone: tzinfo,
        read_outline: ReadOutline,
        markdownify: Callable[[str], str],
        address: str = "",
        rules: object = None,
    ) -> None:
        self.files, self.page, self.posts_dir, self.zone = files, page, posts_dir, zone
        self.read_outline, self.markdownify, self.rules = read_outline, markdownify, rules
        self._address = address

    @property
    def now(self) -> Moment:
        """The time of the site: when the post was published, since a feed knows no clock."""
        return self.page.date

    @property
    def page_path(self) -> str:
        """The path of this post below the site's directory."""
        return self.page.path

    @cached_property
    def config(self) -> Mapping[str, object]:
        """All that ``_config.yml`` says, typed; and where the site is, if that does not say so (GitHub Pages)."""
        for name in _CONFIGS:
            data = self.files.read(name, _MAX_CONFIG)
            if data is not None:
                said = {**_DEFAULTS, **_read_config(name, self.text_of(data), self.zone)}
                return said if said.get("url") else {**said, **self._place(said)}
        return _DEFAULTS

    def _place(self, said: Mapping[str, object]) -> Mapping[str, object]:
        parts = urlsplit(self._address)
        url = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        return {"url": url, "baseurl": said.get("baseurl") or parts.path.rstrip("/")}

    @cached_property
    def data(self) -> Mapping[str, object]:
        """What the files of ``_data`` say. Raises TagError where one cannot be read."""
        directory = to_s(self.config.get("data_dir") or "_data").strip("/")
        return read_data(self.files, directory, self.zone, self.text_of)

    def directory_of(self, tag: str) -> str:
        """Return the directory, with ``/``, in which a tag that includes looks for its file."""
        if tag == "include_relative":
            return self.page.path.rpartition("/")[0] + "/" if "/" in self.page.path else ""
        return to_s(self.config.get("includes_dir") or "_includes").strip("/") + "/"

    @staticmethod
    def text_of(data: bytes) -> str:
        """Decode a file; what is no UTF-8 in it is replaced."""
        return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """The posts, oldest first: up to this one's date, unless the site publishes posts of the future.

        What lies behind that date may not be published yet, and only a clock could tell.
        """
        paths = self.files.list(self.posts_dir) if self.posts_dir else self.files.posts()
        if len(paths) > MAX_POSTS:
            raise TagError(f"site.posts lists more than {MAX_POSTS:,} posts")
        listing = ("tree", self.posts_dir) if self.posts_dir else ("posts", "")
        look = next((use.look for use in self.files.uses if use[:2] == listing), "")
        found = _listed(self, look, paths)
        if self.config.get("future") is not True:
            found = tuple(each for each in found if each.date.at <= self.page.date.at)
        return found

    @cached_property
    def posts(self) -> list[PostDrop]:
        """``site.posts``: newest first."""
        return [PostDrop(each, self.neighbours) for each in reversed(self.outlines)]

    def neighbours(self, outline: Outline) -> tuple[PostDrop | None, PostDrop | None]:
        """Return the post before ``outline`` and the one after it."""
        place = self._places.get(outline.path)
        if place is None:
            return None, None
        before = self.outlines[place - 1] if place else None
        after = self.outlines[place + 1] if place + 1 < len(self.outlines) else None
        return tuple(PostDrop(each, self.neighbours) if each else None for each in (before, after))  # type: ignore[return-value]  # two of them

    @cached_property
    def _places(self) -> dict[str, int]:
        return {each.path: place for place, each in enumerate(self.outlines)}

    def by_terms(self, terms_of: Callable[[Outline], tuple[str, ...]]) -> dict[str, object]:
        """Return the posts of each category or tag, newest first."""
        groups: dict[str, list[object]] = {}
        for post in reversed(self.posts):
            for term in dict.fromkeys(terms_of(post.outline)):
                groups.setdefault(term, []).insert(0, post)
        return dict(groups)


class SiteDrop(Mapping[str, object]):
    """``site`` in a template."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made: dict[str, object] = {}

    def __getitem__(self, key: str) -> object:
        if key not in _OWN:
            return self._site.config[key]
        if key not in self._made:
            self._made[key] = _OWN[key](self._site)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        """Go over what is written in the configuration; the rest is as large as the site."""
        return iter(self._site.config)

    def __len__(self) -> int:
        return len(self._site.config)


def _related(site: Site) -> list[PostDrop]:
    return [post for post in site.posts if post.outline.path != site.page.path][:10]


_OWN: dict[str, Callable[[Site], object]] = {
    "time": lambda site: site.now,
    "data": lambda site: site.data,
    "posts": lambda site: list(site.posts),
    "documents": lambda site: list(site.posts)[::-1],
    "related_posts": _related,
    "categories": lambda site: site.by_terms(lambda outline: outline.categories),
    "tags": lambda site: site.by_terms(lambda outline: outline.tags),
    # Pages and files that are no posts have no part in feeds.
    "pages": lambda _: [],
    "html_pages": lambda _: [],
    "static_files": lambda _: [],
}


@lru_cache(maxsize=4)
def _read_config(name: str, text: str, zone: tzinfo) -> dict[str, object]:
    try:
        values = load_toml(text, zone) if name.endswith(".toml") else load_yaml(text, zone)
    except RefusedError as error:
        raise TagError(f"{name} cannot be read: {error}") from error
    return {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}


# The last listing of this process: many posts of one build ask for the same one.
_last: list[tuple[object, str, tuple[Outline, ...]]] = []


def _listed(site: Site, look: str, paths: tuple[str, ...]) -> tuple[Outline, ...]:
    """Read the front matter of every post; what the tree looks like tells whether that was done already."""
    if _last and look and _last[0][0] is site.rules and _last[0][1] == look:
        return _last[0][2]
    unnoted = site.files.fresh()  # that the post draws on all of them is noted by the listing
    found = (site.read_outline(path, beginning_of(head)) for path in paths if (head := unnoted.head(path)))
    listed = tuple(sorted((each for each in found if each), key=lambda each: (each.date.at, each.path)))
    _last[:] = [(site.rules, look, listed)]
    return listed


def beginning_of(head: Head) -> bytes:
    """Return as much of a file as there is of it, cut where a character is whole."""
    return head.data if head.size <= len(head.data) else head.data[: head.data.rfind(b"\n") + 1]
