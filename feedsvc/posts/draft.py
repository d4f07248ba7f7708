"""What comes before a post's body: its place, its front matter, its dates and its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from feedsvc.model import PostError, Withheld
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter
from feedsvc.posts.generators.dialects import translate
from feedsvc.posts.jekyll.defaults import NOTHING_GIVEN, begin_with
from feedsvc.posts.jekyll.paths import SitePath, locate
from feedsvc.posts.labels import language_of_path
from feedsvc.posts.names import PostName, parse_name
from feedsvc.posts.permalinks import UnknownPlaceholder, permalink_template, render_permalink
from feedsvc.posts.placeholders import MARKDOWN_EXTENSIONS, PLACEHOLDERS, PermalinkValues
from feedsvc.posts.rules import PostRules
from feedsvc.posts.sitefiles import SiteFiles
from feedsvc.posts.terms import read_categories
from feedsvc.posts.timing import Times, read_times
from feedsvc.posts.withholding import withheld

_OTHER_HOST = re.compile(r"//|[A-Za-z][A-Za-z0-9+.-]*://")


_NONE: Mapping[str, str] = MappingProxyType({})


class Draft(NamedTuple):
    """A post half read: dated, and not withheld. A tuple, since each post makes one.

    ``slug`` is the one that addresses hold, ``own_slug`` the one that its author gave, empty where there is none.
    ``categories`` are as they are written; of ``times`` the date is the one that addresses hold. Words of the
    body that ``stands_in`` knows stand for HTML; ``links`` are the URLs of what links such as ``@/blog/post.md`` name.
    """

    path: str
    place: SitePath
    data: bytes
    source: SourceText
    front: FrontMatter
    fields: Fields
    name: PostName
    rules: PostRules
    site: SiteFiles
    times: Times
    categories: tuple[str, ...]
    own_slug: str
    slug: str
    stands_in: Mapping[str, str] = _NONE
    links: Mapping[str, str] = _NONE

    @property
    def is_markdown(self) -> bool:
        """Whether the body is Markdown, by the file's name."""
        jekyll, extension = self.rules.jekyll, self.name.extension
        return jekyll.is_markdown(extension) if jekyll else extension.lower() in MARKDOWN_EXTENSIONS

    @property
    def language(self) -> str:
        """The language that the file's name or a directory says; empty where neither does."""
        return self.name.language or language_of_path(self.path, self.rules.languages)


def read_draft(
    path: str, data: bytes, rules: PostRules, site: SiteFiles, dated: datetime | None = None
) -> Draft | PostError | Withheld:
    """Read what comes before the body: where the file stands, its front matter, and its dates."""
    place = rules.jekyll.locate(path) if rules.jekyll else locate(path)
    if place.draft and not rules.drafts:
        return Withheld(path=path, reason="a draft")
    source = decode(path, data, rules.encodings)
    if isinstance(source, PostError):
        return source
    front = read_front_matter(source)
    if isinstance(front, PostError):
        return front
    given = rules.jekyll.given(place) if rules.jekyll else NOTHING_GIVEN
    matter = begin_with(translate(source, front.matter, rules.generator), place.categories, given)
    fields = Fields(source, matter)
    name = parse_name(path, rules.languages)
    reason = withheld(fields, name, rules.generator, drafts=rules.drafts)
    if rules.jekyll and not (name.date or front.body_start or place.draft):
        reason = "neither front matter nor a date in its name, so Jekyll takes it for no post"
    if reason:
        return Withheld(path=path, reason=reason)
    times = read_times(fields, name, rules.timezone, dated, jekyll=rules.jekyll is not None)
    if isinstance(times, PostError):
        return times
    slug = fields.value("slug")
    own_slug = slug if isinstance(slug, str) else ""
    return Draft(
        path=path,
        place=place,
        data=data,
        source=source,
        front=front if matter is front.matter else FrontMatter(matter, front.body, front.body_start),
        fields=fields,
        name=name,
        rules=rules,
        site=site,
        times=times,
        categories=read_categories(fields),
        own_slug=own_slug,
        slug=own_slug or name.slug,
    )


def url_path_of(draft: Draft) -> str | PostError:
    """Return the path of the post's URL, percent-encoded, below the site's; or what is wrong with its permalink."""
    fields, name = draft.fields, draft.name
    own = fields.text("permalink").strip()
    if own and _OTHER_HOST.match(own):
        return fields.error(
            "permalink", "this is an address of its own, not a path of the site", 'begin it with one "/"'
        )
    if "?" in own or "#" in own:
        fields.warn("permalink", "? and # are taken for letters of the path", "leave out the query and the fragment")
    title, template = fields.value("title"), own or _template(draft)
    path = f"{name.directory}/{name.stem}" if name.directory else name.stem
    values = PermalinkValues(
        path=draft.place.clean(path) if ":path" in template else path,
        collection=draft.place.collection,
        stem=name.stem,
        slug=draft.slug,
        extension=".md" if draft.is_markdown else name.extension,
        date=draft.times.date.astimezone(draft.rules.timezone),
        categories=draft.categories,
        directory=name.directory,
        own_slug=draft.own_slug,
        title=title if isinstance(title, str) else "",
        language="" if not name.language or name.language.lower() == draft.rules.language.lower() else name.language,
        nested=fields.value("categories"),
    )
    url_path = render_permalink(template, values)
    if isinstance(url_path, UnknownPlaceholder):
        reason = f":{url_path.name} is none of the placeholders of a permalink"
        return fields.error("permalink", reason, f"known are :{', :'.join(PLACEHOLDERS)}")
    return url_path


def _template(draft: Draft) -> str:
    """Return the permalink of the post's collection."""
    jekyll, collection = draft.rules.jekyll, draft.place.collection
    if jekyll and collection in jekyll.permalinks:
        return jekyll.permalinks[collection]
    return permalink_template(draft.rules.permalink)
