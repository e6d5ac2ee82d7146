"""Look at your data first: python -m training audit FILE --text COLUMN --label COLUMN"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from training.audit.clean import clean, parse_choices, record_path
from training.audit.finding import KINDS, Finding, Sheet
from training.audit.words import EFFECTS, FIXES
from training.errors import PilotError

SHOWN = 3  # rows of a finding that are printed in full


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("audit", help="what is wrong with a file of examples")
    parser.add_argument("file", type=Path, help="CSV or JSONL")
    parser.add_argument("--text", required=True, help="column that holds the text")
    parser.add_argument("--label", help="column that holds the label, or a number to predict")
    parser.add_argument("--test", type=Path, help="held-out items, to find leaks into")
    parser.add_argument("--model", help="Hub id or folder of a sentence encoder")
    parser.add_argument("--fix", action="append", default=[], metavar="KIND=exclude|keep|repair",
                        help=f"what to do about a finding; KIND is one of {', '.join(KINDS)}")
    parser.add_argument("--out", type=Path, help="where the cleaned CSV goes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(args: argparse.Namespace) -> int:
    choices = parse_choices(args.fix)
    if choices and not args.out:
        raise PilotError("--fix: expected --out CLEAN.csv, found none; the original stays as it is")
    from training.audit.check import audit_sheet, read_sheet
    from training.encoder import Encoder

    sheet = read_sheet(args.file, args.text, args.label)
    test = read_sheet(args.test, args.text, args.label) if args.test else None
    findings = audit_sheet(sheet, test, Encoder(args.model), _Bar())
    if args.json:
        print(json.dumps({"rows": len(sheet.texts), "findings": [f.to_json() for f in findings]},
                         ensure_ascii=False))
    else:
        print(_report(sheet, findings))
    if args.out:
        record = clean(args.file, args.out, findings, choices, args.text, args.label)
        print(f"{record['rows_after']:,} of {record['rows_before']:,} rows written to {args.out}, "
              f"what was done to {record_path(args.out)}", file=sys.stderr)
    return 0


class _Bar:
    """What is being done, on standard error, once a second has passed."""

    def __init__(self) -> None:
        self._shown = time.monotonic()

    def __call__(self, what: str, share: float) -> None:
        if time.monotonic() - self._shown > 1:
            print(f"{what}: {share:.0%}", file=sys.stderr, flush=True)
            self._shown = time.monotonic()


def _report(sheet: Sheet, findings: list[Finding]) -> str:
    lines = [f"{len(sheet.texts):,} rows, {len(findings)} findings"]
    lines += [f"  {f.severity:7} {f.code:24} {len(f.rows):7,} rows" for f in findings]
    for finding in findings:
        lines += ["", f"{finding.code} ({finding.severity}): {finding.text}",
                  f"  effect: {EFFECTS[finding.kind]}", f"  fix: {FIXES[finding.kind]}"]
        for row in finding.rows[:SHOWN]:
            label = f"  [{sheet.labels[row - 1]}]" if sheet.labels else ""
            lines.append(f"  row {row}: {' '.join(sheet.texts[row - 1].split())[:100]}{label}")
    return "\n".join(lines)
