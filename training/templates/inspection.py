"""Compare what training sees with what inference sends, for every conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from training.errors import PilotError
from training.templates.answer_checks import check_end, check_loss, check_special
from training.templates.conversations import Conversation
from training.templates.findings import Finding, SideName
from training.templates.jinja import JinjaTemplate, Refused
from training.templates.joint_checks import check_joint
from training.templates.prompt_checks import check_bos, check_roles
from training.templates.sides import Side, inference_side, no_side, train_side
from training.templates.template import Template
from training.templates.tokenizer import Tokenizer
from training.templates.view import View

ANY = Conversation(0, [{"role": "user", "content": "Hello"}])
CHECKS = (check_bos, check_roles, check_joint, check_loss, check_end, check_special)


@dataclass(frozen=True)
class Inspection:
    """Both sides of the first conversation, and the findings of all."""

    train: Side
    inference: Side
    findings: list[Finding]

    def to_json(self) -> dict[str, Any]:
        return {"train": self.train.to_json(), "inference": self.inference.to_json(),
                "findings": [finding.to_json() for finding in self.findings]}


def inspect_template(
    tokenizer: Tokenizer, conversations: Sequence[Conversation], *,
    train_template: Template | None = None, inference_template: Template | None = None,
    max_length: int | None = None,
) -> Inspection:
    """Inspect conversations; a template that is not given is the tokenizer's own.

    A tokenizer without one takes the given template for both sides. ``max_length`` in tokens
    defaults to what the tokenizer declares. Raises ``PilotError`` when there is no template or no
    conversation, and when a template cannot be rendered.
    """
    own = None if tokenizer.own is None else JinjaTemplate(tokenizer.own)
    train = train_template or own or inference_template
    inference = inference_template or own or train_template
    if train is None or inference is None:
        raise PilotError(f"{tokenizer.name}: this tokenizer has no chat template; give the one "
                         "that you train with")
    if not conversations:
        raise PilotError("expected at least one conversation, found none")
    templates: dict[SideName, Template] = {"train": train, "inference": inference}
    length = max_length or tokenizer.max_length
    own_bos = _own_bos(tokenizer, own)
    rows = [_row(tokenizer, conversation, templates, own_bos, length)
            for conversation in conversations]
    return Inspection(rows[0][0], rows[0][1], [f for _, _, found in rows for f in found])


def _row(
    tokenizer: Tokenizer, conversation: Conversation, templates: dict[SideName, Template],
    own_bos: bool, max_length: int | None,
) -> tuple[Side, Side, list[Finding]]:
    refused: list[Finding] = []
    try:
        train = train_side(tokenizer, templates["train"], conversation, max_length)
    except Refused as error:
        train = no_side("train")
        refused.append(_refusal("train", str(error), conversation.row))
    try:
        inference = inference_side(tokenizer, templates["inference"], conversation)
    except Refused as error:
        inference = no_side("inference")
        refused.append(_refusal("inference", str(error), conversation.row))
    if refused:
        return train, inference, refused
    view = View(tokenizer, conversation, templates, train, inference,
                own_bos)
    return train, inference, list(dict.fromkeys(f for check in CHECKS for f in check(view)))


def _refusal(side: SideName, words: str, row: int) -> Finding:
    name = "Training" if side == "train" else "Inference"
    return Finding("unknown_role", side, f"{name}: the template refuses this order or choice of "
                   f"roles: {words}", 0, row)


def _own_bos(tokenizer: Tokenizer, own: JinjaTemplate | None) -> bool:
    """Whether the model is used to a BOS: its own prompt begins with it, or plain text does."""
    if own is None:
        return tokenizer.adds_bos
    try:
        text = inference_side(tokenizer, own, ANY).text
    except (Refused, PilotError):
        return False
    return bool(tokenizer.hf.bos_token) and text.startswith(tokenizer.hf.bos_token)


def by_code(findings: Sequence[Finding]) -> Iterator[tuple[Finding, int]]:
    """The first finding of each code, with the number of rows that have it."""
    codes = dict.fromkeys(finding.code for finding in findings)
    for code in sorted(codes):
        alike = [finding for finding in findings if finding.code == code]
        yield alike[0], len({finding.row for finding in alike})
