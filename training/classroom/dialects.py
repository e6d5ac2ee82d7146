"""Small languages for one meaning: four that always look the same, and one drawn anew each time.

A drawn language keeps its words through one conversation, so that the way to answer is read off
the earlier answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from training.classroom.tables import Meaning

Write = Callable[[Meaning], str]
WORD = {"=": "equals", "!=": "not", "~": "like", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def quoted(text: str) -> str:
    return text if is_number(text) or text in ("true", "false") else f'"{text}"'


def sql(meaning: Meaning) -> str:
    def call(function: str, column: str) -> str:
        return f"{function.upper()}({column or '*'})"

    measures = ", ".join([*meaning.groups, *(call(*m) for m in meaning.measures)])
    clauses = [f"{c} {'LIKE' if sign == '~' else sign} {quoted(v)}"
               for c, sign, v in meaning.filters]
    if meaning.since:
        clauses.append(f"age < {meaning.since}")
    parts = ["SELECT " + measures]
    if clauses:
        parts.append("WHERE " + " AND ".join(clauses))
    if meaning.groups:
        parts.append("GROUP BY " + ", ".join(meaning.groups))
    if meaning.limit:
        order = "ASC" if meaning.ascending else "DESC"
        parts.append(f"ORDER BY {call(*meaning.measures[0])} {order} LIMIT {meaning.limit}")
    return " ".join(parts)


def as_json(meaning: Meaning) -> str:
    found: dict[str, object] = {"get": [" ".join(m).strip() for m in meaning.measures]}
    if meaning.filters:
        found["only"] = [" ".join(f) for f in meaning.filters]
    if meaning.groups:
        found["by"] = meaning.groups
    if meaning.limit:
        found["bottom" if meaning.ascending else "top"] = meaning.limit
    if meaning.since:
        found["since"] = meaning.since
    return json.dumps(found)


def flags(meaning: Meaning) -> str:
    parts = [f"--get {':'.join(m).strip(':')}" for m in meaning.measures]
    parts += [f"--if {c} {WORD[sign]} {quoted(v)}" for c, sign, v in meaning.filters]
    parts += [f"--by {group}" for group in meaning.groups]
    if meaning.limit:
        parts.append(f"--{'bottom' if meaning.ascending else 'top'} {meaning.limit}")
    return " ".join(parts + ([f"--since {meaning.since}"] if meaning.since else []))


def lines(meaning: Meaning) -> str:
    parts = ["value: " + ", ".join(" ".join(m).strip() for m in meaning.measures)]
    if meaning.filters:
        parts.append("filter: " + ", ".join(f"{c} {sign} {v}" for c, sign, v in meaning.filters))
    if meaning.groups:
        parts.append("group: " + ", ".join(meaning.groups))
    if meaning.limit:
        parts.append(f"{'lowest' if meaning.ascending else 'highest'}: {meaning.limit}")
    return "\n".join(parts + ([f"time: {meaning.since}"] if meaning.since else []))


FIXED: dict[str, Write] = {"SQL": sql, "JSON": as_json, "flags": flags, "lines": lines}


def drawn(draw: Random) -> Write:
    """A language of words, signs and an order of its own."""
    get = draw.choice(["get", "show", "compute", "find", "select", "report", "calc", "return"])
    only = draw.choice(["filter", "if", "only", "when", "having", "for", "on", "cond"])
    by = draw.choice(["by", "per", "group", "each", "over", "facet", "along"])
    top = draw.choice([("top", "bottom"), ("first", "last"), ("highest", "lowest"),
                       ("desc", "asc"), ("high", "low"), ("most", "least")])
    order = draw.choice(["sort", "order", "sorted"])
    limit = draw.choice(["limit", "take", "max", "head"])
    since = draw.choice(["since", "last", "past", "within", "range", "time", "from"])
    rename = {"avg": draw.choice(["avg", "mean", "average"]),
              "sum": draw.choice(["sum", "total", "sum"]),
              "count": draw.choice(["count", "rows", "n", "count"]),
              "distinct": draw.choice(["distinct", "unique", "different"]),
              "p50": draw.choice(["p50", "median", "p50"])}
    call = draw.choice(["{0}({1})", "{0} {1}", "{0} {1}", "{1}.{0}", "{0}:{1}", "{0} of {1}"])
    mark = draw.choice(["{}", "{}", "{}", '"{}"', "'{}'"])
    sign = draw.choice([
        {}, {"=": "==", "!=": "!="}, {"=": "eq", "!=": "ne"} | {k: WORD[k] for k in (">", "<")},
        {"=": "equals", "!=": "differs", "~": "contains"}, {"=": ":", "!=": "not"}])
    comma = draw.choice([", ", ", ", " and ", " & ", "; "])
    joint = draw.choice([" and ", " and ", ", ", " & ", " also "])
    truth = draw.choice([("true", "false"), ("yes", "no"), ("1", "0"), ("on", "off")])
    separator = draw.choice([" ", " ", " ", " | ", "\n", "; "])
    late_order = draw.random() < 0.7
    time_first = draw.random() < 0.2

    def one(function: str, column: str) -> str:
        name = rename.get(function, function)
        return call.format(name, column) if column else name

    def literal(text: str) -> str:
        if text in ("true", "false"):
            return truth[text == "false"]
        if is_number(text):
            return text
        return f'"{text}"' if mark == "{}" and " " in text else mark.format(text)

    def write(meaning: Meaning) -> str:
        parts = [f"{get} " + comma.join(one(*m) for m in meaning.measures)]
        if meaning.filters:
            parts.append(f"{only} " + joint.join(f"{c} {sign.get(s, s)} {literal(v)}"
                                                 for c, s, v in meaning.filters))
        if meaning.groups:
            parts.append(f"{by} " + comma.join(meaning.groups))
        if meaning.limit and late_order:
            parts.append(f"{order} {one(*meaning.measures[0])} {top[meaning.ascending]}")
            parts.append(f"{limit} {meaning.limit}")
        elif meaning.limit:
            parts.append(f"{top[meaning.ascending]} {meaning.limit}")
        if meaning.since:
            parts.insert(0 if time_first else len(parts), f"{since} {meaning.since}")
        return separator.join(parts)

    return write
