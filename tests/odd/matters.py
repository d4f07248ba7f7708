"""Front matter: what YAML 1.1, TOML 1.0 and JSON say, and what authors write instead."""

from __future__ import annotations

from .cases import Case, body, matter

BOMB = (
    "a: &a [x,x,x,x,x,x,x,x,x]",
    *(f"{b}: &{b} [{','.join(f'*{a}' for _ in range(9))}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
)


def titled(name: str, written: str, title: str, *, warns: tuple[str, ...] = ()) -> Case:
    return Case(name=f"title {name}", data=matter(f"title: {written}"), title=title, warns=warns)


def wrong(name: str, *lines: str, at: str) -> Case:
    return Case(name=name, data=matter(*lines), rejected=at)


def toml(name: str, *lines: str, **expected: object) -> Case:
    data = "+++\n" + "".join(f"{line}\n" for line in lines) + "+++\nText.\n"
    return Case(name=f"toml, {name}", data=data.encode(), **expected)  # type: ignore[arg-type]


def json(name: str, text: str, **expected: object) -> Case:
    return Case(name=f"json, {name}", data=text.encode(), **expected)  # type: ignore[arg-type]


CASES = (
    # YAML's scalars are text
    titled("in single quotes", "'it''s'", "it's"),
    titled("in double quotes with escapes", r'"caf\u00e9 \"noir\""', 'café "noir"'),
    titled("in Korean quotes", "‘장금이’ 전국 확대", "‘장금이’ 전국 확대"),
    titled("in guillemets", "«a»: b".replace(": ", " "), "«a» b"),
    titled("of a time", "12:30", "12:30"),
    titled("of a word YAML takes for false", "no", "no"),
    titled("of an octal number", "012", "012"),
    titled("of a hexadecimal number", "0x1F", "0x1F"),
    titled("of a float", "1e3", "1e3"),
    titled("of an infinity", ".inf", ".inf"),
    titled("of a year", "2024", "2024"),
    titled("of a date", "2024-01-02", "2024-01-02"),
    titled("of a sexagesimal number", "190:20:30", "190:20:30"),
    titled("with a colon that no blank follows", "a:b", "a:b"),
    titled("with a hash that no blank precedes", "C#", "C#"),
    titled("cut short by a comment", "Songs #1", "Songs", warns=("comment",)),
    titled("folded", ">\n  two\n  lines", "two lines"),
    titled("literal", "|\n  two\n  lines", "two lines"),
    titled("folded and stripped", ">-\n  two\n\n  lines", "two lines"),
    titled("on the next line", "\n  below", "below"),
    titled("over two lines", "one\n  two", "one two"),
    titled("of nothing", "", "A"),
    titled("of a tilde", "~", "A"),
    titled("of blanks", '"   "', "A"),
    titled("with quoted brackets", '"[속보] 소식"', "[속보] 소식"),
    titled("with a tab", '"a\\tb"', "a b"),
    titled("with an escaped NUL", r'"a\0b"', "ab", warns=("U+0000",)),
    titled("with an astral escape", r'"\U0001F600"', "😀"),
    titled("with a ruby object's tag", "!ruby/object:Gem::Specification x", "x"),
    titled("with a python object's tag", "!!python/object/apply:os.system x", "x"),
    titled("with an anchor", "&x y", "y"),
    Case(name="title by an alias", data=matter("x: &x y", "title: *x"), title="y"),
    # YAML's structures
    Case(name="a merge key", data=matter("base: &b {title: merged}", "<<: *b"), title="merged"),
    Case(name="a merge key does not win", data=matter("base: &b {title: merged}", "title: own", "<<: *b"), title="own"),
    Case(
        name="a key twice: the last one counts", data=matter("title: a", "title: b"), title="b", warns=("stands twice",)
    ),
    Case(name="a ruby mapping", data=matter("title: a", "x: !ruby/object:Object {y: z}"), title="a"),
    Case(name="a yaml timestamp by tag", data=matter("date: !!timestamp 2024-01-02"), published="2024-01-01T15:00:00Z"),
    Case(name="a yaml binary", data=matter("title: a", "x: !!binary aGk="), title="a"),
    Case(name="a flow mapping", data=b"---\n{title: a, tags: [b, c]}\n---\nd\n", title="a", tags=("b", "c")),
    Case(name="comments alone", data=b"---\n# nothing\n---\nText.\n", title="A", has=("Text.",)),
    Case(name="nothing between the fences", data=b"---\n---\nText.\n", title="A", has=("Text.",)),
    Case(name="closed by dots", data=b"---\ntitle: a\n...\nText.\n", title="a", has=("Text.",)),
    Case(name="blanks behind the fences", data=b"--- \ntitle: a\n---\t\nText.\n", title="a", has=("Text.",)),
    Case(name="a rule in the body", data=body("a\n\n---\n\nb"), has=("<hr>", "b")),
    Case(name="four dashes are a rule", data=b"----\n\nText.\n", has=("<hr>", "Text."), lacks=("----",)),
    Case(name="a rule at the top", data=b"---\n\nText.\n", has=("<hr>", "Text.")),
    Case(name="a second front matter is text", data=b"---\ntitle: a\n---\n---\ntitle: b\n---\n", title="a"),
    Case(name="keys in Hangul", data=matter("제목: a", "title: b"), title="b"),
    Case(name="ten thousand letters", data=matter(f"title: {'a' * 10_000}"), title="a" * 10_000),
    Case(name="a withheld post", data=matter("published: false"), withheld="published: false"),
    Case(name="a withheld post in YAML 1.1's words", data=matter("published: No"), withheld="published: false"),
    Case(name="a draft", data=matter("draft: true"), withheld="a draft"),
    Case(name="no draft", data=matter("title: a", "draft: false"), title="a"),
    # YAML that is none
    wrong("a quotation that ends too early", "title: '장금이' 전국 확대", at="2:14 quote"),
    wrong("a quote never closed", 'title: "a', "tags: b", at="2:8 quote"),
    wrong("a bracket never closed", "title: [a, b", "tags: c", at="2:8 "),
    wrong("a bracketed word before a title", "title: [속보] 소식", at="2:13 "),
    wrong("a colon in a title", "title: a: b", at="2:9 "),
    wrong("an at sign first", "title: @home", at="2:8 "),
    wrong("a backquote first", "title: `ls`", at="2:8 "),
    wrong("a percent sign first", "title: %d", at="2:8 "),
    wrong("a list on the key's line", "title: - a", at="2:8 "),
    wrong("an unknown alias", "title: *star* words", at="2:8 "),
    wrong("an unknown escape", r'title: "a\qb"', at="2:10 "),
    wrong("a tab before a key", "title: a", "\ttags: b", at="3:"),
    wrong("no blank behind the colon", "title:a", at="2:1 "),
    wrong("a list for front matter", "- a", "- b", at="2:1 a list"),
    wrong("a key that is a list", "[a]: b", at="2:1 a key is to be a word"),
    wrong("keys of two indents", "title: a", "  tags: b", at="3:"),
    wrong("fifty-one brackets", f"x: {'[' * 60}{']' * 60}", at="2: deep"),
    wrong("a hundred thousand brackets", f"x: {'[' * 100_000}", at="2: deep"),
    wrong("a billion laughs", *BOMB, at=": alias"),
    Case(name="an alias that holds itself", data=matter("x: &x [*x]"), rejected="2: "),
    Case(name="never closed", data=b"---\ntitle: a\n\nText.\n", rejected="1:1 never closed"),
    Case(name="begun after a blank line", data=b"\n---\ntitle: a\n---\nText.\n", rejected="2:1 blank space"),
    Case(name="a directive", data=b"---\n%YAML 1.1\n---\ntitle: a\n---\n", rejected="2: "),
    Case(name="too long", data=matter(f"x: {'a' * 300_000}"), rejected="1:1 longer than"),
    Case(name="a thousand keys", data=matter("title: a", *(f"k{number}: v" for number in range(1000))), title="a"),
    # TOML
    toml("plain", 'title = "a"', 'tags = ["b", "c"]', title="a", tags=("b", "c")),
    toml("a local date", "date = 2024-01-02", published="2024-01-01T15:00:00Z"),
    toml("a local date-time", "date = 2024-01-02T10:20:30", published="2024-01-02T01:20:30Z"),
    toml("an offset date-time", "date = 2024-01-02T10:20:30-05:00", published="2024-01-02T15:20:30Z"),
    toml("a draft", "draft = true", withheld="a draft"),
    toml("several lines", 'title = """', "a", 'b"""', title="a b"),
    toml("a literal", r"title = 'C:\new'", title=r"C:\new"),
    toml("no value", "title =", rejected="2:"),
    toml("no quotes", "title = a b", rejected="2:"),
    toml("a key twice", 'title = "a"', 'title = "b"', rejected="3:"),
    toml("a date that is none", "date = 2024-02-30", rejected="2:"),
    toml("a key of many levels", "a" + ".a" * 100 + " = 1", rejected="2:1 levels"),
    toml("a header of many levels", "[" + "a . " * 60 + "a]", rejected="2:2 levels"),
    toml("a comment", "# nothing", 'title = "a"', title="a"),
    Case(name="toml, never closed", data=b'+++\ntitle = "a"\n\nText.\n', rejected="1:1 never closed"),
    # JSON
    json("plain", '{"title": "a", "tags": ["b", "c"]}\nText.\n', title="a", tags=("b", "c"), has=("Text.",)),
    json("braces within", '{"title": "a", "x": {"y": {}}}\nText.\n', title="a", has=("Text.",)),
    json("over several lines", '{\n  "title": "a"\n}\n\nText.\n', title="a", has=("Text.",)),
    json("an escaped pair of surrogates", '{"title": "\\ud83d\\ude00"}\nText.\n', title="😀"),
    json("a comma too many", '{"title": "a",}\nText.\n', rejected="1:"),
    json("a comma too few", '{"title": "a"\n"tags": "b"}\nText.\n', rejected="2:1"),
    json("a number for a title", '{"title": 2024}\nText.\n', title="2024"),
    json("null for a title", '{"title": null}\nText.\n', title="A"),
    json("not closed", '{"title": "a"\n\nText.\n', rejected=":"),
    json("a thousand braces", '{"a":' * 1000 + "1" + "}" * 1000, rejected=": deep"),
    json("a list is text", '["a", "b"]\n', title="A", has=("[",)),
)
