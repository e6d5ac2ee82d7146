"""Does inference send what training shows before the answer? Findings from comparing both."""

from __future__ import annotations

import re
from collections.abc import Iterator

from training.templates.findings import Finding, SideName
from training.templates.jinja import JinjaTemplate
from training.templates.prompt_checks import check_bos, check_roles
from training.templates.sides import Turn
from training.templates.view import View


def check_joint(view: View) -> Iterator[Finding]:
    """Everything before the answer, compared between the sides, message by message."""
    train, inference = view.train, view.inference
    turn = next((t for t in train.turns if t.index == view.conversation.answer), None)
    if turn is None or turn.index not in train.rendered.spans:
        return
    n = len(inference.ids)
    alike = inference.ids == train.ids[:n]
    found = [] if alike else [*_between(view, turn.content[0])]
    shown, sent = _headers(view, turn.content[0])
    if shown == sent or view.compared(shown) != view.compared(sent):
        found += _header(view, turn)
        found += [] if alike else _retokenised(view)
    elif not found:
        return  # only the reasoning part differs
    yield from found
    if not alike and not found and not {*check_bos(view)} | {*check_roles(view)}:
        place = next((i for i, (a, b) in enumerate(zip(train.ids, inference.ids, strict=False))
                      if a != b), min(n, len(train.ids)) - 1)
        same = _squash(train.text).startswith(_squash(inference.text))
        yield view.finding("whitespace" if same else "unknown_role", "inference", place,
                           f"the prompt differs from training from token {place} on.")


def _squash(text: str) -> str:
    return re.sub(r"\s", "", text)


def _headers(view: View, answer: int) -> tuple[str, str]:
    """What stands between the last message of the prompt and the answer: shown, and sent."""
    shown = max((e for _, e in view.train.rendered.spans.values() if e <= answer), default=0)
    sent = max((e for _, e in view.inference.rendered.spans.values()), default=0)
    return view.train.text[shown:answer], view.inference.text[sent:]


def _header(view: View, turn: Turn) -> Iterator[Finding]:
    """Is the prompt's end what training shows before the answer, in text and in tokens?"""
    train, inference = view.train, view.inference
    answer = turn.content[0]
    shown, sent = _headers(view, answer)
    a, b = answer - len(shown), len(inference.text) - len(sent)
    want, have = _squash(view.compared(shown)), _squash(view.compared(sent))
    if want != have:
        if want.startswith(have):
            text = f"the prompt ends without {want[len(have):]!r}, which stands before the answer."
            yield view.finding("generation_prompt_missing", "inference",
                               len(inference.ids) - 1, text)
        elif have.startswith(want):
            text = f"{have[len(want):]!r} is missing before the answer; inference sends it."
            yield view.finding("generation_prompt_missing", "train", train.at(answer), text)
        else:
            text = f"the prompt ends in {sent!r}, training has {shown!r} before the answer."
            yield view.finding("generation_prompt_missing", "inference",
                               len(inference.ids) - 1, text)
        return
    ahead = [i for i, (start, _) in enumerate(train.offsets) if start >= a]
    tail = [inference.ids[i] for i, (start, _) in enumerate(inference.offsets) if start >= b]
    if tail == [train.ids[i] for i in ahead[:len(tail)]]:
        first = next((i for i in ahead if train.loss[i]), train.at(answer))
        extra = sent[max(0, turn.loss[0] - a):]
        unsent = shown[len(sent):]
        if extra and isinstance(view.templates["train"], JinjaTemplate):
            yield view.finding("whitespace", "inference", len(inference.ids) - 1, f"the prompt "
                               f"ends in {extra!r} more than the training template's own prompt; "
                               "it belongs to the answer's first token.")
        elif (unsent.isspace() and "\n" in unsent) or any(i < first for i in ahead[len(tail):]):
            yield view.finding("whitespace", "inference", len(inference.ids) - 1,
                               f"the prompt ends in {sent[-20:]!r}, training has {shown[-20:]!r} "
                               f"before the answer; {unsent!r} is left for the model to write.")
    elif shown != sent or sent[-1:].isspace():
        yield view.finding("whitespace", "inference", len(inference.ids) - 1,
                           f"the prompt ends in {sent[-20:]!r}, training has "
                           f"{train.text[answer - len(sent):answer + 10][-30:]!r}; the tokens "
                           "differ.")


def _between(view: View, answer: int) -> Iterator[Finding]:
    """The text before and between the messages of the prompt."""
    train, inference = view.train.rendered.spans, view.inference.rendered.spans
    order = sorted((i for i in train if train[i][1] <= answer), key=lambda i: train[i])
    if order != sorted(inference, key=lambda i: inference[i]):
        return
    at_train = at_inference = 0
    for k, index in enumerate(order):
        shown = view.compared(view.train.text[at_train:train[index][0]])
        sent = view.compared(view.inference.text[at_inference:inference[index][0]])
        place = view.inference.at(max(0, inference[index][0] - 1))
        at_train, at_inference = train[index][1], inference[index][1]
        if shown == sent:
            continue
        before = view.conversation.messages[order[k - 1]]["role"] if k else ""
        yield view.finding(*_difference(view, shown, sent, before, place))


def _difference(view: View, shown: str, sent: str, before: str, place: int
                ) -> tuple[str, SideName, int, str]:
    """Kind, side, position and words for one place where the templates differ."""
    have, want = _squash(sent), _squash(shown)
    if have == want:
        return ("whitespace", "inference", place,
                f"sends {sent[-40:]!r}, training has {shown[-40:]!r}.")
    side: SideName = "inference" if len(have) < len(want) else "train"
    longer, shorter = (shown, sent) if side == "inference" else (sent, shown)
    if not before and _squash(longer).endswith(_squash(shorter)):
        return ("system_dropped", side, 0, "the text begins without "
                f"{longer[:60]!r}, which the other side has before the first message.")
    if before == "assistant" and any(t in longer and t not in shorter
                                     for t in view.tokenizer.control):
        return ("missing_eos", side, place, "an earlier answer is followed by "
                f"{shorter!r}, on the other side by {longer!r}.")
    return ("unknown_role", "inference", place, f"marks a message with {sent[-60:]!r}, training "
            f"with {shown[-60:]!r}; the model was taught the latter.")


def _retokenised(view: View) -> Iterator[Finding]:
    """The prompt's text begins the training text, yet its tokens do not begin the tokens."""
    train, inference = view.train, view.inference
    if not view.compared(train.text).startswith(view.compared(inference.text)):
        return
    bos = [view.tokenizer.hf.bos_token_id]
    shift = (train.ids[:1] == bos) - (inference.ids[:1] == bos)
    for i, token in enumerate(inference.ids):
        j = i + shift
        if 0 <= j < len(train.ids) and train.ids[j] != token:
            yield view.finding("retokenised", "train", j, f"here stands {train.tokens[j]!r}; the "
                               "prompt, alone and with the same text, has "
                               f"{inference.tokens[i]!r} in its place.")
            return
