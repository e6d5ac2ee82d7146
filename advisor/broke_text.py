"""What tuning broke, before and after, in words for the page and the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.names import arm_name
from training.tasks.show import shown

EXPLAINED = (
    "Before tuning (the probe on the frozen encoder) and after it. Accuracy on the held-out items "
    "with typing slips in them, and reworded (every word stays; case and punctuation go, a "
    "greeting and thanks are added), each with its change and the paired 95% interval. Unrelated "
    "sentences that a threshold on the score turns away when 95% of the real ones pass. "
    "Calibration error, 0 being perfect. A probe on another data set with the tuned encoder, and "
    "its change against the frozen one.")


def broke_rows(arms: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """A row per check, a column per arm that was put through it; none where none was."""
    found = {name: arm["broke"] for name, arm in arms.items() if "broke" in arm}
    if not found:
        return []
    return [{"check": title, **{arm_name(name): cell(broke) for name, broke in found.items()}}
            for title, cell in CHECKS.items()]


def _change(row: Mapping[str, Any]) -> str:
    low, high = row["ci95"]
    return f"{shown('accuracy', row['difference'], '+')} ({low:+.1%} to {high:+.1%})"


def _spoilt(name: str) -> Any:
    return lambda broke: f"{broke[name]['accuracy']:.1%}: {_change(broke[name])}"


def _off_topic(broke: Mapping[str, Any]) -> str:
    if "off_topic" not in broke:
        return "–"
    row = broke["off_topic"]
    low, high = row["turned_away_ci95"]
    return f"{row['turned_away']:.0%} ({low:.0%} to {high:.0%}) of {row['n']}"


def _calibration(broke: Mapping[str, Any]) -> str:
    return f"{broke['calibration_error']:.3f}" if "calibration_error" in broke else "–"


def _other(broke: Mapping[str, Any]) -> str:
    row = broke.get("other_domain")
    return f"{row['accuracy']:.1%}: {_change(row)}, n {row['n']}" if row else "–"


CHECKS = {
    "Typing slips": _spoilt("typos"),
    "Reworded": _spoilt("reworded"),
    "Unrelated, turned away": _off_topic,
    "Calibration error": _calibration,
    "Another domain": _other,
}
