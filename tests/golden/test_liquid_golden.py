"""Liquid as the real Jekyll fills it in: ``liquid/cases.txt``, a line for each body, and what it wrote for them.

``liquid/expected.json`` is written by ``tests/e2e/test_jekyll_liquid.py``, which asks Jekyll itself.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.build import build
from feedsvc.config import make_settings
from feedsvc.model import PostError
from feedsvc.posts.body import read_half
from feedsvc.posts.draft import Draft, read_draft, url_path_of
from feedsvc.posts.filling import fill_in
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.rules import PostRules
from feedsvc.posts.sitefiles import SiteFiles

HERE = Path(__file__).parent / "liquid"
FIXTURE = Path(__file__).parent.parent / "fixtures/multilingual-jekyll"
CASE = "2024-01-02-case.md"
EXPECTED: dict[str, str] = json.loads((HERE / "expected.json").read_text())
FRONT = (HERE / "site/_posts" / CASE).read_text().removesuffix("x\n")
RULES = PostRules(
    site_url="https://example.org/base",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/:categories/:year/:month/:day/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig",),
    id_style="permalink",
    jekyll=JekyllRules(),
)

DIFFERENT = {
    # Readers show neither Rouge's colours nor its line numbers.
    "{% highlight ruby %}⏎def a<b; end⏎{% endhighlight %}": (
        '<figure class="highlight"><pre><code class="language-ruby" data-lang="ruby">'
        "def a&lt;b; end</code></pre></figure>"
    ),
    "{% highlight c++ linenos %}⏎int a; {{ 1 }}⏎{% endhighlight %}": (
        '<figure class="highlight"><pre><code class="language-c--" data-lang="c++">int a; 1</code></pre></figure>'
    ),
    "{% highlight html %}⏎{% raw %}<a>{{ x }}</a>{% endraw %}⏎{% endhighlight %}": (
        '<figure class="highlight"><pre><code class="language-html" data-lang="html">'
        "&lt;a&gt;{{ x }}&lt;/a&gt;</code></pre></figure>"
    ),
    # Nothing that reads the clock.
    "{{ '10:30' | date: '%H' }}": "10:30",
    # A day that does not exist stays as it is written.
    "{{ '2020-02-30' | date: '%F' }}": "2020-02-30",
    # To Jekyll nothing is ever blank (that is Rails'), which nobody who writes it means.
    '{% if "" == empty %}e{% endif %}{% if "" == blank %}b{% endif %}': "eb",
    "{% capture x %}  {% endcapture %}[{{ x | strip }}]{% if x == blank %}blank{% endif %}": "[]blank",
    # pyromark and kramdown end what they write otherwise.
    "{{ nil | markdownify }}": "",
    # Of the site only posts are known, and the one that is rendered has no content yet.
    "{{ page.content }}": "",
    "{{ page.excerpt }}": "",
    "{{ site.pages | size }}": "0",
    "{{ site.html_pages | size }}": "0",
    "{{ site.static_files | size }}": "0",
    "{{ site.collections | size }}": "0",
}
"""What is written otherwise than by Jekyll, on purpose."""

LENIENT = {
    # Jekyll fails, and it does no harm not to.
    '{{ site.hash | where: "a", 1 }}': "",
    '{{ site.people | where: "age" | size }}': "0",
    "{{ 'x' | find: 'y' }}": "x",
    "{{ nil | number_of_words }}": "0",
    "{% comment %}x {{ y }} {% if %}{% endcomment %}z": "z",
}


def rendered(body: str) -> tuple[str, list[str]]:
    """Return what a body becomes, and what its author is told of it."""
    site = SiteFiles(HERE / "site")
    draft = read_draft(CASE, (FRONT + body).encode(), RULES, site)
    assert isinstance(draft, Draft)
    url_path = url_path_of(draft)
    assert isinstance(url_path, str)
    told = len(draft.fields.findings)
    text = fill_in(draft, url_path, lambda path, data: read_half(path, data, RULES))
    assert not isinstance(text, PostError)
    return text, [str(finding) for finding in draft.fields.findings[told:]]


@pytest.mark.parametrize("case", EXPECTED)
def test_liquid_writes_what_the_real_jekyll_writes(case: str) -> None:
    text, told = rendered(case.replace("⏎", "\n"))
    if EXPECTED[case].startswith("!"):
        assert told or text == LENIENT[case]
    else:
        assert text == DIFFERENT.get(case, EXPECTED[case])


def test_posts_that_speak_the_readers_language_by_site_data_show_what_jekyll_shows(tmp_path: Path) -> None:
    site = {"title": "등대 소식", "url": "https://lights.example/news", "timezone": "Asia/Seoul", "language": "ko"}
    settings = make_settings(
        {
            "site": site,
            "posts": {"dir": str(FIXTURE / "_posts"), "permalink": "/:categories/:title/"},
            "jekyll": {"dir": str(FIXTURE)},
        },
        {},
        file=tmp_path / "feedsvc.toml",
    )
    report = build(settings, now=datetime(2100, 1, 1, tzinfo=UTC))
    assert (report.rejected, report.warnings) == ((), ())
    feed = json.loads((tmp_path / "public/feed.json").read_bytes())
    shown = {
        item["url"].rstrip("/").rpartition("/")[2]: re.sub(r">\s+<", "><", " ".join(item["content_html"].split()))
        for item in feed["items"]
    }
    assert shown == json.loads((HERE / "multilingual.json").read_text())


def test_every_difference_from_jekyll_is_one() -> None:
    assert [case for case, text in DIFFERENT.items() if EXPECTED[case] == text] == []
    assert [case for case in LENIENT if not EXPECTED[case].startswith("!")] == []
