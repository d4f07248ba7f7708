"""What the plugin jekyll-feed and feedsvc wrote for one site, made and read so that it can be compared."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True, kw_only=True)
class Old:
    """A site with the plugin's feeds in ``_site`` and feedsvc's in ``public``."""

    directory: Path

    def feed(self, path: str) -> list[dict[str, Any]]:
        """Return the entries that the plugin wrote at a path."""
        return read_atom(self.directory / "_site" / path)

    def continued(self, path: str) -> list[dict[str, Any]]:
        """Return the entries that feedsvc wrote there."""
        return read_atom(self.directory / "public" / path)

    def words(self, path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return title and subtitle of the feed at a path, as the plugin wrote them and as feedsvc did."""
        before, now = (read_words(self.directory / tree / path) for tree in ("_site", "public"))
        return before, now


def run(directory: Path, *command: str) -> str:
    # The machine's zone is none of the sites'.
    environment = {**os.environ, "LANG": "C.UTF-8", "TZ": "Pacific/Apia"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def well_formed(document: bytes) -> bytes:
    """Return the plugin's document as XML: it writes the & of a link as it stands."""
    return re.sub(rb'&(?!#?\w+;)(?=[^<>"]*")', b"&amp;", document)


def read_atom(file: Path) -> list[dict[str, Any]]:
    """Return the entries of a document in their order, a mapping each."""
    feed = etree.fromstring(well_formed(file.read_bytes()))
    return [read_entry(entry, read_people(feed)) for entry in feed.iterfind(f"{ATOM}entry")]


def read_words(file: Path) -> dict[str, str]:
    """Return what a document says of its feed."""
    feed = etree.fromstring(well_formed(file.read_bytes()))
    return {name: read_text(feed.find(f"{ATOM}{name}")) for name in ("title", "subtitle")}


def read_entry(entry: Any, of_feed: list[tuple[str, ...]]) -> dict[str, Any]:
    content = entry.find(f"{ATOM}content")
    link = next(each.get("href") for each in entry.iterfind(f"{ATOM}link") if each.get("rel") == "alternate")
    html = "" if content is None else content.text or ""
    urls = re.findall(r'(?:href|src)="([^"]*)"', html)
    return {
        "id": entry.findtext(f"{ATOM}id"),
        "title": read_text(entry.find(f"{ATOM}title")),
        "link": link,
        "published": datetime.fromisoformat(entry.findtext(f"{ATOM}published")),
        "updated": datetime.fromisoformat(entry.findtext(f"{ATOM}updated")),
        "authors": read_people(entry) or of_feed,
        "categories": [each.get("term") for each in entry.iterfind(f"{ATOM}category")],
        "summary": plain(read_text(entry.find(f"{ATOM}summary"))),
        "content": plain(re.sub("<[^>]*>", "", html)),
        "urls": [urljoin(content.get(f"{XML}base") or link, unescape(url)) for url in urls],
        "image": [each.get("url") for each in entry.iterfind(f"{MEDIA}thumbnail")],
        "language": entry.get(f"{XML}lang"),
    }


def read_people(element: Any) -> list[tuple[str, ...]]:
    names = ("name", "email", "uri")
    return [tuple(person.findtext(ATOM + name) or "" for name in names) for person in element.iterfind(f"{ATOM}author")]


def read_text(element: Any) -> str:
    """Return a text construct (RFC 4287, 3.1) as plain text; a blank that does not break is a blank."""
    text = "" if element is None else element.text or ""
    return " ".join((unescape(text) if element is not None and element.get("type") == "html" else text).split())


def plain(text: str) -> str:
    """Return text without what Markdown's own rendering may make otherwise: its quotes, dashes and white space."""
    straight = unescape(text).translate(str.maketrans("‘’“”", "''\"\""))
    return " ".join(straight.replace("…", "...").split())


def name_of(entry: Mapping[str, Any]) -> str:
    return unquote(entry["id"].rpartition("/")[2])
