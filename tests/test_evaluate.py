import json
from pathlib import Path

import numpy as np
import pytest

from advisor import UseCaseError
from advisor.__main__ import main
from advisor.evaluate import Known, read_known, scores


def _known(label: str, *also: str) -> Known:
    return Known("x", "d", label, frozenset([label, *also]))


def test_scores_of_a_known_table() -> None:
    rows = [_known("prompting"), _known("rag"), _known("fine_tuning", "prompting"), _known("rag")]
    sure = np.array([[0.9, 0.1, 0, 0], [0.1, 0.9, 0, 0], [0.9, 0, 0.1, 0], [0.6, 0.4, 0, 0]])
    found = scores(sure, rows)
    assert found["strict"]["value"] == 0.5 and found["acceptable"]["value"] == 0.75
    assert found["sure"]["value"] == 0.75 and found["acceptable_where_sure"]["value"] == 1.0
    assert found["acceptable_where_sure"]["n"] == 3
    low, high = found["strict"]["ci95"]
    assert 0 < low < 0.5 < high < 1
    # 0.9 thrice (two right) and 0.6 once (wrong): |2.7 - 2| / 4 + |0.6 - 0| / 4
    assert found["calibration_error"]["value"] == pytest.approx(0.325, abs=1e-3)


def test_the_command_prints_one_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "known.jsonl"
    path.write_text(json.dumps({
        "id": "a", "description": "Staff ask about rules in 900 pages that change each week; every "
        "answer has to quote its page.", "label": "rag", "acceptable": ["rag"],
        "answers": {"citations": "yes", "corpus": "large"}}) + "\n")
    assert main(["evaluate", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 1 and found["description_alone"]["strict"]["value"] == 1.0
    assert found["after_interview"]["questions"]["most"] <= 7
    assert found["always_the_commonest"]["approach"] == "rag"


@pytest.mark.parametrize("content, words", [
    ("", "at least one"), ("nope\n", "line 1"),
    ('{"description": "x", "label": "magic"}\n', "label"),
    ('{"description": "", "label": "rag"}\n', "line 1"),
    ('{"description": "x", "label": "rag", "answers": {"volume": "huge"}}\n', "low, high"),
])
def test_unusable_files_are_explained(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "known.jsonl"
    path.write_text(content)
    with pytest.raises(UseCaseError, match=words):
        read_known(path)
