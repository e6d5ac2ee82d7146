"""Write the two sample sets and the tools file anew."""

import json

from training.writers import SAMPLES
from training.writers.calls import tool_schemas, write_calls
from training.writers.queries import write_queries

for name, rows in (("queries", write_queries()), ("function_calls", write_calls())):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (SAMPLES / f"{name}.jsonl").write_text(text)
(SAMPLES / "tools.json").write_text(json.dumps(tool_schemas(), indent=1) + "\n")
