"""Shortcodes and tags of Hugo, Zola, Hexo and Eleventy: what a reader sees of them, and what the author is told."""

from __future__ import annotations

from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules
from feedsvc.posts.shortcodes.codeareas import CodeAreas
from feedsvc.posts.sitefiles import SiteFiles

HOSTS = ("youtube-nocookie.com", "player.vimeo.com")
HERE = "https://example.org/posts/here/"


class Beside(SiteFiles):
    """Other files of the posts directory, by path."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__()
        self.files = files

    @property
    def beside(self) -> SiteFiles:
        return self

    def read(self, path: str, max_bytes: int) -> bytes | None:
        text = self.files.get(path)
        return None if text is None else text.encode()[:max_bytes]

    def list(self, directory: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path.startswith(directory)))


FILES = {
    "posts/other.md": "---\ntitle: The other\ndate: 2024-01-01\n---\n",
    "posts/other.ko.md": "---\ntitle: 다른 글\ndate: 2024-01-01\n---\n",
    "posts/bundle/index.md": "---\ntitle: Bundle\ndate: 2024-01-01\nslug: a-slug\n---\n",
    "posts/draft.md": "---\ntitle: Draft\ndate: 2024-01-01\ndraft: true\n---\n",
    "notes/far.md": "---\ntitle: Far\ndate: 2024-01-01\n---\n",
    "about.md": "---\ntitle: About\n---\n",
    "posts/_index.md": "---\ntitle: Posts\n---\n",
}


def read(generator: str, body: str, *, defer: bool = False) -> Post:
    permalinks = {"hugo": "/:language/:sections/:slugorcontentbasename/", "zola": "/:language/:directories/:slug/"}
    rules = PostRules(
        site_url="https://example.org",
        timezone=ZoneInfo("UTC"),
        permalink=permalinks.get(generator, "/:directories/:slug/"),
        language="en",
        drafts=False,
        encodings=("utf-8-sig",),
        id_style="permalink",
        frame_hosts=HOSTS,
        generator=generator,
        languages=("en", "ko"),
        defer=defer,
    )
    source = f"---\ntitle: Here & now\ndate: 2024-01-02\n---\n{body}"
    post = parse_post("posts/here.md", source.encode(), rules, Beside(FILES))
    assert isinstance(post, Post), post
    return post


FRAME = '<iframe src="https://{}" title="{}" width="560" height="315"></iframe>'
YOUTUBE = FRAME.format("www.youtube-nocookie.com/embed/a-b_C", "YouTube")
VIMEO = FRAME.format("player.vimeo.com/video/12", "Vimeo")
CODE = '<pre><code class="language-go">a &lt; b\n\n  *c*</code></pre>'

HUGO = {
    "{{< youtube a-b_C >}}": f"<p>{YOUTUBE}</p>",
    '{{< youtube id="a-b_C" >}} and': f"<p>{YOUTUBE} and</p>",
    "{{<youtube a-b_C>}}": f"<p>{YOUTUBE}</p>",
    "{{% vimeo 12 %}}": f"<p>{VIMEO}</p>",
    "{{< gist kim 12 `a b.go` >}}": '<p><a href="https://gist.github.com/kim/12#file-a-b-go">https://gist.github.com/kim/12</a></p>',
    "{{< x user=kim id=12 >}}": '<p><a href="https://x.com/kim/status/12">https://x.com/kim/status/12</a></p>',
    "{{< tweet 12 >}}": '<p><a href="https://x.com/i/status/12">https://x.com/i/status/12</a></p>',
    "{{< instagram abc >}}": '<p><a href="https://www.instagram.com/p/abc/">https://www.instagram.com/p/abc/</a></p>',
    '{{< figure src="a.png" >}}': f'<figure><img src="{HERE}a.png"></figure>',
    '{{< figure src="/a.png" alt="A \\"b\\"" link="/l" title=T\ncaption="*c* & [d](/d)" attr=Kim attrlink="/k" >}}': (
        '<figure><a href="https://example.org/l"><img src="https://example.org/a.png" alt="A &quot;b&quot;"></a>'
        '<figcaption><h4>T</h4><p><em>c</em> &amp; <a href="https://example.org/d">d</a> '
        '<a href="https://example.org/k">Kim</a></p></figcaption></figure>'
    ),
    "{{< highlight go >}}\na < b\n\n  *c*\n{{< /highlight >}}": CODE,
    "- x {{< highlight go >}}a < b\n\n  *c*{{< / highlight >}} y": f"<ul>\n<li>x {CODE} y</li>\n</ul>",
    "{{< details `S *t*` >}}\n*inner*\n{{< /details >}}": (
        "<details><summary>S <em>t</em></summary>\n<p><em>inner</em></p>\n</details>"
    ),
    "{{< param title >}}": "<p>Here &amp; now</p>",
    "a{{% comment %}}b{{< x 1 >}}{{% /comment %}}c": "<p>ac</p>",
    '[a]({{< ref "other.md" >}})': '<p><a href="https://example.org/posts/other/">a</a></p>',
    '[a]({{< relref path="/posts/other.md#b" >}})': '<p><a href="https://example.org/posts/other/#b">a</a></p>',
    '[a]({{< ref path="other" lang="ko" >}})': '<p><a href="https://example.org/ko/posts/other/">a</a></p>',
    "[a]({{< ref bundle >}})": '<p><a href="https://example.org/posts/a-slug/">a</a></p>',
    "[a]({{< ref far >}})": '<p><a href="https://example.org/notes/far/">a</a></p>',
    '[a]({{< ref "#b" >}})': f'<p><a href="{HERE}#b">a</a></p>',
    '[a]({{< ref "/about" >}}) [b]({{< ref "/posts" >}})': (
        '<p><a href="https://example.org/about/">a</a> <a href="https://example.org/posts/">b</a></p>'
    ),
    '```\n{{</* figure src="a" */>}} {{%/* note */%}}\n```': (
        '<pre><code>{{&lt; figure src="a" &gt;}} {{% note %}}\n</code></pre>'
    ),
    "`{{</* x */>}}`": "<p><code>{{&lt; x &gt;}}</code></p>",
    "{{ .Title }} and {{< nothing": "<p>{{ .Title }} and {{&lt; nothing</p>",
    "{{< a {{< youtube a-b_C >}}": f"<p>{{{{&lt; a {YOUTUBE}</p>",
}

ZOLA = {
    '{{ youtube(id="a-b_C", autoplay=true) }}': f"<p>{YOUTUBE}</p>",
    "{{vimeo(id='12')}}": f"<p>{VIMEO}</p>",
    '{{ youtube(playlist="P&1") }}': "<p>"
    + FRAME.format("www.youtube-nocookie.com/embed/videoseries?list=P%261", "YouTube")
    + "</p>",
    '{{ gist(url="https://gist.github.com/kim/12", file="a.rs") }}': (
        '<p><a href="https://gist.github.com/kim/12#file-a-rs">https://gist.github.com/kim/12</a></p>'
    ),
    '{{ streamable(id="x") }}': '<p><a href="https://streamable.com/x">https://streamable.com/x</a></p>',
    "`{{/* vimeo(id=1) */}}` `{%/* quote() */%}`": "<p><code>{{ vimeo(id=1) }}</code> <code>{% quote() %}</code></p>",
    "{{ page.title }} {% if x %} {% end %}": "<p>{{ page.title }} {% if x %} {% end %}</p>",
    "[a](@/posts/other.md#b) `[c](@/posts/other.md)`": (
        '<p><a href="https://example.org/posts/other/#b">a</a> <code>[c](@/posts/other.md)</code></p>'
    ),
    '[a][r] <a href="@/about.md">b</a> [s](@/posts/_index.md)\n\n[r]: @/posts/other.ko.md "t"': (
        '<p><a href="https://example.org/ko/posts/other/" title="t">a</a> <a href="https://example.org/about/">b</a> '
        '<a href="https://example.org/posts/">s</a></p>'
    ),
    "One\n\n<!-- more -->\n\nTwo": "<p>One</p>\n\n<p>Two</p>",
}

HEXO = {
    '{% asset_img center pic.jpg 10 20 "T" "A" %}': (
        f'<p><img src="{HERE}pic.jpg" alt="A" title="T" width="10" height="20"></p>'
    ),
    '{% img /p.jpg \'"T" "A"\' %}': '<p><img src="https://example.org/p.jpg" alt="A" title="T"></p>',
    "{% asset_link a.pdf 'A & B' %} {% asset_path a.pdf %}": f'<p><a href="{HERE}a.pdf">A &amp; B</a> a.pdf</p>',
    "{% post_link other %} {% post_link other 'T' %}": (
        '<p><a href="https://example.org/posts/other/">The other</a> <a href="https://example.org/posts/other/">T</a></p>'
    ),
    "{% post_path far %}": "<p>https://example.org/notes/far/</p>",
    "{% codeblock T lang:go %}\na < b\n\n  *c*\n{% endcodeblock %}": CODE,
    "{% code %}{{ x }} {% y %}{% endcode %}": "<pre><code>{{ x }} {% y %}</code></pre>",
    "{% blockquote Kim %}\n*q*\n{% endblockquote %}": "<blockquote>\n<p><em>q</em></p>\n<p>Kim</p></blockquote>",
    "{% raw %}{{ vue }} {% x %}{% endraw %}": "<p>{{ vue }} {% x %}</p>",
    "{% youtube a-b_C %} {% vimeo 12 %}": f"<p>{YOUTUBE} {VIMEO}</p>",
    "{% link Hexo docs https://hexo.io/ true %}": '<p><a href="https://hexo.io/">Hexo docs</a></p>',
    "{% gist 12 %}": '<p><a href="https://gist.github.com/12">https://gist.github.com/12</a></p>',
    "{% jsfiddle ab %}": '<p><a href="https://jsfiddle.net/ab/">https://jsfiddle.net/ab/</a></p>',
    "{% iframe https://x.example/ %}": '<p><a href="https://x.example/">https://x.example/</a></p>',
    "{{ title }}{# gone #} `{% x %}`": "<p>Here &amp; now <code>{% x %}</code></p>",
    "```\n{% x %} {{ y }}\n```\n": "<pre><code>{% x %} {{ y }}\n</code></pre>",
    "a {% b": "<p>a {% b</p>",
}

ELEVENTY = {
    '![x]({{ "/a.png" | url }}) {{ title }} {{ page.url }}': (
        f'<p><img src="https://example.org/a.png" alt="x"> Here &amp; now {HERE}</p>'
    ),
    "{% comment %}gone{% endcomment %}{% raw %}{{ kept }}{% endraw %}": "<p>{{ kept }}</p>",
    "{%- highlight go -%}\na < b\n\n  *c*\n{%- endhighlight -%}": CODE,
    "```\n{{ y }}\n```\n": "<pre><code>{{ y }}\n</code></pre>",
}

CASES = [
    (generator, body, html)
    for generator, cases in (("hugo", HUGO), ("zola", ZOLA), ("hexo", HEXO), ("eleventy", ELEVENTY))
    for body, html in cases.items()
]


@pytest.mark.parametrize(("generator", "body", "html"), CASES)
def test_what_a_generator_brings_is_shown_simply(generator: str, body: str, html: str) -> None:
    post = read(generator, body)
    assert post.content == html
    assert post.warnings == ()


LEFT_OUT = [
    ("hugo", "{{% note %}}*in*{{% /note %}} {{< note />}}", "<p><em>in</em></p>", ["5:1 note"]),
    ("hugo", "{{< a >}}{{< b >}}x{{< /b >}}{{< /a >}}\n{{< b `\n` >}}", "<p>x</p>", ["5:1 a", "5:10 b"]),
    ("hugo", "a {{< figure >}}", "<p>a</p>", ["5:3 figure lacks"]),
    ("hugo", "{{< x=y a>b >}} {{< c url=http://x/?a=b >}}d", "<p>d</p>", ["5:1 x lacks", "5:17 c"]),
    ("hugo", "{{< highlight go >}}a", "<p>a</p>", ["5:1 highlight lacks"]),
    ("hugo", "[a]({{< ref nowhere >}})", f'<p><a href="{HERE}">a</a></p>', ["5:5 there is no post nowhere"]),
    ("hugo", "[a]({{< ref draft >}})", f'<p><a href="{HERE}">a</a></p>', ["5:5 there is no post draft"]),
    ("hugo", "[a]({{< ref `../../../etc/passwd` >}})", f'<p><a href="{HERE}">a</a></p>', ["5:5 there is no post ../"]),
    ("zola", "{% quote(by=[1, 2]) %}*in* {{ b() }}{% end %}", "<p><em>in</em></p>", ["5:1 quote", "5:28 b"]),
    ("zola", "x\n[a](@/none.md)", f'<p>x\n<a href="{HERE}">a</a></p>', ["6:5 there is no post /none.md"]),
    ("hexo", "{% note a %}*in*{% endnote %} {{ fn(1) }}", "<p><em>in</em></p>", ["5:1 note", "5:31 {{ fn(1) }}"]),
    ("eleventy", "{% if a %}b{% else %}c{% endif %}", "<p>bc</p>", ["5:1 if"]),
    ("eleventy", "{{ a | b }}{{ collections }}d", "<p>d</p>", ["5:1 {{ a | b }}", "5:12 {{ collections }}"]),
]  # fmt: skip


@pytest.mark.parametrize(("generator", "body", "html", "told"), LEFT_OUT)
def test_what_nobody_knows_loses_its_tags_and_is_told_once(
    generator: str, body: str, html: str, told: list[str]
) -> None:
    post = read(generator, body)
    assert " ".join(post.content.split()) == " ".join(html.split())
    found = [f"{each.line}:{each.column} {each.reason}" for each in post.warnings]
    assert len(found) == len(told)
    assert all(each.startswith(start) for each, start in zip(found, told, strict=True)), found


def test_the_posts_of_other_sites_keep_what_looks_like_a_shortcode() -> None:
    body = "{{< youtube x >}} {{ gist(url='y') }} {% img /z.png %}"
    assert read("jekyll", body, defer=True).pending
    assert "{{&lt; youtube x &gt;}}" in read("zola", "{{< youtube x >}} {{ page }}").content


def test_a_post_with_shortcodes_is_read_whole_and_one_without_waits() -> None:
    assert not read("hugo", "{{< youtube x >}}", defer=True).pending
    assert read("hugo", "Nothing.", defer=True).pending


def test_shortcodes_within_shortcodes_beyond_every_use_lose_their_tags() -> None:
    post = read("hugo", "{{< details >}}" * 100 + "x" + "{{< /details >}}" * 100)
    assert post.content.count("<details>") == 40
    assert [each.reason[:13] for each in post.warnings] == ["details lacks"]


def test_a_post_of_nothing_but_bad_links_asks_for_some_of_them_and_tells_fewer() -> None:
    post = read("hugo", "".join(f"{{{{< ref no{number} >}}}} {{{{< tag{number} >}}}}" for number in range(1000)))
    assert len(post.warnings) == 30


def test_shortcodes_that_cross_keep_what_is_in_them() -> None:
    post = read("hugo", "{{< details a >}}b{{< comment >}}c{{< /details >}}d{{< /comment >}}e")
    assert [part in post.content for part in "bcde"] == [True] * 4


HOSTILE = {
    "hugo": ["{{< a ", '{{< "', '{{< "\\"', "{{< a=`", "{{</* ", "{{% a %", "{{< details >}}", "{{< /details >}}"],
    "zola": ["{{ a(", '{{ a(b="', "{{ a(b=[", "{% a(b=1) %}", "{% end %}", "{{/* ", "{% a(b='c', "],
    "hexo": ["{% raw %}", "{% code %}", "{{ a", "{# a", "{% a '", "```\n{% a %}", "`{% a %}``", "{% enda %}", "{%"],
}


@pytest.mark.parametrize(("generator", "text"), [(name, text) for name, texts in HOSTILE.items() for text in texts])
def test_a_text_of_nothing_but_beginnings_is_read_in_one_pass(generator: str, text: str) -> None:
    """What looked at the rest anew from each beginning would take hours."""
    find = import_module(f"feedsvc.posts.shortcodes.{generator}").DIALECT.find
    body = text * (300_000 // len(text))
    ends = [piece.end for piece in find(body)]
    assert ends == sorted(ends)
    assert all(end <= len(body) for end in ends)


def test_code_is_between_fences_and_between_backticks() -> None:
    text = "a `b` ``c ` d`` `e\n\n`f\n\n~~~ x\ng\n~~~~\nh `i\nj` k\n\n- ```\n  l\n  ```\nm\n```\nn"
    areas = CodeAreas(text)
    assert "".join(each for at, each in enumerate(text) if each.isalpha() and areas.end_of(at) >= 0) == "bcdxgijln"
