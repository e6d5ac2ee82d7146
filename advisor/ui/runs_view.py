"""Earlier pilots on the page: open, rename, delete, and set two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.names import arm_name
from advisor.ui.state import runs_folder
from training import PilotError, list_runs, load_config
from training.manage import about, delete, rename
from training.side_by_side import side_by_side
from training.tasks.show import metric_name, shown

SHOWN = 30
ROWS_SHOWN = 200


def earlier() -> None:
    """Every run in the runs folder, the newest first."""
    folders = list_runs(runs_folder())
    if not folders:
        return
    st.subheader("Earlier pilots", anchor=False)
    lines = [about(folder) for folder in folders[:SHOWN]]
    for folder, line in zip(folders, lines, strict=False):
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(f"{folder.name} · {_summary(line)}", type="tertiary",
                         key=f"open-{folder.name}"):
                st.query_params["run"] = folder.name
                st.rerun()
            with st.popover("", icon=":material/more_vert:", key=f"more-{folder.name}"):
                _keep_in_order(folder, line["status"])
    if len(folders) > SHOWN:
        st.caption(f"{len(folders) - SHOWN} older ones: python -m training list "
                   f"{runs_folder()}")
    done = [line["name"] for line in lines if line["status"] == "done"]
    if len(done) > 1:
        with st.expander("Two pilots side by side"):
            _choose_two(done)


def _summary(line: Mapping[str, Any]) -> str:
    if not line["best"]:
        return str(line["status"])
    return (f"{arm_name(line['best'])} {shown(line['metric'], line['score'])}, "
            f"{line['n_test']:,} held out")


def _keep_in_order(folder: Path, status: str) -> None:
    if status == "running":
        st.markdown("Running: cancel it before you rename or delete it.")
        return
    name = st.text_input("New name", folder.name, key=f"name-{folder.name}",
                         help="Letters, digits, dots, dashes and underscores.")
    try:
        if st.button("Rename", key=f"rename-{folder.name}"):
            rename(folder, name.strip())
            st.rerun()
        sure = st.checkbox("Delete this pilot with all its files", key=f"sure-{folder.name}")
        if st.button("Delete for good", key=f"delete-{folder.name}", disabled=not sure):
            upload = load_config(folder).data
            delete(folder)
            _forget(upload)
            st.rerun()
    except PilotError as error:
        st.error(str(error))


def _forget(upload: Path) -> None:
    """Delete an uploaded file once no run here reads it."""
    if upload.parent == (runs_folder() / "uploads").absolute() and not any(
            load_config(folder).data == upload for folder in list_runs(runs_folder())):
        upload.unlink(missing_ok=True)


def _choose_two(names: Sequence[str]) -> None:
    left, right = st.columns(2)
    a = left.selectbox("First", names, index=1, key="side-a")
    b = right.selectbox("Second", names, index=0, key="side-b")
    if a == b:
        st.caption("Choose two different pilots.")
        return
    try:
        _two(side_by_side(runs_folder() / a, runs_folder() / b))
    except PilotError as error:
        st.warning(str(error))


def _two(found: Mapping[str, Any]) -> None:
    (st.success if found["paired"] else st.info)(found["why"])
    metric = found["metric"]
    st.dataframe(
        [{"arm": arm_name(arm["arm"]), f"first: {metric_name(metric)}": _side(arm["a"], metric),
          "second": _side(arm["b"], metric), "second minus first": _gap(arm, metric)}
         for arm in found["arms"]], hide_index=True)
    st.markdown("**Settings that differ**")
    if found["settings"]:
        st.dataframe([{key: str(value) for key, value in row.items()}
                      for row in found["settings"]], hide_index=True,
                     column_config={"a": "first", "b": "second"})
    else:
        st.caption("None.")
    if found["paired"]:
        st.markdown(f"**Predictions that differ** ({len(found['rows']):,})")
    if found["rows"]:
        st.dataframe(
            [{"text": row["text"], "true label": str(row["label"]), "arm": arm_name(row["arm"]),
              "first": str(row["a"]), "second": str(row["b"])}
             for row in found["rows"][:ROWS_SHOWN]], hide_index=True,
            column_config={"text": st.column_config.TextColumn(width="medium")})


def _side(side: Mapping[str, Any] | None, metric: str) -> str:
    if side is None:
        return "not run"
    low, high = (shown(metric, end) for end in side["ci95"])
    return f"{shown(metric, side['score'])} ({low} to {high})"


def _gap(arm: Mapping[str, Any], metric: str) -> str:
    if "difference" not in arm:
        return ""
    low, high = (shown(metric, end, "+") for end in arm["ci95"])
    return f"{shown(metric, arm['difference'], '+')} ({low} to {high})"
