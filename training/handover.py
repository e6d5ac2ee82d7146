"""From a pilot that says yes to the next step: data, trainers' settings and evals in a folder.

Examples carry no instructions, for tuning makes superfluous what every prompt repeats; the evals
ask a prompted model with instructions and the tuned one without.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from training.data import Dataset
from training.errors import PilotError
from training.record import check_data
from training.runs import PilotConfig, load_config, read_result
from training.tasks import headline, make_task

BASE = "Qwen/Qwen2.5-7B-Instruct"
VERSIONS = {"trl": "1.16.0", "axolotl": "0.19.0", "promptfoo": "0.120.27"}  # what tests load
TUNED = ("lora", "lora_plain")
MOST_TOKENS = 8192
# Settings that both trainers share, gentle enough for some hundred examples.
EPOCHS, LEARNING_RATE, BATCH, ACCUMULATE, RANK, ALPHA, DROPOUT = 3, 2e-4, 4, 4, 16, 32, 0.05


def why_not(result: Mapping[str, Any]) -> str:
    """Why a pilot's result is no reason to go on to a larger model; empty where it is one."""
    if result.get("task") == "regression":
        return ("This pilot predicts numbers. A language model writes them as text and learns "
                "that they are round rather than near; stay with the pilot's adapter, whose loss "
                "is made for numbers.")
    gap = _gap(result)
    if gap is None:
        return "The pilot has no finished LoRA arm beside a cheaper one: run it with both."
    rival, difference, low, high = gap
    if low > 0:
        return ""
    return (f"The pilot does not say yes: LoRA against {rival} differs by {difference:+.3f} "
            f"(95% interval {low:+.3f} to {high:+.3f}), which may be nothing.")


def _gap(result: Mapping[str, Any]) -> tuple[str, float, float, float] | None:
    """The best cheaper arm, and what LoRA gains on it with its interval; more is better."""
    metric, more = headline(result)
    scores = {n: a[metric] for n, a in result["arms"].items() if a.get(metric) is not None}
    cheaper = [name for name in scores if name not in (*TUNED, "majority")]
    if "lora" not in scores or not cheaper:
        return None
    sign = 1 if more else -1
    rival = max(cheaper, key=lambda name: sign * scores[name])
    row = next(r for r in result["comparisons"] if {r["a"], r["b"]} == {"lora", rival})
    sign *= 1 if row["a"] == "lora" else -1
    low, high = sorted(sign * end for end in row["ci95"])
    return rival, sign * row["difference"], low, high


def handover(folder: Path, out: Path, base: str = BASE) -> list[str]:
    """Write the next step of the pilot in ``folder`` into the new folder ``out``; its files.

    Raises ``PilotError``: the pilot is not finished or does not say yes, its data has changed, or
    ``out`` holds something.
    """
    folder, out = Path(folder), Path(out)
    config, result = load_config(folder), read_result(folder)
    if result is None:
        raise PilotError(f"{folder}: expected a finished pilot; resume it first")
    if reason := why_not(result):
        raise PilotError(f"{folder}: {reason}")
    if not base.strip() or not base.isprintable():
        raise PilotError(f"--base: expected a Hub id or a folder, found {base!r}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PilotError(f"{out}: expected a new or empty folder")
    train, test = _same_split(folder, config)
    files = {
        "README.md": _readme(result, base),
        "data/train.jsonl": _lines(_chat(train)),
        "data/test.jsonl": _lines(_chat(test)),
        "tests.jsonl": _lines(_tests(test)),
        "prompts/instructed.json": _prompt("{{ task.instructions }}"),
        "prompts/tuned.json": _prompt(None),
        "promptfooconfig.yaml": _promptfoo(config, result, base),
        "trl_sft.yaml": _trl(config, base, train),
        "axolotl.yaml": _axolotl(config, base, train),
    }
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(content, encoding="utf-8")
    return list(files)


def handover_zip(folder: Path, base: str = BASE) -> bytes:
    """The same as a zip file."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(
            packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in handover(folder, Path(place), base):
            archive.write(Path(place) / name, f"handover/{name}")
    return packed.getvalue()


def _same_split(folder: Path, config: PilotConfig) -> tuple[Dataset, Dataset]:
    """Training and test part as the pilot had them; the same data gives the same split."""
    from training.pilot import load_parts

    check_data(folder)
    train, test, _ = load_parts(config, make_task(config.task, config.order))
    return train, test


def answer(label: Any) -> str:
    """A label as the model is to write it: several as a JSON list."""
    return label if isinstance(label, str) else json.dumps(label, ensure_ascii=False)


def _chat(data: Dataset) -> list[dict[str, Any]]:
    return [{"messages": [{"role": "user", "content": text},
                          {"role": "assistant", "content": answer(label)}]}
            for text, label in zip(data.texts, data.labels, strict=True)]


def _tests(data: Dataset) -> list[dict[str, Any]]:
    """Items as objects: promptfoo takes a bare string for a template, or for a file to read."""
    return [{"vars": {"item": {"text": text, "label": answer(label)}}}
            for text, label in zip(data.texts, data.labels, strict=True)]


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _prompt(system: str | None) -> str:
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": "{{ item.text }}"})
    return json.dumps(messages, indent=2) + "\n"


def _instructions(config: PilotConfig, result: Mapping[str, Any]) -> str:
    """What a prompted model is told: the labels, and what they mean where the user said so."""
    from training.pilot import label_descriptions

    known = label_descriptions(config.descriptions)
    shape = {"classification": "Answer with exactly one of these labels and nothing else:",
             "ordinal": "Answer with exactly one of these levels, lowest first, and nothing else:",
             "multilabel": "Answer with a JSON list of those of these labels that apply, in "
                           "alphabetical order, and nothing else:"}[result["task"]]
    labels = [f"- {name}: {known[name]}" if known.get(name) else f"- {name}"
              for name in result["labels"]]
    return "\n".join([shape, *labels])


def _promptfoo(config: PilotConfig, result: Mapping[str, Any], base: str) -> str:
    def provider(label: str, model: str, prompt: str) -> dict[str, Any]:
        return {"id": f"openai:chat:{model}", "label": label, "prompts": [prompt],
                "config": {"apiBaseUrl": "http://localhost:8000/v1", "apiKey": "not-needed-here",
                           "temperature": 0}}

    return _yaml("EDIT providers: a strong model that is prompted, and yours once it is tuned.", {
        "description": "Held-out items of the pilot; an answer must equal the label",
        "prompts": [{"id": f"file://prompts/{name}.json", "label": name}
                    for name in ("instructed", "tuned")],
        "providers": [provider("prompted", base, "instructed"),
                      provider("tuned", "tuned", "tuned")],
        "defaultTest": {
            "vars": {"task": {"instructions": _instructions(config, result)}},
            "options": {"transform": "output.trim()"},
            "assert": [{"type": "equals", "value": "{{ item.label }}"}],
        },
        "tests": "file://tests.jsonl",
    })


def _trl(config: PilotConfig, base: str, train: Dataset) -> str:
    return _yaml("trl sft --config trl_sft.yaml, in this folder", {
        "model_name_or_path": base, "dataset_name": "./data", "dataset_train_split": "train",
        "assistant_only_loss": True, "max_length": _tokens(train), "packing": False,
        "use_peft": True, "lora_r": RANK, "lora_alpha": ALPHA, "lora_dropout": DROPOUT,
        "lora_target_modules": "all-linear",
        "num_train_epochs": EPOCHS, "learning_rate": LEARNING_RATE, "lr_scheduler_type": "cosine",
        "per_device_train_batch_size": BATCH, "gradient_accumulation_steps": ACCUMULATE,
        "eval_strategy": "no", "save_strategy": "epoch", "logging_steps": 5, "report_to": "none",
        "seed": config.seed, "output_dir": "out/trl",
    })


def _axolotl(config: PilotConfig, base: str, train: Dataset) -> str:
    return _yaml("axolotl train axolotl.yaml, in this folder", {
        "base_model": base,
        "datasets": [{"path": "data/train.jsonl", "ds_type": "json", "type": "chat_template",
                      "field_messages": "messages"}],
        "train_on_inputs": False, "sequence_len": _tokens(train), "sample_packing": False,
        "adapter": "lora", "lora_r": RANK, "lora_alpha": ALPHA, "lora_dropout": DROPOUT,
        "lora_target_linear": True,
        "num_epochs": EPOCHS, "learning_rate": LEARNING_RATE, "lr_scheduler": "cosine",
        "optimizer": "adamw_torch", "micro_batch_size": BATCH,
        "gradient_accumulation_steps": ACCUMULATE, "gradient_checkpointing": True, "bf16": "auto",
        "val_set_size": 0, "saves_per_epoch": 1, "logging_steps": 5, "seed": config.seed,
        "dataset_prepared_path": "out/prepared", "output_dir": "out/axolotl",
    })


def _tokens(train: Dataset) -> int:
    """Room for the longest example at two characters a token, in powers of two."""
    longest = max(len(text) + len(answer(label)) for text, label
                  in zip(train.texts, train.labels, strict=True))
    return int(min(MOST_TOKENS, max(256, 1 << (longest // 2 + 64).bit_length())))


def _yaml(comment: str, content: Mapping[str, Any]) -> str:
    body = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=100)
    return f"# {comment}\n{body}"


def _readme(result: Mapping[str, Any], base: str) -> str:
    from jinja2 import Environment, FileSystemLoader

    gap = _gap(result)
    assert gap is not None  # why_not has been asked
    rival, difference, low, high = gap
    here = FileSystemLoader(Path(__file__).parent)
    page = Environment(loader=here, keep_trailing_newline=True).get_template("handover.md.jinja")
    return page.render(
        n_train=f"{result['n_train']:,}", n_test=f"{result['n_test']:,}", rival=rival,
        metric=headline(result)[0].replace("_", " "), gap=f"{difference:.3f}",
        interval=f"{low:.3f} to {high:.3f}", base=base, versions=VERSIONS)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("handover", help="files for tuning a larger model, evals first")
    parser.add_argument("folder", type=Path, help="a finished pilot that says yes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", default=BASE, help=f"Hub id or folder; default {BASE}")


def main(args: argparse.Namespace) -> int:
    for name in handover(args.folder, args.out, args.base):
        print(args.out / name)
    return 0
