"""The bytes of files become Posts, or say why they do not. Nothing here reads a clock or a disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feedsvc.model import Brief, Person, Post, PostError, Term, Withheld
from feedsvc.posts.body import fill_body, make_content, needs_filling
from feedsvc.posts.content import Content, may_wait
from feedsvc.posts.draft import Draft, read_draft, url_path_of
from feedsvc.posts.files import NO_FILES, Unparsed, digest_of
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.ids import IdSources, propose_id
from feedsvc.posts.labels import read_language, read_terms, read_title
from feedsvc.posts.media.bundles import Bundle
from feedsvc.posts.media.read import read_media
from feedsvc.posts.membership import terms_of_feeds
from feedsvc.posts.names import name_key
from feedsvc.posts.people import NOBODY, read_authors
from feedsvc.posts.rules import PostRules
from feedsvc.posts.sitefiles import SiteFiles
from feedsvc.posts.timing import read_updated
from feedsvc.posts.urls import page_url, site_url_of

_SUMMARIES = ("excerpt", "description", "summary")
_SUMMARIES_OF_JEKYLL = ("description", "excerpt", "summary")


def parse_post(
    path: str, data: bytes, rules: PostRules, site: SiteFiles = NO_FILES, dated: datetime | None = None
) -> Post | PostError | Withheld:
    """Read what the file at ``path`` says; ``site`` is what it may draw on. Any bytes have an answer; none raise.

    ``dated`` is the date of a post that has none of its own.
    """
    draft = read_draft(path, data, rules, site, dated)
    if not isinstance(draft, Draft):
        return draft
    url_path = url_path_of(draft)
    return url_path if isinstance(url_path, PostError) else _post(draft, url_path)


def parse_posts(
    posts: Sequence[Unparsed], rules: PostRules, brief_until: datetime | None = None
) -> list[Post | Brief | PostError | Withheld]:
    """Read several posts as :func:`parse_post` reads one, but in brief those of which that may be all for now.

    It may where nothing else keeps a post out of the feeds: it was published by ``brief_until`` (aware; None: none may)
    and never expires, and its body can be no reason. :func:`parse_post` makes a Post of the same bytes.
    """
    # One step after the other, each for all of them: a processor that does one thing at a time takes a fifth less.
    drafts = [read_draft(path, data, rules, site, dated) for path, data, site, dated in posts]
    halves = [(draft, url_path_of(draft)) if isinstance(draft, Draft) else draft for draft in drafts]
    return [_outcome(*half, brief_until) if isinstance(half, tuple) else half for half in halves]


def _outcome(draft: Draft, url_path: str | PostError, brief_until: datetime | None) -> Post | Brief | PostError:
    if isinstance(url_path, PostError):
        return url_path
    return _brief(draft, url_path, brief_until) or _post(draft, url_path)


def _brief(draft: Draft, url_path: str, until: datetime | None) -> Brief | None:
    """Return the post in brief, or None where all of it is to be read now."""
    if until is None or draft.times.published > until or draft.times.expires:
        return None
    body = _encoded_body(draft)
    if needs_filling(draft) or not may_wait(body):
        return None
    return Brief(
        path=draft.path,
        name_key=name_key(draft.path),
        digest=digest_of(draft.data),
        body_digest=_body_digest(body),
        proposed_id=_proposed_id(draft, _alternate_link(draft, url_path), url_path),
        published=draft.times.published,
        terms=_terms(draft, _authors(draft), _language(draft)),
    )


def _post(draft: Draft, url_path: str) -> Post | PostError:
    fields, rules, jekyll = draft.fields, draft.rules, draft.rules.jekyll
    alternate_link = _alternate_link(draft, url_path)
    summary = plain_text(fields.text(*(_SUMMARIES if jekyll is None else _SUMMARIES_OF_JEKYLL)))
    body = _encoded_body(draft)
    # What Liquid's errors are is to be told now.
    filled = fill_body(draft, url_path) if needs_filling(draft) else draft
    if isinstance(filled, PostError):
        return filled
    pending = rules.defer and filled is draft and may_wait(body)
    content = Content(html="") if pending else make_content(filled, alternate_link, with_opening=not summary)
    if isinstance(content, PostError):
        return content
    authors = _authors(draft)
    language = _language(draft)
    terms = _terms(draft, authors, language)
    # Jekyll publishes nothing that lies beside a post.
    bundle = Bundle(alternate_link, draft.path.rpartition("/")[0]) if draft.name.bundle and jekyll is None else None
    media = read_media(fields, rules.site_url, draft.site, bundle)
    post = Post(
        path=draft.path,
        name_key=name_key(draft.path),
        digest=digest_of(draft.data),
        body_digest=_body_digest(body),
        proposed_id=_proposed_id(draft, alternate_link, url_path),
        title=read_title(fields, draft.slug, draft.name, jekyll.typography if jekyll else None),
        alternate_link=alternate_link,
        published=draft.times.published,
        updated=read_updated(fields, draft.times.published, rules.timezone, jekyll=jekyll is not None),
        expires=draft.times.expires,
        summary=summary or content.opening,
        content=_shown(content, fields, rules),
        pending=pending,
        authors=authors,
        terms=terms,
        language=language,
        image=media.pictures.image,
        thumbnail=media.pictures.thumbnail,
        banner=media.pictures.banner,
        enclosures=media.enclosures,
    )
    return replace(post, warnings=tuple(fields.findings)) if fields.findings else post


def _alternate_link(draft: Draft, url_path: str) -> str:
    """Return the post's own URL."""
    site_url = draft.rules.site_url
    return (page_url if draft.rules.jekyll else site_url_of)(url_path, site_url) or site_url


def _encoded_body(draft: Draft) -> bytes:
    return draft.source.encoded_from(draft.front.body_start)


def _body_digest(body: bytes) -> str:
    return "" if body.isspace() or not body else digest_of(body)


def _authors(draft: Draft) -> tuple[Person, ...]:
    rules = draft.rules
    return read_authors(draft.fields, rules.site_url, rules.jekyll.authors if rules.jekyll else NOBODY)


def _language(draft: Draft) -> str:
    return read_language(draft.fields, draft.language or draft.rules.language)


def _terms(draft: Draft, authors: tuple[Person, ...], language: str) -> tuple[Term, ...]:
    """Return what the post is filed under, of every kind, and the feeds that rules put it into."""
    rules = draft.rules
    # Which collection a post is in tells something only where a site has several.
    collection = draft.place.collection if rules.jekyll and rules.jekyll.permalinks else ""
    terms = read_terms(draft.fields, draft.categories, authors, language, collection)
    return (*terms, *terms_of_feeds(draft.path, terms, rules.feeds)) if rules.feeds else terms


def _shown(content: Content, fields: Fields, rules: PostRules) -> str:
    """Return the HTML that feeds carry: none where the post's own settings for jekyll-feed keep it out of them."""
    feed = fields.value("feed") if rules.jekyll else None
    excerpt_only = isinstance(feed, dict) and feed.get("excerpt_only") in ("true", "yes", "on")
    return "" if excerpt_only else content.html


def _proposed_id(draft: Draft, alternate_link: str, url_path: str) -> str:
    sources = IdSources(
        explicit=draft.fields.text("id", "guid"),
        alternate_link=alternate_link,
        url_path=url_path,
        site_url=draft.rules.site_url,
        name=draft.name,
        slug=draft.slug,
        date=draft.times.date,
        timezone=draft.rules.timezone,
    )
    return propose_id(draft.rules.id_style, sources)
