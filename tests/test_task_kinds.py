"""Every kind of task: labels read, metrics right, thresholds from training, predictions kept."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.__main__ import main
from training.arms import load_lora, lora_targets, make_arm
from training.arms.base import ArmContext, Examples, Prediction
from training.compare import compare, compare_all, compare_task, tango
from training.data import load_labelled
from training.encoder import Encoder
from training.errors import Cancelled, PilotError
from training.pilot import run
from training.runs import PilotConfig, read_predictions, save_config
from training.split import split
from training.tasks import TASKS, guess_task, headline, make_task
from training.tasks.classification import Classification
from training.tasks.multilabel import Multilabel
from training.tasks.numbers import is_round, parse_number
from training.tasks.ordinal import Ordinal
from training.tasks.regression import Regression

SIZES = ["tiny", "small", "middling", "large", "huge"]
TOPICS = ["garden", "kitchen", "bicycle", "weather"]


@pytest.mark.parametrize("cell, value", [
    ("$1,200.50", 1200.5), ("1 200", 1200), ("1.200,50 €", 1200.5), ("12,5", 12.5), ("-5", -5),
    ("USD 1'200", 1200), ("1e3", 1000), ("0", 0),
])
def test_numbers_as_people_write_them(cell: str, value: float) -> None:
    assert parse_number(cell) == value


@pytest.mark.parametrize("cell", ["10-20", "about 30", "n/a", "inf", "1.2k", "(120)", "1,23,456"])
def test_what_is_no_number_is_refused_with_its_place(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    rows = [f'a thing number {i},"{i + 1}"' for i in range(40)]
    rows[6] = f'a thing,"{cell}"'
    path.write_text("text,price\n" + "\n".join(rows))
    with pytest.raises(PilotError, match=r"values.csv, row 8, column 'price': expected a number"):
        load_labelled(path, "text", "price", Regression())


def test_round_numbers() -> None:
    assert all(map(is_round, (5, 10, 45, 100, 150, 5000)))
    assert not any(map(is_round, (97, 101, 1234, 12.5)))


@pytest.mark.parametrize("cells, task", [
    (["late", "lost"] * 9, "classification"), (["a;b", "a", '["b"]'] * 9, "multilabel"),
    (["1", "2", "3", "4", "5"] * 9, "ordinal"), (["0", "1", "2"] * 9, "classification"),
    ([f"${n}" for n in range(40)], "regression"),
])
def test_the_task_is_guessed_from_the_labels(cells: list[str], task: str) -> None:
    assert guess_task(cells) == task


def test_labels_of_a_multilabel_cell() -> None:
    task = Multilabel()
    assert task.parse('["b", "a"]') == task.parse("a; b;") == task.parse("b|a|a") == ("a", "b")
    assert task.parse("['a', 'b']") == ("a", "b") and task.parse("[]") == ()
    with pytest.raises(ValueError, match="JSON list"):
        task.parse('[{"a": 1}]')


def test_multilabel_metrics() -> None:
    task = Multilabel(names=["a", "b", "c"])
    truth = [("a", "b"), ("b",), ("c",), ()]
    found = Prediction([("a",), ("b", "c"), ("a",), ()])
    scores = task.score(truth, found, 0)
    assert scores["micro_f1"] == pytest.approx(2 * 2 / (4 + 4))
    # a: 1 of 2 said; b: 1 of 2 true; c: none right
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert scores["exact_match"] == 0.25
    assert scores["jaccard"] == pytest.approx((0.5 + 0.5 + 0 + 1) / 4)
    assert all(scores[f"{m}_ci95"][0] <= scores[m] <= scores[f"{m}_ci95"][1]
               for m in ("micro_f1", "macro_f1", "jaccard", "exact_match"))


def test_the_threshold_has_the_best_micro_f1_and_ties_stay_together() -> None:
    task = Multilabel(names=["a", "b"], may_be_empty=True)
    rng = np.random.default_rng(0)
    labels = [tuple(n for n in "ab" if rng.random() < 0.4) for _ in range(60)]
    scores = np.round(task.targets(labels).toarray() * 0.3 + rng.random((60, 2)), 1)

    def f1(cut: float) -> float:
        return float(task.statistic(task.items(labels, task.decode(scores, cut))))

    assert f1(task.cut(scores, labels)) == pytest.approx(
        max(f1(cut) for cut in np.arange(-0.05, 1.4, 0.1)))


def test_ordinal_metrics_against_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    task = Ordinal(order=SIZES)
    rng = np.random.default_rng(1)
    ranks = rng.integers(0, 5, 80)
    said = np.clip(ranks + rng.integers(-1, 2, 80), 0, 4)
    truth, found = ([SIZES[i] for i in some] for some in (ranks, said))
    task.settle(truth)
    scores = task.score(truth, Prediction(found), 0)
    assert scores["mae"] == pytest.approx(abs(ranks - said).mean())
    assert scores["quadratic_kappa"] == pytest.approx(
        cohen_kappa_score(ranks, said, weights="quadratic"))
    assert scores["within_one"] == 1 and scores["accuracy"] == (ranks == said).mean()


def test_levels_are_ordered_as_numbers_and_too_many_are_refused() -> None:
    task = Ordinal()
    task.settle([task.parse(cell) for cell in ("10", "2", "2.0", "1")])
    assert task.names == ["1", "2", "10"]
    with pytest.raises(ValueError, match="expected one of tiny"):
        Ordinal(order=SIZES).parse("giant")
    with pytest.raises(PilotError, match="--task regression"):
        Ordinal().settle([str(n) for n in range(60)])


def test_regression_metrics_and_the_two_losses() -> None:
    task = Regression()
    truth = [10.0, 100.0, 1000.0]
    assert not task.settle(truth)
    scores = task.score(truth, Prediction([12.0, 100.0, 500.0]), 0)
    assert scores["median_ape"] == pytest.approx(0.2) and scores["mae"] == pytest.approx(502 / 3)
    assert scores["round_share"] == pytest.approx(2 / 3) and scores["true_round_share"] == 1
    plain = task.for_arm("linear_probe_plain")
    assert task.targets(truth)[0, 0] == pytest.approx(math.log(10))
    assert plain.targets(truth)[0, 0] == 10
    assert task.decode(task.targets(truth)) == plain.decode(plain.targets(truth)) == truth


def test_zero_and_negative_values_have_no_logarithm() -> None:
    task = Regression()
    notes = task.settle([0.0, -3.0, 5.0])
    assert not task.log and "2 values are zero or negative" in notes[0] and "1 values" in notes[1]
    assert task.items([0.0, 4.0], [1.0, 5.0]).tolist() == [[0.25]]
    with pytest.raises(PilotError, match="other than zero"):
        task.items([0.0], [1.0])


def test_many_classes_have_top_k_and_answers_outside_the_labels() -> None:
    names = [f"class {i:02d}" for i in range(12)]
    task = Classification(names=names)
    scores = np.tile(np.arange(12.0), (4, 1))  # the last three names are always on top
    found = Prediction(["class 11", "nonsense", "class 11", "class 11"], scores)
    got = task.score(["class 11", "class 10", "class 09", "class 00"], found, 0)
    assert got["accuracy"] == 0.25 and got["outside_share"] == 0.25
    assert got["top3_accuracy"] == 0.75 and got["top5_accuracy"] == 0.75
    few = Classification(names=names[:9]).score(["class 01"] * 4, found, 0)
    assert "top3_accuracy" not in few


@pytest.mark.parametrize("name", ["zero_shot", "retrieval", "classical", "linear_probe"])
def test_classes_without_a_training_example(name: str, tmp_path: Path) -> None:
    """Hundreds of labels, some of which only the test part has."""
    labels = [f"topic {i}" for i in range(300)]
    train = Examples([f"text about topic {i} word{i}" for i in range(200)] * 2, labels[:200] * 2)
    arm, context = make_arm(name), ArmContext(labels, Encoder(), tmp_path)
    arm.fit(train, context)
    found = arm.predict(["word7 topic 7 text", "topic 299"])
    assert found.labels[0] == "topic 7" or name == "zero_shot"
    assert found.scores is not None and found.scores.shape == (2, 300)
    assert context.task.score(["topic 7", "topic 299"], found, 0)["outside_share"] == 0


def test_a_wide_problem_is_solved_without_logistic_regression(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("training.arms.head.WIDE", 1000)
    arm = make_arm("classical")
    texts = [f"word{i % 20} again" for i in range(60)]
    arm.fit(Examples(texts, [f"c{i % 20}" for i in range(60)]),
            ArmContext([f"c{i}" for i in range(20)], Encoder(), tmp_path))
    assert arm.predict(["word3 again"]).labels == ["c3"]


@pytest.mark.parametrize("n", [60, 100, 300])
@pytest.mark.parametrize("discordance", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_paired_interval_covers(n: int, discordance: float, share: float) -> None:
    """Difference from none to most of the discordance; 4,000 simulated test sets each."""
    difference = share * discordance
    wins, losses = (discordance + difference) / 2, (discordance - difference) / 2
    rng = np.random.default_rng([n, int(100 * discordance), int(10 * share)])
    draws = rng.multinomial(n, [wins, losses, 1 - discordance], 4000)
    seen, times = np.unique(draws, axis=0, return_counts=True)
    covered = sum(t for (w, x, _), t in zip(seen, times, strict=True)
                  if tango(int(w), int(x), n)[0] <= difference <= tango(int(w), int(x), n)[1])
    assert 0.93 <= covered / 4000 <= 0.97


def test_two_arms_that_never_differ_are_not_thereby_equal() -> None:
    truth = ["a"] * 60
    low, high = compare(truth, truth, truth)["ci95"]
    assert low == pytest.approx(-high) and 0.05 < high < 0.08
    assert tango(60, 0, 60)[1] == 1 and tango(0, 60, 60)[0] == -1


def test_every_task_is_compared_on_the_same_items() -> None:
    task = Regression()
    rng = np.random.default_rng(0)
    truth = [float(v) for v in rng.lognormal(5, 1, 80)]
    near, far = ([v * float(f) for v, f in zip(truth, rng.lognormal(0, s, 80), strict=True)]
                 for s in (0.1, 0.8))
    better = compare_task(task, truth, near, far)
    assert better["metric"] == "median_ape" and better["ci95"][1] < 0 < better["p_value"] < 0.01
    same = compare_task(task, truth, near, near)
    assert same["difference"] == 0 and same["p_value"] == 1
    rows = compare_all(truth, {"x": far, "y": near}, 0, task)
    assert rows[0]["a"] == "y" and rows[0]["difference"] == better["difference"]


def _file(folder: Path, task: str) -> Path:
    """Sixty easy rows whose words say the answer."""
    rows: list[dict[str, Any]] = []
    for i in range(60):
        a, b = TOPICS[i % 4], TOPICS[(i * 3 + 1 + i // 4) % 4]
        size = i % 5
        text = f"note {i}: the {a} and the {b} of the {SIZES[size]} house {'z' * (i % 9)}"
        label = {"multilabel": sorted({a, b}), "ordinal": SIZES[size],
                 "regression": f"${10 ** (size / 2 + 1):,.2f}"}.get(task, a)
        rows.append({"text": text, "label": label})
    path = folder / f"{task}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("task", ["multilabel", "ordinal", "regression"])
def test_a_pilot_of_each_kind_with_the_saved_adapter_loaded_again(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lora_targets, "steps_for", lambda n: 2)
    if task != "regression":  # a fresh process costs seconds; numbers are the hardest to repeat
        monkeypatch.setattr("training.pilot._reload_check", lambda *_: {"identical": True})
    order = ["--order", ",".join(SIZES)] if task == "ordinal" else []
    arms = [name for name in TASKS[task].arms if name != "lora_plain"]
    out = tmp_path / "run"
    command = ["run", "--data", str(_file(tmp_path, task)), "--text", "text", "--label", "label",
               "--out", str(out), "--task", task, "--arms", ",".join(arms), *order]
    assert main(command) == 0
    result = json.loads((out / "result.json").read_text())
    metric, higher = headline(result)
    assert result["task"] == task and list(result["arms"]) == arms
    for arm in result["arms"].values():
        assert arm[f"{metric}_ci95"][0] <= arm[metric] <= arm[f"{metric}_ci95"][1]
        assert {"train_seconds", "predict_ms_per_item", "trainable_parameters"} <= set(arm)
    gain = result["arms"]["classical"][metric] - result["arms"]["majority"][metric]
    assert (gain > 0) == higher and gain != 0
    assert result["reload_check"]["identical"] is True
    assert {row["metric"] for row in result["comparisons"]} == {metric}
    rows = read_predictions(out)
    assert len(rows) == result["n_test"] and set(rows[0]["arms"]) == set(arms)
    again = load_lora(out / "arms" / "lora").predict([row["text"] for row in rows]).labels
    assert json.loads(json.dumps(again)) == [row["arms"]["lora"]["prediction"] for row in rows]
    (out / "result.json").unlink()
    (out / "arms" / "classical" / "score.json").unlink()
    assert main(command) == 0  # resumed: what was kept is the same
    assert read_predictions(out) == rows


def test_training_that_was_stopped_ends_where_an_unbroken_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lora_targets, "steps_for", lambda n: 4)
    monkeypatch.setattr(lora_targets, "SAVE_EVERY", 2)
    task = Multilabel()
    texts = [f"the {TOPICS[i % 4]} and number {i}" for i in range(32)]
    labels = [(TOPICS[i % 4],) for i in range(32)]
    task.settle(labels)
    encoder = Encoder()

    def fit(folder: str, stop_at: int = 99) -> list[int]:
        steps: list[int] = []

        def progress(step: int, _total: int, _metrics: Any) -> None:
            steps.append(step)
            if step == stop_at:
                raise Cancelled

        context = ArmContext(task.names, encoder, tmp_path / folder, task=task, progress=progress)
        try:
            make_arm("lora", "multilabel").fit(Examples(texts, labels), context)
        except Cancelled:
            assert stop_at == 3
        return steps

    assert fit("whole") == [1, 2, 3, 4] and fit("stopped", stop_at=3) == [1, 2, 3]
    assert fit("stopped") == [3, 4]
    whole, stopped = ((tmp_path / name / "head.safetensors").read_bytes()
                      for name in ("whole", "stopped"))
    assert whole == stopped


def test_settings_that_do_not_fit_the_task(tmp_path: Path) -> None:
    base: dict[str, Any] = {"data": "x.csv", "text": "t", "label": "l", "out": tmp_path}
    assert "linear_probe_plain" in PilotConfig(**base, task="regression").arms
    with pytest.raises(ValueError, match="for regression"):
        PilotConfig(**base, task="regression", arms=["zero_shot"])
    with pytest.raises(ValueError, match="--task ordinal alone"):
        PilotConfig(**base, order=["a", "b"])


def test_the_split_keeps_the_spread_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("text,value\n" + "".join(
        f"object {i} {'q' * (i % 23)}{i * 7},{2 ** (i % 10)}\n" for i in range(100)))
    task = Regression()
    train, test, _ = split(load_labelled(path, "text", "value", task), None, 0, task)
    assert not set(train.texts) & set(test.texts) and 25 <= len(test.texts) <= 35
    assert np.median(train.labels) / 2 <= np.median(test.labels) <= np.median(train.labels) * 2


def test_a_classification_result_keeps_its_fields(tmp_path: Path) -> None:
    config = PilotConfig(data=_file(tmp_path, "classification"), text="text", label="label",
                         out=tmp_path / "run", arms=["majority", "classical"])
    save_config(config)
    result = run(config)
    assert {"task", "n_train", "n_test", "labels", "arms", "comparisons", "environment"} <= set(
        result)
    assert {"accuracy", "macro_f1", "accuracy_ci95", "train_seconds", "predict_ms_per_item",
            "trainable_parameters"} <= set(result["arms"]["classical"])
    assert {"a", "b", "difference", "ci95", "p_value"} <= set(result["comparisons"][0])
    assert make_task(result["task"]).headline == "accuracy"
