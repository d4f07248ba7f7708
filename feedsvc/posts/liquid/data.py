"""``site.data``: what the files of ``_data`` say (``lib/jekyll/readers/data_reader.rb``)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import tzinfo
from functools import lru_cache

from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.typed import MAX_NODES, RefusedError, load_json, load_yaml
from feedsvc.posts.sitefiles import SiteFiles

MAX_FILE = 1_000_000
"""Bytes of the longest file of data."""

MAX_TOTAL = 20_000_000

_EXTENSIONS = (".yaml", ".yml", ".json", ".csv", ".tsv")
# Ruby's sanitize_filename: what is no letter, digit, blank or hyphen goes, blanks become one underscore.
_NO_NAME = re.compile(r"[^\w\s-]+|^\s+|\s+$")


def read_data(files: SiteFiles, directory: str, zone: tzinfo, text_of: Callable[[bytes], str]) -> dict[str, object]:
    """Return the values of all files below ``directory``, by directories and names. Raises TagError."""
    tree: dict[str, object] = {}
    total = 0
    unnoted = files.fresh()  # that the post draws on all of them is noted by the listing
    for path in files.list(directory):
        *above, name = path[len(directory) + 1 :].split("/")
        stem, dot, extension = name.rpartition(".")
        if not stem or f"{dot}{extension.lower()}" not in _EXTENSIONS:
            continue
        data = unnoted.read(path, MAX_FILE)
        total += len(data or b"")
        if data is None or total > MAX_TOTAL:
            raise TagError(f"{path} is longer than {MAX_FILE:,} bytes, or all of {directory} than {MAX_TOTAL:,}")
        try:
            _place(tree, above, _sanitized(stem), _load(extension.lower(), text_of(data), zone))
        except RefusedError as error:
            raise TagError(f"{path} cannot be read: {error}") from error
    return tree


def _place(tree: dict[str, object], above: list[str], name: str, value: object) -> None:
    for directory in above:
        below = tree.get(_sanitized(directory))
        if not isinstance(below, dict):
            below = tree[_sanitized(directory)] = {}
        tree = below
    tree[name] = value


def _sanitized(name: str) -> str:
    return re.sub(r"\s+", "_", _NO_NAME.sub("", name))


@lru_cache(maxsize=32)
def _load(extension: str, text: str, zone: tzinfo) -> object:
    """Read one file of data. Raises RefusedError."""
    if extension in {"csv", "tsv"}:
        return _rows(text, "," if extension == "csv" else "\t")
    if extension == "json":
        try:
            return load_json(text)
        except RefusedError:
            pass  # Jekyll reads JSON as YAML, which takes comments and single quotes
    return load_yaml(text, zone)


def _rows(text: str, delimiter: str) -> list[object]:
    """Return a mapping for each row; its keys stand in the first one."""
    rows: list[object] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = next(reader, [])
        for row in reader:
            if row:
                padded = [*(cell if cell else None for cell in row), *[None] * len(header)]
                rows.append(dict(zip(header, padded, strict=False)))
            if len(rows) * max(len(header), 1) > MAX_NODES:
                raise RefusedError(f"more than {MAX_NODES:,} values")
    except csv.Error as error:
        raise RefusedError(f"{error} (line {reader.line_num})") from error
    return rows
