"""Ask the W3C feed validator about published feeds: a check for developers, outside the test suite.

The validator is not on PyPI. Clone https://github.com/w3c/feedvalidator and install its requirements, then:

    python tests/w3c_validator.py --validator feedvalidator/src public

It prints each error and each warning (level AA) and exits 1 if there is any. DuplicateUpdated is left out: posts
of one date without a time of day share an instant on purpose. So is ArchiveIncomplete, which it says of the oldest page
of an archive: nothing precedes that, and a link to the page after it would have to change (RFC 5005, 4).
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from lxml import etree

MEDIA_TYPES = {"feed": "application/atom+xml", "rss": "application/rss+xml"}
IGNORED = frozenset({"DuplicateUpdated", "ArchiveIncomplete"})
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def main() -> int:
    """Validate what the command line names; return the exit code."""
    arguments = read_arguments()
    sys.path.insert(0, str(arguments.validator))
    documents = [path for place in arguments.places for path in list_documents(place)]
    findings = [finding for path in documents for finding in validate(path)]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    sys.stdout.write(f"{len(documents)} documents, {len(findings)} findings\n")
    return 1 if findings or not documents else 0


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Validate published feeds with the W3C feed validator.")
    parser.add_argument("--validator", type=Path, required=True, metavar="DIR", help="the validator's src folder")
    parser.add_argument("places", type=Path, nargs="+", metavar="PLACE", help="a published folder, or a document")
    return parser.parse_args()


def list_documents(place: Path) -> list[Path]:
    """Return the Atom and RSS documents of a folder: those of its manifest and their archives, else all by name."""
    if place.is_file():
        return [place]
    manifest = place / "manifest.json"
    if manifest.exists():
        listed = json.loads(manifest.read_bytes())["representations"]
        documents = [place / each["path"].lstrip("/") for each in listed if each["format"] in {"atom", "rss"}]
        pages = [page for each in documents for page in sorted(each.parent.glob(f"archive/*/{each.name}.gz"))]
        return documents + pages
    return sorted(path for path in place.rglob("*.xml") if path.name in {"atom.xml", "rss.xml"})


def validate(path: Path) -> Iterator[str]:
    """Yield what the validator has to say about one document, as ``path:line:column: event and its data``."""
    feedvalidator = importlib.import_module("feedvalidator")
    compatibility = importlib.import_module("feedvalidator.compatibility")
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    root = etree.fromstring(data)
    base = next(link.get("href") for link in root.iter(ATOM_LINK) if link.get("rel") == "self")
    content_type = f"{MEDIA_TYPES[etree.QName(root).localname]}; charset=utf-8"
    events = feedvalidator.validateStream(BytesIO(data), contentType=content_type, base=base)["loggedEvents"]
    for event in compatibility.AA(events):
        name = type(event).__name__
        if name not in IGNORED:
            told = {key: value for key, value in event.params.items() if "line" not in key and "column" not in key}
            yield f"{path}:{event.params.get('line', 0)}:{event.params.get('column', 0)}: {name} {told}"


if __name__ == "__main__":
    sys.exit(main())
