"""Learns the reader and the rules' weights from written use cases: python -m advisor.fit

Beliefs that the weights are learned on come from readers that never saw the same writer's texts,
so the weights know how unsure reading is. No use case kept for measuring is touched.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.infer import (
    _STATED,
    COLUMNS,
    DATA,
    GROUPS,
    UNSTATED,
    grouped_softmax,
    vectorizer,
)
from advisor.rules import RULES, activations, belief_vector
from casebank import APPROACHES, load_cases
from casebank.bank import CaseBank
from casebank.encoder import SentenceEncoder

Array = NDArray[np.float64]
PENALTY = 0.002
TEXT_PENALTY = 3.0


def _load() -> list[dict[str, Any]]:
    path = DATA / "written_use_cases.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _target(row: dict[str, Any], name: str) -> str:
    return str(row["label"] if name == "approach" else row["factors"].get(name, UNSTATED))


def _fit_reader(rows: list[dict[str, Any]], features: Any) -> tuple[Array, Array]:
    """Coefficients (n features, n columns) and intercepts (n columns,), one model per factor."""
    from sklearn.linear_model import LogisticRegression

    coef = np.zeros((features.shape[1], len(COLUMNS)))
    intercept = np.full(len(COLUMNS), -20.0)
    for name in GROUPS:
        targets = [_target(row, name) for row in rows]
        model = LogisticRegression(C=TEXT_PENALTY, max_iter=300).fit(features, targets)
        if len(model.classes_) == 2:  # one row of coefficients stands for the second class
            columns = [COLUMNS.index((name, c)) for c in model.classes_]
            coef[:, columns] = np.stack([-model.coef_[0] / 2, model.coef_[0] / 2], axis=1)
            intercept[columns] = [-model.intercept_[0] / 2, model.intercept_[0] / 2]
            continue
        for place, value in enumerate(model.classes_):
            coef[:, COLUMNS.index((name, value))] = model.coef_[place]
            intercept[COLUMNS.index((name, value))] = model.intercept_[place]
    return coef, intercept


def _features(rows: list[dict[str, Any]], embeddings: Array, tfidf: Any, fit: bool) -> Any:
    from scipy.sparse import csr_matrix, hstack

    texts = [row["description"] for row in rows]
    words = tfidf.fit_transform(texts) if fit else tfidf.transform(texts)
    return hstack([csr_matrix(embeddings), words]).tocsr()


def read_unseen(rows: list[dict[str, Any]], embeddings: Array, folds: int = 5) -> Array:
    """Probabilities (n rows, n columns) for each row from a reader that never saw its writer."""
    from sklearn.model_selection import GroupKFold

    # Ids run on within a writer: a block of a hundred is one sitting of one writer.
    writers = [row["id"][:-2] for row in rows]
    result = np.zeros((len(rows), len(COLUMNS)))
    for train, test in GroupKFold(folds).split(rows, groups=writers):
        tfidf = vectorizer()
        train_rows, test_rows = [rows[i] for i in train], [rows[i] for i in test]
        coef, intercept = _fit_reader(
            train_rows, _features(train_rows, embeddings[train], tfidf, fit=True)
        )
        scores = _features(test_rows, embeddings[test], tfidf, fit=False) @ coef + intercept
        result[test] = grouped_softmax(scores)
    return result


def fit_weights(
    beliefs: Array, text: Array, votes: Array, trust: Array, labels: NDArray[np.int64],
    penalty: float = PENALTY,
) -> dict[str, Any]:
    """Weights of rules, wording and neighbours by penalised maximum likelihood.

    Shapes: beliefs (n, factor values), text and votes (n, 4), trust (n,), labels (n,).
    """
    from scipy.optimize import minimize

    held = activations(beliefs)
    n_rules = held.shape[1]
    one_hot = np.eye(4)[labels]
    wording, neighbours = text * trust[:, None], votes * trust[:, None]

    def loss(flat: Array) -> tuple[float, Array]:
        weights, bias = flat[: n_rules * 4].reshape(n_rules, 4), flat[-6:-2]
        scores = held @ weights + bias + flat[-2] * wording + flat[-1] * neighbours
        scores -= scores.max(1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        error = (np.exp(log_p) - one_hot) / len(labels)
        gradient = np.concatenate([
            (held.T @ error + 2 * penalty * weights).ravel(), error.sum(0),
            [(error * wording).sum(), (error * neighbours).sum()],
        ])
        value = -(one_hot * log_p).sum() / len(labels) + penalty * (weights**2).sum()
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


def partly_answered(
    rows: list[dict[str, Any]], read: Array, seed: int = 0
) -> tuple[Array, Array]:
    """Beliefs as after none, some and all answers, and the trust left in the text for each."""
    rng = np.random.default_rng(seed)
    stated = read[:, _STATED]
    certain = np.stack([belief_vector(row["factors"]) for row in rows])
    blocks, trusts = [stated], [np.ones(len(rows))]
    factor_of = np.array([list(GROUPS).index(COLUMNS[c][0]) for c in _STATED])
    for share in (0.3, 1.0):
        asked = rng.random((len(rows), len(GROUPS) - 1)) < share
        # Only what the writer noted can be answered; the rest stays as read.
        known = np.stack([[n in row["factors"] for n in list(GROUPS)[:-1]] for row in rows])
        settled = (asked & known)[:, factor_of]
        blocks.append(np.where(settled, certain, stated))
        trusts.append(1.0 / (1.0 + (asked & known).sum(1)))
    blocks.append(certain)
    trusts.append(np.zeros(len(rows)))
    return np.concatenate(blocks), np.concatenate(trusts)


def main() -> None:
    from safetensors.numpy import save_file

    from advisor.engine import votes_of

    rows = _load()
    encoder = SentenceEncoder()
    embeddings = encoder.encode([row["description"] for row in rows]).astype(np.float64)
    labels = np.array([APPROACHES.index(row["label"]) for row in rows])
    read = read_unseen(rows, embeddings)
    for name, place in GROUPS.items():
        names = [value for _, value in COLUMNS[place]]
        right = np.mean([names[p] == _target(r, name)
                         for p, r in zip(read[:, place].argmax(1), rows, strict=True)])
        print(f"{name:20} read right for unseen writers: {right:.3f}")
    bank = CaseBank(load_cases(), encoder)
    votes = np.stack([votes_of(bank.nearest(v.astype(np.float32), k=8)) for v in embeddings])
    beliefs, trust = partly_answered(rows, read)
    repeats = len(beliefs) // len(rows)
    text = np.tile(np.log(read[:, GROUPS["approach"]] + 1e-9), (repeats, 1))
    weights = fit_weights(
        beliefs, text, np.tile(votes, (repeats, 1)), trust, np.tile(labels, repeats)
    )
    (DATA / "weights.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")

    tfidf = vectorizer()
    coef, intercept = _fit_reader(rows, _features(rows, embeddings, tfidf, fit=True))
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
