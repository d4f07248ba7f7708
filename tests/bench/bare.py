"""The least that makes feeds of posts: python-frontmatter and feedgen, RSS and Atom of 50 entries, no HTML.

    python tests/bench/bare.py POSTS OUT

reads the files of POSTS and writes ``all.atom``, ``all.rss`` and two files for each category into OUT. It does
everything again each time, and what feedsvc is measured by on a machine whose speed nobody knows.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import frontmatter
from feedgen.feed import FeedGenerator

ENTRIES = 50
SITE = "https://press.example"
EVERY = "all"


def read_posts(directory: Path) -> dict[str, list[tuple[str, frontmatter.Post]]]:
    """Read every file, and return name and post for each category."""
    posts = defaultdict(list)
    for path in sorted(directory.iterdir()):
        post = frontmatter.load(str(path))
        categories = post.get("categories")
        for category in dict.fromkeys((EVERY, *(categories if isinstance(categories, list) else ()))):
            posts[str(category)].append((path.name, post))
    return posts


def write_feed(out: Path, category: str, posts: list[tuple[str, frontmatter.Post]]) -> None:
    """Write the newest entries of one category in both formats."""
    feed = FeedGenerator()
    feed.id(f"{SITE}/{quote(category)}")
    feed.title(category)
    feed.link(href=SITE)
    feed.description(category)
    for name, post in sorted(posts, key=lambda pair: pair[0], reverse=True)[:ENTRIES]:
        entry = feed.add_entry(order="append")
        entry.id(f"{SITE}/{name}")
        entry.title(str(post["title"]))
        entry.link(href=f"{SITE}/{name}")
        entry.content(post.content, type="html")
        published = datetime.fromisoformat(name[:10]).replace(tzinfo=UTC)
        entry.published(published)
        entry.updated(published)
    feed.atom_file(str(out / f"{quote(category, safe='')}.atom"))
    feed.rss_file(str(out / f"{quote(category, safe='')}.rss"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", metavar="POSTS", type=Path)
    parser.add_argument("out", metavar="OUT", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for category, posts in read_posts(options.posts).items():
        write_feed(options.out, category, posts)


if __name__ == "__main__":
    main()
