"""python -m training run | status | cancel | list | predict"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.arms import ARMS
from training.errors import Cancelled, PilotError
from training.runs import (
    CANCEL,
    PilotConfig,
    cancel,
    list_runs,
    load_config,
    read_run,
    save_config,
)


def _config(args: argparse.Namespace) -> PilotConfig:
    if args.folder:
        config = load_config(args.folder)
        config.out = Path(args.folder).absolute()
        return config
    missing = [n for n in ("data", "text", "label", "out") if getattr(args, n) is None]
    if missing:
        raise PilotError(f"run: expected --{', --'.join(missing)} (or the folder of a run)")
    arms = args.arms.split(",") if args.arms else list(ARMS)
    try:
        config = PilotConfig(
            data=args.data, text=args.text, label=args.label, out=args.out, arms=arms,
            test_size=args.test_size, test=args.test, seed=args.seed, model=args.model,
            descriptions=args.descriptions,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = f"--{first['loc'][0]}" if first["loc"] else "run"
        raise PilotError(f"{where}: {first['msg']}") from error
    return config


def _run(args: argparse.Namespace) -> int:
    config = _config(args)
    from training.data import load_examples

    if not args.folder:
        load_examples(config.data, config.text, config.label)  # before a folder is made for it
        save_config(config)
    state = read_run(config.out)
    if state.status == "running" and state.pid != os.getpid():
        raise PilotError(f"{config.out}: is running already (process {state.pid}); cancel it first")
    (config.out / CANCEL).unlink(missing_ok=True)
    from training.pilot import run

    result = run(config)
    print(f"{'arm':14} accuracy  95% interval      macro-F1  train s  ms/item")
    for name, arm in result["arms"].items():
        if "error" in arm:
            print(f"{name:14} failed: {arm['error']}")
            continue
        low, high = arm["accuracy_ci95"]
        print(f"{name:14} {arm['accuracy']:7.1%}  {low:6.1%} to {high:6.1%}  "
              f"{arm['macro_f1']:8.3f} {arm['train_seconds']:8.1f} "
              f"{arm['predict_ms_per_item']:8.1f}")
    for note in result["notes"]:
        print(note)
    print(f"written to {config.out}")
    return 0


def _predict(args: argparse.Namespace) -> int:
    from training.arms.lora import Lora

    try:
        rows = [json.loads(line) for line in args.source.read_text("utf-8").splitlines()]
        texts = [str(row["text"]) for row in rows]
        labels = Lora.load(args.folder).predict(texts).labels if texts else []
    except (KeyError, TypeError, ValueError) as error:
        raise PilotError(f"{args.source}: expected lines of {{\"text\": …}}: {error}") from error
    lines = (json.dumps({"prediction": label}, ensure_ascii=False) + "\n" for label in labels)
    args.target.write_text("".join(lines), encoding="utf-8")
    return 0


def _stop(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a pilot; the same command again resumes it")
    run.add_argument("folder", nargs="?", type=Path, help="the folder of a run to resume")
    run.add_argument("--data", type=Path, help="CSV or JSONL")
    run.add_argument("--text", help="column that holds the text")
    run.add_argument("--label", help="column that holds the label")
    run.add_argument("--out", type=Path, help="folder of the run")
    run.add_argument("--arms", help=f"some of {','.join(ARMS)}")
    sizes = run.add_mutually_exclusive_group()
    sizes.add_argument("--test-size", type=int, help="held-out items; default 30%%, at most 1,000")
    sizes.add_argument("--test", type=Path, help="held-out items in a file of their own")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--model", help="Hub id or folder of a sentence encoder")
    run.add_argument("--descriptions", type=Path, help="CSV of label,description")
    for name in ("status", "cancel", "list"):
        commands.add_parser(name).add_argument("folder", type=Path)
    predict = commands.add_parser("predict", help="labels from a saved adapter")
    predict.add_argument("folder", type=Path)
    predict.add_argument("--in", dest="source", type=Path, required=True)
    predict.add_argument("--out", dest="target", type=Path, required=True)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 2 the input cannot be used, 130 cancelled."""
    args = _parser().parse_args(argv)
    try:
        if args.command == "run":
            signal.signal(signal.SIGTERM, _stop)
            return _run(args)
        if args.command == "predict":
            return _predict(args)
        if args.command == "status":
            print(json.dumps(asdict(read_run(args.folder))))
        elif args.command == "cancel":
            cancel(args.folder)
        else:
            for folder in list_runs(args.folder):
                print(f"{read_run(folder).status:10} {folder}")
    except (PilotError, OSError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("training: cancelled; the same command resumes it", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
