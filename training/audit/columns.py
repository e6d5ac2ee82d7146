"""Columns and classes: empty, constant, unbalanced, too small to learn."""

from __future__ import annotations

from collections import Counter

from training.audit.finding import Finding, Sheet, share

PLACEHOLDERS = {"", "n/a", "na", "nan", "null", "#n/a", "-", "--", "?", "."}
MIN_PER_CLASS = 5  # fewer cannot be in training, in the test and in cross-validation
MAJORITY = 0.8  # share of the largest class from which accuracy says little
SOME_ROWS = 10  # in fewer rows a column is constant by chance


def column_findings(sheet: Sheet) -> list[Finding]:
    """Empty cells in text and label, and columns with nothing or always the same in them."""
    blank = [i + 1 for i, text in enumerate(sheet.texts) if text.strip().lower() in PLACEHOLDERS]
    unlabelled = [i + 1 for i, name in enumerate(sheet.labels) if not name.strip()]
    rows = sorted({*blank, *unlabelled})
    found = []
    if rows:
        found.append(Finding("empty", "medium", f"{share(rows, sheet)} without a text "
                             f"({len(blank)}) or without a label ({len(unlabelled)}).", rows))
    for name, cells in sheet.columns.items():
        content = {cell.strip() for cell in cells}
        if len(content) != 1 or len(cells) < SOME_ROWS or name == sheet.text:
            continue
        if content == {""}:
            found.append(Finding("empty", "low", f"Column {name!r} is empty.", [], column=name))
        else:
            found.append(Finding(
                "constant_column", "high" if name == sheet.label else "low",
                f"Column {name!r} is {min(content)[:40]!r} in every row.", [], column=name))
    return found


def class_findings(sheet: Sheet) -> list[Finding]:
    """Classes that are almost everything, and classes that are almost nothing."""
    counts = Counter(name for name in sheet.classes if name.strip())
    if len(counts) < 2:
        return []
    found = []
    total, (largest, most) = sum(counts.values()), counts.most_common(1)[0]
    if most / total >= MAJORITY:
        rest = [i + 1 for i, name in enumerate(sheet.classes) if name.strip() and name != largest]
        found.append(Finding(
            "imbalance", "medium", f"{largest!r} is {most / total:.0%} of the rows; the other "
            f"{len(counts) - 1} classes share {len(rest):,} (listed).", rest))
    small = {name for name, count in counts.items() if count < MIN_PER_CLASS}
    if small:
        rows = [i + 1 for i, name in enumerate(sheet.classes) if name in small]
        shown = ", ".join(sorted(small)[:5]) + (" …" if len(small) > 5 else "")
        found.append(Finding(
            "too_few", "medium", f"{len(small)} of {len(counts)} classes have fewer than "
            f"{MIN_PER_CLASS} examples: {shown}.", rows))
    return found
