"""The classroom model: a language model of 2.4 million parameters, trained here on text made here.

It shows on a laptop, without network, what tuning, templates and masks do. Its scores say nothing
about real language models. ``MODEL`` is the folder with its weights and tokenizer.
"""

from pathlib import Path

MODEL = Path(__file__).parent / "model"

__all__ = ["MODEL"]
