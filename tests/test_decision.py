"""The decision keeps the user's limits, says who satisfies them, and names the rung to stop at."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from advisor import verdict
from advisor.__main__ import main
from advisor.decision import Decision, decide
from advisor.decision_text import decision_text
from advisor.judge import VerdictError
from advisor.needs import parse_needs

APP = Path(__file__).parent.parent / "app.py"
ACCURACY = {"majority": 0.2, "zero_shot": 0.5, "retrieval": 0.7, "classical": 0.6, "lora": 0.9}
MS = {"majority": 0.1, "zero_shot": 9.0, "retrieval": 10.0, "classical": 1.0, "lora": 12.0}


def _result(**accuracy: float) -> dict[str, Any]:
    found = ACCURACY | accuracy
    return {
        "task": "classification", "n_train": 400, "n_test": 200, "labels": ["late", "lost"],
        "notes": [], "environment": {},
        "arms": {name: {
            "accuracy": value, "accuracy_ci95": [value - 0.05, value + 0.05],
            "macro_f1": value, "macro_f1_ci95": [value - 0.05, value + 0.05],
            "predict_ms_per_item": MS[name], "train_seconds": 36.0, "trainable_parameters": 0,
        } for name, value in found.items()},
        "comparisons": [
            {"a": "lora", "b": other, "difference": found["lora"] - value, "p_value": 0.001,
             "ci95": [found["lora"] - value - 0.04, found["lora"] - value + 0.04]}
            for other, value in found.items() if other != "lora"],
    }


def _decide(advised: str, result: dict[str, Any] | None = None, **needs: Any) -> Decision:
    return decide({"approach": advised}, result or _result(), parse_needs(needs, "here"), 50)


def test_without_limits_the_verdict_is_that_of_the_scores() -> None:
    found = _decide("fine_tuning")
    assert (found.verdict, found.approach) == ("confirmed", "fine_tuning")
    assert (found.arm, found.rung, found.margin) == ("lora", "fine_tuning", 0.02)
    assert found.satisfied_by == ["zero_shot", "retrieval", "classical", "lora"]
    assert found.costs["frontier"]["latency"] == ["classical", "retrieval", "lora"]


@pytest.mark.parametrize("advised, needs, verdict_, approach, arm, rung, fit", [
    # Tuning breaks the limit: the best of the others, whatever tuning scored.
    ("fine_tuning", {"latency_ms": 11}, "overturned", "rag", "retrieval", "retrieval",
     ["zero_shot", "retrieval", "classical"]),
    ("rag", {"latency_ms": 11}, "confirmed", "rag", "retrieval", "retrieval",
     ["zero_shot", "retrieval", "classical"]),
    # The advised approach breaks it as well: the verdict moves off it.
    ("rag", {"latency_ms": 9.5}, "overturned", "prompting", "classical", "prompt",
     ["zero_shot", "classical"]),
    ("rag+fine_tuning", {"latency_ms": 5}, "overturned", "prompting", "classical", "prompt",
     ["classical"]),
    # Tuning is the only one left, and the advice was not to tune.
    ("prompting", {"gain": 1, "loss": 4}, "overturned", "fine_tuning", "lora", "fine_tuning",
     ["lora"]),
    ("fine_tuning", {"gain": 1, "loss": 4}, "confirmed", "fine_tuning", "lora", "fine_tuning",
     ["lora"]),
])
def test_no_arm_that_breaks_a_limit_is_recommended(
    advised: str, needs: dict[str, Any], verdict_: str, approach: str, arm: str, rung: str,
    fit: list[str],
) -> None:
    found = _decide(advised, **needs)
    assert (found.verdict, found.approach) == (verdict_, approach)
    assert (found.arm, found.rung, found.satisfied_by) == (arm, rung, fit)
    assert "Left out, as they break what you need" in found.why


def test_none_satisfies_everything_is_said_plainly() -> None:
    found = _decide("fine_tuning", latency_ms=0.5)
    assert (found.verdict, found.arm, found.rung, found.satisfied_by) == (
        "inconclusive", None, None, [])
    assert found.why.startswith("No arm satisfies everything that you need")
    assert "Nearest is LoRA fine-tune: 12.0 ms an item, the limit is 0.5" in found.needs
    assert "No arm satisfies everything." in decision_text(found)


def test_an_arm_that_calls_an_endpoint_breaks_privacy() -> None:
    result = _result(zero_shot=0.95)
    result["arms"]["zero_shot"]["endpoint"] = "https://example.com/v1"
    assert _decide("prompting", result).arm == "zero_shot"
    found = _decide("prompting", result, privacy=True)
    assert found.arm == "lora" and "zero_shot" not in found.satisfied_by
    assert found.approach == "fine_tuning" and "sends the data to an endpoint" in found.why
    assert "rules it out" in decision_text(found)


def test_the_margin_is_the_users() -> None:
    assert _decide("fine_tuning", margin=0.1).verdict == "confirmed"  # 20 points, 16 to 24
    assert _decide("fine_tuning", margin=0.22).verdict == "inconclusive"
    assert _decide("fine_tuning", margin=0.3).verdict == "overturned"


def test_stakes_raise_the_margin_where_tuning_costs_more_than_it_wins() -> None:
    # Six hours more of a person, $417 for 10,000 calls; a right answer is worth $0.20 more.
    found = _decide("fine_tuning", gain=0.1, loss=0.1)
    assert found.margin == pytest.approx(6 * 69.5 / 10_000 / 0.2, rel=1e-4)
    assert "only a gain of 21 points or more pays" in found.why


def test_inconclusive_stops_at_the_cheaper_arm_for_now() -> None:
    found = _decide("fine_tuning", _result(lora=0.71))
    assert (found.verdict, found.arm, found.rung) == ("inconclusive", "retrieval", "retrieval")
    assert "until more items show a difference" in decision_text(found)


def test_a_pilot_that_cannot_be_judged_is_refused_as_before() -> None:
    result = _result()
    del result["arms"]["lora"]
    with pytest.raises(VerdictError, match="lora"):
        _decide("rag", result, latency_ms=11)


@pytest.fixture
def pilot(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    texts = [f"Parcel {i} is nowhere to be seen" for i in range(200)]
    for name, content in (
        ("result.json", _result()), ("advice.json", {"approach": "fine_tuning"}),
        ("status.json", {"status": "done", "arms_done": list(ACCURACY)}),
        ("config.json", {"data": "parcels.csv", "text": "text", "label": "label",
                         "out": str(folder)}),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    said = {name: [("late" if i < 200 * share else "lost", "gone")[name == "zero_shot" and i == 7]
                   for i in range(200)] for name, share in ACCURACY.items()}
    (folder / "predictions.jsonl").write_text("".join(
        json.dumps({"row": i + 1, "text": text, "label": "late",
                    "arms": {name: {"prediction": rows[i]} for name, rows in said.items()}}) + "\n"
        for i, text in enumerate(texts)), encoding="utf-8")
    return folder


def test_command(pilot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["verdict", "--advice", str(pilot / "advice.json"), "--pilot", str(pilot)]
    needs = tmp_path / "needs.yaml"
    needs.write_text("latency_ms: 11\n", encoding="utf-8")
    assert main([*asked, "--needs", str(needs), "--margin", "0.05", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["approach"], found["margin"]) == ("overturned", "rag", 0.05)
    assert found["costs"]["prices"]["machine_per_hour"]["as_of"] == "2026-06-17"
    assert main(asked) == 0
    assert "confirmed: fine_tuning" in capsys.readouterr().out
    needs.write_text("speed: 11\n", encoding="utf-8")
    for wrong, told in ((["--needs", str(needs)], "needs.yaml: speed: no such key"),
                        (["--needs", str(tmp_path / "none.yaml")], "none.yaml: not readable"),
                        (["--margin", "2"], "--margin: expected a share")):
        assert main([*asked, *wrong]) == 2
        assert told in capsys.readouterr().err


def test_needs_in_the_folder_count_and_so_does_python(pilot: Path) -> None:
    (pilot / "needs.json").write_text('{"latency_ms": 11}', encoding="utf-8")
    found = verdict({"approach": "fine_tuning"}, pilot)
    assert found.arm == "retrieval"
    (pilot / "predictions.jsonl").write_text("[]\n", encoding="utf-8")
    with pytest.raises(VerdictError, match=r"predictions\.jsonl"):
        verdict({"approach": "fine_tuning"}, pilot)


def _page(pilot: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ADVISOR_RUNS", str(pilot.parent))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.switch_page("advisor/ui/pages/pilot.py")
    app.query_params["run"] = pilot.name
    return app.run()


def _shown(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.subheader])


def test_what_counts_changes_the_verdict_on_the_page_at_once(
    pilot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _page(pilot, monkeypatch)
    assert not app.exception and "Confirmed" in _shown(app)
    limit = next(n for n in app.number_input if n.label.startswith("At most ms"))
    limit.set_value(11.0)
    app = next(b for b in app.button if b.label == "Apply").click().run()
    assert not app.exception and "Overturned" in _shown(app)
    assert "Everything is satisfied by Label names only, Nearest examples" in _shown(app)
    assert json.loads((pilot / "needs.json").read_text(encoding="utf-8")) == {"latency_ms": 11.0}
    next(n for n in app.number_input if n.label.startswith("A right answer")).set_value(5.0)
    app = next(b for b in app.button if b.label == "Apply").click().run()
    assert "gain and loss together" in app.error[0].value


def test_broken_needs_in_the_folder_do_not_break_the_page(
    pilot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pilot / "needs.json").write_text("{", encoding="utf-8")
    app = _page(pilot, monkeypatch)
    assert not app.exception and "Confirmed" in _shown(app)
    assert "needs.json: not readable" in app.warning[0].value


def test_simple_tests_and_failing_rows_on_the_page(
    pilot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _page(pilot, monkeypatch)
    assert any(e.label == "Simple tests on the outputs: 1 fail" for e in app.expander)
    failing = next(d.value for d in app.dataframe if "what is wrong" in d.value.columns)
    assert failing["output"].tolist() == ["gone"] and failing["row"].tolist() == [8]
    app = next(b for b in app.button if b.label == "Test the outputs").click().run()
    assert not app.exception
    assert json.loads((pilot / "assertions.json").read_text(encoding="utf-8")) == [
        {"check": "in_labels", "labels": None}]
    (pilot / "assertions.json").write_text('[{"check": "contains"}]', encoding="utf-8")
    app = _page(pilot, monkeypatch)
    assert not app.exception and any("text: expected this key" in w.value for w in app.warning)
