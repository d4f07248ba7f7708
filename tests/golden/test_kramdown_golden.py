"""What kramdown makes of texts in which it and CommonMark part, or which are hard to read.

``cases.json`` is the table; beside it stands what the real program wrote. ``pytest tests/golden --rewrite-golden``
asks it again, and needs Debian's jekyll; ``tests/e2e/test_kramdown.py`` does so always.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedsvc.posts.kramdown import read_options, render_kramdown

HERE = Path(__file__).parent / "kramdown"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "cases.json").read_text("utf-8"))
GOLDEN = HERE / "golden.json"


@pytest.fixture(scope="module")
def golden(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.config.getoption("--rewrite-golden"):
        kramdown = request.getfixturevalue("kramdown")
        written = {name: kramdown(case["text"], **case["options"]) for name, case in CASES.items()}
        GOLDEN.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    read: dict[str, str] = json.loads(GOLDEN.read_text("utf-8"))
    return read


@pytest.mark.parametrize("name", CASES)
def test_markdown_becomes_what_kramdown_makes_of_it(name: str, golden: dict[str, str]) -> None:
    case = CASES[name]
    assert render_kramdown(case["text"], read_options(case["options"])) == golden[name]
