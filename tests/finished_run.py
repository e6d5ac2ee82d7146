"""A finished run for tests, without training: cheap arms run, the LoRA arm is written by hand."""

import json
from pathlib import Path
from typing import Any

from training.pilot import run
from training.runs import PilotConfig, save_config

HOSTILE = '</script><script>alert("x")</script>'
TEMPLATE = "file:///etc/passwd {{ env.HOME }} {% raw %}"


def data_file(folder: Path, n: int = 30) -> Path:
    """Two easy labels; texts and one label that try to be markup, a template or a file."""
    path = folder / "data.jsonl"
    rows = []
    for i in range(n):
        rows += [{"text": f"where is parcel {i} {'x' * i} {HOSTILE if i % 5 == 0 else ''}",
                  "label": "delivery", "unused": "not for the record"},
                 {"text": f"I want money back for item {i} {'y' * i}" if i % 7 else
                  f"{TEMPLATE} money back {i}", "label": f"refund {HOSTILE}", "unused": 1}]
    path.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n")
    return path


def finished_run(folder: Path, lora: bool = False, **changes: Any) -> Path:
    """A done run under ``folder``; with ``lora``, an arm that is always right, and wins."""
    settings = {"data": data_file(folder), "text": "text", "label": "label",
                "out": folder / "run", "arms": ["majority", "classical"]} | changes
    config = PilotConfig(**settings)
    save_config(config)
    result = run(config)
    if lora:
        _add_lora(config.out, result)
    return config.out


def _add_lora(out: Path, result: dict[str, Any]) -> None:
    n = result["n_test"]
    result["arms"]["classical"] |= {"accuracy": 0.6, "accuracy_ci95": [0.5, 0.7]}
    result["arms"]["lora"] = result["arms"]["classical"] | {
        "accuracy": 1.0, "accuracy_ci95": [(n - 2) / n, 1.0], "trainable_parameters": 1000}
    result["comparisons"] += [
        {"a": "lora", "b": "classical", "difference": 0.4, "ci95": [0.2, 0.6], "p_value": 0.001},
        {"a": "lora", "b": "majority", "difference": 0.5, "ci95": [0.3, 0.7], "p_value": 0.001}]
    (out / "result.json").write_text(json.dumps(result))
    rows = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    for row in rows:
        row["arms"]["lora"] = {"prediction": row["label"], "score": 1.0}
    (out / "predictions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
