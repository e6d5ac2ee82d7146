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
from functools import cached_property

from advisor.homework.lexicon import APPROACH_OF, CUE_NAMES, CUES, SIGNS, TECHNIQUES
from advisor.words import stem

MOST_READ = 4_000  # characters; the homework asks for one or two sentences
_WORD = re.compile(r"\d[\d.,]*|[^\W\d_]+(?:'[^\W\d_]+)?|->|=>|[.,;:!?()\n–—/\"=→⇒≠≫>+&❌✅]")
_BREAKS = {"!": ".", ";": ".", "\n": ".", "—": ":", "–": ":", "(": ",", ")": ","}
_CLAUSE_ENDS = frozenset(".?,:")
_REFERENCE = re.compile(
    r"\bthe (latter|former)\b|\b(?:pick|take|choose|prefer|keep) the (first|second)\b"
    r"|\bthe (first|second)(?= (?:one|needs|option|of the two)\b)")
_TECHNIQUE_MARKS = frozenset(letter + plainness for letter in "PRFCTO" for plainness in "01")
_SEEN_FROM = {
    letter: {other + plainness: ("T" if other == letter else "O") + plainness
             for other in "PRFC" for plainness in "01"}
    for letter in "PRFC"
}
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

    @cached_property
    def said(self) -> list[str]:
        """The words and the pairs of neighbouring words."""
        return runs(self.words, 2, "")

    def stands_for(self, approaches: Sequence[str]) -> int | None:
        """Where the text speaks of one of the approaches, best where nothing speaks against it.

        If it speaks of none of them, where it first speaks of any technique; None if nowhere.
        """
        best: dict[int, int] = {}
        for letter in "PRFC":
            if letter not in self.named:
                continue
            own = APPROACH_OF[letter] in approaches
            parts = dict(_roles(_seen_from(self.bones, letter)))
            for i, bone in enumerate(self.bones):
                if bone in (letter + "1", letter + "0"):
                    fit = 4 * own + 2 * (parts.get(i) in ("for", "first")) * own + int(bone[1])
                    best.setdefault(fit, self.places[i][0])
        return best[max(best)] if best else None


def is_technique(bone: str) -> bool:
    return bone in _TECHNIQUE_MARKS


def mark(text: str) -> Marked:
    """Words and bones of a plain text."""
    techniques = _with_references(text, [
        (m.start(), m.end(), m.lastgroup or "") for m in TECHNIQUES.finditer(text)])
    technique_at, cue_at = bytearray(len(text)), bytearray(len(text))
    for start, end, _ in techniques:
        technique_at[start:end] = b"1" * (end - start)
    words, bones = list(techniques), list(techniques)
    for match in CUES.finditer(text):
        start, end = match.span()
        if technique_at[start]:
            continue
        # "retrieval over our manuals" puts nothing over anything, "I prefer RAG to tuning" does.
        if match[0] in ("over", "to") and not any(technique_at[end:end + 8]):
            continue
        if match[0] == "to" and not any(technique_at[max(0, start - 2):start]):
            continue
        bones.append((start, end, match.lastgroup or ""))
        cue_at[start:end] = b"1" * (end - start)
    for match in _WORD.finditer(text):
        start, end = match.span()
        if technique_at[start]:
            continue
        token = match[0]
        if token[0].isalnum():
            words.append((start, end, "#" if token[0].isdigit() else _stem(token)))
            continue
        token = _BREAKS.get(token, token)
        words.append((start, end, token))
        if token in _CLAUSE_ENDS and not cue_at[start]:
            bones.append((start, end, token))
        elif token in SIGNS:
            bones.append((start, end, SIGNS[token]))
    bones.sort()
    return Marked([word for _, _, word in sorted(words)], [bone for _, _, bone in bones],
                  [(start, end) for start, end, _ in bones])


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
        which = match[1] or match[2] or match[3]
        letter = {"latter": last[0], "former": last[1],
                  "first": named[0], "second": named[1]}[which]
        found = [t for t in found if not (match.start() < t[1] and t[0] < match.end())]
        found.append((*match.span(), letter + "1"))
    return found


def _stem(word: str) -> str:
    return "not" if word.endswith("n't") or word == "cannot" else stem(word)


def runs(row: Sequence[str], longest: int, name: str) -> list[str]:
    """Runs of up to ``longest`` neighbours in the row, each with the name before it."""
    found = [name + token for token in row]
    last = found
    for n in range(1, longest):
        last = [f"{run} {token}" for run, token in zip(last, row[n:], strict=False)]
        found += last
    return found


def features(marked: Marked, letter: str) -> set[str]:
    """What speaks for or against the approach of this letter being the one proposed."""
    found = {f"{letter}:{run}" for run in marked.said}
    found.update(_counts(marked, letter))
    bones = _seen_from(marked.bones, letter)
    if "T1" not in bones and "T0" not in bones:
        return found
    words = _seen_from(marked.words, letter)
    found.update(_around(words, 4, "g:"))
    found.update(_around(bones, 6, "K:"))
    found.update(runs([b for b in bones if b not in ("T0", "O0")], 5, "W:"))
    found.update(_cues(bones))
    found.update(_parts(bones))
    return found


def whole_features(marked: Marked) -> set[str]:
    """Words, bones and the order of the techniques, without the view of any one of them."""
    named = [bone for bone in marked.bones if bone.endswith("1") and is_technique(bone)]
    return {*marked.said, *runs(marked.bones, 5, "B:"), *runs(named, 4, "S:")}


def _seen_from(row: Sequence[str], letter: str) -> list[str]:
    view = _SEEN_FROM[letter]
    return [view.get(token, token) for token in row]


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
        if token == "T1" or token == "T0":
            for start in range(max(0, i - longest + 1), i + 1):
                run = name + " ".join(row[start:i + 1])
                if start < i:
                    yield run
                for end in range(i + 1, min(start + longest, len(row))):
                    run = f"{run} {row[end]}"
                    yield run


def _clauses(bones: list[str]) -> Iterator[tuple[int, int, str]]:
    """From, to and the mark that ends it, of each clause."""
    start = 0
    for i, bone in enumerate(bones):
        if bone in _CLAUSE_ENDS or bone in ("BUT", "FOR"):
            yield start, i, bone
            start = i + 1 if bone in _CLAUSE_ENDS else i
    yield start, len(bones), ""


def _roles(bones: list[str]) -> Iterator[tuple[int, str]]:
    """For each technique, at its place in the bones, what the clause around it does with it."""
    for start, end, close in _clauses(bones):
        places = [i for i in range(start, end) if is_technique(bones[i])]
        for before, i, after in zip([start - 1, *places], places, [*places[1:], end], strict=False):
            left, right = set(bones[before + 1:i]), set(bones[i + 1:after])
            all_left, all_right = set(bones[start:i]), set(bones[i + 1:end])
            if (left & _AGAINST or all_left & {"NO", "INSTEAD", "UNREAL", "UNSURE"}
                    or "NO" in right or "BAD" in all_right or close == "?"):
                yield i, "against"
            elif (all_left | all_right) & _PUT_OFF:
                yield i, "later"
            else:
                yield i, "first" if "START" in all_left | all_right else "for"


def _cues(bones: list[str]) -> Iterator[str]:
    """The cues in the clause of each mention of the approach, by side, near and far."""
    for start, end, close in _clauses(bones):
        places = [i for i in range(start, end) if is_technique(bones[i])]
        for before, i, after in zip([start - 1, *places], places, [*places[1:], end], strict=False):
            if bones[i][0] != "T":
                continue
            sides = (("l", bones[before + 1:i]), ("r", bones[i + 1:after]),
                     ("L", bones[start:i]), ("R", bones[i + 1:end]))
            for side, row in sides:
                yield from (f"c:{bones[i]}{side}{cue}" for cue in CUE_NAMES.intersection(row))
            yield f"c:{bones[i]}ends{close}{'alone' if end - start == 1 else ''}"


def _parts(bones: list[str]) -> Iterator[str]:
    """What becomes of the techniques, one by one and taken together."""
    parts: dict[str, set[str]] = {"T": set(), "O": set()}
    sequence: list[str] = []
    for i, role in _roles(bones):
        parts[bones[i][0]].add(role)
        if bones[i][1] == "1":
            sequence.append(bones[i][0] + role)
    yield from runs(sequence, 4, "q:")
    own, others = ("/".join(sorted(parts[who])) for who in "TO")
    yield f"A:{own}>{others}"
    yield f"a:{own}"
    yield from (f"a:{who}{role}" for who, some in parts.items() for role in some)
