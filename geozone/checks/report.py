"""Findings and decisions as lines, as table rows and as JSON, in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geozone.checks.repair import reading_ledger
from geozone.manifest.rules import code_of
from geozone.messages import Language, Text, text
from geozone.model import Decision, Finding, Layer, Severity

COLUMNS = ("severity", "layer", "feature", "code", "kind", "longitude", "latitude", "message", "remedy")
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one kind in one layer: the first of them, and how many there are."""

    first: Finding
    count: int

    @property
    def message(self) -> Text:
        """What was found, with how often where that is more than once."""
        if self.count == 1:
            return self.first.message.text
        return text("check.group", message=self.first.message, count=self.count)


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return findings by severity, layer and kind, the gravest first."""
    members: dict[tuple[Severity, str, str, str | None], list[Finding]] = {}
    for finding in findings:
        key = (finding.severity, finding.layer, finding.kind, finding.rule)
        members.setdefault(key, []).append(finding)
    groups = [FindingGroup(some[0], len(some)) for some in members.values()]
    return sorted(groups, key=lambda group: _ORDER[group.first.severity])


def finding_lines(findings: Sequence[Finding], *, every: bool = False) -> list[Text]:
    """Return findings as lines of text, the gravest first: one for each kind of each layer, or one for every finding."""
    groups = [FindingGroup(finding, 1) for finding in findings] if every else grouped(findings)
    groups.sort(key=lambda group: _ORDER[group.first.severity])
    return [
        text(
            "check.line",
            severity=text(f"words.severity_{group.first.severity.value}"),
            layer=group.first.layer,
            message=group.message,
            remedy=group.first.remedy,
        )
        for group in groups
    ]


def all_findings(layer: Layer, checked: Iterable[Finding]) -> list[Finding]:
    """Return what the reader and the check found, gravest first; what both found stands once."""
    told: dict[tuple[str, str | None, tuple[float, float] | None, str], Finding] = {}
    for finding in (*layer.findings, *checked):
        told.setdefault((finding.kind, finding.feature, finding.place, finding.message.get("en")), finding)
    return sorted(told.values(), key=lambda finding: _ORDER[finding.severity])


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error, for which the command ends with exit code 1."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def finding_rows(findings: Iterable[Finding], lang: Language) -> list[dict[str, str]]:
    """Return findings as rows of text with the columns `COLUMNS`."""
    return [
        {
            "severity": text(f"words.severity_{finding.severity.value}").get(lang),
            "layer": finding.layer,
            "feature": finding.feature or "",
            "code": code_of(finding),
            "kind": finding.kind,
            "longitude": f"{finding.place[0]:.6f}" if finding.place else "",
            "latitude": f"{finding.place[1]:.6f}" if finding.place else "",
            "message": finding.message.get(lang),
            "remedy": finding.remedy.get(lang),
        }
        for finding in findings
    ]


def group_rows(groups: Iterable[FindingGroup], lang: Language) -> list[dict[str, Any]]:
    """Return groups of findings as rows with the columns severity, layer, code, kind, count, message (of the first), remedy."""
    return [
        {
            "severity": text(f"words.severity_{group.first.severity.value}").get(lang),
            "layer": group.first.layer,
            "code": code_of(group.first),
            "kind": group.first.kind,
            "count": group.count,
            "message": group.first.message.get(lang),
            "remedy": group.first.remedy.get(lang),
        }
        for group in groups
    ]


def decision_rows(decisions: Iterable[Decision], lang: Language) -> list[dict[str, str]]:
    """Return decisions of the reader as rows of text."""
    return [
        {"kind": decision.kind, "value": decision.value, "reason": decision.reason.get(lang)}
        for decision in decisions
    ]


def headings() -> dict[str, Text]:
    """Return the headings of the columns."""
    return {name: text(f"words.column_{name}") for name in COLUMNS}


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    severities = [finding.severity for finding in findings]
    return {severity.value: severities.count(severity) for severity in Severity}


def report(
    file: str, layer: Layer, findings: list[Finding], ledger: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return the report of one layer as plain values, both languages in it; without repair, the ledger is that of reading."""
    if ledger is None:
        ledger = reading_ledger(layer)
    return {
        "file": file,
        "layer": layer.id,
        "features": len(layer.data),
        "decisions": [
            {"kind": decision.kind, "value": decision.value, "reason": _both(decision.reason.text)}
            for decision in layer.decisions
        ],
        "counts": counts(findings),
        "findings": [
            {
                "severity": finding.severity.value,
                "code": code_of(finding),
                "kind": finding.kind,
                "feature": finding.feature,
                "place": [round(value, 7) for value in finding.place] if finding.place else None,
                "message": _both(finding.message.text),
                "remedy": _both(finding.remedy.text),
            }
            for finding in findings
        ],
        "ledger": json.loads(ledger.to_json(orient="records", double_precision=10)),
    }


def to_json(reports: list[dict[str, Any]]) -> str:
    """Return reports as JSON text."""
    return json.dumps(reports, ensure_ascii=False, indent=1) + "\n"


def _both(both: Text) -> dict[str, str]:
    return {"zh": both.zh, "en": both.en}
