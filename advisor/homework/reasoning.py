"""What a student proposes and why, read from the student's own words.

Each technique that the text speaks of is judged as proposed, put off or neither from what stands
around it (``mentions``); one stance follows from all four judgements. Criteria and contradictions
are weighed from words and known phrases (``invoked``). Trained by ``python -m
advisor.homework.fit``; nothing here needs torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from advisor.homework.clashes import clash_features
from advisor.homework.invoked import CRITERIA, invoked_features
from advisor.homework.lexicon import APPROACH_OF
from advisor.homework.linear import Array, Linear, load, logistic, softmax
from advisor.homework.mentions import MOST_READ, Marked, features, mark

DATA = Path(__file__).parent.parent / "data"
STANCES = ("prompting", "rag", "fine_tuning", "rag+fine_tuning", "classical", "none")
LETTERS = tuple(APPROACH_OF)
PROPOSED, PUT_OFF = 1, 2  # columns of the model of mentions; 0 is neither
SURE_OF_LATER = 0.5
BATCH = 512
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|[.!?]+|\n|$)")


@dataclass(frozen=True)
class Reasoning:
    """What a text proposes (``stance``), what only ``later``, and which criteria it invokes.

    ``quotes`` has, for "stance" and for each criterion, the words of the text that it rests on;
    ``doubt`` is how unsure the stance is, from 0 to 1.
    """

    stance: str
    later: tuple[str, ...]
    criteria: tuple[str, ...]
    contradiction: bool
    quotes: Mapping[str, str]
    doubt: float


def read_reasonings(
    descriptions: Sequence[str], reasonings: Sequence[str]
) -> list[Reasoning]:
    """One reading for each description with its reasoning; any text can be read, also none."""
    reader = default_reader()
    return [
        reading for start in range(0, len(reasonings), BATCH)
        for reading in reader.read(descriptions[start:start + BATCH],
                                   reasonings[start:start + BATCH])
    ]


class ReasoningReader:
    """Reads with the weights in ``folder``."""

    def __init__(self, folder: Path = DATA) -> None:
        models, numbers = load(folder, "reasonings")
        self._mention, self._criteria = models["mention"], models["criteria"]
        self._clash = models["clash"]
        self._decision = Linear({}, numbers["decision"], numbers["decision_start"])
        self._least, self._least_clash = numbers["least"], float(numbers["least_clash"][0])

    def read(self, descriptions: Sequence[str], reasonings: Sequence[str]) -> list[Reasoning]:
        texts = [text[:MOST_READ] for text in reasonings]
        marks = [mark(text) for text in texts]
        roles = mention_roles(self._mention, marks)
        stances = softmax(decision_features(roles) @ self._decision.weights + self._decision.start)
        chosen = [STANCES[place] for place in stances.argmax(axis=1)]
        later = [put_off(row, stance) for row, stance in zip(roles, chosen, strict=True)]
        invoked = logistic(self._criteria.scores([
            [*invoked_features(text, marked), *stance_features(stance, steps)]
            for text, marked, stance, steps in zip(texts, marks, chosen, later, strict=True)
        ])) >= self._least
        clashes = logistic(self._clash.scores([
            clash_features(description[:MOST_READ], text, stance, steps)
            for description, text, stance, steps
            in zip(descriptions, texts, chosen, later, strict=True)
        ])[:, 0]) >= self._least_clash
        return [
            Reasoning(
                stance, steps, criteria := tuple(np.array(CRITERIA)[held].tolist()), bool(clash),
                self._quotes(text, marked, stance, criteria), round(float(1 - row.max()), 4))
            for text, marked, stance, steps, held, clash, row
            in zip(texts, marks, chosen, later, invoked, clashes, stances, strict=True)
        ]

    def _quotes(
        self, text: str, marked: Marked, stance: str, criteria: Iterable[str]
    ) -> dict[str, str]:
        """The sentence that speaks most for the stance and for each criterion."""
        sentences = [m.group().strip() for m in _SENTENCE.finditer(text) if m.group().strip()]
        if not sentences:
            return {}
        if len(sentences) == 1:
            return dict.fromkeys((*(["stance"] if marked.named else []), *criteria), sentences[0])
        parts = [mark(sentence) for sentence in sentences]
        quotes: dict[str, str] = {}
        letters = [letter for letter in LETTERS if APPROACH_OF[letter] in stance.split("+")]
        speaking = [i for i, part in enumerate(parts)
                    if any(letter in part.named for letter in letters or part.named)]
        if speaking:
            effects = [sum(self._mention.effect(features(parts[i], letter), PROPOSED)
                           for letter in letters) for i in speaking]
            quotes["stance"] = sentences[speaking[int(np.argmax(effects))]]
        if criteria := tuple(criteria):
            weighed = self._criteria.scores([
                list(invoked_features(sentence, part))
                for sentence, part in zip(sentences, parts, strict=True)])
            for criterion in criteria:
                best = int(weighed[:, CRITERIA.index(criterion)].argmax())
                quotes[criterion] = sentences[best]
        return quotes


def mention_roles(model: Linear, marks: Sequence[Marked]) -> Array:
    """Probabilities of neither, proposed and put off: shape (n texts, 4 approaches, 3)."""
    rows = [features(marked, letter) for marked in marks for letter in LETTERS]
    return softmax(model.scores(rows)).reshape(len(marks), len(LETTERS), 3)


def decision_features(roles: Array) -> Array:
    """What the stance is decided on: shape (n texts, 18)."""
    proposed = np.clip(roles[:, :, PROPOSED], 1e-3, 1 - 1e-3)
    later = np.clip(roles[:, :, PUT_OFF], 1e-3, 1 - 1e-3)
    odds, odds_later = np.log(proposed / (1 - proposed)), np.log(later / (1 - later))
    pairs = [odds[:, i] * odds[:, j] / 5 for i in range(len(LETTERS)) for j in range(i)]
    return np.hstack([odds, odds_later, np.stack(pairs, axis=1), np.sort(odds, axis=1)])


def put_off(roles: Array, stance: str) -> tuple[str, ...]:
    """The approaches of later steps; none where nothing comes first. Shape of roles (4, 3)."""
    if stance == "none":
        return ()
    now = stance.split("+")
    return tuple(
        APPROACH_OF[letter] for letter, row in zip(LETTERS, roles, strict=True)
        if APPROACH_OF[letter] not in now and row[PUT_OFF] >= SURE_OF_LATER)


def stance_features(stance: str, later: Sequence[str]) -> Iterable[str]:
    return f"stance:{stance}", f"later:{bool(later)}", f"stance:{stance}{bool(later)}"


@lru_cache(maxsize=1)
def default_reader() -> ReasoningReader:
    """The reader that the project ships, loaded once."""
    return ReasoningReader()
