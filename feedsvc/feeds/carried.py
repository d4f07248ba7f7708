"""What an entry carries of its post, the same in every format: the text or its summary, and what ends it."""

from __future__ import annotations

from feedsvc.feeds.footer import write_footer, write_summary
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.values import entry_title
from feedsvc.model import Entry, FeedSpec


def full_content(spec: FeedSpec, entry: Entry, rules: RenderRules) -> str:
    """Return the HTML of the whole post and its closing note; empty where the feed has summaries, or no text is."""
    content = entry.post.content
    if not content or rules.content != "full":
        return ""
    return f"{content}\n{write_footer(rules.footer, spec, entry)}" if rules.footer else content


def closed_summary(spec: FeedSpec, entry: Entry, rules: RenderRules) -> str:
    """Return the HTML of a summary that stands for the content, and what ends it; empty where nothing does.

    Then the summary is plain text, as ever.
    """
    if rules.content != "summary" or not (rules.read_more or rules.footer):
        return ""
    post = entry.post
    html = write_summary(post.summary or entry_title(entry), post.alternate_link, rules.read_more)
    return f"{html}\n{write_footer(rules.footer, spec, entry)}" if rules.footer else html
