"""Titles, categories, tags, languages, authors and permalinks."""

from __future__ import annotations

from .cases import Case, matter

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
TITLES = {
    "<b>bold</b> words": "bold words",
    "<i>a</i><i>b</i>": "ab",
    "a<br>b": "a b",
    "R&amp;D": "R&D",
    "R&D": "R&D",
    "&amp;lt;b&amp;gt;": "&lt;b&gt;",
    "&lt;b&gt;": "<b>",
    "&#x1F600; &#128512;": "😀 😀",
    "&hellip;": "…",
    "&nosuchname;": "&nosuchname;",
    "&copy": "&copy",
    "1 < 2 > 0": "1 < 2 > 0",
    "C++ <vector>": "C++ <vector>",
    "a <script>alert(1)</script> b": "a b",
    "a <!-- hidden --> b": "a b",
    "a  \u00a0 b\u3000c": "a b c",
    "a\u2028b": "a b",
    "👨\u200d👩\u200d👧\u200d👦 family": "👨\u200d👩\u200d👧\u200d👦 family",
    ENGLAND: ENGLAND,
    "𠮷野家": "𠮷野家",
    "a_b_c and 2*3*4": "a_b_c and 2*3*4",
    "<a href='javascript:alert(1)'>x</a>": "x",
    "<img src=x onerror=alert(1)>x": "x",
    "</title><script>x</script>y": "y",
    "]]> y": "]]> y",
}
# As Jekyll's Document#populate_categories and Utils.pluralized_array_from_hash read them.
CATEGORIES = (
    ("categories: a b", ("a", "b")),
    ("categories: [a b, c]", ("a b", "c")),
    ("category: a b", ("a b",)),
    ("categories:\n  - 경제\n  - 환경", ("경제", "환경")),
    ("categories: a, b", ("a,", "b")),
    ("categories: [[a, b], c]", ("a", "b", "c")),
    ("categories: {a: 1, b: 2}", ("a", "b")),
    ("categories: [2024, 1.5, true, no]", ("2024", "1.5", "true", "no")),
    ("categories: [News, NEWS, news]", ("News",)),
    ("categories: ['  a  b ']", ("a b",)),
    ("categories: ['', '  ', a]", ("a",)),
    ("categories: []", ()),
    ("categories:", ()),
    ("categories: [a/b, ../c]", ("a/b", "../c")),
    ("categories: [C++, C#]", ("C++", "C#")),
    ("categories: ['<b>']", ("<b>",)),
    ("categories: ['🍊']", ("🍊",)),
    ("categories: [\u1100\u1161, \uac00]", ("\uac00",)),
    ("categories: [e\u0301, \u00e9]", ("\u00e9",)),
    ("categories: [stra\u00dfe, STRASSE]", ("straße",)),
    (f"categories: [{'a' * 201}, b]", ("b",)),
    (f"categories: [{'가' * 200}]", ("가" * 200,)),
)
TAGS = (
    ("tags: a b", ("a", "b")),
    ("tag: a b", ("a b",)),
    ("tags: [a b]", ("a b",)),
    ("tags: a\ntag: b", ("b",)),
    ("tags: [a, A]", ("a",)),
    ("tags: 12:30", ("12:30",)),
)
# Where a post's page may be: below the site's own address, whatever its author or somebody else wrote.
PERMALINKS = (
    ("/x/", "https://example.org/x/"),
    ("x", "https://example.org/x"),
    ("/a b/", "https://example.org/a%20b/"),
    ("/한글/", "https://example.org/%ED%95%9C%EA%B8%80/"),
    ("/%ED%95%9C/", "https://example.org/%ED%95%9C/"),
    ("/100%/", "https://example.org/100%25/"),
    ("/:title.html", "https://example.org/a.html"),
    ("/:year/:title_", "https://example.org/2024/a_"),
    ("pretty", "https://example.org/pretty"),
)
HOSTILE = (
    *(
        "../../etc/passwd",
        "/../../x",
        "/a/../../x",
        "/%2e%2e/%2e%2e/x",
        "/%2E./x",
        "/..%2f..%2fx",
        "/.%2e/x",
        "/./././x",
    ),
    *(
        "\\\\evil.example\\x",
        "/\\evil.example/x",
        "/\t/evil.example/",
        "\t//evil.example/",
        "/x//evil.example",
        "/%00/",
    ),
    *("javascript:alert(1)", "data:text/html,x", "vbscript:x", "http:evil.example", "/@evil.example/", "@evil.example"),
    *(
        "/x?y#z",
        "/<script>",
        '/"onload=',
        "/x\u202egnp.exe",
        "/\ufeffx",
        "/.\u2024/x",
        "/．．/x",
        "/x;y=z/",
        "/~user/",
        "...",
    ),
)
REJECTED = (
    *("//evil.example/x", "https://evil.example/x", "HTTP://evil.example", "ftp://evil.example", "/:nosuch/"),
    "///evil.example/x",
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


CASES = (
    *(
        Case(name=f"title {text[:40]}", data=matter(f"title: {quoted(text)}"), title=title)
        for text, title in TITLES.items()
    ),
    Case(name="title of two thousand letters", data=matter(f"title: {'가나 ' * 700}"), title=("가나 " * 700).strip()),
    Case(name="title of the file's name", data=matter("x: y"), path="2024-07-11-two-words.md", title="Two Words"),
    Case(name="title of a name without a slug", data=matter("x: y"), path="2024-07-11-.md", title="2024-07-11-"),
    Case(name="title of Hangul's name", data=matter("x: y"), path="2024-07-11-새-소식.md", title="새 소식"),
    *(Case(name=line[:40], data=matter(line), categories=found) for line, found in CATEGORIES),
    *(Case(name=line, data=matter(line), tags=found) for line, found in TAGS),
    *(
        Case(name=f"permalink {text}", data=matter(f"permalink: {quoted(text)}"), link=link)
        for text, link in PERMALINKS
    ),
    *(
        Case(name=f"hostile permalink {text!r}", data=matter(f"title: a\npermalink: {quoted(text)}"), either=True)
        for text in HOSTILE
    ),
    *(
        Case(
            name=f"permalink elsewhere {text}",
            data=matter("title: a", f"permalink: {quoted(text)}"),
            rejected="3:12 permalink",
        )
        for text in REJECTED
    ),
    Case(name="hostile slug", data=matter("slug: ../../x")),
    Case(name="hostile category", data=matter("categories: ['../../..']")),
    Case(name="language", data=matter("lang: pt-BR"), language="pt-BR"),
    Case(name="language with an underscore", data=matter("lang: ko_KR"), language="ko-KR"),
    Case(name="no language", data=matter("lang: '<x>'"), language="ko", warns=("language tag",)),
    Case(name="no language for being long", data=matter(f"lang: {'a' * 90}"), language="ko", warns=("language tag",)),
    Case(name="own id", data=matter("id: tag:example.org,2024:1"), id="tag:example.org,2024:1"),
    Case(name="own id that is no IRI", data=matter("id: my post"), id="tag:example.org,2024-07-11:my%20post"),
    Case(name="own id with markup", data=matter("id: 'x:<script>'"), id="tag:example.org,2024-07-11:x:%3Cscript%3E"),
    Case(
        name="own id of a uuid",
        data=matter("guid: urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        id="urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    ),
    Case(name="summary with markup", data=matter("excerpt: <b>R&amp;D</b>  now"), summary="R&D now"),
    Case(
        name="summary of the first paragraph",
        data=matter("title: a", body="<p>&nbsp;</p>\n<p>One.</p>\n<p>Two.</p>"),
        summary="One.",
    ),
)
