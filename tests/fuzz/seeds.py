"""What fuzzing begins with, for each target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from odd.test_odd import CASES

TESTS = Path(__file__).parents[1]
FRONT = b"---\ntitle: t\ncategories: [a, B]\nlang: ko-KR\nauthor: jane\nlist: [b, 1, null]\nmap: {a: 1}\n---\n"
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\x02\0\0\0"
_HEADS = (
    _PNG,
    b"GIF89a\x02\0\x01\0",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x02\0\x03\x03",
    b"\xff\xd8\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
    b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x01\0\0",
    b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\0\x14ispe\0\0\0\0\0\0\0\x02\0\0\0\x01",
    b"\0\0\0\x18ftypmp42\0\0\0\0mp42vide",
    b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x02\0\0\0\x01\x01\x03\0\x01\0\0\0\x01\0\0\0",
    b'<?xml version="1.0"?><svg width="2" height="1" viewBox="0 0 2 1"></svg>',
    b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x01\0\0\0",
    b"\0\0\x01\0\x01\0\x10\x10",
    b"\0\0\0\x0cJXL \r\n\x87\n",
    b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 \0\0\0\x2djp2h\0\0\0\x16ihdr\0\0\0\x01\0\0\0\x02",
    b"P6 2 1 255\n",
    b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x02",
    b"OggS\0\x02theora",
    b"\x1aE\xdf\xa3webmV_VP8",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
)
_LEDGER = (
    b'{"format":"feedsvc-ledger","version":1,"site":"https://example.org/"}\n'
    b'{"type":"entry","id":"a:b","path":"p.md","live_at":"2024-01-01T00:00:00Z","withdrawn_at":null,"digest":"",'
    b'"body_digest":""}\n'
    b'{"type":"term","kind":"tag","key":"a","slug":"a","label":"A"}\n'
    b'{"type":"retired","path":"/x/","since":"2024-01-01T00:00:00Z"}\n'
    b'{"type":"deleted","kind":"tag","key":"a","id":"a:b","since":"2024-01-01T00:00:00Z"}\n'
    b'{"type":"date","path":"p.md","digest":"0","date":"2024-01-01T00:00:00Z"}\n'
    b'{"type":"end","records":5}\n'
)


def seeds_of(target: str) -> Iterator[bytes]:
    """Yield the inputs that ``target`` begins with."""
    if target == "media":
        yield from _HEADS
    elif target == "ledger":
        yield _LEDGER
        yield _LEDGER.splitlines(keepends=True)[0] + b'{"type":"end","records":0}\n'
    elif target == "rules":
        yield from (b"**/*.md\0_posts/a.md", b"[a-z]*/?{a,b}\0a/b/c.md", b"{a,{b,c}}/**/\\*[!x]\0b/*y", b"a\0a")
    elif target == "parse":
        yield from (case.data for case in CASES)
    elif target == "others":
        files = (path for site in ("hugo", "zola") for path in sorted((TESTS / "fixtures" / site).rglob("*.md")))
        for generator, data in enumerate([*(case.data for case in CASES), *(path.read_bytes() for path in files)]):
            yield bytes([generator % 4]) + data
    else:
        yield from _bodies(target)


def _bodies(target: str) -> Iterator[bytes]:
    odd = [case.data.partition(b"\n---\n")[2] for case in CASES]
    if target in ("content", "kramdown"):
        yield from odd
    if target in ("kramdown", "jekyll"):
        kramdown = json.loads((TESTS / "golden/kramdown/cases.json").read_text())
        front = FRONT if target == "jekyll" else b""
        yield from (front + case["text"].encode() for case in kramdown.values())
    if target == "jekyll":
        lines = (TESTS / "golden/liquid/cases.txt").read_text().splitlines()
        yield from (FRONT + line.replace("⏎", "\n").encode() for line in lines)
