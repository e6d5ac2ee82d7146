"""LoRA adapters on the encoder for several labels, levels and numbers, with a linear model on top.

Trained through a linear head that starts as the linear probe's (a fresh one would first undo what
the encoder knows): logistic loss for yes-or-no answers, squared error for numbers. At the end the
head is fitted anew on the adapted embeddings. As in ``lora``, a resumed run ends where an unbroken
one does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import Linear, fit_linear
from training.arms.lora import MAX_TOKENS, SAVE_EVERY, Lora, _adapted, _checkpoint, _embed, _resume
from training.encoder import resolve
from training.tasks import TASKS

# Small batches and large steps: on the item values, 3e-4 on batches of 32 gave a median error of
# 79% in 48 seconds of one core where this gave 63% in 28 (one split, one seed).
LEARNING_RATE = {"number": 2e-3, "bits": 1e-3}
BATCH = 16
LOADING = """Load the adapter:

    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer({base!r}); model.load_adapter("adapter")
    vectors = model.encode(["a text"], normalize_embeddings=True)

`head.safetensors` holds the linear model over these vectors (`vectors @ coef.T + intercept`),
`labels.json` what its columns mean; `python -m training predict` does it all.
"""


def steps_for(n: int) -> int:
    """Training steps for n examples: seven times through some hundred, less often through more."""
    return int(np.clip(0.45 * n, 60, min(90 + n / 32, 400)))


class LoraTargets(Lora):
    def fit(self, train: Examples, context: ArmContext) -> None:
        context.folder.mkdir(parents=True, exist_ok=True)
        probe = fit_linear(context.encoder.encode(train.texts), train.labels, context.task,
                           context.seed)
        self._model = _adapted(context.encoder.source, context.seed)
        _train(self._model, list(train.texts), train.labels, probe, context)
        self._linear = fit_linear(self.encode(train.texts), train.labels, context.task,
                                  context.seed)
        weights = sum(p.numel() for p in self._model.parameters() if p.requires_grad)
        self.trainable_parameters = weights + self._linear.size
        self._save(context)

    def predict(self, texts: Sequence[str]) -> Prediction:
        return self._linear.predict(self.encode(texts))

    def _save(self, context: ArmContext) -> None:
        from safetensors.numpy import save_file

        folder, head = context.folder, self._linear
        self._model[0].auto_model.save_pretrained(str(folder / "adapter"))
        save_file({"coef": np.ascontiguousarray(head.coef), "intercept": head.intercept},
                  folder / "head.safetensors")
        about = {"task": context.task.name, "base": context.encoder.base, "cut": head.cut,
                 "settled": vars(context.task)}
        (folder / "labels.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / "README.md").write_text(LOADING.format(base=context.encoder.base), "utf-8")
        (folder / "checkpoint.safetensors").unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> LoraTargets:
        """The arm as saved in ``folder``, ready to predict."""
        from safetensors.numpy import load_file
        from sentence_transformers import SentenceTransformer

        arm = cls()
        about = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        arm._model = SentenceTransformer(resolve(about["base"]), trust_remote_code=False)
        arm._model.load_adapter(str(folder / "adapter"))
        arm._model.eval()
        arm._model.max_seq_length = min(MAX_TOKENS, arm._model.max_seq_length or MAX_TOKENS)
        head = load_file(folder / "head.safetensors")
        task = TASKS[about["task"]](**about["settled"])
        arm._linear = Linear(task, head["coef"], head["intercept"], about["cut"])
        return arm


def _train(
    model: Any, texts: list[str], labels: Sequence[Any], probe: Linear, context: ArmContext
) -> None:
    """Adapters and head together; targets of numbers are brought to mean 0 and spread 1."""
    import torch

    device = model.device
    aim, head = _standard(context.task, labels, probe)
    targets = torch.tensor(aim, dtype=torch.float32, device=device)
    weight, bias = (torch.tensor(part, dtype=torch.float32, device=device, requires_grad=True)
                    for part in head)
    parameters = [*(p for p in model.parameters() if p.requires_grad), weight, bias]
    top = LEARNING_RATE[context.task.loss]
    optimizer = torch.optim.AdamW(parameters, lr=top, weight_decay=0.01)
    loss_of: Any = (torch.nn.functional.mse_loss if context.task.loss == "number"
                    else torch.nn.functional.binary_cross_entropy_with_logits)
    total = steps_for(len(texts))
    start = _resume(context.folder, parameters, optimizer, total)
    model.max_seq_length = min(MAX_TOKENS, model.max_seq_length or MAX_TOKENS)
    model.train()
    for step in range(start, total):
        torch.manual_seed(context.seed * 100_003 + step)
        rate = min((step + 1) / max(1, total // 10), (total - step) / total)
        for group in optimizer.param_groups:
            group["lr"] = top * rate
        batch = batch_places(len(texts), context.seed, step)
        scores = _embed(model, [texts[i] for i in batch]) @ weight.T + bias
        loss = loss_of(scores, targets[batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if (step + 1) % SAVE_EVERY == 0:
            _checkpoint(context.folder, parameters, optimizer, step + 1, total)
        context.progress(step + 1, total, {"loss": float(loss.detach())})
    model.eval()


def batch_places(n: int, seed: int, step: int) -> list[int]:
    """Places of one batch; each time through the data in a new order that the seed decides."""
    each = max(1, n // BATCH)
    order = np.random.default_rng([seed, step // each]).permutation(n)
    return [int(i) for i in np.array_split(order, each)[step % each]]


def _standard(
    task: Any, labels: Sequence[Any], probe: Linear
) -> tuple[NDArray[Any], tuple[NDArray[Any], NDArray[Any]]]:
    """Targets (n, c) as they are trained on, and the probe as the head to start from."""
    if task.loss == "bits":
        return task.targets(labels).toarray(), (probe.coef, probe.intercept)
    targets = task.targets(labels)
    middle, spread = targets.mean(), targets.std() or 1.0
    return (targets - middle) / spread, (probe.coef / spread, (probe.intercept - middle) / spread)


make = LoraTargets
