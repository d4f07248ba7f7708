from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index_is_accessible_and_fits(
    site: Any,
    visitor: Any,
    shoot: Callable[..., None],
    find_violations: Callable[..., list[str]],
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = visitor.open(f"{site.url}/", width=width, scheme=scheme)
    shoot(page, f"index-{width}-{scheme}")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
