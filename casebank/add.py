"""New cases into the bank: read from a file, checked against all others, written behind them."""

from __future__ import annotations

import json
import reprlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from casebank.checks import find_faults
from casebank.schema import Case
from casebank.store import (
    CaseError,
    alone_in,
    appended,
    as_yaml,
    field_errors,
    load_cases,
    name_of,
    path_of,
    read_yaml,
    replace_files,
)


@dataclass(frozen=True)
class Added:
    """The cases that went, or would go, behind those of one file."""

    path: Path
    cases: tuple[Case, ...]

    @property
    def text(self) -> str:
        return as_yaml(self.cases)


def read_new(source: str) -> list[Case]:
    """The cases of a ``.yaml`` or ``.json`` file, or of standard input for ``-``.

    A source holds one case, a list of them, or, as a case file does, ``domain`` and ``cases``.

    Raises:
        CaseError: with one line for each fault, naming source, case and field.
    """
    name = "standard input" if source == "-" else Path(source).name
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise CaseError(f"{source}: not readable: {error.strerror}") from error
    cases, faults = [], []
    for number, fields in enumerate(_rows(_parsed(content, name), name), start=1):
        where = f"{name}: {name_of(fields, number)}"
        if not isinstance(fields, dict):
            faults.append(f"{where}: expected fields and values, found {reprlib.repr(fields)}")
            continue
        try:
            cases.append(Case.model_validate(fields))
        except ValidationError as error:
            faults += [f"{where}: {text}" for text in field_errors(error)]
    if faults:
        raise CaseError("\n".join(faults))
    return cases


def _parsed(content: bytes, name: str) -> Any:
    """JSON where it is JSON (which allows tabs, as YAML does not), otherwise YAML."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if name.endswith(".json"):
            raise CaseError(f"{name}: not readable as UTF-8 JSON: {error}") from error
        return read_yaml(content, name)


def _rows(parsed: Any, name: str) -> list[Any]:
    if isinstance(parsed, dict) and isinstance(parsed.get("cases"), list):
        domain = {"domain": parsed["domain"]} if "domain" in parsed else {}
        parsed = [domain | row if isinstance(row, dict) else row for row in parsed["cases"]]
    rows = [parsed] if isinstance(parsed, dict) else parsed
    if not isinstance(rows, list) or not rows:
        raise CaseError(
            f"{name}: expected one case, a list of cases, or 'domain' and 'cases' as in a case "
            f"file; found {reprlib.repr(parsed)}"
        )
    return rows


def stored(folder: Path) -> tuple[Case, ...]:
    """The cases that stand in ``folder`` now; none where it has no case file yet."""
    load_cases.cache_clear()  # somebody else may have added cases since
    return load_cases(folder) if any(folder.glob("*.yaml")) else ()


def refuse_unfit(new: Sequence[Case], known: Sequence[Case]) -> None:
    """Raises ``CaseError`` where a new case does not go together with the others.

    Its id is in use, its ``contrast_of`` exists nowhere, it nearly repeats another case, or it is
    no contrast to the case it names. Faults among the known cases alone are left to ``validate``.
    """
    used = {case.id for case in known}
    faults = []
    for case in new:
        if case.id in used:
            faults.append(f"{case.id}: id: already in use; expected one that no other case has")
        used.add(case.id)
    for case in new:
        if case.contrast_of is not None and case.contrast_of not in used:
            faults.append(f"{case.id}: contrast_of: there is no case {case.contrast_of!r}")
    if not faults:
        ids = {case.id for case in new}
        found = find_faults([*known, *new])
        faults = [fault.message for fault in found if not ids.isdisjoint(fault.cases)]
    if faults:
        raise CaseError("\n".join(faults))


def add_cases(new: Sequence[Case], folder: Path, dry_run: bool = False) -> list[Added]:
    """Append ``new`` to the files of their domains in ``folder``: all of them or, on error, none.

    With ``dry_run`` every check is made and nothing is written.

    Raises:
        CaseError: a case does not go together with the others, or with the file of its domain.
        OSError: a file cannot be written.
    """
    if dry_run:
        return _placed(new, folder)[0]
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        added, contents = _placed(new, folder)
        replace_files(contents)
    load_cases.cache_clear()
    return added


def _placed(new: Sequence[Case], folder: Path) -> tuple[list[Added], dict[Path, bytes]]:
    """What is added where, and the content that each file would have."""
    refuse_unfit(new, stored(folder))
    added = [
        Added(path_of(folder, domain), tuple(case for case in new if case.domain == domain))
        for domain in dict.fromkeys(case.domain for case in new)
    ]
    if len({one.path for one in added}) < len(added):
        raise CaseError(
            "domain: expected each domain spelled in one way, found "
            + ", ".join(repr(one.cases[0].domain) for one in added)
        )
    return added, {one.path: appended(one.path, one.cases) for one in added}
