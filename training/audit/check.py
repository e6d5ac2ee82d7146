"""Reads a file and runs every check over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.audit.columns import class_findings, column_findings
from training.audit.content import content_findings
from training.audit.duplicates import duplicate_findings
from training.audit.features import features
from training.audit.finding import KINDS, Finding, Progress, Sheet
from training.audit.forms import form_findings
from training.audit.labels import label_finding
from training.audit.languages import language_finding
from training.audit.numbers import number_findings, values_of
from training.data import MAX_ROWS, Table, read_table
from training.encoder import Encoder
from training.errors import PilotError
from training.tasks import guess_task


def quiet(_what: str, _share: float) -> None:
    pass


def audit(
    path: Path, text: str, label: str | None = None, *, test: Path | None = None,
    model: str | None = None, progress: Progress = quiet,
) -> list[Finding]:
    """What is wrong with a file of examples, the worst first.

    Raises ``PilotError``: unreadable file, missing column, no rows or too many.
    """
    sheet = read_sheet(path, text, label)
    held = read_sheet(test, text, label) if test else None
    return audit_sheet(sheet, held, Encoder(model), progress)


def audit_sheet(
    sheet: Sheet, test: Sheet | None, encoder: Encoder, progress: Progress = quiet
) -> list[Finding]:
    progress("loading the encoder", 0.0)
    model = encoder.model()
    found = column_findings(sheet) + class_findings(sheet) + content_findings(sheet)
    found += duplicate_findings(sheet, test, progress)
    found += form_findings(sheet, model.tokenizer, int(model.max_seq_length), progress)
    language = language_finding(sheet, progress)
    found += [language] if language else []
    found += _learned(sheet, found, encoder, progress)
    for name, cells in sheet.columns.items():
        amounts = values_of(cells) if name not in (sheet.text, sheet.label) else None
        found += number_findings(sheet, name, amounts) if amounts else []
    rank = {"high": 0, "medium": 1, "low": 2}
    return sorted(found, key=lambda one: (rank[one.severity], KINDS.index(one.kind), one.code))


def _learned(
    sheet: Sheet, found: list[Finding], encoder: Encoder, progress: Progress
) -> list[Finding]:
    """Labels, or values, that a model of the other rows finds improbable.

    Texts that stand there with several labels are left out: what is wrong there is said already.
    """
    if sheet.label is None or sheet.several:
        return []
    settled = {row for one in found if one.kind in ("conflicting_label", "empty")
               for row in one.rows}
    places = [i for i in range(len(sheet.texts)) if i + 1 not in settled
              and sheet.texts[i].strip() and sheet.labels[i].strip()]
    if len({sheet.texts[i] for i in places}) < 20:
        return []
    vectors = features([sheet.texts[i] for i in places], encoder, progress)
    if sheet.values is not None:
        expected = _expected(sheet.values, places, vectors)
        return number_findings(sheet, sheet.label, sheet.values, expected)
    suspects = label_finding(sheet, places, vectors, progress)
    return [suspects] if suspects else []


def _expected(
    values: list[float], places: list[int], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Log of the value that the text leads to expect, per row; nan where there is none."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import cross_val_predict

    known = np.array([values[i] > 0 for i in places])
    rows = np.array(places)[known]
    logs = np.log(np.array(values)[rows])
    # What is far too low must not teach the model to expect it.
    low, high = np.percentile(logs, [5, 95])
    expected = np.full(len(values), np.nan)
    learned = cross_val_predict(RidgeCV(alphas=(1.0, 10.0, 100.0)), vectors[known],
                                np.clip(logs, low, high), cv=5)
    expected[rows] = learned
    return expected


def read_sheet(path: Path, text: str, label: str | None) -> Sheet:
    """The rows of a file as the checks see them."""
    return to_sheet(Path(path), read_table(Path(path)), text, label)


def to_sheet(path: Path, table: Table, text: str, label: str | None) -> Sheet:
    for column in (text, label):
        if column is not None and column not in table.columns:
            raise PilotError(
                f"{path.name}: expected a column {column!r}, found {', '.join(table.columns)}")
    if text == label:
        raise PilotError(f"{path.name}: expected two columns, found {text!r} for text and label")
    if not 1 <= len(table.rows) <= MAX_ROWS:
        raise PilotError(f"{path.name}: expected 1 to {MAX_ROWS:,} rows, found "
                         f"{len(table.rows):,}; take a sample of a larger file")
    columns = {name: [_cell(row.get(name)) for row in table.rows] for name in table.columns}
    labels = [cell.strip() for cell in columns[label]] if label else []
    several = bool(label) and guess_task([name for name in labels if name]) == "multilabel"
    values = values_of(labels) if label else None
    return Sheet(columns[text], labels, columns, text, label, values, several)


def _cell(value: Any) -> str:
    """A cell as text, spaces at its ends kept: they tell where a limit has cut."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return str(value).encode("utf-8", "replace").decode()
