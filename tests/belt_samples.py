"""The sample zone with a barrier that is cut, narrow and partly unprotected."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from samples import sample_layer, sample_result

from geozone.manifest.roles import get_role
from geozone.model import CRS, ZoneResult
from geozone.overlay.plane import area_km2
from geozone.run.belts import BeltMaterials, Belts

BARRIER_RATE = "barrier_protected"
RIDGE = shapely.box(116.05, 38.3, 117.95, 38.75)
CUT = shapely.box(116.7, 38.0, 116.72, 39.0)
NECK = [shapely.box(117.3, 38.0, 117.4, 38.45), shapely.box(117.3, 38.55, 117.4, 39.0)]
SAFE = [
    shapely.box(116.1, 38.3, 116.45, 38.75),
    shapely.box(117.1, 38.3, 117.6, 38.5),
    shapely.box(116.8, 38.6, 117.05, 38.75),
]


def belt_materials(result: ZoneResult) -> BeltMaterials:
    """Return what the belt of the sample is made from."""
    finest = result.units[result.units.level == "county"]
    ground = shapely.get_parts(shapely.difference(RIDGE, shapely.union_all([CUT, *NECK])))
    layers = {
        name: sample_layer(name, name, list(shapes), get_role(name).style)
        for name, shapes in (("barrier", ground), ("redline", SAFE))
    }
    return BeltMaterials(layers, {}, finest.assign(level="county"), finest, {})


def belt_result() -> ZoneResult:
    """Return the sample result with the barrier as a belt, its layers, and the mosaic that fits them."""
    result = sample_result()
    given = belt_materials(result)
    found = Belts(given).found()
    ground, finest, layers = given.layers["barrier"].data.geometry.to_numpy(), given.finest, given.layers
    made = {name: layer for one in found.values() for name, layer in one.layers.items()}
    rates = [
        replace(rate, indicator=BARRIER_RATE) for rate in result.rates if rate.indicator == "redline_coverage"
    ]
    return replace(
        result,
        rates=[*result.rates, *rates],
        layers={**result.layers, **layers, **made},
        belts=found,
        mosaic=_mosaic(finest, ground, SAFE),
    )


def _mosaic(finest: gpd.GeoDataFrame, ground: list, safe: list) -> pd.DataFrame:
    barrier, protected = shapely.union_all(list(ground)), shapely.union_all(safe)
    rows = []
    for code, unit in zip(finest.code, finest.geometry, strict=True):
        here = shapely.intersection(unit, barrier)
        for flag, part in (
            (True, shapely.intersection(here, protected)),
            (False, shapely.difference(here, protected)),
        ):
            area = float(area_km2(np.array([part]), CRS)[0]) if not part.is_empty else 0.0
            rows.append({"code": code, "redline": flag, "barrier": True, "area_km2": area})
    return pd.DataFrame(rows)
