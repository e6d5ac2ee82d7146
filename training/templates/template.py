"""Template files: a chat template (Jinja), or text with {fields}, also Axolotl's format."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from training.errors import PilotError
from training.templates.fields import FieldTemplate
from training.templates.jinja import JinjaTemplate

Template = JinjaTemplate | FieldTemplate


def read_template(path: Path) -> Template:
    """A template file: Jinja, text with {fields}, a tokenizer's JSON or Axolotl's YAML."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PilotError(f"{path.name}: expected a template as UTF-8 text: {error}") from error
    if path.suffix == ".json":
        try:
            text = json.loads(text)["chat_template"]
        except (ValueError, KeyError, TypeError) as error:
            raise PilotError(f"{path.name}: expected JSON with chat_template: {error}") from error
    if path.suffix in (".yml", ".yaml"):
        return _axolotl(text, path.name)
    return make_template(text)


def make_template(text: str) -> Template:
    """Jinja when the text has its tags or expressions, otherwise text with {fields}.

    Text in the quotes of a Python f-string is read as Python reads it, without running it.
    """
    if re.match(r"\s*f['\"]", text):
        with suppress(SyntaxError, ValueError):
            return FieldTemplate(str(ast.literal_eval(text.strip()[1:])))
    if "{%" in text or re.search(r"\{\{[^{}]*(messages|bos_token|eos_token)[^{}]*\}\}", text):
        return JinjaTemplate(text)
    return FieldTemplate(text)


def _axolotl(text: str, name: str) -> FieldTemplate:
    """A prompt format of Axolotl: format, no_input_format, system_format (at any depth)."""
    import yaml

    try:
        found = _with_format(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise PilotError(f"{name}: not readable as YAML: {error}") from error
    if found is None:
        raise PilotError(f"{name}: expected Axolotl's prompt format with the key format, as in "
                         "datasets: [{type: {format: …}}]")
    system = str(found.get("system_format", "{system}"))
    bare = found.get("no_input_format")
    return FieldTemplate(str(found["format"]), None if bare is None else str(bare),
                         "" if "{system}" in str(found["format"]) else system)


def _with_format(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict) and "format" in value:
        return value
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((found for v in values if (found := _with_format(v)) is not None), None)
