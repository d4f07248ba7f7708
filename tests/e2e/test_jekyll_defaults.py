"""Defaults by the hundred, made at random and merged here and by Jekyll's own FrontmatterDefaults."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.defaults import merge, read_defaults

pytestmark = pytest.mark.skipif(shutil.which("jekyll") is None, reason="needs Debian's jekyll")

RUBY = """
require "jekyll"
require "json"
above, cases = ARGV[0], JSON.parse(STDIN.read)
sites = Hash.new do |made, below|
  options = { "source" => "#{above}/site-#{below}", "quiet" => true, "collections_dir" => below }
  made[below] = Jekyll::Site.new(Jekyll.configuration(options))
end
told = cases.map do |each|
  site = sites[each["collections_dir"]]
  site.config["defaults"] = each["defaults"]
  Jekyll::FrontmatterDefaults.new(site).all(each["path"], each["type"].to_sym)
end
puts JSON.generate(told)
"""

PATHS = (
    *("_posts/2024-01-02-a.md", "news/_posts/2024-01-02-a.md", "news/_posts/deep/2024-02-03-b.md", "_drafts/c.md"),
    *("newspapers/_posts/2024-01-02-d.md", "_recipes/soup.md", "경제/금융/_posts/2024-01-02-e.md"),
)
SCOPES = (
    *("", "", "_posts", "news", "news/", "new", "/news", "/news/", "news/_posts", "news/_posts/deep", "nothing"),
    *("_recipes", "coll", "coll/news", "coll/", "경제", "경제/금융", "_posts/2024-01-02-a.md", "_posts/2024-01-02"),
    *("*", "*/", "news/*", "*/_posts", "coll/*/_posts", "**/_posts", "**/*.md", "**/2024-0[12]-*", "n*/_p?sts", "*.md"),
    *(
        "{news,newspapers}/_po*",
        "**/{deep,금융}",
        "news*",
        "**/newspapers",
        "coll/**/deep/*",
        "**/[!n]*/_posts",
        "[a-n]*",
    ),
)
TYPES = ("posts", "post", "drafts", "recipes", "pages", None, None, None)


def make_value(chance: random.Random, depth: int = 0) -> Value:
    kind = chance.randrange(6)
    if kind < 2 and depth < 2:
        return {key: make_value(chance, depth + 1) for key in chance.sample("abc", 2)}
    return [str(chance.randrange(9))] if kind == 2 else None if kind == 3 else str(chance.randrange(9))


def make_case(chance: random.Random) -> dict[str, Any]:
    sets = []
    for _ in range(chance.randrange(1, 7)):
        scope: dict[str, Value] = {}
        if chance.random() < 0.9:
            scope["path"] = chance.choice(SCOPES)
        if (type_ := chance.choice(TYPES)) is not None:
            scope["type"] = type_
        sets.append({"scope": scope, "values": {key: make_value(chance) for key in chance.sample("xyz", 2)}})
    return {
        "defaults": sets,
        "path": chance.choice(PATHS),
        "type": chance.choice(("posts", "posts", "posts", "recipes")),
        "collections_dir": chance.choice(("", "coll")),
    }


def test_random_defaults_are_what_jekyll_makes_of_them(tmp_path: Path) -> None:
    # Jekyll's globs are of files that are there.
    for path in (f"{below}/{path}" for below in ("site-", "site-coll/coll") for path in PATHS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    chance = random.Random(20240711)  # noqa: S311 (a table of cases)
    cases = [make_case(chance) for _ in range(600)]
    command = ["ruby", "-e", RUBY, str(tmp_path)]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert sum(map(bool, told)) > 300
    for case, expected in zip(cases, told, strict=True):
        given = read_defaults(case).of(case["path"], case["type"]).values
        assert merge({}, given) == expected, case
