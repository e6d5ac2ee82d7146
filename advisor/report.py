"""Advice as Markdown, to keep and to hand on; scores as text for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from advisor.advice import Advice
from advisor.infer import default_reader
from advisor.names import FLAG_TEXT, NAMES

OLD_YEARS = 3
LEAST_KNOWN = 0.5  # every description of the case bank is above 0.7


def reading_caution(text: str) -> str:
    """What to tell somebody whose text can hardly be read, or nothing."""
    if default_reader().known_words(text) >= LEAST_KNOWN:
        return ""
    return ("Few of these words are known here: descriptions are read in English only. Describe it "
            "in plain English, or rely on the questions instead.")


def age_caution(advice: Advice) -> str:
    """What to say when none of the nearest cases is recent, or nothing."""
    newest = max((case.year for case in advice.neighbours), default=date.today().year)
    if date.today().year - newest < OLD_YEARS:
        return ""
    return (f"The nearest evidence is old: none of it is newer than {newest}. What held for the "
            "models of then may not hold now, so trust the pilot more.")


def advice_markdown(advice: Advice) -> str:
    """The advice as one Markdown document."""
    lines = ["# Advice", "", *_quote(advice.description), "",
             f"**{NAMES[advice.approach]}**", "", "| approach | probability |", "|---|---|"]
    lines += [f"| {NAMES[a]} | {p:.0%} |" for a, p in advice.probabilities.items()]
    lines += ["", *[f"- {FLAG_TEXT[flag]}" for flag in advice.flags], "", "## Ladder", ""]
    for rung in advice.ladder:
        if rung.status != "not_indicated":
            lines += [f"1. **{rung.title}.** {rung.do} *Before the next:* {rung.before_next}"]
    tuning = next(rung for rung in advice.ladder if rung.rung == "fine_tuning")
    lines += ["", "## The workshop's three tests for fine-tuning, and its reasons to tune", ""]
    lines += [f"- {t.name}: {t.met} ({t.why})" for t in [*tuning.tests, *tuning.grounds]]
    lines += ["", "## Reasons", "", "| code | reason | adds to " + advice.approach + " | source |",
              "|---|---|---|---|"]
    lines += [f"| {r.code} | {r.text} | {r.contributions[advice.approach]:+.2f} | {r.source} |"
              for r in advice.reasons]
    lines += ["", "## Nearest cases", ""]
    lines += [f"- {n.title} ({NAMES[n.approach]}, {n.year}, similarity {n.similarity:.2f}): "
              f"{n.source}" for n in advice.neighbours]
    if caution := age_caution(advice):
        lines += ["", caution]
    if advice.would_change_if:
        lines += ["", "## What would change it", ""]
        lines += [f"- {c.text}: {NAMES[c.approach]}" for c in advice.would_change_if]
    return "\n".join(lines) + "\n"


def evaluation_text(result: Mapping[str, Any]) -> str:
    """Scores of ``advisor.evaluate`` as a table for the terminal."""
    rows = ["description_alone", "after_interview", "with_every_answer", "always_the_commonest"]
    lines = [f"{result['n']} use cases; 95% intervals in brackets"]
    for name in rows:
        if name not in result:
            continue
        lines.append(name.replace("_", " "))
        for score, found in result[name].items():
            if isinstance(found, dict) and found.get("ci95"):
                low, high = found["ci95"]
                lines.append(f"  {score.replace('_', ' '):22} {found['value']:.3f} "
                             f"[{low:.3f}, {high:.3f}]  n {found['n']}")
            elif score == "questions":
                lines.append(f"  questions asked        {found['mean']} on average, "
                             f"{found['most']} at most")
    return "\n".join(lines)


def _quote(text: str) -> list[str]:
    return [f"> {line}" for line in text.splitlines()]
