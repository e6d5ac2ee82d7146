"""The record of a decision as a page and as Markdown; whatever users wrote stays text in both.

Charts are SVG lines and points of a few hundred bytes, drawn in the template: they open offline,
print, and need no script, while plotly's would add some 5 MB of it to every record.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.broke_text import EXPLAINED, broke_rows
from advisor.decision import Decision
from advisor.decision_text import cost_sentences, stop_sentence
from advisor.homework.report import markdown_text
from advisor.names import FLAG_TEXT, NAMES, arm_name
from training.audit.words import EFFECTS
from training.repeat import repeat_text
from training.tasks import headline
from training.tasks.show import metric_name, metrics_of, shown

TEMPLATES = Path(__file__).parent / "templates"
ERRORS_SHOWN = 50
LABELS_SHOWN = 30


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader

    found = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=lambda name: bool(
        name and name.endswith(".html")), trim_blocks=True, lstrip_blocks=True)
    found.filters.update(md=lambda value: markdown_text(str(value)), arm=arm_name,
                         approach=lambda name: NAMES.get(name, name), metric=metric_name,
                         score=_score)
    return found


def as_html(record: Mapping[str, Any]) -> str:
    """One page that stands by itself, with the record's JSON inside it."""
    return str(_environment().get_template("record.html").render(_view(record)))


def as_markdown(record: Mapping[str, Any]) -> str:
    return str(_environment().get_template("record.md").render(_view(record)))


def _score(value: float, metric: str, sign: str = "") -> str:
    return shown(metric, value, sign)


def _view(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates show beside the record's own fields."""
    result, run = record["result"], record["run"]
    metric, more = headline(result)
    arms = {n: a for n, a in result["arms"].items() if a.get(metric) is not None}
    ranked = sorted(arms, key=lambda name: float(arms[name][metric]), reverse=more)
    top = 1.0 if more else max((a[f"{metric}_ci95"][1] for a in arms.values()), default=1.0) or 1.0
    decision = Decision.model_validate(record["decision"]) if record["decision"] else None
    check = result.get("repeat_check")
    return {
        "r": record, "result": result, "run": run, "metric": metric, "arms": arms,
        "ranked": ranked, "top": top, "flags": FLAG_TEXT,
        "failed": {n: a.get("error") for n, a in result["arms"].items() if n not in arms},
        "metrics": list(dict.fromkeys(m for a in arms.values() for m in metrics_of(a)))[1:],
        "reach": max((abs(end) for row in result["comparisons"] for end in row["ci95"]),
                     default=1.0) or 1.0,
        "decision": decision, "stop": stop_sentence(decision) if decision else "",
        "costs": cost_sentences(decision) if decision else [],
        "texts": run["files"]["data"]["rows"] is not None,
        "labels": result["labels"][:LABELS_SHOWN],
        "errors": _errors(run, ranked[0]) if ranked else [], "errors_shown": ERRORS_SHOWN,
        "repeated": repeat_text(check) if check else "",
        "audit": [_finding(f) for f in (record["audit"] or {}).get("findings", [])],
        "broke": broke_rows(arms), "broke_explained": EXPLAINED,
        "asserted": {name: arm["assertions"] for name, arm in arms.items()
                     if arm.get("assertions")},
    }


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    """A finding of the audit and what was done with its rows."""
    gone, mended = len(found.get("excluded", ())), len(found.get("repaired", ()))
    done = [f"{gone:,} rows excluded"] * bool(gone) + [f"{mended:,} rows repaired"] * bool(mended)
    return {"kind": found["kind"].replace("_", " "), "text": found["text"], "n": len(found["rows"]),
            "effect": EFFECTS.get(found["kind"], ""), "done": ", ".join(done) or "kept as it is"}


def _errors(run: Mapping[str, Any], arm: str) -> list[dict[str, Any]]:
    """The held-out items that an arm gets wrong, with their texts where the record has them."""
    file = run["files"].get("test") or run["files"]["data"]
    texts = {row[0]: row[1] for row in file["rows"] or []}
    return [{"row": row["row"], "text": texts.get(row["row"], ""), "label": row["label"],
             "said": row["arms"][arm]}
            for row in run["predictions"] if row["arms"].get(arm) != row["label"]]
