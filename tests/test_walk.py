"""A real Chromium walks the whole way: describe, answer, advice, pilot, verdict."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.chromium
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true",
         "--server.port", str(port), "--server.address", "127.0.0.1"],
        cwd=ROOT, env=os.environ | {"ADVISOR_RUNS": str(tmp_path_factory.mktemp("runs"))},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _examples(folder: Path) -> Path:
    """Two labels whose words overlap, easy for every arm that learns."""
    path = folder / "mine.csv"
    places = ["north", "south", "harbour", "station", "museum", "garden", "castle", "bridge"]
    rows = ["message,queue"]
    for i in range(48):
        place, other = places[i % 8], places[(i * 3 + 1) % 8]
        rows.append(f"{i} parcels have not reached the {place} shop near the {other},delivery")
        rows.append(f"please pay back invoice {i} of the {place} shop near the {other},refund")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_describe_answer_advice_pilot_verdict(address: str, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(address)
        page.get_by_label("Your use case").fill(
            "Short messages of customers have to be sorted into two queues.")
        page.get_by_role("button", name="Get advice").click()
        expect(page.get_by_text("The question that matters most now")).to_be_visible(timeout=90_000)
        page.locator('[class*="st-key-answer-"] button').first.click()
        expect(page.get_by_text("Your last answer moved")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("three tests for fine-tuning")).to_be_visible()
        page.get_by_role("link", name="Check it with a pilot").click()
        page.get_by_text("My own examples").click()
        page.locator('input[type="file"]').set_input_files(str(_examples(tmp_path)))
        expect(page.get_by_text("96 examples, 2 labels")).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="Start the pilot").click()
        expect(page.get_by_role("button", name="Cancel the run")).to_be_visible(timeout=30_000)
        page.wait_for_url(re.compile("run="))
        page.reload()
        expect(page.get_by_text("Look at the errors")).to_be_visible(timeout=300_000)
        verdict = page.get_by_role("heading", name=re.compile("Confirmed|Overturned|Inconclusive"))
        expect(verdict).to_be_visible()
        expect(page.get_by_text("held-out items", exact=False).first).to_be_visible()
        expect(page.get_by_text("loaded by a fresh process")).to_be_visible(timeout=60_000)
        browser.close()
