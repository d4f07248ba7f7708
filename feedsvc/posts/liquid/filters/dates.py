"""Filters for dates: Liquid's ``date`` and Jekyll's ``date_to_…`` (``lib/jekyll/filters/date_filters.rb``)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from feedsvc.posts.dates import NotADate, parse_date
from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import Moment, inspect, to_s
from feedsvc.posts.liquid.scene import Filters, Scene
from feedsvc.posts.liquid.strftime import strftime

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,9})\.?|"
    r"(?P<month2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)[,\s-]+(?P<year>\d{4})(?P<rest>(?:[\s,].*)?)",
    re.DOTALL,
)
_EDGE = 10**11


def moment_of(scene: Scene, value: object) -> Moment | None:
    """Return what ``Liquid::Utils.to_date`` makes of ``value``, "now" being when the post was published."""
    if isinstance(value, Moment) or value is None:
        return value
    zone = scene.site.zone
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = to_s(value).strip().lower()
    if text in {"now", "today"}:
        return scene.site.now
    if re.fullmatch(r"\d{1,12}", text) and int(text) < _EDGE:
        return Moment(at=datetime.fromtimestamp(int(text), UTC).astimezone(zone))
    return _parsed(text, zone) if isinstance(value, str) else None


def _parsed(text: str, zone: tzinfo) -> Moment | None:
    named = _NAMED.fullmatch(text)
    if named:
        month = (named["month"] or named["month2"])[:3]
        if month not in _MONTHS:
            return None
        day = int(named["day"] or named["day2"])
        text = f"{named['year']}-{_MONTHS.index(month) + 1:02d}-{day:02d} {named['rest'].strip(', ')}".strip()
    found = parse_date(text, zone)
    return None if isinstance(found, NotADate) else Moment(at=found.astimezone(_zone_of(text, zone)))


def _zone_of(text: str, zone: tzinfo) -> tzinfo:
    """Return the zone that a text names by an offset, in which Ruby goes on showing it."""
    match = re.search(r"\d\s*(?:([+-]\d{2}):?(\d{2})|(z))$", text)
    if match is None:
        return zone
    return UTC if match[3] else datetime.strptime(f"{match[1]}{match[2]}", "%z").tzinfo or zone


def _date(scene: Scene, value: object, form: object) -> object:
    pattern = to_s(form)
    moment = moment_of(scene, value) if pattern else None
    return value if moment is None else strftime(moment.at, pattern)


def _local(scene: Scene, value: object) -> datetime:
    moment = moment_of(scene, value)
    if moment is None:
        raise TagError(f"{inspect(value)[:60]} is no date")
    return moment.at.astimezone(scene.site.zone)


def _stringified(scene: Scene, value: object, month: str, kind: object, style: object) -> object:
    if not to_s(value):
        return value
    at = _local(scene, value)
    if to_s(kind) != "ordinal":
        return strftime(at, f"%d {month} %Y")
    day = f"{at.day}{_ordinal(at.day)}"
    return strftime(at, f"{month} {day}, %Y" if to_s(style) == "US" else f"{day} {month} %Y")


def _ordinal(number: int) -> str:
    return "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _to_string(scene: Scene, value: object, kind: object = None, style: object = None) -> object:
    return _stringified(scene, value, "%b", kind, style)


def _to_long_string(scene: Scene, value: object, kind: object = None, style: object = None) -> object:
    return _stringified(scene, value, "%B", kind, style)


def _to_xmlschema(scene: Scene, value: object) -> object:
    if not to_s(value):
        return value
    at = _local(scene, value)
    # Ruby writes Z where the zone is UTC itself, not one that is as far from Greenwich.
    return strftime(at, "%Y-%m-%dT%H:%M:%SZ" if at.tzname() == "UTC" else "%Y-%m-%dT%H:%M:%S%:z")


def _to_rfc822(scene: Scene, value: object) -> object:
    return strftime(_local(scene, value), "%a, %d %b %Y %H:%M:%S %z") if to_s(value) else value


FILTERS: Filters = {
    "date": _date,
    "date_to_string": _to_string,
    "date_to_long_string": _to_long_string,
    "date_to_xmlschema": _to_xmlschema,
    "date_to_rfc822": _to_rfc822,
}
