"""A new case asked for field by field, at a terminal; a wrong answer is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from casebank.checks import find_faults, same_answer
from casebank.schema import (
    APPROACHES,
    EVIDENCE,
    FACTOR_VALUES,
    FLAGS,
    Case,
    Position,
    Source,
)
from casebank.store import field_errors, path_of

# contrast_of comes before the description, which may resemble only the case that it names.
_PROMPTS = {
    "id": "small letters, digits and hyphens, such as contract-clauses-in-german; not yet in use",
    "title": "what it is about, for a list of cases",
    "domain": "the field of work, one in use or a new one; in use: {domains}",
    "approach": "what they chose, one of {approaches}",
    "acceptable": "further approaches that the source would support, with commas between, out of "
    "{approaches}; Enter for none",
    "flags": "with commas between, out of {flags}; Enter for none",
    "contrast_of": "id of the case that this one matches but for what decides; Enter for none",
    "description": "the need as the team would have put it before choosing, naming no technique; "
    "on one line",
    "factors": "what the source states of these, one FACTOR=VALUE a line, Enter to end:\n{factors}",
    "why": "why this approach and not another",
    "outcome": "how it went",
    "figures": "what was measured, one figure with its unit a line, Enter to end",
    "evidence": "one of {evidence}",
    "organisation": "who did it",
    "year": "the year it was done or published, such as {year}",
    "checked": "the day the source was read, as YYYY-MM-DD; Enter for today",
}


def ask_case(
    known: Sequence[Case],
    ask: Callable[[str], str] = input,
    tell: Callable[[str], None] = print,
) -> Case:
    """The case that somebody answers to prompts; ``known`` are the cases already in the bank.

    ``ask`` shows a prompt and gives the answer; ``EOFError`` from it ends the questions.
    """
    return _Questions(known, ask, tell).case()


class _Questions:
    def __init__(
        self, known: Sequence[Case], ask: Callable[[str], str], tell: Callable[[str], None]
    ) -> None:
        self.known = {case.id: case for case in known}
        self.ask = ask
        self.tell = tell
        self.given: dict[str, Any] = {}
        self.words = {
            "domains": ", ".join(sorted({case.domain for case in known})) or "none",
            "approaches": ", ".join(APPROACHES),
            "flags": ", ".join(FLAGS),
            "factors": "\n".join(f"    {f}: {', '.join(v)}" for f, v in FACTOR_VALUES.items()),
            "evidence": ", ".join(EVIDENCE),
            "year": str(date.today().year),
        }

    def case(self) -> Case:
        readers = {"factors": self._factors, "figures": self._figures}
        for name, prompt in _PROMPTS.items():
            self.tell(f"\n{name}{_length(name)}: {prompt.format(**self.words)}")
            self.given[name] = readers[name]() if name in readers else self._answer(name)
        self.given["sources"] = self._sources()
        if "disputed" in self.given["flags"]:
            self.given["positions"] = self._positions()
        return Case.model_validate(self.given)

    def _answer(self, name: str) -> Any:
        """One line, read as the field ``name``, asked for until it is right."""
        while True:
            text = self.ask(f"{name}> ").strip()
            try:
                value = _checked(Case, name, _read(name, text))
                self._refuse(name, value)
                return value
            except ValueError as error:
                self.tell(f"  {error}. Once more.")

    def _refuse(self, name: str, value: Any) -> None:
        """Raises ``ValueError`` where an answer goes against an earlier one or another case."""
        given = self.given
        if name == "id" and value in self.known:
            raise ValueError(f"id: expected one that no other case has, {value} is in use")
        if name == "domain":
            path = path_of(Path(), value)
            for domain in sorted({case.domain for case in self.known.values()} - {value}):
                if path_of(Path(), domain) == path:
                    raise ValueError(f"domain: the bank spells it {domain!r}; write it so too")
        if name == "acceptable" and given["approach"] in value:
            raise ValueError(f"acceptable: {given['approach']} is the approach; list only others")
        if name == "contrast_of" and value is not None:
            if value not in self.known:
                raise ValueError(f"contrast_of: there is no case {value!r}")
            if same_answer(Case.model_construct(**given), self.known[value]):
                raise ValueError(
                    f"contrast_of: expected a case with another approach or other flags, {value} "
                    "has the same"
                )
        if name == "description":
            draft = Case.model_construct(**given | {"description": value})
            for fault in find_faults([*self.known.values(), draft]):
                if draft.id in fault.cases:
                    raise ValueError(fault.message)
        if name == "year" and value > date.today().year:
            raise ValueError(f"year: expected this year or an earlier one, found {value}")
        if name == "checked" and value.year < given["year"]:
            raise ValueError(f"checked: expected a day in {given['year']} or later, found {value}")

    def _figures(self) -> list[str]:
        figures = []
        while text := self.ask("figures> ").strip():
            figures.append(text)
        return figures

    def _factors(self) -> dict[str, str]:
        factors: dict[str, str] = {}
        while text := self.ask("factors> ").strip():
            factor, _, value = text.partition("=")
            try:
                factors |= _checked(Case, "factors", {factor.strip(): value.strip()})
            except ValueError as error:
                self.tell(f"  {error}. Once more.")
        return factors

    def _sources(self) -> list[dict[str, Any]]:
        self.tell("\nsources: where it is written, at least one")
        sources: list[dict[str, Any]] = []
        while not sources or self._more("source"):
            sources.append({name: self._part(Source, name) for name in ("title", "url")})
        return sources

    def _positions(self) -> list[dict[str, Any]]:
        self.tell(
            "\npositions: who says what and why, at least two; approach is one of "
            f"{', '.join(APPROACHES)}, or Enter for none"
        )
        positions: list[dict[str, Any]] = []
        while len(positions) < 2 or self._more("position"):
            positions.append(
                {name: self._part(Position, name) for name in ("who", "approach", "why")}
            )
        return positions

    def _more(self, what: str) -> bool:
        return self.ask(f"another {what}? y, or Enter for no> ").strip().lower() in ("y", "yes")

    def _part(self, model: type[BaseModel], name: str) -> Any:
        """A field of a source or of a position, asked for until it is right."""
        while True:
            text = self.ask(f"{name}> ").strip()
            try:
                return _checked(model, name, None if name == "approach" and not text else text)
            except ValueError as error:
                self.tell(f"  {error}. Once more.")


def _read(name: str, text: str) -> Any:
    """What the text stands for, before the schema has seen it."""
    if name in ("acceptable", "flags"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if name == "contrast_of" and not text:
        return None
    if name == "checked" and not text:
        return date.today()
    return text


def _checked(model: type[BaseModel], name: str, value: object) -> Any:
    """The value as the schema reads it; ``ValueError`` says what the field expects."""
    field = TypeAdapter(
        model.model_fields[name].rebuild_annotation(),
        config=ConfigDict(str_strip_whitespace=True),
    )
    try:
        return field.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{name}: {field_errors(error)[0]}") from error


def _length(name: str) -> str:
    """How long the schema wants a text to be, such as " (8 to 110 characters)"."""
    least = most = None
    for limit in Case.model_fields[name].metadata:
        least = getattr(limit, "min_length", least)
        most = getattr(limit, "max_length", most)
    if least and most:
        return f" ({least} to {most} characters)"
    return f" (at least {least} characters)" if least else ""
