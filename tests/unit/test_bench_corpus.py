"""The benchmark's made-up posts: the same everywhere, and in the shapes they claim."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post, PostError
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

DIGEST = "83b8ff4bd5249488f1deece191676abd145596d9c3200b4b621a3903864f25c9"
"""SHA-256 of one round of days; a change to the generator makes older measurements another corpus's."""
RULES = PostRules(
    site_url="https://press.example",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko-KR",
    drafts=False,
    encodings=("utf-8-sig",),
    id_style="permalink",
)


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the generator from where it lies, as the scripts beside it do, and afresh."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "bench")
    for name in ("corpus", "bodies"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("corpus")


def take(corpus: ModuleType, number: int) -> list[Any]:
    return list(islice(corpus.make_posts(), number))


def test_the_posts_are_the_same_bytes_on_every_machine(corpus: ModuleType) -> None:
    told = "".join(f"{post.name}\n{post.text}" for post in take(corpus, 2193))
    assert hashlib.sha256(told.encode()).hexdigest() == DIGEST


def test_a_longer_corpus_begins_with_a_shorter_one(corpus: ModuleType) -> None:
    assert take(corpus, 300)[:100] == take(corpus, 100)


def test_one_round_of_days_has_44_categories_and_most_posts_are_news(corpus: ModuleType) -> None:
    categories = Counter(post.category for post in take(corpus, 2193))
    assert len(categories) == 44
    assert categories.most_common(2) == [("News", 1434), ("보건", 103)]
    assert categories["IT"] == 4


def test_names_are_unique_and_days_have_up_to_several_hundred_posts(corpus: ModuleType) -> None:
    names = [post.name for post in take(corpus, 5000)]
    assert len(set(names)) == 5000
    assert max(Counter(name[:10] for name in names).values()) == 586


def test_the_posts_parse_but_for_the_one_in_99_that_is_broken(corpus: ModuleType) -> None:
    made = take(corpus, 2193)
    # Every broken one, and a tenth of the good: parsing them all would only take longer.
    read = {
        post: parse_post(post.name, post.text.encode(), RULES)
        for post in made
        if post.broken or post.name.endswith("7.md")
    }
    assert {type(outcome) for post, outcome in read.items() if post.broken} == {PostError}
    assert {type(outcome) for post, outcome in read.items() if not post.broken} == {Post}
    assert sum(post.broken for post in made) == 22
