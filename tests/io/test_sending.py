"""Editions in an object store: what changed is sent, whatever is cut off is taken up, and what is unneeded goes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from feedsvc.config import Settings
from feedsvc.errors import ConfigError, LeaseLostError, NotSentError, ObjectStoreError, StoreError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import NONE, Attributes, Listed, Objects, Stored
from feedsvc.publish.manifest import make_etag, parse_manifest
from feedsvc.remote.head import Head, dump_head, parse_head
from feedsvc.remote.layout import HEAD, RETIRED, blob_name
from feedsvc.remote.pages import send_pages
from feedsvc.remote.push import send_edition
from feedsvc.remote.sent import Memory, Sent
from feedsvc.remote.sitefacts import dump_site
from feedsvc.report import BuildReport
from feedsvc.sending import Sender, make_terms
from feedsvc.sharing import describe_site

SMALL = {"min_entries": 1, "max_entries": 2, "window": "1h", "by": ["category"], "archives": ["atom"]}
HOUR = timedelta(hours=1)


class LineIsCutError(ObjectStoreError):
    """What the wrapper below raises."""


class Faulty(Objects):
    """A store that is lost for good after so many requests, and counts them."""

    def __init__(self, inner: Objects, after: int = 1 << 30) -> None:
        self._inner, self._left, self._lock = inner, after, threading.Lock()
        self.address = inner.address
        self.requests: list[str] = []

    def _count(self, what: str) -> None:
        with self._lock:
            self._left -= 1
            self.requests.append(what)
            if self._left < 0:
                raise LineIsCutError(self.address, "the line is cut")

    def get(self, name: str, *, unless: str = "") -> Stored | None:
        self._count(f"get {name}")
        return self._inner.get(name, unless=unless)

    def look(self, name: str) -> Stored | None:
        self._count(f"look {name}")
        return self._inner.look(name)

    def put(
        self,
        name: str,
        data: bytes,
        attributes: Attributes = NONE,
        *,
        expect: str | Literal[False] | None = None,
    ) -> str:
        self._count(f"put {name}")
        return self._inner.put(name, data, attributes, expect=expect)

    def delete(self, name: str) -> None:
        self._count(f"delete {name}")
        self._inner.delete(name)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        self._count(f"list {prefix}")
        return self._inner.list(prefix)


@dataclass(kw_only=True)
class Machine:
    """A builder: a published tree and a state directory, and how it sends them."""

    settings: Settings
    clock: datetime
    check: Callable[[], None] = field(default=lambda: None)

    def at(self, site: Path) -> Machine:
        """Return the same machine at another directory."""
        publish = self.settings.publish.model_copy(update={"dir": site / "public"})
        state = self.settings.state.model_copy(update={"dir": site / "var"})
        return replace(self, settings=replace(self.settings, publish=publish, state=state))

    def send(self, objects: Objects, *, term: int = 1, hours: float = 0) -> Sent:
        stored = objects.get(HEAD)
        head = parse_head(stored.data, HEAD) if stored else Head(term=term)
        common: dict[str, Any] = {
            "directory": self.settings.publish.dir,
            "state": self.settings.state.dir,
            "term": term,
            "check": self.check,
            "now": self.clock + hours * HOUR,
            "terms": make_terms(self.settings),
        }
        facts = dump_site(describe_site(self.settings))
        tag = stored.tag if stored else ""
        sent = send_edition(objects, head, tag, ledger=head.ledger, site=facts, **common)
        return sent + send_pages(objects, **common)


Contents = dict[str, tuple[bytes, Mapping[str, str]]]


def contents(objects: Objects) -> Contents:
    """Return all that a store holds but what is to go."""
    found: Contents = {}
    for each in objects.list():
        stored = objects.get(each.name)
        assert stored is not None
        found[each.name] = (stored.data, {key: value for key, value in stored.attributes.items() if key != "term"})
    found.pop(RETIRED, None)
    return found


def copy_of(objects: Objects) -> Objects:
    copy = open_objects("memory:")
    for each in objects.list():
        stored = objects.get(each.name)
        assert stored is not None
        copy.put(each.name, stored.data, stored.attributes)
    return copy


@pytest.fixture
def write_site(write_post: Callable[..., Path], site: Path) -> Callable[..., None]:
    """Write posts of two categories; each word of ``changes`` is one thing that is another way then."""

    def write(*changes: str) -> None:
        for number in range(1, 8):
            edit = "".join(change for change in changes if change.startswith("edit") and number in (1, 5, 7))
            body = f"<p>{number} {edit}</p>"
            write_post(f"2024-01-{number:02}-{number}.md", "환경" if number < 6 else "정치", body=body)
        if "removal" in changes:
            for number in (6, 7):
                (site / f"_posts/2024-01-{number:02}-{number}.md").unlink()

    return write


@pytest.fixture
def build_here(run_build: Callable[..., BuildReport], monkeypatch: pytest.MonkeyPatch) -> Callable[..., BuildReport]:
    """Build a site that has a target, and leave the sending to the test."""
    monkeypatch.setattr(Sender, "send_edition", lambda *_: None)

    def build(hours: float = 0, *, allow_removals: bool = False) -> BuildReport:
        return run_build(hours, feeds=SMALL, publish={"target": "file:///nowhere"}, allow_removals=allow_removals)

    return build


@pytest.fixture
def machine(settings: Callable[..., Settings]) -> Machine:

    return Machine(settings=settings(feeds=SMALL), clock=datetime(2100, 1, 1, 12, tzinfo=UTC))


def test_what_is_sent_is_what_is_published(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport], site: Path
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")

    sent = machine.send(objects)

    held = contents(objects)
    data = (site / "public/manifest.json").read_bytes()
    manifest = parse_manifest(data, Path("manifest.json"))
    assert sent.objects == len(held) - 1  # the head itself is not counted
    assert held["manifest.json"][0] == data
    assert held[blob_name(make_etag(data))][0] == data
    for path, each in manifest.representations.items():
        for variant in each.variants:
            body, attributes = held[blob_name(variant.etag)]
            assert make_etag(body) == variant.etag
            suffix = {"identity": "", "gzip": ".gz", "br": ".br", "zstd": ".zst"}[variant.coding]
            body, attributes = held[path[1:] + suffix]
            assert make_etag(body) == variant.etag == attributes["digest"]
            assert attributes.get("Content-Encoding", "identity") == variant.coding
            assert attributes["Content-Type"].startswith(each.media_type)
            assert attributes["Cache-Control"] == "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"
    pages = {
        name: attributes for name, (_, attributes) in held.items() if "/archive/" in name or name[:8] == "archive/"
    }
    assert pages
    for name, attributes in pages.items():
        assert held[name][0] == (site / f"public/{name}.gz").read_bytes()
        assert (attributes["Content-Encoding"], attributes["Cache-Control"]) == ("gzip", "public, max-age=604800")
    head = parse_head(held[HEAD][0], HEAD)
    assert (head.snapshot, head.manifest, head.term) == (manifest.snapshot, make_etag(data), 1)


def is_cut(machine: Machine, objects: Faulty, hours: float) -> bool:
    try:
        machine.send(objects, hours=hours)
    except LineIsCutError:
        return True
    return False


@pytest.mark.parametrize("another_edition", [False, True])
@pytest.mark.parametrize("forgetful", [False, True])
def test_a_line_that_is_cut_anywhere_costs_nothing_but_another_sending(
    machine: Machine,
    write_site: Callable[..., None],
    build_here: Callable[..., BuildReport],
    site: Path,
    *,
    forgetful: bool,
    another_edition: bool,
) -> None:
    """The next sending has the same edition to send, or another one: what was sent of the first is not left behind."""
    write_site()
    build_here()
    first = open_objects("memory:")
    machine.send(first)
    shutil.copytree(site / "var/sent", site / "before")
    write_site("edit", "removal")
    build_here(1, allow_removals=True)
    cut_machine, memory, cut_memory = machine, site / "var/sent", site / "var/sent"
    if another_edition:
        shutil.copytree(site, site.with_name("second"))
        cut_machine = machine.at(site.with_name("second"))
        cut_memory = site.with_name("second") / "var/sent"
        write_site("edit again", "removal")
        build_here(2)
    journal = (memory / "journal").read_bytes()
    assert journal
    shutil.move(memory, site / "aside")
    fresh = open_objects("memory:")
    machine.send(fresh, hours=2)
    expected = contents(fresh)

    for after in range(1000):
        objects = copy_of(first)
        shutil.rmtree(cut_memory, ignore_errors=True)
        if not forgetful:
            shutil.copytree(site / "before", cut_memory)
            (cut_memory / "journal").write_bytes(journal)
        cut = is_cut(cut_machine, Faulty(objects, after), 1 if another_edition else 2)
        if another_edition:
            shutil.rmtree(memory, ignore_errors=True)
            if cut_memory.exists():
                shutil.copytree(cut_memory, memory)
            if (memory / "journal").exists():
                (memory / "journal").write_bytes(journal)
        machine.send(objects, hours=2)
        machine.send(objects, hours=4)
        held = contents(objects)
        assert held.keys() == expected.keys(), f"cut after {after} requests"
        assert held == expected, f"cut after {after} requests"
        if not cut:
            break
    assert 40 < after < 900


def test_after_one_edit_only_what_it_changed_is_sent(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport], site: Path
) -> None:
    write_site()
    build_here()
    inner = open_objects("memory:")
    machine.send(inner)
    write_site("edit")
    report = build_here(1)
    objects = Faulty(inner)

    machine.send(objects, hours=1)

    written = {name.removeprefix("put ") for name in objects.requests if name.startswith("put ")}
    served = {name for name in written if not name.startswith(".feedsvc/") and "archive/" not in name}
    assert {f"/{name}" for name in served if not name.endswith((".gz", ".br", ".zst"))} == {
        *report.written,
        "/manifest.json",
    }
    assert not any(request.startswith("list") for request in objects.requests)


def test_with_nothing_changed_nothing_is_requested_but_the_head(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    inner = open_objects("memory:")
    machine.send(inner)
    objects = Faulty(inner)

    assert machine.send(objects) == Sent()
    assert objects.requests == [f"get {HEAD}"]


def test_what_is_needed_no_more_stays_for_the_grace_period(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")
    machine.send(objects)
    before = contents(objects)
    write_site("removal")
    build_here(1, allow_removals=True)
    machine.send(objects, hours=1)
    assert before.keys() <= contents(objects).keys()

    removed = machine.send(objects, hours=1.9).removed, machine.send(objects, hours=2).removed

    left = contents(objects)
    assert removed[0] == 0
    assert removed[1] > 0
    assert "categories/정치/atom.xml" in before
    assert "categories/정치/atom.xml" not in left


def test_what_is_needed_again_within_the_grace_period_stays(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")
    machine.send(objects)
    write_site("removal")
    build_here(1, allow_removals=True)
    machine.send(objects, hours=1)
    write_site()
    build_here(1.5)
    machine.send(objects, hours=1.5)

    machine.send(objects, hours=9)

    fresh = open_objects("memory:")
    Memory(machine.settings.state.dir).forget()
    machine.send(fresh, hours=1.5)
    assert contents(objects) == contents(fresh)


def test_what_a_later_builder_wrote_is_not_overwritten(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")
    objects.put("atom.xml", b"later", {"term": "2"})

    with pytest.raises(LeaseLostError, match="term 2"):
        machine.send(objects)

    stored = objects.get("atom.xml")
    assert stored is not None
    assert stored.data == b"later"


def test_a_head_that_was_written_meanwhile_stands(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")
    theirs = dump_head(Head(term=2))

    def write_theirs() -> None:
        objects.put(HEAD, theirs)

    machine.check = write_theirs
    with pytest.raises(LeaseLostError, match="another builder"):
        machine.send(objects)

    stored = objects.get(HEAD)
    assert stored is not None
    assert stored.data == theirs


def test_who_lost_the_lease_commits_nothing(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport]
) -> None:
    write_site()
    build_here()
    objects = open_objects("memory:")

    def lose() -> None:
        raise LeaseLostError(objects.address, "the lease is another's")

    machine.check = lose
    with pytest.raises(LeaseLostError):
        machine.send(objects)

    assert contents(objects) == {}


def test_a_file_that_somebody_wrote_to_is_not_sent(
    machine: Machine, write_site: Callable[..., None], build_here: Callable[..., BuildReport], site: Path
) -> None:
    write_site()
    build_here()
    (site / "public/atom.xml").write_bytes(b"something else")

    with pytest.raises(StoreError, match="is not what was published"):
        machine.send(open_objects("memory:"))


def test_a_build_sends_to_a_directory_and_tells_what(
    run_build: Callable[..., BuildReport], write_site: Callable[..., None], tmp_path: Path
) -> None:
    target = {"target": f"file://{tmp_path}/store"}
    write_site()

    first = run_build(feeds=SMALL, publish=target)
    second = run_build(feeds=SMALL, publish=target)

    assert first.sent is not None
    assert first.sent["objects"] > 50
    assert " objects (" in first.summary()
    assert second.as_json()["sent"] == {"objects": 0, "bytes": 0, "removed": 0}
    assert (tmp_path / "store/atom.xml").read_bytes().startswith(b"<?xml")


def test_a_store_that_cannot_be_written_costs_no_local_edition(
    run_build: Callable[..., BuildReport], write_site: Callable[..., None], tmp_path: Path, site: Path
) -> None:
    target = {"target": f"file://{tmp_path}/store"}
    (tmp_path / "store").write_text("in the way")
    write_site()
    run_build(feeds=SMALL)  # a machine without a ledger would wait for the store's

    with pytest.raises(NotSentError, match=r"published here, not sent: file://.*the next build sends what is missing"):
        run_build(feeds=SMALL, publish=target)
    assert (site / "public/atom.xml").exists()
    assert list((site / "public/archive").rglob("atom.xml.gz"))

    (tmp_path / "store").unlink()
    report = run_build(feeds=SMALL, publish=target)
    assert report.written == ()
    assert report.sent is not None
    assert report.sent["objects"] > 50
    assert list((tmp_path / "store/archive").rglob("atom.xml"))


def test_without_a_target_nothing_is_noted(
    run_build: Callable[..., BuildReport], write_site: Callable[..., None], site: Path
) -> None:
    write_site()

    report = run_build(feeds=SMALL)

    assert "sent" not in report.as_json()
    assert not (site / "var/sent").exists()


def test_without_a_target_no_build_imports_what_speaks_to_stores(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2024-01-01-a.md").write_text("---\ntitle: a\n---\nb\n", encoding="utf-8")
    (tmp_path / "feedsvc.toml").write_text('[site]\ntitle = "t"\nurl = "https://example.org"\n', encoding="utf-8")
    command = [sys.executable, "-X", "importtime", "-m", "feedsvc", "build"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "feedsvc.sending" in done.stderr
    assert not any(name in done.stderr for name in ("obstore", "urllib3", "feedsvc.remote.push"))


def test_an_address_with_a_password_is_refused_and_not_repeated(settings: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigError, match="by the environment") as refused:
        settings(publish={"target": "s3://key:hush@bucket/feeds"})

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("inside", ["public", "public/store", "var", "."])
def test_a_store_has_a_directory_of_its_own(settings: Callable[..., Settings], site: Path, inside: str) -> None:
    with pytest.raises(ConfigError, match="choose a directory of its own"):
        settings(publish={"target": f"file://{site}/{inside}"})
