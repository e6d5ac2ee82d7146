"""Does the model get a beginning, and every message? Findings on either side alone."""

from __future__ import annotations

from collections.abc import Iterator

from training.templates.findings import Finding
from training.templates.jinja import ROLES, JinjaTemplate
from training.templates.rendering import content_text
from training.templates.sides import Side
from training.templates.view import View


def check_bos(view: View) -> Iterator[Finding]:
    hf = view.tokenizer.hf
    bos = hf.bos_token_id
    if bos is None:
        return
    begins = {side.name: side.ids[:1] == [bos] for side in view.sides}
    for side in view.sides:
        if not begins[side.name] and side.ids and (view.own_bos or any(begins.values())):
            why = ("the model's own prompt begins with it" if view.own_bos
                   else "the other side begins with it")
            yield view.finding("missing_bos", side.name, 0,
                               f"the text does not begin with {hf.bos_token}; {why}.")
        if (place := _doubled(view, side, bos)) is not None:
            yield view.finding("double_bos", side.name, place,
                               f"{hf.bos_token} stands twice in a row; one is one too many.")


def _doubled(view: View, side: Side, bos: int) -> int | None:
    """Index of a second BOS with nothing but space before it."""
    last: int | None = None
    for i, token in enumerate(side.ids):
        a, b = side.offsets[i]
        if token == bos:
            if last is not None and (last == 0 or bos != view.tokenizer.hf.eos_token_id):
                return i
            last = i
        elif side.text[a:b].strip() or b == a:
            last = None
    return None


def check_roles(view: View) -> Iterator[Finding]:
    """Messages that a template refuses, drops, or writes under a role that it does not know."""
    end = view.conversation.answer
    for side in view.sides:
        template = view.templates[side.name]
        messages = view.conversation.messages
        if side.name == "inference" and end is not None:
            messages = messages[:end]
        for i, message in enumerate(messages):
            role = message["role"]
            words = side.rendered.refused.get(i)
            lost = i not in side.rendered.spans and bool(content_text(message).strip())
            if role == "system" and lost:
                yield view.finding("system_dropped", side.name, 0, f"the system text "
                                   f"(message {i + 1}) is not in what the model reads.")
            if words is not None:
                yield view.finding("unknown_role", side.name, 0, f"the template stops at the role "
                                   f"{role!r} (message {i + 1}): {words}")
            elif lost and role != "system":
                yield view.finding("unknown_role", side.name, 0, f"message {i + 1} with the role "
                                   f"{role!r} is not in what the model reads.")
            elif (role not in ROLES and isinstance(template, JinjaTemplate)
                  and not template.names_role(role)):
                start = side.rendered.spans.get(i, (0, 0))[0]
                yield view.finding("unknown_role", side.name, side.at(max(0, start - 1)),
                                   f"the template writes the role {role!r} (message {i + 1}) but "
                                   "never asks for it; the model was not trained on it.")
