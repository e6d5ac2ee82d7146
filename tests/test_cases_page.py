"""The Cases page in Streamlit's own test harness, the map's geometry, and one real Chromium."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_walk import CHROMIUM, FLAGS, address  # noqa: F401

from advisor.ui.case_charts import bank_map
from advisor.ui.case_map import flatten, neighbours_kept, place
from advisor.ui.case_text import compared, older_evidence, plain, twins
from casebank import load_cases
from casebank.schema import Case

ROOT = Path(__file__).parent.parent
BANK = load_cases()
BY_ID = {case.id: case for case in BANK}
TWIN = next(case for case in BANK if case.contrast_of)


@pytest.fixture(autouse=True)
def _own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_RUNS", str(tmp_path))


def _page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    return app.switch_page("advisor/ui/pages/cases.py")


def _shown(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def _linked(**names: str) -> AppTest:
    app = _page()
    for key, value in names.items():
        app.query_params[key] = value
    return app.run()


def _titles(app: AppTest) -> list[str]:
    return [b.label for b in app.button if str(b.key).startswith("open-")]


def _press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def test_cases_are_listed_and_searched() -> None:
    app = _page().run()
    assert not app.exception and f"**{len(BANK)} cases**" in _shown(app)
    assert any("Honeycomb" in title for title in _titles(app))
    app = app.text_input[0].set_value("plain questions into a query language for telemetry").run()
    assert "Honeycomb" in _titles(app)[0] and "similarity 0." in _shown(app)
    n = int(re.search(rf"\*\*(\d+) of {len(BANK)} cases", _shown(app))[1])
    assert 1 <= n < len(BANK) / 2


def test_a_name_is_found_although_it_means_nothing() -> None:
    app = _page().run()
    app = app.text_input[0].set_value("honeycomb").run()
    named = [c for c in BANK if "honeycomb" in f"{c.title} {c.organisation}".lower()]
    assert {f"**{plain(c.title)}**" for c in named} <= set(_titles(app)[:len(named)])


def test_what_no_case_is_about_is_said() -> None:
    app = _page().run()
    app = app.text_input[0].set_value("asdf qwer zxcv").run()
    assert "No case is about this" in app.info[0].value and len(_titles(app)) == 5
    assert f"**0 of {len(BANK)} cases**" in _shown(app)


def test_filters_narrow_and_are_cleared() -> None:
    app = _page().run()
    app.button_group(key="cases_approaches").set_value(["rag"])
    app.button_group(key="cases_evidence").set_value(["measured study", "deployment"])
    app = app.selectbox(key="cases_since").set_value(2025).run()
    fits = [c for c in BANK if c.approach == "rag" and c.year >= 2025
            and c.evidence in ("measured study", "deployment")]
    assert f"**{len(fits)} of {len(BANK)} cases**" in _shown(app)
    app.button_group(key="cases_flags").set_value(["tools"])
    app = app.multiselect(key="cases_domains").set_value(["medicine", "law"]).run()
    fits = [c for c in fits if "tools" in c.flags and c.domain in ("medicine", "law")]
    assert f"**{len(fits)} of {len(BANK)} cases**" in _shown(app)
    app = _press(app, "Clear all filters")
    assert f"**{len(BANK)} cases**" in _shown(app)


def test_filters_that_nothing_passes_are_explained() -> None:
    app = _page().run()
    first = min(case.year for case in BANK)
    old = next(case for case in BANK if case.year == first)
    app.multiselect(key="cases_domains").set_value([old.domain])
    app.button_group(key="cases_flags").set_value(["rescope"])
    app = app.button_group(key="cases_evidence").set_value(["exam or course"]).run()
    assert not [c for c in BANK if c.domain == old.domain and "rescope" in c.flags
                and c.evidence == "exam or course"]
    assert "No case passes" in app.info[0].value and not _titles(app)


@pytest.mark.parametrize("case", [
    TWIN, max(BANK, key=lambda c: len(c.figures)), next(c for c in BANK if c.positions),
    min(BANK, key=lambda c: c.year),
], ids=lambda case: case.id)
def test_a_linked_case_is_shown_in_full(case: Case) -> None:
    app = _linked(case=case.id)
    shown = _shown(app)
    assert not app.exception
    for part in (case.description, case.why, case.outcome, case.organisation, case.evidence,
                 *case.figures, *(p.why for p in case.positions), *(p.who for p in case.positions)):
        assert plain(part) in shown
    assert all(str(source.url) in shown for source in case.sources)
    assert f"Last checked {case.checked.day} {case.checked:%B %Y}" in shown
    warned = any("Older evidence" in warning.value for warning in app.warning)
    assert warned == (case.year <= 2023)


@pytest.mark.parametrize("year, today, old", [
    (2023, date(2024, 1, 1), True), (2024, date(2026, 1, 1), False),
    (2025, date(2030, 1, 1), False), (2025, date(2031, 1, 1), True),
])
def test_older_evidence_is_cautioned(year: int, today: date, old: bool) -> None:
    caution = older_evidence(BANK[0].model_copy(update={"year": year}), today)
    assert (str(year) in caution) is old


def test_an_unknown_case_is_explained_and_the_list_still_there() -> None:
    app = _linked(case="no-such-*case*")
    assert not app.exception and _titles(app)
    assert r"no-such-\*case\*" in app.warning[0].value


def test_twins_open_side_by_side_with_one_click() -> None:
    other = BY_ID[str(TWIN.contrast_of)]
    assert twins(TWIN, BANK) == [other] and TWIN in twins(other, BANK)
    app = _press(_linked(case=other.id), "Side by side")
    assert app.query_params == {"case": other.id, "beside": TWIN.id} and not app.exception
    shown = _shown(app)
    assert "Nearly the same, one thing changed" in shown
    assert plain(TWIN.outcome) in shown and plain(other.outcome) in shown


def test_only_stated_differences_are_marked() -> None:
    left = TWIN.model_copy(update={"factors": {"volume": "high", "jargon": "yes", "tools": "no"}})
    right = left.model_copy(update={"factors": {"volume": "low", "jargon": "yes"}})
    rows = compared(left, right)
    assert [(row.label, row.differs) for row in rows] == [
        ("Volume", True), ("Actions", False), ("Special language", False)]
    assert rows[1].right is None


def test_two_compare_buttons_open_both() -> None:
    app = _page().run()
    first, second = [
        str(b.key).removeprefix("compare-") for b in app.button if b.label == "Compare"
    ][:2]
    app = app.button(key=f"compare-{first}").click().run()
    assert app.button(key=f"compare-{first}").label == "Chosen" and not app.query_params
    app = app.button(key=f"compare-{second}").click().run()
    assert not app.exception
    assert app.query_params == {"case": first, "beside": second}
    assert plain(BY_ID[first].outcome) in _shown(app)


def test_a_chosen_case_can_be_taken_back() -> None:
    app = _press(_page().run(), "Compare")
    assert app.multiselect(key="cases_pair").value
    app = _press(app, "Chosen")
    assert not app.exception and not any(b.label == "Chosen" for b in app.button)
    assert not [m for m in app.multiselect if m.key == "cases_pair"]


def test_the_second_case_can_be_chosen_by_name() -> None:
    app = _press(_linked(case=TWIN.id), "Compare with another case")
    assert app.multiselect(key="cases_pair").value == [TWIN.id] and not app.query_params
    app = app.multiselect(key="cases_pair").set_value([TWIN.id, BANK[0].id]).run()
    assert app.query_params == {"case": TWIN.id, "beside": BANK[0].id} and not app.exception


def test_text_of_a_case_is_no_markdown() -> None:
    assert plain("$1,400 and *$2* [a_b]") == r"\$1,400 and \*\$2\* \[a\_b\]"
    assert plain("Measured at 91%, in 1.1 s") == "Measured at 91%, in 1.1 s"


def _rings(n: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Unit vectors, shape (n, 2), evenly round a circle."""
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_map_is_the_same_each_time_and_keeps_neighbours() -> None:
    vectors = np.random.default_rng(0).normal(size=(60, 16)).astype(np.float32)
    vectors[:30] += 3.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    points = flatten(vectors)
    assert points.shape == (60, 2) and np.array_equal(points, flatten(vectors))
    far = np.linalg.norm(points[:, None] - points[None], axis=-1) + 1e9 * np.eye(60)
    same_group = (far.argmin(1) < 30) == (np.arange(60) < 30)
    assert same_group.mean() > 0.9


def test_how_far_the_map_can_be_trusted() -> None:
    circle = _rings(41)
    assert neighbours_kept(circle, circle.astype(float), k=4) == 1.0
    shuffled = np.random.default_rng(0).permutation(circle).astype(float)
    assert neighbours_kept(circle, shuffled, k=4) < 0.3


def test_the_own_use_case_lies_among_its_nearest() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 2.0], [90.0, 90.0]])
    own, nearest = place(points, [0.9, 0.3, 0.3, 0.2, 0.2, -0.5])
    assert nearest[0] == 0 and 5 not in nearest
    assert np.linalg.norm(own) < 0.05  # the nearest by far outweighs the others
    even, _ = place(points, [0.5, 0.5, 0.5, 0.5, 0.5, -0.5])
    assert np.allclose(even, points[:5].mean(0))


def test_every_case_is_on_the_map_once_and_those_found_are_coloured() -> None:
    points = np.random.default_rng(0).normal(size=(len(BANK), 2))
    found = {case.id for case in BANK if case.year >= 2025}
    figure = bank_map(BANK, points, found, own=points[0], nearest=[1, 2])
    dots = [trace for trace in figure.data if trace.customdata is not None]
    drawn = Counter(row[0] for trace in dots for row in trace.customdata)
    assert drawn == Counter(list(BY_ID))
    faint = next(trace for trace in dots if trace.marker.opacity < 0.5)
    assert {row[0] for row in faint.customdata} == set(BY_ID) - found
    stars = [trace for trace in figure.data if trace.marker.symbol == "star"]
    assert len(stars) == 1 and (stars[0].x[0], stars[0].y[0]) == tuple(points[0])
    without = bank_map(BANK, points, found)
    assert not [trace for trace in without.data if trace.marker.symbol == "star"]


def test_the_map_says_what_nearness_means() -> None:
    app = _page().run()
    app = app.button_group(key="cases_view").set_value("Map").run()
    assert not app.exception and len(app.get("plotly_chart")) == 1
    assert "described in similar words" in _shown(app) and "star" not in _shown(app)
    app.session_state["description"] = "Sort customer e-mails into twelve queues."
    app = app.run()
    assert "The star is your own use case" in _shown(app)


@pytest.mark.chromium
def test_a_click_on_the_map_opens_the_case(address: str) -> None:  # noqa: F811
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 1400})
        page.goto(f"{address}/cases")
        page.get_by_text("Map", exact=True).click(timeout=60_000)
        points = page.locator("path.point")
        expect(points).to_have_count(len(BANK), timeout=90_000)
        for _ in range(2):  # the same point opens it again
            points.nth(7).click(force=True)
            page.wait_for_url(re.compile(r"case="))
            opened = page.url.split("case=")[1]
            expect(page.get_by_role("dialog")).to_contain_text(BY_ID[opened].title)
            page.keyboard.press("Escape")
            page.wait_for_url(lambda url: "case=" not in url)
        page.go_back()
        expect(page.get_by_role("dialog")).to_contain_text(BY_ID[opened].title)
        browser.close()
