"""What a finished pilot gives to keep and to hand on: its record, the files of the next step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.decision import Decision
from advisor.record import as_json, decision_record
from advisor.record_view import as_html, as_markdown
from training.errors import PilotError
from training.handover import BASE, handover_zip, why_not
from training.record import check_data
from training.repeat import repeat_text

FORMS = {"html": as_html, "md": as_markdown, "json": as_json}
FORM_NAMES = {"html": "HTML", "md": "Markdown", "json": "JSON"}


def show(folder: Path, decision: Decision | None, result: Mapping[str, Any]) -> None:
    st.subheader("Keep it, hand it on", anchor=False)
    if check := result.get("repeat_check"):
        (st.success if check["identical"] else st.error)(repeat_text(check))
    try:
        check_data(folder)
    except PilotError as error:
        st.warning(f"Neither a record nor a hand-over can be written: {error}")
        return
    _record(folder)
    _handover(folder, decision, result)


def _record(folder: Path) -> None:
    st.markdown("The **record** holds the decision with all it rests on in one file that opens "
                "offline. From its HTML or its JSON alone the run can be repeated.")
    texts = st.checkbox("With the texts of the data", value=True, key="record-texts",
                        help="Without them a repetition needs the data file itself.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = st.segmented_control("Form", list(FORMS), default="html", key="record-form",
                                    format_func=FORM_NAMES.__getitem__,
                                    label_visibility="collapsed") or "html"
        st.download_button("Download the record", _written(folder, form, texts, _stamp(folder)),
                           f"{folder.name}.{form}", on_click="ignore", key="record")


def _stamp(folder: Path) -> list[int]:
    """When anything changed that a record is made of."""
    return [path.stat().st_mtime_ns for path in sorted(folder.glob("*.json"))]


@st.cache_data(max_entries=4, show_spinner="Writing …")
def _written(folder: Path, form: str, texts: bool, stamp: list[int]) -> bytes:
    return FORMS[form](decision_record(folder, texts=texts)).encode("utf-8", "replace")


@st.cache_data(max_entries=4, show_spinner="Writing …")
def _zipped(folder: Path, base: str, stamp: list[int]) -> bytes:
    return handover_zip(folder, base)


def _handover(folder: Path, decision: Decision | None, result: Mapping[str, Any]) -> None:
    st.markdown("The **hand-over** is a zip for tuning a larger model: the data in chat form with "
                "the same split, settings for TRL and Axolotl, the held-out items as evals for "
                "promptfoo, and the order of steps, evals first.")
    reason = _why_not(decision, result)
    base = st.text_input("Base model", BASE, disabled=bool(reason), key="handover-base")
    packed = b"" if reason else _zipped(folder, base.strip() or BASE, _stamp(folder))
    st.download_button("Download the hand-over", packed, f"{folder.name}-handover.zip",
                       on_click="ignore", disabled=bool(reason), key="handover")
    if reason:
        st.caption(reason)


def _why_not(decision: Decision | None, result: Mapping[str, Any]) -> str:
    """Why there is nothing to hand over; empty where verdict and pilot say yes."""
    if decision is not None and ("fine_tuning" not in decision.approach
                                 or decision.verdict == "inconclusive"):
        return "The verdict does not say yes to tuning, so there is no next step to hand over yet."
    return why_not(result)
