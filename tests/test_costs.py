"""Costs, break-even and limits, against figures worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.costs import (
    accuracy_needed,
    arm_cost,
    dead_weight,
    frontier,
    item_tokens,
    margin_that_pays,
    prompted_endpoint,
)
from advisor.judge import VerdictError
from advisor.needs import Needs, defaults, load_needs, parse_needs, pilot_needs, save_needs

PRICES = {
    "input_per_million": 2.0, "static_per_million": 1.0, "output_per_million": 10.0,
    "static_tokens": 1000.0, "item_tokens": None, "output_tokens": 20.0, "machine_per_hour": 0.1,
    "busy_share": 0.5, "trainings_per_month": 2.0, "prompted_hours": 1.0, "trained_hours": 2.0,
    "tuned_hours": 10.0, "person_per_hour": 50.0,
}
LORA = {"predict_ms_per_item": 20.0, "train_seconds": 1800.0}


def _needs(**given: Any) -> Needs:
    return parse_needs({"volume_per_month": 100_000, "prices": PRICES} | given, "here")


def test_prompted_endpoint_and_its_dead_weight() -> None:
    cost = prompted_endpoint(_needs(), 100)
    assert cost.tokens == pytest.approx(140)  # (1000 x $1 + 100 x $2 + 20 x $10) a million x 0.1
    assert cost.per_month == pytest.approx(190)  # and an hour of a person
    assert cost.per_1000 == pytest.approx(1.9)
    assert dead_weight(_needs()) == pytest.approx(100)  # 1,000 tokens x 100,000 at $1 a million
    fixed_size = _needs(prices=PRICES | {"item_tokens": 200.0})
    assert prompted_endpoint(fixed_size, 100).tokens == pytest.approx(160)


def test_an_arm_of_ones_own() -> None:
    cost = arm_cost("lora", LORA, _needs(), 100)
    assert cost.machines == pytest.approx(73)  # 730 h x $0.10
    assert cost.training == pytest.approx(0.1)  # 2 x half an hour x $0.10
    assert cost.upkeep == pytest.approx(500)
    assert (cost.per_month, cost.tokens) == (pytest.approx(573.1), 0)
    # The machine and 450.10 more fixed cost than the endpoint's, at $0.0014 a call.
    assert cost.break_even == pytest.approx(523.1 / 0.0014)
    assert arm_cost("classical", {"predict_ms_per_item": 0.5}, _needs(), 100).break_even == (
        pytest.approx(123 / 0.0014))


def test_slow_arms_need_more_machines() -> None:
    slow = LORA | {"predict_ms_per_item": 20_000.0}  # 65,700 calls a month and machine
    cost = arm_cost("lora", slow, _needs(), 100)
    assert cost.machines == pytest.approx(146)
    # A machine in full use saves 91.98 - 73; it takes 24 of them to bring in 450.10.
    assert cost.break_even == pytest.approx((24 * 73 + 450.1) / 0.0014)
    assert arm_cost("lora", slow | {"predict_ms_per_item": 40_000.0}, _needs(), 100
                    ).break_even is None


def test_break_even_at_the_edges() -> None:
    free = _needs(prices=PRICES | {"machine_per_hour": 0.0})
    assert arm_cost("zero_shot", LORA, free, 100).break_even == 0
    nothing = {"static_per_million": 0.0, "input_per_million": 0.0, "output_per_million": 0.0}
    assert arm_cost("lora", LORA, _needs(prices=PRICES | nothing), 100).break_even is None
    assert arm_cost("lora", {}, _needs(), 100).machines == pytest.approx(73)


def test_an_endpoint_arm_is_paid_by_the_token() -> None:
    cost = arm_cost("few_shot", {"endpoint": "https://example.com/v1"}, _needs(), 100)
    assert (cost.tokens, cost.machines) == (pytest.approx(140), 0)


def test_accuracy_needed() -> None:
    # A wrong answer costs 0.95 x 40 + 0.05 x 1000 = 88, so 88 of the 108 at stake.
    needs = _needs(gain=20, loss=1000, escalation=40, caught=0.95)
    assert accuracy_needed(needs, 0) == pytest.approx(0.8148, abs=1e-4)
    assert accuracy_needed(_needs(gain=1, loss=1), 0.1) == pytest.approx(1.1 / 2)
    # A person would leave 0.8 of each item; automation has to leave as much.
    assert accuracy_needed(_needs(gain=1, loss=1, escalation=0.2), 0) == pytest.approx(0.9)
    assert accuracy_needed(_needs(gain=0.01, loss=0), 0.02) == pytest.approx(2)  # never
    assert accuracy_needed(_needs(), 0.1) is None


def test_the_gain_that_pays_for_a_dearer_arm() -> None:
    assert margin_that_pays(_needs(gain=0.1, loss=0.1), 400) == pytest.approx(0.02)
    assert margin_that_pays(_needs(gain=0.1, loss=0.1), -5) == 0
    assert margin_that_pays(_needs(), 400) == 0


def test_frontier() -> None:
    points = {"a": (1.0, 0.5), "b": (2.0, 0.7), "worse": (2.0, 0.6), "dear": (3.0, 0.7),
              "c": (3.0, 0.9), "same": (1.0, 0.5)}
    assert frontier(points) == ["a", "same", "b", "c"]


def test_item_tokens() -> None:
    assert item_tokens(["x" * 40, "x" * 80]) == 15
    assert item_tokens([]) == 0


def test_every_default_has_unit_day_and_source() -> None:
    found = defaults()
    assert set(found) == set(PRICES)
    assert all(row.unit and row.source and row.as_of.year >= 2024 for row in found.values())


@pytest.mark.parametrize("content, told", [
    ("latency: 5", "latency: no such key; there are margin, volume_per_month, latency_ms"),
    ("latency_ms: fast", "latency_ms: expected a valid number, found 'fast'"),
    ("latency_ms: true", "latency_ms: expected a valid number, found True"),
    ("latency_ms: -1", "latency_ms: expected greater than 0, found -1"),
    ("margin: 2", "margin: expected less than 1, found 2"),
    ("volume_per_month: .inf", "volume_per_month: expected a finite number, found inf"),
    ("privacy: maybe", "privacy: expected a valid boolean, found 'maybe'"),
    ("prices: {gpu: 3}", "prices.gpu: no such key; there are input_per_million"),
    ("prices: {busy_share: 2}", "prices.busy_share: expected less than or equal to 1, found 2"),
    ("prices: 3", "prices: expected"),
    ("gain: 20", "gain and loss together"),
    ("escalation: 4", "gain and loss beside escalation"),
    ("{gain: 1, loss: 1, caught: 0.5}", "escalation beside caught"),
    ("{gain: 0, loss: 0}", "something at stake"),
    ("[1]", "expected keys and values"),
    ("{", "not readable as UTF-8 YAML or JSON"),
])
def test_bad_needs_are_explained(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "needs.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VerdictError) as error:
        load_needs(path)
    assert str(path) in str(error.value) and told in str(error.value)


def test_needs_are_kept_with_the_pilot(tmp_path: Path) -> None:
    assert pilot_needs(tmp_path) == Needs()
    needs = parse_needs({"latency_ms": 20, "prices": {"machine_per_hour": 0.5}}, "here")
    save_needs(needs, tmp_path)
    assert pilot_needs(tmp_path) == needs
    # Only what differs, so that newer default prices come through.
    assert json.loads((tmp_path / "needs.json").read_text(encoding="utf-8")) == {
        "latency_ms": 20, "prices": {"machine_per_hour": 0.5}}
