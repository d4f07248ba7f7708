"""What the workers counted, and the page on which Prometheus reads it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feedsvc.web.tallies import Tallies, clear_tallies

BUILD = {
    "builds": {"count": 3, "seconds": 4.5},
    "last_build": {"duration_s": 1.5, "posts": 12, "rejected": [{"path": "x"}]},
    "built_at": "2024-07-12T11:59:00+00:00",
    "error": None,
}


@pytest.fixture
def counted(world: Any, tmp_path: Path) -> Any:
    """The site, with every answer counted."""
    world.tallies = Tallies(tmp_path / "metrics")
    world.status = dict(BUILD)
    return world


def read(client: Any, **headers: str) -> dict[tuple[str, ...], float]:
    """Return the page's samples by name and the values of their labels: feed, format, status, coding."""
    page = client.get("/metrics", headers=headers)
    assert page.status_code == 200
    names = ("feed", "format", "status", "coding")
    return {
        (sample.name, *(sample.labels[each] for each in names if each in sample.labels)): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def test_answers_are_counted_by_feed_format_status_and_coding(counted: Any) -> None:
    client = counted.client()
    plain, gzip = counted.snapshot.representations["/categories/경제/rss.xml"].variants[:2]
    assert gzip.coding == "gzip"
    path = "/categories/%EA%B2%BD%EC%A0%9C/rss.xml"
    client.get(path)
    client.get(path)
    client.head(path)
    client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": f'"{gzip.etag}"'})
    client.post(path)
    client.get("/nowhere")
    samples = read(client)
    feed = ("category:경제", "rss")
    assert samples["feedsvc_requests_total", *feed, "200", "identity"] == 3
    assert samples["feedsvc_sent_bytes_total", *feed, "200", "identity"] == 2 * plain.size
    assert samples["feedsvc_saved_bytes_total", *feed, "200", "identity"] == 0
    assert samples["feedsvc_requests_total", *feed, "304", "gzip"] == 1
    assert samples["feedsvc_sent_bytes_total", *feed, "304", "gzip"] == 0
    assert samples["feedsvc_saved_bytes_total", *feed, "304", "gzip"] == gzip.size
    assert samples["feedsvc_requests_total", *feed, "405", ""] == 1
    assert samples["feedsvc_requests_total", "", "", "404", ""] == 1


def test_the_build_and_the_edition_are_told(counted: Any) -> None:
    samples = read(counted.client())
    told = {name: value for (name, *labels), value in samples.items() if not labels}
    assert told == {
        "feedsvc_build_duration_seconds_count": 3,
        "feedsvc_build_duration_seconds_sum": 4.5,
        "feedsvc_last_build_duration_seconds": 1.5,
        "feedsvc_posts": 12,
        "feedsvc_rejected_posts": 1,
        "feedsvc_last_build_age_seconds": 60,
        "feedsvc_build_failing": 0,
        "feedsvc_documents": 11,
        "feedsvc_edition_age_seconds": 86400,
    }
    counted.status = {"error": {"message": "x"}}
    assert read(counted.client())["feedsvc_build_failing",] == 1


def test_metrics_before_the_first_edition_and_build_are_few_and_right(empty_world: Any, tmp_path: Path) -> None:
    empty_world.tallies, empty_world.with_status = Tallies(tmp_path / "metrics"), False
    client = empty_world.client()
    client.get("/atom.xml")
    samples = read(client)
    assert samples["feedsvc_requests_total", "", "", "503", ""] == 1
    assert ("feedsvc_edition_age_seconds",) not in samples


def test_metrics_are_for_who_has_the_token_if_there_is_one(counted: Any) -> None:
    counted.token = "s3cret"  # noqa: S105 -- a token of this test
    client = counted.client()
    refused = client.get("/metrics")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="feedsvc"')
    page = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post("/metrics").status_code == 405


def test_without_tallies_there_are_no_metrics(world: Any) -> None:
    assert world.client().get("/metrics").status_code == 404


def test_the_counts_of_all_workers_are_added_and_those_of_ended_ones_stay(tmp_path: Path) -> None:
    key = ("site", "atom", 304, "gzip")
    one, other = Tallies(tmp_path / "m"), Tallies(tmp_path / "m")
    one.count(key, 0, 5)
    other.count(key, 1, 7)
    other.count(("", "", 404, ""), 9, 0)
    one.flush()
    del one
    assert other.read_all() == {("", "", 404, ""): (1, 9, 0), key: (2, 1, 12)}
    clear_tallies(tmp_path / "m")
    assert Tallies(tmp_path / "m").read_all() == {}


def test_what_the_fast_path_answered_is_counted_and_keeps_its_name_when_the_feed_goes(counted: Any) -> None:
    counted.with_fast_path = True
    client = counted.client()
    size = counted.snapshot.representations["/atom.xml"].variants[0].size
    client.get("/atom.xml")
    client.get("/feed.xml", headers={"If-None-Match": "*"})
    client.get("/nowhere")
    told = counted.tallies.read_all()
    assert told["site", "atom", 200, "identity"] == (1, size, 0)
    assert told["site", "atom", 304, "identity"] == (1, 0, size)
    assert told["", "", 404, ""][0] == 1
    counted.snapshot = None
    client.get("/nowhere")
    assert counted.tallies.read_all()["site", "atom", 200, "identity"] == (1, size, 0)


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    tallies = Tallies(tmp_path / "m")
    tallies.flush()
    assert not (tmp_path / "m").exists()
    tallies.count(("", "", 404, ""), 0, 0)
    tallies.flush()
    (file,) = (tmp_path / "m").iterdir()
    os.utime(file, (1, 1))
    tallies.flush()
    assert file.stat().st_mtime == 1


def test_counts_are_written_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([None, None])
    monkeypatch.setattr(time, "sleep", lambda seconds: next(ticks))
    tallies = Tallies(tmp_path / "m")
    tallies.count(("", "", 404, ""), 0, 0)
    with pytest.raises(StopIteration):
        tallies._keep_flushing()
    assert len(list((tmp_path / "m").iterdir())) == 1


def test_a_disk_that_does_not_take_or_give_counts_costs_numbers_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "1-1.json").write_text("{", encoding="utf-8")
    assert Tallies(tmp_path / "m").read_all() == {}
    assert "cannot be read" in caplog.text
    (tmp_path / "file").touch()
    tallies = Tallies(tmp_path / "file")
    tallies.count(("", "", 404, ""), 0, 0)
    tallies.flush()
    assert "cannot be written" in caplog.text
