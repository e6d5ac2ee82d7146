"""A tokenizer from the Hub or a folder, with what generation stops on. No remote code is run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from training.errors import PilotError

# Published models whose tokenizer names one end token while their generation_config also stops
# on the other: without that file, the second is no fault.
ALSO_STOPS = {"<eos>": "<end_of_turn>", "<|endoftext|>": "<|end|>"}


@dataclass(frozen=True)
class Encoded:
    """Token ids, token strings and the characters (start, end) that each stands for."""

    ids: list[int]
    tokens: list[str]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True)
class Tokenizer:
    """``hf`` is the transformers tokenizer, ``own`` the source of its chat template if it has one.

    ``stops`` are the ids on which generation ends, read from ``stops_from``.
    """

    name: str
    hf: Any
    own: str | None
    stops: frozenset[int]
    stops_from: str

    def encode(self, text: str, add_special: bool) -> Encoded:
        """``add_special``: with the BOS and EOS that the tokenizer adds by itself."""
        out = self.hf(text, add_special_tokens=add_special, return_offsets_mapping=True,
                      truncation=False, verbose=False)
        ids = list(out["input_ids"])
        offsets = [(int(start), int(end)) for start, end in out["offset_mapping"]]
        return Encoded(ids, list(self.hf.convert_ids_to_tokens(ids)), offsets)

    @cached_property
    def control(self) -> dict[str, int]:
        """Special tokens and their ids: the declared ones and added ones that ``own`` writes."""
        added = {t.content: i for i, t in self.hf.added_tokens_decoder.items() if not
                 t.content.isspace() and (t.special or t.content in (self.own or ""))}
        return added | dict(zip(self.hf.all_special_tokens, self.hf.all_special_ids, strict=True))

    @cached_property
    def ends(self) -> frozenset[int]:
        """Tokens that could end an answer: special ones that are neither BOS nor unknown."""
        never = {self.hf.unk_token_id, self.hf.bos_token_id} - self.stops
        return (frozenset(self.control.values()) | self.stops) - never

    @cached_property
    def adds_bos(self) -> bool:
        """Whether plain text gets a BOS without being asked."""
        bos = self.hf.bos_token_id
        return bos is not None and self.encode("x", True).ids[:1] == [bos]

    @property
    def max_length(self) -> int | None:
        """Longest input that the tokenizer declares; ``None`` when it declares no real one."""
        longest = int(self.hf.model_max_length)
        return longest if longest < 10**9 else None


def load_tokenizer(name: str) -> Tokenizer:
    """A fast tokenizer by folder or Hub id; raises ``PilotError`` when it cannot be had."""
    folder = Path(name)
    local = folder.is_dir() or not _hub_answers()
    try:
        hf = _auto(name, local)
    except Exception as error:  # every tokenizer class raises its own
        reason = str(error).strip().split("\n")[0][:200]
        where = ("it is a folder; tokenizer.json and tokenizer_config.json must be in it"
                 if folder.is_dir() else "the Hub could not be reached and the local cache does "
                 "not hold it; go online once, or give the folder of a tokenizer" if local
                 else "check the id on huggingface.co; gated models need `hf auth login`")
        raise PilotError(f"{name}: no tokenizer could be loaded: {where} ({reason})") from error
    if not getattr(hf, "is_fast", False):
        raise PilotError(f"{name}: expected a fast tokenizer (tokenizer.json), found "
                         f"{type(hf).__name__}, which cannot say where its tokens stand in the "
                         "text; convert it with transformers and save it again")
    try:
        own: str | None = hf.get_chat_template()
    except ValueError:
        own = None
    stops, source = _stops(name, hf, local)
    return Tokenizer(name, hf, own, stops, source)


def _auto(name: str, local: bool) -> Any:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    options = {"trust_remote_code": False, "local_files_only": local}
    try:
        return AutoTokenizer.from_pretrained(name, **options)
    except Exception:
        if not (Path(name) / "tokenizer.json").exists():
            raise
        # a folder with a tokenizer alone, without the class name that AutoTokenizer looks up
        return PreTrainedTokenizerFast.from_pretrained(name, local_files_only=True)


def _hub_answers() -> bool:
    """One short question, because the Hub client itself retries for most of a minute."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except Exception:  # offline by setting, no route, no name: all the same here
        return False
    return True


def _stops(name: str, hf: Any, local: bool) -> tuple[frozenset[int], str]:
    """Ids that end generation, in the order in which transformers looks for them."""
    from transformers.utils.hub import cached_file

    for file in ("generation_config.json", "config.json"):
        try:
            path = cached_file(name, file, local_files_only=local,
                               _raise_exceptions_for_missing_entries=False,
                               _raise_exceptions_for_connection_errors=False)
            ids = json.loads(Path(path).read_text("utf-8")).get("eos_token_id") if path else None
        except (OSError, ValueError) as error:
            raise PilotError(f"{name}: {file} cannot be read: {error}") from error
        if ids is not None:
            return frozenset(ids if isinstance(ids, list) else [ids]), file
    if hf.eos_token_id is None:
        return frozenset(), "the tokenizer, which names no eos_token"
    also = hf.convert_tokens_to_ids(ALSO_STOPS.get(hf.eos_token, hf.eos_token))
    return frozenset({hf.eos_token_id, also} - {None, hf.unk_token_id}), "the tokenizer's eos_token"
