"""A learning curve per arm: python -m training curve --data FILE --text C --label C --out DIR"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.arms import ARMS
from training.curve_run import CURVE, CurveConfig, run_curve
from training.data import load_examples
from training.errors import PilotError
from training.runs import CANCEL, CONFIG, read_run, save_config


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "curve", help="how many examples do I need? the same command again resumes it")
    parser.add_argument("folder", nargs="?", type=Path, help="the folder of a curve to resume")
    parser.add_argument("--data", type=Path, help="CSV or JSONL")
    parser.add_argument("--text", help="column that holds the text")
    parser.add_argument("--label", help="column that holds the label")
    parser.add_argument("--out", type=Path, help="folder of the curve")
    parser.add_argument("--arms", help=f"some of {','.join(ARMS)}")
    parser.add_argument("--seeds", type=int, help="orders of the training part (default 3)")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--test-size", type=int, help="held-out items; default 30%%, at most 1,000")
    sizes.add_argument("--test", type=Path, help="held-out items in a file of their own")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--model", help="Hub id or folder of a sentence encoder")
    parser.add_argument("--descriptions", type=Path, help="CSV of label,description")


def _config(args: argparse.Namespace) -> CurveConfig:
    if args.folder:
        path = args.folder / CONFIG
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return CurveConfig(**stored | {"out": args.folder})
        except (OSError, ValueError, TypeError) as error:
            raise PilotError(f"{path}: expected the settings of a curve: {error}") from error
    missing = [name for name in ("data", "text", "label", "out") if getattr(args, name) is None]
    if missing:
        raise PilotError(f"curve: expected --{', --'.join(missing)} (or the folder of a curve)")
    given = {name: value for name, value in vars(args).items()
             if name in CurveConfig.model_fields and value is not None}
    if args.arms:
        given["arms"] = args.arms.split(",")
    try:
        return CurveConfig(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"--{first['loc'][0]}" if first["loc"] else "curve"
        raise PilotError(f"{where}: {first['msg']}") from error


def main(args: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config = _config(args)
    if not args.folder:
        load_examples(config.data, config.text, config.label)  # before a folder is made for it
        save_config(config)
    state = read_run(config.out)
    if state.status == "running" and state.pid != os.getpid():
        raise PilotError(f"{config.out}: is running already (process {state.pid}); cancel it first")
    (config.out / CANCEL).unlink(missing_ok=True)
    print(text(run_curve(config)))
    print(f"written to {config.out / CURVE}")
    return 0


def text(result: Mapping[str, Any]) -> str:
    """The curve as a table for a terminal: accuracy at the largest size and beyond."""
    lines = [f"{'arm':14}" + f"{result['n_train']:>20,}" + "".join(
        f"{times * result['n_train']:>20,}" for times in (2, 5, 10))]
    for name, arm in result["arms"].items():
        if "error" in arm:
            lines.append(f"{name:14} failed: {arm['error']}")
            continue
        cells = [arm["points"][-1], *arm["extrapolations"]]
        lines.append(f"{name:14}" + "".join(
            f"{100 * c['accuracy']:8.1f} ({100 * c['ci95'][0]:.0f} to {100 * c['ci95'][1]:.0f})"
            .rjust(20) for c in cells))
    if result["crossing"]:
        lines.append(f"LoRA passing the best cheaper arm ({result['crossing']['rival']}): "
                     f"{result['crossing']['text']}")
    if result["classes"]:
        lines.append("label next: " + ", ".join(row["label"] for row in result["classes"][:5]))
    return "\n".join(lines)
