"""One folder per run: start it as a process of its own, watch it, stop it, find it again.

A run starts as failed and earns "done"; its folder alone is enough to go on after a kill.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from training.errors import PilotError
from training.tasks import TASKS
from training.tasks.base import TaskName

CONFIG, STATUS, RESULT, CANCEL = "config.json", "status.json", "result.json", "cancel"
ROOT = Path(__file__).parent.parent


class PilotConfig(BaseModel):
    """What a pilot runs on; stored in its folder, where it is enough to run it again."""

    model_config = ConfigDict(extra="forbid")

    data: Path
    text: str
    label: str
    out: Path
    task: TaskName = "classification"
    order: list[str] | None = None  # of ordinal labels that are no numbers, lowest first
    arms: list[str] = Field(
        default_factory=lambda given: list(TASKS[given.get("task", "classification")].arms),
        min_length=1)
    test_size: int | None = Field(default=None, ge=2)
    test: Path | None = None
    seed: int = 0
    model: str | None = None
    descriptions: Path | None = None
    assertions: Path | None = None

    @field_validator("data", "out", "test", "descriptions", "assertions")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()  # a launched run has another directory

    @field_validator("model")
    @classmethod
    def _model_place(cls, model: str | None) -> str | None:
        return str(Path(model).absolute()) if model and Path(model).is_dir() else model or None

    @field_validator("arms")
    @classmethod
    def _known_arms(cls, arms: list[str], info: ValidationInfo) -> list[str]:
        task = info.data.get("task", "classification")
        known = TASKS[task].arms
        if unknown := [name for name in arms if name not in known]:
            raise ValueError(f"expected some of {','.join(known)} for {task}; found "
                             f"{','.join(unknown)}")
        return list(dict.fromkeys(arms))

    @model_validator(mode="after")
    def _order_of_levels(self) -> PilotConfig:
        if self.order and self.task != "ordinal":
            raise ValueError(f"expected an order for --task ordinal alone, found {self.task}")
        if self.order and len(self.order) != len({*self.order}):
            raise ValueError("expected each level once in the order, found "
                             + ",".join(self.order))
        return self

    @model_validator(mode="after")
    def _one_test(self) -> PilotConfig:
        if self.test and self.test_size:
            raise ValueError("expected a test size or a test file, found both")
        return self


@dataclass
class RunState:
    """Where a run stands. ``status``: waiting, running, failed, cancelled or done."""

    status: str = "waiting"
    arm: str = ""
    step: int = 0
    total: int = 0
    message: str = ""
    arms_done: list[str] = field(default_factory=list)
    pid: int = 0
    started: float = 0.0
    updated: float = 0.0


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file in one move, so that a reader never sees half of it."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    os.replace(part, path)


def read_lines(path: Path) -> list[Any]:
    """Rows of a JSONL file; only a newline ends one, as labels may hold other separators."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def save_config(config: PilotConfig) -> None:
    """Create the folder and keep the config; an unfinished run of another config is refused."""
    try:
        config.out.mkdir(parents=True, exist_ok=True)
        path = config.out / CONFIG
        if path.exists() and type(config).model_validate_json(
                path.read_text(encoding="utf-8")) != config:
            raise PilotError(
                f"{config.out}: holds a run with other settings; choose another folder, or give "
                "the same settings to resume"
            )
        write_json(path, config.model_dump(mode="json"))
    except (OSError, ValueError) as error:
        raise PilotError(f"{config.out}: cannot keep a run here: {error}") from error


def load_config(folder: Path) -> PilotConfig:
    path = Path(folder) / CONFIG
    try:
        return PilotConfig.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise PilotError(f"{path}: expected the settings of a run: {error}") from error


def launch(config: PilotConfig) -> Path:
    """Start (or resume) a run as a process of its own; returns its folder at once."""
    save_config(config)
    return resume(config.out)


def resume(folder: Path, command: str = "run") -> Path:
    """Start the run of ``folder`` again where it stopped; nothing happens if it is running."""
    folder = Path(folder).resolve()
    if read_run(folder).status == "running":
        return folder
    (folder / CANCEL).unlink(missing_ok=True)
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "training", command, str(folder)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd=ROOT,
            # Threads that wait must sleep: beside the app, or another run, spinning ones take the
            # cores from those that work.
            env={"OMP_WAIT_POLICY": "passive"} | os.environ,
        )
    now = time.time()
    state = RunState("running", pid=process.pid, started=now, updated=now, message="starting")
    write_json(folder / STATUS, asdict(state))
    return folder


def read_run(folder: Path) -> RunState:
    """The state of a run; one whose process is gone reads as failed, and can be resumed."""
    folder = Path(folder)
    try:
        raw = json.loads((folder / STATUS).read_text(encoding="utf-8"))
        state = RunState(**raw)
    except (OSError, ValueError, TypeError):
        return RunState()
    if state.status == "running" and not _alive(state.pid):
        if (folder / CANCEL).exists():
            state.status, state.message = "cancelled", "cancelled; resume to go on"
            return state
        state.status = "failed"
        state.message = _last_words(folder) or "stopped before its end; resume it to go on"
    return state


def _alive(pid: int) -> bool:
    try:
        done, _ = os.waitpid(pid, os.WNOHANG)  # our own dead child would stay a zombie
        return done == 0
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.startswith("training:")), "")


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Training metrics line by line: arm, step, total, loss; a half-written line is left out."""
    try:
        lines = (Path(folder) / "metrics.jsonl").read_text(encoding="utf-8").split("\n")
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def read_result(folder: Path) -> dict[str, Any] | None:
    """``result.json`` where the run is done."""
    try:
        result: dict[str, Any] = json.loads((Path(folder) / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return result


def read_predictions(folder: Path) -> list[dict[str, Any]]:
    """Every held-out item with each arm's prediction: row, text, label, arms."""
    return read_lines(Path(folder) / "predictions.jsonl")


def cancel(folder: Path) -> None:
    """Ask a run to stop; what is finished stays and can be resumed."""
    folder = Path(folder)
    if not (folder / CONFIG).exists():
        raise PilotError(f"{folder}: expected the folder of a run, found no {CONFIG} in it")
    (folder / CANCEL).touch()
    state = read_run(folder)
    if state.status == "running" and state.pid:
        try:
            os.kill(state.pid, signal.SIGTERM)
        except ProcessLookupError:
            return


def list_runs(root: Path) -> list[Path]:
    """Run folders under ``root``, newest first."""
    found = [path.parent for path in Path(root).glob(f"*/{CONFIG}")]
    return sorted(found, key=lambda folder: -folder.stat().st_mtime)


class Reporter:
    """Writes the status of the run that this process is, at most some times a second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.state = RunState("running", pid=os.getpid(), started=time.time())
        self._written = 0.0
        self.say("reading the data")

    def say(self, message: str, **changes: Any) -> None:
        for name, value in {"message": message, **changes}.items():
            setattr(self.state, name, value)
        self.state.updated = self._written = time.time()
        write_json(self._folder / STATUS, asdict(self.state))

    def cancelled(self) -> bool:
        return (self._folder / CANCEL).exists()

    def step(self, arm: str, step: int, total: int, metrics: Mapping[str, float]) -> None:
        with (self._folder / "metrics.jsonl").open("a", encoding="utf-8") as out:
            row = {"arm": arm, "step": step, "total": total, **metrics}
            out.write(json.dumps(row) + "\n")
        if step % 20 == 0 or step == total:
            shown = ", ".join(f"{key} {value:.3f}" for key, value in metrics.items())
            print(f"{arm} {step}/{total} {shown}", file=sys.stderr)
        if time.time() - self._written > 0.5 or step == total:
            self.say(f"training {arm}", arm=arm, step=step, total=total)
