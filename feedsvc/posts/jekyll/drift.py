"""Where a Jekyll site's own configuration no longer says what feedsvc was told when it was set up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.site import understand_config
from feedsvc.posts.permalinks import permalink_template


def find_drift(values: Mapping[str, Value], *, timezone: str, permalink: str) -> Iterator[str]:
    """Yield what to tell of ``values`` of ``_config.yml`` where dates or links would differ from the site's.

    ``timezone`` and ``permalink`` are those that posts are read by. Titles and the like may differ on purpose.
    """
    site = understand_config(values, {})
    zone, style = str(site.site.get("timezone", timezone)), str(site.posts["permalink"])
    if zone != timezone:
        yield (
            f"[site] timezone: {timezone!r} is not {zone!r}, as _config.yml says, so entries have other dates than "
            f"the site's posts; write {zone!r} here, too"
        )
    if permalink_template(style) != permalink_template(permalink):
        yield (
            f"[posts] permalink: {permalink!r} is not {style!r}, as _config.yml says, so entries lead to other pages "
            f"than the site's posts; write {style!r} here, too"
        )
