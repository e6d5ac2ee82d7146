"""Look at the data first: findings with their rows, what to do about each, rows marked by hand."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.ui.state import runs_folder
from training import PilotError
from training.audit import Finding, Sheet, audit_sheet, clean, read_sheet
from training.audit.words import EFFECTS, FIXES
from training.encoder import Encoder

ICONS = {"high": ":material/error:", "medium": ":material/warning:", "low": ":material/info:"}
LABELS = {"exclude": "Exclude the rows", "repair": "Repair", "keep": "Keep as it is"}
ROWS_SHOWN = 200
PATIENCE = 1.5  # seconds in which a small file is done, before a progress bar is shown


class Job:
    """One audit in a thread of its own: clicks on the page do not begin it anew."""

    def __init__(self, path: Path, text: str, label: str) -> None:
        self.what, self.share, self.error = "reading the file", 0.0, ""
        self.sheet: Sheet | None = None
        self.findings: list[Finding] = []
        self.thread = threading.Thread(target=self._work, args=(path, text, label), daemon=True)
        self.thread.start()

    def _work(self, path: Path, text: str, label: str) -> None:
        try:
            self.sheet = read_sheet(path, text, label)
            self.findings = audit_sheet(self.sheet, None, Encoder(), self._say)
        except PilotError as error:
            self.error = str(error)
        except Exception as error:  # whatever breaks the audit must not keep anyone from a pilot
            self.error = f"The data could not be audited: {type(error).__name__}: {error}"

    def _say(self, what: str, share: float) -> None:
        self.what, self.share = what, share


@st.cache_resource(max_entries=20, show_spinner=False)
def _job(path: Path, _digest: str, text: str, label: str) -> Job:
    return Job(path, text, label)


def show(path: Path, text: str, label: str) -> tuple[Path, dict[str, Any]]:
    """Draws the audit; returns the file for the pilot and the record of what was done (or {})."""
    digest = hashlib.sha256(path.read_bytes() + f"\0{text}\0{label}".encode()).hexdigest()[:12]
    job = _job(path, digest, text, label)
    job.thread.join(PATIENCE)
    st.subheader("Look at the data first", anchor=False)
    if job.thread.is_alive():
        _wait(job)
        return path, {}
    if job.error or job.sheet is None:
        st.warning(job.error)
        return path, {}
    choices = _findings(job.sheet, job.findings, digest)
    marks: dict[int, str] = st.session_state.setdefault(f"marks-{digest}", {})
    with st.expander(f"Read the rows and mark them{_counted(marks)}"):
        _curate(job.sheet, job.findings, marks, digest)
    bad = sorted(row for row, mark in marks.items() if mark == "bad")
    return _cleaned(path, text, label, job.findings, choices, bad)


@st.fragment(run_every=1.0)
def _wait(job: Job) -> None:
    if not job.thread.is_alive():
        st.rerun()
    st.progress(min(1.0, job.share), text=f"Looking at the data: {job.what} …")
    st.caption("You can start the pilot at once; it then runs on the file as it is.")


def _findings(sheet: Sheet, findings: list[Finding], digest: str) -> dict[str, str]:
    """Each finding with its rows; what was chosen for it, by code."""
    if not findings:
        st.success(f"Nothing wrong was found in {len(sheet.texts):,} rows.")
    else:
        total = len({row for finding in findings for row in finding.rows})
        st.markdown(f"**{len(findings)} finding{'s' * (len(findings) != 1)}** in "
                    f"{total:,} of {len(sheet.texts):,} rows. Nothing is changed unless you choose "
                    "so, and never in your file.")
    choices = {}
    for place, finding in enumerate(findings):
        with st.expander(_title(finding), expanded=place == 0):
            st.markdown(_plain(finding.text))
            st.caption(f"What it does to the pilot: {EFFECTS[finding.kind]}")
            if finding.rows:
                _rows(sheet, finding)
            if len(finding.choices) > 1:
                choice = st.segmented_control(
                    "What to do", finding.choices, default="keep", required=True,
                    format_func=lambda name: LABELS[name], key=f"fix-{digest}-{finding.code}")
                choices[finding.code] = str(choice)
            st.caption(FIXES[finding.kind])
    return choices


def _title(finding: Finding) -> str:
    where = f" in {_plain(finding.column)}" if finding.column else ""
    count = f" · {len(finding.rows):,} row{'s' * (len(finding.rows) != 1)}" if finding.rows else ""
    return (f"{ICONS[finding.severity]} {finding.kind.replace('_', ' ').capitalize()}"
            f"{where}{count}")


def _plain(text: str) -> str:
    """Cells of the file are shown as they are, not as Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#+!|$~:" else c for c in text)


def _rows(sheet: Sheet, finding: Finding) -> None:
    family = {row: k for k, group in enumerate(finding.groups, 1) for row in group}
    rows = finding.rows
    if family:  # copies stand together
        rows = sorted(rows, key=lambda row: (family.get(row, 0), row))
    st.dataframe(
        [{"row": row}
         | ({"family": family.get(row)} if family else {})
         | {"text": sheet.texts[row - 1][:500], "label": sheet.labels[row - 1]}
         | ({"seems to be": finding.suggested.get(row)} if finding.suggested else {})
         for row in rows[:ROWS_SHOWN]],
        hide_index=True, height=min(280, 38 + 35 * len(rows)),
        column_config={"text": st.column_config.TextColumn(width="large")})
    if len(rows) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN} of {len(rows):,}; all with: python -m training audit")


def _counted(marks: Mapping[int, str]) -> str:
    bad = sum(mark == "bad" for mark in marks.values())
    return f" · {len(marks) - bad} good, {bad} bad" if marks else ""


@st.fragment
def _curate(sheet: Sheet, findings: list[Finding], marks: dict[int, str], digest: str) -> None:
    """One row at a time, those with findings first; G marks it good, B bad, U goes back."""
    flagged = list(dict.fromkeys(row for finding in findings for row in finding.rows))
    order = [*flagged, *sorted({*range(1, len(sheet.texts) + 1)} - {*flagged})]
    key = f"place-{digest}"
    place = min(st.session_state.get(key, 0), len(order) - 1)
    row = order[place]
    why = [finding.kind.replace("_", " ") for finding in findings if row in finding.rows]
    st.caption(f"Row {row}, {place + 1:,} of {len(order):,} to read"
               + (f" · {', '.join(why)}" if why else "")
               + (f" · marked {marks[row]}" if row in marks else ""))
    with st.container(border=True, height=180):
        st.text(sheet.texts[row - 1])
    st.markdown(f"Label: **{_plain(sheet.labels[row - 1])}**")

    def step(mark: str | None, by: int) -> None:
        if mark:
            marks[row] = mark
        st.session_state[key] = max(0, min(len(order) - 1, place + by))

    with st.container(horizontal=True):
        st.button("Good", shortcut="g", on_click=step, args=("good", 1), key=f"good-{digest}",
                  icon=":material/thumb_up:")
        st.button("Bad", shortcut="b", on_click=step, args=("bad", 1), key=f"bad-{digest}",
                  icon=":material/thumb_down:")
        st.button("Back", shortcut="u", on_click=step, args=(None, -1), key=f"back-{digest}")
    if st.button("Leave the bad rows out", key=f"apply-{digest}", disabled=not marks,
                 help="The cleaned file below goes without the rows marked bad."):
        st.rerun(scope="app")


def _cleaned(
    path: Path, text: str, label: str, findings: list[Finding], choices: Mapping[str, str],
    bad: list[int],
) -> tuple[Path, dict[str, Any]]:
    """The file to use: the original, or a cleaned copy in the runs folder with what was chosen."""
    if not bad and all(choice == "keep" for choice in choices.values()):
        return path, clean(path, None, findings, choices, text, label)
    chosen = json.dumps([sorted(choices.items()), bad, text, label])
    name = hashlib.sha256(chosen.encode() + path.read_bytes()).hexdigest()[:12]
    out = runs_folder() / "uploads" / f"{name}-{path.stem[-40:]}.cleaned.csv"
    record = clean(path, out, findings, choices, text, label, bad=bad)
    st.markdown(f"The pilot runs on the cleaned file: **{record['rows_after']:,} of "
                f"{record['rows_before']:,}** rows.")
    st.download_button("Write the cleaned file", out.read_bytes(), f"{path.stem}.cleaned.csv",
                       "text/csv", icon=":material/download:")
    return out, record
