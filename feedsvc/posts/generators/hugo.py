"""What a Hugo site's configuration says, in feedsvc's words (Hugo's documentation: Configuration, URL management)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.generators.found import Config, FoundSite, fold_keys, without_blanks

_TOKENS = {
    "slug": "slugortitle",
    "title": "page_title",
    "filename": "contentbasename",
    "slugorfilename": "slugorcontentbasename",
    "monthname": "long_month",
    "weekdayname": "long_day",
    "yearday": "y_day",
}
_SAME = ("year", "month", "day", "section", "sections", "contentbasename", "slugorcontentbasename")
_TOKEN = re.compile(r":([a-z]+)(\[[^\]]*\])?")


def understand_hugo(values: Mapping[str, Value]) -> FoundSite:
    """Say in feedsvc's words what ``values`` of a Hugo configuration mean, whatever the case of its keys."""
    folded = fold_keys(dict(values))
    config = Config(values=folded if isinstance(folded, dict) else {})
    default = config.text("defaultcontentlanguage").lower() or "en"
    languages = sorted(language.lower() for language in config.table("languages"))
    own = ("languages", default)
    content = config.text("contentdir").strip("/") or "content"
    section, permalink = _permalink(config)
    posts = {
        "dir": f"{content}/{section}" if section else content,
        "generator": "hugo",
        "languages": languages,
        "permalink": permalink,
        "date_from": _date_from(config),
        "future": config.switch("buildfuture"),
        "drafts": config.switch("builddrafts"),
    }
    site = {
        "title": config.text("title") or config.text(*own, "title"),
        "url": config.url("baseurl"),
        "description": config.text("params", "description") or config.text(*own, "params", "description"),
        "language": _language(config, default, languages),
        "timezone": config.timezone("timezone"),
        "author": config.author("params", "author") or config.author("author"),
    }
    _note_the_rest(config, languages)
    return FoundSite(
        tables={
            "site": without_blanks(site),
            "posts": without_blanks(posts),
            "feeds": feeds_of(default, languages, {"index.xml": "rss.xml"}),
        },
        notes=tuple(config.notes),
    )


def feeds_of(default: str, languages: list[str], files: Mapping[str, str]) -> dict[str, object]:
    """Return ``[feeds]`` with what continues the site's ``files``, a set of them in each language where it has many."""
    if len(languages) < 2:
        aliases = {f"/{old}": f"/{new}" for old, new in files.items() if old != new}
        return {"aliases": aliases} if aliases else {}
    aliases = {}
    for language in languages:
        below = "" if language == default else f"/{language}"
        for old, new in files.items():
            # The addresses of the feed of the whole site are its own.
            if below or old not in {"atom.xml", "rss.xml", "feed.json"}:
                aliases[f"{below}/{old}"] = f"/languages/{language}/{new}"
    return {"by": ["category", "language"], "aliases": aliases}


def _language(config: Config, default: str, languages: list[str]) -> str:
    if len(languages) > 1:
        return default
    found = (
        config.language(*path) for path in (("languages", default, "languagecode"), ("languagecode",), ("locale",))
    )
    return next((tag for tag in found if tag), default)


def _permalink(config: Config) -> tuple[str, str]:
    """Return the one section that has an address of its own, and its template; no section where all are alike."""
    given = config.table("permalinks")
    pages = {**given, **config.table("permalinks", "page")}
    templates = {key: value.strip() for key, value in pages.items() if isinstance(value, str) and value.strip()}
    usual = f"/:language/:sections/{_basename(config)}"
    if len(set(templates.values())) > 1 or isinstance(config.value("permalinks"), list):
        config.notes.append(
            "permalinks differ by section, and feedsvc has one permalink for all: see [posts] permalink."
        )
        return "", usual
    if not templates:
        return "", usual
    section, template = next(iter(templates.items()))
    translated = _translate(template)
    if not translated:
        config.notes.append(f"permalink {template!r} holds what feedsvc cannot fill in, and was left out.")
        return "", usual
    if len(templates) > 1 or section == "/":
        return "", f"/:language/{translated}".replace("//", "/")
    config.notes.append(f"permalinks are of the section {section!r}, so its posts alone are taken.")
    translated = translated.replace(":sections", f"{section}/:sections")
    translated = re.sub(r":section(?![a-z])", section, translated)
    return section, f"/:language/{translated}".replace("//", "/")


def _basename(config: Config) -> str:
    name = ":slug" if ":filename" in config.texts("frontmatter", "date") else ":slugorcontentbasename"
    return f"{name}.html" if config.switch("uglyurls") else f"{name}/"


def _translate(template: str) -> str:
    """Return a permalink in feedsvc's words; an empty one where it holds others."""
    for name, part in _TOKEN.findall(template):
        if part or name not in (*_TOKENS, *_SAME):
            return ""
    return _TOKEN.sub(lambda match: f":{_TOKENS.get(match[1], match[1])}", template)


def _date_from(config: Config) -> str:
    order = [word.lower() for word in config.texts("frontmatter", "date")]
    if ":git" in order:
        config.notes.append("Hugo dates a post by its last commit; feedsvc by its first, which an edit does not move.")
        return "git"
    return "mtime" if ":filemodtime" in order else ""


def _note_the_rest(config: Config, languages: list[str]) -> None:
    if config.switch("defaultcontentlanguageinsubdir"):
        config.notes.append("defaultContentLanguageInSubdir is not known: put the language into [posts] permalink.")
    if any(config.text("languages", language, "contentdir") for language in languages):
        config.notes.append("languages with a contentDir of their own need a feedsvc.toml each.")
    if config.switch("disablepathtolower") or config.switch("removepathaccents"):
        config.notes.append("disablePathToLower and removePathAccents are not known: addresses may differ by them.")
    if config.switch("buildexpired"):
        config.notes.append("buildExpired is not known: what has an expiryDate leaves at it.")
