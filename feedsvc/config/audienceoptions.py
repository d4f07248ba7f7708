"""The options of counting who reads."""

from feedsvc.config.tables import Duration, Switch, Table, option


class Audience(Table):
    """Whether `feedsvc serve` counts who reads the feeds: numbers a feed and a day, no addresses."""

    enabled: Switch = option(
        default=True,
        doc="Count; addresses are hashed in memory with a secret that changes every day, and are in no file.",
        shapes_output=False,
    )
    keep: Duration = option("400d", "How long to keep the numbers of a day.", shapes_output=False)
