"""A finished run as one object that is enough to run it again (``training.repeat``).

Of each file only the columns that a pilot reads are kept, every row under its number in the file.
Written out again as JSONL with each row on the line of its number, the split, the notes and the
predictions come out as before.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from training.data import read_table
from training.errors import PilotError
from training.runs import RESULT, PilotConfig, load_config, read_predictions, read_result

TABLES = ("data", "test", "descriptions")
FILES = (*TABLES, "assertions")
HASHED = ("predictions.jsonl", "arms/lora/adapter/adapter_model.safetensors",
          "arms/lora/head.safetensors")
HTML_START, HTML_END = '<script type="application/json" id="record">', "</script>"


class StoredFile(BaseModel):
    """A file of the run: a table's ``rows`` ``[number, cell, …]``, or the ``text`` of another.

    Neither is there where the texts are left out.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    sha256: str
    columns: list[str] = []
    rows: list[list[Any]] | None = None
    text: str | None = None


class RunRecord(BaseModel):
    """``predictions`` are ``{row, label, arms: {arm: prediction}}``; ``sha256`` is of files."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    config: dict[str, Any]
    files: dict[str, StoredFile]
    environment: dict[str, Any]
    sha256: dict[str, str]
    predictions: list[dict[str, Any]]


def run_record(folder: Path, *, texts: bool = True) -> RunRecord:
    """The record of a finished run; without ``texts``, a repetition needs the data files.

    Raises ``PilotError``: the run is not finished, or its data has changed since.
    """
    folder = Path(folder)
    config, result = load_config(folder), read_result(folder)
    if result is None:
        raise PilotError(f"{folder}: expected a finished run, found no {RESULT}; resume it first")
    check_data(folder)
    files = {name: _stored(name, path, config, texts)
             for name in FILES if (path := getattr(config, name)) is not None}
    return RunRecord(
        config=config.model_dump(mode="json", exclude={*FILES, "out"}), files=files,
        environment=result["environment"],
        sha256={name: sha256(folder / name) for name in HASHED if (folder / name).exists()},
        predictions=predictions_of(folder),
    )


def check_data(folder: Path) -> None:
    """Raises ``PilotError`` where the data of a run is not there or has changed since."""
    config = load_config(folder)
    split = json.loads((folder / "split.json").read_text(encoding="utf-8"))
    for path, known in ((config.data, split["data_sha256"]),
                        (config.test or config.data, split["test_sha256"])):
        try:
            found = sha256(path)
        except OSError as error:
            raise PilotError(f"{path}: the data of this run cannot be read: "
                             f"{error.strerror}") from error
        if found != known:
            raise PilotError(f"{path}: has changed since this run; expected the file with sha256 "
                             f"{known}, found {found}; put the old one back")


def _stored(name: str, path: Path, config: PilotConfig, texts: bool) -> StoredFile:
    found = StoredFile(name=path.name, sha256=sha256(path))
    if name not in TABLES:
        return found.model_copy(update={"text": path.read_text(encoding="utf-8-sig")})
    columns = ["label", "description"] if name == "descriptions" else [config.text, config.label]
    if name != "descriptions" and not texts:
        return found
    table = read_table(path)
    rows = [[number, *(_plain(row.get(column)) for column in columns)]
            for row, number in zip(table.rows, table.numbers, strict=True)]
    return found.model_copy(update={"columns": columns, "rows": rows})


def _plain(value: Any) -> Any:
    """A cell that JSON can hold and that reads as before: NaN is empty, infinity a word."""
    if isinstance(value, float) and value - value != 0:
        return None if value != value else str(value)
    return value


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def predictions_of(folder: Path) -> list[dict[str, Any]]:
    """What a record keeps of a run's predictions."""
    return [{"row": row["row"], "label": row["label"],
             "arms": {name: said["prediction"] for name, said in row["arms"].items()}}
            for row in read_predictions(folder)]


def read_record(path: Path) -> RunRecord:
    """The run in a decision record, from its JSON or from the JSON inside its HTML page."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        if HTML_START in text:
            text = text.split(HTML_START, 1)[1].split(HTML_END, 1)[0]
        content = json.loads(text)
        return RunRecord.model_validate(content["run"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise PilotError(
            f"{path.name}: expected a decision record with its run (JSON, or the HTML page), "
            f"found something else: {error}"
        ) from error
