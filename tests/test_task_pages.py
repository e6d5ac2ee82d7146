"""Results of every kind of task on the Pilot page and as Markdown; the choice of the task."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from test_task_kinds import SIZES, _file

from advisor.record import decision_record
from advisor.record_view import as_markdown
from advisor.ui import charts
from training import sample_sets
from training.data import load_labelled
from training.pilot import run
from training.runs import PilotConfig, save_config
from training.tasks import guess_task, headline, make_task
from training.tasks.show import metric_name

APP = Path(__file__).parent.parent / "app.py"


@pytest.fixture(autouse=True)
def _own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path))


def _page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=90).switch_page("advisor/ui/pages/pilot.py")


def _shown(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.subheader, *app.caption])


@pytest.mark.parametrize("task, heading", [
    ("regression", "Predicted against true"), ("multilabel", "Label by label"),
    ("ordinal", "What is taken for what"),
])
def test_results_of_each_kind_are_shown(task: str, heading: str, tmp_path: Path) -> None:
    order = SIZES if task == "ordinal" else None
    config = PilotConfig(data=_file(tmp_path, task), text="text", label="label", task=task,  # type: ignore[arg-type]
                         out=tmp_path / "done", arms=["majority", "classical"], order=order)
    save_config(config)
    result = run(config)
    metric, _ = headline(result)
    app = _page()
    app.query_params["run"] = "done"
    app.run()
    assert not app.exception and heading in _shown(app) and "Look at the errors" in _shown(app)
    columns = [column for frame in app.dataframe for column in frame.value.columns]
    assert f"{metric_name(metric)} (95%)" in columns
    text = as_markdown(decision_record(config.out))
    assert metric_name(metric) in text and "Word counts" in text and "95%" in text


def test_the_task_is_guessed_shown_and_changed() -> None:
    app = _page().run()
    app = app.radio(key="source").set_value("item_values").run()
    assert not app.exception and "331 examples, values from 1 to" in _shown(app)
    control = next(c for c in app.segmented_control if c.label == "What is predicted")
    assert control.value == "regression"
    app = control.set_value("classification").run()
    assert not app.exception and "labels" in _shown(app)


@pytest.mark.parametrize("name", list(sample_sets()))
def test_sample_sets_are_usable_and_their_task_is_guessed(name: str) -> None:
    about = sample_sets()[name]
    task = make_task(about["task"])
    data = load_labelled(Path(about["path"]), about["text"], about["label"], task)
    task.settle(data.labels)
    assert len(data.texts) >= 100 and not data.notes
    cells = [";".join(x) if isinstance(x, tuple) else str(x) for x in data.labels]
    assert guess_task(cells) == about["task"]


def test_predicted_against_true_has_log_axes_where_values_allow() -> None:
    rows: list[dict[str, Any]] = [
        {"text": "x", "label": 10.0, "arms": {"lora": {"prediction": 20.0}}},
        {"text": "y", "label": 900.0, "arms": {"lora": {"prediction": 700.0}}}]
    assert charts.predicted_against_true(rows, "lora").layout.xaxis.type == "log"
    rows[0]["label"] = -1.0
    assert charts.predicted_against_true(rows, "lora").layout.xaxis.type == "linear"
