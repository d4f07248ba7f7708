"""Which generator a directory is a site of, beside Jekyll, and what its configuration file says."""

from __future__ import annotations

from pathlib import Path

from feedsvc.errors import ConfigError
from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.plain import load_json, load_toml
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.generators.eleventy import POSTS_DIRS, input_directory, understand_eleventy
from feedsvc.posts.generators.found import FoundSite
from feedsvc.posts.generators.hexo import understand_hexo
from feedsvc.posts.generators.hugo import understand_hugo
from feedsvc.posts.generators.zola import understand_zola
from feedsvc.posts.jekyll.files import bytes_of

_HUGO = tuple(
    f"{directory}{name}.{extension}"
    for directory in ("", "config/_default/")
    for name in ("hugo", "config")
    for extension in ("toml", "yaml", "yml", "json")
)
_ZOLA = ("zola.toml", "config.toml")
_ELEVENTY = (".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts")
_DATA = ("_data/metadata.json", "_data/site.json")
_LOADERS = {"toml": load_toml, "json": load_json, "yaml": load_yaml, "yml": load_yaml}


def find_other_site(directory: Path) -> FoundSite | None:
    """Return what the Hexo, Zola, Hugo or Eleventy site in ``directory`` says of itself; None if it is none.

    Raises ConfigError, with file and line, when its configuration cannot be read.
    """
    if (directory / "_config.yml").is_file() and (directory / "source" / "_posts").is_dir():
        return understand_hexo(_values(directory / "_config.yml"))
    for name in _ZOLA:
        if (directory / name).is_file() and "base_url" in (values := _values(directory / name)):
            return understand_zola(values)
    for name in _HUGO:
        if (directory / name).is_file() and _is_hugo(name, values := _values(directory / name)):
            return understand_hugo(values)
    program = next((directory / name for name in _ELEVENTY if (directory / name).is_file()), None)
    return None if program is None else _find_eleventy(directory, _text(program).text)


def _is_hugo(name: str, values: dict[str, Value]) -> bool:
    """Tell a configuration of Hugo from any other ``config.toml``."""
    return "hugo." in name or any(key.lower() == "baseurl" for key in values)


def _find_eleventy(directory: Path, program: str) -> FoundSite:
    input_dir = input_directory(program)
    candidates = (f"{input_dir}/{name}".lstrip("/") for name in POSTS_DIRS)
    posts_dir = next((name for name in candidates if (directory / name).is_dir()), input_dir)
    data = next((path for name in _DATA if (path := directory / input_dir / name).is_file()), None)
    return understand_eleventy(_values(data) if data else {}, input_dir, posts_dir)


def _text(path: Path) -> SourceText:
    source = decode(str(path), bytes_of(path), ("utf-8-sig",))
    if isinstance(source, PostError):
        raise _unreadable(source)
    return source


def _values(path: Path) -> dict[str, Value]:
    source = _text(path)
    load = _LOADERS[path.suffix.removeprefix(".")]
    if load is load_json and not source.text.lstrip().startswith("{"):
        raise ConfigError(str(path), "is no JSON object", "write { … }")
    try:
        matter: Matter | PostError = load(source, 0, len(source.text))
    except (ValueError, RecursionError) as error:
        raise ConfigError(str(path), f"is not valid JSON ({error})", "mend it") from error
    if isinstance(matter, PostError):
        raise _unreadable(matter)
    return dict(matter.values)


def _unreadable(error: PostError) -> ConfigError:
    where = f"{error.path}:{error.line}:{error.column}" if error.line else error.path
    return ConfigError(where, error.reason.replace("the front matter", "the file"), error.hint)
