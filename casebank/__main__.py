"""python -m casebank validate | stats | search "TEXT" | add [FILE.yaml | FILE.json | -]"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from casebank.checks import Finding, Goal, contrast_pairs, find_faults, goals
from casebank.schema import APPROACHES, EVIDENCE, Case
from casebank.store import CASES_DIR, CaseError, as_yaml, load_cases


def _stats(args: argparse.Namespace) -> int:
    cases = load_cases(args.cases)
    stats = {
        "cases": len(cases),
        "approaches": dict(Counter(case.approach for case in cases).most_common()),
        "flags": dict(Counter(flag for case in cases for flag in case.flags).most_common()),
        "evidence": dict(Counter(case.evidence for case in cases).most_common()),
        "domains": dict(Counter(case.domain for case in cases).most_common()),
        "years": {str(year): n for year, n in sorted(Counter(c.year for c in cases).items())},
        "with_figures": sum(bool(case.figures) for case in cases),
        "contrast_pairs": len(contrast_pairs(cases)),
    }
    if args.json:
        print(json.dumps(stats, ensure_ascii=False))
        return 0
    for key, value in stats.items():
        shown = value if isinstance(value, int) else ", ".join(
            f"{name} {count}" for name, count in value.items()  # type: ignore[attr-defined]
        )
        print(f"{key}: {shown}")
    return 0


def _validate(args: argparse.Namespace) -> int:
    """The goals are those of the shipped bank; another folder is told them and held to none."""
    cases: tuple[Case, ...] = ()
    try:
        cases = load_cases(args.cases)
        faults = find_faults(cases)
    except CaseError as error:
        if not args.json:
            raise
        faults = [Finding("schema", (), None, str(error))]
    reached = goals(cases) if cases else []
    shipped = args.cases.resolve() == CASES_DIR.resolve()
    failed = bool(faults) or (shipped and not all(goal.reached for goal in reached))
    if args.json:
        print(json.dumps({
            "cases": len(cases),
            "domains": len({case.domain for case in cases}),
            "valid": not faults,
            "findings": [asdict(fault) for fault in faults],
            "goals": [asdict(goal) | {"reached": goal.reached} for goal in reached],
            "goals_apply": shipped,
        }, ensure_ascii=False))
        return int(failed)
    for fault in faults:
        print(f"casebank: {fault.message}", file=sys.stderr)
    told = f"not valid in {len(faults)} places" if faults else "all valid"
    print(f"{len(cases)} cases in {len({c.domain for c in cases})} domains, {told}")
    _print_goals(reached, shipped)
    return int(failed)


def _print_goals(reached: list[Goal], shipped: bool) -> None:
    print(f"\n{'goal of the shipped bank':36}{'needed':>7}{'found':>7}")
    for goal in reached:
        state = "reached" if goal.reached else "missed"
        print(f"{goal.name:36}{goal.needed:7}{goal.found:7}  {state}")
    if not shipped:
        print("A bank of your own need not reach them.")


def _search(args: argparse.Namespace) -> int:
    if not args.text.strip():
        print("casebank: expected a text to search for, found an empty one", file=sys.stderr)
        return 2
    cases = _filtered(load_cases(args.cases), args)
    from casebank.bank import CaseBank
    from casebank.encoder import SentenceEncoder

    matches = CaseBank(cases, SentenceEncoder()).search(args.text, k=args.k)
    if args.json:
        rows = [
            {"similarity": round(m.similarity, 4)} | m.case.model_dump(mode="json") for m in matches
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for match in matches:
        case = match.case
        print(f"{match.similarity:.2f}  {case.title}  [{case.approach}]")
        print(f"      {case.outcome}")
        print(f"      {case.organisation}, {case.year}, {case.evidence}: {case.sources[0].url}")
    return 0


def _filtered(cases: tuple[Case, ...], args: argparse.Namespace) -> list[Case]:
    """The cases that every filter lets through; raises ``CaseError`` where none is left."""
    domains = sorted({case.domain for case in cases})
    if args.domain is not None and args.domain not in domains:
        raise CaseError(f"--domain: expected one of {', '.join(domains)}; found {args.domain!r}")
    left = [
        case for case in cases
        if (args.since is None or case.year >= args.since)
        and args.approach in (None, case.approach)
        and args.domain in (None, case.domain)
        and args.evidence in (None, case.evidence)
    ]
    if not left:
        raise CaseError(
            f"none of the {len(cases)} cases passes these filters together; leave one out "
            f"(the newest case is of {max(case.year for case in cases)})"
        )
    return left


def _add(args: argparse.Namespace) -> int:
    from casebank.add import add_cases, read_new, stored
    from casebank.ask import ask_case

    if args.source is not None:
        new = read_new(args.source)
    elif sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401  # lets the arrow keys work in a long answer
        try:
            new = [ask_case(stored(args.cases))]
        except (EOFError, KeyboardInterrupt):
            print("\ncasebank: stopped before the end; nothing was added", file=sys.stderr)
            return 1
    else:
        print("casebank: add: expected FILE.yaml, FILE.json or -, or a terminal to ask at",
              file=sys.stderr)
        return 2
    try:
        added = add_cases(new, args.cases, args.dry_run)
    except (CaseError, OSError) as error:
        if args.source is None:  # what was typed stands nowhere else
            print(as_yaml(new), end="")
        if isinstance(error, CaseError):
            raise
        where = error.filename or args.cases
        raise CaseError(f"{where}: {error.strerror}; no file is left half written") from error
    for one in added:
        ids = ", ".join(case.id for case in one.cases)
        if args.dry_run:
            print(f"{one.path}: would get {ids}\n{one.text}", end="")
        else:
            print(f"{one.path}: added {ids}")
    return 0


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {number}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m casebank", description=__doc__)
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("validate", help="schema, near-duplicates, contrast pairs, goals")
    check.set_defaults(run=_validate)
    stats = commands.add_parser("stats", help="how many cases of what")
    stats.set_defaults(run=_stats)
    search = commands.add_parser("search", help="the cases nearest in meaning to a text")
    search.add_argument("text")
    search.add_argument("--k", type=_at_least_one, default=5, help="how many (5)")
    search.add_argument("--since", type=int, metavar="YEAR", help="only of this year or later")
    search.add_argument("--approach", choices=APPROACHES, help="only where this was chosen")
    search.add_argument("--domain", help="only of this domain; stats lists them")
    search.add_argument("--evidence", choices=EVIDENCE, help="only on this kind of evidence")
    search.set_defaults(run=_search)
    for command in (check, stats, search):
        command.add_argument("--json", action="store_true", help="JSON, nothing else")
    add = commands.add_parser("add", help="add cases; without a file they are asked for")
    add.add_argument("source", nargs="?", metavar="FILE",
                     help=".yaml or .json with a case or several; - reads standard input")
    add.add_argument("--dry-run", action="store_true", help="check and show, write nothing")
    add.set_defaults(run=_add)
    for command in (check, stats, search, add):
        command.add_argument("--cases", type=Path, default=CASES_DIR, metavar="FOLDER",
                             help="folder of case files (the shipped bank)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 a case is refused or a goal missed, 2 the call cannot be used."""
    args = _parser().parse_args(argv)
    try:
        status: int = args.run(args)
    except CaseError as error:
        print("\n".join(f"casebank: {line}" for line in str(error).split("\n")), file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
