"""Which feeds exist and where each of their documents lives.

A feed exists for the site, and for each term in use of each kind the owner asked for. A feed has one
document per format; a document has one path of its own and any number of aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize
from urllib.parse import quote, urlsplit, urlunsplit

from feedsvc.feeds.claims import aliases_by_path, check_paths, check_template, decoded
from feedsvc.model import SITE, FeedLocation, FeedSpec, Person, TermInUse

FILE_NAMES: Mapping[str, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
"""The last segment of a document's path, by format."""


_JOINT = " – "


def own_title(title: str, site_title: str) -> str:
    """Return a feed's title without the site's at its beginning, for a list in which that goes without saying."""
    return title.removeprefix(site_title + _JOINT) or title


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What the owner says of the site.

    ``url`` is where the site lives and ``server_url`` where its feeds do, both absolute; ``id`` is where the site
    lived first, which the feeds' own ids keep; ``language`` is a BCP 47 tag; ``ttl`` is minutes.
    """

    id: str
    title: str
    url: str
    description: str
    language: str
    authors: tuple[Person, ...]
    server_url: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWords:
    """What the owner says of one feed; what is empty is as of the others."""

    title: str = ""
    subtitle: str = ""
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRules:
    """Which feeds the owner asked for, and at which paths.

    ``formats`` are of atom, rss and json; ``by`` are kinds of terms. ``paths`` maps ``site`` and each kind to a
    template with ``{file}`` and, but for the site, ``{slug}``. ``aliases`` maps an older path to the path of the
    document that it goes on serving; both may be written percent-encoded. ``archives`` are the formats whose
    documents have archive pages beside them. ``words`` are of single feeds, by kind and key.
    """

    formats: tuple[str, ...]
    by: tuple[str, ...]
    paths: Mapping[str, str]
    aliases: Mapping[str, str]
    archives: tuple[str, ...] = ()
    words: Mapping[tuple[str, str], FeedWords] = field(default_factory=dict)

    def words_of(self, term: TermInUse) -> FeedWords:
        """Return what the owner says of the feed of a term."""
        return self.words.get((term.kind, term.key)) or FeedWords()


def list_feeds(site: SiteFacts, terms: Iterable[TermInUse], rules: CatalogRules) -> tuple[FeedSpec, ...]:
    """Return every feed that exists: the site's first, then by kind in the order of ``rules.by`` and by label.

    Raises ConfigError where a template or an alias cannot be right: a template lacks ``{file}`` or ``{slug}``, two
    documents share a path, a path is also a folder of another, an alias is a document itself, or one of them has the
    address of an archive page.
    """
    kinds = {kind: rank for rank, kind in enumerate(rules.by)}
    for kind in ("site", *rules.by):
        check_template(kind, rules.paths)
    wanted = [term for term in terms if term.kind in kinds]
    wanted.sort(key=lambda term: (kinds[term.kind], term.label, term.key))
    # A feed's own path wins over an alias: somebody may write a category again that was moved.
    taken = {path for term in wanted for path in _paths(rules, term.kind, term.slug, _formats(rules, term)).values()}
    aliases = aliases_by_path({old: new for old, new in rules.aliases.items() if decoded(old) not in taken})
    specs = (
        _site_feed(site, rules, aliases),
        *(_term_feed(site, term, rules, aliases) for term in wanted),
    )
    check_paths(specs, aliases, rules.archives)
    return specs


def _paths(rules: CatalogRules, kind: str, slug: str, formats: Iterable[str]) -> dict[str, str]:
    """Return format -> decoded URL path of the documents of one feed."""
    template = rules.paths[kind]
    return {each: normalize("NFC", template.format(file=FILE_NAMES[each], slug=slug)) for each in formats}


def _formats(rules: CatalogRules, term: TermInUse) -> tuple[str, ...]:
    return rules.words_of(term).formats or rules.formats


def document_paths(specs: Iterable[FeedSpec]) -> tuple[str, ...]:
    """Return the decoded URL path of every document and of every alias, in the order of the feeds."""
    return tuple(path for spec in specs for location in spec.locations for path in (location.path, *location.aliases))


def unanswered_aliases(specs: Iterable[FeedSpec], rules: CatalogRules) -> tuple[str, ...]:
    """Return the older paths that serve nothing, for the feed they would continue does not exist (now)."""
    answered = {alias for spec in specs for location in spec.locations for alias in location.aliases}
    wanted = (alias for aliases in aliases_by_path(rules.aliases).values() for alias in aliases)
    return tuple(sorted(set(wanted) - answered))


def _site_feed(site: SiteFacts, rules: CatalogRules, aliases: Mapping[str, tuple[str, ...]]) -> FeedSpec:
    home = _with_path(site.url)
    return FeedSpec(
        kind=SITE[0],
        key=SITE[1],
        id=_with_path(site.id),
        title=site.title,
        subtitle=site.description,
        language=site.language,
        authors=_feed_authors(site),
        alternate_link=home,
        ttl=site.ttl,
        locations=_locations(site, _paths(rules, SITE[0], "", rules.formats), aliases),
    )


def _term_feed(
    site: SiteFacts, term: TermInUse, rules: CatalogRules, aliases: Mapping[str, tuple[str, ...]]
) -> FeedSpec:
    home, words = _with_path(site.url), rules.words_of(term)
    return FeedSpec(
        kind=term.kind,
        key=term.key,
        # Of the term's key and the site's first address, not of a document: an id must outlive the paths, the
        # formats, the hosts and the way a slug was told from its namesake (RFC 4287, 4.2.6.1).
        id=f"{_with_path(site.id)}#{term.kind}={quote(term.key, safe='')}",
        title=words.title or f"{site.title}{_JOINT}{term.label}",
        subtitle=words.subtitle or site.description,
        language=term.label if term.kind == "language" else site.language,
        authors=_feed_authors(site),
        alternate_link=home,
        ttl=site.ttl,
        locations=_locations(site, _paths(rules, term.kind, term.slug, _formats(rules, term)), aliases),
    )


def _locations(
    site: SiteFacts, paths: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]]
) -> tuple[FeedLocation, ...]:
    locations = []
    for format_, path in paths.items():
        locations.append(
            FeedLocation(
                format=format_,
                path=path,
                self_link=site.server_url.rstrip("/") + quote(path),
                aliases=aliases.get(path, ()),
            )
        )
    return tuple(locations)


def _feed_authors(site: SiteFacts) -> tuple[Person, ...]:
    """Return at least one author: without one each entry would need its own (RFC 4287, 4.1.1)."""
    return site.authors or (Person(name=site.title),)


def _with_path(url: str) -> str:
    """Return the URL with at least ``/`` for a path, its canonical form (RFC 3986, 6.2.3)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path or "/"))
