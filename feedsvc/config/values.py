"""Single values as people write them, checked one at a time: durations, sizes, addresses, names.

Each ``parse_…`` takes what TOML or the environment gave and returns the value
the program uses, or raises :class:`RefusedError` saying what is wrong and how to
write it. Nothing here knows which option it serves.
"""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*(B|kB|MB|GB|kiB|MiB|GiB)?", re.IGNORECASE)
BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3}

# The langtag production of RFC 5646, 2.1, and private use; the grandfathered tags are left out on purpose.
LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE,
)

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
BEARER = r"(?:[A-Za-z0-9._~+/-]+=*)?"


class RefusedError(ValueError):
    """A value that an option does not take: why, and how to write it instead."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(reason + (f"; {hint}" if hint else ""))


def parse_text(value: object) -> str:
    """Return text as it stands. Raise RefusedError for anything that is not text, or has a NUL in it."""
    if not isinstance(value, str):
        raise RefusedError(f"{value!r} is not text", "put it in double quotes")
    if "\0" in value:
        raise RefusedError(f"{value!r} has a NUL character in it", "remove it")
    return value


def parse_line(value: object) -> str:
    """Return text with something in it, its white space folded. Raise RefusedError for none."""
    text = " ".join(parse_text(value).split())
    if not text:
        raise RefusedError("it is empty", "write some text")
    return text


def parse_optional_line(value: object) -> str:
    """Return text as ``parse_line`` does, or ``""`` for ``""``."""
    return "" if value == "" else parse_line(value)


def parse_duration(value: object) -> timedelta:
    """Return the duration that text such as ``48h``, ``5m``, ``250ms`` or ``1h30m`` says.

    Raise RefusedError for a number without a unit and for more than a hundred years.
    """
    text = value.replace(" ", "") if isinstance(value, str) else ""
    parts = DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise RefusedError(f"{value!r} is not a duration", 'write a number and a unit, like "48h", "5m", "90s" or "1d"')
    seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    if seconds > 100 * 366 * 86400:
        raise RefusedError(f"{value!r} is more than a hundred years", 'write a shorter one, like "3650d"')
    return timedelta(seconds=seconds)


def parse_period(value: object) -> timedelta:
    """Return a duration of a second or more (``parse_duration``). Raise RefusedError for a shorter one."""
    duration = parse_duration(value)
    if duration < timedelta(seconds=1):
        raise RefusedError(f"{value!r} is too short", 'write "1s" or more')
    return duration


def parse_lease(value: object) -> timedelta:
    """Return a duration from a second to an hour (``parse_duration``). Raise RefusedError for another."""
    duration = parse_period(value)
    if duration > timedelta(hours=1):
        raise RefusedError(f"{value!r} is too long", 'write "1h" or less; the sender renews it as long as it runs')
    return duration


def parse_pause(value: object) -> timedelta:
    """Return a duration of a tenth of a second or more (``parse_duration``). Raise RefusedError for a shorter one."""
    duration = parse_duration(value)
    if duration < timedelta(seconds=0.1):
        raise RefusedError(f"{value!r} is too short", 'write "100ms" or more')
    return duration


def parse_settle(value: object) -> timedelta | None:
    """Return a duration of an hour at most (``parse_duration``), or None for ``""``. Raise RefusedError for others."""
    duration = None if value == "" else parse_duration(value)
    if duration is not None and duration > timedelta(hours=1):
        raise RefusedError(f"{value!r} is too long", 'write "1h" or less')
    return duration


def parse_size(value: object) -> int:
    """Return the bytes that ``2MB`` (1000s), ``1MiB`` (1024s) or a plain number says, 1 kB at least.

    Raise RefusedError for anything else; a bare 2 is nearly always a forgotten unit.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise RefusedError(f"{value!r} is not a size", 'write one like "2MB" or "1MiB"')
    found = SIZE.fullmatch(str(value).strip())
    if found is None:
        raise RefusedError(f"{value!r} is not a size", 'write one like "2MB" or "1MiB"')
    size = round(float(found[1]) * BYTES[(found[2] or "B").lower()])
    if size < 1000:
        raise RefusedError(
            f"{value!r} is {size} bytes, too small", 'write "1kB" or more; is a unit missing, as in "2MB"?'
        )
    return size


def parse_language(value: object) -> str:
    """Return a language tag that is well-formed by BCP 47 (RFC 5646, 2.1), in the case it was written in."""
    if not isinstance(value, str) or LANGUAGE.fullmatch(value) is None:
        hint = 'write one like "en", "ko" or "ko-KR"'
        if isinstance(value, str) and LANGUAGE.fullmatch(value.split(".")[0].replace("_", "-")):
            hint = f'write "{value.split(".")[0].replace("_", "-")}"'
        raise RefusedError(f"{value!r} is not a language tag (BCP 47)", hint)
    return value


def parse_timezone(value: object) -> ZoneInfo:
    """Return the IANA time zone of that name. Raise RefusedError, naming the nearest, if there is none."""
    try:
        return ZoneInfo(parse_text(value))
    except (OSError, ValueError, KeyError):  # "Europe" is a directory, "../x" no key, "KST" not there
        pass
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    close = get_close_matches(str(value), sorted(available_timezones()), n=1, cutoff=0.75)
    hint = f'did you mean "{close[0]}"?' if close else 'write one like "Asia/Seoul" or "UTC"'
    raise RefusedError(f"{value!r} is not a time zone", hint)


def parse_encoding(value: object) -> str:
    """Return the name of a text encoding that Python knows. Raise RefusedError for others."""
    try:
        b"a".decode(parse_text(value))
    except LookupError:
        raise RefusedError(
            f"{value!r} is not a text encoding", 'write one like "utf-8-sig", "cp949" or "latin-1"'
        ) from None
    except UnicodeError:  # utf-16 and utf-32 need more than one byte
        pass
    return str(value)


def parse_token(value: object) -> str:
    """Return a bearer token (b64token, RFC 6750, 2.1) or nothing. Never repeats it in the message."""
    if not isinstance(value, str) or re.fullmatch(BEARER, value) is None:
        raise RefusedError("it has characters that no bearer token has", "use letters, digits and -._~+/ only")
    return value


def parse_listen(value: object) -> str:
    """Return ``host:port`` as written; an IPv6 host stands in brackets. Raise RefusedError for others."""
    hint = 'write one like "127.0.0.1:8000", "0.0.0.0:80" or "[::1]:8000"'
    text = parse_text(value)
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise RefusedError(f"{text!r} has no port from 1 to 65535", hint)
    if host.startswith("["):
        from ipaddress import AddressValueError, IPv6Address

        try:
            IPv6Address(host.removeprefix("[").removesuffix("]") if host.endswith("]") else "")
        except AddressValueError:
            raise RefusedError(f"{host!r} is not an IPv6 address", hint) from None
    elif HOST.fullmatch(host) is None:
        raise RefusedError(f"{host!r} is not a host", hint)
    return text
