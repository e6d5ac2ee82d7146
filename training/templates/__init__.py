"""Template inspector: what training sees, what inference sends, and where the loss falls.

    tokenizer = load_tokenizer("training/samples/tokenizers/chatml")
    found = inspect_template(tokenizer, read_conversations("chats.jsonl"))
    for finding in found.findings:
        print(finding.code, finding.text, finding.advice)

Not covered: images and audio in messages, slow tokenizers, chat templates that need values other
than messages, tools and the special tokens.
"""

from training.templates.conversations import Conversation, parse_conversations, read_conversations
from training.templates.findings import KINDS, Finding
from training.templates.inspection import Inspection, by_code, inspect_template
from training.templates.sides import Side
from training.templates.template import Template, make_template, read_template
from training.templates.tokenizer import Tokenizer, load_tokenizer

__all__ = [
    "KINDS", "Conversation", "Finding", "Inspection", "Side", "Template", "Tokenizer", "by_code",
    "inspect_template", "load_tokenizer", "make_template", "parse_conversations",
    "read_conversations", "read_template",
]
