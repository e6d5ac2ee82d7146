"""What a student proposes and why: read right, not fooled, and safe on any text."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from advisor.homework.invoked import CRITERIA
from advisor.homework.lexicon import APPROACH_OF, TECHNIQUES, plain
from advisor.homework.mentions import MOST_READ
from advisor.homework.reasoning import DATA, STANCES, Reasoning, read_reasonings

DEVSET = Path(__file__).parent / "reasonings_devset.jsonl"
NAMES = {"rag": "RAG", "fine_tuning": "fine-tuning", "prompting": "prompting"}
PAIRS = list(permutations(NAMES, 2))


def read(text: str, description: str = "Answer questions of our customers.") -> Reasoning:
    return read_reasonings([description], [text])[0]


@pytest.fixture(scope="module")
def devset() -> tuple[list[dict[str, Any]], list[Reasoning]]:
    rows = [json.loads(line) for line in DEVSET.read_text(encoding="utf-8").splitlines()]
    return rows, read_reasonings([r["description"] for r in rows], [r["reasoning"] for r in rows])


def share(right: list[bool]) -> float:
    return sum(right) / len(right)


def test_stances_of_texts_never_learned_from(
    devset: tuple[list[dict[str, Any]], list[Reasoning]],
) -> None:
    rows, readings = devset
    right = [r["stance"] == reading.stance for r, reading in zip(rows, readings, strict=True)]
    hard = [ok for ok, r in zip(right, rows, strict=True) if r["hard"]]
    easy = [ok for ok, r in zip(right, rows, strict=True) if not r["hard"]]
    assert share(easy) >= 0.96
    assert share(hard) >= 0.87
    # The first technique that is named, as a reader without judgement would take it.
    named = [TECHNIQUES.search(plain(r["reasoning"])) for r in rows]
    first = [APPROACH_OF.get((match.lastgroup or "?")[0]) if match else "none" for match in named]
    baseline = [f == r["stance"] for f, r in zip(first, rows, strict=True)]
    assert share(right) > share(baseline) + 0.3


def test_criteria_of_texts_never_learned_from(
    devset: tuple[list[dict[str, Any]], list[Reasoning]],
) -> None:
    rows, readings = devset
    both = sum(len(set(r["criteria"]) & set(x.criteria))
               for r, x in zip(rows, readings, strict=True))
    either = sum(len(r["criteria"]) + len(x.criteria) for r, x in zip(rows, readings, strict=True))
    assert 2 * both / either >= 0.80


def test_doubt_is_higher_where_the_stance_is_wrong(
    devset: tuple[list[dict[str, Any]], list[Reasoning]],
) -> None:
    rows, readings = devset
    sure = [r["stance"] == x.stance for r, x in zip(rows, readings, strict=True) if x.doubt < 0.2]
    unsure = [r["stance"] == x.stance for r, x in zip(rows, readings, strict=True)
              if x.doubt >= 0.2]
    assert share(sure) > share(unsure) + 0.15


def test_the_development_set_is_never_learned_from() -> None:
    def texts(path: Path) -> set[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {plain(json.loads(line)["reasoning"]) for line in lines}

    kept = texts(DEVSET)
    assert len(kept) >= 240
    assert not kept & texts(DATA / "written_reasonings.jsonl")


@pytest.mark.parametrize("text", [
    "{no} would be overkill, I'd just use {yes}.",
    "{no} would be overkill. {yes} is enough.",
    "I wouldn't use {no} here. I'd use {yes}.",
    "No need for {no}, {yes} will do.",
    "We don't need {no}; we need {yes}.",
    "Not {no} but {yes}.",
    "Instead of {no} I would use {yes}.",
    "Unlike {no}, {yes} does what we need.",
    "{yes} beats {no} here.",
    "{yes} rather than {no}.",
    "I prefer {yes} to {no}.",
    "Compared to {no}, {yes} is simpler and cheaper.",
    "My colleagues suggested {no}, but {yes} is the better fit.",
    "{no} is too expensive at this volume, so I'd go with {yes}.",
    "{no} was my first thought, but {yes} is all we need.",
    "We tried {no} and it failed. Therefore {yes}.",
])
@pytest.mark.parametrize(("yes", "no"), PAIRS)
def test_turning_down_one_technique_is_not_proposing_it(text: str, yes: str, no: str) -> None:
    reading = read(text.format(yes=NAMES[yes], no=NAMES[no]))
    assert (reading.stance, reading.later) == (yes, ())


@pytest.mark.parametrize("text", [
    "Start with {now}, then {then} if it isn't good enough.",
    "I'd begin with {now}. Later we could add {then}.",
    "First {now}; {then} only when the evals say so.",
    "{now} for now, {then} once we have more data.",
    "Phase 1: {now}. Phase 2: {then}.",
    "{then} can wait, {now} first.",
])
@pytest.mark.parametrize(("now", "then"), PAIRS)
def test_the_first_step_of_a_plan_is_the_stance(text: str, now: str, then: str) -> None:
    reading = read(text.format(now=NAMES[now], then=NAMES[then]))
    assert (reading.stance, reading.later) == (now, (then,))
    assert "start_simple" in reading.criteria


@pytest.mark.parametrize("text", ["I wouldn't use {no} here.", "Definitely not {no}.",
                                  "{no} makes no sense for this."])
@pytest.mark.parametrize("no", NAMES)
def test_only_turning_something_down_is_no_stance(text: str, no: str) -> None:
    assert read(text.format(no=NAMES[no])).stance == "none"


@pytest.mark.parametrize(("text", "stance"), [
    ("RAG for the facts and fine-tuning for the tone.", "rag+fine_tuning"),
    ("Neither RAG alone nor fine-tuning alone is enough, we need both.", "rag+fine_tuning"),
    ("RAG with a good prompt.", "rag"),
    ("A LoRA on our 5,000 old letters.", "fine_tuning"),
    ("Users pick the better of two answers, so DPO.", "fine_tuning"),
    ("Distil GPT-4 into a small model.", "fine_tuning"),
    ("Few-shot with five samples.", "prompting"),
    ("Text-to-SQL with the schema in the prompt.", "prompting"),
    ("The model calls the booking API as a tool.", "prompting"),
    ("I'd paste the whole document into the context.", "prompting"),
    ("No LLM needed, a regular expression does it.", "classical"),
    ("Gradient boosting on the tabular data.", "classical"),
    ("I would use Llama 3.", "none"),
    ("I'm not sure yet which of the three it should be.", "none"),
])
def test_stances_are_counted_as_the_homework_says(text: str, stance: str) -> None:
    assert read(text).stance == stance


def test_a_reading_quotes_the_students_words() -> None:
    text = ("Prices change every day and only our shop system has them. I'd go for RAG!\n"
            "Fine-tuning would be overkill.")
    reading = read(text)
    assert reading.stance == "rag"
    assert reading.quotes["stance"] == "I'd go for RAG!"
    assert "every day" in reading.quotes["freshness"]
    assert set(reading.quotes) == {"stance", *reading.criteria}
    assert all(words in text for words in reading.quotes.values())


@pytest.mark.parametrize(("text", "criterion"), [
    ("There are no examples, so prompting.", "examples_available"),
    ("It never changes, so fine-tuning.", "freshness"),
    ("Everything must stay on our own servers.", "privacy"),
    ("Each answer must cite its source, so RAG.", "citations"),
    ("It has to be cheap and fast.", "latency_or_cost"),
])
def test_criteria_and_their_absence(text: str, criterion: str) -> None:
    assert criterion in read(text).criteria


@pytest.mark.parametrize(("text", "contradicts"), [
    ("The facts change daily, so I will fine-tune on them.", True),
    ("Every answer must cite its source, so I'd fine-tune the texts into the model.", True),
    ("The facts change daily, so I will use RAG.", False),
    ("The facts never change and we have 20,000 examples, so I will fine-tune.", False),
])
def test_contradictions(text: str, contradicts: bool) -> None:
    assert read(text).contradiction is contradicts


HOSTILE = {
    "nothing": "", "blank": " \n\t ", "signs": "!?.,;:()", "nul": "RAG\x00 it is\x00",
    "right to left": "أقترح استخدام RAG لأن الوثائق تتغير كل يوم", "hebrew": "‏לא צריך כוונון עדין",
    "turned round": "‮RAG ‭is best", "grows in small letters": "İİİ RAG would be overkill İ",
    "pictures": "🚀" * 50 + " RAG ❌ FT ✅", "one word": "a" * 100_000, "half a pair": "\ud83d RAG",
    "script": "<script>alert(1)</script> so RAG", "formula": "=HYPERLINK(\"x\") fine-tuning",
    "numbers": "1" * 5_000, "brackets": "(" * 5_000 + "RAG", "nots": "not " * 2_000 + "RAG",
    "2 MB": "I would not fine-tune. RAG, then. " * 60_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text, description=text)
    assert reading.stance in STANCES
    assert set(reading.criteria) <= set(CRITERIA)
    assert 0 <= reading.doubt <= 1
    assert all(words in text for words in reading.quotes.values())
    assert sum(map(len, reading.quotes.values())) <= MOST_READ * (1 + len(CRITERIA))


def test_no_text_is_no_stance() -> None:
    assert read("") == Reasoning("none", (), (), False, {}, read("").doubt)
    assert read_reasonings([], []) == []


def test_many_are_read_as_one_by_one() -> None:
    texts = [text for text in HOSTILE.values() if len(text) < 10_000] * 60
    assert len(texts) > 512
    assert read_reasonings([""] * len(texts), texts)[-15:] == [read(t, "") for t in texts[-15:]]


def test_reading_needs_neither_torch_nor_sklearn() -> None:
    script = ("import sys; from advisor.homework.reasoning import read_reasonings; "
              "read_reasonings(['x'], ['RAG']); print({'torch', 'sklearn'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          check=True, cwd=Path(__file__).parent.parent)
    assert done.stdout.strip() == "set()"
