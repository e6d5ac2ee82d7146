"""LoRA adapters on the encoder, trained by contrast, with logistic regression on top.

Texts of one label are drawn together and others apart over all pairs of a class-balanced batch
(supervised contrastive loss, Khosla et al. 2020), which on few examples teaches far more than
cross-entropy through a fresh head. Batches and dropout depend on the seed and the step alone, so
a resumed run ends where an unbroken one does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import fit_head, size_of
from training.encoder import resolve

RANK, ALPHA = 16, 32
LEARNING_RATE = 5e-4
BATCH = 64
MAX_CLASSES = 32
PARTS = 4  # of a batch, by length: short texts are not padded to the longest
TEMPERATURE = 0.1
SAVE_EVERY = 20
MAX_TOKENS = 256
LOADING = """Load the adapter:

    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer({base!r}); model.load_adapter("adapter")
    vectors = model.encode(["a text"], normalize_embeddings=True)

`head.safetensors` holds the logistic regression over these vectors, `labels.json` its classes:
the label is the largest of `vectors @ coef.T + intercept`; `python -m training predict` does it.
"""


def steps_for(n: int) -> int:
    """Training steps for n examples; on few, more steps only fit them closer."""
    return int(np.clip(min(0.65 * n, 30 + n / 16), 8, 200))


def balanced_batch(labels: NDArray[np.int64], seed: int, step: int) -> NDArray[np.int64]:
    """Places of one batch: several classes, the same number of texts of each."""
    rng = np.random.default_rng([seed, step])
    classes = rng.permutation(np.unique(labels))[:MAX_CLASSES]
    each = max(2, BATCH // len(classes))
    return np.concatenate([
        rng.permutation(np.flatnonzero(labels == name))[:each] for name in classes
    ])


def contrastive_loss(vectors: Any, labels: Any) -> Any:
    """Supervised contrastive loss over all pairs; vectors (n, d) of unit length, labels (n,)."""
    import torch

    itself = torch.eye(len(labels), dtype=torch.bool, device=vectors.device)
    scores = (vectors @ vectors.T / TEMPERATURE).masked_fill(itself, -1e9)
    log_p = scores - scores.logsumexp(dim=1, keepdim=True)
    same = (labels[:, None] == labels[None, :]) & ~itself
    has_pair = same.any(dim=1)
    per_item = (log_p * same).sum(1)[has_pair] / same.sum(1)[has_pair]
    return -per_item.mean()


class Lora:
    name = "lora"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        context.folder.mkdir(parents=True, exist_ok=True)
        self._model = _adapted(context.encoder.source, context.seed)
        labels = np.array([list(context.labels).index(name) for name in train.labels])
        _train(self._model, list(train.texts), labels, context)
        self._head = fit_head(self.encode(train.texts), train.labels, context.seed)
        self._coef, self._intercept = _full(self._head)
        self._labels = [str(name) for name in self._head.classes_]
        weights = sum(p.numel() for p in self._model.parameters() if p.requires_grad)
        self.trainable_parameters = weights + size_of(self._head)
        self._save(context)

    def predict(self, texts: Sequence[str]) -> Prediction:
        scores = self.encode(texts) @ self._coef.T + self._intercept
        return Prediction([self._labels[i] for i in scores.argmax(axis=1)], scores)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (n, d) of the adapted encoder."""
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def _save(self, context: ArmContext) -> None:
        from safetensors.numpy import save_file

        folder = context.folder
        self._model[0].auto_model.save_pretrained(str(folder / "adapter"))
        save_file({"coef": self._coef, "intercept": self._intercept}, folder / "head.safetensors")
        about = {"labels": self._labels, "base": context.encoder.base}
        (folder / "labels.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / "README.md").write_text(LOADING.format(base=context.encoder.base), "utf-8")
        (folder / "checkpoint.safetensors").unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> Lora:
        """The arm as saved in ``folder``, ready to predict."""
        from safetensors.numpy import load_file
        from sentence_transformers import SentenceTransformer

        arm = cls()
        about = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        arm._labels = about["labels"]
        arm._model = SentenceTransformer(resolve(about["base"]), trust_remote_code=False)
        arm._model.load_adapter(str(folder / "adapter"))
        arm._model.eval()
        head = load_file(folder / "head.safetensors")
        arm._coef, arm._intercept = head["coef"], head["intercept"]
        return arm


def _full(head: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Coefficients and intercepts with one row per class; scikit-learn keeps one row for two."""
    coef, intercept = head.coef_.astype(np.float32), head.intercept_.astype(np.float32)
    if len(head.classes_) == 2:
        coef, intercept = np.concatenate([-coef, coef]), np.concatenate([-intercept, intercept])
    return np.ascontiguousarray(coef), intercept


def _adapted(source: str, seed: int) -> Any:
    """The encoder with fresh adapters, which alone are trainable."""
    import torch
    from peft import LoraConfig
    from sentence_transformers import SentenceTransformer

    torch.manual_seed(seed)
    model = SentenceTransformer(source, trust_remote_code=False)
    inner: Any = model[0].auto_model
    names = {name.rsplit(".", 1)[-1] for name, _ in inner.named_modules()}
    bert = {"query", "key", "value", "dense"}
    model.add_adapter(LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0,
        target_modules=sorted(bert) if bert <= names else "all-linear",
        exclude_modules=r".*pooler.*",  # a sentence vector is a mean of tokens; no pooler is used
    ))
    return model


def _train(model: Any, texts: list[str], labels: NDArray[np.int64], context: ArmContext) -> None:
    import torch

    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01)
    total = steps_for(len(texts))
    start = _resume(context.folder, parameters, optimizer, total)
    model.max_seq_length = min(MAX_TOKENS, model.max_seq_length or MAX_TOKENS)
    model.train()
    for step in range(start, total):
        torch.manual_seed(context.seed * 100_003 + step)
        # Warm-up over a tenth, then straight down to nothing.
        rate = min((step + 1) / max(1, total // 10), (total - step) / total)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * rate
        batch = np.array(sorted(balanced_batch(labels, context.seed, step),
                                key=lambda i: len(texts[i])))
        vectors = torch.cat([_embed(model, [texts[i] for i in part])
                             for part in np.array_split(batch, PARTS)])
        loss = contrastive_loss(vectors, torch.tensor(labels[batch], device=vectors.device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if (step + 1) % SAVE_EVERY == 0:
            _checkpoint(context.folder, parameters, optimizer, step + 1, total)
        context.progress(step + 1, total, {"loss": float(loss.detach())})
    model.eval()


def _embed(model: Any, texts: list[str]) -> Any:
    """Unit vectors (n, d) that keep their gradient."""
    import torch

    features = model.preprocess(texts)
    features = {k: v.to(model.device) if hasattr(v, "to") else v for k, v in features.items()}
    with torch.autocast(model.device.type, torch.bfloat16, enabled=_has_bfloat16(model.device)):
        vectors = model(features)["sentence_embedding"]
    return torch.nn.functional.normalize(vectors.float(), dim=1)


def _has_bfloat16(device: Any) -> bool:
    """Whether the device multiplies in bfloat16 itself, which halves a step; else it is slower."""
    import torch

    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _checkpoint(folder: Path, parameters: Any, optimizer: Any, step: int, total: int) -> None:
    """Adapters and the optimizer's moments, replaced in one move so that a kill harms nothing."""
    from safetensors.torch import save_file

    tensors = {}
    for i, parameter in enumerate(parameters):
        state = optimizer.state.get(parameter)
        if not state:  # a part of the model that the sentence vector does not use
            continue
        tensors[f"{i}.value"] = parameter.detach().cpu().contiguous()
        tensors[f"{i}.mean"] = state["exp_avg"].cpu().contiguous()
        tensors[f"{i}.square"] = state["exp_avg_sq"].cpu().contiguous()
    part = folder / "checkpoint.part"
    save_file(tensors, part, metadata={"step": str(step), "total": str(total)})
    part.replace(folder / "checkpoint.safetensors")


def _resume(folder: Path, parameters: Any, optimizer: Any, total: int) -> int:
    """Restore the last checkpoint, if there is one; the step to go on from."""
    import torch
    from safetensors import safe_open

    path = folder / "checkpoint.safetensors"
    if not path.exists():
        return 0
    with safe_open(path, framework="pt") as stored:
        metadata = stored.metadata()
        if int(metadata["total"]) != total:
            return 0
        step = int(metadata["step"])
        with torch.no_grad():
            stored_names = set(stored.keys())
            for i, parameter in enumerate(parameters):
                if f"{i}.value" not in stored_names:
                    continue
                parameter.copy_(stored.get_tensor(f"{i}.value"))
                optimizer.state[parameter] = {
                    "step": torch.tensor(float(step)),
                    "exp_avg": stored.get_tensor(f"{i}.mean").to(parameter.device),
                    "exp_avg_sq": stored.get_tensor(f"{i}.square").to(parameter.device),
                }
    return step


make = Lora
