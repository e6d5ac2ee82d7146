"""Where the description of a use case ends and the reasoning about it begins.

Nobody writes the two apart who was not asked to. Reasoning usually begins where a technique is
named or proposed; a line break, a dash or an arrow in that place makes it likelier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from advisor.homework.forms.cues import NEAR_TECHNIQUE, PROPOSAL, REASON, TECHNIQUE, VERDICT, WISH
from advisor.homework.forms.limits import LONG
from advisor.homework.submission import Entry

_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|dr|mr|mrs|ms|prof|no|nr|fig|cf|resp|inc|ltd|st|incl|est|al"
    r"|u\.s|u\.k|a\.k\.a|p\.s|max|min|avg|dept|ca|esp)|\b[A-Za-z])\.$", re.IGNORECASE)
_END = re.compile(r"[.!?…]+[\"'”’)\]»*_]*\s+|[。！？]\s*")

# What leads over from a use case to its approach inside one sentence, strongest first.
_BRIDGES = (
    re.compile(r"\s*(?:[-=~]+>|→|⇒|➔|➜|»|›)\s*"),
    re.compile(r"\s+(?:[-–—]{1,3}|\|{1,2}|//|::)\s+|\s*—\s*|\s*;\s+"),
    re.compile(r"\s*[(\[](?=[^()\[\]]*[)\]]\s*[.!]?\s*$)"),
    re.compile(r"\s*:\s+"),
    re.compile(r"(?:,\s+|\s+)(?=(?:which (?:is|would be)|is|would be|could be|should be|can be) "
               r"(?:probably |likely |clearly )?(?:best|well|better|perfect|ideal|a |an |done|"
               r"solved|served|handled))", re.IGNORECASE),
    re.compile(r",?\s+(?=(?:best (?:served|solved|handled|done)|so i(?:'d| would)|for (?:this|"
               r"which) i|here i|this (?:needs|calls|is)|i(?:'d| would) )\b)", re.IGNORECASE),
    re.compile(r",\s+"),
)
_LEANS_BACK = re.compile(r"(?:that(?:'s| is)|so|hence|therefore|thus|for (?:this|that) reason)\b",
                         re.IGNORECASE)
LEAD = re.compile(r"^(?:[-=~]+>|→|⇒|➔|➜|»|[-–—]+)\s*")


_ENDED = r"[.!?…:;,–—-][\"'”’)\]]*$"
CACHED = 1000  # characters; the ways of cutting a text ask about the same sentences again


@dataclass(frozen=True)
class Piece:
    """A sentence and how much the layout sets it off from the one before (0 to 3)."""

    text: str
    gap: float = 0.0


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, in order and with nothing lost but the space between."""
    return list(_sentences(text)) if len(text) < CACHED else _split(text)


@lru_cache(maxsize=2048)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_split(text))


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _END.finditer(text, 0, LONG):
        before = text[start : match.end()].rstrip()
        if _ABBREVIATED.search(before[-12:]) and match.end() < len(text):
            continue
        found.append(before)
        start = match.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found


def leaning(text: str) -> float:
    """How much a sentence reads like reasoning (positive) or like a description (negative)."""
    return _leaning(LEAD.sub("", text[:CACHED]))


@lru_cache(maxsize=8192)
def _leaning(text: str) -> float:
    plain = text.replace("’", "'")
    named = len(TECHNIQUE.findall(plain))
    weak = bool(NEAR_TECHNIQUE.search(plain))
    proposed = bool(PROPOSAL.search(plain))
    meant = bool(VERDICT.search(plain))
    score = -0.6
    if named:
        score += 2.4 + 0.3 * min(named, 3)
    if proposed or meant:
        score += 2.2 if named else 1.8 if weak else 1.3 if meant else 0.4
    elif WISH.search(plain):
        score -= 0.8
    if weak:
        score += 0.3
    if REASON.search(plain) and (named or weak or meant):
        score += 0.6
    return score


def divide(pieces: Sequence[Piece]) -> tuple[str, str]:
    """Description and reasoning of an entry in which the student labelled neither."""
    pieces = [p for p in pieces if p.text.strip()]
    if not pieces:
        return "", ""
    leans = [leaning(p.text) for p in pieces]
    best, place = 0.0, len(pieces)
    tail = 0.0
    for k in range(len(pieces) - 1, 0, -1):
        tail += leans[k]
        worth = tail + pieces[k].gap - 0.15 * max(0, k - 3)
        if worth > best:
            best, place = worth, k
    if 1 < place < len(pieces) and not pieces[place].gap \
            and _LEANS_BACK.match(pieces[place].text.replace("’", "'")):
        place -= 1  # "It changes weekly. That is a job for RAG."
    if leans[0] > 1.2:
        inside = _divide_sentence(pieces[0].text)
        if inside and (place == len(pieces) or (leans[0] > 2.4 and pieces[place].gap < 1)):
            rest = [p.text for p in pieces[1:]]
            return inside[0], " ".join([inside[1], *rest])
        if place == len(pieces):
            whole = " ".join(p.text for p in pieces)
            return pieces[0].text, whole
    if place == len(pieces) and (inside := _divide_sentence(pieces[-1].text)):
        return (_joined([*pieces[:-1], Piece(inside[0], pieces[-1].gap)]), inside[1])
    return _joined(pieces[:place]), LEAD.sub("", run_on(pieces[place:]))


def compose(title: str, description: str, approach: str, reasoning: str) -> Entry:
    """The entry of a student who labelled its parts; a lone description may hold the reasoning."""
    if not approach and not reasoning:
        told = [Piece(title)] if title else []
        told += [Piece(s, 2.0 if title and not place else 0.0)
                 for place, s in enumerate(sentences(description))]
        return Entry(*divide(told))
    title, moved = _approach_in(title)
    if not description:
        description, title = title, ""
    reasons = [part for part in (moved, approach, reasoning) if part]
    return Entry(title_and(title, description), LEAD.sub("", stopped(reasons)))


def _approach_in(title: str) -> tuple[str, str]:
    """"Contract search (RAG)" as title and approach."""
    match = re.search(r"\s*(?:[-–—:|]+\s+|[(\[])([^()\[\]]{2,40})[)\]]?$", title)
    if match and only_technique(match[1]):
        return title[: match.start()], match[1].strip()
    return title, ""


def only_technique(text: str) -> bool:
    """Whether ``text`` names one technique or several and says nothing else."""
    rest = TECHNIQUE.sub("", text)
    return rest != text and re.fullmatch(
        r"(?:[\s+&,/.:()*-]|\b(?:and|or|then|plus|with|only|just|a|the|of|combination|approach|"
        r"simple|both|in|mix|on|first|best|using|use)\b)*", rest, re.IGNORECASE) is not None


def run_on(pieces: Sequence[Piece]) -> str:
    """The pieces as running text; what stood on a line of its own ends as a sentence does."""
    whole = ""
    for piece in pieces:
        if whole and piece.gap and not re.search(_ENDED, whole):
            whole += "." if not piece.text[:1].islower() else ";" if piece.gap >= 2 else ""
        whole = f"{whole} {piece.text}".strip()
    return whole


def title_and(title: str, text: str) -> str:
    """A title and what it stands over, as one text."""
    if not title or text.casefold().startswith(title.casefold()):
        return text
    return title + (" " if title[-1] in ".!?:;,…" else ": ") + text if text else title


def stopped(parts: Sequence[str]) -> str:
    """The parts one after the other, each ending as a sentence does before the next begins."""
    whole = ""
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else ""
        if after.casefold().startswith(part.casefold().rstrip(". ")):
            continue  # "RAG" before "RAG is best, because …"
        if whole and not re.search(_ENDED, whole):
            whole += "."
        whole = f"{whole} {part}".strip()
    return whole


def holds_both(text: str) -> bool:
    """Whether a text alone both describes a use case and reasons about it."""
    description, reasoning = divide([Piece(part) for part in sentences(text[:2000])])
    return bool(reasoning) and reasoning != text.strip() and leaning(description) < 1.2


def _divide_sentence(text: str) -> tuple[str, str] | None:
    """Both halves of a sentence that names the need and then the approach."""
    plain = text.replace("’", "'")
    first = TECHNIQUE.search(plain)
    if first is None:
        return None
    for bridge in _BRIDGES:
        places = [m for m in bridge.finditer(plain) if m.end() <= first.start() + 1]
        for match in reversed(places):
            before, after = text[: match.start()].strip(), text[match.end() :].strip()
            if relative := re.search(r",?\s+(which|that)$", before):
                before, after = before[: relative.start()], f"{relative[1]} {after}"
            if len(before) >= 8 and len(before.split()) >= 2 and leaning(after) > 1.2:
                if match.group().strip() in ("(", "["):
                    after = re.sub(r"[)\]]\s*([.!]?)\s*$", r"\1", after)
                return before, after
    return None


def _joined(pieces: Sequence[Piece]) -> str:
    """The pieces as one text; a title before them keeps a colon between."""
    text = pieces[0].text
    for piece in pieces[1:]:
        bare = piece.gap > 0 and not re.search(r"[.!?…:;,][\"'”’)\]]*$", text)
        text += (": " if bare and len(text.split()) <= 12 else " ") + piece.text
    return text
