"""Checks on what the student proposes and why."""

from __future__ import annotations

import re

from advisor.factors import BY_ID, MICROSOFT, OPENAI
from advisor.homework.opinion import Opinion
from advisor.homework.outcome import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Outcome,
    ReadUseCase,
    Thresholds,
    finding,
)
from advisor.homework.wording import CRITERION_NAMES, STANCE_NAMES, listed, lower, quote, share
from advisor.names import NAMES

_BECAUSE = re.compile(
    r"\b(?:because|since|due to|so that|as (?:the|it|we|there|this|they|our|a|you)"
    r"|given (?:the|that)|needs?|requires?|must|has to|have to|otherwise|would be|is enough"
    r"|suffic\w+|without|too (?:slow|large|small|expensive|broad|many|much|little|complex))\b",
    re.IGNORECASE)
_NO_EXAMPLES = re.compile(
    r"\b(?:no|without|lack\w*|few|not (?:any|enough|many)|don'?t have|haven'?t|hardly any|"
    r"missing)\b", re.IGNORECASE)
# Criteria that speak for an approach. Prompting and no model can rest on the absence of any.
_OF_RAG = {"freshness", "private_knowledge", "citations", "privacy"}
_OF_TUNING = {"style_or_format", "narrow_task", "examples_available", "latency_or_cost", "privacy",
              "preference", "tools"}
_OF_SMALLER_STEPS = {"start_simple", "operational_complexity"}
_INSTEAD = {
    "rag": "that material changes, is your own or too large for a prompt, or that answers must "
           "show their source",
    "fine_tuning": "a style or format that instructions do not reach, a narrow task with many "
                   "examples, speed or price, or data that must stay with you",
}


def named(used: ReadUseCase, _: Thresholds) -> Outcome:
    text = used.entry.reasoning
    if used.empty or not text.strip():
        return NOT_APPLICABLE if used.empty else finding(
            "No approach is named yet: prompting, retrieval (RAG), fine-tuning or a combination.")
    if used.stance != "none":
        return PASSED
    return finding(f"From {quote(text)} it is not clear which approach you would take. Ruling one "
                   "out, or naming a model, leaves it open: say what you would do first.")


def reasoned(used: ReadUseCase, _: Thresholds) -> Outcome:
    text = used.entry.reasoning
    if used.empty or used.stance == "none" or not used.readable:
        return NOT_APPLICABLE
    if used.reasoning.criteria or (_BECAUSE.search(text) and len(text.split()) >= 10):
        return PASSED
    return finding(f"You choose {lower(STANCE_NAMES[used.stance])} in {quote(text)}, but not yet "
                   "why. What is it about this use case: how often its facts change, what "
                   "examples you have, how fast it must be?")


def belongs(used: ReadUseCase, _: Thresholds) -> Outcome:
    criteria = set(used.reasoning.criteria)
    parts = [part for part in used.stance.split("+") if part in _INSTEAD]
    if used.empty or not parts or not criteria:
        return NOT_APPLICABLE
    lacking = [part for part in parts
               if not criteria & (_OF_RAG if part == "rag" else _OF_TUNING)]
    # Ruling out the larger step is a reason for retrieval as well.
    if not lacking or (used.stance == "rag" and criteria & _OF_SMALLER_STEPS):
        return PASSED
    given = [CRITERION_NAMES[c] for c in used.reasoning.criteria if c in CRITERION_NAMES]
    words = next((used.said(c) for c in used.reasoning.criteria if used.said(c)), "")
    lead = f"You argue with {listed(given)}" + (f" ({quote(words, 80)})" if words else "")
    both = "in the combination, " if len(parts) == 2 else ""
    if lacking == ["fine_tuning"] and criteria & {"freshness", "private_knowledge", "citations"}:
        return finding(f"{lead}. That is a good reason to look facts up; {both}fine-tuning "
                       "teaches behaviour, not facts that can be kept up to date. What would speak "
                       f"for it is {_INSTEAD['fine_tuning']}.")
    return finding(f"{lead}, which does not yet speak for "
                   f"{listed([lower(NAMES[part]) for part in lacking])}. What would is "
                   f"{listed([_INSTEAD[part] for part in lacking])}.")


def consistent(used: ReadUseCase, _: Thresholds) -> Outcome:
    if used.empty or used.stance == "none":
        return NOT_APPLICABLE
    if not used.reasoning.contradiction:
        return PASSED
    return finding(f"{quote(used.entry.reasoning)} pulls both ways: the reason that you give "
                   f"speaks against {lower(STANCE_NAMES[used.stance])}. Keep the reason and see "
                   "which approach follows from it.")


def examples(used: ReadUseCase, _: Thresholds) -> Outcome:
    if used.empty or not used.tunes:
        return NOT_APPLICABLE
    words = used.said("examples_available")
    if "examples_available" in used.reasoning.criteria:
        if not (words and _NO_EXAMPLES.search(words)):
            return PASSED
        return finding(f"You write {quote(words)}, and fine-tuning has nothing to learn from "
                       "without them. Begin with a prompt, and collect its corrected outputs.")
    if "preference" in used.reasoning.criteria:
        return PASSED
    if used.opinion and any(used.opinion.believed(f, v) > 0.5 for f, v in (
            ("examples", "hundreds"), ("examples", "thousands"), ("preference", "yes"))):
        return PASSED
    return finding("Fine-tuning learns from examples of the input with the output you want. Do "
                   f"you have some for {quote(used.entry.description, 70)}, about how many, and "
                   "who made them?")


def simpler_first(used: ReadUseCase, _: Thresholds) -> Outcome:
    if used.empty or not used.tunes:
        return NOT_APPLICABLE
    tried = used.opinion and used.opinion.believed("instructions_tried", "fall_short") > 0.5
    if "start_simple" in used.reasoning.criteria or used.reasoning.later or tried:
        return PASSED
    words = used.said("stance") or used.entry.reasoning
    return finding(f"{quote(words)} goes straight to tuning. Which prompt would you try first, and "
                   "what would it have to get wrong before you tune?")


def advisor_agrees(used: ReadUseCase, limits: Thresholds) -> Outcome:
    opinion = used.opinion
    if opinion is None or used.stance == "none" or not used.readable:
        return NOT_APPLICABLE
    if used.agreement == "agrees":
        return PASSED
    yours = lower(STANCE_NAMES[used.stance])
    theirs = lower(NAMES[opinion.approach])
    if used.agreement == "disputed":
        return _disputed(used, opinion, yours, theirs)
    reasons = [f"{lower(reason.text.rstrip('.'))} ({reason.code})"
               for reason in opinion.reasons_against(used.stance)]
    why = f" Its reasons: {'; '.join(reasons)}." if reasons else ""
    cases = [f"“{case.title}” ({case.source})" for case in opinion.cases_for()]
    near = f" Nearest documented cases that chose so: {listed(cases)}." if cases else ""
    # The advisor's own ladder begins with a prompt, whatever it names.
    first = used.stance == "prompting" and "start_simple" in used.reasoning.criteria
    stands = ("Beginning with a prompt is right either way; say what would send you on." if first
              else "If your use case has something that the description does not say, add it: your "
              "answer may well stand.")
    return finding(
        f"You choose {yours}; from the description alone the advisor would choose {theirs} "
        f"({share(opinion.sure)}).{why}{near} {stands}",
        "tip" if first or opinion.sure < limits["issue_from"] else None)


def _disputed(used: ReadUseCase, opinion: Opinion, yours: str, theirs: str) -> Outcome:
    case = opinion.disputed
    if case is not None:
        sides = " ".join(
            f"{p.who}{f' ({lower(NAMES[p.approach])})' if p.approach else ''}: {p.why}"
            for p in case.positions)
        return finding(f"You choose {yours}, and experts are on record on both sides of a case "
                       f"like this one, “{case.title}” ({case.sources[0].url}). {sides} Both "
                       "answers stand; the better one is the one with the better reason.", "tip")
    mine = max((p for a, p in opinion.probabilities.items() if a == used.stance), default=0.0)
    return finding(f"You choose {yours} and the advisor {theirs}, but only just: it sees "
                   f"{share(opinion.sure)} against {share(mine)}. Both answers stand; say what "
                   "would settle it.", "tip")


def overlooked(used: ReadUseCase, limits: Thresholds) -> Outcome:
    if used.opinion is None or used.stance == "none" or not used.readable:
        return NOT_APPLICABLE
    strong = [d for d in used.opinion.decisive() if d.weight >= limits["weight"]]
    if not strong:
        return NOT_APPLICABLE
    first = strong[0]
    if first.criterion in used.reasoning.criteria:
        return PASSED
    factor = BY_ID[first.factor]
    said = next((w for w in used.opinion.words(first) if " " in w.strip()), "")
    words = f", from {quote(said)}" if said else ""
    return finding(f"What counts most here, by your description, is {lower(factor.label)} "
                   f"({lower(factor.value_label(first.value))}{words}); your reasoning leaves it "
                   f"out. {first.why}")


CHECKS = (
    Check("HW005", "The approach",
          "The exercise is to commit yourself: only a claim can be discussed and tested.",
          "Name prompting, retrieval (RAG), fine-tuning or a combination; “first a prompt, then "
          "tuning if …” is a good answer too.", use_case=named),
    Check("HW006", "The reason",
          "The approach follows from facts about the use case; which facts, is what one learns.",
          "Finish the sentence “… because in this use case …”.", use_case=reasoned),
    Check("HW007", "Reason and approach",
          "Retrieval brings facts, fine-tuning changes behaviour: a reason for one is often none "
          "for the other.",
          "Keep the reason and choose the approach it speaks for, or add the reason that is "
          "missing.", source=OPENAI, use_case=belongs),
    Check("HW008", "A contradiction",
          "A trained model keeps yesterday's facts, and without examples there is nothing to "
          "train on: such reasons speak against tuning even when it is named.",
          "Read your reason on its own and ask which approach follows.", source=MICROSOFT,
          use_case=consistent),
    Check("HW013", "Examples to tune on",
          "Examples of the wanted input and output are one of the workshop's three tests for "
          "fine-tuning; a hundred can be enough on a narrow task.",
          "Say how many pairs of input and output you have, or how you would get them.",
          use_case=examples),
    Check("HW014", "Something simpler first",
          "Do not start with fine-tuning: a prompt takes an hour, shows what is missing and gives "
          "the baseline that tuning has to beat.",
          "Add the first step and the sign that would send you to the next.",
          use_case=simpler_first),
    Check("HW015", "The advisor's view",
          "A second opinion with its reasons, drawn from the description alone. On use cases with "
          "a known answer it is right about three times in four, so it is there to be argued with.",
          "Answer its reasons: say what it has missed, or change your mind.",
          source="this advisor, its rules and its case bank", use_case=advisor_agrees),
    Check("HW016", "What decides it",
          "The best reasoning takes up the fact in the description that weighs most.",
          "Add half a sentence on it, even if it does not change your choice.",
          source="this advisor's rules", use_case=overlooked),
)
