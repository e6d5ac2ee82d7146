"""Planted faults are found with their rows, clean data stays quiet, bad input is explained."""

import json
import random
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from training.__main__ import main
from training.audit import Finding, audit_sheet
from training.audit.content import masked, personal_spans
from training.audit.labels import wrong_label_probability
from training.audit.measure import goods, score, to_sheet
from training.audit.numbers import number, values_of
from training.audit.plant import CLASS_FAULTS, VALUE_FAULTS, WORD_FAULTS
from training.data import read_table
from training.encoder import Encoder

EMAILS = Path(__file__).parent.parent / "training" / "samples" / "restaurant_emails.csv"
SUBJECTS = {
    "billing": ("invoice", "refund", "charge", "receipt", "credit note", "direct debit", "price"),
    "delivery": ("parcel", "courier", "tracking number", "delivery van", "doorstep", "shipment"),
    "account": ("password", "login", "user name", "profile", "two-factor code", "e-mail address"),
    "garden": ("tomato seeds", "lawn", "rose bed", "compost", "hedge", "greenhouse", "pruning"),
}
ASKED = ("I have a question about the", "There is a problem with my", "Who can help me with the",
         "Nobody has answered me on the", "Since Monday I cannot find the")
WHERE = ("and it is urgent", "before the weekend", "in our second office", "as agreed by letter",
         "for my neighbour", "after the last change", "while we are abroad", "as in the brochure")


def _tickets(count: int = 600) -> tuple[list[str], list[str]]:
    """Distinct, easy tickets: the subject decides the class."""
    rng = random.Random(4)
    found: dict[str, str] = {}
    while len(found) < count:
        name = rng.choice([*SUBJECTS])
        first, second = rng.sample(SUBJECTS[name], 2)
        text = f"{rng.choice(ASKED)} {first} and the {second} {rng.choice(WHERE)}."
        found[text] = name
    return list(found), list(found.values())


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="module")
def emails() -> tuple[list[str], list[str]]:
    rows = read_table(EMAILS).rows
    return [row["text"] for row in rows], [row["label"] for row in rows]


@pytest.mark.parametrize("kind", WORD_FAULTS)
def test_faults_of_texts_are_found(
    kind: str, emails: tuple[list[str], list[str]], encoder: Encoder
) -> None:
    planted = WORD_FAULTS[kind](*emails, random.Random(1))
    test = to_sheet(*planted.test) if planted.test else None
    found = audit_sheet(to_sheet(planted.texts, planted.labels), test, encoder)
    recall, precision = score(planted, found, kind)
    assert recall >= 0.8 and precision >= 0.6


@pytest.mark.parametrize("kind", CLASS_FAULTS)
def test_faults_of_labels_are_found(kind: str, encoder: Encoder) -> None:
    planted = CLASS_FAULTS[kind](*_tickets(), random.Random(1))
    found = audit_sheet(to_sheet(planted.texts, planted.labels), None, encoder)
    recall, precision = score(planted, found, kind)
    assert recall >= 0.8 and precision >= 0.6


@pytest.mark.parametrize("kind", VALUE_FAULTS)
def test_faults_of_values_are_found(kind: str, encoder: Encoder) -> None:
    planted = VALUE_FAULTS[kind](*goods(600), random.Random(1))
    found = audit_sheet(to_sheet(planted.texts, planted.labels), None, encoder)
    recall, precision = score(planted, found, kind)
    assert recall >= 0.8 and precision >= 0.6


def test_clean_data_stays_quiet(
    emails: tuple[list[str], list[str]], encoder: Encoder
) -> None:
    for texts, labels in (emails, _tickets(), goods(600)):
        found = audit_sheet(to_sheet(texts, labels), None, encoder)
        assert len(found) <= 1, [finding.text for finding in found]


def test_columns_and_classes(encoder: Encoder) -> None:
    texts, labels = _tickets(200)
    labels = ["billing"] * 190 + ["garden"] * 8 + ["rare"] * 2
    sheet = to_sheet(texts, labels)
    sheet.columns.update(source=["web"] * 200, remark=[""] * 200)
    found = {finding.code: finding for finding in audit_sheet(sheet, None, encoder)}
    assert found["too_few"].rows == [199, 200]
    assert found["imbalance"].rows == list(range(191, 201))
    assert {"constant_column.source", "empty.remark"} <= set(found)


def test_noise_is_estimated_not_assumed() -> None:
    """A weak model's own errors are no wrong labels; flips of what a sure model says are."""
    import numpy as np

    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 0.99, 3000)
    coded = (rng.random(3000) > sure).astype(int)  # class 0 as often as the model says
    scores = np.log(np.stack([sure, 1 - sure], axis=1)).astype(np.float32)
    noise, _, evidence = wrong_label_probability(scores, coded)
    assert noise < 0.01 or evidence < 4
    sure = rng.uniform(0.98, 0.9999, 3000)
    scores = np.log(np.stack([sure, 1 - sure], axis=1)).astype(np.float32)
    coded = (np.arange(3000) < 60).astype(int)
    noise, wrong, evidence = wrong_label_probability(scores, coded)
    assert noise == pytest.approx(0.02, abs=0.006) and evidence > 4
    assert wrong[:60].min() > 0.3 and wrong[60:].max() < 0.01


@pytest.mark.parametrize("cell, value", [
    ("97", 97), ("$1,200.50", 1200.5), ("1.200,50 €", 1200.5), ("12,50", 12.5), ("-3", -3)])
def test_amounts_are_read(cell: str, value: float) -> None:
    assert number(cell) == value


def test_class_numbers_are_no_amounts() -> None:
    rng = random.Random(0)
    assert values_of([str(rng.randrange(77)) for _ in range(2000)]) is None
    assert values_of([str(i) for i in range(500)]) is None
    assert values_of(["4.5", "5", "3"] * 100) is None
    assert values_of([f"{rng.lognormvariate(4, 1):.2f}" for _ in range(300)]) is not None


@pytest.mark.parametrize("text, kind", [
    ("mail a.b@example.org", "e-mail"), ("card 4111 1111 1111 1111", "card number"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN"), ("ring (555) 013-4477", "phone number"),
    ("My name is Ann Miller", "name")])
def test_personal_data_is_told_and_masked(text: str, kind: str) -> None:
    assert [own for _, _, own in personal_spans(text)] == [kind]
    assert f"[{kind}]" in masked(text)


@pytest.mark.parametrize("text", [
    "order 4111111111111112", "part 0123-456-78", "in 1998 and 2001", "10 to 20 people",
    "my name is on the list", "at 7.30 for 4 people"])
def test_other_numbers_are_not_personal(text: str) -> None:
    assert personal_spans(text) == []


def _file(folder: Path) -> Path:
    texts, labels = _tickets(80)
    path = folder / "mine.csv"
    rows = [*zip(texts, labels, strict=True), (texts[0], labels[0]), (texts[1], "account"),
            (f"{texts[2][:-1]}, mail x@example.org.", labels[2])]
    path.write_text("text,label,source\n" + "".join(f'"{a}",{b},web\n' for a, b in rows))
    return path


def test_command_writes_json_and_the_cleaned_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = _file(tmp_path), tmp_path / "clean.csv"
    before = path.read_bytes()
    assert main(["audit", str(path), "--text", "text", "--label", "label", "--json",
                 "--fix", "exact_duplicate=exclude", "--fix", "personal_data=repair",
                 "--fix", "constant_column=repair", "--out", str(out)]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["rows"] == 83
    found = {finding["kind"]: finding for finding in content["findings"]}
    assert found["exact_duplicate"]["rows"] == [1, 81]
    assert found["personal_data"]["rows"] == [83]
    for finding in content["findings"]:
        assert {"code", "kind", "severity", "text", "rows", "effect", "fix"} <= set(finding)
    table = read_table(out)
    assert table.columns == ["text", "label"] and len(table.rows) == 82
    assert "[e-mail]" in table.rows[-1]["text"]
    record = json.loads((tmp_path / "clean.csv.audit.json").read_text())
    done = {step["kind"]: step for step in record["findings"]}
    assert done["exact_duplicate"]["excluded"] == [81]
    assert done["personal_data"]["repaired"] == [83]
    assert path.read_bytes() == before


def test_command_prints_rows_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(_file(tmp_path)), "--text", "text"]) == 0
    shown = capsys.readouterr().out
    assert "83 rows" in shown and "row 83:" in shown and "effect:" in shown


@pytest.mark.parametrize("arguments, words", [
    (["--label", "kind"], "column 'kind'"),
    (["--label", "text"], "two columns"),
    (["--label", "label", "--fix", "exact_duplicate=exclude"], "--out"),
    (["--label", "label", "--fix", "twins=exclude", "--out", "x.csv"], "twins"),
    (["--label", "label", "--fix", "leak=drop", "--out", "x.csv"], "leak=drop"),
    (["--label", "label", "--test", "/nowhere.csv"], "/nowhere.csv"),
])
def test_bad_calls_are_explained(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(_file(tmp_path)), "--text", "text", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("content", [
    "", "text,label\n", 'text,label\n"a\n', "text,label\n,\n,\n", "text,label\na,1\n",
    "text,label\n" + "?,!\n" * 50, "text,label\n" + "".join(f"{i},{i * i}\n" for i in range(60))])
def test_odd_files_end_in_an_answer(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(content)
    status = main(["audit", str(path), "--text", "text", "--label", "label", "--json"])
    captured = capsys.readouterr()
    if status == 2:
        assert "odd.csv" in captured.err
    else:
        assert json.loads(captured.out)["rows"] > 0


def test_a_repair_that_is_not_offered_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(_file(tmp_path)), "--text", "text", "--label", "label",
                 "--fix", "exact_duplicate=repair", "--out", str(tmp_path / "c.csv")]) == 2
    assert "exclude or keep" in capsys.readouterr().err
    assert Finding("leak", "high", "", [1]).choices == ("exclude", "keep")


PAGE = """
from pathlib import Path
import streamlit as st
from advisor.ui import data_audit
st.session_state.used = data_audit.show(Path({path!r}), "text", "label")
"""


def test_page_cleans_what_was_chosen_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path / "runs"))
    path = _file(tmp_path)
    app = AppTest.from_string(PAGE.format(path=str(path)), default_timeout=60).run()
    for _ in range(60):
        if not any("You can start the pilot at once" in caption.value for caption in app.caption):
            break
        time.sleep(1)
        app.run()
    assert not app.exception and app.session_state["used"][0] == path
    assert app.session_state["used"][1]["rows_after"] == 83
    app.button_group[0].set_value("exclude").run()  # conflicting labels: rows 2 and 82
    next(button for button in app.button if button.label == "Bad").click().run()
    used, record = app.session_state["used"]
    assert not app.exception and used != path
    assert record["rows_after"] == 81 and record["marked_bad"] == [2]
    assert len(read_table(used).rows) == 81
