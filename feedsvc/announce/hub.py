"""One announcement to one hub (WebSub). Pure up to the request."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from feedsvc.announce.request import Outcome, Request, ask


def announce(hub: str, topic: str, now: datetime) -> Outcome:
    """Tell a hub that a topic changed: a POST of ``hub.mode=publish`` with the topic's URL.

    WebSub leaves this step to hubs and publishers; ``hub.url`` and ``hub.topic`` are the names that hubs know.
    Whatever happens is an outcome.
    """
    fields = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(Request(method="POST", url=hub, headers=headers, body=fields.encode()), now)
