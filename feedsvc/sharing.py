"""What others must know of this site to answer as it does: the facts that go to replicas with an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from feedsvc.config import Settings
    from feedsvc.remote.sitefacts import SiteFacts


def describe_site(settings: Settings) -> SiteFacts:
    """Return the facts of a site by its settings. Raises ConfigError where ``[web] words`` cannot be read."""
    from feedsvc.remote.sitefacts import SiteFacts
    from feedsvc.words import load_words

    site, server, web = settings.site, settings.server, settings.web
    return SiteFacts(
        title=site.title,
        url=site.url,
        description=site.description,
        language=site.language,
        server_url=settings.feeds_url,
        timezone=site.timezone.key,
        max_age=_seconds(server.max_age),
        stale_while_revalidate=_seconds(server.stale_while_revalidate),
        stale_if_error=_seconds(server.stale_if_error),
        archive_max_age=_seconds(server.archive_max_age),
        readers=web.readers,
        browser_page=web.browser_page,
        frame_hosts=settings.posts.iframes,
        hubs=settings.websub.hubs,
        texts=load_words(site.language, web.words).texts if web.words else {},
    )


def _seconds(time: timedelta) -> int:
    return int(time.total_seconds())
