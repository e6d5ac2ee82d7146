"""Where the description of a use case ends and the reasoning about it begins.

Nobody writes the two apart who was not asked to. Reasoning usually begins where a technique is
named or proposed; a line break, a dash or an arrow in that place makes it likelier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|dr|mr|mrs|ms|prof|no|nr|fig|cf|resp|inc|ltd|st|incl|est|al"
    r"|u\.s|u\.k|a\.k\.a|p\.s|max|min|avg|dept|ca|esp)|\b[A-Za-z])\.$", re.IGNORECASE)
_END = re.compile(r"[.!?…]+[\"'”’)\]»*_]*\s+|[。！？]\s*")

_TECHNIQUE = (
    r"rags?|retrieval[- ]augmented(?:[- ]generation)?|retrieval|(?:re-?)?fine[- ]?tun\w*|"
    r"prompt(?:s|ing|ed)?(?:[- ](?:engineering|engineer|tuning|only|alone|template)s?)?|"
    r"(?:few|zero|one|many)[- ]shot|in[- ]context(?: learning| examples)?|q?lora|peft|dpo|rlhf|sft|"
    r"kto|orpo|distill?\w*|instruction[- ]tun\w*|pe|ft|continued pre-?training|"
    r"hybrid|text[- ](?:to|2)[- ]sql|(?:tool|function)[- ]call\w*|long[- ]context|context window"
)
_WEAK = (
    r"regex(?:es|p)?|regular expressions?|templates?|rules?|rule[- ]based|classifiers?|"
    r"logistic regression|gradient boosting|xgboost|random forest|solver|optimi[sz]er|"
    r"semantic search|keyword search|search index|elasticsearch|bm25|vector (?:store|db|database|"
    r"search|index)|embeddings?|knowledge (?:base|graph)|agents?|tools?|(?:frozen|frontier|base|"
    r"small|smaller|general|off-the-shelf|hosted) models?|gpt-?\w*|claude|llama|mistral|bert|"
    r"llms?|no llm|classical|traditional ml|system message|instructions?|examples|evals?"
)
TECHNIQUE = re.compile(rf"\b(?:{_TECHNIQUE})\b", re.IGNORECASE)
_WEAKLY = re.compile(rf"\b(?:{_WEAK})\b", re.IGNORECASE)
_I_WOULD = (
    r"(?:i|we)(?:'d| would| will|'ll| should|'m| am| think| believe| chose| choose| pick| suggest| "
    r"recommend| propose| expect| lean| could| might|'ve)\b"
)
_PROPOSAL = re.compile(
    rf"\b{_I_WOULD}|\bmy (?:approach|pick|choice|first choice|plan|proposal|recommendation|"
    r"reasoning|view|take|bet|vote)\b|\bbest (?:served|handled|solved|approach|fit|done|option|"
    r"suited|choice|tackled|addressed|with|by)\b|\b(?:well|better) (?:suited|served)\b|"
    r"\bgood fit\b|\b(?:is|are|be|seems?|looks?|feels?) (?:probably |likely |already |quite |more "
    r"than )?(?:enough|sufficient|overkill|unnecessary|ideal|the way to go|the right|a candidate|"
    r"appropriate|needed|required|the best|the natural|a must|plenty(?! of)|preferable)\b|"
    r"\bsuffic(?:es?|ient)\b|\boverkill\b|\b(?:start|begin)(?:ing)? with\b|\b(?:go|going|went) "
    r"(?:with|for)\b|\bmakes? (?:more |most |the most |no )?sense\b|\bno need\b|"
    r"\b(?:not|n't) (?:need|worth|required|necessary|enough)\b|\bneed not\b|\bcandidates? for\b|"
    r"\bshould (?:be|do|work|suffice|use|start)\b|\bworks? (?:well|best|fine)\b|\bwins?\b|"
    r"\bcombin(?:e|ed|ation|ing)\b|\bhybrid\b|\binstead of\b|\brather than\b|"
    r"\bis what (?:i|we)\b|\bbeats\b|\bdo(?:es)? the (?:job|trick)\b|\bwould (?:be|do|help|work|"
    r"suffice|use|only|not|give)\b|\b(?:will|would|should) (?:probably )?do\b(?! \w)|"
    r"\bjob for\b|\bcalls for\b|^(?:both|neither|none|a? ?combination|a? ?hybrid|a? ?mix)\W*$",
    re.IGNORECASE)
# A stance even where no technique is named: "I'd keep it simple", "overkill".
_VERDICT = re.compile(
    rf"\b{_I_WOULD}|\bmy (?:approach|pick|choice|plan|proposal|recommendation|reasoning)\b|"
    r"\bbest (?:served|handled|solved|approach|fit|option|suited|choice)\b|\boverkill\b|"
    r"\bno need\b|^(?:both|neither|none|a? ?combination|a? ?hybrid|a? ?mix)\W*$", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|therefore|hence|thus|so that|due to|given that|as (?:the|we|it|there|"
    r"they|this|our)|reasons?|that's why|which is why|the point is|trade-?offs?|so (?:i|we|it|a|no)"
    r"|otherwise|only if|unless|later|at first|first)\b", re.IGNORECASE)
_WISH = re.compile(
    r"^(?:an? |the |our |my |users?|customers?|students?|staff|employees|people|given|input|output|"
    r"turn|draft|answer|summari[sz]e|extract|classify|generate|translate|convert|sort|route|help|"
    r"build|create|write|detect|i want|we want|i need|we need|i have|we have|every|each|takes?)\b",
    re.IGNORECASE)
# What leads over from a use case to its approach inside one sentence, strongest first.
_BRIDGES = (
    re.compile(r"\s*(?:[-=~]+>|→|⇒|➔|➜|»|›)\s*"),
    re.compile(r"\s+(?:[-–—]{1,3}|\|{1,2}|//|::)\s+|\s*—\s*|\s*;\s+"),
    re.compile(r"\s*:\s+"),
    re.compile(r"\s*\((?=[^()]*\)\s*[.!]?\s*$)"),
    re.compile(r"(?:,\s+|\s+)(?=(?:which (?:is|would be)|is|would be|could be|should be|can be) "
               r"(?:probably |likely |clearly )?(?:best|well|better|perfect|ideal|a |an |done|solved|"
               r"served|handled))", re.IGNORECASE),
    re.compile(r",?\s+(?=(?:best (?:served|solved|handled|done)|so i(?:'d| would)|for (?:this|which) "
               r"i|here i|this (?:needs|calls|is)|i(?:'d| would) )\b)", re.IGNORECASE),
    re.compile(r",\s+"),
)
_LEANS_BACK = re.compile(r"(?:that(?:'s| is)|so|hence|therefore|thus|for (?:this|that) reason)\b",
                         re.IGNORECASE)
_LEAD = re.compile(r"^(?:[-=~]+>|→|⇒|➔|➜|»|[-–—]+)\s*")


@dataclass(frozen=True)
class Piece:
    """A sentence and how much the layout sets it off from the one before (0 to 3)."""

    text: str
    gap: float = 0.0


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, in order and with nothing lost but the space between."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
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
    plain = text.replace("’", "'")
    named = len(TECHNIQUE.findall(plain))
    weak = bool(_WEAKLY.search(plain))
    proposed = bool(_PROPOSAL.search(plain))
    meant = bool(_VERDICT.search(plain))
    score = -0.6
    if named:
        score += 2.4 + 0.3 * min(named, 3)
    if proposed or meant:
        score += 2.2 if named else 1.8 if weak else 1.3 if meant else 0.4
    elif _WISH.search(plain):
        score -= 0.8
    if weak:
        score += 0.3
    if _REASON.search(plain) and (named or weak or meant):
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
        if inside and (place == len(pieces) or leans[0] > 2.0):
            rest = [p.text for p in pieces[1:]]
            return inside[0], " ".join([inside[1], *rest])
        if place == len(pieces):
            whole = " ".join(p.text for p in pieces)
            return pieces[0].text, whole
    if place == len(pieces) and (inside := _divide_sentence(pieces[-1].text)):
        return (_joined([*pieces[:-1], Piece(inside[0], pieces[-1].gap)]), inside[1])
    reasoning = " ".join(p.text for p in pieces[place:])
    return _joined(pieces[:place]), _LEAD.sub("", reasoning)


def _divide_sentence(text: str) -> tuple[str, str] | None:
    """Both halves of a sentence that names the need and then the approach."""
    plain = text.replace("’", "'")
    first = TECHNIQUE.search(plain)
    if first is None:
        return None
    for bridge in _BRIDGES:
        for match in bridge.finditer(plain):
            before, after = text[: match.start()].strip(), text[match.end() :].strip()
            if match.start() < 12 or match.end() > first.start() + 3 and match.end() > 12:
                if match.end() > first.start():
                    break
                continue
            if len(before.split()) >= 2 and leaning(after) > 1.2:
                if match.group().strip() == "(":
                    after = re.sub(r"\)\s*([.!]?)\s*$", r"\1", after)
                return before, after
    return None


def _joined(pieces: Sequence[Piece]) -> str:
    """The pieces as one text; a title before them keeps a colon between."""
    text = pieces[0].text
    for piece in pieces[1:]:
        bare = piece.gap > 0 and not re.search(r"[.!?…:;,][\"'”’)\]]*$", text)
        text += (": " if bare and len(text.split()) <= 12 else " ") + piece.text
    return text
