"""The sample sets for text generation: every row keeps what the README of the samples says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import jsonschema
import pytest

from training.querylang import normal, validate
from training.writers import SAMPLES
from training.writers.calls import tool_schemas, write_calls
from training.writers.queries import write_queries


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(SAMPLES / name).read_text().splitlines()]


QUERIES, CALLS, REPLIES = (rows(f"{name}.jsonl")
                           for name in ("queries", "function_calls", "replies"))


def test_every_query_is_valid_and_spelled_the_one_way() -> None:
    assert len(QUERIES) == 600
    for row in QUERIES:
        assert validate(row["query"], row["schema"]) == [], row
        assert normal(row["query"]) == row["query"]


def test_the_input_of_a_query_shows_its_schema() -> None:
    for row in QUERIES:
        head = row["input"].split("\n")[0]
        shown = dict(column.split(" ") for column in head.split(": ")[1].split(", "))
        assert head.startswith(f"Columns of {row['table']}: ")
        assert shown == row["schema"]


def test_no_table_stands_on_both_sides_of_the_split() -> None:
    tables = {split: {row["table"] for row in QUERIES if row["split"] == split}
              for split in ("train", "test")}
    schemas = {split: {tuple(row["schema"]) for row in QUERIES if row["split"] == split}
               for split in ("train", "test")}
    assert (len(tables["train"]), len(tables["test"])) == (30, 10)
    assert not tables["train"] & tables["test"]
    assert not schemas["train"] & schemas["test"]


def test_questions_differ_and_so_do_the_queries() -> None:
    assert len({row["input"] for row in QUERIES}) == 600
    assert len({(row["table"], row["query"]) for row in QUERIES}) > 540
    for clause in ("where", "split", "rank", "keep", "window", " among ", " has ", " is not ",
                   "missing", "present", "distinct"):
        for split in ("train", "test"):
            assert any(clause in row["query"] for row in QUERIES if row["split"] == split), clause


def test_every_call_keeps_the_schema_of_its_tool() -> None:
    tools = {tool["function"]["name"]: tool["function"]["parameters"]
             for tool in json.loads((SAMPLES / "tools.json").read_text())}
    assert len(tools) == 30
    assert len(CALLS) == 360
    for row in CALLS:
        call = json.loads(row["call"])
        assert set(call) == {"name", "arguments"}
        assert call["name"] == row["tool"]
        jsonschema.validate(call["arguments"], tools[call["name"]])
        for value in call["arguments"].values():
            assert str(value).lower() in row["request"].lower(), row


def test_every_tool_is_trained_and_tested_with_requests_of_their_own() -> None:
    for split, expected in (("train", 8), ("test", 4)):
        counted = Counter(row["tool"] for row in CALLS if row["split"] == split)
        assert set(counted.values()) == {expected}
    assert len({row["request"] for row in CALLS}) == len(CALLS)


def test_every_email_has_two_different_replies() -> None:
    assert len(REPLIES) == len({row["prompt"] for row in REPLIES}) == 200
    assert len({row["chosen"] for row in REPLIES}) == 200
    assert len({row["rejected"] for row in REPLIES}) == 200
    assert Counter(row["split"] for row in REPLIES) == {"train": 150, "test": 50}
    faults = Counter(row["fault"] for row in REPLIES)
    assert set(faults) == {"evades", "blames", "no_step", "empty"}
    assert min(faults.values()) >= 40


def test_length_does_not_give_the_better_reply_away() -> None:
    longer = mean(len(row["chosen"]) > len(row["rejected"]) for row in REPLIES)
    assert 0.4 < longer < 0.6


def test_the_preferred_replies_keep_the_house_style() -> None:
    empty = ("reaching out", "inconvenience", "your feedback", "do not hesitate", "we value",
             "important to us", "your understanding")
    for row in REPLIES:
        assert not any(phrase in row["chosen"].lower() for phrase in empty), row["chosen"]
    faults = [row["fault"] for row in REPLIES]
    assert all(faults.count(fault) > 30 for fault in ("evades", "blames", "no_step", "empty"))
    chosen, rejected = (mean(len(row[side]) for row in REPLIES) for side in ("chosen", "rejected"))
    assert chosen == pytest.approx(rejected, rel=0.1)  # length gives nothing away


def test_the_writers_write_what_is_shipped() -> None:
    assert list(write_queries()) == QUERIES
    assert list(write_calls()) == CALLS
    assert tool_schemas() == json.loads((SAMPLES / "tools.json").read_text())
