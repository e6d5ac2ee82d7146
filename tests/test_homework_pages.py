"""Homework, Class and Practice in Streamlit's own test harness, and the whole way in Chromium."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_homework_review import FORMULA, NEEDS, RIGHT_TO_LEFT, SCRIPT, WHYS, machine
from test_walk import CHROMIUM, FLAGS, address  # noqa: F401

from advisor.homework.many import review_paths
from advisor.homework.rubric import default_rubric
from advisor.practice import (
    QUIZ,
    Answer,
    AnswerBook,
    calibration,
    chosen_set,
    next_case,
    overlooked,
    right,
)
from advisor.ui.class_views import marked_alike
from casebank import load_cases

ROOT = Path(__file__).parent.parent
BANK = {case.id: case for case in load_cases()}
FICTION = "short-fiction-writer"


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path))
    return tmp_path


def page(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app = app.switch_page(f"advisor/ui/pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app = app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    button = next(b for b in app.button if b.label == label)
    app = button.click().run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> str:
    """All that is drawn as HTML."""
    return " ".join(element.proto.body for element in app.get("html"))


def said(app: AppTest) -> str:
    return " ".join(e.value for e in [*app.markdown, *app.caption, *app.subheader, *app.text,
                                      *app.warning, *app.error, *app.info, *app.success])


def enter(app: AppTest, pairs: list[tuple[str, str]], posted: int = 0) -> AppTest:
    for i, (description, reasoning) in enumerate(pairs):
        app.text_area(key=f"hw_d{i}").set_value(description)
        app.text_area(key=f"hw_r{i}").set_value(reasoning)
    app.radio(key="hw_posted").set_value(posted)
    return press(app, "Get feedback")


def test_five_entries_get_feedback_and_are_found_again() -> None:
    pairs = list(zip(NEEDS, WHYS, strict=True))
    app = enter(page("homework"), pairs, posted=2)
    shown = drawn(app)
    assert "of 100 points by the rubric" in shown and "posted" in shown
    assert "What was read: <strong>Retrieval (RAG)</strong>" in shown
    again = page("homework", work=app.query_params["work"])
    assert again.text_area(key="hw_d0").value == NEEDS[0]
    assert again.radio(key="hw_posted").value == 2 and "points by the rubric" in drawn(again)


def test_pasted_text_is_shown_for_correction_first() -> None:
    app = page("homework")
    text = "\n\n".join(f"{i}. {need}\n\nReasoning: {why}" for i, (need, why)
                       in enumerate(zip(NEEDS, WHYS, strict=True), start=1))
    app.text_area(key="hw_paste").set_value(text)
    app = press(app, "Read the text")
    assert "This is what was understood" in said(app) and "5 use cases" in said(app)
    assert app.text_area(key="hw_d1").value.startswith("Sort 3,000")
    assert app.text_area(key="hw_r1").value.startswith("Fine-tuning, since")
    assert "points by the rubric" not in drawn(app)
    app.text_area(key="hw_r1").set_value("RAG, because the mails change daily.")
    app = press(app, "Get feedback")
    assert "RAG, because the mails change daily." in drawn(app)


def test_nothing_written_is_explained() -> None:
    app = press(page("homework"), "Get feedback")
    assert "at least one use case" in said(app)
    app = press(page("homework"), "Read the text")
    assert "Paste your text first." in said(app)


def test_hostile_text_does_not_break_the_page() -> None:
    app = enter(page("homework"), [(SCRIPT, FORMULA), (RIGHT_TO_LEFT, RIGHT_TO_LEFT),
                                   ("word " * 400_000, "RAG"), ("$x$ **b** [a](http://x)", "`x`")])
    shown = drawn(app)
    assert "&lt;script&gt;" in shown and "<script" not in shown and "<img" not in shown
    assert len(shown) < 100_000
    # Words that the advisor's reasons quote are Markdown, letter by letter.
    assert not re.search(r"(?<!\\)[<>]", "".join(
        line for line in said(app).splitlines() if "alert" in line))


def test_an_unknown_draft_begins_anew() -> None:
    app = page("homework", work="0123456789abcdef")
    assert "no such draft" in said(app) and app.text_area(key="hw_d0").value in ("", None)


@pytest.fixture
def class_folder(runs: Path) -> Path:
    folder = runs / "classes" / "spring"
    (folder / "submissions").mkdir(parents=True)
    rows = [
        machine("Ann Miller", 1, *zip(NEEDS, WHYS, strict=True)),
        machine("Bob", None, (NEEDS[0], "Fine-tuning, because Bob wants it to know the policies."),
                (SCRIPT, FORMULA)),
        machine("Cem", 1, (NEEDS[0].replace("Staff", "People"), WHYS[0])),
    ]
    (folder / "submissions" / "class.jsonl").write_text("\n".join(rows))
    (folder / "submissions" / "scan.pdf").write_bytes(b"%PDF")
    review_paths([folder / "submissions"], folder / "reviews.jsonl", default_rubric())
    return folder


def test_a_class_shows_rows_and_every_view(class_folder: Path) -> None:
    app = page("class_view")
    table = app.dataframe[0].value
    assert list(table["Name"]) == ["Ann Miller", "Bob", "Cem"]
    assert "scan.pdf" in drawn(app)
    for view in ("One by one", "Differences", "What is missed", "Fields", "Worded alike",
                 "To discuss", "Agreement", "Export"):
        app = app.button_group(key="class_view").set_value(view).run()
        assert not app.exception, view
        assert "<script" not in drawn(app) and "<script" not in said(app)
    assert {b.label for b in app.get("download_button")} == {
        "CSV", "JSONL", "Class as a page", "A page for each student"}
    app = app.button_group(key="class_view").set_value("Worded alike").run()
    assert "<mark>" in drawn(app) and "Worded alike: 3" in said(app)


def test_marks_move_scores_and_the_agreement(class_folder: Path) -> None:
    app = page("class_view")
    app = app.button_group(key="class_view").set_value("One by one").run()
    app = press(app, "Next")
    before = re.search(r"\*\*([\d.]+) points\*\*", said(app))
    assert before and "Bob" in said(app)
    drop = next(b for b in app.button if str(b.key).endswith("0:HW001"))
    app = drop.click().run()
    assert "with your changes" in said(app)
    assert "Let it stand again" in {b.label for b in app.button}
    comment = next(a for a in app.text_area if a.label == "Your comment to the student")
    comment.set_value("Talk to me about it.").run()
    app = press(app, "Agree, next")
    assert "3 of 3" in said(app) and "Cem" in said(app)
    kept = json.loads((class_folder / "reviews.marks.json").read_text())["marks"]
    assert [(m["dropped"], m["comment"], m["looked"]) for m in kept.values()] == [
        (["0:HW001"], "Talk to me about it.", True)]
    app = app.button_group(key="class_view").set_value("Agreement").run()
    assert "Look through 4 more" in said(app) and "moved 1 score" in said(app)
    app = app.button_group(key="class_view").set_value("Submissions").run()
    assert app.dataframe[0].value["By you"][1] > 0


def test_anonymous_hides_names_everywhere(class_folder: Path) -> None:
    app = page("class_view")
    app = app.toggle(key="class_anonymous").set_value(True).run()
    assert list(app.dataframe[0].value["Name"]) == ["Student 1", "Student 2", "Student 3"]
    for view in ("One by one", "Differences", "Worded alike", "To discuss"):
        app = app.button_group(key="class_view").set_value(view).run()
        assert not app.exception
        assert not re.search(r"\b(Ann|Miller|Bob|Cem)\b", drawn(app) + said(app)), view


def test_a_class_without_a_class_is_explained() -> None:
    app = page("class_view")
    assert "An instructor's view" in said(app)
    app = press(app, "Review them")
    assert "at least one file" in said(app)


def test_shared_words_are_marked_and_escaped() -> None:
    first, second = marked_alike("we sort all mails <b>", "they sort all mails <i>")
    assert "<mark> sort all mails </mark>" in first and "&lt;b&gt;" in first
    assert "<mark> sort all mails </mark>" in second and "<i>" not in second


def answer(app: AppTest, approach: str, sure: float = 0.9) -> AppTest:
    said_at = next(r for r in app.radio if str(r.key).startswith("said-"))
    case = str(said_at.key).removeprefix("said-")
    said_at.set_value(approach)
    app.radio(key=f"sure-{case}").set_value(sure)
    return press(app, "Answer")


def test_practice_begins_with_the_quiz_and_reveals_after_the_answer() -> None:
    app = page("practice")
    for name in QUIZ:
        case = BANK[name]
        assert case.outcome not in said(app) and f"said-{name}" in {str(r.key) for r in app.radio}
        app = answer(app, "prompting")
        assert case.outcome.split(":")[0][:40] in said(app)
        assert str(case.sources[0].url) in said(app)
        app = press(app, "Next case")
    assert "2 of 4" in {m.value for m in app.metric}
    after = next(str(r.key) for r in app.radio if str(r.key).startswith("said-"))
    case = BANK[after.removeprefix("said-")]
    assert case.contrast_of is not None
    assert {case.approach, BANK[case.contrast_of].approach} == {"prompting", "fine_tuning"}
    again = page("practice", me=app.query_params["me"])
    assert "2 of 4" in {m.value for m in again.metric}


def test_an_answer_needs_an_approach_and_a_sureness() -> None:
    app = press(page("practice"), "Answer")
    assert "say how sure" in said(app) and not app.metric


def test_a_set_shows_the_class_beside_the_experts() -> None:
    link = f"{FICTION},no-such-*case*,employee-news-summaries"
    app = answer(page("practice", set=link), "fine_tuning", 0.5)
    assert r"no-such-\*case\*" in said(app)
    app = answer(page("practice", set=link), "prompting")
    assert "2 answers, on average 70% sure" in said(app)
    assert "Dan Becker: Fine-tuning" in said(app) and "Hamel Husain" in said(app)
    app = press(app, "Next case")
    app = press(answer(app, "rag"), "Next case")
    assert "That was all of them" in said(app)


def test_a_link_for_the_class_and_one_for_its_instructor() -> None:
    app = page("practice")
    app.multiselect(key="practice_pick").set_value([FICTION, QUIZ[0]])
    app = app.text_input(key="practice_group").set_value("spring & co").run()
    students, instructor = (code.value for code in app.code)
    assert students.endswith(f"/practice?set={FICTION},{QUIZ[0]}&group=spring%20%26%20co")
    assert instructor == f"{students}&show=all"
    answer(page("practice", set=FICTION, group="spring"), "rag", 0.5)
    shown = page("practice", set=FICTION, group="spring", show="all")
    assert "1 answer, on average 50% sure" in said(shown)  # without one of the instructor's own
    for other in ("", "autumn"):
        assert "0 answers" in said(page("practice", set=FICTION, group=other, show="all"))
    assert "The class beside" not in said(page("practice", set=FICTION, group="spring"))


def test_a_hostile_link_breaks_nothing() -> None:
    app = page("practice", set=f"{SCRIPT},{FICTION},{'x' * 5_000}", group=SCRIPT,
               me="../../etc/passwd")
    assert not re.search(r"(?<!\\)<(?:script|img)", said(app)) and "<script" not in drawn(app)
    app = answer(app, "rag", 0.5)
    assert "1 answer, on average 50% sure" in said(app)
    assert re.fullmatch("[0-9a-f]{16}", str(app.query_params["me"]))


def test_what_follows_a_wrong_answer_is_a_pair_on_it() -> None:
    pairs = [c for c in BANK.values() if c.contrast_of
             and {c.approach, BANK[c.contrast_of].approach} == {"rag", "fine_tuning"}]
    wrong = next(c for c in BANK.values() if c.approach == "rag" and not c.contrast_of
                 and not c.acceptable and not any(o.contrast_of == c.id for o in BANK.values()))
    answers = [Answer("me", name, BANK[name].approach, 0.9) for name in QUIZ]
    answers.append(Answer("me", wrong.id, "fine_tuning", 0.9))
    first = next_case(answers, BANK)
    assert first in pairs
    answers.append(Answer("me", first.id, first.approach, 0.9))
    second = next_case(answers, BANK)
    assert second is not None and first.contrast_of == second.id
    assert next_case([], BANK, [FICTION]) is BANK[FICTION]
    assert next_case([Answer("me", FICTION, "rag", 0.5)], BANK, [FICTION]) is None
    everything = [Answer("me", name, case.approach, 0.9) for name, case in BANK.items()]
    assert next_case(everything, BANK) is None


def test_what_is_right_and_what_is_overlooked() -> None:
    fiction, mails = BANK[FICTION], BANK["restaurant-customer-emails"]
    assert right(fiction, "prompting") and right(fiction, "fine_tuning")
    assert not right(fiction, "rag") and right(mails, "rag+fine_tuning")
    answers = [Answer("me", mails.id, "prompting", 0.9, ("examples",)),
               Answer("me", fiction.id, "prompting", 0.5)]
    missed = dict((f, (n, of)) for f, n, of in overlooked(answers, BANK))
    assert missed == {f: (1, 1) for f in mails.factors if f != "examples"}
    rows = calibration(answers, BANK)
    assert [(r.sure, r.right, r.n) for r in rows] == [(0.5, 1, 1), (0.9, 0, 1)]
    assert chosen_set(f" {FICTION},,x,{FICTION}", BANK) == ([FICTION], ["x"])


def test_answers_of_many_are_kept_in_one_file(tmp_path: Path) -> None:
    book = AnswerBook(tmp_path / "deep" / "down", ["b", "a"])
    for person in ("p1", "p2", "p1"):
        book.add(Answer(person, FICTION, "rag", 0.5))
    with book.path.open("a") as file:
        file.write('{"person": "p3"\nnothing\n')
    assert [a.person for a in AnswerBook(tmp_path / "deep" / "down", ["a", "b"]).all()] == [
        "p1", "p2"]
    assert AnswerBook(tmp_path).all() == []


@pytest.mark.chromium
def test_five_entries_to_feedback_in_chromium(address: str) -> None:  # noqa: F811
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view = browser.new_page(viewport={"width": 1100, "height": 900})
        view.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        view.goto(f"{address}/homework")
        needs = view.get_by_label("What goes in, what should come out")
        expect(needs).to_have_count(5, timeout=90_000)
        for i in range(5):
            needs.nth(i).fill(NEEDS[i] if i else f"{SCRIPT} {NEEDS[0]}")
            view.get_by_label("Which approach, and why").nth(i).fill(WHYS[i])
        view.get_by_role("button", name="Get feedback").click()
        expect(view.get_by_text("of 100 points by the rubric")).to_be_visible(timeout=90_000)
        expect(view.locator(".hw blockquote").first).to_contain_text("<script>alert('x')</script>")
        view.get_by_text("How to mend it, and why").first.click()
        expect(view.get_by_text("What to do.").first).to_be_visible()
        view.wait_for_url(re.compile("work="))
        view.reload()
        expect(view.get_by_text("of 100 points by the rubric")).to_be_visible(timeout=60_000)
        browser.close()


@pytest.mark.chromium
def test_a_folder_to_the_class_view_and_back_to_a_student(
    address: str, tmp_path: Path  # noqa: F811
) -> None:
    from playwright.sync_api import expect, sync_playwright

    packed = tmp_path / "class.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, offset in (("Ann", 0), ("Bob", 1), ("Cem", 2)):
            text = "\n\n".join(
                f"{i}. {NEEDS[(i + offset) % 5]}\n\nReasoning: {WHYS[(i + offset + offset) % 5]}"
                for i in range(1, 6))
            archive.writestr(f"{name}.md", f"# {name}\n\n{text}\n")
        archive.writestr("broken.docx", b"none")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view = browser.new_page(viewport={"width": 1280, "height": 1000})
        view.goto(f"{address}/class_view")
        uploads = view.locator('input[type="file"]')
        expect(uploads).to_have_count(2, timeout=90_000)
        uploads.first.set_input_files(str(packed))
        expect(view.get_by_text("class.zip")).to_be_visible(timeout=30_000)
        view.get_by_role("button", name="Review them").click()
        expect(view.get_by_text("Looked at by you")).to_be_visible(timeout=120_000)
        expect(view.get_by_text("broken.docx")).to_be_visible()
        view.get_by_role("radio", name="One by one").click()
        expect(view.get_by_text("1 of 3", exact=True)).to_be_visible(timeout=30_000)
        view.keyboard.press("j")
        expect(view.get_by_text("2 of 3", exact=True)).to_be_visible(timeout=30_000)
        view.keyboard.press("1")
        expect(view.get_by_text("Let it stand again")).to_be_visible(timeout=30_000)
        view.keyboard.press("a")
        expect(view.get_by_text("3 of 3", exact=True)).to_be_visible(timeout=30_000)
        view.keyboard.press("k")
        expect(view.get_by_text("looked at", exact=True)).to_be_visible(timeout=30_000)
        view.get_by_role("radio", name="To discuss").click()
        view.get_by_role("button", name="Open", exact=True).first.click()
        expect(view.get_by_text(re.compile(r"^\d of 3$"))).to_be_visible(timeout=30_000)
        expect(view.locator(".hw-case").first).to_be_visible()
        browser.close()
