"""Parts of a real store die while editions are sent to it and followed: nobody is served a mix, and all converge.

A master, three volume servers with every object on two of them, a filer and S3; the real builder; two real replicas, of
which one has room for all and one for little; and clients that poll both all the time. CI cuts off 5 builds and kills
each part once; ``make cuts`` (FEEDSVC_CUTS) as many as you have patience for.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from feedsvc.publish.manifest import MANIFEST

CUTS = int(os.environ.get("FEEDSVC_CUTS", "5"))
LONG = CUTS > 5
SEED = int(os.environ.get("FEEDSVC_SEED", "7"))


@pytest.fixture(scope="module")
def helper(load_helper: Callable[[str], Any]) -> Any:
    return load_helper("faultworld.py")


@pytest.fixture(scope="module")
def world(helper: Any, load_helper: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with helper.running_world(load_helper, tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.mark.parametrize("victim", [f"volume{number}" for number in (range(3) if LONG else [0])])
def test_a_volume_server_dies_while_an_edition_is_sent_and_comes_back(world: Any, victim: str) -> None:
    site, failed = world.site, 0
    build = world.start_to_send()
    with world.watch.trouble():
        world.cluster.kill(victim)
        failed += build.end_in_order()
        site.change()
        failed += world.publish_until_sent()
        world.converge()
        world.cluster.start(victim)
    seen = world.check(victim)
    world.tell(f"{victim}: {failed} builds failed")
    assert seen["roomy: 200"] > 100


@pytest.mark.parametrize("parts", [*([("filer",)] if LONG else []), ("filer", "s3")], ids="-".join)
def test_the_filer_dies_while_an_edition_is_sent_and_the_next_build_sends_the_rest(
    world: Any, parts: Sequence[str]
) -> None:
    site, before = world.site, world.head()
    build = world.start_to_send()
    with world.watch.trouble():
        for part in parts:
            world.cluster.kill(part)
        time.sleep(1)
        for part in parts:
            world.cluster.start(part)
        code = build.end_in_order()
    failed = world.publish_until_sent()
    assert world.head().manifest == site.editions[-1].manifest != before.manifest
    world.check("+".join(parts))
    world.tell(f"{'+'.join(parts)}: the build ended with {code}, {failed} after it failed")


def test_the_store_dies_the_moment_an_edition_is_followed_and_all_of_it_is_there(world: Any) -> None:
    site, roomy = world.site, world.replicas[0]
    site.change()
    build = site.start()
    build.wait_until_sending()
    # Known from the cache of the replica, which its workers look at a quarter of a second later.
    roomy.wait_until(lambda: world.followed(roomy) == site.live_here(), "it is followed")
    with world.watch.trouble():
        world.cluster.kill("s3")
        roomy.wait_until(lambda: world.serves(roomy, site.live_here()), "it is served")
        time.sleep(1)
        world.cluster.start("s3")
        code = build.end_in_order()
    failed = world.publish_until_sent()
    world.check("s3 that dies when it is followed")
    world.tell(f"s3 that dies when it is followed: the build ended with {code}, {failed} after it failed")


# Each is less than an edition takes; of none some objects find room all the same, in blocks that are begun.
@pytest.mark.parametrize("leave", [64 * 1024, *([0, 96 * 1024] if LONG else [])])
def test_a_full_disk_costs_no_replica_its_edition_and_the_new_one_comes_once_there_is_room(
    world: Any, helper: Any, leave: int
) -> None:
    if world.disks.missing:
        pytest.skip(world.disks.missing)
    site, before = world.site, world.head()
    names = world.names()
    site.change()
    with world.watch.trouble():
        try:
            world.disks.fill(leave)
            build = site.start()
            assert build.end_in_order() == 1
            assert "published here, not sent: s3://feeds/site/" in build.said
            if (head := world.head()).manifest == before.manifest:
                assert all(world.serves(replica, before.snapshot) for replica in world.replicas)
            else:
                # What did not fit comes after the head: it is committed, and so it is whole.
                assert world.blobs(head) <= world.names()
            assert all(replica.get(helper.HOT).status == 200 for replica in world.replicas)
        finally:
            world.disks.free()
    sent = len(world.names() - names)
    assert sent or not leave
    failed = world.publish_until_sent()
    world.check(f"a disk with {leave} bytes")
    told = build.said.splitlines()[-1]
    world.tell(f"a disk with {leave} bytes: {sent} objects fitted, {failed} builds after it failed; it said {told!r}")


def test_a_builder_that_is_cut_off_while_it_sends_leaves_no_mix_and_nothing_behind(
    world: Any, load_helper: Callable[[str], Any]
) -> None:
    chance, site = random.Random(SEED), world.site  # noqa: S311 (no secret)
    site.change()
    build = site.start()
    begun = build.wait_until_sending()
    assert build.end() == 0, build.said
    length = time.monotonic() - begun
    moments = [length * (number + chance.random()) / CUTS for number in range(CUTS)]
    chance.shuffle(moments)
    landed: Counter[str] = Counter()
    while moments:
        before = world.names()
        site.change()
        build = site.start()
        build.wait_until_sending()
        time.sleep(moments[0])
        if not build.cut():
            # It was done by then; or, on a machine that has much to do, its lease was over.
            landed["too late, and made again"] += 1
            build.end_in_order()
            moments[0] *= 0.7
            continue
        moments.pop(0)
        landed[_where(world, before)] += 1
    site.change()
    world.publish_until_sent()
    seen = world.check("cuts")
    world.tell(f"cuts: {sum(landed.values())} over {length:.2f} s of sending: {dict(landed)}")
    assert landed["before the head, with some of it sent"]
    assert landed["after the head, before the manifest"] or not LONG
    assert seen["visits during which the edition changed"] or not LONG
    swept = load_helper("leftovers.py").assert_nothing_is_left(
        world.objects, site.public, lambda: site.end(site.start(FEEDSVC_PUBLISH__GRACE="0s"))
    )
    world.tell(f"(objects that were swept, objects that stay): {swept}")
    world.check("after all was swept")


def _where(world: Any, before: set[str]) -> str:
    """Say how far the builder that was cut off had come; whatever the head names is there."""
    edition, head, names = world.site.editions[-1], world.head(), world.names()
    assert world.blobs(head) <= names
    if head.manifest != edition.manifest:
        return f"before the head, with {'some' if names - before else 'none'} of it sent"
    stored = world.objects.get(MANIFEST)
    done = stored is not None and stored.data == (world.site.public / MANIFEST).read_bytes()
    return "after the manifest" if done else "after the head, before the manifest"
