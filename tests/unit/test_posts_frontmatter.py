"""Every trap of python-frontmatter that posts can meet, and the three formats."""

from __future__ import annotations

import pytest

from feedsvc.model import PostError
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter


def read(text: str) -> FrontMatter:
    front = read_front_matter(SourceText(path="a.md", text=text))
    assert isinstance(front, FrontMatter), front
    return front


def refused(text: str) -> str:
    error = read_front_matter(SourceText(path="a.md", text=text))
    assert isinstance(error, PostError), error
    return str(error)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("12:30", "12:30"),
        ("012", "012"),
        ("no", "no"),
        ("2024", "2024"),
        ("1.50", "1.50"),
        ("2024-01-02", "2024-01-02"),
        ("2024-13-45", "2024-13-45"),
        ("2024-01-02 10:20:30 +0900", "2024-01-02 10:20:30 +0900"),
        ("0x10", "0x10"),
        ("!!int 7", "7"),
        ("'~'", "~"),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_yaml_keeps_every_scalar_as_it_is_written(written: str, read_as: str | None) -> None:
    assert read(f"---\ntitle: {written}\n---\n").matter.values == {"title": read_as}


def test_the_terms_of_a_list_stay_as_they_are_written() -> None:
    values = read("---\ntags: [no, 1.5, 2024-01-02, ~]\n---\n").matter.values
    assert values == {"tags": ["no", "1.5", "2024-01-02", None]}


@pytest.mark.parametrize("key", ["content", "handler", "self", "1", "~", "true"])
def test_any_word_may_be_a_key(key: str) -> None:
    assert read(f"---\n{key}: x\n---\n").matter.values == {key: "x"}


def test_of_duplicate_keys_the_last_counts_and_the_author_is_told() -> None:
    front = read("---\ntitle: a\nother: x\ntitle: b\n---\n")
    assert front.matter.values["title"] == "b"
    assert [str(finding) for finding in front.matter.findings] == [
        "a.md:4:1: title: this key stands twice, and the last one counts; delete one of them"
    ]


def test_dots_close_front_matter_too() -> None:
    assert read("---\ntitle: x\n...\nbody\n").body == "body\n"


@pytest.mark.parametrize("fence", ["---", "---  ", "---\t"])
def test_blanks_after_a_fence_do_not_matter(fence: str) -> None:
    front = read(f"{fence}\ntitle: x\n{fence}\nbody")
    assert (front.matter.values, front.body) == ({"title": "x"}, "body")


def test_the_indentation_of_the_first_line_survives() -> None:
    front = read("---\ntitle: x\n---\n    code\n\ntext\n")
    assert front.body == "    code\n\ntext\n"
    assert front.body_start == 17


@pytest.mark.parametrize(
    "text", ["---\n---\nbody", "---\n# nothing\n---\nbody", "---\n\n---\nbody", "---\n~\n---\nbody"]
)
def test_empty_front_matter_says_nothing(text: str) -> None:
    assert read(text) == FrontMatter(matter=read("---\n---\n").matter, body="body", body_start=len(text) - 4)


def test_front_matter_may_end_with_the_file() -> None:
    assert read("---\ntitle: x\n---").body == ""


def test_front_matter_that_nobody_closed_is_not_published_as_text() -> None:
    expected = "a.md:1:1: the front matter is never closed; write a line that is only --- after its last key"
    assert refused("---\ntitle: x\n\nbody") == expected
    assert refused("---") == expected
    assert refused("+++\ntitle = 1\n") == expected.replace("---", "+++")


@pytest.mark.parametrize("text", ["---\n\nHello\n", "---\nHello there\n\n- a: b\n", "----\ntitle: x\n----\n"])
def test_a_horizontal_rule_at_the_top_is_part_of_the_body(text: str) -> None:
    assert read(text) == FrontMatter(matter=read("---\n---\n").matter, body=text, body_start=0)


@pytest.mark.parametrize(("front", "kind"), [("Hello", "a text"), ("- a\n- b", "a list"), ("title:x", "a text")])
def test_front_matter_without_keys_is_refused_and_nothing_is_lost(front: str, kind: str) -> None:
    assert refused(f"---\n{front}\n---\nmore").startswith(f"a.md:2:1: the front matter is {kind}, not `key: value`")


def test_front_matter_after_a_blank_line_is_refused_and_not_published() -> None:
    assert refused("\n\n---\ntitle: x\n---\n").startswith("a.md:3:1: the front matter begins after blank space")
    assert read("\n---\nno key\n\ntitle: x\n").body == "\n---\nno key\n\ntitle: x\n"


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refused(text) == "a.md: the file is empty; write the post, or delete the file"


@pytest.mark.parametrize("text", ["just text", "{% include a.html %}\n", "{{ page.title }}", "{not json"])
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    assert read(text).body == text


def test_a_second_document_is_refused() -> None:
    assert refused("---\na: b\n--- c\nd\n---\n").startswith("a.md:3:1: a second YAML document begins here")


def test_json_reads_nested_objects_and_keeps_numbers_as_text() -> None:
    front = read('{\n  "a": {"b": 1.50\n},\n  "c": [true, false, null, 12, "x"]\n}\nbody\n')
    assert front.matter.values == {"a": {"b": "1.50"}, "c": ["true", "false", None, "12", "x"]}
    assert front.body == "body\n"


def test_json_escapes_that_no_document_may_carry_are_removed() -> None:
    front = read('{"title": "a\\u0000b\\ud800c"}')
    assert front.matter.values == {"title": "abc"}
    assert [str(finding) for finding in front.matter.findings] == [
        "a.md:1:2: title: the character U+0000 may not stand in a feed and was removed; delete its escape code",
        "a.md:1:2: title: the character U+D800 may not stand in a feed and was removed; delete its escape code",
    ]


def test_json_tells_of_duplicate_keys() -> None:
    front = read('{"a": "1",\n "a": "2"}')
    assert front.matter.values == {"a": "2"}
    assert "this key stands twice" in front.matter.findings[0].reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b" 2}\n', "a.md:2:6: the front matter is not valid JSON: Expecting ':' delimiter"),
        ('{"a": ' + "[" * 100_000, "a.md:1:1: the front matter is nested too deeply"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "a.md:1:2: a: more than 10,000 values, or more than 50 levels"),
        ('{"a": [' + "1," * 10_000 + "1]}", "a.md:1:2: a: more than 10,000 values, or more than 50 levels"),
    ],
)
def test_json_that_is_broken_or_too_big_is_refused(text: str, said: str) -> None:
    assert refused(text).startswith(said)


def test_toml_keeps_dates_and_numbers_as_text() -> None:
    front = read('+++\ntitle = "T"\ndate = 2024-01-02T03:04:05+09:00\nn = 1.50\nok = true\n+++\nbody')
    assert front.matter.values == {"title": "T", "date": "2024-01-02 03:04:05+09:00", "n": "1.50", "ok": "true"}
    assert front.body == "body"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('a = "x"\ntitle = T', "a.md:3:9: the front matter is not valid TOML: Invalid value; write"),
        ("a = 1\na = 2", "a.md:3:6: the front matter is not valid TOML: Cannot overwrite a value"),
        ("a = " + "[" * 100_000, "a.md:2:1: the front matter is not valid TOML"),
        ("a = " + "9" * 5_000, "a.md:2:1: the front matter is not valid TOML"),
    ],
)
def test_toml_that_is_broken_is_refused_where_it_breaks(toml: str, said: str) -> None:
    assert refused(f"+++\n{toml}\n+++\n").startswith(said)


def test_front_matter_of_unreasonable_length_is_refused() -> None:
    assert "longer than 262,144 characters" in refused("---\na: " + "x" * 300_000 + "\n---\n")


def test_a_key_knows_where_it_stands() -> None:
    source = SourceText(path="a.md", text="---\ntitle: 가나\ntags:\n  - a\n---\n")
    front = read_front_matter(source)
    assert isinstance(front, FrontMatter)
    places = {key: (source.place(span.key), source.place(span.start)) for key, span in front.matter.spans.items()}
    assert places == {"title": ((2, 1), (2, 8)), "tags": ((3, 1), (4, 3))}
