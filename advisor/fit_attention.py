"""Learns the attention reader: adapters on the top layers of the encoder, and its heads.

Called by ``advisor.fit``; see ``advisor.attention`` for what the model is. The lower layers stay
as they are and are computed once per text, which makes an epoch three times shorter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.attention import (
    ADAPTED,
    MAX_TOKENS,
    TENSORS,
    WIDTH,
    Heads,
    Vectors,
    base_model,
    mean_vectors,
)
from advisor.infer import COLUMNS, GROUPS

Array = NDArray[np.float64]
RANK, ALPHA = 16, 32
ADAPTER_RATE, HEAD_RATE = 5e-4, 3e-3
BATCH, EPOCHS, DROPOUT, WEIGHT_DECAY = 32, 3, 0.3, 0.01
APPROACH_COUNTS = 3.0  # the approach is one target beside 21 factors
IGNORED = -100


def targets(wanted: Callable[[str], list[str | None]], n: int) -> NDArray[np.int64]:
    """Place of each row's value within its group, shape (n, groups); ``IGNORED`` where unknown."""
    result = np.full((n, len(GROUPS)), IGNORED)
    for column, (name, place) in enumerate(GROUPS.items()):
        values = [value for _, value in COLUMNS[place]]
        for row, value in enumerate(wanted(name)):
            if value is not None:
                result[row, column] = values.index(value)
    return result


def lower_states(texts: Sequence[str]) -> list[Any]:
    """Hidden states below the adapted layers, one tensor (tokens, width) per text."""
    import torch

    model, tokenizer = base_model()
    states = []
    with torch.no_grad():
        for start in range(0, len(texts), 64):
            batch = tokenizer(list(texts[start : start + 64]), padding=True, truncation=True,
                              max_length=MAX_TOKENS, return_tensors="pt")
            mask = batch["attention_mask"]
            hidden = model.embeddings(batch["input_ids"])
            for layer in model.encoder.layer[: -ADAPTED]:
                hidden = _through(layer, hidden, mask)
            states += [h[: int(m.sum())].half() for h, m in zip(hidden, mask, strict=True)]
    return states


def _through(layer: Any, hidden: Any, mask: Any) -> Any:
    out = layer(hidden, attention_mask=(1.0 - mask[:, None, None, :].to(hidden.dtype)) * -1e9)
    return out[0] if isinstance(out, tuple) else out


class Learner:
    """The adapted layers and heads while they learn from lower states."""

    def __init__(self, seed: int = 0) -> None:
        import torch
        from peft import LoraConfig, inject_adapter_in_model

        torch.manual_seed(seed)
        model, _ = base_model()
        config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0,
                            target_modules=["query", "key", "value", "dense"],
                            layers_to_transform=list(range(6 - ADAPTED, 6)), layers_pattern="layer",
                            exclude_modules=r".*pooler.*")
        adapted: Any = inject_adapter_in_model(config, model)
        self._model = adapted
        self._layers: Any = self._model.encoder.layer[-ADAPTED:]
        self.heads = Heads(DROPOUT)
        self._seed = seed

    def learn(self, states: Sequence[Any], wanted: NDArray[np.int64], weights: Array,
              say: Callable[[str], None] = lambda _text: None) -> None:
        """Three epochs; rows of like length share a batch, so little is padded."""
        import torch

        adapters = [p for n, p in self._model.named_parameters() if "lora_" in n]
        heads = list(self.heads.parameters())
        optimizer = torch.optim.AdamW(
            [{"params": adapters, "lr": ADAPTER_RATE}, {"params": heads, "lr": HEAD_RATE}],
            weight_decay=WEIGHT_DECAY)
        rng = np.random.default_rng(self._seed)
        lengths = np.array([len(state) for state in states])
        total, step = EPOCHS * -(-len(states) // BATCH), 0
        self.heads.train()
        for epoch in range(EPOCHS):
            start, losses = time.monotonic(), []
            order = np.argsort(lengths + rng.normal(0, 6, len(states)))
            batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
            rng.shuffle(batches)
            for batch in batches:
                rate = min((step + 1) / (0.06 * total), (total - step) / total)
                for group, full in zip(optimizer.param_groups, (ADAPTER_RATE, HEAD_RATE),
                                       strict=True):
                    group["lr"] = full * rate
                loss = self._loss([states[i] for i in batch], wanted[batch], weights[batch])
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(adapters + heads, 5.0)
                optimizer.step()
                losses.append(float(loss.detach()))
                step += 1
            say(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.monotonic() - start:.0f} s")
        self.heads.eval()

    def _loss(self, states: Sequence[Any], wanted: NDArray[np.int64], weights: Array) -> Any:
        import torch

        scores, _ = self._forward(states)
        truth, counts = torch.tensor(wanted), torch.tensor(weights, dtype=torch.float32)
        total = torch.zeros(())
        for column, (name, place) in enumerate(GROUPS.items()):
            each = torch.nn.functional.cross_entropy(
                scores[:, place], truth[:, column], ignore_index=IGNORED, reduction="none")
            importance = APPROACH_COUNTS if name == "approach" else 1.0
            total = total + importance * (each * counts).mean()
        return total

    def _forward(self, states: Sequence[Any]) -> tuple[Any, Any]:
        """Scores (n, columns) and unit vectors (n, width)."""
        import torch

        mask = torch.nn.utils.rnn.pad_sequence(
            [torch.ones(len(s)) for s in states], batch_first=True)
        hidden = torch.nn.utils.rnn.pad_sequence([s.float() for s in states], batch_first=True)
        for layer in self._layers:
            hidden = _through(layer, hidden, mask)
        return self.heads(hidden, mask)[0], mean_vectors(hidden, mask)

    def predict(self, states: Sequence[Any]) -> tuple[Array, Vectors]:
        """Scores (n, number of columns) and unit vectors (n, width)."""
        import torch

        order = sorted(range(len(states)), key=lambda i: len(states[i]))
        scores = np.zeros((len(states), len(COLUMNS)))
        vectors = np.zeros((len(states), WIDTH), np.float32)
        with torch.no_grad():
            for start in range(0, len(order), 64):
                some = order[start : start + 64]
                found = self._forward([states[i] for i in some])
                scores[some], vectors[some] = found[0].numpy(), found[1].numpy()
        return scores, vectors

    def tensors(self) -> dict[str, NDArray[np.float16]]:
        """What ``advisor.attention`` loads: the adapters' products and the heads, half precision.

        Each adapter is kept as its two factors, scaled, under the name of the weight it adds to.
        """
        kept = {}
        for name, parameter in self._model.named_parameters():
            if "lora_" in name:
                scale = ALPHA / RANK if "lora_B" in name else 1.0
                kept[name] = (parameter.detach() * scale).numpy().astype(np.float16)
        for name in TENSORS:
            kept[name] = getattr(self.heads, name).detach().numpy().astype(np.float16)
        return kept
