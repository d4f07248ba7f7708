"""What every kind of store must do: conditions decide, and of those who race for an object one wins."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from feedsvc.errors import NotModifiedError, ObjectConflictError, ObjectStoreError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects

NAME = "categories/경제/a b%20+c.xml"


# Azure's emulator is 190 MB of npm's, so only `make azure` has it.
_AZURITE = os.environ.get("FEEDSVC_AZURITE", "")


@pytest.fixture(scope="module")
def azurite(load_helper: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with (
        load_helper("azurite.py").run_azurite(_AZURITE, tmp_path_factory.mktemp("azurite"), "feeds") as environ,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in environ.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(params=["memory", "file", "s3", *(["az"] if _AZURITE else [])])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Objects]:
    if request.param in ("s3", "az"):
        request.getfixturevalue({"s3": "seaweed", "az": "azurite"}[request.param])
        yield open_objects(f"{request.param}://feeds/{uuid4()}")
    else:
        yield open_objects("memory:" if request.param == "memory" else f"file://{tmp_path}/objects")


def test_what_was_written_is_read_with_its_attributes(objects: Objects) -> None:
    attributes = {"Content-Type": "application/atom+xml; charset=utf-8", "Cache-Control": "public", "term": "7"}
    tag = objects.put(NAME, b"<feed/>", attributes)

    stored = objects.get(NAME)

    assert stored is not None
    assert (stored.data, stored.tag) == (b"<feed/>", tag)
    assert attributes.items() <= stored.attributes.items()


def test_an_object_is_created_once(objects: Objects) -> None:
    objects.put(NAME, b"first", expect=False)

    with pytest.raises(ObjectConflictError):
        objects.put(NAME, b"second", expect=False)

    stored = objects.get(NAME)
    assert stored is not None
    assert stored.data == b"first"


def test_an_object_is_replaced_by_who_knows_its_tag(objects: Objects) -> None:
    first = objects.put(NAME, b"first", expect=False)
    second = objects.put(NAME, b"second", expect=first)

    with pytest.raises(ObjectConflictError):
        objects.put(NAME, b"third", expect=first)

    assert second != first
    stored = objects.get(NAME)
    assert stored is not None
    assert (stored.data, stored.tag) == (b"second", second)


def test_nothing_is_not_replaced(objects: Objects) -> None:
    with pytest.raises(ObjectConflictError):
        objects.put(NAME, b"anything", expect='"0123"')

    assert objects.get(NAME) is None


def test_who_has_an_object_is_told_so(objects: Objects) -> None:
    tag = objects.put(NAME, b"first")

    with pytest.raises(NotModifiedError):
        objects.get(NAME, unless=tag)

    objects.put(NAME, b"second")
    stored = objects.get(NAME, unless=tag)
    assert stored is not None
    assert stored.data == b"second"


def test_a_listing_has_what_is_below_a_folder(objects: Objects) -> None:
    for name in ("a/1", "a/b/2", "ab/3", ".feedsvc/blobs/4"):
        objects.put(name, b"x")

    assert {each.name for each in objects.list("a")} == {"a/1", "a/b/2"}
    assert {each.name for each in objects.list()} == {"a/1", "a/b/2", "ab/3", ".feedsvc/blobs/4"}
    assert list(objects.list("nowhere")) == []


def test_what_is_deleted_is_gone_and_may_be_deleted_again(objects: Objects) -> None:
    objects.put(NAME, b"x")

    objects.delete(NAME)
    objects.delete(NAME)

    assert objects.get(NAME) is None
    assert list(objects.list()) == []


@pytest.mark.parametrize("created", [True, False])
def test_of_those_who_race_one_wins(objects: Objects, *, created: bool) -> None:
    expect: Any = False if created else objects.put(NAME, b"before")

    def race(number: int) -> bool:
        try:
            objects.put(NAME, b"%d" % number, expect=expect)
        except ObjectConflictError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        won = list(pool.map(race, range(3)))

    stored = objects.get(NAME)
    assert stored is not None
    assert won.count(True) == 1
    assert stored.data == b"%d" % won.index(True)


@pytest.mark.parametrize("name", ["../a", "a/../b", "a//b", "./a"])
def test_no_name_leads_out_of_the_prefix(objects: Objects, name: str) -> None:
    with pytest.raises(ObjectStoreError):
        objects.put(name, b"x")
