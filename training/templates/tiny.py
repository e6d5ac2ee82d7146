"""Tiny tokenizers to learn and to test with: python -m training.templates.tiny

Real byte-level and metaspace BPE with real special tokens, trained on the project's own sample
e-mails, so small that they split most words. The command writes the two bundled ones again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"
TOKENIZERS = SAMPLES / "tokenizers"
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}"
)
INST = (
    "{{ bos_token }}{% set lead = '' %}{% if messages[0]['role'] == 'system' %}"
    "{% set lead = messages[0]['content'] + '\n\n' %}{% set messages = messages[1:] %}{% endif %}"
    "{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + (lead if loop.first else '') + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant messages may follow') }}"
    "{% endif %}{% endfor %}"
)


# How Llama 3 and Qwen split text before merging: line breaks stay together, also at the end.
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def build(
    folder: Path, *, template: str | None, eos: str, bos: str | None = None,
    specials: Sequence[str] = (), add_bos: bool = False, metaspace: bool = False,
    stops: Sequence[str] = (), **config: Any,
) -> Path:
    """Write a tokenizer with these special tokens to ``folder``.

    ``metaspace``: a space belongs to the word behind it and is put before text, as in Llama 2;
    otherwise bytes, as in Llama 3. ``stops`` go into generation_config.json. ``config`` goes to
    transformers as it is, for instance ``model_max_length``.
    """
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    names = [n for n in dict.fromkeys(["<unk>", bos, eos, *specials]) if n]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
        alphabet = [chr(i) for i in range(32, 127)] + ["\n"]
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=names, initial_alphabet=alphabet,
                                  show_progress=False)
    lines = (SAMPLES / "restaurant_emails.csv").read_text("utf-8").split("\n")
    tokenizer.train_from_iterator([*lines, *["\n\n"] * 50], trainer)
    if add_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(str(bos), tokenizer.token_to_id(str(bos)))])
    hf = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token=bos, eos_token=eos,
        pad_token=eos, additional_special_tokens=list(specials), chat_template=template, **config)
    hf.save_pretrained(folder)
    if stops:
        ids = hf.convert_tokens_to_ids(list(stops))
        (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ids}) + "\n")
    return folder


def main() -> None:
    build(TOKENIZERS / "chatml", template=CHATML, eos="<|im_end|>",
          specials=["<|im_start|>", "<|endoftext|>"], stops=["<|im_end|>", "<|endoftext|>"])
    build(TOKENIZERS / "inst", template=INST, bos="<s>", eos="</s>", add_bos=True, metaspace=True)


if __name__ == "__main__":
    main()
