"""Assertions: the simple tests that an output must pass, whatever wrote it.

A list in a YAML or JSON file that the user edits:

    - check: in_labels
    - {check: matches, pattern: "^[a-z_]+$"}
    - {check: max_words, words: 30}

In pytest:

    from training.assertions import assert_output
    assert_output(answer("Where is my order?"), "assertions.yaml")
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
    model_validator,
)

from training.errors import PilotError
from training.safe_patterns import check_schema, compiled, schema_problem
from training.settings import first_problem, read_settings
from training.tasks.numbers import parse_number

SHOWN = 60  # characters of an output in a message


class Assertion(BaseModel):
    """One test: ``says`` what an output must do, ``problem`` what is wrong with one, or nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def says(self) -> str:
        raise NotImplementedError

    def problem(self, output: str, labels: Sequence[str]) -> str:
        raise NotImplementedError


class InLabels(Assertion):
    """One of ``labels``, or of the pilot's labels; a JSON list must hold nothing else."""

    check: Literal["in_labels"] = "in_labels"
    labels: list[str] | None = Field(default=None, min_length=1)

    def says(self) -> str:
        return f"is one of {', '.join(self.labels)}" if self.labels else "is one of the labels"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        allowed = self.labels or labels
        if not allowed:
            raise PilotError("in_labels: expected 'labels' in the assertion, or a pilot that knows "
                             "its labels; found neither")
        said = _list(output) if output.startswith("[") else [output]
        wrong = next((name for name in said if name not in allowed), None)
        return "" if wrong is None else f"found {_short(str(wrong))}"


class Matches(Assertion):
    """Somewhere in the output; ``^`` and ``$`` tie the pattern to its ends."""

    check: Literal["matches"] = "matches"
    pattern: str = Field(min_length=1)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        compiled(pattern)
        return pattern

    def says(self) -> str:
        return f"matches {self.pattern}"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        return "" if compiled(self.pattern).search(output) else f"found {_short(output)}"


class Json(Assertion):
    """JSON, and valid for the JSON schema (draft 2020-12) where one is given."""

    check: Literal["json"] = "json"
    json_schema: JsonValue = Field(default=True, alias="schema")

    @field_validator("json_schema")
    @classmethod
    def _is_schema(cls, schema: JsonValue) -> JsonValue:
        check_schema(schema)
        return schema

    def says(self) -> str:
        return "is JSON" if self.json_schema is True else "is JSON of the schema"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        try:
            value = json.loads(output, parse_constant=_no_constant)
        except RecursionError:
            return "it is nested too deeply"
        except ValueError as error:
            return f"{error}, found {_short(output)}"
        try:
            return schema_problem(value, self.json_schema)
        except RecursionError:
            return "it is nested too deeply, or the schema refers to itself without end"
        except ValueError as error:
            raise PilotError(f"json: {error}") from error


class MaxWords(Assertion):
    check: Literal["max_words"] = "max_words"
    words: int = Field(ge=0)

    def says(self) -> str:
        return f"has at most {self.words:,} words"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        count = len(output.split())
        return f"found {count:,}" if count > self.words else ""


class Contains(Assertion):
    """Upper and lower case are the same here; a pattern tells them apart."""

    check: Literal["contains"] = "contains"
    text: str = Field(min_length=1)

    def says(self) -> str:
        return f"contains “{self.text}”"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        return "" if self.text.casefold() in output.casefold() else f"found {_short(output)}"


class Lacks(Assertion):
    """Upper and lower case are the same here; a pattern tells them apart."""

    check: Literal["lacks"] = "lacks"
    text: str = Field(min_length=1)

    def says(self) -> str:
        return f"does not contain “{self.text}”"

    def problem(self, output: str, labels: Sequence[str]) -> str:
        place = output.casefold().find(self.text.casefold())
        return "" if place < 0 else f"found it in {_short(output[max(0, place - 20):])}"


class Number(Assertion):
    """One number and nothing else, as people write them, from ``low`` to ``high``."""

    check: Literal["number"] = "number"
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Number:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low to be at most high")
        return self

    def says(self) -> str:
        ends = [f"{words} {end:g}" for words, end in (("from", self.low), ("up to", self.high))
                if end is not None]
        return " ".join(["is a number", *ends])

    def problem(self, output: str, labels: Sequence[str]) -> str:
        try:
            value = parse_number(output)
        except ValueError:
            return f"found {_short(output)}"
        inside = (self.low is None or self.low <= value) and (
            self.high is None or value <= self.high)
        return "" if inside else f"found {value:g}"


KINDS: dict[str, type[Assertion]] = {
    "in_labels": InLabels, "matches": Matches, "json": Json, "max_words": MaxWords,
    "contains": Contains, "lacks": Lacks, "number": Number,
}


def check(output: str, assertion: Assertion, labels: Sequence[str] = ()) -> tuple[bool, str]:
    """Does an output pass, and if not, what was expected and what was found.

    ``labels`` are the pilot's, for ``in_labels``. Raises ``PilotError`` where the assertion cannot
    be checked at all.
    """
    # JSON can carry halves of characters, which no pattern can read.
    output = output.encode("utf-8", "replace").decode("utf-8")
    found = assertion.problem(output, labels)
    return not found, found and f"expected an output that {assertion.says()}: {found}"


def load_assertions(path: Path) -> list[Assertion]:
    """The list in a YAML or JSON file; raises ``PilotError`` with file, place and key."""
    return parse_assertions(read_settings(path), str(path))


def parse_assertions(raw: Any, where: str) -> list[Assertion]:
    """The list that was read from ``where``; its places in messages are counted from 1."""
    if not isinstance(raw, list) or not raw:
        raise PilotError(f"{where}: expected a list of assertions such as '- check: in_labels'")
    found = []
    for place, row in enumerate(raw, start=1):
        name = row.get("check") if isinstance(row, dict) else None
        if name not in KINDS:
            raise PilotError(f"{where}: assertion {place}: expected 'check' to be one of "
                             f"{', '.join(KINDS)}; found {_short(str(row))}")
        try:
            found.append(KINDS[name].model_validate(row))
        except ValidationError as error:
            keys = ", ".join(f.alias or key for key, f in KINDS[name].model_fields.items())
            raise PilotError(
                f"{where}: assertion {place} ({name}): {first_problem(error, keys)}") from error
    return found


def assert_output(
    output: str, assertions: str | Path | Sequence[Assertion], labels: Sequence[str] = ()
) -> None:
    """Raise ``AssertionError`` with every assertion that ``output`` fails; for pytest."""
    rows = load_assertions(Path(assertions)) if isinstance(assertions, str | Path) else assertions
    told = [message for row in rows if (message := check(output, row, labels)[1])]
    if told:
        raise AssertionError("\n".join([*told, f"The output was: {output[:2000]}"]))


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def _list(output: str) -> list[Any]:
    try:
        found = json.loads(output)
    except (ValueError, RecursionError):
        return [output]
    return found if isinstance(found, list) else [output]


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
