"""The closing note and the way to the whole post, in every format."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.config import fingerprint, make_settings
from feedsvc.errors import ConfigError
from feedsvc.feedrules import render_rules
from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.model import SITE, Entry, FeedSpec, Person

MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]
LINK = "https://example.org/posts/a/"
ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


def options(feeds: str) -> str:
    return f'[site]\ntitle = "News & <More>"\nurl = "https://example.org/blog"\n[feeds]\n{feeds}\n'


def rules(feeds: str, feed: tuple[str, str] = SITE) -> RenderRules:
    document = tomllib.loads(options(feeds))
    return render_rules(make_settings(document, {}, file=Path("/srv/feedsvc.toml"), text=options(feeds)), feed)


def carried(spec: FeedSpec, entry: Entry, rules: RenderRules) -> dict[str, dict[str, str | None]]:
    """Return what each format carries: its content and its summary."""
    found: dict[str, dict[str, str | None]] = {}
    for document in render_feed(spec, [entry], rules).documents:
        if document.location.format == "json":
            item = json.loads(document.body)["items"][0]
            found["json"] = {"content": item.get("content_html"), "summary": item.get("summary")}
        elif document.location.format == "atom":
            atom = etree.fromstring(document.body).find(f"{ATOM}entry")
            assert atom is not None
            found["atom"] = {each: atom.findtext(f"{ATOM}{each}") for each in ("content", "summary")}
        else:
            item = etree.fromstring(document.body).find("channel/item")
            assert item is not None
            found["rss"] = {"content": item.findtext(ENCODED), "summary": item.findtext("description")}
    return found


def test_the_same_note_ends_an_entry_in_every_format(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entry = make_entry("a", title="A & <b>", authors=(Person(name='K "Q" <k>'), Person(name="L")))
    footer = (
        '<p><a href="{url}" title="{author}">{title}</a> – <a href="{site_url}/x">{site_title}</a>, {author} {x}</p>'
    )
    found = carried(make_feed(), entry, rules(f"footer = '''{footer.replace(' {x}', '')}'''"))
    note = (
        f'<p><a href="{LINK}" title="K &quot;Q&quot; &lt;k&gt;, L">A &amp; &lt;b&gt;</a> – '
        '<a href="https://example.org/blog/x">News &amp; &lt;More&gt;</a>, K "Q" &lt;k&gt;, L</p>'
    )
    assert {each["content"] for each in found.values()} == {f"<p>Content of a</p>\n{note}"}
    assert {each["summary"] for each in found.values()} == {"Summary of a"}


@pytest.mark.parametrize(
    ("footer", "note"),
    [
        ('<a href="https://s.example/?u={url}&amp;t={title}">Share</a>',
         '<a href="https://s.example/?u=https%3A%2F%2Fexample.org%2Fposts%2Fa%2F&amp;t=T%20%26%20%C3%A9">Share</a>'),
        ("<p onclick=x style=y>{url}<script>z</script>", f"<p>{LINK}</p>"),
        ('<a href="/about">{author}</a>', '<a href="https://example.org/about">Staff</a>'),
        ("a { b } {{title}}", "a { b } {T &amp; é}"),
        ("{site_title} · {site_url}", "News &amp; &lt;More&gt; · https://example.org/blog"),
        ("<img src='https://c.example/p.gif' width=1 height=1><p>&nbsp;</p>x", "x"),
    ],
)  # fmt: skip
def test_a_note_is_cleaned_and_what_it_names_is_text(
    footer: str, note: str, make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    spec = replace(make_feed("json"), authors=(Person(name="Staff"),))
    found = carried(spec, make_entry("a", title="T & é"), rules(f'footer = """{footer.replace(chr(34), chr(39))}"""'))
    assert found["json"]["content"] == f"<p>Content of a</p>\n{note}"


def test_a_summary_ends_with_a_way_to_the_post(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entry = make_entry("a", summary="요약 & <b>")
    found = carried(
        make_feed(), entry, rules('content = "summary"\nread_more = "계속 읽기 >"\nfooter = "<p>{author}</p>"')
    )
    html = (
        f'<p>요약 &amp; &lt;b&gt;</p>\n<p><a href="{LINK}">계속 읽기 &gt;</a></p>\n<p>{make_feed().authors[0].name}</p>'
    )
    assert found == {
        "atom": {"content": None, "summary": html},
        "rss": {"content": None, "summary": html},
        "json": {"content": html, "summary": "요약 & <b>"},
    }


def test_a_summary_that_is_html_says_so(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    more = rules('content = "summary"\nread_more = "Read on"')
    body = render_feed(make_feed("atom"), [make_entry("a")], more).documents[0].body
    summary = etree.fromstring(body).find(f"{ATOM}entry/{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "html"


def test_without_either_option_nothing_changes(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    assert rules("") == RenderRules(content="full", max_bytes=2_000_000, stylesheet="/blog/-/feed.css")
    found = carried(make_feed(), make_entry("a"), rules('content = "summary"'))
    assert {each["summary"] for each in found.values()} == {"Summary of a"}
    assert found["json"]["content"] is None


def test_a_feed_of_its_own_table_has_its_own_note(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    tables = 'footer = "<p>all</p>"\n[category."경제"]\nfooter = "<p>{author}</p>"\n[category.none]\nfooter = ""'
    notes = [
        carried(make_feed("json"), make_entry("a"), rules(tables, feed))["json"]["content"]
        for feed in (SITE, ("category", "it"), ("category", "경제"), ("category", "none"))
    ]
    author = make_feed().authors[0].name
    assert [str(note)[len("<p>Content of a</p>") :] for note in notes] == [
        "\n<p>all</p>",
        "\n<p>all</p>",
        f"\n<p>{author}</p>",
        "",
    ]


def test_read_more_leaves_full_text_alone(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    found = carried(make_feed(), make_entry("a"), rules('read_more = "Read on"'))
    assert {each["content"] for each in found.values()} == {"<p>Content of a</p>"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('footer = "{titel}"', "{titel} is no placeholder of a footer; did you mean {title}?"),
        ('footer = "{date}"', "{date} is no placeholder of a footer; known are {title}, {url}"),
        ('footer = "a\\u0001"', "the character U+0001 may not stand in a feed; remove it"),
        ('read_more = "\\u009f"', "the character U+009F may not stand in a feed; remove it"),
        ("footer = 1", "1 is not text"),
    ],
)
def test_a_note_that_cannot_be_is_told_where_it_is_written(line: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rules(line)
    assert str(caught.value).startswith(f"feedsvc.toml:5: [feeds] {line.split(' ')[0]}: {reason}")


@pytest.mark.parametrize(
    ("hosts", "reason"),
    [
        ('["https://youtube.com/"]', "'https://youtube.com/' is not a host; write its name alone"),
        ('["*.example.org"]', "'*.example.org' is not a host"),
        ('["localhost"]', "'localhost' is not a host"),
        ('["YouTube.com", "youtube.com"]', "'youtube.com' is named twice"),
    ],
)
def test_a_host_of_frames_is_a_name(hosts: str, reason: str) -> None:
    text = options("") + f"[posts]\niframes = {hosts}\n"
    with pytest.raises(ConfigError) as caught:
        make_settings(tomllib.loads(text), {}, file=Path("/srv/feedsvc.toml"), text=text)
    assert reason in str(caught.value)


def test_a_new_note_or_host_makes_feeds_anew() -> None:
    def mark(text: str) -> str:
        return fingerprint(make_settings(tomllib.loads(options("") + text), {}, file=Path("/srv/feedsvc.toml")))

    marks = {mark(""), mark('footer = "x"'), mark('read_more = "x"'), mark('[posts]\niframes = ["한국.example"]')}
    assert len(marks) == 4
