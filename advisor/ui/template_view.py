"""Tokens as the template page draws them: escaped, with spaces, special tokens and loss shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from training.templates import Finding, Side

MOST = 1500  # tokens of one side that are drawn
SHOWN = {" ": "·", "\n": "↵", "\t": "⇥", "\r": "␍"}
# Blue and orange differ for every kind of colour vision; line, frame and number say it as well.
STYLE = """<style>
.tk{line-height:2.3;overflow-wrap:anywhere;font:0.85rem/2.3 ui-monospace,monospace;margin:0}
.tk span{padding:2px 1px;border-radius:3px;margin:0 1px;white-space:pre-wrap;
 background:color-mix(in srgb,currentColor 7%,transparent)}
.tk .t{background:color-mix(in srgb,#2f7fd6 32%,transparent);border-bottom:3px solid #2f7fd6}
.tk .s{outline:1.5px solid color-mix(in srgb,currentColor 60%,transparent);font-weight:700}
.tk .d{border-bottom:3px dotted #c96a00}
.tk .c{opacity:.5;text-decoration:line-through}
.tk .f{background:color-mix(in srgb,#e08a1e 45%,transparent)}
.tk sup{font-weight:700;color:inherit;margin-left:1px}
.tk i{opacity:.6;font-style:normal}
.tk.key{font-family:inherit;line-height:2}
.tk.key b{font-weight:400;display:inline-block;margin-right:1.2em}
</style>"""
LEGEND = STYLE + '<p class="tk key">' + "".join(f"<b>{entry}</b>" for entry in (
    '<span class="t">trained</span> the loss falls here',
    "<span>given</span> read, not trained",
    '<span class="s">special</span> one special token',
    '<span class="d">differs</span> training has something else in this place',
    '<span class="c">cut</span> beyond the maximum length',
    '<span class="f">here<sup>1</sup></span> finding 1 below',
    "<i>·</i> space, <i>↵</i> line break",
)) + "</p>"


def strip_html(side: Side, other: Side, special: set[int], notes: Mapping[int, Sequence[int]]
               ) -> str:
    """One side as HTML; ``notes``: token index → numbers of the findings that point at it."""
    trained = side.trained
    first = _first_difference(side, other) if side.name == "inference" else len(side.ids)
    drawn = []
    for i in range(min(len(side.ids), MOST)):
        classes = ["t"] if trained and trained[i] else []
        classes += ["s"] if side.ids[i] in special else []
        classes += ["d"] if i >= first else []
        classes += ["c"] if i >= side.kept else []
        classes += ["f"] if i in notes else []
        marks = "".join(f"<sup>{number}</sup>" for number in notes.get(i, ()))
        title = escape(f"token {i}: id {side.ids[i]}, {side.tokens[i]}", quote=True)
        drawn.append(f'<span class="{" ".join(classes)}" title="{title}">{_piece(side, i)}{marks}'
                     f"</span>{'<br>' if _breaks(side, i) else ''}")
    if len(side.ids) > MOST:
        drawn.append(f"<br>… {len(side.ids) - MOST:,} tokens more")
    name = "Training" if side.name == "train" else "Inference"
    return f'{STYLE}<p class="tk" role="group" aria-label="{name} tokens">{"".join(drawn)}</p>'


def _piece(side: Side, i: int) -> str:
    """What a token stands for; its own name where it is no text or only part of a character."""
    start, end = side.offsets[i]
    shared = (i > 0 and side.offsets[i - 1][1] > start) or (
        i + 1 < len(side.ids) and start <= side.offsets[i + 1][0] < end)
    if end <= start or shared:
        return escape(side.tokens[i])
    return "".join(f"<i>{SHOWN[c]}</i>" if c in SHOWN else escape(c) for c in side.text[start:end])


def _breaks(side: Side, i: int) -> bool:
    start, end = side.offsets[i]
    return "\n" in side.text[start:end]


def _first_difference(side: Side, other: Side) -> int:
    """Index of the first token that the other side does not have in the same place."""
    return next((i for i, token in enumerate(side.ids)
                 if i >= len(other.ids) or other.ids[i] != token), len(side.ids))


def numbered(findings: Sequence[Finding | None], side: str) -> dict[int, list[int]]:
    """Token index → numbers, counted from 1, of the findings of this side that point at it."""
    notes: dict[int, list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        if finding is not None and finding.side == side:
            notes.setdefault(finding.position, []).append(number)
    return notes
