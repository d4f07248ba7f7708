"""What may stand in a post and at its end: hosts of frames, and the template of the closing note.

As in ``values``: what people write in, what the program uses out, or :class:`RefusedError`.
"""

from __future__ import annotations

from feedsvc.config.values import HOST, RefusedError, parse_text
from feedsvc.feeds.footer import PLACEHOLDER, PLACEHOLDERS


def parse_frame_host(value: object) -> str:
    """Return a host name in ASCII and lower case (IDNA 2003). Raise RefusedError for a URL or a pattern."""
    text = parse_text(value).strip()
    hint = 'write its name alone, like "youtube.com"; the hosts below it are meant, too'
    try:
        host = text.lower().encode("idna").decode("ascii")
    except ValueError:
        raise RefusedError(f"{text!r} is not a host", hint) from None
    if HOST.fullmatch(host) is None or "." not in host:
        raise RefusedError(f"{text!r} is not a host", hint)
    return host


def parse_footer(value: object) -> str:
    """Return the template of the closing note as it stands.

    Raise RefusedError, naming the nearest, for a placeholder that does not exist, and for a character that no
    document may carry.
    """
    text = parse_text(value)
    for match in PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            raise RefusedError(f"{match[0]} is no placeholder of a footer", _nearest(match[1]))
    return _publishable(text)


def parse_label(value: object) -> str:
    """Return text, which may be empty, on one line. Raise RefusedError for a character no document may carry."""
    return _publishable(" ".join(parse_text(value).split()))


def _publishable(text: str) -> str:
    if text:
        from feedsvc.posts.frontmatter.source import UNPUBLISHABLE

        if wrong := UNPUBLISHABLE.search(text):
            raise RefusedError(f"the character U+{ord(wrong[0]):04X} may not stand in a feed", "remove it")
    return text


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), PLACEHOLDERS, n=1)
    known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
    return f"did you mean {{{close[0]}}}?" if close else f"known are {known}"
