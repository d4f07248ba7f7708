"""Files that are known posts under new names: found among those just read, by what they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedsvc.model import PostError
from feedsvc.posts.names import name_key
from feedsvc.records import PostRecord

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.ledger import Ledger
    from feedsvc.posts.files import Reading


@dataclass(frozen=True, slots=True)
class Renaming:
    """What index and ledger know of names."""

    index: Index
    ledger: Ledger

    def candidates(self, readings: Sequence[Reading], gone: Collection[str]) -> frozenset[str]:
        """Return the paths of those that may be known posts; which is told once all files are read.

        ``gone`` are the paths of known files that are no longer there.
        """
        records = (each.outcome for each in readings if isinstance(each.outcome, PostRecord))
        posts = self.ledger.entries.may_be_renamed(records)
        if not gone:
            return posts
        broken = (each for each in readings if each.digest and isinstance(each.outcome, PostError))
        return posts | frozenset(each.file.path for each in broken)

    def match(self, readings: Iterable[Reading], gone: Collection[str]) -> Mapping[str, str]:
        """Return new path -> old path of each known post; one that is rejected keeps its last good version."""
        readings = list(readings)
        records = [each.outcome for each in readings if isinstance(each.outcome, PostRecord)]
        read = frozenset(each.file.path for each in readings)

        def is_there(path: str) -> bool:
            return path not in gone and (path in read or self.index.files.is_known(path))

        renames = dict(self.ledger.entries.match_renames(records, is_there, frozenset(gone)))
        for reading in readings:
            if isinstance(reading.outcome, PostError) and self._may_take_a_name(reading):
                known = (path for path in self.index.files.known_as(reading.digest) if path in gone)
                old = next((path for path in known if path not in renames.values()), None)
                if old is not None:
                    renames[reading.file.path] = old
                    self._keep(old, reading.file.path)
        return renames

    def _may_take_a_name(self, reading: Reading) -> bool:
        """Tell whether a rejected file may be another one's; what is moved over a post does not take its name."""
        return bool(reading.digest) and self.ledger.entries.live_id(reading.file.path) is None

    def _keep(self, old: str, new: str) -> None:
        """Keep the last good version of a file that was renamed while it is rejected."""
        good = self.index.posts.get(old) or self.ledger.kept.get(old)
        if good:
            self.ledger.kept.keep(replace(good, path=new, name_key=name_key(new)))
