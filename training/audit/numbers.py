"""Columns of numbers: heaped on round values, or implausibly small."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.audit.finding import Finding, Sheet, share

BASES = (5, 10, 25, 50, 100, 250, 500, 1000, 5000, 10_000, 100_000)
DISTINCT = 20  # a column with fewer different values holds classes or grades, not amounts
MIN_ROWS = 40
CURRENCY = r"(?:[$€£¥]|USD|EUR|GBP|CHF)"
AMOUNT = re.compile(r"[-+]?\d[\d.,' ]*")


def number(cell: str) -> float:
    """"$1,200.50", "1.200,50 €", "97" as a number; nan for anything else."""
    bare = re.sub(rf"^{CURRENCY}\s*|\s*{CURRENCY}$", "", cell.strip())
    try:
        return float(bare)
    except ValueError:
        pass
    if not AMOUNT.fullmatch(bare):
        return float("nan")
    bare = re.sub(r"[' ]", "", bare)
    if re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})*,\d{1,2}", bare):  # a comma before the cents
        bare = bare.replace(".", "").replace(",", ".")
    try:
        return float(bare.replace(",", ""))
    except ValueError:
        return float("nan")


def values_of(cells: Sequence[str]) -> list[float] | None:
    """Numbers of a column of amounts, nan where a cell is none; else nothing.

    Not amounts: few different values, class numbers (0 or 1 to n without gaps, each several
    times), row numbers.
    """
    found = np.array([number(cell) for cell in cells])
    known = found[np.isfinite(found)]
    filled = sum(bool(cell.strip()) for cell in cells)
    if len(known) < MIN_ROWS or len(known) < 0.95 * filled:
        return None
    distinct = np.unique(known)
    whole = bool((distinct == distinct.round()).all())
    span = distinct[-1] - distinct[0] + 1
    coded = distinct[0] in (0, 1) and span <= 1.1 * len(distinct) and len(known) >= 8 * span
    ordered = len(distinct) == len(known) and bool((np.diff(known) > 0).all())
    if len(distinct) < DISTINCT or (whole and coded) or ordered:
        return None
    return [float(value) for value in found]


def number_findings(sheet: Sheet, name: str, values: Sequence[float],
                    predicted: NDArray[np.float64] | None = None) -> list[Finding]:
    """``predicted``: log of the value from the text by a model that has not seen the row."""
    found = np.asarray(values)
    column = None if name == sheet.label else name
    low = _low(found, predicted)
    findings = []
    rounded, base = _round(found)
    if len(rounded):
        part = len(rounded) / int((found >= base).sum())
        findings.append(Finding(
            "round_numbers", "medium", f"{share(list(rounded), sheet)} of {name!r} are multiples "
            f"of {base:,}: {part:.0%} of the values from {base:,} on.",
            [int(i) + 1 for i in rounded], column=column))
    if len(low):
        smallest, middle = np.nanmin(found[low]), np.nanmedian(found)
        findings.append(Finding(
            "low_values", "medium", f"{share(list(low), sheet)} of {name!r} are implausibly small, "
            f"from {smallest:g}; the median is {middle:g}.",
            [int(i) + 1 for i in low], column=column))
    return findings


def _round(found: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """Places of the multiples of a base on which far more values lie than chance puts there.

    Chance is one in ``base`` for whole amounts and one in a hundred times that with cents.
    """
    known = found[np.isfinite(found)]
    step = 1.0 if (known == known.round()).mean() > 0.9 else 0.01
    best: tuple[float, NDArray[np.int64], int] = (0.0, np.array([], np.int64), 0)
    for base in BASES:
        large = known[known >= base]
        if len(large) < max(MIN_ROWS, 0.2 * len(known)):
            continue
        on = _multiple(large, base)
        chance = step / base
        excess = (on.mean() - chance) * len(large)
        # Steps of 5 are usual in whole amounts, so heaping is more than three times chance.
        if on.mean() < 3 * chance or on.mean() < 0.08 or excess < 15:
            continue
        if excess > 0.85 * best[0]:  # the coarsest base that explains the heaping is cleanest
            best = (max(excess, best[0]), np.flatnonzero(_multiple(found, base)), base)
    return best[1], best[2]


def _multiple(values: NDArray[np.float64], base: int) -> NDArray[np.bool_]:
    rest = np.nan_to_num(values, nan=0.5 * base) % base
    return (values >= base) & (np.isclose(rest, 0) | np.isclose(rest, base))


def _low(
    found: NDArray[np.float64], predicted: NDArray[np.float64] | None
) -> NDArray[np.int64]:
    """Places of values far below what the rest (and the text) lead to expect.

    Scaled so that the middle is symmetric, clean values lie as far above as below: what is low
    beyond that is an excess of small values, and is listed while at least 70% of it is excess.
    """
    positive = np.isfinite(found) & (found > 0)
    if positive.sum() < MIN_ROWS:
        return np.array([], np.int64)
    places = np.flatnonzero(positive)
    candidates = [_excess(_symmetric(found[places]))]
    if predicted is not None:
        candidates.append(_excess(np.log(found[places]) - predicted[places]))
    below = max(candidates, key=len)
    below = below[found[places][below] < np.median(found[places]) / 2]
    return np.unique(np.concatenate([places[below], _repeated(found)]))


def _repeated(found: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places of one small value, at most a third of the median, that stands there far more often
    than any value from a quarter to four times of it: "10" or 0 where nobody knew better."""
    middle = np.median(found[found > 0])
    values, counts = np.unique(found[found >= 0], return_counts=True)
    small = (values <= middle / 3) & (counts >= max(5, 0.01 * len(found)))
    for value, count in zip(values[small], counts[small], strict=True):
        low, high = (value / 4, 4 * value) if value else (0.0, middle / 4)
        beside = (values >= low) & (values <= high) & (values != value)
        if beside.sum() >= 3 and count >= 4 * counts[beside].max():
            return np.flatnonzero(found == value)
    return np.array([], np.int64)


def _symmetric(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The power of the values (0: their log) whose middle is the most symmetric."""
    scaled = values / np.median(values)
    tried = [np.log(scaled) if power == 0 else scaled**power
             for power in (0, 0.125, 0.25, 0.375, 0.5, 0.75, 1)]

    def skew(x: NDArray[np.float64]) -> float:
        quantiles = [(10, 90), (15, 85), (20, 80), (30, 70)]
        middle = np.median(x)
        ends = [np.percentile(x, pair) for pair in quantiles]
        return float(abs(np.mean([(high + low - 2 * middle) / max(high - low, 1e-12)
                                  for low, high in ends])))

    return min(tried, key=skew)


def _excess(x: NDArray[np.float64]) -> NDArray[np.int64]:
    middle = np.median(x)
    spread = (np.percentile(x, 75) - np.percentile(x, 25)) / 1.349
    z = (x - middle) / max(spread, 1e-12)
    for limit in np.arange(2.5, 6.1, 0.25):
        low, high = int((z < -limit).sum()), int((z > limit).sum())
        if low >= max(5, 0.005 * len(x)) and low - high >= max(5, 0.7 * low):
            return np.flatnonzero(z < -limit)
    return np.array([], np.int64)
