"""Split examples into a training and a test part without leaks between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from training.data import Dataset
from training.errors import PilotError
from training.tasks.base import Task
from training.tasks.classification import Classification

NEAR = 0.9  # cosine of character n-gram TF-IDF from which two texts count as near duplicates


def groups(texts: Sequence[str]) -> list[int]:
    """A group number per text: exact and near duplicates share one.

    Near means a cosine of at least 0.9 between TF-IDF vectors of character 4-grams in words,
    compared in blocks so that memory stays flat.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    plain = [re.sub(r"\W+", " ", text.casefold()).strip() or text for text in texts]
    unique = {text: place for place, text in enumerate(dict.fromkeys(plain))}
    vectors = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32,
        # Pieces in more than a tenth of many texts decide nothing and cost most of the time.
        max_df=0.1 if len(unique) > 5000 else 1.0,
    ).fit_transform([text[:2000] for text in unique])
    # Each block is folded into the groups at once: many copies of one text cost no memory.
    component = np.arange(len(unique))
    for start in range(0, len(unique), 500):
        block = vectors[start : start + 500] @ vectors.T
        block.data[block.data < NEAR] = 0
        block.eliminate_zeros()
        pairs = block.tocoo()
        ends = component[pairs.row + start], component[pairs.col]
        shape = (len(unique), len(unique))
        links = coo_matrix((np.ones(len(ends[0]), np.int8), ends), shape=shape)
        component = connected_components(links.tocsr(), directed=False)[1][component]
    return [int(component[unique[text]]) for text in plain]


def split(
    data: Dataset, test_size: int | None, seed: int, task: Task | None = None
) -> tuple[Dataset, Dataset, list[str]]:
    """Training part, test part and notes: stratified, seeded, duplicates never on both sides.

    ``test_size`` is a number of items; without one, 30% and at most 1,000. Without a ``task``, it
    is classification.
    """
    task = task or Classification()
    notes: list[str] = []
    if task.loss == "choice":
        data, notes = _without_lonely(data)
    wanted = test_size or min(1000, round(0.3 * len(data.texts)))
    if not 2 <= wanted <= len(data.texts) - 2:
        raise PilotError(f"test size: expected 2 to {len(data.texts) - 2}, found {wanted}")
    group = groups(data.texts)
    twins = len(group) - len(set(group))
    if twins:
        notes.append(f"{twins} rows are exact or near duplicates of others; each family stays "
                     "on one side.")
    test = _stratified(task.strata(data.labels), group, wanted / len(data.texts), seed)
    train_part = data.take([i for i in range(len(data.texts)) if i not in test])
    test_part = data.take(sorted(test))
    if len(set(train_part.labels)) < 2 or not test_part.texts:
        raise PilotError("too many duplicates: no split leaves two labels to learn from; "
                         "remove duplicate rows")
    return train_part, test_part, [*notes, *_unseen(task, train_part, test_part)]


def _without_lonely(data: Dataset) -> tuple[Dataset, list[str]]:
    """Without the labels that cannot stand on both sides."""
    counts = Counter(data.labels)
    lonely = {name for name, count in counts.items() if count < 2}
    notes = []
    if lonely:
        notes.append(f"{len(lonely)} labels left out, with one example each: "
                     f"{', '.join(sorted(lonely)[:5])}.")
        data = data.take([i for i, name in enumerate(data.labels) if name not in lonely])
    if len(set(data.labels)) < 2:
        raise PilotError(
            f"expected at least two labels with two examples each, found {dict(counts)}; "
            "with one class there is nothing to learn"
        )
    return data, notes


def _unseen(task: Task, train: Dataset, test: Dataset) -> list[str]:
    if names := task.unseen(train.labels, test.labels):
        return [f"{len(names)} test labels have no training example: {', '.join(names[:5])}."]
    return []


def _stratified(labels: Sequence[str], group: Sequence[int], share: float, seed: int) -> set[int]:
    """Whole duplicate families are dealt to the test part until each label has its share."""
    rng = np.random.default_rng(seed)
    members: dict[int, list[int]] = {}
    for i, family_name in enumerate(group):
        members.setdefault(family_name, []).append(i)
    families: dict[str, list[list[int]]] = {}
    for family in members.values():
        families.setdefault(labels[family[0]], []).append(family)
    test: set[int] = set()
    for name in sorted(families):
        own = families[name]
        if len(own) < 2:
            continue  # a label with one family can only be learned from
        total, dealt = sum(map(len, own)), 0
        aim = total * share + rng.random() - 0.5  # rounding without favour to small labels
        for k in rng.permutation(len(own))[:-1]:
            if dealt + len(own[k]) / 2 > aim:
                continue
            test.update(own[k])
            dealt += len(own[k])
    return test


def drop_leaks(
    train: Dataset, test: Dataset, task: Task | None = None
) -> tuple[Dataset, list[str]]:
    """``train`` without what duplicates a row of ``test``, and notes; ``task`` as in ``split``."""
    group = groups([*train.texts, *test.texts])
    held = set(group[len(train.texts) :])
    keep = [i for i in range(len(train.texts)) if group[i] not in held]
    dropped = len(train.texts) - len(keep)
    notes = [f"{dropped} training rows left out: they duplicate test rows."] if dropped else []
    kept = train.take(keep)
    return kept, [*notes, *_unseen(task or Classification(), kept, test)]
