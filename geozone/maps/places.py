"""The regions of several units on the page, and the places that documents name, with the unit or region that each is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.manifest.roles import load_roles
from geozone.maps.mercator import Geometries
from geozone.maps.plain import Strings, clean, number
from geozone.messages import Text
from geozone.model import METRES_PER_DEGREE, Layer, PlaceGroup, ZoneResult
from geozone.overlay.units import member_codes
from geozone.rates.amounts import area_text
from geozone.rates.regions import ground_code

COLUMNS = ("id", "name", "name_en", "kind", "kind_en", "units", "accuracy_m")
GROUP = "kind_group"  # the column of what a place is drawn as


def region_entries(result: ZoneResult, strings: Strings) -> list[dict[str, Any]]:
    """Return the regions that rates speak of and that are no unit: code, name, codes of the members and area."""
    areas = dict(zip(result.units["code"], result.units["area_km2"], strict=True))
    names = {rate.unit_code: rate.unit_name for rate in result.rates if rate.unit_code not in areas}
    members = {code: [member for member in member_codes(code) if member in areas] for code in names}
    sizes = {code: sum(float(areas[member]) for member in own) for code, own in members.items()}
    return [
        {
            "code": clean(code),
            "name": strings.add(name),
            "members": [clean(member) for member in members[code]],
            "area_km2": number(sizes[code]),
            "area": strings.add(area_text(sizes[code])),
        }
        for code, name in names.items()
    ]


def place_entries(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    """Return the layer of the places and its items; of a point the box is as wide as it may be off."""
    roles = load_roles()
    layer = next((one for one in result.layers.values() if one.spec and roles[one.spec.role].nominal), None)
    if layer is None or not set(COLUMNS) <= set(layer.data.columns):
        return {"layer": None, "items": []}
    there = {rate.unit_code for rate in result.rates} | set(result.units["code"])
    off = pd.to_numeric(layer.data["accuracy_m"]).fillna(0.0).to_numpy() / METRES_PER_DEGREE
    boxes = shapely.bounds(layer.data.geometry.to_numpy()) + np.outer(off, [-1, -1, 1, 1])
    items = []
    rows = layer.data[list(COLUMNS)].itertuples(index=False)
    for feature, (row, box) in enumerate(zip(rows, boxes, strict=True)):
        codes = tuple(filter(None, str(row.units).split(",")))
        code = ground_code(codes, result.zone)
        items.append(
            {
                "id": row.id,
                "feature": feature,
                "name": strings.add(Text(row.name, row.name_en)),
                "kind": strings.add(Text(row.kind, row.kind_en)),
                "units": list(codes),
                "bbox": [round(float(side), 4) for side in box],
                "code": code if code in there else None,
            }
        )
    return {"layer": layer.id, "items": items}


def place_anchors(layer: Layer, geometries: Geometries) -> list[list[int] | None]:
    """Return of each place where its mark and its name stand, in drawing units; None where the name of a unit stands already."""
    found = shapely.point_on_surface(geometries)
    places = np.column_stack([shapely.get_x(found), shapely.get_y(found)])
    silent = np.isnan(places[:, 0])
    if GROUP in layer.data:
        silent |= (layer.data[GROUP] == PlaceGroup.UNIT).to_numpy()
    return [None if nothing else place for nothing, place in zip(silent, _whole(places), strict=True)]


def _whole(places: npt.NDArray[np.float64]) -> list[list[int]]:
    whole: list[list[int]] = np.rint(np.nan_to_num(places)).astype(int).tolist()
    return whole
