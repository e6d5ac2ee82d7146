"""Nested training subsets of growing size, each with every label where that is possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SMALLEST = 16


def nested_order(labels: Sequence[str], seed: int) -> list[int]:
    """Places in an order whose every prefix is a stratified sample; a longer one contains it.

    One example of each label comes first (commonest labels first), then each label at its share.
    """
    rng = np.random.default_rng(seed)
    names = np.array(labels)
    keys = np.zeros((len(names), 2))
    for name in np.unique(names):
        own = rng.permutation(np.flatnonzero(names == name))
        # Evenly spread over the order, from a start of its own: a prefix has its share.
        keys[own, 1] = (np.arange(len(own)) + rng.random()) / len(own)
        keys[own, 0] = 1
        keys[own[0]] = 0, 1 / len(own)
    return [int(i) for i in np.lexsort((keys[:, 1], keys[:, 0]))]


def subset_sizes(n: int, classes: int) -> list[int]:
    """Two to four sizes up to ``n``, each half of the next; beyond two, with two examples a label.

    With fewer, a subset is no small sample of the task but another task, and misleads.
    """
    sizes = [n]
    while len(sizes) < 4 and (len(sizes) == 1 or sizes[-1] // 2 >= max(SMALLEST, 2 * classes)):
        sizes.append(sizes[-1] // 2)
    return sizes[::-1]
