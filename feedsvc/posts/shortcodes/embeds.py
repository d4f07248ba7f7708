"""HTML for what several generators' shortcodes show: films, pictures, code, posts of other sites.

What may stay of it is for ``posts.sanitize`` to say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import quote

from feedsvc.posts.content import markdown_to_html
from feedsvc.posts.shortcodes.pieces import Html

_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_PARAGRAPH = re.compile(r"<p>(.*)</p>\s*", re.DOTALL)


def tag(name: str, attributes: Mapping[str, str]) -> str:
    """Return a tag with those of ``attributes`` that say something."""
    written = (f' {key}="{html.escape(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{''.join(written)}>"


def inline_markdown(text: str) -> str:
    """Return the HTML of a line of Markdown, without a paragraph around it."""
    made = markdown_to_html(" ".join(text.split())).strip()
    paragraph = _PARAGRAPH.fullmatch(made)
    return " ".join((paragraph[1] if paragraph and "<p>" not in paragraph[1] else made).split("\n"))


def frame(url: str, title: str) -> Html:
    """Return a frame; one of a host that the owner does not trust becomes a link later."""
    return Html(tag("iframe", {"src": url, "title": title, "width": "560", "height": "315"}) + "</iframe>")


def youtube(identifier: str, title: str = "") -> Html | None:
    """Return YouTube's player without cookies."""
    url = f"https://www.youtube-nocookie.com/embed/{quote(identifier, safe='')}"
    return frame(url, title or "YouTube") if identifier else None


def vimeo(identifier: str, title: str = "") -> Html | None:
    """Return Vimeo's player."""
    url = f"https://player.vimeo.com/video/{quote(identifier, safe='')}"
    return frame(url, title or "Vimeo") if identifier else None


def link(url: str, text: str = "") -> Html | None:
    """Return a link; it is called as its address where ``text`` is empty."""
    return Html(f"{tag('a', {'href': url})}{html.escape(text or url)}</a>") if url else None


def gist(path: str, file: str = "") -> Html | None:
    """Return a link to a gist, ``user/id`` or an address, since it is a script that would show it."""
    url = path if path.startswith("https://") else f"https://gist.github.com/{quote(path.strip('/'))}"
    return link(f"{url}#file-{re.sub('[^a-z0-9]+', '-', file.lower())}" if file else url, url) if path else None


def code(text: str, language: str = "") -> Html:
    """Return a block of code, without the line ends around it."""
    named = {"class": f"language-{language}"} if _LANGUAGE.fullmatch(language) else {}
    return Html(f"<pre>{tag('code', named)}{html.escape(text.strip(chr(10)))}</code></pre>")


def figure(image: Mapping[str, str], *, link_to: str = "", title: str = "", caption: str = "") -> Html | None:
    """Return a picture and what is written below it; ``caption`` is HTML."""
    if not image.get("src"):
        return None
    picture = tag("img", image)
    picture = f"{tag('a', {'href': link_to})}{picture}</a>" if link_to else picture
    heading = f"<h4>{html.escape(title)}</h4>" if title else ""
    below = heading + (f"<p>{caption}</p>" if caption else "")
    return Html(f"<figure>{picture}{f'<figcaption>{below}</figcaption>' if below else ''}</figure>")
