"""Feed a post's parser with what atheris (libFuzzer) invents: a program to run by itself, for as long as one likes.

    python tests/fuzz/fuzz_posts.py parse CORPUS -max_total_time=600

The first word is what to fuzz, the rest are libFuzzer's own arguments. It begins with the odd posts of tests/odd and
keeps what it finds in CORPUS. It ends with a traceback, and the input in a file, if anything but a Post, a PostError or
a Withheld comes out, or if one comes out that breaks a promise.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import atheris

with atheris.instrument_imports(include=["feedsvc", "frontmatter", "json", "html"]):
    from feedsvc.model import Post, PostError, Withheld
    from feedsvc.posts.content import TooComplex, clean_content, render_content
    from feedsvc.posts.parse import finish_post, parse_post
    from feedsvc.posts.plaintext import plain_text
    from feedsvc.posts.rules import PostRules
    from feedsvc.posts.source import UNPUBLISHABLE, publishable

RULES = PostRules(
    site_url="https://example.org/blog",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/:categories/:year/:month/:day/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="tag",
)
BASE = "https://example.org/blog/2024/07/11/a/"
NAMES = ("2024-07-11-a.md", "2024-07-11-a.html")


def fuzz_parse(data: bytes) -> None:
    """Any bytes have an answer; one that was put off is the one that was not, and an address stays in the site."""
    for name in NAMES:
        outcome = parse_post(name, data, RULES)
        assert isinstance(outcome, Post | PostError | Withheld)
        pending = parse_post(name, data, replace(RULES, defer=True))
        if isinstance(pending, Post) and pending.pending:
            assert finish_post(pending, data, RULES) == outcome
        else:
            assert pending == outcome
        if isinstance(outcome, Post):
            check_post(outcome)
        elif isinstance(outcome, PostError):
            assert outcome.reason
            assert (outcome.line == 0) == (outcome.column == 0)


def check_post(post: Post) -> None:
    """Look for what no document may carry, and for addresses elsewhere."""
    for text in (post.title, post.summary, post.content, post.proposed_id, post.alternate_link):
        assert UNPUBLISHABLE.search(text) is None
    assert post.title.strip()
    assert post.alternate_link.startswith("https://example.org/blog")
    assert "/../" not in post.alternate_link
    assert post.updated >= post.published


def fuzz_content(data: bytes) -> None:
    """A body is rendered or refused; what is rendered can be published, and cleaned again."""
    body = publishable(data.decode("utf-8", "ignore"))  # as the decoder hands it on
    for markdown in (False, True):
        content = render_content(body, BASE, markdown=markdown)
        if isinstance(content, TooComplex):
            continue
        assert UNPUBLISHABLE.search(content.html) is None
        assert "<script" not in content.html.lower()
        assert "\n" not in plain_text(content.opening)
        clean_content(content.html, BASE)


# Bytes of what is tried: more of them are no more odd, and slower.
MAX_LENGTH = 4096
TARGETS: dict[str, Callable[[bytes], None]] = {"parse": fuzz_parse, "content": fuzz_content}


def seed(corpus: Path, target: str) -> None:
    """Write the odd posts into the corpus, or what stands below their front matter."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from odd.test_odd import CASES

    corpus.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(CASES):
        data = case.data if target == "parse" else case.data.partition(b"\n---\n")[2]
        if 0 < len(data) <= MAX_LENGTH:
            (corpus / f"odd-{number:03}").write_bytes(data)


def main() -> None:
    """Fuzz what the command line names, in the corpus that it names."""
    target, corpus, *arguments = sys.argv[1:]
    seed(Path(corpus), target)
    words = Path(__file__).with_name("words.dict")
    options = [f"-max_len={MAX_LENGTH}", f"-dict={words}", "-timeout=10"]
    atheris.Setup([sys.argv[0], *options, *arguments, corpus], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
