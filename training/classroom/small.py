"""Short exercises in reading and copying: columns by type, records, facts, calls of functions."""

from __future__ import annotations

import json
from random import Random

from training.classroom.tables import describe, make_table
from training.classroom.words import (
    PEOPLE,
    PLACES,
    THINGS,
    TRAITS,
    invented,
    number,
    thing,
    value,
)

Turns = list[tuple[str, str]]


def columns(draw: Random) -> Turns:
    """Which columns a table has, by type or by what is said of them."""
    table = make_table(draw)
    turns: Turns = []
    for _ in range(draw.randint(2, 4)):
        name = draw.choice(list(table.columns))
        kind = table.columns[name]
        same = ", ".join(c for c in table.columns if table.columns[c] == kind)
        turns.append(draw.choice([
            (f"Which columns are of the type {kind}?", same),
            (f"Which column holds the {table.spoken[name]}?", name),
            (f"Of what type is the {table.spoken[name]}?", kind),
            (f"The name of the column {table.spoken[name]}", name),
            ("List all columns.", ", ".join(table.columns)),
            (f"Is there a column {name}?", "yes"),
            (f"Is there a column {thing(draw)}_{invented(draw)}?", "no"),
        ]))
    return [(f"{describe(draw, table)}\n{turns[0][0]}", turns[0][1]), *turns[1:]]


def spelling(draw: Random) -> Turns:
    """A phrase rewritten by one rule, which the examples show."""
    rule, write = draw.choice([
        ("with underscores", "_".join), ("with dashes", "-".join), ("with dots", ".".join),
        ("without spaces", "".join), ("as a list", ", ".join),
        ("in quotes", lambda words: '"' + " ".join(words) + '"'),
        ("in capitals", lambda words: " ".join(words).upper()),
        ("backwards", lambda words: " ".join(reversed(words)))])
    turns = []
    for _ in range(draw.randint(2, 4)):
        words = [thing(draw) for _ in range(draw.randint(2, 3))]
        turns.append((f"Write {' '.join(words)} {rule}.", write(words)))
    return turns


def record(draw: Random) -> Turns:
    """A record in one form, asked for in another or for single fields."""
    fields = {thing(draw): draw.choice([value, number])(draw) for _ in range(draw.randint(2, 5))}
    shown = draw.choice(["\n", ", ", "; "]).join(f"{k}: {v}" for k, v in fields.items())
    key = draw.choice(list(fields))
    first = draw.choice([
        ("As JSON: ", json.dumps(fields)),
        ("As options: ", " ".join(f"--{k} {v}" for k, v in fields.items())),
        ("As lines: ", "\n".join(f"{k} = {v}" for k, v in fields.items())),
        (f"What is the {key}? ", fields[key]),
        ("Which fields? ", ", ".join(fields))])
    turns = [(first[0] + shown, first[1])]
    for _ in range(draw.randint(0, 2)):
        key = draw.choice(list(fields))
        turns.append((draw.choice(["What is the {}?", "And the {}?", "{}?"]).format(key),
                      fields[key]))
    return turns


def fact(draw: Random) -> Turns:
    """Sentences, and questions whose answer stands in them."""
    person, other = draw.sample(PEOPLE, 2)
    place, item, many = draw.choice(PLACES), thing(draw), number(draw)
    trait = draw.choice(TRAITS)
    told, asked = draw.choice([
        (f"{person.title()} bought {many} {trait} {item}s in {place.title()}.",
         [("Who bought something?", person.title()), ("Where?", place.title()),
          ("How many?", many), ("What?", f"{trait} {item}s")]),
        (f"{person.title()} sent the {trait} {item} to {other.title()} in {place.title()}.",
         [("Who sent it?", person.title()), ("Who received it?", other.title()),
          ("What was sent?", f"the {trait} {item}"), ("Where?", place.title())]),
        (f"The {item} from {place.title()} costs {many} and belongs to {person.title()}.",
         [("What does it cost?", many), ("Where is it from?", place.title()),
          ("Whose is it?", person.title())])])
    if draw.random() < 0.3:
        as_json = {"who": person.title(), "where": place.title()}
        asked = [("Who and where, as JSON?", json.dumps(as_json)), *asked]
    first, *rest = draw.sample(asked, min(3, len(asked)))
    return [(f"{told}\n{first[0]}", first[1]), *rest]


def call(draw: Random) -> Turns:
    """Some tools and a request: the call as JSON."""
    verbs = ["get", "find", "add", "open", "send", "move", "check", "plan", "update", "delete"]
    name_key, argument_key = draw.choice([("tool", "with"), ("call", "args"), ("do", "using"),
                                          ("function", "input"), ("name", "arguments")])
    tools = {}
    for _ in range(draw.randint(2, 4)):
        tools[draw.choice(verbs), thing(draw)] = draw.sample(THINGS, draw.randint(1, 3))
    listed = "\n".join(f"{verb}_{noun}({', '.join(args)})" for (verb, noun), args in tools.items())
    turns = []
    for _ in range(draw.randint(1, 3)):
        (verb, noun), names = draw.choice(list(tools.items()))
        used = draw.sample(names, draw.randint(1, len(names)))
        given = {name: draw.choice([value, number])(draw) for name in names if name in used}
        said = [draw.choice(["with {} {}", "for {} {}", "{} {}", "the {} is {}"]).format(*pair)
                for pair in given.items()]
        lead = draw.choice(["", "Please ", "Can you ", "I want to ", "Could you "])
        request = f"{lead}{verb} the {noun} {', '.join(said)}"
        turns.append((request, json.dumps({name_key: f"{verb}_{noun}", argument_key: given})))
    return [(f"Tools:\n{listed}\n{turns[0][0]}", turns[0][1]), *turns[1:]]


def repeat(draw: Random) -> Turns:
    """Words to say again: the plainest copying."""
    words = [draw.choice([invented, thing, value, number])(draw)
             for _ in range(draw.randint(3, 10))]
    lead = draw.choice(["Repeat: ", "Say again: ", "Copy: ", "Echo: "])
    return [(lead + " ".join(words), " ".join(words))]
