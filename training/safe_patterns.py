"""Patterns and JSON schemas that a user writes: none can hang a run or fetch anything.

RE2 takes time linear in the text whatever the pattern; it has no look-ahead and no back-references.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2
from pydantic import JsonValue

MOST_CHARACTERS = 1000  # of a pattern


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The pattern, ready; raises ``ValueError`` with what RE2 says of a bad one."""
    if len(pattern) > MOST_CHARACTERS:
        raise ValueError(f"a pattern of at most {MOST_CHARACTERS:,} characters")
    options = re2.Options()
    options.log_errors = False  # told to the user instead
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(
            f"a pattern that RE2 reads (no look-ahead, no back-references): {why}") from error


def check_schema(schema: JsonValue) -> None:
    """Raise ``ValueError`` where ``schema`` is no JSON schema that can be used here."""
    from jsonschema import Draft202012Validator, SchemaError

    try:
        _check_patterns(schema)
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"a JSON schema: {error.json_path}: {error.message}") from error
    except RecursionError as error:
        raise ValueError("a JSON schema that is nested less deeply") from error


def _check_patterns(schema: JsonValue) -> None:
    if isinstance(schema, list):
        for part in schema:
            _check_patterns(part)
    elif isinstance(schema, dict):
        # jsonschema reads these with Python's own patterns, which can run away.
        if "patternProperties" in schema:
            raise ValueError("a schema without patternProperties, which is not supported")
        if isinstance(pattern := schema.get("pattern"), str):
            compiled(pattern)
        for part in schema.values():
            _check_patterns(part)


def schema_problem(value: JsonValue, schema: JsonValue) -> str:
    """The place and the words of the problem that matters most, or nothing.

    Raises ``ValueError`` where the schema refers to something that it does not hold.
    """
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # An empty registry: nothing is looked up outside the schema.
    validator = _validator()(schema, registry=Registry())
    try:
        error = best_match(validator.iter_errors(value))
    except Unresolvable as problem:
        raise ValueError(f"the schema refers to what it does not hold: {problem}; put it under "
                         "$defs, nothing is fetched") from problem
    return f"{error.json_path}: {error.message[:200]}" if error else ""


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def pattern(_validator: Any, wanted: str, value: Any, _schema: Any) -> Any:
        if isinstance(value, str) and not compiled(wanted).search(value):
            yield ValidationError(f"{value[:60]!r} does not match {wanted!r}")

    return extend(Draft202012Validator, {"pattern": pattern})
