"""How stances and criteria are called, and how a student's words are quoted. Nothing is drawn."""

from __future__ import annotations

import re

from advisor.names import NAMES

STANCE_NAMES = NAMES | {"classical": "No language model", "none": "No approach named"}
STANCES = tuple(STANCE_NAMES)
CRITERION_NAMES = {
    "freshness": "how often the facts change",
    "private_knowledge": "knowledge of one's own",
    "citations": "sources in the answer",
    "style_or_format": "a style or format of one's own",
    "narrow_task": "how narrow the task is",
    "examples_available": "whether examples exist",
    "latency_or_cost": "speed or price",
    "privacy": "data that must stay",
    "evals": "how it will be measured",
    "start_simple": "starting simple",
    "operational_complexity": "the work of running it",
    "broad_scope": "how broad the scope is",
    "preference": "choosing the better of two outputs",
    "tools": "calling other systems",
}
MOST_QUOTED = 110  # characters
# Marks that turn round the direction of the text after them, and other unseen ones.
_UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """The text without marks that have no shape, on one line."""
    return " ".join(_UNSEEN.sub("", text).split())


def quote(text: str, most: int = MOST_QUOTED) -> str:
    """The text's beginning in quotation marks, cut between words."""
    clean = seen(text)
    if len(clean) > most:
        clean = clean[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
    return f"“{clean}”"


def listed(parts: list[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def lower(name: str) -> str:
    """A name within a sentence: its first letter small, unless it is an abbreviation."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]


def share(probability: float) -> str:
    """In per cent; never all of it, since nothing here is certain."""
    return f"{min(probability, 0.99):.0%}"
