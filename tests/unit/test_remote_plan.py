"""What is to be sent, from two manifests alone; and what may go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.model import Representation, Variant
from feedsvc.objects.address import address_problem
from feedsvc.objects.faults import explain
from feedsvc.publish.manifest import EMPTY, Manifest, make_manifest
from feedsvc.remote.layout import HEAD
from feedsvc.remote.plan import list_blobs, list_changed, list_names, list_rewritten, list_served
from feedsvc.remote.sweep import find_due

NOW = datetime(2024, 6, 12, tzinfo=UTC)
ATOM = "application/atom+xml"


def edition(**etags: str) -> Manifest:
    """Make an edition of documents by name, each in identity and gzip."""
    return make_manifest(
        Representation(
            path=f"/{name}.xml",
            media_type=ATOM,
            last_modified=NOW,
            entry_count=1,
            variants=(
                Variant(coding="identity", etag=etag, size=9),
                Variant(coding="gzip", etag=f"{etag}0gz", size=5),
            ),
            feed=("site", ""),
            format="atom",
            title="",
        )
        for name, etag in etags.items()
    )


def test_a_document_is_served_under_its_name_and_its_codings_beside_it() -> None:
    plain, packed = list_served(edition(atom="aa"))

    assert (plain.name, plain.attributes("public")) == (
        "atom.xml",
        {"Content-Type": "application/atom+xml; charset=utf-8", "Cache-Control": "public"},
    )
    assert (packed.name, packed.attributes("public")) == (
        "atom.xml.gz",
        {
            "Content-Type": "application/atom+xml; charset=utf-8",
            "Cache-Control": "public",
            "Content-Encoding": "gzip",
        },
    )


def test_only_documents_with_other_bytes_are_sent() -> None:
    old, new = edition(atom="aa", rss="bb", gone="cc"), edition(atom="aa", rss="dd", added="ee")

    assert {each.name for each in list_changed(old, new)} == {"rss.xml", "rss.xml.gz", "added.xml", "added.xml.gz"}
    assert list_rewritten(old, new) == ["/rss.xml"]
    assert list_changed(new, new) == []
    assert len(list_changed(EMPTY, new)) == 6


def test_bytes_that_two_addresses_share_are_one_blob() -> None:
    assert list_blobs(edition(a="aa", b="aa")).keys() == {"aa", "aa0gz"}


def test_an_edition_needs_its_names_its_blobs_and_what_is_told_of_its_documents() -> None:
    names = list_names(edition(atom="aa"))

    assert {"atom.xml", "atom.xml.gz", ".feedsvc/blobs/aa", ".feedsvc/blobs/aa0gz"} < names
    assert len([name for name in names if name.startswith((".feedsvc/history/", ".feedsvc/moved/"))]) == 2


@pytest.mark.parametrize(
    ("name", "hours", "due"),
    [("old", 2, True), ("old", 1, True), ("old", 0.9, False), ("needed", 9, False), (HEAD, 9, False)],
)
def test_what_is_retired_goes_after_the_grace_period_unless_it_is_needed(name: str, hours: float, *, due: bool) -> None:
    since = (NOW - timedelta(hours=hours)).timestamp()

    assert find_due({name: since}, {"needed"}.__contains__, NOW, timedelta(hours=1)) == ([name] if due else [])


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("s3://bucket", ""),
        ("s3://bucket/a/b/", ""),
        ("gs://bucket/a", ""),
        ("az://container/a", ""),
        ("file:///srv/feeds", ""),
        ("s3://key:secret@bucket/a", "has a user"),
        ("s3://bucket/a?x=1", "has a user, a password or a query"),
        ("file://host/a", "no absolute directory"),
        ("file:a", "no absolute directory"),
        ("https://bucket/a", "no address of an object store"),
        ("bucket", "no address of an object store"),
        ("s3:///a", "no bucket"),
        ("s3://bucket/../a", "a dot as a part"),
        ("s3://bucket/a//b", "an empty part"),
        ("s3://[", "is no URL"),
    ],
)
def test_the_form_of_an_address_is_checked(url: str, problem: str) -> None:
    found = address_problem(url)

    assert problem in found
    assert bool(problem) == bool(found)
    assert "secret" not in found


def test_people_are_told_the_first_line_without_signatures() -> None:
    error = ValueError(
        "Generic Azure error: no answer from https://a.example/b?sig=hush (sad)\n\nDebug source:\nRust { }"
    )

    assert str(explain(error, "az://c/d")) == "az://c/d: no answer from https://a.example/b (sad)"


def test_what_a_store_says_in_xml_is_told_in_its_words() -> None:
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>No space.</Message></Error>'
    )
    error = ValueError(f"Error performing PUT, 500 Internal Server Error: {xml}\n\nDebug source:\nGeneric {{")

    told = str(explain(error, "s3://b/c"))

    assert told == "s3://b/c: Error performing PUT, 500 Internal Server Error: InternalError: No space."


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Error performing PUT http://169.254.169.254/latest", "AWS_ACCESS_KEY_ID"),
        ("HTTP error: builder error", "AWS_ALLOW_HTTP"),
        ("x: RequestTimeTooSkewed", "clock"),
        ("HTTP error: error sending request", "AWS_ENDPOINT_URL"),
    ],
)
def test_people_are_told_what_to_do(text: str, hint: str) -> None:
    assert hint in str(explain(ValueError(text), "s3://b/c"))
