"""A real S3 for tests: SeaweedFS, started once for those that only need it to answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loading import load_module

from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects


def _load(file: str) -> Any:
    return load_module(Path(__file__).parent / file)


@pytest.fixture(scope="session")
def load_helper() -> Callable[[str], Any]:
    """Return what loads a helper, by its file relative to this one's folder."""
    return _load


@pytest.fixture(scope="session")
def seaweed_module() -> Any:
    """Return the helper, for tests that kill parts of a cluster of their own."""
    return _load("seaweed.py")


@pytest.fixture(scope="session")
def seaweed(seaweed_module: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a cluster of one volume server, with the bucket ``feeds``, which this process uses meanwhile."""
    before = dict(os.environ)
    with seaweed_module.Seaweed(directory=tmp_path_factory.mktemp("seaweed")) as cluster:
        os.environ.update(cluster.environ)
        yield cluster
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def bucket(seaweed: Any, request: pytest.FixtureRequest) -> Callable[[], Objects]:
    """Open a prefix of the test's own in the real store, again and again if need be."""
    return lambda: open_objects(f"s3://feeds/{request.node.name}")
