"""Whatever stands behind `title:`, `feedsvc check --fix` makes it say that and nothing else, or leaves it alone."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.checking.mending import Reader, mend
from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.source import SourceText, publishable
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

PATH = "2024-07-11-a.md"
RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
    defer=True,
)
PARSE = partial(parse_post, PATH, rules=RULES)
READER = Reader(path=PATH, encodings=RULES.encodings, parse=PARSE)
PIECES = st.sampled_from([*"'\"[]{}:#*&!@`%>|,-\\ \t", ": ", " #", "가", "a", "date:", "' ", " '", "\0", "\u2028", "é"])
TITLES = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30),
    st.lists(PIECES, max_size=12).map("".join),
)
AFTER = st.sampled_from(
    ["", "excerpt: >\n  가\r \r 나\n", "tags: [x]\n", " more\n", "title: again\n", "summary: 'a' b\n"]
)


def front(data: bytes) -> FrontMatter | PostError:
    source = decode(PATH, data, RULES.encodings)
    assert isinstance(source, SourceText)
    return read_front_matter(source)


@given(title=TITLES, after=AFTER, end=st.sampled_from(["\n", "\r\n"]), mark=st.sampled_from(["", "\ufeff"]))
def test_a_mended_title_says_what_stood_there_and_no_other_byte_changes(
    title: str, after: str, end: str, mark: str
) -> None:
    head, tail = f"{mark}---\ntags: [a]\ntitle: ", f"\n{after}---\n\ufeff본문 \r\n끝"
    before = (head + title + tail).replace("\n", end).encode()
    mended = mend(before, READER)
    if not mended.mends:
        assert mended.data == before
        return
    assert mend(mended.data, READER).mends == ()
    assert not isinstance(PARSE(mended.data), PostError)
    read = front(mended.data)
    assert isinstance(read, FrontMatter)
    whats = {each.what for each in mended.mends}
    if "the title is in double quotes" in whats:
        assert read.matter.values["title"] == publishable(title.strip(" \t"))
    first = mended.data.decode().replace(end, "\n").partition("title: ")
    assert first[0] == ("" if "the byte order mark is gone" in whats else mark) + "---\ntags: [a]\n"
    assert mended.data.decode().endswith("---\n\ufeff본문 \r\n끝".replace("\n", end))
    if not whats & {"the title is in double quotes"} and "\0" not in title and title == publishable(title):
        assert first[2].startswith(title + "\n")
