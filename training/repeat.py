"""Run a recorded pilot again, and say which of its predictions changed, if any."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.errors import PilotError
from training.record import RunRecord, StoredFile, predictions_of, read_record, sha256
from training.runs import CANCEL, RESULT, PilotConfig, read_run, save_config, write_json


def repeat(path: Path, out: Path, given: Mapping[str, Path | None]) -> dict[str, Any]:
    """Run a record's pilot again in the new folder ``out``; returns its ``repeat_check``.

    ``given`` holds the files whose texts the record leaves out. Raises ``PilotError``.
    """
    from training.pilot import run

    record = read_record(path)
    out = Path(out).expanduser().absolute()
    places = {name: _place(name, file, out, given.get(name))
              for name, file in record.files.items()}
    try:
        config = PilotConfig.model_validate({**record.config, **places, "out": out})
    except ValidationError as error:
        raise PilotError(f"{path.name}: the settings in this record cannot be used here: "
                         f"{error.errors()[0]['msg']}") from error
    state = read_run(out)
    if state.status == "running" and state.pid != os.getpid():
        raise PilotError(f"{out}: is running already (process {state.pid}); cancel it first")
    save_config(config)
    (out / CANCEL).unlink(missing_ok=True)
    for name, file in record.files.items():
        _write(places[name], file)
    result = run(config)
    check = repeat_check(record, predictions_of(out), result["environment"])
    write_json(out / RESULT, {**result, "repeat_check": check})
    return check


def _place(name: str, file: StoredFile, out: Path, given: Path | None) -> Path:
    """Where the file of a repetition lies; one that the user gives must be the same file."""
    if file.rows is not None:
        return out / f"{name}.jsonl"
    if file.text is not None:
        return out / f"{name}{Path(file.name).suffix}"
    if given is None:
        raise PilotError(f"the record leaves out the texts of {file.name}: expected --{name} with "
                         f"that file (sha256 {file.sha256})")
    try:
        found = sha256(given)
    except OSError as error:
        raise PilotError(f"--{name} {given}: {error.strerror or error}") from error
    if found != file.sha256:
        raise PilotError(f"--{name} {given}: expected the file of the record, sha256 "
                         f"{file.sha256}; found {found}")
    return given.expanduser().absolute()


def _write(path: Path, file: StoredFile) -> None:
    """What the record holds of a file; a table as JSONL, each row on the line of its number."""
    if file.text is not None:
        path.write_text(file.text, encoding="utf-8")
    if file.rows is None:
        return
    lines: dict[int, str] = {}
    for number, *cells in file.rows:
        lines[number] = json.dumps(dict(zip(file.columns, cells, strict=True)))
    with path.open("w", encoding="utf-8") as out:
        out.writelines(lines.get(n, "") + "\n" for n in range(1, max(lines, default=0) + 1))


def repeat_check(
    record: RunRecord, again: list[dict[str, Any]], environment: Mapping[str, Any]
) -> dict[str, Any]:
    """Which predictions changed, arm by arm, and which versions are others than the record's."""
    before = {row["row"]: row for row in record.predictions}
    changed = []
    for row in again:
        old = before.pop(row["row"], {"arms": {}})
        changed += [{"row": row["row"], "arm": arm, "before": old["arms"].get(arm), "now": now}
                    for arm, now in row["arms"].items() if now != old["arms"].get(arm)]
    return {"items": len(record.predictions), "identical": not changed and not before,
            "changed": changed, "missing_rows": list(before),
            "versions": version_changes(record.environment, environment)}


def version_changes(
    old: Mapping[str, Any], new: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What differs between the environment of a record and another, by default this one."""
    if new is None:
        new = {"python": platform.python_version(),
               "packages": {name: _version(name) for name in old.get("packages", {})}}
    pairs = [("python", old.get("python"), new.get("python"))]
    pairs += [(name, was, new.get("packages", {}).get(name))
              for name, was in old.get("packages", {}).items()]
    if "device" in new:
        pairs.append(("device", old.get("device"), new["device"]))
    return [{"what": what, "before": was, "now": now} for what, was, now in pairs if was != now]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main(args: argparse.Namespace) -> int:
    """``run RECORD --out DIR``: exit status 0 repeated alike, 1 some prediction changed."""
    if args.out is None:
        raise PilotError("run RECORD: expected --out with a new folder")
    for row in version_changes(read_record(args.folder).environment):
        print(f"warning: {row['what']} is {row['now']} here, was {row['before']} in the record")
    check = repeat(args.folder, args.out, {"data": args.data, "test": args.test})
    print(repeat_text(check))
    for row in check["changed"]:
        print(f"row {row['row']}, {row['arm']}: {row['before']!r} before, {row['now']!r} now")
    print(f"written to {args.out}")
    return int(not check["identical"])


def repeat_text(check: Mapping[str, Any]) -> str:
    """One sentence on a ``repeat_check``."""
    if check["identical"]:
        return f"Repeated from the record: the same predictions on all {check['items']:,} items."
    missing = f"; {len(check['missing_rows'])} items are missing" if check["missing_rows"] else ""
    return (f"Repeated from the record: {len(check['changed'])} predictions on "
            f"{len({row['row'] for row in check['changed']})} of {check['items']:,} items "
            f"changed{missing}.")
