"""A .docx file as Markdown: headings, numbered lists, bullets, bold, tables.

Only the standard library reads it: a Word file is a zip of XML. Text boxes, footnotes and
pictures are left out; headers are read, since students put their names there.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from advisor.homework.submission import SubmissionError

MAX_XML = 8_000_000  # bytes of XML, unpacked
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_SKIPPED = {"del", "moveFrom", "instrText", "delText", "Fallback", "txbxContent", "pPr", "rPr"}
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


@dataclass
class Numbering:
    """How lists are numbered, and how far each has come: by list and level."""

    formats: dict[tuple[str, int], tuple[str, str, int]] = field(default_factory=dict)
    of_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    headings: dict[str, int] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)


class _NoDoctype(ET.TreeBuilder):
    """Word writes no document type, and one could define entities that grow without end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise SubmissionError("expected a Word file, found a document type in its XML; save it "
                              "again as .docx")


def read_docx(raw: bytes) -> str:
    """The text of a Word file; raises ``SubmissionError`` if it is none or far too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            body = _parsed(archive, "word/document.xml")
            if body is None:
                raise SubmissionError("expected a Word file, found a zip without a document; save "
                                      "it again as .docx")
            numbering = _numbering(archive)
            headers = [name for name in archive.namelist()
                       if re.fullmatch(r"word/header\d*\.xml", name)][:3]
            top = [root for name in headers if (root := _parsed(archive, name)) is not None]
            lines = [line for root in top for line in _blocks(root, numbering) if line.strip()]
            lines += list(_blocks(body, numbering))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
            ET.ParseError, RecursionError) as error:
        if isinstance(error, SubmissionError):
            raise
        raise SubmissionError(f"expected a Word file, found one that cannot be read ({error}); "
                              "save it again as .docx, without a password") from error
    return "\n".join(lines)


def _parsed(archive: zipfile.ZipFile, name: str) -> ET.Element | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    with archive.open(info) as part:
        xml = part.read(MAX_XML + 1)
    if len(xml) > MAX_XML:
        raise SubmissionError(f"expected at most {MAX_XML // 10**6} MB in a Word file, found more; "
                              "hand in the use cases alone")
    xml = xml.replace(_STRICT[1:-1].encode(), _W[1:-1].encode())
    return ET.fromstring(xml, parser=ET.XMLParser(target=_NoDoctype()))


def _numbering(archive: zipfile.ZipFile) -> Numbering:
    found = Numbering()
    root = _parsed(archive, "word/numbering.xml")
    abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
    for one in root.iter(f"{_W}abstractNum") if root is not None else ():
        abstract[one.get(f"{_W}abstractNumId", "")] = {
            int(level.get(f"{_W}ilvl", 0)): (_val(level, "numFmt", "decimal"),
                                             _val(level, "lvlText", "%1."),
                                             int(_val(level, "start", "1")))
            for level in one.iter(f"{_W}lvl")
        }
    for num in root.iter(f"{_W}num") if root is not None else ():
        for level, how in abstract.get(_val(num, "abstractNumId", ""), {}).items():
            found.formats[num.get(f"{_W}numId", ""), level] = how
    styles = _parsed(archive, "word/styles.xml")
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        name, key = _val(style, "name", "").casefold(), style.get(f"{_W}styleId", "")
        if match := re.fullmatch(r"heading ([1-6])", name):
            found.headings[key] = int(match[1])
        elif name == "title":
            found.headings[key] = 1
        number = style.find(f"{_W}pPr/{_W}numPr")
        if number is not None:
            found.of_style[key] = (_val(number, "numId", "0"), int(_val(number, "ilvl", "0")))
        elif match := re.match(r"list (number|bullet)(?: (\d))?", name):
            found.of_style[key] = (match[1], int(match[2] or 1) - 1)
    return found


def _val(element: ET.Element, child: str, default: str) -> str:
    found = element.find(f"{_W}{child}")
    return default if found is None else found.get(f"{_W}val", default)


def _blocks(root: ET.Element, numbering: Numbering) -> Iterator[str]:
    """The paragraphs and tables under ``root`` as lines of Markdown."""
    for element in root:
        tag = element.tag.rpartition("}")[2]
        if tag == "p":
            yield from _paragraph(element, numbering)
        elif tag == "tbl":
            yield from _table(element, numbering)
        elif tag not in _SKIPPED:
            yield from _blocks(element, numbering)


def _paragraph(element: ET.Element, numbering: Numbering) -> Iterator[str]:
    text = _text(element).strip()
    if not text:
        yield ""
        return
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = "" if style is None else style.get(f"{_W}val", "")
    mark, indent = _mark(element, name, numbering)
    level = numbering.headings.get(name)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if level:
        plain = " ".join(lines).replace("**", "")
        yield from ("", f"{'#' * level} {mark}{plain}", "")
        return
    if not mark:
        yield ""
    yield f"{indent}{mark}{lines[0]}"
    for line in lines[1:]:
        yield f"{indent}{' ' * len(mark)}{line}"


def _mark(element: ET.Element, style: str, numbering: Numbering) -> tuple[str, str]:
    """The number or bullet that Word shows before a paragraph, and its indentation."""
    number = element.find(f"{_W}pPr/{_W}numPr")
    which, level = numbering.of_style.get(style, ("0", 0))
    if number is not None:
        which = _val(number, "numId", which)
        level = int(_val(number, "ilvl", str(level)))
    if which == "0":
        return "", ""
    default = ("bullet", "•", 1) if which == "bullet" else ("decimal", "%1.", 1)
    form, shape, start = numbering.formats.get((which, level), default)
    indent = "    " * level
    if form == "bullet":
        return "- ", indent
    if form == "none":
        return "", indent
    for list_, deeper in list(numbering.counts):
        if list_ == which and deeper > level:
            del numbering.counts[list_, deeper]
    numbering.counts[which, level] = numbering.counts.get((which, level), start - 1) + 1
    shown = re.sub(r"%(\d)", lambda m: _counted(
        numbering.counts.get((which, int(m[1]) - 1), 1),
        numbering.formats.get((which, int(m[1]) - 1), default)[0]), shape)
    return f"{shown.strip()} ", indent


def _counted(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(96 + (number - 1) % 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and number <= len(_ROMAN):
        return _ROMAN[number - 1] if form == "lowerRoman" else _ROMAN[number - 1].upper()
    return str(number)


def _text(element: ET.Element) -> str:
    """The words of a paragraph, bold ones between ``**``."""
    parts: list[tuple[str, bool]] = []
    _runs(element, parts, False)
    text = ""
    for place, (words, bold) in enumerate(parts):
        opens = bold and words.strip() and (not place or not parts[place - 1][1])
        closes = bold and words.strip() and (place + 1 == len(parts) or not parts[place + 1][1])
        lead, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        text += (lead if opens else "") + ("**" if opens else "") + (
            words.strip() if opens and closes else words.lstrip() if opens
            else words.rstrip() if closes else words) + ("**" if closes else "") + (
            tail if closes else "")
    return text


def _runs(element: ET.Element, parts: list[tuple[str, bool]], bold: bool) -> None:
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag == "r":
            flag = child.find(f"{_W}rPr/{_W}b")
            on = flag is not None and flag.get(f"{_W}val", "1") not in ("0", "false", "off")
            _runs(child, parts, on)
        elif tag == "t":
            parts.append((child.text or "", bold))
        elif tag in ("br", "cr"):
            parts.append(("\n", bold))
        elif tag == "tab":
            parts.append((" ", bold))
        elif tag == "noBreakHyphen":
            parts.append(("-", bold))
        elif tag not in _SKIPPED:
            _runs(child, parts, bold)


def _table(element: ET.Element, numbering: Numbering) -> Iterator[str]:
    rows = [list(_children(row, "tc")) for row in _children(element, "tr")]
    if not rows:
        return
    if max(map(len, rows)) == 1:  # a frame around text
        for row in rows:
            for cell in row:
                yield from _blocks(cell, numbering)
        return
    table = [[_cell(cell, numbering) for cell in row] for row in rows]
    yield ""
    for place, cells in enumerate(table):
        yield "| " + " | ".join(cells) + " |"
        if not place:
            yield "|" + "---|" * len(cells)
    yield ""


def _children(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    """Children of a kind, also those inside content controls."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == tag:
            yield child
        elif name in ("sdt", "sdtContent", "ins"):
            yield from _children(child, tag)


def _cell(cell: ET.Element, numbering: Numbering) -> str:
    lines = [line.strip() for line in _blocks(cell, numbering) if line.strip()]
    return "<br>".join(line.replace("|", "\\|").lstrip("#").strip() for line in lines)
