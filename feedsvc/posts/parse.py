"""One file's bytes become a Post, or say why they do not. Nothing here reads a clock or a disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from feedsvc.model import Post, PostError, Withheld
from feedsvc.posts.bundles import resolve_resources
from feedsvc.posts.content import Content, TooComplex, may_wait, render_content
from feedsvc.posts.decoding import decode
from feedsvc.posts.defaults import NOTHING_GIVEN, begin_with
from feedsvc.posts.dialects import translate
from feedsvc.posts.fields import Fields
from feedsvc.posts.files import NO_FILES, digest_of
from feedsvc.posts.frontmatter import FrontMatter, read_front_matter
from feedsvc.posts.ids import IdSources, propose_id
from feedsvc.posts.jekyllpaths import SitePath, locate
from feedsvc.posts.jekyllrules import JekyllRules
from feedsvc.posts.labels import language_of_path, read_language, read_terms, read_title
from feedsvc.posts.media import read_media
from feedsvc.posts.membership import FeedRule, terms_of_feeds
from feedsvc.posts.names import PostName, name_key, parse_name
from feedsvc.posts.people import NOBODY, read_authors
from feedsvc.posts.permalinks import (
    MARKDOWN_EXTENSIONS,
    PLACEHOLDERS,
    PermalinkValues,
    UnknownPlaceholder,
    permalink_template,
    render_permalink,
)
from feedsvc.posts.plaintext import plain_text
from feedsvc.posts.sitefiles import SiteFiles
from feedsvc.posts.source import code_point
from feedsvc.posts.terms import read_categories
from feedsvc.posts.timing import Times, read_times, read_updated
from feedsvc.posts.urls import page_url, site_url_of
from feedsvc.posts.withholding import withheld

if TYPE_CHECKING:
    from feedsvc.posts.kramdown import KramdownOptions

_SUMMARIES = ("excerpt", "description", "summary")
_SUMMARIES_OF_JEKYLL = ("description", "excerpt", "summary")
_OTHER_HOST = re.compile(r"//|[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRules:
    """What the site decides about all of its posts.

    ``permalink`` is a template or one of Jekyll's styles; ``language`` is for posts that name none;
    ``encodings`` are tried in order; ``id_style`` is permalink, tag or jekyll-feed;
    frames of ``frame_hosts`` stay in posts. ``defer`` leaves posts pending
    where nothing but their content hangs on it: most are in no document, and content is what costs most.
    ``generator`` is whose front matter the posts have; ``languages`` are those that a directory may be named after, or
    a file's name may end with. ``feeds`` are those that posts are put into by rules.
    ``jekyll`` is what the site's own configuration says, None where this is no Jekyll site; ``kramdown`` is how
    Markdown is read, None where it is CommonMark.
    """

    site_url: str
    timezone: ZoneInfo
    permalink: str
    language: str
    drafts: bool
    encodings: tuple[str, ...]
    id_style: str
    excerpt_separator: str = ""
    frame_hosts: tuple[str, ...] = ()
    defer: bool = False
    jekyll: JekyllRules | None = None
    generator: str = "jekyll"
    languages: tuple[str, ...] = ()
    feeds: tuple[FeedRule, ...] = ()
    kramdown: KramdownOptions | None = None


def finish_post(post: Post, data: bytes, rules: PostRules, site: SiteFiles = NO_FILES) -> Post:
    """Return a pending post with its content, as it would be had nothing been deferred.

    ``data`` are the bytes it was read from, ``site`` are the files it may draw on.
    """
    whole = parse_post(post.path, data, replace(rules, defer=False), site, post.published)
    assert isinstance(whole, Post)  # noqa: S101 - that it is one is what made it pending
    return whole


def parse_post(
    path: str, data: bytes, rules: PostRules, site: SiteFiles = NO_FILES, dated: datetime | None = None
) -> Post | PostError | Withheld:
    """Read what the file at ``path`` says; ``site`` is what it may draw on. Any bytes have an answer; none raise.

    ``dated`` is the date of a post that has none of its own.
    """
    draft = _read_draft(path, data, rules, site, dated)
    if not isinstance(draft, _Draft):
        return draft
    url_path = _url_path(draft)
    return url_path if isinstance(url_path, PostError) else _post(draft, url_path)


def _read_draft(
    path: str, data: bytes, rules: PostRules, site: SiteFiles, dated: datetime | None = None
) -> _Draft | PostError | Withheld:
    """Read what comes before the body."""
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
    if reason:
        return Withheld(path=path, reason=reason)
    times = read_times(fields, name, rules.timezone, dated, jekyll=rules.jekyll is not None)
    if isinstance(times, PostError):
        return times
    return _Draft(
        path=path,
        place=place,
        data=data,
        front=front if matter is front.matter else replace(front, matter=matter),
        fields=fields,
        name=name,
        rules=rules,
        site=site,
        times=times,
        categories=read_categories(fields),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A post half read: dated, and not withheld."""

    path: str
    place: SitePath
    data: bytes
    front: FrontMatter
    fields: Fields
    name: PostName
    rules: PostRules
    site: SiteFiles
    times: Times
    categories: tuple[str, ...]

    @property
    def own_slug(self) -> str:
        slug = self.fields.value("slug")
        return slug if isinstance(slug, str) else ""

    @property
    def slug(self) -> str:
        return self.own_slug or self.name.slug

    @property
    def language(self) -> str:
        return self.name.language or language_of_path(self.path, self.rules.languages)


def _url_path(draft: _Draft) -> str | PostError:
    fields, name = draft.fields, draft.name
    own = fields.text("permalink").strip()
    if _OTHER_HOST.match(own):
        return fields.error(
            "permalink", "this is an address of its own, not a path of the site", 'begin it with one "/"'
        )
    if "?" in own or "#" in own:
        fields.warn("permalink", "? and # are taken for letters of the path", "leave out the query and the fragment")
    values = PermalinkValues(
        path=draft.place.clean(f"{name.directory}/{name.stem}" if name.directory else name.stem),
        collection=draft.place.collection,
        stem=name.stem,
        slug=draft.slug,
        extension=name.extension,
        date=draft.times.date.astimezone(draft.rules.timezone),
        categories=draft.categories,
        directory=name.directory,
        own_slug=draft.own_slug,
        title=title if isinstance(title := fields.value("title"), str) else "",
        language="" if name.language.lower() == draft.rules.language.lower() else name.language,
        nested=fields.value("categories"),
    )
    path = render_permalink(own or _template(draft), values)
    if isinstance(path, UnknownPlaceholder):
        reason = f":{path.name} is none of the placeholders of a permalink"
        return fields.error("permalink", reason, f"known are :{', :'.join(PLACEHOLDERS)}")
    return path


def _template(draft: _Draft) -> str:
    """Return the permalink of the post's collection."""
    jekyll, collection = draft.rules.jekyll, draft.place.collection
    if jekyll and collection in jekyll.permalinks:
        return jekyll.permalinks[collection]
    return permalink_template(draft.rules.permalink)


def _post(draft: _Draft, url_path: str) -> Post | PostError:
    fields, rules, jekyll = draft.fields, draft.rules, draft.rules.jekyll
    alternate_link = (page_url if jekyll else site_url_of)(url_path, rules.site_url) or rules.site_url
    summary = plain_text(fields.text(*(_SUMMARIES if jekyll is None else _SUMMARIES_OF_JEKYLL)))
    body = draft.front.body.encode()
    filled = _filled_in(draft, url_path)
    if isinstance(filled, PostError):
        return filled
    # What Liquid's errors are is to be told now.
    pending = rules.defer and filled is draft and may_wait(body)
    content = Content(html="") if pending else _content(filled, alternate_link, with_opening=not summary)
    if isinstance(content, PostError):
        return content
    authors = read_authors(fields, rules.site_url, jekyll.authors if jekyll else NOBODY)
    language = read_language(fields, draft.language or rules.language)
    terms = read_terms(fields, draft.categories, authors, language, _collection(draft))
    if draft.name.bundle:
        resolve_resources(fields, alternate_link)
    media = read_media(fields, rules.site_url, draft.site)
    post = Post(
        path=draft.path,
        name_key=name_key(draft.path),
        digest=digest_of(draft.data),
        body_digest="" if body.isspace() or not body else digest_of(body),
        proposed_id=_proposed_id(draft, alternate_link, url_path),
        title=read_title(fields, draft.slug, draft.name, jekyll.typography if jekyll else None),
        alternate_link=alternate_link,
        published=draft.times.published,
        updated=read_updated(fields, draft.times.published, rules.timezone, jekyll=jekyll is not None),
        expires=draft.times.expires,
        summary=summary or content.opening,
        content="" if jekyll and _shows_excerpt_only(fields) else content.html,
        pending=pending,
        authors=authors,
        terms=(*terms, *terms_of_feeds(draft.path, terms, rules.feeds)) if rules.feeds else terms,
        language=language,
        image=media.pictures.image,
        thumbnail=media.pictures.thumbnail,
        banner=media.pictures.banner,
        enclosures=media.enclosures,
    )
    return replace(post, warnings=tuple(fields.findings)) if fields.findings else post


def _collection(draft: _Draft) -> str:
    """Return the collection that the post is in, if the site has several."""
    return draft.place.collection if draft.rules.jekyll and draft.rules.jekyll.permalinks else ""


def _shows_excerpt_only(fields: Fields) -> bool:
    """Say whether the post's own settings for jekyll-feed keep its content out of feeds."""
    feed = fields.value("feed")
    return isinstance(feed, dict) and feed.get("excerpt_only") in ("true", "yes", "on")


def _filled_in(draft: _Draft, url_path: str) -> _Draft | PostError:
    """Return the post with its Liquid filled in; the post itself where it has none."""
    body, jekyll = draft.front.body, draft.rules.jekyll
    if jekyll is None or not jekyll.liquid or not ("{{" in body or "{%" in body):
        return draft
    if draft.fields.switch("render_with_liquid") is False:
        return draft
    # Imported here: it brings python-liquid, and most posts have no Liquid.
    from feedsvc.posts.filling import fill_in

    filled = fill_in(draft, url_path, partial(_read_half, rules=draft.rules))
    return filled if isinstance(filled, PostError) else replace(draft, front=replace(draft.front, body=filled))


def _read_half(path: str, data: bytes, rules: PostRules) -> tuple[_Draft, str] | None:
    """Return a post but for its content, and its URL's path, of the beginning of its file; None if it is not out."""
    draft = _read_draft(path, data, rules, NO_FILES)
    url_path = _url_path(draft) if isinstance(draft, _Draft) else None
    return (draft, url_path) if isinstance(draft, _Draft) and isinstance(url_path, str) else None


def _content(draft: _Draft, alternate_link: str, *, with_opening: bool) -> Content | PostError:
    fields, front = draft.fields, draft.front
    separator = fields.value("excerpt_separator")
    content = render_content(
        front.body,
        alternate_link,
        markdown=draft.name.extension.lower() in MARKDOWN_EXTENSIONS,
        separator=separator if isinstance(separator, str) else draft.rules.excerpt_separator,
        with_opening=with_opening,
        frame_hosts=draft.rules.frame_hosts,
        kramdown=draft.rules.kramdown,
    )
    if isinstance(content, TooComplex):
        reason = f"the body has {content.reason}"
        return fields.error_at(front.body_start, reason, "close what is open, or split the post")
    for character in content.removed:
        reason = f"the character {code_point(character)} may not stand in a feed and was removed"
        at = front.body_start + max(front.body.find("&#"), 0)
        fields.warn_at(at, reason, "delete the reference to it, a code like &#1;")
    return content


def _proposed_id(draft: _Draft, alternate_link: str, url_path: str) -> str:
    sources = IdSources(
        explicit=draft.fields.text("id", "guid"),
        alternate_link=alternate_link,
        url_path=url_path,
        site_url=draft.rules.site_url,
        name=draft.name,
        slug=draft.slug,
        date=draft.times.date.astimezone(draft.rules.timezone),
    )
    return propose_id(draft.rules.id_style, sources)
