"""Load labelled examples and say what is wrong with them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from training.errors import PilotError
from training.tasks.base import Task

MAX_BYTES = 100_000_000
MAX_CHARACTERS = 50_000
MIN_ROWS, MAX_ROWS = 30, 50_000


@dataclass(frozen=True)
class Table:
    """Rows as read; ``rows[i]`` is line ``numbers[i]`` of the file."""

    columns: list[str]
    rows: list[dict[str, Any]]
    numbers: list[int]


@dataclass(frozen=True)
class Dataset:
    """Usable examples; ``rows[i]`` is the line of the file that example i stands on.

    ``labels`` are cells as text until ``load_labelled`` has read them as the task does.
    """

    texts: list[str]
    labels: list[Any]
    rows: list[int]
    notes: list[str] = field(default_factory=list)
    sha256: str = ""

    def take(self, places: Sequence[int]) -> Dataset:
        return Dataset(
            [self.texts[i] for i in places], [self.labels[i] for i in places],
            [self.rows[i] for i in places], self.notes, self.sha256,
        )


def read_table(path: Path) -> Table:
    """A CSV or JSONL file; raises ``PilotError`` naming file, row and column."""
    path = Path(path)
    text = _read_text(path)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return _read_jsonl(path, text)
    csv.field_size_limit(MAX_BYTES)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text))
        columns = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = columns
        rows, numbers = [], []
        for row in reader:
            rows.append({k: v for k, v in row.items() if k is not None})
            numbers.append(reader.line_num)
    except csv.Error as error:
        raise PilotError(f"{path.name}: not readable as CSV: {error}") from error
    if repeated := sorted({name for name in columns if columns.count(name) > 1}):
        raise PilotError(f"{path.name}: expected each column once, found {repeated[0]!r} twice; "
                         "rename one")
    if len(columns) < 2:
        raise PilotError(
            f"{path.name}: expected a header with a text and a label column, found "
            f"{columns or 'nothing'}; the first line must name the columns"
        )
    return Table(columns, rows, numbers)


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PilotError(
                f"{path.name}: expected at most {MAX_BYTES // 1_000_000} MB, found "
                f"{size // 1_000_000} MB; a pilot needs {MAX_ROWS:,} rows at most, take a sample"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise PilotError(f"{path}: {error.strerror or error}") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in raw:
        raise PilotError(
            f"{path.name}: expected text, found a binary file; export it as CSV in UTF-8"
        )
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PilotError(f"{path.name}: expected UTF-8 text, found other bytes; save it as UTF-8")


def _dialect(text: str) -> type[csv.Dialect]:
    header = text.split("\n", 1)[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=header.count)

    return Found


def _read_jsonl(path: Path, text: str) -> Table:
    rows, numbers, columns = [], [], {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise PilotError(f"{path.name}, row {number}: not a JSON object: {error}") from error
        if not isinstance(row, dict):
            found = line[:40]
            raise PilotError(f"{path.name}, row {number}: expected a JSON object, found {found}")
        rows.append(row)
        numbers.append(number)
        columns.update(dict.fromkeys(row))
    return Table(list(columns), rows, numbers)


def load_examples(path: Path, text: str, label: str, *, minimum: int = MIN_ROWS) -> Dataset:
    """Texts and labels of a file, cleaned, with notes on what was left out.

    Raises ``PilotError``: unreadable file, missing column, too few or too many rows, one class.
    """
    path = Path(path)
    table = read_table(path)
    for column in (text, label):
        if column not in table.columns:
            raise PilotError(
                f"{path.name}: expected a column {column!r}, found {', '.join(table.columns)}"
            )
    texts, labels, rows, empty, cut = [], [], [], [], 0
    for row, number in zip(table.rows, table.numbers, strict=True):
        words, name = _cell(row.get(text)), _cell(row.get(label))
        if not words or not name:
            empty.append(number)
            continue
        cut += len(words) > MAX_CHARACTERS
        texts.append(words[:MAX_CHARACTERS])
        labels.append(name)
        rows.append(number)
    notes = []
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (" …" if len(empty) > 5 else "")
        notes.append(f"{len(empty)} rows left out: empty {text!r} or {label!r} (rows {shown}).")
    if cut:
        notes.append(f"{cut} texts cut to {MAX_CHARACTERS:,} characters.")
    if text == label:
        raise PilotError(f"{path.name}: expected two columns, found {text!r} for text and label")
    if minimum > len(texts) or len(texts) > MAX_ROWS:
        raise PilotError(
            f"{path.name}: expected {minimum:,} to {MAX_ROWS:,} usable rows, found {len(texts):,}"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Dataset(texts, labels, rows, notes, digest)


def load_labelled(
    path: Path, text: str, label: str, task: Task, *, minimum: int = MIN_ROWS
) -> Dataset:
    """``load_examples`` with every label read as the task does.

    Raises ``PilotError`` also for a label that cannot be read, with its file, row and column.
    """
    data = load_examples(path, text, label, minimum=minimum)
    labels = []
    for cell, row in zip(data.labels, data.rows, strict=True):
        try:
            labels.append(task.parse(cell))
        except ValueError as error:
            raise PilotError(
                f"{Path(path).name}, row {row}, column {label!r}: {error}; correct it, leave the "
                f"cell empty to leave the row out, or choose another task than {task.name}"
            ) from error
    return replace(data, labels=labels)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, list):  # several labels
        value = json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair, which JSON can spell, cannot be written to any file.
    return str(value).encode("utf-8", "replace").decode().strip()
