"""The markers of one line: heading, bullet, number, "Use case 3", label, "(posted)"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from advisor.homework.forms import labels, posted
from advisor.homework.forms.limits import LONG
from advisor.homework.forms.line import BOLD, BULLET, CASE, HEADING, NUMBER, PLAIN, Line, plain
from advisor.homework.forms.posted import ORDINALS
from advisor.homework.forms.sentences import only_technique, sentences

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$|^(#{2,6})(?=\w)(.*)$")
_BULLET = re.compile(r"^([-*+•‣◦▪●○■□▢➢➤►·–—✓✔◆◇※❖])\s+(?=\S)")
_CHECKBOX = re.compile(r"^\[([ xX✓✔]?)\]\s+(?=\S)|^([☐☑])\s*")
_NUMBER = re.compile(
    r"^[(\[]?(?P<n>\d{1,2})(?:(?:[.)\]:]|\.\))(?![\d])\)?\s*|\s?[-–—|/](?=\s)\s+(?!\d))(?=\D|$)"
    r"|^(?:#|№|no\.\s?|nr\.\s?)\s?(?P<hash>\d{1,2})\b\s*[-–—:.)|]*\s*", re.IGNORECASE)
_SUB = re.compile(r"^(?P<n>\d{1,2})\.?(?P<s>[a-d])[.):]\s*(?=\S)|"
                  r"^\d{1,2}\.\d{1,2}[.)]?\s+(?=\S)", re.IGNORECASE)
_LETTER = re.compile(r"^[(\[]?([A-Ha-h])[.)\]]\s+(?=\S)")
_ROMAN = re.compile(r"^[(\[]?(i{1,3}|iv|vi{0,3}|ix|x)[.)\]]\s+(?=\S)", re.IGNORECASE)
WORD_NUMBER = "|".join(w for w in ORDINALS if w not in ("i", "v", "x"))
_NOUN = (r"use[- ]?cases?|case|idea|example|project|scenario|application|entry|problem|item|task|"
         r"option|proposal|uc|usecase|submission|question|q")
_CASE = re.compile(
    rf"^(?:(?:my|llm|the|ai)\s+)*(?:{_NOUN})\s*(?:#|no\.?|nr\.?|number)?\s*"
    rf"(?P<n>\d{{1,2}}|[A-H]|(?:{WORD_NUMBER}|iv|v|x|i)(?![\w'’-]))(?![\w%])(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL)
_ORDINAL = re.compile(
    rf"^(?:(?:my|the|and|for|as|then|next|finally|also|a)[,:]?\s+)*(?P<n>{WORD_NUMBER}|last)"
    rf"(?:ly)?(?:\s+(?P<noun>{_NOUN}|one)\b)?"
    r"(?P<sep>\s*[:,]|\s+[–—-](?=\s)|\s*(?=\bis\b|\bwould\b|\bi\b|$))\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL)
_BOLD = r"(\*\*|__)"
_ALL_BOLD = re.compile(rf"^{_BOLD}(?P<in>(?:(?!\*\*|__).)+)\1\s*:?$")
_BOLD_MARK = re.compile(rf"^{_BOLD}\s*((?:[(\[]?\w{{1,2}}[.)\]:]|#\d+:?))\s*\1\s*")
_BOLD_START = re.compile(rf"^{_BOLD}(?P<in>(?:(?!\*\*|__).){{2,120}}?)\1")
_MARKED_LABEL = re.compile(r"^(\*{1,3}|_{1,3})(?P<in>[^*_\n]{2,60}?)\1[.:]?\s*")
_LABEL = re.compile(r"^(?P<l>[A-Za-z#][^:：\n?]{0,58}?)\s*(?:[:：]|(?P<q>\?)\s*[:–—-]?(?=\s|$))\s*")
_LABEL_DASH = re.compile(r"^(?P<l>[A-Z][A-Za-z/&' -]{2,40}?)\s*(?:\s[-–—]+>?|[=→])\s+(?=\S)")
_INLINE = re.compile(
    r"(?:(?<=[.!?;|)\]”\"])\s+|\s+[-–—|/•→]\s+|\s{2,}|\s+(?=\*\*|__))"
    r"(?=(?:\*\*|__)?(?P<l>[A-Z][A-Za-z ,/&'’-]{1,45})(?P<q>\??)(?:\*\*|__)?\s*"
    r"(?::|(?<=\*\*)|(?<=__)|(?<=\?)))")


def read_line(raw: str, quoted: bool) -> Iterator[Line]:
    """The line that ``raw``, not empty, holds, or several where labels part it."""
    indent = len(raw) - len(raw.lstrip())
    text = raw.strip()
    if len(text) > LONG:
        yield Line(" ".join(text.split()), indent=indent, quoted=quoted)
        return
    line = Line("", indent=indent, quoted=quoted, raw=plain(text))
    if match := _HEADING.match(text):
        line = replace(line, kind=HEADING, level=len(match[1] or match[3]), indent=0)
        text = (match[2] if match[1] else match[4]).strip()
    elif match := _BULLET.match(text):
        line = replace(line, kind=BULLET, style=match[1])
        text = text[match.end() :]
    elif unicodedata.category(text[0]) == "So" and len(text) > 2:
        starred = text[0] in "⭐★🌟"
        line = replace(line, kind=BULLET, style=text[0], checked=True if starred else None)
        text = text[1:].lstrip()
    if line.kind == BULLET and (match := _CHECKBOX.match(text)):
        line = replace(line, checked=(match[1] or match[2] or " ") not in (" ", "☐"))
        text = text[match.end() :]
    if (said := _remark(text)) is not None:
        yield replace(line, text="", posted=said)
        return
    text, said = _without_remarks(text)
    if said is None and _LABEL.match(plain(text)) is None and len(sentences(text)) == 1 \
            and posted.remark(plain(text)) is None \
            and (titled := posted.titled(plain(text))) is not None:
        yield replace(line, text="", posted=titled)
        return
    if match := _ALL_BOLD.match(text):
        line = replace(line, kind=line.kind or BOLD, bold=True)
        text = match["in"] + (":" if text.endswith(":") else "")
    elif match := _BOLD_MARK.match(text):
        text = f"{match[2]} {text[match.end() :]}"
    if _BOLD_START.match(text):
        line = replace(line, bold=True)
    line, text = _counted(replace(line, posted=said), text)
    yield from _labelled(line, text)


def _remark(text: str) -> int | str | None:
    """What the whole line says of posting, if it speaks of nothing else."""
    words = plain(text)
    numbered = re.match(r"^[(]?\d{1,2}[.)]\s+", words)
    if numbered and re.search(r"\bthis\b", words):
        words = words[numbered.end() :]
    elif (match := _LABEL.match(words)) and labels.label(match["l"]) == labels.POSTED:
        return None
    said = posted.remark(words) if len(sentences(words)) == 1 else None
    if said == posted.THIS and labels.label(words.rstrip(":").strip()) == labels.POSTED:
        return None
    return said


def _without_remarks(text: str) -> tuple[str, int | str | None]:
    """``text`` without its remarks on posting, in brackets or as sentences, and what they say."""
    text, said = posted.take(text)
    if posted.speaks(text) and len(parts := sentences(text)) > 1:
        for part in parts[1:]:
            if (found := posted.remark(plain(part))) is not None:
                parts.remove(part)
                said = found
        text = " ".join(parts)
    return text, said


def _counted(line: Line, text: str) -> tuple[Line, str]:
    """The line with the number that it begins with, and the text after that."""
    bold = re.match(r"^(\*\*|__)", text)
    bare = text[bold.end() :] if bold else text
    tie = bold.group() if bold else ""
    if line.kind in (HEADING, BOLD, PLAIN) and re.fullmatch(r"\d{1,2}", bare.strip("*_ ")):
        kind = HEADING if line.kind == HEADING else NUMBER
        return replace(line, kind=kind, style="bare", number=int(bare.strip("*_ "))), ""
    if match := _SUB.match(bare):
        after = tie + bare[match.end() :]
        if match["n"] and match["s"].casefold() == "a":
            return replace(line, kind=NUMBER, style="1a", number=int(match["n"])), after
        return replace(line, kind=BULLET, style="sub", indent=line.indent + 2), after
    if match := _NUMBER.match(bare):
        number = int(match["n"] or match["hash"])
        style = "#" if match["hash"] else re.sub(r"\d+|\s", "", match.group())[:1] or "-"
        kind = HEADING if line.kind == HEADING else NUMBER
        line = replace(line, kind=kind, style=style, number=number)
        bare = bare[match.end() :]
    elif match := _ROMAN.match(bare):
        value = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"].index(
            match[1].casefold()) + 1
        line = replace(line, kind=line.kind if line.kind == HEADING else NUMBER, style="i",
                       number=value)
        bare = bare[match.end() :]
    elif match := _LETTER.match(bare):
        line = replace(line, kind=line.kind if line.kind == HEADING else NUMBER, style=(
            "A" if match[1].isupper() else "a"), number=ord(match[1].casefold()) - 96)
        bare = bare[match.end() :]
    inner = re.match(r"^(\*\*|__)", bare)
    if inner and not tie:
        tie, bare = inner.group(), bare[inner.end() :]
    if match := _CASE.match(bare):
        rest: str | None = _after_case(match["rest"])
        if rest is None and tie and match["rest"].startswith(tie):
            rest = "\0" + match["rest"][len(tie) :].lstrip()  # **Use case 1** A bot that …
        if rest is not None:
            if line.kind not in (HEADING, BULLET):
                line = replace(line, kind=CASE)
            return replace(line, number=_number(match["n"]), style="case"), _tied(tie, rest)
    match = _ORDINAL.match(bare) if line.number is None else None
    if match and (match["noun"] or match["sep"].strip()):
        line = replace(line, kind=CASE if line.kind == PLAIN else line.kind, style="ordinal",
                       number=_number(match["n"]))
        sep = match["sep"].strip()
        kept = sep in ("", ",") and not (match["noun"] and sep)
        return line, _tied(tie, bare if kept else match["rest"])
    return line, _tied(tie, bare)


def _after_case(rest: str) -> str | None:
    """What follows "Use case 3", or None if "use case 3" only begins a sentence."""
    match = re.match(r"^\s*(\*\*|__)?\s*(?:[:.)\]|–—-]+>?|$)\s*", rest)
    if match and (match.group().strip("*_ ") or not rest.strip("*_ ")):
        return ("\0" if match[1] else "") + rest[match.end() :]
    if match := re.match(r"^\s+(?=[(\[“\"])", rest):
        return rest[match.end() :]
    found = _LABEL.match(rest.lstrip(" ("))
    if found and labels.label(found["l"]):
        return rest.lstrip(" (")
    return None


def _tied(tie: str, rest: str) -> str:
    """``rest`` with the bold sign that stood before its marker, unless that is closed already."""
    if rest.startswith("\0"):
        return rest[1:]
    if tie and tie in rest:
        return tie + rest
    return rest.replace(tie, "") if tie else rest


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    word = word.casefold()
    if word == "last":
        return 99
    if word in ORDINALS:
        return ORDINALS[word]
    return {"v": 5, "x": 10}.get(word, ord(word[0]) - 96)


def _labelled(line: Line, text: str) -> Iterator[Line]:
    """The line cut before each label inside it, the labels read."""
    cuts = [0]
    for match in _INLINE.finditer(text):
        phrase = match["l"]
        if match["q"] and phrase not in ("Why", "How", "What") and ":" not in text[match.end("q"):]:
            continue
        if labels.label(phrase) is not None:
            cuts.append(match.end())
    for place, (start, end) in enumerate(zip(cuts, [*cuts[1:], len(text)], strict=True)):
        part = text[start:end].strip()
        if end < len(text):
            part = re.sub(r"\s+[-–—|/•→]$", "", part)
        own = line if place == 0 else Line("", indent=line.indent + 1, quoted=line.quoted, raw=part,
                                              inner=True)
        yield _label(own, part)


def _label(line: Line, text: str) -> Line:
    bare = plain(text)
    alone = line.kind in (HEADING, BOLD) or line.bold or len(bare.split()) <= 3
    if alone and len(bare.split()) <= 7 and not re.search(r"[:=–—]\s*\S|\s-\s|\?\s*\S", bare):
        whole = re.sub(r"\s*\(?\b\d{1,2}\)?$", "", bare.rstrip(":?. "))
        if (named := labels.label(whole)) and (line.number is None or line.kind == HEADING):
            number = re.search(r"(\d{1,2})\)?$", bare.rstrip(":?. "))
            kept = bare if labels.keeps_label(whole) and named in labels.REASONED else ""
            return replace(line, text=kept, field=named, label=whole.casefold(),
                           number=line.number or (int(number[1]) if number else None))
    for pattern in (_LABEL, _LABEL_DASH):
        if not (match := pattern.match(bare)):
            continue
        phrase = match["l"]
        number = re.search(r"[\s(#]*(\d{1,2})\)?$", phrase)
        named = labels.label(phrase[: number.start()] if number else phrase)
        if named is None:
            continue
        if pattern is _LABEL and match["q"] and len(phrase.split()) > 5:
            continue
        rest = bare[match.end() :]
        tells = labels.keeps_label(phrase)
        return replace(line, text=bare if tells else rest, field=named, label=phrase.casefold(),
                       number=line.number or (int(number[1]) if number else None))
    if match := _MARKED_LABEL.match(text):
        named = labels.label(match["in"].strip(" :.-–"))
        if named and line.number is None:
            rest = bare
            if not labels.keeps_label(match["in"]):
                rest = plain(text[match.end() :]).lstrip(":-–— ")
            return replace(line, text=rest, field=named, label=match["in"].casefold())
    if bare and len(bare.split()) <= 7 and only_technique(bare):
        return replace(line, text=bare, field=labels.APPROACH, label="technique")
    return replace(line, text=bare)
