from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import pytest

from feedsvc.audience.agents import Agent
from feedsvc.audience.increments import Increment, Polls
from feedsvc.audience.store import FILE, AudienceStore, with_store

if TYPE_CHECKING:
    from collections.abc import Callable

FEEDS = ("site", "category:환경", "category:경제", "category:기술", "category:it & <b>games</b>", "tag:gone")


@pytest.fixture(scope="module")
def read_site(make_site: Callable[[], Any]) -> Any:
    """A site with readers for more than a year, served."""
    site = make_site()
    site.write_posts()
    site.configure()
    (site.directory / "var").mkdir()
    today = datetime.now(ZoneInfo("Asia/Seoul")).date()

    def fill(store: AudienceStore) -> None:
        store.add(count(today - timedelta(days=ago), 400 - ago) for ago in range(400))
        store.commit()

    with_store(site.directory / "var" / FILE, fill)
    site.start()
    return site


def count(day: Any, age: int) -> Increment:
    increment = Increment(day=day, epoch="e")
    for number, feed in enumerate(FEEDS):
        polls = (300 + 2 * age + 90 * (age % 7)) // (number + 1)
        told, delta = polls * 8 // 10, polls // 15
        increment.add_polls(feed, Polls(polls, told, delta, 9000 * (polls - told), 9000 * told))
        for reader in range(polls // 9):
            increment.add_reader(feed, "/atom.xml", Agent(), hash((feed, reader, "reader")))
        for name, subscribers in (("Feedly", 462), ("Inoreader", 114), ("Feedbin", 102)):
            figure = subscribers // (number + 1) + age // 5
            increment.add_reader(feed, "/atom.xml", Agent(aggregator=name, subscribers=figure, direct=False), 0)
    return increment


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "query"), [("30", ""), ("365", "?days=365&sort=saved"), ("feed", "?days=7&feed=category:환경")]
)
def test_the_audience_is_accessible_and_fits(
    read_site: Any,
    visitor: Any,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    name: str,
    query: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = visitor.open(f"{read_site.url}/-/audience{query}", width=width, scheme=scheme)
    page.locator("summary").click()
    shoot(page, f"audience-{name}-{width}-{scheme}")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_spans_feeds_and_orders_are_links_that_work_without_a_script(read_site: Any, visitor: Any) -> None:
    page = visitor.open(f"{read_site.url}/-/audience", java_script_enabled=False)
    assert page.get_by_role("img", name="전송량").count() == 1
    assert page.locator(".chart.polls > svg rect").count() == 3 * 30
    with page.expect_navigation():
        page.get_by_role("link", name="365일").click()
    assert page.locator("[aria-current=page]").inner_text() == "365일"
    assert page.locator(".chart.polls > svg rect").count() == 3 * 53
    with page.expect_navigation():
        page.get_by_role("link", name="구독자").click()
    assert page.locator("th[aria-sort]").inner_text() == "구독자"
    titles = page.locator("section tbody th a").all_inner_texts()
    assert titles[0] == "푸른 언덕 신문"
    assert titles[-1] == "tag:gone"
    with page.expect_navigation():
        page.get_by_role("link", name="푸른 언덕 신문 – 환경").click()
    assert page.get_by_role("heading", level=1).inner_text() == "독자 통계: 푸른 언덕 신문 – 환경"
    assert "days=365" in page.url
    with page.expect_navigation():
        page.get_by_role("link", name="모든 피드 합계").click()
    assert page.get_by_role("heading", level=1).inner_text() == "독자 통계"


def test_the_numbers_can_be_taken_away_as_csv_and_json(read_site: Any, visitor: Any) -> None:
    page = visitor.open(f"{read_site.url}/-/audience?days=7")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "audience.csv"
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 1 + 7 * len(FEEDS)
    with page.expect_navigation():
        page.get_by_role("link", name="JSON").click()
    assert '"aggregators"' in page.content()
