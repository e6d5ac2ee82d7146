"""Numbers as people write them, and whether one is round."""

from __future__ import annotations

import math
import re

_MARKS = re.compile(r"[\s\u00a0\u202f\u2009'’_]")  # what groups thousands beside , and .
_CURRENCY = re.compile(r"^(?:[$€£¥₹]|[A-Z]{2,3}\$?(?=[\s\d$€£¥]))|(?:[$€£¥₹]|(?<=[\s\d])[A-Z]{3})$")


def parse_number(cell: str) -> float:
    """``1200.5`` from "$1,200.50", "1 200.50 EUR" or "1.200,50"; ``ValueError`` on all else.

    A lone comma before three digits groups thousands, as in English; before others it is a decimal
    comma. Ranges, units and words are refused: what they mean is the user's to say.
    """
    sign = "-" if cell.strip().startswith(("-", "−")) else ""
    bare = _CURRENCY.sub("", cell.strip().lstrip("-−").strip()).strip()
    bare = _CURRENCY.sub("", bare).strip()
    digits = _MARKS.sub("", bare)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d*|\d{1,3}(\.\d{3}){2,}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(",", ".")
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", digits, re.IGNORECASE):
        raise ValueError(f"expected a number, found {cell[:40]!r}")
    if not math.isfinite(value := float(sign + digits)):
        raise ValueError(f"expected a number that can be computed with, found {cell[:40]!r}")
    return value


def is_number(cell: str) -> bool:
    try:
        parse_number(cell)
    except ValueError:
        return False
    return True


def is_round(value: float) -> bool:
    """One digit and zeros, or two of which the second is a 5: 7, 10, 45, 150, 5000; not 97, 1200.

    People, and language models asked for a number, heap on these; of all two-digit numbers one in
    five is round, of three-digit ones one in fifty.
    """
    digits = f"{abs(value):.12g}"
    if "e" in digits:
        digits = f"{abs(value):.0f}"
    significant = digits.replace(".", "").strip("0")
    return len(significant) <= 1 or (len(significant) == 2 and significant[1] == "5")
