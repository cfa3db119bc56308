"""Collect what breaks the rules of a standard, each finding under the code of its rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from geozone.checks.layer_findings import LISTED, place_of
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.standards.declared import Standard, StandardField, StandardRule
from geozone.standards.delivery import Delivery, Table


@dataclass
class Checking:
    """One rule held against a delivery."""

    standard: Standard
    delivery: Delivery
    tables: dict[str, Table]  # by what the standard calls them
    rule: StandardRule
    findings: list[Finding] = field(default_factory=list)

    @property
    def concerned(self) -> list[tuple[str, Table]]:
        """The layers that the rule concerns, as far as they are there."""
        names = [layer.id for layer in self.standard.concerned(self.rule)]
        return [(name, self.tables[name]) for name in names if name in self.tables]

    def fields(self) -> Iterator[tuple[Table, StandardField]]:
        """Yield the fields that the rule concerns, of the layers that are there."""
        for layer, wanted in self.standard.pairs(self.rule):
            if layer.id in self.tables:
                yield self.tables[layer.id], wanted

    def columns(self) -> Iterator[tuple[Table, StandardField, pd.Series]]:
        """Yield the fields that the rule concerns with their values, as far as they are there."""
        for table, wanted in self.fields():
            values = table.column(wanted.name)
            if values is not None:
                yield table, wanted, values

    def tell(
        self, kind: str, layer: str, /, *, place: tuple[float, float] | None = None, **params: Any
    ) -> None:
        """Add a finding on a layer or on the delivery as a whole; its texts are ``standards.<kind>``."""
        self.findings.append(self._finding(kind, layer, None, place, params))

    def tell_rows(self, kind: str, table: Table, rows: Sequence[tuple[int, dict[str, Any]]], /) -> None:
        """Add a finding for each of some rows with what its sentence takes; the first are listed, the others counted."""
        for row, params in rows[:LISTED]:
            place = params.pop("place", None) or place_of(table.geometries[row])
            label = {"label": table.labels[row]}
            self.findings.append(
                self._finding(kind, table.name, str(table.data.index[row]), place, label | params)
            )
        if len(rows) > LISTED:
            params = {"code": self.rule.code, "listed": LISTED, "found": len(rows)}
            self.tell("not_listed", table.name, **params)

    def take(self, found: Iterable[Finding], kinds: set[str] | None = None) -> None:
        """Take findings of `geozone.checks` as what breaks this rule, those of some kinds only where these are given."""
        for one in found:
            about = str(one.message.params["kind"]) if one.kind == "not_listed" else one.kind
            if kinds is None or about in kinds:
                grave = one.severity is not Severity.NOTE
                severity = self.rule.severity if grave else one.severity
                self.findings.append(replace(one, rule=self.rule.code, severity=severity))

    def _finding(
        self,
        kind: str,
        layer: str,
        feature: str | None,
        place: tuple[float, float] | None,
        params: dict[str, Any],
    ) -> Finding:
        return Finding(
            kind,
            self.rule.severity,
            layer,
            message(f"standards.{kind}", **params),
            message(f"standards.{kind}_remedy", **params),
            feature,
            place,
            self.rule.code,
        )
