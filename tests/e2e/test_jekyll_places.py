"""Where posts are, and what their places say, compared with what Jekyll itself makes of the same site."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.config.load import load_settings
from feedsvc.model import Post
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter
from feedsvc.posts.jekyll.defaults import Given, begin_with
from feedsvc.posts.parse import parse_post
from feedsvc.posts.scan import scan_posts
from feedsvc.readers import post_rules

pytestmark = pytest.mark.skipif(shutil.which("jekyll") is None, reason="needs Debian's jekyll")

CONFIG = """\
title: 등대
url: https://example.org
baseurl: /blog
timezone: Asia/Seoul
lang: ko
future: true
show_drafts: true
permalink: /:categories/:year/:month/:day/:title:output_ext
exclude: [archive/old, "*/secret", tmp]
include: [tmp, _pages, _gone]
markdown_ext: "markdown,md,txt"
collections:
  recipes:
    output: true
  notes:
    output: true
    permalink: /n/:collection/:title/
defaults:
- scope: {path: ""}
  values: {lang: en, layout: x, card: {one: 1, two: 2}, categories: everywhere}
- scope: {path: "", type: posts}
  values: {layout: post, card: {two: 3}}
- scope: {path: "", type: drafts}
  values: {layout: never}
- scope: {path: news, type: post}
  values: {author: 소식, categories: [from news, everywhere], tags: [wire]}
- scope: {path: news/_posts/deep}
  values: {permalink: "/deep/:slug/", layout: deep}
- scope: {path: /news}
  values: {layout: slashed}
- scope: {path: "*/_posts/2024-*-glob*"}
  values: {layout: globbed, date: 2020-02-02 12:00:00 +0900}
- scope: {path: "**/{one,two}/_posts"}
  values: {layout: braces}
- scope: {path: "_recipes", type: recipes}
  values: {layout: recipe, tag: soup, categories: kitchen}
- scope: {path: "", type: posts}
  values: {excerpt_separator: "<!--end-->"}
- scope: {}
  values: {late: true, layout: unscoped}
- scope: {path: news}
  values: {hidden: by type, layout: untyped}
- scope: {path: news/_posts/withheld}
  values: {published: false}
- scope: x
- values: x
"""

BELOW = """\
title: 등대
url: https://example.org
timezone: America/New_York
future: true
source: src
collections_dir: c
permalink: /p/:path/:categories/:name/
exclude: [c/news/_posts/no, Gemfile]
collections: {notes: {output: true}, recipes: }
defaults:
- scope: {path: c/news}
  values: {tags: wire}
- scope: {path: "c/*/_posts"}
  values: {author: Glob}
- scope: {path: _notes}
  values: {date: 2024-01-02 03:04:05 +0900}
"""

POSTS_BELOW: Mapping[str, str] = {
    "src/c/_posts/2024-01-02-top.md": "title: Top",
    "src/c/_posts/a.b/2024-01-03-dotted.name..md": "title: Dotted",
    "src/c/news/_posts/deep/2024-01-04-news.html": "category: own",
    "src/c/news/_posts/no/2024-01-05-no.md": "title: no",
    "src/c/news/_posts/2024-01-06-more.md": "tags: []",
    "src/c/_drafts/2024-01-07-draft.md": "title: no",
    "src/elsewhere/_posts/2024-01-08-no.md": "title: no",
    "src/c/_notes/x/one.two.md": "title: Note",
    "src/c/_recipes/2024-01-09-soup.md": "title: Soup",
}

ONE_DIRECTORY = """\
title: 등대
url: https://example.org
timezone: Europe/London
permalink: pretty
defaults: [{scope: {path: _posts/sub, type: posts}, values: {categories: [sub]}}]
"""

POSTS_IN_ONE: Mapping[str, str] = {
    "_posts/2024-01-02-top.md": "title: Top",
    "_posts/2024-07-02-summer.md": "categories: Sommer Zeit",
    "_posts/sub/2024-01-03-sub.md": "category: own",
    "about.md": "title: no",
}

POSTS: Mapping[str, str] = {
    "_posts/2024-01-02-plain.md": "title: Plain",
    "_posts/2024-01-03-own.md": "title: Own\ncategories: a b\nlayout: own\ncard: {one: 9}\nlang:",
    "_posts/2024-01-04-all-kinds.md": "categories: [x, y]\ncategory: z w\ntags: t u\nlast: 1",
    "_posts/sub/dir/2024-01-05-below.md": "category: one of them",
    "_posts/24-1-6-short.markdown": "title: Short",
    "_posts/2024-01-07-dated.md": "date: 2023-12-31 23:30:00 -0800",
    "_posts/_2024-01-08-special.md": "title: no",
    "_posts/_old/2024-01-08-special.md": "title: no",
    "news/_posts/2024-02-01-news.md": "title: News",
    "news/_posts/2024-02-02-more.md": "category: mine\ntags: []",
    "news/_posts/2024-02-03-null.md": "categories:\ntags:\nauthor:",
    "news/_posts/deep/2024-02-04-deeper.md": "title: Deeper",
    "news/_posts/withheld/2024-02-04-no.md": "title: no",
    "news/_posts/withheld/2024-02-05-yes.md": "published: true",
    "news/_posts/2024-02-06-글로브.md": "title: 한글",
    "news/_posts/2024-02-07-glob.md": "title: Glob",
    "경제/금융/_posts/2024-03-01-은행.md": "categories: [경제, 돈]",
    "a/one/_posts/2024-03-02-braces.md": "title: Braces",
    "my_posts/_posts/2024-03-03-tail.md": "title: Tail",
    "_hidden/_posts/2024-03-04-no.md": "title: no",
    "archive/old/_posts/2024-03-05-no.md": "title: no",
    "archive/older/_posts/2024-03-05-no.md": "title: no",
    "x/secret/_posts/2024-03-06-no.md": "title: no",
    "tmp/_posts/2024-03-07-kept.md": "title: Kept",
    "node_modules/pack/_posts/2024-03-08-no.md": "title: no",
    "vendor/bundle/_posts/2024-03-09-no.md": "title: no",
    "_site/_posts/2024-03-10-no.md": "title: no",
    "_pages/_posts/2024-03-11-included.md": "title: Included",
    "_pages/deep/_posts/2024-03-12-deep.md": "title: Deep",
    "_posts/2024-03-13-text.txt": "title: Text",
    "_posts/2024-03-14-page.html": "title: HTML",
    "_drafts/dated.md": "date: 2024-04-01 10:00:00 +0900",
    "_drafts/2024-04-02-named.md": "title: Named",
    "news/_drafts/sub/idea.md": "date: 2024-04-03\ntitle: Idea",
    "news/page.md": "title: no post",
    "_recipes/soup.md": "date: 2024-05-01\ntitle: Soup",
    "_recipes/hot/2024-05-02-stew.md": "title: Stew\ncategories: meat",
    "_notes/one.md": "date: 2024-05-03\nslug: Un-Deux",
}

PLAIN = ("layout", "card", "late", "hidden")

DUMP = """\
---
layout: null
---
[{% for post in DOCUMENTS %}
{"path": {{ post.relative_path | jsonify }}, "url": {{ post.url | absolute_url | jsonify }},
 "date": {{ post.date | date_to_xmlschema | jsonify }}, "categories": {{ post.categories | jsonify }},
 "tags": {{ post.tags | jsonify }}, "layout": {{ post.layout | jsonify }}, "card": {{ post.card | jsonify }},
 "late": {{ post.late | jsonify }}, "hidden": {{ post.hidden | jsonify }},
 "lang": {{ post.lang | jsonify }}, "author": {{ post.author | jsonify }}}{% unless forloop.last %},{% endunless %}
{% endfor %}]
"""


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_site(root: Path, config: str, posts: Mapping[str, str]) -> None:
    write(root, "_config.yml", config)
    for name, front in posts.items():
        write(root, name, f"---\n{front}\n---\nThe text.\n")
    for name in ("posts", "recipes", "notes"):
        write(root / ("src" if "source: src" in config else ""), f"{name}.json", dump(name))


def dump(collection: str) -> str:
    return DUMP.replace("DOCUMENTS", f"site.{collection}")


def ask_jekyll(root: Path) -> dict[str, dict[str, Any]]:
    """Return what Jekyll says of each document, by its path."""
    # The site is written elsewhere, since one file of the fixture is in _site to see that it is not read.
    written = root.parent / "written"
    command = ["jekyll", "build", "--quiet", "--destination", str(written)]
    subprocess.run(command, check=True, cwd=root, capture_output=True, timeout=120)
    documents = [each for name in ("posts", "recipes", "notes") for each in load(written / f"{name}.json")]
    return {each.pop("path"): each for each in documents}


def load(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def ask_feedsvc(root: Path) -> dict[str, dict[str, Any]]:
    """Return what a build would make of each post, with the configuration that init writes and nothing else."""
    command = [sys.executable, "-m", "feedsvc", "init", str(root)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    settings = load_settings(root / "feedsvc.toml", {}, root)
    rules = post_rules(settings)
    assert rules.jekyll is not None
    below = rules.jekyll.home.below and f"{rules.jekyll.home.below}/"
    patterns = (*settings.posts.patterns, f"{below}_recipes/**/*.md", f"{below}_notes/**/*.md")
    found = {}
    scan = scan_posts(settings.posts.dir, patterns, exclude=settings.posts.exclude)
    assert not scan.errors
    for file in scan.files:
        data = (settings.posts.dir / file.path).read_bytes()
        post = parse_post(file.path, data, rules)
        if isinstance(post, Post):
            place = rules.jekyll.locate(post.path)
            found[place.relative] = {**describe(post), **read_plain(file.path, data, rules.jekyll.given(place))}
    return found


def read_plain(path: str, data: bytes, given: Given) -> dict[str, Any]:
    """Return what front matter and defaults together say at the keys that mean nothing to a feed."""
    front = read_front_matter(SourceText(path=path, text=data.decode()))
    assert isinstance(front, FrontMatter)
    values = begin_with(front.matter, (), given).values
    return {key: values.get(key) for key in PLAIN}


def describe(post: Post) -> dict[str, Any]:
    def labels(kind: str) -> list[str]:
        return [term.label for term in post.terms if term.kind == kind]

    return {
        "url": post.alternate_link,
        "date": post.published,
        "categories": labels("category"),
        "tags": labels("tag"),
        "author": labels("author"),
        "lang": post.language,
    }


def as_feedsvc(told: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "url": told["url"],
        "date": datetime.fromisoformat(told["date"]),
        "categories": told["categories"],
        "tags": told["tags"],
        "author": [told["author"]] if told["author"] else [],
        "lang": told["lang"] or language,
        **{key: as_text(told[key]) for key in PLAIN},
    }


def as_text(value: object) -> object:
    """Return a value as front matter is read here: every scalar is its text."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    return value if value is None else json.dumps(value).strip('"')


@pytest.mark.parametrize(
    ("config", "posts", "published"),
    [(CONFIG, POSTS, 27), (BELOW, POSTS_BELOW, 6), (ONE_DIRECTORY, POSTS_IN_ONE, 3)],
    ids=["everywhere", "below another directory", "in one directory"],
)
def test_every_post_is_where_jekyll_has_it_and_says_what_jekyll_reads(
    tmp_path: Path, config: str, posts: Mapping[str, str], published: int
) -> None:
    root = tmp_path / "site"
    make_site(root, config, posts)
    told = ask_jekyll(root)
    assert len(told) == published
    ours, language = ask_feedsvc(root), "ko" if "\nlang: ko" in config else "en"
    assert sorted(ours) == sorted(told)
    assert ours == {path: as_feedsvc(said, language) for path, said in told.items()}
