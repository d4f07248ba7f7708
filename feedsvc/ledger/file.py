"""The file form of a ledger: JSON Lines, one record each, in an order of their own. README documents the format.

The first line is the header, the last one counts the records between, so a file that was cut off is seen as such.
Instants are RFC 3339. A field that a record does not have is an error, so that nothing is lost in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from feedsvc.errors import LedgerFileError
from feedsvc.ledger.lines import KINDS, Kind, read_name

FORMAT, VERSION = "feedsvc-ledger", 1
MAX_LINE = 64 * 1024 * 1024
"""Bytes of the longest line that is read: the last good version of a post is the longest record."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_KINDS = {kind.name: kind for kind in KINDS}
_NOT_OURS = "this is no export of a ledger"
_WRITE_ANEW = "write it anew with `feedsvc export`"


class Line(NamedTuple):
    """A line of a file that is no record yet: its number, and the object on it."""

    number: int
    values: dict[str, Any]


class Record(NamedTuple):
    """One record of a file: its kind, a row of its table, and the line it stands on."""

    kind: Kind
    row: tuple[Any, ...]
    line: int


def write_lines(site: str | None, rows: Callable[[Kind], Iterable[Sequence[Any]]]) -> Iterator[str]:
    """Write a ledger, line by line; ``site`` is what the feeds' own ids begin with, None before a first build."""
    yield _encode({"format": FORMAT, "version": VERSION, "site": site}) + "\n"
    count = 0
    for kind in KINDS:
        codecs = tuple(kind.columns.items())
        for row in rows(kind):
            values = {name: codec.write(value) for (name, codec), value in zip(codecs, row, strict=True)}
            yield _encode({"type": kind.name} | values) + "\n"
            count += 1
    yield _encode({"type": "end", "records": count}) + "\n"


class LedgerFile:
    """A file that :func:`write_lines` wrote, read once from its beginning; ``name`` is for messages.

    Raises LedgerFileError where it is no such file, is damaged, was cut off, or is of a later format.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self._lines = self._parsed(stream)
        header = next(self._lines, Line(1, {}))
        if header.values.get("format") != FORMAT:
            raise self.error(header.number, _NOT_OURS, f'the first line is to be {{"format":"{FORMAT}", …}}')
        version = header.values.get("version")
        if version != VERSION:
            hint = "import it with the feedsvc that wrote it, or a later one"
            raise self.error(header.number, f"the format is {version!r:.20}, this feedsvc reads {VERSION}", hint)
        site = header.values.get("site")
        try:
            self.site: str | None = None if site is None else read_name(site)
        except ValueError as error:
            raise self.error(header.number, f"site: {error}", _WRITE_ANEW) from error

    def error(self, line: int, reason: str, hint: str = "", column: int = 1) -> LedgerFileError:
        """Return what is wrong at a place of this file."""
        return LedgerFileError(self.name, line, column, reason, hint)

    def records(self) -> Iterator[Record]:
        """Read the records in their order, up to the last line."""
        count, line = 0, 1
        for line, values in self._lines:
            kind = _KINDS.get(str(values.get("type")))
            if kind is not None:
                count += 1
                yield Record(kind, self._row(kind, line, values), line)
            elif values.get("type") == "end":
                return self._end(count, line, values)
            else:
                known = ", ".join(_KINDS)
                raise self.error(line, f"{values.get('type')!r:.40} is no type of record", f"known are {known}")
        raise self.error(line, "the file ends here, without its last line: it was cut off", "copy it again")

    def _row(self, kind: Kind, line: int, values: dict[str, Any]) -> tuple[Any, ...]:
        strange = values.keys() - kind.columns.keys() - {"type"}
        if strange:
            raise self.error(line, f"{min(strange)!r:.40} is no field of this record", _WRITE_ANEW)
        row = []
        for name, codec in kind.columns.items():
            if name not in values:
                raise self.error(line, f"{name}: is missing", _WRITE_ANEW)
            try:
                row.append(codec.read(values[name]))
            except ValueError as error:
                raise self.error(line, f"{name}: {error}", _WRITE_ANEW) from error
        return tuple(row)

    def _end(self, count: int, line: int, values: dict[str, Any]) -> None:
        if values.get("records") != count:
            reason = f"the last line counts {values.get('records')!r:.20} records, and there are {count}"
            raise self.error(line, reason, "copy it again; if you took lines out, mend the number")
        behind = next(self._lines, None)
        if behind is not None:
            raise self.error(behind.number, "something stands behind the last line", "one file holds one export")

    def _parsed(self, stream: BinaryIO) -> Iterator[Line]:
        for number, data in enumerate(iter(lambda: stream.readline(MAX_LINE), b""), start=1):
            try:
                values = json.loads(data.decode())
            except json.JSONDecodeError as error:
                raise self.error(number, f"this is no JSON ({error.msg})", _WRITE_ANEW, error.pos + 1) from error
            except UnicodeDecodeError as error:
                raise self.error(number, "this is no UTF-8", _WRITE_ANEW, error.start + 1) from error
            except (ValueError, RecursionError) as error:
                raise self.error(number, "this is no JSON that can be read", _WRITE_ANEW) from error
            if not isinstance(values, dict):
                raise self.error(number, "this is no JSON object", _WRITE_ANEW)
            yield Line(number, values)
