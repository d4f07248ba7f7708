"""Dates: Jekyll's forms and ISO 8601's, zones, hours that a clock skipped, and days that no calendar has."""

from __future__ import annotations

from .cases import Case, matter

# What Ruby's Time.parse and ISO 8601 read, in a site of Asia/Seoul: +09:00.
READ = {
    "2024-01-02": "2024-01-01T15:00:00Z",
    "2024-1-2": "2024-01-01T15:00:00Z",
    "2024/01/02": "2024-01-01T15:00:00Z",
    "2024-01-02 10:20": "2024-01-02T01:20:00Z",
    "2024-01-02 10:20:30": "2024-01-02T01:20:30Z",
    "2024-01-02 10:20:30 +0900": "2024-01-02T01:20:30Z",
    "2024-01-02 10:20:30 +09:00": "2024-01-02T01:20:30Z",
    "2024-01-02 10:20:30+09:00": "2024-01-02T01:20:30Z",
    "2024-01-02 10:20 -0330": "2024-01-02T13:50:00Z",
    "2024-01-02T10:20:30Z": "2024-01-02T10:20:30Z",
    "2024-01-02t10:20:30z": "2024-01-02T10:20:30Z",
    "2024-01-02T10:20:30.123456Z": "2024-01-02T10:20:30.123456Z",
    "2024-01-02T10:20:30.123456789Z": "2024-01-02T10:20:30.123456Z",
    "2024-01-02T10:20:30,5Z": "2024-01-02T10:20:30.500000Z",
    "2024-01-02T10:20:30+14:00": "2024-01-01T20:20:30Z",
    "2024-01-02T10:20:30-12:00": "2024-01-02T22:20:30Z",
    "2024-01-02T10:20:30+05:45": "2024-01-02T04:35:30Z",
    "2024-01-02 10:20:30 KST": "2024-01-02T01:20:30Z",
    "2024-01-02 10:20:30 UTC": "2024-01-02T10:20:30Z",
    "2024-01-02 10:20:30 EST": "2024-01-02T15:20:30Z",
    "2024-01-02 1:20:30 PM": "2024-01-02T04:20:30Z",
    "2024-01-02 12:00 AM": "2024-01-01T15:00:00Z",
    "2024-02-29": "2024-02-28T15:00:00Z",
    "2000-02-29": "2000-02-28T15:00:00Z",
    "1969-12-31 23:59:59 Z": "1969-12-31T23:59:59Z",
    "1912-01-01": "1911-12-31T15:30:00Z",
    "1988-07-01": "1988-06-30T14:00:00Z",
    "2038-01-19 03:14:08 Z": "2038-01-19T03:14:08Z",
    '"2024-01-02 10:20"': "2024-01-02T01:20:00Z",
    "2024-01-02 10:20:30 +0900 # a comment": "2024-01-02T01:20:30Z",
}
NONE = (
    *("2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-04-31", "1900-02-29"),
    *("2024-01-02 25:00", "2024-01-02 10:60", "2024-01-02 10:20:61", "2024-01-02 13:00 PM", "2024-01-02 0:30 AM"),
    *("2024-01-02T10:20:30+25:00", "2024-01-02 10:20:30 XYZ", "2024-01-02T10:20:30+0960"),
    *("yesterday", "2024", "20", "soon 2024-01-02", "2024-01-02 10", "0000-01-01", "99999-01-01", "[2024-01-02]"),
    *("2024-01-02 10:20:30 +0900 +0900", "١٤٠٢-٠١-٠٢", "2024-01-02'; DROP TABLE posts", "9" * 5000),
)
# Local times that a clock skipped (the offset before the gap: RFC 5545, 3.3.5) or showed twice (the second: Ruby).
CLOCKS = (
    ("America/New_York", "2024-03-10 02:30", "2024-03-10T07:30:00Z"),
    ("America/New_York", "2024-11-03 01:30", "2024-11-03T06:30:00Z"),
    ("America/New_York", "2024-03-10", "2024-03-10T05:00:00Z"),
    ("Europe/London", "2024-07-01", "2024-06-30T23:00:00Z"),
    ("Europe/London", "2024-03-31 01:30", "2024-03-31T01:30:00Z"),
    ("Australia/Lord_Howe", "2024-07-01", "2024-06-30T13:30:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
    ("Asia/Kathmandu", "2024-01-02", "2024-01-01T18:15:00Z"),
    ("UTC", "2024-01-02", "2024-01-02T00:00:00Z"),
)

CASES = (
    *(Case(name=f"date: {written}", data=matter(f"date: {written}"), published=at) for written, at in READ.items()),
    *(Case(name=f"no date: {text[:40]}", data=matter(f"date: {text}"), rejected="2:7 date") for text in NONE),
    *(
        Case(name=f"{local} in {zone}", data=matter(f"date: {local}"), published=at, zone=zone)
        for zone, local, at in CLOCKS
    ),
    Case(name="of the file's name", data=matter("title: a"), path="2024-01-02-a.md", published="2024-01-01T15:00:00Z"),
    Case(name="of a short name", data=matter("title: a"), path="24-1-2-a.md", published="2024-01-01T15:00:00Z"),
    Case(name="front matter wins", data=matter("date: 2023-05-06"), published="2023-05-05T15:00:00Z"),
    Case(
        name="no day of the file's name", data=matter("title: a"), path="2024-13-45-a.md", rejected="1:1 does not exist"
    ),
    Case(name="no date at all", data=matter("title: a"), path="about.md", rejected="1:1 has one"),
    Case(name="an empty date", data=matter("date:"), published="2024-07-10T15:00:00Z"),
    Case(name="updated", data=matter("last_modified_at: 2024-08-01"), updated="2024-07-31T15:00:00Z"),
    Case(name="updated before it was published", data=matter("updated: 2020-01-01"), updated="2024-07-10T15:00:00Z"),
    Case(name="updated never", data=matter("updated: never"), updated="2024-07-10T15:00:00Z", warns=("is not used",)),
)
