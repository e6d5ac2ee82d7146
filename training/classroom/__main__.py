"""python -m training.classroom --out DIR: train the classroom model anew."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from training.classroom import MODEL
from training.classroom.train import Recipe, train

parser = argparse.ArgumentParser(prog="python -m training.classroom", description=__doc__)
parser.add_argument("--out", type=Path, default=MODEL, help="folder for weights and tokenizer")
parser.add_argument("--steps", type=int, default=Recipe.steps)
args = parser.parse_args()
print(train(args.out, replace(Recipe(), steps=args.steps)))
