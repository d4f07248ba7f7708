"""The real kramdown: what stands in the golden files is still what it writes, and texts made by dice are read alike."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from feedsvc.posts.kramdown import KramdownOptions, read_options, render_kramdown

Kramdown: TypeAlias = "Callable[..., str | None]"

GOLDEN = Path(__file__).parent.parent / "golden" / "kramdown"
TEXTS = int(os.environ.get("FEEDSVC_STEPS", "300"))
SPANS = [
    "a", "가나", "*", "**", "_", "__", "`", "``", "~~", "[", "]", "(", ")", "](u)", "](<u>)", "[^1]", "[x]", "[x][y]",
    "\"", "'", "...", "--", "---", "<<", ">>", "$$", "$", "&amp;", "&", "&#39;", "&foo;", "<b>", "</b>", "<br>",
    "</span>", "<", "{:.c}", "{:y}", "{:/}", "<http://a.b>", "<a@b.c>", "HTML", "1", "-", "+", "|", "#", "<code>",
    "</code>", "<p>", "</div>", "'80s", "\\", "b ", " ", "\n", "\n\n", "  \n", "\\\n", "](u \"t\")", "<< ", " >>",
    "<span class='a'>", "<!-- c -->", "> ", "{:.c #i k='v'}", "{::comment}x{:/}", "{::nomarkdown}<i>{:/}",
]  # fmt: skip
BLOCKS = [
    "# H", "# H {#own}", "## H2 ##", "- a", "* b", "  * c", "+ d", "1. e", "3. f", "   g", "    code", "\tcode",
    "~~~", "```", "> q", "> > r", ": def", ":   def2", "[^1]: note", "    more", "[x]: http://x 't'", "[y]: <u>",
    "*[HTML]: Hyper", "{:.c}", "{:#i}", "{:toc}", "* TOC", "{:y: .z}", "{::comment}", "{:/comment}",
    "{::nomarkdown}", "{:/}", "$$", "$$x$$", "x^2 $$y$$ z", "<div>", "</div>", "</div> after", "<p>x</p>",
    "<p>x</p> y *z*", "<hr>", "<ul><li>a", "</li></ul>", "<b>x</b> y", "<script>a<b</script>", "* * *", "---", "___",
    "^", "- [ ] t", "- [x] t", "para", "text *em* 'q'", "", "", "", "", "    ", "  ", "-", "*", "{:.a}b",
    "- {:.li} x", "\\$$a$$", "<!-- c -->", "<!-- d", "-->", "    - deep", "      deep", "HTML x", "a  ",
    "![i](s){: .k}", "<pre>", "</pre>", "<table><tr><td>x</td></tr></table>", "H\n===", "H\n--", "term",
    "```ruby\nx < y\n```", "a | b", "| a | b |", "|---|:-:|", "|===|===|", "| `x|y` | 2 |", "<div markdown=\"1\">",
    "<p markdown=\"span\">a *b*</p>", "<section markdown=\"block\">", "</section>",
    "{::options auto_ids=\"false\" /}",
]  # fmt: skip
# What most posts are made of, and what is read at a glance.
PLAIN = [
    "a", "가나 ", "b. ", "**a**", "**가 나**", "**a **", "**", "*", "'q'", "\"가\" ", "...", "--", "<b>", "</b>",
    "<b>x</b>", "<span style=\"x\">", "</span>", "<a href=\"u\">**t**</a>", "<p>", "<p>x</p>\n",
    "<p class=\"c\">&nbsp;</p>\n", "</p>", "<h2>t</h2>\n", "<table>\n", "</table>\n", "<tr>", "</tr>",
    "<td class=\"c\">", "</td>", "<td>**x**</td>", "<ul>",
    "<li>**y** &amp; z</li>", "</ul>", "<div>", "</div>", "<hr />\n", "![i](https://h/s)\n", "&nbsp;", "&", " ", "  \n",
    "\n", "\n", "\n\n", "\n\n", ": d", "|", "{:.c}\n", "# ", "- ", "1. ", "===\n", "---\n",
]  # fmt: skip


def test_the_golden_files_are_what_kramdown_writes(kramdown: Kramdown) -> None:
    cases: dict[str, dict[str, Any]] = json.loads((GOLDEN / "cases.json").read_text("utf-8"))
    golden = json.loads((GOLDEN / "golden.json").read_text("utf-8"))
    assert {name: kramdown(case["text"], **case["options"]) for name, case in cases.items()} == golden


@pytest.mark.parametrize("kind", ["spans", "blocks", "both", "plain"])
def test_texts_made_by_dice_become_what_kramdown_makes_of_them(kind: str, kramdown: Kramdown) -> None:
    dice = random.Random(kind)  # noqa: S311 - nothing to keep secret
    for _ in range(TEXTS):
        text = "".join(_piece(dice, kind) for _ in range(dice.randint(1, 12)))
        expected = kramdown(text)
        if expected is not None:  # it fails on some texts itself
            assert (text, render_kramdown(text, KramdownOptions())) == (text, expected)


def _piece(dice: random.Random, kind: str) -> str:
    if kind == "plain":
        return dice.choice(PLAIN)
    if kind == "spans" or (kind == "both" and dice.random() < 0.5):
        return dice.choice(SPANS)
    return dice.choice(BLOCKS) + "\n"


def test_options_mean_what_they_mean_to_kramdown(kramdown: Kramdown) -> None:
    text = '# A *b*\n\n"c" -- d\ne[^1]\n\n* toc\n{:toc}\n\n## F\n\n[^1]: g\n'
    for options in (
        {"input": "kramdown"},
        {"hard_wrap": True, "auto_ids": False},
        {"toc_levels": "2..3", "header_offset": 1, "auto_id_prefix": "x-"},
        {"smart_quotes": "39,39,quot,quot", "typographic_symbols": {"ndash": "--"}},
        {"footnote_nr": 3, "footnote_prefix": "p", "footnote_backlink": "up"},
    ):
        assert render_kramdown(text, read_options(options)) == kramdown(text, **options)
