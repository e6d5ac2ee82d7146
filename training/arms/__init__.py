"""The arms of a classification pilot, in the order in which they run: cheapest first."""

from __future__ import annotations

from importlib import import_module

from training.arms.base import Arm
from training.errors import PilotError

ARMS = ("majority", "zero_shot", "retrieval", "classical", "linear_probe", "lora")


def make_arm(name: str) -> Arm:
    """A fresh arm; its module is imported only now. Raises ``PilotError`` on an unknown name."""
    if name not in ARMS:
        raise PilotError(f"arm {name!r}: expected one of {', '.join(ARMS)}")
    arm: Arm = import_module(f"training.arms.{name}").make()
    return arm
