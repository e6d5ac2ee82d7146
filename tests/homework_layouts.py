"""Ways in which students lay out five use cases, each as a function that writes a submission.

``CONTENT`` holds use cases with everything a layout may show; a layout gets some of them, the
place of the posted one (from 0, or None) and writes a text. What a reader must find again is the
description, the reasoning, and which is posted; a title or an approach may come with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    title: str
    description: str
    approach: str
    reasoning: str  # names the approach itself, as it must where nothing is labelled


CONTENT = [Told(*row) for row in (
    ("HR policy chatbot",
     "Employees ask questions about our HR policies and get an answer with a link to the page.",
     "RAG", "RAG is the best fit because the policies change every quarter and answers must be "
     "traceable to a source."),
    ("Ticket routing",
     "Incoming support tickets are sent to one of 40 teams. Today two people do that by hand.",
     "Fine-tuning", "I would fine-tune a small model, since we have 20,000 tickets that were "
     "routed correctly in the past."),
    ("Meeting summaries",
     "Turn the transcript of a weekly meeting into half a page of decisions and to-dos.",
     "Prompt engineering", "Prompt engineering is enough here. Any good model can summarise, and "
     "three examples show the format."),
    ("Contract review",
     "Lawyers upload a supplier contract and want to see every clause that departs from our "
     "standard terms.",
     "RAG + fine-tuning", "A combination: RAG to find the standard clause to compare with, and "
     "fine-tuning for the way in which our lawyers word a comment."),
    ("Recipe ideas",
     "I type what is left in the fridge and get three dinners that my kids would eat.",
     "Prompting", "Just prompting. There is no private knowledge and no special format, so "
     "anything more would be overkill."),
    ("Product descriptions",
     "From a table of attributes, write a product description for our web shop in our own voice.",
     "Fine-tuning", "Fine-tuning on our 3,000 existing descriptions makes sense because the voice "
     "is hard to put into words."),
    ("Paper search",
     "A PhD student asks a question and receives the five most relevant papers of the last year.",
     "Retrieval", "Retrieval, because new papers appear every day and no model knows them all."),
    ("SQL for analysts",
     "Analysts type a question in English; the output is a query for our warehouse.",
     "Prompt engineering", "I'd start with the schema and a few examples in the prompt, and only "
     "fine-tune later if the error rate stays too high."),
    ("Discharge letters",
     "Doctors dictate notes and the system drafts the discharge letter in the hospital's format.",
     "LoRA", "LoRA on a local 7B model: patient data cannot leave the building, and there are "
     "thousands of old letters to learn from."),
    ("Spam filter",
     "Decide whether a message to our contact form is spam.",
     "No LLM", "No LLM is needed; logistic regression on word counts does this well, and "
     "fine-tuning would be a waste of money."),
    ("Legal citations",
     "Paralegals paste a brief and need each citation checked against the court's database.",
     "RAG", "The database is updated daily and wrong citations are costly, so RAG with exact "
     "quotes is the only option I would trust."),
    ("Tone of replies",
     "Our agents' replies to angry customers should be rewritten so that they sound calm.",
     "DPO", "We can say which of two replies is better but not write the ideal one, which makes "
     "this a candidate for DPO."),
)]

Layout = Callable[[Sequence[Told], int | None], str]
LAYOUTS: dict[str, Layout] = {}


def layout(write: Layout) -> Layout:
    LAYOUTS[write.__name__] = write
    return write


def _rows(told: Sequence[Told], posted: int | None) -> list[tuple[int, Told, bool]]:
    return [(n, t, n - 1 == posted) for n, t in enumerate(told, start=1)]


def _end(posted: int | None, words: str = "I will post #{}.") -> str:
    return "" if posted is None else "\n" + words.format(posted + 1) + "\n"


@layout
def numbered_one_line(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"{n}. {t.description} {t.reasoning}" for n, t, _ in _rows(told, posted)) \
        + "\n" + _end(posted)


@layout
def numbered_two_lines(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{n}) {t.description}\n   {t.reasoning}{' (posted)' if p else ''}"
                       for n, t, p in _rows(told, posted))


@layout
def numbered_paragraphs(told: Sequence[Told], posted: int | None) -> str:
    return "Hello everybody, here are my use cases:\n\n" + "\n\n".join(
        f"{n}. {t.description}\n\n{t.reasoning}" for n, t, _ in _rows(told, posted)) + "\n\n" \
        + _end(posted, "I'm going to post number {} in the forum.") + "\nThanks for reading!\n"


@layout
def headings_with_labels(told: Sequence[Told], posted: int | None) -> str:
    return "# Homework 1\n\n" + "\n\n".join(
        f"## Use case {n}: {t.title}{' (posted)' if p else ''}\n\n**Description:** "
        f"{t.description}\n\n**Approach:** {t.approach}\n\n**Reasoning:** {t.reasoning}"
        for n, t, p in _rows(told, posted))


@layout
def headings_with_subheadings(told: Sequence[Told], posted: int | None) -> str:
    return "# My LLM use cases\n\n" + "\n\n".join(
        f"## {t.title}\n\n### Description\n\n{t.description}\n\n### Reasoning\n\n{t.reasoning}"
        for _, t, _ in _rows(told, posted)) + "\n\n" + (
        "" if posted is None else f"## Posted\n\nUse case {posted + 1}\n")


@layout
def headings_without_labels(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"### {n}. {t.title}\n{t.description}\n\n{t.reasoning}\n"
                     for n, t, _ in _rows(told, posted)) + _end(posted, "**Posting:** #{}")


@layout
def plain_labels(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(
        f"Use case {n}\nDescription: {t.description}\nApproach: {t.approach}\nReasoning: "
        f"{t.reasoning}\nPosted: {'yes' if p else 'no'}" for n, t, p in _rows(told, posted))


@layout
def labels_in_one_paragraph(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(
        f"Use case {n}: {t.description} Approach: {t.approach}. Reasoning: {t.reasoning}"
        for n, t, _ in _rows(told, posted)) \
        + "\n\n" + _end(posted, "Posted in the forum: use case {}")


@layout
def labels_without_numbers(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(
        f"Use case: {t.description}\nWhy: {t.reasoning}" + ("\n[posted]" if p else "")
        for _, t, p in _rows(told, posted))


@layout
def bulleted_with_sub_bullets(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"- {t.description}\n    - {t.reasoning}" for _, t, _ in _rows(told, posted)) \
        + "\n" + _end(posted, "The one I will post is number {}.")


@layout
def bulleted_with_labels(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"* **{t.title}**\n  * Description: {t.description}\n  * Best approach: "
                     f"{t.approach}\n  * Reason: {t.reasoning}" + ("\n  * Posted: ✅" if p else "")
                     for _, t, p in _rows(told, posted))


@layout
def bulleted_arrows(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"• {t.description} → {t.reasoning}" + (" ← posted" if p else "")
                     for _, t, p in _rows(told, posted))


@layout
def bold_titles(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"**{t.title}**{' *(posted)*' if p else ''}\n{t.description}\n{t.reasoning}"
                       for _, t, p in _rows(told, posted))


@layout
def bold_lead(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"**{n}. {t.title}.** {t.description} *{t.reasoning}*"
                       for n, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)


@layout
def paragraphs(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{t.description} {t.reasoning}" + (" I will post this one." if p else "")
                       for _, t, p in _rows(told, posted))


@layout
def paragraph_pairs(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{t.description}\n\n{t.reasoning}" for _, t, _ in _rows(told, posted)) \
        + "\n\n" + _end(posted, "Number {} is the one I am posting in the course forum.")


@layout
def rules_between(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n---\n\n".join(f"{t.title}\n\n{t.description}\n\n{t.reasoning}"
                              + ("\n\n(posted)" if p else "") for _, t, p in _rows(told, posted))


@layout
def table(told: Sequence[Told], posted: int | None) -> str:
    return "| # | Use case | Approach | Why | Posted |\n|---|---|---|---|---|\n" + "\n".join(
        f"| {n} | {t.description} | {t.approach} | {t.reasoning} | {'x' if p else ''} |"
        for n, t, p in _rows(told, posted))


@layout
def table_of_two_columns(told: Sequence[Told], posted: int | None) -> str:
    return "My homework:\n\nDescription | Reasoning\n--- | ---\n" + "\n".join(
        f"{t.description} | {t.reasoning}" for _, t, _ in _rows(told, posted)) + "\n" \
        + _end(posted)


@layout
def table_for_each(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"| Use case {n} | {t.title} |\n|---|---|\n"
                       f"| Description | {t.description} |\n| Technique | {t.approach} |\n"
                       f"| Rationale | {t.reasoning} |"
                       for n, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)


@layout
def tabs(told: Sequence[Told], posted: int | None) -> str:
    return "Use case\tReasoning\tPosted\n" + "\n".join(
        f"{t.description}\t{t.reasoning}\t{'yes' if p else 'no'}"
        for _, t, p in _rows(told, posted))


@layout
def quoted_whole(told: Sequence[Told], posted: int | None) -> str:
    return "Ana Ruiz wrote:\n" + "\n>\n".join(
        f"> {n}. {t.description}\n> {t.reasoning}" for n, t, _ in _rows(told, posted)) \
        + "\n>" + _end(posted, "> I will post #{}")


@layout
def quoted_and_answered(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"> {t.description}\n\n{t.reasoning}"
                       + ("\n\n(I post this one)" if p else "")
                       for _, t, p in _rows(told, posted))


@layout
def task_quoted_first(told: Sequence[Told], posted: int | None) -> str:
    return ("> List 5 LLM use cases you personally have or that you think are especially "
            "interesting.\n> Describe each use case in 1-2 sentences.\n> Then write 1-2 sentences "
            "describing whether is is best served with fine-tuning, RAG, prompt engineering or "
            "some combination.\n\n") + numbered_two_lines(told, posted)


@layout
def two_lists(told: Sequence[Told], posted: int | None) -> str:
    return "## Use cases\n\n" \
        + "\n".join(f"{n}. {t.description}" for n, t, _ in _rows(told, posted)) \
        + "\n\n## Approach and reasoning\n\n" \
        + "\n".join(f"{n}. {t.reasoning}" for n, t, _ in _rows(told, posted)) \
        + "\n\n" + _end(posted, "## Forum post\n\n#{}")


@layout
def numbered_labels(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"Use case {n}: {t.description}\nReasoning {n}: {t.reasoning}"
                     for n, t, _ in _rows(told, posted)) + "\n" + _end(posted, "Post: {}")


@layout
def hash_numbers(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"#{n} {t.title}{' – POSTED' if p else ''}\nWhat: {t.description}\nHow and "
                       f"why: {t.reasoning}" for n, t, p in _rows(told, posted))


@layout
def first_second_third(told: Sequence[Told], posted: int | None) -> str:
    words = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
    return "\n\n".join(f"{words[n - 1]} use case: {t.description} {t.reasoning}"
                       for n, t, _ in _rows(told, posted)) + (
        "" if posted is None else f"\n\nI will post the {words[posted].lower()} one.")


@layout
def letters(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"{'abcdefg'[n - 1]}) {t.description} – {t.reasoning}"
                     for n, t, _ in _rows(told, posted)) + (
        "" if posted is None else f"\n\nPosting use case {'ABCDEFG'[posted]}.")


@layout
def roman(told: Sequence[Told], posted: int | None) -> str:
    numerals = ("I", "II", "III", "IV", "V", "VI", "VII")
    return "\n\n".join(f"{numerals[n - 1]}. {t.title}\n{t.description}\n{t.reasoning}"
                       for n, t, _ in _rows(told, posted)) + "\n" + _end(posted)


@layout
def lazy_numbers(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"1. {t.description}\n   - {t.reasoning}" for _, t, _ in _rows(told, posted)) \
        + "\n\n" + _end(posted)


@layout
def keycaps(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"{n}\ufe0f\u20e3 {t.description}\n👉 {t.reasoning}"
                     for n, t, _ in _rows(told, posted)) + "\n" + _end(posted)


@layout
def wrapped_lines(told: Sequence[Told], posted: int | None) -> str:
    import textwrap

    return "\n\n".join(
        textwrap.fill(f"{n}. {t.description} {t.reasoning}", 72, subsequent_indent="   ")
        for n, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)


@layout
def in_one_paragraph(told: Sequence[Told], posted: int | None) -> str:
    return "My use cases are: " + " ".join(
        f"({n}) {t.description} {t.reasoning}" for n, t, _ in _rows(told, posted)) + (
        "" if posted is None else f" I will post #{posted + 1}.")


@layout
def setext_headings(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{t.title}\n{'-' * len(t.title)}\n{t.description}\n\n{t.reasoning}"
                       for _, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)


@layout
def front_matter(told: Sequence[Told], posted: int | None) -> str:
    return f"---\nauthor: Ana Ruiz\nposted: {'null' if posted is None else posted + 1}\n---\n\n" \
        + "\n\n".join(f"## {t.title}\n{t.description}\n\n*Reasoning*: {t.reasoning}"
                      for _, t, _ in _rows(told, posted))


@layout
def grid_table(told: Sequence[Told], posted: int | None) -> str:
    rule = "+----+------+------+\n"
    return rule + "| No | Description | Justification |\n" + rule + rule.join(
        f"| {n}{' (posted)' if p else ''} | {t.description} | {t.reasoning} |\n"
        for n, t, p in _rows(told, posted)) + rule


@layout
def input_and_output(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{n}. {t.title}\nProblem: {t.description}\nSolution: {t.reasoning}"
                       for n, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)


@layout
def lines_alone(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"{t.description} {t.reasoning}" for _, t, _ in _rows(told, posted)) \
        + "\n" + _end(posted)


@layout
def checkboxes(told: Sequence[Told], posted: int | None) -> str:
    return "\n".join(f"- [{'x' if p else ' '}] {t.description} {t.reasoning}"
                     for _, t, p in _rows(told, posted))


@layout
def numbered_parts(told: Sequence[Told], posted: int | None) -> str:
    return "\n\n".join(f"{n}a. {t.description}\n{n}b. {t.reasoning}"
                       for n, t, _ in _rows(told, posted)) + "\n\n" + _end(posted)
