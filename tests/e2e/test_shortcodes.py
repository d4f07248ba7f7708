"""Hugo's shortcodes in an entry, beside the page that Hugo itself makes of the same post."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html

HUGO = Path(sys.executable).with_name("hugo")

pytestmark = pytest.mark.skipif(not HUGO.exists(), reason="hugo is not installed")

OTHER = "---\ntitle: {}\ndate: 2024-01-01\n---\nText.\n"
BODY = """\
Before {{< notice "x" >}}*kept*{{< /notice >}} after.

{{< figure src="/tower.png" alt="A \\"tower\\"" link="https://example.org/big" title="T" caption="*C* of [d](/d/)" >}}

{{< youtube 0RKpf3rK57I >}}

- In a list: {{< highlight go >}}
a < b && *c*

	d
{{< /highlight >}}

{{< details summary="More *of* it" >}}
**Inner** text
{{< /details >}}

[one]({{< ref "other.md" >}}) [two]({{< relref "/posts/bundle#frag" >}}) [three]({{% ref "far" %}})
[four]({{< ref path="/posts/other.md" lang="ko" >}}) [five]({{< relref "#here" >}}) and {{< param "mood" >}}.

```
{{</* figure src="a.png" */>}} {{%/* note */%}}
```
"""
FILES = {
    "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "T"\ndefaultContentLanguage = "en"\n'
    "[languages.en]\nweight = 1\n[languages.ko]\nweight = 2\n[markup.goldmark.renderer]\nunsafe = true\n",
    "layouts/_default/single.html": "<main>{{ .Content }}</main>",
    "layouts/shortcodes/notice.html": "<span>{{ .Inner | markdownify }}</span>",
    "content/posts/here.md": f"---\ntitle: Here\ndate: 2024-01-02\nparams:\n  mood: calm\n---\n{BODY}",
    "content/posts/other.md": OTHER.format("Other"),
    "content/posts/other.ko.md": OTHER.format("다른"),
    "content/posts/bundle/index.md": OTHER.format("Bundle"),
    "content/posts/bundle/resource.md": OTHER.format("A resource"),
    "content/notes/far.md": OTHER.format("Far"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    for path, text in FILES.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    subprocess.run([HUGO, "--quiet"], cwd=site, check=True, capture_output=True)
    for command in ("init", "build"):
        subprocess.run([sys.executable, "-m", "feedsvc", command], cwd=site, check=True, capture_output=True)
    return site


def items(site: Path) -> dict[str, dict[str, Any]]:
    return {item["title"]: item for item in json.loads((site / "feeds" / "feed.json").read_bytes())["items"]}


def seen(markup: str) -> dict[str, list[str]]:
    """Return the words, and where links and pictures lead, in their order."""
    tree = html.fragment_fromstring(markup, create_parent="main")
    tree.make_links_absolute("https://example.org/posts/here/")
    return {
        "words": tree.text_content().split(),
        "links": [str(each) for each in tree.xpath("//a/@href")],
        "pictures": [str(each) for each in tree.xpath("//img/@src")],
        "alternatives": [str(each) for each in tree.xpath("//img/@alt")],
    }


def test_an_entry_shows_what_hugos_page_shows(site: Path) -> None:
    page = (site / "public" / "posts" / "here" / "index.html").read_text(encoding="utf-8")
    theirs = seen(page.removeprefix("<main>").removesuffix("</main>"))
    ours = seen(items(site)["Here"]["content_html"])
    # Hugo plays a film by YouTube's own address, feedsvc by the one that sets no cookies.
    assert "0RKpf3rK57I" in page
    assert "https://www.youtube-nocookie.com/embed/0RKpf3rK57I" in items(site)["Here"]["content_html"]
    assert ours == theirs
    assert "{{< figure" in " ".join(ours["words"])


def test_what_is_in_a_leaf_bundle_is_no_post_of_its_own(site: Path) -> None:
    assert sorted(items(site)) == ["Bundle", "Far", "Here", "Other", "다른"]
    assert not (site / "public" / "posts" / "bundle" / "resource").exists()


def test_a_shortcode_of_a_theme_is_told_by_its_place(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "feedsvc", "check"], cwd=site, check=False, capture_output=True, text=True
    )
    (told,) = [line for line in (done.stdout + done.stderr).splitlines() if "notice" in line]
    assert "posts/here.md:7:8" in told
