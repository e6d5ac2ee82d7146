"""What training sees and what inference sends, token by token, and what is wrong with it."""

from __future__ import annotations

import streamlit as st

from advisor.ui.case_text import plain
from advisor.ui.template_view import LEGEND, numbered, strip_html
from training import PilotError
from training.templates import (
    Conversation,
    Inspection,
    Template,
    Tokenizer,
    by_code,
    inspect_template,
    load_tokenizer,
    make_template,
    parse_conversations,
)
from training.templates.tiny import CHATML, SAMPLES, TOKENIZERS

MOST_ROWS = 200
BUNDLED = {"chatml": "Tiny tokenizer with ChatML (Qwen, SmolLM)",
           "inst": "Tiny tokenizer with [INST] (Llama 2, Mistral)"}
OTHER = "other"
OWN, MINE, ALIKE = "The tokenizer's own", "My own text", "The same as in training"
READY = {
    "ChatML": CHATML,
    "Alpaca, as an f-string": ("### Instruction:\n{instruction}\n\n### Response:\n"
                               "{output}{eos_token}"),
    "Alpaca without an end token": "### Instruction:\n{instruction}\n\n### Response:\n{output}",
    "ChatML without a header for the answer": CHATML.split("{% if add_generation")[0],
    "ChatML, header without its line break": CHATML.replace("assistant\n'", "assistant'"),
    "ChatML that leaves out the system text": CHATML.replace(
        "{% for message in messages %}",
        "{% for message in messages if message['role'] != 'system' %}"),
    "BOS written by the template as well": "<s>[INST] {instruction} [/INST] {output}{eos_token}",
}


@st.cache_resource(max_entries=6, show_spinner="Loading the tokenizer …")
def tokenizer(name: str) -> Tokenizer:
    return load_tokenizer(name)


def chosen_tokenizer() -> str:
    kind = st.selectbox("Tokenizer", [*BUNDLED, OTHER], key="tp_tokenizer",
                        format_func=lambda n: BUNDLED.get(n, "A folder or Hub id"))
    if kind != OTHER:
        return str(TOKENIZERS / kind)
    return st.text_input(
        "Folder or Hub id", key="tp_name", placeholder="Qwen/Qwen2.5-0.5B-Instruct",
        help="Only its tokenizer files are read; no code of the repository is run.").strip()


def chosen_template(label: str, key: str, first: list[str]) -> Template | str:
    """A template, or the name of the choice that stands for another one."""
    name = st.selectbox(label, [*first, *READY, MINE], key=f"tp_{key}")
    if name == MINE:
        text = st.text_area(
            "Jinja, or text with {system}, {instruction}, {input}, {output}", key=f"tp_{key}_text",
            value=CHATML, height=160)
        return make_template(text)
    if name in READY:
        with st.expander("Its text"):
            st.code(READY[name], language=None, wrap_lines=True)
        return make_template(READY[name])
    return name


def chosen_rows() -> list[Conversation]:
    text = st.text_area(
        "Conversations, one JSON object a line", key="tp_messages", height=160,
        value=(SAMPLES / "chats.jsonl").read_text("utf-8"),
        help='{"messages": [{"role", "content"}, …]}, {"conversations": [{"from", "value"}, …]}, '
             '{"instruction", "input", "output"} or {"prompt", "completion"}')
    rows = parse_conversations(text)
    if len(rows) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of {len(rows):,} rows; the command inspects them all.")
    return rows[:MOST_ROWS]


def show_findings(found: Inspection, rows: int) -> None:
    if not found.findings:
        st.success(f"No findings in {rows} {'row' if rows == 1 else 'rows'}: inference sends what "
                   "training shows, and the loss falls on the answers and their ends.")
        return
    groups = list(by_code(found.findings))
    st.subheader(f"{len(groups)} {'finding' if len(groups) == 1 else 'findings'}", anchor=False)
    for number, (finding, count) in enumerate(groups, start=1):
        where = f"row {finding.row}" + (f" and {count - 1} more" if count > 1 else "")
        with st.container(border=True):
            st.markdown(f"**{number}. {finding.kind.replace('_', ' ')}** "
                        f":gray[{finding.code}, {where}, token {finding.position}]")
            st.markdown(plain(finding.text))
            st.markdown(f":material/build: {plain(finding.advice)}")


def page() -> None:
    st.title("Template")
    st.markdown("The same conversation as training sees it and as inference sends it. A model "
                "that was trained on one and is asked with the other answers badly, and nothing "
                "else tells you why.")
    name = chosen_tokenizer()
    left, right = st.columns(2)
    with left:
        train = chosen_template("Training template", "train", [OWN])
    with right:
        inference = chosen_template("Inference template", "inference", [OWN, ALIKE])
    with st.expander("Conversations and maximum length"):
        rows = chosen_rows()
        length = st.number_input("Maximum length in tokens (0: the tokenizer's own)", 0, 10**6, 0,
                                 key="tp_length")
    if not name:
        st.info("Give a folder or a Hub id to go on.")
        return
    trained = None if isinstance(train, str) else train
    asked = trained if inference == ALIKE else None if isinstance(inference, str) else inference
    loaded = tokenizer(name)
    found = inspect_template(loaded, rows, train_template=trained, inference_template=asked,
                             max_length=int(length) or None)
    shown = found
    row = rows[0]
    if len(rows) > 1:
        row = st.selectbox("Row", rows, format_func=lambda r: f"Row {r.row}", key="tp_row")
        shown = inspect_template(loaded, [row], train_template=trained, inference_template=asked,
                                 max_length=int(length) or None)
    st.html(LEGEND)
    first = [finding for finding, _ in by_code(found.findings)]
    here = {finding.code: finding for finding in shown.findings}
    placed = [here.get(finding.code) for finding in first]
    special = set(loaded.control.values())
    for side, other, title in (
            (shown.train, shown.inference, "Training sees"),
            (shown.inference, shown.train, "Inference sends")):
        taught = f", {sum(side.trained):,} trained" if side.name == "train" else ""
        st.markdown(f"**{title}** :gray[{len(side.ids):,} tokens{taught}]")
        with st.container(border=True):
            st.html(strip_html(side, other, special, numbered(placed, side.name)))
    show_findings(found, len(rows))


try:
    page()
except PilotError as error:
    st.error(str(error))
except OSError as error:
    st.error(f"{error.filename}: {error.strerror}")
