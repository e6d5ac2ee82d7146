"""Checks on a submission as a whole."""

from __future__ import annotations

from advisor.homework.outcome import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Outcome,
    Thresholds,
    Work,
    finding,
)
from advisor.homework.similar import likeness
from advisor.homework.wording import listed, quote


def number(work: Work, limits: Thresholds) -> Outcome:
    wanted, found = int(limits["wanted"]), len(work.filled)
    if found == wanted:
        return PASSED
    if found > wanted:
        return finding(f"There are {found} use cases where {wanted} were asked for. All of them "
                       f"were read; name the {wanted} that you want to be judged by.", "tip")
    if found == 0:
        return finding(f"No use case could be found where {wanted} were asked for. Write each one "
                       "as a description of one or two sentences, followed by your reasoning.")
    without = [str(i + 1) for i in range(len(work.use_cases)) if i not in work.filled]
    empty = f" (number {listed(without)} has no description)" if without else ""
    return finding(f"There {'is' if found == 1 else 'are'} {found} of {wanted} use cases{empty}. "
                   f"{wanted - found} more, however small, and the exercise is whole: things that "
                   "annoyed you this week make good ones.")


def posted(work: Work, _: Thresholds) -> Outcome:
    if not work.filled:
        return NOT_APPLICABLE
    if work.submission.posted is not None:
        return PASSED
    best = max(work.filled, key=lambda i: _discussable(work, i))
    return finding("None of your use cases is marked as the one to post. Number "
                   f"{best + 1}, {quote(work.use_cases[best].entry.description, 70)}, would give "
                   "others something to discuss.")


def _discussable(work: Work, place: int) -> tuple[float, int]:
    """What makes a post worth reading: a claim that can be argued with, and its reasons."""
    used = work.use_cases[place]
    if used.stance == "none":
        return (0.0, 0)
    arguable = 0.0 if used.agreement in (None, "agrees") else 1.0
    return (arguable + len(used.reasoning.criteria), -place)


def distinct(work: Work, limits: Thresholds) -> Outcome:
    if len(work.filled) < 2:
        return NOT_APPLICABLE
    texts = [work.use_cases[i].entry.description for i in work.filled]
    alike = [(work.filled[a], work.filled[b]) for a, b, share in likeness(texts)
             if share >= limits["similarity"]]
    if not alike:
        return PASSED
    a, b = alike[0]
    more = f" So are {len(alike) - 1} other pairs." if len(alike) > 1 else ""
    return finding(f"Numbers {a + 1} and {b + 1} are nearly the same: "
                   f"{quote(work.use_cases[a].entry.description, 70)} and "
                   f"{quote(work.use_cases[b].entry.description, 70)}.{more} Keep the better one "
                   "and change one thing in the other that would change the approach: facts that "
                   "change daily, say, or a thousand examples.")


def measured(work: Work, _: Thresholds) -> Outcome:
    proposed = [i for i in work.filled if work.use_cases[i].stance != "none"]
    if not proposed:
        return NOT_APPLICABLE
    if any("evals" in work.use_cases[i].reasoning.criteria for i in proposed):
        return PASSED
    first = next((i for i in proposed if i + 1 == work.submission.posted), proposed[0])
    return finding("None of the reasonings says how you would know that it works. Take number "
                   f"{first + 1}, {quote(work.use_cases[first].entry.description, 70)}: which "
                   "thirty inputs would you try, and what would make you call an output bad?")


CHECKS = (
    Check("HW001", "The number of use cases",
          "Five use cases side by side are what builds the intuition: the differences between "
          "them decide the approach.",
          "Add the missing ones; a sentence each for the need and the approach is enough.",
          submission=number),
    Check("HW009", "The one to post",
          "The post is where others challenge the reasoning, which is what one learns from.",
          "Write “posted: 3”, or put “(posted)” behind the use case that you post.",
          submission=posted),
    Check("HW010", "Nearly the same",
          "Two copies teach once. A pair that differs in one thing, with another approach, teaches "
          "more than either alone.",
          "Replace one of the two, or turn them into a contrast pair.", submission=distinct),
    Check("HW012", "How it will be measured",
          "Unsuccessful products share one cause: no evals. Looking at outputs and writing simple "
          "checks comes before any technique.",
          "For one use case, name some inputs and what a good output must and must not have.",
          submission=measured),
)
