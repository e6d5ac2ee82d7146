"""Train the classroom model from nothing: ``python -m training.classroom``.

A decoder of the Llama architecture with 2.4 million parameters. The answers' tokens carry the loss
and a quarter of the others'; chats of like length share a batch, so that hardly a token is padding.
Matrices are trained by Muon and the rest by AdamW, with a warm-up and a linear decay to zero.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from training.classroom.start import start_copying
from training.classroom.text import conversations
from training.classroom.tokenizer import make_tokenizer

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

POOL = 256  # chats that are sorted by length before they are cut into batches


@dataclass(frozen=True)
class Recipe:
    """``tokens``: per batch, padding included."""

    steps: int = 3300
    tokens: int = 2048
    hidden: int = 192
    layers: int = 4
    heads: int = 4
    feed_forward: int = 512
    muon_rate: float = 0.015
    adam_rate: float = 2e-3
    warm_up: int = 50
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True)
class Batch:
    ids: torch.Tensor  # (chats, length)
    answers: torch.Tensor  # (chats, length) bool: tokens of an assistant, its end token too
    attention: torch.Tensor  # (chats, length) bool


def batches(tokenizer: PreTrainedTokenizerFast, tokens: int, seed: int) -> Iterator[Batch]:
    """Batches without end, of about ``tokens`` tokens each, in an order that ``seed`` fixes."""
    chats = conversations(seed)
    shuffle = Random(seed)
    while True:
        rows = [_encoded(tokenizer, chat) for chat in islice(chats, POOL)]
        rows.sort(key=lambda row: len(row[0]))
        groups: list[list[tuple[list[int], list[int]]]] = [[]]
        for row in rows:
            if len(row[0]) * (len(groups[-1]) + 1) > tokens:
                groups.append([])
            groups[-1].append(row)
        shuffle.shuffle(groups)
        yield from (_stacked(group, int(tokenizer.pad_token_id or 0)) for group in groups)


def _encoded(tokenizer: PreTrainedTokenizerFast,
             chat: list[dict[str, str]]) -> tuple[list[int], list[int]]:
    done: Any = tokenizer.apply_chat_template(
        chat, return_dict=True, return_assistant_tokens_mask=True)
    return done["input_ids"], done["assistant_masks"]


def _stacked(rows: list[tuple[list[int], list[int]]], pad: int) -> Batch:
    import torch

    width = max(len(ids) for ids, _ in rows)
    return Batch(
        torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in rows]),
        torch.tensor([mask + [0] * (width - len(mask)) for _, mask in rows]).bool(),
        torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in rows]).bool())


def make_model(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(recipe.seed)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=recipe.hidden, num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads, num_key_value_heads=recipe.heads,
        intermediate_size=recipe.feed_forward, max_position_embeddings=1024,
        tie_word_embeddings=True, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id))
    start_copying(model)
    model.set_attn_implementation("eager")  # the fused kernel is slower on short chats
    return model


def loss_of(model: Any, batch: Batch, others: float = 0.25) -> torch.Tensor:
    """Mean cross-entropy over the answers' tokens and a share of the ``others``."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=batch.ids)[0]  # padding on the right: causal is enough
        counted = batch.answers | (batch.attention & (torch.rand(batch.ids.shape) < others))
        logits = model.lm_head(hidden[:, :-1][counted[:, 1:]])
    return torch.nn.functional.cross_entropy(logits.float(), batch.ids[:, 1:][counted[:, 1:]])


def optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    import torch

    matrices = [p for p in model.model.layers.parameters() if p.ndim == 2]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [torch.optim.Muon(matrices, lr=recipe.muon_rate, weight_decay=0.01),
            torch.optim.AdamW(rest, lr=recipe.adam_rate, betas=(0.9, 0.98), weight_decay=0.0)]


def right_answers(model: Any, some: list[Batch]) -> float:
    """Share of answers' tokens that would be chosen, each given all before it."""
    import torch

    hits = total = 0
    with torch.no_grad():
        for batch in some:
            chosen = model(input_ids=batch.ids).logits
            counted = batch.answers[:, 1:]
            hits += int((chosen[:, :-1].argmax(-1) == batch.ids[:, 1:])[counted].sum())
            total += int(counted.sum())
    return hits / total


def train(out: Path, recipe: Recipe, chats: int = 20_000) -> dict[str, float]:
    """Tokenizer (learned from ``chats``) and model into ``out``; returns what was measured."""
    import torch

    torch.set_num_threads(recipe.threads)
    tokenizer = make_tokenizer(chats, recipe.seed + 1)
    model = make_model(recipe, tokenizer)
    used = optimizers(model, recipe)
    schedules = [torch.optim.lr_scheduler.LambdaLR(o, lambda step: min(
        (step + 1) / recipe.warm_up, 1 - step / recipe.steps)) for o in used]
    held_out = list(islice(batches(tokenizer, recipe.tokens, recipe.seed + 2), 8))
    started, cpu = time.time(), time.process_time()
    for step, batch in enumerate(islice(batches(tokenizer, recipe.tokens, recipe.seed + 3),
                                        recipe.steps)):
        loss = loss_of(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(used, schedules, strict=True):
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        if step % 25 == 0 or step == recipe.steps - 1:
            print(f"step {step}: loss {loss.item():.3f}, "
                  f"{(time.time() - started) / 60:.1f} minutes", flush=True)
        if (step + 1) % 200 == 0:
            print(f"answers' tokens right: {right_answers(model, held_out):.3f}", flush=True)
            save(model, tokenizer, out)
    measured = {"right_answers": right_answers(model, held_out),
                "wall_minutes": (time.time() - started) / 60,
                "cpu_minutes": (time.process_time() - cpu) / 60}
    save(model, tokenizer, out)
    (out / "recipe.json").write_text(json.dumps({**asdict(recipe), **measured}, indent=2) + "\n")
    return measured


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Weights as bfloat16 safetensors."""
    import copy

    import torch

    stored: Any = copy.deepcopy(model)
    stored.to(torch.bfloat16)
    stored.save_pretrained(out)
    tokenizer.save_pretrained(out)
