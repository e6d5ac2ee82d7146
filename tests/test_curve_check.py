import csv
from pathlib import Path

import pytest

from training.curve_check import page, tasks
from training.curve_prior import START, Row, family, learn, log_density, predictions
from training.extrapolate import Prior


def _row(task: str, arm: str, rate: float, repetition: int = 0) -> Row:
    """A curve without noise whose odds of an error fall by ``rate`` without a floor."""
    def accuracy(size: int) -> float:
        return 1 / (1 + 0.4 * (size / 200) ** -rate)

    return {"task": task, "arm": arm, "repetition": repetition, "observed": 200, "n_test": 500,
            "points": {size: [accuracy(size)] for size in (50, 100, 200)},
            "later": {times: accuracy(200 * times) for times in (2, 5, 10)}}


ROWS = [_row(task, "classical", rate, i) for i in range(2) for task, rate in (
    ("sst2", 0.5), ("trec/coarse", 0.6), ("trec/noisy", 0.4), ("clinc150 home", 0.7))]


def test_a_learned_prior_explains_the_curves_better_than_the_guess() -> None:
    learned = learn(ROWS)
    assert sum(log_density(row, learned) for row in ROWS) > sum(
        log_density(row, START) for row in ROWS)
    assert learned.floor < START.floor  # these curves have none
    assert learn([*ROWS, _row("sst2", "lora", 2.0)]) == learned  # LoRA teaches nothing


def test_no_task_is_extrapolated_by_what_it_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []

    def spy(rows: list[Row], near: Prior = START) -> Prior:
        seen.append({family(row["task"]) for row in rows})
        return START

    monkeypatch.setattr("training.curve_prior.learn", spy)
    found = predictions(ROWS)
    assert {"clinc150 home", "sst2"} in seen and {"sst2", "trec"} in seen  # trec left out, clinc
    assert {row["task"] for row in found} == {"sst2", "trec/coarse", "clinc150 home"}
    assert "| classical | 5 | 6 |" in page(found, START)


def test_tasks_are_read_and_noisy_variants_made(tmp_path: Path) -> None:
    domains = ("banking", "home", "travel")
    tables = {
        "clinc150": [{"text": f"t{i}", "label": f"l{i % 4}", "domain": domains[i % 3]}
                     for i in range(300)] + [{"text": "?", "label": "oos", "domain": "oos"}],
        "trec": [{"text": f"q{i}", "label": "AB"[i % 2], "fine_label": "AB"[i % 2] + str(i % 3)}
                 for i in range(60)],
        "sst2": [{"text": f"s{i}", "label": "np"[i % 2]} for i in range(60)],
    }
    for name, rows in tables.items():
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    found = tasks(tmp_path)
    assert {label for _, label in found["clinc150 domains"]} == set(domains)
    clean, noisy = dict(found["trec/coarse"]), dict(found["trec/noisy"])
    changed = sum(clean[text] != noisy[text] for text in clean)
    assert clean.keys() == noisy.keys() and 0 < changed < 15
