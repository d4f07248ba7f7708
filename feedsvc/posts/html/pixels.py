"""Images that are there to be fetched and not to be seen: counters of readers, which a feed must not carry on."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
"""What a style says of something nobody is to see."""

# Hosts that serve nothing but counters, and the paths of counters on hosts that serve more.
_TRACKER = re.compile(
    r"https?://(?:[a-z0-9-]+\.)*(?:"
    r"(?:doubleclick\.net|google-analytics\.com|googletagmanager\.com|quantserve\.com|scorecardresearch\.com"
    r"|analytics\.twitter\.com|px\.ads\.linkedin\.com|bat\.bing\.com|pixel\.wp\.com|stats\.wordpress\.com"
    r"|mc\.yandex\.ru|counter\.yadro\.ru|pi\.feedsportal\.com|statcounter\.com|histats\.com|amazon-adsystem\.com"
    r"|track\.tiara\.kakao\.com|wcs\.naver\.com|bc\.ad\.daum\.net|pixel\.mathtag\.com|chartbeat\.net)(?:[:/?]|$)"
    r"|facebook\.com/tr[/?]|t\.co/i/adsct|feeds\.feedburner\.com/~r/|medium\.com/_/stat)"
)
_NOTHING = re.compile(r"[01](?:\.0*)?(?:px)?")


def is_tracker(url: str) -> bool:
    """Say whether an absolute URL leads to a counter that is known as one."""
    return _TRACKER.match(url) is not None


def is_pixel(attributes: Mapping[str, str]) -> bool:
    """Say whether what has these attributes is hidden, or at most one pixel each way."""
    if "hidden" in attributes or "style" in attributes:  # the cleaner leaves a style only where it hides
        return True
    return all(_NOTHING.fullmatch(attributes.get(side, "")) for side in ("width", "height"))
