"""Features that their layer calls planned, or no longer valid: an overlay counts their ground as any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from geozone.checks.layer_findings import LayerFindings
from geozone.model import Finding, Layer, Severity
from geozone.toml_tables import read_tables

_SHOWN = 5  # features that a finding names


def says_whether_in_force(field: str) -> bool:
    """Tell whether a field is one by which features are called planned or no longer valid."""
    return _plain(field) in _marks()


def check_in_force(layer_findings: LayerFindings) -> None:
    """Find features that are called planned beside others that are not, and those that hold no longer.

    What is a list of items with a status each is none of it: there the status is what is counted.
    """
    role = layer_findings.role
    if role is not None and role.register:
        return
    data = layer_findings.layer.data
    for field in data.columns:
        marks = _marks().get(_plain(str(field)))
        if marks is None:
            continue
        meant = data[field].astype("string").fillna("").map(_plain).map(marks).fillna("")
        for kind in ("ahead", "gone"):
            rows = np.flatnonzero(meant == kind)
            if not len(rows) or (kind == "ahead" and len(rows) == len(data)):
                continue
            words = "、".join(dict.fromkeys(str(data[field].iloc[row]) for row in rows))
            first = ", ".join(layer_findings.labels[row] for row in rows[:_SHOWN])
            layer_findings.add(
                f"features_{kind}", Severity.WARNING, count=len(rows), field=field, words=words, first=first
            )


def in_force_findings(layer: Layer) -> list[Finding]:
    """Return what `check_in_force` finds in a layer."""
    if not any(says_whether_in_force(str(field)) for field in layer.data.columns):
        return []
    layer_findings = LayerFindings(layer)
    check_in_force(layer_findings)
    return layer_findings.findings


@cache
def _marks() -> dict[str, Mapping[str, str]]:
    """Return by field which words mean that a feature is planned or gone."""
    words = read_tables(Path(__file__).parent / "in_force.toml")
    status = {_plain(word): kind for kind in ("ahead", "gone") for word in words[kind]}
    asked = {"is_gone": dict.fromkeys(map(_plain, words["yes"]), "gone")}
    asked["holds"] = dict.fromkeys(map(_plain, words["no"]), "gone")
    found: dict[str, Mapping[str, str]] = {_plain(field): status for field in words["fields"]}
    for name, answers in asked.items():
        found |= {_plain(field): {**status, **answers} for field in words[name]}
    return found


def _plain(word: str) -> str:
    return "".join(word.split()).casefold()
