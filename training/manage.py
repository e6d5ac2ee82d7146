"""Runs as things to keep in order: list them, rename them, delete them."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from training.errors import PilotError
from training.runs import CONFIG, list_runs, load_config, read_result, read_run, write_json
from training.side_by_side import side_by_side, side_by_side_text
from training.tasks import headline

COMMANDS = ("list", "rename", "delete", "compare")
NAME = re.compile(r"\w[\w.-]{0,79}")


def valid_name(name: str) -> bool:
    """May a run be called so? The name is a folder's, and part of an address of the app."""
    return NAME.fullmatch(name) is not None


def about(folder: Path) -> dict[str, Any]:
    """A run in one line: name, status, task, items and the arm that did best, once it is done."""
    result = read_result(folder) or {}
    line = {"name": folder.name, "status": read_run(folder).status, "task": result.get("task"),
            "n_train": result.get("n_train"), "n_test": result.get("n_test")}
    metric, more = headline(result)
    scores = {n: a[metric] for n, a in result.get("arms", {}).items() if a.get(metric) is not None}
    best = (max if more else min)(scores, key=lambda n: float(scores[n]), default=None)
    return {**line, "best": best, "metric": metric if best else None,
            "score": scores[best] if best else None,
            "interval": result["arms"][best][f"{metric}_ci95"] if best else None}


def rename(folder: Path, name: str) -> Path:
    """Give a run another name beside the old one; returns its new folder."""
    folder = _own_folder(folder)
    if not valid_name(name):
        raise PilotError(f"{name!r}: expected a name of at most 80 letters, digits, dots, dashes "
                         "and underscores that begins with a letter or digit")
    new = folder.parent / name
    if new.exists():
        raise PilotError(f"{new}: there is one of this name already; choose another")
    config = load_config(folder).model_dump(mode="json")
    folder.rename(new)
    # Data that lies in the run's own folder moved with it.
    write_json(new / CONFIG, {key: _moved(value, folder, new) for key, value in config.items()})
    return new


def _moved(value: Any, old: Path, new: Path) -> Any:
    if isinstance(value, str) and value.startswith("/") and Path(value).is_relative_to(old):
        return str(new / Path(value).relative_to(old))
    return value


def delete(folder: Path) -> None:
    """Delete a run with all its files for good; one that is running is refused."""
    shutil.rmtree(_own_folder(folder))


def _own_folder(folder: Path) -> Path:
    folder = Path(folder).absolute()
    if folder.is_symlink() or not (folder / CONFIG).is_file():
        raise PilotError(f"{folder}: expected the folder of a run, found no {CONFIG} in it")
    if read_run(folder).status == "running":
        raise PilotError(f"{folder}: is running; cancel it first")
    return folder


def add_parser(commands: Any) -> None:
    listing = commands.add_parser("list", help="the runs in a folder, newest first")
    listing.add_argument("folder", type=Path)
    listing.add_argument("--json", action="store_true")
    renaming = commands.add_parser("rename", help="give a run another name")
    renaming.add_argument("folder", type=Path)
    renaming.add_argument("name")
    deleting = commands.add_parser("delete", help="delete a run with all its files")
    deleting.add_argument("folder", type=Path)
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    comparing = commands.add_parser("compare", help="two finished runs side by side")
    comparing.add_argument("first", type=Path)
    comparing.add_argument("second", type=Path)
    comparing.add_argument("--json", action="store_true")


def main(args: argparse.Namespace) -> int:
    if args.command == "rename":
        print(rename(args.folder, args.name))
        return 0
    if args.command == "delete":
        return _delete(args.folder, args.yes)
    if args.command == "compare":
        found = side_by_side(args.first, args.second)
        print(json.dumps(found) if args.json else side_by_side_text(found))
        return 0
    lines = [about(folder) for folder in list_runs(args.folder)]
    if args.json:
        print(json.dumps(lines))
        return 0
    for line in lines:
        told = f"{line['status']:10} {args.folder / line['name']}"
        if line["best"]:
            low, high = line["interval"]
            told += (f"  {line['best']}: {line['metric']} {line['score']:.3f} "
                     f"({low:.3f} to {high:.3f}), n {line['n_test']:,}")
        print(told)
    return 0


def _delete(folder: Path, sure: bool) -> int:
    _own_folder(folder)
    if not sure:
        if not sys.stdin.isatty():
            raise PilotError("delete: nobody is there to ask; give --yes to delete without asking")
        if input(f"Delete {folder} with all its files? [y/N] ").strip().lower() != "y":
            print("kept")
            return 1
    delete(folder)
    print(f"deleted {folder}")
    return 0
