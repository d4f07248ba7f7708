"""How a feed's past is cut into archive pages, and where they live (RFC 5005, 4).

Pure. A feed's entries stand in the order of their positions, oldest first. Where a page ends is told by the ids of its
entries and not by counting from either end, so that one entry more or less anywhere moves one end and not all that
follow: the ends after it are where they were. A page is named after its last entry, so a page whose end did not move
keeps its address, and the next one its link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

Position = tuple[int, str]
"""Where an entry stands in its feed: when it was published, in microseconds since the epoch, and its name key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSizes:
    """How many entries a page has: between ``least`` and ``greatest``, about ``least + chance`` for the most part.

    From ``least`` on one entry in ``chance`` ends a page. A change of any of the three moves every page.
    """

    least: int = 50
    chance: int = 64
    greatest: int = 200


SIZES = PageSizes()
"""About 107 entries on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An archive page without its text: its name, the position of its newest entry, and how many it has.

    A ``closed`` page ends where its entries say so; the newest page may be open, and ends where the feed does.
    """

    name: str
    last: Position
    count: int
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Pages in the place of all that lay behind ``after`` (None: the beginning) up to ``until`` (None: the end)."""

    after: Position | None
    until: Position | None
    pages: tuple[Page, ...]


def cut_pages(entries: Iterable[tuple[Position, str]], sizes: PageSizes = SIZES) -> Iterator[Page]:
    """Cut entries, pairs of position and id in order from the beginning of a page, into pages."""
    last, id_, count = (0, ""), "", 0
    for last, id_ in entries:
        count += 1
        if count >= sizes.greatest or (count >= sizes.least and _hash(id_) % sizes.chance == 0):
            yield Page(name=name_page(id_), last=last, count=count, closed=True)
            count = 0
    if count:
        yield Page(name=name_page(id_), last=last, count=count, closed=False)


def recut_pages(
    dirty: Iterable[Position],
    *,
    start_of: Callable[[Position], Position | None],
    is_end: Callable[[Page], bool],
    entries_after: Callable[[Position | None], Iterable[tuple[Position, str]]],
    sizes: PageSizes = SIZES,
) -> Iterator[Stretch]:
    """Yield what changes in the pages of a feed of which entries came, went or changed at the ``dirty`` positions.

    ``start_of`` tells where the page before the one that holds a position ends (None: there is none), ``is_end``
    whether a closed page of before ends where this one does and has its name, ``entries_after`` what the feed holds
    now behind a position. What is left alone is as if everything had been cut anew: from where a new page ends with
    an old one, the pages that follow can only be the old ones, up to the next position that is dirty.
    """
    done: Position | None = None
    for position in sorted(set(dirty)):
        if done is not None and position <= done:
            continue
        after = start_of(position)
        pages: list[Page] = []
        done = None
        for page in cut_pages(entries_after(after), sizes):
            pages.append(page)
            if page.closed and is_end(page):
                done = page.last
                break
        yield Stretch(after=after, until=done, pages=tuple(pages))
        if done is None:
            return


def name_page(id_: str) -> str:
    """Return the name of the page whose newest entry has this id: 16 hexadecimal digits."""
    return f"{_hash(id_):016x}"


def _hash(id_: str) -> int:
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest(), "big")


_PAGE_PATH = re.compile(r"(/(?:.*/)?)archive/([0-9a-f]{16})/([^/]+)", re.DOTALL)


def page_path(document: str, name: str) -> str:
    """Return where a page of the feed document at a path or a URL is: beside it, in ``archive/<name>/``."""
    folder, _, file = document.rpartition("/")
    return f"{folder}/archive/{name}/{file}"


def parse_page_path(path: str) -> tuple[str, str] | None:
    """Return the path of the feed document and the name of the page, or None where ``path`` cannot be a page's."""
    found = _PAGE_PATH.fullmatch(path)
    return (found[1] + found[3], found[2]) if found else None


def find_squatter(paths: Iterable[str], documents: Collection[str]) -> str:
    """Return the first of ``paths`` that archive pages of ``documents`` need for themselves, or an empty string.

    That is one which looks like such a page, or a file where one of their folders is.
    """
    folders = {f"{document.rpartition('/')[0]}/archive" for document in documents}
    for path in paths:
        page = parse_page_path(path)
        above, _, last = path.rpartition("/")
        is_folder = path in folders or (above in folders and re.fullmatch("[0-9a-f]{16}", last) is not None)
        if is_folder or (page is not None and page[0] in documents):
            return path
    return ""
