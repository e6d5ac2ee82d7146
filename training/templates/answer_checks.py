"""Is the answer trained whole, with an end that generation stops on? Findings on the loss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from training.templates.findings import Finding
from training.templates.rendering import content_text
from training.templates.sides import Side, end_tokens
from training.templates.view import THINKING, View

# What is meant as one special token wherever a template writes it.
SPECIAL_LOOK = re.compile(r"<\|[^<>|\s]{1,40}\|>|<｜[^<>｜\s]{1,40}｜>|</?s>"
                          r"|<(?:bos|eos|pad|start_of_turn|end_of_turn)>")
# Zephyr and others write these as plain text on purpose.
PLAIN_ROLES = {"<|system|>", "<|user|>", "<|assistant|>"}
BRACKETED = re.compile(r"<[^<>\n]{1,40}>|\[[^\[\]\n]{1,40}\]|&lt;[^&<>\n]{1,40}&gt;"
                       r"|\w+[_▁]\w+")  # the last for a name that lost its brackets
# Control words that are plain text in some tokenizers; in a message they are still an injection.
CONTROL_LOOK = re.compile(SPECIAL_LOOK.pattern + r"|\[/?INST\]|<</?SYS>>")


def check_loss(view: View) -> Iterator[Finding]:
    """Loss on the prompt, on nothing, or cut off."""
    side = view.train
    last = max((i for i, flag in enumerate(side.loss) if flag), default=-1)
    if last >= side.kept:
        yield view.finding("truncated_answer", "train", side.kept,
                           f"{len(side.ids)} tokens are cut at {side.kept}; "
                           f"{sum(side.loss[side.kept:])} of the answer's tokens are lost.")
    if not _answer_trained(view):
        why = "there is no assistant message" if not side.turns else "no answer token is trained"
        yield view.finding("all_masked", "train", 0, f"{why}; the row teaches nothing.")
    messages = view.conversation.messages
    for turn in side.turns:
        if turn.index and messages[turn.index - 1]["role"] == "assistant":
            continue  # before it stands the end of an answer, which is rightly trained
        given = [i for i in side.inside(turn.header, turn.content[0]) if side.loss[i]]
        text = "".join(side.text[slice(*side.offsets[i])] for i in given)
        if THINKING.sub("", text).strip():
            yield view.finding("generation_prompt_trained", "train", given[0],
                               f"the loss falls on {text!r}, which is given at inference.")
            break
    for i, message in enumerate(messages):
        if message["role"] != "assistant" and i in side.rendered.spans:
            given = [k for k in side.inside(*side.rendered.spans[i]) if side.loss[k]]
            if given:
                yield view.finding("generation_prompt_trained", "train", given[0],
                                   f"the loss falls on message {i + 1} ({message['role']}).")
                break


def _answer_trained(view: View) -> bool:
    """Whether the loss falls on more than end tokens."""
    side = view.train
    return any(side.trained[i] and side.ids[i] not in view.tokenizer.ends
               for turn in side.turns for i in side.touching(*turn.content))


def check_end(view: View) -> Iterator[Finding]:
    """An end token behind every answer, trained, and at the end one that generation stops on."""
    side, tokenizer = view.train, view.tokenizer
    for turn in side.turns:
        if turn.index not in side.rendered.spans:
            continue  # only a tool call, whose end the template writes as part of it
        place = side.at(turn.content[1])
        ends = end_tokens(tokenizer, side, turn)
        taught = [i for i in ends if side.loss[i]]
        if not ends:
            rest = side.text[turn.content[1]:turn.end]
            yield view.finding("missing_eos", "train", place, "no end token follows the answer"
                               + (f", only {rest[:40]!r}." if rest else "."))
        elif not taught and any(side.loss):
            yield view.finding("missing_eos", "train", ends[0], f"{side.tokens[ends[0]]} follows "
                               "the answer but is not trained.")
        elif (turn is side.turns[-1] and tokenizer.stops
              and not {side.ids[i] for i in taught} & tokenizer.stops and taught):
            names = ", ".join(tokenizer.hf.convert_ids_to_tokens(sorted(tokenizer.stops)))
            yield view.finding("stop_mismatch", "train", taught[0], f"answers end in "
                               f"{side.tokens[taught[0]]}, generation stops on {names} "
                               f"({tokenizer.stops_from}).")


def check_special(view: View) -> Iterator[Finding]:
    """Special tokens as plain text in a template, or typed into a message."""
    for side in (view.train, view.inference):
        yield from _in_template(view, side)
    words = {*view.tokenizer.control}
    for side in (view.train, view.inference):
        words.update(CONTROL_LOOK.findall(_literal(side)))
    for i, message in enumerate(view.conversation.messages):
        content = content_text(message)
        if typed := sorted((w for w in words if w in content), key=content.index):
            start = view.train.rendered.spans.get(i, (0, 0))[0]
            place = view.train.text.find(typed[0], start)
            yield view.finding("special_as_text", "train", view.train.at(max(0, place)),
                               f"message {i + 1} ({message['role']}) contains {typed[0]}, which "
                               "the template uses as a control token.")


def _literal(side: Side) -> str:
    """What the template writes around the messages."""
    pieces, at = [], 0
    for start, end in sorted(side.rendered.spans.values()):
        pieces.append(side.text[at:start])
        at = max(at, end)
    return "\n".join([*pieces, side.text[at:]])


def _in_template(view: View, side: Side) -> Iterator[Finding]:
    """A string that is meant as a special token of some model but is several plain tokens here."""
    control = view.tokenizer.control
    alike = {_letters(name): name for name in control}
    other = view.inference if side is view.train else view.train
    spans = sorted(side.rendered.spans.values())
    for match in BRACKETED.finditer(side.text):
        if any(a <= match.start() < b for a, b in spans):
            continue
        word = match.group()
        tokens = side.touching(*match.span())
        if len(tokens) == 1 or _only(side, tokens, control):
            continue
        meant = alike.get(_letters(word))
        looks = SPECIAL_LOOK.fullmatch(word) and not (
            word in PLAIN_ROLES and (word in other.text or word in (view.tokenizer.own or "")))
        if word in control or (meant is not None and word.lower() not in PLAIN_ROLES) or looks:
            hint = f"; {meant} is meant" if meant and meant != word else ""
            yield view.finding("special_as_text", side.name, tokens[0] if tokens else 0,
                               f"the template writes {word!r}, which this tokenizer reads as "
                               f"{len(tokens)} plain tokens{hint}.")
            return


def _only(side: Side, tokens: list[int], control: dict[str, int]) -> bool:
    """Whether control tokens alone cover the string, as in <<SYS>> made of two of them."""
    return all(side.ids[i] in control.values() for i in tokens)


def _letters(word: str) -> str:
    """A token's name without brackets, bars, spaces, underscores and case; "/" is kept."""
    return re.sub(r"[^a-z0-9/]", "", unescape(word).lower().replace("\\", "/"))

