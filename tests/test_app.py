"""Each page in Streamlit's own test harness: what a visitor sees, on good and on bad input."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parent.parent / "app.py"


@pytest.fixture(autouse=True)
def _own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path))


def _page(name: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    return app if name == "advise" else app.switch_page(f"advisor/ui/pages/{name}.py")


def _shown(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.subheader, *app.caption])


def test_an_example_leads_to_advice_and_an_answer_moves_it() -> None:
    app = _page("advise").run()
    assert not app.exception and "Describe your use case" in _shown(app)
    button = next(b for b in app.button if b.label == "Replies to customers")
    app = button.click().run()
    assert not app.exception and "The question that matters most now" in _shown(app)
    assert "Bespoke behaviour is wanted" in _shown(app)
    option = next(b for b in app.button if str(b.key).startswith("answer-"))
    factor, value = str(option.key).removeprefix("answer-").split("-")
    app = option.click().run()
    assert not app.exception and app.session_state["answers"] == {factor: value}
    assert "Your last answer moved" in _shown(app)
    assert not any(str(b.key).startswith(f"answer-{factor}-") for b in app.button)


def test_dont_know_is_an_answer() -> None:
    app = _page("advise").run()
    app = next(b for b in app.button if b.label == "Replies to customers").click().run()
    skip = next(b for b in app.button if str(b.key).endswith("dont_know"))
    app = skip.click().run()
    assert list(app.session_state["answers"].values()) == ["dont_know"]
    assert str(skip.key) not in {str(b.key) for b in app.button}


@pytest.mark.parametrize("text, words", [("  ", "sentence or two"), ("x" * 50_001, "50,000")])
def test_unusable_descriptions_are_explained(text: str, words: str) -> None:
    app = _page("advise").run()
    app.text_area[0].set_value(text)
    app = next(b for b in app.button if b.label == "Get advice").click().run()
    told = " ".join(e.value for e in [*app.warning, *app.error])
    assert words in told and not app.exception


def test_a_draft_is_found_again() -> None:
    app = _page("advise").run()
    app = next(b for b in app.button if b.label == "Policy questions").click().run()
    again = _page("advise")
    again.query_params["draft"] = app.query_params["draft"]
    again.run()
    assert again.text_area[0].value == app.text_area[0].value


def test_pilot_page_shows_the_sample_before_it_starts() -> None:
    app = _page("pilot").run()
    assert not app.exception and "414 examples, 12 labels" in _shown(app)
    assert any(b.label == "Start the pilot" for b in app.button)


def test_unwritable_runs_folder_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_RUNS", "/proc/nowhere")
    app = _page("pilot").run()
    app = next(b for b in app.button if b.label == "Start the pilot").click().run()
    assert not app.exception and "/proc/nowhere" in app.error[0].value
