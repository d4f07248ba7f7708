"""Makes the delta for a request from the document's published bytes, and holds those that were asked for last."""

from __future__ import annotations

from collections.abc import Callable

from feedsvc.model import Representation, Variant
from feedsvc.publish.bodies import BodyCache
from feedsvc.publish.encodings import encode
from feedsvc.publish.history import History
from feedsvc.publish.slices import join_slices
from feedsvc.web.answers import Headers, Resource, decide_answer
from feedsvc.web.delta import DeltaPlan, GetHeader, accepts_delta, describe_delta, plan_delta
from feedsvc.web.negotiation import OK, choose_variant, list_tags

# After a change most pollers lack the same entries; a delta of a few of them takes a few kB.
_MEMORY = 4 * 1024 * 1024


class Deltas:
    """Delta answers of one process. Safe to use from many threads.

    ``find_history`` returns what is remembered of the document at a path, an empty history if nothing is.
    """

    def __init__(self, find_history: Callable[[str], History]) -> None:
        self._find_history = find_history
        self._made = BodyCache(_MEMORY)

    def find(
        self,
        representation: Representation,
        resource: Resource,
        get_header: GetHeader,
        read: Callable[[str], bytes],
    ) -> tuple[Headers, bytes] | None:
        """Return headers and body of a 226, or None where the plain answer is the right one.

        That is one to a request that asks for none, whose preconditions come out otherwise than at 200, that
        names no edition known, or whose delta would be no smaller than the whole. What ``read`` raises passes through.
        """
        if not accepts_delta(get_header) or decide_answer(resource, get_header).status != OK:
            return None
        identity = representation.variants[0].etag
        history = self._find_history(representation.alias_of or representation.path)
        plan = plan_delta(history, identity, list_tags(get_header("If-None-Match")))
        if plan is None:
            return None
        variant = choose_variant(representation.variants, get_header("Accept-Encoding"))
        body = self._make(plan, identity, variant, read)
        if len(body) >= variant.size:
            return None
        return describe_delta(resource, variant, plan.base, len(body)), body

    def _make(self, plan: DeltaPlan, identity: str, variant: Variant, read: Callable[[str], bytes]) -> bytes:
        key = f"{identity} {variant.coding} {plan.send}"
        body = self._made.get(key)
        if body is None:
            body = encode(variant.coding, join_slices(read("identity"), plan.bounds, plan.send))
            self._made.put(key, body)
        return body
