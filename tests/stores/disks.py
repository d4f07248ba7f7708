"""Small disks of memory for the volume servers of a test, to be filled to the last byte and emptied again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_MEGABYTES = 64
_BALLAST = "ballast"


class Disks:
    """A disk mounted at each of ``places``, as long as the block lasts; ``missing`` says why there is none."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self._mounted: list[Path] = []
        self.missing = ""

    def __enter__(self) -> Disks:
        for place in self._places:
            command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "feedsvc-test", str(place)]
            try:
                subprocess.run(command, check=True, capture_output=True, text=True)
            except OSError as error:
                self.missing = f"no disk can be mounted: {error}"
                break
            except subprocess.CalledProcessError as error:
                self.missing = f"no disk may be mounted here: {error.stderr.strip()}"
                break
            self._mounted.append(place)
        return self

    def __exit__(self, *_: object) -> None:
        for place in self._mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=True)

    def fill(self, leave: int = 0) -> None:
        """Leave so many bytes on each of them."""
        block = b"\0" * 65536
        for place in self._mounted:
            with (place / _BALLAST).open("ab", buffering=0) as file:
                with suppress(OSError):
                    while file.write(block):
                        pass
                file.truncate(file.tell() - leave)
            status = os.statvfs(place)
            assert status.f_bavail * status.f_frsize <= leave + len(block)

    def free(self) -> None:
        for place in self._mounted:
            (place / _BALLAST).unlink(missing_ok=True)
