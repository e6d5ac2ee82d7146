"""Small YAML or JSON files that a user writes, and what is wrong with them in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from reprlib import repr as short
from typing import Any

import yaml
from pydantic import ValidationError

from training.errors import PilotError

MOST_BYTES = 100_000


def read_settings(path: Path) -> Any:
    """What a YAML or JSON file holds; raises ``PilotError``."""
    try:
        content = path.read_bytes()
        if len(content) > MOST_BYTES:
            raise PilotError(
                f"{path}: expected at most {MOST_BYTES:,} bytes, found {len(content):,}")
        text = content.decode("utf-8-sig")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise PilotError(f"{path}: not readable: {error.strerror}") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise PilotError(f"{path}: not readable as UTF-8 YAML or JSON: {error}") from error


def first_problem(error: ValidationError, known: str) -> str:
    """Place, what was expected and what was found; ``known`` names the keys that there are."""
    problems = error.errors(include_url=False)
    # A misspelt key is also a missing one; the misspelling explains both.
    problem = min(problems, key=lambda found: found["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in problem["loc"])
    where = f"{place}: " if place else ""
    if problem["type"] == "extra_forbidden":
        return f"{where}no such key; there are {known}"
    if problem["type"] == "missing":
        return f"{where}expected this key, found none"
    expected = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{where}expected {expected.removeprefix('expected ')}, found {short(problem['input'])}"
