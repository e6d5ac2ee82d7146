"""What difference a test set can show: python -m training power --n N --margin X

McNemar's test of two arms on the same items, 5% two-sided, 80% power. It rests on how often exactly
one of the two arms is right (the discordance), which nobody knows before the run; without a figure
the answer is given for a range of it. A difference needs at least as much discordance.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from training.compare import items_needed, smallest_difference
from training.errors import PilotError

PLAUSIBLE = (0.05, 0.1, 0.2, 0.3)  # arms of some 95% accuracy that mostly agree, to hard tasks
USUAL = 0.1
Z_ALPHA = 1.959964


def detectable(n: int, margin: float, discordance: float | None = None) -> dict[str, Any]:
    """What ``n`` test items show of a difference in accuracy of ``margin`` (0.02 is 2 points).

    Keys: n, margin, discordance, power (chance that McNemar's test shows the margin),
    smallest_difference (a share, or none where no difference can be shown), items_needed, and
    by_discordance, the last four for each discordance that was asked for or is plausible.
    Raises ``PilotError`` on values outside their range.
    """
    if n < 1:
        raise PilotError(f"--n: expected at least 1 test item, found {n}")
    if not 0 < margin < 1:
        raise PilotError(f"--margin: expected a share between 0 and 1, found {margin:g}; "
                         "2 accuracy points are 0.02")
    if discordance is not None and not margin <= discordance <= 1:
        raise PilotError(
            f"--discordance: expected a share from the margin ({margin:g}) to 1, found "
            f"{discordance:g}; arms that differ by {margin:g} disagree on at least as many items"
        )
    rates = (discordance,) if discordance else sorted({max(rate, margin) for rate in PLAUSIBLE})
    rows = [{"discordance": rate, "power": _power(n, margin, rate),
             "smallest_difference": _smallest(n, rate),
             "items_needed": items_needed(margin, rate)} for rate in rates]
    usual = discordance or max(USUAL, margin)
    own = next(row for row in rows if row["discordance"] == usual)
    return {"n": n, "margin": margin, **own, "by_discordance": rows}


def _power(n: int, margin: float, discordance: float) -> float:
    """Power of McNemar's test by the approximation that ``items_needed`` inverts."""
    from scipy.stats import norm

    reach = margin * n**0.5 - Z_ALPHA * discordance**0.5
    spread = (discordance - margin**2) ** 0.5
    return float(norm.cdf(reach / spread)) if spread else float(reach > 0)


def _smallest(n: int, discordance: float) -> float | None:
    """Above ``discordance``, the arms disagree on as many items as they differ by."""
    if items_needed(discordance, discordance) <= n:
        return smallest_difference(n, discordance)
    steps = (step / 1000 for step in range(1, 1001))
    return next((d for d in steps if d > discordance and items_needed(d, d) <= n), None)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("power", help="what difference a test set of N items can show")
    parser.add_argument("--n", type=int, required=True, help="test items")
    parser.add_argument("--margin", type=float, required=True,
                        help="smallest difference that matters, as a share: 0.02 is 2 points")
    parser.add_argument("--discordance", type=float,
                        help="share of items that exactly one of two arms gets right")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(args: argparse.Namespace) -> int:
    found = detectable(args.n, args.margin, args.discordance)
    if args.json:
        print(json.dumps(found))
        return 0
    print(f"{args.n:,} test items, a margin of {100 * args.margin:g} points\n"
          "one arm alone right on   power at the margin   smallest difference   items needed")
    for row in found["by_discordance"]:
        least = row["smallest_difference"]
        seen = "none" if least is None else f"{100 * least:.1f} points"
        print(f"{row['discordance']:22.0%} {row['power']:21.0%} {seen:>21} "
              f"{row['items_needed']:14,}")
    return 0
