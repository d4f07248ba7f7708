"""Pages of archives that are on their way, damaged, or somewhere else."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

PAGE = "/archive/00000000deadbeef/atom.xml"


def file_of(world: Any) -> Path:
    return Path(world.public, f"{PAGE[1:]}.gz")


@pytest.fixture
def own_world(empty_world: Any) -> Any:
    """A site with an archive that a test may change."""
    empty_world.snapshot = empty_world.publish()
    return empty_world


def test_both_codings_are_the_same_page(own_world: Any) -> None:
    client = own_world.client()
    coded = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    plain = client.get(PAGE)
    assert gzip.decompress(coded.data) == plain.data
    assert plain.data.startswith(b"<?xml")
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert own_world.client().get(PAGE).headers["ETag"] == plain.headers["ETag"]


def test_a_large_page_is_unpacked_piece_by_piece(own_world: Any) -> None:
    body = os.urandom(100_000).hex().encode() * 5
    file_of(own_world).write_bytes(gzip.compress(body, mtime=0))
    answer = own_world.client().get(PAGE)
    assert (answer.data, answer.headers["Content-Length"]) == (body, str(len(body)))
    pieces = list(own_world.client().get(PAGE, buffered=False).iter_encoded())
    assert len(pieces) > 5


def test_an_edited_page_has_other_validators(own_world: Any) -> None:
    before = own_world.client().get(PAGE)
    file_of(own_world).write_bytes(gzip.compress(b"<feed/>", mtime=0))
    os.utime(file_of(own_world), (1720699260, 1720699260))
    after = own_world.client().get(PAGE, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.data) == (200, b"<feed/>")
    assert after.headers["Last-Modified"] == "Thu, 11 Jul 2024 12:01:00 GMT" != before.headers["Last-Modified"]


def test_a_page_that_a_feed_leads_to_already_is_worth_another_try(
    own_world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(own_world).unlink()
    assert own_world.client().get(PAGE).status_code == 404
    text = f'<link href="https://example.org{PAGE}" rel="prev-archive"/>'
    own_world.snapshot = own_world.publish(text)
    file_of(own_world).unlink()
    answer = own_world.client().get(PAGE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert own_world.client().get("/archive/00000000deadbeee/atom.xml").status_code == 404


@pytest.mark.parametrize("make", ["a link", "a folder", "a pipe", "nothing", "no gzip", "a few bytes"])
def test_what_is_no_page_is_not_served(own_world: Any, make: str, tmp_path: Path) -> None:
    file = file_of(own_world)
    secret = file.with_name("secret.gz")
    file.rename(secret)
    if make == "a link":
        file.symlink_to(secret)
    elif make == "a folder":
        file.mkdir()
    elif make == "a pipe":
        os.mkfifo(file)
    else:
        file.write_bytes({"nothing": b"", "no gzip": b"x" * 100, "a few bytes": b"\x1f\x8b\x08\x00"}[make])
    assert own_world.client().get(PAGE).status_code == 404


def test_a_page_of_a_feed_that_is_gone_is_gone_with_it(own_world: Any) -> None:
    folder = own_world.public / "categories" / "사람" / "archive" / "00000000deadbeef"
    folder.mkdir(parents=True)
    file_of(own_world).rename(folder / "atom.xml.gz")
    assert own_world.client().get("/categories/사람/archive/00000000deadbeef/atom.xml").status_code == 404
