"""Describe an LLM use case, get a recommendation with its evidence, check it with a pilot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.factors import FACTORS, Factor
from advisor.use_case import DONT_KNOW, UseCase, UseCaseError

if TYPE_CHECKING:
    from advisor.advice import Advice
    from advisor.decision import Decision
    from advisor.llm_reader import Endpoint

__all__ = ["DONT_KNOW", "FACTORS", "Factor", "UseCase", "UseCaseError", "advise", "verdict"]


def advise(
    description: str,
    answers: Mapping[str, str] | None = None,
    *,
    exclude: Collection[str] = (),
    endpoint: Endpoint | None = None,
) -> Advice:
    """Advice on a use case described in a sentence or two.

    ``answers`` maps question ids to values or ``dont_know``; ``exclude`` names cases that must
    not count as evidence. With an ``endpoint`` (``advisor.llm_reader.configured()``) its model
    reads the description, which is sent there; without one nothing leaves this machine. Raises
    ``UseCaseError`` and, with an endpoint, ``LlmReaderError``. The first call loads the encoder,
    some seconds.
    """
    use_case = UseCase(description, dict(answers or {}))  # checked before anything heavy loads
    from advisor.engine import gather, weigh

    return weigh(use_case, gather([description], exclude, endpoint)[0])


def verdict(
    advice: Advice | Mapping[str, Any],
    pilot: Path,
    needs: Path | None = None,
    margin: float | None = None,
) -> Decision:
    """Advice against a finished pilot, read from its folder; see ``advisor.decision``.

    ``needs`` is a file of limits and prices; without one, those that the pilot's folder keeps
    count. ``margin`` goes before the one in them. Raises ``VerdictError``.
    """
    from advisor.decision import decide, mean_item_tokens
    from advisor.judge import read_result
    from advisor.needs import load_needs, pilot_needs, with_margin

    result = read_result(pilot)
    wanted = load_needs(needs) if needs else pilot_needs(pilot)
    return decide(advice if isinstance(advice, Mapping) else advice.to_json(), result,
                  with_margin(wanted, margin), mean_item_tokens(pilot))
