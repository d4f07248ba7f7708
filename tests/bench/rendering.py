"""What is compared with: a Flask application that renders its feed with feedgen at each request, as many do.

Its entries are those of the JSON feed that ``BENCH_FEED`` names. It answers conditional requests, uncompressed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from feedgen.feed import FeedGenerator
from flask import Flask, Response, request

app = Flask(__name__)
FEED: dict[str, Any] = json.loads(Path(os.environ["BENCH_FEED"]).read_text(encoding="utf-8"))


@app.get("/atom.xml")
def show_feed() -> Response:
    """Render the feed; the ETag is a hash of it."""
    feed = FeedGenerator()
    feed.id(FEED["feed_url"])
    feed.title(FEED["title"])
    feed.updated(FEED["items"][0]["date_published"])
    for item in FEED["items"]:
        entry = feed.add_entry(order="append")
        entry.id(item["id"])
        entry.title(item["title"])
        entry.link(href=item["url"])
        entry.published(item["date_published"])
        entry.updated(item["date_published"])
        entry.content(item["content_html"], type="html")
    response = Response(feed.atom_str(), content_type="application/atom+xml; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response
