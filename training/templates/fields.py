"""Templates as text with {fields}: an f-string, Alpaca's, Axolotl's prompt format."""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.errors import PilotError
from training.templates.conversations import Conversation
from training.templates.rendering import Rendered, content_text
from training.templates.tokenizer import Tokenizer

SYSTEM = ("system", "system_prompt", "system_message")
ASKED = ("instruction", "prompt", "question", "query", "user", "user_message", "message", "human",
         "text")
MORE = ("input", "context")
ANSWER = ("output", "response", "answer", "completion", "assistant", "assistant_message", "target",
          "gpt")
SPECIAL = ("bos_token", "eos_token", "pad_token", "unk_token")
# {instruction}, and {row['instruction']} as an f-string in a script has it
FIELD = re.compile(r"""(?<!\{)\{(?:\w+\[['"])?(\w+)(?:['"]\])?\}(?!\})""")


@dataclass(frozen=True)
class FieldTemplate:
    """Text with {fields}, once for every question and answer; tokenised as plain text is.

    Without a field for the answer it is a prompt: the answer and the end token follow it in
    training, as Axolotl and TRL do. ``bare`` is used where a row has no input.
    """

    source: str
    bare: str | None = None
    system: str = ""

    def __post_init__(self) -> None:
        known = {*SYSTEM, *ASKED, *MORE, *ANSWER, *SPECIAL, *(s.upper() for s in SPECIAL)}
        found = set(FIELD.findall(self.source + (self.bare or "")))
        if not found & {*ASKED, *MORE}:
            raise PilotError("template: expected Jinja, or text with a field for the question "
                             f"({', '.join(ASKED + MORE)}), found the fields "
                             f"{', '.join(sorted(found)) or 'none'}")
        if unknown := sorted(found - known):
            raise PilotError(f"template: the field {{{unknown[0]}}} is unknown; rename it to one "
                             f"of {', '.join(sorted(known - {s.upper() for s in SPECIAL}))}")

    def names_role(self, role: str) -> bool:
        return False

    def render(self, tokenizer: Tokenizer, conversation: Conversation, end: int,
               prompt: bool) -> Rendered:
        """The first ``end`` messages; ``prompt``: up to the place of the next answer."""
        pieces: list[str] = []
        spans: dict[int, tuple[int, int]] = {}
        system = asked = None
        messages = conversation.messages[:end]
        for i, message in enumerate(messages):
            if message["role"] == "system":
                system = i
            elif message["role"] == "user":
                asked = i
            wanted = message["role"] == "assistant"
            if asked is None or not (wanted or (prompt and i == len(messages) - 1)):
                continue
            self._exchange(tokenizer, conversation, (system, asked, i if wanted else None),
                           pieces, spans)
            system = asked = None
        return Rendered("".join(pieces), spans, add_special=True)

    def text(self, tokenizer: Tokenizer, conversation: Conversation, end: int,
             prompt: bool) -> str:
        """The text of ``render`` alone."""
        return self.render(tokenizer, conversation, end, prompt).text

    def _exchange(
        self, tokenizer: Tokenizer, conversation: Conversation,
        places: tuple[int | None, int, int | None], pieces: list[str],
        spans: dict[int, tuple[int, int]],
    ) -> None:
        """Append one question (and answer) to ``pieces`` and note where their texts stand."""
        system, asked, answer = places
        source = self.system + self.source
        bare = self.bare is not None and not conversation.fields.get("input")
        if bare:
            source = self.system + (self.bare or "")
        names = set(FIELD.findall(source))
        if not names & {*ANSWER}:
            source += "{output}{eos_token}"
        at = sum(map(len, pieces))
        for k, piece in enumerate(FIELD.split(source)):
            if k % 2 == 0:
                text = piece.replace("{{", "{").replace("}}", "}")
            elif piece in ANSWER:
                if answer is None:
                    return
                text = self._place(conversation, answer, at, spans)
            elif piece in SYSTEM:
                text = "" if system is None else self._place(conversation, system, at, spans)
            elif piece in ASKED or (piece in MORE and not names & {*ASKED}):
                text = self._asked(conversation, asked, piece, at, bool(names & {*MORE}), spans)
            elif piece in MORE:
                text = conversation.fields.get(piece, "")
                if text and asked in spans:
                    spans[asked] = (spans[asked][0], at + len(text))
            else:
                text = getattr(tokenizer.hf, piece.lower()) or ""
            pieces.append(text)
            at += len(text)

    def _asked(self, conversation: Conversation, index: int, piece: str, at: int, more: bool,
               spans: dict[int, tuple[int, int]]) -> str:
        """The question: alone where the template has a field of its own for the input."""
        instruction = next((conversation.fields[name] for name in (piece, *ASKED)
                            if name in conversation.fields), None)
        if more and piece in ASKED and instruction is not None:
            spans[index] = (at, at + len(instruction))
            return instruction
        return self._place(conversation, index, at, spans)

    @staticmethod
    def _place(conversation: Conversation, index: int, at: int,
               spans: dict[int, tuple[int, int]]) -> str:
        text = content_text(conversation.messages[index])
        if core := text.strip():
            start = at + text.index(core)
            spans[index] = (start, start + len(core))
        return text
