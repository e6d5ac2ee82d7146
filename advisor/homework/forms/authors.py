"""Who wrote a submission: a line of the text says so, else the name of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_NAME = r"(?:[^\W\d_][\w'’.-]*|\([^)]{1,20}\))"
_NAMES = rf"{_NAME}(?: {_NAME}){{0,2}}"
_LIKE_NAME = re.compile(rf"^@?{_NAME}(?:[ ,]+{_NAME}){{0,4}}$")
_LABEL = re.compile(
    r"^(?:(?:full |first |your |my |the )?name|(?:student|author|participant|learner)(?:[’']?s)?"
    r"(?: name)?|submitted by|written by|posted by|handed in by|homework (?:by|of|from)|"
    r"submission (?:by|of|from)|prepared by|created by|from|by|username)\s*"
    r"(?P<sep>[:=–—-])?\s*(?P<n>\S.*)$", re.IGNORECASE)
_WROTE = re.compile(
    rf"^(?:on .{{4,60}}?,\s*)?(?P<n>@?{_NAME}(?: {_NAME}){{0,3}})(?:\s*<[^>]*>)?\s*"
    r"(?:wrote|said|writes|posted)(?:\s+on\s.{3,40}|\s*\([^)]*\))?\s*:?$", re.IGNORECASE)
_CHAT = re.compile(
    rf"^(?P<n>@?[\w.'’-]+(?: {_NAME}){{0,3}})\s*(?:[—–-]|\[|\s{{2,}})\s*(?:(?:today|yesterday)"
    r"(?: at)?.{0,12}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.{0,12}|\d{1,2}:\d\d(?: ?[ap]m)?\]?)$",
    re.IGNORECASE)
_TELLS = re.compile(
    rf"\b(?:[Mm]y name is|[Ii](?:['’]m| am)) "
    rf"(?P<n>{_NAME}(?: {_NAME}){{0,2}}?)(?=[,.!]| and\b| from\b|$)")
_CLOSING = (r"(?:(?:many )?thanks|thank you|thx|cheers|best|(?:best |kind |warm )*"
            r"(?:regards|wishes)|sincerely|yours)(?: for reading| in advance)?[,.! ]*")
_QUOTE = re.compile(r"^\[quote=[\"']?(?P<n>[^\"'\],;]+)", re.IGNORECASE)
_TITLE = re.compile(
    r"^(?:.*\b(?:homework|assignment|submission|hw|exercise|use[- ]cases)\b[^–—:|,-]*?)\s*"
    r"(?:\s[-–—|]|[:–—|,]|\bby\b|\bof\b)\s*(?P<n>[^–—:|,]+)$|"
    r"^(?P<m>[^–—:|,]+?)(?:\s[-–—|]|[:–—|,]|[’']s)\s*.{0,20}\b(?:homework|assignment|submission|hw)\b"
    r".{0,20}$", re.IGNORECASE)
_NO_NAME_WORDS = """
    ok okay so now all everyone everybody hi hello hey dear yes the a an of for my our your use
    case cases llm rag prompt fine tuning homework week workshop assignment submission bot
    chatbot assistant agent support customer model data five ideas list search review reasoning
    approach description post posted forum course class summary email report legal medical code
    generator writing helper system tool quiz translation analysis classification extraction
    contract and or to with in on one two three four first second part here these below this
    that it we i you module lesson hw sales marketing product recipe meeting notes document
    documents question answering
"""
_NO_NAME = set(_NO_NAME_WORDS.split())
_FILLER_WORDS = """
    homework hw assignment submission submissions use case cases usecase usecases final draft v1
    v2 v3 version copy week workshop llm text pasted paste untitled document doc new file
    answers five of the and my for course class onlinetext online upload uploaded entry entries
    exercise part late assignsubmission rag finetuning fine tuning readme index notes input data
    all everyone students forum export responses form stdin clipboard page
"""
_FILLER = set(_FILLER_WORDS.split())

_PARTICLES = {"van", "de", "von", "der", "da", "al", "bin", "la", "del"}
_PEOPLE = {"student", "user", "participant", "author", "learner", "person", "team", "group", "s",
           "member", "name", "anonymous", "anon"}


def name(words: str, *, sure: bool = False) -> str | None:
    """``words`` if they can be somebody's name; ``sure`` after a label, when a handle will do."""
    words = re.sub(r"<[^>]*>|\((?:he|she|they)[^)]*\)|[*_`#]+(?=\s|$)|^[*_`]+", "", words)
    words = words.strip(" \t.,;:*_[]|–—-")
    if not words or len(words) > 60:
        return None
    if sure:
        return words if len(words.split()) <= 6 else None
    parts = re.findall(r"[\w'’.-]+", words)
    if not _LIKE_NAME.match(words) or not 1 <= len(parts) <= 4:
        return None
    if {p.casefold().strip(".") for p in parts} & _NO_NAME:
        return None
    return words if all(p[0].isupper() or p.casefold() in _PARTICLES for p in parts) else None


def explicit(line: str) -> str | None:
    """The author that a line is there to name: "Name: …", "By …", "… wrote:"; else None."""
    plain = re.sub(r"^[\s>#*_|-]+|[*_|\s]+$", "", line).replace("**", "").strip()
    if not plain or len(plain) > 120:
        return None
    if match := _QUOTE.match(plain):
        return name(match["n"], sure=True)
    if match := _WROTE.match(plain):
        return name(match["n"], sure=" " not in match["n"])
    if match := _CHAT.match(plain):
        return name(match["n"], sure=" " not in match["n"])
    if match := _LABEL.match(plain):
        labelled = match["sep"] is not None
        value = re.split(r"\s*[|;]\s*|\s{3,}|\s+(?:on|date)\s*:?\s+\d", match["n"])[0]
        if labelled and match.group().casefold().startswith(("by", "from", "user")):
            return name(value) or (name(value, sure=True) if "@" in value or "<" in value else None)
        return name(value, sure=True) if labelled else name(value)
    return None


def quotes(line: str) -> bool:
    """Whether ``line`` announces a quotation: "On Monday Ana wrote:"."""
    return _WROTE.match(line.strip()) is not None


def signature(lines: Sequence[str]) -> str | None:
    """The name under the closing words of a text."""
    last = [line.strip() for line in lines if line.strip()][-4:]
    for place, line in enumerate(last[:-1]):
        if re.fullmatch(_CLOSING, line, re.IGNORECASE):
            found = re.fullmatch(rf"[-–—~]*\s*({_NAMES})[.!]?", last[place + 1])
            return found[1] if found else None
    dashed = re.fullmatch(rf"[-–—~]{{1,2}}\s*({_NAMES})", last[-1]) if last else None
    return name(dashed[1]) if dashed else None


def told(line: str) -> str | None:
    """The author as a greeting or a title names it: "Hi, I'm Ana Ruiz", "Homework 1 – Ana Ruiz"."""
    plain = re.sub(r"^[\s>#*_-]+|[*_\s]+$", "", line).replace("**", "").strip()
    if len(plain) > 200:
        return None
    if match := re.match(rf"^(?:(?:hi|hey|hello)\b[^,.!]*[,.!]\s*)?({_NAMES}) here(?! \w)", plain,
                         re.IGNORECASE):
        return name(match[1].title())
    if (match := _TELLS.search(plain)) and (found := name(match["n"])):
        return found
    if match := re.match(r"^.{0,60}\b(?:homework|assignment|hw|cases)\b.{0,12}\(([^()]+)\)$", plain,
                         re.IGNORECASE):
        return name(match[1])
    if match := _TITLE.match(plain):
        return name((match["n"] or match["m"]).strip())
    return None


def from_file(path: str) -> str | None:
    """The author in a file's name, or in its folder's: "hw1_ana-ruiz.md" is "Ana Ruiz"."""
    pure = PurePosixPath(path.replace("\\", "/"))
    for part in [pure.name, *reversed(pure.parts[:-1])][:3]:
        stem = part if part != pure.name else re.sub(r"\.\w{1,8}$", "", part)
        stem = re.split(r"_\d{3,}_", stem)[0]  # as Moodle and Canvas name what was handed in
        words = [w for w in re.split(r"[\s_.,()\[\]+-]+", stem) if w]
        words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", w) for w in words]
        kept = [w for w in words if not _filler(w)]
        if not kept:
            continue
        if all(w.casefold() in _PEOPLE for w in kept):
            return stem.strip()  # "student_07" is nobody's name, but tells who it is
        if not all(re.fullmatch(r"[^\W\d_]+(?:['’ ][^\W\d_]+)*", w) for w in kept):
            return stem.strip()
        shown = " ".join(kept)
        return shown.title() if shown.islower() else shown
    return None


def _filler(word: str) -> bool:
    plain = word.casefold()
    return plain in _FILLER or plain.isdigit() or re.fullmatch(
        r"(?:hw|homework|week|v|ws|assignment|workshop|group)\d+", plain) is not None
