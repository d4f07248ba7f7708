"""The options of a replica, which serves what another machine builds."""

from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator

from feedsvc.config import places, values
from feedsvc.config.tables import Size, Table, option


class Replica(Table):
    """What `feedsvc serve --from URL` follows; beside this it needs only [server], [limits] and [state]."""

    from_: Annotated[str, PlainValidator(places.parse_target)] = option(
        "",
        "The object store to serve from, as [publish] target of the builder; as --from. Empty: build here.",
        shapes_output=False,
        name="from",
    )
    poll: Annotated[timedelta, PlainValidator(values.parse_pause)] = option(
        "2s", "How often to look for a new edition.", shapes_output=False
    )
    cache: Size = option("1GB", "How much of the store to keep below the directory of [state].", shapes_output=False)
