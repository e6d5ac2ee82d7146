"""What a visitor has entered, kept on this machine so that a reloaded page finds it again."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from advisor.advice import Advice, Understood
from advisor.llm_reader import Endpoint, LlmReaderError, configured
from advisor.use_case import UseCase, UseCaseError

if TYPE_CHECKING:
    from advisor.engine import Evidence

ROOT = Path(__file__).parents[2]


def runs_folder() -> Path:
    """Where pilots and drafts are kept; ``ADVISOR_RUNS`` overrides."""
    return Path(os.environ.get("ADVISOR_RUNS", ROOT / "runs"))


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Load the encoder in the background, once per server."""

    def load() -> None:
        from advisor import advise

        advise("warm up")

    threading.Thread(target=load, daemon=True).start()


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
            UseCase(state.description, state.answers)
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


def reading_endpoint() -> tuple[Endpoint | None, str]:
    """The endpoint that the user set for reading descriptions, or none and what is wrong."""
    try:
        return configured(), ""
    except LlmReaderError as error:
        return None, str(error)


@st.cache_data(max_entries=200, show_spinner=False)
def _evidence(description: str, url: str, model: str) -> Evidence:
    """What a description gives, read once and not on every click; without a URL it is read here."""
    from advisor.engine import gather

    return gather([description], endpoint=Endpoint(url, model) if url else None)[0]


def advice_on(description: str, answers: dict[str, str]) -> tuple[Advice | None, str]:
    """Advice, or none and what is wrong with the description.

    With an endpoint that does not answer there is advice too, from the offline reading, and the
    problem beside it.
    """
    from advisor.engine import weigh

    try:
        use_case = UseCase(description, answers)
    except UseCaseError as error:
        return None, str(error)
    endpoint, problem = reading_endpoint()
    if endpoint is not None:
        try:
            return weigh(use_case, _evidence(description, endpoint.url, endpoint.model)), ""
        except LlmReaderError as error:
            problem = str(error)
    note = f"{problem} The description was read offline instead." if problem else ""
    return weigh(use_case, _evidence(description, "", "")), note


def current_advice() -> tuple[Advice | None, str]:
    """Advice on what has been entered, or none; and what is wrong."""
    restore()
    if not st.session_state.description:
        return None, ""
    with st.spinner("Reading the description. The first time takes some seconds …"):
        return advice_on(st.session_state.description, st.session_state.answers)


def read_alone(advice: Advice) -> list[Understood]:
    """What the description says by itself, whatever was answered."""
    alone, _ = advice_on(advice.description, {})
    return alone.understood if alone is not None else []


def answer(question: str, value: str | None, before: dict[Any, float]) -> None:
    """Take an answer (or take it back), remembering the probabilities it will move."""
    answers: dict[str, Any] = dict(st.session_state.answers)
    answers.pop(question, None)
    if value is not None:
        answers[question] = value
    st.session_state.update(answers=answers, before=before)
