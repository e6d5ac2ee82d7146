"""The findings: thirteen kinds, each with a stable code and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SideName = Literal["train", "inference"]

KINDS: dict[str, str] = {
    "missing_bos": "Write the BOS token in this template, or let the tokenizer add it, as the "
                   "other side and the model's own template do.",
    "double_bos": "Keep one BOS: either the template writes it or the tokenizer adds it.",
    "missing_eos": "End the answer with the model's end token inside the part that is trained, "
                   "or the model never learns to stop.",
    "generation_prompt_missing": "End the inference prompt with exactly the text that stands "
                                 "before the answer in training (add_generation_prompt=True).",
    "generation_prompt_trained": "Mask everything before the answer's first token: the header is "
                                 "given at inference, so learning it only dilutes the loss.",
    "system_dropped": "Give both templates a place for the system text, or fold it into the first "
                      "user message on both sides.",
    "whitespace": "Make spaces and line breaks the same on both sides, and leave none at the end "
                  "of the prompt that the answer's first token would take in.",
    "stop_mismatch": "End trained answers with a token that generation stops on, or add this one "
                     "to eos_token_id in generation_config.json.",
    "truncated_answer": "Raise the maximum length, shorten the prompt or drop the row.",
    "special_as_text": "Use the exact special tokens of this tokenizer in templates, and remove "
                       "or escape their strings in messages.",
    "retokenised": "Move the joint to a token boundary: end the prompt with a special token or a "
                   "line break, and begin the answer with the space that belongs to it.",
    "unknown_role": "Rename the roles to those that the template knows (system, user, assistant) "
                    "in an order that it accepts, and use the same template on both sides.",
    "all_masked": "Drop the row or repair the mask: without a trained answer token it teaches "
                  "nothing.",
}


@dataclass(frozen=True)
class Finding:
    """One fault; ``position`` is an index into the tokens of its side.

    ``row`` is the line of the messages file. The code ends in the side it speaks of.
    """

    kind: str
    side: SideName
    text: str
    position: int
    row: int

    @property
    def code(self) -> str:
        return f"T{list(KINDS).index(self.kind) + 1:02}-{self.side}"

    @property
    def advice(self) -> str:
        return KINDS[self.kind]

    def to_json(self) -> dict[str, str | int]:
        return {"code": self.code, "kind": self.kind, "text": self.text,
                "position": self.position, "row": self.row}
