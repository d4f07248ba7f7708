"""What many subscribers cost on paper: the arithmetic, against figures that were computed by hand."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the scripts from where they lie, and afresh."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "bench")
    for name in ("costs", "paper"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("paper")


def figures(paper: ModuleType) -> Any:
    """Return round figures: a 304 of 10 µs and 500 bytes, a 200 of 100 kB, a 226 of 10 kB."""
    return paper.Figures(
        same=paper.Answer(cpu_us=10, wire=500),
        whole=paper.Answer(cpu_us=50, wire=100_000),
        delta=paper.Answer(cpu_us=100, wire=10_000),
        connection_cpu_us=200,
    )


def assume(paper: ModuleType, **given: float) -> Any:
    """Return a million that polls hourly and finds news once in four times; a core-hour and a gigabyte are a dollar."""
    told: dict[str, float] = {
        "subscribers": 864_000,
        "polls_a_day": 24,
        "changed": 0.25,
        "takers": 1,
        "peak": 3,
        "busy": 0.5,
        "least_cores": 1,
        "handshake": 0,
        "places": 100,
        "max_age_s": 864,
        "safety_polls": 1,
        "usd_core_hour": 1,
        "usd_egress_gb": 1,
        "usd_cdn_gb": 0.5,
        "usd_cdn_10k": 0.01,
    }
    return paper.Assumptions(**(told | given))


def test_who_polls_without_a_cdn_is_sent_everything_by_us(paper: ModuleType) -> None:
    bill, *_ = paper.bill_all(figures(paper), assume(paper))
    # 864,000 x 24 polls a day / 86,400 s.
    assert bill.mean_s == 240
    assert bill.peak_s == 720
    # In the hour after a push all of them are 200s, over new connections: 720 x 250 µs, of half a core each.
    assert bill.cores == pytest.approx(0.36)
    # 3/4 x 500 + 1/4 x 100,000 = 25,375 bytes each.
    assert bill.gbit == pytest.approx(240 * 25_375 * 8 / 1e9)
    assert bill.peak_gbit == pytest.approx(0.576)
    # 20,736,000 polls a day x 30 x 25,375 bytes.
    assert bill.tb == pytest.approx(15.78528)
    assert bill.cdn_tb == 0
    # One core for 720 hours, and 15,785.28 GB.
    assert bill.usd == pytest.approx(720 + 15_785.28)


def test_deltas_save_bytes_and_take_cpu(paper: ModuleType) -> None:
    _, bill, *_ = paper.bill_all(figures(paper), assume(paper))
    # 3/4 x 500 + 1/4 x 10,000 = 2,875 bytes each; 720 x 300 µs / 0.5.
    assert bill.tb == pytest.approx(1.78848)
    assert bill.cores == pytest.approx(0.432)
    assert bill.peak_gbit == pytest.approx(0.0576)


def test_deltas_for_half_of_the_subscribers_are_half_way(paper: ModuleType) -> None:
    _, bill, *_ = paper.bill_all(figures(paper), assume(paper, takers=0.5))
    assert bill.tb == pytest.approx((15.78528 + 1.78848) / 2)


def test_a_handshake_is_sent_to_each_poll_that_comes_to_us(paper: ModuleType) -> None:
    first, _, cdn, *_ = paper.bill_all(figures(paper), assume(paper, handshake=2_000))
    assert first.tb == pytest.approx(15.78528 + 20_736_000 * 30 * 2_000 / 1e12)
    assert cdn.cdn_tb == pytest.approx(15.78528)


def test_a_cdn_asks_once_for_each_place_and_age_and_sends_the_rest(paper: ModuleType) -> None:
    *_, bill, _, _ = paper.bill_all(figures(paper), assume(paper))
    # 100 places ask 100 times a day each: 10,000; six pushes a day come to each of them, 600 of these are 200s.
    assert bill.mean_s == pytest.approx(10_000 / 86_400)
    assert bill.tb == pytest.approx((600 * 100_000 + 9_400 * 500) * 30 / 1e12)
    assert bill.cdn_tb == pytest.approx(15.78528)
    # One core, what comes to the places, what leaves them, and 622.08 million requests of theirs.
    assert bill.usd == pytest.approx(720 + bill.tb * 1000 + 15_785.28 * 0.5 + 62_208 * 0.01)


def test_a_cdn_passes_every_request_for_a_delta_on(paper: ModuleType) -> None:
    _, direct, _, bill, _ = paper.bill_all(figures(paper), assume(paper))
    places = (600 * 100_000 + 9_400 * 500) * 30 / 1e12
    assert bill.mean_s == pytest.approx(240 + 10_000 / 86_400)
    assert bill.cdn_tb == pytest.approx(direct.tb)
    assert bill.tb == pytest.approx(direct.tb + places)
    # The connections are the CDN's: a 226 costs 100 µs, not 300.
    assert bill.cores == pytest.approx(direct.cores / 3, rel=0.001)


def test_a_hub_sends_each_push_to_everybody(paper: ModuleType) -> None:
    *_, bill = paper.bill_all(figures(paper), assume(paper))
    # Six pushes and a poll a day.
    assert bill.mean_s == pytest.approx(70)
    assert bill.tb == pytest.approx(864_000 * (6 * 100_000 + 500) * 30 / 1e12)
    # A push within the hour: 240 a second, three times as many in the busiest.
    assert bill.peak_s == pytest.approx(720)


def test_no_machine_is_smaller_than_the_least(paper: ModuleType) -> None:
    _, _, bill, *_ = paper.bill_all(figures(paper), assume(paper, least_cores=2, usd_egress_gb=0, usd_cdn_gb=0))
    assert bill.cores < 0.01
    assert bill.usd == pytest.approx(2 * 720 + 62_208 * 0.01)


def test_assumptions_are_named(paper: ModuleType) -> None:
    assert paper.parse_assumptions(["peak=5"]).peak == 5
    for wrong in (["pique=5"], ["peak=five"], ["peak"]):
        with pytest.raises(SystemExit):
            paper.parse_assumptions(wrong)


def test_figures_are_kept_as_json_and_read_again(paper: ModuleType) -> None:
    text = paper.dump_figures(figures(paper))
    assert json.loads(text)["whole"] == {"cpu_us": 50, "wire": 100_000}
    assert paper.parse_figures(text) == figures(paper)


def test_the_table_has_a_row_for_each_way(paper: ModuleType) -> None:
    head, *rows = paper.render(paper.bill_all(figures(paper), assume(paper))).splitlines()
    assert len(rows) == 5
    assert {len(row) for row in rows} == {len(head)}
