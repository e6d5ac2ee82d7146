import json
from pathlib import Path

import pytest

from advisor import FACTORS, UseCaseError, advise
from advisor.__main__ import main
from casebank import FACTOR_VALUES, load_cases


def test_factors_and_bank_share_one_vocabulary() -> None:
    offered = {f.id: {o.value for o in f.options} for f in FACTORS}
    assert offered == {name: set(values) for name, values in FACTOR_VALUES.items()}


def test_answers_move_the_advice() -> None:
    text = "We want help with replies to customers of our shop."
    looked_up = advise(text, {"freshness": "fast", "corpus": "large", "citations": "yes"})
    tuned = advise(text, {"instructions_tried": "fall_short", "examples": "thousands",
                          "narrow": "yes", "volume": "high"})
    assert (looked_up.approach, tuned.approach) == ("rag", "fine_tuning")
    assert sum(tuned.probabilities.values()) == pytest.approx(1, abs=0.01)


def test_an_excluded_case_is_no_evidence() -> None:
    case = load_cases()[0]
    assert advise(case.description).neighbours[0].id == case.id
    assert case.id not in {n.id for n in advise(case.description, exclude={case.id}).neighbours}


@pytest.mark.parametrize("text, answers", [("", {}), ("x" * 50_001, {}), ("ok", {"a": "b"})])
def test_bad_use_cases_say_what_to_change(text: str, answers: dict[str, str]) -> None:
    with pytest.raises(UseCaseError, match=r"expected|known are"):
        advise(text, answers)


def test_batch_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a", "description": "Summarise news"}\nnot json\n{"id": "b"}\n')
    assert main(["advise", "--batch", str(source), "--out", str(target)]) == 1
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [r["id"] for r in rows] == ["a", None, "b"]
    assert "error" not in rows[0] and rows[1]["line"] == 2 and "description" in rows[2]["error"]
