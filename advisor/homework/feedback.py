"""A review as a person reads it: the view that pages and reports draw, made from its JSON line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.homework.checks import BY_CODE
from advisor.homework.reasoning import read_reasonings
from advisor.homework.review import MOST_REASONING, costs
from advisor.homework.rubric import Rubric
from advisor.homework.wording import CRITERION_NAMES, STANCE_NAMES, listed, lower, seen, share
from advisor.names import NAMES

MOST_SHOWN = 2_000  # characters of one text


@dataclass(frozen=True)
class Card:
    """A finding with everything that explains it; ``points`` is its cost, ``comment`` the
    instructor's."""

    code: str
    severity: str
    title: str
    text: str
    why: str
    fix: str
    source: str
    url: str
    points: float
    comment: str


@dataclass(frozen=True)
class UseCaseView:
    number: int
    posted: bool
    description: str
    reasoning: str
    approach: str
    said: str
    criteria: tuple[tuple[str, str], ...]
    agreement: str
    advice: str
    shares: tuple[tuple[str, float], ...]
    cards: tuple[Card, ...]
    comment: str


@dataclass(frozen=True)
class Feedback:
    """``score_before`` is the review's own where the instructor changed findings."""

    name: str
    file: str
    good: str
    score: float
    score_before: float | None
    lost: float
    comment: str
    use_cases: tuple[UseCaseView, ...]
    cards: tuple[Card, ...]

    @property
    def n_findings(self) -> int:
        return len(self.cards) + sum(len(used.cards) for used in self.use_cases)


def feedback(line: Mapping[str, Any], rubric: Rubric) -> Feedback:
    """The view of one line; the student's quotes are read again, which takes a millisecond."""
    points = {(place, code): cost for place, code, cost in costs(line, rubric)}
    used = line["use_cases"]
    readings = read_reasonings([u["description"][:MOST_REASONING] for u in used],
                               [u["reasoning"][:MOST_REASONING] for u in used])
    views = tuple(
        _use_case(place, row, dict(reading.quotes), line["posted"], points)
        for place, (row, reading) in enumerate(zip(used, readings, strict=True)))
    whole = tuple(_card(row, points[None, row["code"]]) for row in line["findings"])
    return Feedback(
        name=line["author"] or line["file"], file=line["file"], good=_good(line),
        score=line["score"], score_before=line.get("score_before"), lost=sum(points.values()),
        comment=line.get("comment", ""), use_cases=views, cards=whole)


def _use_case(
    place: int, row: Mapping[str, Any], quotes: Mapping[str, str], posted: int | None,
    points: Mapping[tuple[int | None, str], float],
) -> UseCaseView:
    later = [lower(STANCE_NAMES[step]) for step in row["later"]]
    plan = f", then {listed(later)}" if later else ""
    advice = row["advice"]
    words = _once([quotes.get(name, "") for name in ("stance", *row["criteria"])],
                  row["reasoning"])
    return UseCaseView(
        number=place + 1, posted=posted == place + 1,
        description=shown(row["description"]), reasoning=shown(row["reasoning"]),
        approach=STANCE_NAMES[row["stance"]] + plan, said=words[0],
        criteria=tuple(zip([CRITERION_NAMES[c] for c in row["criteria"]], words[1:], strict=True)),
        agreement=row["agreement"] or "", advice=_advice_text(row) if advice else "",
        shares=tuple((NAMES[a], float(p)) for a, p in advice["probabilities"].items())
        if advice else (),
        cards=tuple(_card(f, points[place, f["code"]]) for f in row["findings"]),
        comment=row.get("comment", ""))


def _once(quotes: list[str], whole: str) -> list[str]:
    """Each quote where it first stands, and none that is the whole text, which stands above."""
    known = {seen(whole)}
    kept = []
    for quote in map(seen, quotes):
        kept.append("" if quote in known else quote)
        known.add(quote)
    return kept


def _advice_text(row: Mapping[str, Any]) -> str:
    advice = row["advice"]
    name = lower(NAMES[advice["approach"]])
    sure = share(advice["probabilities"][advice["approach"]])
    if row["agreement"] == "agrees":
        return f"The advisor would go the same way: {name} ({sure})."
    if row["agreement"] == "disputed":
        return f"Disputed: the advisor leans to {name} ({sure}); both answers stand."
    return f"The advisor would choose {name} ({sure})."


def _card(row: Mapping[str, Any], points: float) -> Card:
    check = BY_CODE[row["code"]]
    source, _, address = check.source.partition(", https://")
    return Card(row["code"], row["severity"], check.title, row["text"], check.why, check.fix,
                source, f"https://{address}" if address else "", points, row.get("comment", ""))


def shown(text: str) -> str:
    """A text as far as it is shown; says how much there is of one that is cut."""
    if len(text) <= MOST_SHOWN:
        return text
    return f"{text[:MOST_SHOWN]} … (cut here: it has {len(text):,} characters)"


def _good(line: Mapping[str, Any]) -> str:
    """What works, first and in particular; nothing is praised that is not there."""
    used = line["use_cases"]
    clean = [str(i + 1) for i, row in enumerate(used)
             if row["stance"] != "none" and row["criteria"]
             and not any(f["severity"] == "issue" for f in row["findings"])]
    reasons = list(dict.fromkeys(
        CRITERION_NAMES[c] for row in used for c in row["criteria"] if c in CRITERION_NAMES))
    staged = [str(i + 1) for i, row in enumerate(used) if row["later"]]
    parts = []
    if clean:
        parts.append(f"{'Number' if len(clean) == 1 else 'Numbers'} {listed(clean)} "
                     f"{'stands' if len(clean) == 1 else 'stand'}: an approach, and a reason that "
                     "goes with it.")
    if len(reasons) >= 2:
        parts.append(f"You argue with {listed(reasons[:5])}: the right things to look at.")
    elif reasons:
        parts.append(f"You argue with {reasons[0]}, which is one of the things that decide.")
    if staged:
        parts.append(f"The staged plan in number {listed(staged)} starts small and says what comes "
                     "next.")
    if not parts and any(row["description"].strip() for row in used):
        parts.append("There is something here to build on: the needs are written down.")
    return " ".join(parts)
