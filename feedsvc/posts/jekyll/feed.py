"""The feeds that the plugin jekyll-feed (0.17, ``generator.rb``) writes for a Jekyll site, and what continues them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.slugs import term_slug

PLUGIN = "jekyll-feed"

_THEMES = frozenset({"minima", "minimal-mistakes-jekyll", "alembic-jekyll-theme"})
"""Gems of themes that depend on the plugin: Jekyll loads what the theme's gem names."""

_POSTS_LIMIT = 10
_TAGS_PATH = "/feed/by_tag/"
_OWN_PATHS = frozenset({"/atom.xml", "/rss.xml", "/feed.json"})
_MOST_ENTRIES = 1000
_PLAIN_TAG = re.compile(r"[a-zA-Z0-9_]+")
_GEM = re.compile(rf"\s*gem[\s(]+[\"']{PLUGIN}[\"'](?P<rest>.*)")
_BLOCK = re.compile(r"\s*(?:if|unless|case|begin|def)\b|.*\bdo\s*(?:\|[^|]*\|\s*)?(?:#.*)?$")
_END = re.compile(r"\s*end\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFeed:
    """A feed that the plugin writes: its URL path, and the posts' (``kind`` site) or the term that it is of."""

    path: str
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """What of ``[feeds]`` and ``[jekyll]`` continues the plugin's feeds; ``notes`` say what does not.

    ``continued`` are those feeds, each a document of the plugin's; ``collections`` are the labels of those whose
    documents are in them beside posts.
    """

    feeds: Mapping[str, object]
    jekyll: Mapping[str, object]
    notes: tuple[str, ...]
    continued: tuple[OldFeed, ...] = ()
    collections: tuple[str, ...] = ()


def uses_jekyll_feed(values: Mapping[str, Value], gemfile: str = "") -> bool:
    """Say whether a site with these values in ``_config.yml`` and with this ``Gemfile`` has feeds of the plugin."""
    named = [*_texts(values.get("plugins")), *_texts(values.get("gems"))]
    return PLUGIN in named or _text(values.get("theme")) in _THEMES or _is_loaded_by(gemfile)


def _is_loaded_by(gemfile: str) -> bool:
    """Say whether the plugin is in the group whose gems Jekyll loads by itself."""
    blocks: list[bool] = []
    for line in gemfile.splitlines():
        gem = _GEM.match(line)
        if gem and (any(blocks) or ":jekyll_plugins" in gem["rest"].partition("#")[0]):
            return True
        if _END.match(line):
            blocks = blocks[:-1]
        elif _BLOCK.match(line):
            blocks.append(":jekyll_plugins" in line)
    return False


def wants_tags(values: Mapping[str, Value]) -> bool:
    """Say whether the plugin writes a feed for tags that only the posts name."""
    tags = _settings(values).get("tags")
    return _is_on(tags) and not (isinstance(tags, dict) and _texts(tags.get("only")))


def collections_with_feeds(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the labels of the collections, but posts, for which the plugin writes a feed."""
    return tuple(label for label in _collections(_settings(values)) if label != "posts")


def old_feeds(values: Mapping[str, Value], tags: Iterable[str] = ()) -> tuple[OldFeed, ...]:
    """Return the feeds that the plugin writes; ``tags`` are all that posts have."""
    feed = _settings(values)
    posts = _collections(feed).get("posts")
    posts = posts if isinstance(posts, dict) else {}
    site = _text(posts.get("path")) or _text(feed.get("path")) or "/feed.xml"
    categories = dict.fromkeys(_texts(posts.get("categories")) or _texts(feed.get("categories")))
    return (
        OldFeed(path=_rooted(site), kind="site"),
        *(OldFeed(path=_rooted(f"/feed/{label}.xml"), kind="category", label=label) for label in categories),
        *_tag_feeds(feed.get("tags"), tags),
        *_collection_feeds(feed),
    )


def _collection_feeds(feed: Mapping[str, Value]) -> Iterator[OldFeed]:
    for label, settings in _collections(feed).items():
        if label != "posts":
            path = _text(settings.get("path")) if isinstance(settings, dict) else ""
            yield OldFeed(path=_rooted(path or f"/feed/{label}.xml"), kind="collection", label=label)


def _tag_feeds(settings: Value, tags: Iterable[str]) -> Iterator[OldFeed]:
    if not _is_on(settings):
        return
    asked = settings if isinstance(settings, dict) else {}
    left_out = set(_texts(asked.get("except")))
    path = _text(asked.get("path")) or _TAGS_PATH
    for tag in dict.fromkeys(_texts(asked.get("only")) or sorted(tags)):
        if tag not in left_out and _PLAIN_TAG.fullmatch(tag):
            yield OldFeed(path=_rooted(f"{path}{tag}.xml"), kind="tag", label=tag)


def continue_feeds(
    values: Mapping[str, Value],
    tags: Iterable[str] = (),
    own_files: Collection[str] = (),
    collections: Collection[str] = (),
) -> Continuation:
    """Return the settings by which feedsvc's feeds are the plugin's, at the same addresses and with the same ids.

    ``own_files`` are those of the paths at which the site has a file of its own: the plugin writes none there.
    ``collections`` are the labels of those that there are.
    """
    feed = _settings(values)
    limit = _number(feed.get("posts_limit")) or _POSTS_LIMIT
    feeds: dict[str, object] = {"id_style": PLUGIN, "min_entries": limit}
    if limit > _MOST_ENTRIES:
        feeds["max_entries"] = limit
    if _is_on(feed.get("excerpt_only")):
        feeds["content"] = "summary"
    told = [each for each in old_feeds(values, tags) if each.kind == "collection" and each.label not in collections]
    old = [each for each in old_feeds(values, tags) if each not in told]
    kinds = {each.kind for each in old}
    if kinds - {"site", "category"}:
        feeds["by"] = ["category", *(each for each in ("tag", "collection") if each in kinds)]
    notes = [f"The feed {each.path} is not continued: there is no collection {each.label!r}." for each in told]
    if aliases := _aliases(old, own_files, notes):
        feeds["aliases"] = aliases
    return Continuation(
        feeds=feeds,
        jekyll={"smart_titles": True},
        notes=(*notes, *_left_out(feed)),
        continued=tuple(each for each in old if each.path not in own_files),
        collections=tuple(each.label for each in old if each.kind == "collection"),
    )


def _aliases(feeds: Sequence[OldFeed], own_files: Collection[str], notes: list[str]) -> dict[str, str]:
    """Return the plugin's paths, each with the path of the document that goes on there."""
    aliases: dict[str, str] = {}
    # Beside other collections the feed of the whole site would show subscribers of posts what is new to them.
    home = "/collections/posts/atom.xml" if any(old.kind == "collection" for old in feeds) else "/atom.xml"
    for old in feeds:
        target = f"{_FOLDERS[old.kind]}{term_slug(old.label)}/atom.xml" if old.label else home
        if old.path in own_files:
            notes.append(f"{old.path} is a file of the site's own, not of {PLUGIN}, and has no alias.")
        elif old.path in _OWN_PATHS - {target}:
            notes.append(
                f"{old.path} is an address of feedsvc's own now, maybe in another format; its entries are known."
            )
        elif old.path != target:
            aliases.setdefault(old.path, target)
    return aliases


_FOLDERS = {"category": "/categories/", "tag": "/tags/", "collection": "/collections/"}


def _left_out(feed: Mapping[str, Value]) -> Iterator[str]:
    """Yield a note for each setting of the plugin's that has no place here."""
    for name, settings in _collections(feed).items():
        if name != "posts" and isinstance(settings, dict) and _texts(settings.get("categories")):
            yield f"Feeds of single categories of the collection {name!r} are not continued."
    for name in ("icon", "logo"):
        if _text(feed.get(name)):
            yield f"feed: {name} is not taken over: the feeds have no {name}."
    if _is_on(feed.get("tags")):
        yield "Tags that are new from now on have their feeds at /tags/ only; older ones keep their addresses, too."


def _settings(values: Mapping[str, Value]) -> Mapping[str, Value]:
    feed = values.get("feed")
    return feed if isinstance(feed, dict) else {}


def _collections(feed: Mapping[str, Value]) -> Mapping[str, Value]:
    collections = feed.get("collections")
    return collections if isinstance(collections, dict) else dict.fromkeys(_texts(collections))


def _rooted(path: str) -> str:
    return re.sub("/{2,}", "/", f"/{path}")


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Value) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := _text(item))]


def _is_on(value: Value) -> bool:
    """Say whether Ruby takes a setting for true: all but nothing and false."""
    return value is not None and _text(value).lower() not in {"false", "no", "off"}


def _number(value: Value) -> int:
    text = _text(value)
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else 0
