"""Editions go to a real S3, and a plain HTTP client finds them there as a CDN would."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import ObjectStoreError
from feedsvc.objects.address import open_objects

CONFIGURATION = """
[site]
title = "뉴스"
url = "https://example.org"
[feeds]
min_entries = 1
max_entries = 2
window = "1h"
[publish]
target = "{target}"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "_posts").mkdir()
    for number in range(1, 8):
        write_post(tmp_path, number, "본문")
    return tmp_path


def write_post(site: Path, number: int, body: str) -> None:
    matter = f"title: 기사 {number}\ncategories: [환경]\n"
    (site / f"_posts/2024-01-0{number}-{number}.md").write_text(f"---\n{matter}---\n<p>{body}</p>\n", encoding="utf-8")


def configure(site: Path, target: str) -> None:
    (site / "feedsvc.toml").write_text(CONFIGURATION.format(target=target), encoding="utf-8")


def feedsvc(site: Path, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments],
        cwd=site,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def head_and_body(url: str) -> tuple[str, dict[str, str], bytes]:
    """Fetch as curl does, which unpacks nothing unless it is told to."""
    done = subprocess.run(["curl", "--silent", "--include", "--noproxy", "*", url], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


def test_documents_and_pages_are_served_by_the_store_itself(site: Path, seaweed: Any) -> None:
    configure(site, "s3://feeds/shown here")
    done = feedsvc(site, seaweed.environ, "build", "--json")
    assert done.returncode == 0, done.stderr
    sent = json.loads(done.stdout)["sent"]

    base = f"{seaweed.url}/feeds/shown%20here"
    status, headers, body = head_and_body(f"{base}/categories/%ED%99%98%EA%B2%BD/atom.xml")
    assert "200" in status
    assert body == (site / "public/categories/환경/atom.xml").read_bytes()
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert headers["cache-control"] == "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"
    assert "content-encoding" not in headers

    _, headers, body = head_and_body(f"{base}/atom.xml.gz")
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == (site / "public/atom.xml").read_bytes()

    (page, *_) = sorted((site / "public/archive").rglob("atom.xml.gz"))
    _, headers, body = head_and_body(f"{base}/{page.relative_to(site / 'public').as_posix().removesuffix('.gz')}")
    assert body == page.read_bytes()
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "public, max-age=604800"
    assert sent["objects"] > 50


def test_one_edit_sends_little_and_the_next_build_nothing(site: Path, seaweed: Any) -> None:
    configure(site, "s3://feeds/edited")
    first = json.loads(feedsvc(site, seaweed.environ, "build", "--json").stdout)["sent"]
    write_post(site, 7, "changed")

    second = json.loads(feedsvc(site, seaweed.environ, "build", "--json").stdout)["sent"]
    third = json.loads(feedsvc(site, seaweed.environ, "build", "--json").stdout)["sent"]

    assert second["objects"] < first["objects"]
    assert third == {"objects": 0, "bytes": 0, "removed": 0}
    stored = open_objects("s3://feeds/edited").get("atom.xml")
    assert stored is not None
    assert stored.data == (site / "public/atom.xml").read_bytes()


def test_a_store_that_is_away_costs_no_local_edition_and_gets_it_later(
    site: Path, seaweed_module: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    configure(site, "s3://feeds/away")
    with seaweed_module.Seaweed(directory=tmp_path_factory.mktemp("cluster")) as cluster:
        # A machine without a ledger would wait for the store's.
        feedsvc(site, {"FEEDSVC_PUBLISH__TARGET": ""}, "build")
        cluster.kill("s3")
        away = feedsvc(site, cluster.environ, "build")
        cluster.start("s3")
        back = feedsvc(site, cluster.environ, "build", "--json")

    assert away.returncode == 1
    assert "published here, not sent: s3://feeds/away" in away.stderr
    assert "AWS_ENDPOINT_URL" in away.stderr
    assert "Debug source" not in away.stderr
    assert "Traceback" not in away.stderr
    assert back.returncode == 0
    assert json.loads(back.stdout)["written"] == []
    assert json.loads(back.stdout)["sent"]["objects"] > 50


def test_wrong_credentials_are_told_without_repeating_them(site: Path, seaweed: Any) -> None:
    configure(site, "s3://feeds/secret")

    done = feedsvc(site, {**seaweed.environ, "AWS_SECRET_ACCESS_KEY": "hush-hush"}, "build")

    assert done.returncode == 1
    assert "the store refuses" in done.stderr
    assert "credentials" in done.stderr
    assert "hush-hush" not in done.stderr


def test_a_bucket_that_is_not_there_is_named(seaweed: Any, bucket: Callable[[], Any]) -> None:
    assert bucket().get("nothing") is None
    with pytest.raises(ObjectStoreError, match="s3://nowhere/x/a"):
        open_objects("s3://nowhere/x").put("a", b"1", expect='"0"')
