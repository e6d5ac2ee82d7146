"""The cleaned file, and the record of what was done with which rows; the original stays."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from training.audit.content import masked
from training.audit.finding import CHOICES, Finding
from training.data import read_table
from training.errors import PilotError


def clean(
    path: Path, out: Path | None, findings: Iterable[Finding], choices: Mapping[str, str],
    text: str, label: str | None, *, bad: Iterable[int] = (),
) -> dict[str, Any]:
    """Write ``out`` (CSV) and ``out``.audit.json; returns the record. Without ``out``, only that.

    ``choices`` maps a code or a kind to exclude, repair or keep (kept when missing); ``bad`` are
    rows that the user marked. Raises ``PilotError`` on a choice that a finding does not offer.
    """
    path = Path(path)
    if out is not None and out.resolve() == path.resolve():
        raise PilotError(f"{out}: expected another file than the original, which stays as it is")
    table = read_table(path)
    drop, dropped_columns = set(bad), set()
    changed: dict[int, dict[str, str]] = {}
    steps = []
    for finding in findings:
        choice = choices.get(finding.code, choices.get(finding.kind, "keep"))
        if choice not in finding.choices:
            raise PilotError(f"{finding.code}: expected {' or '.join(finding.choices)}, "
                             f"found {choice!r}")
        gone = _excluded(finding, choice, table.rows, label)
        drop |= gone
        mended = _repaired(finding, table.rows, text, label) if choice == "repair" else {}
        for row, cells in mended.items():
            changed.setdefault(row, {}).update(cells)
        if choice == "repair" and finding.column and not finding.rows:
            dropped_columns.add(finding.column)
        steps.append({
            "code": finding.code, "kind": finding.kind, "choice": choice, "text": finding.text,
            "rows": finding.rows, "excluded": sorted(gone), "repaired": sorted(mended)})
    kept = [i for i in range(1, len(table.rows) + 1) if i not in drop]
    if not kept:
        raise PilotError(f"{path.name}: nothing is left; keep the rows of some findings")
    record: dict[str, Any] = {
        "source": path.name, "source_sha256": _sha256(path), "rows_before": len(table.rows),
        "rows_after": len(kept), "marked_bad": sorted(bad),
        "dropped_columns": sorted(dropped_columns), "findings": steps,
    }
    if out is not None:
        columns = [name for name in table.columns if name not in dropped_columns]
        _write(out, columns, [table.rows[i - 1] | changed.get(i, {}) for i in kept])
        record |= {"cleaned": out.name, "cleaned_sha256": _sha256(out)}
        written = json.dumps(record, ensure_ascii=False, indent=1)
        record_path(out).write_text(written, encoding="utf-8")
    return record


def record_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.audit.json")


def parse_choices(given: Iterable[str]) -> dict[str, str]:
    """``KIND=exclude|keep|repair`` as a mapping; a code may stand in place of its kind."""
    choices = {}
    for item in given:
        kind, _, choice = item.partition("=")
        known = CHOICES.get(kind.split(".")[0])
        if known is None:
            raise PilotError(f"--fix {item}: expected one of {', '.join(CHOICES)}; found {kind!r}")
        if choice not in ("exclude", "keep", "repair"):
            raise PilotError(f"--fix {item}: expected {kind}=exclude, keep or repair")
        choices[kind] = choice
    return choices


def _excluded(
    finding: Finding, choice: str, rows: list[dict[str, Any]], label: str | None
) -> set[int]:
    if finding.kind == "conflicting_label" and choice == "repair":
        return {row for group in finding.groups if not _majority(group, rows, label)
                for row in group}
    if choice != "exclude":
        return set()
    if finding.kind in ("exact_duplicate", "near_duplicate"):
        return {row for group in finding.groups for row in sorted(group)[1:]}
    return set(finding.rows)


def _repaired(
    finding: Finding, rows: list[dict[str, Any]], text: str, label: str | None
) -> dict[int, dict[str, str]]:
    if finding.kind == "personal_data":
        return {row: {text: masked(str(rows[row - 1][text]))} for row in finding.rows}
    if label is None:
        return {}
    if finding.kind == "suspect_label":
        return {row: {label: name} for row, name in finding.suggested.items()}
    if finding.kind == "conflicting_label":
        return {row: {label: name} for group in finding.groups
                if (name := _majority(group, rows, label)) for row in group}
    return {}


def _majority(group: list[int], rows: list[dict[str, Any]], label: str | None) -> str:
    """The label that more than half of the rows have, or nothing."""
    counts = Counter(str(rows[row - 1][label or ""]).strip() for row in group)
    name, most = counts.most_common(1)[0]
    return name if most > len(group) / 2 else ""


def _write(out: Path, columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: _plain(row.get(name)) for name in columns} for row in rows)
    part.replace(out)


def _plain(value: Any) -> Any:
    """Cells of JSONL may hold lists, and halves of surrogate pairs that no file can."""
    plain = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
    return plain.encode("utf-8", "replace").decode() if isinstance(plain, str) else plain


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
