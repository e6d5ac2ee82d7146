"""The bank's own checks fire and do not fire; searches keep to their filters."""

import json
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest
from casebank_samples import STAMPS, STAMPS_AGAIN, WELLS, a_case, write_bank

from casebank import Case, load_cases, weight_of_age
from casebank.__main__ import main
from casebank.add import add_cases
from casebank.checks import GOALS, find_faults, goals, similarities
from casebank.encoder import Vectors


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return write_bank(tmp_path)


@pytest.mark.parametrize("cases, words", [
    ([a_case("a"), a_case("b", STAMPS_AGAIN)], ["a and b", "drop one", "contrast_of"]),
    ([a_case("a"), a_case("b", contrast_of="a")], ["the same", "drop contrast_of"]),
    ([a_case("a"), a_case("b", WELLS, approach="rag", contrast_of="a")], ["resembles", "0.10"]),
])
def test_faults_between_cases_are_found(cases: list[Case], words: list[str]) -> None:
    fault, = find_faults(cases)
    assert all(word in fault.message for word in words) and set(fault.cases) == {"a", "b"}


@pytest.mark.parametrize("cases", [
    [a_case("a"), a_case("b", WELLS)],
    [a_case("a"), a_case("b", STAMPS_AGAIN, approach="rag", contrast_of="a")],
    [a_case("a"), a_case("b", STAMPS_AGAIN, flags=["classical"], contrast_of="a")],
])
def test_what_goes_together_is_not_refused(cases: list[Case]) -> None:
    assert find_faults(cases) == []


def test_similarity_knows_the_same_from_the_different() -> None:
    alike = similarities([STAMPS, STAMPS_AGAIN, WELLS, STAMPS])
    assert alike[0, 3] == pytest.approx(1) and alike[0, 1] > 0.6 and alike[0, 2] < 0.1


def test_the_shipped_bank_reaches_its_goals() -> None:
    assert [goal.name for goal in goals(load_cases()) if not goal.reached] == []


def test_the_shipped_cases_go_together() -> None:
    assert [fault.message for fault in find_faults(load_cases())] == []


def test_a_missed_goal_counts_for_the_shipped_bank_only(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "--cases", str(bank)]) == 0
    assert "missed" in capsys.readouterr().out
    monkeypatch.setattr("casebank.__main__.CASES_DIR", bank)
    assert main(["validate", "--cases", str(bank), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["valid"] and told["goals_apply"] and len(told["goals"]) == len(GOALS)
    assert {goal["reached"] for goal in told["goals"]} == {False}


def test_validate_fails_on_a_fault_in_any_bank(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = (bank / "stamps_and_coins.yaml").read_text().replace('"stamps"', '"twin"')
    (bank / "twin.yaml").write_text(twin)
    assert main(["validate", "--cases", str(bank), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["cases"] == ["stamps", "twin"]
    (bank / "twin.yaml").write_text("domain: x\ncases: [{id: y}]\n")
    load_cases.cache_clear()
    assert main(["validate", "--cases", str(bank), "--json"]) == 1
    fault, = json.loads(capsys.readouterr().out)["findings"]
    assert fault["code"] == "schema" and "twin.yaml: y: title" in fault["message"]


class _Letters:
    """Stands for the encoder, which takes seconds to load: the share of each letter."""

    model_id = "letters"

    def encode(self, texts: list[str]) -> Vectors:
        counts = [[text.count(letter) for letter in ascii_lowercase] for text in texts]
        vectors = np.array(counts, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@pytest.mark.parametrize("filters, ids", [
    ([], ["wells", "stamps", "old"]),
    (["--since", "2024"], ["wells", "stamps"]),
    (["--since", "2024", "--approach", "prompting"], ["stamps"]),
    (["--domain", "drilling"], ["wells", "old"]),
    (["--evidence", "measured study"], ["old"]),
    (["--k", "1"], ["wells"]),
])
def test_search_keeps_to_its_filters(
    filters: list[str], ids: list[str], bank: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_cases([a_case("wells", WELLS, domain="drilling", approach="rag"),
               a_case("old", "x" * 60, domain="drilling", year=2019, evidence="measured study")],
              bank)
    monkeypatch.setattr("casebank.encoder.SentenceEncoder", _Letters)
    assert main(["search", WELLS, "--cases", str(bank), "--json", *filters]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ids


@pytest.mark.parametrize("filters, words", [
    (["--since", "2025"], "newest case is of 2024"),
    (["--domain", "gardens"], "expected one of stamps and coins; found 'gardens'"),
])
def test_search_says_when_a_filter_leaves_nothing(
    filters: list[str], words: str, bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", WELLS, "--cases", str(bank), *filters]) == 1
    assert words in capsys.readouterr().err


def test_stats_count_contrast_pairs_and_years(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = a_case("again", STAMPS_AGAIN, approach="rag", contrast_of="stamps", year=2021)
    add_cases([again], bank)
    assert main(["stats", "--cases", str(bank), "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert stats["contrast_pairs"] == 1 and stats["years"] == {"2021": 1, "2024": 1}


@pytest.mark.parametrize("year, weight", [(2026, 1.0), (2030, 1.0), (2020, 0.5), (2014, 0.25)])
def test_a_case_counts_half_after_six_years(year: int, weight: float) -> None:
    assert weight_of_age(year, 2026) == weight
