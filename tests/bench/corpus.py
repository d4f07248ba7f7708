"""A corpus of posts in the shapes of a real news site: for one N the same bytes on every machine.

    python tests/bench/corpus.py DIR N

writes ``DIR/_config.yml`` and ``DIR/_posts`` with N posts that publish and, beside every 98 of them, one whose front
matter is broken (2,171 posts are 2,193 files, as on that site).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bodies import Dice, long, plain, short, text

NEWEST = date(2024, 8, 7)
BROKEN_EVERY = 99
# Posts of each topic in one round of days; on the days without topics every post is News.
TOPIC_POSTS = (
    "보건:103 경제:97 의학:51 사회:42 법률:42 고용:41 환경:39 교육:35 정치:35 국방:26 금융:25 기타:23 과학:21 연예:18 "
    "교통:17 주택:17 공연:15 음악:13 운동:11 여행:10 요리:8 미술:7 가요:6 기술:6 대출:6 질병:6 영화:4 육아:4 동물:4 "
    "IT:4 결혼:3 미용:3 일상:3 방송:2 문학:2 건강:2 보험:2 언어:1 맛집:1 차량:1 원예:1 놀이:1 패션:1"
)
TOPICS = {topic: int(posts) for topic, posts in (word.split(":") for word in TOPIC_POSTS.split())}
SITE = "https://press.example"
CONFIG = f"""\
title: "큰소식" # with comments, as people leave them
description: "빠른 소식을 전합니다."
url: "{SITE}"
baseurl: ""
lang: ko-KR
timezone: Asia/Seoul
author: 편집부
permalink: pretty
future: true
plugins: [jekyll-feed, jekyll-sitemap]
defaults:
  - scope: {{path: "", type: posts}}
    values: {{layout: post}}
"""
POST = f"""\
---
title: {{title}}
categories:
  - {{category}}
excerpt: >
  {{excerpt}}…
feature_text: >
  ## 큰소식 실시간 소식입니다.

  {{excerpt}}…
feature_image: '{SITE}/res/images/breaking.jpg'
image: '{SITE}/res/images/breaking.jpg'
---

![큰소식]({SITE}/res/images/breaking.jpg)

<p>출처: <a href="{SITE}/{{serial}}" rel="dofollow">{{source}}</a> | 큰소식</p>

{{body}}
빠른 소식을 원한다면? 바로, <a href="{SITE}" rel="dofollow">press.example</a>


"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date of the round: its posts, the shape of their bodies and the days back to the one before."""

    posts: int
    gap: int
    shape: Callable[[Dice], Iterator[str]]
    topics: bool = False


ROUND = (
    Day(posts=173, gap=9, shape=long, topics=True),
    Day(posts=586, gap=8, shape=long, topics=True),
    Day(posts=569, gap=2, shape=long),
    Day(posts=121, gap=5, shape=long),
    Day(posts=303, gap=2, shape=short),
    Day(posts=132, gap=25, shape=short),
    Day(posts=76, gap=1, shape=plain),
    Day(posts=4, gap=2, shape=plain),
    Day(posts=24, gap=1, shape=plain),
    Day(posts=56, gap=1, shape=plain),
    Day(posts=149, gap=8, shape=plain),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePost:
    """One file of the corpus; the front matter of a ``broken`` one is no YAML."""

    name: str
    category: str
    text: str
    broken: bool


def make_posts() -> Iterator[MadePost]:
    """Make posts without end, from the newest date backwards; a longer corpus begins with a shorter one."""
    date_, serial = NEWEST, 0
    while True:
        topics = _deal_topics(Dice(serial))
        for day in ROUND:
            for number in range(1, day.posts + 1):
                category = next(topics) if day.topics else "News"
                yield _make_post(f"{date_}-{number}.md", category, day, serial)
                serial += 1
            date_ -= timedelta(days=day.gap)


def _deal_topics(dice: Dice) -> Iterator[str]:
    cards = [(dice.roll(), topic) for topic, posts in TOPICS.items() for _ in range(posts)]
    return (topic for _, topic in sorted(cards))


def _make_post(name: str, category: str, day: Day, serial: int) -> MadePost:
    dice = Dice(serial + 1 << 32)
    title, excerpt = _make_title(dice, serial), text().sentence(dice)[:60]
    broken = serial % BROKEN_EVERY == BROKEN_EVERY // 2
    if broken:
        title, excerpt = _break(title, excerpt, serial // BROKEN_EVERY)
    content = POST.format(
        title=title,
        category=category,
        excerpt=excerpt,
        serial=serial,
        source=text().phrase(dice, 5),
        body="".join(day.shape(dice)),
    )
    return MadePost(name=name, category=category, text=content, broken=broken)


def _make_title(dice: Dice, serial: int) -> str:
    title = f"{text().clause(dice)} {text().phrase(dice, 4)}{dice.pick(('!', '?', '', ' & 전망'))}"
    if serial % 200 == 7:
        return f"\"{title}: '특보' <b>단독</b> 🎉\""
    return f"{text().phrase(dice, 1)}, '{title}'" if serial % 10 == 3 else title


def _break(title: str, excerpt: str, number: int) -> tuple[str, str]:
    """Break the front matter as authors do: nearly always by a title that begins with a word in quotes."""
    match number % 22:
        case 3:
            return "\n".join(f"{line}. {title}" for line in range(1, 6)), excerpt
        case 9:
            return f"[{title}] 단독", excerpt
        case 15:
            return title, excerpt.replace(" ", "\r \r ", 1)
        case _:
            return f"'단독' {title}", excerpt


def write_corpus(directory: Path, number: int) -> None:
    """Write the configuration and ``number`` good posts, with the broken ones between them, below ``directory``."""
    folder = directory / "_posts"
    folder.mkdir(parents=True)
    (directory / "_config.yml").write_text(CONFIG, encoding="utf-8")
    for post in make_posts():
        number -= not post.broken
        if number < 0:
            return
        (folder / post.name).write_bytes(post.text.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR", type=Path, help="to be made; its _posts must not exist")
    parser.add_argument("number", metavar="N", type=int, help="posts that publish")
    options = parser.parse_args()
    write_corpus(options.directory, options.number)


if __name__ == "__main__":
    main()
