from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from feedsvc.errors import ConfigError
from feedsvc.words import SHIPPED, direction_of, find_problems, load_words, make_words, parse_words

ENGLISH = load_words("en").texts


def own(text: str) -> list[str]:
    return [str(each) for each in find_problems(parse_words(text), "words.toml")]


@pytest.mark.parametrize("language", SHIPPED)
def test_every_text_of_a_shipped_language_is_one_and_has_the_placeholders_of_the_english_one(language: str) -> None:
    text = files("feedsvc.words").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    assert own(text) == []


def test_korean_says_everything_but_the_names_of_months() -> None:
    texts = parse_words(files("feedsvc.words").joinpath("ko.toml").read_text(encoding="utf-8"))
    # A Korean noun is the same for one and for many.
    missing = {key for key in ENGLISH.keys() - texts.keys() if not key.endswith(".one")}
    assert missing == {"date.months"}


def test_every_key_that_a_template_asks_for_is_there() -> None:
    keys = {key.removesuffix(".one").removesuffix(".other") for key in ENGLISH}
    asked: set[str] = set()
    for template in files("feedsvc.web").joinpath("templates").iterdir():
        asked |= set(re.findall(r'words\("([a-z_.]+)"[,)]', template.read_text(encoding="utf-8")))
    assert asked - keys == set()


def test_a_language_of_a_region_has_the_words_of_the_language_and_keeps_its_name() -> None:
    words = load_words("ko-KR")
    assert words.language == "ko-KR"
    assert words("kind.site") == "전체"


def test_a_language_that_is_not_there_is_english_and_says_so() -> None:
    words = load_words("fr")
    assert (words.language, words("kind.site")) == ("en", "Everything")


def test_a_count_chooses_the_text_and_is_written_with_commas() -> None:
    words = make_words("en", {"x.one": "{count} post", "x.other": "{count} posts"})
    assert [words("x", count=count) for count in (0, 1, 1234)] == ["0 posts", "1 post", "1,234 posts"]


def test_a_language_tells_one_from_many_where_it_does_and_not_where_english_does() -> None:
    assert make_words("ko", {"index.found.other": "{count}개"})("index.found", count=1) == "1개"
    words = make_words("xx", {"index.search.one": "one", "index.search.other": "many"})
    assert [words("index.search", count=count) for count in (1, 2)] == ["one", "many"]


def test_a_text_that_there_is_not_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        load_words("en")("kind.nothing", count=1)
    with pytest.raises(KeyError):
        load_words("en")("date.months")


def test_dates_are_written_as_the_language_writes_them() -> None:
    instant = datetime(2024, 3, 5, 7, 8, tzinfo=UTC)
    assert load_words("en").date(instant) == "5 March 2024"
    assert load_words("ko").date(instant, style="minute") == "2024년 3월 5일 07:08"


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("ko", "ltr"),
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("he", "rtl"),
        ("ur-PK", "rtl"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
    ],
)
def test_the_direction_is_that_of_the_script(language: str, direction: str) -> None:
    assert direction_of(language) == direction


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[page]\nskp = "x"', "words.toml: page.skp: there is no such text; the nearest is page.skip"),
        ('[page]\nfeeds = "{sight}"', "placeholder that is not filled in; the English one is: Feeds of {site}"),
        ('[page]\nfeeds = "{"', "placeholder that is not filled in"),
        ('[date]\nmonths = ["1"]', "is not the list it should be"),
        ('[date]\nmonths = "1"', "is not the list it should be"),
        ('[page]\nskip = ["1"]', "is not the list it should be"),
    ],
)
def test_what_is_wrong_with_a_file_of_words_is_told(text: str, problem: str) -> None:
    (told,) = own(text)
    assert problem in told


def test_what_a_file_of_words_lacks_is_said_in_english(tmp_path: Path) -> None:
    file = tmp_path / "fr.toml"
    file.write_text('language = "fr"\n[kind]\nsite = "Tout"\n[date]\nday = "{number}/{day}"\n', encoding="utf-8")
    words = load_words("fr-CA", file)
    assert (words.language, words("kind.site"), words("kind.tag")) == ("fr-CA", "Tout", "Tags")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "cannot be read"),
        (b"[page\n", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"[page]\nskip = 1\n", "page.skip is not text"),
        (b"[page]\nx = 'a'\ny = 'b'\n", "page.y: there is no such text"),
    ],
)
def test_a_file_of_words_that_is_none_is_an_error_of_the_configuration(
    tmp_path: Path, data: bytes | None, problem: str
) -> None:
    file = tmp_path / "words.toml"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(ConfigError, match=problem):
        load_words("fr", file)
