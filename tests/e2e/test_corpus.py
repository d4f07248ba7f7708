"""The real site, from `init` to a poll: 2,193 posts of a Korean news site, where they are at hand."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

CORPUS = Path(os.environ.get("FEEDSVC_CORPUS", Path(__file__).parents[2] / "../shared/corpus/frowth.tar.xz"))
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the corpus is not at {CORPUS}")


Report = dict[str, Any]


def _feedsvc(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments], cwd=site, capture_output=True, text=True, check=False
    )


def _build(site: Path) -> Report:
    built = _feedsvc(site, "build", "--json")
    assert built.returncode == 0, built.stderr
    report: Report = json.loads(built.stdout)
    return report


def _bytes(site: Path) -> Mapping[str, str]:
    """Return a hash of every file that is published."""
    public = site / "public"
    return {
        str(path.relative_to(public)): sha256(path.read_bytes()).hexdigest()
        for path in public.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    directory = tmp_path_factory.mktemp("corpus")
    with tarfile.open(CORPUS) as archive:
        archive.extractall(directory, filter="data")
    site = next(path.parent for path in directory.rglob("_config.yml"))
    assert _feedsvc(site, "init").returncode == 0
    return site, _build(site)


ATOM, VOID = "{http://www.w3.org/2005/Atom}", re.compile(r"<(br|col|hr|img|source|track|wbr)\b([^>]*)>")
URLS = ("href", "src", "cite", "poster")
FILLER = re.compile(r"<(p|div|h[1-6]|b|strong|i|em|a|ul|figure|blockquote)\b[^>]*>(?:[\s\u200b\ufeff]|<br>)*</\1>")


def _documents(site: Path) -> Iterator[bytes]:
    """Yield every Atom document of a published tree, feeds and pages of archives."""
    yield from (path.read_bytes() for path in sorted((site / "public").rglob("atom.xml")))
    yield from (gzip.decompress(path.read_bytes()) for path in sorted((site / "public").rglob("archive/**/*.gz")))


@pytest.fixture(scope="module")
def entries(built_site: tuple[Path, Report]) -> Mapping[str, etree._Element]:
    """Every entry of the site, by its id."""
    found: dict[str, etree._Element] = {}
    for document in _documents(built_site[0]):
        for entry in etree.fromstring(document).iterfind(f"{ATOM}entry"):
            found.setdefault(entry.findtext(f"{ATOM}id", ""), entry)
    return found


@pytest.fixture
def site(built_site: tuple[Path, Report], tmp_path: Path) -> Path:
    """A copy that a test may change; its times are kept, so that nothing looks changed."""
    return Path(shutil.copytree(built_site[0], tmp_path / "site"))


def test_init_takes_over_what_jekyll_was_told(built_site: tuple[Path, Report]) -> None:
    written = tomllib.loads((built_site[0] / "feedsvc.toml").read_text(encoding="utf-8"))
    site, posts = written["site"], written["posts"]
    assert (site["title"], site["url"]) == ("frowth", "https://frowth-official.github.io")
    assert (site["language"], site["timezone"]) == ("ko-KR", "Europe/London")
    assert site["description"] == "주식회사 프로스 공식 github 페이지 입니다."
    assert "frowth" in str(site["author"])
    assert (posts["permalink"], posts["future"], posts.get("dir", "_posts")) == ("pretty", True, "_posts")


def test_every_good_post_is_published_and_every_bad_one_told(built_site: tuple[Path, Report]) -> None:
    site, report = built_site
    rejected = report["rejected"]
    assert (report["posts"], len(rejected), report["feeds"]) == (2171, 22, 45)
    # And /feed.xml, where jekyll-feed had it, and the list of them all.
    assert len(report["written"]) == 45 * 3 + 2
    assert all(each["line"] and each["column"] and each["hint"] for each in rejected)
    first = _feedsvc(site, "check").stdout.splitlines()[0]
    assert first == (
        "_posts/2024-06-12-105.md:2:16: title: the quoted text ends before the line does; "
        "put the whole title in double quotes"
    )


def test_no_entry_shows_what_readers_must_not_see(entries: Mapping[str, etree._Element]) -> None:
    assert len(entries) == 2171
    for id_, entry in entries.items():
        html = entry.findtext(f"{ATOM}content", "")
        root = etree.fromstring("<div>" + VOID.sub(r"<\1\2/>", html) + "</div>")  # balanced, or this raises
        shown = etree.tostring(root, method="text", encoding="unicode")
        assert not re.search(r"\{%|\{\{|\{:", shown), id_
        assert FILLER.search(html) is None, id_
        assert re.search(r"(?:<br>\s*){3}", html) is None, id_
        for element in root.iter():
            assert element.get("style") is None, id_
            urls = [url for name in URLS if (url := element.get(name)) is not None]
            assert [url for url in urls if not re.match("(?:https?|mailto|tel):", url)] == [], id_


def test_titles_are_those_that_jekyll_shows(
    built_site: tuple[Path, Report], entries: Mapping[str, etree._Element]
) -> None:
    if shutil.which("jekyll") is None:
        pytest.skip("jekyll is not here")
    site, report = built_site
    read = subprocess.run(
        ["ruby", Path(__file__).with_name("titles.rb"), site], capture_output=True, text=True, check=True
    )
    titles: Mapping[str, str] = json.loads(read.stdout)
    rejected = {each["path"] for each in report["rejected"]}
    # What feedsvc rejects, Jekyll publishes without its front matter. A browser shows two blanks as one.
    wanted = {" ".join(titles[path].split()) for path in titles if path.removeprefix("_posts/") not in rejected}
    assert {entry.findtext(f"{ATOM}title") for entry in entries.values()} == wanted
    assert {titles[f"_posts/{path}"] for path in rejected} == {""}


def test_a_second_build_writes_nothing(site: Path) -> None:
    before = _bytes(site)
    report = _build(site)
    assert (report["written"], report["removed"], report["unchanged"]) == ([], [], 45 * 3 + 2)
    assert _bytes(site) == before


def test_losing_the_index_changes_no_byte(site: Path) -> None:
    before = _bytes(site)
    (site / "var" / "index.sqlite3").unlink()
    assert _build(site)["written"] == []
    assert _bytes(site) == before


def test_an_edit_rewrites_its_category_and_the_site_and_nothing_else(site: Path) -> None:
    newest = json.loads((site / "public" / "categories" / "환경" / "feed.json").read_bytes())["items"][0]
    post = site / "_posts" / f"2024-08-07-{newest['url'].rstrip('/').rpartition('/')[2]}.md"
    text = post.read_text(encoding="utf-8")
    assert "환경" in text
    post.write_text(text.rstrip() + "\n<p>덧붙임</p>\n", encoding="utf-8")
    report = _build(site)
    names = ("atom.xml", "feed.json", "rss.xml")  # and /feed.xml, where jekyll-feed had the site's
    assert report["written"] == [f"/{name}" for name in names[:1]] + [
        *(f"/categories/환경/{name}" for name in names),
        *(f"/{name}" for name in ("feed.json", "feed.xml", "rss.xml")),
    ]


def test_an_unmounted_disk_is_not_taken_for_an_author(site: Path) -> None:
    before = _bytes(site)
    shutil.rmtree(site / "_posts")
    (site / "_posts").mkdir()
    failed = _feedsvc(site, "build")
    assert failed.returncode == 1
    assert "2171 of 2171 posts vanished" in failed.stderr
    assert "--allow-removals" in failed.stderr
    assert _bytes(site) == before


def _title(data: bytes) -> str:
    """Return what a title says to another reader of YAML than ours."""
    title = yaml.safe_load(data.decode().split("\n---\n", 1)[0])["title"]
    assert isinstance(title, str)
    return title


def test_fix_mends_21_of_the_22_word_for_word_and_a_build_publishes_them(site: Path) -> None:
    posts = site / "_posts"
    before = {path.name: path.read_bytes() for path in posts.iterdir()}
    fixed = _feedsvc(site, "check", "--fix")
    assert fixed.returncode == 3
    assert fixed.stderr.splitlines()[-1] == "21 mended; 1 post would be rejected, 0 warnings"
    after = {path.name: path.read_bytes() for path in posts.iterdir()}
    assert after.keys() == before.keys()
    mended = {name for name in before if after[name] != before[name]}
    assert len(mended) == 21
    # The one whose value was broken by carriage returns lacks them, and nothing else.
    cut = "2024-08-07-107.md"
    front, body = before[cut].split(b"\n---\n", 1)
    assert after[cut] == front.replace(b"\r", b"") + b"\n---\n" + body
    for name in mended - {cut}:
        was, now = before[name].split(b"\n"), after[name].split(b"\n")
        assert [line for line, other in zip(was, now, strict=True) if line != other] == [was[1]]
        assert was[1].startswith(b"title: ")
        assert _title(after[name]) == was[1].decode().removeprefix("title: ").strip()
    again = _feedsvc(site, "check", "--fix")
    assert again.stderr == "1 post would be rejected, 0 warnings\n"
    assert {path.name: path.read_bytes() for path in posts.iterdir()} == after
    report = _build(site)
    assert (report["posts"], [each["path"] for each in report["rejected"]]) == (2192, ["2024-07-12-111.md"])
    entries = (entry for document in _documents(site) for entry in etree.fromstring(document).iterfind(f"{ATOM}entry"))
    links = {link.get("href", "") for entry in entries for link in entry.iterfind(f"{ATOM}link[@rel='alternate']")}
    slugs = {link.rstrip("/").rpartition("/")[2] for link in links}
    assert {name.removesuffix(".md")[11:] for name in mended} <= slugs


def test_people_are_told_each_problem_once(site: Path) -> None:
    told = _feedsvc(site, "check", "--format", "text")
    assert told.returncode == 3
    heads = [line for line in told.stdout.splitlines() if line.startswith("error: ")]
    assert heads[0] == "error: title: the quoted text ends before the line does (19 places)"
    assert len(heads) == 4
    assert told.stdout.count("_posts/2024-") == 22
    assert told.stderr == "22 posts would be rejected, 0 warnings; 21 can be mended by --fix, and --diff shows how\n"
