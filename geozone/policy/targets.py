"""The register of demands as a table, with what is implausible in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd

from geozone.files import shipped
from geozone.manifest.indicators import load_indicators
from geozone.messages import Language
from geozone.model import CRS, NATIONAL, Finding, Target, Zone
from geozone.overlay.plane import area_km2
from geozone.overlay.units import code_prefix
from geozone.policy.documents import Verification
from geozone.policy.plausibility import Published, Territory, implausible, size_findings, territory
from geozone.read.door import vector
from geozone.seeds import load_targets, load_zones, zone_targets


def targets_table(published: Published, zone: str | None = None, lang: Language = "zh") -> pd.DataFrame:
    """Return the demands of a zone, or all of them, one row each, with what is implausible beside what was `published`.

    Raises
    ------
    UsageError
        If no zone has this key.
    """
    targets = list(load_targets()) if zone is None else zone_targets(zone)
    found: dict[str, list[str]] = {}
    for finding in target_findings(published, targets):
        found.setdefault(str(finding.feature), []).append(finding.kind)
    return pd.DataFrame([_row(target, found.get(target.id, []), lang) for target in targets])


def target_findings(published: Published, targets: list[Target] | None = None) -> list[Finding]:
    """Return what is implausible in the demands: held against the zone's size, each other and published figures."""
    chosen = list(load_targets()) if targets is None else targets
    return [
        finding
        for target in chosen
        for finding in implausible(
            target,
            _territory_of(target, published),
            published.floors,
            load_targets(),
            containing_zones(target.zone),
        )
    ]


def own_target_findings(published: Published, targets: Iterable[Target]) -> list[Finding]:
    """Return what cannot be, or is most likely meant otherwise, in the figures of the user's own demands."""
    return [
        finding for target in targets for finding in size_findings(target, _territory_of(target, published))
    ]


def _territory_of(target: Target, published: Published) -> Territory | None:
    """Return the ground that a demand speaks of; None where that is no zone as a whole."""
    whole = not target.region_codes and target.zone != NATIONAL
    return zone_territory(target.zone, published) if whole else None


def containing_zones(key: str) -> list[str]:
    """Return the zones that wholly contain another one."""
    zones = load_zones()
    if key not in zones:
        return []
    return [
        other.key
        for other in zones.values()
        if other.key != key
        and all(
            code.startswith(tuple(code_prefix(member) for member in other.members))
            for code in zones[key].members
        )
    ]


def zone_territory(key: str, published: Published) -> Territory:
    """Return the size of a zone by the embedded boundary, with its sea and shore as published."""
    zone = load_zones()[key]
    return territory(zone.key, zone.members, zone.coastal, _land_km2(zone), published)


def verification_table(verification: Verification) -> pd.DataFrame:
    """Return what became of every registered figure, and the figures that no demand registers, one row each."""
    rows: list[dict[str, Any]] = [
        {
            "document": check.document,
            "file": check.file,
            "line": check.line,
            "clause": check.clause,
            "targets": ",".join(check.targets),
            "part": check.part,
            "registered": check.registered,
            "printed": check.printed,
            "outcome": check.outcome.value,
        }
        for check in verification.checks
    ]
    rows += [
        {
            "document": figure.document,
            "file": figure.file,
            "line": figure.line,
            "clause": figure.clause,
            "targets": "",
            "part": "",
            "registered": None,
            "printed": figure.printed,
            "outcome": "unregistered",
        }
        for figure in verification.unregistered
    ]
    rows += [
        {"document": document, "targets": "", "part": "", "outcome": "absent"}
        for document in verification.absent
    ]
    table = pd.DataFrame(rows)
    table["line"] = table["line"].astype("Int64")
    return table


def _row(target: Target, findings: list[str], lang: Language) -> dict[str, Any]:
    reading = target.reading
    return {
        "id": target.id,
        "zone": target.zone,
        "documents": ",".join(target.documents),
        "clause": target.clause,
        "region": target.region.get(lang),
        "region_codes": ",".join(target.region_codes),
        "indicator": target.indicator,
        "title": target.title.get(lang),
        "comparator": target.comparator.value,
        "modality": target.modality.value,
        "value": target.value,
        "unit": target.unit,
        "year": target.year,
        "base_year": target.base_year,
        "change_basis": target.change_basis,
        "printed": "; ".join(f"{document}: {figure}" for document, figure in target.printed.items()),
        "denominator": target.denominator.get(lang) if target.denominator else "",
        "answered_by": ",".join(inputs_of(target)),
        "reading": reading.value if reading else None,
        "reading_source": reading.source.get(lang) if reading else "",
        "findings": ",".join(findings),
        "note": target.note.get(lang) if target.note else "",
    }


def inputs_of(target: Target) -> tuple[str, ...]:
    """Return the ids of the layers, registers and figures that would answer a target; of one's own indicator none."""
    indicator = load_indicators().get(target.indicator)
    return indicator.inputs if indicator else ()


@cache
def _land_km2(zone: Zone) -> float:
    path = shipped("layers") / "data" / "boundary.gpkg"
    total = 0.0
    for layer in ("province", "city"):
        units = vector.frame(path, layer=layer, columns=["code"])
        total += float(area_km2(units[units["code"].isin(zone.members)].geometry.values, CRS).sum())
    return total
