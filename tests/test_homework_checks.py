"""Every check of the homework review fires where it should and is quiet where it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advisor.homework import opinion as opinions_of
from advisor.homework.checks import BY_CODE, CHECKS
from advisor.homework.opinion import Decisive
from advisor.homework.outcome import Outcome, ReadUseCase, Work
from advisor.homework.reasoning import Reasoning
from advisor.homework.rubric import DEFAULT, RubricError, default_rubric, load_rubric, parse_rubric
from advisor.homework.submission import Entry, Submission
from casebank import APPROACHES, load_cases

SORT = "Sort the e-mails that customers send us into twelve queues, 3,000 of them a day."
WHY = "Fine-tuning, because we have two years of e-mails that people sorted by hand."
FICTION = next(case for case in load_cases() if case.id == "short-fiction-writer")


@dataclass
class Said:
    """An opinion with the answers that a test wants."""

    approach: str = "fine_tuning"
    probabilities: Mapping[str, float] = field(default_factory=lambda: {
        "prompting": 0.05, "rag": 0.03, "fine_tuning": 0.9, "rag+fine_tuning": 0.02})
    beliefs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    disputed: Any = None
    found: Sequence[Decisive] = ()
    flags: Sequence[str] = ()

    @property
    def sure(self) -> float:
        return self.probabilities[self.approach]

    @property
    def advice(self) -> Any:
        return self

    def believed(self, factor: str, value: str) -> float:
        return self.beliefs.get((factor, value), 0.0)

    def reasons_against(self, stance: str) -> list[Any]:
        return [SimpleNamespace(code="R07", text="Thousands of examples exist.")]

    def cases_for(self) -> list[Any]:
        return [SimpleNamespace(title="Mail in queues", source="https://example.org/mail")]

    def decisive(self) -> Sequence[Decisive]:
        return self.found

    def words(self, found: Decisive) -> list[str]:
        return ["two years of e-mails"]


def used(
    description: str = SORT, reasoning: str = WHY, stance: str = "fine_tuning", *,
    criteria: Sequence[str] = ("examples_available",), later: Sequence[str] = (),
    contradiction: bool = False, quotes: Mapping[str, str] | None = None,
    said: Said | None = None, agreement: str | None = "agrees", readable: bool = True,
) -> ReadUseCase:
    opinion: Any = (said or Said()) if description.strip() else None
    read = Reasoning(stance=stance, later=tuple(later), criteria=tuple(criteria),
                     contradiction=contradiction, quotes=quotes or {}, doubt=0.0)
    return ReadUseCase(Entry(description, reasoning), read, opinion, agreement, readable)  # type: ignore[arg-type]


def checked(code: str, what: ReadUseCase | Work, **thresholds: float) -> Outcome:
    check = BY_CODE[code]
    limits = {**default_rubric()[code].thresholds, **thresholds}
    if isinstance(what, Work):
        assert check.submission is not None
        return check.submission(what, limits)
    assert check.use_case is not None
    return check.use_case(what, limits)


def work(*entries: ReadUseCase, posted: int | None = 1) -> Work:
    return Work(Submission("a.md", "Ann", posted, tuple(e.entry for e in entries)), entries)


FIVE = [
    used(SORT), used("Summarise a doctor's notes of a visit in a letter to the patient.", WHY),
    used("Answer staff questions on 900 pages of travel policies, with the clause.", WHY),
    used("Turn a plain question into a query in our own query language.", WHY),
    used("Draft replies to reviews of our restaurants in our own voice.", WHY),
]
NO_EXAMPLES = {"examples_available": "we have no examples yet"}
STRONG = Decisive("examples", "thousands", "examples_available", 1.4)

FIRES: list[tuple[str, ReadUseCase | Work, str]] = [
    ("HW001", work(*FIVE[:3]), "3 of 5"),
    ("HW001", work(*FIVE[:4], used("")), "number 5 has no description"),
    ("HW001", work(), "No use case"),
    ("HW001", work(*FIVE, FIVE[0]), "6 use cases"),
    ("HW002", used("Chatbot for law."), "“Chatbot for law.” has 3 words"),
    ("HW002", used("word " * 200), "runs to 200 words"),
    ("HW003", used(reasoning=""), "no reasoning yet"),
    ("HW003", used(reasoning="RAG."), "“RAG.” has 1 word;"),
    ("HW004", used("An assistant for doctors in busy hospitals"), "what goes in and what comes"),
    ("HW004", used("A writing assistant for young novelists"), "tell what goes in."),
    ("HW005", used(reasoning="GPT-5 can surely do this.", stance="none", criteria=()), "GPT-5"),
    ("HW005", used(reasoning=" ", stance="none", criteria=()), "No approach is named"),
    ("HW006", used(reasoning="I would go for RAG here.", stance="rag", criteria=()), "not yet why"),
    ("HW007", used(criteria=["freshness"], quotes={"freshness": "prices change daily"}),
     "“prices change daily”). That is a good reason to look facts up; fine-tuning"),
    ("HW007", used(stance="rag", criteria=["style_or_format"]), "retrieval (RAG)"),
    ("HW007", used(stance="rag+fine_tuning", criteria=["freshness"]), "in the combination"),
    ("HW008", used(reasoning="The facts change daily, so I fine-tune on them.", contradiction=True),
     "“The facts change daily"),
    ("HW009", work(*FIVE, posted=None), "None of your use cases"),
    ("HW010", work(FIVE[0], used(SORT.replace("3,000", "2,000"))), "Numbers 1 and 2"),
    ("HW011", used("A chatbot that answers anything our customers may ask."), "“anything”"),
    ("HW011", used(said=Said(beliefs={("broad_scope", "yes"): 0.9})), "wide field"),
    ("HW012", work(*FIVE), "Take number 1"),
    ("HW013", used(criteria=["style_or_format"]), "Do you have some"),
    ("HW013", used(quotes=NO_EXAMPLES), "“we have no examples yet”"),
    ("HW014", used(quotes={"stance": "Fine-tuning, because"}), "“Fine-tuning, because” goes"),
    ("HW015", used(stance="rag", agreement="differs"), "https://example.org/mail"),
    ("HW015", used(stance="prompting", agreement="disputed", said=Said(disputed=FICTION)),
     "Both answers stand"),
    ("HW015", used(stance="rag", agreement="disputed"), "90% against 3%"),
    ("HW016", used(said=Said(found=[STRONG]), criteria=["style_or_format"]),
     "two years of e-mails"),
    ("HW017", used("Wir möchten Sitzungsprotokolle zusammenfassen lassen.", readable=False),
     "only English is"),
]
QUIET: list[tuple[str, ReadUseCase | Work]] = [
    ("HW001", work(*FIVE)), ("HW002", used()), ("HW003", used()), ("HW004", used()),
    ("HW004", used("Write a dozen second verses that rhyme differently and mean roughly the "
                   "opposite of the first one, for a band of four.")),
    ("HW005", used()), ("HW005", used(stance="classical")), ("HW006", used()),
    ("HW006", used(stance="rag", criteria=(), reasoning="RAG, since answers must come from what "
                   "the museum's curators have written.")),
    ("HW007", used()), ("HW007", used(stance="rag", criteria=["freshness"])),
    ("HW007", used(stance="rag", criteria=["operational_complexity"])),
    ("HW007", used(stance="rag+fine_tuning", criteria=["freshness", "style_or_format"])),
    ("HW008", used()), ("HW009", work(*FIVE)), ("HW010", work(*FIVE)), ("HW011", used()),
    ("HW011", used("A chatbot that answers anything.", criteria=["broad_scope"])),
    ("HW012", work(*FIVE[:4], used(criteria=["evals"]))), ("HW013", used()),
    ("HW013", used(criteria=["preference"])),
    ("HW013", used(criteria=["narrow_task"], said=Said(beliefs={("examples", "hundreds"): 0.8}))),
    ("HW014", used(criteria=["start_simple"])), ("HW014", used(later=["rag"])),
    ("HW014", used(said=Said(beliefs={("instructions_tried", "fall_short"): 0.9}))),
    ("HW015", used()), ("HW016", used(said=Said(found=[STRONG]))), ("HW017", used()),
]
NOT_APPLICABLE: list[tuple[str, ReadUseCase | Work]] = [
    ("HW002", used("")), ("HW003", used("")), ("HW004", used("Legal")),
    ("HW004", used("Protokolle", readable=False)), ("HW005", used("")),
    ("HW006", used(stance="none")), ("HW007", used(stance="prompting", criteria=["freshness"])),
    ("HW008", used(stance="none")), ("HW009", work()), ("HW010", work(FIVE[0])),
    ("HW011", used("")), ("HW012", work(used(stance="none"))), ("HW013", used(stance="rag")),
    ("HW014", used(stance="prompting")), ("HW015", used(stance="none", agreement="differs")),
    ("HW015", used("", agreement=None)), ("HW016", used()), ("HW016", used(stance="none")),
    ("HW017", used("")),
]


@pytest.mark.parametrize("code, what, words", FIRES, ids=lambda value: value
                         if isinstance(value, str) and value.startswith("HW0") else "")
def test_a_check_fires_and_quotes(code: str, what: ReadUseCase | Work, words: str) -> None:
    outcome = checked(code, what)
    assert outcome.status == "finding" and words in outcome.text


@pytest.mark.parametrize("code, what", QUIET)
def test_a_check_is_quiet(code: str, what: ReadUseCase | Work) -> None:
    assert checked(code, what).status == "passed"


@pytest.mark.parametrize("code, what", NOT_APPLICABLE)
def test_not_applicable_is_not_passed(code: str, what: ReadUseCase | Work) -> None:
    assert checked(code, what).status == "not_applicable"


def test_every_check_is_tested_both_ways_and_explains_itself() -> None:
    codes = {check.code for check in CHECKS}
    assert codes == {code for code, *_ in FIRES} == {code for code, _ in QUIET}
    assert codes == set(default_rubric().settings)
    for check in CHECKS:
        assert check.why and check.fix and check.source and check.title
        assert (check.use_case is None) != (check.submission is None)


def test_a_disagreement_is_an_issue_only_where_the_advisor_is_sure() -> None:
    unsure = Said(probabilities={"prompting": 0.2, "rag": 0.15, "fine_tuning": 0.6,
                                 "rag+fine_tuning": 0.05})
    assert checked("HW015", used(stance="rag", agreement="differs")).severity is None
    assert checked("HW015", used(stance="rag", agreement="differs", said=unsure)).severity == "tip"
    first = used(stance="prompting", criteria=["start_simple"], agreement="differs")
    assert checked("HW015", first).severity == "tip"
    assert "right either way" in checked("HW015", first).text


def test_a_staged_plan_agrees_where_it_arrives() -> None:
    said: Any = Said()
    assert opinions_of.agreement("prompting", ["fine_tuning"], said, 0.1) == "agrees"
    assert opinions_of.agreement("fine_tuning", [], said, 0.1) == "agrees"
    assert opinions_of.agreement("rag", [], said, 0.1) == "differs"
    assert opinions_of.agreement("none", [], said, 0.1) == "differs"
    both: Any = Said(approach="rag+fine_tuning", probabilities=dict.fromkeys(APPROACHES, 0.25))
    assert opinions_of.agreement("rag", ["fine_tuning"], both, 0.0) == "agrees"


def test_disputed_and_close_cases_let_both_answers_stand() -> None:
    split: Any = Said(disputed=FICTION)
    assert opinions_of.agreement("prompting", [], split, 0.1) == "disputed"
    assert opinions_of.agreement("fine_tuning", [], split, 0.1) == "disputed"
    near: Any = Said(probabilities={"prompting": 0.41, "rag": 0.1, "fine_tuning": 0.49,
                                    "rag+fine_tuning": 0.0})
    assert opinions_of.agreement("prompting", [], near, 0.1) == "disputed"
    assert opinions_of.agreement("rag", [], near, 0.1) == "differs"


def test_no_model_agrees_where_the_advisor_says_that_none_may_be_needed() -> None:
    plain: Any = Said(flags=["classical"])
    assert opinions_of.agreement("classical", [], plain, 0.1) == "agrees"
    other: Any = Said()
    assert opinions_of.agreement("classical", [], other, 0.1) == "differs"


def test_the_wording_of_a_finding_survives_hostile_text() -> None:
    hidden = "\u202eevil\u202c <script>alert(1)</script> and nothing that anybody could read at all"
    outcome = checked("HW005", used(reasoning=hidden, stance="none", criteria=()))
    assert "\u202e" not in outcome.text and "<script>" in outcome.text  # escaped where it is drawn


@pytest.mark.parametrize("text, words", [
    ("checks: {HW001: {point: 3}}", "no such key 'point'"),
    ("checks: {HW099: {points: 3}}", "no such check 'HW099'"),
    ("checks: {HW001: {on: true}}", "The key is enabled"),
    ("checks: {HW001: {points: many}}", "points: expected a number"),
    ("checks: {HW001: {points: true}}", "points: expected a number"),
    ("checks: {HW001: {points: .nan}}", "points: expected a number"),
    ("checks: {HW001: {severity: grave}}", "severity: expected issue or tip"),
    ("checks: {HW001: {enabled: 1}}", "enabled: expected true or false"),
    ("checks: {HW002: {wanted: 1}}", "no such key 'wanted'"),
    ("checks: {}\nextra: 1", "no such key 'extra'"),
    ("checks: [1]", "expected the key 'checks'"), ("", "expected the key 'checks'"),
    ("checks: {HW001: 3}", "HW001: expected keys"), ("[" * 5_000, "not readable"),
])
def test_a_faulty_rubric_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(RubricError, match=r"mine\.yaml") as refused:
        parse_rubric(text.encode(), "mine.yaml")
    assert words in str(refused.value)


def test_a_rubric_may_name_only_what_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("checks: {HW002: {points: 7, most_words: 30}, HW012: {enabled: false}}")
    rubric = load_rubric(path)
    assert rubric["HW002"].points == 7 and rubric["HW002"].thresholds["most_words"] == 30
    assert rubric["HW002"].thresholds["least_words"] == 8 and not rubric["HW012"].enabled
    assert load_rubric(None) is default_rubric()
    assert parse_rubric(DEFAULT.read_bytes(), "x").settings == default_rubric().settings
    with pytest.raises(RubricError, match=r"nowhere\.yaml"):
        load_rubric(tmp_path / "nowhere.yaml")


def test_thresholds_move_a_check() -> None:
    assert checked("HW001", work(*FIVE[:3]), wanted=3).status == "passed"
    assert checked("HW002", used(), most_words=5).status == "finding"
    assert checked("HW010", work(FIVE[0], FIVE[1]), similarity=0.0).status == "finding"
