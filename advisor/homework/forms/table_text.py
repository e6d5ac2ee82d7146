"""Tables inside a text: Markdown pipes, grids drawn with + and -, cells set apart by tabs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.homework.forms import labels, tables
from advisor.homework.forms.line import plain

Table = list[list[str]]
_BORDER = re.compile(r"^\s*[+|]?[\s:|+=-]*-{2,}[\s:|+=-]*$")
_CELLS = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def take_tables(text: str) -> tuple[str, list[Table]]:
    """The text without its tables of use cases, and those tables, each with its heading first.

    A table that lists the parts of one use case, or something else, stays as lines of text.
    """
    kept: list[str] = []
    found: list[Table] = []
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        bare = re.sub(r"^\s{0,3}(?:>\s?)+", "", line)
        if _tabular(bare):
            block.append(bare)
            continue
        if block:
            _settle(block, kept, found)
            block = []
        kept.append(line)
    return _BREAK.sub("\n", "\n".join(kept[:-1])), found


def _tabular(line: str) -> bool:
    inner = line.strip()
    if _BORDER.match(line):
        return "|" in line or "+" in line
    return len(_CELLS.findall(inner.strip("|"))) >= 1 or "\t" in inner


def _settle(block: list[str], kept: list[str], found: list[Table]) -> None:
    table = _rows(block)
    drawn = any(_BORDER.match(line) for line in block) or (all(
        line.strip().startswith("|") for line in block) and len(block) > 1)
    turned = _turned(table)
    heading = tables.columns(turned[0]) if len(turned) > 1 else None
    told = {c.field for c in heading or ()} - {None}
    if turned is table and _lists_parts(table):
        heading = None
    if heading and (len(told) > 1 or drawn) and min(map(len, turned)) > 0:
        found.append(turned)
        return
    if drawn:
        kept.extend(["", "---", "", *(_line(row) for row in table if any(row)), ""])
    elif _lists_parts(table):
        kept.extend(_line(row) for row in table if any(row))
    else:
        kept.extend(block)


def _lists_parts(table: Table) -> bool:
    """Whether the rows of a table are the parts of one use case: label left, text right."""
    named = {labels.label(plain(row[0]).rstrip(":? ")) for row in table if row and len(row) <= 2}
    return bool(named & {*labels.REASONED}) and len(named - {None}) > 1


def _line(row: Sequence[str]) -> str:
    cells = [cell for cell in row if cell]
    if len(cells) == 2 and not re.search(r"[:.]$", cells[0]):
        return f"{cells[0]}: {cells[1]}"
    return " – ".join(cells)


def _rows(block: Sequence[str]) -> Table:
    """The cells of each row; where borders part all rows, lines between two are one row."""
    tabs = not any("|" in line for line in block)
    parted = sum(line.strip().startswith("+") for line in block) > 2
    table: Table = []
    fresh = True
    for line in block:
        if _BORDER.match(line):
            fresh = True
            continue
        inner = line if tabs else re.sub(r"^\s*\||(?<!\\)\|\s*$", "", line.rstrip())
        cells = [_BREAK.sub("\n", cell.strip()).replace("\\|", "|")
                 for cell in (inner.split("\t") if tabs else _CELLS.split(inner))]
        if parted and not fresh and table:
            old = table[-1] + [""] * (len(cells) - len(table[-1]))
            table[-1] = [f"{a} {b}".strip() for a, b in zip(old, cells, strict=False)]
        else:
            table.append(cells)
        fresh = False
    return table


def _turned(table: Table) -> Table:
    """The table with use cases in rows, if its first column names their parts."""
    if len(table) < 2 or max(map(len, table)) < 3:
        return table
    width = max(map(len, table))
    named = [labels.heading(plain(row[0])) if row and row[0] else None for row in table]
    across = tables.columns(table[0])
    if labels.DESCRIPTION in named and set(named) & {*labels.REASONED} and not (
            across and {c.field for c in across} & {*labels.REASONED}):
        rows = [row + [""] * (width - len(row)) for row in table]
        turned = [list(cells) for cells in zip(*rows, strict=True)]
        if named[0] is None or labels.heading(plain(table[0][0])) is None:
            turned[0][0] = turned[0][0] or "#"
        return turned
    return table
