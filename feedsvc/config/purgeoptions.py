"""The options of telling caches what to drop."""

from typing import Annotated, Literal

from pydantic import AfterValidator, PlainValidator

from feedsvc.config import caches, checks, values
from feedsvc.config.tables import Table, option


class Purge(Table):
    """The caches in front that are told to drop what changed, before hubs are, so that nobody gets the old feed."""

    to: Annotated[
        tuple[Annotated[str, PlainValidator(caches.parse_cache)], ...], AfterValidator(checks.check_distinct)
    ] = option(
        (),
        'Addresses of caches: "http://127.0.0.1:6081/" of each Varnish, "https://api.fastly.com/", '
        '"https://api.cloudflare.com/client/v4/zones/…/purge_cache" with the id of your zone, or a template with {url} '
        "or {path}; nothing is ever asked of any other.",
        shapes_output=False,
    )
    form: Literal["varnish-purge", "varnish-ban", "fastly", "cloudflare", "url"] = option(
        "varnish-purge",
        "How they are told: PURGE of each path, BAN of many (both as in deploy/varnish.vcl), Fastly's or Cloudflare's "
        'API, or "url": a request to the template, filled in.',
        shapes_output=False,
    )
    method: Literal["PURGE", "POST", "GET", "DELETE"] = option(
        "PURGE", 'The method of that request, where the form is "url".', shapes_output=False
    )
    token: Annotated[str, PlainValidator(values.parse_token)] = option(
        "",
        "The secret that Fastly or Cloudflare gave you; others get it as a bearer token. Best set in the environment.",
        shapes_output=False,
        secret=True,
    )
