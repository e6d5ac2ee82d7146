"""The template page: both sides drawn, findings told, and whatever is pasted only shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from advisor.ui.template_view import numbered, strip_html
from training.templates import inspect_template, load_tokenizer, parse_conversations
from training.templates.tiny import TOKENIZERS

APP = Path(__file__).parent.parent / "app.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path))
    return AppTest.from_file(str(APP), default_timeout=90).switch_page(
        "advisor/ui/pages/templates.py")


def _shown(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.success, *app.subheader])


def test_the_examples_are_silent_and_a_fault_is_told(page: AppTest) -> None:
    app = page.run()
    assert not app.exception and "No findings in 2 rows" in _shown(app)
    app.selectbox(key="tp_train").set_value("Alpaca without an end token").run()
    assert not app.exception and "missing eos" in _shown(app) and "T03-train" in _shown(app)
    app.selectbox(key="tp_inference").set_value("The same as in training").run()
    assert "missing eos" in _shown(app) and "generation prompt" not in _shown(app)
    app.selectbox(key="tp_tokenizer").set_value("inst").run()
    app.selectbox(key="tp_train").set_value("BOS written by the template as well").run()
    assert not app.exception and "double bos" in _shown(app)


def test_pasted_text_is_used_and_bad_text_explained(page: AppTest) -> None:
    app = page.run()
    app.selectbox(key="tp_train").set_value("My own text").run()
    app.text_area(key="tp_train_text").set_value("{instruction} {outptu}").run()
    assert not app.exception and "{outptu} is unknown" in app.error[0].value
    app.text_area(key="tp_train_text").set_value("{instruction} {output}").run()
    app.text_area(key="tp_messages").set_value("{").run()
    assert not app.exception and "one JSON object a line" in app.error[0].value


def test_a_folder_without_a_tokenizer_is_explained(page: AppTest, tmp_path: Path) -> None:
    app = page.run()
    app.selectbox(key="tp_tokenizer").set_value("other").run()
    assert "Give a folder or a Hub id" in app.info[0].value
    app.text_input(key="tp_name").set_value(str(tmp_path)).run()
    assert not app.exception and "no tokenizer could be loaded" in app.error[0].value


def test_strips_escape_text_and_mark_loss_special_and_findings() -> None:
    loaded = load_tokenizer(str(TOKENIZERS / "chatml"))
    rows = parse_conversations(json.dumps({"messages": [
        {"role": "user", "content": "<script>alert(1)</script> é <|im_end|>"},
        {"role": "assistant", "content": "No \"x\" onmouseover=1"}]}))
    found = inspect_template(loaded, rows)
    special = set(loaded.control.values())
    html = strip_html(found.train, found.inference, special, numbered(found.findings, "train"))
    assert "<script" not in html and 'onmouseover=1"' not in html and "&lt;" in html
    assert html.count('class="t s"') == 1 and '<span class="s f"' in html and "<sup>1" in html
    assert "<i>·</i>" in html and "<i>↵</i>" in html
    html = strip_html(found.inference, found.train, special, {})
    assert 'class="t"' not in html and '<span class="d' not in html
