"""The entry point: `feedsvc`, or `python -m feedsvc`."""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line and exit with its code."""
    # What is imported stays to the end. Looking through it for garbage, again and again while it grows, was a tenth of
    # a build with nothing changed; State.settings lets the collector begin.
    gc.disable()
    from feedsvc.cli import run

    # Stderr does so already: a terminal without Hangul must not make a failure of a build that published.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
