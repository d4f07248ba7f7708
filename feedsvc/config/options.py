"""Every option, declared once: its type, its default as a user would write it, its check and its words.

The sample file, the environment variables, the error messages and the
fingerprint are all derived from these declarations.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, PlainValidator

from feedsvc.config.audienceoptions import Audience
from feedsvc.config.feedoptions import Feeds, NamedFeeds, TermTables
from feedsvc.config.purgeoptions import Purge
from feedsvc.config.redirects import parse_redirects
from feedsvc.config.replicaoptions import Replica
from feedsvc.config.serviceoptions import Limits, Publish, Schedule, Server, State
from feedsvc.config.siteoptions import Jekyll, Posts, Site
from feedsvc.config.tables import (
    Table,
    option,
)
from feedsvc.config.weboptions import Web
from feedsvc.config.websuboptions import WebSub


class Options(Table):
    """The whole file. A table that is not given has its defaults."""

    model_config = ConfigDict(defer_build=False)

    site: Site = option({}, "")
    posts: Posts = option({}, "")
    jekyll: Jekyll = option({}, "")
    feeds: Feeds = option({}, "")
    category: TermTables = option(
        {}, "What the feed of one category is called and holds, where it is not as [feeds] says."
    )
    tag: TermTables = option({}, "Likewise the feed of one tag.")
    author: TermTables = option({}, "Likewise the feed of one author.")
    language: TermTables = option({}, "Likewise the feed of one language.")
    collection: TermTables = option({}, "Likewise the feed of one collection of a Jekyll site.")
    feed: NamedFeeds = option(
        (), "A feed of posts that are chosen by what they are filed under, who wrote them, or where they are."
    )
    redirects: Annotated[Mapping[str, str], PlainValidator(parse_redirects)] = option(
        {},
        'Older addresses that moved, answered with 301: "/old.xml" = "/atom.xml", a whole folder as '
        '"/categories/old/*" = "/categories/new/*", or to another host as "/x.xml" = "https://example.com/x.xml".',
        shapes_output=False,
    )
    schedule: Schedule = option({}, "")
    server: Server = option({}, "")
    limits: Limits = option({}, "")
    web: Web = option({}, "")
    audience: Audience = option({}, "")
    websub: WebSub = option({}, "")
    purge: Purge = option({}, "")
    publish: Publish = option({}, "")
    state: State = option({}, "")
    replica: Replica = option({}, "")
