"""The cases on disk: YAML files, one domain each, read and checked as a whole."""

from __future__ import annotations

from collections import Counter
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
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_FAST_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CaseError(f"{path.name}: not readable as UTF-8 YAML: {error}") from error
    if not isinstance(content, dict) or set(content) != {"domain", "cases"}:
        raise CaseError(f"{path.name}: expected the two keys 'domain' and 'cases' at the top")
    cases = []
    for number, raw in enumerate(content["cases"] or [], start=1):
        name = raw.get("id", f"case {number}") if isinstance(raw, dict) else f"case {number}"
        if not isinstance(raw, dict):
            raise CaseError(f"{path.name}: {name}: expected fields and values, found {raw!r}")
        try:
            cases.append(Case(domain=content["domain"], **raw))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "case"
            raise CaseError(f"{path.name}: {name}: {field}: {first['msg']}") from error
    return cases


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


_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
