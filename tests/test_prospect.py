"""What tuning would gain with more examples, and the claim that rests on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from advisor.claim import claim
from training import prospect as p
from training.prospect import prospect


def test_a_rival_with_nothing_left_to_get_right_leaves_no_room() -> None:
    found = prospect(wins=1, losses=1, both_wrong=2, n=200, n_train=140, margin=0.02)
    assert found.left < 0.01 and found.chance < 0.05


def test_a_large_lead_on_many_items_is_believed() -> None:
    found = prospect(wins=500, losses=100, both_wrong=200, n=2000, n_train=5000, margin=0.02)
    assert found.n_train == p.MOST and found.chance > 0.95 and found.gain_ci95[0] > 0.02


def test_the_same_lead_on_few_items_is_not() -> None:
    assert 0.1 < prospect(15, 3, 6, 60, 140, 0.02).chance < 0.95


def test_with_all_the_examples_there_nothing_is_looked_ahead() -> None:
    found = prospect(wins=60, losses=40, both_wrong=100, n=1000, n_train=p.MOST, margin=0.0)
    assert found.n_train == p.MOST
    assert found.left == pytest.approx(0.16, abs=0.01) and found.gain == pytest.approx(
        0.02, abs=0.01)


def test_a_larger_margin_is_less_likely() -> None:
    chances = [prospect(12, 3, 6, 60, 140, m).chance for m in (0.0, 0.02, 0.05, 0.1)]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("counts", [(-1, 0, 0, 10), (5, 5, 5, 10), (0, 0, 0, 0)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="add up to"):
        prospect(*counts, n_train=100, margin=0.02)


def test_chances_are_calibrated_where_the_world_is_as_assumed() -> None:
    rng = np.random.default_rng(0)
    chances, came_true = [], []
    for i in range(400):
        rival = np.array([rng.uniform(0.02, 0.6)])
        ratio = np.exp(rng.normal(*p.RATIO))
        shared = min(rng.beta(*p.SHARED), 1 / ratio)
        both, tuned_only = rival[0] * ratio * shared, rival[0] * ratio * (1 - shared)
        if both + tuned_only >= 0.95 or rival[0] + tuned_only >= 0.98:
            continue
        counts = rng.multinomial(100, [max(0.0, rival[0] - both), tuned_only, both,
                                       1 - rival[0] - tuned_only])
        left = float(p._with_more(rival, p.MORE, rng)[0])
        gain = left * (1 - ratio * np.exp(rng.normal(0, p.DRIFT_SPREAD)))
        chances.append(prospect(*map(int, counts[:3]), 100, 140, 0.02, seed=i).chance)
        came_true.append(gain >= 0.02)
    chance, true = np.array(chances), np.array(came_true)
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        some = (chance >= low) & (chance <= high)
        assert some.sum() > 30
        assert true[some].mean() == pytest.approx(chance[some].mean(), abs=0.12)


def _result(**changes: Any) -> dict[str, Any]:
    row = {"a": "lora", "b": "linear_probe", "metric": "accuracy", "difference": 0.01,
           "ci95": [-0.02, 0.04], "p_value": 0.6, "wins": 4, "losses": 2, "both_wrong": 6}
    return {
        "task": "classification", "n_train": 400, "n_test": 200,
        "arms": {"majority": {"accuracy": 0.2}, "linear_probe": {"accuracy": 0.95},
                 "lora": {"accuracy": 0.96}},
        "comparisons": [row | changes],
    }


def test_a_claim_of_no_gain_against_a_rival_that_is_nearly_right() -> None:
    found = claim(_result(), 0.02)
    assert found.says == "no_gain" and found.rival == "linear_probe"
    assert found.ahead is not None and found.ahead["n_train"] == 4000


def test_a_comparison_the_other_way_round_is_turned() -> None:
    turned = claim(_result(a="linear_probe", b="lora", difference=-0.01, ci95=[-0.04, 0.02],
                           wins=2, losses=4), 0.02)
    assert turned == claim(_result(), 0.02)


def test_without_a_cheaper_arm_there_is_no_claim() -> None:
    result = _result()
    del result["arms"]["linear_probe"]
    with pytest.raises(ValueError, match="cheaper arm"):
        claim(result, 0.02)
