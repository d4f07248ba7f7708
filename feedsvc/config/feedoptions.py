"""The options of feeds: which there are, what each holds, and what it is called."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, PlainValidator, TypeAdapter, ValidationInfo, model_validator

from feedsvc.config import checks, closings, places, values
from feedsvc.config.tables import Count, Duration, Line, OptionalLine, Size, Table, Text, option

Format = Literal["atom", "rss", "json"]
TermKind = Literal["category", "tag", "author", "language", "collection"]
TermPath = Annotated[str, PlainValidator(places.parse_term_path)]
Words = Annotated[tuple[Line, ...], BeforeValidator(checks.listed)]
Globs = Annotated[tuple[Annotated[str, PlainValidator(places.parse_pattern)], ...], BeforeValidator(checks.listed)]


class FeedPaths(Table):
    """The URL path of each kind of feed; {file} is atom.xml, rss.xml or feed.json, {slug} the term's name."""

    site: Annotated[str, PlainValidator(places.parse_site_path)] = option("/{file}", "The feed of the whole site.")
    category: TermPath = option("/categories/{slug}/{file}", "The feed of a category.")
    tag: TermPath = option("/tags/{slug}/{file}", "The feed of a tag.")
    author: TermPath = option("/authors/{slug}/{file}", "The feed of an author.")
    language: TermPath = option("/languages/{slug}/{file}", "The feed of a language.")
    collection: TermPath = option("/collections/{slug}/{file}", "The feed of a Jekyll site's collection.")
    feed: TermPath = option("/feeds/{slug}/{file}", "The feed of a [[feed]] table.")


class FeedContents(Table):
    """What a feed holds, and how much of it; tables of single feeds override any of it."""

    formats: Annotated[tuple[Format, ...], AfterValidator(checks.check_some)] = option(
        ("atom", "rss", "json"), "The formats of each feed."
    )
    content: Literal["full", "summary"] = option("full", 'What an entry carries: "full" text, or its "summary".')
    read_more: Annotated[str, PlainValidator(closings.parse_label)] = option(
        "", 'What the link to the whole post is called that ends a summary, such as "계속 읽기"; empty for no link.'
    )
    footer: Annotated[str, PlainValidator(closings.parse_footer)] = option(
        "",
        "A note at the end of each entry: HTML, in which {title} and {url} are the entry's, {site_title} and "
        "{site_url} the site's, and {author} is who wrote the entry.",
    )
    window: Duration = option(
        "48h",
        "An entry stays in its feeds at least this long after it went live, as far as the limits below have room.",
    )
    min_entries: Count = option(20, "Keep this many entries, however old they are.")
    max_entries: Count = option(1000, "Leave out the oldest entries beyond this many.")
    max_bytes: Size = option("2MB", "The size of a document; the oldest entries that do not fit are left out.")


class Feeds(FeedContents):
    """Which feeds there are and what is in them."""

    by: Annotated[tuple[TermKind, ...], AfterValidator(checks.check_distinct)] = option(
        ("category",),
        'What gets feeds of its own beside the site: "category", "tag", "author", "language", or "collection" '
        "of a Jekyll site that has some.",
    )
    id_style: Literal["permalink", "tag", "jekyll-feed"] = option(
        "permalink",
        'The id a new entry is given and then keeps: its "permalink", a "tag" URI (RFC 4151), '
        'or the one the plugin "jekyll-feed" gave.',
    )
    archives: Annotated[tuple[Format, ...], AfterValidator(checks.check_distinct)] = option(
        ("atom",),
        "The formats with archive pages, where all older entries can be read (RFC 5005); [] for none.",
    )
    paths: FeedPaths = option({}, "The URL path of each kind of feed.")
    aliases: Annotated[Mapping[str, str], PlainValidator(places.parse_aliases)] = option(
        {}, 'Older addresses that go on serving the same document, such as "/feed.xml" = "/atom.xml".'
    )


class FeedTable(FeedContents):
    """One feed's own title, description and contents. What is not given is as in ``[feeds]``."""

    title: OptionalLine = option("", "The title of the feed; else the site's, and what the feed is of.")
    description: Text = option("", "The feed's subtitle; else the site's description.")

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        if {"min_entries", "max_entries"} <= self.model_fields_set and self.max_entries < self.min_entries:
            reason = f"max_entries, {self.max_entries}, is less than min_entries, {self.min_entries}"
            raise values.RefusedError(reason, "raise it, or lower min_entries")
        return self


class Selector(Table):
    """Which posts are meant. Terms count as posts write them, whatever their case."""

    categories: Words = option((), "Posts in one of these categories.")
    tags: Words = option((), "Posts with one of these tags.")
    authors: Words = option((), "Posts by one of these authors.")
    languages: Words = option((), 'Posts in one of these languages; "pt" means pt-BR, too.')
    paths: Globs = option((), 'Posts whose paths, relative to [posts] dir, one of these globs names: "news/**".')


class NamedFeed(FeedTable):
    """A feed of posts that are chosen by rules."""

    name: Line = option(..., "What the feed is called; its address is made of it.")
    include: Annotated[tuple[Selector, ...], BeforeValidator(checks.listed)] = option(
        (),
        "The posts that it holds, all if empty: those for which each key that is given names something. In a list of "
        "such tables, one that does is enough.",
    )
    exclude: Selector = option({}, "The posts that it does not hold: those for which any key names something.")


def parse_tables(value: object, info: ValidationInfo) -> Mapping[str, FeedTable]:
    """Return term key -> table, sorted. Raise RefusedError where two names are spellings of one term.

    The tables' own checks are built where there are some: at every start they would cost 30 ms.
    """
    if value == {}:
        return {}
    # Imported here for the same reason: this brings what reads posts.
    from feedsvc.posts.terms import term_key

    keyed: dict[str, FeedTable] = {}
    for name, table in TypeAdapter(Mapping[str, FeedTable]).validate_python(value, context=info.context).items():
        if term_key(name) in keyed:
            raise values.RefusedError(f"{name!r} is named twice, in two spellings", "remove one")
        keyed[term_key(name)] = table
    return dict(sorted(keyed.items()))


def parse_feeds(value: object, info: ValidationInfo) -> tuple[NamedFeed, ...]:
    """Return the feeds by rules. Raise RefusedError for a single table."""
    if value == ():
        return ()
    if isinstance(value, Mapping):
        hint = "write [[feed]] above each feed of your own; what all feeds share stands in [feeds]"
        raise values.RefusedError("it is one table, and not a list of them", hint)
    return TypeAdapter(tuple[NamedFeed, ...]).validate_python(value, context=info.context)


TermTables = Annotated[Mapping[str, FeedTable], PlainValidator(parse_tables)]
NamedFeeds = Annotated[tuple[NamedFeed, ...], PlainValidator(parse_feeds)]
