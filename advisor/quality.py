"""Writes docs/advice_quality.md: python -m advisor.quality --cases FILE [--answers FILE]

Scores of ``advisor.evaluate``, what each part contributes, confusions, calibration, and the wrong
cases with why; then what can be measured on the project's own texts. Nothing is fitted on FILE.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.beliefs import FACTOR_PLACES
from advisor.engine import Evidence, default_weights, gather, weigh
from advisor.evaluate import Known, evaluate, read_known, scores
from advisor.infer import GROUPS, default_reader, grouped_softmax
from advisor.rules import RULES, belief_vector
from advisor.use_case import UseCase
from casebank import APPROACHES, FACTOR_VALUES, load_cases

Array = NDArray[np.float64]
PAGE = Path(__file__).parent.parent / "docs" / "advice_quality.md"
SHOWN = ("strict", "acceptable", "macro_f1", "calibration_error", "sure", "acceptable_where_sure")


def ablations(rows: Sequence[Known], evidence: Sequence[Evidence]) -> dict[str, dict[str, Any]]:
    """Scores of each part alone and of all, from the description alone."""
    whole = default_weights()
    silent = replace(whole, wording=0.0, neighbours=0.0)

    def decided(weights: Any) -> Array:
        return np.stack([
            replace(e.decision, weights=weights).probabilities(e.reading.beliefs[None], 0)[0]
            for e in evidence])

    votes = np.stack([e.decision.votes + 0.25 for e in evidence])
    wording = np.exp(np.stack([e.reading.approach for e in evidence]))
    words = default_reader().by_words([row.description for row in rows])[:, GROUPS["approach"]]
    attention = grouped_softmax(np.stack([e.reading.attended.scores for e in evidence]))
    return {
        "rules over the factors read": scores(decided(silent), rows),
        "nearest cases only": scores(votes, rows),
        "baseline: TF-IDF and logistic regression on the approach": scores(words, rows),
        "attention reader on the approach": scores(attention[:, GROUPS["approach"]], rows),
        "both readers on the approach": scores(wording, rows),
        "rules and both readers": scores(decided(replace(whole, neighbours=0.0)), rows),
        "all": scores(decided(whole), rows),
    }


def factor_table(rows: Sequence[Known], evidence: Sequence[Evidence]) -> list[str]:
    """How well each factor is read from the description, against the answers on record.

    Read means that one value is more likely than all else together. An answer may rest on more
    than the description says, so recall has a ceiling below one.
    """
    lines = ["| factor | answers on record | read | precision | recall | certainty when read |",
             "|---|---|---|---|---|---|"]
    for factor, places in FACTOR_PLACES.items():
        told = [(row.answers[factor], e.reading.beliefs[places])
                for row, e in zip(rows, evidence, strict=True) if factor in row.answers]
        read = [(FACTOR_VALUES[factor][int(shares.argmax())] == answer, float(shares.max()))
                for answer, shares in told if shares.max() > 0.5]
        right = sum(hit for hit, _ in read)
        if told:
            precision = f"{right / len(read):.2f}" if read else "–"
            sure = f"{np.mean([share for _, share in read]):.2f}" if read else "–"
            lines.append(f"| {factor} | {len(told)} | {len(read)} | {precision} "
                         f"| {right / len(told):.2f} | {sure} |")
    return lines


def factors_known() -> tuple[int, int]:
    """Right decisions and their number when the factors of the written use cases are given.

    Weights of the rules are learned afresh without the writer whose texts are decided.
    """
    from sklearn.model_selection import GroupKFold

    from advisor.fit import fit_weights, load_rows
    from advisor.rules import activations

    rows = [r for r in load_rows() if r.label is not None and r.case is None]
    beliefs = np.stack([belief_vector(row.factors) for row in rows])
    labels = np.array([APPROACHES.index(row.label) for row in rows])
    nothing = np.zeros((len(rows), 4))
    right = 0
    for train, test in GroupKFold(5).split(rows, groups=[row.origin for row in rows]):
        learned = fit_weights(beliefs[train], nothing[train], nothing[train], np.zeros(len(train)),
                              labels[train], np.ones(len(train)))
        table = np.array([[learned["rules"][r.code][a] for a in APPROACHES] for r in RULES])
        start = np.array([learned["start"][a] for a in APPROACHES])
        said = (activations(beliefs[test]) @ table + start).argmax(1)
        right += int((said == labels[test]).sum())
    return right, len(rows)


def workshop() -> list[tuple[str, str, str]]:
    """The workshop's cases: title, the notes' answers, the advice with the case out of the bank."""
    found: list[tuple[str, str, str]] = []
    for case in load_cases():
        if case.domain == "workshop":
            evidence = gather([case.description], exclude={case.id})[0]
            advice = weigh(UseCase(case.description, case.factors), evidence)
            notes = " or ".join([case.approach, *case.acceptable])
            found.append((case.title, notes, advice.approach))
    return found


def _row(name: str, found: dict[str, Any]) -> str:
    cells = []
    for score in SHOWN:
        value = found[score]
        if value["value"] is None:
            cells.append("–")
            continue
        low, high = value["ci95"]
        cells.append(f"{value['value']:.3f} ({low:.2f} to {high:.2f})")
    return f"| {name} | " + " | ".join(cells) + " |"


def _confusion(rows: Sequence[Known], said: Sequence[str]) -> list[str]:
    pairs = Counter(zip((r.label for r in rows), said, strict=True))
    return ["| recorded | " + " | ".join(APPROACHES) + " |", "|---" * 5 + "|",
            *(f"| {a} | " + " | ".join(str(pairs[a, b]) for b in APPROACHES) + " |"
              for a in APPROACHES)]


def _reliability(share: Array, right: NDArray[np.bool_]) -> list[str]:
    lines = ["| says | cases | is right | |", "|---|---|---|---|"]
    for low in np.arange(0.2, 1.0, 0.1):
        inside = (share >= low) & (share < low + 0.1 + (low > 0.85))
        if inside.any():
            part = right[inside].mean()
            lines.append(f"| {share[inside].mean():.0%} | {inside.sum()} | {part:.0%} "
                         f"| {'█' * round(20 * part)} |")
    return lines


def page(rows: Sequence[Known], source: str) -> str:
    evidence = gather([row.description for row in rows])
    advice = [weigh(UseCase(r.description), e) for r, e in zip(rows, evidence, strict=True)]
    result = evaluate(rows)
    share = np.array([a.probabilities[a.approach] for a in advice])
    right = np.array([a.approach == r.label for a, r in zip(advice, rows, strict=True)])
    head = "| | " + " | ".join(name.replace("_", " ") for name in SHOWN) + " |"
    lines = [
        "# How right is the advice?", "",
        f"Written by `make quality`. Measured on {len(rows)} use cases of {source} that nothing "
        "was fitted on. Intervals are 95%; *sure* is the share with at least 80% probability.", "",
        head, "|---" * (len(SHOWN) + 1) + "|",
        _row("description alone", result["description_alone"]),
    ]
    if "after_interview" in result:
        asked = result["after_interview"]["questions"]
        lines += [_row(f"after {asked['mean']} questions on average (at most {asked['most']})",
                       result["after_interview"]),
                  _row("with every answer on record", result["with_every_answer"])]
    base = result["always_the_commonest"]
    error = result["description_alone"]["calibration_error"]
    lines += [
        "", f"Always the commonest ({base['approach']}): strict {base['strict']['value']:.3f}, "
        f"acceptable {base['acceptable']['value']:.3f}, macro-F1 {base['macro_f1']['value']:.3f}. "
        "Perfectly calibrated advice would show a calibration error of "
        f"{error['if_calibrated']:.3f} on as few cases.",
        "", "## What each part contributes, description alone", "", head,
        "|---" * (len(SHOWN) + 1) + "|",
        *(_row(name, found) for name, found in ablations(rows, evidence).items()),
        "", "## Recorded approach against advice", "",
        *_confusion(rows, [a.approach for a in advice]),
        "", "## Calibration", "", *_reliability(share, right), "", "## Wrong, and why", "",
    ]
    for row, found in zip(rows, advice, strict=True):
        if found.approach not in row.acceptable:
            why = "; ".join(f"{r.code} {r.text}" for r in found.reasons[:2])
            lines.append(f"- {row.id}: recorded {row.label}, advised {found.approach} "
                         f"({found.probabilities[found.approach]:.0%}). {why}")
    if any(row.answers for row in rows):
        lines += ["", "## Reading each factor from the description", "",
                  *factor_table(rows, evidence)]
    known, total = factors_known()
    lines += ["", "## On the project's own texts", "",
              f"With the factors given, the rules decide {known} of {total} written use cases as "
              f"their writers did ({known / total:.1%}), with weights learned from other writers.",
              "", "The workshop's cases, each out of the bank, with the factors that the notes "
              "state as answers. (The reader has learned from their wording.)", "",
              "| case | notes | advice |", "|---|---|---|",
              *(f"| {title} | {label} | {said} |" for title, label, said in workshop())]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m advisor.quality", description=__doc__)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--answers", type=Path)
    args = parser.parse_args()
    rows = read_known(args.cases, args.answers)
    PAGE.write_text(page(rows, f"`{args.cases.name}`"), encoding="utf-8")


if __name__ == "__main__":
    main()
