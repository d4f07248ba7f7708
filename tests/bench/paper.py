"""What 10 million subscribers who poll hourly would cost, on paper, from what one request was measured to cost.

    python tests/bench/paper.py FIGURES.json [--set NAME=VALUE ...]

FIGURES.json is what ``scale_out.py --save`` wrote; NAME is a field of ``Assumptions`` in ``costs.py``, which says what
each means. Nothing here is measured, and the prices are examples: set your own.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from costs import Answer, Assumptions, Bill, Figures, bill_all

NOTE = "Prices are examples: set your own (--set NAME=VALUE; what each means stands in tests/bench/costs.py)."


def render(bills: Sequence[Bill]) -> str:
    """Return the table; what leaves us first, then what leaves the CDN."""
    names = ("req/s", "peak", "cores", "Gbit/s", "peak", "TB/month", "CDN TB", "USD/month")
    rows = (
        (
            f"{bill.mean_s:,.1f}",
            f"{bill.peak_s:,.0f}",
            f"{bill.cores:.2f}",
            f"{bill.gbit:.2f}",
            f"{bill.peak_gbit:.2f}",
            f"{bill.tb:,.1f}",
            f"{bill.cdn_tb:,.1f}",
            f"{bill.usd:,.0f}",
        )
        for bill in bills
    )
    labels = ("", *(bill.name for bill in bills))
    return "\n".join(
        f"{label:<24}{''.join(f'{cell:>10}' for cell in row)}"
        for label, row in zip(labels, (names, *rows), strict=True)
    )


def parse_assumptions(settings: Sequence[str]) -> Assumptions:
    """Read NAME=VALUE; exits with the names there are if it is none."""
    known = {each.name for each in fields(Assumptions)}
    given = {name: value for name, _, value in (text.partition("=") for text in settings)}
    if unknown := sorted(given.keys() - known):
        raise SystemExit(f"no such assumption: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    try:
        return Assumptions(**{name: float(value) for name, value in given.items()})
    except ValueError as error:
        raise SystemExit(f"an assumption is a number: {error}") from error


def dump_figures(figures: Figures) -> str:
    """Write what was measured as JSON."""
    return json.dumps(asdict(figures), indent=1) + "\n"


def parse_figures(text: str) -> Figures:
    """Read what :func:`dump_figures` wrote."""
    told = json.loads(text)
    answers = {name: Answer(**told[name]) for name in ("same", "whole", "delta")}
    return Figures(**answers, connection_cpu_us=told["connection_cpu_us"])


def describe(given: Assumptions) -> str:
    """Return what was assumed, in a line."""
    return "assumed: " + ", ".join(f"{name} {round(value, 4):,.10g}" for name, value in asdict(given).items())


def main() -> None:
    """Read, compute, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[])
    options = parser.parse_args()
    given = parse_assumptions(options.set)
    print(render(bill_all(parse_figures(options.figures.read_text(encoding="utf-8")), given)))
    print(describe(given), NOTE, sep="\n")


if __name__ == "__main__":
    main()
