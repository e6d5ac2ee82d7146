"""A case added is there, and the file as it was; what does not fit is refused whole."""

import fcntl
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from casebank_samples import STAMPS_AGAIN, WELLS, a_case, a_raw, write_bank

from casebank import Case, load_cases
from casebank.__main__ import main
from casebank.add import add_cases
from casebank.ask import ask_case


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return write_bank(tmp_path)


def _add(bank: Path, content: object, *options: str) -> int:
    path = bank.parent / "new.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return main(["add", str(path), "--cases", str(bank), *options])


@pytest.mark.parametrize("form", ["json", "yaml", "case file", "-"])
def test_an_added_case_is_read_back_and_the_rest_untouched(
    form: str, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (bank / "stamps_and_coins.yaml").read_bytes()
    raw = a_raw("wells", WELLS, factors={"narrow": "yes"}, figures=["95% of 1,200 – “read”"])
    other = a_raw("other", STAMPS_AGAIN, contrast_of="stamps", approach="rag", domain="gas: & oil")
    path = bank.parent / f"new.{form.replace(' ', '_')}"
    if form == "case file":
        rows = [{k: v for k, v in row.items() if k != "domain"} for row in (raw, other)]
        path.write_text(yaml.safe_dump({"domain": "stamps and coins", "cases": rows}))
        other["domain"] = "stamps and coins"
    else:
        text = json.dumps([raw, other]) if form == "json" else yaml.safe_dump([raw, other])
        path.write_text(text)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["add", "-" if form == "-" else str(path), "--cases", str(bank)]) == 0
    found = {case.id: case for case in load_cases(bank)}
    assert found["wells"] == Case.model_validate(raw)
    assert found["other"] == Case.model_validate(other)
    assert (bank / "stamps_and_coins.yaml").read_bytes().startswith(old)
    assert (bank / "gas_oil.yaml").exists() is (form != "case file")


@pytest.mark.parametrize("tail", ["", "\n", "\r\n", "  # no line end"])
def test_every_end_of_a_file_can_be_continued(tail: str, bank: Path) -> None:
    path = bank / "stamps_and_coins.yaml"
    lines = path.read_text().rstrip("\n").split("\n")
    path.write_bytes((tail if tail == "\r\n" else "\n").join(lines).encode() + tail.encode())
    add_cases([a_case("wells", WELLS)], bank)
    assert [case.id for case in load_cases(bank)] == ["stamps", "wells"]


@pytest.mark.parametrize("content, words", [
    (a_raw("stamps", WELLS), ["stamps: id: already in use"]),
    ([a_raw("wells", WELLS), a_raw("wells", WELLS)], ["wells: id: already in use"]),
    (a_raw("again", STAMPS_AGAIN), ["stamps and again", "similarity 0.", "contrast_of"]),
    (a_raw("again", STAMPS_AGAIN, contrast_of="stamps"), ["again: contrast_of", "the same"]),
    (a_raw("again", STAMPS_AGAIN, contrast_of="gone"), ["contrast_of: there is no case 'gone'"]),
    (a_raw("wells", WELLS, approach="sft"), ["new.json: wells: approach", "'rag'", "found 'sft'"]),
    (a_raw("wells", WELLS, factors={"narrow": True}), ["narrow: expected text", "'yes' quoted"]),
    (a_raw("wells", WELLS, factors={"size": "big"}), ["factors: unknown factor 'size'; known"]),
    (a_raw("wells", "Too short"), ["new.json: wells: description", "60 characters"]),
    (a_raw("wells", WELLS, autor="me"), ["new.json: wells: autor: no such field; a case has id"]),
    (a_raw("wells", WELLS, flags=["disputed"]), ["new.json: wells", "at least two positions"]),
    (a_raw("wells", WELLS, domain="Stamps and coins"), ["the file says 'stamps and coins'"]),
    (a_raw("wells", WELLS, domain="../.."), ["domain: expected letters"]),
    ([{"id": "bare"}, 7], ["new.json: bare: title: expected a value", "new.json: case 2"]),
    ("[]", ["new.json: expected one case, a list"]),
    (a_raw("wells", WELLS, year="2024?"), ["wells: year: Input should be", "found '2024?'"]),
    ("{", ["new.json: not readable as UTF-8 JSON"]),
])
def test_what_cannot_be_added(
    content: object, words: list[str], bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in bank.iterdir()}
    assert _add(bank, content) == 1
    told = capsys.readouterr().err
    assert all(word in told for word in words), told
    assert {path: path.read_bytes() for path in bank.iterdir()} == before


def test_a_text_of_brackets_is_refused(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bank.parent / "new.yaml"
    path.write_text("[" * 100_000)
    assert main(["add", str(path), "--cases", str(bank)]) == 1
    assert "new.yaml: not readable" in capsys.readouterr().err


def test_one_bad_case_keeps_the_good_ones_out(bank: Path) -> None:
    assert _add(bank, [a_raw("wells", WELLS), a_raw("stamps", WELLS)]) == 1
    assert [case.id for case in load_cases(bank)] == ["stamps"]


def test_a_file_whose_list_is_not_last_is_left_alone(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bank / "stamps_and_coins.yaml"
    domain = "domain:   'stamps and coins'\n"
    text = path.read_text().replace(domain, "") + domain
    path.write_text(text)
    assert _add(bank, a_raw("wells", WELLS)) == 1
    assert "ends in its list of cases" in capsys.readouterr().err and path.read_text() == text


def test_a_dry_run_shows_and_writes_nothing(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (bank / "stamps_and_coins.yaml").read_bytes()
    assert _add(bank, a_raw("wells", WELLS), "--dry-run") == 0
    assert "would get wells" in capsys.readouterr().out
    assert _add(bank, a_raw("stamps", WELLS), "--dry-run") == 1
    assert [path.read_bytes() for path in bank.iterdir()] == [before]


def test_a_failed_write_leaves_the_old_file(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (bank / "stamps_and_coins.yaml").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert _add(bank, a_raw("wells", WELLS)) == 1
    assert "No space left" in capsys.readouterr().err
    assert [path.read_bytes() for path in bank.iterdir()] == [before]


def test_nobody_else_adds_at_the_same_time(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Path] = []

    def try_to_lock(contents: dict[Path, bytes]) -> None:
        handle = os.open(bank, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.extend(contents)
        finally:
            os.close(handle)

    monkeypatch.setattr("casebank.add.replace_files", try_to_lock)
    add_cases([a_case("wells", WELLS)], bank)
    assert held == [bank / "stamps_and_coins.yaml"]


ANSWERS = {
    "id": ["stamps", "Not an id", "coins"], "title": ["short", "Words for coins"],
    "domain": ["Stamps and coins", "stamps and coins"], "approach": ["sft", "rag"],
    "acceptable": ["rag", "prompting"], "flags": ["loud", "classical, tools"],
    "contrast_of": ["nobody", "stamps"], "description": [WELLS, STAMPS_AGAIN],
    "factors": ["narrow=perhaps", "narrow=yes", ""], "why": ["no", "The form was to be looked up."],
    "outcome": ["It was used for two catalogues."], "figures": ["95% right", ""],
    "evidence": ["hearsay", "deployment"], "organisation": ["A dealer"],
    "year": ["now", "3000", "2024"],
    "checked": ["2023-01-01", "2025-03-01"],
}


def _typed() -> Iterator[tuple[str, str]]:
    for name, answers in ANSWERS.items():
        yield from ((name, answer) for answer in answers)
    yield from [("title", "A report"), ("url", "nowhere"), ("url", "https://example.org/report"),
                ("another source?", "")]


def test_a_case_asked_for_field_by_field() -> None:
    typed, told = _typed(), list[str]()

    def ask(prompt: str) -> str:
        name, answer = next(typed)
        assert prompt.startswith(name), told[-1]
        return answer

    case = ask_case([a_case("stamps")], ask, told.append)
    assert list(typed) == []
    assert case == a_case("coins", STAMPS_AGAIN, title="Words for coins", approach="rag",
                         acceptable=["prompting"], flags=["classical", "tools"],
                         contrast_of="stamps", factors={"narrow": "yes"},
                         figures=["95% right"], why="The form was to be looked up.",
                         outcome="It was used for two catalogues.")
    assert sum("Once more" in text for text in told) == 16  # one for each wrong answer


def test_without_a_file_or_a_terminal_add_says_what_it_expects(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["add", "--cases", str(bank)]) == 2
    assert "expected FILE.yaml" in capsys.readouterr().err
