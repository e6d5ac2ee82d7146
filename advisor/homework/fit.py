"""Learns to read reasonings: python -m advisor.homework.fit

From reasonings written for this project and from texts put together (``examples``). The
development set in tests is never learned from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.homework.clashes import clash_features
from advisor.homework.examples import Example, load_clauses, load_examples, make_examples
from advisor.homework.invoked import CRITERIA, invoked_features, phrases, pieces
from advisor.homework.lexicon import plain
from advisor.homework.linear import Array, Linear, logistic, mean_of, save, softmax
from advisor.homework.mentions import features, mark, whole_features
from advisor.homework.reasoning import (
    DATA,
    LETTERS,
    STANCES,
    decision_features,
    mention_roles,
    put_off,
    stances_as_a_whole,
)

Truth = NDArray[np.bool_]
FOLDS = 5
MADE = 4000  # texts put together from sentences
MADE_WEIGHT = 0.3  # of one of them, against one that was written
CLAUSE_WEIGHT = 0.2  # of a clause, which states factors and proposes nothing
# scikit-learn's C of each model
MENTION_C, WHOLE_C, DECISION_C, CLASH_C = 0.1, 0.1, 0.1, 0.3
CRITERIA_C, PIECES_C = 0.2, 0.05  # of the two models of criteria: on words, and on pieces as well
ENOUGH = 200  # texts with a criterion, for its own threshold to count half
LEAST_WEIGHT = 0.004  # features that move nothing by more are left out


def fit_linear(
    rows: Sequence[Iterable[str]], targets: NDArray[Any], weights: Array, c: float,
) -> Linear:
    """A column for each class of ``targets`` (n,), or for each yes-or-no column (n, k)."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(analyzer=_as_is, binary=True, min_df=2)
    table = counter.fit_transform(rows)
    columns = [targets] if targets.ndim == 1 else list(targets.T)
    models = [
        LogisticRegression(C=c, max_iter=300, tol=2e-3).fit(table, column, sample_weight=weights)
        for column in columns
    ]
    coef = np.vstack([model.coef_ for model in models]).T
    start = np.concatenate([model.intercept_ for model in models])
    names = counter.get_feature_names_out()
    kept = np.flatnonzero(np.abs(coef).max(axis=1) >= LEAST_WEIGHT)
    return Linear({names[i]: place for place, i in enumerate(kept)}, coef[kept], start)


def _as_is(row: Iterable[str]) -> Iterable[str]:
    return row


def fit_mentions(written: Sequence[Example]) -> Linear:
    made = make_examples(written, MADE)
    everything = [*written, *made]
    rows = [features(marked, letter) for marked in (mark(plain(e.reasoning)) for e in everything)
            for letter in LETTERS]
    targets = np.array([example.role(letter) for example in everything for letter in LETTERS])
    counts = np.repeat([1.0] * len(written) + [MADE_WEIGHT] * len(made), len(LETTERS))
    return fit_linear(rows, targets, counts, MENTION_C)


def fit_whole(written: Sequence[Example]) -> Linear:
    rows = [whole_features(mark(plain(example.reasoning))) for example in written]
    stances = np.array([STANCES.index(example.stance) for example in written])
    return fit_linear(rows, stances, np.ones(len(written)), WHOLE_C)


def fit_decision(seen: Array, written: Sequence[Example]) -> tuple[Array, Array]:
    from sklearn.linear_model import LogisticRegression

    stances = [STANCES.index(example.stance) for example in written]
    model = LogisticRegression(C=DECISION_C, max_iter=3000).fit(seen, stances)
    return model.coef_.T, model.intercept_


def unseen(
    number: int, fit: Callable[[Sequence[int]], Any], read: Callable[[Any, Sequence[int]], Array],
    seed: int = 0,
) -> Array:
    """Readings of each text by a model that has not seen it."""
    from sklearn.model_selection import KFold

    parts: dict[int, Array] = {}
    for train, test in KFold(FOLDS, shuffle=True, random_state=seed).split(range(number)):
        parts.update(zip(test.tolist(), read(fit(train.tolist()), test.tolist()), strict=True))
    return np.stack([parts[i] for i in range(number)])


def best_threshold(truth: Truth, read: Array, counts: Array | float = 1.0) -> float:
    """The probability from which saying yes gives the best F1."""
    tries = np.linspace(0.1, 0.7, 31)
    return float(tries[int(np.argmax([f1(truth, read >= t, counts) for t in tries]))])


def best_thresholds(truth: Truth, read: Array, batches: Sequence[str]) -> Array:
    """One for each column: its own, the nearer to that of all the fewer texts it rests on.

    Each batch counts the same, as they differ in how many criteria a text invokes, and a class
    of students is one more batch.
    """
    size = Counter(batches)
    counts = np.array([[1 / size[batch]] for batch in batches])
    own = np.array([best_threshold(truth[:, [i]], read[:, [i]], counts)
                    for i in range(truth.shape[1])])
    share = truth.sum(axis=0) / (truth.sum(axis=0) + ENOUGH)
    return np.asarray(share * own + (1 - share) * best_threshold(truth, read, counts))


def f1(truth: Truth, said: Truth, counts: Array | float = 1.0) -> float:
    found, either = (truth & said) * counts, (truth * counts).sum() + (said * counts).sum()
    return float(2 * found.sum() / max(1e-9, either))


def main() -> None:
    written, clauses = load_examples(), load_clauses()
    marks = [mark(plain(example.reasoning)) for example in written]

    def some(places: Sequence[int]) -> list[Example]:
        return [written[i] for i in places]

    roles = unseen(len(written), lambda train: fit_mentions(some(train)),
                   lambda model, test: mention_roles(model, [marks[i] for i in test]))
    whole = unseen(len(written), lambda train: fit_whole(some(train)),
                   lambda model, test: stances_as_a_whole(model, [marks[i] for i in test]))
    seen = decision_features(roles, whole)
    said = unseen(len(written), lambda train: fit_decision(seen[train], some(train)),
                  lambda model, test: softmax(seen[test] @ model[0] + model[1]), seed=1)
    stances = [STANCES[place] for place in said.argmax(axis=1)]
    right = np.mean([stance == e.stance for stance, e in zip(stances, written, strict=True)])
    print(f"stance of unseen reasonings: {right:.3f}")
    later = [put_off(row, stance) for row, stance in zip(roles, stances, strict=True)]

    texts = [plain(example.reasoning) for example in [*written, *clauses]]
    found, spelled = [phrases(text) for text in texts], [pieces(text) for text in texts]
    invoked = [invoked_features(*each) | letters for each, letters
               in zip(zip(marks, found, stances, later, strict=False), spelled, strict=False)]
    # Learned with the true stances, read with those that were read; clauses have none.
    truly = [invoked_features(marked, names, e.stance, e.later)
             for marked, names, e in zip(marks, found, written, strict=False)]
    truly += [invoked_features(mark(text), names)
              for text, names in zip(texts[len(written):], found[len(written):], strict=True)]
    truth = np.array([[c in e.criteria for c in CRITERIA] for e in [*written, *clauses]])

    def fit_criteria(train: Sequence[int]) -> Linear:
        places = [*train, *range(len(written), len(truth))]
        counts = np.array([1.0] * len(train) + [CLAUSE_WEIGHT] * len(clauses))
        return mean_of([
            fit_linear([truly[i] for i in places], truth[places], counts, CRITERIA_C),
            fit_linear([truly[i] | spelled[i] for i in places], truth[places], counts, PIECES_C)])

    criteria = unseen(len(written), fit_criteria, lambda model, test: logistic(
        model.scores([invoked[i] for i in test])))
    own = truth[:len(written)]
    least = best_thresholds(own, criteria, [example.batch for example in written])
    print(f"criteria of unseen reasonings: micro-F1 {f1(own, criteria >= least):.3f}")

    clashing = [list(clash_features(plain(e.description), plain(e.reasoning), stance, steps))
                for e, stance, steps in zip(written, stances, later, strict=True)]
    clash = np.array([[e.contradiction] for e in written])

    def fit_clash(train: Sequence[int]) -> Linear:
        return fit_linear([clashing[i] for i in train], clash[train], np.ones(len(train)), CLASH_C)

    clashes = unseen(len(written), fit_clash, lambda model, test: logistic(
        model.scores([clashing[i] for i in test])))[:, 0]
    least_clash = best_threshold(clash[:, 0], clashes)
    print(f"contradictions of unseen reasonings: F1 {f1(clash[:, 0], clashes >= least_clash):.3f}")

    decision, start = fit_decision(seen, written)
    everything = range(len(written))
    save(DATA, "reasonings",
         {"mention": fit_mentions(written), "whole": fit_whole(written),
          "criteria": fit_criteria(everything), "clash": fit_clash(everything)},
         decision=decision, decision_start=start, least=least,
         least_clash=np.array([least_clash]))


if __name__ == "__main__":
    main()
