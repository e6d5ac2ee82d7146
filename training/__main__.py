"""python -m training audit | run | curve | power | assert | status | cancel | predict
| list | rename | delete | compare | handover | inspect-template"""

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

from training import assert_outputs, curve, handover, manage, power, repeat
from training.arms import ARMS, load_lora
from training.audit import command as audit
from training.errors import Cancelled, PilotError
from training.runs import (
    CANCEL,
    PilotConfig,
    cancel,
    load_config,
    read_run,
    save_config,
)
from training.tasks import TASKS, make_task
from training.tasks.show import table
from training.templates import command as templates


def _config(args: argparse.Namespace) -> PilotConfig:
    if args.folder:
        config = load_config(args.folder)
        config.out = Path(args.folder).absolute()
        return config
    missing = [n for n in ("data", "text", "label", "out") if getattr(args, n) is None]
    if missing:
        raise PilotError(f"run: expected --{', --'.join(missing)} (or the folder of a run)")
    given = {name: getattr(args, name).split(",")
             for name in ("arms", "order") if getattr(args, name)}
    try:
        config = PilotConfig(
            data=args.data, text=args.text, label=args.label, out=args.out, task=args.task, **given,
            test_size=args.test_size, test=args.test, seed=args.seed, model=args.model,
            descriptions=args.descriptions, assertions=args.assertions,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = f"--{first['loc'][0]}" if first["loc"] else "run"
        raise PilotError(f"{where}: {first['msg']}") from error
    return config


def _run(args: argparse.Namespace) -> int:
    config = _config(args)
    from training.data import load_labelled

    if not args.folder:
        task = make_task(config.task, config.order)
        load_labelled(config.data, config.text, config.label, task)  # before a folder is made
        save_config(config)
    state = read_run(config.out)
    if state.status == "running" and state.pid != os.getpid():
        raise PilotError(f"{config.out}: is running already (process {state.pid}); cancel it first")
    (config.out / CANCEL).unlink(missing_ok=True)
    from training.pilot import run

    result = run(config)
    print(table(result))
    for note in result["notes"]:
        print(note)
    print(f"written to {config.out}")
    return 0


def _predict(args: argparse.Namespace) -> int:
    try:
        rows = [json.loads(line) for line in args.source.read_text("utf-8").splitlines()]
        texts = [str(row["text"]) for row in rows]
        labels = load_lora(args.folder).predict(texts).labels if texts else []
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
    run.add_argument("folder", nargs="?", type=Path,
                     help="the folder of a run to resume, or a record to repeat")
    run.add_argument("--data", type=Path, help="CSV or JSONL")
    run.add_argument("--text", help="column that holds the text")
    run.add_argument("--label", help="column that holds the label")
    run.add_argument("--out", type=Path, help="folder of the run")
    run.add_argument("--task", choices=TASKS, default="classification")
    run.add_argument("--order", metavar="A,B,C", help="ordinal labels, lowest first, if no numbers")
    run.add_argument("--arms", help=f"some of the task's arms, as {','.join(ARMS)}; default all")
    sizes = run.add_mutually_exclusive_group()
    sizes.add_argument("--test-size", type=int, help="held-out items; default 30%%, at most 1,000")
    sizes.add_argument("--test", type=Path, help="held-out items in a file of their own")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--model", help="Hub id or folder of a sentence encoder")
    run.add_argument("--descriptions", type=Path, help="CSV of label,description")
    run.add_argument("--assertions", type=Path, help="what outputs must pass: a YAML or JSON list")
    for name in ("status", "cancel"):
        commands.add_parser(name).add_argument("folder", type=Path)
    predict = commands.add_parser("predict", help="labels from a saved adapter")
    predict.add_argument("folder", type=Path)
    predict.add_argument("--in", dest="source", type=Path, required=True)
    predict.add_argument("--out", dest="target", type=Path, required=True)
    audit.add_parser(commands)
    assert_outputs.add_parser(commands)
    curve.add_parser(commands)
    power.add_parser(commands)
    manage.add_parser(commands)
    handover.add_parser(commands)
    templates.add_parser(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 2 the input cannot be used, 130 cancelled."""
    args = _parser().parse_args(argv)
    try:
        if args.command == "run":
            signal.signal(signal.SIGTERM, _stop)
            return repeat.main(args) if args.folder and args.folder.is_file() else _run(args)
        if args.command == "predict":
            return _predict(args)
        if args.command == "audit":
            return audit.main(args)
        if args.command == "assert":
            return assert_outputs.main(args)
        if args.command == "curve":
            return curve.main(args)
        if args.command == "power":
            return power.main(args)
        if args.command == "handover":
            return handover.main(args)
        if args.command == "inspect-template":
            return templates.main(args)
        if args.command in manage.COMMANDS:
            return manage.main(args)
        if args.command == "status":
            print(json.dumps(asdict(read_run(args.folder))))
        elif args.command == "cancel":
            cancel(args.folder)
    except (PilotError, OSError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("training: cancelled; the same command resumes it", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
