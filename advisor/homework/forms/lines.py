"""A text as lines whose markers are read, wrapped lines put together again.

Nothing is decided here about where a use case begins; ``layout`` does that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from advisor.homework.forms import labels, posted
from advisor.homework.forms.cues import TECHNIQUE
from advisor.homework.forms.line import BOLD, BULLET, CASE, HEADING, PLAIN, RULE, Line
from advisor.homework.forms.markers import WORD_NUMBER, read_line

_RULE = re.compile(r"^\s*(?:[-*_=~#]\s?){3,}\s*$")


def read_lines(text: str) -> list[Line]:
    """The lines of ``text``, already ``normal``, that say something, and the rules between them."""
    lines: list[Line] = []
    gap = False
    before, width = "", 0
    if re.search(r"(?m)^[^\w\n]*Q\s?\d*[:.]", text):  # question and answer
        text = re.sub(r"(?m)^([^\w\n]*)(?:A|Answer)\s?\d*[:.][ \t]+", r"\1", text)
    raws = [raw.expandtabs(4).rstrip().removesuffix("\\") for raw in text.split("\n")]
    for place_in_text, raw in enumerate(raws):
        if not before:
            width = _width(raws, place_in_text)
        quote = re.match(r"^(?:\s{0,3}>\s?)+", raw)
        raw, quoted = raw[quote.end() if quote else 0 :], quote is not None
        if not raw.strip() or re.match(r"^\s*(```|~~~)", raw):
            gap, before = True, ""
            continue
        if _RULE.match(raw):
            if lines and not gap and _underlines(raw, lines[-1]):
                level = 1 if "=" in raw else 2
                lines[-1] = replace(lines[-1], kind=HEADING, level=level)
            else:
                lines.append(Line("", RULE, gap=True))
                gap = True
            before = ""
            continue
        ends = gap or not before or _ended(before, raw, width)
        for place, line in enumerate(read_line(raw, quoted)):
            lines.append(replace(line, gap=gap and place == 0, ends=ends or place > 0))
        gap, before = False, raw
    return _with_remarks(_with_questions(_unwrapped(lines)))


def _with_questions(lines: list[Line]) -> list[Line]:
    """Questions of a form, asked again for each use case, read as labels."""
    def asked(line: Line) -> str:
        words = re.sub(rf"\d+|\b(?:{WORD_NUMBER}|last)\b", "", line.raw.casefold())
        return re.sub(r"\W+", " ", words).strip()

    times = Counter(asked(line) for line in lines)
    found = []
    for line in lines:
        labelled = line.raw.rstrip("*_ ").endswith(("?", ":")) or line.kind in (HEADING, BOLD)
        named = None
        if labelled and line.field is None and times[asked(line)] > 1 and asked(line):
            named = labels.heading(asked(line))
        found.append(replace(line, text="", field=named, label=asked(line)) if named else line)
    return found


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Lines that a mail program wrapped, put together again."""
    whole: list[Line] = []
    for line in lines:
        if not whole or line.ends or line.kind != PLAIN or line.field or line.posted is not None \
                or whole[-1].kind == HEADING or not whole[-1].text:
            whole.append(line)
            continue
        tie = "" if re.search(r"\w-$", whole[-1].text) and line.text[:1].islower() else " "
        whole[-1] = replace(whole[-1], text=whole[-1].text + tie + line.text,
                            raw=f"{whole[-1].raw} {line.raw}")
    return whole


def _with_remarks(lines: list[Line]) -> list[Line]:
    """A remark alone on its line goes to the line it is about; "Posted:" takes the next one."""
    found: list[Line] = []
    skip = False
    for place, line in enumerate(lines):
        if skip:
            skip = False
            continue
        after = lines[place + 1] if place + 1 < len(lines) else None
        if line.field == labels.POSTED and not line.text and after and after.kind != RULE:
            held = posted.value(after.raw.lstrip("-*• "))
            last = place + 2 >= len(lines) or lines[place + 2].kind in (HEADING, RULE)
            if (isinstance(held, int) and len(after.raw.split()) < 12) or (held and last \
                    and len(after.raw.split()) < 9):
                line = replace(line, text=after.raw)
                skip = last or not after.text
            elif line.kind in (PLAIN, BULLET) and not line.raw.endswith(":"):
                line = replace(line, posted=posted.THIS, field=None)
            elif after.number is not None and after.kind in (HEADING, BOLD, CASE):
                lines[place + 1] = replace(after, posted=posted.THIS)
        if not line.text and line.posted == posted.THIS and line.field is None:
            if line.raw.endswith((":", "👇")) and after and after.kind != RULE:
                lines[place + 1] = replace(after, posted=posted.THIS, gap=True)
                continue
            if found and found[-1].kind != RULE and found[-1].posted is None:
                found[-1] = replace(found[-1], posted=posted.THIS)
                continue
        found.append(line)
    return found


def _underlines(rule: str, line: Line) -> bool:
    short = len(line.text.split()) <= 15 and not line.text.endswith((".", "!"))
    drawn = len(set(rule.strip())) == 1 and rule.strip()[0] in "=-"
    return drawn and short and bool(line.text) and not line.field \
        and line.kind in (PLAIN, BOLD, CASE)


def _width(raws: Sequence[str], start: int) -> int:
    """The length of the longest line of the paragraph that begins at ``start``."""
    longest = 0
    for raw in raws[start : start + 200]:
        if not raw.strip():
            break
        longest = max(longest, len(raw))
    return longest


def _ended(before: str, line: str, width: int) -> bool:
    """Whether ``before`` was ended by its writer rather than wrapped at the margin."""
    begins = not line.lstrip()[:1].islower()
    if width > 110 or len(before) < (60 if begins else 30) or TECHNIQUE.match(line.lstrip()):
        return True
    if (begins and re.search(r"[.!?:…;)\"'”*_]$", before)):
        return True
    word = re.match(r"\s*\S*", line)
    reach = len(before) + 1 + (len(word.group().strip()) if word else 0)
    return reach <= (width if begins else 0.7 * width)
