"""What of a layer counts for nothing in an overlay, and what had to be repaired for it, as findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.messages import Message, Text, message
from geozone.model import Decision, Finding, Layer, Severity
from geozone.overlay.features import Features
from geozone.overlay.guard import Repair
from geozone.overlay.plane import Indices
from geozone.overlay.zone_grid import CROSSING, OUTSIDE, Sheet

_NAMED = 10  # features that are named
_SEVERITY = {
    "without_geometry": Severity.WARNING,
    "not_areas": Severity.WARNING,
    "geometry_unreadable": Severity.ERROR,
    "not_finite": Severity.ERROR,
    "off_earth": Severity.ERROR,
    "ring_closed": Severity.WARNING,
    "repaired": Severity.WARNING,
}
# how the overlay calls its repairs
_METHODS = {
    "structure": "repaired",
    "pair_structure": "repaired",
    "pair_grid": "repaired",
    "closed_ring": "ring_closed",
    "failed": "geometry_unreadable",
}


def losses(
    features: Features, layer: str, labels: Sequence[object] | Mapping[int, object] | None = None
) -> list[Finding]:
    """Return one finding for each way in which features of a layer count for nothing, or not as they are.

    Parameters
    ----------
    features
        The layer as the overlay has it.
    layer
        Its name.
    labels
        How its features are called; by their number where there are none.
    """
    found: dict[str, Indices] = dict(features.lost)
    for why in ("geometry_unreadable", "ring_closed", "repaired"):
        numbers = {repair.feature for repair in features.repairs if _METHODS.get(repair.method) == why}
        if numbers:
            found[why] = np.array(sorted(numbers.union(found.get(why, ()))), dtype=np.intp)
    present = features.count - len(found.get("without_geometry", ()))
    result = []
    for why, those in found.items():
        # lines where there is not one area are the wrong layer, not a feature too many
        key = "no_areas" if why == "not_areas" and len(those) == present else why
        severity = Severity.ERROR if key == "no_areas" else _SEVERITY[why]
        first = [str(number if labels is None else labels[number]) for number in those[:_NAMED].tolist()]
        params = {"count": len(those), "first": ", ".join(first) + (" …" if len(those) > _NAMED else "")}
        params |= _areas(features.repairs) if why == "repaired" else {}
        said, remedy = message(f"overlay.{key}", **params), message(f"overlay.{key}_remedy")
        result.append(Finding(key, severity, layer, said, remedy, first[0] if len(those) == 1 else None))
    return result


def merged(read: Sequence[Finding], found: Sequence[Finding]) -> list[Finding]:
    """Return what the reader found in a layer, and what it did not find already."""
    kinds = {finding.kind for finding in read}
    return [*read, *(finding for finding in found if finding.kind not in kinds)]


def findings_of(layer: Any) -> Sequence[Finding]:
    """Return what the reader found in a layer, where it read it."""
    return layer.findings if isinstance(layer, Layer) else ()


def outside(count: int, of: int, area: float, layer: str) -> list[Finding]:
    """Return the finding that features with area lie in no zone; all of them, that is graver than a note.

    Parameters
    ----------
    count, of
        How many features lie in no zone, and how many have area.
    area
        What they have together, in m².
    layer
        The name of the layer.
    """
    if not count:
        return []
    key = "all_outside_zones" if count == of else "outside_zones"
    said = message(f"overlay.{key}", count=count, all=of, area=f"{area / 1e6:.4f}")
    severity = Severity.WARNING if count == of else Severity.NOTE
    return [Finding(key, severity, layer, said, message(f"overlay.{key}_remedy"))]


def rows_outside(features: Features, sheets: Sequence[Sheet]) -> Indices:
    """Return the rows that meet no zone."""
    places = np.array([sheet.classify(features.boxes) for sheet in sheets]).reshape(
        len(sheets), len(features)
    )
    doubtful = np.flatnonzero((places < 0).all(axis=0) & (places == CROSSING).any(axis=0))
    zones = np.concatenate([np.zeros(0, dtype=object), *(sheet.polygons for sheet in sheets)])
    # most have their first vertex in a zone, the others are looked at as they are; zones are asked for, not asked, since
    # that prepares them
    points = shapely.points(features.anchors[doubtful])
    doubtful = np.delete(doubtful, shapely.STRtree(points).query(zones, predicate="contains")[1])
    met = shapely.STRtree(features.take(doubtful)).query(zones, predicate="intersects")[1]
    outside = (places == OUTSIDE).all(axis=0)
    outside[np.delete(doubtful, met)] = True
    return np.flatnonzero(outside)


def tell(
    table: pd.DataFrame, findings: Sequence[Finding], decisions: Sequence[tuple[str, Decision]] = ()
) -> pd.DataFrame:
    """Put findings and decisions into ``attrs`` of a table, as plain values; `told` and `decided` bring them back."""
    rows = [
        {
            "kind": finding.kind,
            "severity": finding.severity.value,
            "layer": finding.layer,
            "message": _plain(finding.message),
            "remedy": _plain(finding.remedy),
            "feature": finding.feature,
            "place": finding.place,
        }
        for finding in findings
    ]
    table.attrs["findings"] = rows
    table.attrs["decisions"] = [
        {
            "layer": layer,
            "kind": decision.kind,
            "value": decision.value,
            "reason": _plain(decision.reason),
        }
        for layer, decision in decisions
    ]
    return table


def told(table: pd.DataFrame) -> list[Finding]:
    """Return the findings of a table of coverage or mosaic: what of its layers was left out, repaired or not read."""
    return [
        Finding(
            row["kind"],
            Severity(row["severity"]),
            row["layer"],
            _message(row["message"]),
            _message(row["remedy"]),
            row["feature"],
            row["place"],
        )
        for row in table.attrs.get("findings", [])
    ]


def decided(table: pd.DataFrame) -> list[tuple[str, Decision]]:
    """Return the decisions of a table of coverage or mosaic: what the reader had to decide, of which layer."""
    return [
        (row["layer"], Decision(row["kind"], row["value"], _message(row["reason"])))
        for row in table.attrs.get("decisions", [])
    ]


def _plain(said: Message) -> dict[str, Any]:
    params = {name: _value(value) for name, value in said.params.items()}
    return {"key": said.key, "params": params}


def _value(value: Any) -> Any:
    if isinstance(value, Text | Message):
        return {"zh": value.get("zh"), "en": value.get("en")}
    return value if isinstance(value, int | float) else str(value)


def _message(row: Mapping[str, Any]) -> Message:
    params = {
        name: Text(**value) if isinstance(value, dict) else value for name, value in row["params"].items()
    }
    return Message(row["key"], params)


def _areas(repairs: Sequence[Repair]) -> dict[str, str]:
    """Return what the features that were repaired whole had before and after, in km²."""
    whole = [repair for repair in repairs if repair.method == "structure"]
    return {
        "before": f"{sum(repair.before_km2 for repair in whole):.6f}",
        "after": f"{sum(repair.after_km2 for repair in whole):.6f}",
    }
