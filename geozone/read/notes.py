"""What is decided, found and changed while one layer is read."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from geozone.errors import GeozoneWarning
from geozone.messages import message
from geozone.model import Decision, Finding, Severity

_NAMED = 100  # features that are named one by one
Areas = tuple[float, float]  # before and after, in km²


@dataclass
class Notes:
    """The decisions, findings and changes of one layer, in the order in which they were made."""

    layer: str
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    changed: list[tuple[str, str, Areas | None]] = field(default_factory=list)  # feature, method, areas
    crs: Any = None  # what the coordinates of the file are in (pyproj.CRS), where that is a system

    def decide(self, kind: str, value: str, reason: str, /, **params: Any) -> None:
        """Record a decision; `reason` is a text of the catalogue."""
        self.decisions.append(Decision(kind, value, message(reason, **params)))

    def find(
        self,
        kind: str,
        severity: Severity,
        said: str | None = None,
        /,
        *,
        feature: str | None = None,
        place: tuple[float, float] | None = None,
        **params: Any,
    ) -> None:
        """Record a finding; its texts are `said`, by default ``read.<kind>``, and the same with ``_remedy``."""
        found = message(said or f"read.{kind}", **params)
        remedy = message(f"{said or f'read.{kind}'}_remedy", **params)
        self.findings.append(Finding(kind, severity, self.layer, found, remedy, feature, place))

    def find_each(
        self,
        kind: str,
        severity: Severity,
        features: Sequence[str],
        places: Sequence[tuple[float, float] | None] = (),
    ) -> None:
        """Record one finding for each of some features, the first hundred by name and the others by their number."""
        for number, feature in enumerate(features[:_NAMED]):
            self.find(kind, severity, feature=feature, place=places[number] if places else None, row=feature)
        if len(features) > _NAMED:
            self.find("more_features", severity, kind=kind, count=len(features) - _NAMED)

    def change(self, feature: str, method: str, areas: Areas | None = None) -> None:
        """Note that a feature was changed; its areas are taken from the layer where they are not given."""
        self.changed.append((feature, method, areas))


def warn(findings: Iterable[Finding]) -> None:
    """Give findings graver than a note to the caller of a function that returns a plain table, as Python warnings."""
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            # the caller of the public function stands two frames up
            warnings.warn(GeozoneWarning(finding.message, finding.remedy), stacklevel=3)
