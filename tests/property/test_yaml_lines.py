"""What is read at a glance is what libyaml reads: the same values at the same places, or nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.frontmatter.yamllines import read_lines

plain = st.sampled_from(
    ["News", "단독 보도", "12:30", "a#b c", "http://x.example/?a=b#c", "0x1F", "no", "null", "~", "a 'b' \"c\""]
)
quoted = st.sampled_from(["'단독' ", "'a: b # c'", '"a: b # c"', "''", '""', "'- x'"])
scalars = plain | quoted
blanks = st.sampled_from(["", "", " ", "  ", "    "])
ends = st.sampled_from(["", "", "", "\n", "\n\n"])
lines = st.sampled_from(["하나", "# two", "- three", "a: b", "'four", "five  ", "\u3000six", "[x"])
odd = st.sampled_from(
    [
        " ",
        "  ",
        "\n",
        "\t",
        "\xa0",
        "\u3000",
        "\u2028",
        "#",
        " #",
        ":",
        ": ",
        "-",
        "- ",
        "?",
        "'",
        '"',
        "\\",
        "&x ",
        "*x",
    ]
)
odder = st.sampled_from(
    [
        "!t ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "|",
        ">",
        "%",
        "@",
        "`",
        "=",
        "<<",
        "...",
        "\n---\n",
        "~",
        "🎉",
        "a:\n",
        "a:",
        "x\n",
    ]
)


@st.composite
def entries(draw: st.DrawFn, key: str) -> str:
    kind = draw(st.sampled_from(["scalar", "list", "block"]))
    if kind == "scalar":
        return f"{key}: {draw(blanks)}{draw(scalars)}{draw(blanks)}\n{draw(ends)}"
    indent = draw(blanks)
    if kind == "list":
        items = draw(st.lists(scalars, min_size=1, max_size=3))
        return f"{key}:\n" + "".join(f"{indent}- {item}\n" for item in items) + draw(ends)
    style = draw(st.sampled_from([">", "|", ">-", "|-"]))
    told = draw(st.lists(st.tuples(ends, lines), min_size=1, max_size=4))
    return f"{key}: {style}\n {indent}{told[0][1]}\n" + "".join(f"{a}{indent} {b}\n" for a, b in told[1:]) + draw(ends)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines as posts have them, and in most of them something that posts seldom have."""
    keys = draw(st.lists(st.sampled_from(["title", "tags", "a", "b-c", "_d", "Key"]), unique=True, max_size=4))
    yaml = "".join(draw(entries(key)) for key in keys)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(yaml)))
        yaml = yaml[:at] + draw(odd | odder) + yaml[at:]
    return yaml


def check(yaml: str) -> bool:
    """Compare the two readings; tell whether there was more than one."""
    source = SourceText(path="a.md", text=f"---\n{yaml}---\n", utf8=b"as it is in the file")
    found = read_lines(source, 4, 4 + len(yaml))
    if found is None:
        return False
    assert found == load_yaml(source, 4, 4 + len(yaml))
    return True


@given(documents())
@example("")
@example("a: >\n  x\n\n\n  y\n  z\n\n\nb: 'c: d'\n")
@example("a:\n- ~\n-   'x' \n- null\n\nb: ~ \nc: null\n")
def test_a_glance_reads_what_libyaml_reads(yaml: str) -> None:
    check(yaml)


@pytest.mark.parametrize(
    "yaml",
    [
        "title: 단독 보도: 아님\n".replace(": 아", ":아"),
        "title: 'a: b # c'\nlink: http://x.example/#top  \n",
        'title: "a: b # c"\n\ndate: 2024-01-02 10:20:30 +0900\n',
        "tags:\n  - 경제\n  - 'x, y'\ncategories:  \n- News\n",
        "excerpt: >\n  one\n  two\n\n  three\n\nimage: x\n",
        "excerpt: |-\n   one\n\n   two: # three\nimage: x\n",
        "a: null\nb: ~\nc: no\n",
    ],
)
def test_what_most_posts_have_is_read_at_a_glance(yaml: str) -> None:
    assert check(yaml)


@pytest.mark.parametrize(
    "yaml",
    [
        "a: b\n  c\n",
        "a: b: c\n",
        "a: b # c\n",
        "a: [b]\n",
        "a: &x b\n",
        "a: 'it''s'\n",
        'a: "\\n"\n',
        "a:\nb: c\n",
        "a: x\na: y\n",
        "a: >\n  b\n   c\n",
        "a: >\n\n  b\n",
        "a:\n  b: c\n",
        "a: x\u2028y\n",
        "# a\nb: c\n",
        "a: b",
        f"a: {'x' * 20_000}\n",
    ],
)
def test_what_a_glance_does_not_tell_is_left_to_libyaml(yaml: str) -> None:
    assert not check(yaml)


def test_text_that_is_not_as_the_file_has_it_is_left_to_libyaml() -> None:
    assert read_lines(SourceText(path="a.md", text="a: \ufeffb\n"), 0, 6) is None
