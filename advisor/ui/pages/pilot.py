"""Pick or upload examples, watch the pilot, read its verdict."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import ValidationError

from advisor.judge import MARGIN
from advisor.names import NAMES, arm_name
from advisor.ui import charts, curve_view, data_audit, pilot_result, runs_view, task_choice
from advisor.ui.state import current_advice, runs_folder
from training import (
    PilotConfig,
    PilotError,
    cancel,
    launch,
    load_examples,
    load_labelled,
    read_metrics,
    read_result,
    read_run,
    read_table,
    resume,
    sample_sets,
)
from training.manage import valid_name
from training.tasks import Task

TEXT_NAMES = ("text", "sentence", "message", "body", "email", "question", "utterance", "content")
LABEL_NAMES = ("label", "intent", "category", "class", "topic", "queue", "target", "tags",
               "rating", "score", "stars", "value", "price", "amount")
UPLOAD = "upload"


def chosen_data() -> tuple[Path, str, str, Path | None] | None:
    """File, text column, label column and label descriptions, once they can be used."""
    samples = sample_sets()
    names = {name: about["title"] for name, about in samples.items()} | {
        UPLOAD: "My own examples (CSV or JSONL)"}
    source = st.radio("Examples", list(names), format_func=lambda n: names[n], key="source")
    if source != UPLOAD:
        about = samples[source]
        described = Path(about["descriptions"]) if about["descriptions"] else None
        return Path(about["path"]), about["text"], about["label"], described
    upload = st.file_uploader(
        "A file with a text and a label column, 30 to 50,000 rows", key="file",
        help="It is copied into the runs folder on this machine and goes nowhere else.",
    )
    if upload is None:
        return None
    content = upload.getvalue()
    name = re.sub(r"[^\w.-]", "_", upload.name)[-60:]
    path = runs_folder() / "uploads" / f"{hashlib.sha256(content).hexdigest()[:12]}-{name}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    columns = read_table(path).columns
    left, right = st.columns(2)
    text = left.selectbox("Text column", columns, index=_guess(columns, TEXT_NAMES, 0))
    label = right.selectbox("Label column", columns, index=_guess(columns, LABEL_NAMES, -1))
    return path, str(text), str(label), None


def _guess(columns: list[str], known: tuple[str, ...], otherwise: int) -> int:
    for name in known:
        for place, column in enumerate(columns):
            if name in column.lower():
                return place
    return otherwise % len(columns)


def look_at_data(path: Path, text: str, label: str) -> tuple[int, Task, list[str] | None]:
    """Shows the data; how many examples there are, the task, and the order of its levels."""
    cells = load_examples(path, text, label).labels
    task, order = task_choice.choose(cells, f"{path.name}-{label}")
    data = load_labelled(path, text, label, task)
    st.caption(f"{len(data.texts):,} examples, {task_choice.about_labels(task, data.labels)}.")
    for note in data.notes:
        st.warning(note)
    for note in task.settle(data.labels):
        st.info(note)
    with st.expander("Some of the examples", expanded=True):
        step = max(1, len(data.texts) // 8)
        st.dataframe(
            [{label: ", ".join(task_choice.as_names(data.labels[i])), "text": data.texts[i]}
             for i in range(0, len(data.texts), step)][:8],
            hide_index=True, column_config={"text": st.column_config.TextColumn(width="large")},
        )
        task_choice.label_chart(task, data.labels)
    return len(data.texts), task, order


def settings(task: Task) -> tuple[list[str], int, int]:
    with st.expander("Settings"):
        arms = st.multiselect("Arms", list(task.arms), default=list(task.arms),
                              format_func=lambda n: arm_name(n))
        size = st.number_input("Held-out items (0: 30%, at most 1,000)", 0, 20_000, 0)
        seed = st.number_input("Seed", 0, 10**6, 0)
    return arms, int(size), int(seed)


def start(config: PilotConfig, audited: dict[str, Any]) -> None:
    folder = launch(config)
    if audited:
        (folder / "audit.json").write_text(json.dumps(audited), encoding="utf-8")
    advice, _ = current_advice()
    if advice is not None:
        (folder / "advice.json").write_text(json.dumps(advice.to_json()), encoding="utf-8")
        answers = json.dumps(st.session_state.answers)
        (folder / "answers.json").write_text(answers, encoding="utf-8")
    st.query_params["run"] = folder.name
    st.rerun()


def new_pilot() -> None:
    advice, _ = current_advice()
    if advice is None:
        st.info("No advice to check yet. A pilot runs without it too; with it, you get a verdict.")
        st.page_link("advisor/ui/pages/advise.py", label="Describe the use case first",
                     icon=":material/arrow_back:")
    else:
        st.markdown(f"To check: **{NAMES[advice.approach]}** for “{advice.description[:140]}”")
    found = chosen_data()
    if found is None:
        return
    original, text, label, descriptions = found
    path, audited = data_audit.show(original, text, label)
    rows, task, order = look_at_data(path, text, label)
    arms, size, seed = settings(task)
    if task.headline == "accuracy":
        curve_view.before_the_run(size or min(1000, round(0.3 * rows)), MARGIN)
    if st.button("Start the pilot", type="primary"):
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{original.stem[-24:]}"
        start(PilotConfig(
            data=path, text=text, label=label, out=runs_folder() / name, arms=arms,
            test_size=size or None, seed=seed, descriptions=descriptions, task=task.name,
            order=order,
        ), audited)


@st.fragment(run_every=1.0)
def watch(folder: Path) -> None:
    """What the run is doing, anew every second; the whole page once it has ended."""
    state = read_run(folder)
    if state.status not in ("running", "waiting"):
        st.rerun()
    wanted = list(json.loads((folder / "config.json").read_text(encoding="utf-8"))["arms"])
    share = state.step / state.total if state.total else 0.0
    done = min(1.0, (len(state.arms_done) + share) / len(wanted))
    step = f", step {state.step} of {state.total}" if state.total else ""
    seconds = max(0, round(time.time() - state.started)) if state.started else 0
    st.progress(done, text=f"{state.message}{step} · {seconds} s")
    st.caption("  ".join(
        (":material/check: " if name in state.arms_done else ":material/pending: ")
        + arm_name(name) for name in wanted))
    metrics = [row for row in read_metrics(folder) if "loss" in row]
    if metrics:
        st.plotly_chart(charts.loss(metrics), config=charts.CONFIG, key="loss")
    st.caption("You can leave or reload this page; the run goes on and its address finds it again.")
    if st.button("Cancel the run"):
        cancel(folder)


def one_run(folder: Path) -> None:
    state = read_run(folder)
    result = read_result(folder)
    if state.status == "done" and result is not None:
        pilot_result.show(folder, result)
        if result["task"] == "classification":
            curve_view.show(folder)
    elif state.status in ("running", "waiting"):
        watch(folder)
    else:
        st.warning(f"{state.status.capitalize()}: {state.message}")
        st.caption("What was computed is kept: resuming goes on from there.")
        if st.button("Resume", type="primary"):
            resume(folder)
            st.rerun()
    if st.button("Start another pilot"):
        st.query_params.pop("run", None)
        st.rerun()


def page() -> None:
    st.title("Pilot")
    name = st.query_params.get("run", "")
    folder = runs_folder() / name
    if name and valid_name(name) and (folder / "config.json").exists():
        one_run(folder)
        return
    if name:
        st.warning("There is no such run here; it may have been deleted.")
    st.markdown("The same held-out items through every arm, from the simplest to a LoRA fine-tune. "
                "Some hundred examples take a minute or two; nothing leaves this machine.")
    new_pilot()
    runs_view.earlier()


try:
    page()
except (PilotError, ValidationError) as error:
    st.error(str(error) if isinstance(error, PilotError) else error.errors()[0]["msg"])
except OSError as error:
    st.error(f"{error.filename or runs_folder()}: {error.strerror}. Free some space or set "
             "ADVISOR_RUNS to a folder that can be written. What was computed before is kept.")
