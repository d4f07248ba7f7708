"""Feed what reads posts with what atheris (libFuzzer) invents: a program to run by itself, for as long as one likes.

    python tests/fuzz/fuzz_posts.py parse CORPUS -max_total_time=600

The first word is what to fuzz, see ``targets.py``; the rest are libFuzzer's own arguments. It begins with the odd posts
of tests/odd and the like, and keeps what it finds in CORPUS. It ends with a traceback, and the input in a file, if
anything but an answer comes out, or if one comes out that breaks a promise.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

with atheris.instrument_imports(include=["feedsvc", "frontmatter", "json", "imagesize"]):
    import targets

from seeds import seeds_of  # noqa: E402 (its place is known by now)

# Bytes of what is tried: more of them are no more odd, and slower.
MAX_LENGTH = 4096


def main() -> None:
    """Fuzz what the command line names, in the corpus that it names."""
    target, corpus, *arguments = sys.argv[1:]
    Path(corpus).mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds_of(target)):
        if 0 < len(data) <= MAX_LENGTH:
            Path(corpus, f"seed-{number:03}").write_bytes(data)
    words = Path(__file__).with_name("words.dict")
    options = [
        f"-max_len={MAX_LENGTH}",
        f"-dict={words}",
        "-timeout=60",
    ]  # instrumented, a table of 2 kB that grows to 1 MB takes 15 s
    atheris.Setup([sys.argv[0], *options, *arguments, corpus], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
