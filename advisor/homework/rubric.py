"""The rubric: which checks count, for how much, and from which thresholds on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from advisor.homework.submission import SubmissionError

DEFAULT = Path(__file__).parent / "rubric.yaml"
Severity = Literal["issue", "tip"]
SEVERITIES: tuple[Severity, ...] = ("issue", "tip")
MOST_BYTES = 100_000


class RubricError(SubmissionError):
    """A rubric that cannot be used; the message names the file, the check and the key."""


@dataclass(frozen=True)
class Setting:
    """What the rubric says on one check; ``points`` is the cost of a finding."""

    enabled: bool
    points: float
    severity: Severity
    thresholds: Mapping[str, float]


@dataclass(frozen=True)
class Rubric:
    """A setting for every check, by its code."""

    settings: Mapping[str, Setting]

    def __getitem__(self, code: str) -> Setting:
        return self.settings[code]


@lru_cache(maxsize=1)
def default_rubric() -> Rubric:
    """The rubric that the project ships."""
    raw = _checks(DEFAULT.read_bytes(), DEFAULT.name)
    return Rubric({code: _setting(code, keys, DEFAULT.name) for code, keys in raw.items()})


def load_rubric(path: Path | None) -> Rubric:
    """The rubric in ``path`` over the shipped one; raises ``RubricError``."""
    if path is None:
        return default_rubric()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RubricError(f"{path}: not readable: {error.strerror}") from error
    return parse_rubric(content, path.name)


def parse_rubric(content: bytes, name: str) -> Rubric:
    """The rubric that YAML text says, over the shipped one; raises ``RubricError``."""
    shipped = _checks(DEFAULT.read_bytes(), DEFAULT.name)
    for code, keys in _checks(content, name).items():
        if code not in shipped:
            raise RubricError(
                f"{name}: no such check {code!r}; there are {', '.join(shipped)}")
        if not isinstance(keys, dict):
            raise RubricError(f"{name}: {code}: expected keys and values, found {keys!r}")
        for key in keys:
            if key not in shipped[code]:
                # YAML reads the bare words on, off, yes and no as true and false.
                hint = " (written on or yes? The key is enabled)" if key is True else ""
                raise RubricError(f"{name}: {code}: no such key {key!r}{hint}; "
                                  f"it has {', '.join(shipped[code])}")
        shipped[code] = shipped[code] | keys
    return Rubric({code: _setting(code, keys, name) for code, keys in shipped.items()})


def as_yaml(rubric: Rubric) -> bytes:
    """The whole rubric as ``parse_rubric`` reads it."""
    def short(number: float) -> float:
        return int(number) if number.is_integer() else number

    checks = {code: {"enabled": s.enabled, "points": short(s.points), "severity": s.severity,
                     **{key: short(value) for key, value in s.thresholds.items()}}
              for code, s in rubric.settings.items()}
    return yaml.safe_dump({"checks": checks}, sort_keys=False).encode()


def _checks(content: bytes, name: str) -> dict[str, dict[Any, Any]]:
    if len(content) > MOST_BYTES:
        raise RubricError(f"{name}: expected at most {MOST_BYTES:,} bytes, found {len(content):,}")
    try:
        raw = yaml.safe_load(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, ValueError, yaml.YAMLError) as error:
        raise RubricError(f"{name}: not readable as UTF-8 YAML: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("checks"), dict):
        raise RubricError(f"{name}: expected the key 'checks' at the top, with a check in each row")
    if other := [key for key in raw if key != "checks"]:
        raise RubricError(f"{name}: no such key {other[0]!r} at the top; there is only 'checks'")
    return dict(raw["checks"])


def _setting(code: str, keys: Mapping[str, Any], name: str) -> Setting:
    where = f"{name}: {code}"
    enabled, points, severity = keys["enabled"], keys["points"], keys["severity"]
    if not isinstance(enabled, bool):
        raise RubricError(f"{where}: enabled: expected true or false, found {enabled!r}")
    if severity not in SEVERITIES:
        raise RubricError(f"{where}: severity: expected issue or tip, found {severity!r}")
    thresholds = {k: v for k, v in keys.items() if k not in ("enabled", "points", "severity")}
    for key, value in {"points": points, **thresholds}.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
            raise RubricError(f"{where}: {key}: expected a number from 0 to 1000, found {value!r}")
    return Setting(enabled, float(points), severity,
                   {key: float(value) for key, value in thresholds.items()})
