"""Learns the readers and the rules' weights: python -m advisor.fit (half an hour on two cores)

From use cases and clauses written for this project, whose factors their writers noted, and from
the case bank. Beliefs that the weights are learned on come from readers that saw nothing by the
same writer and no case with the same source, so the weights know how unsure reading is. No use
case kept for measuring is touched.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.attention import Vectors
from advisor.beliefs import reading_trust, wording_trust
from advisor.fit_attention import Learner, lower_states, targets
from advisor.infer import (
    COLUMNS,
    DATA,
    GROUPS,
    STATED,
    UNSTATED,
    combined,
    grouped_softmax,
    vectorizer,
)
from advisor.rules import RULES, activations, belief_vector
from casebank import APPROACHES, Case, load_cases
from casebank.bank import Match

Array = NDArray[np.float64]
PENALTY = 0.002  # on the rules' weights
TEXT_PENALTY = 3.0  # scikit-learn's C of the reader
CASE_WEIGHT = 3.0  # a documented case counts as much as this many written ones
FOLDS = 3


@dataclass(frozen=True)
class Row:
    """One text to learn from, with the factors that it states or implies, and nothing else.

    ``label`` is the approach that serves it, None for a clause. Rows of one ``origin`` (a writer,
    a source) are never on both sides of a fold.
    """

    text: str
    factors: dict[str, str]
    label: str | None
    origin: str
    weight: float = 1.0
    case: Case | None = None

    def target(self, name: str) -> str | None:
        return self.label if name == "approach" else self.factors.get(name, UNSTATED)


def load_rows() -> list[Row]:
    """Written use cases, cases of the bank with the answers noted for them, and clauses."""
    answers = {row["id"]: row["answers"] for row in _lines("case_answers.jsonl")}
    rows = [Row(r["description"], r["factors"], r["label"], _writer(r["id"]))
            for r in _lines("written_use_cases.jsonl")]
    rows += [Row(case.description, case.factors | answers.get(case.id, {}), case.approach,
                 str(case.sources[0].url), CASE_WEIGHT, case) for case in load_cases()]
    rows += [Row(r["clause"], r["factors"], None, "clauses")
             for r in _lines("written_clauses.jsonl")]
    return rows


def _writer(name: str) -> str:
    """Who wrote it: P1001 and P1099 are of one sitting of one writer, as are all of W3."""
    return name[:2] if name.startswith("W") else name[:-2]


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def fit_reader(rows: Sequence[Row], features: Any) -> tuple[Array, Array]:
    """Coefficients (n terms, n columns) and intercepts (n columns,), one model per factor."""
    from sklearn.linear_model import LogisticRegression

    coef = np.zeros((features.shape[1], len(COLUMNS)))
    intercept = np.full(len(COLUMNS), -20.0)
    for name in GROUPS:
        told = [(i, target) for i, row in enumerate(rows)
                if (target := row.target(name)) is not None]
        places, targets = [i for i, _ in told], [target for _, target in told]
        if len(set(targets)) == 1:  # nothing to tell apart
            intercept[COLUMNS.index((name, targets[0]))] = 0.0
            continue
        model = LogisticRegression(C=TEXT_PENALTY, max_iter=200, tol=1e-3).fit(
            features[places], targets, sample_weight=[rows[i].weight for i in places])
        columns = [COLUMNS.index((name, value)) for value in model.classes_]
        if len(columns) == 2:  # one row of coefficients stands for the second class
            coef[:, columns] = np.stack([-model.coef_[0] / 2, model.coef_[0] / 2], axis=1)
            intercept[columns] = [-model.intercept_[0] / 2, model.intercept_[0] / 2]
        else:
            coef[:, columns], intercept[columns] = model.coef_.T, model.intercept_
    return coef, intercept


@dataclass(frozen=True)
class Unseen:
    """What readers that saw neither writer nor source say of each row, and which cases are near.

    ``words``, ``attention``: probabilities (n rows, n columns); ``votes``: (n rows, 4).
    """

    words: Array
    attention: Array
    votes: Array

    @property
    def read(self) -> Array:
        return combined(self.words, self.attention)


def read_unseen(rows: Sequence[Row], clauses: Sequence[Row]) -> Unseen:
    """Every row read by readers of the other folds; the clauses are learned from by all of them."""
    from sklearn.model_selection import GroupKFold

    everything = [*rows, *clauses]
    states = lower_states([row.text for row in everything])
    wanted = _targets(everything)
    counts = np.array([row.weight for row in everything])
    cases = [i for i, row in enumerate(rows) if row.case is not None]
    found = Unseen(np.zeros((len(rows), len(COLUMNS))), np.zeros((len(rows), len(COLUMNS))),
                   np.zeros((len(rows), 4)))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=1)
    for train, test in folds.split(rows, groups=[row.origin for row in rows]):
        train = np.concatenate([train, np.arange(len(rows), len(everything))])
        found.words[test] = _read_by_words([everything[i] for i in train], [rows[i] for i in test])
        learner = Learner()
        learner.learn([states[i] for i in train], wanted[train], counts[train], _say)
        scores, vectors = learner.predict([states[i] for i in test])
        found.attention[test] = grouped_softmax(scores)
        _, near = learner.predict([states[i] for i in cases])
        found.votes[test] = _votes([rows[i] for i in test], vectors, [rows[i] for i in cases], near)
    return found


def _targets(rows: Sequence[Row]) -> NDArray[np.int64]:
    return targets(lambda name: [row.target(name) for row in rows], len(rows))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _read_by_words(train: Sequence[Row], test: Sequence[Row]) -> Array:
    tfidf = vectorizer()
    coef, intercept = fit_reader(train, tfidf.fit_transform([row.text for row in train]))
    return grouped_softmax(tfidf.transform([row.text for row in test]) @ coef + intercept)


def _votes(
    rows: Sequence[Row], vectors: Vectors, cases: Sequence[Row], near: Vectors
) -> Array:
    """Votes of the nearest cases of other sources, shape (n rows, 4)."""
    from advisor.engine import NEIGHBOURS, votes_of

    origins = np.array([case.origin for case in cases])
    result = np.zeros((len(rows), 4))
    for i, row in enumerate(rows):
        similar = np.where(origins == row.origin, -1.0, near @ vectors[i])
        best = np.argsort(-similar)[:NEIGHBOURS]
        result[i] = votes_of([Match(cases[j].case, float(similar[j])) for j in best
                              if cases[j].case is not None])
    return result


def fit_weights(
    beliefs: Array, text: Array, votes: Array, trust: Array, labels: NDArray[np.int64],
    counts: Array, penalty: float = PENALTY,
) -> dict[str, Any]:
    """Weights of rules, wording and neighbours by penalised maximum likelihood.

    Shapes: beliefs (n, factor values), text and votes (n, 4), trust, labels and counts (n,);
    ``counts`` says how much each row counts.
    """
    from scipy.optimize import minimize

    held = activations(beliefs)
    n_rules = held.shape[1]
    one_hot = np.eye(4)[labels]
    share = counts / counts.sum()
    wording, neighbours = text * trust[:, None], votes * trust[:, None]

    def loss(flat: Array) -> tuple[float, Array]:
        weights, bias = flat[: n_rules * 4].reshape(n_rules, 4), flat[-6:-2]
        scores = held @ weights + bias + flat[-2] * wording + flat[-1] * neighbours
        scores -= scores.max(1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        error = (np.exp(log_p) - one_hot) * share[:, None]
        gradient = np.concatenate([
            (held.T @ error + 2 * penalty * weights).ravel(), error.sum(0),
            [(error * wording).sum(), (error * neighbours).sum()],
        ])
        value = -(one_hot * log_p * share[:, None]).sum() + penalty * (weights**2).sum()
        return float(value), gradient

    bounds = [(None, None)] * (n_rules * 4 + 4) + [(0.0, None), (0.05, None)]
    start = np.zeros(n_rules * 4 + 6)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds,
                    options={"maxiter": 500}).x
    weights = best[: n_rules * 4].reshape(n_rules, 4)
    return {
        "rules": {
            rule.code: dict(zip(APPROACHES, np.round(row - row.mean(), 4).tolist(), strict=True))
            for rule, row in zip(RULES, weights, strict=True)
        },
        "start": dict(zip(APPROACHES, np.round(best[-6:-2], 4).tolist(), strict=True)),
        "wording": round(float(best[-2]), 4),
        "neighbours": round(float(best[-1]), 4),
    }


def partly_answered(rows: Sequence[Row], read: Array, seed: int = 0) -> tuple[Array, Array]:
    """Beliefs as after none, some and all answers, and the trust left in the text for each.

    Shapes (5 n, factor values) and (5 n,): unanswered, a third answered, two thirds, all, and all
    with the text left out.
    """
    rng = np.random.default_rng(seed)
    stated = read[:, STATED]
    certain = np.stack([belief_vector(row.factors) for row in rows])
    names = list(GROUPS)[:-1]
    factor_of = np.array([names.index(COLUMNS[c][0]) for c in STATED])
    known = np.array([[name in row.factors for name in names] for row in rows])
    blocks, trusts = [stated], [np.ones(len(rows))]
    for share in (0.3, 0.6, 1.0):
        # Only what is on record can be answered; the rest stays as read, and fades.
        asked = (rng.random(known.shape) < share) & known
        number = asked.sum(1)
        faded = stated * np.asarray(reading_trust(number))[:, None]
        blocks.append(np.where(asked[:, factor_of], certain, faded))
        trusts.append(np.asarray(wording_trust(number)))
    blocks.append(certain)
    trusts.append(np.zeros(len(rows)))
    return np.concatenate(blocks), np.concatenate(trusts)


def answer_rates() -> dict[str, float]:
    """The share of documented cases whose team could give each answer."""
    rows = [row["answers"] for row in _lines("case_answers.jsonl")]
    counts = Counter(f"{factor}={value}" for row in rows for factor, value in row.items())
    return {pair: round(n / len(rows), 4) for pair, n in sorted(counts.items())}


def report(rows: Sequence[Row], read: Array) -> None:
    """How well unseen texts are read, factor by factor."""
    from sklearn.metrics import precision_recall_fscore_support

    for name, place in GROUPS.items():
        values = [value for _, value in COLUMNS[place]]
        told = [i for i, row in enumerate(rows) if row.target(name) is not None]
        truth = [rows[i].target(name) for i in told]
        said = [values[p] for p in read[told, place].argmax(1)]
        stated = [value for value in values if value != UNSTATED and value in truth]
        precision, recall, _, _ = precision_recall_fscore_support(
            truth, said, labels=stated, average="micro", zero_division=0)
        print(f"{name:20} precision {precision:.2f} recall {recall:.2f}")


def main() -> None:
    everything = load_rows()
    rows = [row for row in everything if row.label is not None]
    unseen = read_unseen(rows, [row for row in everything if row.label is None])
    report(rows, unseen.read)
    save_weights(rows, unseen)
    save_reader(everything)


def save_weights(rows: Sequence[Row], unseen: Unseen) -> None:
    labels = np.array([APPROACHES.index(row.label) for row in rows])
    beliefs, trust = partly_answered(rows, unseen.read)
    repeats = len(beliefs) // len(rows)
    text = np.tile(np.log(unseen.read[:, GROUPS["approach"]] + 1e-9), (repeats, 1))
    weights = fit_weights(
        beliefs, text, np.tile(unseen.votes, (repeats, 1)), trust, np.tile(labels, repeats),
        np.tile([row.weight for row in rows], repeats))
    weights["answer_rates"] = answer_rates()
    (DATA / "weights.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


def save_reader(rows: Sequence[Row]) -> None:
    from safetensors.numpy import save_file

    learner = Learner()
    learner.learn(lower_states([row.text for row in rows]), _targets(rows),
                  np.array([row.weight for row in rows]), _say)
    save_file(learner.tensors(), DATA / "attention.safetensors")
    tfidf = vectorizer()
    coef, intercept = fit_reader(rows, tfidf.fit_transform([row.text for row in rows]))
    save_file(
        {"coef": coef.astype(np.float16), "intercept": intercept.astype(np.float32),
         "idf": tfidf.idf_.astype(np.float32)},
        DATA / "reader.safetensors",
    )
    (DATA / "reader_terms.json").write_text(
        json.dumps(tfidf.get_feature_names_out().tolist(), ensure_ascii=False, indent=0) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
