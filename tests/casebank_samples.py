"""A small bank for the tests of casebank: two stories that share nothing, and one told twice."""

import json
from pathlib import Path
from typing import Any

from casebank import Case

STAMPS = ("Collectors send photographs of old postage stamps together with their own notes, and "
          "we want each stamp described in one paragraph as our printed catalogue does it.")
WELLS = ("Drilling crews write a report by hand at the end of every shift, and the engineer on "
         "duty must see quickly whether pressure in a borehole has risen beyond what was planned.")
STAMPS_AGAIN = STAMPS.replace("old postage stamps", "rare postage stamps")


def a_raw(name: str, description: str = STAMPS, **fields: Any) -> dict[str, Any]:
    return {
        "id": name, "title": "Words for a catalogue", "domain": "stamps and coins",
        "description": description, "approach": "prompting",
        "why": "The form can be told in a paragraph.", "outcome": "It was used for one catalogue.",
        "evidence": "deployment", "organisation": "A dealer", "year": 2024,
        "checked": "2025-03-01",
        "sources": [{"title": "A report", "url": "https://example.org/report"}], **fields,
    }


def a_case(name: str, description: str = STAMPS, **fields: Any) -> Case:
    return Case.model_validate(a_raw(name, description, **fields))


def write_bank(folder: Path) -> Path:
    """A bank of one case, in a file laid out as no program would lay it out."""
    fields = {name: value for name, value in a_raw("stamps").items() if name != "domain"}
    (folder / "stamps_and_coins.yaml").write_text(
        "# kept by hand\ndomain:   'stamps and coins'\ncases:\n"
        f"  -   {json.dumps(fields)}   # the first\n"
    )
    return folder
