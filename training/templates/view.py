"""What the checks look at: both sides of one conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.templates.conversations import Conversation
from training.templates.findings import Finding, SideName
from training.templates.sides import Side
from training.templates.template import Template
from training.templates.tokenizer import Tokenizer

# What reasoning models write themselves between header and answer. Their templates open it in the
# prompt, leave it empty in training or drop it from history, and the models are used to all three.
THINKING = re.compile(r"<think>\s*(</think>\s*)?|<\|channel\|>\w+<\|message\|>")
NAMES: dict[SideName, str] = {"train": "Training", "inference": "Inference"}


@dataclass(frozen=True)
class View:
    """Both sides of one conversation; ``own_bos``: whether the model's own prompt has a BOS."""

    tokenizer: Tokenizer
    conversation: Conversation
    templates: dict[SideName, Template]
    train: Side
    inference: Side
    own_bos: bool

    def finding(self, kind: str, side: SideName, position: int, text: str) -> Finding:
        return Finding(kind, side, f"{NAMES[side]}: {text}", position, self.conversation.row)

    @property
    def reasoning(self) -> bool:
        """Whether both templates know a reasoning part, so that its absence is no difference."""
        return all("<think>" in t.source or "<|channel|>" in t.source
                   for t in self.templates.values())

    def compared(self, text: str) -> str:
        """The text without a BOS at its beginning and without an empty reasoning part."""
        bos = self.tokenizer.hf.bos_token
        while bos and text.startswith(bos):
            text = text[len(bos):]
        return THINKING.sub("", text) if self.reasoning else text

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.train, self.inference
