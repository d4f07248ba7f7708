"""The options of the pages for people."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from feedsvc.config import checks
from feedsvc.config.tables import OptionalFile, Switch, Table, option

Reader = Literal["feedly", "inoreader", "newsblur", "theoldreader", "feedbin", "bazqux", "local"]


class Web(Table):
    """The pages for people, which are in the site's language where that is Korean or English."""

    words: OptionalFile = option(
        "",
        "A file with what the pages say in another language, relative to this file; see feedsvc/words/en.toml.",
        shapes_output=False,
    )
    readers: Annotated[tuple[Reader, ...], AfterValidator(checks.check_distinct)] = option(
        ("feedly", "inoreader", "newsblur", "theoldreader", "feedbin", "bazqux", "local"),
        'The readers that pages offer to open a feed in, in this order; "local" is the one on the visitor\'s machine.',
        shapes_output=False,
    )
    feed_menu: Switch = option(
        default=False,
        doc="Publish a list of all feeds for readers at /.well-known/feed-menu.json (draft-nottingham-feed-menu-01).",
        shapes_output=False,
    )
    browser_page: Switch = option(
        default=True,
        doc="Show a page with the entries to a browser that is pointed at a feed, and name a style sheet in Atom and "
        "RSS for browsers that show them as they are.",
    )
    operator: Literal["local", "token", "off"] = option(
        "local",
        'Who may see /-/, the page of who runs the service: who has [server] token, and if "local" whoever is on this '
        'machine, too. Say "token" behind a proxy that neither keeps Host nor sends X-Forwarded-For.',
        shapes_output=False,
    )
