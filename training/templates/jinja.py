"""Chat templates in Jinja, rendered by transformers in its sandbox."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.errors import PilotError
from training.templates.conversations import Conversation
from training.templates.rendering import Rendered, content_text, marked, searched, unmarked
from training.templates.tokenizer import Tokenizer

ROLES = ("system", "user", "assistant")
GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")


class Refused(Exception):
    """The template stops at these messages, in its own words."""


@dataclass(frozen=True)
class JinjaTemplate:
    """A chat template as transformers renders it: sandboxed, no token added by the tokenizer."""

    source: str

    def names_role(self, role: str) -> bool:
        """Whether the template asks for this role anywhere, so that it knows it."""
        quoted = rf"""['"]{re.escape(role)}['"]"""
        return bool(re.search(rf"(==|!=|\bin|\[|,|\()\s*{quoted}|{quoted}\s*(==|,|\]|:)",
                              self.source))

    def render(self, tokenizer: Tokenizer, conversation: Conversation, end: int,
               prompt: bool) -> Rendered:
        """The first ``end`` messages; ``prompt``: with the header that asks for an answer.

        Messages that the template refuses are left out and named; raises ``Refused`` when no
        message can be left out to please it.
        """
        text, numbered, refused = self._accepted(tokenizer, conversation, end, prompt)
        spans = self._spans(tokenizer, numbered, prompt, conversation, text)
        return Rendered(text, spans, refused,
                        self._marks(tokenizer, [m for _, m in numbered], conversation.tools))

    def text(self, tokenizer: Tokenizer, conversation: Conversation, end: int,
             prompt: bool) -> str:
        """The text of ``render`` alone."""
        return self._accepted(tokenizer, conversation, end, prompt)[0]

    def _accepted(
        self, tokenizer: Tokenizer, conversation: Conversation, end: int, prompt: bool
    ) -> tuple[str, list[tuple[int, dict[str, Any]]], dict[int, str]]:
        """Text, the messages in it with their places, and what was said of the others."""
        numbered = list(enumerate(conversation.messages[:end]))
        try:
            text = self._text(tokenizer, [m for _, m in numbered], prompt, conversation.tools)
        except Refused as error:
            kept, text = self._without_refused(tokenizer, numbered, prompt, conversation, error)
            return text, kept, {i: str(error) for i, m in numbered if (i, m) not in kept}
        return text, numbered, {}

    def _without_refused(
        self, tokenizer: Tokenizer, numbered: list[tuple[int, dict[str, Any]]], prompt: bool,
        conversation: Conversation, error: Refused,
    ) -> tuple[list[tuple[int, dict[str, Any]]], str]:
        """Leave out system messages, or those of unusual roles, until the template agrees."""
        for roles in (("user", "assistant"), ROLES):
            kept = [(i, m) for i, m in numbered if m["role"] in roles]
            if not kept or len(kept) == len(numbered):
                continue
            try:
                return kept, self._text(tokenizer, [m for _, m in kept], prompt,
                                        conversation.tools)
            except Refused:
                continue
        raise error

    def _text(self, tokenizer: Tokenizer, messages: Sequence[dict[str, Any]], prompt: bool,
              tools: list[Any] | None) -> str:
        from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError

        try:
            return str(tokenizer.hf.apply_chat_template(
                list(messages), chat_template=self.source, tools=tools, tokenize=False,
                add_generation_prompt=prompt))
        except (SecurityError, TemplateSyntaxError) as error:
            raise PilotError(f"template: expected Jinja that the sandbox of transformers runs: "
                             f"{error}") from error
        except TemplateError as error:
            if type(error) is TemplateError:  # raise_exception() in the template
                raise Refused(str(error)) from error
            raise PilotError(f"template: cannot be rendered with these messages: {error}; check "
                             "the fields and tokens that it names") from error
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise PilotError(f"template: cannot be rendered with these messages: {error}"
                             ) from error

    def _spans(
        self, tokenizer: Tokenizer, numbered: list[tuple[int, dict[str, Any]]], prompt: bool,
        conversation: Conversation, text: str,
    ) -> dict[int, tuple[int, int]]:
        try:
            clean, spans = unmarked(self._text(
                tokenizer, [marked(m, i) for i, m in numbered], prompt, conversation.tools))
        except (Refused, PilotError):
            clean = ""
        if clean == text:
            return spans
        return searched(text, [(i, content_text(m)) for i, m in numbered])

    def _marks(self, tokenizer: Tokenizer, messages: list[dict[str, Any]],
               tools: list[Any] | None) -> list[bool] | None:
        if not GENERATION.search(self.source):
            return None
        out = tokenizer.hf.apply_chat_template(
            messages, chat_template=self.source, tools=tools, tokenize=True, return_dict=True,
            return_assistant_tokens_mask=True)
        return [bool(flag) for flag in out["assistant_masks"]]
