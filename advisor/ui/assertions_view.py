"""Simple tests on a finished pilot's outputs: an editable list, pass rates, failing rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.names import arm_name
from training import PilotError
from training.assert_outputs import output_text, pass_rates
from training.assertions import KINDS, Assertion, load_assertions, parse_assertions
from training.runs import load_config, write_json

KEPT = "assertions.json"  # in the pilot's folder: the list as it was last edited
ROWS_SHOWN = 200
HELP = """What goes into *value*: in_labels: names with | between them, or nothing for the pilot's
labels. matches: a pattern; ^ and $ are the ends. json: a JSON schema, or nothing. max_words: a
number. contains, lacks: a text. number: 0 to 100, or one end of it."""


def show(folder: Path, rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
    """``rows`` are the pilot's predictions, each with every arm's output."""
    try:
        assertions = _kept(folder, labels)
        rates = {arm: pass_rates(_outputs(rows, arm), assertions, labels)
                 for arm in rows[0]["arms"]}
    except PilotError as error:
        assertions, rates = [], {}
        st.warning(str(error))
    failing = sum(len(rate["failing"]) for found in rates.values() for rate in found)
    told = f"{failing:,} fail" if failing else "all pass"
    with st.expander("Simple tests on the outputs" + (f": {told}" if rates else "")):
        _editor(folder, assertions, labels)
        if not rates:
            return
        st.dataframe([
            {"arm": arm_name(arm)} | {rate["assertion"]: _rate(rate) for rate in found}
            for arm, found in rates.items()
        ], hide_index=True)
        _failing(rows, rates)


def _kept(folder: Path, labels: Sequence[str]) -> list[Assertion]:
    """The list as last edited, or the run's own, or that every output is a label."""
    given = load_config(folder).assertions
    path = folder / KEPT if (folder / KEPT).exists() or given is None else given
    if path.exists():
        return load_assertions(path)
    return parse_assertions([{"check": "in_labels"}], "default") if labels else []


def _outputs(rows: Sequence[Mapping[str, Any]], arm: str) -> list[tuple[int, str]]:
    return [(row["row"], output_text(row["arms"][arm]["prediction"])) for row in rows]


def _rate(rate: Mapping[str, Any]) -> str:
    low, high = rate["ci95"]
    return f"{100 * rate['rate']:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _failing(
    rows: Sequence[Mapping[str, Any]], rates: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    some = [arm for arm, found in rates.items() if any(rate["failing"] for rate in found)]
    if not some:
        return
    texts = {row["row"]: row["text"] for row in rows}
    arm = st.selectbox("Failing rows of", some, format_func=arm_name)
    table = [{"row": fail["row"], "output": fail["output"], "what is wrong": fail["message"],
              "text": texts[fail["row"]]} for rate in rates[arm] for fail in rate["failing"]]
    st.dataframe(table[:ROWS_SHOWN], hide_index=True)


def _editor(folder: Path, assertions: Sequence[Assertion], labels: Sequence[str]) -> None:
    st.caption(HELP)
    edited = st.data_editor(
        [{"check": a.model_dump()["check"], "value": to_cell(a)} for a in assertions]
        or [{"check": "max_words", "value": "50"}],
        num_rows="dynamic", hide_index=True, key="assertions",
        column_config={
            "check": st.column_config.SelectboxColumn(options=list(KINDS), required=True),
            "value": st.column_config.TextColumn(width="large"),
        },
    )
    if not st.button("Test the outputs"):
        return
    try:
        raw = [from_cell(row["check"], row["value"] or "") for row in edited]
        parse_assertions(raw, "Simple tests")
    except PilotError as error:
        st.error(str(error))
        return
    write_json(folder / KEPT, raw)
    st.rerun()


def to_cell(assertion: Assertion) -> str:
    """What an assertion has besides its kind, as one cell."""
    match {k: v for k, v in assertion.model_dump(by_alias=True).items() if k != "check"}:
        case {"labels": labels}:
            return " | ".join(labels or [])
        case {"schema": schema}:
            return "" if schema is True else json.dumps(schema, ensure_ascii=False)
        case {"low": low, "high": high}:
            return " ".join([*([f"{low:g}"] if low is not None else []),
                             *([f"to {high:g}"] if high is not None else [])])
        case rest:
            return str(next(iter(rest.values())))


def from_cell(check: str | None, cell: str) -> dict[str, Any]:
    """The same backwards; what cannot be read is left as it is, for the check to refuse."""
    match check:
        case "in_labels":
            names = [name.strip() for name in cell.split("|")]
            return {"check": check, "labels": names if cell.strip() else None}
        case "json":
            return {"check": check, "schema": _read(cell) if cell.strip() else True}
        case "max_words":
            return {"check": check, "words": _read(cell)}
        case "number":
            low, _, high = cell.partition("to")
            return {"check": check, "low": _read(low) if low.strip() else None,
                    "high": _read(high) if high.strip() else None}
        case "matches":
            return {"check": check, "pattern": cell}
        case _:
            return {"check": check, "text": cell}


def _read(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
