"""The record of a decision: everything it rests on in one object, from which its pilot can be run
again, as JSON, as Markdown or as one HTML page that opens offline.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.decision import decide, mean_item_tokens
from advisor.factors import FACTORS
from advisor.judge import VerdictError, read_result
from advisor.needs import pilot_needs
from training.errors import PilotError
from training.record import run_record

LIMITS = (
    "The arms stand for approaches: label names for prompting, nearest examples for retrieval, "
    "both with a small encoder. A strong prompted language model was not tried and may do better.",
    "Intervals say what other held-out items like these would show. They know nothing of items of "
    "another kind, of other seeds and splits, or of how the data changes with time.",
    "One split with one seed: with few items per label another split may rank close arms "
    "otherwise.",
)


def decision_record(
    pilot: Path, advice: Mapping[str, Any] | None = None,
    answers: Mapping[str, str] | None = None, *, texts: bool = True,
) -> dict[str, Any]:
    """The record of a finished pilot and, where there is some, the advice that it checked.

    Without ``advice`` and ``answers``, those kept in the pilot's folder count. Without ``texts``
    the data is left out, and a repetition needs its file. Raises ``PilotError`` and, where the
    pilot's needs cannot be read, ``VerdictError``.
    """
    pilot = Path(pilot)
    result = read_result(pilot)
    advice = advice if advice is not None else _kept(pilot / "advice.json")
    answers = answers if answers is not None else _kept(pilot / "answers.json") or {}
    needs = pilot_needs(pilot)
    decision, unjudged = None, "It was run without advice to check."
    if advice is not None:
        try:
            decision = decide(advice, result, needs, mean_item_tokens(pilot)).model_dump(
                mode="json")
            unjudged = ""
        except VerdictError as error:
            unjudged = str(error)
    return {
        "name": pilot.absolute().name, "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "answers": [_answer(*pair) for pair in answers.items()], "advice": advice,
        "audit": _audit(_kept(pilot / "audit.json"), texts), "result": result,
        "curve": _kept(pilot / "curve" / "curve.json"),
        "needs": needs.model_dump(mode="json"), "decision": decision, "unjudged": unjudged,
        "limits": [*LIMITS, *result.get("notes", [])],
        "run": run_record(pilot, texts=texts).model_dump(mode="json"),
    }


def _kept(path: Path) -> Any:
    """What a JSON file holds, None where it is not there or cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None


def _audit(found: Any, texts: bool) -> Any:
    """The record of the audit; what it says of a finding may quote the data."""
    if texts or not isinstance(found, dict):
        return found
    return found | {"findings": [f | {"text": ""} for f in found["findings"]]}


def _answer(name: str, value: str) -> dict[str, str]:
    """An answer with the words of its question."""
    factor = next((f for f in FACTORS if f.id == name), None)
    said = next((o.label for o in factor.options if o.value == value), value) if factor else value
    return {"id": name, "value": value, "question": factor.question if factor else name,
            "answer": said}


def as_json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1)


def write_record(record: Mapping[str, Any], out: Path) -> None:
    """Write ``out`` in the form that its ending names; raises ``PilotError``."""
    from advisor.record_view import as_html, as_markdown

    forms = {".html": as_html, ".md": as_markdown, ".json": as_json}
    if out.suffix not in forms:
        raise PilotError(f"--out {out}: expected a name that ends in {', '.join(forms)}")
    try:
        out.write_text(forms[out.suffix](record), encoding="utf-8", errors="replace")
    except OSError as error:
        raise PilotError(f"{out}: {error.strerror}") from error


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("record", help="a decision with all it rests on, in one file")
    parser.add_argument("--pilot", type=Path, required=True, help="folder of a finished pilot")
    parser.add_argument("--advice", type=Path, help="what advise --json printed; default: the "
                                                    "advice in the pilot's folder")
    parser.add_argument("--answers", type=Path, help="the answers that the advice was given")
    parser.add_argument("--without-texts", action="store_true",
                        help="leave out the examples; a repetition then needs the data file")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html|.md|.json")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    try:
        advice, answers = (_given(path) for path in (args.advice, args.answers))
        record = decision_record(args.pilot, advice, answers, texts=not args.without_texts)
        write_record(record, args.out)
    except PilotError as error:
        raise VerdictError(str(error)) from error
    print(args.out)
    return 0


def _given(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    found = _kept(path)
    if not isinstance(found, dict):
        raise PilotError(f"{path}: expected a readable JSON object")
    return found
