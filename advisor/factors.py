"""The factors behind the decision, as questions a person can answer.

A factor's id and values are those of ``casebank.FACTOR_VALUES``; here stand the words.
"""

from __future__ import annotations

from dataclasses import dataclass

WORKSHOP = (
    "When and Why to Fine-Tune an LLM, workshop notes, "
    "https://gist.github.com/cedrickchee/c3d9f8fed88f1c486b883153a64ee7dc"
)
OPENAI = (
    "OpenAI, Optimizing LLM accuracy, "
    "https://platform.openai.com/docs/guides/optimizing-llm-accuracy"
)
MICROSOFT = (
    "Microsoft Learn, Augment LLMs with RAG or fine-tuning, "
    "https://learn.microsoft.com/en-us/azure/developer/ai/augment-llm-rag-fine-tuning"
)


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Factor:
    """One question, why it is asked, its options and where its weight in the decision is argued."""

    id: str
    label: str
    question: str
    why: str
    options: tuple[Option, ...]
    source: str

    def value_label(self, value: str) -> str:
        return next((o.label for o in self.options if o.value == value), value)


def _factor(
    id: str, label: str, question: str, why: str, source: str, **options: str
) -> Factor:
    return Factor(
        id, label, question, why, tuple(Option(v, text) for v, text in options.items()), source
    )


FACTORS: tuple[Factor, ...] = (
    _factor("instructions_tried", "Instructions so far",
            "Have you tried careful instructions with a strong model, and did they suffice?",
            "Fine-tuning has to be earned: show first that a good prompt stops making progress.",
            WORKSHOP, fall_short="Tried, they fall short", enough="Tried, they are enough",
            no="Not tried yet"),
    _factor("examples", "Examples of input and output",
            "How many examples of input with the output you want do you have?",
            "Without examples of what you want there is nothing to tune on or to measure with.",
            WORKSHOP, none="None", few="A few, up to about fifty", hundreds="Hundreds",
            thousands="Thousands or more"),
    _factor("freshness", "How often the facts change",
            "How often do the facts that an answer rests on change?",
            "A trained model keeps yesterday's facts; retrieval looks up today's.",
            WORKSHOP, fast="Every day or week", slow="A few times a year",
            none="Hardly ever, or no such facts"),
    _factor("private_knowledge", "Knowledge of your own",
            "Does a good answer need facts that only your organisation has?",
            "A general model has never read them: they must be brought in with each request.",
            OPENAI, yes="Yes", no="No"),
    _factor("corpus", "Size of the material",
            "How much text would the model have to know to answer?",
            "A few pages fit into the prompt; a large collection has to be searched.",
            OPENAI, large="A large collection", small="It fits on a few pages"),
    _factor("citations", "Sources in the answer",
            "Must an answer show the passage it comes from?",
            "Only text that was looked up can be quoted; weights cannot name their source.",
            MICROSOFT, yes="Yes", no="No"),
    _factor("permissions", "Access rights",
            "May different people see different documents?",
            "Access can be checked at look-up; what is trained in is open to everybody who asks.",
            MICROSOFT, yes="Yes", no="No"),
    _factor("general_knowledge", "General knowledge suffices",
            "Could a well-read outsider do it from what the request holds?",
            "Where general skill is enough, a good model and a prompt usually are too.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("bespoke_style", "A style or format of your own",
            "Must the output follow a style, format or judgement that is special to you?",
            "Bespoke behaviour is the first of the three tests for fine-tuning.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("jargon", "Special language",
            "Is the input full of jargon, codes or abbreviations that outsiders misread?",
            "A model that has never seen such language learns it best from many examples.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("narrow", "A narrow task",
            "Is it one narrow, repeated task rather than many kinds of request?",
            "The narrower the problem, the fewer examples and the smaller a model it takes.",
            WORKSHOP, yes="Yes, one narrow task", no="No, many kinds"),
    _factor("broad_scope", "Open-ended scope",
            "Should it answer just about anything people ask?",
            "What has no bounds cannot be measured or improved; it is better split or refused.",
            WORKSHOP, yes="Yes, anything", no="No, it has bounds"),
    _factor("rules_change", "The wanted behaviour changes",
            "Do you still change often what a good output looks like?",
            "A prompt is changed in minutes; a tuned model has to be trained again.",
            WORKSHOP, yes="Yes, often", no="No, it is settled"),
    _factor("output_checked", "A person checks",
            "Does a person read each output before it is used?",
            "With a reader in the loop a simple start is safe, and its corrections become data.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("volume", "Volume",
            "How many requests will there be?",
            "The work of running a model of one's own pays only at volume.",
            WORKSHOP, low="Up to hundreds a day", high="Thousands a day or more"),
    _factor("latency", "Speed",
            "How fast must an answer come?",
            "A small tuned model can reach a large model's quality in a fraction of the time.",
            WORKSHOP, tight="At once, below a second", loose="Seconds or minutes are fine"),
    _factor("cost_pressure", "Price per request",
            "Is the price per request of a large model a problem?",
            "A small tuned model, or a prompt without its fixed part, is cheaper per request.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("on_premises", "Data must stay",
            "Is it forbidden to send the data to a model provider?",
            "Privacy is a reason to own the model, and small models you own often need tuning.",
            WORKSHOP, yes="Yes, it must stay with us", no="No"),
    _factor("preference", "Choosing beats writing",
            "Can your people tell which of two outputs is better, but not write the ideal one?",
            "Ranked pairs are what preference tuning such as DPO learns from.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("tools", "Actions",
            "Must it call other systems, place orders or look up live values?",
            "Calling tools is first a matter of describing them well in the prompt.",
            WORKSHOP, yes="Yes", no="No"),
    _factor("deadline", "Must be live soon",
            "Must it be live within days?",
            "Prompting is days of work, retrieval weeks, tuning and its data longer.",
            WORKSHOP, yes="Yes", no="No"),
)

BY_ID: dict[str, Factor] = {factor.id: factor for factor in FACTORS}
