"""How a subscriber finds a feed's hubs: Link headers (WebSub, 4; RFC 8288)."""

from __future__ import annotations

from dataclasses import dataclass

from feedsvc.announce.topics import topic_of
from feedsvc.model import LIST, Representation
from feedsvc.web.answers import Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLinks:
    """The hubs of all feeds, by their URLs, and where the feeds are served from."""

    hubs: tuple[str, ...] = ()
    server_url: str = ""

    def of(self, representation: Representation) -> Headers:
        """Return ``rel="hub"`` for each hub, and ``rel="self"``: the topic, an alias's too. Lists of feeds have none.

        They go with what has a body: a 304 repeats what a cache needs (RFC 9110, 15.4.5), and a subscriber asks for
        the whole. Without hubs there is no topic to name.
        """
        if not self.hubs or representation.feed[0] == LIST:
            return ()
        topic = topic_of(representation, self.server_url)
        return (*(("Link", f'<{hub}>; rel="hub"') for hub in self.hubs), ("Link", f'<{topic}>; rel="self"'))


NO_HUBS = HubLinks()
