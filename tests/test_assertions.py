"""Assertions: what passes, what is said of what does not, and what hostile input does."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.ui.assertions_view import from_cell, to_cell
from training.__main__ import main
from training.assert_outputs import add_rates, output_text, pass_rates, pilot_assertions
from training.assertions import (
    assert_output,
    check,
    load_assertions,
    parse_assertions,
)
from training.errors import PilotError

SCHEMA = {"type": "object", "required": ["city"], "properties": {
    "city": {"type": "string", "pattern": "^[A-Z]"}, "people": {"type": "integer"}}}


def _one(**row: Any) -> Any:
    return parse_assertions([row], "here")[0]


@pytest.mark.parametrize("row, good, bad, told", [
    ({"check": "in_labels", "labels": ["a", "b"]}, "b", "B", "one of a, b: found 'B'"),
    ({"check": "in_labels", "labels": ["a", "b"]}, '["a", "b"]', '["a", "c"]', "found 'c'"),
    ({"check": "matches", "pattern": r"^\d{4}-\d\d$"}, "2026-11", "Nov 2026", "found 'Nov 2026'"),
    ({"check": "json"}, '{"a": [1, null]}', "{a: 1}", "is JSON"),
    ({"check": "json"}, "1", "NaN", "NaN is not JSON"),
    ({"check": "json", "schema": SCHEMA}, '{"city": "Rome"}', "{}", "'city' is a required"),
    ({"check": "json", "schema": SCHEMA}, '{"city": "Rome", "people": 3}',
     '{"city": "Rome", "people": "3"}', "$.people: '3' is not of type 'integer'"),
    ({"check": "json", "schema": SCHEMA}, '{"city": "Rome"}', '{"city": "rome"}', "$.city"),
    ({"check": "max_words", "words": 3}, " one two\nthree ", "one two three four", "found 4"),
    ({"check": "contains", "text": "Regards"}, "… kind regards", "Bye", "found 'Bye'"),
    ({"check": "lacks", "text": "as an AI"}, "Hello", "Well, As an AI, I", "found it in"),
    ({"check": "number", "low": 0, "high": 2000}, "$1,200.50", "2000.5", "from 0 up to 2000"),
    ({"check": "number", "low": 5}, "5", "4.9", "from 5: found 4.9"),
    ({"check": "number"}, "-3", "about 3", "is a number: found 'about 3'"),
])
def test_each_kind(row: dict[str, Any], good: str, bad: str, told: str) -> None:
    assertion = _one(**row)
    assert check(good, assertion) == (True, "")
    ok, message = check(bad, assertion)
    assert not ok and told in message


def test_labels_of_the_pilot_are_the_ontology() -> None:
    assert check("late", _one(check="in_labels"), ["late", "lost"])[0]
    assert not check("later", _one(check="in_labels"), ["late", "lost"])[0]
    with pytest.raises(PilotError, match="found neither"):
        check("late", _one(check="in_labels"))


@pytest.mark.parametrize("rows, told", [
    ({"check": "json"}, "expected a list of assertions"),
    ([], "expected a list of assertions"),
    (["json"], "assertion 1: expected 'check' to be one of in_labels"),
    ([{"check": "json"}, {"check": "shorter"}], "assertion 2: expected 'check'"),
    ([{"check": "max_words", "word": 3}], "(max_words): word: no such key; there are check, words"),
    ([{"check": "max_words"}], "(max_words): words: expected this key, found none"),
    ([{"check": "max_words", "words": "3"}], "words: expected a valid integer, found '3'"),
    ([{"check": "max_words", "words": True}], "words: expected a valid integer, found True"),
    ([{"check": "number", "low": 2, "high": 1}], "low to be at most high"),
    ([{"check": "matches", "pattern": "(a"}], "pattern: expected a pattern that RE2 reads"),
    ([{"check": "matches", "pattern": "(?!a)b"}], "no look-ahead"),
    ([{"check": "matches", "pattern": "a" * 1001}], "at most 1,000 characters"),
    ([{"check": "matches", "pattern": "((a{1000}){1000}){1000}"}], "invalid repetition size"),
    ([{"check": "json", "schema": {"type": "objekt"}}], "schema: expected a JSON schema: $.type"),
    ([{"check": "json", "schema": {"items": {"pattern": "(a"}}}], "RE2"),
    ([{"check": "json", "schema": {"patternProperties": {"a": {}}}}], "patternProperties"),
])
def test_bad_lists_are_explained(rows: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(PilotError) as error:
        load_assertions(path)
    assert str(path) in str(error.value) and told in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\0", b"- {check: [", b"x" * 100_001])
def test_unreadable_files_are_explained(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(PilotError, match=r"mine\.yaml: (not readable|expected at most)"):
        load_assertions(path)


def test_no_pattern_and_no_output_hangs_or_breaks() -> None:
    """With backtracking the first two would take longer than the universe."""
    assert not check("a" * 50_000, _one(check="matches", pattern="^(a|a)*$b"))[0]
    looped = {"properties": {"x": {"pattern": "^(a+)+$"}}}
    assert not check(json.dumps({"x": "a" * 50_000 + "!"}), _one(check="json", schema=looped))[0]
    assert "nested too deeply" in check("[" * 100_000, _one(check="json"))[1]
    assert not check("\ud800", _one(check="matches", pattern="^a"))[0]
    with pytest.raises(PilotError, match="nothing is fetched"):
        check("{}", _one(check="json", schema={"$ref": "http://example.com/a.json"}))


def test_the_two_lines_for_pytest(tmp_path: Path) -> None:
    path = tmp_path / "assertions.yaml"
    path.write_text("- check: in_labels\n  labels: [late, lost]\n- {check: max_words, words: 1}\n",
                    encoding="utf-8")
    assert_output("late", path)
    with pytest.raises(AssertionError) as failed:
        assert_output("it is late", str(path))
    assert str(failed.value) == (
        "expected an output that is one of late, lost: found 'it is late'\n"
        "expected an output that has at most 1 words: found 3\n"
        "The output was: it is late")


def test_rates_have_wilson_intervals_and_failing_rows() -> None:
    outputs = [(row, "x" if row > 2 else "y z") for row in range(1, 11)]
    rate = pass_rates(outputs, [_one(check="max_words", words=1)], [])[0]
    assert (rate["passed"], rate["n"], rate["rate"]) == (8, 10, 0.8)
    # Wilson by hand: (0.8 + z²/20 ± z·sqrt(0.016 + z²/400)) / (1 + z²/10), z = 1.96
    assert rate["ci95"] == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert [fail["row"] for fail in rate["failing"]] == [1, 2]


def test_a_pilot_keeps_rates_beside_scores(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- check: in_labels\n", encoding="utf-8")
    assertions = pilot_assertions(path, ["late", "lost"])
    arms: dict[str, dict[str, Any]] = {"lora": {"accuracy": 0.5}, "classical": {"error": "broke"}}
    said = {"lora": [{"prediction": "late"}, {"prediction": "gone"}],
            "classical": [{"prediction": ""}, {"prediction": ""}]}
    add_rates(arms, said, assertions, [7, 9], ["late", "lost"])
    assert arms["lora"]["assertions"][0]["failing"] == [9]
    assert "assertions" not in arms["classical"]
    with pytest.raises(PilotError, match="in_labels"):
        pilot_assertions(path, [])  # numbers have no labels; told before any arm runs


@pytest.mark.parametrize("row", [
    {"check": "in_labels"}, {"check": "in_labels", "labels": ["a", "b c"]},
    {"check": "matches", "pattern": " a|b$"}, {"check": "json"},
    {"check": "json", "schema": SCHEMA}, {"check": "max_words", "words": 3},
    {"check": "contains", "text": "a, b"}, {"check": "lacks", "text": "to"}, {"check": "number"},
    {"check": "number", "low": -1.5}, {"check": "number", "high": 2.0},
    {"check": "number", "low": 0.0, "high": 2.0},
])
def test_a_cell_of_the_page_holds_a_whole_assertion(row: dict[str, Any]) -> None:
    assertion = _one(**row)
    assert _one(**from_cell(row["check"], to_cell(assertion))) == assertion


def test_lists_and_numbers_are_read_as_json() -> None:
    assert [output_text(p) for p in ("a", ["a", "b"], 12.5)] == ["a", '["a", "b"]', "12.5"]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "result.json").write_text(json.dumps({"labels": ["late", "lost"]}), encoding="utf-8")
    (run / "predictions.jsonl").write_text("".join(
        json.dumps({"row": row, "text": "…", "label": "late", "arms": {
            "classical": {"prediction": "late"}, "mine": {"prediction": said}}}) + "\n"
        for row, said in ((4, "late"), (8, "gone"))), encoding="utf-8")
    rules = tmp_path / "rules.yaml"
    rules.write_text("- check: in_labels\n", encoding="utf-8")
    asked = ["assert", "--predictions", str(run), "--assertions", str(rules)]
    assert main([*asked, "--json"]) == 1
    arms = json.loads(capsys.readouterr().out)["arms"]
    assert arms["classical"][0]["failing"] == [] and arms["classical"][0]["rate"] == 1
    assert [(f["row"], f["output"]) for f in arms["mine"][0]["failing"]] == [(8, "gone")]
    assert main(asked) == 1
    assert "row 8: expected an output that is one of the labels" in capsys.readouterr().out
    plain = tmp_path / "outputs.jsonl"
    plain.write_text('{"output": "7"}\n\n{"prediction": 12}\n', encoding="utf-8")
    rules.write_text("- {check: number, low: 0, high: 20}\n", encoding="utf-8")
    assert main(["assert", "--predictions", str(plain), "--assertions", str(rules)]) == 0
    for broken in ("{\n", "[]\n", '{"text": "x"}\n', ""):
        plain.write_text(broken, encoding="utf-8")
        assert main(["assert", "--predictions", str(plain), "--assertions", str(rules)]) == 2
        assert "outputs.jsonl" in capsys.readouterr().err
