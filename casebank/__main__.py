"""python -m casebank validate | stats | search "TEXT" [--k N] [--json]"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from casebank.schema import Case
from casebank.store import CASES_DIR, CaseError, load_cases


def _stats(cases: tuple[Case, ...]) -> dict[str, object]:
    return {
        "cases": len(cases),
        "approaches": dict(Counter(case.approach for case in cases).most_common()),
        "flags": dict(Counter(flag for case in cases for flag in case.flags).most_common()),
        "evidence": dict(Counter(case.evidence for case in cases).most_common()),
        "domains": dict(Counter(case.domain for case in cases).most_common()),
        "years": {str(year): n for year, n in sorted(Counter(c.year for c in cases).items())},
        "with_figures": sum(bool(case.figures) for case in cases),
    }


def _search(cases: tuple[Case, ...], text: str, k: int, as_json: bool) -> None:
    from casebank.bank import CaseBank
    from casebank.encoder import SentenceEncoder

    matches = CaseBank(cases, SentenceEncoder()).search(text, k=k)
    if as_json:
        rows = [
            {"similarity": round(m.similarity, 4)} | m.case.model_dump(mode="json") for m in matches
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for match in matches:
        case = match.case
        print(f"{match.similarity:.2f}  {case.title}  [{case.approach}]")
        print(f"      {case.outcome}")
        print(f"      {case.organisation}, {case.year}, {case.evidence}: {case.sources[0].url}")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m casebank", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("validate", "stats", "search"):
        command = commands.add_parser(name)
        command.add_argument("--cases", type=Path, default=CASES_DIR, help="folder of case files")
        if name == "search":
            command.add_argument("text")
            command.add_argument("--k", type=int, default=5)
        if name != "validate":
            command.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    try:
        cases = load_cases(args.cases)
    except CaseError as error:
        print(f"casebank: {error}", file=sys.stderr)
        return 1
    if args.command == "validate":
        print(f"{len(cases)} cases in {len({c.domain for c in cases})} domains, all valid")
    elif args.command == "stats":
        stats = _stats(cases)
        if args.json:
            print(json.dumps(stats, ensure_ascii=False))
        else:
            for key, value in stats.items():
                shown = value if isinstance(value, int) else ", ".join(
                    f"{name} {count}" for name, count in value.items()  # type: ignore[attr-defined]
                )
                print(f"{key}: {shown}")
    elif not args.text.strip():
        print("casebank: expected a text to search for, found an empty one", file=sys.stderr)
        return 2
    else:
        _search(cases, args.text, args.k, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
