"""What the page knows of a barrier as a belt: its sentence, the layers that it is drawn with, and what closing gaps gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geozone.barriers.telling import belt_text
from geozone.maps.plain import Strings
from geozone.model import ZoneResult
from geozone.overlay.units import finest_units

LARGEST = 20  # gaps that a reader may choose from, beside the best ones
_PLACES = 6  # decimals of areas in km²: square metres


def belt_entries(result: ZoneResult, strings: Strings) -> list[dict[str, Any]]:
    """Return an entry for every barrier that was looked at as a belt."""
    found = []
    for belt in result.belts.values():
        drawn = {
            kind: name
            if (name := getattr(belt.belt, kind)) in result.layers and len(result.layers[name].data)
            else None
            for kind in ("axis", "breaks", "gaps")
        }
        told = belt_text(belt, result.units)
        if not told.zh:
            continue
        found.append(
            drawn
            | {
                "title": strings.add(belt.role.title),
                "text": strings.add(told),
                "more": strings.add(belt.more) if belt.more.zh else None,
                "card": _first_indicator(belt.role.layer, result),
                "safe": belt.analysis.open_ground is not None,  # whether any layer protects
                "narrow_km": belt.belt.narrow_m / 1e3,
                "closing": _closing(belt, result) if drawn["gaps"] else None,
            }
        )
    return found


def _first_indicator(layer: str, result: ZoneResult) -> str | None:
    """Return the first indicator of the zone that is made from a layer: its card tells the sentence too."""
    for rate in result.rates:
        declared = result.indicators.get(rate.indicator)
        if declared is not None and layer in declared.layers and rate.unit_code == result.zone.key:
            return rate.indicator
    return None


def _closing(belt: Any, result: ZoneResult) -> dict[str, Any] | None:
    """Return what the page needs to close gaps: the largest and the best ones, what each hangs together with, areas of units.

    Gaps that are not listed and protected parts that no listed gap lies on stay apart whatever is chosen, so that they
    are left out, but for the largest part.
    """
    analysis = belt.analysis
    ground, best = analysis.open_ground, analysis.closing
    areas = _unit_areas(belt, result)
    if ground is None or best is None or areas is None or not len(ground.shapes):
        return None
    listed = sorted({*range(min(LARGEST, len(ground.shapes))), *best.gaps})
    number = {gap: place for place, gap in enumerate(listed)}
    parts = sorted(set[int]().union(*(ground.borders[gap] for gap in listed)))
    part_number = {part: place for place, part in enumerate(parts)}
    rows = {str(code): place for place, code in enumerate(result.units["code"])}
    return {
        "gaps": {
            "feature": listed,
            "area": [round(float(ground.areas[gap]), _PLACES) for gap in listed],
            "unit": [rows.get(str(code)) for code in analysis.gaps["county_code"].iloc[listed]],
            "parts": [sorted(part_number[part] for part in ground.borders[gap]) for gap in listed],
            "beside": [
                sorted(number[one] for one in ground.neighbours[gap] if one in number) for gap in listed
            ],
        },
        "parts": [round(float(ground.parts[part]), _PLACES) for part in parts],
        "largest": round(float(ground.parts.max()), _PLACES) if len(ground.parts) else 0,
        "best": sorted(number[gap] for gap in best.gaps),
        "units": {
            "place": [rows[code] for code in areas],
            "whole": [whole for whole, _ in areas.values()],
            "protected": [safe for _, safe in areas.values()],
        },
    }


def _unit_areas(belt: Any, result: ZoneResult) -> Mapping[str, tuple[float, float]] | None:
    """Return the area of the barrier in every finest unit, and of what is protected of it, from the mosaic of the rates."""
    mosaic = result.mosaic
    protecting = [name for name in belt.belt.protected if name in mosaic]
    if belt.role.layer not in mosaic or not protecting:
        return None
    ground = mosaic[mosaic[belt.role.layer].astype(bool)]
    safe = ground[ground[protecting].astype(bool).any(axis=1)]
    whole, held = (pd.Series(table.groupby("code")["area_km2"].sum()) for table in (ground, safe))
    known = {str(code) for code in finest_units(result.units)["code"]}
    return {
        str(code): (round(float(area), _PLACES), round(float(held.get(code, 0.0)), _PLACES))
        for code, area in whole.items()
        if str(code) in known
    }
