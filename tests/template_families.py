"""The chat templates of public model families, in our own spelling, with tiny tokenizers.

Each family: its template, special tokens, and how its tokenizer and generation_config behave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.templates.tiny import build

ALTERNATE = (
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}"
    "{% endif %}"
)
CHATML_BODY = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
QWEN = (
    "{% if messages[0]['role'] == 'system' %}"
    "{{ '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}{% else %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' or m.role == 'assistant' or "
    "(m.role == 'system' and not loop.first) %}"
    "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SMOL = (
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant<|im_end|>\n' }}{% endif %}"
    "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
THINKER = (
    "{% set ns = namespace(last=0) %}{% for m in messages %}{% if m.role == 'user' %}"
    "{% set ns.last = loop.index0 %}{% endif %}{% endfor %}{% for m in messages %}"
    "{% if m.role == 'assistant' %}{% set content = m.content.split('</think>')[-1].lstrip('\n') %}"
    "{{ '<|im_start|>assistant\n' }}{% if loop.index0 > ns.last %}{{ '<think>\n\n</think>\n\n' }}"
    "{% endif %}{{ content + '<|im_end|>\n' }}{% else %}"
    "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}"
    "{% set lead = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' %}{% else %}"
    "{% set rest = messages %}{% set lead = '' %}{% endif %}{% for m in rest %}" + ALTERNATE +
    "{% set content = (lead if loop.first else '') + m['content'] %}"
    "{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}"
    "{% endfor %}"
)
LLAMA3 = (
    "{% for m in messages %}{% set content = '<|start_header_id|>' + m['role'] + "
    "'<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' %}"
    "{{ (bos_token if loop.first else '') + content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
MISTRAL1 = (
    "{{ bos_token }}{% for m in messages %}" + ALTERNATE +
    "{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token + ' ' }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}"
    "{% endfor %}"
)
MISTRAL3 = (
    "{{ bos_token }}{% set lead = '' %}{% if messages[0]['role'] == 'system' %}"
    "{% set lead = messages[0]['content'] + '\n\n' %}{% set messages = messages[1:] %}{% endif %}"
    "{% for m in messages %}{% if m['role'] == 'user' %}{% set later = messages[loop.index:] | "
    "selectattr('role', 'equalto', 'user') | list %}"
    "{{ '[INST]' + ('' if later else lead) + m['content'] + '[/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ ' ' + m['content'] | trim + eos_token }}{% else %}"
    "{{ raise_exception('Only user and assistant roles, with an optional system first') }}"
    "{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}" +
    ALTERNATE +
    "{% set role = 'model' if m['role'] == 'assistant' else m['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
PHI3 = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ '<|system|>\n' + m['content'] + "
    "'<|end|>\n' }}{% elif m['role'] == 'user' %}{{ '<|user|>\n' + m['content'] + '<|end|>\n' }}"
    "{% elif m['role'] == 'assistant' %}{{ '<|assistant|>\n' + m['content'] + '<|end|>\n' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}"
    "{{ eos_token }}{% endif %}"
)
ZEPHYR = """{% for m in messages %}
{% if m['role'] == 'user' %}
{{ '<|user|>\n' + m['content'] + eos_token }}
{% elif m['role'] == 'system' %}
{{ '<|system|>\n' + m['content'] + eos_token }}
{% elif m['role'] == 'assistant' %}
{{ '<|assistant|>\n' + m['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""
VICUNA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] + ' ' }}"
    "{% set messages = messages[1:] %}{% endif %}{% for m in messages %}"
    "{% if m['role'] == 'user' %}{{ 'USER: ' + m['content'] | trim + ' ' }}"
    "{% elif m['role'] == 'assistant' %}{{ 'ASSISTANT: ' + m['content'] | trim + eos_token }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
ALPACA = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ m['content'] + '\n\n' }}"
    "{% elif m['role'] == 'user' %}{{ '### Instruction:\n' + m['content'] + '\n\n' }}"
    "{% elif m['role'] == 'assistant' %}{{ '### Response:\n' + m['content'] + eos_token + '\n\n' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}"
)
DEEPSEEK = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'] }}"
    "{% elif m['role'] == 'user' %}{{ '<｜User｜>' + m['content'] }}"
    "{% elif m['role'] == 'assistant' %}{% set said = m['content'].split('</think>')[-1] %}"
    "{{ '<｜Assistant｜>' + said + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\n' }}{% endif %}"
)
COMMAND_R = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}"
    "{{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' + m['content'] + '<|END_OF_TURN_TOKEN|>' }}"
    "{% elif m['role'] == 'user' %}"
    "{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + m['content'].strip() + '<|END_OF_TURN_TOKEN|>' }}"
    "{% elif m['role'] == 'assistant' %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' + "
    "m['content'].strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}"
)
HARMONY = (
    "{{ '<|start|>system<|message|>Knowledge cutoff: 2024-06<|end|>' }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ '<|start|>developer<|message|>' + m['content'] + '<|end|>' }}"
    "{% elif m['role'] == 'user' %}{{ '<|start|>user<|message|>' + m['content'] + '<|end|>' }}"
    "{% elif m['role'] == 'assistant' %}{{ '<|start|>assistant<|channel|>final<|message|>' + "
    "m['content'] + ('<|return|>' if loop.last else '<|end|>') }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start|>assistant' }}{% endif %}"
)


@dataclass(frozen=True)
class Family:
    template: str
    eos: str
    bos: str | None = None
    specials: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    add_bos: bool = False
    metaspace: bool = False
    system: bool = True
    config: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path, **changes: Any) -> Path:
        given: dict[str, Any] = {
            "template": self.template, "eos": self.eos, "bos": self.bos,
            "specials": self.specials, "stops": self.stops, "add_bos": self.add_bos,
            "metaspace": self.metaspace, **self.config}
        return build(folder, **(given | changes))


IM = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
FAMILIES = {
    "chatml": Family(CHATML_BODY, "<|im_end|>", specials=IM),
    "qwen2.5": Family(QWEN, "<|im_end|>", specials=IM, stops=("<|im_end|>", "<|endoftext|>")),
    "qwen3": Family(THINKER, "<|im_end|>", specials=(*IM, "<think>", "</think>"),
                    stops=("<|im_end|>", "<|endoftext|>")),
    "smollm2": Family(SMOL, "<|im_end|>", bos="<|im_start|>", specials=IM),
    "llama2": Family(LLAMA2, "</s>", bos="<s>", add_bos=True, metaspace=True),
    "llama3": Family(LLAMA3, "<|eot_id|>", bos="<|begin_of_text|>", add_bos=True,
                     specials=("<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
                     stops=("<|end_of_text|>", "<|eot_id|>")),
    "mistral1": Family(MISTRAL1, "</s>", bos="<s>", add_bos=True, metaspace=True, system=False),
    "mistral3": Family(MISTRAL3, "</s>", bos="<s>", add_bos=True, metaspace=True,
                       specials=("[INST]", "[/INST]")),
    "gemma": Family(GEMMA, "<eos>", bos="<bos>", add_bos=True, metaspace=True, system=False,
                    specials=("<start_of_turn>", "<end_of_turn>")),
    "phi3": Family(PHI3, "<|endoftext|>", bos="<s>", metaspace=True,
                   specials=("<|end|>", "<|user|>", "<|assistant|>", "<|system|>"),
                   stops=("<|endoftext|>", "<|end|>")),
    "zephyr": Family(ZEPHYR, "</s>", bos="<s>", add_bos=True, metaspace=True),
    "vicuna": Family(VICUNA, "</s>", bos="<s>", add_bos=True, metaspace=True),
    "alpaca": Family(ALPACA, "</s>", bos="<s>", add_bos=True),
    "deepseek": Family(DEEPSEEK, "<｜end▁of▁sentence｜>", bos="<｜begin▁of▁sentence｜>",
                       add_bos=True, specials=("<｜User｜>", "<｜Assistant｜>")),
    "command-r": Family(COMMAND_R, "<|END_OF_TURN_TOKEN|>", bos="<BOS_TOKEN>", add_bos=True,
                        specials=("<|START_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>",
                                  "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>")),
    "harmony": Family(HARMONY, "<|return|>", bos="<|startoftext|>", specials=(
        "<|start|>", "<|end|>", "<|message|>", "<|channel|>")),
}
