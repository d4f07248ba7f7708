"""Titles beside those of Jekyll's own ``smartify`` filter, as Debian has it."""

from __future__ import annotations

import html
import json
import os
import random
import shutil
import subprocess

import pytest

from feedsvc.posts.jekyll.smartify import Typography, smartify

CONVERT = """
require "jekyll"; require "json"
converter = Jekyll::Converters::SmartyPants.new(Jekyll::Configuration.from({}))
puts JSON.generate(JSON.parse(STDIN.read).map { |text| converter.convert(text) })
"""
SIGNS = r"""" ' "' '" - -- ... << >> a 한 s 80 _ * . ( [ \ ! &quot; &amp; é ,"""
PIECES = [" ", *SIGNS.split()]


@pytest.mark.skipif(shutil.which("jekyll") is None, reason="Jekyll is not installed")
def test_any_text_becomes_what_jekylls_own_filter_makes_of_it() -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 14))).strip() or "x" for _ in range(2000)]
    done = subprocess.run(
        ["ruby", "-e", CONVERT],
        input=json.dumps(texts),
        env={**os.environ, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    for text, expected in zip(texts, json.loads(done.stdout), strict=True):
        assert html.unescape(smartify(text, Typography())).strip() == html.unescape(expected).strip(), text
