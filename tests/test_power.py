import json

import numpy as np
import pytest

from training.__main__ import main
from training.power import detectable


@pytest.mark.parametrize("n, margin, rate", [(200, 0.1, 0.2), (500, 0.04, 0.1), (100, 0.05, 0.3)])
def test_power_is_that_of_mcnemars_test(n: int, margin: float, rate: float) -> None:
    shares = [(rate + margin) / 2, (rate - margin) / 2, 1 - rate]
    wins, losses, _ = np.random.default_rng(0).multinomial(n, shares, 20_000).T
    found = np.abs(wins - losses) > 1.96 * np.sqrt(wins + losses)
    assert detectable(n, margin, rate)["power"] == pytest.approx(found.mean(), abs=0.02)


def test_figures_agree_with_each_other() -> None:
    needed = detectable(60, 0.03, 0.1)["items_needed"]
    again = detectable(needed, 0.03, 0.1)
    assert again["power"] == pytest.approx(0.8, abs=0.005)
    assert again["smallest_difference"] == pytest.approx(0.03, abs=0.0005)
    assert detectable(60, 0.03, 0.1)["smallest_difference"] > 0.1  # more than 60 items can show
    assert detectable(3, 0.03)["smallest_difference"] is None


def test_without_a_discordance_a_range_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "--n", "60", "--margin", "0.02", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"n", "margin", "discordance", "power", "smallest_difference",
                          "items_needed", "by_discordance"}
    needed = [row["items_needed"] for row in found["by_discordance"]]
    assert len(needed) > 2 and needed == sorted(needed) and found["items_needed"] in needed
    assert main(["power", "--n", "60", "--margin", "0.4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["discordance"] == 0.4


@pytest.mark.parametrize("given, words", [
    (["--n", "0", "--margin", "0.02"], "at least 1"),
    (["--n", "60", "--margin", "2"], "2 accuracy points are 0.02"),
    (["--n", "60", "--margin", "nan"], "between 0 and 1"),
    (["--n", "60", "--margin", "0.1", "--discordance", "0.05"], "disagree on at least as many"),
    (["--n", "60", "--margin", "0.1", "--discordance", "0"], "disagree on at least as many"),
])
def test_bad_figures_are_explained(
    given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *given]) == 2
    assert words in capsys.readouterr().err
