"""The classroom tokenizer: byte-level BPE of 3,072 tokens, learned from the classroom text.

Digits are single tokens, and words take one sign before them and none behind: "fare_eur" is " fare"
and "_eur" in a list of columns and in an answer alike, and each token tells which one comes next.
A very small model needs that for copying.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from training.classroom.text import conversations

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SIZE = 3072
BOS, PAD, END = "<s>", "<pad>", "<|end|>"
ROLES = ["<|system|>", "<|user|>", "<|assistant|>"]
PIECES = r"[ _./-]?[A-Za-z]+|[ _./-]?\d| ?[^\sA-Za-z\d]+|\s+(?!\S)|\s"
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.role not in ['system', 'user', 'assistant'] %}"
    "{{ raise_exception('the roles are system, user and assistant, not ' + message.role) }}"
    "{% endif %}{{ '<|' + message.role + '|>' }}"
    "{% if message.role == 'assistant' %}"
    "{% generation %}{{ message.content + eos_token }}{% endgeneration %}"
    "{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def make_tokenizer(chats: int = 20_000, seed: int = 1) -> PreTrainedTokenizerFast:
    """Learned from the first ``chats`` conversations of ``seed``."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PIECES), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=[PAD, BOS, END, *ROLES], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    texts = (message["content"] for chat in islice(conversations(seed), chats) for message in chat)
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=END, pad_token=PAD,
        extra_special_tokens=ROLES, chat_template=TEMPLATE, model_max_length=1024,
        clean_up_tokenization_spaces=False)
