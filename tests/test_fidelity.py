"""The page that says whether small pilots' verdicts hold, from figures made up for the test."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.fidelity import page, ratio_prior
from training.compare import compare_all

LABELS = ["yes", "no"] * 200


def _result(rival_wrong: int, lora_wrong: int, n: int, n_train: int) -> dict[str, Any]:
    """Arms that err on the first so many of ``n`` items."""
    truth = LABELS[:n]

    def said(wrong: int) -> list[str]:
        return ["?" if i < wrong else label for i, label in enumerate(truth)]

    arms = {"majority": said(n // 2), "linear_probe": said(rival_wrong), "lora": said(lora_wrong)}
    return {
        "task": "classification", "n_train": n_train, "n_test": n,
        "arms": {name: {"accuracy": sum(a == b for a, b in zip(found, truth, strict=True)) / n,
                        "accuracy_ci95": [0.0, 1.0]} for name, found in arms.items()},
        "comparisons": compare_all(truth, arms),
    }


@pytest.fixture
def known() -> dict[str, Any]:
    return {
        "easy|all": _result(4, 4, 400, 5000),
        "easy|0": {"pilot": _result(0, 0, 60, 140), "same_arms": _result(8, 8, 400, 140)},
        "hard|all": _result(100, 40, 400, 5000),
        "hard|0": {"pilot": _result(36, 6, 60, 140), "same_arms": _result(200, 60, 400, 140)},
        "hard|1": {"pilot": _result(18, 18, 60, 140), "same_arms": _result(200, 60, 400, 140)},
    }


def test_each_pilot_is_counted_against_all_the_data(known: dict[str, Any]) -> None:
    rows = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[5:9]]
            for line in page(known, 0.02).splitlines() if line.startswith(("| easy", "| hard"))}
    assert rows == {"easy": ["no", "1", "0", "0"], "hard": ["yes", "1", "1", "0"]}


def test_the_prior_leaves_the_task_out(known: dict[str, Any]) -> None:
    known["easy|1"] = known["easy|0"]
    assert ratio_prior(known, without="hard")[0] == pytest.approx(0.0)
    assert ratio_prior(known, without="easy")[0] == pytest.approx(-1.2, abs=0.05)
