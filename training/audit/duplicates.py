"""Copies: exact, near, with other labels, and across training and test file.

Two texts are near duplicates when they share at least 90% of their words by weight: rare words
weigh more (inverse document frequency), order and punctuation nothing, and a misspelt word is the
word itself. So "flight to Paris" and "flight to Rome" differ, however long the template around.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from math import log
from typing import Any

import numpy as np

from training.audit.finding import Finding, Progress, Sheet, share

CANDIDATE = 0.6  # cosine of character trigrams from which two texts are compared word by word
NEIGHBOURS = 15  # at most so many candidates per text, so that templates do not fill memory
SAME = 0.9
MISSPELT = 0.7  # difflib ratio from which two words are one word and a slip
FLOOR = 0.005  # a smaller share of near duplicates is found in any clean collection
CHARACTERS = 2000
POLITE = {"please", "pls", "hi", "hey", "hello", "thanks", "thank", "dear", "ok", "okay"}


def plain(text: str) -> str:
    """Words in lower case, without punctuation; what has no word stays as it is."""
    return re.sub(r"\W+", " ", text.casefold()).strip() or text.strip()


def duplicate_findings(sheet: Sheet, test: Sheet | None, progress: Progress) -> list[Finding]:
    conflicts = _conflicts(sheet)
    found = [conflicts] if conflicts else []
    settled = set(conflicts.rows) if conflicts else set()
    numeric = sheet.values is not None
    exact = _families([" ".join(text.split()) + (f"\0{sheet.labels[i]}" if numeric else "")
                       for i, text in enumerate(sheet.texts)], settled)
    if exact:
        rows = sorted(row for group in exact for row in group)
        found.append(Finding("exact_duplicate", "medium", f"{share(rows, sheet)} are "
                             f"{len(exact):,} texts that occur several times.", rows, exact))
    texts = [*sheet.texts, *(test.texts if test else [])]
    names = [plain(text) for text in texts]
    unique = list(dict.fromkeys(name for name in names if name))
    pairs = near_pairs(unique, progress)
    near = _near(sheet, names[:len(sheet.texts)], unique, pairs, settled)
    if near:
        found.append(near)
    if test:
        leak = _leak(sheet, names, unique, pairs)
        found += [leak] if leak else []
    return found


def _families(keys: Sequence[str], without: set[int]) -> list[list[int]]:
    """Rows with the same key, two or more."""
    members = defaultdict(list)
    for i, key in enumerate(keys):
        if key.strip() and i + 1 not in without:
            members[key].append(i + 1)
    return [rows for rows in members.values() if len(rows) > 1]


def _conflicts(sheet: Sheet) -> Finding | None:
    labelled = {i + 1 for i, name in enumerate(sheet.classes) if name.strip()}
    others = {*range(1, len(sheet.texts) + 1)} - labelled
    groups = [rows for rows in _families([plain(text) for text in sheet.texts], others)
              if len({sheet.classes[row - 1] for row in rows}) > 1]
    rows = sorted(row for group in groups for row in group)
    return Finding("conflicting_label", "high", f"{share(rows, sheet)}: {len(groups):,} texts "
                   "stand there with different labels.", rows, groups) if rows else None


def _near(
    sheet: Sheet, names: Sequence[str], unique: Sequence[str],
    pairs: Sequence[tuple[int, int]], settled: set[int],
) -> Finding | None:
    """Families around the first of them; the exact copies among them are another finding's."""
    first: dict[str, int] = {}
    spellings: dict[str, dict[str, int]] = defaultdict(dict)
    for i, name in enumerate(names):
        if name and i + 1 not in settled:
            first.setdefault(name, i + 1)
            spellings[name].setdefault(" ".join(sheet.texts[i].split()), i + 1)
    groups = {name: list(rows.values()) for name, rows in spellings.items()}
    taken: set[str] = set()
    for left, right in sorted(pairs):
        a, b = unique[left], unique[right]
        same_value = sheet.values is None or (
            a in first and b in first and sheet.labels[first[a] - 1] == sheet.labels[first[b] - 1])
        if a in groups and b in groups and not {a, b} & taken and same_value:
            groups[a] += groups.pop(b)
            taken.add(b)
    if sheet.values is not None:  # one description may well have had several prices
        groups = {name: rows for name, rows in groups.items()
                  if len({sheet.labels[row - 1] for row in rows}) == 1}
    families = [sorted(rows) for rows in groups.values() if len(rows) > 1]
    rows = sorted(row for family in families for row in family)
    if len(rows) < max(2, FLOOR * len(names)):
        return None
    return Finding("near_duplicate", "medium", f"{share(rows, sheet)} are in {len(families):,} "
                   "families of almost the same text.", rows, families)


def _leak(
    sheet: Sheet, names: Sequence[str], unique: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> Finding | None:
    count = len(sheet.texts)
    ours: dict[str, list[int]] = defaultdict(list)
    theirs: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        if name and i < count:
            ours[name].append(i + 1)
        elif name:
            theirs[name].append(i + 1 - count)
    exact = [name for name in ours if name in theirs]
    links = [(name, name) for name in exact]
    for left, right in pairs:
        a, b = unique[left], unique[right]
        links += [(x, y) for x, y in ((a, b), (b, a)) if x in ours and y in theirs]
    rows = sorted({row for name, _ in links for row in ours[name]})
    if not exact and len(rows) < max(2, FLOOR * count):
        return None
    test_rows = sorted({row for _, name in links for row in theirs[name]})
    copies = sum(len(theirs[name]) for name in exact)
    groups = [[row, other] for a, b in links for row in ours[a] for other in theirs[b]]
    return Finding(
        "leak", "high", f"{share(rows, sheet)} duplicate {len(test_rows):,} rows of the test file "
        f"({copies:,} exactly up to case and punctuation). Groups: row here, row there.",
        rows, groups, test_rows)


def near_pairs(texts: Sequence[str], progress: Progress) -> list[tuple[int, int]]:
    """Places (smaller first) of texts, each different, that are near duplicates."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(texts) < 2:
        return []
    words = [text[:CHARACTERS].split() for text in texts]
    seen = Counter(word for own in words for word in set(own))
    weight = {word: 0.1 if word in POLITE else log(1 + len(texts) / count)
              for word, count in seen.items()}
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32, sublinear_tf=True,
        # Pieces of very many texts decide nothing and cost most of the time.
        max_df=0.05 if len(texts) > 5000 else 1.0, min_df=2 if len(texts) > 100 else 1)
    try:
        vectors = csr_matrix(pieces.fit_transform([text[:CHARACTERS] for text in texts]))
    except ValueError:  # no piece occurs in two texts: nothing to compare
        return []
    return [(left, right) for left, right in _candidates(vectors, progress)
            if _alike(words[left], words[right], weight)]


def _candidates(vectors: Any, progress: Progress) -> Iterator[tuple[int, int]]:
    """Each text with its nearest later ones, block by block so that memory stays flat."""
    count, columns = vectors.shape[0], vectors.T.tocsr()
    for start in range(0, count, 250):
        progress("comparing texts", start / count)
        block = (vectors[start:start + 250] @ columns).tocsr()
        for place in range(block.shape[0]):
            left = start + place
            part = slice(block.indptr[place], block.indptr[place + 1])
            others, cosines = block.indices[part], block.data[part]
            near = np.flatnonzero((cosines >= CANDIDATE) & (others > left))
            best = near[np.argsort(-cosines[near], kind="stable")[:NEIGHBOURS]]
            yield from ((left, int(others[k])) for k in best)


def _alike(a: Sequence[str], b: Sequence[str], weight: dict[str, float]) -> bool:
    """Do the two share 90% of their words by weight, a misspelt word counting as shared?"""
    left, right = Counter(a), Counter(b)
    only_left, only_right = list((left - right).elements()), list((right - left).elements())
    total = sum(weight[word] for word in (*a, *b))
    odd = sum(weight[word] for word in (*only_left, *only_right))
    if 1 - odd / total >= SAME:
        return True
    if len(only_left) > 8 or len(only_right) > 8:
        return False
    for word in only_left:
        twin = next((other for other in only_right if _slip(word, other)), None)
        if twin:
            only_right.remove(twin)
            odd -= weight[word] + weight[twin]
    return 1 - odd / total >= SAME


def _slip(word: str, other: str) -> bool:
    """One word misspelt; numbers that differ are different."""
    if min(len(word), len(other)) < 4 or re.search(r"\d", word + other):
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= MISSPELT
