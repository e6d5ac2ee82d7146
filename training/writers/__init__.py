"""Writers of queries.jsonl and function_calls.jsonl: ``python -m training.writers``.

Seeded: they write the same files every time. The e-mails and replies were written by hand.
"""

from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"

__all__ = ["SAMPLES"]
