"""The classroom model: its text, its tokenizer, the shipped weights and the recipe in small."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from training.classroom import MODEL
from training.classroom.text import SHARES, conversations
from training.querylang import QueryError, parse

SAMPLES = Path(__file__).parent.parent / "training" / "samples"
CHAT = [{"role": "user", "content": "Columns: fare number, city text\nThe total fare per city."}]


@pytest.fixture(scope="module")
def shipped() -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return (AutoModelForCausalLM.from_pretrained(MODEL, local_files_only=True),
            AutoTokenizer.from_pretrained(MODEL, local_files_only=True))


def test_the_same_seed_gives_the_same_text() -> None:
    assert list(islice(conversations(4), 60)) == list(islice(conversations(4), 60))
    assert list(islice(conversations(4), 60)) != list(islice(conversations(5), 60))


def test_every_maker_of_chats_has_its_turn() -> None:
    chats = list(islice(conversations(1), 400))
    assert all(chat[-1]["role"] == "assistant" for chat in chats)
    assert all(message["content"] for chat in chats for message in chat)
    assert len({json.dumps(chat) for chat in chats}) > 395
    assert sum(share for _, share in SHARES) == 100


def test_the_text_holds_no_tally_and_nothing_of_the_samples() -> None:
    samples = {json.loads(line)[key] for name, keys in (
        ("queries", ("input", "query")), ("replies", ("prompt", "chosen", "rejected")),
        ("function_calls", ("request", "call")))
        for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines() for key in keys}
    for chat in islice(conversations(3), 1500):
        for message in chat:
            assert message["content"] not in samples
            assert "measure " not in message["content"]
            with pytest.raises(QueryError):
                parse(message["content"])


def test_the_weights_are_safetensors_and_small(shipped: tuple[Any, Any]) -> None:
    model, tokenizer = shipped
    assert {path.suffix for path in MODEL.iterdir()} <= {".json", ".safetensors", ".jinja", ".md"}
    assert (MODEL / "model.safetensors").stat().st_size < 12_000_000
    assert 2_000_000 < model.num_parameters() < 6_000_000
    assert model.config.model_type == "llama"
    assert model.config.vocab_size == len(tokenizer)


def test_the_chat_template_marks_answers_and_ends_turns(shipped: tuple[Any, Any]) -> None:
    _, tokenizer = shipped
    shown = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    assert shown == f"<s><|user|>{CHAT[0]['content']}<|end|><|assistant|>"
    done = tokenizer.apply_chat_template(
        [*CHAT, {"role": "assistant", "content": "sum fare"}], return_dict=True,
        return_assistant_tokens_mask=True)
    trained = zip(done["input_ids"], done["assistant_masks"], strict=True)
    assert tokenizer.decode([i for i, mask in trained if mask]) == "sum fare<|end|>"
    assert done["input_ids"].count(tokenizer.bos_token_id) == 1


def test_a_role_that_the_template_does_not_know_is_refused(shipped: tuple[Any, Any]) -> None:
    with pytest.raises(Exception, match="the roles are system, user and assistant, not critic"):
        shipped[1].apply_chat_template([{"role": "critic", "content": "no"}], tokenize=False)


def test_any_text_comes_back_from_its_tokens(shipped: tuple[Any, Any]) -> None:
    text = 'p95 of "é – 漢字"\n\n  {"a": [1, 2.5]} <b> \t_x_'
    assert shipped[1].decode(shipped[1](text)["input_ids"]) == text


def test_it_answers_with_a_column_of_the_prompt_and_stops(shipped: tuple[Any, Any]) -> None:
    model, tokenizer = shipped
    asked = [{"role": "user", "content": "Columns: fare number, city text, paid flag\n"
                                         "Which column holds the city?"}]
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True,
                                           return_tensors="pt")
    out = model.generate(**prompt, max_new_tokens=30, do_sample=False)
    said = tokenizer.decode(out[0][prompt["input_ids"].shape[1]:]).strip()
    assert said in ("fare<|end|>", "city<|end|>", "paid<|end|>")  # often not the right one


def test_the_recipe_runs_in_small_and_is_repeatable(tmp_path: Path) -> None:
    import torch

    from training.classroom.train import Recipe, train

    recipe = Recipe(steps=3, tokens=400, hidden=48, layers=2, heads=4, feed_forward=64, threads=1)
    train(tmp_path / "one", recipe, chats=200)
    train(tmp_path / "two", recipe, chats=200)
    from safetensors.torch import load_file

    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert json.loads((tmp_path / "one" / "recipe.json").read_text())["steps"] == 3


def test_attention_starts_able_to_copy() -> None:
    import torch

    from training.classroom.tokenizer import make_tokenizer
    from training.classroom.train import Recipe, make_model

    tokenizer = make_tokenizer(500)
    words = "paris lemon river seven chair"
    ids = tokenizer(f"{words} {words}", return_tensors="pt")["input_ids"]
    model = make_model(Recipe(), tokenizer)
    with torch.no_grad():
        first = model(input_ids=ids, output_attentions=True).attentions[0][0, 0]
    assert first.diagonal(-1).min() > 0.9
