"""The verdict follows the paired interval of LoRA against the best cheaper arm."""

from typing import Any

import pytest

from advisor.judge import VerdictError, judge


def _result(lora: float, classical: float, low: float, high: float) -> dict[str, Any]:
    return {
        "n_test": 200,
        "arms": {"majority": {"accuracy": 0.2}, "classical": {"accuracy": classical},
                 "lora": {"accuracy": lora}},
        "comparisons": [
            {"a": "lora", "b": "classical", "difference": lora - classical, "ci95": [low, high]},
            {"a": "lora", "b": "majority", "difference": lora - 0.2, "ci95": [0.1, 0.9]},
        ],
    }


@pytest.mark.parametrize("advised, result, verdict, approach", [
    ("fine_tuning", _result(0.9, 0.7, 0.12, 0.28), "confirmed", "fine_tuning"),
    ("prompting", _result(0.9, 0.7, 0.12, 0.28), "overturned", "fine_tuning"),
    ("fine_tuning", _result(0.8, 0.8, -0.02, 0.015), "overturned", "prompting"),
    ("prompting", _result(0.8, 0.8, -0.02, 0.015), "confirmed", "prompting"),
    ("fine_tuning", _result(0.83, 0.8, -0.03, 0.09), "inconclusive", "fine_tuning"),
])
def test_verdicts(advised: str, result: dict[str, Any], verdict: str, approach: str) -> None:
    found = judge({"approach": advised}, result)
    assert (found.verdict, found.approach) == (verdict, approach)
    assert f"{result['arms']['lora']['accuracy']:.1%}" in found.why


def test_inconclusive_says_what_it_would_take() -> None:
    found = judge({"approach": "rag"}, _result(0.83, 0.8, -0.03, 0.09))
    assert "No difference shown" in found.why and "held-out items instead of 200" in found.needs


def _of_task(task: str, metric: str, lora: float, classical: float, ci95: list[float]) -> Any:
    """A result whose lora differs from classical by their difference, with the interval given."""
    rows = [{"a": "lora", "b": "classical", "difference": lora - classical, "ci95": ci95}]
    arms = {"classical": {metric: classical}, "lora": {metric: lora}, "lora_plain": {metric: 0.0}}
    return {"task": task, "n_test": 200, "arms": arms, "comparisons": rows}


@pytest.mark.parametrize("result, verdict, words", [
    (_of_task("regression", "median_ape", 0.3, 0.5, [-0.28, -0.12]), "confirmed",
     "Median error: LoRA fine-tune 30.0%"),
    (_of_task("regression", "median_ape", 0.5, 0.3, [0.1, 0.3]), "overturned", "as well"),
    (_of_task("multilabel", "micro_f1", 0.9, 0.7, [0.1, 0.3]), "confirmed", "0.900"),
    (_of_task("ordinal", "mae", 0.5, 0.51, [-0.2, 0.18]), "inconclusive", "-0.01"),
])
def test_each_task_is_judged_by_its_own_metric(
    result: dict[str, Any], verdict: str, words: str
) -> None:
    found = judge({"approach": "fine_tuning"}, result)
    assert found.verdict == verdict and words in found.why
    assert ("held-out items instead of 200" in found.needs) == (verdict == "inconclusive")


def test_no_llm_needed_is_said() -> None:
    assert "neither an LLM nor a fine-tune" in judge(
        {"approach": "fine_tuning"}, _result(0.8, 0.8, -0.02, 0.015)).why


def test_a_pilot_without_lora_cannot_judge() -> None:
    result = _result(0.9, 0.7, 0.1, 0.3)
    del result["arms"]["lora"]
    with pytest.raises(VerdictError, match="lora"):
        judge({"approach": "rag"}, result)
