"""What a student proposes and why, read from the student's own words.

Each technique that the text speaks of is judged as proposed, put off or neither from what stands
around it (``mentions``); the stance follows from all four judgements and the text as a whole.
Criteria are weighed from words and known phrases (``invoked``), contradictions from facts that
speak against the stance (``clashes``). Trained by ``python -m advisor.homework.fit``; nothing
here needs torch.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from advisor.homework.clashes import clash_features
from advisor.homework.invoked import CRITERIA, invoked_features, phrases, pieces
from advisor.homework.lexicon import APPROACH_OF, plain
from advisor.homework.linear import Array, Linear, load, logistic, softmax
from advisor.homework.mentions import MOST_READ, Marked, features, mark, whole_features
from casebank.encoder import loaded_once

DATA = Path(__file__).parent.parent / "data"
STANCES = ("prompting", "rag", "fine_tuning", "rag+fine_tuning", "classical", "none")
LETTERS = tuple(APPROACH_OF)
PROPOSED, PUT_OFF = 1, 2  # columns of the model of mentions; 0 is neither
SURE_OF_LATER = 0.2
BATCH = 512
_SENTENCE = re.compile(r"(?:^|(?<=[.!?]\s)|(?<=\n))\s*\S")


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
        self._mention, self._whole = models["mention"], models["whole"]
        self._criteria, self._clash = models["criteria"], models["clash"]
        self._decision = Linear({}, numbers["decision"], numbers["decision_start"])
        self._least, self._least_clash = numbers["least"], float(numbers["least_clash"][0])

    def read(self, descriptions: Sequence[str], reasonings: Sequence[str]) -> list[Reasoning]:
        texts = [text[:MOST_READ] for text in reasonings]
        small = [plain(text) for text in texts]
        marks = [mark(text) for text in small]
        roles = mention_roles(self._mention, marks)
        seen = decision_features(roles, stances_as_a_whole(self._whole, marks))
        stances = softmax(seen @ self._decision.weights + self._decision.start)
        chosen = [STANCES[place] for place in stances.argmax(axis=1)]
        later = [put_off(row, stance) for row, stance in zip(roles, chosen, strict=True)]
        found = [phrases(text) for text in small]
        invoked = logistic(self._criteria.scores([
            invoked_features(*each) | pieces(text)
            for each, text in zip(zip(marks, found, chosen, later, strict=True), small, strict=True)
        ])) >= self._least
        clashes = logistic(self._clash.scores([
            clash_features(plain(description[:MOST_READ]), text, stance, steps)
            for description, text, stance, steps
            in zip(descriptions, small, chosen, later, strict=True)
        ])[:, 0]) >= self._least_clash
        return [
            Reasoning(chosen[i], later[i], criteria := tuple(compress(CRITERIA, invoked[i])),
                      bool(clashes[i]), quotes(texts[i], marks[i], found[i], chosen[i], criteria),
                      round(float(1 - stances[i].max()), 4))
            for i in range(len(texts))
        ]


def quotes(
    text: str, marked: Marked, found: Mapping[str, int], stance: str, criteria: Sequence[str]
) -> dict[str, str]:
    """The sentences with what is proposed and with the first phrase of each criterion.

    Where nothing is proposed, the sentence that first speaks of a technique.
    """
    starts = [m.start() for m in _SENTENCE.finditer(text)]
    ends = [*starts[1:], len(text)]

    def sentence(place: int) -> str:
        which = max(0, bisect_right(starts, place) - 1)
        return text[starts[which]:ends[which]].strip()

    said = {}
    if (place := marked.stands_for(stance.split("+"))) is not None:
        said["stance"] = sentence(place)
    for criterion in criteria:
        places = [place for name, place in found.items() if name[:-1] == criterion]
        if starts:
            said[criterion] = sentence(places[0] if places else 0)
    return said


def mention_roles(model: Linear, marks: Sequence[Marked]) -> Array:
    """Probabilities of neither, proposed and put off: shape (n texts, 4 approaches, 3)."""
    rows = [features(marked, letter) for marked in marks for letter in LETTERS]
    return softmax(model.scores(rows)).reshape(len(marks), len(LETTERS), 3)


def stances_as_a_whole(model: Linear, marks: Sequence[Marked]) -> Array:
    """Probabilities of the stances from a text's words and bones: shape (n texts, 6)."""
    return softmax(model.scores([whole_features(marked) for marked in marks]))


def decision_features(roles: Array, whole: Array) -> Array:
    """What the stance is decided on: shape (n texts, 24)."""
    proposed = np.clip(roles[:, :, PROPOSED], 1e-3, 1 - 1e-3)
    later = np.clip(roles[:, :, PUT_OFF], 1e-3, 1 - 1e-3)
    odds, odds_later = np.log(proposed / (1 - proposed)), np.log(later / (1 - later))
    pairs = [odds[:, i] * odds[:, j] / 5 for i in range(len(LETTERS)) for j in range(i)]
    return np.hstack([odds, odds_later, np.stack(pairs, axis=1), np.sort(odds, axis=1),
                      np.log(np.clip(whole, 1e-3, 1.0))])


def put_off(roles: Array, stance: str) -> tuple[str, ...]:
    """The approaches of later steps; none where nothing comes first. Shape of roles (4, 3)."""
    if stance == "none":
        return ()
    now = stance.split("+")
    return tuple(
        APPROACH_OF[letter] for letter, row in zip(LETTERS, roles, strict=True)
        if APPROACH_OF[letter] not in now and row[PUT_OFF] >= SURE_OF_LATER)


@loaded_once
def default_reader() -> ReasoningReader:
    """The reader that the project ships, loaded once."""
    return ReasoningReader()
