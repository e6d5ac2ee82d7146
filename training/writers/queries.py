"""Questions in English over the sample tables and the Tally query that answers each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from training.querylang import Condition, Measure, Query, normal, show_value, validate
from training.writers.tables import Column, Table, read_tables

PER_TABLE = 15
SAID = {
    "avg": ["average {}", "mean {}", "{} on average"],
    "sum": ["total {}", "{} in total", "sum of {}", "combined {}"],
    "max": ["highest {}", "maximum {}", "largest {}", "peak {}"],
    "min": ["lowest {}", "minimum {}", "smallest {}"],
    "p50": ["median {}", "p50 of {}"],
    "p90": ["90th percentile of {}", "p90 {}"],
    "p95": ["95th percentile of {}", "p95 {}", "p95 of {}"],
    "p99": ["99th percentile of {}", "p99 {}", "p99 of {}"],
}
SIGNS = {
    ">": ["above {}", "over {}", "greater than {}", "more than {}"],
    ">=": ["of at least {}", "of {} or more", "no lower than {}"],
    "<": ["below {}", "under {}", "less than {}", "lower than {}"],
    "<=": ["of at most {}", "of {} or less", "no higher than {}"],
    "is": ["of exactly {}", "equal to {}"],
}
WINDOWS = {
    30: ["in the last 30 minutes", "in the past half hour", "over the last half hour"],
    60: ["in the last hour", "over the past hour", "within the last hour"],
    1440: ["in the last 24 hours", "since yesterday", "over the past day"],
    10080: ["in the last week", "over the past seven days", "this past week"],
    43200: ["in the last 30 days", "over the last 30 days", "in the past 30 days"],
}
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 8: "eight", 10: "ten"}


def write_queries(seed: int = 7) -> Iterator[dict[str, object]]:
    """PER_TABLE rows for each table: input, query, table, schema, split. No question comes twice
    for a table."""
    draw = Random(seed)
    for table in read_tables():
        asked: set[str] = set()
        while len(asked) < PER_TABLE:
            question, query = _pair(draw, table)
            if question in asked:
                continue
            asked.add(question)
            if faults := validate(str(query), table.schema):
                raise ValueError(f"{question}: {query}: {faults}")
            columns = ", ".join(f"{name} {kind}" for name, kind in table.schema.items())
            yield {"input": f"Columns of {table.name}: {columns}\n{question}",
                   "query": normal(str(query)), "table": table.name, "schema": table.schema,
                   "split": table.split}


def _pair(draw: Random, table: Table) -> tuple[str, Query]:
    measure, what = _measure(draw, table)
    free = [c for c in table.columns if c.name != measure.column]
    conditions, filters = [], []
    for column in draw.sample(free, draw.choice([0, 1, 1, 1, 2])):
        condition, phrase = _condition(draw, column)
        conditions.append(condition)
        filters.append(phrase)
    window, when = None, ""
    if draw.random() < 0.35:
        window, when = _window(draw)
    if measure.function == "count":  # "requests that are cached", not "requests of requests"
        what, filters = what + _joined(filters), []
    groups = [c for c in free if c.type == "text" and c.name not in [k.column for k in conditions]]
    query = Query((measure,), tuple(conditions), window=window)
    form = draw.random() if groups else 0.0
    only = _joined(filters)
    if form < 0.3:
        return _plain(draw, table, query, what, only, when)
    if form < 0.65:
        return _split(draw, table, query, what, only, when, groups)
    return _ranked(draw, table, query, what, only, when, draw.choice(groups))


def _joined(phrases: list[str]) -> str:
    return " " + " and ".join(phrases) if phrases else ""


def _plural(said: str) -> str:
    if said.endswith("y"):
        return said[:-1] + "ies"
    return said + ("es" if said.endswith(("s", "x", "ch", "sh")) else "s")


def _measure(draw: Random, table: Table) -> tuple[Measure, str]:
    form = draw.random()
    if form < 0.25:
        return Measure("count"), draw.choice(["number of {}", "count of {}"]).format(table.rows)
    if form < 0.33:
        column = draw.choice(table.of_type("text"))
        said = draw.choice(["number of different {} values", "number of distinct {} values"])
        return Measure("distinct", column.name), said.format(column.said[0])
    column = draw.choice(table.of_type("number"))
    function = draw.choice([*SAID, "avg", "avg", "sum", "p95"])
    return Measure(function, column.name), draw.choice(SAID[function]).format(
        draw.choice(column.said))


def _condition(draw: Random, column: Column) -> tuple[Condition, str]:
    said = draw.choice(column.said)
    if column.type == "flag":
        yes = draw.random() < 0.6
        phrase = draw.choice(["that are {}", "that were {}"] if yes else
                             ["that are not {}", "that were not {}"])
        return Condition(column.name, "is", (yes,)), phrase.format(said)
    if draw.random() < 0.08:
        gone = draw.random() < 0.5
        phrase = draw.choice([f"where {said} is missing", f"without any {said}"] if gone else
                             [f"where {said} is filled in", f"that have any {said}"])
        return Condition(column.name, "missing" if gone else "present"), phrase
    if column.type == "number":
        sign = draw.choice([*SIGNS, ">", "<"])
        value = draw.choice(column.values)
        compared = draw.choice(SIGNS[sign]).format(value)
        phrase = draw.choice([f"with {said} {compared}", f"whose {said} is {compared}"]
                             if " of " not in f" {compared}" else [f"with {said} {compared}"])
        return Condition(column.name, sign, (Decimal(value),)), phrase
    return _text_condition(draw, column, said)


def _text_condition(draw: Random, column: Column, said: str) -> tuple[Condition, str]:
    form = draw.random()
    one, other = draw.sample(column.values, 2)
    shown = show_value(one)  # people quote what is not one word, too
    if form < 0.12:
        phrase = draw.choice([f"where {said} is {shown} or {show_value(other)}",
                              f"with {said} either {shown} or {show_value(other)}"])
        return Condition(column.name, "among", (one, other)), phrase
    if form < 0.24:
        part = one.split()[0].split("-")[0]
        phrase = draw.choice([f"with {show_value(part)} in the {said}",
                              f"whose {said} contains {show_value(part)}"])
        return Condition(column.name, "has", (part,)), phrase
    if form < 0.4:
        phrase = draw.choice([f"where {said} is not {shown}",
                              f"with any {said} other than {shown}", f"outside {said} {shown}"])
        return Condition(column.name, "is not", (one,)), phrase
    phrase = draw.choice([f"with {said} {shown}", f"for {said} {shown}",
                          f"where {said} is {shown}", f"whose {said} is {shown}",
                          f"from {said} {shown}"])
    return Condition(column.name, "is", (one,)), phrase


def _window(draw: Random) -> tuple[int, str]:
    if draw.random() < 0.5:
        window = draw.choice(list(WINDOWS))
        return window, draw.choice(WINDOWS[window])
    many, (unit, size) = draw.choice([2, 3, 4, 6, 12, 14, 20]), draw.choice(
        [("minutes", 1), ("hours", 60), ("days", 1440)])
    return many * size, draw.choice(["in the last {} {}", "over the past {} {}",
                                     "within the last {} {}"]).format(many, unit)


def _plain(draw: Random, table: Table, query: Query, what: str, only: str,
           when: str) -> tuple[str, Query]:
    end = f" {when}" if when else ""
    if query.measures[0].function == "count":
        counted = what.split(" of ", 1)[1]
        return draw.choice([
            f"How many {counted}{end}?", f"How many {counted} were there{end}?",
            f"Count the {counted}{end}.", f"{counted}{end}: how many?",
        ]), query
    of = f" of {table.rows}" if only else ""
    return draw.choice([
        f"What is the {what}{of}{only}{end}?", f"{what}{of}{only}{end}, please.",
        f"I would like to know the {what}{of}{only}{end}.", f"Tell me the {what}{of}{only}{end}.",
        f"What was the {what}{end}{of}{only}?",
    ]), query


def _split(draw: Random, table: Table, query: Query, what: str, only: str, when: str,
           groups: list[Column]) -> tuple[str, Query]:
    chosen = draw.sample(groups, min(len(groups), draw.choice([1, 1, 2])))
    said = " and ".join(draw.choice(column.said) for column in chosen)
    measures, also, end = query.measures, "", f" {when}" if when else ""
    of = f" of {table.rows}" if only else ""
    if draw.random() < 0.3 and measures[0].function != "count":
        measures, also, of = (*measures, Measure("count")), f" and the number of {table.rows}", ""
    question = draw.choice([
        f"Show the {what}{also} per {said}{of}{only}{end}.",
        f"Break down the {what}{also} by {said}{of}{only}{end}.",
        f"What is the {what}{also}{of}{only} for each {said}{end}?",
        f"Compare the {what}{also} across {said}{of}{only}{end}.",
        f"By {said}: the {what}{also}{of}{only}{end}.",
        f"I need the {what}{also}{of}{only}{end}, split by {said}.",
    ])
    return question, Query(measures, query.conditions, tuple(column.name for column in chosen),
                           window=query.window)


def _ranked(draw: Random, table: Table, query: Query, what: str, only: str, when: str,
            group: Column) -> tuple[str, Query]:
    down = draw.random() < 0.75
    for superlative, plain in (("highest", "maximum"), ("largest", "maximum"),
                               ("lowest", "minimum"), ("smallest", "minimum")):
        what = what.replace(superlative, plain)
    keep = draw.choice([*NUMBERS, 15, 20, 25])
    many = NUMBERS[keep] if keep in NUMBERS and draw.random() < 0.4 else str(keep)
    said, end = group.said[0], f" {when}" if when else ""
    several = draw.choice([f"{said} values", _plural(said)])
    of = f" of {table.rows}" if only else ""
    side, most = ("top", "highest") if down else ("bottom", "lowest")
    question, kept = draw.choice([
        (f"The {side} {many} {several} by {what}{of}{only}{end}.", keep),
        (f"Which {many} {several} have the {most} {what}{of}{only}{end}?", keep),
        (f"Which {said} has the {most} {what}{of}{only}{end}?", 1),
        (f"Rank {said} by {what}{of}{only}{end}, {most} first, and stop after {many}.", keep),
        (f"{what} per {said}{of}{only}{end}, {most} first.", None),
        (f"Sort each {said} by {what}{of}{only}{end}, starting with the {most}.", None),
    ])
    return question, Query(query.measures, query.conditions, (group.name,), query.measures[0],
                           down, kept, query.window)
