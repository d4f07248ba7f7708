"""The options of telling hubs what changed."""

from typing import Annotated

from pydantic import AfterValidator, PlainValidator

from feedsvc.config import checks, places
from feedsvc.config.tables import Table, option


class WebSub(Table):
    """The hubs (WebSub, W3C) that feeds name and that are told what changed, so that subscribers have it at once."""

    hubs: Annotated[
        tuple[Annotated[str, PlainValidator(places.parse_hub)], ...], AfterValidator(checks.check_distinct)
    ] = option((), 'Addresses of hubs, such as "https://hub.example/"; nothing is ever asked of any other.')
