"""Earlier pilots on the Pilot page, and what a finished one gives to keep and to hand on."""

import json
from pathlib import Path

import pytest
from finished_run import data_file, finished_run
from streamlit.testing.v1 import AppTest

from training.runs import PilotConfig, save_config

APP = Path(__file__).parent.parent / "app.py"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path / "runs"))
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def _page(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app = app.switch_page("advisor/ui/pages/pilot.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _told(app: AppTest) -> str:
    return " ".join(e.value for e in [*app.error, *app.warning, *app.success, *app.info,
                                      *app.caption])


def _waiting(runs: Path, name: str, data: Path) -> Path:
    save_config(PilotConfig(data=data, text="text", label="label", out=runs / name))
    return runs / name


def test_a_run_is_renamed_and_deleted(runs: Path) -> None:
    (runs / "uploads").mkdir()
    upload = data_file(runs / "uploads")
    _waiting(runs, "one", upload)
    app = _page()
    app.text_input(key="name-one").set_value("../two").run()
    app = app.button(key="rename-one").click().run()
    assert "expected a name" in _told(app) and (runs / "one").exists()
    app.text_input(key="name-one").set_value("two").run()
    app = app.button(key="rename-one").click().run()
    assert (runs / "two" / "config.json").exists() and not (runs / "one").exists()
    assert app.button(key="delete-two").disabled
    app = app.checkbox(key="sure-two").check().run()
    app = app.button(key="delete-two").click().run()
    assert not app.exception and not (runs / "two").exists()
    assert not upload.exists()  # nobody else needs what was uploaded


def test_an_upload_stays_while_a_run_needs_it(runs: Path) -> None:
    (runs / "uploads").mkdir()
    upload = data_file(runs / "uploads")
    for name in ("one", "two"):
        _waiting(runs, name, upload)
    app = _page().checkbox(key="sure-one").check().run()
    app.button(key="delete-one").click().run()
    assert not (runs / "one").exists() and upload.exists()


@pytest.mark.parametrize("name", ["..", ".", "nothing"])
def test_an_address_that_names_no_run(runs: Path, name: str) -> None:
    data = data_file(runs.parent)
    save_config(PilotConfig(data=data, text="text", label="label", out=runs.parent))
    app = _page(run=name)
    assert not app.exception and "no such run" in _told(app)


def test_two_runs_side_by_side(runs: Path) -> None:
    for name, seed in (("one", 0), ("two", 1), ("three", 0)):
        finished_run(runs.parent, out=runs / name, seed=seed)
    app = _page()
    app.selectbox(key="side-a").set_value("one").run()
    app = app.selectbox(key="side-b").set_value("two").run()
    assert "cannot be paired" in _told(app)
    app = app.selectbox(key="side-b").set_value("three").run()
    assert not app.exception and "differences are paired" in _told(app)


def test_a_finished_pilot_is_kept_and_handed_on(runs: Path) -> None:
    finished_run(runs.parent, lora=True, out=runs / "yes")
    app = _page(run="yes")
    assert not app.exception
    buttons = {b.label: b.disabled for b in app.get("download_button")}
    assert buttons == {"Download the record": False, "Download the hand-over": False}


def test_a_verdict_that_says_no_hands_nothing_over(runs: Path) -> None:
    folder = finished_run(runs.parent, lora=True, out=runs / "no")
    result = json.loads((folder / "result.json").read_text())
    for row in result["comparisons"]:
        row["ci95"] = [-0.1, 0.1]
    (folder / "result.json").write_text(json.dumps(result))
    app = _page(run="no")
    assert {b.label: b.disabled for b in app.get("download_button")}["Download the hand-over"]
    assert "does not say yes" in _told(app)
    (folder.parent.parent / "data.jsonl").unlink()
    app = _page(run="no")
    assert "Neither a record nor a hand-over" in _told(app) and not app.exception
