"""Questions over tables with columns of their own, and their answers in many small languages.

None of these languages is Tally (``training.querylang``), which the samples hold and which the
classroom model must not know before it is tuned.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from training.classroom.words import DONE, TRAITS, UNITS, number, thing, value

FUNCTIONS = {
    "avg": ["average {}", "mean {}", "{} on average", "typical {}"],
    "sum": ["total {}", "sum of {}", "{} in total", "overall {}"],
    "max": ["highest {}", "maximum {}", "largest {}", "biggest {}", "greatest {}", "longest {}"],
    "min": ["lowest {}", "minimum {}", "smallest {}", "least {}", "shortest {}"],
    "p50": ["median {}", "50th percentile of {}", "median of {}"],
    "p90": ["90th percentile of {}", "p90 of {}", "p90 {}"],
    "p95": ["95th percentile of {}", "p95 of {}", "p95 {}"],
    "p99": ["99th percentile of {}", "p99 of {}", "p99 {}"],
    "distinct": ["number of different {}", "distinct {}", "unique {}"],
}
SPANS = {
    "30m": ["the last 30 minutes", "the past half hour"], "1h": ["the last hour", "the past hour"],
    "1d": ["the last day", "the past 24 hours", "since yesterday"],
    "7d": ["the last week", "the past week", "the last seven days"],
    "14d": ["the last two weeks"], "30d": ["the last month", "the past 30 days"],
}
NAMED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@dataclass(frozen=True)
class Table:
    name: str
    columns: dict[str, str]  # name → number, text or flag
    spoken: dict[str, str]


@dataclass(frozen=True)
class Meaning:
    """What is asked: (function, column) with "" for count; (column, sign, value); and so on."""

    measures: list[tuple[str, str]]
    filters: list[tuple[str, str, str]]
    groups: list[str]
    limit: int
    ascending: bool
    since: str


def make_table(draw: Random) -> Table:
    columns: dict[str, str] = {}
    spoken: dict[str, str] = {}
    for _ in range(draw.randint(3, 7)):
        kind = draw.choice(["number", "number", "text", "text", "flag"])
        words = [thing(draw)] + ([thing(draw)] if draw.random() < 0.4 else [])
        if kind == "flag":
            words = [draw.choice(DONE)] if draw.random() < 0.6 else [draw.choice(TRAITS)]
        name, said = "_".join(words), " ".join(words)
        if kind == "flag" and draw.random() < 0.3:
            name = "is_" + name
        if kind == "number" and draw.random() < 0.35:
            name += "_" + draw.choice(UNITS)
        if said not in spoken.values():
            columns[name], spoken[name] = kind, said
    return Table(thing(draw) + "s", columns, spoken)


def describe(draw: Random, table: Table) -> str:
    """The table as it stands in a prompt."""
    form = draw.randrange(4)
    if form == 0:
        shown = ", ".join(f"{name} ({kind})" for name, kind in table.columns.items())
    elif form == 1:
        shown = ", ".join(f"{name}: {kind}" for name, kind in table.columns.items())
    else:
        shown = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    lead = ["Columns: {1}", "Table {0}: {1}", "{0}: {1}", "Columns of {0}: {1}"]
    return draw.choice(lead).format(table.name, shown)


def ask(draw: Random, table: Table) -> tuple[str, Meaning]:
    """A question over ``table`` in English, and what it means."""
    by_kind = {kind: [c for c in table.columns if table.columns[c] == kind]
               for kind in ("number", "text", "flag")}
    measures, asked = _measures(draw, table, by_kind["number"], by_kind["text"])
    filters: list[tuple[str, str, str]] = []
    parts: list[str] = []
    open_columns = draw.sample(list(table.columns), len(table.columns))
    for column in open_columns[:draw.choice([0, 1, 1, 1, 2, 2])]:
        if (column in table.spoken and column not in [m[1] for m in measures]):
            clause, phrase = _filter(draw, table, column)
            filters.append(clause)
            parts.append(phrase)
    free = [c for c in by_kind["text"] + by_kind["flag"] if c not in [f[0] for f in filters]]
    groups = draw.sample(free, min(len(free), draw.choice([0, 0, 1, 1, 1, 2])))
    limit, ascending = 0, False
    if groups and draw.random() < 0.4:
        limit, ascending = draw.randint(1, 20), draw.random() < 0.25
    since, span = _span(draw) if draw.random() < 0.35 else ("", "")
    meaning = Meaning(measures, filters, groups, limit, ascending, since)
    return _sentence(draw, table, meaning, asked, parts, span), meaning


def _measures(draw: Random, table: Table, numbers: list[str],
              texts: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    found: list[tuple[str, str]] = []
    asked = []
    for _ in range(draw.choice([1, 1, 1, 2])):
        function = draw.choice([*FUNCTIONS, "avg", "sum", "max"])
        source = texts if function == "distinct" else numbers
        if draw.random() < 0.25 or not source:
            measure, phrase = ("count", ""), draw.choice(["number of {}", "count of {}"])
            phrase = phrase.format(table.name)
        else:
            measure = (function, draw.choice(source))
            phrase = draw.choice(FUNCTIONS[function]).format(table.spoken[measure[1]])
        if measure not in found:
            found.append(measure)
            asked.append(phrase)
    return found, asked


def _filter(draw: Random, table: Table, column: str) -> tuple[tuple[str, str, str], str]:
    said = table.spoken[column]
    kind = table.columns[column]
    if kind == "flag":
        yes = draw.random() < 0.6
        phrase = draw.choice([f"that are {'' if yes else 'not '}{said}",
                              f"{'' if yes else 'not '}{said}",
                              f"where {said} is {'true' if yes else 'false'}"])
        return (column, "=", "true" if yes else "false"), phrase
    if kind == "number":
        shown = number(draw)
        sign, words = draw.choice([
            (">", "above"), (">", "over"), (">", "greater than"), (">", "more than"),
            (">=", "at least"), (">=", "from"), ("<", "below"), ("<", "under"), ("<", "less than"),
            ("<=", "at most"), ("<=", "up to"), ("=", "equal to"), ("=", "of exactly")])
        phrase = draw.choice([f"with {said} {words} {shown}", f"where {said} is {words} {shown}",
                              f"whose {said} is {words} {shown}", f"with a {said} {words} {shown}"])
        return (column, sign, shown), phrase
    shown = value(draw)
    quoted = f'"{shown}"' if " " in shown or draw.random() < 0.15 else shown
    form = draw.random()
    if form < 0.65:
        return (column, "=", shown), draw.choice(
            [f"where {said} is {quoted}", f"with {said} {quoted}", f"for {said} {quoted}",
             f"whose {said} is {quoted}", f"in {said} {quoted}", f"having {said} {quoted}"])
    if form < 0.85:
        return (column, "!=", shown), draw.choice(
            [f"where {said} is not {quoted}", f"with any {said} but {quoted}",
             f"except {said} {quoted}", f"whose {said} is not {quoted}"])
    return (column, "~", shown), draw.choice(
        [f"where {said} contains {quoted}", f"with {quoted} in the {said}",
         f"whose {said} includes {quoted}"])


def _span(draw: Random) -> tuple[str, str]:
    if draw.random() < 0.5:
        short = draw.choice(list(SPANS))
        return short, draw.choice(SPANS[short])
    many = draw.randint(2, 60)
    unit = draw.choice(["minutes", "hours", "days"])
    return f"{many}{unit[0]}", draw.choice(["the last {} {}", "the past {} {}"]).format(many, unit)


def _sentence(draw: Random, table: Table, meaning: Meaning, asked: list[str], parts: list[str],
              span: str) -> str:
    what = " and ".join(asked)
    said = [table.spoken[column] for column in meaning.groups]
    tail = ""
    if meaning.limit:
        many = meaning.limit
        shown = NAMED[many - 1] if many <= 10 and draw.random() < 0.4 else str(many)
        most = draw.choice(["lowest", "smallest"] if meaning.ascending else ["highest", "largest"])
        side = "bottom" if meaning.ascending else "top"
        tail = draw.choice([f", {side} {shown}", f", only the {side} {shown}",
                            f", the {shown} {most}", f", {shown} {most} first"])
    grouped = ""
    if said:
        grouped = " " + draw.choice(["per", "by", "for each", "grouped by", "for every",
                                     "broken down by"]) + " " + " and ".join(said)
    within = f" {draw.choice(['in', 'over', 'for', 'within'])} {span}" if span else ""
    if span.startswith("since"):
        within = " " + span
    only = (" " + " and ".join(parts)) if parts else ""
    of = draw.choice([f" of {table.name}", f" for {table.name}", "", "", ""])
    pieces = [only, within, grouped] if draw.random() < 0.5 else [grouped, only, within]
    lead = draw.choice(["What is the ", "Show the ", "Give me the ", "Find the ", "Compute the ",
                        "I need the ", "the ", "Tell me the ", "What was the ", "Get "])
    if meaning.measures[0] == ("count", "") and draw.random() < 0.6:
        lead, of = "", ""
        also = "".join(f" and the {phrase}" for phrase in asked[1:])
        pieces.append(also) if draw.random() < 0.3 else pieces.insert(0, also)
        what = draw.choice(["How many {}", "how many {}", "Count the {}", "Number of {}"])
        what = what.format(table.name)
    end = "?" if lead.startswith("What") or what.startswith("How") else draw.choice([".", ""])
    return lead + what + of + "".join(pieces) + tail + end

