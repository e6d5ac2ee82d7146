"""How texts are written: cut at a limit, abbreviated, longer than the model reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from training.audit.finding import Finding, Progress, Sheet, share

END = re.compile(r"[.!?…。！？][\"'”’)\]]*\s*$")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MIN_LENGTH = 20  # shorter texts of one length are a coincidence


def form_findings(sheet: Sheet, tokenizer: Any, window: int, progress: Progress) -> list[Finding]:
    """``tokenizer`` is the encoder's, ``window`` the tokens that it reads."""
    checks = (_truncated(sheet), _abbreviated(sheet, tokenizer),
              _too_long(sheet, tokenizer, window, progress))
    return [finding for finding in checks if finding]


def _truncated(sheet: Sheet) -> Finding | None:
    """Texts heaped on one length (characters, then words) that end in the middle of something."""
    texts = [text.rstrip("\r\n") for text in sheet.texts]
    inner = Counter(word.lower() for text in set(texts) for word in WORD.findall(text)[:-1])
    for unit, lengths in (("characters", [len(text) for text in texts]),
                          ("words", [len(text.split()) for text in texts])):
        for length in _heaps(lengths, len(texts), MIN_LENGTH if unit == "characters" else 8):
            near = {length - 1, length} if unit == "characters" else {length}
            heap = [i for i, own in enumerate(lengths) if own in near]
            rest = [i for i, own in enumerate(lengths) if own not in near]
            cut = [i for i in heap if not END.search(texts[i])]
            if len(cut) >= 5 and _broken_off([texts[i] for i in heap], [texts[i] for i in rest],
                                             inner, unit):
                rows = [i + 1 for i in cut]
                return Finding(
                    "truncated", "medium", f"{share(rows, sheet)} are {length:,} {unit} long, and "
                    "end in the middle of a word or sentence: cut at a limit.", rows)
    return None


def _heaps(lengths: Sequence[int], count: int, least: int) -> list[int]:
    """Lengths that far more texts have than the lengths around; largest heap first."""
    seen = Counter(lengths)
    found = []
    for length, own in seen.items():
        around = [seen[length + k] for k in range(-8, 9) if k not in (-1, 0, 1)]
        usual = max(sum(around) / len(around), sorted(around)[-3])
        if length >= least and own >= max(5, 0.005 * count, 3 * usual):
            found.append(length)
    return sorted(found, key=lambda length: -seen[length])[:5]


def _broken_off(
    heap: Sequence[str], rest: Sequence[str], inner: Counter[str], unit: str
) -> bool:
    """Do the texts of the heap end less often with a full stop, or more often with half a word?"""
    def stops(texts: Sequence[str]) -> float:
        return sum(bool(END.search(text)) for text in texts) / max(1, len(texts))

    def halves(texts: Sequence[str]) -> float:
        ends = [words[-1].lower() for text in texts if (words := WORD.findall(text))
                and text.rstrip()[-1:].isalpha()]
        return sum(inner[word] < 1 for word in ends) / max(1, len(texts))

    # Without other texts, half of the texts without an end speak for a cut.
    unfinished = stops(heap) <= 0.5 * (stops(rest) if rest else 1.0) and (
        not rest or stops(rest) >= 0.4)
    if unit == "words":
        return unfinished
    own = halves(heap)
    return unfinished or (own >= 0.2 and own >= 1.8 * halves(rest[:5000]))


def _abbreviated(sheet: Sheet, tokenizer: Any) -> Finding | None:
    """Rows with several short words that the model's vocabulary lacks: no vowel, or capitals."""
    known = set(tokenizer.get_vocab())
    seen: Counter[str] = Counter()
    per_row = []
    for text in sheet.texts:
        words = re.findall(r"(?<![\w@./-])[A-Za-z]{2,7}(?![\w@-])", text)
        shouting = sum(word.isupper() for word in words) > 0.6 * len(words)
        odd = [word for word in words if word.lower() not in known and (
            not re.search(r"[aeiouyAEIOUY]", word) or (word.isupper() and not shouting))]
        per_row.append((odd, len(words)))
        seen.update(word.lower() for word in set(odd))
    rows = [i + 1 for i, (odd, words) in enumerate(per_row)
            if len(odd) >= 2 or (odd and len(odd) >= 0.25 * words)]
    if len(rows) < max(5, 0.02 * len(sheet.texts)):
        return None
    common = ", ".join(word for word, _ in seen.most_common(6))
    return Finding("abbreviation", "medium", f"{share(rows, sheet)} hold abbreviations that a "
                   f"general model does not know, as {common}.", rows)


def _too_long(
    sheet: Sheet, tokenizer: Any, window: int, progress: Progress
) -> Finding | None:
    rows = []
    # A token has a character at least, so that short texts need no counting.
    long = [i for i, text in enumerate(sheet.texts) if len(text) > window]
    for start in range(0, len(long), 256):
        progress("counting tokens", start / len(long))
        part = long[start:start + 256]
        tokens = tokenizer([sheet.texts[i][:40 * window] for i in part], truncation=False,
                           verbose=False)["input_ids"]
        rows += [i + 1 for i, own in zip(part, tokens, strict=True) if len(own) > window]
    if len(rows) < max(1, 0.005 * len(sheet.texts)):
        return None
    return Finding("too_long", "low", f"{share(rows, sheet)} are longer than the {window} tokens "
                   "that the encoder reads.", rows)
