"""casebank and training know nothing of advisor, of each other, or of Streamlit."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "casebank": {"advisor", "training", "streamlit"},
    "training": {"advisor", "casebank", "streamlit"},
    "advisor": {"streamlit"},
}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_arrows(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        if path.is_relative_to(ROOT / "advisor" / "ui"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {n.split(".")[0] for n in names} & FORBIDDEN[package], path
