"""Two finished runs side by side: settings, scores, and the rows on which they differ.

Differences are paired where both held out the same items; where they did not, nothing is
subtracted, for then the items differ and not only the runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.compare import compare_task
from training.errors import PilotError
from training.runs import load_config, read_predictions, read_result
from training.tasks import headline, make_task

ROWS_SHOWN = 20  # in the text of the command; the object holds them all


def side_by_side(first: Path, second: Path) -> dict[str, Any]:
    """``{names, metric, settings, paired, why, arms, rows}``; raises ``PilotError``.

    ``settings`` are those that differ, ``{setting, a, b}``. ``arms`` are ``{arm, a, b}`` with each
    side's score and interval and, where paired, the difference (second minus first). ``rows`` are
    the items that an arm answers otherwise in the two runs.
    """
    folders = Path(first), Path(second)
    results = [_finished(folder) for folder in folders]
    tasks = [str(result.get("task", "classification")) for result in results]
    if tasks[0] != tasks[1]:
        raise PilotError(f"expected two runs of one kind of task, found {tasks[0]} in {first} and "
                         f"{tasks[1]} in {second}; their scores cannot be set side by side")
    items = [read_predictions(folder) for folder in folders]
    keys = [sorted(((row["text"], row["label"]) for row in side), key=repr) for side in items]
    paired = keys[0] == keys[1]
    ordered = [sorted(side, key=lambda row: repr((row["text"], row["label"]))) for side in items]
    metric, _ = headline(results[0])
    arms = [_arm(name, metric, results, ordered if paired else None)
            for name in dict.fromkeys([*results[0]["arms"], *results[1]["arms"]])]
    return {
        "names": [folder.name for folder in folders], "metric": metric,
        "settings": _settings(folders, results), "paired": paired,
        "why": _why(paired, keys), "arms": arms,
        "rows": _rows(*ordered) if paired else [],
    }


def _finished(folder: Path) -> dict[str, Any]:
    result = read_result(folder)
    if result is None:
        raise PilotError(f"{folder}: expected a finished run, found no result; resume it first")
    return result


def _settings(
    folders: Sequence[Path], results: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What differs in the settings, the data, the numbers of items and the environment."""
    sides = []
    for folder, result in zip(folders, results, strict=True):
        environment = dict(result.get("environment", {}))
        packages = environment.pop("packages", {})
        config = load_config(folder).model_dump(mode="json", exclude={"out"})
        sizes = {"n_train": result["n_train"], "n_test": result["n_test"],
                 "labels": len(result["labels"])}
        sides.append(config | sizes | environment | packages | {"data": Path(config["data"]).name})
    names = dict.fromkeys([*sides[0], *sides[1]])
    return [{"setting": name, "a": sides[0].get(name), "b": sides[1].get(name)}
            for name in names if sides[0].get(name) != sides[1].get(name)]


def _why(paired: bool, keys: Sequence[Sequence[Any]]) -> str:
    if paired:
        return f"Both held out the same {len(keys[0]):,} items, so differences are paired."
    return (f"They held out different items ({len(keys[0]):,} and {len(keys[1]):,}), so they "
            "cannot be paired: a difference may come from the items. Give both the same test file "
            "(--test), or the same data, test size and seed.")


def _arm(
    name: str, metric: str, results: Sequence[Mapping[str, Any]],
    items: Sequence[Sequence[Mapping[str, Any]]] | None,
) -> dict[str, Any]:
    sides = [result["arms"].get(name, {}) for result in results]
    line: dict[str, Any] = {"arm": name}
    for side, arm in zip("ab", sides, strict=True):
        line[side] = ({"score": arm[metric], "ci95": arm[f"{metric}_ci95"]}
                      if arm.get(metric) is not None else None)
    if items is not None and line["a"] and line["b"]:
        a, b = ([row["arms"][name]["prediction"] for row in side] for side in items)
        labels = results[0]["labels"]
        task = make_task(str(results[0].get("task", "classification")), labels)
        if task.name == "ordinal":
            task.settle(labels)  # errors are counted in levels
        truth = [row["label"] for row in items[0]]
        line |= compare_task(task, truth, b, a)
    return line


def _rows(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {"text": a["text"], "label": a["label"], "arm": arm,
         "a": a["arms"][arm]["prediction"], "b": b["arms"][arm]["prediction"]}
        for a, b in zip(first, second, strict=True) for arm in a["arms"]
        if arm in b["arms"] and a["arms"][arm]["prediction"] != b["arms"][arm]["prediction"]
    ]


def side_by_side_text(found: Mapping[str, Any]) -> str:
    """The comparison for the terminal."""
    a, b = found["names"]
    lines = [f"a: {a}", f"b: {b}", found["why"]]
    lines += [f"{row['setting']}: {row['a']} in a, {row['b']} in b" for row in found["settings"]]
    for arm in found["arms"]:
        line = f"{arm['arm']:14} {found['metric']} a {_score(arm['a'])}, b {_score(arm['b'])}"
        if "difference" in arm:
            low, high = arm["ci95"]
            line += f"; b minus a {arm['difference']:+.3f} ({low:+.3f} to {high:+.3f})"
        lines.append(line)
    lines += [f"{row['arm']}: {row['a']!r} in a, {row['b']!r} in b, true {row['label']!r}: "
              f"{row['text'][:100]!r}" for row in found["rows"][:ROWS_SHOWN]]
    if len(found["rows"]) > ROWS_SHOWN:
        lines.append(f"… {len(found['rows']) - ROWS_SHOWN} more; --json gives all")
    return "\n".join(lines)


def _score(side: Mapping[str, Any] | None) -> str:
    if side is None:
        return "not run"
    return f"{side['score']:.3f} ({side['ci95'][0]:.3f} to {side['ci95'][1]:.3f})"
