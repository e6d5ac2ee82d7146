import numpy as np
import pytest
from scipy.special import expit

from training.curve_result import crossing
from training.extrapolate import PRIOR, LearningCurve

SIZES = (50, 100, 200, 400)


def accuracy(size: float, odds: float, rate: float, floor: float) -> float:
    return float(expit(-odds - np.log(floor + (1 - floor) * (size / 400) ** -rate)))


@pytest.mark.parametrize("rate, floor", [(0.3, 0.05), (0.6, 0.05), (0.6, 0.3), (1.0, 0.1)])
def test_a_known_curve_is_found_again(rate: float, floor: float) -> None:
    points = {size: [accuracy(size, -1.5, rate, floor)] * 3 for size in SIZES}
    curve = LearningCurve(points, 20_000)
    for times, near in ((2, 0.01), (5, 0.025), (10, 0.03)):  # some here have a rarely low floor
        truth = accuracy(400 * times, -1.5, rate, floor)
        found = curve.at(400 * times)
        assert found["accuracy"] == pytest.approx(truth, abs=near)
        assert found["ci95"][0] < truth < found["ci95"][1]


def test_intervals_cover_what_they_say() -> None:
    rng = np.random.default_rng(0)
    n_test, held = 400, []
    for _ in range(400):
        rate = np.exp(PRIOR.log_rate + PRIOR.rate_spread * rng.standard_normal())
        floor = float(expit(PRIOR.floor + PRIOR.floor_spread * rng.standard_normal()))
        level = rng.uniform(-3, 0)

        def noisy(size: int, shared: float, odds: float) -> float:
            spread = (PRIOR.items / n_test + PRIOR.subset / size) / (odds * (1 - odds))
            p = np.log(odds / (1 - odds)) + spread**0.5 * rng.standard_normal()
            return float(expit(-(p + shared * (1 / (odds * (1 - odds))) ** 0.5)))

        shared = ((1 - PRIOR.items) / n_test) ** 0.5 * rng.standard_normal()
        points = {size: [noisy(size, shared, 1 - accuracy(size, level, rate, floor))]
                  for size in SIZES}
        stray = PRIOR.stray * np.log(5) * rng.standard_normal()
        truth = accuracy(2000, level + stray, rate, floor)
        low, high = LearningCurve(points, n_test).at(2000)["ci95"]
        held.append(low <= truth <= high)
    assert 0.92 <= np.mean(held) <= 0.985


def test_more_test_items_narrow_the_interval_and_distance_widens_it() -> None:
    points = {size: [accuracy(size, -1.5, 0.5, 0.1)] * 3 for size in SIZES}

    def width(n_test: int, size: int) -> float:
        low, high = LearningCurve(points, n_test).at(size)["ci95"]
        return float(high - low)

    assert width(2000, 2000) < width(200, 2000)
    assert width(2000, 800) < width(2000, 4000)


def test_an_arm_without_examples_stays_where_it_is() -> None:
    curve = LearningCurve({size: [0.7] for size in SIZES}, 1000, flat=True)
    assert curve.at(4000)["accuracy"] == pytest.approx(0.7, abs=0.002)
    assert curve.at(4000) == curve.at(800)


def test_perfect_and_hopeless_points_have_an_extrapolation() -> None:
    for value in (0.0, 1.0):
        found = LearningCurve({50: [value], 100: [value]}, 20).at(500)
        assert 0 <= found["ci95"][0] <= found["accuracy"] <= found["ci95"][1] <= 1


def curves(lora_rate: float, lora_odds: float) -> dict[str, LearningCurve]:
    return {
        "classical": LearningCurve(
            {size: [accuracy(size, -1.5, 0.3, 0.05)] * 3 for size in SIZES}, 20_000),
        "lora": LearningCurve(
            {size: [accuracy(size, lora_odds, lora_rate, 0.02)] * 3 for size in SIZES}, 20_000),
    }


def test_where_lora_passes_is_found_or_not_in_sight() -> None:
    passing = crossing(curves(0.8, -1.2), 0)
    assert passing and passing["rival"] == "classical"
    truth = 400 * np.exp(0.3 / 0.5)  # without floors the two lines would meet here
    assert passing["n"] == pytest.approx(truth, rel=0.35)
    low, high = passing["ci95"]
    assert low <= passing["n"] and (high is None or passing["n"] <= high)
    assert 0.5 < passing["chance"] < 1
    never = crossing(curves(0.3, -0.9), 0)
    assert never and never["n"] is None and "not in sight" in never["text"]
    ahead = crossing(curves(0.5, -2.2), 0)
    assert ahead and ahead["n"] < 400 and "passed already" in ahead["text"]
