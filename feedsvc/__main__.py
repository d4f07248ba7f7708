"""The entry point: `feedsvc`, or `python -m feedsvc`."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from feedsvc.cli import run


def main() -> None:
    """Run the command line and exit with its code."""
    # Stderr does so already: a terminal without Hangul must not make a failure of a build that published.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
