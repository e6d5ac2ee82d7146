"""Requests to an estate agent's assistant and the call of one of thirty tools that each needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

PER_WAY = 2  # rows for each way to ask
TEST_WAYS = 2  # the last ways of each tool are asked in the test split only
STREETS = ["Mill Lane", "Harbour Road", "Elm Street", "Station Square", "Orchard Row", "Bay View",
           "Castle Hill", "Weaver's Yard", "North Quay", "Linden Avenue"]
VALUES: dict[str, list[str | int]] = {
    "city": ["Bergen", "Cork", "Ghent", "Graz", "Leeds", "Porto", "Turku", "Utrecht"],
    "few": [1, 2, 3, 4, 5, 6],
    "price": [95000, 180000, 240000, 315000, 420000, 655000],
    "address": [f"{n} {street}" for n, street in zip((3, 8, 14, 21, 27, 36, 40, 52, 61, 77),
                                                      STREETS, strict=True)],
    "listing": ["L-104", "L-118", "L-131", "L-207", "L-255", "L-310", "L-346", "L-402"],
    "person": ["Amina Diallo", "Bruno Keller", "Chiara Russo", "Daniel Okoye", "Elsa Nyman",
               "Farid Haddad", "Grace Lin", "Henk de Wit", "Ines Prado", "Jonas Berg"],
    "agent": ["Petra", "Sven", "Lucia", "Mark"],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
    "time": ["09:00", "10:30", "12:15", "14:00", "16:45", "18:00"],
    "reason": ["illness", "travel", "a change of plans", "a private sale"],
    "topic": ["the deposit", "the roof", "the handover", "the parking space", "the new price",
              "the missing papers"],
    "tone": ["friendly", "formal", "short"],
    "phone": ["555-0104", "555-0119", "555-0136", "555-0172", "555-0188"],
    "role": ["buyer", "seller", "tenant", "landlord"],
    "style": ["plain", "elegant", "playful"],
    "language": ["English", "French", "German", "Dutch"],
    "platform": ["Instagram", "Facebook", "LinkedIn"],
    "years": [10, 15, 20, 25, 30],
    "survey": ["damp", "full", "roof", "electrical"],
    "answer": ["accept", "decline", "counter"],
    "contract": ["sale", "rental", "reservation"],
    "document": ["floor plan", "price list", "energy certificate", "land register extract"],
    "work": ["garage", "balcony", "loft conversion", "swimming pool"],
    "level": ["primary", "secondary"],
    "travel": ["train", "car", "bicycle"],
    "portal": ["HomeFinder", "Nestly", "CityFlats"],
    "minutes": [5, 12, 20, 35],
    "sign": ["FOR SALE", "SOLD", "TO LET"],
    "question": ["late cancellations", "pets in flats", "key handover", "commission on renewals",
                 "viewings on Sundays", "deposits held in cash"],
}
CHOICES = {"tone", "role", "style", "platform", "survey", "answer", "contract", "level", "travel",
           "portal", "language"}  # these become enums


def read_tools() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "tools.yaml").read_text())
    return found


def tool_schemas() -> list[dict[str, object]]:
    """The tools in the form that chat templates and endpoints take."""
    return [{"type": "function", "function": {
        "name": name, "description": tool["does"], "parameters": {
            "type": "object", "required": tool["needs"], "additionalProperties": False,
            "properties": {argument: _property(kind)
                           for argument, kind in tool["takes"].items()}}}}
            for name, tool in read_tools().items()]


def _property(kind: str) -> dict[str, object]:
    values = VALUES[kind]
    if kind in CHOICES:
        return {"type": "string", "enum": values}
    return {"type": "integer" if isinstance(values[0], int) else "string"}


def write_calls(seed: int = 11) -> Iterator[dict[str, object]]:
    """PER_WAY rows for each way to ask: request, call (JSON), tool, split."""
    draw = Random(seed)
    for name, tool in read_tools().items():
        for i, way in enumerate(tool["asked"]):
            told: set[str] = set()
            while len(told) < PER_WAY:
                arguments = {argument: draw.choice(VALUES[tool["takes"][argument]])
                             for argument in tool["takes"] if f"{{{argument}}}" in way}
                request = re.sub(r"^\w", lambda m: m.group().upper(), way.format(**arguments))
                if request in told:
                    continue
                told.add(request)
                yield {"request": request, "tool": name,
                       "call": json.dumps({"name": name, "arguments": arguments}),
                       "split": "test" if i >= len(tool["asked"]) - TEST_WAYS else "train"}
