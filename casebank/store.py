"""The cases on disk: YAML files, one domain each, read and checked as a whole."""

from __future__ import annotations

import fcntl
import os
import re
import reprlib
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from casebank.schema import Case

CASES_DIR = Path(__file__).parent / "cases"


class CaseError(ValueError):
    """A case file that cannot be used; the message names file, case and field."""


def load_file(path: Path) -> list[Case]:
    """The cases of one file; raises ``CaseError`` naming file, case and field."""
    try:
        return parse_cases(path.read_bytes(), path.name)
    except OSError as error:
        raise CaseError(f"{path.name}: not readable: {error.strerror}") from error


def read_yaml(content: bytes, name: str, loader: Any = yaml.SafeLoader) -> Any:
    """What UTF-8 YAML says; raises ``CaseError`` naming the file.

    The loader in Python is the slow one, and the one that survives a text of a million brackets.
    """
    try:
        return yaml.load(content.decode("utf-8"), Loader=loader)
    except (UnicodeDecodeError, RecursionError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{name}: not readable as UTF-8 YAML: {error}") from error


def parse_cases(content: bytes, name: str) -> list[Case]:
    """The cases in the content of a case file called ``name``; raises ``CaseError``."""
    raw = read_yaml(content, name, _FAST_LOADER)
    if not isinstance(raw, dict) or set(raw) != {"domain", "cases"}:
        raise CaseError(f"{name}: expected the two keys 'domain' and 'cases' at the top")
    if not isinstance(raw["cases"], list | None):
        raise CaseError(f"{name}: cases: expected a list, found {reprlib.repr(raw['cases'])}")
    cases = []
    for number, fields in enumerate(raw["cases"] or [], start=1):
        where = f"{name}: {name_of(fields, number)}"
        if not isinstance(fields, dict):
            raise CaseError(f"{where}: expected fields and values, found {reprlib.repr(fields)}")
        if "domain" in fields:
            raise CaseError(f"{where}: domain: expected once, at the top of the file")
        try:
            cases.append(Case.model_validate({"domain": raw["domain"], **fields}))
        except ValidationError as error:
            raise CaseError(f"{where}: {field_errors(error)[0]}") from error
    return cases


def name_of(fields: object, number: int) -> str:
    """What messages call a case: its id, or its number where it has none."""
    name = fields.get("id") if isinstance(fields, dict) else None
    return name if isinstance(name, str) else f"case {number}"


def field_errors(error: ValidationError) -> list[str]:
    """One text for each fault of a case: the field, what was expected, what was found."""
    texts = []
    for fault in error.errors():
        field = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            text = f"no such field; a case has {', '.join(Case.model_fields)}"
        elif fault["type"] == "value_error":  # raised by the schema, in words that need no more
            text = str(fault["ctx"]["error"])
        elif fault["type"] == "missing":
            text = "expected a value, found none"
        else:
            text = f"{fault['msg']}; found {reprlib.repr(fault['input'])}"
        texts.append(f"{field}: {text}" if field else text)
    return texts


@lru_cache(maxsize=4)
def load_cases(folder: Path = CASES_DIR) -> tuple[Case, ...]:
    """Every case under ``folder``, in the order of file and place.

    Raises:
        CaseError: a file cannot be read, a case is invalid, or an id is used twice.
    """
    cases = [case for path in sorted(folder.glob("*.yaml")) for case in load_file(path)]
    if not cases:
        raise CaseError(f"{folder}: expected at least one .yaml file with cases, found none")
    ids = Counter(case.id for case in cases)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise CaseError(f"ids used more than once: {', '.join(twice)}")
    for case in cases:
        if case.contrast_of is not None and case.contrast_of not in ids:
            raise CaseError(f"{case.id}: contrast_of: there is no case {case.contrast_of!r}")
    return tuple(cases)


def path_of(folder: Path, domain: str) -> Path:
    """The file of a domain: its name in small letters, with _ for all that is no letter."""
    stem = re.sub(r"\W+", "_", domain.lower()).strip("_")
    if not stem:
        raise CaseError(f"domain: expected letters, to name a file by, found {domain!r}")
    return folder / f"{stem}.yaml"


def as_yaml(cases: Sequence[Case]) -> str:
    """The cases as the items of a case file's list, in the order of the schema."""
    rows = []
    for case in cases:
        row = case.model_dump(mode="json", exclude={"domain"}) | {"checked": case.checked}
        rows.append({k: v for k, v in row.items() if v or k not in ("positions", "contrast_of")})
    return yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=100)


def appended(path: Path, cases: Sequence[Case]) -> bytes:
    """The content of ``path`` with cases of one domain behind what stands there, byte for byte.

    Raises:
        CaseError: the file cannot be read, is of another domain, or does not end in its list of
            cases, so that nothing can be written behind it.
    """
    domain = cases[0].domain
    if not path.exists():
        head = yaml.safe_dump({"domain": domain}, allow_unicode=True, width=1000)
        return f"{head}cases:\n{as_yaml(cases)}".encode()
    old = path.read_bytes()
    before = parse_cases(old, path.name)
    if before and before[0].domain != domain:
        raise CaseError(
            f"{path.name}: domain: the file says {before[0].domain!r}, the case {domain!r}; "
            "write it the same way, or name another domain"
        )
    # A list may be indented, and only its own indent continues it.
    indent = re.search(rb"^( *)- ", old, re.MULTILINE)
    text = textwrap.indent(as_yaml(cases), indent[1].decode() if indent else "")
    newline = "\r\n" if b"\r\n" in old else "\n"
    gap = "" if old.endswith(b"\n") else newline
    new = old + (gap + text.replace("\n", newline)).encode()
    try:
        whole = parse_cases(new, path.name) == [*before, *cases]
    except CaseError:
        whole = False
    if not whole:
        raise CaseError(
            f"{path.name}: expected a file that ends in its list of cases, each begun by '- ', so "
            "that one can be written behind the others; move 'cases' to the end, or add by hand"
        )
    return new


def replace_files(contents: dict[Path, bytes]) -> None:
    """Write every file beside its place first and then move it there, so that none is ever half.

    Raises:
        OSError: something cannot be written; a file that was not moved is as it was.
    """
    parts = {path: path.resolve().with_suffix(f".{os.getpid()}.part") for path in contents}
    try:
        for path, content in contents.items():
            with parts[path].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, parts[path])
        for path, part in parts.items():
            os.replace(part, path.resolve())
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other ``add`` works in ``folder``, or its cases would be overwritten."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
