"""Every term gets one label and one slug for the whole site: the ledger's, once given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedsvc.model import TermInUse

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger


def name_terms(touched: frozenset[FeedKey], index: Index, ledger: Ledger, shown: frozenset[str]) -> frozenset[FeedKey]:
    """Give every touched term of the ``shown`` kinds its slug and its label; return the feeds that show a label anew.

    A term keeps the label it was first seen with for as long as any post writes it so.
    """
    relabelled: set[FeedKey] = set()
    for kind, key in sorted(feed for feed in touched if feed[0] in shown):
        first = index.terms.first_spelling(kind, key)
        if first is None:
            index.terms.drop(kind, key)
            continue
        name = ledger.terms.get(kind, key)
        if name is None or not index.terms.is_spelled(kind, key, name[1]):
            name = ledger.terms.give(kind, key, proposed=first[1], label=first[0])
        relabelled |= index.terms.put(TermInUse(kind=kind, key=key, slug=name[0], label=name[1]), proposed=first[1])
    return frozenset(relabelled)
