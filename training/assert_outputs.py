"""How many outputs pass each assertion: per arm of a pilot, or for a file of outputs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.assertions import Assertion, check, load_assertions
from training.errors import PilotError
from training.metrics import wilson
from training.runs import read_result

SHOWN = 5  # failing rows of an assertion on the terminal


@dataclass(frozen=True)
class Outputs:
    """Rows and outputs of each arm (or of the one that a plain file holds), and known labels."""

    arms: Mapping[str, Sequence[tuple[int, str]]]
    labels: Sequence[str]


def output_text(prediction: Any) -> str:
    """A prediction as the text that assertions read; lists and numbers as JSON."""
    return prediction if isinstance(prediction, str) else json.dumps(prediction, ensure_ascii=False)


def read_outputs(path: Path) -> Outputs:
    """A pilot's folder, or JSONL lines of ``{"output": …}``, ``{"prediction": …}`` or a pilot's.

    Rows are the pilot's, or lines counted from 1. Raises ``PilotError`` with file and line.
    """
    file = path / "predictions.jsonl" if path.is_dir() else path
    labels = (read_result(file.parent) or {}).get("labels", [])
    arms: dict[str, list[tuple[int, str]]] = {}
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise PilotError(f"{file}: not readable: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PilotError(f"{file}: expected UTF-8 text, found other bytes") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        for arm, row, prediction in _of_line(line, f"{file}: line {number}", number):
            arms.setdefault(arm, []).append((row, output_text(prediction)))
    if not arms:
        raise PilotError(f"{file}: expected at least one output, found none")
    return Outputs(arms, labels)


def _of_line(line: str, where: str, number: int) -> list[tuple[str, int, Any]]:
    """Arm, row and prediction of everything that a line holds."""
    try:
        content = json.loads(line)
        row = content.get("row", number)
        if "arms" in content:
            return [(arm, row, said["prediction"]) for arm, said in content["arms"].items()]
        key = "output" if "output" in content else "prediction"
        return [("output", row, content[key])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PilotError(f"{where}: expected {{\"output\": …}}, {{\"prediction\": …}} or a line of "
                         f"a pilot's predictions, found {line[:60]!r}") from error


def pass_rates(
    outputs: Sequence[tuple[int, str]], assertions: Sequence[Assertion], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """For each assertion the share of outputs that pass, its Wilson interval, and the others."""
    found = []
    for assertion in assertions:
        failing = [
            {"row": row, "output": output, "message": message}
            for row, output in outputs if (message := check(output, assertion, labels)[1])
        ]
        n, passed = len(outputs), len(outputs) - len(failing)
        found.append({"assertion": assertion.says(), "n": n, "passed": passed, "rate": passed / n,
                      "ci95": list(wilson(passed, n)), "failing": failing})
    return found


def pilot_assertions(path: Path | None, labels: Sequence[str]) -> list[Assertion]:
    """The assertions of a pilot that is about to start, each tried once; none without a file."""
    assertions = load_assertions(path) if path else []
    for assertion in assertions:
        check("", assertion, labels)  # one that cannot be checked is told before any arm runs
    return assertions


def add_rates(
    arms: Mapping[str, dict[str, Any]], predictions: Mapping[str, Sequence[Mapping[str, Any]]],
    assertions: Sequence[Assertion], rows: Sequence[int], labels: Sequence[str],
) -> None:
    """Put ``assertions`` beside the scores of each arm: the rates, and the failing rows' numbers.

    ``rows`` are those of the test items, in the order of each arm's ``predictions``.
    """
    for name, scores in arms.items():
        if assertions and "error" not in scores:
            said = [output_text(found["prediction"]) for found in predictions[name]]
            scores["assertions"] = [
                rate | {"failing": [fail["row"] for fail in rate["failing"]]}
                for rate in pass_rates(list(zip(rows, said, strict=True)), assertions, labels)
            ]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("assert", help="check outputs; exit status 1 if any fails")
    parser.add_argument("--predictions", type=Path, required=True, metavar="DIR_OR_FILE.jsonl",
                        help="a pilot's folder, or lines of {\"output\": …}")
    parser.add_argument("--assertions", type=Path, required=True, metavar="FILE",
                        help="YAML or JSON list")
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")


def main(args: argparse.Namespace) -> int:
    """Exit status 0 every output passes, 1 some fail."""
    assertions = load_assertions(args.assertions)
    outputs = read_outputs(args.predictions)
    arms = {arm: pass_rates(rows, assertions, outputs.labels)
            for arm, rows in outputs.arms.items()}
    print(json.dumps({"arms": arms}, ensure_ascii=False) if args.json else _table(arms))
    return int(any(rate["failing"] for rates in arms.values() for rate in rates))


def _table(arms: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    lines = []
    for arm, rates in arms.items():
        lines.append(arm)
        for rate in rates:
            low, high = rate["ci95"]
            lines.append(f"  {rate['rate']:6.1%}  ({low:.1%} to {high:.1%})  "
                         f"{rate['passed']:,} of {rate['n']:,}: {rate['assertion']}")
            lines += [f"      row {fail['row']}: {fail['message']}"
                      for fail in rate["failing"][:SHOWN]]
            if len(rate["failing"]) > SHOWN:
                lines.append(f"      and {len(rate['failing']) - SHOWN:,} more rows")
    return "\n".join(lines)
