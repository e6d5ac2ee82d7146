"""Learning the readers, on a handful of texts: what matters is what each reader did not see."""

import numpy as np
import pytest

from advisor import fit, fit_attention
from advisor.fit import Row, load_rows, read_unseen
from advisor.infer import COLUMNS


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    everything = [row for row in load_rows() if row.label is not None]
    written = [row for row in everything if row.case is None][::200]
    return written + [row for row in everything if row.case is not None][::40]


def test_no_reader_has_seen_the_writer_or_the_source(
    rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[set[str], set[str]]] = []
    real = fit._read_by_words

    def spy(train: list[Row], test: list[Row]) -> np.ndarray:
        seen.append(({row.origin for row in train}, {row.origin for row in test}))
        return real(train, test)

    monkeypatch.setattr(fit, "_read_by_words", spy)
    monkeypatch.setattr(fit_attention, "EPOCHS", 1)
    clauses = [row for row in load_rows() if row.label is None][:20]
    found = read_unseen(rows, clauses)
    assert len(seen) == fit.FOLDS and all(not train & test for train, test in seen)
    assert set().union(*(test for _, test in seen)) == {row.origin for row in rows}
    assert found.words.shape == found.attention.shape == (len(rows), len(COLUMNS))
    assert np.allclose(found.attention.sum(1), len({name for name, _ in COLUMNS}), atol=1e-4)


def test_nothing_kept_for_measuring_is_learned_from() -> None:
    ids = {row.origin for row in load_rows()}
    assert not any(origin.startswith(("D0", "D1", "E0", "E1")) for origin in ids)
