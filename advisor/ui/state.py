"""What a visitor has entered, kept on this machine so that a reloaded page finds it again."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.advice import Advice
from advisor.use_case import UseCaseError

ROOT = Path(__file__).parents[2]


def runs_folder() -> Path:
    """Where pilots and drafts are kept; ``ADVISOR_RUNS`` overrides."""
    return Path(os.environ.get("ADVISOR_RUNS", ROOT / "runs"))


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Load the encoder in the background, once per server."""

    def load() -> None:
        from advisor import advise

        advise("warm up")

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    return thread


def restore() -> None:
    """Fill a new visit from the draft that its address names."""
    state = st.session_state
    if "answers" in state:
        return
    state.update(description="", answers={}, before=None)
    name = st.query_params.get("draft", "")
    if re.fullmatch(r"[0-9a-f]{8}", name):
        try:
            stored = json.loads((runs_folder() / "drafts" / f"{name}.json").read_text("utf-8"))
            state.update(description=str(stored["description"]), answers=dict(stored["answers"]))
            advice_for(state.description, state.answers)
        except (OSError, ValueError, KeyError, TypeError):
            state.update(description="", answers={})


def keep() -> None:
    """Write the draft and name it in the address; without a writable folder, do without."""
    name = st.query_params.get("draft") or secrets.token_hex(4)
    folder = runs_folder() / "drafts"
    content = {"description": st.session_state.description, "answers": st.session_state.answers}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    except OSError:
        return
    st.query_params["draft"] = name


def advice_for(description: str, answers: dict[str, str]) -> Advice:
    """Advice on the draft; raises ``UseCaseError``."""
    from advisor import advise

    return advise(description, answers)


def current_advice() -> tuple[Advice | None, str]:
    """Advice on what has been entered, or none and what is wrong with it."""
    restore()
    if not st.session_state.description:
        return None, ""
    try:
        with st.spinner("Reading the description. The first time takes some seconds …"):
            return advice_for(st.session_state.description, st.session_state.answers), ""
    except UseCaseError as error:
        return None, str(error)


def answer(question: str, value: str | None, before: dict[Any, float]) -> None:
    """Take an answer (or take it back), remembering the probabilities it will move."""
    answers: dict[str, Any] = dict(st.session_state.answers)
    answers.pop(question, None)
    if value is not None:
        answers[question] = value
    st.session_state.update(answers=answers, before=before)
