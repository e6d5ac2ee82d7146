"""How the classroom model's attention starts: able to copy.

Finding out that what followed a word before may follow it again costs a small model the first
million tokens. These weights give it that much: one head of the first layer looks at the token
before, and three of the second look for places that stand behind the same token and copy what
stands there. Training changes them like all the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM

SPREAD = 0.5  # root mean square of an embedding: large, so that early steps do not wipe it out
LOUD = 0.08  # scale before the output layer, which shares the embeddings
COMMON = 0.5  # and what all share: by it a head can look at places alone
COPIES = 3
MATCH = 4.0
COPY = 6.0
LOOK_BACK = 7.0
TELL = 2.5


def start_copying(model: LlamaForCausalLM) -> None:
    """Set the weights in place; the draws come from torch's global generator."""
    import torch

    with torch.no_grad():
        weight = model.model.embed_tokens.weight
        hidden = weight.shape[1]
        length = SPREAD * hidden**0.5
        common = torch.ones(hidden) / hidden**0.5
        own = torch.randn_like(weight)
        own -= (own @ common)[:, None] * common
        weight.copy_(length * (own / own.norm(dim=1, keepdim=True) + COMMON * common))
        size = hidden // model.config.num_attention_heads
        columns = torch.cat([common[:, None], torch.randn(hidden, hidden - 1)], dim=1)
        basis = torch.linalg.qr(columns)[0].T[1:]  # orthonormal rows, none along ``common``
        torch.nn.init.constant_(model.model.norm.weight, LOUD)
        write, rest = basis[:size], basis[size:]  # where the token before is told; all else
        read = rest[:size]
        _look_back(model.model.layers[0].self_attn, common, read, write)
        for head in range(COPIES):
            part = rest[head * size:(head + 1) * size]
            _find_and_copy(model.model.layers[1].self_attn, head, read, write, part)


def _look_back(attention: Any, common: torch.Tensor, read: torch.Tensor,
               write: torch.Tensor) -> None:
    """Head 0: the rotation between query and key is undone at a distance of one token."""
    import torch

    size = len(read)
    turn = 10000.0 ** (-2 * torch.arange(size // 2) / size)
    fast = (torch.arange(size // 2) < size // 8).float()
    key = torch.cat([fast, torch.zeros(size // 2)])
    query = torch.cat([fast * turn.cos(), -fast * turn.sin()])
    attention.q_proj.weight[:size] = LOOK_BACK * query[:, None] * common / COMMON / len(common)**0.5
    attention.k_proj.weight[:size] = LOOK_BACK * key[:, None] * common / COMMON / len(common)**0.5
    attention.v_proj.weight[:size] = read
    attention.o_proj.weight[:, :size] = TELL * SPREAD * write.T


def _find_and_copy(attention: Any, head: int, read: torch.Tensor,
                   write: torch.Tensor, copied: torch.Tensor) -> None:
    """Match the token (query) with the token before (key) where rotation is slow; copy a slice."""
    import torch

    size = len(read)
    rows = slice(head * size, (head + 1) * size)
    slow = (torch.arange(size) % (size // 2) >= size // 3).float()[:, None]
    attention.q_proj.weight[rows] = MATCH * slow * read
    attention.k_proj.weight[rows] = MATCH * slow * write
    attention.v_proj.weight[rows][:len(copied)] = copied
    attention.o_proj.weight[:, rows][:, :len(copied)] = COPY * SPREAD * copied.T
