"""The kind of a finding, by a name that stays while its words change: what a CI groups, counts and ignores by."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from feedsvc.model import Finding

BYTE_ORDER_MARK = "byte-order-mark"
FORBIDDEN_CHARACTER = "forbidden-character"
STRAY_RETURN = "stray-return"
UNQUOTED_TEXT = "unquoted-text"


class Rule(NamedTuple):
    """A kind of problem: ``id`` is for ever, ``summary`` is one sentence about what is wrong."""

    id: str
    summary: str


_DELETE = "^delete it from the file$"
_QUOTE = r'^put the whole .+ in (?:double|single) quotes(?: and write \\" for each " inside it)?$'
_YAML = (
    "a tab cannot indent|the quote that opens here|begins an escape code|this line is |no key without a space"
    "|do not begin in the same column|not valid YAML|a key is to be a word|a second YAML document"
    "|opens here is not closed"
)
_MATTER = "the front matter (?:is not valid|is a (?:list|text),|is never closed|begins after|is longer than)"
_DATE = "not a date|no such hour|edge of the calendar|not a known time zone|'.*' does not exist"
_MEDIA = (
    "not an address on the web|the site has no file|is no picture|not a media type|not a number of bytes"
    "|not a duration|files are named"
)
_FILE = (
    "^this link leads |^this is not a regular file|^the file's name |^the file (?:cannot|may not) be |^the file has |"
    "^the file is empty"
)
_LIQUID = (
    r"Liquid|^in |^(?:link|post_url|gist|include\w*|\w+decode|sort|concat|round): |filter|is never closed|names no tag"
    "|stands in no loop|takes a list|divided by 0|cannot be read: "
)
_RULES: tuple[tuple[Rule, str, str], ...] = (
    (Rule(BYTE_ORDER_MARK, "A file begins with a byte order mark."), "byte order mark", ""),
    (Rule(FORBIDDEN_CHARACTER, "A file holds a character that no feed may carry."), r"^the character U\+", _DELETE),
    (Rule("forbidden-escape", "A code stands for a character that no feed may carry."), r"U\+[0-9A-F]{4,6}\b", ""),
    (Rule("encoding", "A file is not UTF-8."), r"^byte \d+ |is NUL$", ""),
    (Rule(UNQUOTED_TEXT, "A text has to stand in quotes to be read as it is written."), "", _QUOTE),
    (Rule(STRAY_RETURN, "A carriage return breaks a line of the front matter."), "stray carriage return", ""),
    (Rule("yaml-comment", "What follows # is a comment to YAML."), "is a comment to YAML", ""),
    (Rule("duplicate-key", "A key stands twice in the front matter."), "this key stands twice", ""),
    (Rule("yaml-syntax", "The front matter is not valid YAML."), _YAML, ""),
    (Rule("front-matter", "The front matter cannot be read."), _MATTER, ""),
    (Rule("front-matter-size", "The front matter is too large."), "nested |to more than|more than .* values", ""),
    (Rule("missing-date", "A post has no date."), "^date: neither ", ""),
    (Rule("invalid-date", "A date cannot be read."), _DATE, ""),
    (
        Rule("permalink", "The address of a post cannot be what was written."),
        r"\? and # are|an address of its own|placeholders of a permalink|only Eleventy",
        "",
    ),
    (Rule("language-tag", "A language is not named as BCP 47 does."), "not a language tag", ""),
    (Rule("media", "A picture, sound or film is not as the post says."), _MEDIA, ""),
    (
        Rule("person", "An author is not named as a person."),
        "not an address for mail|a person without|a name of more",
        "",
    ),
    (Rule("term-length", "A category or tag is too long."), "characters and was left out", ""),
    (Rule("value-type", "A value is not of the type that its key needs."), "is to be a text", ""),
    (
        Rule("shortcode", "A shortcode is not known, or lacks what it needs."),
        "is not known here|lacks what it is to show|there is no post .* to link to",
        "",
    ),
    (Rule("body-size", "A post's text is too complex."), "^the body has ", ""),
    (Rule("file", "A file cannot be read as a post."), _FILE, ""),
    (Rule("liquid", "A Liquid tag or filter cannot be filled in."), _LIQUID, ""),
)
OTHER = Rule("other", "A post is not as its author means it.")
_COMPILED = tuple((rule, re.compile(reason), re.compile(hint)) for rule, reason, hint in _RULES)

RULES: tuple[Rule, ...] = (*(rule for rule, _, _ in _RULES), OTHER)
"""Every rule there is, in an order that only grows."""


def rule_of(finding: Finding) -> Rule:
    """Return the kind of ``finding``: the first rule that fits its words."""
    return _rule_of(finding.reason, finding.hint)


# Many findings of a site have the same words.
@lru_cache(maxsize=4096)
def _rule_of(reason: str, hint: str) -> Rule:
    for rule, of_reason, of_hint in _COMPILED:
        if of_reason.search(reason) and of_hint.search(hint):
            return rule
    return OTHER
