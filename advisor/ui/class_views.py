"""The parts of the class view: who handed in what, where it differs, what is missed, who copied."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from advisor.homework.checks import BY_CODE
from advisor.homework.classroom import SECOND_LOOK, codes_of, gap, interesting
from advisor.homework.feedback import shown
from advisor.homework.insights import overlooked
from advisor.homework.marks import accords
from advisor.homework.report import styles
from advisor.homework.review import Line
from advisor.homework.wording import CRITERION_NAMES, STANCE_NAMES, seen, share
from advisor.names import NAMES
from advisor.ui.case_text import domain_name
from advisor.ui.charts import COLOURS, CONFIG
from advisor.ui.class_store import (
    Class,
    class_copies,
    class_doubts,
    class_insights,
)

MOST_LISTED = 30
STANCE_COLOURS = COLOURS | {"classical": "#56606B", "none": "#C9CCD1"}
Open = Callable[[int], None]


def name_of(line: Line) -> str:
    return seen(str(line["author"] or line["file"]))[:80]


def table(room: Class, open_student: Open) -> None:
    """One row for each submission; a click on its box opens it."""
    doubts = class_doubts(room.version)
    rows = []
    for place, (before, line) in enumerate(zip(room.lines, room.marked, strict=True)):
        findings = [f for part in (line, *line["use_cases"]) for f in part["findings"]]
        said = Counter(u["agreement"] for u in line["use_cases"])
        mark = room.marks[place]
        rows.append({
            "#": place + 1, "Name": name_of(line), "Points": line["score"],
            "By you": round(line["score"] - before["score"], 1) or None,
            "Looked at": mark.looked, "Doubt": doubts[place][0],
            "Issues": sum(f["severity"] == "issue" for f in findings),
            "Tips": sum(f["severity"] == "tip" for f in findings),
            "Differs": said["differs"], "Disputed": said["disputed"],
            "Use cases": len(line["use_cases"]), "Posted": line["posted"],
            "Look again at": doubts[place][1] if doubts[place][0] >= SECOND_LOOK else "",
            "Comment": mark.commented,
        })
    st.caption("Sort by a click on a heading; open a submission by the box at the left of its row.")
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="single-row",
        placeholder="",
        key="class_table", column_config={
            "Points": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%g"),
            "By you": st.column_config.NumberColumn(
                format="%+g", help="What your changes did to the points"),
            "Doubt": st.column_config.ProgressColumn(
                min_value=0, max_value=1, format="%.2f",
                help="How unsure the reading is; look at the high ones first"),
        })
    chosen = event.selection.rows if event else []
    if chosen:
        open_student(int(chosen[0]))
    for line in room.errors:
        st.html("<p>Could not be read: <bdi>"
                + escape(f"{line['file']}: {line['error']}"[:1_000]) + "</bdi></p>")


def quoted(room: Class, place: tuple[int, int], note: str, open_student: Open, key: str) -> None:
    """One use case with its author, and a button to the whole submission."""
    line = room.marked[place[0]]
    used = line["use_cases"][place[1]]
    with st.container(border=True):
        st.html(f"<style>{styles()}</style><div class='hw'>"
                f"<p><strong><bdi>{escape(name_of(line))}</bdi></strong>, number {place[1] + 1}"
                f" <span class='hw-dim'>{escape(note)}</span></p>"
                f"<blockquote dir='auto'>{escape(shown(used['description']))}</blockquote>"
                f"<blockquote dir='auto' class='hw-why'>{escape(shown(used['reasoning']))}"
                "</blockquote></div>")
        st.button("Open", key=key, on_click=open_student, args=(place[0],), type="tertiary",
                  icon=":material/open_in_new:")


def differing(room: Class, open_student: Open) -> None:
    """What was chosen against what the advisor would choose, and the widest gaps."""
    used = [u for line in room.marked for u in line["use_cases"] if u["advice"]]
    counts = Counter((u["stance"], u["advice"]["approach"]) for u in used)
    stances = [s for s in STANCE_NAMES if any(c[0] == s for c in counts)]
    figure = go.Figure(go.Heatmap(
        z=[[counts[s, a] or None for a in NAMES] for s in stances], x=list(NAMES.values()),
        y=[STANCE_NAMES[s] for s in stances], colorscale="Teal", showscale=False, xgap=3, ygap=3,
        texttemplate="%{z}", hovertemplate="%{y}; the advisor: %{x}: %{z}<extra></extra>"))
    figure.update_layout(height=90 + 44 * len(stances), dragmode=False,
                         margin={"l": 0, "r": 0, "t": 40, "b": 0})
    figure.update_xaxes(side="top")
    figure.update_yaxes(autorange="reversed", automargin=True)
    st.markdown("**Rows: what students chose. Columns: what the advisor would choose.**")
    st.plotly_chart(figure, config=CONFIG, key="class_choices")
    said = Counter(u["agreement"] for u in used)
    st.caption(f"{said['agrees']} agree, {said['differs']} differ, {said['disputed']} are "
               "disputed, where both answers stand. A staged plan that arrives at the advice "
               "agrees with it.")
    places = [((i, k), gap(u)) for i, line in enumerate(room.marked)
              for k, u in enumerate(line["use_cases"]) if u["agreement"] == "differs"]
    places = sorted((p for p in places if p[1] > 0), key=lambda p: -p[1])
    st.markdown(f"**The widest differences** ({min(len(places), MOST_LISTED)} of {len(places)})")
    for place, _ in places[:MOST_LISTED]:
        u = room.marked[place[0]]["use_cases"][place[1]]
        best = u["advice"]["approach"]
        sure = share(u["advice"]["probabilities"][best])
        quoted(room, place, f"{STANCE_NAMES[u['stance']]}; the advisor: {NAMES[best]}, {sure}",
               open_student, f"differs-{place[0]}-{place[1]}")


def _bars(labels: list[str], values: list[int], texts: list[str], key: str) -> None:
    figure = go.Figure(go.Bar(
        x=values, y=labels, orientation="h", marker={"color": "#56606B"}, text=texts,
        hovertemplate="%{y}: %{x}<extra></extra>"))
    figure.update_layout(height=50 + 30 * len(labels), margin={"l": 0, "r": 10, "t": 8, "b": 8},
                         dragmode=False, bargap=0.35)
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(visible=False)
    st.plotly_chart(figure, config=CONFIG, key=key)


def missed(room: Class) -> None:
    """Which checks found most, and which deciding facts the reasonings leave out."""
    counts = Counter(code for line in room.marked for code in codes_of(line))
    st.markdown("**Checks, by how many submissions they found something in**")
    if counts:
        ranked = counts.most_common()
        _bars([f"{BY_CODE[c].title} ({c})" for c, _ in ranked], [n for _, n in ranked],
              [f"{n} ({n / len(room.marked):.0%})" for _, n in ranked], "class_checks")
    else:
        st.markdown("Nothing was found in any of them.")
    rows = overlooked(room.lines, class_insights(room.version),
                      room.rubric["HW016"].thresholds["weight"])
    rows = [row for row in rows if row[1]]
    st.markdown("**What decides it by the description, and how often the reasoning leaves it out**")
    if rows:
        _bars([CRITERION_NAMES[c] for c, _, _ in rows], [n for _, n, _ in rows],
              [f"left out in {n} of {of}" for _, n, of in rows], "class_overlooked")


def by_field(room: Class) -> None:
    """The spread of approaches in each field of work."""
    fields = [insight.field for insight in class_insights(room.version)]
    used = [u for line in room.lines for u in line["use_cases"]]
    counts = Counter((field, u["stance"]) for field, u in zip(fields, used, strict=True))
    totals = Counter(fields)
    names = [name for name, _ in totals.most_common(20)]
    figure = go.Figure([
        go.Bar(name=STANCE_NAMES[stance], orientation="h",
               y=[f"{domain_name(n)} ({totals[n]})" for n in names],
               x=[counts[n, stance] for n in names], marker={"color": colour},
               hovertemplate="%{y}: %{x}<extra>" + STANCE_NAMES[stance] + "</extra>")
        for stance, colour in STANCE_COLOURS.items() if any(counts[n, stance] for n in names)])
    figure.update_layout(barmode="stack", height=140 + 30 * len(names), dragmode=False,
                         margin={"l": 0, "r": 10, "t": 8, "b": 8},
                         legend={"orientation": "h", "y": -0.02, "yanchor": "top"})
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(visible=False)
    st.plotly_chart(figure, config=CONFIG, key="class_fields")
    st.caption("A use case's field is that of the documented cases nearest to it; “other” has "
               "none near enough.")


def alike(room: Class, open_student: Open) -> None:
    """Near-copies across the class, side by side, what they share marked."""
    copies = class_copies(room.version)
    if not copies:
        st.markdown("No two submissions are worded alike.")
        return
    st.markdown(f"**Worded alike: {len(copies)}** of all pairs. Two students may have had the same "
                "idea, or the same source: read both before you judge.")
    for n, (first, second, shared) in enumerate(copies[:MOST_LISTED]):
        with st.container(border=True):
            st.markdown(f"{shared:.0%} of the wording is shared")
            sides = [room.marked[i]["use_cases"][k] for i, k in (first, second)]
            texts = marked_alike(*(f"{u['description']}\n{u['reasoning']}" for u in sides))
            for column, place, text in zip(st.columns(2), (first, second), texts, strict=True):
                with column:
                    who = escape(name_of(room.marked[place[0]]))
                    st.html(f"<style>{styles()}</style>"
                            f"<p><strong><bdi>{who}</bdi></strong>, number {place[1] + 1}</p>"
                            f"<p dir='auto' style='overflow-wrap:anywhere;white-space:pre-line'>"
                            f"{text}</p>")
                    st.button("Open", key=f"copy-{n}-{place[0]}", on_click=open_student,
                              args=(place[0],), type="tertiary", icon=":material/open_in_new:")


def marked_alike(first: str, second: str) -> tuple[str, str]:
    """Both texts as HTML, runs of three or more words that they share marked."""
    words = [re.findall(r"\S+|\s+", shown(text)) for text in (first, second)]
    matcher = difflib.SequenceMatcher(None, words[0], words[1], autojunk=False)
    pieces: tuple[list[str], list[str]] = ([], [])
    ends = [0, 0]
    for block in matcher.get_matching_blocks():
        for side, start in ((0, block.a), (1, block.b)):
            pieces[side].append(escape("".join(words[side][ends[side] : start])))
            same = escape("".join(words[side][start : start + block.size]))
            pieces[side].append(f"<mark>{same}</mark>" if block.size >= 5 else same)
            ends[side] = start + block.size
    return "".join(pieces[0]), "".join(pieces[1])


def to_discuss(room: Class, open_student: Open) -> None:
    """The posts most worth discussing in class."""
    posts = interesting(room.marked)
    if not posts:
        st.markdown("No post names an approach yet.")
    for post in posts:
        quoted(room, post.place, post.why, open_student, f"post-{post.place[0]}")


def summary(room: Class) -> None:
    """The class in five numbers."""
    n = len(room.marked)
    scores = sorted(line["score"] for line in room.marked)
    rows = accords(room.looked)
    agreed, judged = sum(row.agreed for row in rows), sum(row.n for row in rows)
    doubtful = sum(value >= SECOND_LOOK for value, _ in class_doubts(room.version))
    with st.container(horizontal=True):
        st.metric("Submissions", n, border=True)
        st.metric("Points, the middle one", f"{scores[n // 2]:g}" if scores else "–", border=True)
        st.metric("Deserve a second look", doubtful, border=True)
        st.metric("Looked at by you", len(room.looked), border=True)
        st.metric("You agree with", f"{agreed / judged:.0%}" if judged else "–", border=True,
                  help=f"{agreed} of {judged} findings; each check by itself is under Agreement")
