"""Where GitHub Pages serves a Jekyll site that does not say so itself, as its plugin jekyll-github-metadata does."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feedsvc.posts.frontmatter.matter import Value

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_REPOSITORY = re.compile(r"([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})")


def with_pages_address(values: Mapping[str, Value], cname: str) -> dict[str, Value]:
    """Return a site's configuration with ``url`` and ``baseurl``, if it has no ``url`` and they can be told.

    ``cname`` is what its file CNAME says, the name of the host; else ``repository``, ``owner/name``, tells.
    """
    if values.get("url"):
        return dict(values)
    host, base = cname.strip(), ""
    if not _HOST.fullmatch(host):
        repository = values.get("repository")
        match = _REPOSITORY.fullmatch(repository.strip()) if isinstance(repository, str) else None
        if match is None:
            return dict(values)
        host = f"{match[1].lower()}.github.io"
        base = "" if match[2].lower() == host else f"/{match[2]}"
    return {**values, "url": f"https://{host}", "baseurl": values.get("baseurl") or base}
