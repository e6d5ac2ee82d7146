"""The template inspector: planted faults over public chat templates, and silence on right ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from template_families import ALPACA, CHATML_BODY, FAMILIES, LLAMA3, VICUNA, ZEPHYR

from training.__main__ import main
from training.errors import PilotError
from training.templates import (
    KINDS,
    Inspection,
    Tokenizer,
    inspect_template,
    load_tokenizer,
    make_template,
    parse_conversations,
    read_conversations,
    read_template,
)
from training.templates.tiny import TOKENIZERS
from training.templates.tiny import main as write_bundled

SYSTEM = {"role": "system", "content": "You answer in one word."}
ASK = {"role": "user", "content": "What is the capital of France?"}
SAY = {"role": "assistant", "content": "Paris"}
ONE = [ASK, SAY]
MORE = [*ONE, {"role": "user", "content": "And how many people live there?\n"},
        {"role": "assistant", "content": "42 in all,\nor so."}]
WITH_SYSTEM = [SYSTEM, *ONE]
LONG = [ASK, {"role": "assistant", "content": "word " * 300}]


@dataclass(frozen=True)
class Fault:
    """``train`` and ``inference`` are templates; ``own`` replaces the tokenizer's own."""

    kind: str
    family: str
    train: str | None = None
    inference: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=lambda: ONE)
    tokenizer: dict[str, Any] = field(default_factory=dict)


def changed(family: str, old: str, new: str) -> str:
    template = FAMILIES[family].template
    assert old in template, (family, old)
    return template.replace(old, new)


def said(content: str) -> list[dict[str, str]]:
    return [ASK, {"role": "assistant", "content": content}]


def asked(content: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": content}, SAY]


def renamed(user: str, assistant: str) -> list[dict[str, str]]:
    return [{"role": user, "content": "Where?"}, {"role": assistant, "content": "Here"},
            {"role": user, "content": "When?"}, SAY]


GEN_CHATML = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}HEADER<|im_end|>\n"
    "{% endgeneration %}{% else %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + "
    "'<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
GOOD_MARKS = GEN_CHATML.replace(
    "HEADER", "{{ '<|im_start|>assistant\n' }}{% generation %}{{ m['content'] }}")
HEADER_MARKED = GEN_CHATML.replace(
    "HEADER", "{% generation %}{{ '<|im_start|>assistant\n' + m['content'] }}")
END_UNMARKED = GOOD_MARKS.replace("<|im_end|>\n{% endgeneration %}",
                                  "{% endgeneration %}<|im_end|>\n")
ALL_MARKED = "{% generation %}" + CHATML_BODY.split("{% if add")[0] + "{% endgeneration %}"
NONE_MARKED = CHATML_BODY + "{% if false %}{% generation %}{% endgeneration %}{% endif %}"
ALPACA_FIELDS = ("Below is an instruction.\n\n### Instruction:\n{instruction}\n\n"
                 "### Response:\n{output}</s>")
NO_PROMPT = {name: family.template.split("{% if add_generation_prompt")[0]
             for name, family in FAMILIES.items()}
LLAMA2_FIELDS = "<s>[INST] {instruction} [/INST] {output} </s>"
NOT_SYSTEM = "{% for m in messages if m['role'] != 'system' %}"

FAULTS = [
    # the beginning
    Fault("missing_bos", "llama2", train=changed("llama2", "bos_token + ", "")),
    Fault("missing_bos", "llama3", train=changed("llama3", "bos_token if", "'' if")),
    Fault("missing_bos", "mistral1", inference=changed("mistral1", "{{ bos_token }}", "")),
    Fault("missing_bos", "gemma", train=changed("gemma", "{{ bos_token }}", "")),
    Fault("missing_bos", "vicuna", train=VICUNA.replace("{{ bos_token }}", ""),
          inference=VICUNA.replace("{{ bos_token }}", "")),
    Fault("missing_bos", "deepseek", train=changed("deepseek", "{{ bos_token }}", ""),
          messages=WITH_SYSTEM),
    Fault("missing_bos", "command-r", train=changed("command-r", "{{ bos_token }}", "")),
    Fault("missing_bos", "llama3", train=CHATML_BODY, inference=CHATML_BODY,
          tokenizer={"template": None, "specials": ("<|im_start|>", "<|im_end|>"),
                     "eos": "<|im_end|>", "stops": ()}),
    Fault("double_bos", "llama2", train="<s>" + FAMILIES["llama2"].template),
    Fault("double_bos", "llama3", inference="{{ bos_token }}" + LLAMA3),
    Fault("double_bos", "mistral3", train="{{ bos_token }}" + FAMILIES["mistral3"].template),
    Fault("double_bos", "gemma", tokenizer={"template": "<bos>" + FAMILIES["gemma"].template}),
    Fault("double_bos", "llama2", train=LLAMA2_FIELDS),
    Fault("double_bos", "alpaca", train="<s>" + ALPACA_FIELDS, inference=ALPACA_FIELDS),
    # the end
    Fault("missing_eos", "llama2", train=changed("llama2", "+ ' ' + eos_token", "")),
    Fault("missing_eos", "llama3", train=changed("llama3", "+ '<|eot_id|>'", "")),
    Fault("missing_eos", "chatml", train=changed("chatml", "<|im_end|>\n", "\n")),
    Fault("missing_eos", "mistral1", train=changed("mistral1", "+ eos_token + ' '", "")),
    Fault("missing_eos", "zephyr", train=changed(
        "zephyr", "'<|assistant|>\n' + m['content'] + eos_token",
        "'<|assistant|>\n' + m['content']")),
    Fault("missing_eos", "alpaca", train=ALPACA.replace(" + eos_token", "")),
    Fault("missing_eos", "alpaca", train=ALPACA_FIELDS.replace("</s>", ""),
          inference=ALPACA_FIELDS),
    Fault("missing_eos", "command-r", train=changed(
        "command-r", "m['content'].strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}",
        "m['content'].strip() }}{% endif %}{% endfor %}")),
    Fault("missing_eos", "deepseek", messages=MORE,
          train=changed("deepseek", "+ eos_token", "+ (eos_token if loop.last else '')")),
    Fault("missing_eos", "chatml", train=END_UNMARKED),
    Fault("stop_mismatch", "qwen2.5", tokenizer={"eos": "<|endoftext|>", "stops": ()}),
    Fault("stop_mismatch", "chatml", tokenizer={"stops": ("<|endoftext|>",)}),
    Fault("stop_mismatch", "llama3", tokenizer={"eos": "<|end_of_text|>", "stops": (),
                                                "specials": (
                                                    *FAMILIES["llama3"].specials, "<|eot_id|>")}),
    Fault("stop_mismatch", "gemma", tokenizer={"stops": ("<eos>",)}),
    Fault("stop_mismatch", "qwen2.5", train=changed("qwen2.5", "m.content + '<|im_end|>",
                                                    "m.content + '<|im_start|>")),
    Fault("stop_mismatch", "llama3", train=changed("llama3", "<|eot_id|>", "<|end_of_text|>"),
          tokenizer={"stops": ("<|eot_id|>",)}),
    Fault("truncated_answer", "chatml", messages=LONG, tokenizer={"model_max_length": 64}),
    Fault("truncated_answer", "llama2", messages=LONG, tokenizer={"model_max_length": 200}),
    Fault("truncated_answer", "zephyr", messages=LONG, tokenizer={"model_max_length": 128}),
    # the header before the answer
    Fault("generation_prompt_missing", "chatml", inference=NO_PROMPT["chatml"]),
    Fault("generation_prompt_missing", "qwen2.5", tokenizer={"template": NO_PROMPT["qwen2.5"]}),
    Fault("generation_prompt_missing", "llama3", inference=NO_PROMPT["llama3"]),
    Fault("generation_prompt_missing", "gemma", inference=NO_PROMPT["gemma"]),
    Fault("generation_prompt_missing", "vicuna", inference=NO_PROMPT["vicuna"]),
    Fault("generation_prompt_missing", "command-r", inference=NO_PROMPT["command-r"]),
    Fault("generation_prompt_missing", "phi3", inference=changed(
        "phi3", "{{ '<|assistant|>\n' }}{% else %}", "{% else %}")),
    Fault("generation_prompt_missing", "alpaca", train=ALPACA_FIELDS,
          inference=ALPACA_FIELDS.split("### Response")[0]),
    Fault("generation_prompt_missing", "chatml", train=CHATML_BODY.replace("m['role'] +",
          "('bot' if m['role'] == 'assistant' else m['role']) +")),
    Fault("generation_prompt_trained", "chatml", train=HEADER_MARKED),
    Fault("generation_prompt_trained", "chatml", train=ALL_MARKED),
    Fault("generation_prompt_trained", "llama3", train=NO_PROMPT["llama3"]),
    Fault("generation_prompt_trained", "gemma", train=NO_PROMPT["gemma"]),
    Fault("generation_prompt_trained", "vicuna", train=NO_PROMPT["vicuna"]),
    Fault("generation_prompt_trained", "deepseek", train=NO_PROMPT["deepseek"]),
    # the system message
    Fault("system_dropped", "chatml", train=NOT_SYSTEM + CHATML_BODY.split("%}", 1)[1],
          messages=WITH_SYSTEM),
    Fault("system_dropped", "llama3", inference=NOT_SYSTEM + LLAMA3.split("%}", 1)[1],
          messages=WITH_SYSTEM),
    Fault("system_dropped", "gemma", messages=WITH_SYSTEM),
    Fault("system_dropped", "mistral1", messages=WITH_SYSTEM),
    Fault("system_dropped", "phi3", train=changed("phi3", "== 'system'", "== 'nobody'"),
          messages=WITH_SYSTEM),
    Fault("system_dropped", "llama2", messages=WITH_SYSTEM, train=changed(
        "llama2", "{% set lead = '<<SYS>>", "{% set lead = '' %}{% set unused = '<<SYS>>")),
    Fault("system_dropped", "alpaca", train=ALPACA_FIELDS, inference=ALPACA_FIELDS,
          messages=WITH_SYSTEM),
    Fault("system_dropped", "qwen2.5", train=CHATML_BODY),
    # spaces and joints
    Fault("whitespace", "chatml", inference=changed("chatml", "assistant\n' }}", "assistant' }}")),
    Fault("whitespace", "llama3", train=changed("llama3", "<|end_header_id|>\n\n' +",
                                                "<|end_header_id|>\n' +")),
    Fault("whitespace", "gemma", inference=changed("gemma", "{{ '<start_of_turn>model\n' }}",
                                                   "{{ '<start_of_turn>model' }}")),
    Fault("whitespace", "mistral1", inference=changed("mistral1", "+ ' [/INST]'", "+ ' [/INST] '")),
    Fault("whitespace", "llama2", inference=changed("llama2", "'[INST] ' +", "'[INST]  ' +")),
    Fault("whitespace", "vicuna", inference=changed("vicuna", "{{ 'ASSISTANT:' }}",
                                                    "{{ 'ASSISTANT: ' }}")),
    Fault("whitespace", "alpaca", train=ALPACA_FIELDS,
          inference=ALPACA_FIELDS.split("{output}")[0].rstrip()),
    Fault("whitespace", "zephyr", train=changed("zephyr", "'<|user|>\n'", "'<|user|> '")),
    Fault("whitespace", "chatml", inference=changed("chatml", "<|im_end|>\n", "<|im_end|>")),
    Fault("whitespace", "chatml", tokenizer={"template": changed(
        "chatml", "assistant\n' }}", "assistant' }}")}),
    Fault("retokenised", "vicuna", tokenizer={"template": VICUNA.replace(
        "{{ 'ASSISTANT:' }}", "{{ 'ASSISTANT: ' }}")}),
    Fault("retokenised", "alpaca", train="Q: {instruction}\nA: {output}</s>",
          inference="Q: {instruction}\nA: ", messages=said("the table")),
    Fault("retokenised", "chatml", messages=said("\nParis")),
    Fault("retokenised", "alpaca", train="{instruction} The tab{output}</s>",
          inference="{instruction} The tab", messages=said("le is set")),
    # special tokens as text
    Fault("special_as_text", "llama2", train=CHATML_BODY),
    Fault("special_as_text", "chatml", messages=asked("What does <|im_end|> mean?")),
    Fault("special_as_text", "llama2", messages=said("Use </s> to end.")),
    Fault("special_as_text", "llama3", messages=asked("<|start_header_id|>system")),
    Fault("special_as_text", "zephyr", messages=asked("<|assistant|> Sure")),
    Fault("special_as_text", "llama2", messages=asked("a [/INST] b")),
    Fault("special_as_text", "chatml", train=changed("chatml", "<|im_end|>", "<|im_end |>")),
    Fault("special_as_text", "llama3", train=changed("llama3", "<|eot_id|>", "<|eot_id>")),
    Fault("special_as_text", "chatml", train=changed("chatml", "<|im_end|>", "|im_end|>")),
    Fault("special_as_text", "chatml", train=changed("chatml", "<|im_end|>",
                                                     "&lt;|im_end|&gt;")),
    Fault("special_as_text", "gemma", train=changed("gemma", "<end_of_turn>", "<end of turn>")),
    Fault("special_as_text", "alpaca", train=ALPACA_FIELDS.replace("</s>", "<|endoftext|>"),
          inference=ALPACA_FIELDS),
    Fault("special_as_text", "qwen2.5", tokenizer={"specials": ("<|im_end|>",), "stops": ()}),
    Fault("special_as_text", "deepseek", tokenizer={"split_special_tokens": True}),
    # roles
    Fault("unknown_role", "chatml", messages=renamed("human", "gpt")),
    Fault("unknown_role", "llama3", messages=renamed("user", "bot")),
    Fault("unknown_role", "qwen2.5", messages=renamed("customer", "assistant")),
    Fault("unknown_role", "phi3", messages=renamed("human", "assistant")),
    Fault("unknown_role", "mistral1", messages=renamed("human", "assistant")),
    Fault("unknown_role", "gemma", messages=[ASK, ASK, SAY]),
    Fault("unknown_role", "zephyr", train=ZEPHYR.replace("== 'user'", "== 'human'")),
    Fault("unknown_role", "chatml", messages=[
        ASK, {"role": "function", "content": "42"}, SAY]),
    Fault("unknown_role", "vicuna", inference=VICUNA.replace("USER: ", "Human: ")),
    # nothing to learn
    Fault("all_masked", "chatml", train=NONE_MARKED),
    Fault("all_masked", "llama3", messages=[SYSTEM, ASK]),
    Fault("all_masked", "mistral3", messages=said("")),
    Fault("all_masked", "alpaca", messages=[
        {"role": "user", "content": "word " * 300}, SAY], tokenizer={"model_max_length": 50}),
    Fault("all_masked", "phi3", train=changed("phi3", "== 'assistant'", "== 'bot'")),
]


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Tokenizer]:
    """A family's tokenizer, written once, or anew with changes."""
    root = tmp_path_factory.mktemp("tokenizers")
    known: dict[str, Tokenizer] = {}

    def get(family: str, **changes: Any) -> Tokenizer:
        key = f"{family}-{len(known)}" if changes else family
        if key not in known:
            folder = FAMILIES[family].write(root / key, **changes)
            known[key] = load_tokenizer(str(folder))
        return known[key]

    return get


def inspected(tokenizer: Tokenizer, messages: list[dict[str, Any]], train: str | None = None,
              inference: str | None = None) -> Inspection:
    rows = parse_conversations(json.dumps({"messages": messages}))
    return inspect_template(
        tokenizer, rows, train_template=make_template(train) if train else None,
        inference_template=make_template(inference) if inference else None)


@pytest.mark.parametrize(
    "fault", FAULTS, ids=[f"{f.kind}-{f.family}-{i}" for i, f in enumerate(FAULTS)])
def test_planted_fault_is_found(fault: Fault, tokenizer: Callable[..., Tokenizer]) -> None:
    found = inspected(tokenizer(fault.family, **fault.tokenizer), fault.messages, fault.train,
                      fault.inference)
    assert fault.kind in {finding.kind for finding in found.findings}, found.findings
    for finding in found.findings:
        side = found.train if finding.side == "train" else found.inference
        assert 0 <= finding.position < max(1, len(side.tokens)), finding


def test_the_collection_is_large_and_covers_every_kind() -> None:
    assert len(FAULTS) >= 60 and len({fault.family for fault in FAULTS}) >= 9
    assert {fault.kind for fault in FAULTS} == set(KINDS)


CONVERSATIONS = {"one": ONE, "more": MORE, "system": WITH_SYSTEM, "all": [SYSTEM, *MORE],
                 "odd": [{"role": "user", "content": "  1 < 2 & <b>bold</b>?\n\n"},
                         {"role": "assistant", "content": "7"}]}


@pytest.mark.parametrize("shape", CONVERSATIONS)
@pytest.mark.parametrize("family", FAMILIES)
def test_right_combination_is_silent(
    family: str, shape: str, tokenizer: Callable[..., Tokenizer]
) -> None:
    messages = CONVERSATIONS[shape]
    if messages[0]["role"] == "system" and not FAMILIES[family].system:
        return
    found = inspected(tokenizer(family), messages)
    assert not found.findings and any(found.train.trained)


@pytest.mark.parametrize("family, train, inference", [
    ("chatml", GOOD_MARKS, None),
    ("alpaca", ALPACA_FIELDS, ALPACA_FIELDS),
    ("alpaca", ALPACA_FIELDS, ALPACA_FIELDS.split("{output}")[0]),
    ("alpaca", "Q: {instruction}\nA: {output}</s>", "Q: {instruction}\nA:"),
    ("llama2", LLAMA2_FIELDS.removeprefix("<s>"), None),
    ("llama2", "[INST] {instruction} [/INST] {output} {eos_token}", None),
    ("qwen2.5", FAMILIES["qwen2.5"].template, FAMILIES["qwen2.5"].template),
    ("chatml", "<|im_start|>user\n{instruction}<|im_end|>\n<|im_start|>assistant\n"
               "{output}<|im_end|>\n", None),
])
def test_right_pair_of_templates_is_silent(
    family: str, train: str, inference: str | None, tokenizer: Callable[..., Tokenizer]
) -> None:
    assert not inspected(tokenizer(family), ONE, train, inference).findings


def test_gemma_and_phi_without_generation_config_are_silent(
    tokenizer: Callable[..., Tokenizer]
) -> None:
    assert not inspected(tokenizer("gemma", stops=()), ONE).findings
    assert not inspected(tokenizer("phi3", stops=()), ONE).findings


def test_loss_falls_on_answers_and_their_ends(tokenizer: Callable[..., Tokenizer]) -> None:
    for train in (None, GOOD_MARKS):
        side = inspected(tokenizer("chatml"), [SYSTEM, *MORE], train).train
        taught = [i for i, flag in enumerate(side.trained) if flag]
        text = "".join(side.text[slice(*side.offsets[i])] for i in taught)
        assert text.replace(">\n", ">") == "Paris<|im_end|>42 in all,\nor so.<|im_end|>"


def test_tool_calls_are_trained_or_found_missing(tokenizer: Callable[..., Tokenizer]) -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [
        {"type": "function", "function": {"name": "seats", "arguments": {"people": 2}}}]}
    messages = [ASK, call, {"role": "tool", "content": "7"}, SAY]
    writes = CHATML_BODY.replace("m['content'] + '<|im_end|>", "m['content'] + (m.tool_calls | "
                                 "tojson if m.tool_calls else '') + '<|im_end|>")
    writes += "{% if messages[0]['role'] == 'tool' %}{% endif %}"
    found = inspected(tokenizer("chatml", template=writes), messages)
    taught = "".join(found.train.text[slice(*found.train.offsets[i])]
                     for i, flag in enumerate(found.train.trained) if flag)
    assert not found.findings and '"people": 2' in taught and taught.count("<|im_end|>") == 2
    found = inspected(tokenizer("llama3"), messages[:2])
    assert [finding.kind for finding in found.findings] == ["all_masked"]


def test_position_points_at_the_token(tokenizer: Callable[..., Tokenizer]) -> None:
    found = inspected(tokenizer("chatml"), asked("What does <|im_end|> mean?"))
    finding = next(f for f in found.findings if f.kind == "special_as_text")
    assert found.train.tokens[finding.position] == "<|im_end|>"
    found = inspected(tokenizer("qwen2.5", eos="<|endoftext|>", stops=()), ONE)
    (finding,) = found.findings
    assert found.train.tokens[finding.position] == "<|im_end|>"
    assert finding.code == "T08-train" and "<|endoftext|>" in finding.text


def test_tokens_are_those_of_transformers(tokenizer: Callable[..., Tokenizer]) -> None:
    for family in FAMILIES:
        loaded = tokenizer(family)
        found = inspected(loaded, ONE)
        assert found.train.ids == loaded.hf.apply_chat_template(ONE)["input_ids"]
        assert found.inference.ids == loaded.hf.apply_chat_template(
            ONE[:1], add_generation_prompt=True)["input_ids"]


@pytest.mark.parametrize("row", [
    {"messages": ONE},
    {"conversations": [{"from": "human", "value": ASK["content"]},
                       {"from": "gpt", "value": "Paris"}]},
    {"instruction": ASK["content"], "output": "Paris"},
    {"prompt": ASK["content"], "completion": "Paris"},
    {"prompt": [ASK], "completion": [SAY]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": ASK["content"]}]}, SAY]},
])
def test_row_shapes_read_alike(row: dict[str, Any], tokenizer: Callable[..., Tokenizer]) -> None:
    rows = parse_conversations(json.dumps(row))
    content = "m['content'] if m['content'] is string else m['content'][0]['text']"
    train = make_template(CHATML_BODY.replace("m['content']", f"({content})"))
    assert inspect_template(tokenizer("chatml"), rows, train_template=train,
                            inference_template=train).train.text == (
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n"
        "<|im_start|>assistant\nParis<|im_end|>\n")


def test_a_file_of_single_messages_is_one_conversation() -> None:
    (row,) = parse_conversations("\n".join(map(json.dumps, ONE)))
    assert row.messages == ONE


def test_instruction_rows_fill_alpaca_and_axolotl_fields(
    tmp_path: Path, tokenizer: Callable[..., Tokenizer]
) -> None:
    rows = parse_conversations(json.dumps(
        {"instruction": "Translate.", "input": "{output} Haus", "output": "house"}))
    path = tmp_path / "axolotl.yml"
    path.write_text('datasets:\n  - type:\n      format: "[INST] {instruction} {input} [/INST] "\n'
                    '      no_input_format: "[INST] {instruction} [/INST] "\n')
    found = inspect_template(tokenizer("alpaca"), rows, train_template=read_template(path))
    assert found.train.text == "[INST] Translate. {output} Haus [/INST] house</s>"
    path = tmp_path / "string.txt"
    path.write_text(""" f"{row['instruction']}\\n{row['output']}</s>"\n""")
    found = inspect_template(tokenizer("alpaca"), rows, train_template=read_template(path))
    assert found.train.text == "Translate.\n\n{output} Haus\nhouse</s>"
    path = tmp_path / "alpaca.txt"
    path.write_text("{{a}} {instruction}|{input}|{output}{eos_token}")
    found = inspect_template(tokenizer("alpaca"), rows, train_template=read_template(path))
    assert found.train.text == "{a} Translate.|{output} Haus|house</s>"


def test_command_prints_the_promised_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = tmp_path / "chats.jsonl"
    messages.write_text(json.dumps({"messages": ONE}) + "\n\n"
                        + json.dumps({"messages": asked("<|im_end|>")}) + "\n")
    template = tmp_path / "train.jinja"
    template.write_text(CHATML_BODY.replace("<|im_end|>\n", ""))
    command = ["inspect-template", "--tokenizer", str(TOKENIZERS / "chatml"), "--messages",
               str(messages), "--train-template", str(template)]
    assert main([*command, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert set(out) == {"train", "inference", "findings"}
    assert set(out["train"]) == {"text", "tokens", "trained"}
    assert set(out["inference"]) == {"text", "tokens"}
    assert len(out["train"]["tokens"]) == len(out["train"]["trained"])
    assert {f["row"] for f in out["findings"] if f["kind"] == "special_as_text"} == {3}
    assert {f["row"] for f in out["findings"] if f["kind"] == "missing_eos"} == {1, 3}
    assert all(set(f) == {"code", "kind", "text", "position", "row"} for f in out["findings"])
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "missing_eos, row 1" in told and "(2 rows)" in told and "End the answer" in told
    assert main([*command, "--max-length", "12", "--json"]) == 0
    kinds = {f["kind"] for f in json.loads(capsys.readouterr().out)["findings"]}
    assert {"truncated_answer", "all_masked"} <= kinds


@pytest.mark.parametrize("content, words", [
    ("", "at least one row"),
    ("{", "one JSON object a line"),
    ('{"text": "x"}', "found text"),
    ('{"messages": "x"}', "a list of messages"),
    ('{"messages": [{"role": 1, "content": "x"}]}', "role and content as text"),
    ('{"messages": [{"role": "assistant", "content": "x"}]}', "what the user asked"),
    ("1", "found int"),
    ("[1]", "found 1"),
    ("[]", "what the user asked"),
])
def test_unusable_messages_are_explained(
    content: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(content)
    assert main(["inspect-template", "--tokenizer", str(TOKENIZERS / "chatml"),
                 "--messages", str(path)]) == 2
    told = capsys.readouterr().err
    assert words in told and "Traceback" not in told


@pytest.mark.parametrize("template, words", [
    ("{% for m in messages %}", "sandbox"),
    ("{% set x = ''.__class__.__mro__ %}{{ x }}", "sandbox"),
    ("{% for m in messages %}{{ m.content + 1 }}{% endfor %}", "cannot be rendered"),
    ("no field at all", "found the fields none"),
    ("{instruction} {outptu}", "{outptu} is unknown"),
    ("{instruction.__class__} {x}", "found the fields x"),
])
def test_unusable_templates_are_explained(template: str, words: str) -> None:
    with pytest.raises(PilotError, match=words.replace("{", "[{]")):
        inspected(load_tokenizer(str(TOKENIZERS / "chatml")), ONE, template)


def test_tokenizers_that_cannot_be_had_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokenizer: Callable[..., Tokenizer]
) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(PilotError, match=r"it is a folder; tokenizer\.json"):
        load_tokenizer(str(tmp_path))
    monkeypatch.setattr("training.templates.tokenizer._hub_answers", lambda: False)
    with pytest.raises(PilotError, match="the Hub could not be reached"):
        load_tokenizer("somebody/no-such-tokenizer")
    with pytest.raises(PilotError, match="has no chat template"):
        inspected(tokenizer("chatml", template=None), ONE)


def test_no_remote_code_is_run(tmp_path: Path) -> None:
    folder = FAMILIES["chatml"].write(tmp_path / "remote")
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config |= {"tokenizer_class": "Own", "auto_map": {"AutoTokenizer": ["own.Own", "own.Own"]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text("raise SystemExit('remote code ran')\n")
    assert not inspected(load_tokenizer(str(folder)), ONE).findings


def test_a_tokenizer_file_alone_is_enough(tmp_path: Path) -> None:
    folder = FAMILIES["alpaca"].write(tmp_path / "alone", template=None)
    for path in folder.iterdir():
        if path.name != "tokenizer.json":
            path.unlink()
    side = inspected(load_tokenizer(str(folder)), ONE, "{instruction}\n{output}</s>").train
    assert side.tokens[0] == "<s>" and side.tokens[-1] == "</s>"


def test_bundled_tokenizers_are_what_the_recipe_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.templates.tiny.TOKENIZERS", tmp_path)
    write_bundled()
    for path in TOKENIZERS.rglob("*.*"):
        assert path.read_bytes() == (tmp_path / path.relative_to(TOKENIZERS)).read_bytes(), path


def test_bundled_conversations_fit_the_bundled_tokenizers() -> None:
    rows = read_conversations(TOKENIZERS.parent / "chats.jsonl")
    assert not inspect_template(load_tokenizer(str(TOKENIZERS / "chatml")), rows).findings
