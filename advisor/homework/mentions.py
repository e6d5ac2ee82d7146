"""Where a text speaks of a technique, and what around it says whether the technique is proposed.

A text is turned into two rows of marks: its words, as stems, with techniques for words; and its
bones, only techniques, cues and breaks between clauses ("RAG would be overkill, I'd just paste
it" has the bones ``R1 MAY BAD , CHOOSE ONLY P0``). From both come the features for one approach:
its own mentions become T1 and T0 and all others' O1 and O0, so what is learned on how RAG is
turned down holds for fine-tuning too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from advisor.homework.lexicon import CUE_NAMES, CUES, TECHNIQUES

MOST_READ = 4_000  # characters; the homework asks for one or two sentences
_WORD = re.compile(r"\d[\d.,]*|[^\W\d_]+(?:'[^\W\d_]+)?|[.,;:!?()\n–—/\"=≠>]|->|→")
_BREAKS = {"!": ".", ";": ".", "\n": ".", "—": ":", "–": ":", "(": ",", ")": ","}
_CLAUSE_ENDS = frozenset(".?,:")
_REFERENCE = re.compile(
    r"\bthe (latter|former)\b|\b(?:pick|take|choose|prefer|keep) the (first|second)\b"
    r"|\bthe (first|second)(?= (?:one|needs|option|of the two)\b)", re.IGNORECASE)
_AGAINST = frozenset({"NO", "INSTEAD", "OVER", "BAD", "FIRSTIDEA", "CMP"})
_PUT_OFF = frozenset({"LATER", "COND"})


@dataclass(frozen=True)
class Marked:
    """A text as its words and its bones; ``places`` are where in the text each bone stands."""

    words: list[str]
    bones: list[str]
    places: list[tuple[int, int]]

    @property
    def named(self) -> str:
        """The approaches spoken of, by their letters, in the order of first mention."""
        return "".join(dict.fromkeys(b[0] for b in self.bones if is_technique(b)))


def is_technique(bone: str) -> bool:
    return len(bone) == 2 and bone[1] in "01" and bone[0] in "PRFCTO"


def mark(text: str) -> Marked:
    """Words and bones of the text's first ``MOST_READ`` characters."""
    text = text[:MOST_READ].replace("’", "'").replace("‘", "'")
    techniques = [(m.start(), m.end(), m.lastgroup or "") for m in TECHNIQUES.finditer(text)]
    techniques = _with_references(text, techniques)
    taken = _Taken(techniques)
    begins = {start for start, _, _ in techniques}
    cues = [(m.start(), m.end(), m.lastgroup or "") for m in CUES.finditer(text)
            if m.start() not in taken
            # "retrieval over our manuals" puts nothing over anything
            and (m.group().lower() != "over" or begins & set(range(m.end(), m.end() + 8)))]
    in_bones = _Taken([*techniques, *cues])
    words, breaks = list(techniques), []
    for match in _WORD.finditer(text):
        start, end = match.span()
        token = match.group()
        if start in taken:
            continue
        if token[0].isalnum():
            words.append((start, end, "#" if token[0].isdigit() else _stem(token.lower())))
            continue
        token = _BREAKS.get(token, token)
        words.append((start, end, token))
        if token in _CLAUSE_ENDS and start not in in_bones:
            breaks.append((start, end, token))
    bones = sorted([*techniques, *cues, *breaks])
    return Marked([word for _, _, word in sorted(words)], [bone for _, _, bone in bones],
                  [(start, end) for start, end, _ in bones])


class _Taken:
    """Which places of a text are covered already."""

    def __init__(self, spans: Sequence[tuple[int, int, str]]) -> None:
        self._covered = {place for start, end, _ in spans for place in range(start, end)}

    def __contains__(self, place: int) -> bool:
        return place in self._covered


def _with_references(
    text: str, techniques: list[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    """With "the latter", "pick the first" … as mentions of the technique that they refer to."""
    found = list(techniques)
    for match in _REFERENCE.finditer(text):
        before = [mark[0] for start, _, mark in techniques
                  if start < match.start() and mark[1:] == "1"]
        named, last = list(dict.fromkeys(before)), list(dict.fromkeys(reversed(before)))
        if len(named) < 2:
            continue
        which = (match[1] or match[2] or match[3]).lower()
        letter = {"latter": last[0], "former": last[1], "first": named[0], "second": named[1]}[which]
        found = [t for t in found if not (match.start() < t[1] and t[0] < match.end())]
        found.append((*match.span(), letter + "1"))
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    if word.endswith("n't") or word == "cannot":
        return "not"
    stem: str = _stemmer().stemWord(word)
    return stem


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    from snowballstemmer import stemmer

    return stemmer("english")


def runs(row: Sequence[str], longest: int, name: str) -> Iterator[str]:
    """Runs of up to ``longest`` neighbours in the row."""
    for n in range(1, longest + 1):
        for i in range(len(row) - n + 1):
            yield f"{name}{' '.join(row[i:i + n])}"


def features(marked: Marked, letter: str) -> set[str]:
    """What speaks for or against the approach of this letter being the one proposed."""
    words, bones = _seen_from(marked.words, letter), _seen_from(marked.bones, letter)
    found = set(runs(words, 2, "d:"))
    found.update(runs(marked.words, 2, letter + ":"))
    found.update(_counts(marked, letter))
    if "T1" not in bones and "T0" not in bones:
        return found
    found.update(_around(words, 4, "g:"))
    found.update(_around(bones, 6, "K:"))
    found.update(runs([b for b in bones if b not in ("T0", "O0")], 5, "W:"))
    found.update(_parts(bones))
    return found


def _seen_from(row: Sequence[str], letter: str) -> list[str]:
    return [("T" if m[0] == letter else "O") + m[1] if is_technique(m) else m for m in row]


def _counts(marked: Marked, letter: str) -> Iterator[str]:
    plain = [b for b in marked.bones if is_technique(b) and b[1] == "1"]
    own = sum(b[0] == letter for b in plain)
    meant = marked.bones.count(letter + "0")
    kinds = "".join(k for k in "PRFC" if k + "1" in plain)
    yield f"#own{min(own, 2)}"
    yield f"#meant{min(meant, 2)}"
    yield f"#own{min(own, 1)}meant{min(meant, 1)}others{min(len(plain) - own, 1)}"
    yield f"#others{min(len(plain) - own, 3)}"
    yield f"#kinds{len(kinds)}{letter in kinds}"
    yield f"#{letter}in{kinds}"
    if plain:
        yield f"#first{plain[0][0] == letter}"
        yield f"#last{plain[-1][0] == letter}"


def _around(row: list[str], longest: int, name: str) -> Iterator[str]:
    """Runs of neighbours that contain a mention of the approach."""
    for i, token in enumerate(row):
        if token in ("T1", "T0"):
            for n in range(2, longest + 1):
                for start in range(max(0, i - n + 1), min(i, len(row) - n) + 1):
                    yield f"{name}{' '.join(row[start:start + n])}"


def _clauses(bones: list[str]) -> Iterator[tuple[int, int, str]]:
    """From, to and the mark that ends it, of each clause."""
    start = 0
    for i, bone in enumerate(bones):
        if bone in _CLAUSE_ENDS or bone in ("BUT", "FOR"):
            yield start, i, bone
            start = i + 1 if bone in _CLAUSE_ENDS else i
    yield start, len(bones), ""


def _parts(bones: list[str]) -> Iterator[str]:
    """What each clause does with the techniques in it, and the sequence of that."""
    sequence: list[str] = []
    parts: dict[str, set[str]] = {"T": set(), "O": set()}
    for start, end, close in _clauses(bones):
        places = [i for i in range(start, end) if is_technique(bones[i])]
        for which, i in enumerate(places):
            after = places[which + 1] if which + 1 < len(places) else end
            before = places[which - 1] + 1 if which else start
            left, right = set(bones[before:i]), set(bones[i + 1:after])
            all_left, all_right = set(bones[start:i]), set(bones[i + 1:end])
            if bones[i][0] == "T":
                for name, cues in (("l", left), ("r", right), ("L", all_left), ("R", all_right)):
                    yield from (f"c:{bones[i]}{name}{cue}" for cue in cues & CUE_NAMES)
                yield f"c:{bones[i]}ends{close}{'alone' if end - start == 1 else ''}"
            if (left & _AGAINST or "NO" in all_left or "INSTEAD" in all_left or "UNREAL" in all_left
                    or "NO" in right or "BAD" in all_right or close == "?" or "UNSURE" in all_left):
                part = "against"
            elif (all_left | all_right) & _PUT_OFF:
                part = "later"
            else:
                part = "first" if "START" in all_left | all_right else "for"
            parts[bones[i][0]].add(part)
            if bones[i][1] == "1":
                sequence.append(bones[i][0] + part)
    yield from runs(sequence, 4, "q:")
    yield "A:" + "/".join(sorted(parts["T"])) + ">" + "/".join(sorted(parts["O"]))
    yield "a:" + "/".join(sorted(parts["T"]))
    yield from (f"a:{who}{part}" for who, some in parts.items() for part in some)
