"""The arms of a pilot, in the order in which they run: cheapest first."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from training.arms.base import Arm
from training.errors import PilotError
from training.tasks import TASKS

if TYPE_CHECKING:
    from training.arms.lora import Lora

__all__ = ["ARMS", "load_lora", "make_arm"]

ARMS = TASKS["classification"].arms


def make_arm(name: str, task: str = "classification") -> Arm:
    """A fresh arm; its module is imported only now. Raises ``PilotError`` on an unknown name.

    An arm whose name ends in ``_plain`` is its namesake; the task then shows it another loss.
    """
    if name not in TASKS[task].arms:
        raise PilotError(f"arm {name!r}: expected one of {', '.join(TASKS[task].arms)} for {task}")
    module = name.removesuffix("_plain")
    if module == "lora" and task != "classification":
        module = "lora_targets"
    arm: Arm = import_module(f"training.arms.{module}").make()
    return arm


def load_lora(folder: Path) -> Lora:
    """The adapter saved in ``folder``, ready to predict, whatever task it was trained for."""
    about = json.loads((Path(folder) / "labels.json").read_text(encoding="utf-8"))
    module = "lora" if about.get("task", "classification") == "classification" else "lora_targets"
    arm: Lora = import_module(f"training.arms.{module}").make.load(Path(folder))
    return arm
