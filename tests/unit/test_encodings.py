from __future__ import annotations

import gzip
import subprocess
import sys

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

from feedsvc.publish.encodings import SUFFIXES, encode_variants

BODY = "<entry><title>환경부, 전국 하천 수질 조사 결과 발표</title></entry>\n".encode() * 200


def test_every_coding_decodes_to_the_same_body_and_is_smaller() -> None:
    variants = dict(encode_variants(BODY))
    assert list(variants) == list(SUFFIXES) == ["identity", "gzip", "br", "zstd"]
    assert variants["identity"] == BODY
    assert gzip.decompress(variants["gzip"]) == BODY
    assert brotli.decompress(variants["br"]) == BODY
    assert zstandard.ZstdDecompressor().decompress(variants["zstd"]) == BODY
    assert all(len(data) < len(BODY) for coding, data in variants.items() if coding != "identity")


def test_the_same_body_gives_the_same_bytes_in_every_coding() -> None:
    assert encode_variants(BODY) == encode_variants(BODY)


def test_gzip_tells_neither_time_nor_name() -> None:
    header = dict(encode_variants(BODY))["gzip"][:10]
    flags, mtime = header[3], header[4:8]
    assert flags == 0
    assert mtime == b"\0\0\0\0"


def test_a_coding_that_makes_a_body_no_smaller_is_left_out() -> None:
    assert encode_variants(b"") == (("identity", b""),)
    assert encode_variants(b"ok") == (("identity", b"ok"),)


def test_who_only_reads_a_manifest_does_not_pay_for_the_codecs() -> None:
    code = "import sys, feedsvc.publish.store; print({'brotli', 'zstandard', 'zlib'} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "set()"
