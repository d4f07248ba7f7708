"""Authors: as text, list or mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from feedsvc.model import Person
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.urls import site_url_of

_ADDRESS = re.compile(r"[^\s<>()@,;:\\\"\[\]]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NAME_AND_ADDRESS = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>")
MAX_NAME = 200


NOBODY: Mapping[str, Value] = {}
"""A site that tells nobody by a key."""


def read_authors(fields: Fields, site_url: str, known: Mapping[str, Value] = NOBODY) -> tuple[Person, ...]:
    """Return who wrote the post: ``author``, then ``authors``, each name once.

    A person is a name, ``Name <address>``, or a mapping with ``name``, ``email`` and ``uri`` or ``url``. ``known`` are
    the people of the site by the keys that stand for them (``_data/authors.yml`` of Jekyll's).
    """
    people: dict[str, Person] = {}
    for key in ("author", "authors"):
        for person in _people(fields, key, fields.value(key), site_url, known):
            people.setdefault(person.name, person)
    return tuple(people.values())


def _people(fields: Fields, key: str, value: Value, site_url: str, known: Mapping[str, Value]) -> Iterator[Person]:
    if isinstance(value, list):
        for item in value:
            yield from _people(fields, key, item, site_url, known)
    elif isinstance(value, dict):
        yield from _from_mapping(fields, key, value, site_url)
    elif value is not None and (told := known.get(value.strip())):
        # One hop: what stands there is a person, be it again a key.
        told = {"name": value.strip(), **told} if isinstance(told, dict) else told
        yield from _people(fields, key, told, site_url, NOBODY)
    elif value is not None and value.strip():
        match = _NAME_AND_ADDRESS.fullmatch(value.strip())
        if match and _ADDRESS.fullmatch(match["email"]):
            yield from _named(fields, key, match["name"] or match["email"], match["email"], "")
        else:
            yield from _named(fields, key, value, "", "")


def _from_mapping(fields: Fields, key: str, value: dict[str, Value], site_url: str) -> Iterator[Person]:
    def text(*names: str) -> str:
        found = (value.get(name) for name in names)
        return next((item.strip() for item in found if isinstance(item, str) and item.strip()), "")

    email, uri = text("email"), text("uri", "url", "link")
    if email and not _ADDRESS.fullmatch(email):
        fields.warn(key, f"{email[:60]} is not an address for mail, and is left out")
        email = ""
    address = site_url_of(uri, site_url) if uri else ""
    if address is None:
        fields.warn(key, f"{uri[:60]} is not an address on the web, and is left out")
    yield from _named(fields, key, text("name", "display_name") or email, email, address or "")


def _named(fields: Fields, key: str, name: str, email: str, uri: str) -> Iterator[Person]:
    name = plain_text(name)
    if len(name) > MAX_NAME:
        fields.warn(key, f"a name of more than {MAX_NAME} characters is left out", "write the name alone")
    elif name:
        yield Person(name=name, email=email, uri=uri)
    else:
        fields.warn(key, "a person without a name is left out", "give a name")
