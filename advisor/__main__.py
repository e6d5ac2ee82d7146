"""python -m advisor questions | advise | review | verdict | record | evaluate"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor import FACTORS, UseCase, UseCaseError, record
from advisor.contradictions import contradictions
from advisor.homework.submission import SubmissionError
from advisor.judge import VerdictError
from advisor.llm_reader import LlmReaderError, configured
from advisor.tasks import split_tasks

if TYPE_CHECKING:
    from advisor.engine import Evidence

CHUNK = 64  # lines of a batch that are read together


def _questions(args: argparse.Namespace) -> int:
    rows = [
        {"id": f.id, "question": f.question, "why": f.why,
         "options": [{"value": o.value, "label": o.label} for o in f.options], "source": f.source}
        for f in FACTORS
    ]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        options = ", ".join(f"{o['value']} ({o['label']})" for o in row["options"])  # type: ignore
        print(f"{row['id']}: {row['question']}\n    {row['why']}\n    {options}")
    return 0


def _answers(args: argparse.Namespace) -> dict[str, str]:
    answers: dict[str, str] = {}
    if args.answers:
        raw = _read_json(args.answers)
        if not isinstance(raw, dict):
            raise UseCaseError(f"{args.answers}: expected one object of question ids and values")
        answers |= {str(name): str(value) for name, value in raw.items()}
    for pair in args.answer:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UseCaseError(f"--answer {pair!r}: expected ID=VALUE")
        answers[name] = value
    return answers


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UseCaseError(f"{path}: expected a readable JSON file: {error}") from error


def _advise(args: argparse.Namespace) -> int:
    if args.batch:
        if not args.out:
            raise UseCaseError("--batch: expected --out OUT.jsonl beside it")
        return _batch(args.batch, args.out)
    if args.text is None:
        raise UseCaseError("expected the description as an argument, or --batch IN --out OUT")
    text = sys.stdin.read() if args.text == "-" else args.text
    answers = _answers(args)
    UseCase(text, answers)  # nothing is sent anywhere before this is checked
    if args.split:
        return _split(text, answers, args.json)
    from advisor.engine import weigh
    from advisor.report import reading_caution

    evidence = _gather(text)
    advice = weigh(UseCase(text, answers), evidence)

    if caution := reading_caution(text):
        print(f"advisor: {caution}", file=sys.stderr)
    if (tasks := len(split_tasks(text))) > 1:
        print(f"advisor: this reads like {tasks} tasks; --split advises on each", file=sys.stderr)
    for clash in contradictions(answers, weigh(UseCase(text), evidence).understood):
        print(f"advisor: {clash}", file=sys.stderr)
    if args.json:
        print(json.dumps(advice.to_json(), ensure_ascii=False))
    else:
        from advisor.report import advice_markdown

        print(advice_markdown(advice), end="")
    return 0


def _gather(text: str) -> Evidence:
    """The evidence, with the factors read by the endpoint, if one is set, or failing that here."""
    from advisor.engine import gather

    try:
        endpoint = configured()
        if endpoint is not None:
            print(f"advisor: the description is sent to {endpoint.url}", file=sys.stderr)
            return gather([text], endpoint=endpoint)[0]
    except LlmReaderError as error:
        print(f"advisor: {error}; the description is read here instead", file=sys.stderr)
    return gather([text])[0]


def _split(text: str, answers: dict[str, str], as_json: bool) -> int:
    """Advice for each task of a description that holds several."""
    from advisor.engine import weigh

    found = [weigh(UseCase(task, answers), _gather(task)) for task in split_tasks(text)]
    if as_json:
        print(json.dumps({"tasks": [advice.to_json() for advice in found]}, ensure_ascii=False))
        return 0
    from advisor.report import advice_markdown

    print("\n".join(advice_markdown(advice) for advice in found), end="")
    return 0


def _batch(source: Path, target: Path) -> int:
    """One advice a line; a bad line gives an error line and the rest go on.

    Always read here, also with an endpoint set: a batch is for comparing like with like.
    """
    from tqdm import tqdm

    failed = False
    try:
        with source.open("rb") as lines, target.open("w", encoding="utf-8") as out:
            numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
            progress = tqdm(unit=" use cases", disable=None)
            while chunk := list(itertools.islice(numbered, CHUNK)):
                rows = _batch_rows([_batch_line(number, raw) for number, raw in chunk])
                failed = failed or any("error" in row for row in rows)
                out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                progress.update(len(rows))
    except OSError as error:
        raise UseCaseError(f"{error.filename or target}: {error.strerror}") from error
    return int(failed)


def _batch_rows(parsed: list[tuple[Any, UseCase] | dict[str, Any]]) -> list[dict[str, Any]]:
    """Advice for the good lines of a chunk, whose descriptions are encoded together."""
    from advisor.engine import gather, weigh

    good = [item for item in parsed if isinstance(item, tuple)]
    evidence = iter(gather([use_case.description for _, use_case in good]) if good else [])
    return [
        {"id": item[0], **weigh(item[1], next(evidence)).to_json()}
        if isinstance(item, tuple) else item
        for item in parsed
    ]


def _batch_line(number: int, raw: bytes) -> tuple[Any, UseCase] | dict[str, Any]:
    """Id and use case of a line, or what is wrong with it."""
    name = None
    try:
        row = json.loads(raw.decode("utf-8-sig"))
        if not isinstance(row, dict):
            raise UseCaseError("expected an object {id, description, answers?}")
        name = row.get("id")
        answers = row.get("answers") or {}
        if not isinstance(answers, dict):
            raise UseCaseError("answers: expected an object of question ids and values")
        answers = {str(k): str(v) for k, v in answers.items()}
        return name, UseCase(row.get("description", ""), answers)
    except UnicodeDecodeError:
        return {"id": name, "line": number, "error": "expected UTF-8 text, found other bytes"}
    except (json.JSONDecodeError, RecursionError) as error:
        return {"id": name, "line": number, "error": f"expected a JSON object: {error}"}
    except UseCaseError as error:
        return {"id": name, "line": number, "error": str(error)}


def _verdict(args: argparse.Namespace) -> int:
    from advisor import verdict
    from advisor.decision_text import decision_text

    advice = _read_json(args.advice)
    if not isinstance(advice, dict):
        raise VerdictError(f"{args.advice}: expected the object that advise --json prints")
    decision = verdict(advice, args.pilot, args.needs, args.margin)
    print(decision.model_dump_json() if args.json else decision_text(decision))
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from advisor.evaluate import evaluate, read_known
    from advisor.report import evaluation_text

    result = evaluate(read_known(args.source, args.answers))
    print(json.dumps(result) if args.json else evaluation_text(result))
    return 0


def _review(args: argparse.Namespace) -> int:
    from advisor.homework.many import review_paths
    from advisor.homework.report import write_pages
    from advisor.homework.rubric import load_rubric

    rubric = load_rubric(args.rubric)
    done = review_paths(args.sources, args.out, rubric, pages=args.html)
    if args.html:
        write_pages(args.out, args.html, rubric)
    if args.json:
        print(json.dumps(vars(done)))
    else:
        kept = f", {done.kept:,} kept from before" if done.kept else ""
        if done.again:
            kept += f", {done.again:,} made again, since another rubric had made them"
        failed = f"; {done.unreadable:,} could not be read" if done.unreadable else ""
        print(f"{done.reviewed:,} submissions reviewed{kept}{failed}: {args.out}")
    return int(bool(done.unreadable))


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 some batch line failed, 2 the input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m advisor", description=__doc__)
    commands = parser.add_subparsers(required=True)
    questions = commands.add_parser("questions", help="the questionnaire")
    questions.set_defaults(run=_questions)
    ask = commands.add_parser("advise", help="advice on one use case, or on a file of them")
    ask.add_argument("text", nargs="?", help="the description; - reads standard input")
    ask.add_argument("--answer", action="append", default=[], metavar="ID=VALUE")
    ask.add_argument("--answers", type=Path, metavar="FILE.json")
    ask.add_argument("--split", action="store_true", help="advise on each task of a description")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl")
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl")
    ask.set_defaults(run=_advise)
    check = commands.add_parser("verdict", help="advice against a pilot")
    check.add_argument("--advice", type=Path, required=True)
    check.add_argument("--pilot", type=Path, required=True)
    check.add_argument("--margin", type=float,
                       help="smallest difference that matters, as a share: 0.02 is 2 points")
    check.add_argument("--needs", type=Path, metavar="FILE",
                       help="limits and prices, YAML or JSON; default: needs.json of the pilot")
    check.set_defaults(run=_verdict)
    record.add_parser(commands)
    measure = commands.add_parser("evaluate", help="how right the advice is on known use cases")
    measure.add_argument("source", type=Path, metavar="FILE.jsonl")
    measure.add_argument("--answers", type=Path, metavar="FILE.jsonl",
                         help="lines of {id, answers}, for the interview")
    measure.set_defaults(run=_evaluate)
    homework = commands.add_parser("review", help="homework: feedback on submissions of a class")
    homework.add_argument("sources", nargs="+", type=Path, metavar="IN",
                          help="a file, folder or zip of submissions")
    homework.add_argument("--out", type=Path, required=True, metavar="reviews.jsonl",
                          help="one line for each submission; again: goes on where it stopped")
    homework.add_argument("--html", type=Path, metavar="DIR",
                          help="also a page for the class and one for each student")
    homework.add_argument("--rubric", type=Path, metavar="FILE.yaml")
    homework.set_defaults(run=_review)
    for command in (questions, ask, check, homework, measure):
        command.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    args = parser.parse_args(argv)
    try:
        status: int = args.run(args)
    except (SubmissionError, UseCaseError, VerdictError) as error:
        print(f"advisor: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
