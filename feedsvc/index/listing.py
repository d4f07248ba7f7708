"""The last listing of all files, as one text: where the next one says the same, the table of files need not be asked.

Rows of 100,000 files take half as long to be fetched and compared as the files to be looked at. Their looks as one text
are compared in a hundredth of that, and where the texts differ they tell which rows to ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from feedsvc.database import Database
from feedsvc.model import SourceFile

SCHEMA = """
CREATE TABLE listing (number INTEGER PRIMARY KEY, looks TEXT NOT NULL);
CREATE TABLE unlisted (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""

# Characters of a piece of the text, and how long it may become before all are cut anew. An edit writes one piece.
_PIECE, _LONGEST = 64_000, 128_000
# No name of a file that is published holds a control character (``scan_posts``).
_WRITE_LOOK = "%s\t%d\t%d\t%d\t%d\n".__mod__


def write_looks(files: Iterable[SourceFile]) -> str:
    """Write how files look, a line each, in the order they are given."""
    return "".join(map(_WRITE_LOOK, files))


class Gap(NamedTuple):
    """Where a text differs from the listing: the pieces ``numbers`` would have to read ``looks``.

    ``paths`` are those of the files that the table may not have as they look now.
    """

    numbers: tuple[int, ...]
    looks: str
    paths: frozenset[str]


class Listing:
    """The tables of the listing, which says nothing of the files that are ``unlisted``.

    All others that it names are in the table of files, read, trusted, and looking as it says.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_kept: bool | None = None

    def compare(self, text: str) -> Gap | None:
        """Compare the text of all files with the listing; None: there is no listing.

        The beginning and the end that are the same are passed over by piece, so files that come and go cost what
        stands between them, if every listing gives them in much the same order.
        """
        pieces = self._database.rows("SELECT number, looks FROM listing ORDER BY number")
        if not pieces:
            return None
        first, start = 0, 0
        while first < len(pieces) and text.startswith(pieces[first][1], start):
            start += len(pieces[first][1])
            first += 1
        last, end = len(pieces), len(text)
        while last > first and _ends_with(text, pieces[last - 1][1], start, end):
            last -= 1
            end -= len(pieces[last][1])
        if first == last and start < end and first:
            # Something new between two pieces: the one before it takes it up.
            first -= 1
            start -= len(pieces[first][1])
        looks = text[start:end]
        before = {line for _, piece in pieces[first:last] for line in piece.split("\n")}
        differing = before.symmetric_difference(looks.split("\n")) - {""}
        paths = {line.partition("\t")[0] for line in differing}
        paths.update(path for (path,) in self._database.rows("SELECT path FROM unlisted"))
        return Gap(tuple(number for number, _ in pieces[first:last]), looks, frozenset(paths))

    def keep(self, text: str, gap: Gap | None, unlisted: Iterable[str]) -> None:
        """Keep ``text``, which was compared with ``gap``, as the listing from now on."""
        pieces = list(_cut(gap.looks, _LONGEST)) if gap else []
        if gap is None or len(pieces) > len(gap.numbers):
            self._database.execute("DELETE FROM listing")
            self._database.write("INSERT INTO listing VALUES (?, ?)", enumerate(_cut(text, _PIECE)))
        elif gap.numbers:
            self._database.write("DELETE FROM listing WHERE number=?", ((number,) for number in gap.numbers))
            self._database.write("INSERT INTO listing VALUES (?, ?)", zip(gap.numbers, pieces, strict=False))
        self._is_kept = True
        if gap is None or gap.paths:
            self._database.execute("DELETE FROM unlisted")
            self.leave_out(unlisted)

    def leave_out(self, paths: Iterable[str]) -> None:
        """Have the table of files asked for these paths: they are not, or soon will not be, what the listing says."""
        if self._is_kept is None:
            self._is_kept = self._database.row("SELECT 1 FROM listing LIMIT 1") is not None
        if self._is_kept:
            self._database.write("INSERT OR IGNORE INTO unlisted VALUES (?)", ((path,) for path in paths))

    def forget(self) -> None:
        """Have the table asked for every file."""
        self._database.execute("DELETE FROM listing")
        self._database.execute("DELETE FROM unlisted")
        self._is_kept = False


def _ends_with(text: str, piece: str, start: int, end: int) -> bool:
    """Tell whether the lines of ``piece`` are the last of ``text[start:end]``, and not the end of a longer one."""
    begins = end - len(piece)
    return text.endswith(piece, start, end) and (begins == start or text[begins - 1] == "\n")


def _cut(text: str, length: int) -> Iterator[str]:
    """Cut a text into pieces of whole lines, a little longer than ``length``."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + length) + 1 or len(text)
        yield text[start:end]
        start = end
