"""The locks: what `make run` and `make test` install, to the byte and from anywhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "tests/requirements.lock")
PIN = re.compile(
    r"([a-z0-9][a-z0-9-]*)==([0-9][0-9a-z.+!]*)"  # name and version
    r"(?: ;(?: (?:and )?[a-z_]+ (?:[<>=!]=?|in) '[^'/:]+')+)?"  # where it is needed
    r"((?: --hash=sha256:[0-9a-f]{64})+)"
)


def read_lock(name: str) -> list[str]:
    """One requirement a line, continuation lines joined."""
    text = (ROOT / name).read_text(encoding="ascii")
    return re.sub(r" \\\n +", " ", text).splitlines()


def pins(name: str) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for line in read_lock(name):
        match = PIN.fullmatch(line)
        assert match, line
        found.setdefault(match[1], []).append((match[2], match[3].count("--hash")))
    return found


def names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", each)[0].lower().replace("_", "-").replace(".", "-") for each in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_pins_and_hashes_and_names_no_host(name: str) -> None:
    assert pins(name)
    text = (ROOT / name).read_text()
    for word in ("://", "file:", "--index", "--extra-index", "--find-links", "--trusted-host", "@", "#"):
        assert word not in text


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_covers_every_platform(name: str) -> None:
    for package in ("lxml", "pydantic-core", "nh3", "granian", "zstandard", "pyyaml"):
        for version, hashes in pins(name)[package]:
            assert hashes >= 20, (package, version)


def test_the_locks_cover_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = names(project["project"]["dependencies"]) | names(project["build-system"]["requires"])
    assert runtime <= pins("requirements.lock").keys()
    assert names(project["project"]["optional-dependencies"]["test"]) <= pins("tests/requirements.lock").keys()
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]


def test_tests_run_with_the_versions_that_users_get() -> None:
    tested = pins("tests/requirements.lock")
    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
