"""Rows in another language than most."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from training.audit.finding import Finding, Progress, Sheet, share

# Written in business and close to no creole of English, which short English texts pass for.
LANGUAGES = ["ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr",
             "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "nb", "nl", "no", "pl",
             "pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh"]
SURE = 0.6
MIN_LETTERS = 12
FLOOR = 0.01  # names and titles pass for other languages in a few rows of any collection


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(detector.labels)
    detector.set_languages([name for name in LANGUAGES if name in known])
    return detector


def language_finding(sheet: Sheet, progress: Progress) -> Finding | None:
    """A language counts where it is told with 60% certainty from 12 letters or more."""
    told = []
    for i, text in enumerate(sheet.texts):
        if i % 1000 == 0:
            progress("telling languages", i / len(sheet.texts))
        letters = sum(map(str.isalpha, text[:500]))
        dense = any("\u3040" <= character <= "\ud7ff" for character in text[:500])
        name, sure = _detector().classify(text[:500]) if letters else ("", 0.0)
        enough = letters >= (4 if dense else MIN_LETTERS)
        told.append(str(name) if enough and sure >= (0.3 if dense else SURE) else "")
    counts = Counter(name for name in told if name)
    if len(counts) < 2:
        return None
    main = counts.most_common(1)[0][0]
    rows = [i + 1 for i, name in enumerate(told) if name not in ("", main)]
    if len(rows) < max(3, FLOOR * len(told)):
        return None
    others = ", ".join(f"{name} in {count:,}" for name, count in counts.most_common(6)[1:])
    return Finding("mixed_language", "medium", f"{share(rows, sheet)} are not in the language of "
                   f"most ({main}): {others}.", rows)
