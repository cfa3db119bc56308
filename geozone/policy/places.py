"""The places that the documents of a zone name, as a layer: made of units, as points, or listed as not placed."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.catalog import load_catalog
from geozone.manifest.roles import get_role
from geozone.messages import NO_TEXT, Text, message, text
from geozone.model import CRS, METRES_PER_DEGREE, Basis, Finding, Layer, LayerSpec, Severity, Zone
from geozone.policy.targets import containing_zones
from geozone.seeds import Place, load_places, load_zones

POINT_LICENCE = "CC0-1.0"


def zone_places(zone: Zone) -> list[Place]:
    """Return the places that the documents of a zone name and that lie in it, in the order of the register.

    A document may name places of other zones too, as the national one does; a part of a zone has those of the whole
    that its own documents name.
    """
    around = {zone.key, *containing_zones(zone.key)}
    return [
        place
        for place in load_places()
        if set(place.documents) & set(zone.documents) and (place.zone is None or place.zone in around)
    ]


def known_name(place: Place) -> Text:
    """Return the name of a place as its ground is drawn: it says so where only some of its members are known."""
    return text("seeds.place_known_part", name=place.name) if place.partial else place.name


def places_layer(zone: Zone, units: gpd.GeoDataFrame, boundary: LayerSpec | None = None) -> Layer:
    """Return the places of a zone as a layer, the largest first.

    1. A place made of units is their union; it has the sum of their areas (km²). Where the boundary lacks one of them, it
       stands as a point.
    2. Any other place that has one stands as its point, or as a point inside the units that it is said to lie in.
    3. What has neither is no feature: it is a finding of the layer.

    Parameters
    ----------
    zone
        The zone.
    units
        Its units at all levels, as `geozone.overlay.units.zone_units` returns them.
    boundary
        What is declared of the layer that the units are of; its licence and vintage are those of the places made of them.

    Returns
    -------
    Layer
        Polygons and points in EPSG:4490 with ``id, name, name_en, kind, kind_en, kind_group, documents, clauses, units,
        area_km2, basis, confidence, source, source_en, licence, accuracy_m, vintage, note, note_en``.
    """
    spec = next(one for one in load_catalog().values() if get_role(one.role).nominal)
    table = units.drop_duplicates("code").set_index("code")
    rows, findings = [], []
    for place in zone_places(zone):
        absent = [code for code in place.units if code not in table.index]
        if absent:
            findings.append(_finding("place_units_absent", spec, place, codes=", ".join(absent)))
        row = _area(place, table, boundary) if place.units and not absent else _point(place, table)
        if row is not None:
            rows.append(_described(place) | row)
        elif place.unplaced is not None:
            findings.append(_finding("place_unplaced", spec, place, reason=place.unplaced))
        elif not absent:
            near = ", ".join(code for code in place.near if code not in table.index)
            findings.append(_finding("place_units_absent", spec, place, codes=near))
    data = gpd.GeoDataFrame(pd.DataFrame(rows, columns=COLUMNS), geometry="geometry", crs=CRS)
    data = data.sort_values("area_km2", ascending=False, kind="stable", na_position="last")
    return Layer(spec.id, data.reset_index(drop=True), spec, findings)


COLUMNS = (
    "id", "name", "name_en", "kind", "kind_en", "kind_group", "documents", "clauses", "units", "area_km2", "basis", "confidence",
    "source", "source_en", "licence", "accuracy_m", "vintage", "note", "note_en", "geometry",
)  # fmt: skip


def _described(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "kind": place.kind.zh,
        "kind_en": place.kind.en,
        "kind_group": place.group.value,
        "documents": ",".join(place.documents),
        "clauses": ",".join(place.clauses),
        "confidence": place.confidence,
    }


def _area(place: Place, table: gpd.GeoDataFrame, boundary: LayerSpec | None) -> dict[str, Any]:
    members = table.loc[list(place.units)]
    single = len(place.units) == 1
    sources = [place.units_source, boundary.source if boundary else None]
    name, note = known_name(place), place.note or NO_TEXT
    return {
        "name": name.zh,
        "name_en": name.en,
        "units": ",".join(place.units),
        "area_km2": float(members["area_km2"].sum()),
        "basis": (boundary.basis if boundary and single else Basis.DERIVED).value,
        "source": "；".join(source.zh for source in sources if source),
        "source_en": "; ".join(source.en for source in sources if source),
        "licence": boundary.licence if boundary else None,
        "accuracy_m": None,
        "vintage": boundary.vintage if boundary else None,
        "note": note.zh,
        "note_en": note.en,
        "geometry": shapely.union_all(members.geometry.to_numpy()),
    }


def _point(place: Place, table: gpd.GeoDataFrame) -> dict[str, Any] | None:
    if place.point is not None:
        point, source = shapely.Point(place.point), text("seeds.place_point_source")
    elif place.near and set(place.near) <= set(table.index):
        ground = shapely.union_all(table.loc[list(place.near)].geometry.to_numpy())
        point, source = shapely.point_on_surface(ground), text("seeds.place_near_source")
    else:
        return None
    note = (place.note or NO_TEXT) + text("seeds.place_point")
    return {
        "name": place.name.zh,
        "name_en": place.name.en,
        "units": "",
        "area_km2": None,
        "basis": Basis.SCHEMATIC.value,
        "source": source.zh,
        "source_en": source.en,
        "licence": POINT_LICENCE,
        "accuracy_m": None
        if place.accuracy_deg is None
        else round(place.accuracy_deg * METRES_PER_DEGREE, -2),
        "vintage": None,
        "note": note.zh,
        "note_en": note.en,
        "geometry": point,
    }


def _finding(kind: str, spec: LayerSpec, place: Place, **params: Any) -> Finding:
    told = message(f"seeds.{kind}", name=place.name, **params)
    return Finding(kind, Severity.NOTE, spec.id, told, message(f"seeds.{kind}_remedy"), place.id)


def placed_table() -> pd.DataFrame:
    """Return every place of the register with how it is placed, one row each.

    Returns
    -------
    DataFrame
        Columns ``id, name, name_en, kind, documents, zones, placed, units, confidence, measure, measure_source, note``;
        `placed` is ``units``, ``known members``, ``point``, ``point inside`` or ``-``; `measure` is what was published of its
        size, and `measure_source` by whom.
    """
    rows = []
    for place in load_places():
        note = place.unplaced or place.note or NO_TEXT
        rows.append(
            {
                "id": place.id,
                "name": place.name.zh,
                "name_en": place.name.en,
                "kind": place.kind.zh,
                "documents": ", ".join(place.documents),
                "zones": ", ".join(key for key, zone in load_zones().items() if place in zone_places(zone)),
                "placed": _how(place),
                "units": ", ".join(place.units or place.near),
                "confidence": place.confidence,
                "measure": place.measure,
                "measure_source": place.measure_source,
                "note": note.en,
            }
        )
    return pd.DataFrame(rows)


def _how(place: Place) -> str:
    if place.units:
        return "known members" if place.partial else "units"
    return "point" if place.point else "point inside" if place.near else "-"
