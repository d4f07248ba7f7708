"""User-Agents as real aggregators and readers send them."""

from __future__ import annotations

import pytest

from feedsvc.audience.agents import Agent, parse_agent

REPORTED = [
    ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; like FeedFetcher-Google)", "Feedly", "", 462),
    ("Feedly/1.0 (poller; 131 subscribers;)", "Feedly", "", 131),
    ("Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)", "Inoreader", "", 114),
    ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 5 subscribers; )", "Inoreader", "", 5),
    (
        "NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/7704055/a-site "
        '("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15")',
        "NewsBlur",
        "7704055",
        27,
    ),
    ("NewsBlur Feed Fetcher - 1 subscriber - http://www.newsblur.com/site/5/webpage (Mozilla/5.0)", "NewsBlur", "5", 1),
    ("Feedbin feed-id:1697787 - 102 subscribers", "Feedbin", "1697787", 102),
    ("Feedbin feed-id:12345 - 1 subscriber", "Feedbin", "12345", 1),
    (
        "Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; feed-id=cead6c3a837650eeefd8fe4a)",
        "The Old Reader",
        "cead6c3a837650eeefd8fe4a",
        1,
    ),
    ("Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)", "BazQux", "", 6),
    (
        "Feed Wrangler/1.0 (1 subscriber; feed-id=479901; http://feedwrangler.net; Allow like Gecko)",
        "Feed Wrangler",
        "479901",
        1,
    ),
    ("Bloglovin/1.0 (http://www.bloglovin.com; 31 subscribers)", "Bloglovin", "", 31),
    ("Netvibes (http://www.netvibes.com/; 5 subscribers; feedId: 5404723)", "Netvibes", "5404723", 5),
    (
        "Dreamwidth Studios (webmaster@dreamwidth.org; for https://www.dreamwidth.org/users/a_feed/; 2 readers)",
        "Dreamwidth",
        "",
        2,
    ),
    ("LiveJournal.com_(webmaster@livejournal.com;_for_your_url/;_3_readers)", "LiveJournal", "", 3),
    ("HanRSS/1.1 (http://www.hanrss.com; 12 subscribers)", "HanRSS", "", 12),
    ("livedoor FeedFetcher/0.01 (http://reader.livedoor.com/; 7 subscribers)", "livedoor Reader", "", 7),
    ("Fastladder FeedFetcher/0.01 (http://fastladder.com/; 1 subscriber)", "Fastladder", "", 1),
    ("Overcast/1.0 Podcast Sync (1190 subscribers; feed-id=554901; +http://overcast.fm/)", "Overcast", "554901", 1190),
    (
        "Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 4 subscribers; feed-id=9048986372668769311)",
        "Feedfetcher-Google",
        "9048986372668769311",
        4,
    ),
    ("NewsGatorOnline/2.0_(http://www.newsgator.com;_20_subscribers)", "NewsGator", "", 20),
    ("Bloglines/3.0-rho (http://www.bloglines.com; 7 subscribers)", "Bloglines", "", 7),
    ("PlainFeeder v0.0.1 (+http://plainfeeder.com/about ;\nSubscriber Count: 12)", "PlainFeeder", "", 12),
    (
        "YahooFeedSeeker/1.0 (compatible; Mozilla 4.0; MSIE 5.5; http://my.yahoo.com/s/x.html; users 2; views 169)",
        "My Yahoo!",
        "",
        2,
    ),
    # Nobody that is known by name.
    ("ThePort_Web/1.0;_subscribers_1", "ThePort_Web", "", 1),
    ("SomeReader/2.1 (1,204 readers)", "SomeReader", "", 1204),
    ("FreshRSS/1.28.0 (Linux; https://freshrss.org; 3 subscribers)", "FreshRSS", "", 3),
    ("5 subscribers", "?", "", 5),
]
DIRECT = [
    ("FreshRSS/1.28.0 (Linux; https://freshrss.org)", "FreshRSS"),
    ("Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", "Miniflux"),
    ("Tiny Tiny RSS/25.07-dea3f2d (Unsupported) (https://tt-rss.org/)", "Tiny Tiny RSS"),
    ("CommaFeed/5.1.0 (https://github.com/Athou/commafeed)", "CommaFeed"),
    ("NetNewsWire (RSS Reader; https://netnewswire.com/)", ""),
    ("newsboat/2.21.0 (Linux 6.1; x86_64)", ""),
    ("curl/7.88.1", ""),
    ("", ""),
    ("99999999999 subscribers", ""),
]
NOBODY = [
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)",
    "Blogtrottr/2.0",
    "Superfeedr bot/2.0 http://superfeedr.com - Make your feeds realtime: get in touch - feed-id:46271263",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; SomeCrawler/1.0)",
]


@pytest.mark.parametrize(("written", "aggregator", "feed_id", "subscribers"), REPORTED)
def test_an_aggregator_says_for_how_many_it_reads(
    written: str, aggregator: str, feed_id: str, subscribers: int
) -> None:
    assert parse_agent(written) == Agent(aggregator=aggregator, feed_id=feed_id, subscribers=subscribers, direct=False)


@pytest.mark.parametrize(("written", "aggregator"), DIRECT)
def test_a_program_of_ones_own_is_a_direct_reader(written: str, aggregator: str) -> None:
    assert parse_agent(written) == Agent(aggregator=aggregator)


@pytest.mark.parametrize("written", NOBODY)
def test_a_service_that_gives_no_figure_and_a_robot_are_no_readers(written: str) -> None:
    agent = parse_agent(written)
    assert (agent.subscribers, agent.direct) == (None, False)


def test_the_name_of_an_aggregator_is_short_printable_and_the_same_tomorrow() -> None:
    assert parse_agent("Evil\x1b[31m\nReader/1 (3 subscribers)").aggregator == "Evil [31m Reader"
    assert len(parse_agent(f"{'x' * 500}/1 (3 subscribers)").aggregator) == 40
    assert parse_agent("Reader 3 subscribers").aggregator == parse_agent("Reader 4 subscribers").aggregator
