"""The options of the pages for people."""

from feedsvc.config.tables import OptionalFile, Table, option


class Web(Table):
    """The pages for people, which are in the site's language where that is Korean or English."""

    words: OptionalFile = option(
        "",
        "A file with what the pages say in another language, relative to this file; see feedsvc/words/en.toml.",
        shapes_output=False,
    )
