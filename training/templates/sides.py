"""What training sees and what inference sends: text, tokens, and where the loss falls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from training.templates.conversations import Conversation
from training.templates.findings import SideName
from training.templates.jinja import Refused
from training.templates.rendering import Rendered
from training.templates.template import Template
from training.templates.tokenizer import Tokenizer


@dataclass(frozen=True)
class Turn:
    """One answer in the training text, all in characters.

    ``header`` ends the message before it; ``content`` is the answer; the loss falls on
    ``loss`` unless the template marks it otherwise; nothing of the answer stands after ``end``.
    """

    index: int
    header: int
    content: tuple[int, int]
    loss: tuple[int, int]
    end: int


@dataclass(frozen=True)
class Side:
    """``loss``: for each token whether it is trained, were nothing cut; empty at inference.

    ``kept`` tokens survive the maximum length.
    """

    name: SideName
    text: str
    ids: list[int]
    tokens: list[str]
    offsets: list[tuple[int, int]]
    rendered: Rendered
    kept: int = 0
    loss: list[bool] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    @property
    def trained(self) -> list[bool]:
        """For each token whether the loss falls on it."""
        return [flag and i < self.kept for i, flag in enumerate(self.loss)]

    def at(self, character: int) -> int:
        """Index of the token that stands for this character; past the end, the last token."""
        for i, (start, end) in enumerate(self.offsets):
            if end > character and end > start:
                return i
        return max(0, len(self.ids) - 1)

    def inside(self, start: int, end: int) -> list[int]:
        """Indices of the tokens that lie wholly within these characters."""
        return [i for i, (a, b) in enumerate(self.offsets) if a >= start and b <= end and b > a]

    def touching(self, start: int, end: int) -> list[int]:
        """Indices of the tokens that share a character with these."""
        return [i for i, (a, b) in enumerate(self.offsets) if a < end and b > start]

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"text": self.text, "tokens": self.tokens}
        return out | {"trained": self.trained} if self.name == "train" else out


def inference_side(tokenizer: Tokenizer, template: Template, conversation: Conversation) -> Side:
    """Everything before the last answer, with the header that asks for it."""
    answer = conversation.answer
    end = len(conversation.messages) if answer is None else answer
    rendered = template.render(tokenizer, conversation, end, prompt=True)
    coded = tokenizer.encode(rendered.text, rendered.add_special)
    return Side("inference", rendered.text, coded.ids, coded.tokens, coded.offsets, rendered,
                len(coded.ids))


def train_side(tokenizer: Tokenizer, template: Template, conversation: Conversation,
               max_length: int | None) -> Side:
    """The whole conversation, cut at ``max_length`` tokens as trainers cut it: at the end."""
    rendered = template.render(tokenizer, conversation, len(conversation.messages), prompt=False)
    coded = tokenizer.encode(rendered.text, rendered.add_special)
    turns = [_turn(tokenizer, template, conversation, rendered, i)
             for i, message in enumerate(conversation.messages)
             if message["role"] == "assistant" and i not in rendered.refused
             and (i in rendered.spans or message.get("tool_calls"))]
    kept = len(coded.ids) if max_length is None else min(len(coded.ids), max_length)
    side = Side("train", rendered.text, coded.ids, coded.tokens, coded.offsets, rendered, kept,
                turns=turns)
    return replace(side, loss=_loss(tokenizer, side))


def no_side(name: SideName) -> Side:
    """What is left when the template refuses the whole conversation."""
    return Side(name, "", [], [], [], Rendered("", {}))


def _turn(tokenizer: Tokenizer, template: Template, conversation: Conversation,
          rendered: Rendered, index: int) -> Turn:
    """Where answer ``index`` stands, by rendering what comes before it and up to it."""
    text = rendered.text
    header = max((end for i, (_, end) in rendered.spans.items() if i < index), default=0)
    prompt = _text(tokenizer, template, conversation, index, prompt=True)
    whole = _text(tokenizer, template, conversation, index + 1, prompt=False)
    end = _shared(whole, text)
    start, stop = rendered.spans.get(index, (_shared(prompt, text), end))  # a tool call has none
    if end < stop:  # earlier messages read otherwise once more follow: up to the next one
        end = min((a for i, (a, _) in rendered.spans.items() if i > index), default=len(text))
    begins = len(prompt) if text.startswith(prompt) and header <= len(prompt) <= start else start
    if rendered.add_special:  # spaces before {output} are learned with the answer's first word
        begins = max(header, len(text[:begins].rstrip(" ")))
    return Turn(index, header, (start, stop), (begins, stop), end)


def _shared(a: str, b: str) -> int:
    """How many characters two texts have in common at the beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y),
                min(len(a), len(b)))


def _text(tokenizer: Tokenizer, template: Template, conversation: Conversation, end: int,
          prompt: bool) -> str:
    """The first ``end`` messages as text; nothing when the template refuses just these."""
    try:
        return template.text(tokenizer, conversation, end, prompt) if end else ""
    except Refused:
        return ""


def _loss(tokenizer: Tokenizer, side: Side) -> list[bool]:
    """Completion-only: the answers and their end tokens, or what {% generation %} marks."""
    if side.rendered.marks is not None:
        return side.rendered.marks
    trained = [False] * len(side.ids)
    for turn in side.turns:
        ends = end_tokens(tokenizer, side, turn)
        stop = max([turn.loss[1]] + [side.offsets[i][1] for i in ends])
        for i in side.touching(turn.loss[0], stop):
            trained[i] = True
    if side.turns and side.rendered.add_special:
        for i in _appended(side):
            trained[i] = side.ids[i] in tokenizer.ends
    return trained


def end_tokens(tokenizer: Tokenizer, side: Side, turn: Turn) -> list[int]:
    """Indices of the end tokens behind an answer: special ones, with only space before them."""
    found: list[int] = []
    for i in side.inside(turn.content[1], turn.end):
        a, b = side.offsets[i]
        if side.ids[i] in tokenizer.ends:
            found.append(i)
        elif side.text[a:b].strip():
            break
    if not found and turn is not side.turns[-1]:
        # the end may read otherwise in the middle: then it is what also ends other messages
        after = _behind(side, turn.content[1])
        if after is not None and side.ids[after] in _closers(tokenizer, side):
            found.append(after)
    if turn is side.turns[-1] and side.rendered.add_special:
        found += [i for i in _appended(side) if side.ids[i] in tokenizer.ends]
    return found


def _closers(tokenizer: Tokenizer, side: Side) -> set[int]:
    """The control token that stands right behind every message that is no answer, if one does."""
    answers = {turn.index for turn in side.turns}
    behind = {_behind(side, end) for i, (_, end) in side.rendered.spans.items()
              if i not in answers}
    found = {-1 if i is None else side.ids[i] for i in behind}
    return found & tokenizer.ends if len(found) == 1 else set()


def _behind(side: Side, character: int) -> int | None:
    """Index of the first token behind a character that is not just space."""
    return next((i for i in side.inside(character, len(side.text))
                 if side.text[slice(*side.offsets[i])].strip()), None)


def _appended(side: Side) -> list[int]:
    """Tokens that the tokenizer added behind the text."""
    last = max((i for i, (a, b) in enumerate(side.offsets) if b > a), default=-1)
    return list(range(last + 1, len(side.ids)))
