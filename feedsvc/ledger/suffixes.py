"""What tells names apart that would be the same: an id or a slug that is taken already."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from hashlib import blake2b


def suffixes(mark: str, name: str, size: int) -> Iterator[str]:
    """Return no suffix first, then ones that hang on the name and, should they be taken too, on a count."""
    yield ""
    for count in itertools.count():
        yield mark + blake2b(f"{name}\n{count}".encode(), digest_size=size).hexdigest()
