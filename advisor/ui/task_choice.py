"""Which kind of task a label column is: guessed from the data, shown, and changed by the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

import streamlit as st

from advisor.ui import charts
from training.tasks import Task, guess_task, make_task
from training.tasks.numbers import is_number

KINDS = {
    "classification": "One label", "multilabel": "Several labels", "ordinal": "Ordered levels",
    "regression": "A number",
}
ABOUT = {
    "classification": "Every text has one label.",
    "multilabel": "A text has any number of labels: a JSON list, or names between ; or |.",
    "ordinal": "Labels have an order, such as 1 to 5 or low to high: a near miss counts less.",
    "regression": "A value from a description, such as a price. Errors are counted in per cent.",
}


def choose(cells: Sequence[str], key: str) -> tuple[Task, list[str] | None]:
    """The task, and the order of its levels where labels are no numbers; ``key`` names the data."""
    guess = guess_task(cells)
    kind = st.segmented_control("What is predicted", list(KINDS), default=guess, key=f"task-{key}",
                                format_func=lambda k: KINDS[k]) or guess
    st.caption(ABOUT[kind] + (" Guessed from the data." if kind == guess else ""))
    order = None
    if kind == "ordinal" and not all(map(is_number, cells)):
        found = sorted(set(cells))
        typed = st.text_input("Levels from low to high", ", ".join(found), key=f"order-{key}",
                              help="Put them in order, with commas between.")
        order = [name.strip() for name in typed.split(",") if name.strip()]
    return make_task(kind, order), order


def about_labels(task: Task, labels: Sequence[object]) -> str:
    """One line on the labels of a data set."""
    if task.loss == "number":
        numbers = [float(str(value)) for value in labels]
        return (f"values from {min(numbers):,g} to {max(numbers):,g}, half of them below "
                f"{median(numbers):,g}")
    counts = _counts(labels)
    return f"{len(counts)} labels, {min(counts.values())} to {max(counts.values())} examples each"


def label_chart(task: Task, labels: Sequence[object]) -> None:
    """How often each label comes, or how the numbers are spread."""
    figure = (charts.values([float(str(value)) for value in labels]) if task.loss == "number"
              else charts.label_counts([*_counts(labels).elements()]))
    st.plotly_chart(figure, config=charts.CONFIG, key="counts")


def _counts(labels: Sequence[object]) -> Counter[str]:
    return Counter(name for label in labels for name in as_names(label))


def as_names(label: object) -> tuple[str, ...]:
    """The label, or each of several, as text."""
    return tuple(label) if isinstance(label, tuple) else (str(label),)
