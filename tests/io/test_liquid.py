"""Liquid that draws on the site's files, includes, data, other posts; and builds after one of them changed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.report import BuildReport

Build = Callable[..., BuildReport]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]


@pytest.fixture
def put(site: Path) -> Callable[[str, str], Path]:
    """Write a file of the Jekyll site, which is one from the beginning."""

    def write(path: str, text: str) -> Path:
        file = site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(text)
        # Never as old as what it replaces, be the file system's clock ever so coarse.
        if before:
            os.utime(file, ns=(before + 10**9, before + 10**9))
        return file

    write("_config.yml", "title: Site\nfuture: true\n")
    return write


@pytest.fixture
def shown(run_build: Build, documents: Documents) -> Callable[..., dict[str, str]]:
    """Build, and return the content of each entry by its title."""

    def show(hours: float = 0.0) -> dict[str, str]:
        run_build(hours, jekyll={"dir": "."})
        return {item["title"]: item["content_html"] for item in json.loads(documents()["/feed.json"])["items"]}

    return show


Put = Callable[[str, str], Path]
Shown = Callable[..., dict[str, str]]


def test_a_changed_include_renders_the_posts_that_used_it_again(put: Put, shown: Shown, write_post: WritePost) -> None:
    put("_includes/note.html", "<p>one {{ include.x }}</p>")
    write_post("2024-06-10-a.md", title="a", body='{% include note.html x="y" %}')
    write_post("2024-06-11-b.md", title="b", body="plain")
    assert shown()["a"] == "<p>one y</p>"
    put("_includes/note.html", "<p>other {{ include.x }}</p>")
    assert shown(1) == {"a": "<p>other y</p>", "b": "<p>plain</p>"}


def test_an_include_that_is_written_later_appears(
    put: Put, shown: Shown, write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-10-a.md", title="a", body="<p>a</p>\n{% include late.html %}")
    assert shown()["a"] == "<p>a</p>"
    (warning,) = run_build(jekyll={"dir": "."}).warnings
    assert str(warning) == (
        "2024-06-10-a.md:10:1: _includes/late.html is not there; write that file, or take the tag out"
    )
    put("_includes/late.html", "<p>late</p>")
    assert shown(1)["a"] == "<p>a</p>\n<p>late</p>"


def test_an_include_that_is_too_long_is_told_so(put: Put, write_post: WritePost, run_build: Build) -> None:
    put("_includes/long.html", "x" * 1_000_001)
    write_post("2024-06-10-a.md", title="a", body="{% include long.html %}")
    (warning,) = run_build(jekyll={"dir": "."}).warnings
    assert "_includes/long.html is longer than 1,000,000 bytes, and was left out; shorten" in str(warning)


def test_changed_data_renders_the_posts_that_used_it_again(put: Put, shown: Shown, write_post: WritePost) -> None:
    put("_data/words.yml", "hello: 안녕")
    write_post("2024-06-10-a.md", title="a", body="{{ site.data.words.hello }}")
    assert shown()["a"] == "<p>안녕</p>"
    put("_data/words.yml", "hello: 어서 오세요")
    assert shown(1)["a"] == "<p>어서 오세요</p>"


def test_a_list_of_posts_follows_the_posts(put: Put, shown: Shown, write_post: WritePost) -> None:
    write_post("2024-06-10-a.md", title="a", body="{{ site.posts | map: 'title' | join: ' ' }} {{ page.next.title }}")
    assert shown()["a"] == "<p>a</p>"
    b = write_post("2024-06-11-b.md", title="b")
    assert shown(1)["a"] == "<p>b a b</p>"
    b.write_text(b.read_text().replace("title: b", "title: better"))
    assert shown(2)["a"] == "<p>better a better</p>"


def test_a_post_lists_no_post_of_its_future_unless_the_site_publishes_those(
    put: Put, shown: Shown, write_post: WritePost
) -> None:
    put("_config.yml", "title: Site\n")
    write_post("2024-06-10-a.md", title="a", body="{{ site.posts | map: 'title' | join: ' ' }}")
    write_post("2024-06-11-b.md", title="b", body="{{ site.posts | map: 'title' | join: ' ' }}")
    write_post("2999-06-11-c.md", title="embargoed")
    assert shown() == {"a": "<p>a</p>", "b": "<p>b a</p>"}


def test_a_withheld_post_is_in_no_list(put: Put, shown: Shown, write_post: WritePost) -> None:
    write_post("2024-06-10-a.md", title="a", body="{{ site.posts | map: 'title' | join: ' ' }}")
    write_post("2024-06-11-b.md", title="b", published="false")
    write_post("2024-06-12-c.md", title="c", draft="true")
    assert shown()["a"] == "<p>a</p>"


def test_a_link_to_a_post_follows_its_permalink(put: Put, shown: Shown, write_post: WritePost) -> None:
    write_post("2024-06-10-a.md", title="a", body="[b]({% post_url 2024-06-11-b %})")
    b = write_post("2024-06-11-b.md", title="b", permalink="/here/")
    assert 'href="https://example.org/here/"' in shown()["a"]
    b.write_text(b.read_text().replace("/here/", "/there/"))
    assert 'href="https://example.org/there/"' in shown(1)["a"]


def test_nothing_outside_the_site_is_included(
    put: Put, shown: Shown, write_post: WritePost, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.html").write_text("SECRET")
    put("_includes/.hidden.html", "SECRET")
    (site / "_includes/linked.html").symlink_to(tmp_path / "secret.html")
    (site / "_includes/up").symlink_to(tmp_path)
    names = ["linked.html", "up/secret.html", "../../secret.html", ".hidden.html", "/etc/passwd", "{{ page.title }}"]
    body = "".join(f"{{% include {name} %}}{{% include_relative {name} %}}" for name in names)
    write_post("2024-06-10-a.md", title="../../secret.html", body=f"<p>a</p>\n{body}{{{{ site.data | jsonify }}}}")
    (site / "_data").symlink_to(tmp_path)
    assert shown()["../../secret.html"] == "<p>a</p>\n<p>{}</p>"


def test_a_link_behind_the_sites_base_as_jekyll_3_wants_it_has_the_base_once(
    put: Put, shown: Shown, write_post: WritePost
) -> None:
    put("_config.yml", "url: https://example.org\nbaseurl: /proj\n")
    put("about.md", "---\n---\n")
    links = [
        "{{ site.baseurl }}{% link about.md %}",
        "{% link about.md %}",
        "{{ '/proj' }}{% link about.md %}",
        "{{ site.url }}/proj{% post_url 2024-06-10-a %}",
        "{% capture x %}/proj{% link about.md %}{% endcapture %}{{ x }}",
    ]
    write_post("2024-06-10-a.md", permalink="/p/", title="a", body="".join(f'<a href="{link}">x</a>' for link in links))
    page, post = "https://example.org/proj/about.html", "https://example.org/proj/p"
    found = re.findall('href="([^"]*)"', shown()["a"])
    assert [each.rstrip("/").removesuffix(".html") for each in found] == [
        each.removesuffix(".html") for each in (page, page, page, post, page)
    ]


def test_a_site_that_does_not_say_where_it_is_is_where_its_feeds_say(
    put: Put, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-10-a.md", title="a", body="{{ site.url }}, {{ site.baseurl }}, {{ '/x' | absolute_url }}")
    run_build(jekyll={"dir": "."}, site={"url": "https://ann.github.io/proj"})
    (item,) = json.loads(documents()["/feed.json"])["items"]
    assert item["content_html"] == "<p>https://ann.github.io, /proj, https://ann.github.io/proj/x</p>"


def test_an_include_that_includes_itself_keeps_the_post_out(put: Put, write_post: WritePost, run_build: Build) -> None:
    put("_includes/a.html", "a{% include b.html %}")
    put("_includes/b.html", "b{% include a.html %}")
    write_post("2024-06-10-a.md", title="a", body="text\n{% include a.html %}")
    (rejected,) = run_build(jekyll={"dir": "."}).rejected
    assert str(rejected).startswith(
        "2024-06-10-a.md:10:1: in _includes/b.html: the Liquid is nested more than 50 levels deep;"
    )


def test_what_is_wrong_in_an_include_is_told_with_both_places(
    put: Put, write_post: WritePost, run_build: Build
) -> None:
    put("_includes/a.html", "ok\n {% include b.html %}")
    put("_includes/b.html", "x {{ 1 | shout }}\n{% nope %}")
    write_post("2024-06-10-a.md", title="a", body="text\n{% include a.html %}{% include a.html %}")
    warnings = [str(warning).partition(";")[0] for warning in run_build(jekyll={"dir": "."}).warnings]
    places = ("2024-06-10-a.md:10:1", "2024-06-10-a.md:10:21")
    assert sorted(warnings) == sorted(
        f"{place}: in _includes/b.html:{told}"
        for place in places
        for told in (
            "1:10: shout is no filter that is known here",
            "2:1: nope is no tag that is known here, and was left out",
        )
    )


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.yml", "a: [1", "_data/a.yml cannot be read"),
        ("a.yml", "a: !ruby/object:Gem {}", "_data/a.yml cannot be read"),
        ("a.yml", "a: &a [*a]", "_data/a.yml cannot be read"),
        ("a.yml", "a: &a [x,x]\n" + "".join(f"b{i}: &a [*a,*a]\n" for i in range(30)), "more than 100,000 values"),
        ("a.yml", "a: " + "[" * 60 + "]" * 60, "levels of them"),
        ("a.json", "[" * 5000, "_data/a.json cannot be read"),
        ("a.csv", 'a,b\n"x', "_data/a.csv cannot be read"),
        ("a.yml", "x" * 1_000_001, "_data/a.yml is longer than 1,000,000 bytes"),
    ],
)
def test_data_that_cannot_be_read_is_told_and_the_post_is_published(
    put: Put, write_post: WritePost, run_build: Build, name: str, text: str, reason: str
) -> None:
    put(f"_data/{name}", text)
    write_post("2024-06-10-a.md", title="a", body="text {{ site.data.a }}")
    report = run_build(jekyll={"dir": "."})
    assert (len(report.rejected), len(report.warnings)) == (0, 1)
    assert reason in str(report.warnings[0])


def test_posts_may_be_anywhere_in_the_sites_own_directory(
    put: Put, site: Path, run_build: Build, documents: Documents
) -> None:
    put("_includes/x.html", "x")
    body = "{% include x.html %} {{ page.path }} {% post_url 2024-06-10-a %}"
    put("_posts/2024-06-10-a.md", f"---\ntitle: a\n---\n{body}")
    body = "{% for post in site.posts %}{{ post.path }} {% endfor %}"
    put("travel/_posts/2024-06-09-b.md", f"---\ntitle: b\n---\n{body}")
    elsewhere = {"publish": {"dir": "../out/public"}, "state": {"dir": "../out/var"}}
    posts = {"dir": ".", "patterns": ["**/_posts/*.md"], "permalink": "/:title/"}
    run_build(jekyll={"dir": "."}, posts=posts, **elsewhere)
    a, b = json.loads(documents(site.parent / "out")["/feed.json"])["items"]
    assert a["content_html"] == "<p>x _posts/2024-06-10-a.md /a/</p>"
    assert b["content_html"] == "<p>_posts/2024-06-10-a.md travel/_posts/2024-06-09-b.md</p>"


def test_what_data_may_hold_and_no_feed_may_is_told_and_left_out(
    put: Put, shown: Shown, write_post: WritePost, run_build: Build
) -> None:
    put("_data/x.json", r'{"half": "a\ud800b", "control": "c\u0001d"}')
    write_post("2024-06-10-a.md", title="a", body="{{ site.data.x.half }} {{ site.data.x.control }}")
    write_post("2024-06-11-b.md", title="b", body="{% link {{ site.data.x.half }} %}b")
    assert shown() == {"a": "<p>ab cd</p>", "b": "<p>b</p>"}
    warnings = "\n".join(map(str, run_build(1, jekyll={"dir": "."}).warnings))
    assert "U+0001, which may not stand in a feed" in warnings
    assert "U+D800, which may not stand in a feed" in warnings
