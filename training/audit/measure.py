"""Recall and precision on planted faults: python -m training.audit.measure --data FOLDER

FOLDER holds trec.csv, sst2.csv and clinc150.csv (columns text, label; TREC also fine_label). The
sample sets and a made set of priced goods come in addition. Writes docs/audit.md.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from training.audit.check import audit_sheet
from training.audit.duplicates import near_pairs, plain
from training.audit.finding import Finding, Sheet
from training.audit.numbers import values_of
from training.audit.plant import CLASS_FAULTS, VALUE_FAULTS, WORD_FAULTS, Planted, Planter
from training.data import read_table
from training.encoder import Encoder

ROWS = 1500  # of each set, so that the table is done in half an hour
SEEDS = (0, 1, 2)
SAMPLES = Path(__file__).parent.parent / "samples"
TARGET = Path(__file__).parents[2] / "docs" / "audit.md"
MATERIALS = ("oak", "steel", "silver", "leather", "glass", "wool", "marble", "brass", "silk",
             "clay")
THINGS = {"ring": 300, "chair": 180, "lamp": 90, "coat": 240, "vase": 60, "desk": 520,
          "watch": 800, "scarf": 45, "mirror": 130, "clock": 210, "carpet": 400, "bowl": 35}
WORDS = ("antique", "hand made", "signed", "with box", "large", "small", "slightly worn", "Italian",
         "by a known workshop", "around 1920", "restored", "never used", "polished", "carved",
         "engraved", "for two", "in the original case", "with certificate", "heavy", "rare")


def goods(count: int = 1500, seed: int = 0) -> tuple[list[str], list[str]]:
    """Descriptions of goods and their prices in whole amounts."""
    rng = random.Random(seed)
    texts, prices = [], []
    for _ in range(count):
        thing, material = rng.choice([*THINGS]), rng.choice(MATERIALS)
        extra = ", ".join(rng.sample(WORDS, rng.randint(2, 5)))
        texts.append(f"{material} {thing}, {extra}".capitalize())
        scale = 0.6 + 0.2 * MATERIALS.index(material)
        prices.append(str(max(1, round(THINGS[thing] * scale * rng.lognormvariate(0, 0.5)))))
    return texts, prices


def to_sheet(texts: list[str], labels: list[str]) -> Sheet:
    return Sheet(texts, labels, {"text": texts, "label": labels}, "text", "label",
                 values_of(labels))


def sets(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Name, texts and labels; near duplicates and rare classes are taken out beforehand."""
    files = [("CLINC150, 150 intents", folder / "clinc150.csv", "label"),
             ("TREC, 6 classes", folder / "trec.csv", "label"),
             ("TREC, 50 classes", folder / "trec.csv", "fine_label"),
             ("SST-2", folder / "sst2.csv", "label"),
             ("restaurant e-mails", SAMPLES / "restaurant_emails.csv", "label")]
    for name, path, label in files:
        rows = [(row["text"], row[label]) for row in read_table(path).rows if row[label] != "oos"]
        random.Random(0).shuffle(rows)
        rows = [*{plain(text): (text, own) for text, own in rows[:2 * ROWS]}.values()]
        twins = {right for _, right in near_pairs([plain(text) for text, _ in rows], _say)}
        rows = [row for i, row in enumerate(rows) if i not in twins][:ROWS]
        counts: dict[str, int] = {}
        for _, own in rows:
            counts[own] = counts.get(own, 0) + 1
        rows = [row for row in rows if counts[row[1]] >= 5]
        yield name, [text for text, _ in rows], [own for _, own in rows]
    yield "priced goods (made)", *goods()


def score(planted: Planted, findings: list[Finding], kind: str) -> tuple[float, float]:
    """Recall and precision; the original of a copy counts neither as found nor as false."""
    listed = {row for finding in findings if finding.kind == kind for row in finding.rows}
    right = len(listed & planted.rows)
    false = len(listed - planted.rows - planted.also)
    return right / len(planted.rows), right / (right + false) if listed else 0.0


def measure(folder: Path) -> list[str]:
    """Lines of a Markdown table: set, fault, recall, precision; and the findings on clean data."""
    lines = ["| set | planted | recall | precision |", "|---|---|---|---|"]
    clean = ["| set | rows | findings on the clean set |", "|---|---|---|"]
    for name, texts, labels in sets(folder):
        encoder = Encoder()
        sheet = to_sheet(texts, labels)
        found = audit_sheet(sheet, None, encoder)
        clean.append(f"| {name} | {len(texts):,} | "
                     f"{', '.join(f'{f.code} ({len(f.rows)})' for f in found) or 'none'} |")
        print(clean[-1], file=sys.stderr)
        faults = WORD_FAULTS | (CLASS_FAULTS if sheet.values is None else VALUE_FAULTS)
        for kind, planter in faults.items():
            lines.append(f"| {name} | {kind} | {_row(planter, kind, texts, labels, encoder)} |")
            print(lines[-1], file=sys.stderr)
    return [*lines, "", *clean]


def _row(
    planter: Planter, kind: str, texts: list[str], labels: list[str], encoder: Encoder
) -> str:
    scores = []
    for seed in SEEDS if kind in ("suspect_label", "low_values") else SEEDS[:1]:
        planted = planter(texts, labels, random.Random(seed))
        test = to_sheet(*planted.test) if planted.test else None
        found = audit_sheet(to_sheet(planted.texts, planted.labels), test, encoder)
        scores.append(score(planted, found, kind))
    return " | ".join(f"{sum(part) / len(part):.0%}" + (
        f" ({min(part):.0%} to {max(part):.0%})" if len(part) > 1 else "")
        for part in zip(*scores, strict=True))


def _say(_what: str, _share: float) -> None:
    pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    table = "\n".join(measure(parser.parse_args().data))
    before, _, _ = TARGET.read_text(encoding="utf-8").partition("| set | planted |")
    TARGET.write_text(f"{before}{table}\n", encoding="utf-8")
