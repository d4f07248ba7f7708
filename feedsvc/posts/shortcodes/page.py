"""The post that a shortcode stands in: what it may ask of it, and of the other posts of the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote

from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.frontmatter.split import FrontMatter
from feedsvc.posts.labels import read_title
from feedsvc.posts.names import PostName, parse_name
from feedsvc.posts.placeholders import MARKDOWN_EXTENSIONS
from feedsvc.posts.rules import PostRules
from feedsvc.posts.sitefiles import SiteFiles
from feedsvc.posts.slugs import hugo_slug
from feedsvc.posts.urls import site_url_of

MOST_LINKS = 100
"""Other files that one post may ask for; each is read."""

_MAX_BYTES = 2_000_000
_MOST_TOLD = 30
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_INTERNAL = re.compile(r"@/[^\s()<>\[\]\"'`#?]++")
_SECTION = re.compile(r"/:language/:(?:sections|directories)/")


class Post(Protocol):
    """A post of which all is known but its content."""

    @property
    def path(self) -> str: ...  # noqa: D102 - as Draft names them, to the last one
    @property
    def front(self) -> FrontMatter: ...  # noqa: D102
    @property
    def fields(self) -> Fields: ...  # noqa: D102
    @property
    def name(self) -> PostName: ...  # noqa: D102
    @property
    def rules(self) -> PostRules: ...  # noqa: D102
    @property
    def site(self) -> SiteFiles: ...  # noqa: D102
    @property
    def slug(self) -> str: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102


ReadHalf = Callable[[str, bytes], tuple[Post, str] | None]
"""Reads another post, and its URL's path, of its path and its bytes; None where it is not out."""


class Target(NamedTuple):
    """Where a link leads: an absolute URL, and the title of what is there."""

    url: str
    title: str = ""


class Page:
    """One post while its shortcodes are expanded; ``url`` is where it stands."""

    def __init__(self, post: Post, url: str, read: ReadHalf) -> None:
        self.url = url
        self._post, self._read = post, read
        self._files = post.site.beside
        self._told: set[str] = set()
        self._listed: tuple[str, ...] | None = None
        self._found: dict[tuple[str, str], Target | None] = {}

    def value(self, name: str) -> Value:
        """Return what front matter says at ``name``, or in Hugo's table ``params``."""
        value = self._post.fields.value(name)
        params = self._post.fields.value("params")
        return params.get(name) if value is None and isinstance(params, dict) else value

    def tell_left_out(self, name: str, at: int, *, known: bool) -> None:
        """Tell the author, once, that shortcodes called ``name`` are not rendered."""
        if known:
            self.tell(f"known {name}", at, f"{name} lacks what it is to show, and is left out", "give it its arguments")
            return
        reason = f"{name} is not known here: its tags are left out, and what stands between them stays"
        self.tell(name, at, reason, "what a theme or a plugin would have written is missing in the feeds")

    def tell(self, what: str, at: int, reason: str, hint: str) -> None:
        """Tell the author about the place ``at`` in the body, once for each ``what``; nobody reads the hundredth."""
        if what not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(what)
            self._post.fields.warn_at(self._post.front.body_start + at, reason[:300], hint)

    def link_to(self, reference: str, at: int, language: str = "") -> Target:
        """Return where the file that ``reference`` names stands on the site; the post itself where nobody knows."""
        if _SCHEME.match(reference):
            return Target(reference)
        path, hash_, fragment = reference.strip().partition("#")
        path = path.partition("?")[0]
        target = self._look_up(path, language) if path else Target(self.url)
        if target is None:
            hint = "name a file that is published, by its path below the posts directory"
            self.tell(f"link {reference}", at, f"there is no post {reference[:200]} to link to", hint)
            return Target(self.url)
        return target._replace(url=target.url + (f"#{quote(unquote(fragment))}" if hash_ else ""))

    def internal_links(self, body: str) -> Mapping[str, str]:
        """Return path -> URL of what Zola's links such as ``@/blog/post.md`` name."""
        named = [match for match in _INTERNAL.finditer(body) if match[0].endswith(".md")]
        found = {match[0][2:]: match.start() for match in reversed(named)}
        return {path: self.link_to(f"/{unquote(path)}", at).url for path, at in sorted(found.items())}

    def _look_up(self, path: str, language: str) -> Target | None:
        language = language or self._post.name.language
        key = (path, language)
        if key not in self._found and len(self._found) < MOST_LINKS:
            found = (target for each in self._candidates(path, language) if (target := self._target(each)))
            self._found[key] = next(found, None) or self._by_name(path, language)
        return self._found.get(key)

    def _candidates(self, path: str, language: str) -> Iterator[str]:
        """Yield the paths of the files that a reference may mean, below the posts directory, the likeliest first."""
        if path.startswith("/"):
            # The posts directory may be a section of the site's content.
            roots = [path.lstrip("/"), path.lstrip("/").partition("/")[2]]
        else:
            here = self._post.path.rpartition("/")[0]
            roots = [f"{here}/{path}", f"{self._post.name.directory}/{path}", path]
        for root in dict.fromkeys(posixpath.normpath(each.lstrip("/")) for each in roots if each.strip("/")):
            if not root.startswith(".."):
                yield from _forms(root, language)

    def _by_name(self, path: str, language: str) -> Target | None:
        """Return the one post that is called so, wherever it is: as Hugo's ``ref`` and Hexo's ``post_link`` do."""
        if path.startswith("/"):
            return None
        slug = path.rpartition("/")[2]
        wanted = {each for each in _forms(slug, language) if "/" not in each}
        if self._listed is None:
            self._listed = self._files.list("")
        for each in self._listed:
            name = each.rpartition("/")[2]
            if name in wanted or (name.endswith(".md") and parse_name(each, self._post.rules.languages).slug == slug):
                return self._target(each)
        return None

    def _target(self, path: str) -> Target | None:
        data = self._files.read(path, _MAX_BYTES)
        if data is None:
            return None
        half = self._read(path, data)
        if half is None:
            return self._section(path)
        post, url_path = half
        url = site_url_of(url_path, self._post.rules.site_url)
        return Target(url, read_title(post.fields, post.slug, post.name)) if url else None

    def _section(self, path: str) -> Target | None:
        """Return where the page of a section stands, whose file is ``_index.md``; None for any other."""
        rules = self._post.rules
        name = parse_name(path, rules.languages)
        if name.stem != "_index" or not _SECTION.match(rules.permalink):
            return None
        language = "" if name.language.lower() == rules.language.lower() else f"{name.language}/"
        directory = hugo_slug(name.directory) if rules.generator == "hugo" else name.directory
        url = site_url_of(f"/{language}{quote(directory)}/".replace("//", "/"), rules.site_url)
        return Target(url) if url else None


def _forms(path: str, language: str) -> Iterator[str]:
    """Yield the names of files that a path may stand for: with its extension or not, in the language or in all."""
    stem, dot, extension = path.rpartition(".")
    if dot and f".{extension}".lower() in MARKDOWN_EXTENSIONS:
        files = [(stem, f".{extension}")]
    else:
        files = [(path, ".md"), (f"{path}/index", ".md"), (f"{path}/_index", ".md")]
    for name, ending in files:
        if language:
            yield f"{name}.{language}{ending}"
        yield name + ending
