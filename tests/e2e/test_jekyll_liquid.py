"""The real Jekyll: what it makes of Liquid, and of a site in three languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from feedsvc.posts.content import clean_content

FIXTURE = Path(__file__).parent.parent / "fixtures/multilingual-jekyll"
GOLDEN = Path(__file__).parent.parent / "golden/liquid"


def test_the_golden_files_of_liquid_are_what_jekyll_writes(
    tmp_path: Path, assert_golden: Callable[[Path, bytes], None]
) -> None:
    shutil.copytree(GOLDEN / "site", tmp_path / "site")
    written = subprocess.run(
        ["ruby", GOLDEN / "render.rb", tmp_path / "site", GOLDEN / "cases.txt"],
        env={**os.environ, "JEKYLL_ENV": "production", "LANG": "C.UTF-8", "TZ": "UTC"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    assert_golden(GOLDEN / "expected.json", written.stdout)


def test_the_golden_file_of_the_multilingual_site_is_what_jekyll_shows(
    tmp_path: Path, assert_golden: Callable[[Path, bytes], None]
) -> None:
    subprocess.run(
        ["jekyll", "build", "--quiet", "--disable-disk-cache", "--source", FIXTURE, "--destination", tmp_path],
        env={**os.environ, "JEKYLL_ENV": "production", "LANG": "C.UTF-8"},
        check=True,
        timeout=120,
    )
    shown = {}
    for page in sorted(tmp_path.glob("*/*/index.html")):
        link = f"https://lights.example/news/{page.parent.relative_to(tmp_path).as_posix()}/"
        html = page.read_text().partition("<main>")[2].rpartition("</main>")[0]
        shown[page.parent.name] = re.sub(r">\s+<", "><", " ".join(clean_content(html, link).split()))
    text = json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
    assert_golden(GOLDEN / "multilingual.json", text.encode())
