"""Content that should not be there: personal data, orders to a model, scripts and markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from training.audit.finding import Finding, Sheet, share

Check = Callable[[str], bool]


def _card(found: str) -> bool:
    """The check digit of payment cards (Luhn)."""
    digits = [int(character) for character in found if character.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [digit if k % 2 == 0 else sum(divmod(2 * digit, 10))
               for k, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _iban(found: str) -> bool:
    """The check digits of bank accounts (ISO 13616, modulo 97)."""
    bare = re.sub(r"\s", "", found).upper()
    return 15 <= len(bare) <= 34 and int(
        "".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


def _phone(found: str) -> bool:
    return 9 <= sum(map(str.isdigit, found)) <= 15


NAME = r"(?-i:[A-Z][a-zà-ÿ'’-]+(?:[ \t]+[A-Z]\.)?(?:[ \t]+(?:[A-Z][\wà-ÿ'’-]+)){1,2})"
PERSONAL: list[tuple[str, re.Pattern[str], Check]] = [(kind, re.compile(pattern, re.I), check)
                                                      for kind, pattern, check in (
    ("e-mail", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", bool),
    ("IBAN", r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", _iban),
    ("card number", r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])", _card),
    ("social security number", r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", bool),
    ("phone number", r"(?<![\w.])\+\d{1,3}[ .-]?(?:\(0?\d{1,4}\)[ .-]?)?\d{1,4}"
                     r"(?:[ .-]?\d{2,5}){1,5}(?!\w)", _phone),
    ("phone number", r"(?<![\w.+-])(?:\(\d{3}\)[ ]?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])", _phone),
    ("phone number", r"(?:\b(?:phone|tel|mobile|cell|fax|whatsapp|call|text|ring|reach)\b"
                     r"[^\d\n]{0,25})\(?\d(?:[ .()/-]{0,2}\d){6,14}(?!\w)", bool),
    ("name", rf"\b(?:my (?:full )?name is|signed,?|regards,|sincerely,|contact person:?|"
             rf"patient:?|attn\.?:?|customer name:?)[ \t\n]+{NAME}", bool),
)]

PROMPT = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|"
    r"preceding|all|your|any|system)\b[^.\n]{0,20}\b(?:instructions?|prompts?|rules?|guidelines?|"
    r"directions?|context|training)\b"
    r"|\byou are (?:now )?(?:an? )?(?:helpful |unrestricted |ai |large )+(?:assistant|model|ai|"
    r"language model|chatbot)"
    r"|\byou are chatgpt\b|\bas an ai(?: language)? (?:model|assistant)\b"
    r"|\b(?:reveal|print|show|repeat|output|leak)\b[^.\n]{0,20}\b(?:system|hidden|initial) prompt\b"
    r"|\b(?:developer|dan|jailbreak) mode\b|\bdo anything now\b"
    r"|\b(?:respond|reply|answer|output) (?:only )?(?:with|in) (?:only )?(?:the word|json|yaml|the "
    r"(?:label|category))\b"
    r"|\bclassify (?:this|the following|it|the text|this text)\b[^.\n]{0,30}\bas\b"
    r"|^\s*(?:system|assistant|user|human)\s*:|<\|?(?:im_start|im_end|system|endoftext|user|"
    r"assistant)\|?>|\[/?INST\]|<</?SYS>>|#{2,3} ?(?:instructions?|response|system)\b",
    re.I | re.M)
SCRIPT = re.compile(
    r"<\s*/?\s*(?:script|iframe|style|html|head|body|div|span|table|tr|td|img|svg|form|input|object|"
    r"embed|meta|link|a\s+href|ul|li|h[1-6])\b[^<>]*>|javascript:\s*\w|\bon(?:error|load|click)\s*="
    r"|<\?php|<%=|\{\{[^{}]+\}\}|\bdocument\.(?:cookie|write|location)|\beval\(|\bdrop table\b"
    r"|\bunion select\b|;\s*--\s*$|\$\{[^}]+\}", re.I | re.M)


def personal_spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of what seems to be personal data, without overlaps."""
    spans: list[tuple[int, int, str]] = []
    if not any(character.isdigit() or character in "@,:" for character in text) \
            and "name is" not in text:
        return spans
    for kind, pattern, check in PERSONAL:
        for match in pattern.finditer(text):
            start, end = match.span()
            if check(match.group()) and all(end <= s or start >= e for s, e, _ in spans):
                spans.append((start, end, kind))
    return sorted(spans)


def masked(text: str) -> str:
    """The text with each piece of personal data replaced by its kind in brackets."""
    for start, end, kind in reversed(personal_spans(text)):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text


def content_findings(sheet: Sheet) -> list[Finding]:
    counts: Counter[str] = Counter()
    personal, prompts = [], []
    for i, text in enumerate(sheet.texts):
        kinds = {kind for _, _, kind in personal_spans(text)}
        counts.update(kinds)
        if kinds:
            personal.append(i + 1)
        if PROMPT.search(text) or SCRIPT.search(text):
            prompts.append(i + 1)
    found = []
    if personal:
        kinds_found = ", ".join(f"{kind} in {count:,}" for kind, count in counts.most_common())
        found.append(Finding("personal_data", "high", f"{share(personal, sheet)} hold personal "
                             f"data: {kinds_found}.", personal))
    if prompts:
        found.append(Finding("prompt_like", "high", f"{share(prompts, sheet)} hold orders to a "
                             "model, scripts or markup.", prompts))
    return found
