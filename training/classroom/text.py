"""The text that the classroom model learns from: conversations without end, one seed, one order."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from training.classroom import small
from training.classroom.dialects import FIXED, drawn
from training.classroom.letters import letter
from training.classroom.tables import ask, describe, make_table

Message = dict[str, str]
Turns = list[tuple[str, str]]  # (user, assistant)
SYSTEMS = ["You answer shortly.", "Answer with the query only.", "You write queries.",
           "You are a helpful assistant.", "Do as in the examples."]


def named_language(draw: Random) -> Turns:
    """Questions over one table in a language that is named."""
    name = draw.choice(list(FIXED))
    table = make_table(draw)
    turns = []
    for i in range(draw.choice([1, 1, 2, 3])):
        question, meaning = ask(draw, table)
        lead = f"{describe(draw, table)}\n" if i == 0 else ""
        turns.append((f"{lead}{question}\nAs {name}.", FIXED[name](meaning)))
    return turns


def shown_language(draw: Random) -> Turns:
    """Questions over one table in a language that only the earlier answers show."""
    write, table = drawn(draw), make_table(draw)
    turns = []
    for i in range(draw.choice([2, 3, 3, 4])):
        question, meaning = ask(draw, table)
        turns.append(((f"{describe(draw, table)}\n" if i == 0 else "") + question, write(meaning)))
    return turns


def shown_over_tables(draw: Random) -> Turns:
    """The same, each question with a table of its own: what few-shot prompts look like."""
    write = drawn(draw)
    turns = []
    for _ in range(draw.choice([2, 3])):
        table = make_table(draw)
        question, meaning = ask(draw, table)
        turns.append((f"{describe(draw, table)}\n{question}", write(meaning)))
    if draw.random() < 0.3:
        examples = "\n\n".join(f"{asked}\nAnswer: {answer}" for asked, answer in turns[:-1])
        return [(f"{examples}\n\n{turns[-1][0]}", turns[-1][1])]
    return turns


SHARES = [(shown_language, 34), (shown_over_tables, 20), (named_language, 14), (letter, 10),
          (small.columns, 8), (small.call, 5), (small.record, 3), (small.repeat, 3),
          (small.fact, 2), (small.spelling, 1)]


def conversations(seed: int) -> Iterator[list[Message]]:
    """Chats in the shape of ``messages``; the same seed gives the same chats in the same order."""
    draw = Random(seed)
    makers, weights = zip(*SHARES, strict=True)
    while True:
        turns = draw.choices(makers, weights)[0](draw)
        chat = [{"role": "system", "content": draw.choice(SYSTEMS)}] if draw.random() < 0.1 else []
        for asked, answer in turns:
            chat += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        yield chat
