"""What millions of subscribers who poll would cost, computed from what one request was measured to cost. Pure.

Everybody polls one feed. The prices are examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

DAY_S = 86_400
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: CPU µs of all machines of ours that it takes, and bytes of status line, headers and body."""

    cpu_us: float
    wire: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured: a 304, a gzip 200 and a 226 on a kept connection, and what a new one by TLS takes beside."""

    same: Answer
    whole: Answer
    delta: Answer
    connection_cpu_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is not measured.

    ``changed`` is the share of polls that find something new: 39 of 184 for who polls hourly a site that pushes 150
    posts a day (``replay.py``). ``takers`` of the subscribers ask for deltas. ``peak`` is the busiest second beside the
    mean one; who sizes for it sizes for the hour after a push, in which every poll finds something new. ``busy`` is the
    share of a core that may be used then, and ``least_cores`` are there however little there is to do.

    Each poll comes over a connection of its own, whose TLS takes ``handshake`` bytes of ours; a CDN takes these itself,
    keeps connections to us, and bills bodies and headers. Each of its ``places`` asks once in ``max_age_s``.
    With a hub (WebSub) everybody is sent each push whole, by a machine of ours, and polls ``safety_polls`` times a day;
    the hub's CPU is not counted, as it was not measured.
    """

    subscribers: float = 10_000_000
    polls_a_day: float = 24
    changed: float = 39 / 184
    takers: float = 1
    peak: float = 3
    busy: float = 0.6
    least_cores: float = 2
    handshake: float = 3_000
    places: float = 100
    max_age_s: float = 300
    safety_polls: float = 1
    usd_core_hour: float = 0.04
    usd_egress_gb: float = 0.05
    usd_cdn_gb: float = 0.02
    usd_cdn_10k: float = 0.0075


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One way to do it. Requests a second and Gbit/s are what leaves our machines; ``cdn_tb`` is what leaves the CDN.

    Cores are those of the peak; terabytes (10^12 bytes) and dollars are of a month of 30 days.
    """

    name: str
    mean_s: float
    peak_s: float
    cores: float
    gbit: float
    peak_gbit: float
    tb: float
    cdn_tb: float
    usd: float


def bill_all(figures: Figures, given: Assumptions) -> tuple[Bill, ...]:
    """Return what each way costs, in the order of the table."""
    nobody = replace(given, takers=0)
    return (
        bill_origin("polls, no CDN", figures, nobody),
        bill_origin("polls, no CDN, deltas", figures, given),
        bill_cdn("polls, CDN", figures, nobody),
        bill_cdn("polls, CDN, deltas", figures, given),
        bill_hub("WebSub, no CDN", figures, given),
    )


def bill_origin(name: str, figures: Figures, given: Assumptions) -> Bill:
    """Everybody polls machines of ours, over new connections."""
    polls = given.subscribers * given.polls_a_day
    new = _mix(figures.whole, figures.delta, given.takers)
    usual = _mix(figures.same, new, given.changed)
    connect = Answer(cpu_us=figures.connection_cpu_us, wire=given.handshake)
    return _bill(name, given, polls, _add(usual, connect), _add(new, connect))


def bill_cdn(name: str, figures: Figures, given: Assumptions) -> Bill:
    """Everybody polls a CDN, which answers from what it stores, but passes every request for a delta on.

    Who holds what is known to us alone, and a 226 is stored by none (``no-store``): so a 304 to who asks for deltas is
    made by us, too, as with ``deploy/varnish.vcl``.
    """
    polls = given.subscribers * given.polls_a_day
    new = _mix(figures.whole, figures.delta, given.takers)
    sent = polls * _mix(figures.same, new, given.changed).wire
    passed = polls * given.takers
    # A place asks no more often than it is asked; each new edition comes to it whole.
    asked = given.places * DAY_S / given.max_age_s
    fetched = min(given.places * given.changed * given.polls_a_day, asked)
    filled = _mix(figures.same, figures.whole, fetched / asked)
    usual = _mix(filled, _mix(figures.same, figures.delta, given.changed), passed / (passed + asked))
    worst = _mix(figures.whole, figures.delta, passed / (passed + asked))
    return _bill(name, given, passed + asked, usual, worst, cdn_requests=polls, cdn_bytes=sent)


def bill_hub(name: str, figures: Figures, given: Assumptions) -> Bill:
    """A hub of ours sends each push to everybody; polls are there for what was lost, and find nothing."""
    polls = given.subscribers * given.safety_polls
    deliveries = given.subscribers * given.changed * given.polls_a_day
    connect = Answer(cpu_us=figures.connection_cpu_us, wire=given.handshake)
    sent = _add(Answer(cpu_us=0, wire=figures.whole.wire), connect)
    usual = _mix(_add(figures.same, connect), sent, deliveries / (deliveries + polls))
    # One push goes out within an hour, with a second that is as busy beside the others as one of polls.
    return _bill(name, given, polls + deliveries, usual, sent, peak_s=given.subscribers / 3600 * given.peak)


def _bill(
    name: str,
    given: Assumptions,
    requests: float,
    usual: Answer,
    worst: Answer,
    *,
    peak_s: float | None = None,
    cdn_requests: float = 0,
    cdn_bytes: float = 0,
) -> Bill:
    """Add up a day of ``requests`` to us; the peak, if nothing else of ``peak_s``, is made of ``worst`` answers."""
    mean_s = requests / DAY_S
    peak_s = mean_s * given.peak if peak_s is None else peak_s
    cores = peak_s * worst.cpu_us / 1e6 / given.busy
    tb = requests * usual.wire * MONTH_DAYS / 1e12
    cdn_tb = cdn_bytes * MONTH_DAYS / 1e12
    usd = max(math.ceil(cores), given.least_cores) * 24 * MONTH_DAYS * given.usd_core_hour
    usd += tb * 1000 * given.usd_egress_gb + cdn_tb * 1000 * given.usd_cdn_gb
    usd += cdn_requests * MONTH_DAYS / 10_000 * given.usd_cdn_10k
    return Bill(
        name=name,
        mean_s=mean_s,
        peak_s=peak_s,
        cores=cores,
        gbit=mean_s * usual.wire * 8 / 1e9,
        peak_gbit=peak_s * worst.wire * 8 / 1e9,
        tb=tb,
        cdn_tb=cdn_tb,
        usd=usd,
    )


def _mix(one: Answer, other: Answer, share: float) -> Answer:
    """Return the mean answer where ``share`` of them are ``other``."""
    return Answer(
        cpu_us=one.cpu_us * (1 - share) + other.cpu_us * share,
        wire=one.wire * (1 - share) + other.wire * share,
    )


def _add(one: Answer, other: Answer) -> Answer:
    return Answer(cpu_us=one.cpu_us + other.cpu_us, wire=one.wire + other.wire)
