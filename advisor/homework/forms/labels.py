"""What a label or a column heading stands for: "Why?" and "Rationale" are both the reasoning.

A label in a text must consist of known words only, so that no sentence is taken for one; the
heading of a column may be a whole question, of which the telling words decide.
"""

from __future__ import annotations

import re
from functools import lru_cache

AUTHOR, NUMBER, TITLE, DESCRIPTION, APPROACH, REASONING, POSTED = (
    "author", "number", "title", "description", "approach", "reasoning", "posted"
)
REASONED = (APPROACH, REASONING)

_WORDS = {
    REASONING: """reason reasons reasoning reasonings rationale rationales justification
        justifications justify why because explanation explanations explain thinking argument
        arguments motivation analysis thoughts argumentation take
        opinion view""",
    APPROACH: """approach approaches technique techniques method methods solution solutions
        strategy strategies recommendation recommendations recommended served verdict decision
        decisions stance suited fit proposal proposals how tool tools choice methodology
        implementation""",
    POSTED: "post posts posted posting forum shared chosen selected pick picked submitted posted?",
    AUTHOR: """author student name participant learner username nickname handle surname firstname
        lastname fullname email mail user writer poster by""",
    TITLE: "title titles headline topic",
    DESCRIPTION: """description descriptions describe desc summary what case cases usecase usecases
        idea ideas task tasks problem problems scenario scenarios application applications context
        background goal objective need situation input inputs output outputs story overview
        details project uc""",
    NUMBER: "# no nr number num id index",
}
_FIELD = {word: name for name, words in _WORDS.items() for word in words.split()}
_FILLING_WORDS = """
    my the your our of for this that these behind and or a an to in into is it its i best be
    should would with on at as use llm ai proposed suggested short brief one two sentence
    sentences full goes comes out statement llms selected chosen 's student's you / & plus vs
    versus if do does did work works go choose chose selection here are they them below first
    preferred ideal right course class which where when could can used it's question questions
    answer most appropriate optimal real new key main
"""
_FILLING = set(_FILLING_WORDS.split())
TECHNIQUES = {"rag", "fine", "tuning", "finetuning", "tune", "prompt", "prompting", "engineering",
              "retrieval", "ft", "pe", "combination", "combo", "hybrid", "lora"}
# Said by a student beside the approach: kept, with its label, as part of the reasoning.
_BESIDE_WORDS = """
    eval evals evaluation evaluations plan criteria criterion tradeoff tradeoffs trade off offs
    risk risks caveat caveats cost costs pros cons pro con alternative alternatives staging
    steps step next later
"""
_BESIDE = set(_BESIDE_WORDS.split())
_COLUMN_ONLY = {"user", "email", "writer", "poster"}
_FLOW = {"input", "inputs", "output", "outputs", "goes", "comes"}
_TOKEN = re.compile(r"[a-z']+|#")


@lru_cache(maxsize=20_000)
def label(phrase: str) -> str | None:
    """The field that ``phrase``, found where a label stands in a text, names; None if none."""
    words = _tokens(phrase)
    if not words or len(words) > 7 or re.search(r"\d", phrase):
        return None
    if not all(w in _FIELD or w in _FILLING or w in TECHNIQUES or w in _BESIDE for w in words):
        return None
    if _COLUMN_ONLY & set(words):
        return None  # "User:" and "E-mail:" begin use cases as often as they name a student
    if words == ["by"] or (words[-1] == "by" and "submitted" in words):
        return AUTHOR
    if words[0] in ("how", "what") and len(words) == 1:
        return DESCRIPTION if words[0] == "what" else APPROACH
    if len(words) > 1 and "by" in words and "served" not in words:
        return None
    return _by_rank(words)


def keeps_label(phrase: str) -> bool:
    """Whether the label itself says something: "Why RAG?", "Evals:", "Output:"."""
    return any(w in _BESIDE or w in TECHNIQUES or w in _FLOW for w in _tokens(phrase))


@lru_cache(maxsize=20_000)
def heading(phrase: str) -> str | None:
    """The field that a column of this heading holds; None when it holds none of them."""
    plain = re.sub(r"\d+\s*(?:-|–|to|or)\s*\d+", " ", phrase)
    words = _tokens(plain)
    if not words and plain.strip() in ("#", "№"):
        return NUMBER
    if len(words) > 1 and "by" in words and {"submitted", "written", "posted"} & set(words):
        return AUTHOR
    if TECHNIQUES & set(words) and not any(_FIELD.get(w) == REASONING for w in words):
        return APPROACH
    return _by_rank(words)


def _by_rank(words: list[str]) -> str | None:
    fields = [_FIELD[w] for w in words if w in _FIELD]
    found = set(fields)
    if REASONING in found:
        # "Reasoning for my post" is the reasoning, "Why I post this one" is too.
        return REASONING
    if any(w in _BESIDE for w in words) and not found - {APPROACH}:
        return REASONING
    if APPROACH in found:
        return APPROACH
    if POSTED in found:
        return POSTED
    about = {"case", "usecase", "idea", "project", "application", "scenario", "task", "title",
             "topic", "uc", "problem"} & set(words)
    if "name" in words and about:
        return TITLE
    if NUMBER in found and about:
        return NUMBER
    if AUTHOR in found and not (set(words) & {"story"}):
        return AUTHOR
    if TITLE in found:
        return TITLE
    if DESCRIPTION in found:
        return DESCRIPTION
    if NUMBER in found:
        return NUMBER
    if any(w in TECHNIQUES for w in words) and len(words) > 1:
        return None
    return None


def _tokens(phrase: str) -> list[str]:
    words = _TOKEN.findall(phrase.casefold().replace("’", "'").replace("-", " "))
    return ["email" if w in ("e", "mail") else w for w in words]
