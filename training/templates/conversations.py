"""Conversations from JSON Lines, in the shapes that training tools read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.errors import PilotError

MAX_BYTES = 100_000_000
SHAREGPT = {"human": "user", "gpt": "assistant"}  # the two names that all tools translate
SHAPES = ('{"messages": [{"role", "content"}, …]}, {"conversations": [{"from", "value"}, …]}, '
          '{"instruction", "input", "output"} or {"prompt", "completion"}')
PAIRS = (("instruction", "output"), ("prompt", "completion"), ("instruction", "response"),
         ("prompt", "response"), ("question", "answer"), ("input", "output"))


@dataclass(frozen=True)
class Conversation:
    """Messages of one row; ``fields`` holds the columns of an instruction row, else nothing."""

    row: int
    messages: list[dict[str, Any]]
    fields: dict[str, str] = field(default_factory=dict)
    tools: list[Any] | None = None

    @property
    def answer(self) -> int | None:
        """Place of the last assistant message, which inference would have to write."""
        places = [i for i, m in enumerate(self.messages) if m["role"] == "assistant"]
        return places[-1] if places else None


def read_conversations(path: Path) -> list[Conversation]:
    """Conversations of a JSONL file; raises ``PilotError`` naming file and line."""
    path = Path(path)
    if path.stat().st_size > MAX_BYTES:
        raise PilotError(f"{path.name}: expected at most 100 MB; inspect a part of it")
    try:
        return parse_conversations(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise PilotError(f"{path.name}: expected UTF-8 text: {error}") from error


def parse_conversations(text: str, name: str = "messages") -> list[Conversation]:
    """Conversations of JSON Lines, or of one JSON list; a file of single messages is one."""
    rows = _rows(text, name)
    if rows and all(_is_message(row) for _, row in rows):
        rows = [(rows[0][0], [row for _, row in rows])]
    if not rows:
        raise PilotError(f"{name}: expected at least one row, found none: {SHAPES}")
    return [_conversation(row, number, f"{name}, row {number}") for number, row in rows]


def _rows(text: str, name: str) -> list[tuple[int, Any]]:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    try:
        return [(n, json.loads(line)) for n, line in lines]
    except ValueError as error:
        try:
            whole = json.loads(text)  # one value, spread over lines
        except ValueError:
            raise PilotError(f"{name}: expected one JSON object a line: {error}") from error
    values = whole if isinstance(whole, list) and not _is_message(whole[0]) else [whole]
    return list(enumerate(values, start=1))


def _is_message(row: Any) -> bool:
    return isinstance(row, dict) and bool({"role", "from"} & row.keys())


def _conversation(row: Any, number: int, where: str) -> Conversation:
    if isinstance(row, list):
        row = {"messages": row}
    if not isinstance(row, dict):
        raise PilotError(f"{where}: expected a JSON object, found {type(row).__name__}: {SHAPES}")
    for key in ("messages", "conversations", "conversation"):
        if key in row:
            messages = [_message(m, where) for m in _listed(row[key], where)]
            if isinstance(row.get("system"), str) and row["system"]:
                messages.insert(0, {"role": "system", "content": row["system"]})
            return _checked(Conversation(number, messages, tools=row.get("tools")), where)
    if isinstance(row.get("prompt"), list) and isinstance(row.get("completion"), list):
        messages = [_message(m, where) for m in row["prompt"] + row["completion"]]
        return _checked(Conversation(number, messages, tools=row.get("tools")), where)
    for question, answer in PAIRS:
        if question in row and answer in row:
            return _instruction(row, question, answer, number)
    raise PilotError(f"{where}: expected {SHAPES}; found {', '.join(row) or 'no column'}")


def _listed(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise PilotError(f"{where}: expected a list of messages, found {type(value).__name__}")
    return value


def _message(raw: Any, where: str) -> dict[str, Any]:
    """A message with ``role`` and ``content``; ShareGPT's two role names are translated."""
    if not _is_message(raw):
        raise PilotError(f"{where}: expected messages with role and content, found {raw!r:.80}")
    if "role" in raw:
        message = dict(raw)
    else:
        message = {k: v for k, v in raw.items() if k not in ("from", "value")}
        message.update(role=SHAREGPT.get(raw["from"], raw["from"]), content=raw.get("value"))
    content = message.get("content")
    if not isinstance(message["role"], str) or not isinstance(content, str | list | None):
        raise PilotError(f"{where}: expected role and content as text, found {raw!r:.80}")
    return message


def _instruction(row: dict[str, Any], question: str, answer: str, number: int) -> Conversation:
    fields = {k: "" if v is None else str(v) for k, v in row.items()}
    asked = fields[question]
    if question != "input" and fields.get("input"):
        asked += "\n\n" + fields["input"]
    messages = [{"role": "user", "content": asked},
                {"role": "assistant", "content": fields[answer]}]
    if fields.get("system"):
        messages.insert(0, {"role": "system", "content": fields["system"]})
    return Conversation(number, messages, fields | {"output": fields[answer]})


def _checked(conversation: Conversation, where: str) -> Conversation:
    if not conversation.messages or conversation.answer == 0:
        raise PilotError(f"{where}: expected a message before the answer, found none; add what "
                         "the user asked")
    return conversation
