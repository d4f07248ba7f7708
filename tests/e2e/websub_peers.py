"""A real hub and a real subscriber of it (Flask-WebSub), as a program of their own.

    python websub_peers.py DIR

prints the hub's address as its first line. Each line that it reads is a feed to subscribe to: hub and topic are found
in the feed's Link headers, "ok" and the topic is printed. What the hub delivers is a file in DIR, once its signature is
verified: first the topic, a line, then the body.
"""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

import flask_websub.subscriber as library  # type: ignore[import-untyped]
from celery import Celery  # type: ignore[import-untyped]
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage  # type: ignore[import-untyped]
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server


def serve(app: Flask) -> int:
    """Serve an application in a thread, and return its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.port


def make_hub(directory: Path) -> int:
    """Start a hub that takes announcements and does its work at once."""
    celery = Celery("hub")
    celery.conf.update(task_always_eager=True, task_eager_propagates=True)
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True
    hub = Hub(SQLite3HubStorage(str(directory / "hub.sqlite3")), celery, BACKOFF_BASE=0.1, SIGNATURE_ALGORITHM="sha256")
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    return serve(app)


def make_subscriber(directory: Path) -> tuple[Flask, Subscriber, int]:
    """Start a subscriber that keeps what it is sent."""
    app = Flask("subscriber")
    subscriber = Subscriber(
        SQLite3SubscriberStorage(str(directory / "subscriber.sqlite3")),
        SQLite3TempSubscriberStorage(str(directory / "asked.sqlite3")),
        MAX_BODY_SIZE=8 << 20,
    )
    app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
    numbers = itertools.count()

    def keep(topic: str, _callback: str, body: bytes) -> None:
        draft = directory / "draft.tmp"
        draft.write_bytes(topic.encode() + b"\n" + body)
        draft.replace(directory / f"{next(numbers):04d}.delivered")

    subscriber.add_listener(keep)

    return app, subscriber, serve(app)


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(directory: Path) -> None:
    """Run until there is nothing more to read."""
    tell(f"http://127.0.0.1:{make_hub(directory)}/hub")
    # The library makes secrets, and has what is delivered signed, where hubs are asked by https; this is loopback.
    library.is_secure = lambda _: True
    app, subscriber, port = make_subscriber(directory)
    for line in sys.stdin:
        with app.test_request_context(base_url=f"http://127.0.0.1:{port}/"):
            found = discover(line.strip())
            subscriber.subscribe(**found)
        tell(f"ok {found['topic_url']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
