"""Whatever stands in a body, and whatever it includes, Liquid has an answer."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.model import Post, PostError
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.liquid.filters import FILTERS
from feedsvc.posts.liquid.templates import environment
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig",),
    id_style="permalink",
    jekyll=JekyllRules(),
)
TAGS = sorted({*environment().tags, *(f"end{tag}" for tag in environment().tags), "else", "elsif", "when", "raw"})
VALUES = [
    "page",
    "page.list",
    "page.map",
    "page.date",
    "site",
    "site.posts",
    "'a,b'",
    "1",
    "-2.5",
    "nil",
    "(1..3)",
    "x",
]

values = st.sampled_from(VALUES) | st.text(alphabet="ab.[]'\"|:,()0-é", max_size=8)
filters = st.builds(
    lambda name, arguments: f" | {name}" + (f": {', '.join(arguments)}" if arguments else ""),
    st.sampled_from(sorted(FILTERS)),
    st.lists(values, max_size=3),
)
expressions = st.builds(lambda value, chain: value + "".join(chain), values, st.lists(filters, max_size=3))
pieces = st.one_of(
    st.builds("{{{{ {} }}}}".format, expressions),
    st.builds("{{% {} {} %}}".format, st.sampled_from(TAGS), expressions),
    st.builds("{{%- assign x = {} -%}}".format, expressions),
    st.builds("{{% if {} {} {} %}}".format, values, st.sampled_from(["==", "<", "contains", "and", "or", "="]), values),
    st.builds(
        "{{% for x in {} {}%}}".format, values, st.sampled_from(["", "reversed ", "limit: x ", "offset:continue "])
    ),
    st.sampled_from(
        ["{% endif %}", "{% endfor %}", "{% endcase %}", "{% raw %}", "{% endraw %}", "{{", "{%", "}", "%}"]
    ),
    st.text(max_size=10),
)
FRONT = "---\nlist: [b, 1, null, [c], {d: 2024-01-02}]\nmap: {a: 1, 2: 1.5, b: [x]}\n---\n"


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=12).map("".join))
def test_no_body_raises_and_each_has_one_answer(body: str) -> None:
    data = (FRONT + body).encode("utf-8", "replace")
    post = parse_post("2024-07-11-a.html", data, RULES)
    assert isinstance(post, Post | PostError)
    assert parse_post("2024-07-11-a.html", data, RULES) == post
