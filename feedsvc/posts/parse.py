"""One file's bytes become a Post, or say why they do not. Nothing here reads a clock or a disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from feedsvc.model import Post, PostError, Withheld
from feedsvc.posts.body import fill_body, make_content
from feedsvc.posts.content import Content, may_wait
from feedsvc.posts.draft import Draft, read_draft, url_path_of
from feedsvc.posts.files import NO_FILES, digest_of
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


def finish_post(post: Post, data: bytes, rules: PostRules, site: SiteFiles = NO_FILES) -> Post:
    """Return a pending post with its content, as it would be had nothing been deferred.

    ``data`` are the bytes it was read from, ``site`` are the files it may draw on.
    """
    draft = read_draft(post.path, data, rules, site, post.published)
    # Both are what made it pending: its own bytes say that it is a post, and that its body is all there is to read.
    # The rest is known. To read it once more, pictures above all, took as long as half of making the content.
    assert isinstance(draft, Draft)  # noqa: S101
    content = make_content(draft, post.alternate_link, with_opening=not post.summary)
    assert isinstance(content, Content)  # noqa: S101
    return replace(
        post, summary=post.summary or content.opening, content=_shown(content, draft.fields, rules), pending=False
    )


def _post(draft: Draft, url_path: str) -> Post | PostError:
    fields, rules, jekyll = draft.fields, draft.rules, draft.rules.jekyll
    alternate_link = (page_url if jekyll else site_url_of)(url_path, rules.site_url) or rules.site_url
    summary = plain_text(fields.text(*(_SUMMARIES if jekyll is None else _SUMMARIES_OF_JEKYLL)))
    body = draft.source.encoded_from(draft.front.body_start)
    filled = fill_body(draft, url_path)
    if isinstance(filled, PostError):
        return filled
    # What Liquid's errors are is to be told now.
    pending = rules.defer and filled is draft and may_wait(body)
    content = Content(html="") if pending else make_content(filled, alternate_link, with_opening=not summary)
    if isinstance(content, PostError):
        return content
    authors = read_authors(fields, rules.site_url, jekyll.authors if jekyll else NOBODY)
    language = read_language(fields, draft.language or rules.language)
    terms = read_terms(fields, draft.categories, authors, language, _collection(draft))
    # Jekyll publishes nothing that lies beside a post.
    bundle = Bundle(alternate_link, draft.path.rpartition("/")[0]) if draft.name.bundle and jekyll is None else None
    media = read_media(fields, rules.site_url, draft.site, bundle)
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
        content=_shown(content, fields, rules),
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


def _collection(draft: Draft) -> str:
    """Return the collection that the post is in, if the site has several."""
    return draft.place.collection if draft.rules.jekyll and draft.rules.jekyll.permalinks else ""


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
