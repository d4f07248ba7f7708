from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import Enclosure, Finding, Image, Person, Post, PostError, Term
from feedsvc.records import (
    dump_findings,
    dump_post,
    from_microseconds,
    load_findings,
    load_post,
    pack_finished,
    to_microseconds,
    unpack_content,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(0, 2**63 - 1)
instants = st.datetimes(timezones=st.just(UTC))
findings = st.builds(Finding, path=text, reason=text, hint=text, line=st.integers(0, 9), column=st.integers(0, 9))
images = st.none() | st.builds(Image, href=text, media_type=text, width=numbers)
posts = st.builds(
    Post,
    path=text,
    name_key=text,
    digest=text,
    body_digest=text,
    proposed_id=text,
    title=text,
    alternate_link=text,
    published=instants,
    updated=instants,
    summary=text,
    content=text,
    authors=st.lists(st.builds(Person, name=text, email=text, uri=text), max_size=2).map(tuple),
    terms=st.lists(st.builds(Term, kind=text, key=text, label=text, slug=text), max_size=2).map(tuple),
    language=text,
    image=images,
    thumbnail=images,
    banner=images,
    enclosures=st.lists(st.builds(Enclosure, href=text, media_type=text, length=numbers), max_size=2).map(tuple),
    warnings=st.lists(findings, max_size=2).map(tuple),
)


@given(posts)
def test_a_post_reads_back_as_it_was_written(post: Post) -> None:
    assert load_post(dump_post(post)) == post


@given(posts)
def test_the_same_post_is_written_in_the_same_characters(post: Post) -> None:
    assert dump_post(load_post(dump_post(post))) == dump_post(post)


@given(st.lists(findings))
def test_findings_read_back_in_their_order(those: list[Finding]) -> None:
    assert load_findings(dump_findings(those)) == tuple(those)


def test_an_error_reads_back_as_a_finding() -> None:
    error = PostError(path="a.md", reason="why", hint="what", line=2, column=17)
    assert load_findings(dump_findings([error])) == (
        Finding(path="a.md", reason="why", hint="what", line=2, column=17),
    )


@given(instants)
def test_an_instant_keeps_its_last_microsecond(instant: datetime) -> None:
    assert from_microseconds(to_microseconds(instant)) == instant


def test_instants_before_1970_and_of_other_zones_count_from_the_epoch_in_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    assert to_microseconds(datetime(1970, 1, 1, 9, tzinfo=seoul)) == 0
    assert to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert from_microseconds(-1).tzinfo is UTC


@given(posts)
def test_unknown_keys_of_a_later_version_are_ignored(post: Post) -> None:
    record = json.loads(dump_post(post)) | {"mood": "sunny"}
    assert load_post(json.dumps(record)) == post


@given(posts)
def test_fields_that_an_earlier_version_did_not_know_get_their_defaults(post: Post) -> None:
    record = json.loads(dump_post(post))
    record.pop("enclosures", None)
    assert load_post(json.dumps(record)).enclosures == ()


@pytest.mark.parametrize(
    "record", ["", "{", "[]", "null", "{}", '{"published": 0}', '{"published": "x", "updated": 0}']
)
def test_what_is_no_record_raises_one_of_three_errors(record: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        load_post(record)


@given(posts)
def test_a_finished_post_comes_back_as_it_was_packed(post: Post) -> None:
    packed = pack_finished(post, (), tell=True)
    assert load_post(packed.json, content=unpack_content(packed.html)) == post
    assert (packed.path, load_findings(packed.warnings or "[]")) == (post.path, post.warnings)
    assert load_post(packed.json).content == ""
    assert pack_finished(post, (), tell=False) == packed._replace(warnings="")


@given(posts.filter(lambda post: post.content != ""), st.integers(0))
def test_packed_content_that_is_cut_off_is_an_error_like_any_other_damage(post: Post, place: int) -> None:
    packed = pack_finished(post, (), tell=True).html
    with pytest.raises(ValueError, match=r"frame|decompress"):
        unpack_content(packed[: place % len(packed)])
