"""Makes the delta for a request from the document's published bytes, and holds those that were asked for last."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
# A plan for a feed of 300 entries takes some 10 kB; a site pushes a few times a day, and readers come from each.
_PLANS = 256


class Deltas:
    """Delta answers of one process. Safe to use from many threads.

    ``find_history`` returns what is remembered of the document at a path, an empty history if nothing is.
    """

    def __init__(self, find_history: Callable[[str], History]) -> None:
        self._find_history = find_history
        self._made = BodyCache(_MEMORY)
        self._plans = _Plans(_PLANS)

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
        plan = self._plan(representation, get_header("If-None-Match"))
        if plan is None:
            return None
        identity = representation.variants[0].etag
        variant = choose_variant(representation.variants, get_header("Accept-Encoding"))
        body = self._make(plan, identity, variant, read)
        if len(body) >= variant.size:
            return None
        return describe_delta(resource, variant, plan.base, len(body)), body

    def _plan(self, representation: Representation, if_none_match: str | None) -> DeltaPlan | None:
        """Decide what is sent; what was decided for who has the same is known already."""
        plan = self._plans.get(representation, if_none_match)
        if plan is None:
            history = self._find_history(representation.alias_of or representation.path)
            plan = plan_delta(history, representation.variants[0].etag, list_tags(if_none_match))
            if plan is not None:
                self._plans.put(representation, if_none_match, plan)
        return plan

    def _make(self, plan: DeltaPlan, identity: str, variant: Variant, read: Callable[[str], bytes]) -> bytes:
        key = f"{identity} {variant.coding} {plan.send}"
        body = self._made.get(key)
        if body is None:
            body = encode(variant.coding, join_slices(read("identity"), plan.bounds, plan.send))
            self._made.put(key, body)
        return body


class _Plans:
    """The plans made last, at most ``limit``: to read a history takes ten times as long as all the rest of a delta.

    One holds as long as its document is the very object that it was made for: an edition in which the document is
    another one brings another. What could not be planned is not held, as its history may be behind.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._plans: OrderedDict[tuple[str, str | None], tuple[Representation, DeltaPlan]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, representation: Representation, if_none_match: str | None) -> DeltaPlan | None:
        key = (representation.path, if_none_match)
        with self._lock:
            made_for, plan = self._plans.get(key, (None, None))
            if plan is None or made_for is not representation:
                return None
            self._plans.move_to_end(key)
            return plan

    def put(self, representation: Representation, if_none_match: str | None, plan: DeltaPlan) -> None:
        with self._lock:
            self._plans[representation.path, if_none_match] = representation, plan
            while len(self._plans) > self._limit:
                self._plans.popitem(last=False)
