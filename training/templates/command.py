"""python -m training inspect-template: what training sees and what inference sends."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.templates.conversations import read_conversations
from training.templates.inspection import Inspection, by_code, inspect_template
from training.templates.sides import Side
from training.templates.template import read_template
from training.templates.tokenizer import load_tokenizer


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "inspect-template", help="compare the template of training with that of inference")
    parser.add_argument("--tokenizer", required=True, help="Hub id or folder")
    parser.add_argument("--messages", type=Path, required=True, help="conversations as JSONL")
    parser.add_argument("--train-template", type=Path, help="default: the tokenizer's own")
    parser.add_argument("--inference-template", type=Path, help="default: the tokenizer's own")
    parser.add_argument("--max-length", type=int, help="tokens; default: the tokenizer's own")
    parser.add_argument("--json", action="store_true")


def main(args: argparse.Namespace) -> int:
    """Exit status 0, with findings or without; raises ``PilotError`` on unusable input."""
    train = read_template(args.train_template) if args.train_template else None
    inference = read_template(args.inference_template) if args.inference_template else None
    conversations = read_conversations(args.messages)
    found = inspect_template(
        load_tokenizer(args.tokenizer), conversations, train_template=train,
        inference_template=inference, max_length=args.max_length)
    if args.json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        _print(found, len(conversations))
    return 0


def _print(found: Inspection, rows: int) -> None:
    print(f"Training sees ({sum(found.train.trained)} of {len(found.train.ids)} tokens trained, "
          "shown in [ ]):")
    print(_line(found.train))
    print(f"\nInference sends ({len(found.inference.ids)} tokens):")
    print(_line(found.inference))
    print(f"\n{len(found.findings) or 'No'} findings in {rows} rows")
    for finding, count in by_code(found.findings):
        print(f"{finding.code:15} {finding.kind}, row {finding.row}, token {finding.position}"
              + (f" ({count} rows)" if count > 1 else ""))
        print(f"  {finding.text}\n  {finding.advice}")


def _line(side: Side) -> str:
    """Tokens between bars, with trained ones in square brackets."""
    trained = side.trained or [False] * len(side.ids)
    return "|".join(f"[{token}]" if flag else token
                    for token, flag in zip(side.tokens, trained, strict=True))
