"""What the user brings: a description and answers to some of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casebank import FACTOR_VALUES

MAX_CHARACTERS = 50_000
DONT_KNOW = "dont_know"


class UseCaseError(ValueError):
    """A use case that cannot be advised on; the message says what to change."""


@dataclass(frozen=True)
class UseCase:
    """A description and answers, ``{factor: value}``; an unanswered factor is left out.

    "Don't know" is an answer too: it keeps the question from being asked again and leaves the
    factor open. Raises ``UseCaseError`` on an empty or overlong description, an unknown question
    or a value that it does not offer.
    """

    description: str
    answers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.description, str) or not self.description.strip():
            raise UseCaseError(
                "description: expected a sentence or two about the use case, found nothing; "
                "say what goes in, what should come out, and who needs it"
            )
        if len(self.description) > MAX_CHARACTERS:
            raise UseCaseError(
                f"description: expected at most {MAX_CHARACTERS:,} characters, "
                f"found {len(self.description):,}; a paragraph is enough"
            )
        for name, value in self.answers.items():
            if name not in FACTOR_VALUES:
                raise UseCaseError(
                    f"answer {name!r}: no such question; known are {', '.join(FACTOR_VALUES)}"
                )
            if value not in (*FACTOR_VALUES[name], DONT_KNOW):
                raise UseCaseError(
                    f"answer {name}: expected one of {', '.join(FACTOR_VALUES[name])} or "
                    f"{DONT_KNOW}; found {value!r}"
                )

    @property
    def known(self) -> dict[str, str]:
        """The answers that settle a factor."""
        return {name: value for name, value in self.answers.items() if value != DONT_KNOW}
