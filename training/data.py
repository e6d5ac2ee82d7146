"""Load labelled examples, say what is wrong with them, and split them without leaks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from training.errors import PilotError

MAX_BYTES = 100_000_000
MAX_CHARACTERS = 50_000
MIN_ROWS, MAX_ROWS = 30, 50_000
NEAR = 0.9  # cosine of character n-gram TF-IDF from which two texts count as near duplicates


@dataclass(frozen=True)
class Table:
    """Rows as read; ``rows[i]`` is line ``numbers[i]`` of the file."""

    columns: list[str]
    rows: list[dict[str, Any]]
    numbers: list[int]


@dataclass(frozen=True)
class Dataset:
    """Usable examples; ``rows[i]`` is the line of the file that example i stands on."""

    texts: list[str]
    labels: list[str]
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


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    # Half of a surrogate pair, which JSON can spell, cannot be written to any file.
    return str(value).encode("utf-8", "replace").decode().strip()


def groups(texts: Sequence[str]) -> list[int]:
    """A group number per text: exact and near duplicates share one.

    Near means a cosine of at least 0.9 between TF-IDF vectors of character 4-grams in words,
    compared in blocks so that memory stays flat.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    plain = [re.sub(r"\W+", " ", text.casefold()).strip() or text for text in texts]
    unique = {text: place for place, text in enumerate(dict.fromkeys(plain))}
    vectors = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32,
        # Pieces in more than a tenth of many texts decide nothing and cost most of the time.
        max_df=0.1 if len(unique) > 5000 else 1.0,
    ).fit_transform([text[:2000] for text in unique])
    # Each block is folded into the groups at once: many copies of one text cost no memory.
    component = np.arange(len(unique))
    for start in range(0, len(unique), 500):
        block = vectors[start : start + 500] @ vectors.T
        block.data[block.data < NEAR] = 0
        block.eliminate_zeros()
        pairs = block.tocoo()
        ends = component[pairs.row + start], component[pairs.col]
        shape = (len(unique), len(unique))
        links = coo_matrix((np.ones(len(ends[0]), np.int8), ends), shape=shape)
        component = connected_components(links.tocsr(), directed=False)[1][component]
    return [int(component[unique[text]]) for text in plain]


def split(data: Dataset, test_size: int | None, seed: int) -> tuple[Dataset, Dataset, list[str]]:
    """Training part, test part and notes: stratified, seeded, duplicates never on both sides.

    ``test_size`` is a number of items; without one, 30% and at most 1,000.
    """
    counts = Counter(data.labels)
    lonely = {name for name, count in counts.items() if count < 2}
    notes = []
    if lonely:
        notes.append(f"{len(lonely)} labels left out, with one example each: "
                     f"{', '.join(sorted(lonely)[:5])}.")
        data = data.take([i for i, name in enumerate(data.labels) if name not in lonely])
    if len(set(data.labels)) < 2:
        raise PilotError(
            f"expected at least two labels with two examples each, found {dict(counts)}; "
            "with one class there is nothing to learn"
        )
    wanted = test_size or min(1000, round(0.3 * len(data.texts)))
    if not 2 <= wanted <= len(data.texts) - 2:
        raise PilotError(f"test size: expected 2 to {len(data.texts) - 2}, found {wanted}")
    group = groups(data.texts)
    twins = len(group) - len(set(group))
    if twins:
        notes.append(f"{twins} rows are exact or near duplicates of others; each family stays "
                     "on one side.")
    test = _stratified(data.labels, group, wanted / len(data.texts), seed)
    train_part = data.take([i for i in range(len(data.texts)) if i not in test])
    test_part = data.take(sorted(test))
    if len(set(train_part.labels)) < 2 or not test_part.texts:
        raise PilotError("too many duplicates: no split leaves two labels to learn from; "
                         "remove duplicate rows")
    return train_part, test_part, notes


def _stratified(labels: Sequence[str], group: Sequence[int], share: float, seed: int) -> set[int]:
    """Whole duplicate families are dealt to the test part until each label has its share."""
    rng = np.random.default_rng(seed)
    members: dict[int, list[int]] = {}
    for i, family_name in enumerate(group):
        members.setdefault(family_name, []).append(i)
    families: dict[str, list[list[int]]] = {}
    for family in members.values():
        families.setdefault(labels[family[0]], []).append(family)
    test: set[int] = set()
    for name in sorted(families):
        own = families[name]
        if len(own) < 2:
            continue  # a label with one family can only be learned from
        total, dealt = sum(map(len, own)), 0
        aim = total * share + rng.random() - 0.5  # rounding without favour to small labels
        for k in rng.permutation(len(own))[:-1]:
            if dealt + len(own[k]) / 2 > aim:
                continue
            test.update(own[k])
            dealt += len(own[k])
    return test


def drop_leaks(train: Dataset, test: Dataset) -> tuple[Dataset, list[str]]:
    """``train`` without what duplicates a row of ``test``."""
    group = groups([*train.texts, *test.texts])
    held = set(group[len(train.texts) :])
    keep = [i for i in range(len(train.texts)) if group[i] not in held]
    dropped = len(train.texts) - len(keep)
    notes = [f"{dropped} training rows left out: they duplicate test rows."] if dropped else []
    if unseen := sorted(set(test.labels) - {train.labels[i] for i in keep}):
        notes.append(f"{len(unseen)} test labels have no training example: "
                     f"{', '.join(unseen[:5])}.")
    return train.take(keep), notes
