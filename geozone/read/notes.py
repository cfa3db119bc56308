"""What is decided and found while one layer is read."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from geozone.errors import GeozoneWarning
from geozone.messages import message
from geozone.model import Decision, Finding, Severity


@dataclass
class Notes:
    """The decisions and findings of one layer, in the order in which they were made."""

    layer: str
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def decide(self, kind: str, value: str, reason: str, /, **params: Any) -> None:
        """Record a decision; `reason` is a text of the catalogue."""
        self.decisions.append(Decision(kind, value, message(reason, **params)))

    def find(
        self,
        kind: str,
        severity: Severity,
        /,
        *,
        feature: str | None = None,
        place: tuple[float, float] | None = None,
        **params: Any,
    ) -> None:
        """Record a finding; its texts are ``read.<kind>`` and ``read.<kind>_remedy``."""
        found = message(f"read.{kind}", **params)
        remedy = message(f"read.{kind}_remedy", **params)
        self.findings.append(Finding(kind, severity, self.layer, found, remedy, feature, place))


def warn(findings: Iterable[Finding]) -> None:
    """Give findings graver than a note to the caller of a function that returns a plain table, as Python warnings."""
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            # the caller of the public function stands two frames up
            warnings.warn(GeozoneWarning(finding.message, finding.remedy), stacklevel=3)
